/* totals.c - from the opened point of a sum to the number in its exponent.
 *
 * Happy path: the sum of some hundred homes is below 2^30, found in milliseconds with a table that all coordinates share. Failure mode: a point that
 * hides no number within the bound; the range proofs of the deals leave no room for one, so this is said once and not tried again. */
#include "proto/fold.h"

#include <stdlib.h>

/* 2^15 baby steps: half a MiB while a round is being opened, and at most 2^15 giant steps for a total below 2^30. */
enum { BABY_STEPS = 1 << 15 };

static bool table_ready(struct topic *topic)
{
    uint64_t *slots;

    if (topic->logs.slots != NULL)
        return true;
    slots = malloc(2 * (size_t)BABY_STEPS * sizeof *slots);
    if (slots == NULL)
        return false;
    log_table_init(&topic->logs, slots, BABY_STEPS);
    return true;
}

enum total total_find(struct topic *topic, uint64_t *out, const struct ciphertext *sum, const struct point *shared, size_t homes)
{
    uint64_t bound = (uint64_t)homes << topic->charter.value_bits;
    struct point value;

    if (!table_ready(topic))
        return TOTAL_NOMEM;
    point_sub(&value, &sum->c, shared);
    return log_find(out, &topic->logs, &value, bound) ? TOTAL_FOUND : TOTAL_BEYOND;
}
