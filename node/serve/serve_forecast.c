/* serve_forecast.c - the next months of the household's money in three classes, and the same if something were
 * otherwise. A what-if draws again; the movements are not touched, and nothing is kept.
 *
 * Happy path: at least two months of movements. Failure modes: fewer, said; a what-if about what is not among the
 * payments, said in the reply. */
#include "node/advice/calendar.h"
#include "node/advice/forecast.h"
#include "node/advice/usage.h"
#include "node/serve/advice_ask.h"
#include "node/serve/money.h"
#include "node/serve/serve.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdlib.h>

enum { RENT_MOST = 100000000, HEATING_KWH_MOST = 1000000, MWH_PER_KWH = 1000000 };

struct forecasting {
    struct money money;
    struct forecast forecast;
    struct forecast_item *items;
    struct whatif whatif;
    bool asked; /* a what-if */
};

static enum status months_take(unsigned *out, json_t *args, struct failure *why)
{
    uint64_t months = FORECAST_MONTHS_MOST;

    if (json_object_get(args, "months") && !arg_uint(&months, args, "months", UINT32_MAX, why))
        return STATUS_MALFORMED;
    if (months < FORECAST_MONTHS_LEAST || months > FORECAST_MONTHS_MOST)
        return failure_say(why, STATUS_MALFORMED, _("a forecast covers %d to %d months"), FORECAST_MONTHS_LEAST,
                           FORECAST_MONTHS_MOST);
    *out = (unsigned)months;
    return STATUS_OK;
}

static enum status whatif_take(struct forecasting *f, json_t *args, struct failure *why)
{
    uint64_t rent = 0, heating = 0;
    json_t *kwh = json_object_get(args, "kwh_percent");

    if (json_object_get(args, "rent_cents") && !arg_uint(&rent, args, "rent_cents", RENT_MOST, why))
        return STATUS_MALFORMED;
    if (json_object_get(args, "heating_kwh") && !arg_uint(&heating, args, "heating_kwh", HEATING_KWH_MOST, why))
        return STATUS_MALFORMED;
    if (kwh && (!json_is_integer(kwh) || json_integer_value(kwh) < -100 || json_integer_value(kwh) > 300))
        return failure_say(why, STATUS_MALFORMED, _("electricity changes by -100 to 300 percent"));
    f->whatif = (struct whatif){ .rent_cents = (int64_t)rent,
                                 .kwh_percent = (int)json_integer_value(kwh),
                                 .heat_pump = arg_flag(args, "heat_pump"),
                                 .heating_mwh = (int64_t)heating * MWH_PER_KWH };
    f->asked = rent > 0 || f->whatif.kwh_percent != 0 || f->whatif.heat_pump;
    return STATUS_OK;
}

/* ---- A year of the gas meter. */

enum { YEAR_DAYS = 365, WHOLE_PERCENT = 95 };

static bool feed(void *arg, const struct reading *readings, size_t count)
{
    usage_add(arg, readings, count);
    return true;
}

/* *mwh is 0 without a meter or with gaps in its last year: heating is unlike from month to month, nothing is filled in. */
static enum status gas_year(int64_t *mwh, struct store *store, struct failure *why)
{
    struct usage_bin bins[2]; /* 365 days touch two years */
    struct usage usage = { .covered_s = 0 };
    struct store_series series;
    struct advice_days days;
    enum status status = advice_meter(&series, store, NULL, QUANTITY_GAS, why);

    *mwh = 0;
    if (!status)
        status = advice_range(&days, NULL, &series, YEAR_DAYS, why);
    if (!status && usage_begin(&usage, bins, SPAN_YEAR, days.from, days.to))
        status = advice_scan(store, &series.name, days, feed, &usage, why);
    if (!status && usage.covered_s * 100 >= (uint64_t)YEAR_DAYS * CALENDAR_DAY_S * WHOLE_PERCENT)
        *mwh = (int64_t)usage.total_mwh;
    return status == STATUS_MISSING ? STATUS_OK : status;
}

static enum status make(struct forecasting *f, struct node *node, json_t *args, struct failure *why)
{
    unsigned months = 0;
    enum status status = months_take(&months, args, why);

    if (!status)
        status = whatif_take(f, args, why);
    if (!status && f->whatif.heat_pump)
        status = gas_year(&f->whatif.gas_mwh, node_store(node), why);
    if (!status)
        status = money_load(&f->money, node_store(node), arg_text_or(args, "account", NULL), false, why);
    if (status)
        return status;
    f->items = malloc(FORECAST_ITEMS_MAX * sizeof *f->items);
    if (!f->items)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    if (!forecast_make(&f->forecast, f->items, f->money.series, f->money.series_count, f->money.entries,
                       f->money.count, months))
        return failure_say(why, STATUS_MISSING,
                           _("it takes %d days of movements to say what comes; import more with: coopair import FILE"),
                           FORECAST_DAYS_LEAST);
    return STATUS_OK;
}

/* ---- The reply. */

static void classes(struct answer *a, json_t *out, const char *key, const int64_t cents[SURENESSES])
{
    json_t *item = answer_object(a, out, key);

    for (int i = 0; i < SURENESSES; i++)
        answer_int(a, item, sureness_name((enum sureness)i), cents[i]);
}

static void months_view(struct answer *a, json_t *reply, const struct forecast *forecast)
{
    struct forecast_month months[FORECAST_MONTHS_MOST + 1];
    size_t count = forecast_months(months, forecast);
    json_t *list = answer_array(a, reply, "months");
    char text[CALENDAR_TEXT_MAX];

    for (size_t i = 0; i < count; i++) {
        json_t *item = answer_item(a, list);

        answer_text(a, item, "month",
                    span_text(text, SPAN_MONTH, month_first_day(months[i].index) * CALENDAR_DAY_S));
        classes(a, item, "in", months[i].in);
        classes(a, item, "out", months[i].out);
        answer_int(a, item, "sum", forecast_month_cents(&months[i]));
    }
}

static void before_view(struct answer *a, json_t *reply, const struct forecast *forecast)
{
    struct forecast_month months[FORECAST_MONTHS_MOST + 1];
    size_t count = forecast_months(months, forecast);
    json_t *list = answer_array(a, reply, "before");

    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(list, json_integer(forecast_month_cents(&months[i]))) != 0)
            a->failed = true;
}

static void said_view(struct answer *a, json_t *reply, const struct whatif_said *said)
{
    json_t *out = answer_object(a, reply, "whatif");

    answer_int(a, out, "rent_before_cents", said->rent_before_cents);
    answer_int(a, out, "electricity_before_cents", said->electricity_before_cents);
    answer_int(a, out, "electricity_after_cents", said->electricity_after_cents);
    answer_int(a, out, "fuel_before_cents", said->fuel_before_cents);
    answer_int(a, out, "heat_mwh", said->heat_mwh);
    answer_flag(a, out, "heat_metered", said->heat_metered);
    answer_int(a, out, "pump_mwh", said->pump_mwh);
    answer_flag(a, out, "no_rent", said->no_rent);
    answer_flag(a, out, "no_electricity", said->no_electricity);
    answer_flag(a, out, "no_fuel", said->no_fuel);
}

static void series_view(struct answer *a, json_t *reply, const struct money *money, int64_t to_day)
{
    json_t *list = answer_array(a, reply, "series");
    char text[CALENDAR_TEXT_MAX];

    for (size_t i = 0; i < money->series_count; i++) {
        const struct series *series = &money->series[i];
        json_t *item;

        if (series->ended || series->next_day > to_day)
            continue;
        item = answer_item(a, list);
        answer_text(a, item, "payee", series->payee);
        answer_text(a, item, "code", posts[series->post].code);
        answer_text(a, item, "name", posts[series->post].name);
        answer_int(a, item, "cents", series->cents);
        answer_uint(a, item, "months", series->months);
        answer_uint(a, item, "days", series->days);
        answer_text(a, item, "next", day_text(text, series->next_day));
        answer_text(a, item, "class", sureness_name(series->sureness));
    }
}

static enum status forecast_show(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct forecasting f = { .asked = false };
    struct answer a = { false };
    struct whatif_said said;
    char text[CALENDAR_TEXT_MAX];
    enum status status = make(&f, node, args, why);

    if (!status) {
        answer_text(&a, reply, "currency", f.money.currency);
        answer_uint(&a, reply, "accounts", f.money.accounts);
        answer_uint(&a, reply, "accounts_left_out", f.money.left_out);
        answer_uint(&a, reply, "movements", f.money.count);
        answer_text(&a, reply, "from", day_text(text, f.forecast.from_day));
        answer_text(&a, reply, "to", day_text(text, f.forecast.to_day));
        series_view(&a, reply, &f.money, f.forecast.to_day);
        if (f.asked) {
            before_view(&a, reply, &f.forecast);
            whatif_apply(&said, &f.forecast, &f.whatif, f.money.series);
            said_view(&a, reply, &said);
        }
        months_view(&a, reply, &f.forecast);
        status = answer_done(&a, why);
    }
    free(f.items);
    money_clear(&f.money);
    return status;
}

const struct served serve_forecast[] = {
    { "forecast.show", forecast_show, false },
    { NULL, NULL, false },
};
