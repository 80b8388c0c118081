/* follow.c - which rounds the two sides of a link speak of, and how a charter travels. WIRE 10.5.
 *
 * Happy path: both say what they follow; a round that one of them does not know comes with its charter, whose
 * hash is its name; it is on disk before its first record. Failure modes: a charter of another group, network
 * or hash is a violation; one that has no place is asked for again when there may be one; a round that has expired here is not asked for again.
 */
#include "proto/core/core_state.h"

#include <string.h>

/* ---- Ours. */

static void say_follow(struct core *core, struct link *link, const struct round *round)
{
    struct message message = { .type = MESSAGE_FOLLOW, .handle = round->handle };

    memcpy(message.follow.topic, round->id, ID_SIZE);
    link_say(core, link, &message);
}

void follow_linked(struct core *core, struct link *link)
{
    for (size_t i = 0; i < TOPICS_MAX; i++) {
        if (link->group->rounds[i] != NULL)
            say_follow(core, link, link->group->rounds[i]);
    }
}

/* Both follow it now. */
static void share(struct core *core, struct link *link, struct round *round)
{
    struct edge *edge = &link->edges[round->handle];

    edge->eager = spread_wants_eager(core, round);
    edge->shared = true;
    sync_shared(core, link, round);
}

void edge_clear(struct link *link, unsigned handle)
{
    struct edge *edge = &link->edges[handle];

    id_list_clear(&edge->lazy);
    *edge = (struct edge){ 0 };
    sync_drop(link, handle);
    wants_clear(link, handle);
    gives_clear(link, handle);
}

void follow_new(struct core *core, struct round *round)
{
    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];

        if (link->group != round->group || !link_ready(link))
            continue;
        say_follow(core, link, round);
        for (unsigned theirs = 0; theirs < TOPICS_MAX; theirs++) {
            if (link->theirs[theirs].used && memcmp(link->theirs[theirs].topic, round->id, ID_SIZE) == 0)
                share(core, link, round);
        }
    }
}

void follow_drop(struct core *core, struct round *round)
{
    struct message message = { .type = MESSAGE_UNFOLLOW, .handle = round->handle };

    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];

        if (link->group != round->group)
            continue;
        edge_clear(link, round->handle);
        if (link_ready(link))
            link_say(core, link, &message);
    }
}

/* ---- Theirs. */

static struct round *round_in(const struct group *group, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < TOPICS_MAX; i++) {
        if (group->rounds[i] != NULL && memcmp(group->rounds[i]->id, id, ID_SIZE) == 0)
            return group->rounds[i];
    }
    return NULL;
}

bool follow_round(struct round **out, const struct link *link, unsigned theirs)
{
    const struct followed *followed = &link->theirs[theirs];

    *out = followed->used ? round_in(link->group, followed->topic) : NULL;
    return followed->used;
}

/* Given or asked for: each one read is milliseconds, and each one taken goes to the disk. */
static bool charter_passes(struct core *core, struct link *link)
{
    return bucket_take(&link->allowance->charters, CHARTERS_MAX * 1000, CHARTERS_PER_MIN * 1000 / 60, core->ms, 1000);
}

static bool dropped_here(const struct group *group, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < group->dropped.count; i++) {
        if (memcmp(group->dropped.ids[i], id, ID_SIZE) == 0)
            return true;
    }
    return false;
}

static void ask_for(struct core *core, struct link *link, unsigned theirs)
{
    struct message ask = { .type = MESSAGE_ASK, .handle = theirs };

    if (!charter_passes(core, link))
        return;
    link->theirs[theirs].asked = true;
    link_say(core, link, &ask);
}

static bool to_be_asked_for(const struct core *core, const struct link *link, unsigned theirs)
{
    const struct followed *followed = &link->theirs[theirs];

    return followed->used && round_in(link->group, followed->topic) == NULL && !dropped_here(link->group, followed->topic) &&
           place_for(core, link->group, link->key);
}

/* One at a time, chosen by chance: what the charter of one changes is not known before it is here. One that was asked for in vain is asked
 * for again: the peer may have had no tokens left for it. */
void follow_again(struct core *core, struct link *link)
{
    unsigned found = NO_HANDLE, equals = 0;

    for (unsigned theirs = 0; theirs < TOPICS_MAX; theirs++) {
        if (to_be_asked_for(core, link, theirs) && rng_below(&core->rng, ++equals) == 0)
            found = theirs;
    }
    if (found != NO_HANDLE)
        ask_for(core, link, found);
}

void follow_take(struct core *core, struct link *link, const struct message *message)
{
    struct followed *followed = &link->theirs[message->handle];
    struct round *round;

    for (size_t i = 0; i < TOPICS_MAX; i++) {
        if (link->theirs[i].used &&
            (i == message->handle || memcmp(link->theirs[i].topic, message->follow.topic, ID_SIZE) == 0)) {
            violation(core, link);
            return;
        }
    }
    *followed = (struct followed){ .used = true };
    memcpy(followed->topic, message->follow.topic, ID_SIZE);
    round = round_in(link->group, followed->topic);
    if (round != NULL)
        share(core, link, round);
    else if (to_be_asked_for(core, link, message->handle))
        ask_for(core, link, message->handle);
}

void unfollow_take(struct core *core, struct link *link, unsigned handle)
{
    struct round *round;

    if (!follow_round(&round, link, handle)) {
        violation(core, link);
        return;
    }
    link->theirs[handle] = (struct followed){ 0 };
    if (round != NULL)
        edge_clear(link, round->handle);
}

/* ---- Charters. */

void ask_take(struct core *core, struct link *link, unsigned handle)
{
    const struct round *round = link->group->rounds[handle];
    struct message message = { .type = MESSAGE_CHARTER, .handle = handle };

    if (round == NULL)
        return; /* it crossed an unfollow */
    message.charter = topic_charter_bytes(round->topic);
    if (charter_passes(core, link)) /* five bytes fetch up to CHARTER_MAX */
        link_say(core, link, &message);
}

static bool charter_belongs(const struct core *core, const struct link *link, struct bytes bytes)
{
    struct charter charter;

    return charter_read(&charter, bytes) == STATUS_OK &&
           memcmp(charter.group, link->group->id, ID_SIZE) == 0 &&
           strcmp(charter.network, core->config.network) == 0;
}

/* Read once, when it was asked for: its key takes milliseconds to check. */
void charter_take(struct core *core, struct link *link, const struct message *message)
{
    struct followed *followed = &link->theirs[message->handle];
    uint8_t id[ID_SIZE];
    bool asked = followed->asked;

    charter_id(id, message->charter);
    followed->asked = false;
    if (!followed->used || memcmp(id, followed->topic, ID_SIZE) != 0 ||
        (asked && !charter_belongs(core, link, message->charter))) {
        violation(core, link);
        return;
    }
    if (!asked)
        return;
    /* Full, or known meanwhile, is nobody's fault. Without memory the link begins anew, and with it the
     * question. */
    if (round_follow(core, message->charter, true, link, NULL) == STATUS_NOMEM)
        link_close(link, STATUS_NOMEM);
}
