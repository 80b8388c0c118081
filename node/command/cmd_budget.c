/* cmd_budget.c - coopair budget: where the money went, by post and month; and the household's own rules. */
#include "node/command/money_say.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_COLUMNS = 34 };

/* ---- What there was. */

static int64_t month_at(json_t *post, size_t i)
{
    return (int64_t)json_integer_value(json_array_get(json_object_get(post, "months"), i));
}

static bool comes_in(json_t *post)
{
    return field_int(post, "sum") > 0;
}

static void say_amounts(const char *code, const char *name, int64_t sum, int64_t last, size_t months)
{
    char mean[SAY_MAX], latest[SAY_MAX];

    printf("%-14s %-*.*s %11s %11s", code, tongue_width(NAME_COLUMNS, name), tongue_width(NAME_COLUMNS, name), name,
           money_say(mean, sum / (int64_t)months), money_say(latest, last));
}

/* What comes in is a line at the end, what is paid has a bar. */
static void say_posts(json_t *posts, size_t months, bool in)
{
    char bar[SAY_MAX];
    int64_t most = 0;
    json_t *post;
    size_t i;

    json_array_foreach (posts, i, post)
        if (!comes_in(post) && -field_int(post, "sum") > most)
            most = -field_int(post, "sum");
    json_array_foreach (posts, i, post) {
        if (comes_in(post) != in)
            continue;
        say_amounts(field_text(post, "code"), money_post(post), field_int(post, "sum"),
                    month_at(post, months - 1), months);
        printf("  %s\n", in ? "" : advice_bar(bar, (uint64_t)-field_int(post, "sum"), (uint64_t)most));
    }
}

static void say_total(const char *name, json_t *posts, size_t months, int sign)
{
    int64_t sum = 0, last = 0;
    json_t *post;
    size_t i;

    json_array_foreach (posts, i, post)
        if (sign == 0 || (field_int(post, "sum") > 0) == (sign > 0)) {
            sum += field_int(post, "sum");
            last += month_at(post, months - 1);
        }
    say_amounts("", name, sum, last, months);
    putchar('\n');
}

static void say_unknown(json_t *unknown)
{
    char euros[SAY_MAX];
    json_t *item;
    size_t i;

    if (json_array_size(unknown) == 0)
        return;
    puts(_("largest payees that no rule knows; give them a post with: coopair budget rule \"WORDS\" POST"));
    json_array_foreach (unknown, i, item)
        printf("  %-48s %12s\n", field_text(item, "payee"), money_say(euros, field_int(item, "cents")));
}

/* "04.5" is "04.5.1" and "04.5.2". */
static bool is_below(json_t *post, const char *code)
{
    const char *own = field_text(post, "code");
    size_t size = strlen(code);

    return strncmp(own, code, size) == 0 && (own[size] == '\0' || own[size] == '.');
}

static void say_history(json_t *reply, const char *code)
{
    json_t *months = json_object_get(reply, "months"), *posts = json_object_get(reply, "posts"), *post;
    int64_t sums[120] = { 0 }, most = 0;
    size_t count = json_array_size(months), i;

    json_array_foreach (posts, i, post)
        for (size_t month = 0; is_below(post, code) && month < count && month < ARRAY_SIZE(sums); month++)
            sums[month] += month_at(post, month);
    for (i = 0; i < count && i < ARRAY_SIZE(sums); i++)
        most = llabs(sums[i]) > most ? llabs(sums[i]) : most;
    for (i = 0; i < count && i < ARRAY_SIZE(sums); i++) {
        char name[SAY_MAX], euros[SAY_MAX], bar[SAY_MAX];

        money_month(name, json_string_value(json_array_get(months, i)));
        printf("%-*s %12s  %s\n", tongue_width(12, name), name, money_say(euros, sums[i]),
               advice_bar(bar, (uint64_t)llabs(sums[i]), (uint64_t)most));
    }
    if (most == 0)
        printf(_("nothing in post %s in these months; the posts there are: coopair budget posts\n"), code);
}

static void say_budget(json_t *reply, const void *code)
{
    json_t *months = json_object_get(reply, "months"), *posts = json_object_get(reply, "posts");
    size_t count = json_array_size(months);
    char from[SAY_MAX], to[SAY_MAX];

    printf(_("%s to %s, %" PRIu64 " movements, in %s\n"),
           money_month(from, json_string_value(json_array_get(months, 0))),
           advice_date(to, field_text(reply, "to")), field_uint(reply, "movements"), field_text(reply, "currency"));
    money_say_left_out(reply);
    if (code) {
        say_history(reply, code);
        return;
    }
    printf("%-14s %-*s %*s %*s\n", _("code"), tongue_width(NAME_COLUMNS, _("post")), _("post"),
           tongue_width(11, _("a month")), _("a month"), tongue_width(11, _("last month")), _("last month"));
    say_posts(posts, count, false);
    say_total(_("all that is paid"), posts, count, -1);
    say_posts(posts, count, true);
    say_total(_("what stays"), posts, count, 0);
    say_unknown(json_object_get(reply, "unknown"));
    puts(_("month by month: coopair budget --post CODE; what comes: coopair forecast"));
}

static int show(int argc, char **argv)
{
    const char *account = NULL, *code = NULL;
    uint64_t months = UINT64_MAX;
    const struct cli_option options[] = {
        { "months", OPTION_NUMBER, &months, N_("N  how many months, up to the last movement (default 12, at most 60)") },
        { "post", OPTION_TEXT, &code, N_("CODE  one post month by month: 04.5 is all of energy") },
        MONEY_ACCOUNT_OPTION(account),
    };
    struct cli cli = {
        .usage = "coopair budget [OPTIONS]",
        .summary = N_("Shows what was paid and what came in, by posts of COICOP, the classification of price statistics: "
                      "a month on\n"
                      "average, and the last month. Movements that no rule knows are \"not sorted\": give them a post of "
                      "your own with\n"
                      "coopair budget rule \"WORDS\" POST. See also: coopair budget rules, posts, forget."),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    int code_out;

    if (!cli_parse(&cli, argc, argv, &code_out))
        return code_out;
    return advice_show(&cli, "budget.show", money_args(account, months), say_budget, code);
}

/* ---- Rules. */

static void say_table(json_t *reply, const void *key)
{
    bool rules = strcmp(key, "rules") == 0;
    json_t *item;
    size_t i;

    json_array_foreach (json_object_get(reply, key), i, item)
        printf(rules ? "%-32s %-14s %s\n" : "%s%-14s %s\n", rules ? field_text(item, "words") : "",
               field_text(item, "code"), money_post(item));
    if (i == 0)
        puts(_("no rule of your own yet: coopair budget rule \"WORDS\" POST"));
}

static int table(int argc, char **argv, const char *usage, const char *summary, const char *verb, const char *key)
{
    struct cli cli = { .usage = usage, .summary = summary };
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    return advice_show(&cli, verb, json_object(), say_table, key);
}

static int rules(int argc, char **argv)
{
    return table(argc, argv, "coopair budget rules [OPTIONS]",
                 N_("Lists the household's own rules. Of several that fit, the one with the most letters decides."),
                 "budget.rules", "rules");
}

static int post_list(int argc, char **argv)
{
    return table(argc, argv, "coopair budget posts [OPTIONS]", N_("Lists the posts of a budget, with their codes."),
                 "budget.posts", "posts");
}

static int rule_change(struct cli *cli, int argc, char **argv, const char *done)
{
    json_t *reply, *args;
    int code;

    if (!cli_parse(cli, argc, argv, &code))
        return code;
    args = cli->arg_count > 1 ? json_pack("{s:s, s:s}", "words", cli->args[0], "post", cli->args[1])
                              : json_pack("{s:s}", "words", cli->args[0]);
    code = cli_ask(cli, "budget.rule", args, &reply);
    if (code != EXIT_DONE)
        return code;
    if (cli->json)
        return cli_json(reply);
    json_decref(reply);
    puts(done);
    return EXIT_DONE;
}

static int rule(int argc, char **argv)
{
    struct cli cli = { .usage = "coopair budget rule WORDS POST [OPTIONS]",
                       .summary = N_("Puts every movement whose label has these words, now and in every later import, into this "
                                     "post. The rule is\n"
                                     "kept beside the data and changes none of it.\n\n"
                                     "  coopair budget rule \"BIOCOOP\" 01.1"),
                       .least = 2,
                       .most = 2 };

    return rule_change(&cli, argc, argv, _("Kept; it holds for what is there and for what will be imported."));
}

static int forget(int argc, char **argv)
{
    struct cli cli = { .usage = "coopair budget forget WORDS [OPTIONS]",
                       .summary = N_("Takes one of your own rules away."),
                       .least = 1,
                       .most = 1 };

    return rule_change(&cli, argc, argv, _("That rule is gone."));
}

int cmd_budget(int argc, char **argv)
{
    static const struct command commands[] = {
        { "rule", rule, N_("a rule of your own") },
        { "rules", rules, N_("the rules of your own") },
        { "forget", forget, N_("take a rule away") },
        { "posts", post_list, N_("the posts there are") },
    };

    for (size_t i = 0; argc >= 2 && i < ARRAY_SIZE(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return cli_family("coopair budget", commands, ARRAY_SIZE(commands), argc, argv);
    return show(argc, argv);
}
