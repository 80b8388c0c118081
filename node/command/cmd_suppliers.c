/* cmd_suppliers.c - coopair suppliers: whom this home pays, how much, until when. */
#include "node/command/money_say.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <string.h>

static void say_dates(json_t *item)
{
    char date[SAY_MAX], end[SAY_MAX];

    if (field_flag(item, "ended"))
        printf(_("ended; last paid %s"), advice_date(date, field_text(item, "last")));
    else
        printf(_("next %s"), advice_date(date, field_text(item, "next")));
    if (field_text(item, "ends")[0])
        printf(_(", contract until %s"), advice_date(end, field_text(item, "ends")));
    putchar('\n');
}

static void say_supplier(json_t *item, int64_t most)
{
    const char *post = money_post(item);
    char amount[SAY_MAX], year[SAY_MAX], every[SAY_MAX], bar[SAY_MAX];
    int64_t paid = -field_int(item, "year_cents");

    money_rhythm(every, item);
    printf("%-32.32s %11s %-*s %11s  %-18s ", field_text(item, "payee"),
           money_say(amount, field_int(item, "cents")), tongue_width(8, every), every,
           money_whole(year, field_int(item, "year_cents")),
           field_flag(item, "ended") ? "" : advice_bar(bar, paid > 0 ? (uint64_t)paid : 0, (uint64_t)most));
    printf(_("%s; "), post);
    say_dates(item);
}

static void say_suppliers(json_t *reply, const void *arg)
{
    json_t *list = json_object_get(reply, "suppliers"), *item;
    int64_t most = 1, sum = 0;
    char date[SAY_MAX], year[SAY_MAX];
    size_t i;

    (void)arg;
    printf(_("payments that come back, as of %s, in %s\n"), advice_date(date, field_text(reply, "to")),
           field_text(reply, "currency"));
    money_say_left_out(reply);
    json_array_foreach (list, i, item)
        if (!field_flag(item, "ended")) {
            most = -field_int(item, "year_cents") > most ? -field_int(item, "year_cents") : most;
            sum += field_int(item, "year_cents");
        }
    printf("%-32s %*s %-*s %*s\n", _("payee"), tongue_width(11, _("each time")), _("each time"),
           tongue_width(8, _("every")), _("every"), tongue_width(11, _("a year")), _("a year"));
    json_array_foreach (list, i, item)
        say_supplier(item, most);
    if (i == 0)
        puts(_("none found yet: it takes three payments of a rhythm, or two direct debits of an equal amount"));
    else
        printf(_("together %s a year; note the end of a contract with: coopair suppliers end PAYEE DATE\n"),
               money_whole(year, sum));
}

static int show(int argc, char **argv)
{
    const char *account = NULL;
    const struct cli_option options[] = { MONEY_ACCOUNT_OPTION(account) };
    struct cli cli = {
        .usage = "coopair suppliers [OPTIONS]",
        .summary = N_("Lists whom this home pays again and again: how much each time and in a year, when next, and until when "
                      "the contract\n"
                      "runs, if you noted it with coopair suppliers end PAYEE DATE. Changes nothing and sends nothing."),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    return advice_show(&cli, "suppliers.show", money_args(account, UINT64_MAX), say_suppliers, NULL);
}

static void say_end(json_t *reply, const void *date)
{
    (void)reply;
    puts(date ? _("Noted.") : _("Not noted any more."));
}

static int end(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair suppliers end PAYEE [DATE] [OPTIONS]",
        .summary = N_("Notes when the contract with a payee ends; without a date, takes the note away. The payee as coopair "
                      "suppliers\n"
                      "writes it.\n\n"
                      "  coopair suppliers end \"EDF CLIENTS PARTICULIERS\" 2027-03-31"),
        .least = 1,
        .most = 2,
    };
    json_t *args;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    args = cli.arg_count > 1 ? json_pack("{s:s, s:s}", "payee", cli.args[0], "date", cli.args[1])
                             : json_pack("{s:s}", "payee", cli.args[0]);
    return advice_show(&cli, "suppliers.end", args, say_end, cli.arg_count > 1 ? cli.args[1] : NULL);
}

int cmd_suppliers(int argc, char **argv)
{
    static const struct command commands[] = { { "end", end, N_("note when a contract ends") } };

    if (argc >= 2 && strcmp(argv[1], "end") == 0)
        return cli_family("coopair suppliers", commands, ARRAY_SIZE(commands), argc, argv);
    return show(argc, argv);
}
