/* checks.c - see checks.h: each check as JSON. */
#include "node/serve/checks.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

const char *check_state_name(enum check_state state)
{
    switch (state) {
    case CHECK_OK:
        return "ok";
    case CHECK_WARN:
        return "warn";
    case CHECK_FAIL:
        return "fail";
    }
    assert(false);
    return "";
}

void check_add(struct answer *a, json_t *checks, const char *name, enum check_state state, const char *fix,
               const char *format, ...)
{
    json_t *check = answer_item(a, checks);
    char text[512];
    va_list args;

    assert(state == CHECK_OK || fix);
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    answer_text(a, check, "name", name);
    answer_text(a, check, "state", check_state_name(state));
    answer_text(a, check, "text", text);
    answer_text(a, check, "fix", state == CHECK_OK ? NULL : fix);
}
