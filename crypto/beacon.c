/* beacon.c - a deal of one uniformly random group element: the pair R = r*B, C = x*B + r*Y and a proof that its maker knows r and x in this
 * context, so that nobody deals what another has dealt. Only the product of many is ever opened. */
#include "crypto/crypto.h"
#include "crypto/declassify.h"
#include "crypto/labels.h"

#include <sodium.h>
#include <string.h>

/* The pair || A = a*B || A' = b*B + a*Y || a + c r || b + c x (Okamoto 1992). */
enum { BEACON_SIZE = 4 * POINT_SIZE + 2 * SCALAR_SIZE };

/* What a ciphertext hides. */
struct hidden {
    struct scalar r, x;
};

/* x and r are random: neither product is the identity but once in 2^252. */
static void encrypt(struct ciphertext *out, const struct hidden *hidden, const struct point *joint)
{
    struct point mask;

    point_base_times(&out->r, &hidden->r);
    point_times(&mask, joint, &hidden->r);
    point_base_times(&out->c, &hidden->x);
    point_add(&out->c, &out->c, &mask);
    sodium_memzero(&mask, sizeof mask);
}

static void begin(struct transcript *t, const struct point *joint, struct bytes context, const struct ciphertext *pair)
{
    transcript_init(t, LABEL_BEACON_DEAL);
    transcript_append(t, "context", context);
    transcript_append_point(t, "joint", joint);
    transcript_append_point(t, "r", &pair->r);
    transcript_append_point(t, "c", &pair->c);
}

static void finish(struct transcript *t, struct scalar *challenge, const struct ciphertext *commitment)
{
    transcript_append_point(t, "commitment", &commitment->r);
    transcript_append_point(t, "commitment", &commitment->c);
    transcript_challenge_scalar(t, "challenge", challenge);
}

static void answer(struct scalar *nonce, const struct scalar *secret, const struct scalar *challenge)
{
    struct scalar product;

    scalar_mul(&product, secret, challenge);
    scalar_add(nonce, nonce, &product);
    scalar_clear(&product);
}

bool beacon_make(uint8_t *out, size_t *size, const struct point *joint, struct bytes context, struct rng *rng)
{
    struct hidden hidden, nonce;
    struct ciphertext pair, commitment;
    struct transcript t;
    struct scalar challenge;

    if (point_is_identity(joint))
        return false;
    scalar_random(&hidden.r, rng);
    scalar_random(&hidden.x, rng);
    encrypt(&pair, &hidden, joint);
    declassify(&pair, sizeof pair);
    begin(&t, joint, context, &pair);
    transcript_nonce(&t, &nonce.r, "nonce r", (struct bytes){ hidden.r.b, sizeof hidden }, rng);
    transcript_nonce(&t, &nonce.x, "nonce x", (struct bytes){ hidden.r.b, sizeof hidden }, rng);
    encrypt(&commitment, &nonce, joint);
    declassify(&commitment, sizeof commitment);
    finish(&t, &challenge, &commitment);
    answer(&nonce.r, &hidden.r, &challenge);
    answer(&nonce.x, &hidden.x, &challenge);
    memcpy(out, &pair, sizeof pair);
    memcpy(out + sizeof pair, &commitment, sizeof commitment);
    memcpy(out + sizeof pair + sizeof commitment, &nonce, sizeof nonce);
    *size = BEACON_SIZE;
    sodium_memzero(&hidden, sizeof hidden);
    sodium_memzero(&nonce, sizeof nonce);
    return true;
}

static bool pair_read(struct ciphertext *out, const uint8_t *in)
{
    return point_read_nonzero(&out->r, in) && point_read_nonzero(&out->c, in + POINT_SIZE);
}

bool beacon_check(struct ciphertext *out, const struct point *joint, struct bytes context, struct bytes deal)
{
    struct ciphertext pair, commitment, left, right;
    struct hidden response;
    struct scalar challenge;
    struct transcript t;

    if (deal.size != BEACON_SIZE || point_is_identity(joint) || !pair_read(&pair, deal.data) ||
        !pair_read(&commitment, deal.data + 2 * POINT_SIZE) || !scalar_read(&response.r, deal.data + 4 * POINT_SIZE) ||
        !scalar_read(&response.x, deal.data + 4 * POINT_SIZE + SCALAR_SIZE))
        return false;
    begin(&t, joint, context, &pair);
    finish(&t, &challenge, &commitment);
    point_times(&right.r, &pair.r, &challenge);
    point_times(&right.c, &pair.c, &challenge);
    ciphertext_add(&right, &right, &commitment);
    encrypt(&left, &response, joint);
    if (!point_equal(&left.r, &right.r) || !point_equal(&left.c, &right.c))
        return false;
    if (out != NULL)
        *out = pair;
    return true;
}
