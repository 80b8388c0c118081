/* founded.h - a registry box that seven founders close: q = 5, k = 3, thr = 4. For tests of the box by itself. */
#ifndef COOP_TESTS_FOUNDED_H
#define COOP_TESTS_FOUNDED_H

#include "tests/support/round_play.h"

enum { FOUNDERS = 7, QUORUM = 5, LISTING = 3, HOMES = 8 };

static inline struct round *registry_of(uint8_t seed)
{
    struct round *r = round_new(&(struct round_plan){ .homes = HOMES, .founders = FOUNDERS, .seed = seed });

    round_play_registry(r);
    return r;
}

/* The deals of this box, in the order they were made. */
static inline size_t deals_of(struct round *r, uint8_t (*out)[ID_SIZE])
{
    return round_in_time(r, BOX_REGISTRY, out);
}

/* All members list these; the ids of their lists. */
static inline void all_list(struct round *r, uint8_t (*deals)[ID_SIZE], size_t count,
                     uint8_t seen[FOUNDERS][ID_SIZE])
{
    for (unsigned m = 1; m <= FOUNDERS; m++)
        memcpy(seen[m - 1], round_seen(r, BOX_REGISTRY, m, deals, count)->id, ID_SIZE);
}

static inline const struct box_view *view_of(struct round *r)
{
    return &round_season(r)->boxes[BOX_REGISTRY];
}

#endif
