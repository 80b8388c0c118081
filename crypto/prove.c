/* prove.c - knowledge of logarithms and equality of logarithms, many at a time, as Merlin transcripts.
 *
 * Many statements fold into one by powers of a challenge drawn after all of them are fixed: a false one among
 * n survives with probability n / 2^252. */
#include "crypto/prove.h"
#include "crypto/declassify.h"

#include <sodium.h>
#include <string.h>

void points_fold(struct point *out, const struct point *points, size_t stride, size_t count,
                 const struct scalar *weight)
{
    struct point sum = POINT_IDENTITY;

    for (size_t i = count; i-- > 0;) {
        point_times(&sum, &sum, weight);
        point_add(&sum, &sum, &points[i * stride]);
    }
    *out = sum;
}

void scalars_fold(struct scalar *out, const struct scalar *scalars, size_t stride, size_t count,
                  const struct scalar *weight)
{
    struct scalar sum = { { 0 } };

    for (size_t i = count; i-- > 0;) {
        scalar_add(&sum, &sum, &scalars[i * stride]);
        scalar_mul(&sum, &sum, weight);
    }
    *out = sum;
    scalar_clear(&sum);
}

static void append_points(struct transcript *t, const char *label, const struct point *points, size_t count)
{
    transcript_append_u64(t, "count", count);
    for (size_t i = 0; i < count; i++)
        transcript_append_point(t, label, &points[i]);
}

/* Secrets folded by the challenge, and the nonce that hides the sum. */
static void respond(uint8_t out[SCALAR_SIZE], const struct scalar *secrets, size_t count,
                    const struct scalar *nonce, const struct scalar *challenge)
{
    struct scalar response;

    scalars_fold(&response, secrets, 1, count, challenge);
    scalar_add(&response, &response, nonce);
    declassify(&response, sizeof response);
    memcpy(out, response.b, SCALAR_SIZE);
}

void knowledge_prove(uint8_t out[KNOWLEDGE_SIZE], struct transcript *t, const struct point *points,
                     const struct scalar *secrets, size_t count, struct rng *rng)
{
    struct scalar nonce, challenge;
    struct point commitment;

    append_points(t, "known", points, count);
    transcript_nonce(t, &nonce, "nonce", (struct bytes){ (const uint8_t *)secrets, count * sizeof *secrets },
                     rng);
    point_base_times(&commitment, &nonce);
    declassify(&commitment, sizeof commitment);
    transcript_append_point(t, "commitment", &commitment);
    transcript_challenge_scalar(t, "challenge", &challenge);
    memcpy(out, commitment.b, POINT_SIZE);
    respond(out + POINT_SIZE, secrets, count, &nonce, &challenge);
    scalar_clear(&nonce);
}

bool knowledge_verify(const uint8_t proof[KNOWLEDGE_SIZE], struct transcript *t, const struct point *points,
                      size_t count)
{
    struct scalar challenge, response;
    struct point commitment, left, right;

    if (!point_read_nonzero(&commitment, proof) || !scalar_read(&response, proof + POINT_SIZE))
        return false;
    append_points(t, "known", points, count);
    transcript_append_point(t, "commitment", &commitment);
    transcript_challenge_scalar(t, "challenge", &challenge);
    points_fold(&right, points, 1, count, &challenge);
    point_times(&right, &right, &challenge);
    point_add(&right, &right, &commitment);
    point_base_times(&left, &response);
    return point_equal(&left, &right);
}

/* ---- Two bases. */

void point_two_times(struct point *out, const struct scalar *x, const struct scalar *y,
                     const struct point *other)
{
    struct point part;

    point_base_times(out, x);
    point_times(&part, other, y);
    point_add(out, out, &part);
    sodium_memzero(&part, sizeof part);
}

static void representation_challenge(struct transcript *t, struct scalar *challenge, const struct point *other,
                                     const struct point *commitment)
{
    transcript_append_point(t, "other base", other);
    transcript_append_point(t, "commitment", commitment);
    transcript_challenge_scalar(t, "challenge", challenge);
}

void representation_prove(uint8_t out[REPRESENTATION_SIZE], struct transcript *t, const struct point *other,
                          const struct point *points, const struct scalar *x, const struct scalar *y,
                          size_t count, struct rng *rng)
{
    struct scalar nonce[2], challenge;
    struct point commitment;

    append_points(t, "known", points, count);
    transcript_nonce(t, &nonce[0], "nonce", (struct bytes){ (const uint8_t *)x, count * sizeof *x }, rng);
    transcript_nonce(t, &nonce[1], "other nonce", (struct bytes){ (const uint8_t *)y, count * sizeof *y }, rng);
    point_two_times(&commitment, &nonce[0], &nonce[1], other);
    declassify(&commitment, sizeof commitment);
    representation_challenge(t, &challenge, other, &commitment);
    memcpy(out, commitment.b, POINT_SIZE);
    respond(out + POINT_SIZE, x, count, &nonce[0], &challenge);
    respond(out + POINT_SIZE + SCALAR_SIZE, y, count, &nonce[1], &challenge);
    sodium_memzero(nonce, sizeof nonce);
}

bool representation_verify(const uint8_t proof[REPRESENTATION_SIZE], struct transcript *t,
                           const struct point *other, const struct point *points, size_t count)
{
    struct scalar challenge, response[2];
    struct point commitment, left, right;

    if (!point_read_nonzero(&commitment, proof) || !scalar_read(&response[0], proof + POINT_SIZE) ||
        !scalar_read(&response[1], proof + POINT_SIZE + SCALAR_SIZE))
        return false;
    append_points(t, "known", points, count);
    representation_challenge(t, &challenge, other, &commitment);
    points_fold(&right, points, 1, count, &challenge);
    point_times(&right, &right, &challenge);
    point_add(&right, &right, &commitment);
    point_two_times(&left, &response[0], &response[1], other);
    return point_equal(&left, &right);
}

/* ---- Equal logarithms. */

/* Everything public, then the weight that folds the pairs into one. */
static void equality_begin(struct transcript *t, struct scalar *weight, const struct point *key,
                           const struct point *bases, const struct point *images, size_t count)
{
    transcript_append_point(t, "key", key);
    append_points(t, "base", bases, count);
    append_points(t, "image", images, count);
    transcript_challenge_scalar(t, "weight", weight);
}

static void equality_challenge(struct transcript *t, struct scalar *challenge,
                               const struct point *on_generator, const struct point *on_base)
{
    transcript_append_point(t, "commitment", on_generator);
    transcript_append_point(t, "commitment", on_base);
    transcript_challenge_scalar(t, "challenge", challenge);
}

void equality_prove(uint8_t out[EQUALITY_SIZE], struct transcript *t, const struct point *key,
                    const struct scalar *secret, const struct point *bases, const struct point *images,
                    size_t count, struct rng *rng)
{
    struct scalar weight, nonce, challenge, response;
    struct point base, on_generator, on_base;

    equality_begin(t, &weight, key, bases, images, count);
    points_fold(&base, bases, 1, count, &weight);
    transcript_nonce(t, &nonce, "nonce", BYTES(secret->b), rng);
    point_base_times(&on_generator, &nonce);
    point_times(&on_base, &base, &nonce);
    declassify(&on_generator, sizeof on_generator);
    declassify(&on_base, sizeof on_base);
    equality_challenge(t, &challenge, &on_generator, &on_base);
    scalar_mul(&response, &challenge, secret);
    scalar_add(&response, &response, &nonce);
    declassify(&response, sizeof response);
    memcpy(out, challenge.b, SCALAR_SIZE);
    memcpy(out + SCALAR_SIZE, response.b, SCALAR_SIZE);
    scalar_clear(&nonce);
    scalar_clear(&response);
}

void commitment_again(struct point *out, const struct point *base, const struct point *image,
                             const struct scalar *challenge, const struct scalar *response)
{
    struct point product;

    point_times(out, base, response);
    point_times(&product, image, challenge);
    point_sub(out, out, &product);
}

bool equality_verify(const uint8_t proof[EQUALITY_SIZE], struct transcript *t, const struct point *key,
                     const struct point *bases, const struct point *images, size_t count)
{
    struct scalar weight, challenge, response, expected;
    struct point base, image, on_generator, on_base;

    if (!scalar_read(&challenge, proof) || !scalar_read(&response, proof + SCALAR_SIZE))
        return false;
    equality_begin(t, &weight, key, bases, images, count);
    points_fold(&base, bases, 1, count, &weight);
    points_fold(&image, images, 1, count, &weight);
    commitment_again(&on_generator, &POINT_BASE, key, &challenge, &response);
    commitment_again(&on_base, &base, &image, &challenge, &response);
    equality_challenge(t, &expected, &on_generator, &on_base);
    return sodium_memcmp(expected.b, challenge.b, SCALAR_SIZE) == 0;
}
