/* mouth.h - somebody at the other end of a link who can say anything: a session by hand into one home of a
 * world. */
#ifndef COOP_TESTS_MOUTH_H
#define COOP_TESTS_MOUTH_H

#include "proto/overlay/message.h"
#include "proto/overlay/session.h"
#include "tests/support/world_story.h"

struct mouth {
    struct world *w;
    int home;
    struct link_key key;
    uint8_t psk[1][KEY_SIZE];
    struct rng rng;
    struct session *session;
    uint32_t link;
};

static inline void mouth_init(struct mouth *m, struct world *w, int home, uint8_t who)
{
    uint8_t seed[KEY_SIZE] = { 0x30, who };

    memset(m, 0, sizeof *m);
    m->w = w;
    m->home = home;
    link_key_init(&m->key, seed);
    rng_init(&m->rng, seed);
    group_psk(m->psk[0], w->secret);
}

static inline void mouth_hang_up(struct mouth *m)
{
    session_free(m->session);
    m->session = NULL;
    if (m->link != 0 && !m->w->outside_closed)
        world_step(m->w, m->home, (struct event){ .type = EVENT_LINK_DOWN, .link = m->link });
    m->link = 0;
}

static inline void mouth_bytes(struct mouth *m, struct bytes bytes)
{
    world_step(m->w, m->home, (struct event){ .type = EVENT_LINK_DATA, .link = m->link, .bytes = bytes });
}

/* What the session has to say goes to the home, what the home said to the session. */
static inline void mouth_carry(struct mouth *m)
{
    struct bytes out = session_outgoing(m->session);

    if (out.size > 0)
        mouth_bytes(m, out);
    session_drained(m->session);
    session_take(m->session, (struct bytes){ m->w->outside, m->w->outside_size });
    m->w->outside_size = 0;
}

/* true: the handshake was done. */
static inline bool mouth_call(struct mouth *m, const char *host, const char *network)
{
    char address[ADDRESS_MAX];
    size_t wire = world_wire_add(m->w, WORLD_OUTSIDE, m->home);

    snprintf(address, sizeof address, "%s:%d", host, 50000 + (int)(wire % 10000));
    m->link = m->w->wires[wire].id[1] = LINK_INCOMING | (uint32_t)wire;
    m->w->outside_closed = false;
    m->w->outside_size = 0;
    m->session = session_new(true, network, &m->key, (const uint8_t(*)[KEY_SIZE])m->psk, 1, &m->rng);
    assert(m->session != NULL);
    world_step(m->w, m->home, (struct event){ .type = EVENT_LINK_UP, .link = m->link, .address = address });
    for (int i = 0; i < 3 && !m->w->outside_closed; i++)
        mouth_carry(m);
    return session_ready(m->session) && !m->w->outside_closed;
}

static inline void mouth_body(struct mouth *m, struct bytes body)
{
    assert(session_seal(m->session, body));
    mouth_carry(m);
}

static inline void mouth_say(struct mouth *m, const struct message *message)
{
    static uint8_t body[MESSAGE_HEAD + MESSAGE_MAX];
    size_t size = message_write(body + MESSAGE_HEAD, MESSAGE_MAX, message);

    assert(size > 0);
    be16_write(body, (uint16_t)size);
    mouth_body(m, (struct bytes){ body, MESSAGE_HEAD + size });
}

static inline struct message mouth_hello(void)
{
    return (struct message){ .type = MESSAGE_HELLO,
                             .hello = { .lowest = 1, .highest = 1, .clock_ms = 1800000000000 } };
}

/* A member like any other, up to the hello. */
static inline bool mouth_greet(struct mouth *m, const char *host)
{
    struct message hello = mouth_hello();

    if (!mouth_call(m, host, m->w->network))
        return false;
    mouth_say(m, &hello);
    return !m->w->outside_closed;
}

/* Runs over everything that was said to the mouth, and answers each ping when asked to. Returns how many
 * messages of the type there were; the last one is copied to *last (its bytes are borrowed until the next
 * call). */
static inline size_t mouth_hear(struct mouth *m, enum message_type type, struct message *last,
                                size_t *record_bytes, bool answer)
{
    static uint8_t kept[FRAME_PLAIN_MAX];
    uint32_t pings[64];
    size_t count = 0, ping_count = 0;
    struct message message;
    struct bytes body, one;
    bool found = true, known;

    while (session_next(m->session, &body, &found) == STATUS_OK && found) {
        while (message_next(&one, &body)) {
            assert(message_read(&message, &known, one) && known);
            if (message.type == MESSAGE_RECORD && record_bytes != NULL)
                *record_bytes += message.record.bytes.size;
            if (message.type == MESSAGE_PING && ping_count < ARRAY_SIZE(pings))
                pings[ping_count++] = message.number;
            if (message.type != type)
                continue;
            count++;
            memcpy(kept, one.data, one.size);
            if (last != NULL)
                assert(message_read(last, &known, (struct bytes){ kept, one.size }));
        }
        assert(body.size == 0);
    }
    for (size_t i = 0; answer && i < ping_count; i++) {
        struct message pong = { .type = MESSAGE_PONG, .number = pings[i] };

        mouth_say(m, &pong);
    }
    return count;
}

#endif
