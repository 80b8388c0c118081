/* A bid has one encoding (WIRE 8.2), and none that is accepted draws on paper or on a screen what it likes. */
#include "proto/proto.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bid bid;
    static uint8_t again[BID_MAX];

    if (bid_read(&bid, (struct bytes){ data, size }) == STATUS_OK) {
        PROPERTY(bid_write(again, sizeof again, &bid) == size);
        PROPERTY(memcmp(again, data, size) == 0);
    }
    return 0;
}
