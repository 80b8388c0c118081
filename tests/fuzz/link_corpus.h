/* link_corpus.h - what honest members say: frames of messages, and the streams they travel in. */
#ifndef COOP_TESTS_LINK_CORPUS_H
#define COOP_TESTS_LINK_CORPUS_H

#include "proto/overlay/message.h"
#include "tests/fuzz/session_case.h"

#include <string.h>

struct link_corpus {
    uint8_t bytes[1 << 16];
    size_t size;
};

static inline void link_corpus_message(struct link_corpus *c, const struct message *message)
{
    size_t size =
        message_write(c->bytes + c->size + MESSAGE_HEAD, sizeof c->bytes - c->size - MESSAGE_HEAD, message);

    be16_write(c->bytes + c->size, (uint16_t)size);
    c->size += size == 0 ? 0 : MESSAGE_HEAD + size;
}

/* One of each, as one body. */
static inline void link_corpus_body(struct link_corpus *c, const uint8_t topic[ID_SIZE])
{
    static const uint8_t id[2 * ID_SIZE] = { 1, 2, 3 };
    struct message follow = { .type = MESSAGE_FOLLOW, .handle = 5 };
    const struct message messages[] = {
        { .type = MESSAGE_ASK, .handle = 0 },
        { .type = MESSAGE_HAVE, .handle = 5, .ids = BYTES(id) },
        { .type = MESSAGE_GRAFT, .handle = 5, .ids = { id, ID_SIZE } },
        { .type = MESSAGE_PRUNE, .handle = 5 },
        { .type = MESSAGE_PEERS, .peers = { true, { { { 7 }, "10.0.0.7:7711" } }, 1 } },
        { .type = MESSAGE_PING, .number = 70000 },
        { .type = MESSAGE_PONG, .number = 1 },
        { .type = MESSAGE_SYNC, .handle = 5, .sync = { true, 1, { id, 20 } } },
        { .type = MESSAGE_UNFOLLOW, .handle = 5 },
        { .type = MESSAGE_LEAVE },
    };
    const struct message hello = { .type = MESSAGE_HELLO,
                                   .hello = { .lowest = 1, .highest = 1, .address = ":7711" } };

    c->size = 0;
    link_corpus_message(c, &hello);
    memcpy(follow.follow.topic, topic, ID_SIZE);
    link_corpus_message(c, &follow);
    for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
        link_corpus_message(c, &messages[i]);
}

/* The same in frames of one message each, as fuzz_link reads it. */
static inline void link_corpus_frames(struct link_corpus *out, const struct link_corpus *body)
{
    struct bytes rest = { body->bytes, body->size }, one;

    out->size = 0;
    while (message_next(&one, &rest)) {
        be16_write(out->bytes + out->size, (uint16_t)(one.size + MESSAGE_HEAD));
        be16_write(out->bytes + out->size + 2, (uint16_t)one.size);
        memcpy(out->bytes + out->size + 4, one.data, one.size);
        out->size += 4 + one.size;
    }
}

/* A whole stream into one end, as fuzz_session reads it: the handshake and two frames. */
static inline bool link_corpus_stream(struct link_corpus *out, bool into_initiator,
                                      const struct link_corpus *body)
{
    struct session_case c;
    struct session *side[2];
    bool ok = true;

    session_case_init(&c);
    for (int i = 0; i < 2; i++)
        side[i] = session_case_side(&c, i);
    out->bytes[0] = into_initiator | 20;
    out->size = 1;
    for (int turn = 0; turn < 4 && ok; turn++) {
        struct session *from = side[turn % 2 == 0], *to = side[turn % 2 != 0];
        struct bytes wire;

        if (turn >= 2)
            ok = session_seal(from, (struct bytes){ body->bytes, turn == 2 ? 40 : body->size });
        wire = session_outgoing(from);
        if ((turn % 2 != 0) == into_initiator) {
            memcpy(out->bytes + out->size, wire.data, wire.size);
            out->size += wire.size;
        }
        ok = ok && session_take(to, wire) == STATUS_OK;
        session_drained(from);
    }
    session_free(side[0]);
    session_free(side[1]);
    return ok;
}

#endif
