/* ring_prove.c - Triptych: the digits of the secret index are committed, and a polynomial in the challenge
 * picks the key.
 *
 * Names are the paper's: A B C D commit to digits and masks, X Y carry the lower terms of the polynomial, f
 * z_A z_C z answer. The digits are those of a Gray code, so that neighbouring products differ in one factor.
 * The prover touches its index only through masks and multiplies every key by something that is not zero:
 * neither time nor memory tells which key is its own, nor does what libsodium answers to an identity. */
#include "crypto/declassify.h"
#include "crypto/ring_shared.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* The Gray code of the base: neighbours differ in one digit. Masks and shifts only: k may be the secret
 * index. */
static void gray(unsigned out[RING_DIGITS_MAX], size_t k, const struct ring *ring)
{
    unsigned shift = 0;

    for (unsigned j = ring->digits; j-- > 0;) {
        unsigned digit = (unsigned)(k >> (ring->bits * j)) & (ring->base - 1);

        out[j] = (digit + shift) & (ring->base - 1);
        shift = shift + ring->base - out[j];
    }
}

struct prover {
    struct scalar sigma[RING_DIGITS_MAX][RING_BASE_MAX], mask[RING_DIGITS_MAX][RING_BASE_MAX];
    struct scalar blind_a, blind_b, blind_c, blind_d, rho[RING_DIGITS_MAX];
    struct scalar power[RING_DIGITS_MAX + 1]; /* coefficients of one key's polynomial */
    struct scalar veil[RING_DIGITS_MAX];      /* put on the coefficients, and taken off their sum */
};

static void draw(struct prover *p, const struct ring *ring, size_t index, struct rng *rng)
{
    unsigned own[RING_DIGITS_MAX];

    gray(own, index, ring);
    for (unsigned j = 0; j < ring->digits; j++) {
        p->mask[j][0] = (struct scalar){ { 0 } };
        for (unsigned i = 0; i < ring->base; i++) {
            unsigned differ = own[j] ^ i; /* small: below, 1 only where the digit is i */

            scalar_from_u64(&p->sigma[j][i], ((differ - 1) >> 31) & 1);
            if (i == 0)
                continue;
            scalar_random(&p->mask[j][i], rng);
            scalar_sub(&p->mask[j][0], &p->mask[j][0], &p->mask[j][i]); /* each row sums to zero */
        }
        scalar_random(&p->rho[j], rng);
        scalar_random(&p->veil[j], rng);
    }
    scalar_random(&p->blind_a, rng);
    scalar_random(&p->blind_b, rng);
    scalar_random(&p->blind_c, rng);
    scalar_random(&p->blind_d, rng);
    sodium_memzero(own, sizeof own);
}

/* The four matrices that are committed to. */
enum matrix { MATRIX_MASK, MATRIX_DIGITS, MATRIX_CROSS, MATRIX_SQUARE };

static void entry(struct scalar *out, const struct prover *p, enum matrix which, unsigned j, unsigned i)
{
    const struct scalar *sigma = &p->sigma[j][i], *mask = &p->mask[j][i];

    switch (which) {
    case MATRIX_MASK:
        *out = *mask;
        break;
    case MATRIX_DIGITS:
        *out = *sigma;
        break;
    case MATRIX_CROSS: /* a (1 - 2 sigma) */
        scalar_mul(out, mask, sigma);
        scalar_add(out, out, out);
        scalar_sub(out, mask, out);
        break;
    case MATRIX_SQUARE: /* -a^2 */
        scalar_mul(out, mask, mask);
        scalar_negate(out, out);
        break;
    }
}

/* bit 1: the point, bit 0: the identity, whose encoding is zero. */
static void point_or_identity(struct point *out, const struct point *p, const struct scalar *bit)
{
    for (size_t i = 0; i < POINT_SIZE; i++)
        out->b[i] = (uint8_t)(p->b[i] & -bit->b[0]);
}

static void commit(struct point *out, const struct prover *p, const struct ring *ring, enum matrix which,
                   const struct scalar *blinding)
{
    struct scalar factor;
    struct point part;

    point_times(out, &ring->h, blinding);
    for (unsigned j = 0; j < ring->digits; j++)
        for (unsigned i = 0; i < ring->base; i++) {
            const struct point *g = &ring->g[j * ring->base + i];

            entry(&factor, p, which, j, i);
            if (which == MATRIX_DIGITS)
                point_or_identity(&part, g, &factor);
            else
                point_times(&part, g, &factor);
            point_add(out, out, &part);
        }
    scalar_clear(&factor);
    sodium_memzero(&part, sizeof part);
}

/* The coefficients of prod_j (sigma x + mask) over the digits of key k. */
static void expand(struct prover *p, const struct ring *ring, size_t k)
{
    unsigned digit[RING_DIGITS_MAX];
    struct scalar part;

    gray(digit, k, ring);
    memset(p->power, 0, sizeof p->power);
    scalar_from_u64(&p->power[0], 1);
    for (unsigned j = 0; j < ring->digits; j++)
        for (unsigned i = j + 2; i-- > 0;) {
            scalar_mul(&p->power[i], &p->power[i], &p->mask[j][digit[j]]);
            if (i > 0) {
                scalar_mul(&part, &p->power[i - 1], &p->sigma[j][digit[j]]);
                scalar_add(&p->power[i], &p->power[i], &part);
            }
        }
    scalar_clear(&part);
}

static void sum_of_keys(struct point *out, const struct ring *ring)
{
    decaf_255_point_t sum, key;

    decaf_255_point_copy(sum, decaf_255_point_identity);
    for (size_t k = 0; k < ring_padded(ring); k++) {
        point_decode(key, ring_key_at(ring, k));
        decaf_255_point_add(sum, sum, key);
    }
    decaf_255_point_encode(out->b, sum);
}

/* X_j = rho_j B + sum_k p_kj P_k: most of the p_kj are zero, and which are tells the index. So every key is
 * raised to p_kj + veil_j. */
static void commit_keys(struct ring_commitments *sent, struct prover *p, const struct ring *ring,
                        const struct point *nullifier)
{
    struct point part, all;
    struct scalar factor;

    sum_of_keys(&all, ring);
    for (unsigned j = 0; j < ring->digits; j++) {
        point_base_times(&sent->x[j], &p->rho[j]);
        point_times(&part, &all, &p->veil[j]);
        point_sub(&sent->x[j], &sent->x[j], &part);
        point_times(&sent->y[j], nullifier, &p->rho[j]);
    }
    for (size_t k = 0; k < ring_padded(ring); k++) {
        expand(p, ring, k);
        for (unsigned j = 0; j < ring->digits; j++) {
            scalar_add(&factor, &p->power[j], &p->veil[j]);
            point_times(&part, ring_key_at(ring, k), &factor);
            point_add(&sent->x[j], &sent->x[j], &part);
        }
    }
    scalar_clear(&factor);
    sodium_memzero(&part, sizeof part);
}

static uint8_t *put(uint8_t *out, const uint8_t value[32])
{
    memcpy(out, value, 32);
    return out + 32;
}

static uint8_t *put_u32(uint8_t *out, uint32_t n)
{
    for (unsigned i = 0; i < 4; i++)
        out[i] = (uint8_t)(n >> (8 * i));
    return out + 4;
}

static uint8_t *put_answer(uint8_t *out, const struct scalar *times_xi, const struct scalar *plus,
                           const struct scalar *xi)
{
    struct scalar answer;

    scalar_mul(&answer, times_xi, xi);
    scalar_add(&answer, &answer, plus);
    declassify(&answer, sizeof answer);
    return put(out, answer.b);
}

/* z = r xi^m - sum rho_j xi^j */
static void answer_key(struct scalar *out, const struct prover *p, unsigned digits,
                       const struct scalar *secret, const struct scalar *xi)
{
    struct scalar power, part;

    *out = (struct scalar){ { 0 } };
    scalar_from_u64(&power, 1);
    for (unsigned j = 0; j < digits; j++) {
        scalar_mul(&part, &p->rho[j], &power);
        scalar_sub(out, out, &part);
        scalar_mul(&power, &power, xi);
    }
    scalar_mul(&part, secret, &power);
    scalar_add(out, out, &part);
    scalar_clear(&part);
}

static void write_proof(uint8_t *out, const struct prover *p, const struct ring_commitments *sent,
                        const struct ring *ring, const struct scalar *secret, const struct scalar *xi)
{
    unsigned digits = ring->digits;
    struct scalar z;

    out = put_u32(put_u32(out, ring->base - 1), digits);
    out = put(put(put(put(out, sent->a.b), sent->b.b), sent->c.b), sent->d.b);
    out = put_answer(out, &p->blind_b, &p->blind_a, xi);
    out = put_answer(out, &p->blind_c, &p->blind_d, xi);
    answer_key(&z, p, digits, secret, xi);
    declassify(&z, sizeof z);
    out = put(out, z.b);
    for (unsigned j = 0; j < digits; j++)
        out = put(out, sent->x[j].b);
    for (unsigned j = 0; j < digits; j++)
        out = put(out, sent->y[j].b);
    for (unsigned j = 0; j < digits; j++)
        for (unsigned i = 1; i < ring->base; i++)
            out = put_answer(out, &p->sigma[j][i], &p->mask[j][i], xi);
}

void ring_prove(uint8_t *out, struct point *nullifier, const struct ring *ring, struct transcript *t,
                size_t index, const struct scalar *secret, struct rng *rng)
{
    struct ring_commitments sent;
    struct prover p;
    struct scalar seed, xi;
    struct rng own;
    bool ok = scalar_invert(&seed, secret) & (index < ring->count);

    declassify(&ok, sizeof ok);
    assert(ok);
    point_times(nullifier, &ring->u, &seed);
    declassify(nullifier, sizeof *nullifier);
    ring_begin_proof(t, ring, nullifier);
    transcript_nonce(t, &seed, "ring", (struct bytes){ secret->b, SCALAR_SIZE }, rng);
    rng_init(&own, seed.b);
    draw(&p, ring, index, &own);
    commit(&sent.a, &p, ring, MATRIX_MASK, &p.blind_a);
    commit(&sent.b, &p, ring, MATRIX_DIGITS, &p.blind_b);
    commit(&sent.c, &p, ring, MATRIX_CROSS, &p.blind_c);
    commit(&sent.d, &p, ring, MATRIX_SQUARE, &p.blind_d);
    commit_keys(&sent, &p, ring, nullifier);
    declassify(&sent, sizeof sent);
    ring_challenge(&xi, t, &sent, ring->digits);
    write_proof(out, &p, &sent, ring, secret, &xi);
    sodium_memzero(&p, sizeof p);
    scalar_clear(&seed);
    rng_clear(&own);
}
