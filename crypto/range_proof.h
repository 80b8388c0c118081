/* range_proof.h - aggregated Bulletproofs (Bünz, Bootle, Boneh, Poelstra, Wuille, Maxwell 2018), byte for byte those of the dalek library;
 * private to this room.
 *
 * Statement: V_k = v_k*B + g_k*B~ commits to v_k, and each of a list of numbers is below 2 to its width: the v_k themselves, and public
 * combinations of them, which cost a verifier no point, since what commits to them is the same combination of the V_k. B~ has no known
 * logarithm, so the proof stands whoever knows the committee's key. The caller has begun the transcript and appended all context.
 *
 * With one width n for all of m numbers, a power of two, and no combination, these are dalek's bytes. Otherwise the widths lie one behind
 * the other in the same vectors (section 4.2 of the paper is about equal ones; nothing in it needs that), and "n" is said to be 0. */
#ifndef COOP_CRYPTO_RANGE_PROOF_H
#define COOP_CRYPTO_RANGE_PROOF_H

#include "crypto/msm.h"
#include "crypto/residue.h"

enum {
    RANGE_VALUE_BITS_MAX = 64,
    RANGE_BITS_MAX = 1024, /* n * m: 64 bits of 16 values */
    RANGE_ROUNDS_MAX = 10,
    RANGE_SLOTS_MAX = 98,
};
static inline unsigned range_rounds(size_t length)
{
    unsigned rounds = 0;

    while (length >> (rounds + 1) > 0)
        rounds++;
    return rounds;
}
static inline size_t range_proof_size(unsigned rounds)
{
    return 32 * (9 + 2 * (size_t)rounds);
}
enum { RANGE_PROOF_MAX = 32 * (9 + 2 * RANGE_ROUNDS_MAX) };

/* A number that is shown to be in [0, 2^width): that of the commitment in the same place, or, if combined, the sum of coefficient[k] * v_k and
 * the constant. Behind the commitments a number that is not combined is nothing: the identity, to fill up a power of two. */
struct range_slot {
    unsigned width;
    bool combined;
    int64_t coefficient[DEAL_VALUES_MAX], constant;
};
struct range_slots {
    unsigned committed, count; /* of V_k; of numbers, of which these are the first */
    struct range_slot at[RANGE_SLOTS_MAX];
};
/* What the prover makes of its values; modulo 2^64, so that a negative number is as wide as can be. In constant time. */
static inline uint64_t range_number(const struct range_slots *slots, size_t j, const uint64_t *values)
{
    const struct range_slot *slot = &slots->at[j];
    uint64_t number = (uint64_t)slot->constant;

    if (!slot->combined)
        return j < slots->committed ? values[j] : 0;
    for (size_t k = 0; k < slots->committed; k++)
        number += (uint64_t)slot->coefficient[k] * values[k];
    return number;
}

/* The public vectors G and H, decoded: as many points each as the widths add up to, a power of two, in one piece of the caller's memory aligned
 * for decaf_255_point_t. */
struct range_bases {
    unsigned bits, count, length, widest; /* the width of all numbers, or 0; their count; the sum of widths, and the largest */
    struct range_slots slots;
    uint8_t shape[HASH_SIZE]; /* hash of the slots, where bits is 0 */
    decaf_255_point_t *g, *h;
};
extern const struct point POINT_BLINDING; /* B~: hash to the group of SHA3-512 of the encoding of B */
bool range_shape(unsigned bits, size_t count); /* 8, 16, 32 or 64 bits; a power of two of values; within the bounds */
void range_bases_init(struct range_bases *bases, decaf_255_point_t *memory, unsigned bits, size_t count);
/* The widths add up to a power of two, 2 to RANGE_BITS_MAX. */
void range_bases_init_slots(struct range_bases *bases, decaf_255_point_t *memory, const struct range_slots *slots);

/* V = value*B + blinding*B~, in constant time. */
void range_commit(struct point *out, const struct scalar *value, const struct scalar *blinding);
/* out: range_proof_size bytes; commitments, values and blindings: slots.committed of them, and all numbers fit. Secrets in constant time:
 * values, blindings; the last part runs on vectors that the argument reveals. */
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
