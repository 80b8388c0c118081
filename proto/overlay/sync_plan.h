/* sync_plan.h - how a comparison that has not decoded yet goes on: the choice of the side that began.
 * WIRE 12.4. Private to the room. */
#ifndef COOP_PROTO_SYNC_PLAN_H
#define COOP_PROTO_SYNC_PLAN_H

#include "proto/proto.h"

struct sync_plan {
    size_t symbols; /* to ask for next, 1 .. SYNC_SYMBOLS_STEP_MAX; 0: a list of short ids instead */
    bool own_list;  /* which list: ours, or theirs */
};
/* taken: symbols so far. estimate: of the differences in all. Never asks for more than
 * SYNC_SYMBOLS_MAX in all. */
struct sync_plan sync_plan_next(size_t own_count, size_t peer_count, size_t taken, double estimate);

#endif
