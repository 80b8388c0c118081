/* round_view.h - one round as this home sees it, as one JSON object with stable keys: what `round show
 * --json` prints, and what every text about a round is written from. A view of the fold; the wish and the
 * answer are this home's own and never leave it. */
#ifndef COOP_NODE_ROUND_VIEW_H
#define COOP_NODE_ROUND_VIEW_H

#include "node/serve/answer.h"
#include "node/wish/wish.h"

void round_view(struct answer *a, json_t *out, struct node *node, struct topic *topic);
/* "registry", "key", "interest", "join", "bids" */
const char *box_name(enum box_index box);
/* The lot whose homes have this one among them; SIZE_MAX: none. */
size_t round_lot_of(const struct charter *charter, const struct season *season,
                    const uint8_t pseudonym[KEY_SIZE]);
/* What two nodes compare to know that they award the same: totals, homes, winner and cost of every lot. */
void round_award_digest(uint8_t out[HASH_SIZE], const uint8_t topic[ID_SIZE], const struct charter *charter,
                        const struct season *season);
/* {"Pellets": 3000, ...}: items that are not there yet are left out. */
void round_values(struct answer *a, json_t *object, const struct charter *charter, const uint64_t *values,
                  size_t count, bool late_too);
const char *item_use_name(enum item_use use);

#endif
