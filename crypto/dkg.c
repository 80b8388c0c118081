/* dkg.c - a key that nobody holds: every member deals a random polynomial in shares to all members (Pedersen
 * 1991, with Feldman's commitments), the key is the sum.
 *
 * A deal: threshold commitments A_k = a_k*B || proof || R = r*B || for member j: the share f(j) sealed under
 * H(r*X_j). The proof shows knowledge of all a_k and of r, over everything in the deal and its context. For
 * a_0: no dealer can cancel the others' keys. For r: a dealer who copied the R of an honest deal over bad
 * shares would make members complain, and the point a complaint reveals would open the honest deal's shares.
 *
 * A member whose share does not fit publishes x_j*R with a proof of equal logarithms; everybody can then open
 * that one share and see. Gennaro, Jarecki, Krawczyk and Rabin 1999: the last dealer can bias bits of the
 * joint key, which ElGamal bears. */
#include "crypto/crypto.h"
#include "crypto/declassify.h"
#include "crypto/labels.h"
#include "crypto/prove.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { SEALED_SHARE = SCALAR_SIZE + TAG_SIZE };

/* Where the parts of a deal lie. */
struct parts {
    const uint8_t *commitments, *proof, *ephemeral, *shares;
};

static bool sizes_fit(unsigned count, unsigned threshold)
{
    return threshold >= 1 && threshold <= count && count <= COMMITTEE_MAX;
}

size_t dkg_deal_size(unsigned count, unsigned threshold)
{
    return (size_t)POINT_SIZE * threshold + KNOWLEDGE_SIZE + POINT_SIZE + (size_t)count * SEALED_SHARE;
}

static struct parts deal_parts(const uint8_t *deal, unsigned threshold)
{
    const uint8_t *proof = deal + (size_t)POINT_SIZE * threshold;

    return (struct parts){ deal, proof, proof + KNOWLEDGE_SIZE, proof + KNOWLEDGE_SIZE + POINT_SIZE };
}

/* sum of x^k * commitments[k]: f(x)*B, for a member's number x */
static void commitments_at(struct point *out, const struct point *commitments, unsigned threshold, unsigned x)
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

static void share_seal(uint8_t out[SEALED_SHARE], const struct scalar *share, struct bytes context,
                       const struct point *ephemeral, const struct scalar *r, const struct point *to,
                       unsigned index)
{
    struct point shared;
    uint8_t key[KEY_SIZE];

    point_times(&shared, to, r);
    share_key(key, context, ephemeral, to, index, &shared);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, share->b, SCALAR_SIZE, NULL, 0, NULL, nonce, key);
    sodium_memzero(&shared, sizeof shared);
    sodium_memzero(key, sizeof key);
}

/* Opens the share of `index` with shared = x*R and holds it against the commitments. */
static bool share_fits(struct scalar *out, const struct parts *parts, const struct point *ephemeral,
                       struct bytes context, const struct point *to, unsigned threshold, unsigned index,
                       const struct point *shared)
{
    struct point commitments[COMMITTEE_MAX], expected, actual;
    uint8_t key[KEY_SIZE], plain[SCALAR_SIZE];
    bool fine;

    for (unsigned k = 0; k < threshold; k++)
        if (!point_read_nonzero(&commitments[k], parts->commitments + (size_t)k * POINT_SIZE))
            return false;
    share_key(key, context, ephemeral, to, index, shared);
    fine = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
                                                      parts->shares + (index - 1) * (size_t)SEALED_SHARE,
                                                      SEALED_SHARE, NULL, 0, nonce, key) == 0;
    declassify(&fine, sizeof fine); /* who gets a share that does not fit says so */
    fine = fine && scalar_read(out, plain);
    if (fine) {
        commitments_at(&expected, commitments, threshold, index);
        point_base_times(&actual, out);
        fine = point_equal(&expected, &actual);
        declassify(&fine, sizeof fine);
    }
    if (!fine)
        scalar_clear(out);
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
    transcript_append(t, "shares", (struct bytes){ shares, (size_t)count * SEALED_SHARE });
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

bool dkg_deal_make(uint8_t *out, size_t *size, struct bytes context, const struct point *members,
                   unsigned count, unsigned threshold, const uint8_t secret[KEY_SIZE])
{
    struct scalar known[COMMITTEE_MAX + 1], share; /* the coefficients, then r */
    struct point public[COMMITTEE_MAX + 1];
    struct transcript t;
    uint8_t *proof, *shares;
    struct rng rng;

    if (!sizes_fit(count, threshold) || !members_fit(members, count))
        return false;
    proof = out + (size_t)POINT_SIZE * threshold;
    shares = proof + KNOWLEDGE_SIZE + POINT_SIZE;
    dealer_rng(&rng, context, members, count, threshold, secret);
    for (unsigned k = 0; k <= threshold; k++) {
        scalar_random(&known[k], &rng);
        point_base_times(&public[k], &known[k]);
    }
    declassify(public, (threshold + 1) * sizeof *public);
    memcpy(out, public, (size_t)POINT_SIZE * threshold);
    memcpy(proof + KNOWLEDGE_SIZE, public[threshold].b, POINT_SIZE);
    for (unsigned j = 1; j <= count; j++) {
        polynomial_at(&share, known, threshold, j);
        share_seal(shares + (j - 1) * (size_t)SEALED_SHARE, &share, context, &public[threshold],
                   &known[threshold], &members[j - 1], j);
    }
    declassify(shares, (size_t)count * SEALED_SHARE);
    proof_transcript(&t, context, members, count, threshold, shares);
    knowledge_prove(proof, &t, public, known, threshold + 1, &rng);
    *size = dkg_deal_size(count, threshold);
    sodium_memzero(known, sizeof known);
    scalar_clear(&share);
    rng_clear(&rng);
    return true;
}

bool dkg_deal_check(struct bytes context, const struct point *members, unsigned count, unsigned threshold,
                    struct bytes deal)
{
    struct point public[COMMITTEE_MAX + 1];
    struct transcript t;
    struct parts parts;

    if (!sizes_fit(count, threshold) || deal.size != dkg_deal_size(count, threshold) ||
        !members_fit(members, count))
        return false;
    parts = deal_parts(deal.data, threshold);
    for (unsigned k = 0; k < threshold; k++)
        if (!point_read_nonzero(&public[k], parts.commitments + (size_t)k * POINT_SIZE))
            return false;
    if (!point_read_nonzero(&public[threshold], parts.ephemeral))
        return false;
    proof_transcript(&t, context, members, count, threshold, parts.shares);
    return knowledge_verify(parts.proof, &t, public, threshold + 1);
}

bool dkg_share_open(struct scalar *out, struct bytes context, const struct point *members, unsigned count,
                    unsigned threshold, struct bytes deal, unsigned index, const struct group_key *own)
{
    struct point ephemeral, shared;
    struct parts parts;
    bool fine;

    assert(index >= 1 && index <= count && point_equal(&own->public_point, &members[index - 1]));
    if (!sizes_fit(count, threshold) || deal.size != dkg_deal_size(count, threshold))
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
    struct scalar share;
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
    scalar_clear(&share);
    return cheated;
}

/* ---- The key. */

void dkg_combine(struct committee_key *out, const struct bytes *deals, size_t deal_count, unsigned count,
                 unsigned threshold)
{
    struct point sums[COMMITTEE_MAX], commitment;

    assert(deal_count > 0 && sizes_fit(count, threshold));
    for (unsigned k = 0; k < threshold; k++) {
        sums[k] = POINT_IDENTITY;
        for (size_t d = 0; d < deal_count; d++) {
            bool fine = point_read(&commitment, deals[d].data + (size_t)k * POINT_SIZE);

            assert(fine);
            point_add(&sums[k], &sums[k], &commitment);
        }
    }
    memset(out, 0, sizeof *out);
    out->joint = sums[0];
    out->count = count;
    out->threshold = threshold;
    for (unsigned j = 1; j <= count; j++)
        commitments_at(&out->share[j - 1], sums, threshold, j);
}

void committee_key_single(struct committee_key *out, const struct point *key)
{
    memset(out, 0, sizeof *out);
    out->joint = out->share[0] = *key;
    out->count = out->threshold = 1;
}
