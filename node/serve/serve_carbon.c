/* serve_carbon.c - the greenhouse gas of what this home used, by month. Nothing of it leaves the house.
 *
 * Happy path: an electricity meter, a gas meter, or both. Failure modes: none at all, with the next command;
 * a kind of energy that has no meter is simply not there, and the total is of what is. */
#include "node/advice/carbon.h"
#include "node/advice/usage.h"
#include "node/serve/advice_ask.h"
#include "node/serve/data.h"
#include "node/serve/serve.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>

enum { YEAR_DAYS = 365 };

static bool feed(void *arg, const struct reading *readings, size_t count)
{
    usage_add(arg, readings, count);
    return true;
}

static void months_answer(struct answer *answer, json_t *out, const struct usage *usage,
                          const struct carbon_factor *factor)
{
    json_t *list = answer_array(answer, out, "months");
    char text[CALENDAR_TEXT_MAX];

    for (size_t i = 0; i < usage->count; i++) {
        const struct usage_bin *bin = &usage->bins[i];
        json_t *item = answer_item(answer, list);

        answer_text(answer, item, "start", span_text(text, SPAN_MONTH, bin->local_s));
        answer_uint(answer, item, "start_s", (uint64_t)bin->start_s);
        answer_flag(answer, item, "whole", usage_bin_whole(bin));
        if (bin->covered_s > 0) {
            answer_uint(answer, item, "energy_mwh", bin->energy_mwh);
            answer_uint(answer, item, "grams", carbon_grams(bin->energy_mwh, factor));
        } else {
            answer_null(answer, item, "energy_mwh");
            answer_null(answer, item, "grams");
        }
    }
}

static enum status kind_answer(json_t *kinds, uint64_t *grams, struct store *store, json_t *args,
                               const struct store_series *series, struct failure *why)
{
    const struct carbon_factor *factor = carbon_factor_of(series->name.quantity);
    char text[CALENDAR_TEXT_MAX];
    struct answer answer = { false };
    struct advice_days days;
    struct usage_bin *bins;
    struct usage usage;
    enum status status = advice_range(&days, args, series, YEAR_DAYS, why);
    json_t *item;

    if (status)
        return status;
    bins = malloc(USAGE_BINS_MAX * sizeof *bins);
    if (!bins)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the months"));
    if (!usage_begin(&usage, bins, SPAN_MONTH, days.from, days.to))
        status = failure_say(why, STATUS_FULL, _("more than %d months; name fewer days"), USAGE_BINS_MAX);
    if (!status)
        status = advice_scan(store, &series->name, days, feed, &usage, why);
    if (!status) {
        item = answer_item(&answer, kinds);
        answer_text(&answer, item, "quantity", quantity_name(series->name.quantity));
        answer_text(&answer, item, "meter", series->name.meter);
        answer_text(&answer, item, "from", day_text(text, days.from));
        answer_text(&answer, item, "to", day_text(text, days.to));
        answer_uint(&answer, item, "energy_mwh", usage.total_mwh);
        answer_uint(&answer, item, "grams", carbon_grams(usage.total_mwh, factor));
        answer_uint(&answer, item, "tenths_g_per_kwh", factor->tenths_g_per_kwh);
        answer_text(&answer, item, "vintage", factor->vintage);
        answer_text(&answer, item, "scope", _(factor->scope));
        months_answer(&answer, item, &usage, factor);
        *grams += carbon_grams(usage.total_mwh, factor);
        status = answer_done(&answer, why);
    }
    free(bins);
    return status;
}

/* A kind of energy that has no readings in these days is not in the sum, and is named. */
static void left_out_answer(struct answer *answer, json_t *list, const struct store_series *series)
{
    json_t *item = answer_item(answer, list);
    char text[CALENDAR_TEXT_MAX];

    answer_text(answer, item, "quantity", quantity_name(series->name.quantity));
    answer_text(answer, item, "meter", series->name.meter);
    answer_text(answer, item, "from", day_text(text, day_of(series->first_s)));
    answer_text(answer, item, "to", day_text(text, day_of(series->last_s)));
}

struct meters {
    struct store_series list[2];
    size_t count;
};

/* STATUS_MISSING of one kind matters only when there is no other. */
static enum status meters_find(struct meters *out, struct store *store, json_t *args, struct failure *why)
{
    static const enum quantity wanted[ARRAY_SIZE(out->list)] = { QUANTITY_GAS, QUANTITY_ELECTRICITY_IN };
    enum status status = STATUS_OK;

    out->count = 0;
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        status = advice_meter(&out->list[out->count], store, args, wanted[i], why);
        out->count += status == STATUS_OK;
        if (status && status != STATUS_MISSING)
            return status;
    }
    return out->count > 0 ? STATUS_OK : status;
}

/* When none are named, the days of the meter that goes furthest are those of all: gas of one year is not added to
 * electricity of another. */
static bool same_days(json_t *args, const struct meters *meters)
{
    char text[CALENDAR_TEXT_MAX];
    int64_t last_s = 0;

    for (size_t i = 0; i < meters->count; i++)
        last_s = meters->list[i].last_s > last_s ? meters->list[i].last_s : last_s;
    return json_is_string(json_object_get(args, "to")) || json_is_string(json_object_get(args, "from")) ||
           json_object_set_new(args, "to", json_string(day_text(text, day_of(last_s)))) == 0;
}

static enum status run_carbon(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct meters meters;
    struct answer answer = { false };
    json_t *kinds = answer_array(&answer, reply, "kinds"), *left_out = answer_array(&answer, reply, "left_out");
    enum status status = meters_find(&meters, node_store(node), args, why);
    uint64_t grams = 0;

    if (status)
        return status;
    if (!same_days(args, &meters))
        return failure_say(why, STATUS_NOMEM, _("out of memory for the months"));
    for (size_t i = 0; i < meters.count; i++) {
        status = kind_answer(kinds, &grams, node_store(node), args, &meters.list[i], why);
        if (status == STATUS_MISSING)
            left_out_answer(&answer, left_out, &meters.list[i]);
        else if (status)
            return status;
    }
    if (json_array_size(kinds) == 0)
        return status;
    answer_uint(&answer, reply, "total_grams", grams);
    answer_uint(&answer, reply, "diesel_g_per_l", CARBON_DIESEL_G_PER_L);
    answer_text(&answer, reply, "source", _(carbon_source));
    return answer_done(&answer, why);
}

const struct served serve_carbon[] = {
    { "carbon.show", run_carbon, false },
    { NULL, NULL, false },
};
