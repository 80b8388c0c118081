/* cmd_cost.c - coopair cost: what the electricity of these days cost, line by line as on a bill. */
#include "node/command/cost_options.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <string.h>

static void say_price(unsigned x100)
{
    printf(_("%u.%04u EUR"), x100 / 10000, x100 % 10000);
}

static void say_lines(json_t *reply)
{
    json_t *lines = json_object_get(reply, "lines"), *line;
    char kwh[SAY_MAX], euros[SAY_MAX], bar[SAY_MAX], date[SAY_MAX];
    const char *grid = "";
    uint64_t most = 0;
    size_t i;

    json_array_foreach (lines, i, line)
        if (field_uint(line, "cents") > most)
            most = field_uint(line, "cents");
    json_array_foreach (lines, i, line) {
        if (strcmp(grid, field_text(line, "grid")) != 0) {
            grid = field_text(line, "grid");
            printf(_("prices from %s\n"), advice_date(date, grid));
        }
        printf("  %-15s%13s x ", field_text(line, "register"),
               advice_kwh(kwh, field_uint(line, "energy_mwh")));
        say_price((unsigned)field_uint(line, "cents_per_kwh_x100"));
        cost_euros(euros, field_uint(line, "cents"));
        printf("%*s  %s\n", tongue_width(15, euros), euros, advice_bar(bar, field_uint(line, "cents"), most));
    }
}

static void say_sum(const char *name, uint64_t cents)
{
    char euros[SAY_MAX];

    cost_euros(euros, cents);
    printf("  %-*s%*s\n", tongue_width(43, name), name, tongue_width(15, euros), euros);
}

static void say_cost(json_t *reply, const void *options)
{
    const char *tariff = field_text(reply, "tariff");
    char date[SAY_MAX];

    cost_say_head(reply, options);
    printf(_("option %s"), tariff);
    if (strcmp(tariff, "hphc") == 0)
        printf(_(", off-peak %s"), field_text(reply, "off_peak"));
    if (strcmp(tariff, "tempo") == 0)
        printf(_(", days from 06:00 to 06:00, off-peak 22:00-06:00"));
    printf(_(", %llu kVA\n"), (unsigned long long)field_uint(reply, "kva"));
    say_lines(reply);
    say_sum(_("energy"), field_uint(reply, "energy_cents"));
    say_sum(_("fixed charges"), field_uint(reply, "fixed_cents"));
    say_sum(_("total"), field_uint(reply, "total_cents"));
    cost_say_missing(reply);
    printf(_("%s; the newest sheet known here is of %s\n"), field_text(reply, "prices"),
           advice_date(date, field_text(reply, "newest_grid")));
}

int cmd_cost(int argc, char **argv)
{
    struct cost_options options = { { NULL, NULL, NULL }, 0, NULL, NULL, NULL, NULL };
    const struct cli_option list[] = {
        { "tariff", OPTION_TEXT, &options.tariff, N_("OPTION  base (default), hphc or tempo") },
        { "grid", OPTION_TEXT, &options.grid,
          N_("SHEET  dated (default: each day by the prices of its time) or the date of one price sheet for "
          "all\n"
          "               days: 2024-02-01, 2025-02-01, 2025-08-01, 2026-02-01") },
        COST_OPTIONS(options),
    };
    struct cli cli = {
        .usage = "coopair cost [OPTIONS]",
        .summary =
            N_("Works out what the electricity of the last 365 days (or of --from to --to) cost under a "
            "regulated\n"
            "French option, to the cent: energy by period, and fixed charges by the day (each day its share "
            "of\n"
            "its calendar month). What has no price, no colour or no reading is said and not guessed.\n"
            "Tempo days run from 06:00 to 06:00. Changes nothing and sends nothing."),
        .options = list,
        .option_count = ARRAY_SIZE(list),
    };
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    return cost_show(&cli, &options, "cost.show", say_cost);
}
