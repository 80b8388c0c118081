/* prove.h - the proofs that seals, deals, admissions and openings are made of; private to this room.
 *
 * All run inside a transcript to which the caller has appended its label and context; they append every
 * point of the statement themselves before the first challenge. Proofs are canonical: one that verifies has
 * one encoding. */
#ifndef COOP_CRYPTO_PROVE_H
#define COOP_CRYPTO_PROVE_H

#include "crypto/crypto.h"

enum { KNOWLEDGE_SIZE = 64, REPRESENTATION_SIZE = 96, EQUALITY_SIZE = SHARE_PROOF_SIZE };

/* A struct point is exactly its encoding, so arrays of them and runs of checked bytes are one thing. */
_Static_assert(sizeof(struct point) == POINT_SIZE && sizeof(struct scalar) == SCALAR_SIZE, "no padding");

/* sum of weight^i * points[i * stride], i = 0..count-1; public data */
void points_fold(struct point *out, const struct point *points, size_t stride, size_t count,
                 const struct scalar *weight);
/* sum of weight^(i+1) * scalars[i * stride]; constant time */
void scalars_fold(struct scalar *out, const struct scalar *scalars, size_t stride, size_t count,
                  const struct scalar *weight);

/* Knowledge of the logarithm of every point, in one Schnorr proof: K = k*B, s = k + sum c^(i+1) x_i (the
 * batching of Gennaro, Leigh, Sundaram and Yerazunis 2004). */
void knowledge_prove(uint8_t out[KNOWLEDGE_SIZE], struct transcript *t, const struct point *points,
                     const struct scalar *secrets, size_t count, struct rng *rng);
bool knowledge_verify(const uint8_t proof[KNOWLEDGE_SIZE], struct transcript *t, const struct point *points,
                      size_t count);

/* Knowledge of x_i and y_i with points[i] = x_i*B + y_i*other, for every i: Okamoto 1992, batched alike. */
void representation_prove(uint8_t out[REPRESENTATION_SIZE], struct transcript *t, const struct point *other,
                          const struct point *points, const struct scalar *x, const struct scalar *y,
                          size_t count, struct rng *rng);
bool representation_verify(const uint8_t proof[REPRESENTATION_SIZE], struct transcript *t,
                           const struct point *other, const struct point *points, size_t count);

/* x*B + y*other; constant time */
void point_two_times(struct point *out, const struct scalar *x, const struct scalar *y,
                     const struct point *other);

/* response*base - challenge*image: the commitment that a response answers; public data */
void commitment_again(struct point *out, const struct point *base, const struct point *image,
                      const struct scalar *challenge, const struct scalar *response);

/* One secret x with key = x*B and images[i] = x*bases[i] for every i: Chaum and Pedersen 1992 over a random
 * combination. */
void equality_prove(uint8_t out[EQUALITY_SIZE], struct transcript *t, const struct point *key,
                    const struct scalar *secret, const struct point *bases, const struct point *images,
                    size_t count, struct rng *rng);
bool equality_verify(const uint8_t proof[EQUALITY_SIZE], struct transcript *t, const struct point *key,
                     const struct point *bases, const struct point *images, size_t count);

#endif
