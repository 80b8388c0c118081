/* sync_case.h - the set that the fuzzed side of a comparison holds, for the target and for the maker of its
 * corpus. */
#ifndef COOP_TESTS_SYNC_CASE_H
#define COOP_TESTS_SYNC_CASE_H

#include "tests/support/sync_pair.h"

enum { SYNC_CASE_IDS = 2000 };
static const size_t sync_case_counts[] = { 0, 3, 100,
                                           SYNC_CASE_IDS }; /* chosen by bits 1 and 2 of the first byte */

/* Each id begins with its place in two bytes: it says by itself where it belongs. The rng is the side's own
 * from here on. */
static inline void sync_case_init(uint8_t (*ids)[ID_SIZE], struct rng *rng)
{
    static const uint8_t seed[KEY_SIZE] = { 1 };

    rng_init(rng, seed);
    rng_fill(rng, ids[0], SYNC_CASE_IDS * ID_SIZE);
    for (size_t i = 0; i < SYNC_CASE_IDS; i++)
        be16_write(ids[i], (uint16_t)i);
}

#endif
