/* pace.c - how fast records leave on a link. WIRE 10.7.
 *
 * The core does not see the socket's queue. It counts the bytes of records it has said since the last
 * acknowledgement, a pong, and stops at WINDOW_BYTES: what was asked for waits here as ids, so that a peer
 * who asks for everything costs 40 bytes a record and no more. */
#include "proto/core/core_state.h"

#include <stdlib.h>
#include <string.h>

bool pace_allows(const struct link *link)
{
    return link->unacknowledged < WINDOW_BYTES;
}

void pace_mark(struct core *core, struct link *link)
{
    struct message ping = { .type = MESSAGE_PING };

    if (link->mark != 0)
        return;
    if (++link->last_ping == 0)
        link->last_ping = 1;
    link->mark = ping.number = link->last_ping;
    link->marked = link->unacknowledged;
    link->pinged_at = core->ms;
    link_say(core, link, &ping);
}

void pace_send(struct core *core, struct link *link, unsigned handle, struct bytes record, enum record_way way)
{
    struct message message = { .type = MESSAGE_RECORD, .handle = handle, .record = { record, way } };

    link_say(core, link, &message);
    link->unacknowledged += record.size;
    if (link->unacknowledged >= PORTION_BYTES)
        pace_mark(core, link);
}

static bool wait_for_pace(struct core *core, struct link *link, unsigned handle, const uint8_t id[ID_SIZE])
{
    if (link->give_at > 0 && link->give_count == link->give_room) {
        link->give_count -= link->give_at;
        memmove(link->gives, link->gives + link->give_at, link->give_count * sizeof *link->gives);
        link->give_at = 0;
    }
    if (link->give_count == TOPIC_RECORDS_MAX)
        return false;
    if (link->give_count == link->give_room) {
        size_t room = link->give_room == 0 ? 16 : 2 * link->give_room;
        void *bigger = realloc(link->gives, room * sizeof *link->gives);

        if (bigger == NULL) {
            core->no_memory = true;
            return false;
        }
        link->gives = bigger;
        link->give_room = room;
    }
    link->gives[link->give_count].handle = handle;
    memcpy(link->gives[link->give_count++].id, id, ID_SIZE);
    return true;
}

/* 32 bytes fetch up to RECORD_MAX, as often as the peer likes. And the peer has buckets too (WIRE 2.4): three
 * quarters of them, so that what is new has room, and who is asked for much is not blamed for giving it. */
static bool may_give(struct core *core, struct link *link, size_t size)
{
    return bucket_take(&link->allowance->given, BUCKET_RECORDS / 4 * 3, BUCKET_RECORDS_PER_S / 4 * 3, core->ms, 1) &&
           bucket_take(&link->allowance->given_bytes, BUCKET_BYTES / 4 * 3, BUCKET_BYTES_PER_S / 4 * 3, core->ms, size);
}

static void give_now(struct core *core, struct link *link, unsigned handle, const uint8_t id[ID_SIZE])
{
    struct round *round = link->group->rounds[handle];
    const struct held *held = round == NULL ? NULL : topic_held_find(round->topic, id);

    if (held != NULL && held->valid && !held->hidden && may_give(core, link, held->record.whole.size))
        pace_send(core, link, handle, held->record.whole, WAY_ASKED);
}

bool pace_give(struct core *core, struct link *link, unsigned handle, const uint8_t id[ID_SIZE])
{
    if (link->give_at < link->give_count || !pace_allows(link))
        return wait_for_pace(core, link, handle, id);
    give_now(core, link, handle, id);
    return true;
}

void pace_go_on(struct core *core, struct link *link)
{
    while (link->give_at < link->give_count && pace_allows(link) && !link->closing) {
        const struct give *give = &link->gives[link->give_at++];

        give_now(core, link, give->handle, give->id);
    }
    if (link->give_at < link->give_count || link->unacknowledged >= PORTION_BYTES)
        pace_mark(core, link);
    if (link->give_at < link->give_count)
        return;
    free(link->gives);
    link->gives = NULL;
    link->give_at = link->give_count = link->give_room = 0;
}

void gives_clear(struct link *link, unsigned handle)
{
    size_t kept = 0;

    for (size_t i = link->give_at; i < link->give_count; i++) {
        if (link->gives[i].handle != handle)
            link->gives[kept++] = link->gives[i];
    }
    link->give_at = 0;
    link->give_count = kept;
}

void ping_take(struct core *core, struct link *link, uint32_t number)
{
    struct message pong = { .type = MESSAGE_PONG, .number = number };

    link_say(core, link, &pong);
}

void pong_take(struct core *core, struct link *link, uint32_t number)
{
    if (link->mark == 0 || number != link->mark)
        return;
    link->mark = 0;
    link->unacknowledged -= link->marked;
    pace_go_on(core, link);
    sync_go_on(core, link);
}
