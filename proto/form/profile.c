/* profile.c - the noise on the one cell that may leave a profile: k-ary randomised response, k = 4, eps = 1
 * (mechanism 5).
 *
 * The cell is told with probability p = e^eps / (e^eps + k - 1) = e / (e + 3), else one of the three others,
 * each with (1 - p) / 3 = 1 / (e + 3): no answer is more than e times as likely for one cell as for another.
 * Nothing branches on the cell or on whether it was told. */
#include "proto/proto.h"

#include "crypto/labels.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { CELLS = 4 };

/* e / (e + 3) = 0.47536 68864 18671 69109..., times 2^64 and rounded to the nearest integer. */
static const uint64_t told_below = 8768971294881393557u;

/* A third each: draw times three, over 2^64. The halves are multiplied one by one, for want of 128 bits; no division, no second
 * draw, whose time could depend on the draw. The shares are off by less than 2^-62, as the bound above is. */
static unsigned third_of(uint64_t draw)
{
    uint64_t low = (draw & UINT32_MAX) * 3, high = (draw >> 32) * 3;

    return (unsigned)((high + (low >> 32)) >> 32);
}

/* All bits set if a < b: the borrow of a - b. */
static unsigned mask_less(uint64_t a, uint64_t b)
{
    uint64_t borrow = (~a & b) | ((~a | b) & (a - b));

    return 0u - (unsigned)(borrow >> 63);
}

unsigned profile_noise(const uint8_t seed[KEY_SIZE], const char *category, const char *season, unsigned cell)
{
    struct bytes parts[] = { { (const uint8_t *)category, strlen(category) },
                             { (const uint8_t *)season, strlen(season) } };
    uint8_t derived[KEY_SIZE], draw[8];
    unsigned told, other;
    struct rng rng;

    assert(cell < CELLS);
    derive_key(derived, seed, LABEL_PROFILE_NOISE, parts, ARRAY_SIZE(parts));
    rng_init(&rng, derived);
    rng_fill(&rng, draw, sizeof draw);
    told = mask_less(be64_read(draw), told_below);
    rng_fill(&rng, draw, sizeof draw);
    other = (cell + 1 + third_of(be64_read(draw))) % CELLS;
    sodium_memzero(derived, sizeof derived);
    sodium_memzero(draw, sizeof draw);
    rng_clear(&rng);
    return (cell & told) | (other & ~told);
}
