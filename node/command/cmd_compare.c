/* cmd_compare.c - coopair compare: what the same days would have cost under every option, by every price
 * sheet. */
#include "node/command/cost_options.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { DAYS_ENOUGH = 360 };

static void say_option(json_t *option, uint64_t best_cents, uint64_t most_cents)
{
    char euros[SAY_MAX], bar[SAY_MAX], more[SAY_MAX] = "";
    uint64_t cents = field_uint(option, "total_cents");

    if (!json_is_integer(json_object_get(option, "rank"))) {
        printf("     %-6s%15s\n", field_text(option, "tariff"), _("not known"));
        return;
    }
    if (cents > best_cents)
        snprintf(more, sizeof more, "+%.30s", cost_euros(euros, cents - best_cents));
    cost_euros(euros, cents);
    printf("  %llu. %-6s%*s%*s  %s\n", (unsigned long long)field_uint(option, "rank"), field_text(option, "tariff"),
           tongue_width(15, euros), euros, tongue_width(15, more), more, advice_bar(bar, cents, most_cents));
}

/* Of those that have a rank. */
static void range_of(uint64_t *best, uint64_t *most, json_t *options)
{
    json_t *option;
    size_t i;

    *best = *most = 0;
    json_array_foreach (options, i, option) {
        uint64_t rank = field_uint(option, "rank"), cents = field_uint(option, "total_cents");

        *best = rank == 1 ? cents : *best;
        *most = rank > 0 && cents > *most ? cents : *most;
    }
}

/* By rank; those without one last. */
static void say_ranking(json_t *item)
{
    json_t *options = json_object_get(item, "options"), *option;
    const char *grid = field_text(item, "grid");
    uint64_t best, most;
    char date[SAY_MAX];
    size_t i;

    range_of(&best, &most, options);
    if (strcmp(grid, "dated") == 0)
        puts(_("each day by the prices of its time"));
    else
        printf(_("all days by the prices of %s\n"), advice_date(date, grid));
    for (uint64_t rank = 1; rank <= json_array_size(options); rank++)
        json_array_foreach (options, i, option)
            if (field_uint(option, "rank") == rank)
                say_option(option, best, most);
    json_array_foreach (options, i, option)
        if (field_uint(option, "rank") == 0)
            say_option(option, best, most);
}

static void say_flips(json_t *reply)
{
    json_t *flips = json_object_get(reply, "flips"), *flip;
    char from[SAY_MAX], to[SAY_MAX];
    size_t i;

    json_array_foreach (flips, i, flip)
        printf(_("the ranking flips: by the prices of %s %s was cheapest, by those of %s it is %s\n"),
               advice_date(from, field_text(flip, "from_grid")), field_text(flip, "from_tariff"),
               advice_date(to, field_text(flip, "to_grid")), field_text(flip, "to_tariff"));
    if (json_array_size(flips) == 0)
        puts(_("the cheapest option is the same by every price sheet known here"));
}

static bool any_cheapest(json_t *grids)
{
    json_t *item;
    size_t i;

    json_array_foreach (grids, i, item)
        if (json_is_string(json_object_get(item, "cheapest")))
            return true;
    return false;
}

/* Why an option has no figure: said once, of the newest sheet. */
static void say_missing(json_t *grids)
{
    json_t *options = json_object_get(json_array_get(grids, json_array_size(grids) - 1), "options"), *option;
    size_t i;

    json_array_foreach (options, i, option)
        cost_say_missing(option);
}

static void say_comparison(json_t *reply, const void *options)
{
    json_t *grids = json_object_get(reply, "grids"), *item;
    size_t i;

    cost_say_head(reply, options);
    printf(_("off-peak %s (Tempo: 22:00-06:00), %llu kVA\n"), field_text(reply, "off_peak"),
           (unsigned long long)field_uint(reply, "kva"));
    json_array_foreach (grids, i, item) {
        if (strcmp(field_text(item, "grid"), "dated") == 0 &&
            !json_is_string(json_object_get(item, "cheapest")))
            continue; /* older than the first sheet: nothing to say */
        say_ranking(item);
    }
    if (any_cheapest(grids))
        say_flips(reply);
    if (field_uint(reply, "days") < DAYS_ENOUGH)
        puts(_("these days are less than a year: the options differ by season, so a year may rank them "
             "otherwise"));
    say_missing(grids);
    printf("%s\n", field_text(reply, "prices"));
}

int cmd_compare(int argc, char **argv)
{
    struct cost_options options = { { NULL, NULL, NULL }, 0, NULL, NULL, NULL, NULL };
    bool tariffs = false;
    const struct cli_option list[] = {
        COST_OPTIONS(options),
        { "tariffs", OPTION_FLAG, &tariffs, N_("the options of the regulated tariff: what is compared, said or not") },
    };
    struct cli cli = {
        .usage = "coopair compare [OPTIONS]",
        .summary = N_("Shows what the last 365 days (or --from to --to) would have cost under each regulated "
                   "French option,\n"
                   "fixed charges included: each day by the prices of its time, and all days by each price "
                   "sheet, for a\n"
                   "ranking may flip from one sheet to the next. An option whose figure would need a guess "
                   "(a Tempo colour\n"
                   "that is not known, readings by the day) gets none. Changes nothing and sends nothing."),
        .options = list,
        .option_count = ARRAY_SIZE(list),
    };
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    return cost_show(&cli, &options, "compare.show", say_comparison);
}
