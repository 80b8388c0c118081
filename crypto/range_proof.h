/* range_proof.h - aggregated Bulletproofs (Bünz, Bootle, Boneh, Poelstra, Wuille, Maxwell 2018), byte for byte those of the dalek library;
 * private to this room.
 *
 * Statement: each V_j = v_j*B + g_j*B~ commits to a value below 2^bits. B~ has no known logarithm, so the proof stands whoever knows the
 * committee's key. The caller has begun the transcript and appended all context; n is bits, m the number of values, both as the paper names
 * them, m a power of two (commitments to nothing, the identity, fill it up). */
#ifndef COOP_CRYPTO_RANGE_PROOF_H
#define COOP_CRYPTO_RANGE_PROOF_H

#include "crypto/msm.h"
#include "crypto/residue.h"

enum {
    RANGE_VALUE_BITS_MAX = 64,
    RANGE_BITS_MAX = 1024, /* n * m: 64 bits of 16 values */
    RANGE_ROUNDS_MAX = 10,
};
static inline size_t range_proof_size(unsigned rounds)
{
    return 32 * (9 + 2 * (size_t)rounds);
}
enum { RANGE_PROOF_MAX = 32 * (9 + 2 * RANGE_ROUNDS_MAX) };

/* The public vectors G and H, decoded: bits * count points each, in one piece of the caller's memory aligned for decaf_255_point_t. */
struct range_bases {
    unsigned bits, count;
    decaf_255_point_t *g, *h;
};
extern const struct point POINT_BLINDING; /* B~: hash to the group of SHA3-512 of the encoding of B */
bool range_shape(unsigned bits, size_t count); /* 8, 16, 32 or 64 bits; a power of two of values; within the bounds */
unsigned range_rounds(unsigned bits, size_t count);
void range_bases_init(struct range_bases *bases, decaf_255_point_t *memory, unsigned bits, size_t count);

/* V = value*B + blinding*B~, in constant time. */
void range_commit(struct point *out, const struct scalar *value, const struct scalar *blinding);
/* out: range_proof_size bytes. Secrets in constant time: values, blindings; the last part runs on vectors that the argument reveals. */
void range_prove(uint8_t *out, const struct range_bases *bases, struct transcript *t, const struct point *commitments,
                 const uint64_t *values, const struct scalar *blindings, struct rng *rng);

/* Verification of one proof or many of one shape: each is added with a random weight, and all hold if the sum is zero. */
struct range_batch {
    const struct range_bases *bases;
    struct msm sum;
    struct residue base, blinding;
    struct residue_sum g[RANGE_BITS_MAX], h[RANGE_BITS_MAX];
    struct residue shift; /* taken off every g and put on every h */
};
void range_batch_begin(struct range_batch *batch, const struct range_bases *bases);
/* For `expected` terms in all, those that the caller adds included. */
void range_batch_begin_many(struct range_batch *batch, const struct range_bases *bases, struct batch_room *room,
                            size_t expected);
/* The commitments may come from point_take: those that are no points keep the batch from holding. more: coefficients that the
 * caller's own equation has for them, so that each is added up once; NULL: none. false: malformed, and the batch is spoilt. */
bool range_batch_add(struct range_batch *batch, struct transcript *t, const struct point *commitments,
                     const struct residue *more, struct bytes proof, struct rng *rng);
bool range_batch_holds(struct range_batch *batch);

#endif
