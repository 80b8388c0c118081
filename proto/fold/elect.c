/* elect.c - which home buys in which lot. WIRE 7.5.
 *
 * Ranked choice with assured minimum sizes: every lot begins as large as it could be, every home takes the
 * first lot that is large enough for it, and a lot that promised more homes than it holds promises less.
 * Promises only fall, so this ends, and nobody is ever in a lot it did not name or that is smaller than it
 * asked for. Comparisons are of integers, so every node finds the same. */
#include "proto/fold/elect.h"

#include <stdbool.h>
#include <string.h>

struct ballot {
    const struct elect_home *homes;
    size_t home_count, lot_count;
    uint32_t floor;
    size_t presumed[LOTS_MAX], held[LOTS_MAX];
};

static bool names(const struct elect_home *home, size_t lot)
{
    for (size_t i = 0; i < home->choice_count; i++)
        if (home->choices[i].lot == lot)
            return true;
    return false;
}

/* A lot below the floor is never formed, so nobody is taken at his word who would be content with less: he
 * would wait there for nothing, and lose his second choice. */
static size_t choose(const struct ballot *b, const struct elect_home *home)
{
    for (size_t i = 0; i < home->choice_count; i++) {
        size_t size = b->presumed[home->choices[i].lot];

        if (size >= home->choices[i].minimum && size >= b->floor)
            return home->choices[i].lot;
    }
    return ELECT_NONE;
}

static void place(struct ballot *b, uint8_t *placed)
{
    memset(b->held, 0, sizeof b->held);
    for (size_t i = 0; i < b->home_count; i++) {
        size_t lot = choose(b, &b->homes[i]);

        placed[i] = (uint8_t)lot;
        if (lot != ELECT_NONE)
            b->held[lot]++;
    }
}

/* The lot that holds the smallest part of what it promised; ELECT_NONE: all hold what they promised. */
static size_t shortest(const struct ballot *b)
{
    size_t found = ELECT_NONE;

    for (size_t l = 0; l < b->lot_count; l++) {
        if (b->held[l] >= b->presumed[l])
            continue;
        if (found == ELECT_NONE ||
            (uint64_t)b->held[l] * b->presumed[found] < (uint64_t)b->held[found] * b->presumed[l])
            found = l;
    }
    return found;
}

void elect(uint8_t *placed, size_t sizes[LOTS_MAX], const struct elect_home *homes, size_t home_count,
           size_t lot_count, uint32_t floor)
{
    struct ballot b = { .homes = homes, .home_count = home_count, .lot_count = lot_count, .floor = floor };
    size_t lot;

    for (size_t i = 0; i < home_count; i++)
        for (size_t l = 0; l < lot_count; l++)
            b.presumed[l] += names(&homes[i], l);
    for (place(&b, placed); (lot = shortest(&b)) != ELECT_NONE; place(&b, placed))
        b.presumed[lot] = b.held[lot] < floor ? 0 : (b.held[lot] + b.presumed[lot]) / 2;
    for (size_t l = 0; l < LOTS_MAX; l++)
        sizes[l] = b.held[l];
}
