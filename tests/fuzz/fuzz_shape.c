/* A shape that there is has a range proof that fits its vectors and a deal that fits its room, and asks of values exactly what it says, sums
 * taken in 128 bits. */
#include "crypto/deal_shape.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/shape_case.h"

#include <string.h>

__extension__ typedef __int128 wide;

static bool asked(const struct deal_shape *shape, const uint64_t *values)
{
    bool fine = true;

    for (size_t k = 0; k < shape->count; k++)
        fine = fine && values[k] >> shape->bits[k] == 0;
    for (size_t i = 0; i < shape->predicate_count; i++) {
        const struct deal_predicate *predicate = &shape->predicates[i];
        wide sum = 0;

        for (size_t k = 0; k < shape->count; k++)
            sum += (wide)predicate->coefficient[k] * (int64_t)(values[k] & UINT32_MAX);
        fine = fine && predicate->low <= sum && sum <= predicate->high;
    }
    return fine;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t bytes[SHAPE_CASE_ROOM];
    uint64_t values[DEAL_VALUES_MAX];
    struct deal_shape shape = { 0 };
    struct range_slots slots;
    unsigned length;

    size = size < sizeof bytes ? size : sizeof bytes;
    memcpy(bytes, data, size);
    shape_case_walk(bytes, size, false, &shape, values);
    PROPERTY((deal_size(&shape) != 0) == (deal_bases_size(&shape) != 0));
    if (!deal_slots(&slots, &shape)) {
        PROPERTY(deal_size(&shape) == 0 && !deal_fits(&shape, values));
        return 0;
    }
    length = slots_length(&slots);
    PROPERTY(length >= 2 && length <= RANGE_BITS_MAX && (length & (length - 1)) == 0);
    PROPERTY(slots.count <= RANGE_SLOTS_MAX && deal_size(&shape) <= DEAL_MAX);
    PROPERTY(deal_fits(&shape, values) == asked(&shape, values));
    return 0;
}
