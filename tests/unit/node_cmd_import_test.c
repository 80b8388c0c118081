/* coopair import as a person types it, and coopair profile show on a profile told in advance. The node is
 * played by a store in this process: cli_ask and cli_try are defined here instead of node/command/ask.c. */
#include "node/command/command.h"
#include "node/serve/accounts.h"
#include "node/serve/data.h"
#include "tests/support/file.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>

#define SAMPLE(name) COOP_SOURCE_DIR "/node/sample/" name

static const uint8_t KEY[STORE_KEY_SIZE] = { 3 };

struct home {
    char dir[FOLDER_PATH], out[FOLDER_PATH + 16], err[FOLDER_PATH + 16];
    struct store *store;
    struct failure why;
    unsigned asked, refuse_from; /* the request from which on the node is gone; 0: never */
    json_t *profile;
};
static struct home *home;

static enum status answer(const char *verb, json_t *args, json_t *reply, struct failure *why)
{
    if (strcmp(verb, "data.account") == 0)
        return accounts_choose(home->store, args, reply, why);
    if (strcmp(verb, "data.movements") == 0)
        return accounts_import(home->store, args, reply, why);
    if (strcmp(verb, "data.health") == 0)
        return health_import(home->store, args, reply, why);
    if (strcmp(verb, "data.layout") == 0)
        return data_layout(home->store, args, reply, why);
    assert_string_equal(verb, "data.import");
    return data_import(home->store, args, reply, why);
}

enum status cli_try(const struct cli *cli, const char *verb, json_t *args, json_t **reply, struct failure *why)
{
    enum status status;

    (void)cli;
    home->asked++;
    *reply = json_object();
    if (strcmp(verb, "profile.show") == 0) {
        json_decref(*reply);
        *reply = json_incref(home->profile);
        status = STATUS_OK;
    } else if (home->refuse_from == 0 || home->asked < home->refuse_from) {
        status = answer(verb, args, *reply, why);
    } else {
        status = failure_say(why, STATUS_BUSY, "no node runs");
    }
    json_decref(args);
    if (status)
        json_decref(*reply);
    return status;
}

int cli_ask(const struct cli *cli, const char *verb, json_t *args, json_t **reply)
{
    struct failure why = { .text = "" };
    enum status status = cli_try(cli, verb, args, reply, &why);

    return status ? cli_fail(cli, status, &why) : EXIT_DONE;
}

static int home_up(void **state)
{
    (void)state;
    home = calloc(1, sizeof *home);
    folder_new(home->dir);
    snprintf(home->out, sizeof home->out, "%s/out", home->dir);
    snprintf(home->err, sizeof home->err, "%s/err", home->dir);
    return store_open(&home->store, home->dir, KEY, STORE_WRITE, &home->why);
}

static int home_down(void **state)
{
    (void)state;
    store_close(home->store);
    json_decref(home->profile);
    folder_remove(home->dir);
    free(home);
    return 0;
}

/* ---- A command, with what it says. */

static int redirect(FILE *stream, int number, const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), kept = dup(number);

    fflush(stream);
    assert_true(file >= 0 && kept >= 0 && dup2(file, number) == number);
    close(file);
    return kept;
}

static void restore(FILE *stream, int number, int kept)
{
    fflush(stream);
    dup2(kept, number);
    close(kept);
}

static int run(int (*command)(int argc, char **argv), const char *const words[])
{
    char *argv[16], *owned[16]; /* a command sorts its words in place */
    int argc = 0, out = redirect(stdout, 1, home->out), err = redirect(stderr, 2, home->err), code;

    for (; words[argc]; argc++)
        argv[argc] = owned[argc] = strdup(words[argc]);
    argv[argc] = NULL;
    code = command(argc, argv);
    restore(stderr, 2, err);
    restore(stdout, 1, out);
    while (argc > 0)
        free(owned[--argc]);
    return code;
}
#define IMPORT(...) run(cmd_import, (const char *const[]){ "import", __VA_ARGS__, NULL })

static void expect_said(const char *path, const char *text)
{
    struct bytes said = file_load(path);
    char *copy = strndup((const char *)said.data, said.size);

    if (!strstr(copy, text))
        fail_msg("\"%s\" is not in: %s", text, copy);
    free(copy);
    file_free(said);
}

static json_t *said_json(void)
{
    json_t *said = json_load_file(home->out, JSON_DISABLE_EOF_CHECK, NULL);

    assert_non_null(said);
    return said;
}

static void write_file(char path[FOLDER_PATH + 16], const char *name, const char *text)
{
    FILE *file;

    snprintf(path, FOLDER_PATH + 16, "%s/%s", home->dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* ---- Stories. */

static void a_file_is_reported_and_kept_and_the_second_time_changes_nothing(void **unused)
{
    (void)unused;
    assert_int_equal(IMPORT(SAMPLE("H004.csv")), EXIT_DONE);
    expect_said(home->out, "quarter hours by the week (CSV)\n  meter      H004, electricity\n"
                           "  readings   4032, 29 Oct 2018 00:00 to 10 Dec 2018 00:00, 2098.980 kWh\n"
                           "  new        4032, corrected 0, already there 0\n");
    assert_int_equal(IMPORT(SAMPLE("H004.csv")), EXIT_DONE);
    expect_said(home->out, "new        0, corrected 0, already there 4032\n");
    assert_int_equal(home->asked, 2);
}

static void json_says_the_same_for_each_file(void **unused)
{
    json_t *said, *files;

    (void)unused;
    assert_int_equal(IMPORT("--json", SAMPLE("H004.csv"), SAMPLE("enedis_half_hour.csv")), EXIT_DONE);
    said = said_json();
    files = json_object_get(said, "files");
    assert_true(json_is_true(json_object_get(said, "ok")));
    assert_int_equal(json_array_size(files), 2);
    for (size_t i = 0; i < 2; i++) {
        json_t *file = json_array_get(files, i);

        assert_int_equal(json_integer_value(json_object_get(file, "total")), 2098980000);
        assert_int_equal(json_integer_value(json_object_get(file, "readings")), i == 0 ? 4032 : 2016);
        assert_int_equal(json_integer_value(json_object_get(file, "added")), i == 0 ? 4032 : 2016);
        assert_int_equal(json_integer_value(json_object_get(file, "replaced")), 0);
        assert_int_equal(json_array_size(json_object_get(file, "rejected")), 0);
        assert_string_equal(json_string_value(json_object_get(file, "first")), "2018-10-28T23:00:00Z");
    }
    json_decref(said);
}

static void a_dry_run_keeps_nothing_and_needs_no_node(void **unused)
{
    (void)unused;
    assert_int_equal(IMPORT("--dry-run", SAMPLE("H013.csv")), EXIT_DONE);
    expect_said(home->out, "nothing was kept (--dry-run)");
    assert_int_equal(home->asked, 0);
}

static void one_bad_file_does_not_lose_the_others(void **unused)
{
    char page[FOLDER_PATH + 16];
    json_t *said;

    (void)unused;
    write_file(page, "linky.csv", "<!DOCTYPE html><html><body>Se connecter</body></html>");
    assert_int_equal(IMPORT(page, "/nowhere/at/all.csv", SAMPLE("H013.csv")), EXIT_FAILED);
    expect_said(home->err,
                "linky.csv: not a file coopair knows: it is a web page, perhaps the login page");
    expect_said(home->err, "/nowhere/at/all.csv: ");
    expect_said(home->out, "new        4032");
    assert_int_equal(IMPORT("--json", page, SAMPLE("H013.csv")), EXIT_FAILED);
    said = said_json();
    assert_true(json_is_false(json_object_get(said, "ok")));
    assert_true(json_is_false(json_object_get(json_array_get(json_object_get(said, "files"), 0), "ok")));
    assert_true(json_is_true(json_object_get(json_array_get(json_object_get(said, "files"), 1), "ok")));
    json_decref(said);
}

static void refused_rows_are_named_and_cost_no_exit_code(void **unused)
{
    char path[FOLDER_PATH + 16], rows[4096];
    size_t used =
        (size_t)snprintf(rows, sizeof rows,
                         "Identifiant PRM;Type de donnees;Unite\n1;Courbe de charge;W\nHorodate;Valeur\n"
                         "2023-01-01T00:30:00+01:00;100\n2023-01-01T00:30:00+01:00;100\n");

    (void)unused;
    for (unsigned i = 0; i < 25; i++)
        used += (size_t)snprintf(rows + used, sizeof rows - used, "2023-01-02T00:30:00+01:00;bad%u\n", i);
    write_file(path, "rows.csv", rows);
    assert_int_equal(IMPORT("--meter", "kitchen", path), EXIT_DONE);
    expect_said(home->out, "meter      kitchen, electricity\n");
    expect_said(home->out, "repeated   1 row of the file");
    expect_said(home->out, "refused    25 rows, the rest is kept:\n    line 6: \"bad0\" is not a number\n");
    expect_said(home->out, "line 25: \"bad19\" is not a number\n    and 5 more");
}

static void a_node_that_goes_away_in_the_middle_is_said_and_can_be_repeated(void **unused)
{
    (void)unused;
    home->refuse_from = 2;
    assert_int_equal(IMPORT(SAMPLE("H004.csv"), SAMPLE("H013.csv"), SAMPLE("H027.csv")), EXIT_TRY_AGAIN);
    expect_said(home->err, "no node runs");
    assert_int_equal(home->asked, 2);
    home->refuse_from = 0;
    assert_int_equal(IMPORT(SAMPLE("H004.csv"), SAMPLE("H013.csv"), SAMPLE("H027.csv")), EXIT_DONE);
    expect_said(home->out, "already there 4032");
}

static void a_table_is_described_once(void **unused)
{
    char first[FOLDER_PATH + 16], next[FOLDER_PATH + 16];
    json_t *said, *file;

    (void)unused;
    write_file(first, "first.csv", "Time;Energy (kWh)\n2023-07-01T08:00:00Z;0.25\n2023-07-01T08:30:00Z;0.5\n");
    write_file(next, "next.csv", "Time;Energy (kWh)\n2023-07-01T09:00:00Z;0.25\n2023-07-01T09:30:00Z;0.5\n");
    assert_int_equal(IMPORT(first), EXIT_FAILED);
    expect_said(home->err, "its columns: 0 \"Time\", 1 \"Energy (kWh)\"\n");
    expect_said(home->err, "coopair import --map \"");
    assert_int_equal(IMPORT("--dry-run", "--map", "start=0,kwh=1", first), EXIT_DONE);
    assert_int_equal(IMPORT(next), EXIT_FAILED); /* a dry run keeps nothing */
    assert_int_equal(IMPORT("--map", "start=0,kwh=1,meter=garage", first), EXIT_DONE);
    assert_int_equal(IMPORT(next), EXIT_DONE);
    expect_said(home->out, "meter      garage, electricity\n");
    expect_said(home->out, "new        2, corrected 0");
    write_file(next, "other.csv", "Time;Power\n2023-07-01T09:00:00Z;0.25\n");
    assert_int_equal(IMPORT("--json", next), EXIT_FAILED);
    said = said_json();
    file = json_array_get(json_object_get(said, "files"), 0);
    assert_int_equal(json_array_size(json_object_get(file, "columns")), 2);
    assert_string_equal(json_string_value(json_object_get(file, "map")), "start=0,w=1");
    json_decref(said);
    assert_int_equal(IMPORT("--map", "start=0,colour=1", first), EXIT_FAILED);
    expect_said(home->err, "\"colour=1\" is not understood");
}

static void wrong_usage_is_told(void **unused)
{
    (void)unused;
    assert_int_equal(IMPORT("--dry-run"), EXIT_USAGE);
    assert_int_equal(IMPORT("--meter", "caf\xc3\xa9", SAMPLE("H004.csv")), EXIT_USAGE);
    assert_int_equal(IMPORT("--meter", "1234567890123456789012345678901234567890", SAMPLE("H004.csv")),
                     EXIT_USAGE);
    assert_int_equal(IMPORT("--colour", SAMPLE("H004.csv")), EXIT_USAGE);
    assert_int_equal(home->asked, 0);
}

static json_t *profile_reply(json_t *cell, json_t *report)
{
    json_t *hours = json_array(), *months = json_array(), *periods = json_array();

    for (int i = 0; i < 24; i++)
        json_array_append_new(hours, json_integer(i == 3 ? 2400000000 : 1000000));
    for (int i = 0; i < 12; i++)
        json_array_append_new(months, json_integer(i == 0 ? 2423000000 : 0));
    for (int i = 0; i < 4; i++)
        json_array_append_new(periods, json_integer(i));
    return json_pack("{s:{s:s, s:i, s:i, s:i, s:I, s:i, s:o, s:o, s:o, s:i, s:i, s:b, s:o}, s:[{s:s, s:s, "
                     "s:s, s:s, s:b, s:o}]}",
                     "profile", "meter", "H004", "first_s", 1540767600, "last_s", 1544395500, "days", 42,
                     "total_mwh", (json_int_t)2423000000, "coarse_mwh", 0, "hour_mwh", hours, "month_mwh",
                     months, "period_mwh", periods, "night_permille", 412, "winter_permille", 930,
                     "winter_known", 0, "cell", cell, "rounds", "round", "a1b2c3d4e5", "title", "Pellets",
                     "category", "pellets", "season", "2026", "left", 0, "report", report);
}

static void a_profile_is_shown_with_exactly_what_may_leave(void **unused)
{
    (void)unused;
    home->profile = profile_reply(json_integer(1), json_integer(3));
    assert_int_equal(run(cmd_profile, (const char *const[]){ "profile", "show", NULL }), EXIT_DONE);
    expect_said(home->out,
                "meter H004: 2423.000 kWh from 29 Oct 2018 to 9 Dec 2018, 42 days with readings\n");
    expect_said(home->out, "  03    ################################################    2400.000 kWh\n");
    expect_said(home->out, "night (22 to 6)            41.2 %, more than 35 %\n");
    expect_said(home->out, "winter                     not said: 42 days of readings, it takes 300\n");
    expect_said(home->out, "cell 1 of 0 to 3");
    expect_said(
        home->out,
        "pellets, 2026 (Pellets, a1b2c3d4): 2 bits, cell 3, told truthfully with probability 48 %; it has "
        "not left yet\n");
}

static void too_few_readings_leave_no_bit(void **unused)
{
    (void)unused;
    home->profile = profile_reply(json_null(), json_null());
    assert_int_equal(run(cmd_profile, (const char *const[]){ "profile", "show", NULL }), EXIT_DONE);
    expect_said(home->out, "no cell: it takes 28 days of readings by the hour or finer\n");
    expect_said(home->out, "0 bits, only that a home is interested; it has not left yet\n");
}

/* ---- Banks. */

static bool count_movement(void *arg, const struct store_account *account, const struct movement *movement)
{
    (void)account;
    (void)movement;
    ++*(size_t *)arg;
    return true;
}

static size_t movements_of(const char *account)
{
    struct store_txn *txn = store_begin(home->store, STORE_READ);
    size_t count = 0;

    store_movements(txn, account, 0, INT64_MAX, count_movement, &count);
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
    return count;
}

#define QIF "!Type:Bank\nD02/01/2024\nT-80,00\nPDENTISTE\n^\nD25/01/2024\nT-2,50\nPCAFE\n^\nD25/01/2024\nT-2,50\nPCAFE\n^\n"
#define POSTE "Num\xe9ro Compte   ;00001234567\n\nDate;Libell\xe9;Montant(EUROS)\n25/01/2024;\"CARTE CAFE\";-2,50\n" \
              "25/01/2024;\"CARTE CAFE\";-2,50\n02/01/2024;\"CARTE 01/01 DENTISTE\";-80,00\n"

static void the_same_account_in_another_format_adds_nothing(void **unused)
{
    char qif[FOLDER_PATH + 16], poste[FOLDER_PATH + 16];

    (void)unused;
    write_file(qif, "a.qif", QIF);
    write_file(poste, "b.csv", POSTE);
    assert_int_equal(IMPORT(poste), EXIT_DONE);
    expect_said(home->out, "account    00001234567");
    expect_said(home->out, "new        3, already there 0");
    assert_int_equal(IMPORT(qif), EXIT_DONE); /* it names none, and has the movements of this one */
    expect_said(home->out, "account    00001234567");
    expect_said(home->out, "new        0, already there 3");
    assert_int_equal(movements_of(NULL), 3);
}

static void a_file_that_fits_no_account_asks_for_its_name(void **unused)
{
    char qif[FOLDER_PATH + 16], poste[FOLDER_PATH + 16];

    (void)unused;
    write_file(qif, "other.qif", "!Type:Bank\nD13/01/2024\nT-7,00\nPAUTRE\n^\n");
    write_file(poste, "b.csv", POSTE);
    assert_int_equal(IMPORT(poste), EXIT_DONE);
    assert_int_equal(IMPORT(qif), EXIT_FAILED);
    expect_said(home->err, "--account NAME");
    assert_int_equal(movements_of(NULL), 3);
    assert_int_equal(IMPORT("--account", "livret", qif), EXIT_DONE);
    assert_int_equal(movements_of("livret"), 1);
    assert_int_equal(IMPORT(qif), EXIT_DONE); /* now it is known */
    expect_said(home->out, "account    livret");
}

static void a_dry_run_tells_an_account_as_json_and_keeps_nothing(void **unused)
{
    char poste[FOLDER_PATH + 16];
    json_t *said, *file;

    (void)unused;
    write_file(poste, "b.csv", POSTE "31/02/2024;\"X\";-1,00\n");
    assert_int_equal(IMPORT("--dry-run", "--json", poste), EXIT_DONE);
    said = said_json();
    file = json_array_get(json_object_get(said, "files"), 0);
    assert_string_equal(json_string_value(json_object_get(file, "format")), "La Banque Postale (CSV)");
    assert_string_equal(json_string_value(json_object_get(file, "account")), "00001234567");
    assert_int_equal(json_integer_value(json_object_get(file, "movements")), 3);
    assert_int_equal(json_integer_value(json_object_get(file, "rows")), 4);
    assert_int_equal(json_integer_value(json_object_get(file, "total")), -8500);
    assert_string_equal(json_string_value(json_object_get(file, "first")), "2024-01-02");
    assert_string_equal(json_string_value(json_object_get(file, "last")), "2024-01-25");
    file = json_array_get(json_object_get(file, "rejected"), 0);
    assert_int_equal(json_integer_value(json_object_get(file, "line")), 7);
    assert_string_equal(json_string_value(json_object_get(file, "reason")), "\"31/02/2024\" is no date");
    json_decref(said);
    assert_int_equal(movements_of(NULL), 0);
}

static void health_statements_are_kept_once(void **unused)
{
    char file[FOLDER_PATH + 16];

    (void)unused;
    write_file(file, "m.csv",
               "Date de soins;B\xc3\xa9n\xc3\xa9" "ficiaire;Nature;D\xc3\xa9pense;Base SS;Rembours\xc3\xa9 SS;Rembours\xc3\xa9 mutuelle;"
               "Reste \xc3\xa0 charge;Date de r\xc3\xa8glement\n13/06/2025;CAMILLE;M\xc3\xa9" "decin;30,00;30,00;19,00;9,00;2,00;24/06/2025\n");
    assert_int_equal(IMPORT(file), EXIT_DONE);
    expect_said(home->out, "acts       1, refunded 9.00 EUR");
    expect_said(home->out, "new        1, already there 0");
    assert_int_equal(IMPORT(file), EXIT_DONE);
    expect_said(home->out, "new        0, already there 1");
}

int main(void)
{
#define HOME_TEST(name) cmocka_unit_test_setup_teardown(name, home_up, home_down)
    const struct CMUnitTest tests[] = {
        HOME_TEST(a_file_is_reported_and_kept_and_the_second_time_changes_nothing),
        HOME_TEST(json_says_the_same_for_each_file),
        HOME_TEST(a_dry_run_keeps_nothing_and_needs_no_node),
        HOME_TEST(one_bad_file_does_not_lose_the_others),
        HOME_TEST(refused_rows_are_named_and_cost_no_exit_code),
        HOME_TEST(a_node_that_goes_away_in_the_middle_is_said_and_can_be_repeated),
        HOME_TEST(a_table_is_described_once),
        HOME_TEST(wrong_usage_is_told),
        HOME_TEST(the_same_account_in_another_format_adds_nothing),
        HOME_TEST(a_file_that_fits_no_account_asks_for_its_name),
        HOME_TEST(a_dry_run_tells_an_account_as_json_and_keeps_nothing),
        HOME_TEST(health_statements_are_kept_once),
        HOME_TEST(a_profile_is_shown_with_exactly_what_may_leave),
        HOME_TEST(too_few_readings_leave_no_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
