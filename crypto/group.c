/* group.c - ristretto255 (RFC 9496) behind two strict doors.
 *
 * libsodium 1.0.18 takes an encoding with bit 255 set for the point without it, and any 32 bytes for a
 * scalar. A tag compared as bytes could then be written twice, so point_read and scalar_read refuse what is
 * not canonical, and everything behind them asserts that it was given points that came through. Decoding
 * depends on public bytes only; what takes a secret scalar runs in constant time. */
#include "crypto/crypto.h"
#include "crypto/declassify.h"
#include "crypto/stack_depth.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

const struct point POINT_IDENTITY = { { 0 } };
const struct point POINT_BASE = { { 0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9,
                                    0x61, 0xc5, 0x00, 0x51, 0x5f, 0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82,
                                    0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76 } };

/* 2^252 + 27742317777372353535851937790883648493, little-endian (RFC 9496, section 4.4). */
static const uint8_t group_order[SCALAR_SIZE] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                                  0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                                  0,    0,    0,    0,    0,    0,    0,    0,
                                                  0,    0,    0,    0,    0,    0,    0,    0x10 };

bool point_read(struct point *out, const uint8_t in[POINT_SIZE])
{
    if ((in[POINT_SIZE - 1] & 0x80) != 0 || !crypto_core_ristretto255_is_valid_point(in))
        return false;
    memcpy(out->b, in, POINT_SIZE);
    return true;
}

bool point_read_nonzero(struct point *out, const uint8_t in[POINT_SIZE])
{
    return !sodium_is_zero(in, POINT_SIZE) && point_read(out, in);
}

bool point_equal(const struct point *a, const struct point *b)
{
    return sodium_memcmp(a->b, b->b, POINT_SIZE) == 0;
}

bool point_is_identity(const struct point *p)
{
    return sodium_is_zero(p->b, POINT_SIZE) == 1;
}

void point_add(struct point *out, const struct point *a, const struct point *b)
{
    int failed = crypto_core_ristretto255_add(out->b, a->b, b->b);

    sodium_stackzero(POINT_DEPTH);
    declassify(&failed, sizeof failed); /* every struct point is valid */
    assert(!failed);
}

void point_sub(struct point *out, const struct point *a, const struct point *b)
{
    int failed = crypto_core_ristretto255_sub(out->b, a->b, b->b);

    sodium_stackzero(POINT_DEPTH);
    declassify(&failed, sizeof failed); /* every struct point is valid */
    assert(!failed);
}

/* libsodium answers -1 when the product is the identity, and has written its encoding, zeros: the right
 * answer. Its other reason, a bad encoding, cannot be in a struct point. So its answer, which may depend on a
 * secret, is not looked at. */
void point_times(struct point *out, const struct point *p, const struct scalar *secret)
{
    struct point product = POINT_IDENTITY;
    int is_identity;

    assert((p->b[POINT_SIZE - 1] & 0x80) == 0);
    is_identity = crypto_scalarmult_ristretto255(product.b, secret->b, p->b);
    sodium_stackzero(POINT_DEPTH);
    (void)is_identity;
    *out = product;
    sodium_memzero(&product, sizeof product);
}

void point_base_times(struct point *out, const struct scalar *secret)
{
    struct point product = POINT_IDENTITY;
    int is_identity;

    is_identity = crypto_scalarmult_ristretto255_base(product.b, secret->b);
    sodium_stackzero(POINT_DEPTH);
    (void)is_identity;
    *out = product;
    sodium_memzero(&product, sizeof product);
}

void point_from_hash(struct point *out, const uint8_t uniform[64])
{
    crypto_core_ristretto255_from_hash(out->b, uniform);
}

bool scalar_read(struct scalar *out, const uint8_t in[SCALAR_SIZE])
{
    int order = sodium_compare(in, group_order, SCALAR_SIZE);

    declassify(&order, sizeof order); /* bytes that are no scalar are refused before all eyes */
    if (order >= 0)
        return false;
    memcpy(out->b, in, SCALAR_SIZE);
    return true;
}

void scalar_reduce(struct scalar *out, const uint8_t wide[64])
{
    crypto_core_ristretto255_scalar_reduce(out->b, wide);
    sodium_stackzero(SCALAR_DEPTH);
}

void scalar_random(struct scalar *out, struct rng *rng)
{
    uint8_t wide[64];
    bool again;

    do {
        rng_fill(rng, wide, sizeof wide);
        scalar_reduce(out, wide);
        again = scalar_is_zero(out);
        declassify(&again, sizeof again); /* one in 2^252 */
    } while (again);
    sodium_memzero(wide, sizeof wide);
}

void scalar_from_u64(struct scalar *out, uint64_t n)
{
    memset(out->b, 0, SCALAR_SIZE);
    for (size_t i = 0; i < 8; i++)
        out->b[i] = (uint8_t)(n >> (8 * i));
}

void scalar_add(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    crypto_core_ristretto255_scalar_add(out->b, a->b, b->b);
    sodium_stackzero(SCALAR_DEPTH);
}

void scalar_sub(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    crypto_core_ristretto255_scalar_sub(out->b, a->b, b->b);
    sodium_stackzero(SCALAR_DEPTH);
}

void scalar_mul(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    crypto_core_ristretto255_scalar_mul(out->b, a->b, b->b);
    sodium_stackzero(SCALAR_DEPTH);
}

void scalar_negate(struct scalar *out, const struct scalar *a)
{
    crypto_core_ristretto255_scalar_negate(out->b, a->b);
    sodium_stackzero(SCALAR_DEPTH);
}

bool scalar_invert(struct scalar *out, const struct scalar *a)
{
    bool inverted = crypto_core_ristretto255_scalar_invert(out->b, a->b) == 0;

    sodium_stackzero(SCALAR_DEPTH);
    return inverted;
}

bool scalar_is_zero(const struct scalar *a)
{
    return sodium_is_zero(a->b, SCALAR_SIZE) == 1;
}

void scalar_clear(struct scalar *a)
{
    sodium_memzero(a, sizeof *a);
}

void group_key_init(struct group_key *key, const uint8_t seed[KEY_SIZE])
{
    struct rng rng;

    rng_init(&rng, seed);
    scalar_random(&key->secret, &rng);
    point_base_times(&key->public_point, &key->secret);
    rng_clear(&rng);
}

void group_key_clear(struct group_key *key)
{
    sodium_memzero(key, sizeof *key);
}
