/* ring_shared.h - what the prover and the verifier of a ring proof have in common; private to the two. */
#ifndef COOP_CRYPTO_RING_SHARED_H
#define COOP_CRYPTO_RING_SHARED_H

#include "crypto/ring.h"

static inline size_t ring_padded(const struct ring *ring)
{
    return (size_t)1 << (ring->bits * ring->digits);
}

static inline const struct point *ring_key_at(const struct ring *ring, size_t k)
{
    return &ring->keys[k < ring->count ? k : ring->count - 1];
}

/* The commitments of a proof, in the order in which they are sent and hashed. */
struct ring_commitments {
    struct point a, b, c, d, x[RING_DIGITS_MAX], y[RING_DIGITS_MAX];
};

/* The statement, hashed, and what begins every proof about it. */
void ring_begin_proof(struct transcript *t, const struct ring *ring, const struct point *nullifier);
void ring_challenge(struct scalar *xi, struct transcript *t, const struct ring_commitments *sent,
                    unsigned digits);

#endif
