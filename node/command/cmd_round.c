/* cmd_round.c - coopair round create|list|show|join|leave: where a round stands, and what this home wants in it.
 *
 * join shows every datum that would leave before it asks, and sends exactly what was shown. */
#include "node/command/command.h"
#include "node/command/round_text.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <string.h>

static json_t *round_args(const struct cli *cli)
{
    return json_pack("{s:s}", "round", cli->arg_count == 0 ? "" : cli->args[0]);
}

/* ---- list, show */

static int list(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair round list [OPTIONS]",
        .summary =
            N_("Lists the rounds of this home's groups: where each stands, how many homes so far, until when."),
    };
    json_t *reply, *rounds, *round;
    size_t i;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    code = cli_ask(&cli, "round.list", NULL, &reply);
    if (code != EXIT_DONE)
        return code;
    if (cli.json)
        return cli_json(reply);
    rounds = json_object_get(reply, "rounds");
    json_array_foreach(rounds, i, round)
        round_line_print(stdout, round);
    if (json_array_size(rounds) == 0)
        puts(_("No round yet. They come with a group: coopair group list; found neighbours: coopair peers"));
    json_decref(reply);
    return EXIT_DONE;
}

static int show(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair round show [ROUND] [OPTIONS]",
        .summary = N_("Shows one round: each box with its deadline, the homes so far, the lots, and what this "
                   "home does in it.\n"
                   "ROUND is the beginning of its id (4 digits or more) or its title; it may be left out "
                   "when there is only one."),
        .most = 1,
    };
    json_t *reply;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    code = cli_ask(&cli, "round.show", round_args(&cli), &reply);
    if (code != EXIT_DONE)
        return code;
    if (cli.json)
        return cli_json(reply);
    round_print(stdout, reply);
    json_decref(reply);
    return EXIT_DONE;
}

/* ---- join */

static json_t *texts_of(const struct cli_many *many)
{
    json_t *list = json_array();

    for (size_t i = 0; i < many->count; i++)
        json_array_append_new(list, json_string(many->texts[i]));
    return list;
}

static void plan_print(FILE *out, json_t *plan)
{
    json_t *round = json_object_get(plan, "round"), *text;
    size_t i;

    fprintf(out,
            _("%s: this leaves your home\n\n  In the clear, to the members of the group, under a pseudonym "
            "made for this round:\n"),
            field_text(round, "title"));
    json_array_foreach(json_object_get(plan, "clear"), i, text)
        fprintf(out, "    %s\n", json_string_value(text));
    fprintf(out,
            _("  Encrypted, to a key that nobody holds; opened only as one total of at least %" PRIu64
            " homes:\n"),
            field_uint(round, "floor"));
    round_values_print(out, round, json_object_get(plan, "encrypted"));
    fputs(_("\nNothing else leaves: no name, no address, no reading. The group sees that a home of its "
          "registry joined, not which one.\n"
          "You may leave or change until the box closes, and nothing binds you to the offer that comes of "
          "it.\n\n"),
          out);
}

static int joined(const struct cli *cli, json_t *reply)
{
    json_t *round = json_object_get(reply, "round"), *own = json_object_get(round, "own");

    if (cli->json)
        return cli_json(reply);
    if (field_flag(own, "joined"))
        puts(_("Done: your demand is dealt. What left is in: coopair journal"));
    else
        puts(_("Kept: your node deals each part when its time comes, and notes it in: coopair journal"));
    round_next_print(stdout, round);
    json_decref(reply);
    return EXIT_DONE;
}

/* Shows the plan, asks, then sends the numbers that were shown. */
static int plan_and_join(const struct cli *cli, json_t *args)
{
    json_t *plan, *reply;
    int code = cli_ask(cli, "round.plan", json_incref(args), &plan);

    if (code != EXIT_DONE) {
        json_decref(args);
        return code;
    }
    if (!cli->json)
        plan_print(stdout, plan);
    fflush(stdout);
    json_object_set(args, "values", json_object_get(plan, "values"));
    json_decref(plan);
    if (!cli_confirm(cli, _("Join on these terms?"))) {
        struct failure why;

        json_decref(args);
        failure_say(&why, STATUS_DENIED, _("nothing left, nothing was kept"));
        return cli_fail(cli, STATUS_DENIED, &why);
    }
    code = cli_ask(cli, "round.join", args, &reply);
    return code == EXIT_DONE ? joined(cli, reply) : code;
}

static int join(int argc, char **argv)
{
    struct cli_many lots = { .count = 0 }, quantities = { .count = 0 };
    uint64_t limit = UINT64_MAX;
    bool no_interest = false;
    const struct cli_option options[] = {
        { "lot", OPTION_MANY, &lots,
          N_("N[:HOMES]        a lot you would take, and from how many homes on; again for the next best") },
        { "quantity", OPTION_MANY, &quantities,
          N_("ITEM=N      your own figure instead of the one from your readings; may be repeated") },
        { "limit", OPTION_NUMBER, &limit,
          N_("PERCENT        in at this percentage of what you pay today, or less") },
        { "no-interest", OPTION_FLAG, &no_interest,
          N_("say nothing in the interest box, not even the noised cell") },
    };
    struct cli cli = {
        .usage = "coopair round join [ROUND] [OPTIONS]",
        .summary = N_("Shows exactly what would leave this home, asks, and then has the node say it when each "
                   "box is open. Figures come from\n"
                   "your own readings (coopair profile show). Without --lot: every lot, in order.\n\n"
                   "  coopair round join 3fa2 --lot 2:12 --lot 1 --quantity Pellets=3000 --limit 90"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .most = 1,
    };
    json_t *args;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    args = json_pack("{s:s, s:o, s:o, s:b}", "round", cli.arg_count == 0 ? "" : cli.args[0], "lots",
                     texts_of(&lots), "quantities", texts_of(&quantities), "interest", !no_interest);
    if (limit != UINT64_MAX)
        json_object_set_new(args, "limit", json_integer(limit > INT64_MAX ? INT64_MAX : (json_int_t)limit));
    return plan_and_join(&cli, args);
}

/* ---- leave */

static int leave(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair round leave [ROUND] [OPTIONS]",
        .summary = N_("Drops what was wished, or withdraws what was dealt, as long as the join box is open. An "
                   "enrolment stays in the\n"
                   "registry: it says nothing and buys nothing.\n\n"
                   "  coopair round leave 3fa2"),
        .most = 1,
    };
    json_t *reply;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    code = cli_ask(&cli, "round.leave", round_args(&cli), &reply);
    if (code != EXIT_DONE)
        return code;
    if (cli.json)
        return cli_json(reply);
    printf(_("%s: %s. Come back with: coopair round join %.8s\n"),
           field_text(json_object_get(reply, "round"), "title"),
           field_flag(reply, "withdrawn") ? _("withdrawn; the group sees that this pseudonym left")
                                          : _("dropped; your demand had not left"),
           field_text(json_object_get(reply, "round"), "topic"));
    json_decref(reply);
    return EXIT_DONE;
}

int cmd_round(int argc, char **argv)
{
    static const struct command table[] = {
        { "create", cmd_round_create, N_("make another round in a group of this home") },
        { "list", list, N_("where each round stands") },
        { "show", show, N_("one round in full") },
        { "join", join, N_("see what would leave this home, and take part") },
        { "leave", leave, N_("withdraw") },
    };

    return cli_family("coopair round", table, ARRAY_SIZE(table), argc, argv);
}
