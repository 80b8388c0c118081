/* cmd_backup.c - coopair backup and coopair restore: everything into one locked file, and back.
 *
 * The file is made by this program beside a running node, from one snapshot of the store; the node, or the
 * store when none runs, is told of it afterwards, for doctor and status. */
#include "node/care/backup.h"
#include "node/care/care.h"
#include "node/care/sheet_typed.h"
#include "node/command/command.h"
#include "node/home/home.h"
#include "node/home/typed.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <sodium.h>
#include <time.h>

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int say_backup(const struct cli *cli, const struct backup_facts *facts, const char *path)
{
    char bytes[SAID_MAX], entries[SAID_MAX];

    if (cli->json)
        return cli_json(json_pack("{s:i, s:b, s:s, s:I, s:I, s:I}", "v", 1, "ok", 1, "file", path, "made_s",
                                  (json_int_t)(facts->made_ms / 1000), "entries", (json_int_t)facts->entries,
                                  "bytes", (json_int_t)facts->bytes));
    words_number(bytes, facts->bytes);
    words_number(entries, facts->entries);
    printf(_("Backed up to %s: %s entries, %s bytes, encrypted.\n"
           "Keep it on another disk. It is opened with: coopair restore FILE --home DIR\n"),
           path, entries, bytes);
    return EXIT_DONE;
}

/* The memory of it; a home that cannot note it has its backup all the same. */
static int note(const struct cli *cli)
{
    json_t *reply = NULL;
    int code = cli_ask(cli, "care.backed_up", NULL, &reply);

    json_decref(reply);
    return code;
}

static enum status make(const struct cli *cli, struct backup_facts *facts, const char *passphrase_file,
                        bool recovery, struct failure *why)
{
    struct backup_key key = { .lock = recovery ? BACKUP_RECOVERY : BACKUP_PASSPHRASE };
    char home[HOME_PATH_MAX];
    struct typed typed = { .size = 0 };
    enum status status = home_path(home, cli->home, why);

    if (!status)
        status = home_check(home, why);
    if (!status && !recovery)
        status = typed_passphrase(&typed, !cli->no_input, _("the backup"), passphrase_file, BACKUP_PASSPHRASE_LEAST, true, why);
    key.passphrase = (struct bytes){ (const uint8_t *)typed.text, typed.size };
    if (!status)
        status = backup_write(facts, cli->args[0], home, &key, now_ms(), why);
    typed_clear(&typed);
    return status;
}

int cmd_backup(int argc, char **argv)
{
    const char *passphrase_file = NULL;
    bool recovery = false;
    const struct cli_option options[] = {
        { "passphrase-file", OPTION_TEXT, &passphrase_file,
          N_("FILE  take the passphrase from its first line (only you may read it)") },
        { "recovery", OPTION_FLAG, &recovery,
          N_("lock it with the key of this home, which the recovery sheet gives back: no passphrase is asked") },
    };
    struct cli cli = {
        .usage = "coopair backup [OPTIONS] FILE",
        .summary =
            N_("Writes everything this home holds, readings, rounds, secrets and key, into one encrypted file: "
            "locked with a\n"
            "passphrase, or with --recovery by the recovery sheet (coopair identity sheet), which suits a "
            "nightly timer. The\n"
            "node may run. FILE appears when it is whole; an older backup of this name is replaced then. "
            "Back: "
            "coopair restore"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .least = 1,
        .most = 1,
    };
    struct backup_facts facts = { 0, 0, 0 };
    struct failure why = { .text = "" };
    enum status status;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    if (recovery && passphrase_file) {
        fputs(_("coopair backup: either --recovery or a passphrase; see: coopair backup --help\n"), stderr);
        return EXIT_USAGE;
    }
    status = make(&cli, &facts, passphrase_file, recovery, &why);
    if (status)
        return cli_fail(&cli, status, &why);
    code = note(&cli);
    return code ? code : say_backup(&cli, &facts, cli.args[0]);
}

/* ---- Back. */

static enum status unlock(struct backup_key *key, struct typed *typed, uint8_t secret[KEY_SIZE],
                          const struct cli *cli, const char *passphrase_file, const char *sheet_file,
                          struct failure *why)
{
    enum status status = backup_lock_of(&key->lock, cli->args[0], why);

    if (status)
        return status;
    if (key->lock == BACKUP_PASSPHRASE) {
        status = typed_passphrase(typed, !cli->no_input, _("the backup"), passphrase_file, 0, false, why);
        key->passphrase = (struct bytes){ (const uint8_t *)typed->text, typed->size };
        return status;
    }
    if (!sheet_file && !cli->json)
        fputs(_("This backup is opened by the recovery sheet of its home; type its words:\n"), stderr);
    key->secret = secret;
    return sheet_typed(secret, sheet_file, why);
}

static int say_restored(const struct cli *cli, const struct backup_facts *facts, const char *home)
{
    char made[SAID_MAX], entries[SAID_MAX];

    if (cli->json)
        return cli_json(json_pack("{s:i, s:b, s:s, s:I, s:I}", "v", 1, "ok", 1, "home", home, "made_s",
                                  (json_int_t)(facts->made_ms / 1000), "entries",
                                  (json_int_t)facts->entries));
    words_date(made, facts->made_ms / 1000);
    words_number(entries, facts->entries);
    printf(_("Restored %s as it was on %s: %s entries, each checked.\n"
           "In rounds that opened before now this home deals and reads, and does not vote, but for a registry that it "
           "founded\n"
           "and that is still open: it may have voted after the backup was made. Two copies of one home must not run: make sure that the old one never starts "
           "again.\n"
           "Next: coopair run --home DIR\n"),
           home, made, entries);
    return EXIT_DONE;
}

int cmd_restore(int argc, char **argv)
{
    const char *passphrase_file = NULL, *sheet_file = NULL;
    const struct cli_option options[] = {
        { "passphrase-file", OPTION_TEXT, &passphrase_file, N_("FILE  take the passphrase from its first line") },
        { "sheet-file", OPTION_TEXT, &sheet_file,
          N_("FILE  take the words of the recovery sheet from it; \"-\": standard input") },
    };
    struct cli cli = {
        .usage = "coopair restore [OPTIONS] FILE",
        .summary = N_("Makes a home from a backup, in a folder that does not exist yet or is empty (--home "
                   "DIR). The whole "
                   "file is\n"
                   "checked before anything is made. Exit code 7: the wrong passphrase or sheet, or a file "
                   "that was cut "
                   "or altered;\n"
                   "1: not a backup, or the folder is not empty. The restored home does not vote in a round "
                   "that opened "
                   "before, but for a registry that it founded and that is still open."),
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .least = 1,
        .most = 1,
    };
    struct backup_key key = { .secret = NULL };
    struct backup_facts facts = { 0, 0, 0 };
    struct typed typed = { .size = 0 };
    uint8_t secret[KEY_SIZE];
    char home[HOME_PATH_MAX];
    struct failure why = { .text = "" };
    enum status status;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    status = home_path(home, cli.home, &why);
    if (!status)
        status = unlock(&key, &typed, secret, &cli, passphrase_file, sheet_file, &why);
    if (!status)
        status = backup_restore(&facts, cli.args[0], home, &key, now_ms(), &why);
    typed_clear(&typed);
    sodium_memzero(secret, sizeof secret);
    return status ? cli_fail(&cli, status, &why) : say_restored(&cli, &facts, home);
}
