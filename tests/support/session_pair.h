/* session_pair.h - two sessions of one link in one process, their handshake done. */
#ifndef COOP_TESTS_SESSION_PAIR_H
#define COOP_TESTS_SESSION_PAIR_H

#include "proto/overlay/session.h"

/* Bytes that `from` has to say go to `to`. */
static inline bool session_carry(struct session *from, struct session *to)
{
    enum status status = session_take(to, session_outgoing(from));

    session_drained(from);
    return status == STATUS_OK;
}

/* pair[0] called. Key, psk and rng stay borrowed while the sessions live. */
static inline bool session_pair_open(struct session *pair[2], const struct link_key *key,
                                     const uint8_t (*psk)[KEY_SIZE], struct rng *rng)
{
    pair[0] = session_new(true, "test", key, psk, 1, rng);
    pair[1] = session_new(false, "test", key, psk, 1, rng);
    return pair[0] != NULL && pair[1] != NULL && session_carry(pair[0], pair[1]) &&
           session_carry(pair[1], pair[0]) && session_carry(pair[0], pair[1]) && session_ready(pair[0]) &&
           session_ready(pair[1]);
}

#endif
