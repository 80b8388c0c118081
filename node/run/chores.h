/* chores.h - what the node does for its household unasked: it imports what appears in a folder (watch.h) and
 * backs up every so many days, as the household has set (config.h). The settings are read again every half
 * minute. */
#ifndef COOP_NODE_CHORES_H
#define COOP_NODE_CHORES_H

#include "node/home/node.h"

#include <uv.h>

struct chores;
/* program: what is run for them, as "coopair"; NULL: this program. settle_ms: how long a file must rest.
 * NULL: memory. */
struct chores *chores_new(uv_loop_t *uv, struct node *node, const char *program, uint64_t settle_ms);
void chores_stop(struct chores *chores); /* closes its handles; NULL is fine */
void chores_free(struct chores *chores); /* when they have closed; NULL is fine */

#endif
