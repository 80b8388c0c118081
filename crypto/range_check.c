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

/* Of y and of every u. A challenge of zero is no proof: one in 2^252. */
static bool invert_challenges(struct proof *proof)
{
    struct residue all[RANGE_ROUNDS_MAX + 1], inverse[RANGE_ROUNDS_MAX + 1];

    all[0] = proof->y;
    memcpy(all + 1, proof->u, proof->rounds * sizeof *all);
    if (!residues_invert(inverse, all, proof->rounds + 1))
        return false;
    proof->y_inverse = inverse[0];
    memcpy(proof->u_inverse, inverse + 1, proof->rounds * sizeof *all);
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
    begin_inner_product(t, bases->length);
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

/* z y^-width */
static void step_over(struct residue *out, const struct proof *proof, unsigned width)
{
    struct residue power = proof->y_inverse;

    *out = proof->z;
    for (; width > 0; width >>= 1) {
        if (width & 1)
            residue_mul(out, out, &power);
        residue_mul(&power, &power, &power);
    }
}

/* weight z^(2+j) 2^i y^-k for bit i of number j, k being its place: a product of z y^-width of the numbers before times a power of 2 / y. */
static void add_powers(struct range_batch *batch, const struct proof *proof, const struct residue *weight_z)
{
    const struct range_slots *slots = &batch->bases->slots;
    struct residue two_by_y[RANGE_VALUE_BITS_MAX], step = proof->z, value;
    struct residue_sum *h = batch->h;
    unsigned stepped = 0;

    residue_from_u64(&two_by_y[0], 1);
    residue_add(&two_by_y[1], &proof->y_inverse, &proof->y_inverse);
    for (size_t i = 2; i < batch->bases->widest; i++)
        residue_mul(&two_by_y[i], &two_by_y[i - 1], &two_by_y[1]);
    residue_mul(&value, weight_z, &proof->z);
    for (size_t j = 0; j < slots->count; j++) {
        unsigned width = slots->at[j].width;

        if (width != stepped)
            step_over(&step, proof, width);
        stepped = width;
        for (size_t i = 0; i < width; i++)
            residue_sum_add(h++, &value, &two_by_y[i]);
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

/* delta = (z - z^2) sum y^k - sum_j z^(3+j) (2^width_j - 1) */
static void delta(struct residue *out, const struct proof *proof, const struct range_slots *slots)
{
    struct residue y_sum, power, z_square, mask = { { 0 } }, part;
    unsigned masked = 0;

    sum_of_powers(&y_sum, proof);
    residue_mul(&z_square, &proof->z, &proof->z);
    residue_sub(out, &proof->z, &z_square);
    residue_mul(out, out, &y_sum);
    residue_mul(&power, &z_square, &proof->z);
    for (unsigned j = 0; j < slots->count; j++) {
        unsigned width = slots->at[j].width;

        if (width != masked)
            residue_from_u64(&mask, UINT64_MAX >> (64 - width));
        masked = width;
        residue_mul(&part, &power, &mask);
        residue_sub(out, out, &part);
        residue_mul(&power, &power, &proof->z);
    }
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
    delta(&part, proof, &batch->bases->slots);
    residue_sub(&part, &part, &t_x);
    add_product(&sum, &part, c);
    add_product(&batch->base, &sum, weight);
    residue_from(&sum, &proof->e_blinding);
    residue_from(&blinding, &proof->t_blinding);
    add_product(&sum, &blinding, c);
    residue_mul(&sum, &sum, weight);
    residue_sub(&batch->blinding, &batch->blinding, &sum);
}

static void residue_from_i64(struct residue *out, int64_t n)
{
    struct residue zero = { { 0 } };

    residue_from_u64(out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
    if (n < 0)
        residue_sub(out, &zero, out);
}

/* A combination of commitments gets what each of them gets of it, and B the constant. */
static void add_combined(struct range_batch *batch, struct residue *factors, const struct range_slot *slot,
                         const struct residue *power)
{
    struct residue number;

    for (unsigned k = 0; k < batch->bases->slots.committed; k++) {
        residue_from_i64(&number, slot->coefficient[k]);
        add_product(&factors[k], &number, power);
    }
    residue_from_i64(&number, slot->constant);
    add_product(&batch->base, &number, power);
}

/* What commits to number j gets weight c z^(2+j); V_k also what the caller has for it. */
static void add_commitments(struct range_batch *batch, const struct proof *proof,
                            const struct point *commitments, const struct residue *more,
                            const struct residue *weight)
{
    const struct range_slots *slots = &batch->bases->slots;
    struct residue power, factors[RANGE_SLOTS_MAX] = { { { 0 } } };

    residue_mul(&power, &proof->z, &proof->z);
    residue_mul(&power, &power, weight);
    for (unsigned j = 0; j < slots->count; j++) {
        if (slots->at[j].combined)
            add_combined(batch, factors, &slots->at[j], &power);
        else
            factors[j] = power; /* before any combination: the commitments are the first */
        residue_mul(&power, &power, &proof->z);
    }
    for (unsigned k = 0; k < slots->committed; k++) {
        if (more != NULL)
            residue_add(&factors[k], &factors[k], &more[k]);
        if (!point_is_identity(&commitments[k]))
            msm_add_residue(&batch->sum, &factors[k], &commitments[k]);
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

    if (!proof_read(&p, range_rounds(batch->bases->length), proof) ||
        !replay(&p, batch->bases, t, commitments))
        return false;
    residue_weight(&weight, rng);
    residue_weight(&c, rng);
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

    for (size_t k = 0; k < batch->bases->length; k++) {
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
