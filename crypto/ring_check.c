/* ring_check.c - verify that a key of the ring is the maker's, one proof or many over one ring. Everything
 * here is public.
 *
 * A proof holds if one sum of points is the identity; the sums of many proofs, each by random weights, add up
 * to one in which the keys of the ring and the generators are paid for once. Points are decoded where they
 * are added up (msm.h). */
#include "crypto/ring_shared.h"

#include <string.h>

struct proof {
    struct ring_commitments sent;
    struct residue z_a, z_c, z, f[RING_DIGITS_MAX][RING_BASE_MAX], xi;
};

static bool take_u32(const uint8_t **in, uint32_t expected)
{
    const uint8_t *b = *in;

    *in += 4;
    return (b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24) == expected;
}

static bool take_point(struct point *out, const uint8_t **in)
{
    *in += POINT_SIZE;
    return point_take(out, *in - POINT_SIZE);
}

static bool take_scalar(struct residue *out, const uint8_t **in)
{
    struct scalar plain;

    *in += SCALAR_SIZE;
    if (!scalar_read(&plain, *in - SCALAR_SIZE))
        return false;
    residue_from(out, &plain);
    return true;
}

static bool proof_read(struct proof *proof, const struct ring *ring, struct bytes in)
{
    unsigned digits = ring->digits;
    const uint8_t *at = in.data;
    struct ring_commitments *sent = &proof->sent;
    bool ok = in.size == ring_proof_size(ring->base, digits) && take_u32(&at, ring->base - 1) && take_u32(&at, digits) &&
              take_point(&sent->a, &at) && take_point(&sent->b, &at) && take_point(&sent->c, &at) && take_point(&sent->d, &at) &&
              take_scalar(&proof->z_a, &at) && take_scalar(&proof->z_c, &at) && take_scalar(&proof->z, &at);

    for (unsigned j = 0; j < digits && ok; j++)
        ok = take_point(&sent->x[j], &at);
    for (unsigned j = 0; j < digits && ok; j++)
        ok = take_point(&sent->y[j], &at);
    for (unsigned j = 0; j < digits && ok; j++)
        for (unsigned i = 1; i < ring->base && ok; i++)
            ok = take_scalar(&proof->f[j][i], &at);
    return ok;
}

static void fill_rows(struct proof *proof, const struct ring *ring)
{
    for (unsigned j = 0; j < ring->digits; j++) {
        proof->f[j][0] = proof->xi;
        for (unsigned i = 1; i < ring->base; i++)
            residue_sub(&proof->f[j][0], &proof->f[j][0], &proof->f[j][i]);
    }
}

static void subtract_product(struct residue *out, const struct residue *a, const struct residue *b)
{
    struct residue product;

    residue_mul(&product, a, b);
    residue_sub(out, out, &product);
}

/* w1 (A + xi B - Com(f; z_A)) + w2 (xi C + D - Com(f (xi - f); z_C)) */
static void add_matrices(struct ring_batch *batch, const struct proof *proof, const struct residue *w1,
                         const struct residue *w2)
{
    const struct ring *ring = batch->ring;
    struct residue factor;

    msm_add_residue(&batch->sum, w1, &proof->sent.a);
    residue_mul(&factor, w1, &proof->xi);
    msm_add_residue(&batch->sum, &factor, &proof->sent.b);
    residue_mul(&factor, w2, &proof->xi);
    msm_add_residue(&batch->sum, &factor, &proof->sent.c);
    msm_add_residue(&batch->sum, w2, &proof->sent.d);
    for (unsigned j = 0; j < ring->digits; j++)
        for (unsigned i = 0; i < ring->base; i++) {
            residue_sub(&factor, &proof->xi, &proof->f[j][i]);
            residue_mul(&factor, &factor, w2);
            residue_add(&factor, &factor, w1);
            subtract_product(&batch->g[j * ring->base + i], &factor, &proof->f[j][i]);
        }
    subtract_product(&batch->h, w1, &proof->z_a);
    subtract_product(&batch->h, w2, &proof->z_c);
}

/* w3 p_k on every key, p_k the product of f over the Gray digits of k. Digit by digit from the top, as gray() goes: keys that
 * begin alike share what they have in common, so there are four thirds of a product a key instead of one a digit; that of the last
 * digit is reduced when all proofs have been added. */
static void add_products(struct ring_batch *batch, const struct proof *proof, const struct residue *w3)
{
    const struct ring *ring = batch->ring;
    struct residue product[RING_MAX / 2];
    unsigned shift[RING_MAX / 2] = { 0 };
    size_t known = 1;

    product[0] = *w3;
    for (unsigned j = ring->digits; j-- > 1; known *= ring->base)
        for (size_t k = known; k-- > 0;) { /* from the end: what is read lies before what is written */
            struct residue above = product[k];
            unsigned before = shift[k];

            for (unsigned i = 0; i < ring->base; i++) {
                unsigned digit = (i + before) & (ring->base - 1);

                residue_mul(&product[k * ring->base + i], &above, &proof->f[j][digit]);
                shift[k * ring->base + i] = before + ring->base - digit;
            }
        }
    for (size_t k = 0; k < known * ring->base; k++) {
        size_t above = k / ring->base;

        residue_sum_add(&batch->keys[k < ring->count ? k : ring->count - 1], &product[above],
                        &proof->f[0][(k + shift[above]) & (ring->base - 1)]);
    }
}

/* w3 (sum_k p_k P_k - sum_j xi^j X_j - z B) + w4 (xi^m U - sum_j xi^j Y_j - z J) */
static void add_keys(struct ring_batch *batch, const struct proof *proof, const struct point *nullifier,
                     const struct residue *w3, const struct residue *w4)
{
    const struct ring *ring = batch->ring;
    struct residue x = { { 0 } }, y = { { 0 } }, z = { { 0 } };

    residue_sub(&x, &x, w3);
    residue_sub(&y, &y, w4);
    subtract_product(&batch->base, &proof->z, w3);
    subtract_product(&z, &proof->z, w4);
    msm_add_residue(&batch->sum, &z, nullifier);
    for (unsigned j = 0; j < ring->digits; j++) {
        msm_add_residue(&batch->sum, &x, &proof->sent.x[j]);
        msm_add_residue(&batch->sum, &y, &proof->sent.y[j]);
        residue_mul(&x, &x, &proof->xi);
        residue_mul(&y, &y, &proof->xi);
    }
    residue_sub(&batch->u, &batch->u, &y);
    add_products(batch, proof, w3);
}

void ring_batch_begin(struct ring_batch *batch, const struct ring *ring, struct batch_room *room, size_t proofs)
{
    size_t sent = 5 + 2 * (size_t)ring->digits; /* A, B, C, D, J, X_j, Y_j */

    batch->ring = ring;
    msm_begin_many(&batch->sum, room, proofs * sent + ring->count);
    memset(batch->keys, 0, sizeof batch->keys);
    memset(batch->g, 0, sizeof batch->g);
    batch->h = batch->base = batch->u = (struct residue){ { 0 } };
}

bool ring_batch_add(struct ring_batch *batch, struct transcript *t, const struct point *nullifier, struct bytes proof,
                    struct rng *rng)
{
    struct residue weight[4];
    struct scalar xi;
    struct proof p;

    if (point_is_identity(nullifier) || !proof_read(&p, batch->ring, proof))
        return false;
    ring_begin_proof(t, batch->ring, nullifier);
    ring_challenge(&xi, t, &p.sent, batch->ring->digits);
    residue_from(&p.xi, &xi);
    fill_rows(&p, batch->ring);
    for (size_t i = 0; i < ARRAY_SIZE(weight); i++)
        residue_weight(&weight[i], rng);
    add_matrices(batch, &p, &weight[0], &weight[1]);
    add_keys(batch, &p, nullifier, &weight[2], &weight[3]);
    return true;
}

bool ring_batch_holds(struct ring_batch *batch)
{
    const struct ring *ring = batch->ring;

    for (size_t k = 0; k < ring->count; k++) {
        struct residue factor;

        residue_sum_take(&factor, &batch->keys[k]);
        msm_add_residue(&batch->sum, &factor, &ring->keys[k]);
    }
    for (unsigned i = 0; i < ring->base * ring->digits; i++)
        msm_add_residue(&batch->sum, &batch->g[i], &ring->g[i]);
    msm_add_residue(&batch->sum, &batch->h, &ring->h);
    msm_add_residue(&batch->sum, &batch->u, &ring->u);
    msm_add_residue(&batch->sum, &batch->base, &POINT_BASE);
    return msm_is_zero(&batch->sum);
}
