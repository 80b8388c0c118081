/* watched.h - what became of each file of the watched folder, as this home remembers it. */
#ifndef COOP_NODE_WATCHED_H
#define COOP_NODE_WATCHED_H

#include "store/store.h"

#include <jansson.h>

/* [{"name", "size", "time_ns", "at_s", "ok", "said"}]. The caller's; NULL: nothing yet. */
json_t *watched_read(struct store *store);
enum status watched_keep(struct store *store, json_t *list, struct failure *why); /* on disk when it returns */

#endif
