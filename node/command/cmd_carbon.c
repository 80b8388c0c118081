/* cmd_carbon.c - coopair carbon: the greenhouse gas of what this home used, with the source of every factor.
 */
#include "node/command/advice_say.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

static const char *say_kg(char out[SAY_MAX], uint64_t grams)
{
    uint64_t tenths = (grams + 50) / 100;

    snprintf(out, SAY_MAX, "%llu%c%u kg", (unsigned long long)(tenths / 10), tongue_point(),
             (unsigned)(tenths % 10));
    return out;
}

static void say_months(json_t *months, uint64_t most)
{
    char label[SAY_MAX], kwh[SAY_MAX], kg[SAY_MAX], bar[SAY_MAX];
    json_t *month;
    size_t i;

    json_array_foreach (months, i, month) {
        uint64_t grams = field_uint(month, "grams");

        advice_span(label, SPAN_MONTH, advice_int(month, "start_s"));
        printf("  %-*s", tongue_width(10, label), label);
        if (json_is_integer(json_object_get(month, "grams")))
            printf("%13s%12s  %s%s\n", advice_kwh(kwh, field_uint(month, "energy_mwh")), say_kg(kg, grams),
                   advice_bar(bar, grams, most), field_flag(month, "whole") ? "" : _(" (part of it metered)"));
        else
            printf("%*s\n", tongue_width(13, _("no data")), _("no data"));
    }
}

static void say_kind(json_t *kind, uint64_t most)
{
    unsigned factor = (unsigned)field_uint(kind, "tenths_g_per_kwh");
    char from[SAY_MAX], to[SAY_MAX], kwh[SAY_MAX], kg[SAY_MAX];

    printf(_("%s, meter %s, %s to %s\n"), advice_word(field_text(kind, "quantity")), field_text(kind, "meter"),
           advice_date(from, field_text(kind, "from")), advice_date(to, field_text(kind, "to")));
    say_months(json_object_get(kind, "months"), most);
    printf("  %-10s%13s%12s\n", _("total"), advice_kwh(kwh, field_uint(kind, "energy_mwh")),
           say_kg(kg, field_uint(kind, "grams")));
    printf(_("  factor %u.%u g CO2e per kWh, of %s: %s\n"), factor / 10, factor % 10,
           field_text(kind, "vintage"), field_text(kind, "scope"));
}

static void say_left_out(json_t *meter)
{
    char from[SAY_MAX], to[SAY_MAX];

    printf(_("left out: %s, meter %s, whose readings are of other days (%s to %s); see them with --from and --to\n"),
           advice_word(field_text(meter, "quantity")), field_text(meter, "meter"), advice_date(from, field_text(meter, "from")),
           advice_date(to, field_text(meter, "to")));
}

static void say_carbon(json_t *reply, const void *arg)
{
    json_t *kinds = json_object_get(reply, "kinds"), *kind, *month;
    uint64_t most = 0, grams = field_uint(reply, "total_grams"), litre = field_uint(reply, "diesel_g_per_l");
    char kg[SAY_MAX];
    size_t i, k;

    (void)arg;
    json_array_foreach (kinds, i, kind)
        json_array_foreach (json_object_get(kind, "months"), k, month)
            most = field_uint(month, "grams") > most ? field_uint(month, "grams") : most;
    json_array_foreach (kinds, i, kind)
        say_kind(kind, most);
    json_array_foreach (json_object_get(reply, "left_out"), i, kind)
        say_left_out(kind);
    printf(_("together %s of CO2 equivalent, as much as burning %llu litres of diesel\n"), say_kg(kg, grams),
           (unsigned long long)((grams + litre / 2) / litre));
    printf(_("source: %s; a yearly mean, which does not tell a cold evening from a sunny noon\n"),
           field_text(reply, "source"));
}

int cmd_carbon(int argc, char **argv)
{
    struct advice_options options = { NULL, NULL, NULL };
    const struct cli_option list[] = {
        { "from", OPTION_TEXT, &options.from, N_("DATE  the first day, such as 2023-01-31") },
        { "to", OPTION_TEXT, &options.to, N_("DATE    the last day (default: the last one with readings)") },
        { "meter", OPTION_TEXT, &options.meter, N_("NAME  this meter only") },
    };
    struct cli cli = {
        .usage = "coopair carbon [OPTIONS]",
        .summary =
            N_("Works out the greenhouse gas of the electricity and gas that this home used in the last 365 "
            "days "
            "(or\nfrom --from to --to), by month, with the factor, its source and its year. Months without "
            "readings\nstay gaps. Changes nothing and sends nothing."),
        .options = list,
        .option_count = ARRAY_SIZE(list),
    };
    int code;

    if (!cli_parse(&cli, argc, argv, &code) || !advice_options_fit(&cli, &options, &code))
        return code;
    return advice_show(&cli, "carbon.show", advice_args(&options), say_carbon, NULL);
}
