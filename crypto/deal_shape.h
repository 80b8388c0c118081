/* deal_shape.h - a deal's shape as the numbers over which its range proof runs; private to this room. */
#ifndef COOP_CRYPTO_DEAL_SHAPE_H
#define COOP_CRYPTO_DEAL_SHAPE_H

#include "crypto/range_proof.h"

enum { EQUALITY_BYTES = 3 * POINT_SIZE + 2 * SCALAR_SIZE };

/* false: no such shape. */
bool deal_slots(struct range_slots *out, const struct deal_shape *shape);
unsigned slots_length(const struct range_slots *slots); /* the sum of widths */
size_t slots_deal_size(const struct range_slots *slots);
/* Are the numbers within their widths? In constant time. */
bool slots_fit(const struct range_slots *slots, const uint64_t *values);

#endif
