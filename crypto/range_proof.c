/* range_proof.c - prove that committed values are small. Names are the paper's: a proof is A S T1 T2 t_x t_x~ e~, then
 * the inner product argument L R ... a b.
 *
 * Where a secret is at work (A, S, T1, T2 and the scalars before the challenge x) everything runs on libsodium, and bits choose by masks.
 * The vectors l and r are what the protocol would send in the clear without its last part, which only shortens them; from there on the
 * faster arithmetic of public points is used. */
#include "crypto/declassify.h"
#include "crypto/range_shared.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

void range_commit(struct point *out, const struct scalar *value, const struct scalar *blinding)
{
    struct point part;

    point_base_times(out, value);
    point_times(&part, &POINT_BLINDING, blinding);
    point_add(out, out, &part);
    sodium_memzero(&part, sizeof part);
}

/* z^(2+j) * 2^i for bit i of number j, walked in order. */
struct weights {
    const struct range_slot *slot;
    struct scalar z, power, weight;
    unsigned i;
};

static void weights_begin(struct weights *w, const struct scalar *z, const struct range_slots *slots)
{
    *w = (struct weights){ .slot = slots->at, .z = *z };
    scalar_mul(&w->power, z, z);
    w->weight = w->power;
}

static void weights_next(struct weights *w)
{
    if (++w->i < w->slot->width) {
        scalar_add(&w->weight, &w->weight, &w->weight);
        return;
    }
    w->i = 0;
    w->slot++;
    scalar_mul(&w->power, &w->power, &w->z);
    w->weight = w->power;
}

struct prover {
    size_t length;
    struct scalar a_blinding, s_blinding, t_blinding[2], y, z, x;
    uint8_t bit[RANGE_BITS_MAX];
    struct scalar s_left[RANGE_BITS_MAX], s_right[RANGE_BITS_MAX], left[RANGE_BITS_MAX], right[RANGE_BITS_MAX];
};

/* choice: 1 takes a, 0 takes b, without a branch. */
static void point_choose(struct point *out, uint8_t choice, const struct point *a, const struct point *b)
{
    uint8_t mask = (uint8_t)-choice;

    for (size_t i = 0; i < POINT_SIZE; i++)
        out->b[i] = (uint8_t)((a->b[i] & mask) | (b->b[i] & (uint8_t)~mask));
}

/* A = a~*B~ + sum of G_k where the bit is one, of -H_k where it is zero. */
static void commit_bits(struct point *out, const struct prover *p, const struct range_bases *bases)
{
    struct point g, h, chosen;

    point_times(out, &POINT_BLINDING, &p->a_blinding);
    for (size_t k = 0; k < p->length; k++) {
        decaf_255_point_encode(g.b, bases->g[k]);
        decaf_255_point_encode(h.b, bases->h[k]);
        point_sub(&h, &POINT_IDENTITY, &h);
        point_choose(&chosen, p->bit[k], &g, &h);
        point_add(out, out, &chosen);
    }
    sodium_memzero(&chosen, sizeof chosen);
}

/* S = s~*B~ + <s_left, G> + <s_right, H>. */
static void commit_masks(struct point *out, const struct prover *p, const struct range_bases *bases)
{
    struct point base, part;

    point_times(out, &POINT_BLINDING, &p->s_blinding);
    for (size_t k = 0; k < p->length; k++) {
        decaf_255_point_encode(base.b, bases->g[k]);
        point_times(&part, &base, &p->s_left[k]);
        point_add(out, out, &part);
        decaf_255_point_encode(base.b, bases->h[k]);
        point_times(&part, &base, &p->s_right[k]);
        point_add(out, out, &part);
    }
    sodium_memzero(&part, sizeof part);
}

static void draw_masks(struct prover *p, struct rng *rng)
{
    scalar_random(&p->a_blinding, rng);
    scalar_random(&p->s_blinding, rng);
    scalar_random(&p->t_blinding[0], rng);
    scalar_random(&p->t_blinding[1], rng);
    for (size_t k = 0; k < p->length; k++) {
        scalar_random(&p->s_left[k], rng);
        scalar_random(&p->s_right[k], rng);
    }
}

/* The constant terms of l and r into left and right, the linear ones into s_left and s_right, and t1, t2 of their product. */
static void make_polynomials(struct prover *p, const struct range_slots *slots, struct scalar *t1, struct scalar *t2)
{
    struct scalar y_power, one, bit;
    struct weights w;

    scalar_from_u64(&one, 1);
    y_power = one;
    *t1 = *t2 = (struct scalar){ { 0 } };
    weights_begin(&w, &p->z, slots);
    for (size_t k = 0; k < p->length; k++, weights_next(&w)) {
        scalar_from_u64(&bit, p->bit[k]);
        scalar_sub(&p->left[k], &bit, &p->z); /* l0 = a_left - z */
        scalar_sub(&p->right[k], &bit, &one);
        scalar_add(&p->right[k], &p->right[k], &p->z);
        scalar_mul(&p->right[k], &p->right[k], &y_power);
        scalar_add(&p->right[k], &p->right[k], &w.weight); /* r0 = y^k (a_right + z) + z^(2+j) 2^i */
        scalar_mul(&p->s_right[k], &p->s_right[k], &y_power);
        multiply_add(t1, &p->left[k], &p->s_right[k]);
        multiply_add(t1, &p->s_left[k], &p->right[k]);
        multiply_add(t2, &p->s_left[k], &p->s_right[k]);
        scalar_mul(&y_power, &y_power, &p->y);
    }
    scalar_clear(&bit);
}

/* Of a public number. */
static void scalar_from_i64(struct scalar *out, int64_t n)
{
    scalar_from_u64(out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
    if (n < 0)
        scalar_negate(out, out);
}

/* g_j of number j: of its commitment, of the same combination of commitments, or none. */
static void slot_blinding(struct scalar *out, const struct range_slots *slots, size_t j, const struct scalar *blindings)
{
    const struct range_slot *slot = &slots->at[j];
    struct scalar coefficient;

    *out = (struct scalar){ { 0 } };
    if (!slot->combined && j < slots->committed)
        *out = blindings[j];
    for (size_t k = 0; slot->combined && k < slots->committed; k++) {
        scalar_from_i64(&coefficient, slot->coefficient[k]);
        multiply_add(out, &coefficient, &blindings[k]);
    }
}

/* t_x~ = t1~ x + t2~ x^2 + sum z^(2+j) g_j; e~ = a~ + s~ x. */
static void combine_blindings(struct scalar out[2], const struct prover *p, const struct range_slots *slots,
                              const struct scalar *blindings)
{
    struct scalar power, blinding;

    scalar_mul(&out[0], &p->t_blinding[1], &p->x);
    scalar_add(&out[0], &out[0], &p->t_blinding[0]);
    scalar_mul(&out[0], &out[0], &p->x);
    scalar_mul(&power, &p->z, &p->z);
    for (size_t j = 0; j < slots->count; j++) {
        slot_blinding(&blinding, slots, j, blindings);
        multiply_add(&out[0], &power, &blinding);
        scalar_mul(&power, &power, &p->z);
    }
    out[1] = p->a_blinding;
    multiply_add(&out[1], &p->s_blinding, &p->x);
    scalar_clear(&blinding);
}

static void evaluate(struct prover *p, struct scalar *t_x)
{
    *t_x = (struct scalar){ { 0 } };
    for (size_t k = 0; k < p->length; k++) {
        multiply_add(&p->left[k], &p->s_left[k], &p->x);
        multiply_add(&p->right[k], &p->s_right[k], &p->x);
        multiply_add(t_x, &p->left[k], &p->right[k]);
    }
}

/* The inner product argument over public vectors. The bases are never folded: each keeps the product of the challenges that fell on it. */
struct folding {
    const struct range_bases *bases;
    struct scalar *a, *b;
    struct scalar g[RANGE_BITS_MAX], h[RANGE_BITS_MAX], q;
    struct msm sum;
};

static void fold_side(struct point *out, struct folding *f, size_t total, size_t half, bool left)
{
    struct scalar product = { { 0 } }, factor;

    msm_begin(&f->sum);
    for (size_t k = 0; k < total; k++) {
        size_t i = k % (2 * half), high = i >= half, other = high ? i - half : i + half;

        if (high == left) {
            scalar_mul(&factor, &f->a[other], &f->g[k]);
            msm_add_decoded(&f->sum, &factor, f->bases->g[k]);
        } else {
            scalar_mul(&factor, &f->b[other], &f->h[k]);
            msm_add_decoded(&f->sum, &factor, f->bases->h[k]);
        }
    }
    for (size_t i = 0; i < half; i++)
        multiply_add(&product, &f->a[left ? i : i + half], &f->b[left ? i + half : i]);
    scalar_mul(&factor, &product, &f->q);
    msm_add_decoded(&f->sum, &factor, decaf_255_point_base);
    msm_result(out, &f->sum);
}

static void fold_vectors(struct folding *f, size_t total, size_t half, const struct scalar *u)
{
    struct scalar inverse;
    bool ok = scalar_invert(&inverse, u);

    assert(ok); /* a challenge of zero: one in 2^252 */
    for (size_t k = 0; k < total; k++) {
        bool high = k % (2 * half) >= half;

        scalar_mul(&f->g[k], &f->g[k], high ? u : &inverse);
        scalar_mul(&f->h[k], &f->h[k], high ? &inverse : u);
    }
    for (size_t i = 0; i < half; i++) {
        scalar_mul(&f->a[i], &f->a[i], u);
        multiply_add(&f->a[i], &f->a[i + half], &inverse);
        scalar_mul(&f->b[i], &f->b[i], &inverse);
        multiply_add(&f->b[i], &f->b[i + half], u);
    }
}

static uint8_t *prove_inner_product(uint8_t *out, struct transcript *t, struct prover *p, const struct range_bases *bases,
                                    const struct scalar *w)
{
    struct folding f = { .bases = bases, .a = p->left, .b = p->right, .q = *w };
    struct scalar inverse, u;
    struct point side;
    bool ok = scalar_invert(&inverse, &p->y);

    assert(ok);
    scalar_from_u64(&f.g[0], 1);
    f.h[0] = f.g[0];
    for (size_t k = 1; k < p->length; k++) {
        f.g[k] = f.g[0];
        scalar_mul(&f.h[k], &f.h[k - 1], &inverse);
    }
    begin_inner_product(t, p->length);
    for (size_t half = p->length / 2; half > 0; half /= 2) {
        for (unsigned right = 0; right < 2; right++, out += POINT_SIZE) {
            fold_side(&side, &f, p->length, half, right == 0);
            transcript_append_point(t, right ? "R" : "L", &side);
            memcpy(out, side.b, POINT_SIZE);
        }
        transcript_challenge_scalar(t, "u", &u);
        fold_vectors(&f, p->length, half, &u);
    }
    memcpy(out, f.a[0].b, SCALAR_SIZE);
    memcpy(out + SCALAR_SIZE, f.b[0].b, SCALAR_SIZE);
    return out + 2 * SCALAR_SIZE;
}

static void put_point(uint8_t **out, struct transcript *t, const char *label, struct point *p)
{
    declassify(p, sizeof *p);
    transcript_append_point(t, label, p);
    memcpy(*out, p->b, POINT_SIZE);
    *out += POINT_SIZE;
}

static void put_scalar(uint8_t **out, struct transcript *t, const char *label, struct scalar *s)
{
    declassify(s, sizeof *s);
    append_scalar(t, label, s);
    memcpy(*out, s->b, SCALAR_SIZE);
    *out += SCALAR_SIZE;
}

/* The nonces: from the transcript, the values and fresh randomness, so that none of the three alone gives them away. */
static void prover_rng(struct rng *out, const struct transcript *t, const uint64_t *values, const struct scalar *blindings,
                       size_t count, struct rng *rng)
{
    struct scalar seed, second;

    transcript_nonce(t, &seed, "range", (struct bytes){ (const uint8_t *)values, count * sizeof *values }, rng);
    transcript_nonce(t, &second, "range", (struct bytes){ blindings->b, count * sizeof *blindings }, rng);
    scalar_add(&seed, &seed, &second);
    rng_init(out, seed.b);
    scalar_clear(&seed);
    scalar_clear(&second);
}

static void split_bits(struct prover *p, const struct range_bases *bases, const uint64_t *values)
{
    size_t k = 0;

    p->length = bases->length;
    for (size_t j = 0; j < bases->count; j++) {
        uint64_t number = range_number(&bases->slots, j, values);

        for (unsigned i = 0; i < bases->slots.at[j].width; i++)
            p->bit[k++] = (uint8_t)(number >> i & 1);
    }
}

void range_prove(uint8_t *out, const struct range_bases *bases, struct transcript *t, const struct point *commitments,
                 const uint64_t *values, const struct scalar *blindings, struct rng *rng)
{
    struct prover p;
    struct rng own;
    struct point point;
    struct scalar poly[2], t_x, blinds[2], w;

    begin_argument(t, bases, commitments);
    prover_rng(&own, t, values, blindings, bases->slots.committed, rng);
    split_bits(&p, bases, values);
    draw_masks(&p, &own);
    commit_bits(&point, &p, bases);
    put_point(&out, t, "A", &point);
    commit_masks(&point, &p, bases);
    put_point(&out, t, "S", &point);
    transcript_challenge_scalar(t, "y", &p.y);
    transcript_challenge_scalar(t, "z", &p.z);
    make_polynomials(&p, &bases->slots, &poly[0], &poly[1]);
    range_commit(&point, &poly[0], &p.t_blinding[0]);
    put_point(&out, t, "T_1", &point);
    range_commit(&point, &poly[1], &p.t_blinding[1]);
    put_point(&out, t, "T_2", &point);
    transcript_challenge_scalar(t, "x", &p.x);
    combine_blindings(blinds, &p, &bases->slots, blindings);
    evaluate(&p, &t_x);
    declassify(p.left, sizeof p.left); /* masked by s_left and s_right: what a proof without its last part would send */
    declassify(p.right, sizeof p.right);
    put_scalar(&out, t, "t_x", &t_x);
    put_scalar(&out, t, "t_x_blinding", &blinds[0]);
    put_scalar(&out, t, "e_blinding", &blinds[1]);
    transcript_challenge_scalar(t, "w", &w);
    prove_inner_product(out, t, &p, bases, &w);
    sodium_memzero(&p, sizeof p);
    sodium_memzero(poly, sizeof poly);
    rng_clear(&own);
}
