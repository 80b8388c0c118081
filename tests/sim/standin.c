/* standin.c - what takes the place of costly cryptography in large runs of the simulator. Same sizes, same refusals, no secrecy at all.
 *
 * The group: a point is its own logarithm, 32 bytes below the group's order, so that sums, shares and what is combined from them stay exact;
 * the base is 1. Link keys live in the same group. A signature is a hash keyed with the public key: whoever alters a byte is refused, who
 * forges is not, and no liar of the simulator needs to. A frame is in clear with a checksum of 16 bytes over key, number and bytes. */
#include "crypto/residue.h"

#include <sodium.h>
#include <string.h>

const struct point POINT_BASE = { { 1 } }; /* group.c has the real one under another name: CMakeLists.txt */

static const uint8_t one[32] = { 1 };

/* ---- The group. */

int standin_point_valid(const unsigned char *p)
{
    static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
                                       0x14, 0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                       0,    0x10 };

    for (int i = 31; i >= 0; i--) {
        if (p[i] != order[i])
            return p[i] < order[i];
    }
    return 0;
}

/* Words as they stand: sums need no more, and of a product one factor has to be as Montgomery has it. */
static struct residue words_of(const unsigned char *p)
{
    struct residue out = { { 0 } };

    for (int i = 0; i < 32; i++)
        out.limb[i * 8 / RESIDUE_BITS] |= (residue_limb)p[i] << (i * 8 % RESIDUE_BITS);
    return out;
}

static void words_to(unsigned char *r, const struct residue *words)
{
    for (int i = 0; i < 32; i++)
        r[i] = (uint8_t)(words->limb[i * 8 / RESIDUE_BITS] >> (i * 8 % RESIDUE_BITS));
}

int standin_point_add(unsigned char *r, const unsigned char *p, const unsigned char *q)
{
    struct residue a = words_of(p), b = words_of(q), sum;

    residue_add(&sum, &a, &b);
    words_to(r, &sum);
    return 0;
}

int standin_point_sub(unsigned char *r, const unsigned char *p, const unsigned char *q)
{
    struct residue a = words_of(p), b = words_of(q), difference;

    residue_sub(&difference, &a, &b);
    words_to(r, &difference);
    return 0;
}

int standin_point_from_hash(unsigned char *p, const unsigned char *r)
{
    crypto_core_ristretto255_scalar_reduce(p, r);
    return 0;
}

int standin_point_times(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
    static const struct residue zero = { { 0 } };
    struct residue factor = words_of(n), point = words_of(p);

    residue_mul(&factor, &factor, &residue_square); /* below 2^256 it may be, a clamped one is: the product is below the order */
    residue_mul(&point, &point, &factor);
    words_to(q, &point);
    return memcmp(&point, &zero, sizeof zero) == 0 ? -1 : 0;
}

int standin_base_times(unsigned char *q, const unsigned char *n)
{
    return standin_point_times(q, n, one);
}

int standin_link_times(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
    return standin_point_times(q, n, p);
}

int standin_link_base(unsigned char *q, const unsigned char *n)
{
    return standin_point_times(q, n, one);
}

/* ---- Signatures. */

int standin_sign_keypair(unsigned char *pk, unsigned char *sk, const unsigned char *seed)
{
    crypto_generichash(pk, KEY_SIZE, seed, KEY_SIZE, NULL, 0);
    memcpy(sk, seed, KEY_SIZE);
    memcpy(sk + KEY_SIZE, pk, KEY_SIZE);
    return 0;
}

int standin_sign(unsigned char *sig, unsigned long long *size, const unsigned char *m, unsigned long long m_size,
                 const unsigned char *sk)
{
    if (size != NULL)
        *size = SIGNATURE_SIZE;
    return crypto_generichash(sig, SIGNATURE_SIZE, m, m_size, sk + KEY_SIZE, KEY_SIZE);
}

int standin_sign_verify(const unsigned char *sig, const unsigned char *m, unsigned long long m_size, const unsigned char *pk)
{
    uint8_t expected[SIGNATURE_SIZE];

    crypto_generichash(expected, sizeof expected, m, m_size, pk, KEY_SIZE);
    return memcmp(sig, expected, sizeof expected) == 0 ? 0 : -1;
}

/* ---- Frames. */

struct sum {
    uint64_t a, b;
};

static uint64_t fold(uint64_t x, uint64_t y)
{
    __extension__ unsigned __int128 product = (unsigned __int128)x * y;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static void sum_add(struct sum *sum, const uint8_t *data, unsigned long long size)
{
    uint64_t word;

    for (; size >= 8; data += 8, size -= 8) {
        memcpy(&word, data, 8);
        sum->a = fold(sum->a ^ word, UINT64_C(0x9e3779b97f4a7c15));
        sum->b += sum->a ^ word;
    }
    if (size == 0)
        return;
    word = size;
    memcpy(&word, data, size);
    sum->a = fold(sum->a ^ word, UINT64_C(0x9e3779b97f4a7c15));
    sum->b += sum->a ^ word;
}

static void tag(uint8_t out[TAG_SIZE], const unsigned char *m, unsigned long long size, const unsigned char *ad,
                unsigned long long ad_size, const unsigned char *nonce, const unsigned char *key)
{
    struct sum sum = { size + 1, ad_size + 1 };

    sum_add(&sum, key, KEY_SIZE);
    sum_add(&sum, nonce, 12);
    sum_add(&sum, ad, ad_size);
    sum_add(&sum, m, size);
    sum.b = fold(sum.b ^ sum.a, UINT64_C(0xd6e8feb86659fd93));
    memcpy(out, &sum, TAG_SIZE);
}

int standin_seal(unsigned char *c, unsigned long long *c_size, const unsigned char *m, unsigned long long m_size,
                 const unsigned char *ad, unsigned long long ad_size, const unsigned char *nsec, const unsigned char *nonce,
                 const unsigned char *key)
{
    uint8_t sum[TAG_SIZE];

    (void)nsec;
    tag(sum, m, m_size, ad, ad_size, nonce, key);
    if (m_size > 0 && c != m)
        memmove(c, m, m_size);
    memcpy(c + m_size, sum, TAG_SIZE);
    if (c_size != NULL)
        *c_size = m_size + TAG_SIZE;
    return 0;
}

int standin_open(unsigned char *m, unsigned long long *m_size, unsigned char *nsec, const unsigned char *c,
                 unsigned long long c_size, const unsigned char *ad, unsigned long long ad_size, const unsigned char *nonce,
                 const unsigned char *key)
{
    uint8_t sum[TAG_SIZE];

    (void)nsec;
    if (c_size < TAG_SIZE)
        return -1;
    tag(sum, c, c_size - TAG_SIZE, ad, ad_size, nonce, key);
    if (memcmp(sum, c + c_size - TAG_SIZE, TAG_SIZE) != 0)
        return -1;
    if (c_size > TAG_SIZE && m != c)
        memmove(m, c, c_size - TAG_SIZE);
    if (m_size != NULL)
        *m_size = c_size - TAG_SIZE;
    return 0;
}

/* ---- Short ids: where large sets are compared again and again, these are most of the work. */

int standin_short(unsigned char *out, const unsigned char *in, unsigned long long size, const unsigned char *k)
{
    struct sum sum = { size, 0 };

    sum_add(&sum, k, SHORT_KEY_SIZE);
    sum_add(&sum, in, size);
    sum.a = fold(sum.a ^ sum.b, UINT64_C(0xd6e8feb86659fd93));
    memcpy(out, &sum.a, 8);
    return 0;
}
