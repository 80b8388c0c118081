/* ring.c - Triptych: the digits of the secret index are committed, and a polynomial in the challenge picks the key.
 *
 * Names are the paper's: A B C D commit to digits and masks, X Y carry the lower terms of the polynomial, f z_A z_C z answer. The digits are
 * those of a Gray code, so that neighbouring products differ in one factor. The prover touches its index only through masks and multiplies every
 * key by something that is not zero: neither time nor memory tells which key is its own, nor does what libsodium answers to an identity. */
#include "crypto/ring.h"

#include "crypto/declassify.h"
#include "crypto/labels.h"

#include <assert.h>
#include <decaf/shake.h>
#include <sodium.h>
#include <string.h>

/* ---- The ring. */

unsigned ring_digits(unsigned bits, size_t count)
{
    unsigned digits = 2;

    while (((size_t)1 << (bits * digits)) < count)
        digits++;
    return digits;
}

static size_t padded(const struct ring *ring)
{
    return (size_t)1 << (ring->bits * ring->digits);
}

static const struct point *key_at(const struct ring *ring, size_t k)
{
    return &ring->keys[k < ring->count ? k : ring->count - 1];
}

static void append_u32(struct transcript *t, const char *label, uint32_t n)
{
    uint8_t encoded[4] = { (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24) };

    transcript_append(t, label, BYTES(encoded));
}

static void hash_parameters(struct ring *ring)
{
    struct transcript t;

    transcript_init(&t, "Triptych parameters");
    transcript_append_u64(&t, "version", 0);
    append_u32(&t, "n", ring->base);
    append_u32(&t, "m", ring->digits);
    transcript_append_point(&t, "G", &POINT_BASE);
    transcript_append_point(&t, "U", &ring->u);
    for (unsigned i = 0; i < ring->base * ring->digits; i++)
        transcript_append_point(&t, "CommitmentG", &ring->g[i]);
    transcript_append_point(&t, "CommitmentH", &ring->h);
    transcript_challenge(&t, "hash", ring->parameters, sizeof ring->parameters);
}

static void hash_input_set(struct ring *ring)
{
    struct transcript t;

    transcript_init(&t, "Triptych input set");
    transcript_append_u64(&t, "version", 0);
    append_u32(&t, "unpadded_size", (uint32_t)ring->count);
    for (size_t k = 0; k < padded(ring); k++)
        transcript_append_point(&t, "M", key_at(ring, k));
    transcript_challenge(&t, "hash", ring->input_set, sizeof ring->input_set);
}

void ring_init(struct ring *ring, unsigned bits, const struct point *keys, size_t count, const struct point *u,
               const struct point *g, const struct point *h)
{
    assert(count >= 1 && count <= RING_MAX && bits >= 1 && bits <= 3);
    *ring = (struct ring){ .keys = keys, .count = count, .bits = bits, .base = 1u << bits, .u = *u, .h = *h };
    ring->digits = ring_digits(bits, count);
    assert(ring->base * ring->digits <= RING_GENERATORS_MAX);
    memcpy(ring->g, g, ring->base * ring->digits * sizeof *g);
    hash_parameters(ring);
    hash_input_set(ring);
}

static void generator(struct point *out, uint8_t index)
{
    uint8_t uniform[64], input[sizeof LABEL_RING_GENERATOR];

    memcpy(input, LABEL_RING_GENERATOR, sizeof input);
    input[sizeof input - 1] = index; /* in the place of the NUL */
    decaf_sha3_512_hash(uniform, sizeof uniform, input, sizeof input);
    point_from_hash(out, uniform);
}

void ring_generators(struct point g[RING_GENERATORS_MAX], struct point *h)
{
    for (unsigned i = 0; i < RING_GENERATORS_MAX; i++)
        generator(&g[i], (uint8_t)(i + 1));
    generator(h, 0);
}

/* The Gray code of the base: neighbours differ in one digit. Masks and shifts only: k may be the secret index. */
static void gray(unsigned out[RING_DIGITS_MAX], size_t k, const struct ring *ring)
{
    unsigned shift = 0;

    for (unsigned j = ring->digits; j-- > 0;) {
        unsigned digit = (unsigned)(k >> (ring->bits * j)) & (ring->base - 1);

        out[j] = (digit + shift) & (ring->base - 1);
        shift = shift + ring->base - out[j];
    }
}

static void begin_proof(struct transcript *t, const struct ring *ring, const struct point *nullifier)
{
    struct transcript statement;
    uint8_t hash[32];

    transcript_init(&statement, "Triptych statement");
    transcript_append_u64(&statement, "version", 0);
    transcript_append(&statement, "params", BYTES(ring->parameters));
    transcript_append(&statement, "input_set", BYTES(ring->input_set));
    transcript_append_point(&statement, "J", nullifier);
    transcript_challenge(&statement, "hash", hash, sizeof hash);
    transcript_append(t, "dom-sep", (struct bytes){ (const uint8_t *)"Triptych proof", 14 });
    transcript_append_u64(t, "version", 0);
    transcript_append(t, "statement", BYTES(hash));
}

/* The commitments of a proof, in the order in which they are sent and hashed. */
struct commitments {
    struct point a, b, c, d, x[RING_DIGITS_MAX], y[RING_DIGITS_MAX];
};

static void challenge(struct scalar *xi, struct transcript *t, const struct commitments *sent, unsigned digits)
{
    transcript_append_point(t, "A", &sent->a);
    transcript_append_point(t, "B", &sent->b);
    transcript_append_point(t, "C", &sent->c);
    transcript_append_point(t, "D", &sent->d);
    for (unsigned j = 0; j < digits; j++)
        transcript_append_point(t, "X", &sent->x[j]);
    for (unsigned j = 0; j < digits; j++)
        transcript_append_point(t, "Y", &sent->y[j]);
    transcript_challenge_scalar(t, "xi", xi);
}

/* ---- Proving. */

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
    for (size_t k = 0; k < padded(ring); k++) {
        point_decode(key, key_at(ring, k));
        decaf_255_point_add(sum, sum, key);
    }
    decaf_255_point_encode(out->b, sum);
}

/* X_j = rho_j B + sum_k p_kj P_k: most of the p_kj are zero, and which are tells the index. So every key is raised to p_kj + veil_j. */
static void commit_keys(struct commitments *sent, struct prover *p, const struct ring *ring, const struct point *nullifier)
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
    for (size_t k = 0; k < padded(ring); k++) {
        expand(p, ring, k);
        for (unsigned j = 0; j < ring->digits; j++) {
            scalar_add(&factor, &p->power[j], &p->veil[j]);
            point_times(&part, key_at(ring, k), &factor);
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

static uint8_t *put_answer(uint8_t *out, const struct scalar *times_xi, const struct scalar *plus, const struct scalar *xi)
{
    struct scalar answer;

    scalar_mul(&answer, times_xi, xi);
    scalar_add(&answer, &answer, plus);
    declassify(&answer, sizeof answer);
    return put(out, answer.b);
}

/* z = r xi^m - sum rho_j xi^j */
static void answer_key(struct scalar *out, const struct prover *p, unsigned digits, const struct scalar *secret,
                       const struct scalar *xi)
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

static void write_proof(uint8_t *out, const struct prover *p, const struct commitments *sent, const struct ring *ring,
                        const struct scalar *secret, const struct scalar *xi)
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

void ring_prove(uint8_t *out, struct point *nullifier, const struct ring *ring, struct transcript *t, size_t index,
                const struct scalar *secret, struct rng *rng)
{
    struct commitments sent;
    struct prover p;
    struct scalar seed, xi;
    struct rng own;
    bool ok = scalar_invert(&seed, secret) & (index < ring->count);

    declassify(&ok, sizeof ok);
    assert(ok);
    point_times(nullifier, &ring->u, &seed);
    declassify(nullifier, sizeof *nullifier);
    begin_proof(t, ring, nullifier);
    transcript_nonce(t, &seed, "ring", (struct bytes){ secret->b, SCALAR_SIZE }, rng);
    rng_init(&own, seed.b);
    draw(&p, ring, index, &own);
    commit(&sent.a, &p, ring, MATRIX_MASK, &p.blind_a);
    commit(&sent.b, &p, ring, MATRIX_DIGITS, &p.blind_b);
    commit(&sent.c, &p, ring, MATRIX_CROSS, &p.blind_c);
    commit(&sent.d, &p, ring, MATRIX_SQUARE, &p.blind_d);
    commit_keys(&sent, &p, ring, nullifier);
    declassify(&sent, sizeof sent);
    challenge(&xi, t, &sent, ring->digits);
    write_proof(out, &p, &sent, ring, secret, &xi);
    sodium_memzero(&p, sizeof p);
    scalar_clear(&seed);
    rng_clear(&own);
}

/* ---- Verifying. */

struct proof {
    struct commitments sent;
    struct scalar z_a, z_c, z, f[RING_DIGITS_MAX][RING_BASE_MAX], xi;
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

static bool take_scalar(struct scalar *out, const uint8_t **in)
{
    *in += SCALAR_SIZE;
    return scalar_read(out, *in - SCALAR_SIZE);
}

static bool proof_read(struct proof *proof, const struct ring *ring, struct bytes in)
{
    unsigned digits = ring->digits;
    const uint8_t *at = in.data;
    struct commitments *sent = &proof->sent;
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
            scalar_sub(&proof->f[j][0], &proof->f[j][0], &proof->f[j][i]);
    }
}

static void subtract_product(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    struct scalar product;

    scalar_mul(&product, a, b);
    scalar_sub(out, out, &product);
}

/* w1 (A + xi B - Com(f; z_A)) + w2 (xi C + D - Com(f (xi - f); z_C)) */
static void add_matrices(struct ring_batch *batch, const struct proof *proof, const struct scalar *w1, const struct scalar *w2)
{
    const struct ring *ring = batch->ring;
    struct scalar factor, rest;

    msm_add(&batch->sum, w1, &proof->sent.a);
    scalar_mul(&factor, w1, &proof->xi);
    msm_add(&batch->sum, &factor, &proof->sent.b);
    scalar_mul(&factor, w2, &proof->xi);
    msm_add(&batch->sum, &factor, &proof->sent.c);
    msm_add(&batch->sum, w2, &proof->sent.d);
    for (unsigned j = 0; j < ring->digits; j++)
        for (unsigned i = 0; i < ring->base; i++) {
            scalar_sub(&rest, &proof->xi, &proof->f[j][i]);
            scalar_mul(&factor, &rest, w2);
            scalar_add(&factor, &factor, w1);
            subtract_product(&batch->g[j * ring->base + i], &factor, &proof->f[j][i]);
        }
    subtract_product(&batch->h, w1, &proof->z_a);
    subtract_product(&batch->h, w2, &proof->z_c);
}

/* w3 p_k on every key, p_k the product of f over the Gray digits of k. Digit by digit from the top, as gray() goes: keys that
 * begin alike share what they have in common, so there are four thirds of a product a key instead of one a digit. */
static void add_products(struct ring_batch *batch, const struct proof *proof, const struct scalar *w3)
{
    const struct ring *ring = batch->ring;
    struct residue product[RING_MAX], f[RING_BASE_MAX];
    unsigned shift[RING_MAX] = { 0 };
    size_t known = 1;

    residue_from(&product[0], w3);
    for (unsigned j = ring->digits; j-- > 0; known *= ring->base) {
        for (unsigned i = 0; i < ring->base; i++)
            residue_from(&f[i], &proof->f[j][i]);
        for (size_t k = known; k-- > 0;) { /* from the end: what is read lies before what is written */
            struct residue above = product[k];
            unsigned before = shift[k];

            for (unsigned i = 0; i < ring->base; i++) {
                unsigned digit = (i + before) & (ring->base - 1);

                residue_mul(&product[k * ring->base + i], &above, &f[digit]);
                shift[k * ring->base + i] = before + ring->base - digit;
            }
        }
    }
    for (size_t k = 0; k < known; k++) {
        struct residue *key = &batch->keys[k < ring->count ? k : ring->count - 1];

        residue_add(key, key, &product[k]);
    }
}

/* w3 (sum_k p_k P_k - sum_j xi^j X_j - z B) + w4 (xi^m U - sum_j xi^j Y_j - z J) */
static void add_keys(struct ring_batch *batch, const struct proof *proof, const struct point *nullifier, const struct scalar *w3,
                     const struct scalar *w4)
{
    const struct ring *ring = batch->ring;
    struct scalar power, factor;

    scalar_from_u64(&power, 1);
    for (unsigned j = 0; j < ring->digits; j++) {
        scalar_mul(&factor, &power, w3);
        scalar_negate(&factor, &factor);
        msm_add(&batch->sum, &factor, &proof->sent.x[j]);
        scalar_mul(&factor, &power, w4);
        scalar_negate(&factor, &factor);
        msm_add(&batch->sum, &factor, &proof->sent.y[j]);
        scalar_mul(&power, &power, &proof->xi);
    }
    scalar_mul(&factor, &power, w4);
    scalar_add(&batch->u, &batch->u, &factor);
    scalar_mul(&factor, &proof->z, w4);
    scalar_negate(&factor, &factor);
    msm_add(&batch->sum, &factor, nullifier);
    subtract_product(&batch->base, &proof->z, w3);
    add_products(batch, proof, w3);
}

void ring_batch_begin(struct ring_batch *batch, const struct ring *ring, struct batch_room *room, size_t proofs)
{
    size_t sent = 5 + 2 * (size_t)ring->digits; /* A, B, C, D, J, X_j, Y_j */

    batch->ring = ring;
    msm_begin_many(&batch->sum, room, proofs * sent + ring->count);
    memset(batch->keys, 0, sizeof batch->keys);
    memset(batch->g, 0, sizeof batch->g);
    batch->h = batch->base = batch->u = (struct scalar){ { 0 } };
}

bool ring_batch_add(struct ring_batch *batch, struct transcript *t, const struct point *nullifier, struct bytes proof,
                    struct rng *rng)
{
    struct proof p;
    struct scalar weight[4];

    if (point_is_identity(nullifier) || !proof_read(&p, batch->ring, proof))
        return false;
    begin_proof(t, batch->ring, nullifier);
    challenge(&p.xi, t, &p.sent, batch->ring->digits);
    fill_rows(&p, batch->ring);
    for (size_t i = 0; i < ARRAY_SIZE(weight); i++)
        scalar_random(&weight[i], rng);
    add_matrices(batch, &p, &weight[0], &weight[1]);
    add_keys(batch, &p, nullifier, &weight[2], &weight[3]);
    return true;
}

bool ring_batch_holds(struct ring_batch *batch)
{
    const struct ring *ring = batch->ring;

    for (size_t k = 0; k < ring->count; k++) {
        struct scalar factor;

        residue_to(&factor, &batch->keys[k]);
        msm_add(&batch->sum, &factor, &ring->keys[k]);
    }
    for (unsigned i = 0; i < ring->base * ring->digits; i++)
        msm_add(&batch->sum, &batch->g[i], &ring->g[i]);
    msm_add(&batch->sum, &batch->h, &ring->h);
    msm_add(&batch->sum, &batch->u, &ring->u);
    msm_add_decoded(&batch->sum, &batch->base, decaf_255_point_base);
    return msm_is_zero(&batch->sum);
}
