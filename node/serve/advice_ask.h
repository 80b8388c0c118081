/* advice_ask.h - what the requests for advice have in common: which meter, which days, and the walk over its
 * readings. Nothing of it leaves the house. */
#ifndef COOP_NODE_ADVICE_ASK_H
#define COOP_NODE_ADVICE_ASK_H

#include "node/advice/calendar.h"
#include "store/store.h"

#include <jansson.h>

struct advice_days {
    int64_t from, to; /* both included */
};
/* The one that args "meter" names, else, of those with four weeks of readings if any has, the one whose readings go
 * furthest. STATUS_MISSING: *why says which
 * meters there are, or how to take a file in. */
enum status advice_meter(struct store_series *out, struct store *store, json_t *args, enum quantity quantity,
                         struct failure *why);
/* args "from" and "to" ("2023-01-16"), each may be absent: the last day that there is, and `days` days up to
 * it. Cut to the days that the meter has. */
enum status advice_range(struct advice_days *out, json_t *args, const struct store_series *series,
                         int64_t days, struct failure *why);
/* Every reading that begins on these days, in order. */
enum status advice_scan(struct store *store, const struct series_name *name, struct advice_days days,
                        bool (*visit)(void *arg, const struct reading *readings, size_t count), void *arg,
                        struct failure *why);

#endif
