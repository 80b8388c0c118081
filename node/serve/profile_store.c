/* profile_store.c - the profile of what is in the store: the electricity taken in, by the meter that
 * advice is about (advice_ask.h).
 *
 * Happy path: one walk over the list of series, one over a year of readings. Several series are as a rule one
 * meter under several names (its number, a name the user gave), so they are not added up. Failure modes: none there, which is a profile of no days; a store that
 * does not read. */
#include "node/profile/profile.h"
#include "node/serve/advice_ask.h"

#include <string.h>

static bool feed(void *arg, const struct reading *readings, size_t count)
{
    profile_add(arg, readings, count);
    return true;
}

enum status profile_of_store(struct profile *out, struct store *store, struct failure *why)
{
    struct store_series series;
    struct profile_builder builder;
    struct store_txn *txn;
    enum status status = advice_meter(&series, store, NULL, QUANTITY_ELECTRICITY_IN, why);

    memset(out, 0, sizeof *out);
    if (status)
        return status == STATUS_MISSING ? STATUS_OK : status;
    profile_begin(&builder, series.last_s);
    txn = store_begin(store, STORE_READ);
    store_series_scan(txn, &series.name, builder.from_s, series.last_s + 1, feed, &builder);
    status = store_commit(txn, why);
    if (!status)
        profile_end(out, &builder);
    out->meter = series.name;
    return status;
}
