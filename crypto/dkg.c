/* dkg.c - a key that nobody holds and nobody can lean on: every member deals a random polynomial in shares to
 * all members, the key is the sum, and it is not known before it is settled whose deals are in it (Gennaro,
 * Jarecki, Krawczyk and Rabin 1999). Here the first of two phases, the deals; the second is in dkg_reveal.c.
 *
 * A deal: threshold commitments C_k = a_k*B + b_k*H || proof || R = r*B || for member j: the pair
 * f(j), g(j) sealed under H(r*X_j). Nobody knows the logarithm of H, so the commitments tell nothing of a_0,
 * whatever the dealer sees of others before he speaks; a rushing dealer has nothing to aim at. The proof shows
 * knowledge of all a_k, b_k and of r, over everything in the deal and its context. For a_0: a deal made of the
 * negative of another's is no deal. For r: a dealer who copied the R of an honest deal over bad shares would
 * make members complain, and the point a complaint reveals would open the honest deal's shares.
 * A member whose pair does not fit publishes x_j*R with a proof of equal logarithms; everybody can then open
 * that one pair and see. */
#include "crypto/dkg_shared.h"

#include "crypto/declassify.h"
#include "crypto/labels.h"
#include "crypto/prove.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { PAIR_SIZE = 2 * SCALAR_SIZE, SEALED_PAIR = PAIR_SIZE + TAG_SIZE };
_Static_assert(sizeof(struct dkg_share) == PAIR_SIZE, "a pair is what is sealed");

/* Where the parts of a deal lie. */
struct parts {
    const uint8_t *commitments, *proof, *ephemeral, *shares;
};

size_t dkg_deal_size(unsigned count, unsigned threshold)
{
    return (size_t)POINT_SIZE * threshold + REPRESENTATION_SIZE + POINT_SIZE + (size_t)count * SEALED_PAIR;
}

static struct parts deal_parts(const uint8_t *deal, unsigned threshold)
{
    const uint8_t *proof = deal + (size_t)POINT_SIZE * threshold;

    return (struct parts){ deal, proof, proof + REPRESENTATION_SIZE, proof + REPRESENTATION_SIZE + POINT_SIZE };
}

void dkg_blinding_base(struct point *out)
{
    crypto_generichash_state hash;
    uint8_t uniform[64];

    crypto_generichash_init(&hash, NULL, 0, sizeof uniform);
    crypto_generichash_update(&hash, (const uint8_t *)LABEL_DKG_BLINDING, sizeof LABEL_DKG_BLINDING - 1);
    crypto_generichash_final(&hash, uniform, sizeof uniform);
    point_from_hash(out, uniform);
}

void dkg_commitments_at(struct point *out, const struct point *commitments, unsigned threshold, unsigned x)
{
    struct scalar at;

    scalar_from_u64(&at, x);
    points_fold(out, commitments, 1, threshold, &at);
}

/* ---- One sealed share. */

/* Every key seals one share. */
static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = { 0 };

static void share_key(uint8_t key[KEY_SIZE], struct bytes context, const struct point *ephemeral,
                      const struct point *to, unsigned index, const struct point *shared)
{
    uint8_t number[4];
    struct bytes parts[] = { context, BYTES(ephemeral->b), BYTES(to->b), BYTES(number), BYTES(shared->b) };

    be32_write(number, index);
    hash_parts(key, LABEL_DKG_SHARE, parts, ARRAY_SIZE(parts));
}

static void share_seal(uint8_t out[SEALED_PAIR], const struct dkg_share *share, struct bytes context,
                       const struct point *ephemeral, const struct scalar *r, const struct point *to,
                       unsigned index)
{
    struct point shared;
    uint8_t key[KEY_SIZE];

    point_times(&shared, to, r);
    share_key(key, context, ephemeral, to, index, &shared);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, share->value.b, PAIR_SIZE, NULL, 0, NULL, nonce, key);
    sodium_memzero(&shared, sizeof shared);
    sodium_memzero(key, sizeof key);
}

/* Opens the pair of `index` with shared = x*R and holds it against the commitments. */
static bool share_fits(struct dkg_share *out, const struct parts *parts, const struct point *ephemeral,
                       struct bytes context, const struct point *to, unsigned threshold, unsigned index,
                       const struct point *shared)
{
    struct point commitments[COMMITTEE_MAX], expected, actual, blinding;
    uint8_t key[KEY_SIZE], plain[PAIR_SIZE];
    bool fine;

    for (unsigned k = 0; k < threshold; k++)
        if (!point_read_nonzero(&commitments[k], parts->commitments + (size_t)k * POINT_SIZE))
            return false;
    share_key(key, context, ephemeral, to, index, shared);
    fine = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
                                                      parts->shares + (index - 1) * (size_t)SEALED_PAIR,
                                                      SEALED_PAIR, NULL, 0, nonce, key) == 0;
    declassify(&fine, sizeof fine); /* who gets a share that does not fit says so */
    fine = fine && scalar_read(&out->value, plain) && scalar_read(&out->blind, plain + SCALAR_SIZE);
    if (fine) {
        dkg_blinding_base(&blinding);
        dkg_commitments_at(&expected, commitments, threshold, index);
        point_two_times(&actual, &out->value, &out->blind, &blinding);
        fine = point_equal(&expected, &actual);
        declassify(&fine, sizeof fine);
    }
    if (!fine)
        dkg_share_clear(out);
    sodium_memzero(key, sizeof key);
    sodium_memzero(plain, sizeof plain);
    return fine;
}

/* ---- Dealing. */

static void proof_transcript(struct transcript *t, struct bytes context, const struct point *members,
                             unsigned count, unsigned threshold, const uint8_t *shares)
{
    transcript_init(t, LABEL_DKG_PROOF);
    transcript_append(t, "context", context);
    transcript_append_u64(t, "threshold", threshold);
    transcript_append(t, "members", (struct bytes){ members->b, count * sizeof *members });
    transcript_append(t, "shares", (struct bytes){ shares, (size_t)count * SEALED_PAIR });
}

/* Everything drawn depends on the members and the threshold too: the same secret must never seal two
 * different shares under one key. */
static void dealer_rng(struct rng *rng, struct bytes context, const struct point *members, unsigned count,
                       unsigned threshold, const uint8_t secret[KEY_SIZE])
{
    uint8_t seed[KEY_SIZE], number[4];
    struct bytes parts[] = { context, { members->b, count * sizeof *members }, BYTES(number) };

    be32_write(number, threshold);
    derive_key(seed, secret, LABEL_DKG_POLYNOMIAL, parts, ARRAY_SIZE(parts));
    rng_init(rng, seed);
    sodium_memzero(seed, sizeof seed);
}

static void polynomial_at(struct scalar *out, const struct scalar *coefficients, unsigned threshold,
                          unsigned x)
{
    struct scalar sum = coefficients[threshold - 1], at;

    scalar_from_u64(&at, x);
    for (unsigned k = threshold - 1; k-- > 0;) {
        scalar_mul(&sum, &sum, &at);
        scalar_add(&sum, &sum, &coefficients[k]);
    }
    *out = sum;
    scalar_clear(&sum);
}

static bool members_fit(const struct point *members, unsigned count)
{
    for (unsigned j = 0; j < count; j++)
        if (point_is_identity(&members[j]))
            return false;
    return true;
}

/* What a dealer draws: two polynomials, and after their last coefficients r and 0. */
struct drawn {
    struct scalar value[COMMITTEE_MAX + 1], blind[COMMITTEE_MAX + 1];
    struct point public[COMMITTEE_MAX + 1];
};

static void draw(struct drawn *out, unsigned threshold, const struct point *blinding, struct rng *rng)
{
    memset(out, 0, sizeof *out);
    for (unsigned k = 0; k <= threshold; k++) {
        scalar_random(&out->value[k], rng);
        if (k < threshold)
            scalar_random(&out->blind[k], rng);
        point_two_times(&out->public[k], &out->value[k], &out->blind[k], blinding);
    }
    declassify(out->public, (threshold + 1) * sizeof *out->public);
}

static void shares_seal(uint8_t *out, const struct drawn *drawn, struct bytes context, const struct point *members,
                        unsigned count, unsigned threshold)
{
    struct dkg_share share;

    for (unsigned j = 1; j <= count; j++) {
        polynomial_at(&share.value, drawn->value, threshold, j);
        polynomial_at(&share.blind, drawn->blind, threshold, j);
        share_seal(out + (j - 1) * (size_t)SEALED_PAIR, &share, context, &drawn->public[threshold],
                   &drawn->value[threshold], &members[j - 1], j);
    }
    declassify(out, (size_t)count * SEALED_PAIR);
    dkg_share_clear(&share);
}

bool dkg_deal_make(uint8_t *out, size_t *size, struct bytes context, const struct point *members,
                   unsigned count, unsigned threshold, const uint8_t secret[KEY_SIZE])
{
    struct point blinding;
    struct transcript t;
    struct drawn drawn;
    uint8_t *proof, *shares;
    struct rng rng;

    if (!dkg_sizes_fit(count, threshold) || !members_fit(members, count))
        return false;
    proof = out + (size_t)POINT_SIZE * threshold;
    shares = proof + REPRESENTATION_SIZE + POINT_SIZE;
    dkg_blinding_base(&blinding);
    dealer_rng(&rng, context, members, count, threshold, secret);
    draw(&drawn, threshold, &blinding, &rng);
    memcpy(out, drawn.public, (size_t)POINT_SIZE * threshold);
    memcpy(proof + REPRESENTATION_SIZE, drawn.public[threshold].b, POINT_SIZE);
    shares_seal(shares, &drawn, context, members, count, threshold);
    proof_transcript(&t, context, members, count, threshold, shares);
    representation_prove(proof, &t, &blinding, drawn.public, drawn.value, drawn.blind, threshold + 1, &rng);
    *size = dkg_deal_size(count, threshold);
    sodium_memzero(&drawn, sizeof drawn);
    rng_clear(&rng);
    return true;
}

bool dkg_deal_check(struct bytes context, const struct point *members, unsigned count, unsigned threshold,
                    struct bytes deal)
{
    struct point public[COMMITTEE_MAX + 1], blinding;
    struct transcript t;
    struct parts parts;

    if (!dkg_sizes_fit(count, threshold) || deal.size != dkg_deal_size(count, threshold) ||
        !members_fit(members, count))
        return false;
    parts = deal_parts(deal.data, threshold);
    for (unsigned k = 0; k < threshold; k++)
        if (!point_read_nonzero(&public[k], parts.commitments + (size_t)k * POINT_SIZE))
            return false;
    if (!point_read_nonzero(&public[threshold], parts.ephemeral))
        return false;
    proof_transcript(&t, context, members, count, threshold, parts.shares);
    dkg_blinding_base(&blinding);
    return representation_verify(parts.proof, &t, &blinding, public, threshold + 1);
}

bool dkg_share_open(struct dkg_share *out, struct bytes context, const struct point *members, unsigned count,
                    unsigned threshold, struct bytes deal, unsigned index, const struct group_key *own)
{
    struct point ephemeral, shared;
    struct parts parts;
    bool fine;

    assert(index >= 1 && index <= count && point_equal(&own->public_point, &members[index - 1]));
    if (!dkg_sizes_fit(count, threshold) || deal.size != dkg_deal_size(count, threshold))
        return false;
    parts = deal_parts(deal.data, threshold);
    if (!point_read_nonzero(&ephemeral, parts.ephemeral))
        return false;
    point_times(&shared, &ephemeral, &own->secret);
    fine = share_fits(out, &parts, &ephemeral, context, &own->public_point, threshold, index, &shared);
    sodium_memzero(&shared, sizeof shared);
    return fine;
}

/* ---- Complaining: S = x_j*R || proof that log_B(X_j) = log_R(S). */

static void complaint_transcript(struct transcript *t, struct bytes context, struct bytes deal,
                                 unsigned index)
{
    transcript_init(t, LABEL_COMPLAINT);
    transcript_append(t, "context", context);
    transcript_append(t, "deal", deal);
    transcript_append_u64(t, "index", index);
}

void dkg_complaint_make(uint8_t out[DKG_COMPLAINT_SIZE], struct bytes context, struct bytes deal,
                        unsigned threshold, unsigned index, const struct group_key *own, struct rng *rng)
{
    struct point ephemeral, shared;
    struct transcript t;
    bool fine = threshold <= COMMITTEE_MAX && deal.size > dkg_deal_size(0, threshold) &&
                point_read_nonzero(&ephemeral, deal_parts(deal.data, threshold).ephemeral);

    assert(fine); /* the deal has passed dkg_deal_check */
    point_times(&shared, &ephemeral, &own->secret);
    declassify(&shared, sizeof shared); /* the evidence */
    complaint_transcript(&t, context, deal, index);
    equality_prove(out + POINT_SIZE, &t, &own->public_point, &own->secret, &ephemeral, &shared, 1, rng);
    memcpy(out, shared.b, POINT_SIZE);
}

bool dkg_complaint_check(struct bytes context, const struct point *members, unsigned count,
                         unsigned threshold, struct bytes deal, unsigned index,
                         const uint8_t complaint[DKG_COMPLAINT_SIZE])
{
    struct point ephemeral, shared;
    const struct point *accuser;
    struct transcript t;
    struct dkg_share share;
    struct parts parts;
    bool cheated;

    if (index < 1 || index > count || !dkg_deal_check(context, members, count, threshold, deal))
        return false;
    accuser = &members[index - 1];
    parts = deal_parts(deal.data, threshold);
    if (!point_read_nonzero(&ephemeral, parts.ephemeral) || !point_read_nonzero(&shared, complaint))
        return false;
    complaint_transcript(&t, context, deal, index);
    if (!equality_verify(complaint + POINT_SIZE, &t, accuser, &ephemeral, &shared, 1))
        return false;
    cheated = !share_fits(&share, &parts, &ephemeral, context, accuser, threshold, index, &shared);
    dkg_share_clear(&share);
    return cheated;
}
