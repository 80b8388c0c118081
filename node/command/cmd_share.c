/* cmd_share.c - coopair share list, preview, allow, revoke: what may leave this home, before it does. */
#include "node/command/command.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <inttypes.h>
#include <string.h>

enum { ROW_DIGITS = 64, ROWS_MOST = 64 };

/* *reply is NULL where there is nothing more to do: after a failure, and after --help. */
static int share_ask(struct cli *cli, int argc, char **argv, const char *verb, json_t **reply)
{
    json_t *args;
    int code;

    *reply = NULL;
    if (!cli_parse(cli, argc, argv, &code))
        return code;
    args = cli->arg_count > 0 ? json_pack("{s:s}", "purpose", cli->args[0]) : NULL;
    return cli_ask(cli, verb, args, reply);
}

/* ---- list */

static void say_purpose(json_t *purpose)
{
    char since[SAID_MAX];

    printf("  %-9s %s\n", field_text(purpose, "purpose"), field_text(purpose, "says"));
    printf("            (%s)\n", field_text(purpose, "grain"));
    words_date(since, field_uint(purpose, "since"));
    if (field_flag(purpose, "allowed"))
        printf(_("            ALLOWED since %s; take it back with: coopair share revoke %s\n"), since,
               field_text(purpose, "purpose"));
    else
        printf(_("            not allowed; allow it with: coopair share allow %s\n"),
               field_text(purpose, "purpose"));
}

static void say_by_hand(json_t *round)
{
    printf("  %s (%.8s)\n", field_text(round, "title"), field_text(round, "topic"));
    if (field_flag(round, "enrolled") || field_flag(round, "enrol"))
        puts(_("    enrolment, by joining the group: fresh keys, nothing about the home"));
    if (field_flag(round, "interest") && !field_flag(round, "interested"))
        puts(_("    interest, by joining the round: not said yet"));
    if (field_flag(round, "interested"))
        puts(_("    interest: said"));
    if (field_flag(round, "joined"))
        puts(_("    demand, by joining the round: sent, encrypted; take it back with: coopair round leave"));
    else if (field_flag(round, "join"))
        puts(_("    demand, by joining the round: not sent yet; take it back with: coopair round leave"));
    if (field_flag(round, "accepted"))
        puts(_("    name and address, by accepting the offer: sealed to the winner; this cannot be taken back"));
}

static int list(int argc, char **argv)
{
    struct cli cli = { .usage = "coopair share list [OPTIONS]",
                       .summary = N_("Lists what this home may say by itself, each purpose with its yes or no, and what was agreed "
                                     "to by hand\n"
                                     "in a round. Everything is off until it is allowed, and can be taken back.") };
    json_t *reply, *item;
    size_t i;
    int code = share_ask(&cli, argc, argv, "share.list", &reply);

    if (code != EXIT_DONE || reply == NULL)
        return code;
    if (cli.json)
        return cli_json(reply);
    puts(_("by itself"));
    json_array_foreach (json_object_get(reply, "purposes"), i, item)
        say_purpose(item);
    puts(_("by hand, in one round"));
    json_array_foreach (json_object_get(reply, "rounds"), i, item)
        say_by_hand(item);
    if (i == 0)
        puts(_("  nothing: this home follows no round"));
    puts(_("What has left is in: coopair journal; what would leave, byte for byte: coopair share preview"));
    json_decref(reply);
    return EXIT_DONE;
}

/* ---- preview */

static void say_bytes(const char *hex)
{
    size_t size = strlen(hex), rows = (size + ROW_DIGITS - 1) / ROW_DIGITS;

    for (size_t i = 0; i < rows && i < ROWS_MOST; i++)
        printf("      %.*s\n", ROW_DIGITS, hex + i * ROW_DIGITS);
    if (rows > ROWS_MOST)
        puts(_("      ... and so on; all of it with --json"));
}

static void say_thing(json_t *thing)
{
    const char *record = field_text(thing, "record");
    json_t *text;
    size_t i;

    printf("  %s: %s\n    %s\n", field_text(thing, "purpose"),
           field_flag(thing, "left")   ? _("it has left")
           : field_flag(thing, "goes") ? _("it leaves when its box is open")
                                       : _("it does not leave; it would if you allowed it"),
           field_text(thing, "says"));
    json_array_foreach (json_object_get(thing, "clear"), i, text)
        printf(_("    in the clear: %s\n"), json_string_value(text));
    if (json_object_size(json_object_get(thing, "encrypted")) > 0)
        puts(_("    encrypted, opened only in a total: the figures of coopair round show"));
    if (field_text(thing, "telling")[0] != '\0')
        printf(_("    the byte of it that says so: %s\n"), field_text(thing, "telling"));
    if (record[0] == '\0')
        printf(_("    the record around it cannot be made yet: %s\n"), field_text(thing, "not_yet"));
    else
        printf(_("    the whole record, with the pseudonym, proofs and signature: %" PRIu64 " bytes\n"),
               field_uint(thing, "size"));
    say_bytes(record);
}

static void say_round(json_t *round)
{
    json_t *thing;
    size_t i;

    printf("%s (%.8s), %s\n", field_text(round, "title"), field_text(round, "topic"), field_text(round, "zone"));
    json_array_foreach (json_object_get(round, "things"), i, thing)
        say_thing(thing);
    if (i == 0)
        puts(_("  nothing more can leave in this round"));
}

static int preview(int argc, char **argv)
{
    struct cli cli = { .usage = "coopair share preview [OPTIONS]",
                       .summary = N_("Shows for each round what would leave this home if it were allowed, and what has left: in words, "
                                     "and as the\n"
                                     "very bytes. Random numbers in the proofs are drawn anew each time. Sends nothing, changes nothing.") };
    json_t *reply, *round;
    size_t i;
    int code = share_ask(&cli, argc, argv, "share.preview", &reply);

    if (code != EXIT_DONE || reply == NULL)
        return code;
    if (cli.json)
        return cli_json(reply);
    json_array_foreach (json_object_get(reply, "rounds"), i, round)
        say_round(round);
    if (i == 0)
        puts(_("Nothing would leave: this home follows no round. Meter readings, bank movements and what is\n"
               "worked out from them never leave by themselves."));
    json_decref(reply);
    return EXIT_DONE;
}

/* ---- allow, revoke */

static int set(struct cli *cli, int argc, char **argv, const char *verb)
{
    json_t *reply;
    int code = share_ask(cli, argc, argv, verb, &reply);

    if (code != EXIT_DONE || reply == NULL)
        return code;
    if (cli->json)
        return cli_json(reply);
    printf(field_flag(reply, "allowed") ? _("Allowed: %s.\n") : _("Not allowed: %s.\n"), field_text(reply, "says"));
    puts(field_flag(reply, "allowed")
             ? _("Take it back at any time with: coopair share revoke; what has left by then stays with the group "
                 "until the round ends.")
             : _("From now on it does not leave. What had left stays with the group until the round ends."));
    json_decref(reply);
    return EXIT_DONE;
}

static int allow(int argc, char **argv)
{
    struct cli cli = { .usage = "coopair share allow PURPOSE [OPTIONS]",
                       .summary = N_("Lets the node say one thing by itself, from now on. coopair share preview shows it before.\n"
                                     "PURPOSE is interest or profile; coopair share list says what each is."),
                       .least = 1,
                       .most = 1 };

    return set(&cli, argc, argv, "share.allow");
}

static int revoke(int argc, char **argv)
{
    struct cli cli = { .usage = "coopair share revoke PURPOSE [OPTIONS]",
                       .summary = N_("Takes a permission back: from now on the node does not say it. What had left cannot be called "
                                     "back."),
                       .least = 1,
                       .most = 1 };

    return set(&cli, argc, argv, "share.revoke");
}

int cmd_share(int argc, char **argv)
{
    static const struct command table[] = {
        { "list", list, N_("each purpose, allowed or not") },
        { "preview", preview, N_("what would leave, in words and in bytes") },
        { "allow", allow, N_("let the node say one thing by itself") },
        { "revoke", revoke, N_("take that back") },
    };

    return cli_family("coopair share", table, ARRAY_SIZE(table), argc, argv);
}
