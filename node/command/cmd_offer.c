/* cmd_offer.c - coopair offer show|accept|decline: this home's own bill under every bid, and its own yes or
 * no.
 *
 * accept is the only command by which a name leaves this house. It shows to whom, asks, and writes a file
 * that only the winner opens. */
#include "node/command/advice_say.h"
#include "node/command/command.h"
#include "node/home/whole_file.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include "proto/proto.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

static json_t *round_args(const struct cli *cli)
{
    return json_pack("{s:s}", "round", cli->arg_count == 0 ? "" : cli->args[0]);
}

/* ---- show */

static void saving_print(uint64_t today, uint64_t bill)
{
    char text[SAID_MAX];

    words_euros(text, today > bill ? today - bill : bill - today);
    printf(_("  %s %s than today"), text, today >= bill ? _("less") : _("more"));
}

static void offer_print(json_t *reply, json_t *offer)
{
    json_t *bill = json_object_get(offer, "bill_cents"), *today = json_object_get(reply, "today_cents");
    bool valid = strcmp(field_text(offer, "verdict"), "valid") == 0;
    char text[SAID_MAX] = "-";

    if (json_is_integer(bill))
        words_euros(text, field_uint(offer, "bill_cents"));
    printf("  %-32s %16s", field_text(offer, "company"), text);
    if (json_is_integer(bill) && json_is_integer(today))
        saving_print(field_uint(reply, "today_cents"), field_uint(offer, "bill_cents"));
    printf("%s%s%s\n", field_flag(offer, "winner") ? _("  << won") : "", valid ? "" : "  ",
           valid ? "" : advice_word(field_text(offer, "verdict")));
    if (field_text(offer, "terms")[0] != '\0')
        printf("      %s\n", field_text(offer, "terms"));
}

static void offers_print(json_t *reply)
{
    json_t *offer, *round = json_object_get(reply, "round");
    const char *id = field_text(round, "topic"),
               *answer = field_text(json_object_get(round, "own"), "answer");
    char text[SAID_MAX];
    bool won = false;
    size_t i;

    printf(_("%s, lot %" PRIu64 ": %s. Your own bill under every bid, computed here:\n"),
           field_text(round, "title"), field_uint(reply, "lot"), field_text(reply, "lot_name"));
    if (json_is_integer(json_object_get(reply, "today_cents"))) {
        words_euros(text, field_uint(reply, "today_cents"));
        printf("  %-32s %16s\n", _("today"), text);
    }
    json_array_foreach(json_object_get(reply, "offers"), i, offer) {
        offer_print(reply, offer);
        won = won || field_flag(offer, "winner");
    }
    words_date(text, field_uint(reply, "answer_until"));
    if (!won)
        puts(_("Nobody won this lot under the rule of its charter; nothing is to be done."));
    else if (strcmp(answer, "none") != 0)
        printf(_("You have %s.\n"), answer);
    else
        printf(_("Nothing binds you. Until %s:\n  coopair offer accept %.8s --name NAME --address ADDRESS\n  "
               "coopair offer decline %.8s\n"),
               text, id, id);
}

static int show(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair offer show [ROUND] [OPTIONS]",
        .summary = N_("Shows what each bid would cost this home, beside what it pays today. Computed here, from "
                   "figures that never left.\n\n"
                   "  coopair offer show 3fa2"),
        .most = 1,
    };
    json_t *reply;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    code = cli_ask(&cli, "offer.show", round_args(&cli), &reply);
    if (code != EXIT_DONE)
        return code;
    if (cli.json)
        return cli_json(reply);
    offers_print(reply);
    json_decref(reply);
    return EXIT_DONE;
}

/* ---- accept */

static enum status letter_write(const char *path, json_t *reply, struct failure *why)
{
    uint8_t letter[LETTER_MAX];
    size_t size;

    if (!base64_read(letter, sizeof letter, &size, field_text(reply, "letter")))
        return failure_say(why, STATUS_MALFORMED, _("the node's answer is not a letter"));
    return whole_file_write(path, (struct bytes){ letter, size }, 0600, why);
}

static int accepted(const struct cli *cli, json_t *reply, const char *out)
{
    char path[64];
    struct failure why = { .text = "" };
    enum status status;

    /* Two numbers: the winner gets many of these in one folder. */
    snprintf(path, sizeof path, "letter-%.8s-%.8s.coop", field_text(reply, "topic"),
             field_text(reply, "pseudonym"));
    status = letter_write(out == NULL ? path : out, reply, &why);
    if (status == STATUS_OK && cli->json) {
        json_object_set_new(reply, "file", json_string(out == NULL ? path : out));
        json_object_del(reply, "letter");
        return cli_json(reply);
    }
    if (status == STATUS_OK) {
        printf(_("The letter is in %s; only %s can open it.\n"), out == NULL ? path : out,
               field_text(reply, "company"));
        printf(
            _("Next: send that file to %s. It answers with its contract; until you sign, nothing binds you.\n"),
            field_text(reply, "contact"));
    }
    json_decref(reply);
    return status == STATUS_OK ? EXIT_DONE : cli_fail(cli, status, &why);
}

static json_t *winner_of(json_t *reply)
{
    json_t *offer;
    size_t i;

    json_array_foreach(json_object_get(reply, "offers"), i, offer)
        if (field_flag(offer, "winner"))
            return offer;
    return NULL;
}

/* Who gets what, before it is asked. */
static bool confirmed(const struct cli *cli, json_t *reply, const char *name, const char *address,
                      const char *meter)
{
    json_t *winner = winner_of(reply);
    char text[SAID_MAX] = "unknown";

    if (json_is_integer(json_object_get(winner, "bill_cents")))
        words_euros(text, field_uint(winner, "bill_cents"));
    if (!cli->json && winner != NULL)
        printf(_("Sealed to %s, and readable by nobody else:\n  name     %s\n  address  %s\n  meter    %s\n  "
               "and the quantities you asked for. "
               "Your bill there: %s.\n"),
               field_text(winner, "company"), name, address, meter == NULL ? _("(not given)") : meter, text);
    fflush(stdout);
    return cli_confirm(cli, _("Accept the offer of %s?"),
                       winner == NULL ? _("the winner") : field_text(winner, "company"));
}

static int accept_offer(int argc, char **argv)
{
    const char *name = NULL, *address = NULL, *meter = NULL, *note = NULL, *out = NULL;
    const struct cli_option options[] = {
        { "name", OPTION_TEXT, &name, N_("NAME        who signs the contract") },
        { "address", OPTION_TEXT, &address, N_("ADDRESS  where it is delivered") },
        { "meter", OPTION_TEXT, &meter,
          N_("NUMBER     of the meter or delivery point, where the good needs one") },
        { "note", OPTION_TEXT, &note,
          N_("TEXT        anything the winner should know: hose length, a telephone") },
        { "out", OPTION_TEXT, &out, N_("FILE         where the letter is written") },
    };
    struct cli cli = {
        .usage = "coopair offer accept [ROUND] --name NAME --address ADDRESS [OPTIONS]",
        .summary =
            N_("Seals name and address to the winner, and to nobody else, as a file to send to it. No other "
            "member learns that you\n"
            "accepted. Nothing is bought yet: the winner answers with a contract.\n\n"
            "  coopair offer accept 3fa2 --name \"Ada Lovelace\" --address \"3 rue des Lilas, 44000 Nantes\""),
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .most = 1,
    };
    struct failure why = { .text = "" };
    json_t *reply, *args;
    bool yes;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    if (name == NULL || address == NULL) {
        fputs(
            _("coopair offer accept: the winner needs --name and --address; see: coopair offer accept --help\n"),
            stderr);
        return EXIT_USAGE;
    }
    code = cli_ask(&cli, "offer.show", round_args(&cli), &reply);
    if (code != EXIT_DONE)
        return code;
    yes = winner_of(reply) == NULL ||
          confirmed(&cli, reply, name, address, meter); /* without a winner the node says why */
    json_decref(reply);
    if (!yes) {
        failure_say(&why, STATUS_DENIED, _("nothing was accepted, nothing left"));
        return cli_fail(&cli, STATUS_DENIED, &why);
    }
    args =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "round", cli.arg_count == 0 ? "" : cli.args[0], "name", name,
                  "address", address, "meter", meter == NULL ? "" : meter, "note", note == NULL ? "" : note);
    if (args == NULL) {
        failure_say(&why, STATUS_MALFORMED, _("name, address, meter and note must be text in UTF-8"));
        return cli_fail(&cli, STATUS_MALFORMED, &why);
    }
    code = cli_ask(&cli, "offer.letter", args, &reply);
    return code == EXIT_DONE ? accepted(&cli, reply, out) : code;
}

/* ---- decline */

static int decline(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair offer decline [ROUND] [OPTIONS]",
        .summary = N_("Notes that this home does not take the offer. Nobody is told, no reason is needed, and "
                   "later rounds do not know.\n\n"
                   "  coopair offer decline 3fa2"),
        .most = 1,
    };
    json_t *reply;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    code = cli_ask(&cli, "offer.decline", round_args(&cli), &reply);
    if (code != EXIT_DONE)
        return code;
    if (cli.json)
        return cli_json(reply);
    printf(_("%s: declined. Nothing left this home.\n"), field_text(reply, "title"));
    json_decref(reply);
    return EXIT_DONE;
}

int cmd_offer(int argc, char **argv)
{
    static const struct command table[] = {
        { "show", show, N_("your own bill under every bid") },
        { "accept", accept_offer, N_("hand your name to the winner, and to nobody else") },
        { "decline", decline, N_("say no; nobody is told") },
    };

    return cli_family("coopair offer", table, ARRAY_SIZE(table), argc, argv);
}
