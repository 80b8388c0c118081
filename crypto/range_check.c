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
    struct scalar y, z, x, w;
    struct residue u[RANGE_ROUNDS_MAX], u_inverse[RANGE_ROUNDS_MAX], y_inverse;
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

    residue_from(&product, &proof->y);
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

static bool replay(struct proof *proof, const struct range_bases *bases, struct transcript *t,
                   const struct point *commitments)
{
    struct scalar u;

    begin_argument(t, bases, commitments);
    transcript_append_point(t, "A", &proof->a);
    transcript_append_point(t, "S", &proof->s);
    transcript_challenge_scalar(t, "y", &proof->y);
    transcript_challenge_scalar(t, "z", &proof->z);
    transcript_append_point(t, "T_1", &proof->t1);
    transcript_append_point(t, "T_2", &proof->t2);
    transcript_challenge_scalar(t, "x", &proof->x);
    append_scalar(t, "t_x", &proof->t_x);
    append_scalar(t, "t_x_blinding", &proof->t_blinding);
    append_scalar(t, "e_blinding", &proof->e_blinding);
    transcript_challenge_scalar(t, "w", &proof->w);
    begin_inner_product(t, (size_t)bases->bits * bases->count);
    for (unsigned i = 0; i < proof->rounds; i++) {
        transcript_append_point(t, "L", &proof->l[i]);
        transcript_append_point(t, "R", &proof->r[i]);
        transcript_challenge_scalar(t, "u", &u);
        residue_from(&proof->u[i], &u);
    }
    return invert_challenges(proof);
}

/* ---- The coefficients of one proof, weighted. */

static void add_product(struct scalar *sum, const struct scalar *a, const struct scalar *b)
{
    struct scalar product;

    scalar_mul(&product, a, b);
    scalar_add(sum, sum, &product);
}

static void add_term(struct range_batch *batch, const struct scalar *weight, const struct scalar *factor,
                     const struct point *p)
{
    struct scalar product;

    scalar_mul(&product, weight, factor);
    msm_add(&batch->sum, &product, p);
}

static void add_square(struct range_batch *batch, const struct residue *weight, const struct residue *u,
                       const struct point *p)
{
    struct residue product;
    struct scalar factor;

    residue_mul(&product, u, u);
    residue_mul(&product, &product, weight);
    residue_to(&factor, &product);
    msm_add(&batch->sum, &factor, p);
}

/* out[k] = first, times factor[i] for each bit i of k that is set. */
static void fold_out(struct residue *out, const struct residue *first, const struct residue *factor, unsigned bits)
{
    out[0] = *first;
    for (unsigned bit = 0; bit < bits; bit++) {
        size_t half = (size_t)1 << bit;

        for (size_t k = 0; k < half; k++)
            residue_mul(&out[k + half], &out[k], &factor[bit]);
    }
}

/* weight a s_k, s_k being the product of the challenges that fell on base k: its bit i, from the lowest, chooses between
 * u_(rounds-1-i) and its inverse. */
static void fold_g(struct residue *out, const struct proof *proof, const struct residue *weight)
{
    struct residue first, factor[RANGE_ROUNDS_MAX];

    residue_from(&first, &proof->a_end);
    residue_mul(&first, &first, weight);
    for (unsigned i = 0; i < proof->rounds; i++) {
        const struct residue *u = &proof->u[proof->rounds - 1 - i];

        residue_mul(&first, &first, &proof->u_inverse[i]);
        residue_mul(&factor[i], u, u);
    }
    fold_out(out, &first, factor, proof->rounds);
}

/* weight y^-k b / s_k */
static void fold_h(struct residue *out, const struct proof *proof, const struct residue *weight)
{
    struct residue first, power = proof->y_inverse, factor[RANGE_ROUNDS_MAX];

    residue_from(&first, &proof->b_end);
    residue_mul(&first, &first, weight);
    for (unsigned i = 0; i < proof->rounds; i++) {
        const struct residue *u_inverse = &proof->u_inverse[proof->rounds - 1 - i];

        residue_mul(&first, &first, &proof->u[i]);
        residue_mul(&factor[i], u_inverse, u_inverse);
        residue_mul(&factor[i], &factor[i], &power);
        residue_mul(&power, &power, &power);
    }
    fold_out(out, &first, factor, proof->rounds);
}

/* sum of y^k for k below 2^rounds: the product of 1 + y^(2^i). */
static void sum_of_powers(struct scalar *out, const struct proof *proof)
{
    struct scalar power = proof->y, one, factor;

    scalar_from_u64(&one, 1);
    *out = one;
    for (unsigned i = 0; i < proof->rounds; i++) {
        scalar_add(&factor, &one, &power);
        scalar_mul(out, out, &factor);
        scalar_mul(&power, &power, &power);
    }
}

/* delta = (z - z^2) sum y^k - sum_j z^(3+j) (2^n - 1) */
static void delta(struct scalar *out, const struct proof *proof, const struct range_bases *bases)
{
    struct scalar y_sum, power, z_square, mask, z_sum = { { 0 } };

    sum_of_powers(&y_sum, proof);
    scalar_mul(&z_square, &proof->z, &proof->z);
    scalar_sub(out, &proof->z, &z_square);
    scalar_mul(out, out, &y_sum);
    scalar_mul(&power, &z_square, &proof->z);
    for (unsigned j = 0; j < bases->count; j++) {
        scalar_add(&z_sum, &z_sum, &power);
        scalar_mul(&power, &power, &proof->z);
    }
    scalar_from_u64(&mask, bases->bits == 64 ? UINT64_MAX : (UINT64_C(1) << bases->bits) - 1);
    scalar_mul(&z_sum, &z_sum, &mask);
    scalar_sub(out, out, &z_sum);
}

/* G_k gets -z - a s_k and H_k, with k = n j + i, gets z + y^-k (z^(2+j) 2^i - b / s_k). What all have in common is kept
 * once, in `shift`. */
static void add_vectors(struct range_batch *batch, const struct proof *proof, const struct scalar *weight)
{
    size_t bits = batch->bases->bits, length = bits * batch->bases->count;
    struct residue g[RANGE_BITS_MAX], h[RANGE_BITS_MAX], w, z, two_by_y, power, value, value_step = proof->y_inverse;

    residue_from(&w, weight);
    residue_from(&z, &proof->z);
    residue_add(&two_by_y, &proof->y_inverse, &proof->y_inverse);
    fold_g(g, proof, &w);
    fold_h(h, proof, &w);
    residue_mul(&power, &z, &w);
    residue_add(&batch->shift, &batch->shift, &power);
    for (size_t i = 1; i < bits; i *= 2)
        residue_mul(&value_step, &value_step, &value_step);
    residue_mul(&value_step, &value_step, &z); /* z y^-n */
    residue_mul(&value, &power, &z);           /* weight z^(2+j) y^-(n j) */
    for (size_t k = 0; k < length; k++) {
        if (k % bits == 0) {
            power = value; /* weight z^(2+j) 2^i y^-k */
            residue_mul(&value, &value, &value_step);
        }
        residue_sub(&batch->g[k], &batch->g[k], &g[k]);
        residue_sub(&h[k], &power, &h[k]);
        residue_add(&batch->h[k], &batch->h[k], &h[k]);
        residue_mul(&power, &power, &two_by_y);
    }
}

/* The coefficients of B and B~; c weighs the equation of t against that of the inner product. */
static void add_bases(struct range_batch *batch, const struct proof *proof, const struct scalar *weight,
                      const struct scalar *c)
{
    struct scalar sum, part;

    scalar_mul(&part, &proof->a_end, &proof->b_end);
    scalar_sub(&sum, &proof->t_x, &part);
    scalar_mul(&sum, &sum, &proof->w);
    delta(&part, proof, batch->bases);
    scalar_sub(&part, &part, &proof->t_x);
    add_product(&sum, &part, c);
    add_product(&batch->base, &sum, weight);
    sum = proof->e_blinding;
    add_product(&sum, &proof->t_blinding, c);
    scalar_mul(&sum, &sum, weight);
    scalar_sub(&batch->blinding, &batch->blinding, &sum);
}

static void add_commitments(struct range_batch *batch, const struct proof *proof,
                            const struct point *commitments, const struct scalar *more,
                            const struct scalar *factor)
{
    struct scalar power = *factor, sum;

    for (unsigned j = 0; j < batch->bases->count; j++) {
        sum = power;
        if (more != NULL)
            scalar_add(&sum, &sum, &more[j]);
        if (!point_is_identity(&commitments[j]))
            msm_add(&batch->sum, &sum, &commitments[j]);
        scalar_mul(&power, &power, &proof->z);
    }
}

static void add_points(struct range_batch *batch, const struct proof *proof, const struct point *commitments,
                       const struct scalar *more, const struct scalar *weight, const struct scalar *c)
{
    struct scalar factor;
    struct residue w;

    residue_from(&w, weight);
    msm_add(&batch->sum, weight, &proof->a);
    add_term(batch, weight, &proof->x, &proof->s);
    scalar_mul(&factor, c, &proof->x);
    add_term(batch, weight, &factor, &proof->t1);
    scalar_mul(&factor, &factor, &proof->x);
    add_term(batch, weight, &factor, &proof->t2);
    for (unsigned i = 0; i < proof->rounds; i++) {
        add_square(batch, &w, &proof->u[i], &proof->l[i]);
        add_square(batch, &w, &proof->u_inverse[i], &proof->r[i]);
    }
    scalar_mul(&factor, &proof->z, &proof->z);
    scalar_mul(&factor, &factor, c);
    scalar_mul(&factor, &factor, weight);
    add_commitments(batch, proof, commitments, more, &factor);
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
    batch->base = batch->blinding = (struct scalar){ { 0 } };
    batch->shift = (struct residue){ { 0 } };
}

bool range_batch_add(struct range_batch *batch, struct transcript *t, const struct point *commitments,
                     const struct scalar *more, struct bytes proof, struct rng *rng)
{
    struct proof p;
    struct scalar weight, c;

    if (!proof_read(&p, range_rounds(batch->bases->bits, batch->bases->count), proof) ||
        !replay(&p, batch->bases, t, commitments))
        return false;
    scalar_random(&weight, rng);
    scalar_random(&c, rng);
    add_points(batch, &p, commitments, more, &weight, &c);
    add_bases(batch, &p, &weight, &c);
    add_vectors(batch, &p, &weight);
    return true;
}

bool range_batch_holds(struct range_batch *batch)
{
    struct residue sum;
    struct scalar factor;

    for (size_t k = 0; k < (size_t)batch->bases->bits * batch->bases->count; k++) {
        residue_sub(&sum, &batch->g[k], &batch->shift);
        residue_to(&factor, &sum);
        msm_add_decoded(&batch->sum, &factor, batch->bases->g[k]);
        residue_add(&sum, &batch->h[k], &batch->shift);
        residue_to(&factor, &sum);
        msm_add_decoded(&batch->sum, &factor, batch->bases->h[k]);
    }
    msm_add_decoded(&batch->sum, &batch->base, decaf_255_point_base);
    msm_add(&batch->sum, &batch->blinding, &POINT_BLINDING);
    return msm_is_zero(&batch->sum);
}
