/* range_shared.h - what the prover and the verifier of a range proof both say and compute; private to the
 * two. */
#ifndef COOP_CRYPTO_RANGE_SHARED_H
#define COOP_CRYPTO_RANGE_SHARED_H

#include "crypto/range_proof.h"

static inline void begin_argument(struct transcript *t, const struct range_bases *bases,
                                  const struct point *commitments)
{
    transcript_append(t, "dom-sep", (struct bytes){ (const uint8_t *)"rangeproof v1", 13 });
    transcript_append_u64(t, "n", bases->bits);
    transcript_append_u64(t, "m", bases->count);
    if (bases->bits == 0)
        transcript_append(t, "shape", BYTES(bases->shape));
    for (size_t j = 0; j < bases->count; j++)
        if (!bases->slots.at[j].combined)
            transcript_append_point(t, "V", j < bases->slots.committed ? &commitments[j] : &POINT_IDENTITY);
}

static inline void begin_inner_product(struct transcript *t, size_t length)
{
    transcript_append(t, "dom-sep", (struct bytes){ (const uint8_t *)"ipp v1", 6 });
    transcript_append_u64(t, "n", length);
}

static inline void append_scalar(struct transcript *t, const char *label, const struct scalar *s)
{
    transcript_append(t, label, BYTES(s->b));
}

static inline void multiply_add(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    struct scalar product;

    scalar_mul(&product, a, b);
    scalar_add(out, out, &product);
    scalar_clear(&product);
}

#endif
