/* serve_advice.c - what the household's own readings say to it: usage. Nothing here leaves the house, and
 * nothing is stored. */
#include "node/advice/usage.h"
#include "node/serve/advice_ask.h"
#include "node/serve/data.h"
#include "node/serve/serve.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>
#include <string.h>

static bool feed_usage(void *arg, const struct reading *readings, size_t count)
{
    usage_add(arg, readings, count);
    return true;
}

/* ---- usage.show */

static void bin_fields(struct answer *answer, json_t *out, enum span span, const struct usage_bin *bin)
{
    char text[CALENDAR_TEXT_MAX];

    answer_text(answer, out, "start", span_text(text, span, bin->local_s));
    answer_uint(answer, out, "start_s", (uint64_t)bin->start_s);
    answer_uint(answer, out, "length_s", (uint64_t)(bin->end_s - bin->start_s));
    answer_uint(answer, out, "covered_s", bin->covered_s);
    if (bin->covered_s > 0)
        answer_uint(answer, out, "energy_mwh", bin->energy_mwh);
    else
        answer_null(answer, out, "energy_mwh");
    answer_flag(answer, out, "whole", usage_bin_whole(bin));
}

static void usage_answer(struct answer *answer, json_t *reply, const struct usage *now,
                         const struct usage *before)
{
    json_t *list = answer_array(answer, reply, "bins"), *change;
    int64_t permille = 0;
    size_t bins = 0;
    bool known = usage_change(&permille, &bins, now, before);

    for (size_t i = 0; i < now->count; i++) {
        json_t *item = answer_item(answer, list);

        bin_fields(answer, item, now->span, &now->bins[i]);
        if (before->bins[i].covered_s > 0)
            bin_fields(answer, answer_object(answer, item, "before"), now->span, &before->bins[i]);
        else
            answer_null(answer, item, "before");
    }
    answer_uint(answer, reply, "total_mwh", now->total_mwh);
    answer_uint(answer, reply, "covered_s", now->covered_s);
    answer_uint(answer, reply, "coarse_mwh", now->coarse_mwh);
    if (!known) {
        answer_null(answer, reply, "change");
        return;
    }
    change = answer_object(answer, reply, "change");
    answer_uint(answer, change, "bins", bins);
    if (json_object_set_new(change, "permille", json_integer(permille)) != 0)
        answer->failed = true;
}

/* What is shown when no days are named: a day of hours, a month of days, half a year of weeks, a year of
 * months, ten years. */
static int64_t usual_days(enum span span)
{
    static const int64_t days[SPANS] = { 1, 31, 26 * 7, 365, 3650 };

    return days[span];
}

/* A month begun last year is shown whole: whole spans are what can be compared. */
static struct advice_days whole_spans(enum span span, struct advice_days days)
{
    return (struct advice_days){ span_start(span, days.from * CALENDAR_DAY_S) / CALENDAR_DAY_S,
                                 (span_next(span, span_start(span, days.to * CALENDAR_DAY_S)) - 1) /
                                     CALENDAR_DAY_S };
}

static enum status usage_walk(struct usage *now, struct usage *before, struct store *store,
                              const struct series_name *name, struct advice_days days, struct failure *why)
{
    struct advice_days earlier = days;
    enum status status;
    int64_t local_s;

    status = advice_scan(store, name, days, feed_usage, now, why);
    if (status)
        return status;
    if (!span_year_before(&local_s, now->span, now->bins[0].local_s)) /* 29 February */
        local_s = now->bins[0].local_s - (int64_t)366 * CALENDAR_DAY_S;
    earlier.from = local_s / CALENDAR_DAY_S;
    earlier.to = days.to - 364;
    return advice_scan(store, name, earlier, feed_usage, before, why);
}

static enum status usage_reply(struct store *store, json_t *reply, const struct store_series *series,
                               enum span span, struct advice_days days, struct failure *why)
{
    struct usage_bin *bins = malloc(2 * USAGE_BINS_MAX * sizeof *bins);
    char from[CALENDAR_TEXT_MAX], to[CALENDAR_TEXT_MAX];
    struct answer answer = { false };
    struct usage now, before;
    enum status status;

    if (!bins)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the usage"));
    days = whole_spans(span, days);
    if (!usage_begin(&now, bins, span, days.from, days.to)) {
        free(bins);
        return failure_say(
            why, STATUS_FULL,
            _("these days by the %s are more than %d lines; name fewer days, or ask for a longer "
            "span: --by %s"),
            span_name(span), USAGE_BINS_MAX, span == SPAN_HOUR ? _("day") : _("month"));
    }
    usage_begin_before(&before, bins + USAGE_BINS_MAX, &now);
    status = usage_walk(&now, &before, store, &series->name, days, why);
    if (!status) {
        answer_text(&answer, reply, "meter", series->name.meter);
        answer_text(&answer, reply, "quantity", quantity_name(series->name.quantity));
        answer_text(&answer, reply, "by", span_name(span));
        answer_text(&answer, reply, "from", day_text(from, days.from));
        answer_text(&answer, reply, "to", day_text(to, days.to));
        usage_answer(&answer, reply, &now, &before);
        status = answer_done(&answer, why);
    }
    free(bins);
    return status;
}

/* Twelve calendar months, the last one being that of `to`. */
static int64_t twelve_months(const struct store_series *series, int64_t to)
{
    int64_t last = span_start(SPAN_MONTH, to * CALENDAR_DAY_S), from = last, first = day_of(series->first_s);

    if (span_year_before(&from, SPAN_MONTH, last))
        from = span_next(SPAN_MONTH, from);
    return from / CALENDAR_DAY_S < first ? first : from / CALENDAR_DAY_S;
}

static enum status run_usage(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    const char *by = arg_text_or(args, "by", "month"), *kind = arg_text_or(args, "quantity", "electricity");
    struct store_series series;
    struct advice_days days;
    enum quantity quantity;
    enum status status;
    enum span span;

    if (!span_of_name(&span, by))
        return failure_say(why, STATUS_MALFORMED, _("--by takes hour, day, week, month or year"));
    if (!quantity_of_name(&quantity, kind))
        return failure_say(why, STATUS_MALFORMED, _("--of takes electricity, electricity-out or gas"));
    status = advice_meter(&series, node_store(node), args, quantity, why);
    if (!status)
        status = advice_range(&days, args, &series, usual_days(span), why);
    if (!status && span == SPAN_MONTH && !json_is_string(json_object_get(args, "from")))
        days.from = twelve_months(&series, days.to);
    return status ? status : usage_reply(node_store(node), reply, &series, span, days, why);
}

const struct served serve_advice[] = {
    { "usage.show", run_usage, false },
    { NULL, NULL, false },
};
