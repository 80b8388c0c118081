/* dkg_reveal.c - the second phase of dkg.c: the set of deals is settled, and the key becomes known.
 *
 * Member j reveals Y_j = s_j*B of its summed pair s_j, t_j, with a proof that it knows both and that they are what
 * the commitments hold at j: Y_j || c || s_1 || s_2, a proof of s_j*B = Y_j and t_j*H = C(j) - Y_j. Any threshold
 * of these give the key and the public share of every other member. In the paper the dealers speak once more here,
 * and what a silent one held back is rebuilt; that the holders speak instead comes to the same key and needs no
 * rebuilding: who stays silent now changes nothing. */
#include "crypto/dkg_shared.h"

#include "crypto/declassify.h"
#include "crypto/labels.h"
#include "crypto/lagrange.h"
#include "crypto/prove.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* ---- Pairs of all deals of the set. */

void dkg_share_add(struct dkg_share *sum, const struct dkg_share *share)
{
    scalar_add(&sum->value, &sum->value, &share->value);
    scalar_add(&sum->blind, &sum->blind, &share->blind);
}

void dkg_share_clear(struct dkg_share *share)
{
    sodium_memzero(share, sizeof *share);
}

void dkg_commitments(struct point out[COMMITTEE_MAX], const struct bytes *deals, size_t deal_count,
                     unsigned count, unsigned threshold)
{
    struct point sums[COMMITTEE_MAX], commitment;

    assert(dkg_sizes_fit(count, threshold));
    for (unsigned k = 0; k < threshold; k++) {
        sums[k] = POINT_IDENTITY;
        for (size_t d = 0; d < deal_count; d++) {
            bool fine = point_read(&commitment, deals[d].data + (size_t)k * POINT_SIZE);

            assert(fine);
            point_add(&sums[k], &sums[k], &commitment);
        }
    }
    for (unsigned j = 1; j <= count; j++)
        dkg_commitments_at(&out[j - 1], sums, threshold, j);
}

static void reveal_challenge(struct scalar *out, struct bytes context, const struct point *commitment,
                             const struct point *revealed, const struct point nonces[2])
{
    struct transcript t;

    transcript_init(&t, LABEL_DKG_REVEAL);
    transcript_append(&t, "context", context);
    transcript_append_point(&t, "commitment", commitment);
    transcript_append_point(&t, "revealed", revealed);
    transcript_append_point(&t, "nonce", &nonces[0]);
    transcript_append_point(&t, "nonce", &nonces[1]);
    transcript_challenge_scalar(&t, "challenge", out);
}

static void reveal_nonces(struct scalar out[2], struct bytes context, const struct dkg_share *share, struct rng *rng)
{
    struct transcript t;

    transcript_init(&t, LABEL_DKG_REVEAL);
    transcript_append(&t, "context", context);
    transcript_nonce(&t, &out[0], "nonce", BYTES(share->value.b), rng);
    transcript_nonce(&t, &out[1], "other nonce", BYTES(share->blind.b), rng);
}

void dkg_reveal_make(uint8_t out[DKG_REVEAL_SIZE], struct bytes context, const struct point *commitment,
                     const struct dkg_share *share, struct rng *rng)
{
    struct scalar hiding[2], challenge, response;
    struct point revealed, blinding, nonces[2];

    dkg_blinding_base(&blinding);
    reveal_nonces(hiding, context, share, rng);
    point_base_times(&revealed, &share->value);
    point_base_times(&nonces[0], &hiding[0]);
    point_times(&nonces[1], &blinding, &hiding[1]);
    declassify(&revealed, sizeof revealed);
    declassify(nonces, sizeof nonces);
    reveal_challenge(&challenge, context, commitment, &revealed, nonces);
    memcpy(out, revealed.b, POINT_SIZE);
    memcpy(out + POINT_SIZE, challenge.b, SCALAR_SIZE);
    for (size_t i = 0; i < 2; i++) {
        scalar_mul(&response, &challenge, i == 0 ? &share->value : &share->blind);
        scalar_add(&response, &response, &hiding[i]);
        declassify(&response, sizeof response);
        memcpy(out + POINT_SIZE + SCALAR_SIZE * (i + 1), response.b, SCALAR_SIZE);
    }
    sodium_memzero(hiding, sizeof hiding);
}

bool dkg_reveal_check(struct bytes context, const struct point *commitment, const uint8_t reveal[DKG_REVEAL_SIZE])
{
    struct scalar challenge, response[2], expected;
    struct point revealed, rest, blinding, nonces[2];

    if (!point_read_nonzero(&revealed, reveal) || !scalar_read(&challenge, reveal + POINT_SIZE) ||
        !scalar_read(&response[0], reveal + POINT_SIZE + SCALAR_SIZE) ||
        !scalar_read(&response[1], reveal + POINT_SIZE + 2 * SCALAR_SIZE))
        return false;
    dkg_blinding_base(&blinding);
    point_sub(&rest, commitment, &revealed);
    commitment_again(&nonces[0], &POINT_BASE, &revealed, &challenge, &response[0]);
    commitment_again(&nonces[1], &blinding, &rest, &challenge, &response[1]);
    reveal_challenge(&expected, context, commitment, &revealed, nonces);
    return sodium_memcmp(expected.b, challenge.b, SCALAR_SIZE) == 0;
}

/* ---- The key. */

/* f(at)*B */
static void revealed_at(struct point *out, const struct lagrange *of, const struct point *revealed, unsigned at)
{
    struct point sum = POINT_IDENTITY, term;
    struct scalar weight[COMMITTEE_MAX];

    lagrange_at(weight, of, at);
    for (unsigned j = 0; j < of->threshold; j++) {
        point_times(&term, &revealed[j], &weight[j]);
        point_add(&sum, &sum, &term);
    }
    *out = sum;
}

bool dkg_combine(struct committee_key *out, const unsigned *members, const struct point *revealed, unsigned count,
                 unsigned threshold)
{
    bool spoke[COMMITTEE_MAX + 1] = { false };
    struct lagrange of;

    assert(dkg_sizes_fit(count, threshold));
    memset(out, 0, sizeof *out);
    for (unsigned j = 0; j < threshold; j++)
        if (members[j] < 1 || members[j] > count)
            return false;
    if (!lagrange_begin(&of, members, threshold))
        return false;
    for (unsigned j = 0; j < threshold; j++) {
        out->share[members[j] - 1] = revealed[j];
        spoke[members[j]] = true;
    }
    revealed_at(&out->joint, &of, revealed, 0);
    for (unsigned at = 1; at <= count; at++)
        if (!spoke[at])
            revealed_at(&out->share[at - 1], &of, revealed, at);
    out->count = count;
    out->threshold = threshold;
    return true;
}

void committee_key_single(struct committee_key *out, const struct point *key)
{
    memset(out, 0, sizeof *out);
    out->joint = out->share[0] = *key;
    out->count = out->threshold = 1;
}
