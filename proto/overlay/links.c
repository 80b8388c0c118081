/* links.c - the life of a link: dialled or called, handshake, messages, silence, end. WIRE 2, 10.1.
 *
 * Happy path: LINK_UP makes a session; its handshake shows key and group (hello.c); then frames are cut into
 * messages, which core.c hands to whom they concern. Failure modes: a stranger is closed and counted; a
 * violation parts for a day; what runs out of time or memory is closed without blame. Closing happens at the
 * end of the step, so nobody holds a pointer to a link that is gone. */
#include "proto/core/core_state.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_KEEP = 16384 };

struct link *link_find(const struct core *core, uint32_t id)
{
    for (size_t i = 0; i < core->link_count; i++) {
        if (core->links[i]->id == id)
            return core->links[i];
    }
    return NULL;
}

struct link *link_to(const struct core *core, const struct group *group, const uint8_t key[KEY_SIZE])
{
    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];

        if (link->group == group && link->state >= LINK_GREETING && !link->closing &&
            memcmp(link->key, key, KEY_SIZE) == 0)
            return link;
    }
    return NULL;
}

void link_free(struct link *link)
{
    sync_drop(link, NO_HANDLE);
    for (size_t i = 0; i < TOPICS_MAX; i++)
        id_list_clear(&link->edges[i].lazy);
    session_free(link->session);
    free(link->wants);
    free(link->gives);
    free(link->out);
    free(link);
}

void link_close(struct link *link, enum status why)
{
    if (link->closing)
        return;
    link->closing = true;
    link->why = why;
}

/* ---- Beginning. */

static struct link *link_new(struct core *core, uint32_t id, const char *address)
{
    struct link *link;
    size_t size = strlen(address);

    assert(core->link_count < LINKS_MAX);
    link = calloc(1, sizeof *link);
    if (link == NULL) {
        core->no_memory = true;
        return NULL;
    }
    link->id = id;
    link->allowance = &link->own;
    memcpy(link->address, address, size < ADDRESS_MAX ? size : ADDRESS_MAX - 1);
    link->began_at = link->heard_at = core->ms;
    link->due_at = core->ms + HANDSHAKE_TIMEOUT_MS;
    core->links[core->link_count++] = link;
    return link;
}

void links_dial(struct core *core, struct group *group, const char *address, bool visit)
{
    struct effect *effect;
    struct link *link = core_reserve(core, 1, 0) ? link_new(core, core->last_dial + 1, address) : NULL;

    if (link == NULL)
        return;
    core->last_dial = (core->last_dial + 1) % (LINK_INCOMING - 1);
    link->group = group;
    link->visit = visit;
    effect = effects_add(core->out, EFFECT_DIAL, (struct bytes){ NULL, 0 });
    effect->link = link->id;
    memcpy(effect->address, link->address, ADDRESS_MAX);
}

static void refuse(struct core *core, uint32_t id, enum status why)
{
    struct effect *effect;

    if (!core_reserve(core, 1, 0))
        return;
    effect = effects_add(core->out, EFFECT_CLOSE, (struct bytes){ NULL, 0 });
    effect->link = id;
    effect->why = why;
}

static bool is_stranger(const struct link *link)
{
    return link->incoming && link->state == LINK_SHAKING && !link->closing;
}

static size_t strangers_of_host(const struct core *core, const char *address)
{
    size_t count = 0;

    for (size_t i = 0; i < core->link_count; i++)
        count += is_stranger(core->links[i]) && same_household(core->links[i]->address, address);
    return count;
}

/* Somebody who has proved nothing holds a place for a while: when there are many of these, one of the host that holds the most goes, so that
 * one machine keeps no other out; of its own, the one who has held it longest. */
static void crowd_out(struct core *core)
{
    struct link *chosen = NULL;
    size_t count = 0, most = 0;

    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];
        size_t held = is_stranger(link) ? strangers_of_host(core, link->address) : 0;

        count += held > 0;
        if (held > most || (held > 0 && held == most && link->began_at < chosen->began_at)) {
            chosen = link;
            most = held;
        }
    }
    if (count > HANDSHAKES_MAX)
        link_close(chosen, STATUS_FULL);
}

static void session_begin(struct core *core, struct link *link)
{
    size_t at = 0;

    while (!link->incoming && core->groups[at] != link->group)
        at++;
    link->session = session_new(!link->incoming, core->config.network, &core->link_key,
                                (const uint8_t(*)[KEY_SIZE])core->psks + at,
                                link->incoming ? core->group_count : 1, &core->rng);
    link->state = LINK_SHAKING;
    link->began_at = link->heard_at = core->ms;
    link->touched = link->unsent = true;
    if (link->session == NULL) {
        core->no_memory = true;
        link_close(link, STATUS_NOMEM);
    }
}

void links_up(struct core *core, uint32_t id, const char *address)
{
    struct link *link = link_find(core, id);

    if (!(id & LINK_INCOMING)) {
        if (link == NULL || link->state != LINK_DIALLING)
            refuse(core, id, STATUS_MISSING); /* it was given up meanwhile */
        else
            session_begin(core, link);
        return;
    }
    if (link != NULL)
        return;
    if (address == NULL || core->group_count == 0 || !stranger_welcome(core, address)) {
        refuse(core, id, STATUS_DENIED);
        return;
    }
    /* Callers, who may all be one, leave places for those that this home chooses to call. */
    link = core->link_count < LINKS_MAX - DIALS_MAX ? link_new(core, id, address) : NULL;
    if (link == NULL) {
        refuse(core, id, STATUS_FULL);
        return;
    }
    link->incoming = true;
    session_begin(core, link);
    crowd_out(core);
}

/* ---- Bytes. */

static void take_body(struct core *core, struct link *link, struct bytes body)
{
    struct message message;
    struct bytes one;
    bool known;

    while (!link->closing && message_next(&one, &body)) {
        link->over = !bucket_take(&link->allowance->bytes, BUCKET_BYTES, BUCKET_BYTES_PER_S, core->ms, one.size);
        if (!message_read(&message, &known, one))
            violation(core, link);
        else if (known)
            core_message(core, link, &message);
    }
    if (!link->closing && body.size > 0)
        violation(core, link);
}

static void stream_failed(struct core *core, struct link *link, enum status status)
{
    if (status == STATUS_DENIED && link->incoming)
        stranger_failed(core, link->address);
    if (status == STATUS_NOMEM)
        core->no_memory = true;
    if (status == STATUS_MALFORMED)
        violation(core, link);
    else
        link_close(link, status);
}

void links_data(struct core *core, uint32_t id, struct bytes bytes)
{
    struct link *link = link_find(core, id);
    struct bytes body = { NULL, 0 };
    enum status status;
    bool found = true;

    if (link == NULL || link->closing || link->state == LINK_DIALLING)
        return;
    link->bytes_in += bytes.size;
    link->unsent = link->unsent || link->state == LINK_SHAKING; /* the next message of the handshake */
    status = session_take(link->session, bytes);
    if (status == STATUS_OK && link->state == LINK_SHAKING && session_ready(link->session))
        hello_met(core, link);
    while (status == STATUS_OK && found && !link->closing) {
        status = session_next(link->session, &body, &found);
        if (status == STATUS_OK && found)
            take_body(core, link, body);
    }
    if (status != STATUS_OK)
        stream_failed(core, link, status);
    if (link->state == LINK_READY) {
        link->heard_at = core->ms;
        rival_heard(core, link);
    }
    link->touched = true;
}

static void link_remove(struct core *core, struct link *link)
{
    size_t at = 0;

    link->closing = true;
    if (link->state >= LINK_GREETING)
        debt_keep(core, link);
    membership_over(core, link);
    while (core->links[at] != link)
        at++;
    core->link_count--;
    memmove(core->links + at, core->links + at + 1, (core->link_count - at) * sizeof *core->links);
    link_free(link);
}

void links_down(struct core *core, uint32_t id)
{
    struct link *link = link_find(core, id);

    if (link == NULL)
        return;
    if (is_stranger(link)) /* who hangs up before proving anything has cost this home its part of the handshake */
        stranger_failed(core, link->address);
    link_remove(core, link);
}

/* ---- Words to the peer: gathered, then sealed in as few frames as possible. */

static bool out_seal(struct core *core, struct link *link)
{
    if (link->out_used == 0)
        return true;
    if (!session_seal(link->session, (struct bytes){ link->out, link->out_used })) {
        core->no_memory = true;
        return false;
    }
    link->out_used = 0;
    if (link->out_room > OUT_KEEP) {
        free(link->out);
        link->out = NULL;
        link->out_room = 0;
    }
    return true;
}

static bool out_extend(struct core *core, struct link *link, size_t size)
{
    size_t room = link->out_used + size;
    uint8_t *bigger;

    if (room <= link->out_room)
        return true;
    if (room < 2 * link->out_room)
        room = 2 * link->out_room;
    bigger = realloc(link->out, room);
    if (bigger == NULL) {
        core->no_memory = true;
        return false;
    }
    link->out = bigger;
    link->out_room = room;
    return true;
}

void link_say(struct core *core, struct link *link, const struct message *message)
{
    uint8_t bytes[MESSAGE_HEAD + MESSAGE_MAX];
    size_t size = message_write(bytes + MESSAGE_HEAD, MESSAGE_MAX, message);

    if (link->closing)
        return;
    assert(size > 0 && link->state >= LINK_GREETING);
    be16_write(bytes, (uint16_t)size);
    size += MESSAGE_HEAD;
    /* More than any queue takes: who asks for it in one breath gets none of it. */
    if (session_outgoing(link->session).size + link->out_used + size > QUEUE_MAX) {
        link_close(link, STATUS_FULL);
        return;
    }
    /* A message lost would leave the two sides with different ideas of what was said: the link ends instead.
     */
    if ((link->out_used + size > FRAME_PLAIN_MAX && !out_seal(core, link)) || !out_extend(core, link, size)) {
        link_close(link, STATUS_NOMEM);
        return;
    }
    memcpy(link->out + link->out_used, bytes, size);
    link->out_used += size;
    link->unsent = true;
}

static void link_send(struct core *core, struct link *link)
{
    struct bytes wire;
    struct effect *effect;

    if (link->session == NULL || !out_seal(core, link))
        return;
    wire = session_outgoing(link->session);
    if (!core_reserve(core, 1, wire.size))
        return;
    link->unsent = false;
    if (wire.size == 0)
        return;
    effect = effects_add(core->out, EFFECT_SEND, wire);
    effect->link = link->id;
    link->bytes_out += wire.size;
    session_drained(link->session);
}

void links_flush(struct core *core)
{
    for (size_t i = core->link_count; i-- > 0;) {
        struct link *link = core->links[i];

        if (link->unsent && !link->violated)
            link_send(core, link);
        if (!link->closing || !core_reserve(core, 1, 0))
            continue;
        refuse(core, link->id, link->why);
        link_remove(core, link);
    }
}
