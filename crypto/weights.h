/* weights.h - the weights by which a verifier adds equations into one; private to this room.
 *
 * They come from a hash of the whole statement and the whole proof, answers included: whoever makes the proof learns them only when nothing
 * of it can be changed any more, and verification stays a pure function. */
#ifndef COOP_CRYPTO_WEIGHTS_H
#define COOP_CRYPTO_WEIGHTS_H

#include "crypto/crypto.h"
#include "crypto/labels.h"

static inline void weights_init(struct rng *out, const struct transcript *statement, struct bytes more, struct bytes proof)
{
    struct transcript copy = *statement;
    uint8_t seed[KEY_SIZE];

    transcript_append(&copy, LABEL_WEIGHTS, more);
    transcript_append(&copy, LABEL_WEIGHTS, proof);
    transcript_challenge(&copy, LABEL_WEIGHTS, seed, sizeof seed);
    rng_init(out, seed);
}

#endif
