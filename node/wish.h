/* wish.h - what the household wants done in a round later than now: "enrol me, and when the time comes deal this". The core refuses what is
 * too early; a wish is kept in the store, tried at each change of phase, and survives restarts. */
#ifndef COOP_NODE_WISH_H
#define COOP_NODE_WISH_H

#include "node/node.h"

struct wish {
    bool enrol;      /* be in the registry of the round */
    bool interest;   /* deal in the interest box */
    int report;      /* noised cell, or -1 for presence only */
    bool join;       /* deal in the join box; choice_count 0: withdraw */
    uint32_t lots[LOT_CHOICES_MAX], minimums[LOT_CHOICES_MAX];
    size_t choice_count;
    uint64_t values[DEAL_VALUES_MAX];
    size_t value_count;
};
/* false: none kept. */
bool wish_read(struct node *node, const uint8_t topic[ID_SIZE], struct wish *out);
enum status wish_write(struct node *node, const uint8_t topic[ID_SIZE], const struct wish *wish, struct failure *why);
/* Gives the core whatever of the wishes its phase allows now; called by node.c after each flush in which a phase moved, and at the start. */
void wishes_try(struct node *node);

#endif
