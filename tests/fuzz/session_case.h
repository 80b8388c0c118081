/* session_case.h - the two ends of fuzz_session: everything is fixed, so that a stream once heard can be
 * heard again. */
#ifndef COOP_TESTS_SESSION_CASE_H
#define COOP_TESTS_SESSION_CASE_H

#include "proto/overlay/session.h"

struct session_case {
    struct link_key keys[2]; /* responder, initiator */
    uint8_t psks[2][KEY_SIZE];
    struct rng rngs[2];
};

static inline void session_case_init(struct session_case *c)
{
    static const uint8_t seeds[4][KEY_SIZE] = { { 1 }, { 2 }, { 3 }, { 4 } };

    for (int i = 0; i < 2; i++) {
        link_key_init(&c->keys[i], seeds[i]);
        rng_init(&c->rngs[i], seeds[2 + i]);
        for (size_t j = 0; j < KEY_SIZE; j++)
            c->psks[i][j] = (uint8_t)(i + 1);
    }
}

static inline struct session *session_case_side(struct session_case *c, bool initiator)
{
    return session_new(initiator, "test", &c->keys[initiator], (const uint8_t(*)[KEY_SIZE])c->psks,
                       initiator ? 1 : 2, &c->rngs[initiator]);
}

#endif
