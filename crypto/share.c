/* share.c - how a committee opens: each member raises the points to its share of the key and proves it, any
 * `threshold` of these give the points raised to the whole key (Shamir 1979, in the exponent).
 *
 * A share: y_j*R_i for every point || one proof that they all have the logarithm of Y_j. */
#include "crypto/crypto.h"
#include "crypto/declassify.h"
#include "crypto/labels.h"
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

/* The product of (m - at) / (m - members[j]) over the others. */
bool lagrange(struct scalar *out, const unsigned *members, unsigned threshold, unsigned j, unsigned at)
{
    struct scalar above, below, factor, own, place;

    scalar_from_u64(&above, 1);
    scalar_from_u64(&below, 1);
    scalar_from_u64(&own, members[j]);
    scalar_from_u64(&place, at);
    for (unsigned k = 0; k < threshold; k++) {
        if (k == j)
            continue;
        scalar_from_u64(&factor, members[k]);
        scalar_sub(&factor, &factor, &own);
        scalar_mul(&below, &below, &factor);
        scalar_from_u64(&factor, members[k]);
        scalar_sub(&factor, &factor, &place);
        scalar_mul(&above, &above, &factor);
    }
    if (!scalar_invert(&below, &below)) /* one member named twice */
        return false;
    scalar_mul(out, &above, &below);
    return true;
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

    if (threshold < 1 || threshold > COMMITTEE_MAX)
        return false;
    for (unsigned j = 0; j < threshold; j++) {
        if (members[j] < 1 || members[j] > COMMITTEE_MAX || shares[j].size != share_size(count) ||
            !lagrange(&coefficients[j], members, threshold, j, 0))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!combine_one(&shared[i], i, coefficients, shares, threshold)) {
            sodium_memzero(shared, count * sizeof *shared);
            return false;
        }
    }
    return true;
}
