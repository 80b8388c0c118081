/* weights.h - the weights by which a verifier adds equations into one; private to this room.
 *
 * They come from a hash of everything that is checked together, statements and proofs, answers included: whoever makes a proof learns them only
 * when nothing of it can be changed any more, and verification stays a pure function. Of everything together, since weights that each proof
 * fixed for itself could be made to cancel among many proofs by a generalised birthday search (Wagner 2002). */
#ifndef COOP_CRYPTO_WEIGHTS_H
#define COOP_CRYPTO_WEIGHTS_H

#include "crypto/crypto.h"
#include "crypto/labels.h"

static inline void weights_init(struct rng *out, const struct bytes *parts, size_t count)
{
    uint8_t seed[KEY_SIZE];

    hash_parts(seed, LABEL_WEIGHTS, parts, count);
    rng_init(out, seed);
}

#endif
