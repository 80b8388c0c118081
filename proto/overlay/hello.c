/* hello.c - from a finished handshake to a link that counts: whose key it is, whether it is wanted, the first
 * message each way, and which of two links between the same homes stays. WIRE 2.3, 10.3, 10.4. */
#include "proto/core/core_state.h"

#include <assert.h>
#include <string.h>

static void say_hello(struct core *core, struct link *link)
{
    struct message message = {
        .type = MESSAGE_HELLO,
        .hello = { .lowest = PROTOCOL_VERSION, .highest = PROTOCOL_VERSION, .clock_ms = core->now_ms }
    };

    memcpy(message.hello.address, core->config.listen_address, ADDRESS_MAX);
    link_say(core, link, &message);
}

/* ---- Two links to one home. */

static struct link *rival_of(const struct core *core, const struct link *link)
{
    for (size_t i = 0; i < core->link_count; i++) {
        struct link *other = core->links[i];

        if (other != link && other->group == link->group && other->state >= LINK_GREETING &&
            !other->closing && memcmp(other->key, link->key, KEY_SIZE) == 0)
            return other;
    }
    return NULL;
}

/* The older link may be dead without a sign: it wins only once something arrives on it. */
static void yield_to(struct core *core, struct link *link, struct link *other)
{
    struct message ping = { .type = MESSAGE_PING, .number = ++other->last_ping };

    link->rival = other->id;
    if (link_ready(other))
        link_say(core, other, &ping);
}

static void settle_rival(struct core *core, struct link *link)
{
    bool lower = memcmp(core->link_key.public_key, link->key, KEY_SIZE) < 0;
    struct link *other = rival_of(core, link);

    if (other == NULL)
        return;
    if (link->incoming == other->incoming) {
        yield_to(core, link, other); /* as who dialled twice does: one key has one link */
    } else if (link->incoming != lower) {
        link_close(other, STATUS_EXISTS);
    } else {
        yield_to(core, link, other);
    }
}

void rival_heard(struct core *core, const struct link *link)
{
    for (size_t i = 0; i < core->link_count; i++) {
        if (core->links[i]->rival == link->id && !link->closing)
            link_close(core->links[i], STATUS_EXISTS);
    }
}

/* ---- The handshake is done. */

void hello_met(struct core *core, struct link *link)
{
    size_t group = session_psk_index(link->session);

    memcpy(link->key, session_peer_key(link->session), KEY_SIZE);
    if (link->incoming)
        link->group = core->groups[group];
    if (memcmp(link->key, core->link_key.public_key, KEY_SIZE) == 0) {
        membership_self(core, link);
        link_close(link, STATUS_EXISTS);
        return;
    }
    if (key_discouraged(core, link->key)) {
        link_close(link, STATUS_DENIED);
        return;
    }
    if (link->incoming && host_discouraged(core, link->address)) {
        const struct peer *peer = peer_by_key(link->group, link->key);

        if (peer == NULL || !peer->worked) {
            link_close(link, STATUS_DENIED);
            return;
        }
    }
    link->state = LINK_GREETING;
    debt_take(core, link);
    membership_met(core, link);
    settle_rival(core, link);
    say_hello(core, link);
}

void hello_take(struct core *core, struct link *link, const struct hello *hello)
{
    if (link->state != LINK_GREETING) {
        violation(core, link);
        return;
    }
    link->clock_offset_ms = (int64_t)hello->clock_ms - (int64_t)core->now_ms;
    if (hello->lowest > PROTOCOL_VERSION || hello->highest < PROTOCOL_VERSION) {
        link_close(link, STATUS_VERSION);
        return;
    }
    link->state = LINK_READY;
    link->began_at = core->ms;
    link->hello_clock_ms = hello->clock_ms;
    membership_linked(core, link, hello->address);
    follow_linked(core, link);
}
