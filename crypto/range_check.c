/* range_check.c - verify that committed values are small, one proof or many at once. Everything here is
 * public.
 *
 * A proof holds if one sum of points is the identity; the sums of many proofs, each by a random weight, add
 * up to one sum in which the bases G, H, B and B~ are paid for once. Points are decoded where they are added
 * up (msm.h). All inverses of a proof come from one: an inversion costs as much as three hundred products. */
#include "crypto/range_shared.h"

#include <string.h>

struct proof {
    struct point a, s, t1, t2, l[RANGE_ROUNDS_MAX], r[RANGE_ROUNDS_MAX];
    struct scalar t_x, t_blinding, e_blinding, a_end, b_end;
    struct scalar y, z, x, w, u[RANGE_ROUNDS_MAX], y_inverse, u_inverse[RANGE_ROUNDS_MAX];
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
    struct scalar before[RANGE_ROUNDS_MAX], product = proof->y, inverse;

    for (unsigned i = 0; i < proof->rounds; i++) {
        before[i] = product;
        scalar_mul(&product, &product, &proof->u[i]);
    }
    if (!scalar_invert(&inverse, &product))
        return false;
    for (unsigned i = proof->rounds; i-- > 0;) {
        scalar_mul(&proof->u_inverse[i], &inverse, &before[i]);
        scalar_mul(&inverse, &inverse, &proof->u[i]);
    }
    proof->y_inverse = inverse;
    return true;
}

static bool replay(struct proof *proof, const struct range_bases *bases, struct transcript *t,
                   const struct point *commitments)
{
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
        transcript_challenge_scalar(t, "u", &proof->u[i]);
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

/* s[k]: the product of the challenges that fell on base k; s of the reversed index is its inverse. */
static void fold_factors(struct residue *s, const struct proof *proof)
{
    struct residue factor;
    struct scalar one;

    scalar_from_u64(&one, 1);
    residue_from(&s[0], &one);
    for (unsigned i = 0; i < proof->rounds; i++) {
        residue_from(&factor, &proof->u_inverse[i]);
        residue_mul(&s[0], &s[0], &factor);
    }
    for (unsigned top = 0; top < proof->rounds; top++) {
        size_t half = (size_t)1 << top;

        residue_from(&factor, &proof->u[proof->rounds - 1 - top]);
        residue_mul(&factor, &factor, &factor);
        for (size_t k = 0; k < half; k++)
            residue_mul(&s[k + half], &s[k], &factor);
    }
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

/* G_k gets -z - a s_k and H_k gets z + y^-k (z^(2+j) 2^i - b / s_k). What all have in common is kept once, in
 * `shift`. */
static void add_vectors(struct range_batch *batch, const struct proof *proof, const struct scalar *weight)
{
    size_t bits = batch->bases->bits, length = bits * batch->bases->count;
    struct residue s[RANGE_BITS_MAX], z, a, b, y_power, y_inverse, term, two_power, z_power;

    fold_factors(s, proof);
    residue_from(&z, &proof->z);
    residue_from(&a, &proof->a_end);
    residue_from(&b, &proof->b_end);
    residue_from(&y_inverse, &proof->y_inverse);
    residue_from(&y_power, weight);
    residue_mul(&a, &a, &y_power);
    residue_mul(&term, &z, &y_power);
    residue_add(&batch->shift, &batch->shift, &term);
    z_power = two_power = z;
    for (size_t k = 0; k < length; k++) {
        if (k % bits == 0) {
            residue_mul(&z_power, &z_power, &z);
            two_power = z_power;
        } else {
            residue_add(&two_power, &two_power, &two_power);
        }
        residue_mul(&term, &a, &s[k]);
        residue_sub(&batch->g[k], &batch->g[k], &term);
        residue_mul(&term, &b, &s[length - 1 - k]);
        residue_sub(&term, &two_power, &term);
        residue_mul(&term, &term, &y_power);
        residue_add(&batch->h[k], &batch->h[k], &term);
        residue_mul(&y_power, &y_power, &y_inverse);
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

    msm_add(&batch->sum, weight, &proof->a);
    add_term(batch, weight, &proof->x, &proof->s);
    scalar_mul(&factor, c, &proof->x);
    add_term(batch, weight, &factor, &proof->t1);
    scalar_mul(&factor, &factor, &proof->x);
    add_term(batch, weight, &factor, &proof->t2);
    for (unsigned i = 0; i < proof->rounds; i++) {
        scalar_mul(&factor, &proof->u[i], &proof->u[i]);
        add_term(batch, weight, &factor, &proof->l[i]);
        scalar_mul(&factor, &proof->u_inverse[i], &proof->u_inverse[i]);
        add_term(batch, weight, &factor, &proof->r[i]);
    }
    scalar_mul(&factor, &proof->z, &proof->z);
    scalar_mul(&factor, &factor, c);
    scalar_mul(&factor, &factor, weight);
    add_commitments(batch, proof, commitments, more, &factor);
}

/* ---- Many proofs. */

void range_batch_begin(struct range_batch *batch, const struct range_bases *bases)
{
    batch->bases = bases;
    msm_begin(&batch->sum);
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
