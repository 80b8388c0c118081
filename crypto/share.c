/* share.c - how a committee opens: each member raises the points to its share of the key and proves it, any
 * `threshold` of these give the points raised to the whole key (Shamir 1979, in the exponent).
 *
 * A share: y_j*R_i for every point || one proof that they all have the logarithm of Y_j. */
#include "crypto/crypto.h"
#include "crypto/declassify.h"
#include "crypto/labels.h"
#include "crypto/lagrange.h"
#include "crypto/prove.h"

#include <sodium.h>
#include <string.h>

static void share_transcript(struct transcript *t, struct bytes context)
{
    transcript_init(t, LABEL_SHARE);
    transcript_append(t, "context", context);
}

void share_make(uint8_t *out, const struct scalar *secret, struct bytes context, const struct point *points,
                size_t count, struct rng *rng)
{
    struct point public_share, *images = (struct point *)out;
    struct transcript t;

    point_base_times(&public_share, secret);
    for (size_t i = 0; i < count; i++)
        point_times(&images[i], &points[i], secret);
    declassify(&public_share, sizeof public_share);
    declassify(out, count * POINT_SIZE);
    share_transcript(&t, context);
    equality_prove(out + count * POINT_SIZE, &t, &public_share, secret, points, images, count, rng);
}

bool share_check(const struct point *public_share, struct bytes context, const struct point *points,
                 size_t count, struct bytes share)
{
    struct transcript t;
    struct point unused;

    if (share.size != share_size(count) || point_is_identity(public_share))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!point_read(&unused, share.data + i * POINT_SIZE))
            return false;
    share_transcript(&t, context);
    return equality_verify(share.data + count * POINT_SIZE, &t, public_share, points,
                           (const struct point *)share.data, count);
}

bool lagrange_begin(struct lagrange *out, const unsigned *members, unsigned threshold)
{
    struct residue below[COMMITTEE_MAX], factor;

    out->threshold = threshold;
    for (unsigned j = 0; j < threshold; j++)
        residue_from_u64(&out->member[j], members[j]);
    for (unsigned j = 0; j < threshold; j++) {
        residue_from_u64(&below[j], 1);
        for (unsigned k = 0; k < threshold; k++) {
            residue_sub(&factor, &out->member[k], &out->member[j]);
            if (k != j)
                residue_mul(&below[j], &below[j], &factor);
        }
    }
    return residues_invert(out->below, below, threshold);
}

/* Of each j the product of (m - at) / (m - members[j]) over the others. */
void lagrange_at(struct scalar *out, const struct lagrange *of, unsigned at)
{
    struct residue factor[COMMITTEE_MAX], weight, place;

    residue_from_u64(&place, at);
    for (unsigned k = 0; k < of->threshold; k++)
        residue_sub(&factor[k], &of->member[k], &place);
    for (unsigned j = 0; j < of->threshold; j++) {
        weight = of->below[j];
        for (unsigned k = 0; k < of->threshold; k++)
            if (k != j)
                residue_mul(&weight, &weight, &factor[k]);
        residue_to(&out[j], &weight);
    }
}

static bool combine_one(struct point *out, size_t i, const struct scalar *coefficients,
                        const struct bytes *shares, unsigned threshold)
{
    struct point sum = POINT_IDENTITY, term;

    for (unsigned j = 0; j < threshold; j++) {
        if (!point_read(&term, shares[j].data + i * POINT_SIZE))
            return false;
        point_times(&term, &term, &coefficients[j]);
        point_add(&sum, &sum, &term);
    }
    *out = sum;
    return true;
}

bool combine(struct point *shared, size_t count, const unsigned *members, const struct bytes *shares,
             unsigned threshold)
{
    struct scalar coefficients[COMMITTEE_MAX];
    struct lagrange of;

    if (threshold < 1 || threshold > COMMITTEE_MAX)
        return false;
    for (unsigned j = 0; j < threshold; j++) {
        if (members[j] < 1 || members[j] > COMMITTEE_MAX || shares[j].size != share_size(count))
            return false;
    }
    if (!lagrange_begin(&of, members, threshold))
        return false;
    lagrange_at(coefficients, &of, 0);
    for (size_t i = 0; i < count; i++) {
        if (!combine_one(&shared[i], i, coefficients, shares, threshold)) {
            sodium_memzero(shared, count * sizeof *shared);
            return false;
        }
    }
    return true;
}
