/* load.h - everything on disk, told to a core that knows nothing, in the order proto.h wants it. */
#ifndef COOP_NODE_LOAD_H
#define COOP_NODE_LOAD_H

#include "proto/proto.h"
#include "store/store.h"

/* tell gets one event after the other, EVENT_STARTED last; STATUS_NOMEM from it ends the telling, any other
 * refusal concerns only what was told (a round that has expired, a record that a newer rule refuses).
 * Failures: as of store_commit, or STATUS_NOMEM. */
enum status load_tell(struct store *store, uint64_t now_ms,
                      enum status (*tell)(void *arg, const struct event *event), void *arg,
                      struct failure *why);

#endif
