/* advice_ask.c - see advice_ask.h. Happy path: one meter, and the days asked for lie within its readings.
 * Failure modes are sentences with the next command: no readings, no such meter, no such date, days without
 * any reading. */
#include "node/serve/advice_ask.h"

#include "node/serve/data.h"
#include "node/tongue/tongue.h"

#include <string.h>

struct choice {
    const char *meter; /* NULL: any */
    enum quantity quantity;
    struct store_series best;
    char others[96]; /* the names that there are, as far as they fit */
};

enum { HISTORY_S = 28 * CALENDAR_DAY_S };

static bool has_history(const struct store_series *series)
{
    return series->last_s - series->first_s >= HISTORY_S;
}

/* A new meter of three days, or one stray reading, does not take the place of the one that has years. */
static bool is_better(const struct store_series *series, const struct store_series *best)
{
    if (best->count == 0 || has_history(series) != has_history(best))
        return best->count == 0 || has_history(series);
    return series->last_s > best->last_s || (series->last_s == best->last_s && series->count > best->count);
}

static void remember_other(struct choice *choice, const char *meter)
{
    size_t used = strlen(choice->others);

    if (used + strlen(meter) + 3 < sizeof choice->others)
        snprintf(choice->others + used, sizeof choice->others - used, "%s%s", used ? ", " : "", meter);
}

static bool choose(void *arg, const struct store_series *series)
{
    struct choice *choice = arg;

    if (series->name.quantity != choice->quantity || series->count == 0)
        return true;
    remember_other(choice, series->name.meter);
    if (choice->meter && strcmp(choice->meter, series->name.meter) != 0)
        return true;
    if (is_better(series, &choice->best))
        choice->best = *series;
    return true;
}

enum status advice_meter(struct store_series *out, struct store *store, json_t *args, enum quantity quantity,
                         struct failure *why)
{
    struct choice choice = {
        json_string_value(json_object_get(args, "meter")), quantity, { .count = 0 }, ""
    };
    struct store_txn *txn = store_begin(store, STORE_READ);
    enum status status;

    store_series_list(txn, choose, &choice);
    status = store_commit(txn, why);
    if (status)
        return status;
    *out = choice.best;
    if (choice.best.count > 0)
        return STATUS_OK;
    if (choice.others[0] == '\0')
        return failure_say(why, STATUS_MISSING,
                           _("no %s readings yet; take a meter file in with: coopair import FILE"),
                           quantity_name(quantity));
    return failure_say(why, STATUS_MISSING, _("no %s meter is called \"%.40s\"; say --meter with one of: %s"),
                       quantity_name(quantity), choice.meter, choice.others);
}

static bool date(int64_t *day, json_t *args, const char *key, int64_t otherwise, struct failure *why)
{
    json_t *value = json_object_get(args, key);

    *day = otherwise;
    if (!value || json_is_null(value))
        return true;
    if (json_is_string(value) && day_read(day, json_string_value(value)))
        return true;
    failure_say(why, STATUS_MALFORMED, _("--%s takes a date that exists, such as 2023-01-31"), key);
    return false;
}

enum status advice_range(struct advice_days *out, json_t *args, const struct store_series *series,
                         int64_t days, struct failure *why)
{
    char first_text[CALENDAR_TEXT_MAX], last_text[CALENDAR_TEXT_MAX];
    int64_t first = day_of(series->first_s), last = day_of(series->last_s);

    if (!date(&out->to, args, "to", last, why) || !date(&out->from, args, "from", out->to - days + 1, why))
        return STATUS_MALFORMED;
    if (out->from > out->to && json_is_string(json_object_get(args, "to")))
        return failure_say(why, STATUS_MALFORMED, _("--from lies after --to"));
    day_text(first_text, first);
    day_text(last_text, last);
    if (out->to < first || out->from > last)
        return failure_say(why, STATUS_MISSING, _("no readings on these days; meter %s has them from %s to %s"),
                           series->name.meter, first_text, last_text);
    out->from = out->from < first ? first : out->from;
    out->to = out->to > last ? last : out->to;
    return STATUS_OK;
}

enum status advice_scan(struct store *store, const struct series_name *name, struct advice_days days,
                        bool (*visit)(void *arg, const struct reading *readings, size_t count), void *arg,
                        struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_READ);

    store_series_scan(txn, name, utc_of_local(days.from * CALENDAR_DAY_S),
                      utc_of_local((days.to + 1) * CALENDAR_DAY_S), visit, arg);
    return store_commit(txn, why);
}
