/* cmd_identity.c - coopair identity sheet, prove, recover: the key of a home as words on paper.
 *
 * The sheet holds the key file and nothing else: with a backup it brings everything back, alone it brings
 * back who this home is. A sheet that nobody has typed back may be lost, wrong or in the printer's tray, and
 * doctor says so until two of its groups were proved. */
#include "node/care/bring_back.h"
#include "node/care/care.h"
#include "node/care/sheet.h"
#include "node/care/sheet_typed.h"
#include "node/command/command.h"
#include "node/command/qr.h"
#include "node/home/home.h"
#include "node/home/passphrase.h"
#include "node/home/typed.h"
#include "node/tongue/tongue.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* The secret of this home, in locked memory: sodium_free. NULL: the failure has been said. */
static uint8_t *secret_read(const struct cli *cli, int *code)
{
    char home[HOME_PATH_MAX];
    struct failure why = { .text = "" };
    uint8_t *secret = sodium_malloc(KEY_SIZE);
    enum status status = secret ? home_path(home, cli->home, &why) : STATUS_NOMEM;

    if (!status)
        status = home_secret(home, secret, &why);
    if (!status)
        return secret;
    sodium_free(secret);
    *code = cli_fail(cli, status, &why);
    return NULL;
}

/* ---- sheet */

static void print_groups(const uint8_t secret[KEY_SIZE])
{
    char group[SHEET_GROUP_TEXT];

    puts(_("RECOVERY SHEET OF A COOPAIR HOME\n\n"
         "Whoever has these words has the home. Keep the paper where you keep your papers, and no photo of "
         "it.\n"));
    for (unsigned i = 0; i < SHEET_GROUPS; i++) {
        sheet_group(group, secret, i);
        printf("    %u   %s\n", i + 1, group);
    }
    sodium_memzero(group, sizeof group);
    puts(_("\nBack, on another machine:       coopair identity recover --home DIR   (who this home is)\n"
         "or, with a backup at hand:      coopair restore FILE --home DIR        (everything)"));
}

static int print_qr(const uint8_t secret[KEY_SIZE])
{
    char text[SHEET_TEXT], *drawn;

    sheet_text(text, secret);
    drawn = qr_render(text, isatty(STDOUT_FILENO));
    sodium_memzero(text, sizeof text);
    if (!drawn) {
        fputs(_("coopair: out of memory for the QR\n"), stderr);
        return EXIT_FAILED;
    }
    printf("\n%s", drawn);
    free(drawn);
    return EXIT_DONE;
}

static int sheet_json(const uint8_t secret[KEY_SIZE])
{
    char group[SHEET_GROUP_TEXT];
    json_t *groups = json_array();

    for (unsigned i = 0; i < SHEET_GROUPS; i++) {
        sheet_group(group, secret, i);
        json_array_append_new(groups, json_string(group));
    }
    sodium_memzero(group, sizeof group);
    return cli_json(json_pack("{s:i, s:b, s:o}", "v", 1, "ok", 1, "groups", groups));
}

static int identity_sheet(int argc, char **argv)
{
    bool qr = false;
    const struct cli_option options[] = { { "qr", OPTION_FLAG, &qr,
                                            N_("also as a QR, for a scanner of your own") } };
    struct cli cli = {
        .usage = "coopair identity sheet [OPTIONS]",
        .summary =
            N_("Prints the recovery sheet: the key of this home as 24 words in 8 groups, each with a check. "
            "Print it\n"
            "(coopair identity sheet | lp) or copy it by hand. Whoever has it has the home. Next: coopair "
            "identity prove"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    uint8_t *secret;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    secret = secret_read(&cli, &code);
    if (!secret)
        return code;
    if (cli.json) {
        code = sheet_json(secret);
    } else {
        print_groups(secret);
        code = qr ? print_qr(secret) : EXIT_DONE;
    }
    sodium_free(secret);
    return code;
}

/* ---- prove */

static bool group_proved(const uint8_t secret[KEY_SIZE], unsigned group)
{
    char question[64];
    struct typed line;
    bool proved;

    snprintf(question, sizeof question, _("group %u of the sheet: "), group + 1);
    proved = typed_line(&line, question) && sheet_group_is(secret, group, line.text);
    typed_clear(&line);
    return proved;
}

static int identity_prove(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair identity prove [OPTIONS]",
        .summary =
            N_("Asks for two groups of the recovery sheet, to be typed from the paper (or read from standard "
            "input, a line\n"
            "each). When both are right, doctor knows that the sheet exists. Exit code 7: they are not."),
    };
    unsigned first = randombytes_uniform(SHEET_GROUPS);
    unsigned second = (first + 1 + randombytes_uniform(SHEET_GROUPS - 1)) % SHEET_GROUPS;
    struct failure why;
    json_t *reply = NULL;
    uint8_t *secret;
    bool proved;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    secret = secret_read(&cli, &code);
    if (!secret)
        return code;
    proved = group_proved(secret, first) && group_proved(secret, second);
    sodium_free(secret);
    if (!proved) {
        failure_say(&why, STATUS_FORGED,
                    _("that is not what the sheet of this home says; look at the paper again, "
                    "or print a new one: coopair identity sheet"));
        return cli_fail(&cli, STATUS_FORGED, &why);
    }
    code = cli_ask(&cli, "care.proved", NULL, &reply);
    if (code)
        return code;
    if (cli.json)
        return cli_json(reply);
    json_decref(reply);
    puts(_("Both groups are right: the recovery sheet is proved."));
    return EXIT_DONE;
}

/* ---- recover */

static int identity_recover(int argc, char **argv)
{
    const char *sheet_file = NULL;
    const struct cli_option options[] = {
        { "sheet-file", OPTION_TEXT, &sheet_file,
          N_("FILE  take the words from it instead of asking; \"-\": standard input") },
    };
    struct cli cli = {
        .usage = "coopair identity recover [OPTIONS]",
        .summary =
            N_("Makes a home with the key of a recovery sheet, in a folder that does not exist yet or is empty "
            "(--home\n"
            "DIR). It has the name it had among its neighbours, and no readings: those come from a backup "
            "(coopair\n"
            "restore) or from your suppliers again. It does not vote in a round that opened before, but for a registry that it founded and that is still open."),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    struct bring_back what = { .now_ms = (uint64_t)time(NULL) * 1000 + 999 };
    char home[HOME_PATH_MAX];
    uint8_t secret[KEY_SIZE];
    struct failure why = { .text = "" };
    enum status status;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    status = home_path(home, cli.home, &why);
    if (!status)
        status = bring_back_free(home, &why); /* before anybody types 24 words */
    if (!status)
        status = sheet_typed(secret, sheet_file, &why);
    what.secret = secret;
    if (!status)
        status = bring_back(home, &what, &why);
    sodium_memzero(secret, sizeof secret);
    if (status)
        return cli_fail(&cli, status, &why);
    if (cli.json)
        return cli_json(json_pack("{s:i, s:b, s:s}", "v", 1, "ok", 1, "home", home));
    printf(_("Made a home in %s with the key of the sheet.\n"
           "Next: coopair run, then coopair group join CODE with a neighbour's code\n"),
           home);
    return EXIT_DONE;
}

/* ---- passphrase */

static enum status passphrase_change(const struct cli *cli, bool remove, const char *file, struct failure *why)
{
    char home[HOME_PATH_MAX];
    struct typed typed = { .size = 0 };
    enum status status = home_path(home, cli->home, why);

    if (!status)
        status = home_check(home, why); /* before anybody types */
    if (!status && !remove)
        status = typed_passphrase(&typed, !cli->no_input, _("this home"), file, PASSPHRASE_LEAST, true, why);
    if (!status)
        status = home_reseal(home, (struct bytes){ (const uint8_t *)typed.text, typed.size }, why);
    typed_clear(&typed);
    return status;
}

static int identity_passphrase(int argc, char **argv)
{
    const char *file = NULL;
    bool remove = false;
    const struct cli_option options[] = {
        { "new-file", OPTION_TEXT, &file,
          N_("FILE  take the new passphrase from its first line (only you may read it)") },
        { "remove", OPTION_FLAG, &remove, N_("no passphrase from now on: a file that only you may read") },
    };
    struct cli cli = {
        .usage = "coopair identity passphrase [OPTIONS]",
        .summary = N_("Seals the key file under a passphrase (argon2id), or under another one, or with --remove "
                      "under none. It is\n"
                      "asked whenever the home is opened: on the terminal, or read from the file that\n"
                      "COOPAIR_PASSPHRASE_FILE names, or from the systemd credential coopair.passphrase. A "
                      "running node goes on."),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    struct failure why = { .text = "" };
    enum status status;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    if (remove && file) {
        fputs(_("coopair identity passphrase: either --remove or a new one; see: coopair identity passphrase "
                "--help\n"),
              stderr);
        return EXIT_USAGE;
    }
    status = passphrase_change(&cli, remove, file, &why);
    if (status)
        return cli_fail(&cli, status, &why);
    if (cli.json)
        return cli_json(json_pack("{s:i, s:b, s:b}", "v", 1, "ok", 1, "sealed", !remove));
    puts(remove ? _("The key file has no passphrase any more: only you may read it.")
                : _("The key file is sealed under the new passphrase. If it is forgotten, only the recovery sheet "
                    "brings this\n"
                    "home back: coopair identity sheet"));
    return EXIT_DONE;
}

int cmd_identity(int argc, char **argv)
{
    static const struct command commands[] = {
        { "sheet", identity_sheet, N_("print the recovery sheet: the key of this home as words") },
        { "prove", identity_prove, N_("type two of its groups back, so that it is known to exist") },
        { "recover", identity_recover, N_("make a home from its recovery sheet") },
        { "passphrase", identity_passphrase, N_("seal the key file under a passphrase, another, or none") },
    };

    return cli_family("coopair identity", commands, ARRAY_SIZE(commands), argc, argv);
}
