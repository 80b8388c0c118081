/* cmd_erase.c - coopair erase: one source of data, or the home. Asks before; what is erased is gone
 * from the files of this home (store.h), not only from its lists. */
#include "node/command/command.h"
#include "node/home/home.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

static int not_confirmed(const struct cli *cli)
{
    struct failure why;

    failure_say(&why, STATUS_DENIED, _("nothing was erased"));
    return cli_fail(cli, STATUS_DENIED, &why);
}

/* One source. counted: under which key the reply says how many there were. */
static int erase_source(const struct cli *cli, json_t *args, const char *counted, const char *what)
{
    char number[SAID_MAX];
    json_t *reply;
    int code;

    if (!cli_confirm(cli, _("Erase all %s? They cannot be brought back but from a backup."), what)) {
        json_decref(args);
        return not_confirmed(cli);
    }
    code = cli_ask(cli, "data.erase", args, &reply);
    if (code)
        return code;
    if (cli->json)
        return cli_json(reply);
    words_number(number, field_uint(reply, counted));
    printf(_("Erased %s %s; the file of the store was made anew without them.\n"
           "Backups and exports made before still hold them.\n"),
           number, what);
    json_decref(reply);
    return EXIT_DONE;
}

static int erase_named(const struct cli *cli, const char *meter, const char *account, const char *payer)
{
    char what[SAID_MAX + 64];

    if (meter)
        snprintf(what, sizeof what, _("readings of the meter \"%.40s\""), meter);
    else if (account)
        snprintf(what, sizeof what, _("movements of the account \"%.40s\""), account);
    else
        snprintf(what, sizeof what, _("lines of health statements of the payer \"%.40s\""), payer);
    return meter     ? erase_source(cli, json_pack("{s:s}", "meter", meter), "readings", what)
           : account ? erase_source(cli, json_pack("{s:s}", "account", account), "movements", what)
                     : erase_source(cli, json_pack("{s:s}", "payer", payer), "lines", what);
}

static int erase_everything(const struct cli *cli)
{
    char home[HOME_PATH_MAX];
    struct failure why = { .text = "" };
    enum status status = home_path(home, cli->home, &why);

    if (status)
        return cli_fail(cli, status, &why);
    if (!cli_confirm(
            cli,
            _("Erase the home in %s, with its key, readings, rounds and journal? Only a backup or the "
            "recovery sheet brings it back. What it sent to neighbours stays with them until the rounds "
            "expire."),
            home))
        return not_confirmed(cli);
    status = home_erase(home, &why);
    if (status)
        return cli_fail(cli, status, &why);
    if (cli->json)
        return cli_json(json_pack("{s:i, s:b, s:s}", "v", 1, "ok", 1, "home", home));
    printf(_("Erased the home in %s: its files were overwritten and removed.\n"
           "Backups, exports and the recovery sheet are yours to destroy.\n"),
           home);
    return EXIT_DONE;
}

int cmd_erase(int argc, char **argv)
{
    const char *meter = NULL, *account = NULL, *payer = NULL;
    bool everything = false;
    const struct cli_option options[] = {
        { "series", OPTION_TEXT, &meter, N_("NAME  the readings of this meter (doctor and import name them)") },
        { "account", OPTION_TEXT, &account, N_("NAME  the movements of this account") },
        { "health", OPTION_TEXT, &payer, N_("PAYER  the lines of health statements: basic (social insurance) or extra") },
        { "everything", OPTION_FLAG, &everything, N_("the whole home: the node must not run") },
    };
    struct cli cli = {
        .usage = "coopair erase [OPTIONS]",
        .summary = N_("Erases the readings of one meter, an account, the health statements of one payer, or everything, after a question (--yes answers it). "
                   "The store's file "
                   "is made\n"
                   "anew from what stays and the old one is overwritten before it goes, so that nothing of "
                   "what was erased "
                   "is left in\n"
                   "it. What a disk itself may keep of overwritten blocks is beyond any program: encrypt the "
                   "disk. See "
                   "before: coopair\n"
                   "export, coopair backup"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    if ((meter != NULL) + (account != NULL) + (payer != NULL) + everything != 1) {
        fputs(_("coopair erase: one of --series NAME, --account NAME, --health PAYER, --everything; see: coopair erase --help\n"),
              stderr);
        return EXIT_USAGE;
    }
    return everything ? erase_everything(&cli) : erase_named(&cli, meter, account, payer);
}
