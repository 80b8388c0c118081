/* world.h - homes in one process under virtual time: real cores, a network with latency, cuts and lost links,
 * and for each home a disk that keeps exactly what was KEPT, in order. One seed draws everything; the same
 * seed gives the same story.
 *
 *     struct world *w = world_new(3, 1);
 *     world_belong(w, 0, -1);                     // home 0 begins a group
 *     world_belong(w, 1, 0);                      // home 1 gets the invitation with home 0's address
 *     world_found(w, 0, "pellets", "demo", topic); // home 0 makes a round
 *     world_run(w, 60000);
 *     world_free(w);
 *
 * Checked from outside at every step: what is kept comes before what is sent, a record is kept once, after
 * its round, and no home ever keeps a record that is on nobody's disk unless it made it. */
#ifndef COOP_TESTS_WORLD_H
#define COOP_TESTS_WORLD_H

#include "tests/support/world_net.h"

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

static inline void world_apply_one(struct world *w, int at, const struct effect *effect,
                                   const struct event *cause)
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
    case EFFECT_KEEP_TOTALS:
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
        assert(!sent || effect->type == EFFECT_KEEP_PEER ||
               effect->type >= EFFECT_DIAL); /* disk before wire */
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
    if (w->fresh_effects)
        effects_clear(&w->effects); /* so that every step has to make room for them */
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
    struct event event = { .type = EVENT_GROUP,
                           .bytes = BYTES(w->secret),
                           .address = w->homes[at].invited_by };

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
                     : item->type == EFFECT_KEEP_TOTALS ? EVENT_TOTALS
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
    snprintf(seen, sizeof seen, "%.*s:%d",
             (int)(strchr(w->homes[from].address, ':') - w->homes[from].address), w->homes[from].address,
             40000 + (int)(due->wire % 20000));
    world_pass(w, due->wire, 0, WORLD_UP, (struct bytes){ NULL, 0 });
    world_step(w, to,
               (struct event){ .type = EVENT_LINK_UP, .link = w->wires[due->wire].id[1], .address = seen });
}

/* A stream has no seams: what was sent at once comes in up to three pieces. */
static inline void world_deliver(struct world *w, const struct world_due *due)
{
    uint32_t link = w->wires[due->wire].id[due->side];
    size_t at = 0;

    w->deliveries++;
    while (at < due->size) {
        size_t size =
            rng_below(&w->rng, 4) == 0 ? 1 + (size_t)rng_below(&w->rng, due->size - at) : due->size - at;

        world_step(
            w, due->home,
            (struct event){ .type = EVENT_LINK_DATA, .link = link, .bytes = { due->data + at, size } });
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
    if (due->home == WORLD_OUTSIDE || wire->lost || !wire->open[due->side] ||
        !world_alive(w, wire, due->side))
        return;
    if (due->kind == WORLD_DATA) {
        world_deliver(w, due);
    } else if (due->kind == WORLD_UP) {
        int to = wire->home[1];

        world_step(w, due->home,
                   (struct event){ .type = EVENT_LINK_UP,
                                   .link = wire->id[0],
                                   .address = to < 0 ? "" : w->homes[to].address });
    } else {
        w->wires[due->wire].open[due->side] = false;
        world_step(w, due->home,
                   (struct event){ .type = EVENT_LINK_DOWN, .link = w->wires[due->wire].id[due->side] });
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

#endif
