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
    for (size_t j = 0; j < bases->count; j++)
        transcript_append_point(t, "V", &commitments[j]);
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

/* z^(2+j) * 2^i for position k = j*bits + i, walked in order. */
struct weights {
    struct scalar z, power, weight;
    unsigned bits, i;
};

static inline void weights_begin(struct weights *w, const struct scalar *z, unsigned bits)
{
    *w = (struct weights){ .z = *z, .bits = bits };
    scalar_mul(&w->power, z, z);
    w->weight = w->power;
}

static inline void weights_next(struct weights *w)
{
    if (++w->i < w->bits) {
        scalar_add(&w->weight, &w->weight, &w->weight);
        return;
    }
    w->i = 0;
    scalar_mul(&w->power, &w->power, &w->z);
    w->weight = w->power;
}

#endif
