/* shape_case.h - a deal's shape and values as fuzz_shape reads them from bytes, and make_corpus writes them: little-endian, what is missing is
 * zero. */
#ifndef COOP_TESTS_SHAPE_CASE_H
#define COOP_TESTS_SHAPE_CASE_H

#include "crypto/crypto.h"

enum { SHAPE_CASE_ROOM = 2 + DEAL_VALUES_MAX + (DEAL_PREDICATES_MAX + 1) * (4 * DEAL_VALUES_MAX + 16) + 8 * DEAL_VALUES_MAX };

/* One number of `size` bytes read from *at, or written there. */
static inline uint64_t shape_case_number(uint8_t **at, const uint8_t *end, size_t size, bool write, uint64_t number)
{
    uint64_t read = 0;

    for (size_t i = 0; i < size && *at < end; i++, (*at)++) {
        if (write)
            **at = (uint8_t)(number >> (8 * i));
        read |= (uint64_t)**at << (8 * i);
    }
    return read;
}

/* The same walk both ways. Returns what was written. */
static inline size_t shape_case_walk(uint8_t *bytes, size_t size, bool write, struct deal_shape *shape, uint64_t *values)
{
    uint8_t *at = bytes, *end = bytes + size;

    shape->count = (size_t)shape_case_number(&at, end, 1, write, shape->count);
    shape->predicate_count = (size_t)shape_case_number(&at, end, 1, write, shape->predicate_count);
    for (size_t k = 0; k < DEAL_VALUES_MAX; k++)
        shape->bits[k] = (uint8_t)shape_case_number(&at, end, 1, write, shape->bits[k]);
    for (size_t i = 0; i < DEAL_PREDICATES_MAX && i < shape->predicate_count; i++) {
        struct deal_predicate *predicate = &shape->predicates[i];

        for (size_t k = 0; k < DEAL_VALUES_MAX; k++)
            predicate->coefficient[k] = (int32_t)shape_case_number(&at, end, 4, write, (uint32_t)predicate->coefficient[k]);
        predicate->low = (int64_t)shape_case_number(&at, end, 8, write, (uint64_t)predicate->low);
        predicate->high = (int64_t)shape_case_number(&at, end, 8, write, (uint64_t)predicate->high);
    }
    for (size_t k = 0; k < DEAL_VALUES_MAX; k++)
        values[k] = shape_case_number(&at, end, 8, write, values[k]);
    return (size_t)(at - bytes);
}

#endif
