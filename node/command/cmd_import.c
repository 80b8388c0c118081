/* cmd_import.c - coopair import: files of the household into the store.
 *
 * A file is read here, in a program of the user without keys or sockets of others, and only readings go to
 * the node, in portions it checks again. Of a folder its own files are taken, of an archive those within.
 * Reading twice changes nothing: the store knows an interval by its start. Failure modes: a file that cannot
 * be read fails alone, the others are still read, and the exit code is 1; rows that cannot be right are named
 * by line. A portion that was kept stays kept when the next one fails. */
#include "node/command/command.h"
#include "node/command/import_keep.h"
#include "node/command/import_map.h"
#include "node/home/config.h"
#include "node/home/home.h"
#include "node/home/whole_file.h"
#include "node/import/archive.h"
#include "node/import/import.h"
#include "node/serve/data.h"
#include "node/tender/tender.h"
#include "node/tongue/failure_words.h"
#include "node/tongue/tongue.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDER_FILES_MAX = 1000, NAME_ROOM = 4096 };

struct job {
    struct cli cli;
    bool dry_run;
    const char *meter, *account; /* the user's names for them; NULL: the file's own */
    int64_t heat;                /* what the household says of its gas (config.h); 0: nothing */
    const char *map;             /* what the columns of a table are; NULL: as was said before */
    json_t *files;     /* for --json */
    size_t done, all;  /* files, those in a folder too */
    size_t failed;
};

/* ---- Into the node. */

static void say_progress(const struct job *job, const char *name, size_t part, size_t whole)
{
    if (!job->cli.json)
        import_progress(job->done * 100 + (whole > 0 ? part * 100 / whole : 0), job->all * 100, name);
}

/* The exit code. */
static int keep_portion(const struct job *job, const struct import *import, struct import_kept *kept, size_t at,
                        size_t *taken)
{
    json_t *runs, *args, *reply;
    int code;

    *taken = import->count - at;
    runs = data_runs(import->readings + at, taken);
    args = json_pack("{s:s, s:s, s:I, s:o}", "meter", import->series.meter, "quantity", quantity_name(import->series.quantity),
                     "heat", (json_int_t)job->heat, "runs", runs);
    if (!args)
        return cli_fail(&job->cli, STATUS_NOMEM, NULL);
    code = cli_ask(&job->cli, "data.import", args, &reply);
    if (code)
        return code;
    kept->added += (uint64_t)json_integer_value(json_object_get(reply, "added"));
    kept->replaced += (uint64_t)json_integer_value(json_object_get(reply, "replaced"));
    kept->days += (uint64_t)json_integer_value(json_object_get(reply, "days"));
    json_decref(reply);
    return EXIT_DONE;
}

static int keep(const struct job *job, const char *name, const struct import *import, struct import_kept *kept)
{
    size_t taken = 0;
    int code = EXIT_DONE;

    for (size_t at = 0; at < import->count && code == EXIT_DONE; at += taken) {
        say_progress(job, name, at, import->count);
        code = keep_portion(job, import, kept, at, &taken);
    }
    return code;
}

/* ---- One content: a file, or an entry of an archive. */

static void content_failed(struct job *job, const char *name, const struct import *import,
                           const struct failure *why)
{
    char clean[WORDS_MAX], reason[WORDS_MAX];

    job->failed++;
    tender_clean(clean, sizeof clean, name);
    tender_clean(reason, sizeof reason, failure_words(why).text);
    if (job->cli.json)
        json_array_append_new(job->files,
                              json_pack("{s:s, s:b, s:s, s:o}", "file", clean, "ok", 0, "error", reason,
                                        "rejected", import ? import_rejects_json(import) : json_array()));
    else
        fprintf(stderr, _("coopair import: %s: %s\n"), clean, reason);
}

static void content_refused(struct job *job, const char *name, const struct import *import, const char *said)
{
    struct failure why = { .text = "" };

    failure_say(&why, STATUS_MALFORMED, "%s", said);
    content_failed(job, name, import, &why);
}

/* false: it was not kept, which has been told; *code is what to end with, if anything. */
static bool money_take(struct job *job, const char *name, struct import *import, struct import_kept *kept, int *code)
{
    struct failure why = { .text = "" };
    enum status status = STATUS_OK;

    if (import->kind == IMPORT_HEALTH)
        status = job->dry_run ? STATUS_OK : import_health_keep(&job->cli, import, kept, &why);
    else if (!job->dry_run)
        status = import_account_keep(&job->cli, import, job->account, kept, &why);
    else if (job->account)
        memcpy(import->account.name, job->account, strlen(job->account) + 1); /* name_fits */
    if (status == STATUS_MISSING || status == STATUS_EXISTS) /* of this file; the others may fare better */
        content_failed(job, name, import, &why);
    else if (status)
        *code = cli_fail(&job->cli, status, &why);
    return !status;
}

/* What has only days stays apart under the new name too. */
static void meter_rename(char out[40], const char *name)
{
    static const char daily[] = " daily";
    size_t size = strlen(out), tail = sizeof daily - 1;
    bool days = size > tail && strcmp(out + size - tail, daily) == 0;
    size_t own = strlen(name);

    if (days && (own < tail || strcmp(name + own - tail, daily) != 0))
        snprintf(out, 40, "%.*s%s", (int)(39 - tail), name, daily);
    else
        snprintf(out, 40, "%s", name);
}

/* Cubic metres become kWh by what the household says of its gas. false: it has said nothing. */
static bool heat_up(const struct job *job, struct import *import)
{
    if (!import->volume)
        return true;
    if (job->heat == 0)
        return false;
    import->total_mwh = 0;
    for (size_t i = 0; i < import->count; i++) {
        import->readings[i].energy_mwh = import_gas_mwh(import->readings[i].energy_mwh, job->heat);
        import->total_mwh += import->readings[i].energy_mwh;
    }
    return true;
}

/* false: it was not kept, which has been told; *code is what to end with, if anything. */
static bool readings_take(struct job *job, const char *name, struct import *import, struct import_kept *kept, int *code)
{
    if (job->meter)
        meter_rename(import->series.meter, job->meter);
    if (!heat_up(job, import)) {
        content_refused(job, name, import, _("gas in cubic metres: say what one gives, the coefficient on your bill (about 11): coopair config "
                                             "set gas.kwh_per_m3 N, then import the file again"));
        return false;
    }
    if (!job->dry_run)
        *code = keep(job, name, import, kept);
    return *code == EXIT_DONE;
}

static int series_take(struct job *job, const char *name, struct import *import)
{
    struct import_kept kept = { .dry_run = job->dry_run, .heat = job->heat };
    int code = EXIT_DONE;

    if (import->kind == IMPORT_SERIES ? !readings_take(job, name, import, &kept, &code)
                                      : !money_take(job, name, import, &kept, &code))
        return code;
    if (job->cli.json)
        json_array_append_new(job->files, import_json(name, import, &kept));
    else
        import_say(name, import, &kept);
    return EXIT_DONE;
}

static int content_take(struct job *job, const char *name, struct bytes content)
{
    struct import import;
    struct import_heading heading;
    struct failure why = { .text = "" };
    int code = EXIT_DONE;

    if (import_map_read(&job->cli, job->map, job->dry_run, &import, &heading, content, &why)) {
        content_failed(job, name, &import, &why);
        if (heading.count > 0)
            import_map_offer(job->cli.json ? json_array_get(job->files, json_array_size(job->files) - 1) : NULL, name,
                             &heading);
    } else if (job->account && import.kind == IMPORT_ACCOUNT && import.next) {
        content_refused(job, name, &import, _("the file holds several accounts: --account cannot name them"));
    } else {
        for (struct import *series = &import; series && code == EXIT_DONE; series = series->next)
            code = series_take(job, name, series);
    }
    import_clear(&import);
    return code;
}

/* ---- What is around contents: archives, files, folders. */

/* What the archiver of macOS adds beside each file. */
static bool is_shadow(struct bytes name)
{
    static const char folder[] = "__MACOSX/";

    return name.size >= sizeof folder - 1 && memcmp(name.data, folder, sizeof folder - 1) == 0;
}

static int entry_take(struct job *job, const char *name, const struct archive_entry *entry)
{
    char inside[NAME_ROOM];
    struct failure why = { .text = "" };
    uint8_t *data;
    int code = EXIT_DONE;

    snprintf(inside, sizeof inside, "%.*s in %s", (int)(entry->name.size < 200 ? entry->name.size : 200),
             (const char *)entry->name.data, name);
    if (archive_unpack(&data, entry, &why))
        content_failed(job, inside, NULL, &why);
    else
        code = content_take(job, inside, (struct bytes){ data, entry->size });
    free(data);
    return code;
}

static int archive_take(struct job *job, const char *name, struct archive archive)
{
    struct archive_entry entry;
    size_t found = 0;
    int code = EXIT_DONE;

    while (code == EXIT_DONE && archive_next(&entry, &archive)) {
        if (!is_shadow(entry.name)) {
            found++;
            code = entry_take(job, name, &entry);
        }
    }
    if (found == 0)
        content_refused(job, name, NULL, _("the archive holds no files"));
    return code;
}

static int file_take(struct job *job, const char *path)
{
    struct archive archive;
    struct failure why = { .text = "" };
    char *bytes = NULL;
    size_t size = 0;
    struct bytes file;
    int code = EXIT_DONE;

    say_progress(job, path, 0, 1);
    if (whole_file_read(&bytes, &size, path, IMPORT_FILE_MAX, &why)) {
        content_failed(job, path, NULL, &why);
    } else {
        file = (struct bytes){ (const uint8_t *)bytes, size };
        if (archive_is(file) && archive_open(&archive, file, NULL) == STATUS_OK && !archive_is_workbook(archive))
            code = archive_take(job, path, archive);
        else
            code = content_take(job, path, file);
    }
    free(bytes);
    job->done++;
    if (job->done == job->all && !job->cli.json)
        import_progress(1, 1, "");
    return code;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Of the folder's own files, in order of name. false: it cannot be read, or holds too many. */
static bool folder_list(char **names, size_t *count, const char *path, struct failure *why)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char full[NAME_ROOM];
    struct stat found;

    *count = 0;
    if (!dir)
        return failure_say(why, STATUS_DENIED, _("the folder cannot be read: %s"), strerror(errno)), false;
    while (*count < FOLDER_FILES_MAX && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.' ||
            snprintf(full, sizeof full, "%s/%s", path, entry->d_name) >= (int)sizeof full ||
            stat(full, &found) != 0 || !S_ISREG(found.st_mode))
            continue;
        names[*count] = strdup(full);
        *count += names[*count] != NULL;
    }
    closedir(dir);
    qsort(names, *count, sizeof *names, by_name);
    if (*count == 0)
        failure_say(why, STATUS_MISSING, _("the folder holds no files"));
    else if (*count == FOLDER_FILES_MAX)
        failure_say(why, STATUS_FULL, _("the folder holds %d files or more: import it in parts"), FOLDER_FILES_MAX);
    return *count > 0 && *count < FOLDER_FILES_MAX;
}

static int folder_take(struct job *job, const char *path)
{
    char **names = calloc(FOLDER_FILES_MAX, sizeof *names);
    struct failure why = { .text = "" };
    size_t count = 0;
    int code = EXIT_DONE;

    if (!names)
        return cli_fail(&job->cli, STATUS_NOMEM, NULL);
    if (folder_list(names, &count, path, &why)) {
        job->all += count - 1;
        for (size_t i = 0; i < count && code == EXIT_DONE; i++)
            code = file_take(job, names[i]);
    } else {
        content_failed(job, path, NULL, &why);
    }
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return code;
}

static int path_take(struct job *job, const char *path)
{
    struct stat found;
    bool named = strcmp(path, "-") != 0;

    if (named && stat(path, &found) != 0) {
        content_refused(job, path, NULL, strerror(errno));
        job->done++;
        return EXIT_DONE;
    }
    return named && S_ISDIR(found.st_mode) ? folder_take(job, path) : file_take(job, path);
}

static int64_t heat_said(const struct cli *cli)
{
    char home[HOME_PATH_MAX];
    struct failure why = { .text = "" };
    struct config config;

    if (home_path(home, cli->home, &why))
        return 0;
    config_read(&config, home, &why); /* what is wrong with it is told by coopair config */
    return config_gas_heat(&config);
}

static bool name_fits(const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < size; i++) {
        if (name[i] < ' ' || name[i] > '~')
            return false;
    }
    return size > 0 && size < ACCOUNT_NAME_MAX;
}

int cmd_import(int argc, char **argv)
{
    struct job job = { .meter = NULL };
    const struct cli_option options[] = {
        { "map", OPTION_TEXT, &job.map,
          N_("WORDS  what the columns of a table are: date=0,amount=3,label=2 or start=0,kwh=1; kept for the next one") },
        { "dry-run", OPTION_FLAG, &job.dry_run, N_("read and report, keep nothing") },
        { "meter", OPTION_TEXT, &job.meter, N_("NAME  call the meter so instead of as in the file") },
        { "account", OPTION_TEXT, &job.account, N_("NAME  the account that a bank's file is of") },
    };
    int code = EXIT_DONE;

    job.cli = (struct cli){
        .usage = "coopair import [OPTIONS] FILE|FOLDER...",
        .summary =
            N_("Reads files of your meters and banks into the store of this home; of a folder its files, of a ZIP\n"
               "archive those within; \"-\" is standard input. What a file is, is found by its content:\n"
               "electricity: Enedis (load curve, registers, days, R63, debut;fin;kW, Data Connect), EDF, Octopus,\n"
               "n3rgy, Green Button, Home Assistant statistics, captures of the P1 port (DSMR) and of TIC;\n"
               "gas: GRDF (workbook, JSON). What has only days is kept apart, as NAME daily.\n"
               "bank: OFX, QIF, CAMT.053, CFONB 120, MT940, tables (CSV) of BNP Paribas, BoursoBank, Caisse d'Epargne,\n"
               "Credit Agricole, Credit Mutuel, Fortuneo, La Banque Postale, Societe Generale, KBC, Revolut;\n"
               "health: payments of Ameli, benefits of a complementary insurance (CSV);\n"
               "any other table (CSV, workbook): --map says once what its columns are, by number from 0 or by name:\n"
               "date, amount (or debit, credit), label, party, reference; start, end (or date, time), kwh, wh, kw or w;\n"
               "and minutes=30, order=dmy|mdy, clock=utc, what=gas|electricity-out, meter=, account=, currency=.\n"
               "Rows that cannot be right are refused by line and the rest is kept. Reading a file twice, or one\n"
               "that overlaps, changes nothing. Next: coopair usage"),
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .least = 1,
        .most = 1000,
    };
    if (!cli_parse(&job.cli, argc, argv, &code))
        return code;
    if ((job.meter && !name_fits(job.meter)) || (job.account && !name_fits(job.account))) {
        fputs(_("coopair import: a meter's or an account's name is 1 to 39 plain letters, digits and signs\n"), stderr);
        return EXIT_USAGE;
    }
    job.heat = heat_said(&job.cli);
    job.files = json_array();
    job.all = job.cli.arg_count;
    for (size_t i = 0; i < job.cli.arg_count && code == EXIT_DONE; i++)
        code = path_take(&job, job.cli.args[i]);
    if (code == EXIT_DONE && job.cli.json)
        code = cli_json(json_pack("{s:i, s:b, s:O}", "v", 1, "ok", job.failed == 0, "files", job.files));
    json_decref(job.files);
    return code == EXIT_DONE && job.failed > 0 ? EXIT_FAILED : code;
}
