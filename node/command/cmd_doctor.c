/* cmd_doctor.c - coopair doctor: is this home safe, line by line, and what to do where it is not.
 *
 * The clock, the disk and the key file are looked at here, so that they are told also when the store does not
 * open; the rest is asked from the node, or from the store when none runs. A question that fails is one more
 * line that fails. */
#include "node/command/command.h"
#include "node/home/home.h"
#include "node/serve/checks.h"
#include "node/tongue/failure_words.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

enum { FREE_FAIL_MIB = 64, FREE_WARN_MIB = 512 };
/* 2026 and 2100: a machine whose battery is empty wakes up in 1970 or in the year it was built. */
static const int64_t CLOCK_LEAST_S = INT64_C(1767225600), CLOCK_MOST_S = INT64_C(4102444800);

static void check_clock(struct answer *answer, json_t *checks)
{
    time_t now = time(NULL);
    char date[SAID_MAX];

    words_date(date, now < 0 ? 0 : (uint64_t)now);
    if (now < CLOCK_LEAST_S || now >= CLOCK_MOST_S)
        check_add(answer, checks, "clock", CHECK_FAIL, _("set it right: timedatectl set-ntp true"),
                  _("says %s, which cannot be"), date);
    else
        check_add(answer, checks, "clock", CHECK_OK, NULL, _("says %s"), date);
}

static void check_disk(struct answer *answer, json_t *checks, const char *home)
{
    struct statvfs disk;
    uint64_t free_mib;

    if (statvfs(home, &disk) != 0) {
        check_add(answer, checks, "disk", CHECK_FAIL, _("see whether the disk is there and well"),
                  _("does not say how full it is: %s"), strerror(errno));
        return;
    }
    free_mib = (uint64_t)disk.f_bavail * disk.f_frsize / (1024 * 1024);
    check_add(answer, checks, "disk",
              free_mib < FREE_FAIL_MIB   ? CHECK_FAIL
              : free_mib < FREE_WARN_MIB ? CHECK_WARN
                                         : CHECK_OK,
              _("free some space: a full disk keeps nothing new"), _("%llu MiB free"),
              (unsigned long long)free_mib);
}

/* The key file, and the folder: whoever may write there may put another key in its place. */
static bool check_key(struct answer *answer, json_t *checks, const char *home)
{
    struct failure why = { .text = "" };
    struct stat found;
    bool sealed;
    enum status status = home_sealed(&sealed, home, &why);

    if (status) {
        check_add(answer, checks, "key", CHECK_FAIL,
                  status == STATUS_MISSING
                      ? _("make a home: coopair init; or bring one back: coopair restore FILE")
                      : _("chmod 600 the key file, or bring it back: coopair identity recover"),
                  "%s", failure_words(&why).text);
        return false;
    }
    if (stat(home, &found) == 0 && (found.st_mode & 077) != 0)
        check_add(answer, checks, "key", CHECK_WARN, _("close the folder of this home: chmod 700 it"),
                  _("others may look into %.200s"), home);
    else
        check_add(answer, checks, "key", CHECK_OK, NULL,
                  sealed ? _("sealed under a passphrase, and only you may read it")
                         : _("a file that only you may read; no passphrase"));
    return true;
}

static void check_node(struct answer *answer, json_t *checks, const struct cli *cli)
{
    struct failure why = { .text = "" };
    json_t *reply;
    enum status status = cli_try(cli, "doctor", NULL, &reply, &why);

    if (!status) {
        answer->failed = answer->failed || json_array_extend(checks, json_object_get(reply, "checks")) != 0;
        json_decref(reply);
    } else if (status == STATUS_BUSY) {
        check_add(answer, checks, "node", CHECK_FAIL, _("wait, or stop the other program and ask again"), "%s",
                  failure_words(&why).text);
    } else if (status == STATUS_DENIED) {
        check_add(answer, checks, "store", CHECK_FAIL,
                  _("give the right passphrase; forgotten: coopair identity recover --home DIR"), "%s", failure_words(&why).text);
    } else {
        check_add(answer, checks, "store", CHECK_FAIL,
                  _("bring your latest backup back into a new folder: coopair restore FILE --home DIR"), "%s",
                  failure_words(&why).text);
    }
}

static bool is_state(json_t *check, enum check_state state)
{
    return strcmp(field_text(check, "state"), check_state_name(state)) == 0;
}

/* What a check is called, and what came of it, for a person; programs are told the English words. */
static const char *spoken(const char *word)
{
    static const char *const words[] = { N_("ok"),     N_("warn"),  N_("fail"), N_("clock"),    N_("key"),     N_("disk"),
                                         N_("store"),  N_("sheet"), N_("past"), N_("readings"), N_("account"), N_("backup"),
                                         N_("neighbours"), N_("neighbours' clocks"), N_("node"), N_("reading"), N_("writing") };

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strcmp(words[i], word) == 0)
            return _(words[i]);
    }
    return word;
}

static void say_check(json_t *check)
{
    const char *state = spoken(field_text(check, "state")), *name = spoken(field_text(check, "name"));

    printf("%-*s %-*s %s\n", tongue_width(6, state), state, tongue_width(22, name), name, field_text(check, "text"));
    if (!is_state(check, CHECK_OK))
        printf("       %-22s -> %s\n", "", field_text(check, "fix"));
}

/* Prints all; the exit code says whether one failed. */
static int say_checks(const struct cli *cli, json_t *checks)
{
    unsigned warned = 0, failed = 0;
    json_t *check;
    size_t i;

    json_array_foreach(checks, i, check)
    {
        warned += is_state(check, CHECK_WARN);
        failed += is_state(check, CHECK_FAIL);
        if (!cli->json)
            say_check(check);
    }
    if (cli->json && cli_json(json_pack("{s:i, s:b, s:i, s:i, s:O}", "v", 1, "ok", failed == 0, "warnings",
                                        (int)warned, "failures", (int)failed, "checks", checks)))
        return EXIT_FAILED;
    if (!cli->json && warned + failed == 0)
        puts(_("All is well."));
    return failed > 0 ? EXIT_FAILED : EXIT_DONE;
}

int cmd_doctor(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair doctor [OPTIONS]",
        .summary =
            N_("Looks whether this home would survive a bad day: clock, disk, key file, every entry of the "
            "store, age of the\n"
            "last backup, recovery sheet, neighbours, holes in the readings. Each line is ok, warn or "
            "fail, with what to\n"
            "do. Works with and without a running node, and changes nothing. Exit code 0: nothing "
            "failed; 1: something did."),
    };
    struct answer answer = { false };
    char home[HOME_PATH_MAX];
    struct failure why = { .text = "" };
    enum status status;
    json_t *checks;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    status = home_path(home, cli.home, &why);
    if (status)
        return cli_fail(&cli, status, &why);
    checks = json_array();
    check_clock(&answer, checks);
    if (check_key(&answer, checks, home)) {
        check_disk(&answer, checks, home);
        check_node(&answer, checks, &cli);
    }
    status = answer_done(&answer, &why);
    code = status ? cli_fail(&cli, status, &why) : say_checks(&cli, checks);
    json_decref(checks);
    return code;
}
