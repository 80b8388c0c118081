/* child.h - one program run beside the loop, until it ends; its last words on stderr are kept. What reads a
 * stranger's file does so in a process of its own: it may die of it, and the node does not. */
#ifndef COOP_NODE_CHILD_H
#define COOP_NODE_CHILD_H

#include <stdbool.h>
#include <uv.h>

enum { CHILD_SAID_MAX = 512 };
struct child;
/* argv ends with NULL; argv[0] is the program. ended is called once, later, from the loop, and not after
 * child_stop; code: its exit code, 128 + the signal that ended it, or -1: it could not be started. NULL: out
 * of memory. */
struct child *child_start(uv_loop_t *uv, const char *const *argv,
                          void (*ended)(void *arg, int code, const char *said), void *arg);
void child_stop(struct child *child); /* asks it to end; NULL is fine */

#endif
