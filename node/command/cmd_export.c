/* cmd_export.c - coopair export: the household's data in formats that any program reads.
 *
 * Everything is written into a folder beside, which gets its name when it is whole. Readings come from a
 * snapshot of the store, beside a running node; groups, rounds and journal are what the node answers. No
 * secret is among them. Failure modes: the folder holds something, the disk is full, a damaged entry. */
#include "node/advice/calendar.h"
#include "node/advice/health.h"
#include "node/command/command.h"
#include "node/home/home.h"
#include "node/home/whole_file.h"
#include "node/serve/data.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_ROOM = HOME_PATH_MAX + 64 };

static const char readme[] =
    "What coopair kept for this home\n"
    "===============================\n\n"
    "series.json   the meters: name, what is measured, file, first and last interval, number of readings\n"
    "series-N.csv  the readings of one of them, in order, UTF-8, comma, one header line:\n"
    "                start_utc  beginning of the interval, ISO 8601, UTC\n"
    "                seconds    its length\n"
    "                wh         energy in watt-hours, three decimals, exact\n"
    "              Intervals that are not there were never read in: they are not zero.\n"
    "              Of a register the heading says counter_wh (of gas counter_litres) instead of wh: what the meter's counter\n"
    "              showed at that time; the seconds say nothing.\n"
    "accounts.json the accounts: name, currency, file, first and last day, number of movements\n"
    "account-N.csv the movements of one of them, by day, one header line:\n"
    "                day        on which it was booked, ISO 8601\n"
    "                amount     negative: paid; two decimals, exact\n"
    "                label, party, reference  the bank's words, whom they name, the bank's number of it\n"
    "health.csv    what insurers refunded: payer (basic: social insurance, extra: complementary), day of care,\n"
    "              day paid, spent and refunded in euros\n"
    "groups.json   the groups this home belongs to\n"
    "rounds.json   the buying rounds it follows, their phase, and what it is in them\n"
    "journal.json  what left this house, to whom and why: \"time_ms\" is milliseconds since 1970, UTC\n\n"
    "The key of the home and the secrets of its groups are not here: they are in a backup (coopair "
    "backup).\n";

struct exporting {
    const struct cli *cli;
    char folder[HOME_PATH_MAX]; /* beside, until it is whole */
    FILE *file;                 /* of the series that is being written */
    json_t *series, *accounts;
    uint64_t readings, movements, lines;
    struct answer answer;
    struct store_txn *txn;
    enum status status;
    struct failure why;
};

static bool fail(struct exporting *ex, const char *name)
{
    if (!ex->status)
        ex->status = failure_say(&ex->why, errno == EACCES ? STATUS_DENIED : STATUS_DISK, _("write %s: %s"),
                                 name, strerror(errno));
    return false;
}

static void path_of(char out[PATH_ROOM], const struct exporting *ex, const char *name)
{
    snprintf(out, PATH_ROOM, "%s/%s", ex->folder, name);
}

static void text_write(struct exporting *ex, const char *name, const char *text, size_t size)
{
    char path[PATH_ROOM];

    path_of(path, ex, name);
    if (!ex->status)
        ex->status = whole_file_write(path, (struct bytes){ (const uint8_t *)text, size }, 0600, &ex->why);
}

static void json_write(struct exporting *ex, const char *name, json_t *value)
{
    char *text = json_dumps(value, JSON_INDENT(2));

    if (text)
        text_write(ex, name, text, strlen(text));
    else if (!ex->status)
        ex->status = failure_say(&ex->why, STATUS_NOMEM, _("export: out of memory"));
    free(text);
}

/* ---- Readings. */

static bool readings_write(void *arg, const struct reading *readings, size_t count)
{
    struct exporting *ex = arg;
    char date[32];
    struct tm parts;

    for (size_t i = 0; i < count; i++) {
        time_t start = (time_t)readings[i].start_s;

        if (!gmtime_r(&start, &parts) || strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
            return fail(ex, _("a date"));
        if (fprintf(ex->file, "%s,%" PRIu32 ",%" PRId64 ".%03d\n", date, readings[i].length_s,
                    readings[i].energy_mwh / 1000, (int)(readings[i].energy_mwh % 1000)) < 0)
            return fail(ex, _("a series"));
    }
    ex->readings += count;
    return true;
}

static const char *heading_of(enum quantity quantity)
{
    return !quantity_is_register(quantity)      ? "start_utc,seconds,wh\n"
           : quantity == QUANTITY_REGISTER_GAS ? "start_utc,seconds,counter_litres\n"
                                               : "start_utc,seconds,counter_wh\n";
}

static bool series_write(void *arg, const struct store_series *series)
{
    struct exporting *ex = arg;
    char name[32], path[PATH_ROOM];
    json_t *item = answer_item(&ex->answer, ex->series);

    snprintf(name, sizeof name, "series-%zu.csv", json_array_size(ex->series));
    path_of(path, ex, name);
    answer_text(&ex->answer, item, "meter", series->name.meter);
    answer_text(&ex->answer, item, "quantity", quantity_name(series->name.quantity));
    answer_text(&ex->answer, item, "file", name);
    answer_uint(&ex->answer, item, "first_s", (uint64_t)series->first_s);
    answer_uint(&ex->answer, item, "last_s", (uint64_t)series->last_s);
    answer_uint(&ex->answer, item, "readings", series->count);
    ex->file = fopen(path, "wex");
    if (!ex->file)
        return fail(ex, name);
    if (fputs(heading_of(series->name.quantity), ex->file) < 0)
        fail(ex, name);
    store_series_scan(ex->txn, &series->name, 0, INT64_MAX, readings_write, ex);
    if (fflush(ex->file) != 0 || fsync(fileno(ex->file)) != 0)
        fail(ex, name);
    fclose(ex->file);
    return !ex->status;
}

/* ---- Money. */

/* RFC 4180: quoted, a quote doubled. */
static void field_write(FILE *file, const char *text, const char *end)
{
    putc('"', file);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', file);
        putc(*text, file);
    }
    fprintf(file, "\"%s", end);
}

static void cents_write(FILE *file, int64_t cents, const char *end)
{
    int64_t size = cents < 0 ? -cents : cents;

    fprintf(file, "%s%" PRId64 ".%02d%s", cents < 0 ? "-" : "", size / 100, (int)(size % 100), end);
}

static bool movement_write(void *arg, const struct store_account *account, const struct movement *movement)
{
    struct exporting *ex = arg;
    char day[CALENDAR_TEXT_MAX];

    (void)account;
    fprintf(ex->file, "%s,", day_text(day, movement->day));
    cents_write(ex->file, movement->cents, ",");
    field_write(ex->file, movement->label, ",");
    field_write(ex->file, movement->party, ",");
    field_write(ex->file, movement->reference, "\n");
    ex->movements++;
    return !ferror(ex->file);
}

static bool table_open(struct exporting *ex, const char *name, const char *heading)
{
    char path[PATH_ROOM];

    path_of(path, ex, name);
    ex->file = fopen(path, "wex");
    return ex->file ? fputs(heading, ex->file) >= 0 || fail(ex, name) : fail(ex, name);
}

static void table_close(struct exporting *ex, const char *name)
{
    if (ferror(ex->file) || fflush(ex->file) != 0 || fsync(fileno(ex->file)) != 0)
        fail(ex, name);
    fclose(ex->file);
}

static bool account_write(void *arg, const struct store_account *account)
{
    struct exporting *ex = arg;
    char name[32], day[CALENDAR_TEXT_MAX];
    json_t *item = answer_item(&ex->answer, ex->accounts);

    snprintf(name, sizeof name, "account-%zu.csv", json_array_size(ex->accounts));
    answer_text(&ex->answer, item, "account", account->name);
    answer_text(&ex->answer, item, "currency", account->currency);
    answer_text(&ex->answer, item, "file", name);
    answer_text(&ex->answer, item, "first", day_text(day, account->first_day));
    answer_text(&ex->answer, item, "last", day_text(day, account->last_day));
    answer_uint(&ex->answer, item, "movements", account->count);
    if (!table_open(ex, name, "day,amount,label,party,reference\n"))
        return false;
    store_movements(ex->txn, account->name, 0, INT64_MAX, movement_write, ex);
    table_close(ex, name);
    return !ex->status;
}

static bool line_write(void *arg, const struct health_line *line)
{
    struct exporting *ex = arg;
    char care[CALENDAR_TEXT_MAX], paid[CALENDAR_TEXT_MAX];

    fprintf(ex->file, "%s,%s,%s,", payer_name(line->payer), day_text(care, line->care_day), day_text(paid, line->paid_day));
    cents_write(ex->file, line->spent_cents, ",");
    cents_write(ex->file, line->refund_cents, "\n");
    ex->lines++;
    return !ferror(ex->file);
}

static void export_money(struct exporting *ex)
{
    store_account_list(ex->txn, account_write, ex);
    if (ex->status || !table_open(ex, "health.csv", "payer,care_day,paid_day,spent,refunded\n"))
        return;
    store_health_scan(ex->txn, line_write, ex);
    table_close(ex, "health.csv");
}

/* ---- */

static void export_store(struct exporting *ex, const char *home)
{
    uint8_t seed[KEY_SIZE], store_key[KEY_SIZE];
    struct store *store = NULL;
    enum status status;

    ex->status = home_keys(home, seed, store_key, &ex->why);
    sodium_memzero(seed, sizeof seed);
    if (!ex->status)
        ex->status = store_open(&store, home, store_key, STORE_READ, &ex->why);
    sodium_memzero(store_key, sizeof store_key);
    if (ex->status)
        return;
    ex->txn = store_begin(store, STORE_READ);
    store_series_list(ex->txn, series_write, ex);
    if (!ex->status)
        export_money(ex);
    status = store_commit(ex->txn, ex->status ? NULL : &ex->why);
    store_close(store);
    ex->status = ex->status ? ex->status : status;
    if (!ex->status)
        ex->status = answer_done(&ex->answer, &ex->why);
    json_write(ex, "series.json", ex->series);
    json_write(ex, "accounts.json", ex->accounts);
}

/* ---- What the node answers. */

static void export_answer(struct exporting *ex, const char *verb, const char *key, const char *name)
{
    json_t *reply = NULL;

    if (!ex->status)
        ex->status = cli_try(ex->cli, verb, NULL, &reply, &ex->why);
    if (!ex->status)
        json_write(ex, name, json_object_get(reply, key));
    json_decref(reply);
}

static void export_journal(struct exporting *ex)
{
    json_t *lines = json_array(), *reply;
    json_int_t next = 1;

    while (next > 0 && !ex->status) {
        ex->status = cli_try(ex->cli, "journal", json_pack("{s:I}", "from", next), &reply, &ex->why);
        if (ex->status)
            break;
        json_array_extend(lines, json_object_get(reply, "lines"));
        next = json_integer_value(json_object_get(reply, "next"));
        json_decref(reply);
    }
    json_write(ex, "journal.json", lines);
    json_decref(lines);
}

/* ---- */

/* What an export of ours may have left in its folder. */
static void folder_unmake(const struct exporting *ex)
{
    static const char *const names[] = { "README.txt",  "series.json", "accounts.json", "health.csv",
                                         "groups.json", "rounds.json", "journal.json" };
    char path[PATH_ROOM], name[32];

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        path_of(path, ex, names[i]);
        unlink(path);
    }
    for (int i = 1; i <= STORE_SERIES_MAX; i++) {
        snprintf(name, sizeof name, "series-%d.csv", i);
        path_of(path, ex, name);
        if (unlink(path) != 0)
            break;
    }
    for (int i = 1; i <= STORE_ACCOUNTS_MAX; i++) {
        snprintf(name, sizeof name, "account-%d.csv", i);
        path_of(path, ex, name);
        if (unlink(path) != 0)
            break;
    }
    rmdir(ex->folder);
}

static void export_all(struct exporting *ex, const char *home)
{
    export_store(ex, home);
    export_answer(ex, "group.list", "groups", "groups.json");
    export_answer(ex, "round.list", "rounds", "rounds.json");
    if (!ex->status)
        export_journal(ex);
    text_write(ex, "README.txt", readme, sizeof readme - 1);
}

static void export_into(struct exporting *ex, const char *home, const char *target)
{
    size_t size = strlen(target);

    while (size > 1 && target[size - 1] == '/')
        size--;
    if ((size_t)snprintf(ex->folder, sizeof ex->folder, "%.*s.XXXXXX", (int)size, target) >=
        sizeof ex->folder) {
        ex->status = failure_say(&ex->why, STATUS_DENIED, _("the name of the folder is too long"));
        return;
    }
    if (!mkdtemp(ex->folder)) { /* 0700 */
        fail(ex, target);
        return;
    }
    export_all(ex, home);
    if (!ex->status && rename(ex->folder, target) != 0) {
        if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
            ex->status =
                failure_say(&ex->why, STATUS_EXISTS, _("%.150s is there already; choose a new folder"), target);
        else
            fail(ex, target);
    }
    if (ex->status)
        folder_unmake(ex);
}

int cmd_export(int argc, char **argv)
{
    struct cli cli = {
        .usage = "coopair export [OPTIONS] DIR",
        .summary =
            N_("Writes the household's data into a new folder, in open formats: a CSV file for each meter "
            "series and each\n"
            "account, one for health statements, JSON for groups, "
            "rounds and journal, and a README that says what each column is. Nothing is encrypted there, and "
            "no key is among\n"
            "it: to bring a home back, make a backup. The node may run."),
        .least = 1,
        .most = 1,
    };
    struct exporting ex = { .cli = &cli };
    char home[HOME_PATH_MAX];
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    ex.series = json_array();
    ex.accounts = json_array();
    ex.status = home_path(home, cli.home, &ex.why);
    if (!ex.status)
        export_into(&ex, home, cli.args[0]);
    if (ex.status)
        code = cli_fail(&cli, ex.status, &ex.why);
    else if (cli.json)
        code = cli_json(json_pack("{s:i, s:b, s:s, s:I, s:O, s:I, s:O, s:I}", "v", 1, "ok", 1, "folder", cli.args[0],
                                  "readings", (json_int_t)ex.readings, "series", ex.series, "movements",
                                  (json_int_t)ex.movements, "accounts", ex.accounts, "health_lines", (json_int_t)ex.lines));
    else
        printf(_("Wrote %s: %zu series with %" PRIu64
               " readings, %zu accounts with %" PRIu64
               " movements,\n%" PRIu64 " lines of health statements, groups, rounds and journal; README.txt says what is what.\n"),
               cli.args[0], json_array_size(ex.series), ex.readings, json_array_size(ex.accounts), ex.movements, ex.lines);
    json_decref(ex.series);
    json_decref(ex.accounts);
    return ex.status || cli.json ? code : EXIT_DONE;
}
