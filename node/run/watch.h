/* watch.h - the folder of the household whose files are imported by themselves (config import.folder).
 *
 * A file is taken once it is at rest: of the same size and time at two looks. It stays where it is; what
 * became of it is kept in the store and told by coopair status, and it is taken again only when it changes. A
 * file that is no good is told the same way and never removed. The folder is watched for events and looked at
 * every half minute, since not every file system has events. */
#ifndef COOP_NODE_WATCH_H
#define COOP_NODE_WATCH_H

#include "node/home/node.h"

#include <uv.h>

enum { WATCH_FILES_MAX = 256, WATCH_SETTLE_MS = 2000 };
struct watch;
struct watch *watch_new(uv_loop_t *uv, struct node *node, const char *program,
                        uint64_t settle_ms);              /* NULL: memory */
void watch_look(struct watch *watch, const char *folder); /* now, and with events from now on; "": no more */
bool watch_busy(const struct watch *watch);               /* a file is being taken */
void watch_stop(struct watch *watch);                     /* closes its handles; NULL is fine */
void watch_free(struct watch *watch);                     /* when they have closed; NULL is fine */

#endif
