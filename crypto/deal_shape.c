/* deal_shape.c - what is asked of a deal's values, as numbers that a range proof shows to be small.
 *
 * low <= s <= high, s a public combination of values, is two numbers of w bits, s - low and high - s, where high - low has w bits: each is
 * shown to be in [0, 2^w) modulo the order of the group, and they add up to high - low, so neither is more than that. One is enough where
 * high - low is all ones, or where the values' own widths already keep the sum from passing the other bound. low == high is no other kind:
 * two numbers of one bit whose sum is zero. Sums are kept within 63 bits, far below the order: what holds modulo it holds. */
#include "crypto/deal_shape.h"
#include "crypto/declassify.h"

#include <string.h>

_Static_assert(DEAL_VALUES_MAX * 3 * POINT_SIZE + EQUALITY_BYTES + RANGE_PROOF_MAX <= DEAL_MAX, "the widest fit");
/* What fills up the vectors is less than what lies in them, in pieces as wide as the widest of these, but for the last. */
_Static_assert(2 * (DEAL_VALUES_MAX + 2 * DEAL_PREDICATES_MAX) + 1 <= RANGE_SLOTS_MAX, "there are slots for all");

unsigned slots_length(const struct range_slots *slots)
{
    unsigned length = 0;

    for (unsigned j = 0; j < slots->count; j++)
        length += slots->at[j].width;
    return length;
}

size_t slots_deal_size(const struct range_slots *slots)
{
    return slots->committed * 3 * POINT_SIZE + EQUALITY_BYTES + range_proof_size(range_rounds(slots_length(slots)));
}

static struct range_slot *slot_add(struct range_slots *slots, unsigned width)
{
    struct range_slot *slot = &slots->at[slots->count++];

    slot->width = width;
    return slot;
}

static void combination_add(struct range_slots *slots, unsigned width, const struct deal_predicate *predicate, int sign, int64_t constant)
{
    struct range_slot *slot = slot_add(slots, width);

    slot->combined = true;
    slot->constant = constant;
    for (unsigned k = 0; k < slots->committed; k++)
        slot->coefficient[k] = sign * (int64_t)predicate->coefficient[k];
}

/* The least and the most that the values' widths let the sum be. */
static bool bounds_of(int64_t *least, int64_t *most, const struct deal_shape *shape, const struct deal_predicate *predicate)
{
    int64_t product, span;

    *least = *most = 0;
    for (size_t k = 0; k < DEAL_VALUES_MAX; k++) {
        int64_t coefficient = predicate->coefficient[k], *bound = coefficient < 0 ? least : most;

        if (k >= shape->count && coefficient != 0)
            return false;
        product = coefficient * (int64_t)(k < shape->count ? (UINT64_C(1) << shape->bits[k]) - 1 : 0);
        if (__builtin_add_overflow(*bound, product, bound))
            return false;
    }
    return !__builtin_sub_overflow(*most, *least, &span);
}

static bool predicate_add(struct range_slots *slots, const struct deal_shape *shape, const struct deal_predicate *predicate)
{
    int64_t least, most, low, high;
    unsigned width = 1;
    bool one_is_enough;

    if (!bounds_of(&least, &most, shape, predicate))
        return false;
    low = predicate->low > least ? predicate->low : least;
    high = predicate->high < most ? predicate->high : most;
    if (low > high)
        return false;
    while ((high - low) >> width != 0)
        width++;
    one_is_enough = high - low == (INT64_C(1) << (width - 1)) - 1 + (INT64_C(1) << (width - 1));
    if (low > least || (high < most && one_is_enough))
        combination_add(slots, width, predicate, 1, -low);
    if (high < most && !one_is_enough)
        combination_add(slots, width, predicate, -1, high);
    return true;
}

/* To a power of two, 2 at least: the argument halves its vectors. */
static bool fill_up(struct range_slots *slots)
{
    unsigned length = slots_length(slots), whole = 2, widest = 1;

    while (whole < length)
        whole *= 2;
    for (unsigned j = 0; j < slots->count; j++)
        widest = slots->at[j].width > widest ? slots->at[j].width : widest;
    for (; length < whole && whole <= RANGE_BITS_MAX; length += slots->at[slots->count - 1].width)
        slot_add(slots, whole - length < widest ? whole - length : widest);
    return whole <= RANGE_BITS_MAX;
}

bool deal_slots(struct range_slots *out, const struct deal_shape *shape)
{
    if (shape->count < 1 || shape->count > DEAL_VALUES_MAX || shape->predicate_count > DEAL_PREDICATES_MAX)
        return false;
    memset(out, 0, sizeof *out);
    out->committed = (unsigned)shape->count;
    for (size_t k = 0; k < shape->count; k++) {
        if (shape->bits[k] < 1 || shape->bits[k] > DEAL_BITS_MAX)
            return false;
        slot_add(out, shape->bits[k]);
    }
    for (size_t i = 0; i < shape->predicate_count; i++)
        if (!predicate_add(out, shape, &shape->predicates[i]))
            return false;
    return fill_up(out);
}

bool slots_fit(const struct range_slots *slots, const uint64_t *values)
{
    uint64_t excess = 0;

    for (size_t j = 0; j < slots->count; j++)
        excess |= range_number(slots, j, values) >> (slots->at[j].width - 1) >> 1;
    declassify(&excess, sizeof excess); /* what does not fit is refused before all eyes */
    return excess == 0;
}

size_t deal_size(const struct deal_shape *shape)
{
    struct range_slots slots;

    return deal_slots(&slots, shape) ? slots_deal_size(&slots) : 0;
}

bool deal_fits(const struct deal_shape *shape, const uint64_t *values)
{
    struct range_slots slots;

    return deal_slots(&slots, shape) && slots_fit(&slots, values);
}
