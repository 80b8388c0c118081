/* cmd_found.c - coopair group create, coopair round create: a new group with its first round, and the next round of one that is there. */
#include "node/command/command.h"
#include "node/command/invitation.h"
#include "node/command/round_text.h"
#include "node/profile/zone.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <string.h>

struct wanted {
    const char *good, *pace, *zone, *title, *contact, *windows, *group;
    uint64_t floor, homes;
    bool no_qr;
};

static json_t *args_of(const struct wanted *wanted)
{
    const char *const texts[][2] = { { "good", wanted->good },       { "pace", wanted->pace },       { "zone", wanted->zone },
                                     { "title", wanted->title },     { "contact", wanted->contact }, { "windows", wanted->windows },
                                     { "group", wanted->group } };
    json_t *args = json_object();

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (texts[i][1] != NULL)
            json_object_set_new(args, texts[i][0], json_string(texts[i][1]));
    if (wanted->floor != UINT64_MAX)
        json_object_set_new(args, "floor", json_integer((json_int_t)wanted->floor));
    if (wanted->homes != UINT64_MAX)
        json_object_set_new(args, "homes", json_integer((json_int_t)wanted->homes));
    return args;
}

/* The round that came of it, and what to do next. */
static int say(json_t *reply, const struct wanted *wanted, bool first)
{
    json_t *round = json_object_get(reply, "round");
    const char *zone = field_text(round, "zone");

    printf(first ? _("The group is made, with its first round: %s (%.8s).\n") : _("The group has another round: %s (%.8s).\n"),
           field_text(round, "title"), field_text(reply, "topic"));
    if (strcmp(zone, wanted->zone) != 0)
        printf(_("Its zone is %s, not %s: a commune of fewer than %d people says too much about who lives "
                 "there.\n"),
               zone, wanted->zone, ZONE_PEOPLE_LEAST);
    invitation_print(reply, !wanted->no_qr);
    round_deadline_print(round);
    round_next_print(stdout, round);
    json_decref(reply);
    return EXIT_DONE;
}

/* Asks, and says what came of it; family: "group" or "round". */
static int found(struct cli *cli, const char *family, int argc, char **argv)
{
    struct wanted wanted = { .floor = UINT64_MAX, .homes = UINT64_MAX };
    const struct cli_option options[] = {
        { "good", OPTION_TEXT, &wanted.good, N_("pellets|electricity|electricity-street  what is bought") },
        { "pace", OPTION_TEXT, &wanted.pace, N_("street|season|demo   two weeks (the default), two months, or seconds") },
        { "zone", OPTION_TEXT, &wanted.zone, N_("ZONE       where it is delivered: fr:insee:44109; a small commune becomes its department") },
        { "title", OPTION_TEXT, &wanted.title, N_("TEXT      what the street calls it") },
        { "contact", OPTION_TEXT, &wanted.contact, N_("TEXT    whom companies may ask: a mail address or a telephone") },
        { "floor", OPTION_NUMBER, &wanted.floor, N_("K         no total of fewer homes is ever opened; not below the good's own") },
        { "homes", OPTION_NUMBER, &wanted.homes, N_("N         how many homes may enrol") },
        { "windows", OPTION_TEXT, &wanted.windows, N_("A,B,C,D,E  how long each box is open: 4d,1d,1d,4d,3d") },
        { "no-qr", OPTION_FLAG, &wanted.no_qr, N_("draw no QR of the code") },
    };
    char verb[16];
    json_t *reply;
    int code;

    cli->options = options;
    cli->option_count = ARRAY_SIZE(options);
    if (!cli_parse(cli, argc, argv, &code))
        return code;
    if (wanted.good == NULL || wanted.zone == NULL) {
        fprintf(stderr, _("coopair %s create: --good and --zone are needed; see: coopair %s create --help\n"), family, family);
        return EXIT_USAGE;
    }
    if (cli->arg_count > 0)
        wanted.group = cli->args[0];
    snprintf(verb, sizeof verb, "%s.create", family);
    code = cli_ask(cli, verb, args_of(&wanted), &reply);
    if (code != EXIT_DONE)
        return code;
    return cli->json ? cli_json(reply) : say(reply, &wanted, strcmp(family, "group") == 0);
}

int cmd_group_create(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair group create --good GOOD --zone ZONE [OPTIONS]",
        .summary =
            N_("Makes a group and its first round, and enrols this home. Prints one invitation code for the "
            "whole street.\n"
            "Rules, lots and dates are fixed from then on; see them with: coopair round show.\n\n"
            "  coopair group create --good pellets --zone fr:insee:44109 --title \"Pellets, rue des Lilas\""),
    };

    return found(&cli, "group", argc, argv);
}

int cmd_round_create(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair round create [GROUP] --good GOOD --zone ZONE [OPTIONS]",
        .summary =
            N_("Makes another round in a group that is there: the next season, or another good. Its members find it and enrol by\n"
            "themselves, and no new code is needed; whoever is new takes the group's. GROUP is the beginning of its id, or a\n"
            "round's title; it may be left out when there is only one.\n\n"
            "  coopair round create --good electricity --zone fr:insee:44109 --title \"Electricity, rue des Lilas\""),
        .most = 1,
    };

    return found(&cli, "round", argc, argv);
}
