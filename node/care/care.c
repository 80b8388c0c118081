/* care.c - two dates among the household's settings, and the holes in a series. Failure
 * modes: those of the store; a date of another size, which only damage can make, reads as never. */
#include "node/care/care.h"

#include "node/tongue/local_time.h"

#include <assert.h>
#include <string.h>

enum { DAY_S = 86400, WHOLE_DAY_S = 23 * 3600 /* the shortest there is: the clock goes forward in March */ };

/* ---- Dates. */

static uint64_t date_read(struct store_txn *txn, const char *name)
{
    struct bytes value;

    return store_setting_get(txn, &value, NULL, name) && value.size == 8 ? be64_read(value.data) : 0;
}

enum status care_read(struct care *out, struct store *store, struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_READ);

    out->backup_ms = date_read(txn, CARE_BACKUP);
    out->proved_ms = date_read(txn, CARE_PROVED);
    return store_commit(txn, why);
}

enum status care_note(struct store *store, const char *name, uint64_t time_ms, struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    uint8_t value[8];

    be64_write(value, time_ms);
    store_setting_put(txn, NULL, name, BYTES(value));
    return store_commit(txn, why);
}

/* ---- Holes. */

struct walk {
    struct gaps *gaps;
    int64_t day;        /* days since 1970 by the wall clock */
    uint64_t covered_s; /* of `day` */
};

static int64_t day_of(int64_t utc_s)
{
    return (utc_s + local_offset_s(utc_s)) / DAY_S;
}

static void day_end(struct walk *walk, bool judged)
{
    walk->gaps->days++;
    if (judged && walk->covered_s < WHOLE_DAY_S)
        walk->gaps->partial++;
    walk->covered_s = 0;
}

static bool walk_on(void *arg, const struct reading *readings, size_t count)
{
    struct walk *walk = arg;

    for (size_t i = 0; i < count; i++) {
        int64_t day = day_of(readings[i].start_s);

        if (day > walk->day) {
            day_end(walk, walk->gaps->days > 0);
            if (day > walk->day + 1 && walk->gaps->missing == 0)
                walk->gaps->first_missing_s = (walk->day + 1) * DAY_S + DAY_S / 2;
            walk->gaps->missing += (uint64_t)(day - walk->day - 1);
            walk->gaps->days += (uint64_t)(day - walk->day - 1);
            walk->day = day;
        }
        walk->covered_s += readings[i].length_s;
    }
    return true;
}

void gaps_of(struct gaps *out, struct store_txn *txn, const struct store_series *series)
{
    struct walk walk = { .gaps = out, .day = day_of(series->first_s) };

    memset(out, 0, sizeof *out);
    store_series_scan(txn, &series->name, series->first_s, series->last_s + 1, walk_on, &walk);
    day_end(&walk, false);
}
