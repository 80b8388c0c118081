/* deal.c - what a home gives to a box: its admission and its encrypted values.
 *
 * A deal of values: for each k the pair R_k = r_k*B, C_k = x_k*B + r_k*Y, then one proof that its maker knows
 * every r_k and x_k, in this context. So a pair cannot be taken from another's deal, negated or added to.
 * That the x_k are below 2^value_bits is enforced by the maker only: the proof does not show it.
 *
 * An admission: the number of the member in the roster and a proof that its maker holds that member's key,
 * over topic, roster and message. The nullifier is that key: one home has one voice, and everybody sees whose
 * it is. */
#include "crypto/crypto.h"
#include "crypto/labels.h"
#include "crypto/prove.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* ---- Admission: the index in 4 bytes || knowledge of the key. */

enum { ADMISSION_SIZE = 4 + KNOWLEDGE_SIZE };
_Static_assert((int)ADMISSION_SIZE <= (int)ADMISSION_MAX, "fits");

static void admission_transcript(struct transcript *t, const struct point *roster, size_t count,
                                 uint32_t index, struct bytes topic, struct bytes message)
{
    struct bytes all = { roster->b, count * sizeof *roster };
    uint8_t roster_hash[HASH_SIZE];

    hash_parts(roster_hash, LABEL_ROSTER, &all, 1);
    transcript_init(t, LABEL_ADMISSION);
    transcript_append(t, "topic", topic);
    transcript_append(t, "roster", BYTES(roster_hash));
    transcript_append_u64(t, "index", index);
    transcript_append(t, "message", message);
}

bool admission_make(uint8_t *out, size_t *size, uint8_t nullifier[POINT_SIZE], const struct point *roster,
                    size_t count, size_t index, const struct group_key *own, struct bytes topic,
                    struct bytes message, struct rng *rng)
{
    struct transcript t;

    if (index >= count || index > UINT32_MAX || !point_equal(&roster[index], &own->public_point))
        return false;
    admission_transcript(&t, roster, count, (uint32_t)index, topic, message);
    be32_write(out, (uint32_t)index);
    knowledge_prove(out + 4, &t, &own->public_point, &own->secret, 1, rng);
    memcpy(nullifier, own->public_point.b, POINT_SIZE);
    *size = ADMISSION_SIZE;
    return true;
}

bool admission_check(uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count,
                     struct bytes topic, struct bytes message, struct bytes proof)
{
    struct transcript t;
    uint32_t index;

    if (proof.size != ADMISSION_SIZE)
        return false;
    index = be32_read(proof.data);
    if (index >= count || point_is_identity(&roster[index]))
        return false;
    admission_transcript(&t, roster, count, index, topic, message);
    if (!knowledge_verify(proof.data + 4, &t, &roster[index], 1))
        return false;
    memcpy(nullifier, roster[index].b, POINT_SIZE);
    return true;
}

/* ---- Deals: pairs || A = a*B || A' = b*B + a*Y || a + sum c^(k+1) r_k || b + sum c^(k+1) x_k (Okamoto 1992,
 * folded). */

enum { OPENING_SIZE = 2 * POINT_SIZE + 2 * SCALAR_SIZE };
_Static_assert(sizeof(struct ciphertext) == 2 * POINT_SIZE, "no padding");
_Static_assert(DEAL_VALUES_MAX * sizeof(struct ciphertext) + OPENING_SIZE <= DEAL_MAX, "fits");

/* What a ciphertext hides. */
struct hidden {
    struct scalar r, x;
};

/* C = x*B + r*Y, computed as (x + r)*B + r*(Y - B): a home with nothing to declare, x = 0, would otherwise be
 * told apart by libsodium's own test for the identity. */
static void encrypt(struct ciphertext *out, const struct hidden *hidden, const struct point *joint)
{
    struct point mask;
    struct scalar sum;

    point_base_times(&out->r, &hidden->r);
    point_sub(&mask, joint, &POINT_BASE);
    point_times(&mask, &mask, &hidden->r);
    scalar_add(&sum, &hidden->x, &hidden->r);
    point_base_times(&out->c, &sum);
    point_add(&out->c, &out->c, &mask);
    sodium_memzero(&mask, sizeof mask);
    scalar_clear(&sum);
}

static void deal_transcript(struct transcript *t, const char *label, const struct point *joint,
                            struct bytes context, const struct ciphertext *pairs, size_t count,
                            unsigned value_bits)
{
    transcript_init(t, label);
    transcript_append(t, "context", context);
    transcript_append_point(t, "joint", joint);
    transcript_append_u64(t, "bits", value_bits);
    transcript_append_u64(t, "count", count);
    for (size_t k = 0; k < count; k++) {
        transcript_append_point(t, "r", &pairs[k].r);
        transcript_append_point(t, "c", &pairs[k].c);
    }
}

static void opening_challenge(struct transcript *t, struct scalar *challenge,
                              const struct ciphertext *commitment)
{
    transcript_append_point(t, "commitment", &commitment->r);
    transcript_append_point(t, "commitment", &commitment->c);
    transcript_challenge_scalar(t, "challenge", challenge);
}

/* A commitment is an encryption of random values: the proof is linear, and encryption too. */
static void opening_prove(uint8_t out[OPENING_SIZE], struct transcript *t, const struct point *joint,
                          const struct hidden *hidden, size_t count, struct rng *rng)
{
    struct bytes witness = { hidden->r.b, count * sizeof *hidden };
    struct ciphertext commitment;
    struct hidden nonce, response;
    struct scalar challenge;

    transcript_nonce(t, &nonce.r, "nonce r", witness, rng);
    transcript_nonce(t, &nonce.x, "nonce x", witness, rng);
    encrypt(&commitment, &nonce, joint);
    opening_challenge(t, &challenge, &commitment);
    scalars_fold(&response.r, &hidden->r, 2, count, &challenge);
    scalars_fold(&response.x, &hidden->x, 2, count, &challenge);
    scalar_add(&response.r, &response.r, &nonce.r);
    scalar_add(&response.x, &response.x, &nonce.x);
    memcpy(out, &commitment, sizeof commitment);
    memcpy(out + sizeof commitment, &response, sizeof response);
    sodium_memzero(&nonce, sizeof nonce);
    sodium_memzero(&response, sizeof response);
}

static bool opening_verify(const uint8_t proof[OPENING_SIZE], struct transcript *t, const struct point *joint,
                           const struct ciphertext *pairs, size_t count)
{
    struct ciphertext commitment, right, left;
    struct scalar challenge;
    struct hidden response;

    if (!point_read_nonzero(&commitment.r, proof) || !point_read_nonzero(&commitment.c, proof + POINT_SIZE) ||
        !scalar_read(&response.r, proof + 2 * POINT_SIZE) ||
        !scalar_read(&response.x, proof + 2 * POINT_SIZE + SCALAR_SIZE))
        return false;
    opening_challenge(t, &challenge, &commitment);
    points_fold(&right.r, &pairs->r, 2, count, &challenge);
    points_fold(&right.c, &pairs->c, 2, count, &challenge);
    point_times(&right.r, &right.r, &challenge);
    point_times(&right.c, &right.c, &challenge);
    ciphertext_add(&right, &right, &commitment);
    encrypt(&left, &response, joint);
    return point_equal(&left.r, &right.r) && point_equal(&left.c, &right.c);
}

static void pairs_make(uint8_t *out, size_t *size, const char *label, const struct point *joint,
                       struct bytes context, const struct hidden *hidden, size_t count, unsigned value_bits,
                       struct rng *rng)
{
    struct ciphertext pairs[DEAL_VALUES_MAX];
    struct transcript t;

    for (size_t k = 0; k < count; k++)
        encrypt(&pairs[k], &hidden[k], joint);
    deal_transcript(&t, label, joint, context, pairs, count, value_bits);
    memcpy(out, pairs, count * sizeof *pairs);
    opening_prove(out + count * sizeof *pairs, &t, joint, hidden, count, rng);
    *size = count * sizeof *pairs + OPENING_SIZE;
}

static bool pairs_check(struct ciphertext *out, const char *label, const struct point *joint,
                        struct bytes context, size_t count, unsigned value_bits, struct bytes deal)
{
    struct ciphertext pairs[DEAL_VALUES_MAX];
    struct transcript t;

    if (deal.size != count * sizeof *pairs + OPENING_SIZE || point_is_identity(joint))
        return false;
    for (size_t k = 0; k < count; k++) {
        const uint8_t *pair = deal.data + k * sizeof *pairs;

        if (!point_read_nonzero(&pairs[k].r, pair) || !point_read_nonzero(&pairs[k].c, pair + POINT_SIZE))
            return false;
    }
    deal_transcript(&t, label, joint, context, pairs, count, value_bits);
    if (!opening_verify(deal.data + count * sizeof *pairs, &t, joint, pairs, count))
        return false;
    if (out)
        memcpy(out, pairs, count * sizeof *pairs);
    return true;
}

static bool deal_shape_fits(size_t count, unsigned value_bits)
{
    return count >= 1 && count <= DEAL_VALUES_MAX &&
           (value_bits == 8 || value_bits == 16 || value_bits == 32);
}

bool deal_make(uint8_t *out, size_t *size, const struct point *joint, struct bytes context,
               const uint64_t *values, size_t count, unsigned value_bits, struct rng *rng)
{
    struct hidden hidden[DEAL_VALUES_MAX];
    uint64_t excess = 0;

    if (!deal_shape_fits(count, value_bits) || point_is_identity(joint))
        return false;
    for (size_t k = 0; k < count; k++)
        excess |= values[k] >> value_bits;
    if (excess != 0)
        return false;
    for (size_t k = 0; k < count; k++) {
        scalar_random(&hidden[k].r, rng);
        scalar_from_u64(&hidden[k].x, values[k]);
    }
    pairs_make(out, size, LABEL_DEAL, joint, context, hidden, count, value_bits, rng);
    sodium_memzero(hidden, sizeof hidden);
    return true;
}

bool deal_check(struct ciphertext *out, const struct point *joint, struct bytes context, size_t count,
                unsigned value_bits, struct bytes deal)
{
    return deal_shape_fits(count, value_bits) &&
           pairs_check(out, LABEL_DEAL, joint, context, count, value_bits, deal);
}

bool beacon_make(uint8_t *out, size_t *size, const struct point *joint, struct bytes context, struct rng *rng)
{
    struct hidden hidden;

    if (point_is_identity(joint))
        return false;
    scalar_random(&hidden.r, rng);
    scalar_random(&hidden.x, rng);
    pairs_make(out, size, LABEL_BEACON_DEAL, joint, context, &hidden, 1, 0, rng);
    sodium_memzero(&hidden, sizeof hidden);
    return true;
}

bool beacon_check(struct ciphertext *out, const struct point *joint, struct bytes context, struct bytes deal)
{
    return pairs_check(out, LABEL_BEACON_DEAL, joint, context, 1, 0, deal);
}
