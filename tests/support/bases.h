/* bases.h - the public bases of deals, worked out once per shape and test program. Each shape has its own static memory. */
#ifndef COOP_TESTS_BASES_H
#define COOP_TESTS_BASES_H

#include "crypto/crypto.h"

#include <assert.h>
#include <stdlib.h>

static inline const struct deal_bases *bases_of(size_t count, unsigned bits)
{
    static const struct deal_bases *known[DEAL_VALUES_MAX + 1][33];
    void *memory;

    assert(count <= DEAL_VALUES_MAX && bits <= 32);
    if (known[count][bits] == NULL) {
        memory = aligned_alloc(DEAL_BASES_ALIGNMENT, deal_bases_size(count, bits));
        assert(memory != NULL);
        known[count][bits] = deal_bases_init(memory, count, bits);
    }
    return known[count][bits];
}

#endif
