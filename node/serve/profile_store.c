/* profile_store.c - the profile of what is in the store: the electricity taken in, by the meter whose
 * readings go furthest.
 *
 * Happy path: one walk over the list of series, one over a year of readings. Several series are as a rule one
 * meter under several names (its number, a name the user gave), so they are not added up; the one that goes
 * on longest is the one still in use. Failure modes: none there, which is a profile of no days; a store that
 * does not read. */
#include "node/profile/profile.h"

#include <string.h>

static bool choose(void *arg, const struct store_series *series)
{
    struct store_series *best = arg;

    if (series->name.quantity == QUANTITY_ELECTRICITY_IN && series->count > 0 &&
        (best->count == 0 || series->last_s > best->last_s ||
         (series->last_s == best->last_s && series->count > best->count)))
        *best = *series;
    return true;
}

static bool feed(void *arg, const struct reading *readings, size_t count)
{
    profile_add(arg, readings, count);
    return true;
}

enum status profile_of_store(struct profile *out, struct store *store, struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct store_series best = { .count = 0 };
    struct profile_builder builder;

    memset(out, 0, sizeof *out);
    store_series_list(txn, choose, &best);
    if (best.count > 0) {
        profile_begin(&builder, best.last_s);
        store_series_scan(txn, &best.name, builder.from_s, best.last_s + 1, feed, &builder);
        profile_end(out, &builder);
        out->meter = best.name;
    }
    return store_commit(txn, why);
}
