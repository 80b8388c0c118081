/* elgamal.c - sums in the exponent (Cramer, Gennaro, Schoenmakers 1997), and the way back from x*B to x.
 *
 * The logarithm is by baby steps and giant steps (Shanks 1971): the table knows 0*B .. (steps-1)*B by their
 * encoding, the search takes steps*B off the point until the table knows the rest. What is opened is public,
 * so nothing here hides its time, and libdecaf is used, which adds decoded points 80 times faster than
 * libsodium adds encoded ones. A slot keeps 43 bits of the encoding beside the number; a hit is believed only
 * after x*B has been computed. */
#include "crypto/crypto.h"

#include <assert.h>
#include <decaf/point_255.h>
#include <string.h>

enum { NUMBER_BITS = 21, STEPS_MAX = 1 << 20 }; /* slots hold the number plus one: zero is an empty slot */

void ciphertext_add(struct ciphertext *out, const struct ciphertext *a, const struct ciphertext *b)
{
    point_add(&out->r, &a->r, &b->r);
    point_add(&out->c, &a->c, &b->c);
}

static void decode(decaf_255_point_t out, const struct point *p)
{
    decaf_error_t result = decaf_255_point_decode(out, p->b, DECAF_TRUE);

    assert(result == DECAF_SUCCESS);
}

/* An encoding is as good as random bytes: some choose the slot, others tell entries apart. */
static size_t slot_of(const struct log_table *table, const struct point *p)
{
    return be32_read(p->b + 8) & (2 * (size_t)table->steps - 1);
}

static uint64_t slot_tag(const struct point *p)
{
    return be64_read(p->b + 16) << NUMBER_BITS;
}

void log_table_init(struct log_table *table, uint64_t *slots, uint32_t steps)
{
    const size_t mask = 2 * (size_t)steps - 1;
    decaf_255_point_t generator, step;
    struct point encoded;
    size_t at;

    assert(steps > 0 && steps <= STEPS_MAX && (steps & (steps - 1)) == 0);
    table->steps = steps;
    table->slots = slots;
    memset(slots, 0, 2 * (size_t)steps * sizeof *slots);
    decode(generator, &POINT_BASE);
    decode(step, &POINT_IDENTITY);
    for (uint32_t i = 0; i < steps; i++) {
        decaf_255_point_encode(encoded.b, step);
        for (at = slot_of(table, &encoded); slots[at] != 0; at = (at + 1) & mask)
            ;
        slots[at] = slot_tag(&encoded) | (i + 1);
        decaf_255_point_add(step, step, generator);
    }
}

static bool is_log(const struct point *p, uint64_t x)
{
    struct scalar scalar;
    struct point product;

    scalar_from_u64(&scalar, x);
    point_base_times(&product, &scalar);
    return point_equal(&product, p);
}

/* Looks for the rest of p after `taken` has been taken off; the candidate is checked against p itself. */
static bool table_find(uint64_t *out, const struct log_table *table, const struct point *rest,
                       const struct point *p, uint64_t taken, uint64_t bound)
{
    const size_t mask = 2 * (size_t)table->steps - 1;
    const uint64_t number_mask = ((uint64_t)1 << NUMBER_BITS) - 1;

    for (size_t at = slot_of(table, rest); table->slots[at] != 0; at = (at + 1) & mask) {
        uint64_t small = (table->slots[at] & number_mask) - 1;

        if ((table->slots[at] & ~number_mask) == slot_tag(rest) && small <= bound - taken &&
            is_log(p, taken + small)) {
            *out = taken + small;
            return true;
        }
    }
    return false;
}

bool log_find(uint64_t *out, const struct log_table *table, const struct point *p, uint64_t bound)
{
    const uint64_t giants = bound / table->steps;
    decaf_255_point_t rest, giant;
    struct point encoded;

    decode(rest, p);
    decode(giant, &POINT_BASE);
    for (uint32_t n = table->steps; n > 1; n >>= 1)
        decaf_255_point_double(giant, giant);
    for (uint64_t i = 0;; i++) {
        decaf_255_point_encode(encoded.b, rest);
        if (table_find(out, table, &encoded, p, i * table->steps, bound))
            return true;
        if (i == giants)
            return false;
        decaf_255_point_sub(rest, rest, giant);
    }
}
