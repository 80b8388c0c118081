/* status_name.c - how a status is spelled between the node and its command line. */
#include "node/serve/serve.h"

#include <assert.h>
#include <string.h>

const char *status_name(enum status status)
{
    switch (status) {
#define STATUS_NAME(name, text)                                                                              \
    case STATUS_##name:                                                                                      \
        return #name;
        STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
    }
    assert(false);
    return "";
}

enum status status_of_name(const char *name)
{
#define STATUS_IF(word, text)                                                                                \
    if (strcmp(name, #word) == 0)                                                                            \
        return STATUS_##word;
    STATUS_LIST(STATUS_IF)
#undef STATUS_IF
    return STATUS_MALFORMED;
}
