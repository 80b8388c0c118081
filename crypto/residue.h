/* residue.h - numbers modulo the order of the group, for verifiers only: public, in variable time; private to
 * this room.
 *
 * A verifier multiplies some two thousand scalars a proof and adds as many, and libsodium takes each in and
 * out of bytes and reduces 64 of them, a thousand instructions an addition. These stay in words, as
 * Montgomery (1985) has them: x stands for x * 2^-256. Secrets never come here. Tested against libsodium. */
#ifndef COOP_CRYPTO_RESIDUE_H
#define COOP_CRYPTO_RESIDUE_H

#include "crypto/crypto.h"

#include <string.h>

#ifdef __SIZEOF_INT128__
typedef uint64_t residue_limb;
__extension__ typedef unsigned __int128 residue_wide;
enum { RESIDUE_LIMBS = 4, RESIDUE_BITS = 64 };
#define RESIDUE_LIMB(high, low) ((uint64_t)(high) << 32 | (low))
#else
typedef uint32_t residue_limb;
typedef uint64_t residue_wide;
enum { RESIDUE_LIMBS = 8, RESIDUE_BITS = 32 };
#define RESIDUE_LIMB(high, low) (low), (high)
#endif

struct residue {
    residue_limb limb[RESIDUE_LIMBS]; /* lowest first, below the order */
};

static const struct residue residue_order = { { RESIDUE_LIMB(0x5812631au, 0x5cf5d3edu),
                                                RESIDUE_LIMB(0x14def9deu, 0xa2f79cd6u), RESIDUE_LIMB(0u, 0u),
                                                RESIDUE_LIMB(0x10000000u, 0u) } };
/* 2^512 modulo the order: its product with x is what x is kept as. */
static const struct residue residue_square = {
    { RESIDUE_LIMB(0xa40611e3u, 0x449c0f01u), RESIDUE_LIMB(0xd00e1ba7u, 0x68859347u),
      RESIDUE_LIMB(0xceec73d2u, 0x17f5be65u), RESIDUE_LIMB(0x0399411bu, 0x7c309a3du) }
};
/* -1 / order, modulo 2^64 */
#define RESIDUE_INVERSE ((residue_limb)UINT64_C(0xd2b51da312547e1b))

/* Takes the order off where that leaves something. */
static inline void residue_lower(struct residue *x)
{
    struct residue less;
    residue_limb borrow = 0;

    for (int i = 0; i < RESIDUE_LIMBS; i++) {
        residue_wide taken = (residue_wide)x->limb[i] - residue_order.limb[i] - borrow;

        less.limb[i] = (residue_limb)taken;
        borrow = (residue_limb)(taken >> RESIDUE_BITS) & 1;
    }
    if (borrow == 0)
        *x = less;
}

/* One step of Montgomery's reduction: what is added makes the lowest limb zero, and it goes. The carry comes back. */
static inline residue_limb residue_step(residue_limb t[RESIDUE_LIMBS])
{
    residue_limb times = t[0] * RESIDUE_INVERSE;
    residue_limb carry = (residue_limb)(((residue_wide)times * residue_order.limb[0] + t[0]) >> RESIDUE_BITS);

    for (int j = 1; j < RESIDUE_LIMBS; j++) {
        residue_wide sum = (residue_wide)times * residue_order.limb[j] + t[j] + carry;

        t[j - 1] = (residue_limb)sum;
        carry = (residue_limb)(sum >> RESIDUE_BITS);
    }
    return carry;
}

static inline void residue_mul(struct residue *out, const struct residue *a, const struct residue *b)
{
    residue_limb t[RESIDUE_LIMBS + 1] = {
        0
    }; /* below twice the order after each turn: no limb more is needed */

    for (int i = 0; i < RESIDUE_LIMBS; i++) {
        residue_limb factor = b->limb[i], carry = 0;
        residue_wide sum;

        for (int j = 0; j < RESIDUE_LIMBS; j++) {
            sum = (residue_wide)a->limb[j] * factor + t[j] + carry;
            t[j] = (residue_limb)sum;
            carry = (residue_limb)(sum >> RESIDUE_BITS);
        }
        t[RESIDUE_LIMBS] = carry;
        carry = residue_step(t);
        t[RESIDUE_LIMBS - 1] = t[RESIDUE_LIMBS] + carry;
    }
    for (int i = 0; i < RESIDUE_LIMBS; i++)
        out->limb[i] = t[i];
    residue_lower(out);
}

static inline void residue_add(struct residue *out, const struct residue *a, const struct residue *b)
{
    residue_limb carry = 0;

    for (int i = 0; i < RESIDUE_LIMBS; i++) {
        residue_wide sum = (residue_wide)a->limb[i] + b->limb[i] + carry;

        out->limb[i] = (residue_limb)sum;
        carry = (residue_limb)(sum >> RESIDUE_BITS);
    }
    residue_lower(out);
}

static inline void residue_sub(struct residue *out, const struct residue *a, const struct residue *b)
{
    struct residue minus;
    residue_limb borrow = 0;

    for (int i = 0; i < RESIDUE_LIMBS; i++) { /* order - b, which is above zero and at most the order */
        residue_wide taken = (residue_wide)residue_order.limb[i] - b->limb[i] - borrow;

        minus.limb[i] = (residue_limb)taken;
        borrow = (residue_limb)(taken >> RESIDUE_BITS) & 1;
    }
    residue_add(out, a, &minus);
}

/* A sum of products that is reduced once, at its end: half the work where thousands fall on one number. */
struct residue_sum {
    residue_limb limb[2 * RESIDUE_LIMBS + 1]; /* below 2^32 * order^2 */
};

static inline void residue_sum_add(struct residue_sum *sum, const struct residue *a, const struct residue *b)
{
    residue_limb over = 0;

    for (int i = 0; i < RESIDUE_LIMBS; i++) {
        residue_limb carry = 0;
        residue_wide wide;

        for (int j = 0; j < RESIDUE_LIMBS; j++) {
            wide = (residue_wide)a->limb[j] * b->limb[i] + sum->limb[i + j] + carry;
            sum->limb[i + j] = (residue_limb)wide;
            carry = (residue_limb)(wide >> RESIDUE_BITS);
        }
        wide = (residue_wide)sum->limb[i + RESIDUE_LIMBS] + carry + over;
        sum->limb[i + RESIDUE_LIMBS] = (residue_limb)wide;
        over = (residue_limb)(wide >> RESIDUE_BITS);
    }
    sum->limb[2 * RESIDUE_LIMBS] += over;
}

static inline void residue_sum_add_one(struct residue_sum *sum, const struct residue *x)
{
    residue_limb carry = 0;

    for (int i = 0; i <= RESIDUE_LIMBS; i++) { /* x stands for x * 2^-256, a product for that times 2^-256 again */
        residue_wide wide = (residue_wide)sum->limb[RESIDUE_LIMBS + i] + (i < RESIDUE_LIMBS ? x->limb[i] : 0) + carry;

        sum->limb[RESIDUE_LIMBS + i] = (residue_limb)wide;
        carry = (residue_limb)(wide >> RESIDUE_BITS);
    }
}

/* Montgomery's reduction of 2^32 order^2 leaves some 2^28 orders: the top goes round once more. */
static inline void residue_sum_take(struct residue *out, const struct residue_sum *sum)
{
    struct residue_sum rest = *sum;
    struct residue low = { { 0 } }, high = { { 0 } };

    for (int i = 0; i < RESIDUE_LIMBS; i++) {
        residue_limb times = rest.limb[i] * RESIDUE_INVERSE, carry = 0;
        residue_wide wide;

        for (int j = 0; j < RESIDUE_LIMBS; j++) {
            wide = (residue_wide)times * residue_order.limb[j] + rest.limb[i + j] + carry;
            rest.limb[i + j] = (residue_limb)wide;
            carry = (residue_limb)(wide >> RESIDUE_BITS);
        }
        for (int j = i + RESIDUE_LIMBS; j <= 2 * RESIDUE_LIMBS && carry != 0; j++) {
            wide = (residue_wide)rest.limb[j] + carry;
            rest.limb[j] = (residue_limb)wide;
            carry = (residue_limb)(wide >> RESIDUE_BITS);
        }
    }
    for (int i = 0; i < RESIDUE_LIMBS; i++)
        low.limb[i] = rest.limb[RESIDUE_LIMBS + i];
    for (int i = 0; i < 16; i++) /* 2^256 is less than 16 orders */
        residue_lower(&low);
    high.limb[0] = rest.limb[2 * RESIDUE_LIMBS];
    residue_mul(&high, &high, &residue_square); /* times 2^256 */
    residue_add(out, &low, &high);
}

static inline void residue_from(struct residue *out, const struct scalar *s)
{
    struct residue words = { { 0 } };

    for (int i = 0; i < SCALAR_SIZE; i++)
        words.limb[i * 8 / RESIDUE_BITS] |= (residue_limb)s->b[i] << (i * 8 % RESIDUE_BITS);
    residue_mul(out, &words, &residue_square);
}

static inline void residue_to(struct scalar *out, const struct residue *x)
{
    struct residue plain = *x;

    for (int i = 0; i < RESIDUE_LIMBS; i++)
        plain.limb[RESIDUE_LIMBS - 1] = residue_step(plain.limb);
    residue_lower(&plain);
    for (int i = 0; i < SCALAR_SIZE; i++)
        out->b[i] = (uint8_t)(plain.limb[i * 8 / RESIDUE_BITS] >> (i * 8 % RESIDUE_BITS));
}

static inline void residue_from_u64(struct residue *out, uint64_t number)
{
    struct scalar s;

    scalar_from_u64(&s, number);
    residue_from(out, &s);
}

/* A weight: of 128 bits, so that a false equation comes to nothing once in 2^128, and what it multiplies takes half the additions. */
static inline void residue_weight(struct residue *out, struct rng *rng)
{
    struct scalar s = { { 0 } };

    rng_fill(rng, s.b, SCALAR_SIZE / 2);
    residue_from(out, &s);
}

/* x^(order - 2), Fermat's inverse; of zero there is none. */
static inline bool residue_invert(struct residue *out, const struct residue *x)
{
    struct residue power = *x, exponent = residue_order, zero = { { 0 } };

    exponent.limb[0] -= 2;
    for (int bit = 251; bit >= 0; bit--) { /* the top one, 252, is x itself */
        residue_mul(&power, &power, &power);
        if (exponent.limb[bit / RESIDUE_BITS] >> (bit % RESIDUE_BITS) & 1)
            residue_mul(&power, &power, x);
    }
    *out = power;
    return memcmp(&power, &zero, sizeof zero) != 0;
}

/* Of each of several, from that of their product (Montgomery 1987): three products instead of an inverse. out: not x. false: one of
 * them is zero. */
static inline bool residues_invert(struct residue *out, const struct residue *x, size_t count)
{
    struct residue rest;

    residue_from_u64(&rest, 1);
    for (size_t i = 0; i < count; i++) {
        out[i] = rest;
        residue_mul(&rest, &rest, &x[i]);
    }
    if (!residue_invert(&rest, &rest))
        return false;
    for (size_t i = count; i-- > 0;) {
        residue_mul(&out[i], &out[i], &rest);
        residue_mul(&rest, &rest, &x[i]);
    }
    return true;
}

#endif
