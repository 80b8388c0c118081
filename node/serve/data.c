/* data.c - readings as JSON: runs out of a list, a list out of runs, series out of the store.
 *
 * Happy path: a year of half hours is one run and one request. Failure modes: whoever asks is a program of
 * this household, but perhaps a broken one: every number is checked as if it came from a file, and a portion
 * is kept whole or not at all. */
#include "node/serve/data.h"

#include "node/import/import.h"
#include "node/serve/answer.h"
#include "node/serve/register_days.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PORTION_BYTES = 900000, /* a request is at most a MiB (control.h), and has a head */
    RUN_BYTES = 32,         /* brackets, start, length */
    VALUE_BYTES = 12        /* ten digits hold the most a day can carry */
};
static const int64_t TIME_END_S = INT64_C(7258118400); /* 2200, as in the store */

static const char *const names[QUANTITIES] = {
    N_("electricity"),          N_("electricity-out"),          N_("gas"),
    N_("electricity register"), N_("electricity-out register"), N_("gas register"),
};

const char *quantity_name(enum quantity quantity)
{
    assert((unsigned)quantity < QUANTITIES);
    return names[quantity];
}

bool quantity_is_register(enum quantity quantity)
{
    return quantity >= QUANTITY_REGISTER_IN;
}

bool quantity_of_name(enum quantity *out, const char *name)
{
    for (size_t i = 0; i < QUANTITIES; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum quantity)i;
            return true;
        }
    }
    return false;
}

/* ---- Out of a list. */

static bool follows(const struct reading *before, const struct reading *r)
{
    return r->length_s == before->length_s && r->start_s == before->start_s + before->length_s;
}

static bool append(json_t *run, int64_t number)
{
    return json_array_append_new(run, json_integer(number)) == 0;
}

/* NULL: out of memory. */
static json_t *run_begin(json_t *runs, const struct reading *first)
{
    json_t *run = json_array();

    if (json_array_append_new(runs, run) != 0)
        return NULL;
    return append(run, first->start_s) && append(run, first->length_s) ? run : NULL;
}

json_t *data_runs(const struct reading *readings, size_t *count)
{
    json_t *runs = json_array(), *run = NULL;
    size_t taken = 0, bytes = 0;

    for (; taken < *count && bytes < PORTION_BYTES; taken++) {
        const struct reading *r = &readings[taken];

        if (taken == 0 || !follows(r - 1, r)) {
            run = runs ? run_begin(runs, r) : NULL;
            bytes += RUN_BYTES;
        }
        if (!run || !append(run, r->energy_mwh)) {
            json_decref(runs);
            return NULL;
        }
        bytes += VALUE_BYTES;
    }
    *count = taken;
    return runs;
}

/* ---- Into the store. */

static bool number(int64_t *out, json_t *run, size_t i, int64_t least, int64_t most)
{
    json_t *value = json_array_get(run, i);

    *out = json_integer_value(value);
    return json_is_integer(value) && *out >= least && *out <= most;
}

static enum status run_read(struct reading *out, json_t *run, size_t *used, enum quantity quantity, struct failure *why)
{
    int64_t start_s, length_s, energy_mwh, most;
    size_t size = json_array_size(run);

    if (size < 3 || !number(&length_s, run, 1, 60, 86400) || !number(&start_s, run, 0, 0, TIME_END_S))
        return failure_say(why, STATUS_MALFORMED, _("a run is [start, length, mWh, ...] with times that exist"));
    most = quantity_is_register(quantity) ? IMPORT_COUNTER_MAX : import_energy_max_mwh((uint32_t)length_s);
    for (size_t i = 2; i < size; i++, start_s += length_s) {
        if (start_s >= TIME_END_S || !number(&energy_mwh, run, i, 0, most))
            return failure_say(why, STATUS_MALFORMED,
                               _("value %zu of the run from %" PRId64 " is not what a home can use"), i - 1,
                               start_s);
        out[(*used)++] = (struct reading){ start_s, (uint32_t)length_s, energy_mwh };
    }
    return STATUS_OK;
}

/* *out is the caller's also after a failure. */
static enum status runs_read(struct reading **out, size_t *count, json_t *runs, enum quantity quantity, struct failure *why)
{
    size_t i, room = 0;
    json_t *run;

    json_array_foreach(runs, i, run) room += json_array_size(run);
    *count = 0;
    *out = malloc((room + 1) * sizeof **out);
    if (!*out)
        return failure_say(why, STATUS_NOMEM, _("out of memory for %zu readings"), room);
    if (room == 0)
        return failure_say(why, STATUS_MALFORMED, _("\"runs\" is missing or empty"));
    json_array_foreach(runs, i, run)
    {
        enum status status = run_read(*out, run, count, quantity, why);

        if (status)
            return status;
    }
    return STATUS_OK;
}

static bool name_read(struct series_name *out, json_t *args)
{
    const char *meter = json_string_value(json_object_get(args, "meter"));
    const char *quantity = json_string_value(json_object_get(args, "quantity"));

    memset(out, 0, sizeof *out);
    if (!meter || !quantity || meter[0] == '\0' || strlen(meter) >= sizeof out->meter ||
        !quantity_of_name(&out->quantity, quantity))
        return false;
    memcpy(out->meter, meter, strlen(meter) + 1);
    return true;
}

struct import_counts {
    size_t count, added, replaced, days;
};

/* 0: not told, or nothing that gas is worth. */
static int64_t heat_read(json_t *args)
{
    int64_t heat = json_integer_value(json_object_get(args, "heat"));

    return heat >= HEAT_LEAST && heat <= HEAT_MOST ? heat : 0;
}

static enum status readings_keep(struct import_counts *out, struct store *store, const struct series_name *name,
                                 const struct reading *readings, int64_t heat, struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    enum status status = STATUS_OK;

    store_series_add(txn, name, readings, out->count, &out->added, &out->replaced);
    if (quantity_is_register(name->quantity))
        status = register_days(&out->days, txn, name, readings, out->count, heat, why);
    if (!status)
        return store_commit(txn, why);
    store_abort(txn);
    return status;
}

enum status data_import(struct store *store, json_t *args, json_t *reply, struct failure *why)
{
    struct reading *readings = NULL;
    struct series_name name;
    struct answer answer = { false };
    struct import_counts counts = { .count = 0 };
    enum status status;

    if (!name_read(&name, args))
        return failure_say(
            why, STATUS_MALFORMED,
            _("\"meter\" must be 1 to %zu bytes, \"quantity\" electricity, electricity-out or gas"),
            sizeof name.meter - 1);
    status = runs_read(&readings, &counts.count, json_object_get(args, "runs"), name.quantity, why);
    if (!status)
        status = readings_keep(&counts, store, &name, readings, heat_read(args), why);
    free(readings);
    if (status)
        return status;
    answer_uint(&answer, reply, "count", counts.count);
    answer_uint(&answer, reply, "added", counts.added);
    answer_uint(&answer, reply, "replaced", counts.replaced);
    answer_uint(&answer, reply, "days", counts.days);
    return answer_done(&answer, why);
}

struct listing {
    struct answer answer;
    json_t *series;
};

static bool list_one(void *arg, const struct store_series *series)
{
    struct listing *listing = arg;
    json_t *item = answer_item(&listing->answer, listing->series);

    answer_text(&listing->answer, item, "meter", series->name.meter);
    answer_text(&listing->answer, item, "quantity", quantity_name(series->name.quantity));
    answer_uint(&listing->answer, item, "first_s", (uint64_t)series->first_s);
    answer_uint(&listing->answer, item, "last_s", (uint64_t)series->last_s);
    answer_uint(&listing->answer, item, "count", series->count);
    return true;
}

enum status data_list(struct store *store, json_t *reply, struct failure *why)
{
    struct listing listing = { { false }, NULL };
    struct store_txn *txn = store_begin(store, STORE_READ);
    enum status status;

    listing.series = answer_array(&listing.answer, reply, "series");
    store_series_list(txn, list_one, &listing);
    status = store_commit(txn, why);
    return status ? status : answer_done(&listing.answer, why);
}

/* ---- Layouts of tables. */

enum { MAP_MAX = 512 };

static bool layout_setting(char out[STORE_SETTING_NAME_MAX], json_t *args)
{
    const char *layout = json_string_value(json_object_get(args, "layout"));

    if (!layout || strlen(layout) != IMPORT_LAYOUT_SIZE - 1 ||
        strspn(layout, "0123456789abcdef") != IMPORT_LAYOUT_SIZE - 1)
        return false;
    snprintf(out, STORE_SETTING_NAME_MAX, "layout %s", layout);
    return true;
}

enum status data_layout(struct store *store, json_t *args, json_t *reply, struct failure *why)
{
    const char *map = json_string_value(json_object_get(args, "map"));
    char name[STORE_SETTING_NAME_MAX], kept[MAP_MAX];
    struct answer answer = { false };
    struct bytes value = { NULL, 0 };
    struct store_txn *txn;
    enum status status;

    if (!layout_setting(name, args) || (map && strlen(map) >= MAP_MAX))
        return failure_say(why, STATUS_MALFORMED, "\"layout\" must be 24 hexadecimal digits, \"map\" below %d bytes", MAP_MAX);
    txn = store_begin(store, map ? STORE_WRITE : STORE_READ);
    if (map)
        store_setting_put(txn, NULL, name, (struct bytes){ (const uint8_t *)map, strlen(map) });
    else if (store_setting_get(txn, &value, NULL, name) && value.size < MAP_MAX)
        memcpy(kept, value.data, value.size);
    status = store_commit(txn, why);
    if (status)
        return status;
    if (!map && value.size == 0)
        return failure_say(why, STATUS_MISSING, _("nothing was said about a table with these columns"));
    kept[map ? 0 : value.size] = '\0';
    answer_text(&answer, reply, "map", map ? map : kept);
    return answer_done(&answer, why);
}

/* ---- Out of it for good. */

enum status data_erase(struct store *store, json_t *args, json_t *reply, struct failure *why)
{
    const char *meter = json_string_value(json_object_get(args, "meter"));
    struct answer answer = { false };
    struct series_name name;
    struct store_series series;
    uint64_t readings = 0, erased = 0;

    memset(&name, 0, sizeof name);
    if (!meter || meter[0] == '\0' || strlen(meter) >= sizeof name.meter)
        return failure_say(why, STATUS_MALFORMED, _("\"meter\" must be 1 to %zu bytes"), sizeof name.meter - 1);
    memcpy(name.meter, meter, strlen(meter) + 1);
    for (int quantity = 0; quantity < QUANTITIES; quantity++) {
        struct store_txn *txn = store_begin(store, STORE_READ);
        enum status status;
        bool found;

        name.quantity = (enum quantity)quantity;
        found = store_series_find(txn, &series, &name);
        status = store_commit(txn, why);
        if (!status && found)
            status = store_series_erase(store, &name, why);
        if (status)
            return status;
        erased += found;
        readings += found ? series.count : 0;
    }
    if (erased == 0)
        return failure_say(why, STATUS_MISSING, _("there are no readings of a meter \"%s\"; see: coopair doctor"), meter);
    answer_uint(&answer, reply, "series", erased);
    answer_uint(&answer, reply, "readings", readings);
    return answer_done(&answer, why);
}
