/* cmd_profile.c - coopair profile show: what the meter says about this home, and exactly what of it may
 * leave.
 *
 * The household sees everything; others are told at most one of four cells, with noise, once for each kind of
 * round and season. */
#include "node/command/command.h"
#include "node/profile/profile.h"
#include "node/tongue/say.h"
#include "node/tongue/tongue.h"

#include <string.h>

static uint64_t number(json_t *object, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

static uint64_t number_at(json_t *list, size_t i)
{
    return (uint64_t)json_integer_value(json_array_get(list, i));
}

static const char *text(json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value ? value : "";
}

static void say_list(const char *title, json_t *list, const char *const labels[])
{
    uint64_t most = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        most = number_at(list, i) > most ? number_at(list, i) : most;
    puts(title);
    for (size_t i = 0; i < json_array_size(list); i++)
        say_chart_line(labels[i], number_at(list, i), most);
}

static void say_curves(json_t *profile)
{
    static const char *const periods[] = { "WP", "WO", "SP", "SO" };
    const char *hours[24], *months[12];
    char names[24][3];

    for (unsigned i = 0; i < 24; i++) {
        snprintf(names[i], sizeof names[i], "%02u", i % 100);
        hours[i] = names[i];
    }
    for (unsigned i = 0; i < 12; i++)
        months[i] = say_month(i + 1);
    say_list(_("by hour of the day"), json_object_get(profile, "hour_mwh"), hours);
    say_list(_("by month"), json_object_get(profile, "month_mwh"), months);
    say_list(
        _("by period (winter: November to March, off-peak: 22 to 6; WP winter peak, WO winter off-peak, ...)"),
        json_object_get(profile, "period_mwh"), periods);
}

static void say_share(const char *label, uint64_t permille, unsigned cut)
{
    printf(_("  %s %u.%u %%, %s %u %%\n"), label, (unsigned)permille / 10, (unsigned)permille % 10,
           permille > cut ? _("more than") : _("not more than"), cut / 10);
}

static void say_cell(json_t *profile)
{
    json_t *cell = json_object_get(profile, "cell");

    puts(_("what kind of home this is"));
    say_share(_("night (22 to 6)           "), number(profile, "night_permille"), PROFILE_NIGHT_PERMILLE);
    if (json_is_true(json_object_get(profile, "winter_known")))
        say_share(_("winter (November to March)"), number(profile, "winter_permille"), PROFILE_WINTER_PERMILLE);
    else
        printf(_("  winter                     not said: %llu days of readings, it takes %d\n"),
               (unsigned long long)number(profile, "days"), PROFILE_DAYS_WINTER);
    if (json_is_integer(cell))
        printf(_("  cell %lld of 0 to 3 (1: more at night, 2: more in winter, 3: both)\n"),
               (long long)json_integer_value(cell));
    else
        printf(_("  no cell: it takes %d days of readings by the hour or finer\n"), PROFILE_DAYS_LEAST);
}

/* e / (e + 3) is 47.5 %: one of four answers, the true one nearly twice as likely as by chance. */
static void say_round(json_t *round)
{
    json_t *report = json_object_get(round, "report");

    printf("  %s, %s (%s, %.8s): ", text(round, "category"), text(round, "season"), text(round, "title"),
           text(round, "round"));
    if (json_is_integer(report))
        printf(_("2 bits, cell %lld, told truthfully with probability 48 %%"),
               (long long)json_integer_value(report));
    else
        printf(_("0 bits, only that a home is interested"));
    puts(json_is_true(json_object_get(round, "left")) ? _("; it has left") : _("; it has not left yet"));
}

static void say_rounds(json_t *rounds)
{
    json_t *round;
    size_t i;

    puts(_("what of it may leave this house"));
    if (json_array_size(rounds) == 0)
        puts(_("  nothing: this home follows no round"));
    json_array_foreach(rounds, i, round) say_round(round);
    puts(_("  the noise is drawn once for each kind of round and season: asking again tells nobody more.\n"
         "  Quantities go out only sealed, into a total of many homes, and only when you join a round."));
}

static void say_profile(json_t *reply)
{
    json_t *profile = json_object_get(reply, "profile");
    char kwh[SAY_MAX], from[SAY_MAX], to[SAY_MAX];

    printf(_("meter %s: %s from %s to %s, %llu days with readings\n"), text(profile, "meter"),
           say_kwh(kwh, number(profile, "total_mwh")), say_day(from, (int64_t)number(profile, "first_s")),
           say_day(to, (int64_t)number(profile, "last_s")), (unsigned long long)number(profile, "days"));
    if (number(profile, "coarse_mwh") > 0)
        printf(_("of it %s in readings by the day, which are in no hour and no period\n"),
               say_kwh(kwh, number(profile, "coarse_mwh")));
    say_curves(profile);
    say_cell(profile);
    say_rounds(json_object_get(reply, "rounds"));
}

static int cmd_show(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair profile show [OPTIONS]",
        .summary =
            N_("Shows what the electricity readings of the last 365 days say about this home, and exactly what\n"
            "of it may leave in each round this home follows. Changes nothing and sends nothing."),
    };
    json_t *reply;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    code = cli_ask(&cli, "profile.show", NULL, &reply);
    if (code)
        return code;
    if (cli.json)
        return cli_json(reply);
    say_profile(reply);
    json_decref(reply);
    return EXIT_DONE;
}

int cmd_profile(int argc, char **argv)
{
    static const struct command commands[] = {
        { "show", cmd_show, N_("the whole profile, and what of it may leave") },
    };

    return cli_family("coopair profile", commands, ARRAY_SIZE(commands), argc, argv);
}
