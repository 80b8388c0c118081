/* cmd_usage.c - coopair usage: what this home used, this year beside last year.
 *
 * A span without readings is shown as "no data" and one with holes with the share that was metered, so that a
 * gap never looks like a saving; the change is worked out of the spans that are whole in both years. */
#include "node/command/advice_say.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { DONE_PERCENT = 100 };

static uint64_t most_of(json_t *bins)
{
    uint64_t most = 0, value;
    json_t *bin;
    size_t i;

    json_array_foreach (bins, i, bin) {
        value = field_uint(bin, "energy_mwh");
        most = value > most ? value : most;
        value = field_uint(json_object_get(bin, "before"), "energy_mwh");
        most = value > most ? value : most;
    }
    return most;
}

/* "512.3 kWh #####", or why there is no figure. */
static void say_side(json_t *bin, enum span span, uint64_t most)
{
    char kwh[SAY_MAX], bar[SAY_MAX], share[SAY_MAX] = "";
    uint64_t length_s = field_uint(bin, "length_s"), covered_s = field_uint(bin, "covered_s");
    uint64_t energy_mwh = field_uint(bin, "energy_mwh");

    if (covered_s == 0 || length_s == 0) {
        printf("%*s  %-*s", tongue_width(12, _("no data")), _("no data"), ADVICE_BAR + 8, "");
        return;
    }
    if (!field_flag(bin, "whole"))
        snprintf(share, sizeof share, "(%u %%)", (unsigned)(covered_s * DONE_PERCENT / length_s));
    printf("%12s  %-*s %-7s", span == SPAN_HOUR ? say_kwh(kwh, energy_mwh) : advice_kwh(kwh, energy_mwh),
           ADVICE_BAR, advice_bar(bar, energy_mwh, most), share);
}

static void say_bin(json_t *bin, enum span span, uint64_t most, bool two)
{
    json_t *before = json_object_get(bin, "before");
    uint64_t now_mwh = field_uint(bin, "energy_mwh"), before_mwh = field_uint(before, "energy_mwh");
    char label[SAY_MAX], change[SAY_MAX];

    advice_span(label, span, advice_int(bin, "start_s"));
    printf("  %-*s", tongue_width(17, label), label);
    say_side(bin, span, most);
    if (two)
        say_side(before, span, most);
    if (field_flag(bin, "whole") && field_flag(before, "whole") && before_mwh > 0)
        printf("%9s",
               advice_change(change, ((int64_t)now_mwh - (int64_t)before_mwh) * 1000 / (int64_t)before_mwh));
    putchar('\n');
}

static bool any_before(json_t *bins)
{
    json_t *bin;
    size_t i;

    json_array_foreach (bins, i, bin)
        if (json_is_object(json_object_get(bin, "before")))
            return true;
    return false;
}

static void say_total(json_t *reply, bool two)
{
    json_t *change = json_object_get(reply, "change");
    char kwh[SAY_MAX], percent[SAY_MAX];

    printf("  %-17s%12s\n", _("total"), advice_kwh(kwh, field_uint(reply, "total_mwh")));
    if (json_is_object(change))
        printf(_("%s over %llu span%s metered in both years\n"),
               advice_change(percent, advice_int(change, "permille")),
               (unsigned long long)field_uint(change, "bins"), field_uint(change, "bins") == 1 ? "" : "s");
    else if (!two)
        puts(_("nothing of the year before is stored: import an older file, and it stands beside"));
    if (field_uint(reply, "coarse_mwh") > 0)
        printf(_("not shown: %s in readings longer than these spans; see them with a longer span, --by day or "
               "--by month\n"),
               advice_kwh(kwh, field_uint(reply, "coarse_mwh")));
}

static void say_usage(json_t *reply, const void *arg)
{
    json_t *bins = json_object_get(reply, "bins"), *bin;
    bool two = any_before(bins);
    uint64_t most = most_of(bins);
    char from[SAY_MAX], to[SAY_MAX];
    enum span span = SPAN_MONTH;
    size_t i;

    (void)arg;
    span_of_name(&span, field_text(reply, "by"));
    printf(_("meter %s, %s by the %s, %s to %s\n"), field_text(reply, "meter"),
           advice_word(field_text(reply, "quantity")), advice_word(field_text(reply, "by")), advice_date(from, field_text(reply, "from")),
           advice_date(to, field_text(reply, "to")));
    printf("  %-17s%*s", span == SPAN_WEEK ? _("week from") : "", tongue_width(12, _("this year")), _("this year"));
    if (two)
        printf("  %*s%14s", ADVICE_BAR + 8, "", _("a year before"));
    putchar('\n');
    json_array_foreach (bins, i, bin)
        say_bin(bin, span, most, two);
    say_total(reply, two);
}

int cmd_usage(int argc, char **argv)
{
    struct advice_options options = { NULL, NULL, NULL };
    const char *by = NULL, *of = NULL;
    const struct cli_option list[] = {
        { "by", OPTION_TEXT, &by, N_("SPAN    hour, day, week, month (default) or year") },
        { "from", OPTION_TEXT, &options.from, N_("DATE  the first day, such as 2023-01-31") },
        { "to", OPTION_TEXT, &options.to, N_("DATE    the last day (default: the last one with readings)") },
        { "meter", OPTION_TEXT, &options.meter,
          N_("NAME  another meter than the one whose readings go furthest") },
        { "of", OPTION_TEXT, &of, N_("WHAT    electricity (default), electricity-out or gas") },
    };
    struct cli cli = {
        .usage = "coopair usage [OPTIONS]",
        .summary = N_("Shows what this home used, this year beside the year before (weeks: 52 weeks before). "
                   "Hours without\n"
                   "readings stay gaps: \"no data\" is not zero, and (61 %) means that 61 % of the span was "
                   "metered.\n"
                   "Without dates: the last day by the hour, 31 days, 26 weeks, 12 months, all years."),
        .options = list,
        .option_count = ARRAY_SIZE(list),
    };
    json_t *args;
    enum span span;
    int code;

    if (!cli_parse(&cli, argc, argv, &code) || !advice_options_fit(&cli, &options, &code))
        return code;
    if (by && !span_of_name(&span, by)) {
        fprintf(stderr, _("coopair usage: --by takes hour, day, week, month or year, not \"%.40s\"\n"), by);
        return EXIT_USAGE;
    }
    args = advice_args(&options);
    if (args && (!advice_put(args, "by", by) || !advice_put(args, "quantity", of))) {
        json_decref(args);
        args = NULL;
    }
    return advice_show(&cli, "usage.show", args, say_usage, NULL);
}
