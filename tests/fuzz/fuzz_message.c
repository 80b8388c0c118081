/* The body of a frame: whatever it says, it is cut into messages within its bounds, and a message that is
 * understood is written back byte for byte. */
#include "proto/overlay/message.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[MESSAGE_MAX];
    struct bytes body = { data, size }, one;
    struct message message;
    bool known;

    while (message_next(&one, &body)) {
        PROPERTY(one.size > 0 && one.data >= data && one.data + one.size <= data + size);
        if (!message_read(&message, &known, one) || !known)
            continue;
        PROPERTY(message_write(again, sizeof again, &message) == one.size);
        PROPERTY(memcmp(again, one.data, one.size) == 0);
    }
    PROPERTY(body.size <= size);
    return 0;
}
