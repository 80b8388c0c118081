/* told.h - the one report about a profile that leaves in one category and season, whatever the readings say later:
 * two reports of two cells under the same noise would show which of them is true. In every round, also after a
 * restart and from a backup. */
#ifndef COOP_NODE_TOLD_H
#define COOP_NODE_TOLD_H

#include "node/home/node.h"

/* The first report that left. false: none has. */
bool told_before(unsigned *report, struct node *node, const struct charter *charter);
/* The report that would leave for this cell: the first that left, else this cell's. */
unsigned told_report(struct node *node, const struct charter *charter, unsigned cell);
/* Kept before it leaves. false: it could not be kept, and must not leave. */
bool told_keep(struct node *node, const struct charter *charter, unsigned report);

#endif
