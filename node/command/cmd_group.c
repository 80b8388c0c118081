/* cmd_group.c - coopair group create|join|list|show|invite: who buys together.
 *
 * What a person has to know is said where it is done: that the code is the key to the group, and that joining
 * says nothing about the home. */
#include "node/command/command.h"
#include "node/command/invitation.h"
#include "node/command/round_text.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <inttypes.h>
#include <string.h>

/* ---- join */

static int join(int argc, char **argv)
{
    const char *address = NULL;
    const struct cli_option options[] = {
        { "address", OPTION_TEXT, &address,
          N_("HOST:PORT  of a home that runs, instead of the one in the code") },
    };
    struct cli cli = {
        .usage = "coopair group join CODE [OPTIONS]",
        .summary = N_("Makes this home a member of the group the code is for, and enrols it in each of its "
                   "rounds that takes homes.\n"
                   "An enrolment is a set of fresh keys: it says nothing about the home, and buys nothing. "
                   "Case, spaces and\n"
                   "dashes of the code do not matter.\n\n"
                   "  coopair group join 04HMA-SR2KC-..."),
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .least = 1,
        .most = 16,
    };
    char text[1024] = "";
    json_t *reply, *args;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    for (size_t i = 0; i < cli.arg_count; i++) { /* typed in groups, with spaces and without quotes */
        size_t used = strlen(text), size = strlen(cli.args[i]);

        if (used + size < sizeof text)
            memcpy(text + used, cli.args[i], size + 1);
    }
    args = json_pack("{s:s}", "code", text);
    if (address != NULL)
        json_object_set_new(args, "address", json_string(address));
    code = cli_ask(&cli, "group.join", args, &reply);
    memset(text, 0, sizeof text);
    if (code != EXIT_DONE)
        return code;
    if (cli.json)
        return cli_json(reply);
    printf(_("This home %s the group %.8s.\n"),
           field_flag(reply, "known_before") ? _("already belongs to") : _("now belongs to"),
           field_text(reply, "group"));
    puts(_("Its node looks for the other members on the local network and at the address in the code, and "
         "enrols by itself\n"
         "in the rounds it finds. That says nothing about this home: what you use leaves only when you join "
         "a round.\n"
         "Next: leave coopair run going, then: coopair round list"));
    json_decref(reply);
    return EXIT_DONE;
}

/* ---- list, show, invite */

static void group_print(json_t *group)
{
    json_t *rounds = json_object_get(group, "rounds"), *round;
    size_t i;

    printf(_("%.8s  %" PRIu64 " other member%s met; %zu round%s\n"), field_text(group, "group"),
           field_uint(group, "met"), field_uint(group, "met") == 1 ? "" : "s", json_array_size(rounds),
           json_array_size(rounds) == 1 ? "" : "s");
    json_array_foreach(rounds, i, round) {
        fputs("  ", stdout);
        round_line_print(stdout, round);
    }
}

static int list(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair group list [OPTIONS]",
        .summary = N_("Lists the groups of this home, the members it has met, and their rounds."),
    };
    json_t *reply, *groups, *group;
    size_t i;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    code = cli_ask(&cli, "group.list", NULL, &reply);
    if (code != EXIT_DONE)
        return code;
    if (cli.json)
        return cli_json(reply);
    groups = json_object_get(reply, "groups");
    json_array_foreach(groups, i, group)
        group_print(group);
    if (json_array_size(groups) == 0)
        puts(_("This home belongs to no group. Make one with: coopair group create, or type a neighbour's "
             "code: coopair group join CODE"));
    json_decref(reply);
    return EXIT_DONE;
}

/* What show and invite share: an optional group, one reply. *address, if any, is known when the line is parsed. */
static int ask_group(struct cli *cli, const char *verb, const char *const *address, int argc, char **argv, json_t **reply)
{
    json_t *args;
    int code;

    *reply = NULL;
    if (!cli_parse(cli, argc, argv, &code))
        return code;
    args = json_pack("{s:s}", "group", cli->arg_count == 0 ? "" : cli->args[0]);
    if (address && *address)
        json_object_set_new(args, "address", json_string(*address));
    return cli_ask(cli, verb, args, reply);
}

static int show(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair group show [GROUP] [OPTIONS]",
        .summary = N_("Shows one group: the members met and where its rounds stand. GROUP is the beginning of "
                   "its id, or a round's title."),
        .most = 1,
    };
    json_t *reply;
    int code = ask_group(&cli, "group.show", NULL, argc, argv, &reply);

    if (code != EXIT_DONE || reply == NULL)
        return code;
    if (cli.json)
        return cli_json(reply);
    group_print(reply);
    json_decref(reply);
    return EXIT_DONE;
}

static int invite(int argc, char **argv)
{
    const char *address = NULL;
    bool no_qr = false;
    const struct cli_option options[] = {
        { "address", OPTION_TEXT, &address, N_("HOST:PORT  where this home is dialled from outside, behind a router that forwards the port") },
        { "no-qr", OPTION_FLAG, &no_qr, N_("draw no QR of the code") },
    };
    struct cli cli = {
        .usage = "coopair group invite [GROUP] [OPTIONS]",
        .summary = N_("Prints the code that lets neighbours in, and its QR. The code holds this home's address "
                   "while its node runs\n"
                   "and can be dialled. It is the key to the group: give it to neighbours only.\n\n"
                   "  coopair group invite --no-qr"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .most = 1,
    };
    json_t *reply, *round;
    size_t i;
    int code = ask_group(&cli, "group.invite", &address, argc, argv, &reply);

    if (code != EXIT_DONE || reply == NULL)
        return code;
    if (cli.json)
        return cli_json(reply);
    invitation_print(reply, !no_qr);
    json_array_foreach(json_object_get(reply, "rounds"), i, round)
        round_deadline_print(round);
    json_decref(reply);
    return EXIT_DONE;
}

int cmd_group(int argc, char **argv)
{
    static const struct command table[] = {
        { "create", cmd_group_create, N_("make a group and its first round") },
        { "join", join, N_("become a member, with a neighbour's code") },
        { "list", list, N_("the groups of this home") },
        { "show", show, N_("one group, its members met and its rounds") },
        { "invite", invite, N_("the code for neighbours, and its QR") },
    };

    return cli_family("coopair group", table, ARRAY_SIZE(table), argc, argv);
}
