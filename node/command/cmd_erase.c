/* cmd_erase.c - coopair erase: the readings of one meter, or the home. Asks before; what is erased is gone
 * from the files of this home (store.h), not only from its lists. */
#include "node/serve/answer.h"
#include "node/command/command.h"
#include "node/home/home.h"
#include "node/command/words.h"

static int not_confirmed(const struct cli *cli)
{
    struct failure why;

    failure_say(&why, STATUS_DENIED, "nothing was erased");
    return cli_fail(cli, STATUS_DENIED, &why);
}

static int erase_series(const struct cli *cli, const char *meter)
{
    char readings[SAID_MAX];
    json_t *reply;
    int code;

    if (!cli_confirm(cli,
                     "Erase all readings of the meter \"%s\"? They cannot be brought back but from a backup.",
                     meter))
        return not_confirmed(cli);
    code = cli_ask(cli, "data.erase", json_pack("{s:s}", "meter", meter), &reply);
    if (code)
        return code;
    if (cli->json)
        return cli_json(reply);
    words_number(readings, field_uint(reply, "readings"));
    printf("Erased %s readings of %s; the file of the store was made anew without them.\n"
           "Backups and exports made before still hold them.\n",
           readings, meter);
    json_decref(reply);
    return EXIT_DONE;
}

static int erase_everything(const struct cli *cli)
{
    char home[HOME_PATH_MAX];
    struct failure why = { "" };
    enum status status = home_path(home, cli->home, &why);

    if (status)
        return cli_fail(cli, status, &why);
    if (!cli_confirm(
            cli,
            "Erase the home in %s, with its key, readings, rounds and journal? Only a backup or the "
            "recovery sheet brings it back. What it sent to neighbours stays with them until the rounds "
            "expire.",
            home))
        return not_confirmed(cli);
    status = home_erase(home, &why);
    if (status)
        return cli_fail(cli, status, &why);
    if (cli->json)
        return cli_json(json_pack("{s:i, s:b, s:s}", "v", 1, "ok", 1, "home", home));
    printf("Erased the home in %s: its files were overwritten and removed.\n"
           "Backups, exports and the recovery sheet are yours to destroy.\n",
           home);
    return EXIT_DONE;
}

int cmd_erase(int argc, char **argv)
{
    const char *meter = NULL;
    bool everything = false;
    const struct cli_option options[] = {
        { "series", OPTION_TEXT, &meter, "NAME  the readings of this meter (doctor and import name them)" },
        { "everything", OPTION_FLAG, &everything, "the whole home: the node must not run" },
    };
    struct cli cli = {
        .usage = "coopair erase [OPTIONS]",
        .summary = "Erases the readings of one meter, or everything, after a question (--yes answers it). "
                   "The store's file "
                   "is made\n"
                   "anew from what stays and the old one is overwritten before it goes, so that nothing of "
                   "what was erased "
                   "is left in\n"
                   "it. What a disk itself may keep of overwritten blocks is beyond any program: encrypt the "
                   "disk. See "
                   "before: coopair\n"
                   "export, coopair backup",
        .options = options,
        .option_count = ARRAY_SIZE(options),
    };
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    if ((meter != NULL) == everything) {
        fputs("coopair erase: either --series NAME or --everything; see: coopair erase --help\n", stderr);
        return EXIT_USAGE;
    }
    return everything ? erase_everything(&cli) : erase_series(&cli, meter);
}
