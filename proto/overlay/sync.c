/* sync.c - who compares sets with whom, and when. WIRE 10.8. What a comparison says is reconcile.c's
 * business.
 *
 * Happy path: the home that dialled begins, one round after the other; equal sets cost a digest and a yes;
 * what the peer lacks is given at the link's pace, parents first. Failure modes: a comparison that stops is
 * dropped after SYNC_TIMEOUT_MS and begun again in its turn; each side runs one at a time that it began and
 * one that the other did, so memory is bounded by two sets a link. A round outlives its comparisons (edge_clear). */
#include "proto/core/core_state.h"

#include <stdlib.h>
#include <string.h>

enum { BAD_STREAM_POINTS = 20 };

/* ---- When. */

/* Who was called leaves it to the other, who has an interest too, and begins only if that one does not. */
static void schedule(struct core *core, struct link *link, struct edge *edge)
{
    uint64_t least = link->incoming ? SYNC_MS / 2 : 0;

    edge->sync_at = core->ms + jittered(core, edge->span_ms) + least;
    link->touched = true;
}

void sync_shared(struct core *core, struct link *link, struct round *round)
{
    struct edge *edge = &link->edges[round->handle];

    edge->span_ms = SYNC_MS;
    schedule(core, link, edge);
    if (!link->incoming)
        edge->sync_at = core->ms;
}

void sync_moved(struct core *core, struct round *round)
{
    round->moved_at = core->ms;
    round->syncs = SYNC_TIMES;
    if (round->sync_at == 0)
        round->sync_at = core->ms + jittered(core, SYNC_MS);
    if (round->group == NULL)
        return;
    round->group->changes++;
    core->members_at = earlier(core->members_at, round->group->visit_soon_at);
}

static uint64_t when_calm(const struct round *round, uint64_t at)
{
    uint64_t calm = earlier(round->moved_at + SYNC_CALM_MS, at + SYNC_CALM_MAX_MS);

    return at > calm ? at : calm;
}

static void exchange_end(struct exchange *x)
{
    sync_free(x->sync);
    *x = (struct exchange){ 0 };
}

void sync_drop(struct link *link, unsigned handle)
{
    if (handle == NO_HANDLE || link->ours.handle == handle)
        exchange_end(&link->ours);
    if (handle == NO_HANDLE || link->others.handle == handle)
        exchange_end(&link->others);
}

/* ---- What the other side lacks. */

struct giving {
    uint8_t rank, id[ID_SIZE];
};

static int giving_compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct giving));
}

static void give(struct core *core, struct link *link, unsigned handle, const uint8_t (*ids)[ID_SIZE],
                 size_t count)
{
    struct topic *topic = link->group->rounds[handle]->topic;
    struct giving *list = count == 0 ? NULL : malloc(count * sizeof *list);
    size_t found = 0;

    if (list == NULL) {
        core->no_memory = core->no_memory || count > 0;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct held *held = topic_held_find(topic, ids[i]);

        if (held == NULL)
            continue;
        list[found].rank = held_rank(held);
        memcpy(list[found++].id, ids[i], ID_SIZE);
    }
    qsort(list, found, sizeof *list, giving_compare);
    for (size_t i = 0; i < found && pace_give(core, link, handle, list[i].id); i++)
        continue;
    free(list);
}

/* ---- Turns. */

/* Of a pair that differs something is new, to both; and who had news is kept as a neighbour. */
static void went(struct core *core, struct link *link, struct edge *edge, bool equal)
{
    edge->span_ms = equal ? earlier(2 * edge->span_ms, SYNC_QUIET_MS) : SYNC_MS;
    schedule(core, link, edge);
    if (!equal && link->visit)
        membership_stay(core, link);
}

static void go(struct core *core, struct link *link, struct exchange *x, enum status status)
{
    struct sync_out *out = &core->sync_out;
    struct message message = { .type = MESSAGE_SYNC,
                               .handle = x->handle,
                               .sync = { x == &link->ours, x->number, { out->payload, out->size } } };

    if (status != STATUS_OK) {
        core->no_memory = core->no_memory || status == STATUS_NOMEM;
        exchange_end(x);
        if (status == STATUS_MALFORMED)
            violation(core, link);
        else if (status == STATUS_FULL)
            behaviour(core, link, BAD_STREAM_POINTS);
        return;
    }
    if (out->size > 0)
        link_say(core, link, &message);
    give(core, link, x->handle, out->give, out->give_count);
    if (out->done) {
        went(core, link, &link->edges[x->handle], out->equal);
        exchange_end(x);
        return;
    }
    x->more = out->more;
    x->ends_at = core->ms + SYNC_TIMEOUT_MS;
    link->touched = true;
    if (x->more)
        pace_mark(core, link);
}

static size_t ids_of(const void *topic, size_t count, uint64_t parts, uint8_t (*out)[ID_SIZE])
{
    return topic_ids(topic, count, parts, out);
}

static struct sync_set set_of(struct topic *topic)
{
    struct sync_set set = { .ids = ids_of, .from = topic };

    set.count = topic_digest(topic, set.digest, set.marks);
    return set;
}

static void begin(struct core *core, struct link *link, struct round *round)
{
    struct exchange *x = &link->ours;
    struct sync_set set = set_of(round->topic);

    core->sync_out.size = core->sync_out.give_count = 0;
    *x = (struct exchange){ .number = ++core->last_sync, .handle = round->handle };
    x->sync = sync_begin(&set, &core->rng, &core->sync_out);
    link->pinged_at = core->ms;
    schedule(core, link, &link->edges[round->handle]);
    go(core, link, x, x->sync == NULL ? STATUS_NOMEM : STATUS_OK);
}

static void answer(struct core *core, struct link *link, struct round *round, const struct sync_message *message)
{
    struct exchange *x = &link->others;
    struct sync_set set = set_of(round->topic);

    exchange_end(x);
    /* A few bytes make this home look at its whole set: that costs the asker as much as sending it. */
    if (sync_opens_equal(message->payload, &set) ||
        bucket_take(&link->allowance->bytes, BUCKET_BYTES, BUCKET_BYTES_PER_S, core->ms, set.count * ID_SIZE)) {
        *x = (struct exchange){ .number = message->number, .handle = round->handle };
        x->sync = sync_answer(&set, &core->rng);
        core->no_memory = core->no_memory || x->sync == NULL;
    }
    schedule(core, link, &link->edges[round->handle]);
}

void sync_take(struct core *core, struct link *link, const struct message *message)
{
    struct exchange *x = message->sync.began ? &link->others : &link->ours;
    struct round *round;

    if (!follow_round(&round, link, message->handle)) {
        violation(core, link);
        return;
    }
    if (round == NULL)
        return;
    /* What goes on with one that is over here comes from a peer that is slow, and no more: WIRE 10.8. */
    if (message->sync.began && (x->sync == NULL || x->number != message->sync.number) &&
        !sync_goes_on(message->sync.payload))
        answer(core, link, round, &message->sync);
    if (x->sync == NULL || x->number != message->sync.number || x->handle != round->handle)
        return;
    go(core, link, x, sync_step(x->sync, message->sync.payload, &core->sync_out));
}

void sync_go_on(struct core *core, struct link *link)
{
    struct exchange *both[] = { &link->ours, &link->others };

    for (size_t i = 0; i < ARRAY_SIZE(both) && !link->closing; i++) {
        if (both[i]->sync != NULL && both[i]->more)
            go(core, link, both[i], sync_more(both[i]->sync, &core->sync_out));
    }
}

void sync_run(struct core *core, struct link *link)
{
    if (link->ours.sync != NULL && core->ms >= link->ours.ends_at)
        exchange_end(&link->ours);
    if (link->others.sync != NULL && core->ms >= link->others.ends_at)
        exchange_end(&link->others);
    for (unsigned handle = 0; handle < TOPICS_MAX && link->ours.sync == NULL; handle++) {
        struct round *round = link->edges[handle].shared ? link->group->rounds[handle] : NULL;

        if (round != NULL && core->ms >= when_calm(round, link->edges[handle].sync_at))
            begin(core, link, round);
    }
}

uint64_t sync_deadline(const struct link *link)
{
    uint64_t at = UINT64_MAX;

    if (link->ours.sync != NULL)
        at = earlier(at, link->ours.ends_at);
    if (link->others.sync != NULL)
        at = earlier(at, link->others.ends_at);
    for (unsigned handle = 0; handle < TOPICS_MAX && link->ours.sync == NULL; handle++) {
        if (link->edges[handle].shared)
            at = earlier(at, when_calm(link->group->rounds[handle], link->edges[handle].sync_at));
    }
    return at;
}

/* What has changed here is compared with one neighbour a minute, by chance, and with another the minute after: what spreading has lost is
 * found, whoever lacks it, also when it was the last that was said. */
static void round_compare(struct core *core, struct round *round)
{
    struct link *chosen = NULL;
    unsigned equals = 0;

    round->sync_at = 0;
    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];

        if (link->group == round->group && link_ready(link) && !link->closing && link->edges[round->handle].shared &&
            link->ours.sync == NULL && rng_below(&core->rng, ++equals) == 0)
            chosen = link;
    }
    if (chosen != NULL) {
        begin(core, chosen, round);
        round->syncs--;
    }
    if (round->syncs > 0)
        round->sync_at = core->ms + jittered(core, SYNC_MS);
}

void sync_rounds_run(struct core *core)
{
    for (size_t i = 0; i < core->round_count; i++) {
        struct round *round = core->rounds[i];

        if (round->group != NULL && round->sync_at != 0 && core->ms >= when_calm(round, round->sync_at))
            round_compare(core, round);
    }
}

uint64_t sync_rounds_deadline(const struct core *core)
{
    uint64_t at = UINT64_MAX;

    for (size_t i = 0; i < core->round_count; i++) {
        const struct round *round = core->rounds[i];

        if (round->group != NULL && round->sync_at != 0)
            at = earlier(at, when_calm(round, round->sync_at));
    }
    return at;
}
