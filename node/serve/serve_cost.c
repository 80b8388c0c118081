/* serve_cost.c - what the electricity of this home cost, and would have cost under every option and price
 * sheet. Nothing of it leaves the house, and nothing is stored.
 *
 * Happy path: a year of half hours and a calendar of Tempo colours. Failure modes are fields of the reply:
 * what has no price, no colour or no hour is told in mWh and days, and an option that is not whole gets no
 * rank. */
#include "node/advice/tariff.h"
#include "node/serve/advice_ask.h"
#include "node/serve/serve.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>
#include <string.h>

enum { YEAR_DAYS = 365, KVA_MAX = 36, KVA_USUAL = 6 };

struct costing {
    struct store_series series;
    struct advice_days days;
    struct off_peak off_peak;
    const char *off_peak_text;
    struct tempo tempo;
    uint64_t kva;
    int grid; /* TARIFF_DATED: each day by its own */
};

/* "tempo": {"2025-01-15": "red", ...}, over what this program knows. */
static enum status colours_read(struct tempo *tempo, json_t *given, struct failure *why)
{
    const char *date;
    json_t *value;

    tempo_init(tempo);
    if (given && !json_is_object(given))
        return failure_say(why, STATUS_MALFORMED, _("\"tempo\" must be an object of dates and colours"));
    json_object_foreach(given, date, value)
    {
        const char *word = json_string_value(value);
        enum tempo_colour colour;
        int64_t day;

        if (!day_read(&day, date) || !word || !tempo_colour_read(&colour, word) ||
            !tempo_set(tempo, day, colour))
            return failure_say(why, STATUS_MALFORMED, _("\"%.20s\": not a date from 2014-09-01 with a colour"),
                               date);
    }
    return STATUS_OK;
}

static enum status grid_read(int *out, const char *text, struct failure *why)
{
    unsigned grid;

    *out = TARIFF_DATED;
    if (strcmp(text, "dated") == 0)
        return STATUS_OK;
    if (!tariff_grid_of_name(&grid, text))
        return failure_say(why, STATUS_MALFORMED,
                           _("--grid takes \"dated\" or the date of a price sheet: %s, %s, %s or %s"),
                           tariff_grids[0], tariff_grids[1], tariff_grids[2], tariff_grids[3]);
    *out = (int)grid;
    return STATUS_OK;
}

static enum status costing_read(struct costing *c, struct store *store, json_t *args, struct failure *why)
{
    enum status status;

    c->kva = KVA_USUAL;
    c->off_peak_text = arg_text_or(args, "off_peak", "22:00-06:00");
    if (json_object_get(args, "kva") && !arg_uint(&c->kva, args, "kva", KVA_MAX, why))
        return STATUS_MALFORMED;
    if (!off_peak_read(&c->off_peak, c->off_peak_text))
        return failure_say(why, STATUS_MALFORMED,
                           _("--off-peak takes up to %d windows such as 22:30-06:30 or 01:00-07:00,12:00-14:00"),
                           OFF_PEAK_WINDOWS);
    status = grid_read(&c->grid, arg_text_or(args, "grid", "dated"), why);
    if (!status)
        status = colours_read(&c->tempo, json_object_get(args, "tempo"), why);
    if (!status)
        status = advice_meter(&c->series, store, args, QUANTITY_ELECTRICITY_IN, why);
    return status ? status : advice_range(&c->days, args, &c->series, YEAR_DAYS, why);
}

static bool feed(void *arg, const struct reading *readings, size_t count)
{
    tariff_split_add(arg, readings, count);
    return true;
}

static enum status costing_split(struct tariff_split *out, const struct costing *c, enum tariff_option option,
                                 struct store *store, struct failure *why)
{
    tariff_split_begin(out, option, &c->off_peak, &c->tempo, c->days.from, c->days.to);
    return advice_scan(store, &c->series.name, c->days, feed, out, why);
}

static uint64_t length_s(const struct costing *c)
{
    return (uint64_t)(utc_of_local((c->days.to + 1) * CALENDAR_DAY_S) -
                      utc_of_local(c->days.from * CALENDAR_DAY_S));
}

static void head_answer(struct answer *answer, json_t *reply, const struct costing *c,
                        const struct tariff_split *split)
{
    char text[CALENDAR_TEXT_MAX];

    answer_text(answer, reply, "meter", c->series.name.meter);
    answer_text(answer, reply, "from", day_text(text, c->days.from));
    answer_text(answer, reply, "to", day_text(text, c->days.to));
    answer_uint(answer, reply, "days", (uint64_t)(c->days.to - c->days.from + 1));
    answer_uint(answer, reply, "kva", c->kva);
    answer_text(answer, reply, "off_peak", c->off_peak_text);
    answer_uint(answer, reply, "energy_mwh", split->total_mwh);
    answer_uint(answer, reply, "covered_s", split->covered_s);
    answer_uint(answer, reply, "length_s", length_s(c));
    answer_uint(answer, reply, "most_w", split->most_w);
    answer_text(answer, reply, "prices", _("French regulated tariff, all taxes included (CRE, EDF)"));
    answer_text(answer, reply, "newest_grid", tariff_grids[TARIFF_GRIDS - 1]);
}

/* The Tempo days whose colour nobody has said, from the first to the last of them. */
static void colours_missing(struct answer *answer, json_t *out, const struct costing *c)
{
    int64_t first = 0, last = 0;
    uint64_t days = 0;
    char text[CALENDAR_TEXT_MAX];

    for (int64_t day = c->days.from; day <= c->days.to; day++)
        if (tempo_colour(&c->tempo, day) == TEMPO_UNKNOWN) {
            first = days == 0 ? day : first;
            last = day;
            days++;
        }
    answer_uint(answer, out, "no_colour_days", days);
    answer_text(answer, out, "no_colour_from", days == 0 ? NULL : day_text(text, first));
    answer_text(answer, out, "no_colour_to", days == 0 ? NULL : day_text(text, last));
}

static void cost_fields(struct answer *answer, json_t *out, const struct costing *c,
                        const struct tariff_split *split, const struct tariff_cost *cost)
{
    answer_text(answer, out, "tariff", tariff_option_name(split->option));
    answer_uint(answer, out, "energy_cents", cost->energy_cents);
    answer_uint(answer, out, "fixed_cents", cost->fixed_cents);
    answer_uint(answer, out, "total_cents", cost->total_cents);
    answer_flag(answer, out, "whole", cost->whole);
    answer_uint(answer, out, "no_price_mwh", cost->no_price_mwh);
    answer_uint(answer, out, "no_price_days", cost->no_price_days);
    answer_uint(answer, out, "no_colour_mwh", split->no_colour_mwh);
    if (split->no_colour_mwh > 0)
        colours_missing(answer, out, c);
    answer_uint(answer, out, "coarse_mwh", split->coarse_mwh);
}

/* ---- cost.show */

static void lines_answer(struct answer *answer, json_t *reply, const struct tariff_split *split,
                         const struct tariff_cost *cost)
{
    json_t *list = answer_array(answer, reply, "lines");

    for (size_t i = 0; i < cost->line_count; i++) {
        const struct tariff_line *line = &cost->lines[i];
        json_t *item = answer_item(answer, list);

        answer_text(answer, item, "grid", tariff_grids[line->grid]);
        answer_text(answer, item, "register", tariff_register_name(split->option, line->index));
        answer_uint(answer, item, "energy_mwh", line->energy_mwh);
        answer_uint(answer, item, "cents_per_kwh_x100", line->price);
        answer_uint(answer, item, "cents", line->cents);
    }
}

/* The powers that the option has in any sheet. */
static void powers_say(char *out, size_t size, enum tariff_option option)
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned kva = 1; kva <= KVA_MAX; kva++)
        for (unsigned grid = 0; grid < TARIFF_GRIDS; grid++)
            if (tariff_find(option, grid, kva)) {
                used += (size_t)snprintf(out + used, size - used, "%s%u", used ? ", " : "", kva);
                break;
            }
}

static enum status nothing_priced(const struct costing *c, enum tariff_option option,
                                  const struct tariff_split *split, struct failure *why)
{
    char powers[64], first[CALENDAR_TEXT_MAX], last[CALENDAR_TEXT_MAX];
    bool power = false;

    for (unsigned grid = 0; grid < TARIFF_GRIDS; grid++)
        power |= tariff_find(option, grid, (unsigned)c->kva) != NULL;
    powers_say(powers, sizeof powers, option);
    day_text(first, c->days.from);
    day_text(last, c->days.to);
    if (!power)
        return failure_say(why, STATUS_MISSING, _("no %s price for %u kVA; say --kva with one of: %s"),
                           tariff_option_name(option), (unsigned)c->kva, powers);
    if (split->coarse_mwh == split->total_mwh)
        return failure_say(
            why, STATUS_MISSING,
            _("the readings from %s to %s are by the day, and %s needs hours; import a load curve, or "
            "see: coopair cost --tariff base"),
            first, last, tariff_option_name(option));
    if (split->no_colour_mwh + split->coarse_mwh == split->total_mwh)
        return failure_say(why, STATUS_MISSING,
                           _("the Tempo colours from %s to %s are not known here; give them in a file of lines "
                           "\"2025-01-15,red\": --tempo-days FILE; RTE publishes them"),
                           first, last);
    return failure_say(
        why, STATUS_MISSING,
        _("the prices from %s to %s are not known here, they begin on %s; see what those days would "
        "cost by one sheet: --grid %s"),
        first, last, tariff_grids[0], tariff_grids[0]);
}

static enum status cost_reply(struct store *store, json_t *reply, const struct costing *c,
                              enum tariff_option option, struct failure *why)
{
    struct answer answer = { false };
    struct tariff_split split;
    struct tariff_cost cost;
    enum status status = costing_split(&split, c, option, store, why);

    if (status)
        return status;
    tariff_price(&cost, &split, (unsigned)c->kva, c->grid);
    if (cost.priced_mwh == 0 && split.total_mwh > 0)
        return nothing_priced(c, option, &split, why);
    head_answer(&answer, reply, c, &split);
    answer_text(&answer, reply, "grid", c->grid == TARIFF_DATED ? "dated" : tariff_grids[c->grid]);
    cost_fields(&answer, reply, c, &split, &cost);
    lines_answer(&answer, reply, &split, &cost);
    return answer_done(&answer, why);
}

/* A costing is large: a calendar of 36 years. */
static enum status costing_new(struct costing **out, struct node *node, json_t *args, struct failure *why)
{
    enum status status;

    *out = calloc(1, sizeof **out);
    if (!*out)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the cost"));
    status = costing_read(*out, node_store(node), args, why);
    if (status)
        free(*out);
    return status;
}

static enum status run_cost(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    enum tariff_option option;
    struct costing *costing;
    enum status status;

    if (!tariff_option_of_name(&option, arg_text_or(args, "tariff", "base")))
        return failure_say(why, STATUS_MALFORMED, _("--tariff takes base, hphc or tempo"));
    status = costing_new(&costing, node, args, why);
    if (status)
        return status;
    status = cost_reply(node_store(node), reply, costing, option, why);
    free(costing);
    return status;
}

/* ---- compare.show */

/* The cheapest of those that are whole; TARIFF_OPTIONS: none is. */
static enum tariff_option cheapest(const struct tariff_cost costs[TARIFF_OPTIONS])
{
    enum tariff_option best = TARIFF_OPTIONS;

    for (unsigned o = 0; o < TARIFF_OPTIONS; o++)
        if (costs[o].whole && (best == TARIFF_OPTIONS || costs[o].total_cents < costs[best].total_cents))
            best = (enum tariff_option)o;
    return best;
}

static unsigned rank(const struct tariff_cost costs[TARIFF_OPTIONS], unsigned option)
{
    unsigned better = 0;

    for (unsigned o = 0; o < TARIFF_OPTIONS; o++)
        better += costs[o].whole && costs[o].total_cents < costs[option].total_cents;
    return better + 1;
}

static void ranking_answer(struct answer *answer, json_t *item, const struct costing *c,
                           const struct tariff_split *splits,
                           const struct tariff_cost costs[TARIFF_OPTIONS])
{
    json_t *list = answer_array(answer, item, "options");
    enum tariff_option best = cheapest(costs);

    for (unsigned o = 0; o < TARIFF_OPTIONS; o++) {
        json_t *option = answer_item(answer, list);

        cost_fields(answer, option, c, &splits[o], &costs[o]);
        if (costs[o].whole)
            answer_uint(answer, option, "rank", rank(costs, o));
        else
            answer_null(answer, option, "rank");
    }
    answer_text(answer, item, "cheapest", best == TARIFF_OPTIONS ? NULL : tariff_option_name(best));
}

static void flip_answer(struct answer *answer, json_t *flips, int from, int to, enum tariff_option before,
                        enum tariff_option after)
{
    json_t *item;

    if (before == TARIFF_OPTIONS || after == TARIFF_OPTIONS || before == after)
        return;
    item = answer_item(answer, flips);
    answer_text(answer, item, "from_grid", tariff_grids[from]);
    answer_text(answer, item, "from_tariff", tariff_option_name(before));
    answer_text(answer, item, "to_grid", tariff_grids[to]);
    answer_text(answer, item, "to_tariff", tariff_option_name(after));
}

static void rankings_answer(struct answer *answer, json_t *reply, const struct costing *c,
                            const struct tariff_split *splits)
{
    json_t *list = answer_array(answer, reply, "grids"), *flips = answer_array(answer, reply, "flips");
    enum tariff_option before = TARIFF_OPTIONS;

    for (int grid = TARIFF_DATED; grid < TARIFF_GRIDS; grid++) {
        struct tariff_cost costs[TARIFF_OPTIONS];
        json_t *item = answer_item(answer, list);

        for (unsigned o = 0; o < TARIFF_OPTIONS; o++)
            tariff_price(&costs[o], &splits[o], (unsigned)c->kva, grid);
        answer_text(answer, item, "grid", grid == TARIFF_DATED ? "dated" : tariff_grids[grid]);
        ranking_answer(answer, item, c, splits, costs);
        if (grid > 0)
            flip_answer(answer, flips, grid - 1, grid, before, cheapest(costs));
        before = cheapest(costs);
    }
}

static enum status run_compare(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct tariff_split splits[TARIFF_OPTIONS];
    struct answer answer = { false };
    struct costing *costing;
    enum status status = costing_new(&costing, node, args, why);

    if (status)
        return status;
    for (unsigned o = 0; !status && o < TARIFF_OPTIONS; o++)
        status = costing_split(&splits[o], costing, (enum tariff_option)o, node_store(node), why);
    if (!status) {
        head_answer(&answer, reply, costing, &splits[0]);
        rankings_answer(&answer, reply, costing, splits);
        status = answer_done(&answer, why);
    }
    free(costing);
    return status;
}

const struct served serve_cost[] = {
    { "cost.show", run_cost, false },
    { "compare.show", run_compare, false },
    { NULL, NULL, false },
};
