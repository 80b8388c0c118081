/* cmd_forecast.c - coopair forecast and coopair whatif: the next months of the household's money, and the same
 * if something were otherwise. */
#include "node/command/money_say.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const classes[] = { "certain", "predictable", "supposed" };
enum { CLASSES = 3, BAR_COLUMNS = 24 };

static int64_t class_sum(json_t *month, const char *way)
{
    int64_t sum = 0;

    for (size_t i = 0; i < CLASSES; i++)
        sum += field_int(json_object_get(month, way), classes[i]);
    return sum;
}

/* '#' certain, '=' predictable, '.' supposed. */
static const char *shades(char out[SAY_MAX], json_t *month, int64_t most)
{
    static const char marks[] = "#=.";
    size_t used = 0;

    for (size_t i = 0; i < CLASSES; i++) {
        int64_t cents = -field_int(json_object_get(month, "out"), classes[i]);
        size_t width = most > 0 && cents > 0 ? (size_t)((cents * BAR_COLUMNS + most / 2) / most) : 0;

        while (width-- > 0 && used + 1 < SAY_MAX && used < BAR_COLUMNS)
            out[used++] = marks[i];
    }
    out[used] = '\0';
    return out;
}

static void say_column(const char *text)
{
    printf(" %*s", tongue_width(11, text), text);
}

static void say_head(json_t *reply)
{
    char from[SAY_MAX], to[SAY_MAX];

    printf(_("%s to %s, from %" PRIu64 " movements, in %s\n"), advice_date(from, field_text(reply, "from")),
           advice_date(to, field_text(reply, "to")), field_uint(reply, "movements"), field_text(reply, "currency"));
    money_say_left_out(reply);
}

static void say_month_line(json_t *month, int64_t together, int64_t most)
{
    char name[SAY_MAX], amount[SAY_MAX], bar[SAY_MAX];

    money_month(name, field_text(month, "month"));
    printf("%-*s", tongue_width(10, name), name);
    printf(" %11s", money_whole(amount, class_sum(month, "in")));
    for (size_t i = 0; i < CLASSES; i++)
        printf(" %11s", money_whole(amount, field_int(json_object_get(month, "out"), classes[i])));
    printf(" %11s", money_whole(amount, field_int(month, "sum")));
    printf(" %11s  %s\n", money_whole(amount, together), shades(bar, month, most));
}

static void say_months(json_t *months)
{
    int64_t most = 0, together = 0;
    json_t *month;
    size_t i;

    json_array_foreach (months, i, month)
        most = -class_sum(month, "out") > most ? -class_sum(month, "out") : most;
    printf("%-10s", "");
    say_column(_("comes in"));
    say_column(_("certain"));
    say_column(_("predictable"));
    say_column(_("supposed"));
    say_column(_("stays"));
    say_column(_("together"));
    putchar('\n');
    json_array_foreach (months, i, month) {
        together += field_int(month, "sum");
        say_month_line(month, together, most);
    }
}

static void say_series(json_t *list)
{
    char rhythm[SAY_MAX], amount[SAY_MAX], date[SAY_MAX];
    json_t *series;
    size_t i;

    json_array_foreach (list, i, series) {
        const char *class = field_text(series, "class");

        money_rhythm(rhythm, series);
        printf("  %-40.40s %11s  %-*s %s, %s\n", field_text(series, "payee"),
               money_say(amount, field_int(series, "cents")), tongue_width(9, rhythm), rhythm,
               advice_date(date, field_text(series, "next")), advice_word(class));
    }
}

static void say_forecast(json_t *reply, const void *list)
{
    say_head(reply);
    say_months(json_object_get(reply, "months"));
    puts(_("paid: # certain (contracts), = predictable (needed, but when or how much is open), . supposed (as so far)"));
    if (*(const bool *)list) {
        puts(_("what comes back"));
        say_series(json_object_get(reply, "series"));
    }
    puts(_("this is what the past says, not a promise; try a change with: coopair whatif --help"));
}

int cmd_forecast(int argc, char **argv)
{
    const char *account = NULL;
    uint64_t months = UINT64_MAX;
    bool list = false;
    const struct cli_option options[] = {
        { "months", OPTION_NUMBER, &months, N_("N  3 to 12 months (default 12)") },
        { "list", OPTION_FLAG, &list, N_("also each payment that comes back, with its next date") },
        MONEY_ACCOUNT_OPTION(account),
    };
    struct cli cli = {
        .usage = "coopair forecast [OPTIONS]",
        .summary = N_("Shows the next months of your money: what comes in, and what will be paid in three classes, found from "
                      "what comes\n"
                      "back in your account. Changes nothing and sends nothing."),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    return advice_show(&cli, "forecast.show", money_args(account, months), say_forecast, &list);
}

/* ---- whatif */

static void say_reasons(json_t *said)
{
    char before[SAY_MAX], after[SAY_MAX], heat[SAY_MAX], pump[SAY_MAX];

    if (field_int(said, "rent_before_cents") > 0)
        printf(_("rent today %s a month\n"), money_say(before, field_int(said, "rent_before_cents")));
    if (field_int(said, "electricity_before_cents") != field_int(said, "electricity_after_cents"))
        printf(_("electricity in these months: %s instead of %s\n"),
               money_say(after, field_int(said, "electricity_after_cents")),
               money_say(before, field_int(said, "electricity_before_cents")));
    if (field_int(said, "pump_mwh") > 0)
        printf(_("the heat pump takes %s a year for %s of heat that fuel gives today, by the means of French homes;\n"
                 "what it costs to buy and to look after is not in it\n"),
               advice_kwh(pump, (uint64_t)field_int(said, "pump_mwh")),
               advice_kwh(heat, (uint64_t)field_int(said, "heat_mwh")));
    if (field_flag(said, "heat_metered"))
        puts(_("this heat is what the gas meter counted in its last year, hot water and cooking included;\n"
               "say it better with --heating-kwh N"));
    if (field_flag(said, "no_rent"))
        puts(_("no rent was found among the payments: it changes nothing here"));
    if (field_flag(said, "no_electricity"))
        puts(_("no electricity was found among the payments: it changes nothing here"));
    if (field_flag(said, "no_fuel"))
        puts(_("no gas, oil or wood was found among the payments; say what heating takes with --heating-kwh N"));
}

static void say_whatif(json_t *reply, const void *arg)
{
    json_t *months = json_object_get(reply, "months"), *before = json_object_get(reply, "before"), *month;
    int64_t difference = 0;
    size_t i;

    (void)arg;
    say_head(reply);
    printf("%-10s", "");
    say_column(_("as it is"));
    say_column(_("what if"));
    say_column(_("difference"));
    putchar('\n');
    json_array_foreach (months, i, month) {
        int64_t now = (int64_t)json_integer_value(json_array_get(before, i)), then = field_int(month, "sum");
        char name[SAY_MAX], one[SAY_MAX], other[SAY_MAX], change[SAY_MAX];

        money_month(name, field_text(month, "month"));
        printf("%-*s %11s %11s %11s\n", tongue_width(10, name), name, money_whole(one, now),
               money_whole(other, then), money_whole(change, then - now));
        difference += then - now;
    }
    say_reasons(json_object_get(reply, "whatif"));
    {
        char sum[SAY_MAX];

        printf(difference < 0 ? _("together: %s less stays\n") : _("together: %s more stays\n"),
               money_say(sum, llabs(difference)));
    }
}

/* "1100", "1100.50", "1100,5" into cents. */
static bool euros_read(int64_t *cents, const char *text)
{
    char *end;
    unsigned long long whole;
    unsigned part = 0;

    if (text[0] < '0' || text[0] > '9' || strspn(text, "0123456789") > 7)
        return false;
    whole = strtoull(text, &end, 10);
    if (*end == '.' || *end == ',') {
        size_t digits = strspn(++end, "0123456789");

        if (digits < 1 || digits > 2)
            return false;
        part = (unsigned)(end[0] - '0') * 10 + (digits == 2 ? (unsigned)(end[1] - '0') : 0);
        end += digits;
    }
    *cents = (int64_t)whole * 100 + part;
    return *end == '\0';
}

static bool percent_read(int64_t *percent, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    *percent = value;
    return end != text && (*end == '\0' || strcmp(end, "%") == 0) && value >= -100 && value <= 300;
}

static int usage_error(const char *what)
{
    fputs(what, stderr);
    return EXIT_USAGE;
}

int cmd_whatif(int argc, char **argv)
{
    const char *account = NULL, *rent = NULL, *kwh = NULL;
    uint64_t months = UINT64_MAX, heating = 0;
    int64_t cents = 0, percent = 0;
    bool pump = false;
    const struct cli_option options[] = {
        { "rent", OPTION_TEXT, &rent, N_("EUROS  another rent, a month") },
        { "kwh", OPTION_TEXT, &kwh, N_("PERCENT  of electricity: -20 is a fifth less") },
        { "heat-pump", OPTION_FLAG, &pump, N_("a heat pump instead of gas, oil or wood") },
        { "heating-kwh", OPTION_NUMBER, &heating, N_("N  what heating takes in a year, if you know it") },
        { "months", OPTION_NUMBER, &months, N_("N  3 to 12 months (default 12)") },
        MONEY_ACCOUNT_OPTION(account),
    };
    struct cli cli = {
        .usage = "coopair whatif [OPTIONS]",
        .summary = N_("Draws the forecast again with another rent, less electricity or a heat pump, beside the forecast as it "
                      "is. Your\n"
                      "data are not touched, and nothing is kept.\n\n"
                      "  coopair whatif --kwh -20 --heat-pump"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    json_t *args;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    if (!rent && !kwh && !pump)
        return usage_error(_("coopair whatif: say what would change: --rent, --kwh or --heat-pump\n"));
    if (rent && (!euros_read(&cents, rent) || cents == 0))
        return usage_error(_("coopair whatif: --rent takes euros a month, such as 1100 or 1100.50\n"));
    if (kwh && !percent_read(&percent, kwh))
        return usage_error(_("coopair whatif: --kwh takes a percentage from -100 to 300, such as -20\n"));
    args = money_args(account, months);
    if (args && (json_object_set_new(args, "rent_cents", json_integer(cents)) != 0 ||
                 json_object_set_new(args, "kwh_percent", json_integer(percent)) != 0 ||
                 json_object_set_new(args, "heat_pump", json_boolean(pump)) != 0 ||
                 json_object_set_new(args, "heating_kwh",
                                     json_integer(heating > 9999999 ? 9999999 : (json_int_t)heating)) != 0)) {
        json_decref(args);
        args = NULL;
    }
    return advice_show(&cli, "forecast.show", args, say_whatif, NULL);
}
