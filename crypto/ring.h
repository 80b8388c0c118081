/* ring.h - "one of these keys is mine", said once per scope: Triptych (Noether and Goodell, IACR ePrint 2020/018) in its published form;
 * private to this room. The base is 4 in this project (design: 2 bits a digit are the shortest proof); the published vectors have 2 and 8 too.
 *
 * Statement: the signer knows r with r*B in the ring, and J with r*J = U. U belongs to the scope, so J, the nullifier, is the same for every
 * proof of one key in one scope and tells nothing elsewhere. The ring is padded to a power of the base by repeating its last key. Bytes and hashes
 * are those of the triptych crate 0.1.1; the caller has begun the transcript with its label and all context. */
#ifndef COOP_CRYPTO_RING_H
#define COOP_CRYPTO_RING_H

#include "crypto/msm.h"
#include "crypto/residue.h"

enum { RING_BITS = 2, RING_BASE_MAX = 8, RING_DIGITS_MAX = 10, RING_MAX = 1024, RING_GENERATORS_MAX = 24 };
static inline size_t ring_proof_size(unsigned base, unsigned digits)
{
    return 8 + 32 * (7 + ((size_t)base + 1) * digits);
}
enum { RING_PROOF_MAX = 8 + 32 * (7 + 3 * 10) /* base 2, 10 digits */ };

/* What many proofs share. The keys stay the caller's. */
struct ring {
    const struct point *keys;
    size_t count;    /* as given */
    unsigned bits, base, digits; /* bits of a digit; base^digits keys with the padding; at least 2 digits */
    struct point u, h, g[RING_GENERATORS_MAX];
    uint8_t parameters[32], input_set[32]; /* hashes */
};
/* g: base * ring_digits(bits, count) generators of unknown relation, and h. count is 1 to RING_MAX. */
unsigned ring_digits(unsigned bits, size_t count);
void ring_init(struct ring *ring, unsigned bits, const struct point *keys, size_t count, const struct point *u,
               const struct point *g, const struct point *h);
void ring_generators(struct point g[RING_GENERATORS_MAX], struct point *h); /* this project's own */

/* out: ring_proof_size(base, digits). Constant time in index and secret. nullifier: J. */
void ring_prove(uint8_t *out, struct point *nullifier, const struct ring *ring, struct transcript *t, size_t index,
                const struct scalar *secret, struct rng *rng);

/* One proof or many over one ring: all hold if the sum is zero. */
struct ring_batch {
    const struct ring *ring;
    struct msm sum;
    struct residue_sum keys[RING_MAX];
    struct residue g[RING_GENERATORS_MAX], h, base, u;
};
void ring_batch_begin(struct ring_batch *batch, const struct ring *ring, struct batch_room *room, size_t proofs);
/* false: malformed, or the nullifier is the identity, and the batch is spoilt. */
bool ring_batch_add(struct ring_batch *batch, struct transcript *t, const struct point *nullifier, struct bytes proof,
                    struct rng *rng);
bool ring_batch_holds(struct ring_batch *batch);

#endif
