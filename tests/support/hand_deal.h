/* hand_deal.h - a sum deal made by hand, from the description in deal.c, deal_shape.c and the paper of range proofs: with points added up one by
 * one, and with lies told where an honest maker tells none. Whatever is a lie, all that comes after is computed from it as the protocol wants,
 * so that only the equation which it breaks can find it. */
#ifndef COOP_TESTS_HAND_DEAL_H
#define COOP_TESTS_HAND_DEAL_H

#include "crypto/deal_shape.h"
#include "crypto/labels.h"
#include "tests/support/bases.h"
#include "tests/support/committee.h"

enum { HAND_LENGTH_MAX = 64 };
/* Where a lie is: what is told plus lie[place], of a point times `on`. R, C and V are those of the first value. */
enum hand_place {
    HAND_R,
    HAND_C,
    HAND_V,
    HAND_K_V,
    HAND_K_R,
    HAND_K_C,
    HAND_S_X,
    HAND_S_R,
    HAND_A,
    HAND_S,
    HAND_T1,
    HAND_T2,
    HAND_T_X,
    HAND_T_BLINDING,
    HAND_E_BLINDING,
    HAND_L,
    HAND_PLACES
};

struct hand {
    struct range_slots slots;
    struct range_bases bases;
    const struct point *joint;
    struct bytes context;
    struct rng *rng;
    uint64_t values[DEAL_VALUES_MAX]; /* whose bits are shown */
    /* What the ciphers hide, what the commitments do, and the randomness of both; of the last, nonces. */
    struct scalar hidden[DEAL_VALUES_MAX + 1], committed[DEAL_VALUES_MAX + 1], r[DEAL_VALUES_MAX + 1];
    bool no_masks; /* of the bits: S, T1 and T2 are nothing */
    enum hand_place longer; /* the answer that is written with the order of the group added; HAND_PLACES: none */
    struct scalar lie[HAND_PLACES];
    struct point on;
};

static inline void hand_begin(struct hand *h, const struct deal_shape *shape, const struct point *joint, struct bytes context,
                              const uint64_t *values, struct rng *rng)
{
    static decaf_255_point_t memory[2 * HAND_LENGTH_MAX];
    bool fine = deal_slots(&h->slots, shape) && slots_length(&h->slots) <= HAND_LENGTH_MAX;

    assert(fine);
    range_bases_init_slots(&h->bases, memory, &h->slots);
    h->joint = joint;
    h->context = context;
    h->rng = rng;
    h->no_masks = false;
    h->longer = HAND_PLACES;
    h->on = POINT_BLINDING;
    memset(h->lie, 0, sizeof h->lie);
    memcpy(h->values, values, shape->count * sizeof *values);
    for (size_t k = 0; k <= shape->count; k++) {
        scalar_random(&h->r[k], rng);
        scalar_random(&h->hidden[k], rng);
        if (k < shape->count)
            scalar_from_u64(&h->hidden[k], values[k]);
        h->committed[k] = h->hidden[k];
    }
}

static inline void hand_lie_of(struct hand *h, enum hand_place place, uint64_t n)
{
    scalar_from_u64(&h->lie[place], n);
}

/* ---- Sums, one by one. */

static inline void add_times(struct point *sum, const struct point *p, const struct scalar *s)
{
    struct point term;

    point_times(&term, p, s);
    point_add(sum, sum, &term);
}

static inline void plus_product(struct scalar *sum, const struct scalar *a, const struct scalar *b)
{
    struct scalar product;

    scalar_mul(&product, a, b);
    scalar_add(sum, sum, &product);
}

static inline struct point on_two(const struct point *p, const struct scalar *s, const struct point *q, const struct scalar *t)
{
    struct point sum;

    point_times(&sum, p, s);
    add_times(&sum, q, t);
    return sum;
}

static inline uint8_t *hand_point(uint8_t *out, struct hand *h, struct transcript *t, const char *label, enum hand_place place,
                                  struct point *p)
{
    add_times(p, &h->on, &h->lie[place]);
    transcript_append_point(t, label, p);
    memcpy(out, p->b, POINT_SIZE);
    return out + POINT_SIZE;
}

/* 2^252 + 27742317777372353535851937790883648493, lowest byte first. */
static const uint8_t hand_order[SCALAR_SIZE] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                                 [31] = 0x10 };

static inline uint8_t *hand_scalar(uint8_t *out, struct hand *h, struct transcript *t, const char *label, enum hand_place place,
                                   struct scalar *s)
{
    scalar_add(s, s, &h->lie[place]);
    for (unsigned i = 0, carry = 0; h->longer == place && i < SCALAR_SIZE; i++, carry >>= 8) {
        carry += s->b[i] + hand_order[i];
        s->b[i] = (uint8_t)carry;
    }
    transcript_append(t, label, BYTES(s->b));
    memcpy(out, s->b, SCALAR_SIZE);
    return out + SCALAR_SIZE;
}

/* ---- The range proof. */

struct hand_range {
    size_t length;
    struct point g[HAND_LENGTH_MAX], h[HAND_LENGTH_MAX], q;
    struct scalar left[2][HAND_LENGTH_MAX], right[2][HAND_LENGTH_MAX]; /* constant and linear terms */
    struct scalar alpha, rho, tau[2];
};

static inline void hand_bits(struct hand_range *p, struct hand *h)
{
    struct scalar one;
    size_t k = 0;

    memset(p, 0, sizeof *p);
    scalar_from_u64(&one, 1);
    p->length = h->bases.length;
    scalar_random(&p->alpha, h->rng);
    for (size_t j = 0; j < h->slots.count; j++)
        for (unsigned i = 0; i < h->slots.at[j].width; i++, k++) {
            decaf_255_point_encode(p->g[k].b, h->bases.g[k]);
            decaf_255_point_encode(p->h[k].b, h->bases.h[k]);
            scalar_from_u64(&p->left[0][k], range_number(&h->slots, j, h->values) >> i & 1);
            scalar_sub(&p->right[0][k], &p->left[0][k], &one);
        }
    if (h->no_masks)
        return;
    scalar_random(&p->rho, h->rng);
    scalar_random(&p->tau[0], h->rng);
    scalar_random(&p->tau[1], h->rng);
    for (k = 0; k < p->length; k++) {
        scalar_random(&p->left[1][k], h->rng);
        scalar_random(&p->right[1][k], h->rng);
    }
}

static inline struct point hand_commit(const struct hand_range *p, const struct scalar *blinding, int which)
{
    struct point sum;

    point_times(&sum, &POINT_BLINDING, blinding);
    for (size_t k = 0; k < p->length; k++) {
        add_times(&sum, &p->g[k], &p->left[which][k]);
        add_times(&sum, &p->h[k], &p->right[which][k]);
    }
    return sum;
}

/* l = left - z + ..., r = y^k (right + z + ...) + z^(2+j) 2^i */
static inline void hand_shift(struct hand_range *p, const struct range_slots *slots, const struct scalar *y, const struct scalar *z)
{
    struct scalar y_power, weight, z_power;
    size_t k = 0;

    scalar_from_u64(&y_power, 1);
    scalar_mul(&z_power, z, z);
    for (size_t j = 0; j < slots->count; j++) {
        weight = z_power;
        for (unsigned i = 0; i < slots->at[j].width; i++, k++) {
            scalar_sub(&p->left[0][k], &p->left[0][k], z);
            scalar_add(&p->right[0][k], &p->right[0][k], z);
            scalar_mul(&p->right[0][k], &p->right[0][k], &y_power);
            scalar_mul(&p->right[1][k], &p->right[1][k], &y_power);
            scalar_add(&p->right[0][k], &p->right[0][k], &weight);
            scalar_add(&weight, &weight, &weight);
            scalar_mul(&y_power, &y_power, y);
        }
        scalar_mul(&z_power, &z_power, z);
    }
}

static inline struct scalar hand_inner(const struct scalar *a, const struct scalar *b, size_t count)
{
    struct scalar sum = { { 0 } };

    for (size_t k = 0; k < count; k++)
        plus_product(&sum, &a[k], &b[k]);
    return sum;
}

/* t_x~ without its constant term: sum z^(2+j) g_j, g_j the combination of blindings that number j is. */
static inline void hand_blindings(struct scalar *out, const struct hand *h, const struct scalar *z)
{
    struct scalar power, coefficient;

    scalar_mul(&power, z, z);
    for (size_t j = 0; j < h->slots.count; j++) {
        const struct range_slot *slot = &h->slots.at[j];

        for (size_t k = 0; k < h->slots.committed; k++) {
            int64_t n = slot->combined ? slot->coefficient[k] : j == k;

            scalar_from_u64(&coefficient, (uint64_t)(n < 0 ? -n : n));
            if (n < 0)
                scalar_negate(&coefficient, &coefficient);
            scalar_mul(&coefficient, &coefficient, &power);
            plus_product(out, &coefficient, &h->r[k]);
        }
        scalar_mul(&power, &power, z);
    }
}

/* One half of each vector on the other half of the bases. */
static inline struct point hand_side(const struct hand_range *p, const struct scalar *a, const struct scalar *b, size_t half, bool left)
{
    size_t of_a = left ? 0 : half, of_b = half - of_a;
    struct scalar product = hand_inner(a + of_a, b + of_b, half);
    struct point sum;

    point_times(&sum, &p->q, &product);
    for (size_t i = 0; i < half; i++) {
        add_times(&sum, &p->g[of_b + i], &a[of_a + i]);
        add_times(&sum, &p->h[of_a + i], &b[of_b + i]);
    }
    return sum;
}

static inline uint8_t *hand_inner_product(uint8_t *out, struct hand *h, struct hand_range *p, struct transcript *t)
{
    struct scalar *a = p->left[0], *b = p->right[0], u, v, part;
    struct point side;

    for (size_t half = p->length / 2; half > 0; half /= 2) {
        side = hand_side(p, a, b, half, true);
        out = hand_point(out, h, t, "L", HAND_L, &side);
        side = hand_side(p, a, b, half, false);
        transcript_append_point(t, "R", &side);
        memcpy(out, side.b, POINT_SIZE);
        out += POINT_SIZE;
        transcript_challenge_scalar(t, "u", &u);
        scalar_invert(&v, &u);
        for (size_t i = 0; i < half; i++) {
            scalar_mul(&part, &a[i], &u);
            plus_product(&part, &a[half + i], &v);
            a[i] = part;
            scalar_mul(&part, &b[i], &v);
            plus_product(&part, &b[half + i], &u);
            b[i] = part;
            p->g[i] = on_two(&p->g[i], &v, &p->g[half + i], &u);
            p->h[i] = on_two(&p->h[i], &u, &p->h[half + i], &v);
        }
    }
    memcpy(out, a, SCALAR_SIZE);
    memcpy(out + SCALAR_SIZE, b, SCALAR_SIZE);
    return out + 2 * SCALAR_SIZE;
}

static inline void hand_evaluate(struct hand_range *p, const struct scalar *x)
{
    for (size_t k = 0; k < p->length; k++) {
        plus_product(&p->left[0][k], &p->left[1][k], x);
        plus_product(&p->right[0][k], &p->right[1][k], x);
    }
}

/* H_k becomes y^-k H_k. */
static inline void hand_bases(struct hand_range *p, const struct scalar *y)
{
    struct scalar power, inverse;

    scalar_invert(&inverse, y);
    scalar_from_u64(&power, 1);
    for (size_t k = 0; k < p->length; k++) {
        point_times(&p->h[k], &p->h[k], &power);
        scalar_mul(&power, &power, &inverse);
    }
}

/* Where widths differ, or numbers are combinations: WIRE 6.11. */
static inline void hand_shape(struct transcript *t, const struct hand *h)
{
    struct transcript shape;
    uint8_t hash[HASH_SIZE];

    if (h->bases.bits != 0)
        return;
    transcript_init(&shape, "coopair/1 range shape");
    transcript_append_u64(&shape, "committed", h->slots.committed);
    for (size_t j = 0; j < h->slots.count; j++) {
        transcript_append_u64(&shape, "width", h->slots.at[j].width);
        for (size_t k = 0; k < h->slots.committed && h->slots.at[j].combined; k++)
            transcript_append_u64(&shape, "coefficient", (uint64_t)h->slots.at[j].coefficient[k]);
        if (h->slots.at[j].combined)
            transcript_append_u64(&shape, "constant", (uint64_t)h->slots.at[j].constant);
    }
    transcript_challenge(&shape, "shape", hash, sizeof hash);
    transcript_append(t, "shape", BYTES(hash));
}

static inline void hand_announce(struct hand *h, struct transcript *t, const struct point *v)
{
    transcript_append(t, "dom-sep", text("rangeproof v1"));
    transcript_append_u64(t, "n", h->bases.bits);
    transcript_append_u64(t, "m", h->slots.count);
    hand_shape(t, h);
    for (size_t j = 0; j < h->slots.count; j++)
        if (!h->slots.at[j].combined)
            transcript_append_point(t, "V", j < h->slots.committed ? &v[j] : &POINT_IDENTITY);
}

static inline uint8_t *hand_range_prove(uint8_t *out, struct hand *h, struct transcript *t, const struct point *v)
{
    struct scalar y, z, x, w, t1, t2, t_x, t_blinding = { { 0 } }, e_blinding;
    struct hand_range p;
    struct point point;

    hand_announce(h, t, v);
    hand_bits(&p, h);
    point = hand_commit(&p, &p.alpha, 0);
    out = hand_point(out, h, t, "A", HAND_A, &point);
    point = hand_commit(&p, &p.rho, 1);
    out = hand_point(out, h, t, "S", HAND_S, &point);
    transcript_challenge_scalar(t, "y", &y);
    transcript_challenge_scalar(t, "z", &z);
    hand_shift(&p, &h->slots, &y, &z);
    t1 = hand_inner(p.left[0], p.right[1], p.length);
    t2 = hand_inner(p.left[1], p.right[0], p.length);
    scalar_add(&t1, &t1, &t2);
    t2 = hand_inner(p.left[1], p.right[1], p.length);
    point = on_two(&POINT_BASE, &t1, &POINT_BLINDING, &p.tau[0]);
    out = hand_point(out, h, t, "T_1", HAND_T1, &point);
    point = on_two(&POINT_BASE, &t2, &POINT_BLINDING, &p.tau[1]);
    out = hand_point(out, h, t, "T_2", HAND_T2, &point);
    transcript_challenge_scalar(t, "x", &x);
    hand_evaluate(&p, &x);
    t_x = hand_inner(p.left[0], p.right[0], p.length);
    hand_blindings(&t_blinding, h, &z);
    plus_product(&t_blinding, &p.tau[0], &x);
    scalar_mul(&w, &x, &x);
    plus_product(&t_blinding, &p.tau[1], &w);
    e_blinding = p.alpha;
    plus_product(&e_blinding, &p.rho, &x);
    out = hand_scalar(out, h, t, "t_x", HAND_T_X, &t_x);
    out = hand_scalar(out, h, t, "t_x_blinding", HAND_T_BLINDING, &t_blinding);
    out = hand_scalar(out, h, t, "e_blinding", HAND_E_BLINDING, &e_blinding);
    transcript_challenge_scalar(t, "w", &w);
    point_base_times(&p.q, &w);
    hand_bases(&p, &y);
    transcript_append(t, "dom-sep", text("ipp v1"));
    transcript_append_u64(t, "n", p.length);
    return hand_inner_product(out, h, &p, t);
}

/* ---- The deal. */

/* nonce + sum c^(k+1) secrets[k]; the nonce is the last */
static inline struct scalar hand_answer(const struct scalar *secrets, size_t count, const struct scalar *c)
{
    struct scalar sum = secrets[count], power = *c;

    for (size_t k = 0; k < count; k++) {
        plus_product(&sum, &power, &secrets[k]);
        scalar_mul(&power, &power, c);
    }
    return sum;
}

static inline size_t hand_make(uint8_t *out, struct hand *h)
{
    struct point r[DEAL_VALUES_MAX + 1], c[DEAL_VALUES_MAX + 1], v[DEAL_VALUES_MAX + 1];
    size_t count = h->slots.committed;
    struct scalar challenge, s_x, s_r;
    struct transcript t;
    uint8_t *at = out;

    for (size_t k = 0; k <= count; k++) {
        point_base_times(&r[k], &h->r[k]);
        c[k] = on_two(&POINT_BASE, &h->hidden[k], h->joint, &h->r[k]);
        v[k] = on_two(&POINT_BASE, &h->committed[k], &POINT_BLINDING, &h->r[k]);
    }
    add_times(&r[0], &h->on, &h->lie[HAND_R]);
    add_times(&c[0], &h->on, &h->lie[HAND_C]);
    add_times(&v[0], &h->on, &h->lie[HAND_V]);
    transcript_init(&t, LABEL_DEAL);
    transcript_append(&t, "context", h->context);
    transcript_append_point(&t, "joint", h->joint);
    transcript_append_u64(&t, "bits", h->bases.bits);
    transcript_append_u64(&t, "count", count);
    hand_shape(&t, h);
    for (size_t k = 0; k < count; k++) {
        transcript_append_point(&t, "r", &r[k]);
        transcript_append_point(&t, "c", &c[k]);
        transcript_append_point(&t, "v", &v[k]);
        memcpy(at, r[k].b, POINT_SIZE);
        memcpy(at + POINT_SIZE, c[k].b, POINT_SIZE);
        at += 2 * POINT_SIZE;
    }
    for (size_t k = 0; k < count; k++, at += POINT_SIZE)
        memcpy(at, v[k].b, POINT_SIZE);
    at = hand_point(at, h, &t, "k_v", HAND_K_V, &v[count]);
    at = hand_point(at, h, &t, "k_r", HAND_K_R, &r[count]);
    at = hand_point(at, h, &t, "k_c", HAND_K_C, &c[count]);
    transcript_challenge_scalar(&t, "c", &challenge);
    s_x = hand_answer(h->hidden, count, &challenge);
    s_r = hand_answer(h->r, count, &challenge);
    at = hand_scalar(at, h, &t, "s_x", HAND_S_X, &s_x);
    at = hand_scalar(at, h, &t, "s_r", HAND_S_R, &s_r);
    return (size_t)(hand_range_prove(at, h, &t, v) - out);
}

#endif
