/* demand.c - what a charter asks of the demand of a home, for the home's own check and for the proof that everybody checks. WIRE 7.5. */
#include "proto/proto.h"

#include <inttypes.h>
#include <string.h>

/* An item has a range, or is a limit and below another. */
_Static_assert((int)DEAL_PREDICATES_MAX >= (int)DEAL_VALUES_MAX, "whatever the items of a charter");

/* The limit above the one at `at`, of all the next; equal ones in their order. item_count: `at` is the highest, or no limit. */
static size_t next_limit(const struct charter *charter, size_t at)
{
    const struct item *items = charter->items;
    size_t next = charter->item_count;

    for (size_t i = 0; i < charter->item_count && items[at].use == ITEM_LIMIT; i++) {
        bool above = items[i].ladder > items[at].ladder || (items[i].ladder == items[at].ladder && i > at);

        if (items[i].use == ITEM_LIMIT && above && (next == charter->item_count || items[i].ladder < items[next].ladder))
            next = i;
    }
    return next;
}

/* No home asks for less than `low` or more than `high`: what makes a total of few homes safe to open. */
static void bound(struct deal_shape *out, const struct charter *charter, size_t at)
{
    struct deal_predicate *predicate = &out->predicates[out->predicate_count++];

    predicate->coefficient[at] = 1;
    predicate->low = charter->items[at].low;
    predicate->high = charter->items[at].high;
}

/* A limit is a yes or no, or one home would stand there for thousands; and who buys at 95 % of today's price buys at 85 %. */
void charter_shape(struct deal_shape *out, const struct charter *charter)
{
    memset(out, 0, sizeof *out);
    out->count = charter->item_count;
    for (size_t i = 0; i < charter->item_count; i++) {
        size_t next = next_limit(charter, i);

        out->bits[i] = (uint8_t)(charter->items[i].use == ITEM_LIMIT ? 1 : charter->value_bits);
        if (charter->items[i].high > 0)
            bound(out, charter, i);
        if (next == charter->item_count)
            continue;
        out->predicates[out->predicate_count].coefficient[i] = 1;
        out->predicates[out->predicate_count].coefficient[next] = -1;
        out->predicates[out->predicate_count++].high = 1;
    }
}

enum status charter_demand_check(const struct charter *charter, const uint64_t *values, size_t count,
                                 struct failure *why)
{
    const struct item *items = charter->items;
    struct deal_shape shape;

    if (count != charter->item_count)
        return failure_say(why, STATUS_MALFORMED, "the round asks for %zu values, not %zu", charter->item_count,
                           count);
    charter_shape(&shape, charter);
    for (size_t i = 0; i < count; i++)
        if (values[i] >> shape.bits[i] != 0)
            return failure_say(why, STATUS_MALFORMED, "%s is too large: at most %" PRIu64 " %s", items[i].name,
                               (UINT64_C(1) << shape.bits[i]) - 1, items[i].unit);
    for (size_t i = 0; i < count; i++)
        if (items[i].high > 0 && (values[i] < items[i].low || values[i] > items[i].high))
            return failure_say(why, STATUS_MALFORMED,
                               "%s: this round takes homes of %" PRIu32 " to %" PRIu32 " %s, so that none makes most of "
                               "a total; a round of 30 homes or more takes any",
                               items[i].name, items[i].low, items[i].high, items[i].unit);
    for (size_t i = 0; i < count; i++) {
        size_t next = next_limit(charter, i);

        if (next < count && values[i] < values[next])
            return failure_say(why, STATUS_MALFORMED,
                               "who buys at %" PRIu32 " %% of today's price buys at %" PRIu32 " %%: say 1 for %s too",
                               items[next].ladder, items[i].ladder, items[i].name);
    }
    return STATUS_OK;
}
