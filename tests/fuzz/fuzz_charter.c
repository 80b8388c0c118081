/* A charter has one encoding (WIRE 4.1): what is accepted is written back byte for byte. */
#include "proto/proto.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct charter charter;
    static uint8_t again[CHARTER_MAX];

    if (charter_read(&charter, (struct bytes){ data, size }) == STATUS_OK) {
        PROPERTY(charter_write(again, sizeof again, &charter) == size);
        PROPERTY(memcmp(again, data, size) == 0);
    }
    return 0;
}
