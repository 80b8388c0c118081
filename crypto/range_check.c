/* range_check.c - verify that committed values are small, one proof or many at once. Everything here is
 * public.
 *
 * A proof holds if one sum of points is the identity; the sums of many proofs, each by a random weight, add
 * up to one sum in which the bases G, H, B and B~ are paid for once. Points are decoded where they are added
 * up (msm.h). All inverses of a proof come from one: an inversion costs as much as three hundred products.
 *
 * The coefficients of G and H are products with one factor for each bit of the index, so each is the half
 * below it times one factor: a product a base instead of one a bit. */
#include "crypto/range_shared.h"

#include <string.h>

struct proof {
    struct point a, s, t1, t2, l[RANGE_ROUNDS_MAX], r[RANGE_ROUNDS_MAX];
    struct scalar t_x, t_blinding, e_blinding, a_end, b_end;
    struct residue y, z, x, w, u[RANGE_ROUNDS_MAX], u_inverse[RANGE_ROUNDS_MAX], y_inverse;
    unsigned rounds;
};

/* ---- Reading, and the challenges. */

static bool take_point(struct point *out, const uint8_t **in)
{
    *in += POINT_SIZE;
    return point_take(out, *in - POINT_SIZE);
}

static bool take_scalar(struct scalar *out, const uint8_t **in)
{
    *in += SCALAR_SIZE;
    return scalar_read(out, *in - SCALAR_SIZE);
}

static bool proof_read(struct proof *proof, unsigned rounds, struct bytes in)
{
    const uint8_t *at = in.data;
    bool ok = in.size == range_proof_size(rounds);

    proof->rounds = rounds;
    ok = ok && take_point(&proof->a, &at) && take_point(&proof->s, &at) && take_point(&proof->t1, &at) &&
         take_point(&proof->t2, &at) && take_scalar(&proof->t_x, &at) &&
         take_scalar(&proof->t_blinding, &at) && take_scalar(&proof->e_blinding, &at);
    for (unsigned i = 0; i < rounds && ok; i++)
        ok = take_point(&proof->l[i], &at) && take_point(&proof->r[i], &at);
    return ok && take_scalar(&proof->a_end, &at) && take_scalar(&proof->b_end, &at);
}

/* The inverses of y and of every u, from that of their product. A challenge of zero is no proof: one in
 * 2^252. */
static bool invert_challenges(struct proof *proof)
{
    struct residue before[RANGE_ROUNDS_MAX], product, inverse;

    product = proof->y;
    for (unsigned i = 0; i < proof->rounds; i++) {
        before[i] = product;
        residue_mul(&product, &product, &proof->u[i]);
    }
    if (!residue_invert(&inverse, &product))
        return false;
    for (unsigned i = proof->rounds; i-- > 0;) {
        residue_mul(&proof->u_inverse[i], &inverse, &before[i]);
        residue_mul(&inverse, &inverse, &proof->u[i]);
    }
    proof->y_inverse = inverse;
    return true;
}

static void challenge(struct residue *out, struct transcript *t, const char *label)
{
    struct scalar drawn;

    transcript_challenge_scalar(t, label, &drawn);
    residue_from(out, &drawn);
}

static bool replay(struct proof *proof, const struct range_bases *bases, struct transcript *t,
                   const struct point *commitments)
{
    begin_argument(t, bases, commitments);
    transcript_append_point(t, "A", &proof->a);
    transcript_append_point(t, "S", &proof->s);
    challenge(&proof->y, t, "y");
    challenge(&proof->z, t, "z");
    transcript_append_point(t, "T_1", &proof->t1);
    transcript_append_point(t, "T_2", &proof->t2);
    challenge(&proof->x, t, "x");
    append_scalar(t, "t_x", &proof->t_x);
    append_scalar(t, "t_x_blinding", &proof->t_blinding);
    append_scalar(t, "e_blinding", &proof->e_blinding);
    challenge(&proof->w, t, "w");
    begin_inner_product(t, (size_t)bases->bits * bases->count);
    for (unsigned i = 0; i < proof->rounds; i++) {
        transcript_append_point(t, "L", &proof->l[i]);
        transcript_append_point(t, "R", &proof->r[i]);
        challenge(&proof->u[i], t, "u");
    }
    return invert_challenges(proof);
}

/* ---- The coefficients of one proof, weighted. */

static void add_product(struct residue *sum, const struct residue *a, const struct residue *b)
{
    struct residue product;

    residue_mul(&product, a, b);
    residue_add(sum, sum, &product);
}

/* sum[k] += first, times factor[i] for each bit i of k that is set. The upper half is reduced when all proofs have been added. */
static void fold_out(struct residue_sum *sum, const struct residue *first, const struct residue *factor, unsigned bits)
{
    struct residue product[RANGE_BITS_MAX / 2];
    size_t upper = (size_t)1 << (bits - 1);

    product[0] = *first;
    for (unsigned bit = 0; bit < bits - 1; bit++) {
        size_t half = (size_t)1 << bit;

        for (size_t k = 0; k < half; k++)
            residue_mul(&product[k + half], &product[k], &factor[bit]);
    }
    for (size_t k = 0; k < upper; k++) {
        residue_sum_add_one(&sum[k], &product[k]);
        residue_sum_add(&sum[k + upper], &product[k], &factor[bits - 1]);
    }
}

/* -weight a s_k, s_k being the product of the challenges that fell on base k: its bit i, from the lowest, chooses between
 * u_(rounds-1-i) and its inverse. */
static void fold_g(struct range_batch *batch, const struct proof *proof, const struct residue *minus_weight)
{
    struct residue first, factor[RANGE_ROUNDS_MAX] = { { { 0 } } };

    residue_from(&first, &proof->a_end);
    residue_mul(&first, &first, minus_weight);
    for (unsigned i = 0; i < proof->rounds; i++) {
        const struct residue *u = &proof->u[proof->rounds - 1 - i];

        residue_mul(&first, &first, &proof->u_inverse[i]);
        residue_mul(&factor[i], u, u);
    }
    fold_out(batch->g, &first, factor, proof->rounds);
}

/* -weight y^-k b / s_k */
static void fold_h(struct range_batch *batch, const struct proof *proof, const struct residue *minus_weight)
{
    struct residue first, power = proof->y_inverse, factor[RANGE_ROUNDS_MAX] = { { { 0 } } };

    residue_from(&first, &proof->b_end);
    residue_mul(&first, &first, minus_weight);
    for (unsigned i = 0; i < proof->rounds; i++) {
        const struct residue *u_inverse = &proof->u_inverse[proof->rounds - 1 - i];

        residue_mul(&first, &first, &proof->u[i]);
        residue_mul(&factor[i], u_inverse, u_inverse);
        residue_mul(&factor[i], &factor[i], &power);
        residue_mul(&power, &power, &power);
    }
    fold_out(batch->h, &first, factor, proof->rounds);
}

/* weight z^(2+j) 2^i y^-k, k = n j + i: a power of z y^-n times one of 2 / y. */
static void add_powers(struct range_batch *batch, const struct proof *proof, const struct residue *weight_z)
{
    size_t bits = batch->bases->bits;
    struct residue two_by_y[RANGE_VALUE_BITS_MAX], step = proof->y_inverse, value;

    residue_from_u64(&two_by_y[0], 1);
    residue_add(&two_by_y[1], &proof->y_inverse, &proof->y_inverse);
    for (size_t i = 2; i < bits; i++)
        residue_mul(&two_by_y[i], &two_by_y[i - 1], &two_by_y[1]);
    for (size_t i = 1; i < bits; i *= 2)
        residue_mul(&step, &step, &step);
    residue_mul(&step, &step, &proof->z);
    residue_mul(&value, weight_z, &proof->z);
    for (size_t j = 0; j < batch->bases->count; j++) {
        for (size_t i = 0; i < bits; i++)
            residue_sum_add(&batch->h[bits * j + i], &value, &two_by_y[i]);
        residue_mul(&value, &value, &step);
    }
}

/* sum of y^k for k below 2^rounds: the product of 1 + y^(2^i). */
static void sum_of_powers(struct residue *out, const struct proof *proof)
{
    struct residue power = proof->y, one, factor;

    residue_from_u64(&one, 1);
    *out = one;
    for (unsigned i = 0; i < proof->rounds; i++) {
        residue_add(&factor, &one, &power);
        residue_mul(out, out, &factor);
        residue_mul(&power, &power, &power);
    }
}

/* delta = (z - z^2) sum y^k - sum_j z^(3+j) (2^n - 1) */
static void delta(struct residue *out, const struct proof *proof, const struct range_bases *bases)
{
    struct residue y_sum, power, z_square, mask, z_sum = { { 0 } };

    sum_of_powers(&y_sum, proof);
    residue_mul(&z_square, &proof->z, &proof->z);
    residue_sub(out, &proof->z, &z_square);
    residue_mul(out, out, &y_sum);
    residue_mul(&power, &z_square, &proof->z);
    for (unsigned j = 0; j < bases->count; j++) {
        residue_add(&z_sum, &z_sum, &power);
        residue_mul(&power, &power, &proof->z);
    }
    residue_from_u64(&mask, bases->bits == 64 ? UINT64_MAX : (UINT64_C(1) << bases->bits) - 1);
    residue_mul(&z_sum, &z_sum, &mask);
    residue_sub(out, out, &z_sum);
}

/* G_k gets -z - a s_k and H_k gets z + y^-k (z^(2+j) 2^i - b / s_k). What all have in common is kept once, in `shift`. */
static void add_vectors(struct range_batch *batch, const struct proof *proof, const struct residue *weight)
{
    struct residue weight_z, minus_weight = { { 0 } };

    residue_sub(&minus_weight, &minus_weight, weight);
    residue_mul(&weight_z, weight, &proof->z);
    residue_add(&batch->shift, &batch->shift, &weight_z);
    fold_g(batch, proof, &minus_weight);
    fold_h(batch, proof, &minus_weight);
    add_powers(batch, proof, &weight_z);
}

/* The coefficients of B and B~; c weighs the equation of t against that of the inner product. */
static void add_bases(struct range_batch *batch, const struct proof *proof, const struct residue *weight,
                      const struct residue *c)
{
    struct residue sum, part, a_end, b_end, t_x, blinding;

    residue_from(&a_end, &proof->a_end);
    residue_from(&b_end, &proof->b_end);
    residue_from(&t_x, &proof->t_x);
    residue_mul(&part, &a_end, &b_end);
    residue_sub(&sum, &t_x, &part);
    residue_mul(&sum, &sum, &proof->w);
    delta(&part, proof, batch->bases);
    residue_sub(&part, &part, &t_x);
    add_product(&sum, &part, c);
    add_product(&batch->base, &sum, weight);
    residue_from(&sum, &proof->e_blinding);
    residue_from(&blinding, &proof->t_blinding);
    add_product(&sum, &blinding, c);
    residue_mul(&sum, &sum, weight);
    residue_sub(&batch->blinding, &batch->blinding, &sum);
}

/* V_j gets weight c z^(2+j), and what the caller has for it. */
static void add_commitments(struct range_batch *batch, const struct proof *proof,
                            const struct point *commitments, const struct residue *more,
                            const struct residue *weight)
{
    struct residue power, sum;

    residue_mul(&power, &proof->z, &proof->z);
    residue_mul(&power, &power, weight);
    for (unsigned j = 0; j < batch->bases->count; j++) {
        sum = power;
        if (more != NULL)
            residue_add(&sum, &sum, &more[j]);
        if (!point_is_identity(&commitments[j]))
            msm_add_residue(&batch->sum, &sum, &commitments[j]);
        residue_mul(&power, &power, &proof->z);
    }
}

static void add_points(struct range_batch *batch, const struct proof *proof, const struct residue *weight,
                       const struct residue *weight_c)
{
    struct residue factor;

    msm_add_residue(&batch->sum, weight, &proof->a);
    residue_mul(&factor, weight, &proof->x);
    msm_add_residue(&batch->sum, &factor, &proof->s);
    residue_mul(&factor, weight_c, &proof->x);
    msm_add_residue(&batch->sum, &factor, &proof->t1);
    residue_mul(&factor, &factor, &proof->x);
    msm_add_residue(&batch->sum, &factor, &proof->t2);
    for (unsigned i = 0; i < proof->rounds; i++) {
        residue_mul(&factor, &proof->u[i], &proof->u[i]);
        residue_mul(&factor, &factor, weight);
        msm_add_residue(&batch->sum, &factor, &proof->l[i]);
        residue_mul(&factor, &proof->u_inverse[i], &proof->u_inverse[i]);
        residue_mul(&factor, &factor, weight);
        msm_add_residue(&batch->sum, &factor, &proof->r[i]);
    }
}

/* ---- Many proofs. */

void range_batch_begin(struct range_batch *batch, const struct range_bases *bases)
{
    range_batch_begin_many(batch, bases, NULL, 0);
}

void range_batch_begin_many(struct range_batch *batch, const struct range_bases *bases, struct batch_room *room,
                            size_t expected)
{
    batch->bases = bases;
    msm_begin_many(&batch->sum, room, expected);
    memset(batch->g, 0, sizeof batch->g);
    memset(batch->h, 0, sizeof batch->h);
    batch->base = batch->blinding = batch->shift = (struct residue){ { 0 } };
}

bool range_batch_add(struct range_batch *batch, struct transcript *t, const struct point *commitments,
                     const struct residue *more, struct bytes proof, struct rng *rng)
{
    struct residue weight, c, weight_c;
    struct proof p;

    if (!proof_read(&p, range_rounds(batch->bases->bits, batch->bases->count), proof) ||
        !replay(&p, batch->bases, t, commitments))
        return false;
    residue_random(&weight, rng);
    residue_random(&c, rng);
    residue_mul(&weight_c, &weight, &c);
    add_points(batch, &p, &weight, &weight_c);
    add_commitments(batch, &p, commitments, more, &weight_c);
    add_bases(batch, &p, &weight, &c);
    add_vectors(batch, &p, &weight);
    return true;
}

bool range_batch_holds(struct range_batch *batch)
{
    struct residue sum;
    struct scalar factor;

    for (size_t k = 0; k < (size_t)batch->bases->bits * batch->bases->count; k++) {
        residue_sum_take(&sum, &batch->g[k]);
        residue_sub(&sum, &sum, &batch->shift);
        residue_to(&factor, &sum);
        msm_add_decoded(&batch->sum, &factor, batch->bases->g[k]);
        residue_sum_take(&sum, &batch->h[k]);
        residue_add(&sum, &sum, &batch->shift);
        residue_to(&factor, &sum);
        msm_add_decoded(&batch->sum, &factor, batch->bases->h[k]);
    }
    residue_to(&factor, &batch->base);
    msm_add_decoded(&batch->sum, &factor, decaf_255_point_base);
    msm_add_residue(&batch->sum, &batch->blinding, &POINT_BLINDING);
    return msm_is_zero(&batch->sum);
}
