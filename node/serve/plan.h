/* plan.h - what a household is about to say in a round, before it says it: from the words of a command, from
 * its own readings, and shown in full.
 *
 * Arguments: "lots": ["2:8", "1"] (lot, and from how many homes on), "quantities": ["Pellets=3000"], "limit":
 * percent of today's price, "interest": false for none, "values": [n, ...] to send exactly what an earlier
 * plan showed. */
#ifndef COOP_NODE_PLAN_H
#define COOP_NODE_PLAN_H

#include "node/serve/answer.h"
#include "node/wish/wish.h"

/* STATUS_MALFORMED: an argument; STATUS_MISSING: the readings do not say enough, and what to add. */
enum status plan_make(struct wish *out, struct node *node, struct topic *topic, json_t *args,
                      struct failure *why);
/* {"clear": [...], "encrypted": {...}, ...}: every datum that leaves, and to whom. */
void plan_view(struct answer *a, json_t *out, const struct charter *charter, const struct wish *wish);

#endif
