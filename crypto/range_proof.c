/* range_proof.c - prove and verify that committed values are small. Names are the paper's: a proof is A S T1 T2 t_x t_x~ e~, then the
 * inner product argument L R ... a b.
 *
 * Where a secret is at work (A, S, T1, T2 and the scalars before the challenge x) everything runs on libsodium, and bits choose by masks.
 * The vectors l and r are what the protocol would send in the clear without its last part, which only shortens them; from there on the
 * faster arithmetic of public points is used. */
#include "crypto/range_proof.h"

#include <assert.h>
#include <decaf/shake.h>
#include <sodium.h>
#include <string.h>

const struct point POINT_BLINDING = { { 0x8c, 0x92, 0x40, 0xb4, 0x56, 0xa9, 0xe6, 0xdc, 0x65, 0xc3, 0x77,
                                        0xa1, 0x04, 0x8d, 0x74, 0x5f, 0x94, 0xa0, 0x8c, 0xdb, 0x7f, 0x44,
                                        0xcb, 0xcd, 0x7b, 0x46, 0xf3, 0x40, 0x48, 0x87, 0x11, 0x34 } };

/* ---- Shapes and bases. */

bool range_shape(unsigned bits, size_t count)
{
    return (bits == 8 || bits == 16 || bits == 32 || bits == 64) && count >= 1 && (count & (count - 1)) == 0 &&
           bits * count <= RANGE_BITS_MAX;
}

unsigned range_rounds(unsigned bits, size_t count)
{
    unsigned rounds = 0;

    while (((size_t)bits * count) >> (rounds + 1) > 0)
        rounds++;
    return rounds;
}

static void chain_fill(decaf_255_point_t *out, char kind, uint32_t party, unsigned count)
{
    uint8_t head[5] = { (uint8_t)kind, (uint8_t)party, (uint8_t)(party >> 8), (uint8_t)(party >> 16),
                        (uint8_t)(party >> 24) };
    decaf_shake256_ctx_t chain;
    struct point p;

    decaf_shake256_init(chain);
    decaf_shake256_update(chain, (const uint8_t *)"GeneratorsChain", 15);
    decaf_shake256_update(chain, head, sizeof head);
    for (unsigned i = 0; i < count; i++) {
        uint8_t uniform[64];

        decaf_shake256_output(chain, uniform, sizeof uniform);
        point_from_hash(&p, uniform);
        point_decode(out[i], &p);
    }
    decaf_shake256_destroy(chain);
}

void range_bases_init(struct range_bases *bases, decaf_255_point_t *memory, unsigned bits, size_t count)
{
    assert(range_shape(bits, count));
    *bases = (struct range_bases){ .bits = bits, .count = (unsigned)count, .g = memory, .h = memory + bits * count };
    for (uint32_t party = 0; party < count; party++) {
        chain_fill(bases->g + party * bits, 'G', party, bits);
        chain_fill(bases->h + party * bits, 'H', party, bits);
    }
}

/* ---- What both sides say. */

static void begin_argument(struct transcript *t, const struct range_bases *bases, const struct point *commitments)
{
    transcript_append(t, "dom-sep", (struct bytes){ (const uint8_t *)"rangeproof v1", 13 });
    transcript_append_u64(t, "n", bases->bits);
    transcript_append_u64(t, "m", bases->count);
    for (size_t j = 0; j < bases->count; j++)
        transcript_append_point(t, "V", &commitments[j]);
}

static void begin_inner_product(struct transcript *t, size_t length)
{
    transcript_append(t, "dom-sep", (struct bytes){ (const uint8_t *)"ipp v1", 6 });
    transcript_append_u64(t, "n", length);
}

static void append_scalar(struct transcript *t, const char *label, const struct scalar *s)
{
    transcript_append(t, label, BYTES(s->b));
}

static void multiply_add(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    struct scalar product;

    scalar_mul(&product, a, b);
    scalar_add(out, out, &product);
    scalar_clear(&product);
}

/* z^(2+j) * 2^i for position k = j*bits + i, walked in order. */
struct weights {
    struct scalar z, power, weight;
    unsigned bits, i;
};

static void weights_begin(struct weights *w, const struct scalar *z, unsigned bits)
{
    *w = (struct weights){ .z = *z, .bits = bits };
    scalar_mul(&w->power, z, z);
    w->weight = w->power;
}

static void weights_next(struct weights *w)
{
    if (++w->i < w->bits) {
        scalar_add(&w->weight, &w->weight, &w->weight);
        return;
    }
    w->i = 0;
    scalar_mul(&w->power, &w->power, &w->z);
    w->weight = w->power;
}

/* ---- Proving. */

void range_commit(struct point *out, const struct scalar *value, const struct scalar *blinding)
{
    struct point part;

    point_base_times(out, value);
    point_times(&part, &POINT_BLINDING, blinding);
    point_add(out, out, &part);
    sodium_memzero(&part, sizeof part);
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
static void make_polynomials(struct prover *p, unsigned bits, struct scalar *t1, struct scalar *t2)
{
    struct scalar y_power, one, bit;
    struct weights w;

    scalar_from_u64(&one, 1);
    y_power = one;
    *t1 = *t2 = (struct scalar){ { 0 } };
    weights_begin(&w, &p->z, bits);
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

/* t_x~ = t1~ x + t2~ x^2 + sum z^(2+j) g_j; e~ = a~ + s~ x. */
static void combine_blindings(struct scalar out[2], const struct prover *p, const struct scalar *blindings, size_t count)
{
    struct scalar power;

    scalar_mul(&out[0], &p->t_blinding[1], &p->x);
    scalar_add(&out[0], &out[0], &p->t_blinding[0]);
    scalar_mul(&out[0], &out[0], &p->x);
    scalar_mul(&power, &p->z, &p->z);
    for (size_t j = 0; j < count; j++) {
        multiply_add(&out[0], &power, &blindings[j]);
        scalar_mul(&power, &power, &p->z);
    }
    out[1] = p->a_blinding;
    multiply_add(&out[1], &p->s_blinding, &p->x);
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

static void put_point(uint8_t **out, struct transcript *t, const char *label, const struct point *p)
{
    transcript_append_point(t, label, p);
    memcpy(*out, p->b, POINT_SIZE);
    *out += POINT_SIZE;
}

static void put_scalar(uint8_t **out, struct transcript *t, const char *label, const struct scalar *s)
{
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
    p->length = (size_t)bases->bits * bases->count;
    for (size_t k = 0; k < p->length; k++)
        p->bit[k] = (uint8_t)(values[k / bases->bits] >> (k % bases->bits) & 1);
}

void range_prove(uint8_t *out, const struct range_bases *bases, struct transcript *t, const struct point *commitments,
                 const uint64_t *values, const struct scalar *blindings, struct rng *rng)
{
    struct prover p;
    struct rng own;
    struct point point;
    struct scalar poly[2], t_x, blinds[2], w;

    begin_argument(t, bases, commitments);
    prover_rng(&own, t, values, blindings, bases->count, rng);
    split_bits(&p, bases, values);
    draw_masks(&p, &own);
    commit_bits(&point, &p, bases);
    put_point(&out, t, "A", &point);
    commit_masks(&point, &p, bases);
    put_point(&out, t, "S", &point);
    transcript_challenge_scalar(t, "y", &p.y);
    transcript_challenge_scalar(t, "z", &p.z);
    make_polynomials(&p, bases->bits, &poly[0], &poly[1]);
    range_commit(&point, &poly[0], &p.t_blinding[0]);
    put_point(&out, t, "T_1", &point);
    range_commit(&point, &poly[1], &p.t_blinding[1]);
    put_point(&out, t, "T_2", &point);
    transcript_challenge_scalar(t, "x", &p.x);
    combine_blindings(blinds, &p, blindings, bases->count);
    evaluate(&p, &t_x);
    put_scalar(&out, t, "t_x", &t_x);
    put_scalar(&out, t, "t_x_blinding", &blinds[0]);
    put_scalar(&out, t, "e_blinding", &blinds[1]);
    transcript_challenge_scalar(t, "w", &w);
    prove_inner_product(out, t, &p, bases, &w);
    sodium_memzero(&p, sizeof p);
    sodium_memzero(poly, sizeof poly);
    rng_clear(&own);
}

/* ---- Verifying. */

struct proof {
    struct point a, s, t1, t2, l[RANGE_ROUNDS_MAX], r[RANGE_ROUNDS_MAX];
    struct scalar t_x, t_blinding, e_blinding, a_end, b_end;
    struct scalar y, z, x, w, u[RANGE_ROUNDS_MAX], u_inverse[RANGE_ROUNDS_MAX];
    unsigned rounds;
};

static bool take_point(struct point *out, const uint8_t **in)
{
    *in += POINT_SIZE;
    return point_read_nonzero(out, *in - POINT_SIZE);
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
         take_point(&proof->t2, &at) && take_scalar(&proof->t_x, &at) && take_scalar(&proof->t_blinding, &at) &&
         take_scalar(&proof->e_blinding, &at);
    for (unsigned i = 0; i < rounds && ok; i++)
        ok = take_point(&proof->l[i], &at) && take_point(&proof->r[i], &at);
    return ok && take_scalar(&proof->a_end, &at) && take_scalar(&proof->b_end, &at);
}

static bool replay(struct proof *proof, const struct range_bases *bases, struct transcript *t, const struct point *commitments)
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
        if (!scalar_invert(&proof->u_inverse[i], &proof->u[i]))
            return false;
    }
    return true;
}

static void add_term(struct range_batch *batch, const struct scalar *weight, const struct scalar *factor, const struct point *p)
{
    struct scalar product;

    scalar_mul(&product, weight, factor);
    msm_add(&batch->sum, &product, p);
}

/* s[k]: the product of the challenges that fell on base k; s of the reversed index is its inverse. */
static void fold_factors(struct scalar *s, const struct proof *proof, size_t length)
{
    scalar_from_u64(&s[0], 1);
    for (unsigned i = 0; i < proof->rounds; i++)
        scalar_mul(&s[0], &s[0], &proof->u_inverse[i]);
    for (size_t k = 1; k < length; k++) {
        unsigned top = 0;
        struct scalar square;

        while (k >> (top + 1) > 0)
            top++;
        scalar_mul(&square, &proof->u[proof->rounds - 1 - top], &proof->u[proof->rounds - 1 - top]);
        scalar_mul(&s[k], &s[k - ((size_t)1 << top)], &square);
    }
}

/* delta = (z - z^2) sum y^k - sum_j z^(3+j) (2^n - 1) */
static void delta(struct scalar *out, const struct proof *proof, const struct range_bases *bases)
{
    struct scalar y_sum = { { 0 } }, power, z_square, mask, z_sum = { { 0 } };

    scalar_from_u64(&power, 1);
    for (size_t k = 0; k < (size_t)bases->bits * bases->count; k++) {
        scalar_add(&y_sum, &y_sum, &power);
        scalar_mul(&power, &power, &proof->y);
    }
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

/* The coefficients of the fixed bases G and H, weighted. */
static void add_vectors(struct range_batch *batch, const struct proof *proof, const struct scalar *weight)
{
    size_t length = (size_t)batch->bases->bits * batch->bases->count;
    struct scalar s[RANGE_BITS_MAX], y_inverse, y_power, term, part;
    struct weights w;

    fold_factors(s, proof, length);
    scalar_from_u64(&y_power, 1);
    if (!scalar_invert(&y_inverse, &proof->y))
        y_inverse = y_power; /* a challenge of zero: then the equation fails anyway */
    weights_begin(&w, &proof->z, batch->bases->bits);
    for (size_t k = 0; k < length; k++, weights_next(&w)) {
        scalar_mul(&term, &proof->a_end, &s[k]);
        scalar_add(&term, &term, &proof->z);
        scalar_mul(&term, &term, weight);
        scalar_sub(&batch->g[k], &batch->g[k], &term); /* -z - a s_k */
        scalar_mul(&part, &proof->b_end, &s[length - 1 - k]);
        scalar_sub(&term, &w.weight, &part);
        scalar_mul(&term, &term, &y_power);
        scalar_add(&term, &term, &proof->z);
        multiply_add(&batch->h[k], &term, weight); /* z + y^-k (z^(2+j) 2^i - b / s_k) */
        scalar_mul(&y_power, &y_power, &y_inverse);
    }
}

/* The coefficients of B and B~; c weighs the equation of t against that of the inner product. */
static void add_bases(struct range_batch *batch, const struct proof *proof, const struct scalar *weight, const struct scalar *c)
{
    struct scalar sum, part;

    scalar_mul(&part, &proof->a_end, &proof->b_end);
    scalar_sub(&sum, &proof->t_x, &part);
    scalar_mul(&sum, &sum, &proof->w);
    delta(&part, proof, batch->bases);
    scalar_sub(&part, &part, &proof->t_x);
    multiply_add(&sum, &part, c);
    multiply_add(&batch->base, &sum, weight);
    sum = proof->e_blinding;
    multiply_add(&sum, &proof->t_blinding, c);
    scalar_mul(&sum, &sum, weight);
    scalar_sub(&batch->blinding, &batch->blinding, &sum);
}

static void add_points(struct range_batch *batch, const struct proof *proof, const struct point *commitments,
                       const struct scalar *weight, const struct scalar *c)
{
    struct scalar factor, one;

    scalar_from_u64(&one, 1);
    add_term(batch, weight, &one, &proof->a);
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
    for (unsigned j = 0; j < batch->bases->count; j++) {
        if (!point_is_identity(&commitments[j]))
            add_term(batch, weight, &factor, &commitments[j]);
        scalar_mul(&factor, &factor, &proof->z);
    }
}

void range_batch_begin(struct range_batch *batch, const struct range_bases *bases)
{
    batch->bases = bases;
    msm_begin(&batch->sum);
    memset(batch->g, 0, sizeof batch->g);
    memset(batch->h, 0, sizeof batch->h);
    batch->base = batch->blinding = (struct scalar){ { 0 } };
}

bool range_batch_add(struct range_batch *batch, struct transcript *t, const struct point *commitments, struct bytes proof,
                     struct rng *rng)
{
    struct proof p;
    struct scalar weight, c;

    if (!proof_read(&p, range_rounds(batch->bases->bits, batch->bases->count), proof) ||
        !replay(&p, batch->bases, t, commitments))
        return false;
    scalar_random(&weight, rng);
    scalar_random(&c, rng);
    add_points(batch, &p, commitments, &weight, &c);
    add_bases(batch, &p, &weight, &c);
    add_vectors(batch, &p, &weight);
    return true;
}

bool range_batch_holds(struct range_batch *batch)
{
    for (size_t k = 0; k < (size_t)batch->bases->bits * batch->bases->count; k++) {
        msm_add_decoded(&batch->sum, &batch->g[k], batch->bases->g[k]);
        msm_add_decoded(&batch->sum, &batch->h[k], batch->bases->h[k]);
    }
    msm_add_decoded(&batch->sum, &batch->base, decaf_255_point_base);
    msm_add(&batch->sum, &batch->blinding, &POINT_BLINDING);
    return msm_is_zero(&batch->sum);
}
