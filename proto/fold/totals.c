/* totals.c - from the opened point of a sum to the number in its exponent.
 *
 * Happy path: what a street or a department buys is below 2^30 and found in milliseconds, by a table that all
 * coordinates of one opening share: as many baby steps as make table and searches cost the same. Failure
 * modes: out of memory, then the box is opened later; a number beyond, which takes homes that lie within what
 * their range proofs allow, then a second, larger table bounds the search to some seconds; no number at all,
 * which the proofs leave no room for: that is said once and not tried again. */
#include "proto/fold/fold.h"

#include <stdlib.h>

enum { STEPS_MIN = 1 << 8, STEPS_MAX = 1 << 20 };
#define TOTAL_LIKELY ((UINT64_C(1) << 30) - 1)

static uint32_t steps_for(const struct topic *topic, uint64_t bound)
{
    size_t lots[LOTS_MAX];
    uint64_t work = bound * topic->charter.item_count * lots_formed(topic, lots), steps = STEPS_MIN;

    while (steps < STEPS_MAX && steps * steps < work)
        steps *= 2;
    return (uint32_t)steps;
}

/* A table for this bound or a larger one. */
static bool table_ready(struct topic *topic, uint64_t bound)
{
    uint32_t steps = steps_for(topic, bound);
    uint64_t *slots;

    if (topic->logs.slots != NULL && topic->logs.steps >= steps)
        return true;
    slots = malloc(2 * (size_t)steps * sizeof *slots);
    if (slots == NULL)
        return false;
    free(topic->logs.slots);
    log_table_init(&topic->logs, slots, steps);
    return true;
}

static enum total find_below(struct topic *topic, uint64_t *out, const struct point *value, uint64_t bound)
{
    if (!table_ready(topic, bound))
        return TOTAL_NOMEM;
    return log_find(out, &topic->logs, value, bound) ? TOTAL_FOUND : TOTAL_BEYOND;
}

enum total total_find(struct topic *topic, uint64_t *out, const struct ciphertext *sum,
                      const struct point *shared, size_t homes)
{
    uint64_t bound = (uint64_t)homes * ((UINT64_C(1) << topic->charter.value_bits) - 1);
    struct point value;
    enum total found;

    point_sub(&value, &sum->c, shared);
    found = find_below(topic, out, &value, bound < TOTAL_LIKELY ? bound : TOTAL_LIKELY);
    return found == TOTAL_BEYOND && bound > TOTAL_LIKELY ? find_below(topic, out, &value, bound) : found;
}

void totals_clear(struct topic *topic)
{
    free(topic->logs.slots);
    topic->logs.slots = NULL;
}
