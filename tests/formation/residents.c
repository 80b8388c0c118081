/* residents.c - what a home tells of itself: its own program's four cells, noised by its own program's noise; and the same with less noise, which no
 * home would tell, to see whether anything were gained by it. */
#include "tests/formation/formation.h"

#include <math.h>

unsigned noised(unsigned truth, unsigned of, double eps, struct rng *rng)
{
    unsigned other;

    if (eps >= ALL_TOLD || draw_unit(rng) < exp(eps) / (exp(eps) + of - 1))
        return truth;
    other = (unsigned)rng_below(rng, of - 1);
    return other + (other >= truth);
}

unsigned tells(const struct resident *home, double eps, struct rng *rng)
{
    uint8_t seed[KEY_SIZE];

    if (eps != AS_TOLD)
        return noised(home->cell, CELLS, eps, rng);
    rng_fill(rng, seed, sizeof seed);
    return profile_noise(seed, "electricity", "2027", home->cell);
}
