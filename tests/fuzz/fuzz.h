/* fuzz.h - what every target includes. One target per thing a stranger can send; each states a property,
 * mostly: what decodes encodes to the same bytes (WIRE 1.1). The same file is a libFuzzer target
 * (-DCOOP_FUZZ=ON with clang) and, with driver.c, a test of the suite. */
#ifndef COOP_TESTS_FUZZ_H
#define COOP_TESTS_FUZZ_H

#include "crypto/base.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what did not hold and stops, so that the driver or libFuzzer keeps the input. */
#define PROPERTY(holds) ((holds) ? (void)0 : property_failed(#holds, __FILE__, __LINE__))
static inline _Noreturn void property_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

#endif
