/* world_net.h - a world's network: what is under way, by time, and the connections it is under way on. Part
 * of world.h. */
#ifndef COOP_TESTS_WORLD_NET_H
#define COOP_TESTS_WORLD_NET_H

#include "tests/support/world_disk.h"

/* ---- The queue: a binary heap by time, then by order of making. */

static inline bool world_before(const struct world_due *a, const struct world_due *b)
{
    return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

static inline void world_push(struct world *w, struct world_due due)
{
    size_t i = w->due_count++;

    w->heap = world_grow(w->heap, i, &w->due_room, sizeof *w->heap);
    due.order = w->order++;
    for (; i > 0 && world_before(&due, &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
        w->heap[i] = w->heap[(i - 1) / 2];
    w->heap[i] = due;
}

static inline struct world_due world_pop(struct world *w)
{
    struct world_due top = w->heap[0], last = w->heap[--w->due_count];
    size_t i = 0;

    while (2 * i + 1 < w->due_count) {
        size_t child = 2 * i + 1;

        if (child + 1 < w->due_count && world_before(&w->heap[child + 1], &w->heap[child]))
            child++;
        if (!world_before(&w->heap[child], &last))
            break;
        w->heap[i] = w->heap[child];
        i = child;
    }
    if (w->due_count > 0)
        w->heap[i] = last;
    return top;
}

/* ---- Wires. */

static inline uint64_t world_delay(struct world *w)
{
    return w->latency_ms + rng_below(&w->rng, w->jitter_ms + 1);
}

static inline bool world_alive(const struct world *w, const struct world_wire *wire, int side)
{
    int home = wire->home[side];

    return home == WORLD_OUTSIDE ||
           (w->homes[home].core != NULL && w->homes[home].starts == wire->start[side]);
}

static inline void world_pass(struct world *w, size_t at, int to, enum world_kind kind, struct bytes bytes)
{
    struct world_wire *wire = &w->wires[at];
    struct world_due due = {
        .kind = kind, .home = wire->home[to], .wire = at, .side = to, .size = bytes.size
    };

    due.at_ms = w->now_ms + world_delay(w);
    if (due.at_ms < wire->last_ms[to])
        due.at_ms = wire->last_ms[to];
    wire->last_ms[to] = due.at_ms;
    if (bytes.size > 0) {
        due.data = malloc(bytes.size);
        assert(due.data != NULL);
        memcpy(due.data, bytes.data, bytes.size);
    }
    world_push(w, due);
}

static inline size_t world_wire_add(struct world *w, int from, int to)
{
    struct world_wire wire = { .home = { from, to }, .open = { true, true } };

    for (int side = 0; side < 2; side++)
        wire.start[side] = wire.home[side] == WORLD_OUTSIDE ? 0 : w->homes[wire.home[side]].starts;
    w->wires = world_grow(w->wires, w->wire_count, &w->wire_room, sizeof *w->wires);
    w->wires[w->wire_count] = wire;
    return w->wire_count++;
}

static inline int world_at(const struct world *w, const char *address)
{
    for (int i = 0; i < w->home_count; i++) {
        if (strcmp(w->homes[i].address, address) == 0)
            return i;
    }
    return WORLD_OUTSIDE;
}

static inline void world_dial(struct world *w, int from, const struct effect *effect)
{
    size_t at = world_wire_add(w, from, world_at(w, effect->address));

    w->wires[at].id[0] = effect->link;
    world_pass(w, at, 1, WORLD_REACH, (struct bytes){ NULL, 0 });
}

/* The wire a home means by its link id; wire_count: none. */
static inline size_t world_wire_of(const struct world *w, int home, uint32_t link, int *side)
{
    for (size_t i = w->wire_count; i-- > 0;) {
        for (*side = 0; *side < 2; ++*side) {
            const struct world_wire *wire = &w->wires[i];

            if (wire->home[*side] == home && wire->start[*side] == w->homes[home].starts &&
                wire->id[*side] == link)
                return i;
        }
    }
    return w->wire_count;
}

static inline void world_outside_take(struct world *w, struct bytes bytes)
{
    w->outside = realloc(w->outside, w->outside_size + bytes.size + 1);
    assert(w->outside != NULL);
    memcpy(w->outside + w->outside_size, bytes.data, bytes.size);
    w->outside_size += bytes.size;
}

static inline void world_send(struct world *w, int home, const struct effect *effect, struct bytes bytes)
{
    int side;
    size_t at = world_wire_of(w, home, effect->link, &side);

    assert(bytes.size > 0);
    w->homes[home].sent++;
    w->homes[home].bytes_sent += bytes.size;
    if (at == w->wire_count || !w->wires[at].open[side] || w->wires[at].lost)
        return;
    if (w->wires[at].home[!side] == WORLD_OUTSIDE)
        world_outside_take(w, bytes);
    else
        world_pass(w, at, !side, WORLD_DATA, bytes);
}

static inline void world_hang_up(struct world *w, size_t at, int side)
{
    struct world_wire *wire = &w->wires[at];

    if (!wire->open[side])
        return;
    wire->open[side] = false;
    if (!wire->lost)
        world_pass(w, at, !side, WORLD_DOWN, (struct bytes){ NULL, 0 });
}

static inline void world_close(struct world *w, int home, const struct effect *effect)
{
    int side;
    size_t at = world_wire_of(w, home, effect->link, &side);

    w->homes[home].closes[effect->why]++;
    if (at == w->wire_count)
        return;
    if (w->wires[at].home[!side] == WORLD_OUTSIDE) {
        w->outside_closed = true;
        w->outside_why = effect->why;
    }
    world_hang_up(w, at, side);
}

#endif
