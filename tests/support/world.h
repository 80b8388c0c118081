/* world.h - homes in one process under virtual time: real cores, a network with latency, cuts and lost links, and for each home a disk that
 * keeps exactly what was KEPT, in order. One seed draws everything; the same seed gives the same story.
 *
 *     struct world *w = world_new(3, 1);
 *     world_found(w, 0, &charter);            // home 0 makes the round
 *     world_belong(w, 1, 0);                  // home 1 gets the invitation with home 0's address
 *     world_run(w, 60000);
 *     world_free(w);
 *
 * Checked from outside at every step: what is kept comes before what is sent, a record is kept once, after its round, and no home ever keeps
 * a record that is on nobody's disk unless it made it. */
#ifndef COOP_TESTS_WORLD_H
#define COOP_TESTS_WORLD_H

#include "proto/record.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORLD_OUTSIDE = -1, WORLD_HOMES_MAX = 1024, WORLD_EPOCH_S = 1800000000 };

struct world_item {
    enum effect_type type;
    uint8_t topic[ID_SIZE], id[ID_SIZE];
    uint64_t arrival_ms;
    uint8_t *data;
    size_t size;
};
struct world_home {
    struct core *core; /* NULL: off */
    uint8_t seed[KEY_SIZE];
    char address[ADDRESS_MAX];
    bool mute;      /* says no address: cannot be called */
    unsigned starts;
    struct world_item *disk;
    size_t item_count, item_room;
    char invited_by[ADDRESS_MAX];
    bool belongs;
    uint64_t wake_ms;
    long effects_left; /* carried out before the power goes; -1: it does not */
    size_t steps, kept, sent, told, closes[STATUS_VERSION + 1];
    uint64_t bytes_sent;
    enum phase phase;
    int64_t clock_ms; /* this home's clock less the world's */
};
struct world_wire { /* a connection; side 0 dialled */
    int home[2];
    unsigned start[2]; /* of the home's lives: a wire does not outlast one */
    uint32_t id[2];
    bool open[2];      /* this side may still send and be told */
    bool lost;         /* what is sent vanishes, nobody is told */
    uint64_t last_ms[2];
};
enum world_kind { WORLD_WAKE, WORLD_REACH, WORLD_UP, WORLD_DATA, WORLD_DOWN };
struct world_due {
    uint64_t at_ms, order;
    enum world_kind kind;
    int home;
    size_t wire;
    int side; /* who is told */
    uint8_t *data;
    size_t size;
};
struct world {
    struct world_home *homes;
    int home_count;
    struct rng rng;
    uint64_t now_ms, order;
    unsigned latency_ms, jitter_ms;
    struct world_due *heap;
    size_t due_count, due_room;
    struct world_wire *wires;
    size_t wire_count, wire_room;
    bool (*cut)[WORLD_HOMES_MAX];
    struct effects effects;
    struct failure why;
    char network[NAME_MAX_SIZE];
    uint8_t secret[GROUP_SECRET_SIZE];
    size_t deliveries;
    uint8_t trace[HASH_SIZE]; /* of all effects so far */
    bool liar; /* somebody outside makes records too */
    void (*around)(bool inside); /* called before and after each core_step; may be NULL */
    uint8_t *outside; /* what homes sent to a wire that ends outside */
    size_t outside_size;
    bool outside_closed;
    enum status outside_why;
};

/* ---- The queue: a binary heap by time, then by order of making. */

static inline bool world_before(const struct world_due *a, const struct world_due *b)
{
    return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

static inline void *world_grow(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    *room = *room == 0 ? 64 : 2 * *room;
    list = realloc(list, *room * size);
    assert(list != NULL);
    return list;
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

/* ---- Disks. */

static inline struct world_item *world_find(struct world_home *home, enum effect_type type, const uint8_t *id)
{
    for (size_t i = home->item_count; i-- > 0;) {
        if (home->disk[i].type == type && memcmp(home->disk[i].id, id, ID_SIZE) == 0)
            return &home->disk[i];
    }
    return NULL;
}

static inline bool world_has(struct world *w, int home, const uint8_t id[ID_SIZE])
{
    return world_find(&w->homes[home], EFFECT_KEEP_RECORD, id) != NULL;
}

static inline size_t world_records(const struct world *w, int home)
{
    size_t count = 0;

    for (size_t i = 0; i < w->homes[home].item_count; i++)
        count += w->homes[home].disk[i].type == EFFECT_KEEP_RECORD;
    return count;
}

/* Every home that is on has the same records on its disk. */
static inline bool world_alike(struct world *w)
{
    int first = -1;

    for (int i = 0; i < w->home_count; i++) {
        if (w->homes[i].core == NULL)
            continue;
        if (first >= 0 && world_records(w, i) != world_records(w, first))
            return false;
        for (size_t j = 0; first >= 0 && j < w->homes[i].item_count; j++) {
            const struct world_item *item = &w->homes[i].disk[j];

            if (item->type == EFFECT_KEEP_RECORD && !world_has(w, first, item->id))
                return false;
        }
        first = first < 0 ? i : first;
    }
    return true;
}

static inline bool world_signs(struct world *w, int at, const struct effect *effect, struct bytes bytes)
{
    struct world_home *home = &w->homes[at];
    struct topic *topic = core_topic_find(home->core, effect->topic);
    struct sign_key founder;
    struct group_key share;
    struct own_view own;
    struct record record;
    bool fine = record_read(&record, bytes);

    assert(fine && topic != NULL);
    core_own(home->core, topic, &own);
    founder_keys(&founder, &share, home->seed, topic_charter(topic));
    return memcmp(record.author, own.member_key, KEY_SIZE) == 0 || memcmp(record.author, own.pseudonym, KEY_SIZE) == 0 ||
           memcmp(record.author, founder.public_key, KEY_SIZE) == 0;
}

/* A record that is on no other disk can only be this home's own, or a company's, handed in here: else it was on a link before it was on a
 * disk. */
static inline void world_check_origin(struct world *w, int at, const struct effect *effect, struct bytes bytes,
                                      const struct event *cause)
{
    for (int i = 0; i < w->home_count; i++) {
        if (i != at && world_has(w, i, effect->id))
            return;
    }
    assert(cause->type == EVENT_BID || w->liar || world_signs(w, at, effect, bytes));
}

static inline void world_keep(struct world *w, int at, const struct effect *effect, struct bytes bytes)
{
    struct world_home *home = &w->homes[at];
    struct world_item item = { .type = effect->type, .arrival_ms = effect->arrival_ms, .size = bytes.size };

    memcpy(item.topic, effect->topic, ID_SIZE);
    memcpy(item.id, effect->type == EFFECT_KEEP_SECRET ? effect->topic : effect->id, ID_SIZE);
    item.data = malloc(bytes.size + 1);
    assert(item.data != NULL);
    if (bytes.size > 0)
        memcpy(item.data, bytes.data, bytes.size);
    home->disk = world_grow(home->disk, home->item_count, &home->item_room, sizeof *home->disk);
    home->disk[home->item_count++] = item;
    home->kept++;
}

static inline void world_erase(struct world_home *home, const uint8_t topic[ID_SIZE])
{
    size_t kept = 0;

    for (size_t i = 0; i < home->item_count; i++) {
        if (home->disk[i].type != EFFECT_KEEP_PEER && memcmp(home->disk[i].topic, topic, ID_SIZE) == 0)
            free(home->disk[i].data);
        else
            home->disk[kept++] = home->disk[i];
    }
    home->item_count = kept;
}

/* ---- Wires. */

static inline uint64_t world_delay(struct world *w)
{
    return w->latency_ms + rng_below(&w->rng, w->jitter_ms + 1);
}

static inline bool world_alive(const struct world *w, const struct world_wire *wire, int side)
{
    int home = wire->home[side];

    return home == WORLD_OUTSIDE || (w->homes[home].core != NULL && w->homes[home].starts == wire->start[side]);
}

static inline void world_pass(struct world *w, size_t at, int to, enum world_kind kind, struct bytes bytes)
{
    struct world_wire *wire = &w->wires[at];
    struct world_due due = { .kind = kind, .home = wire->home[to], .wire = at, .side = to, .size = bytes.size };

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

            if (wire->home[*side] == home && wire->start[*side] == w->homes[home].starts && wire->id[*side] == link)
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

/* ---- Homes. */

static inline void world_stop(struct world *w, int at)
{
    struct world_home *home = &w->homes[at];

    if (home->core == NULL)
        return;
    for (size_t i = 0; i < w->wire_count; i++) {
        for (int side = 0; side < 2; side++) {
            if (w->wires[i].home[side] == at && world_alive(w, &w->wires[i], side))
                world_hang_up(w, i, side);
        }
    }
    core_free(home->core);
    home->core = NULL;
    home->effects_left = -1;
}

static inline void world_apply_one(struct world *w, int at, const struct effect *effect, const struct event *cause)
{
    struct world_home *home = &w->homes[at];
    struct bytes bytes = effect_bytes(&w->effects, effect);

    switch (effect->type) {
    case EFFECT_KEEP_RECORD:
        assert(world_find(home, EFFECT_KEEP_TOPIC, effect->topic) != NULL);
        assert(!world_has(w, at, effect->id));
        world_check_origin(w, at, effect, bytes, cause);
        world_keep(w, at, effect, bytes);
        break;
    case EFFECT_KEEP_PEER:
        bytes = (struct bytes){ (const uint8_t *)effect->address, ADDRESS_MAX };
        world_keep(w, at, effect, bytes);
        break;
    case EFFECT_KEEP_TOPIC:
    case EFFECT_KEEP_SECRET:
        world_keep(w, at, effect, bytes);
        break;
    case EFFECT_DROP_TOPIC:
        world_erase(home, effect->topic);
        break;
    case EFFECT_DIAL:
        world_dial(w, at, effect);
        break;
    case EFFECT_SEND:
        world_send(w, at, effect, bytes);
        break;
    case EFFECT_CLOSE:
        world_close(w, at, effect);
        break;
    case EFFECT_TELL:
        home->told++;
        home->phase = effect->phase;
        break;
    }
}

static inline void world_note(struct world *w, const struct effect *effect)
{
    uint8_t facts[8];
    struct bytes parts[] = { BYTES(w->trace), BYTES(facts), effect_bytes(&w->effects, effect) };

    be32_write(facts, effect->type);
    be32_write(facts + 4, effect->link);
    hash_parts(w->trace, "trace", parts, ARRAY_SIZE(parts));
}

static inline void world_apply(struct world *w, int at, const struct event *cause)
{
    struct world_home *home = &w->homes[at];
    bool sent = false;

    for (size_t i = 0; i < w->effects.count && home->core != NULL; i++) {
        const struct effect *effect = &w->effects.list[i];

        sent = sent || effect->type == EFFECT_SEND;
        assert(!sent || effect->type == EFFECT_KEEP_PEER || effect->type >= EFFECT_DIAL); /* disk before wire */
        if (home->effects_left == 0) {
            world_stop(w, at);
            return;
        }
        world_note(w, effect);
        world_apply_one(w, at, effect, cause);
        if (home->effects_left > 0)
            home->effects_left--;
    }
}

static inline void world_wake(struct world *w, int at)
{
    struct world_home *home = &w->homes[at];
    uint64_t due_ms = home->core == NULL ? UINT64_MAX : core_deadline(home->core);

    if (due_ms == UINT64_MAX)
        return;
    due_ms -= (uint64_t)home->clock_ms;
    if (due_ms < w->now_ms || due_ms > UINT64_MAX / 2)
        due_ms = w->now_ms;
    if (home->wake_ms > w->now_ms && home->wake_ms <= due_ms)
        return; /* it asks again then */
    home->wake_ms = due_ms;
    world_push(w, (struct world_due){ .at_ms = due_ms, .kind = WORLD_WAKE, .home = at });
}

/* One event for one home, its effects carried out. */
static inline enum status world_step(struct world *w, int at, struct event event)
{
    struct world_home *home = &w->homes[at];
    enum status status;

    if (home->core == NULL)
        return STATUS_BUSY;
    event.now_ms = w->now_ms + (uint64_t)home->clock_ms;
    home->steps++;
    effects_reset(&w->effects);
    w->why.text[0] = '\0';
    if (w->around != NULL)
        w->around(true);
    status = core_step(home->core, &event, &w->effects, &w->why);
    if (w->around != NULL)
        w->around(false);
    world_apply(w, at, &event);
    world_wake(w, at);
    return status;
}

static inline void world_tell_group(struct world *w, int at)
{
    struct event event = { .type = EVENT_GROUP, .bytes = BYTES(w->secret), .address = w->homes[at].invited_by };

    while (world_step(w, at, event) == STATUS_NOMEM)
        continue;
}

static inline void world_replay(struct world *w, int at)
{
    struct world_home *home = &w->homes[at];
    uint8_t group[ID_SIZE];

    group_id(group, w->secret);
    if (home->belongs)
        world_tell_group(w, at);
    for (size_t i = 0; i < home->item_count; i++) {
        const struct world_item *item = &home->disk[i];
        struct event event = { .bytes = { item->data, item->size }, .arrival_ms = item->arrival_ms };

        memcpy(event.topic, item->topic, ID_SIZE);
        event.type = item->type == EFFECT_KEEP_TOPIC    ? EVENT_TOPIC
                     : item->type == EFFECT_KEEP_RECORD ? EVENT_RECORD
                                                        : EVENT_SECRET;
        if (item->type == EFFECT_KEEP_PEER) {
            event = (struct event){ .type = EVENT_HEARD, .address = (const char *)item->data };
            memcpy(event.group, group, ID_SIZE);
        }
        assert(world_step(w, at, event) == STATUS_OK);
        assert(w->effects.count == 0); /* what comes from disk sends nothing */
    }
    world_step(w, at, (struct event){ .type = EVENT_STARTED });
}

static inline void world_start(struct world *w, int at)
{
    struct world_home *home = &w->homes[at];
    struct core_config config;

    assert(home->core == NULL);
    memset(&config, 0, sizeof config);
    memcpy(config.seed, home->seed, KEY_SIZE);
    rng_fill(&w->rng, config.randomness, KEY_SIZE);
    memcpy(config.network, w->network, NAME_MAX_SIZE);
    if (!home->mute)
        memcpy(config.listen_address, home->address, ADDRESS_MAX);
    home->core = core_new(&config);
    assert(home->core != NULL);
    home->starts++;
    home->wake_ms = 0;
    home->effects_left = -1;
    world_replay(w, at);
}

static inline struct world *world_new(int homes, uint64_t seed)
{
    struct world *w = calloc(1, sizeof *w);
    uint8_t from[KEY_SIZE] = { 0x77 };

    assert(w != NULL && homes <= WORLD_HOMES_MAX);
    be64_write(from + 8, seed);
    rng_init(&w->rng, from);
    w->home_count = homes;
    w->homes = calloc((size_t)homes, sizeof *w->homes);
    w->cut = calloc((size_t)homes, sizeof *w->cut);
    assert(w->homes != NULL && w->cut != NULL);
    w->now_ms = (uint64_t)WORLD_EPOCH_S * 1000;
    w->latency_ms = 20;
    w->jitter_ms = 10;
    strcpy(w->network, "test");
    w->secret[0] = 0x6e;
    for (int i = 0; i < homes; i++) {
        rng_fill(&w->rng, w->homes[i].seed, KEY_SIZE);
        snprintf(w->homes[i].address, ADDRESS_MAX, "10.0.%d.%d:7711", i / 250, i % 250 + 1);
    }
    return w;
}

static inline void world_free(struct world *w)
{
    for (int i = 0; i < w->home_count; i++) {
        core_free(w->homes[i].core);
        for (size_t j = 0; j < w->homes[i].item_count; j++)
            free(w->homes[i].disk[j].data);
        free(w->homes[i].disk);
    }
    for (size_t i = 0; i < w->due_count; i++)
        free(w->heap[i].data);
    effects_clear(&w->effects);
    free(w->outside);
    free(w->heap);
    free(w->wires);
    free(w->cut);
    free(w->homes);
    free(w);
}

/* ---- What happens. */

static inline void world_reach(struct world *w, const struct world_due *due)
{
    struct world_wire *wire = &w->wires[due->wire];
    int from = wire->home[0], to = wire->home[1];
    char seen[ADDRESS_MAX];

    if (!world_alive(w, wire, 0) || !wire->open[0])
        return;
    if (to == WORLD_OUTSIDE || w->homes[to].core == NULL || w->homes[to].mute || w->cut[from][to]) {
        wire->open[1] = false;
        wire->home[1] = WORLD_OUTSIDE;
        world_pass(w, due->wire, 0, WORLD_DOWN, (struct bytes){ NULL, 0 });
        return;
    }
    wire->start[1] = w->homes[to].starts;
    wire->id[1] = LINK_INCOMING | (uint32_t)due->wire;
    snprintf(seen, sizeof seen, "%.*s:%d", (int)(strchr(w->homes[from].address, ':') - w->homes[from].address),
             w->homes[from].address, 40000 + (int)(due->wire % 20000));
    world_pass(w, due->wire, 0, WORLD_UP, (struct bytes){ NULL, 0 });
    world_step(w, to, (struct event){ .type = EVENT_LINK_UP, .link = w->wires[due->wire].id[1], .address = seen });
}

/* A stream has no seams: what was sent at once comes in up to three pieces. */
static inline void world_deliver(struct world *w, const struct world_due *due)
{
    uint32_t link = w->wires[due->wire].id[due->side];
    size_t at = 0;

    w->deliveries++;
    while (at < due->size) {
        size_t size = rng_below(&w->rng, 4) == 0 ? 1 + (size_t)rng_below(&w->rng, due->size - at) : due->size - at;

        world_step(w, due->home, (struct event){ .type = EVENT_LINK_DATA, .link = link, .bytes = { due->data + at, size } });
        at += size;
    }
}

static inline void world_happen(struct world *w, const struct world_due *due)
{
    const struct world_wire *wire = due->kind == WORLD_WAKE ? NULL : &w->wires[due->wire];

    if (due->kind == WORLD_WAKE) {
        if (w->homes[due->home].core != NULL && w->homes[due->home].wake_ms == due->at_ms) {
            w->homes[due->home].wake_ms = 0;
            world_step(w, due->home, (struct event){ .type = EVENT_TIMEOUT });
        }
        return;
    }
    if (due->kind == WORLD_REACH) {
        world_reach(w, due);
        return;
    }
    if (due->home == WORLD_OUTSIDE || wire->lost || !wire->open[due->side] || !world_alive(w, wire, due->side))
        return;
    if (due->kind == WORLD_DATA) {
        world_deliver(w, due);
    } else if (due->kind == WORLD_UP) {
        int to = wire->home[1];

        world_step(w, due->home, (struct event){ .type = EVENT_LINK_UP, .link = wire->id[0],
                                                 .address = to < 0 ? "" : w->homes[to].address });
    } else {
        w->wires[due->wire].open[due->side] = false;
        world_step(w, due->home, (struct event){ .type = EVENT_LINK_DOWN, .link = w->wires[due->wire].id[due->side] });
    }
}

static inline void world_run(struct world *w, uint64_t span_ms)
{
    uint64_t until_ms = w->now_ms + span_ms;

    while (w->due_count > 0 && w->heap[0].at_ms <= until_ms) {
        struct world_due due = world_pop(w);

        assert(due.at_ms >= w->now_ms);
        w->now_ms = due.at_ms;
        world_happen(w, &due);
        free(due.data);
    }
    w->now_ms = until_ms;
}

/* ---- What a story needs. */

/* Links between the two go down, and no dial passes, until world_join. silent: nobody is told. */
static inline void world_cut(struct world *w, int a, int b, bool silent)
{
    w->cut[a][b] = w->cut[b][a] = true;
    for (size_t i = 0; i < w->wire_count; i++) {
        struct world_wire *wire = &w->wires[i];

        if (!(wire->home[0] == a && wire->home[1] == b) && !(wire->home[0] == b && wire->home[1] == a))
            continue;
        for (int side = 0; side < 2 && !silent; side++) {
            if (wire->open[side] && world_alive(w, wire, side))
                world_pass(w, i, side, WORLD_DOWN, (struct bytes){ NULL, 0 });
        }
        wire->lost = silent;
    }
}

static inline void world_join(struct world *w, int a, int b)
{
    w->cut[a][b] = w->cut[b][a] = false;
}

/* The home joins the group of the world, with another's address in the invitation, or none (-1). */
static inline void world_belong(struct world *w, int at, int by)
{
    struct world_home *home = &w->homes[at];

    home->belongs = true;
    if (by >= 0)
        memcpy(home->invited_by, w->homes[by].address, ADDRESS_MAX);
    if (home->core == NULL)
        world_start(w, at);
    else
        world_tell_group(w, at);
}

static inline size_t world_links(const struct world *w, int at)
{
    struct peer_view peers[128];
    size_t count = core_peers(w->homes[at].core, peers, ARRAY_SIZE(peers)), linked = 0;

    for (size_t i = 0; i < count; i++)
        linked += peers[i].linked;
    return linked;
}

static inline bool world_linked(const struct world *w, int a, int b)
{
    struct peer_view peers[128];
    size_t count = core_peers(w->homes[a].core, peers, ARRAY_SIZE(peers));

    for (size_t i = 0; i < count; i++) {
        if (peers[i].linked && memcmp(peers[i].key, core_link_key(w->homes[b].core), KEY_SIZE) == 0)
            return true;
    }
    return false;
}

/* A round of the given pace, founded by a home of the world. Returns its id in out. */
static inline void world_found(struct world *w, int at, const char *good, const char *pace, uint8_t out[ID_SIZE])
{
    static uint8_t bytes[CHARTER_MAX];
    struct charter charter;
    size_t size;

    assert(charter_from_template(&charter, good, pace, NULL) == STATUS_OK);
    strcpy(charter.network, w->network);
    strcpy(charter.zone, "fr:insee:44109");
    strcpy(charter.season, "2027");
    strcpy(charter.contact, "ada@example.org");
    charter.opens_s = w->now_ms / 1000;
    charter_found(&charter, w->homes[at].seed, w->secret);
    size = charter_write(bytes, sizeof bytes, &charter);
    charter_id(out, (struct bytes){ bytes, size });
    while (world_step(w, at, (struct event){ .type = EVENT_TOPIC, .bytes = { bytes, size } }) == STATUS_NOMEM)
        continue;
    assert(core_topic_find(w->homes[at].core, out) != NULL);
}

static inline enum status world_enrol(struct world *w, int at, const uint8_t topic[ID_SIZE])
{
    struct event event = { .type = EVENT_ENROL };

    memcpy(event.topic, topic, ID_SIZE);
    return world_step(w, at, event);
}

#endif
