/* checks.h - the checks of `coopair doctor`: each a name, a state, what was found, and what to do where it is not well. */
#ifndef COOP_NODE_CHECKS_H
#define COOP_NODE_CHECKS_H

#include "node/serve/answer.h"

enum check_state { CHECK_OK, CHECK_WARN, CHECK_FAIL };
const char *check_state_name(enum check_state state); /* "ok", "warn", "fail" */
/* fix may be NULL when all is well. */
void check_add(struct answer *a, json_t *checks, const char *name, enum check_state state, const char *fix,
               const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
