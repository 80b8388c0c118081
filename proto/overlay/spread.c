/* spread.c - a new record travels whole along a tree and as an id beside it. WIRE 10.6; Plumtree (Leitao,
 * Pereira, Rodrigues 2007).
 *
 * Happy path: every link begins eager; a copy that was known already prunes its link, so what remains is a
 * tree; ids over the pruned links mend it when a link of the tree is lost. Failure modes: what was announced
 * and does not come is asked for elsewhere, and costs whoever announced it a point; what is lost here
 * altogether, comparison brings. */
#include "proto/core/core_state.h"

#include <stdlib.h>
#include <string.h>

enum { ASK_ELSEWHERE_MS = 5 * GRAFT_MS, LATE_POINTS = 1 };

/* ---- Out. */

static void announce_later(struct core *core, struct link *link, struct edge *edge, const uint8_t id[ID_SIZE])
{
    /* Out of memory or full: the next comparison will tell. */
    if (!id_list_add(&edge->lazy, id, LAZY_MAX) || link->lazy_at != 0)
        return;
    link->lazy_at = core->ms + LAZY_FLUSH_MS / 2 + rng_below(&core->rng, LAZY_FLUSH_MS + 1);
    link->touched = true;
}

static struct want *want_find(struct link *link, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < link->want_count; i++) {
        if (memcmp(link->wants[i].id, id, ID_SIZE) == 0)
            return &link->wants[i];
    }
    return NULL;
}

/* Once it is told, nobody has to be asked for it. Who has announced it has it. */
static bool has_it(struct link *link, const struct link *from, const uint8_t id[ID_SIZE])
{
    struct want *want = want_find(link, id);

    if (want != NULL)
        *want = link->wants[--link->want_count];
    return want != NULL || link == from;
}

void spread_new(struct core *core, struct round *round, const uint8_t id[ID_SIZE], struct bytes record,
                const struct link *from)
{
    sync_moved(core, round);
    for (size_t i = 0; i < core->link_count && round->group != NULL; i++) {
        struct link *link = core->links[i];
        struct edge *edge = &link->edges[round->handle];

        if (link->group != round->group || !link_ready(link) || !edge->shared || has_it(link, from, id))
            continue;
        if (edge->eager && pace_allows(link))
            pace_send(core, link, round->handle, record, WAY_TREE);
        else
            announce_later(core, link, edge, id);
    }
}

/* It may have come from anybody a while ago, and most have it: its id is enough. */
void spread_risen(struct core *core, struct round *round, const uint8_t id[ID_SIZE])
{
    sync_moved(core, round);
    for (size_t i = 0; i < core->link_count && round->group != NULL; i++) {
        struct link *link = core->links[i];
        struct edge *edge = &link->edges[round->handle];

        if (link->group == round->group && link_ready(link) && edge->shared)
            announce_later(core, link, edge, id);
    }
}

static void say_ids(struct core *core, struct link *link, enum message_type type, unsigned handle,
                    const uint8_t (*ids)[ID_SIZE], size_t count)
{
    for (size_t at = 0; at < count; at += IHAVE_MAX) {
        size_t some = count - at < IHAVE_MAX ? count - at : IHAVE_MAX;
        struct message message = { .type = type, .handle = handle, .ids = { ids[at], some * ID_SIZE } };

        link_say(core, link, &message);
    }
}

static void announce(struct core *core, struct link *link)
{
    link->lazy_at = 0;
    for (unsigned handle = 0; handle < TOPICS_MAX; handle++) {
        struct id_list *lazy = &link->edges[handle].lazy;

        say_ids(core, link, MESSAGE_HAVE, handle, (const uint8_t(*)[ID_SIZE])lazy->ids, lazy->count);
        id_list_clear(lazy);
    }
}

bool spread_wants_eager(const struct core *core, const struct round *round)
{
    size_t count = 0;

    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];

        count += link->group == round->group && link_ready(link) && link->edges[round->handle].eager;
    }
    /* With enough neighbours the tree is there: a visit would only bring a copy, and be pruned. */
    return count < EAGER_LEAST && membership_links(core, round->group) <= ACTIVE_VIEW;
}

/* ---- In. */

static void forget_wants(struct core *core, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];

        for (size_t j = link->want_count; j-- > 0;) {
            if (memcmp(link->wants[j].id, id, ID_SIZE) == 0)
                link->wants[j] = link->wants[--link->want_count];
        }
    }
}

/* A second copy came along the tree: this link is one too many in it. What is on its way meanwhile is answered once. */
static void prune(struct core *core, struct link *link, unsigned handle)
{
    struct message message = { .type = MESSAGE_PRUNE, .handle = handle };
    struct edge *edge = &link->edges[handle];

    if (core->ms < edge->pruned_until)
        return;
    edge->eager = false;
    edge->pruned_until = core->ms + PRUNE_MS;
    link_say(core, link, &message);
}

/* WIRE 2.4: beyond its buckets a link brings only what is waited for. */
static bool within_buckets(struct core *core, struct link *link, struct round *round,
                           const uint8_t id[ID_SIZE])
{
    bool fine = bucket_take(&link->allowance->records, BUCKET_RECORDS, BUCKET_RECORDS_PER_S, core->ms, 1) && !link->over;

    if (fine || topic_wants(round->topic, id))
        return true;
    beyond_bucket(core, link);
    return false;
}

static void judge(struct core *core, struct link *link, struct round *round, enum status status, enum record_way way)
{
    switch (status) {
    case STATUS_EXISTS:
        if (way == WAY_TREE)
            prune(core, link, round->handle);
        break;
    case STATUS_MALFORMED:
    case STATUS_FORGED:
        violation(core, link);
        break;
    case STATUS_FULL: /* who passed it on has other records, or stands elsewhere: WIRE 5.3, 5.5 */
    case STATUS_EARLY:
    case STATUS_DENIED:
    case STATUS_OK:
    case STATUS_MISSING:
    case STATUS_NOMEM:
    case STATUS_DISK:
    case STATUS_BUSY:
    case STATUS_VERSION:
        break;
    }
}

void record_take(struct core *core, struct link *link, const struct message *message)
{
    enum record_way way = message->record.way;
    struct round *round;
    struct record record;

    if (!follow_round(&round, link, message->handle) || !record_read(&record, message->record.bytes)) {
        violation(core, link);
        return;
    }
    if (round == NULL || !within_buckets(core, link, round, record.id))
        return;
    if (stem_hides(round, record.id))
        stem_again(core, round, &record, link, way);
    else
        judge(core, link, round, round_take(core, round, &record, link, way), way);
    forget_wants(core, record.id); /* not before: who has announced it is not told of it */
}

static void want(struct core *core, struct link *link, unsigned handle, const uint8_t id[ID_SIZE], uint64_t due_at)
{
    struct want *entry;

    if (want_find(link, id) != NULL || link->want_count == IHAVE_MAX)
        return;
    if (link->want_count == link->want_room) {
        size_t room = link->want_room == 0 ? 8 : 2 * link->want_room;
        void *bigger = realloc(link->wants, room * sizeof *link->wants);

        if (bigger == NULL) {
            core->no_memory = true;
            return;
        }
        link->wants = bigger;
        link->want_room = room;
    }
    entry = &link->wants[link->want_count++];
    *entry = (struct want){ .handle = handle, .due_at = due_at };
    memcpy(entry->id, id, ID_SIZE);
    link->touched = true;
}

void have_take(struct core *core, struct link *link, const struct message *message)
{
    uint64_t due_at = core->ms + GRAFT_MS / 2 + rng_below(&core->rng, GRAFT_MS + 1);
    struct round *round;

    if (!follow_round(&round, link, message->handle)) {
        violation(core, link);
        return;
    }
    for (size_t at = 0; round != NULL && at < message->ids.size; at += ID_SIZE) {
        const uint8_t *id = message->ids.data + at;

        if (topic_held_find(round->topic, id) != NULL && !stem_hides(round, id))
            id_list_remove(&link->edges[round->handle].lazy, id);
        else
            want(core, link, round->handle, id, due_at);
    }
}

void graft_take(struct core *core, struct link *link, const struct message *message)
{
    struct round *round;

    if (!follow_round(&round, link, message->handle)) {
        violation(core, link);
        return;
    }
    if (round == NULL)
        return;
    link->edges[round->handle].eager = true;
    for (size_t at = 0; at < message->ids.size; at += ID_SIZE)
        pace_give(core, link, round->handle, message->ids.data + at);
}

void prune_take(struct core *core, struct link *link, const struct message *message)
{
    struct round *round;

    if (!follow_round(&round, link, message->handle))
        violation(core, link);
    else if (round != NULL)
        link->edges[round->handle].eager = false;
}

/* ---- What is waited for. */

/* Somebody else was asked for it; until when that is left to him. 0: nobody was, or it is not any more. */
static uint64_t asked_until(const struct core *core, const struct link *but, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];

        for (size_t j = 0; j < link->want_count && link != but; j++) {
            const struct want *want = &link->wants[j];

            if (want->asked && core->ms + SYNC_TIMEOUT_MS < want->due_at + ASK_ELSEWHERE_MS &&
                memcmp(want->id, id, ID_SIZE) == 0)
                return want->due_at + ASK_ELSEWHERE_MS - SYNC_TIMEOUT_MS;
        }
    }
    return 0;
}

/* What one announcement named is due at once, and is asked for in one message. */
static void ask(struct core *core, struct link *link, unsigned handle)
{
    struct id_list ids = { 0 };

    for (size_t i = 0; i < link->want_count; i++) {
        struct want *want = &link->wants[i];
        uint64_t until;

        if (want->handle != handle || want->asked || core->ms < want->due_at)
            continue;
        until = asked_until(core, link, want->id);
        if (until != 0) {
            want->due_at = until;
            continue;
        }
        if (!id_list_add(&ids, want->id, IHAVE_MAX))
            core->no_memory = true; /* it counts as asked for, and comparison makes good */
        want->asked = true;
        want->due_at = core->ms + SYNC_TIMEOUT_MS; /* a slow line has this long before it counts against it */
    }
    link->edges[handle].eager = link->edges[handle].eager || ids.count > 0;
    say_ids(core, link, MESSAGE_GRAFT, handle, (const uint8_t(*)[ID_SIZE])ids.ids, ids.count);
    id_list_clear(&ids);
}

static void run_wants(struct core *core, struct link *link)
{
    for (size_t i = link->want_count; i-- > 0;) {
        struct want *want = &link->wants[i];

        if (core->ms < want->due_at)
            continue;
        if (!want->asked) {
            ask(core, link, want->handle);
            continue;
        }
        *want = link->wants[--link->want_count];
        behaviour(core, link, LATE_POINTS);
    }
}

void spread_run(struct core *core, struct link *link)
{
    run_wants(core, link);
    if (link->lazy_at != 0 && core->ms >= link->lazy_at)
        announce(core, link);
}

uint64_t spread_deadline(const struct link *link)
{
    uint64_t at = link->lazy_at != 0 ? link->lazy_at : UINT64_MAX;

    for (size_t i = 0; i < link->want_count; i++)
        at = earlier(at, link->wants[i].due_at);
    return at;
}

void wants_clear(struct link *link, unsigned handle)
{
    for (size_t i = link->want_count; i-- > 0;) {
        if (link->wants[i].handle == handle)
            link->wants[i] = link->wants[--link->want_count];
    }
}
