/* An invitation is read forgivingly (WIRE 3.3) and written in one way: what was read, written and read again
 * is the same. */
#include "proto/proto.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[512], code[CODE_MAX];
    struct invitation first, second;
    struct failure why = { .text = "" };

    if (size >= sizeof text)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    if (invitation_read(&first, text, &why) != STATUS_OK) {
        PROPERTY(why.text[0] != '\0');
        return 0;
    }
    PROPERTY(invitation_write(code, &first) > 0);
    PROPERTY(invitation_read(&second, code, &why) == STATUS_OK);
    PROPERTY(memcmp(first.secret, second.secret, sizeof first.secret) == 0);
    PROPERTY(strcmp(first.address, second.address) == 0);
    return 0;
}
