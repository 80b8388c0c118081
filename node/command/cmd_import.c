/* cmd_import.c - coopair import: meter files into the store.
 *
 * The file is read here, in a program of the user without keys or sockets of others, and only readings go to
 * the node, in portions it checks again. Reading twice changes nothing: the store knows an interval by its
 * start. Failure modes: a file that is no meter file fails alone, the others are still read, and the exit
 * code is 1; rows that cannot be right are named by line. A portion that was kept stays kept when the next
 * one fails. */
#include "node/command/command.h"
#include "node/serve/data.h"
#include "node/import/import.h"
#include "node/command/say.h"
#include "node/tender/tender.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REJECTS_SHOWN = 20 };

struct job {
    struct cli cli;
    bool dry_run;
    const char *meter; /* the user's name for it; NULL: the file's own */
    json_t *files;     /* for --json */
    size_t failed;
};
struct outcome {
    struct import import;
    uint64_t added, replaced;
};

/* ---- Into the node. */

static void say_progress(const struct job *job, size_t done, size_t all)
{
    if (job->cli.json || !isatty(STDERR_FILENO))
        return;
    if (done < all)
        fprintf(stderr, "\r%zu of %zu readings kept", done, all);
    else
        fprintf(stderr, "\r%60s\r", "");
    fflush(stderr);
}

/* The exit code. */
static int keep_portion(const struct job *job, struct outcome *outcome, size_t at, size_t *taken)
{
    const struct import *import = &outcome->import;
    json_t *runs, *args, *reply;
    int code;

    *taken = import->count - at;
    runs = data_runs(import->readings + at, taken);
    args = json_pack("{s:s, s:s, s:o}", "meter", import->series.meter, "quantity",
                     quantity_name(import->series.quantity), "runs", runs);
    if (!args)
        return cli_fail(&job->cli, STATUS_NOMEM, NULL);
    code = cli_ask(&job->cli, "data.import", args, &reply);
    if (code)
        return code;
    outcome->added += (uint64_t)json_integer_value(json_object_get(reply, "added"));
    outcome->replaced += (uint64_t)json_integer_value(json_object_get(reply, "replaced"));
    json_decref(reply);
    return EXIT_DONE;
}

static int keep(const struct job *job, struct outcome *outcome)
{
    size_t taken = 0;
    int code = EXIT_DONE;

    for (size_t at = 0; at < outcome->import.count && code == EXIT_DONE; at += taken) {
        code = keep_portion(job, outcome, at, &taken);
        if (code == EXIT_DONE && (at > 0 || taken < outcome->import.count))
            say_progress(job, at + taken, outcome->import.count);
    }
    return code;
}

/* ---- The report. */

static void say_rejects(const struct import *import)
{
    if (import->rejected == 0)
        return;
    printf("  refused    %" PRIu64 " row%s, the rest is kept:\n", import->rejected,
           import->rejected == 1 ? "" : "s");
    for (size_t i = 0; i < import->reject_count && i < REJECTS_SHOWN; i++)
        printf("    %s %" PRIu64 ": %s\n", import->by_item ? "entry" : "line", import->rejects[i].line,
               import->rejects[i].reason);
    if (import->rejected > REJECTS_SHOWN)
        printf("    and %" PRIu64 " more; --json lists up to %d\n", import->rejected - REJECTS_SHOWN,
               IMPORT_REJECTS_MAX);
}

static void say_file(const struct job *job, const char *path, const struct outcome *outcome)
{
    const struct import *import = &outcome->import;
    const struct reading *first = import->readings, *last = first + import->count - 1;
    char clean[WORDS_MAX], kwh[SAY_MAX], from[SAY_MAX], to[SAY_MAX];

    tender_clean(clean, sizeof clean, path);
    printf("%s: %s\n", clean, import->format);
    printf("  meter      %s, %s\n", import->series.meter, quantity_name(import->series.quantity));
    printf("  readings   %zu, %s to %s, %s\n", import->count, say_minute(from, first->start_s),
           say_minute(to, last->start_s + last->length_s), say_kwh(kwh, (uint64_t)import->total_mwh));
    if (import->duplicates > 0)
        printf("  repeated   %" PRIu64 " row%s of the file, counted once\n", import->duplicates,
               import->duplicates == 1 ? "" : "s");
    say_rejects(import);
    if (job->dry_run)
        puts("  nothing was kept (--dry-run)");
    else
        printf("  new        %" PRIu64 ", corrected %" PRIu64 ", already there %" PRIu64 "\n", outcome->added,
               outcome->replaced, import->count - outcome->added - outcome->replaced);
}

static json_t *rejects_json(const struct import *import)
{
    json_t *list = json_array();

    for (size_t i = 0; i < import->reject_count; i++)
        json_array_append_new(list, json_pack("{s:I, s:s}", "line", (json_int_t)import->rejects[i].line,
                                              "reason", import->rejects[i].reason));
    return list;
}

static json_t *file_json(const struct job *job, const char *path, const struct outcome *outcome)
{
    const struct import *import = &outcome->import;
    char clean[WORDS_MAX];
    json_t *file;

    tender_clean(clean, sizeof clean, path);
    file = json_pack(
        "{s:s, s:b, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "file", clean, "ok", 1, "format",
        import->format, "meter", import->series.meter, "quantity", quantity_name(import->series.quantity),
        "readings", (json_int_t)import->count, "total_mwh", (json_int_t)import->total_mwh, "first_s",
        (json_int_t)import->readings[0].start_s, "last_s",
        (json_int_t)import->readings[import->count - 1].start_s, "duplicates", (json_int_t)import->duplicates,
        "rejected", (json_int_t)import->rejected, "rejects", rejects_json(import));
    if (file && !job->dry_run) {
        json_object_set_new(file, "added", json_integer((json_int_t)outcome->added));
        json_object_set_new(file, "replaced", json_integer((json_int_t)outcome->replaced));
    }
    return file;
}

static void file_failed(struct job *job, const char *path, const struct failure *why)
{
    char clean[WORDS_MAX], reason[WORDS_MAX];

    job->failed++;
    tender_clean(clean, sizeof clean, path);
    tender_clean(reason, sizeof reason, why->text);
    if (job->cli.json)
        json_array_append_new(job->files,
                              json_pack("{s:s, s:b, s:s}", "file", clean, "ok", 0, "error", reason));
    else
        fprintf(stderr, "coopair import: %s: %s\n", clean, reason);
}

/* ---- One file after the other. */

static enum status read_file(struct import *out, const char *path, struct failure *why)
{
    char *bytes = NULL;
    size_t size = 0;
    enum status status = cli_read_file(&bytes, &size, path, IMPORT_FILE_MAX, why);

    *out = (struct import){ .format = NULL };
    if (!status)
        status = import_read(out, (struct bytes){ (const uint8_t *)bytes, size }, why);
    free(bytes);
    return status;
}

static int one_file(struct job *job, const char *path)
{
    struct outcome outcome = { .added = 0 };
    struct failure why = { "" };
    int code = EXIT_DONE;

    if (read_file(&outcome.import, path, &why)) {
        file_failed(job, path, &why);
        import_clear(&outcome.import);
        return EXIT_DONE;
    }
    if (job->meter)
        memcpy(outcome.import.series.meter, job->meter, strlen(job->meter) + 1); /* meter_fits */
    if (!job->dry_run)
        code = keep(job, &outcome);
    if (code == EXIT_DONE && job->cli.json)
        json_array_append_new(job->files, file_json(job, path, &outcome));
    else if (code == EXIT_DONE)
        say_file(job, path, &outcome);
    import_clear(&outcome.import);
    return code;
}

static bool meter_fits(const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < size; i++) {
        if (name[i] < ' ' || name[i] > '~')
            return false;
    }
    return size > 0 && size < sizeof((struct series_name *)0)->meter;
}

int cmd_import(int argc, char **argv)
{
    struct job job = { .meter = NULL };
    const struct cli_option options[] = {
        { "dry-run", OPTION_FLAG, &job.dry_run, "read and report, keep nothing" },
        { "meter", OPTION_TEXT, &job.meter, "NAME  call the meter so instead of as in the file" },
    };
    int code = EXIT_DONE;

    job.cli = (struct cli){
        .usage = "coopair import [OPTIONS] FILE...",
        .summary =
            "Reads meter files into the store of this home; \"-\" is standard input. Layouts, found "
            "by content:\n"
            "of Enedis the load curve (\"Courbe de charge\"), the registers (\"Index\"), R63, debut;fin;kW "
            "(all CSV)\n"
            "and Data Connect (JSON); of EDF half hours and days (CSV); of Octopus half hours (CSV, JSON);\n"
            "quarter hours by the week (CSV). What has only days is kept apart, as NAME daily.\n"
            "Rows that cannot be right are refused by line and the rest is kept. Reading a file "
            "twice, or one\n"
            "that overlaps, changes nothing. Next: coopair profile show",
        .options = options,
        .option_count = ARRAY_SIZE(options),
        .least = 1,
        .most = 1000,
    };
    if (!cli_parse(&job.cli, argc, argv, &code))
        return code;
    if (job.meter && !meter_fits(job.meter)) {
        fputs("coopair import: a meter's name is 1 to 39 plain letters, digits and signs\n", stderr);
        return EXIT_USAGE;
    }
    job.files = json_array();
    for (size_t i = 0; i < job.cli.arg_count && code == EXIT_DONE; i++)
        code = one_file(&job, job.cli.args[i]);
    if (code == EXIT_DONE && job.cli.json)
        code = cli_json(json_pack("{s:i, s:b, s:O}", "v", 1, "ok", job.failed == 0, "files", job.files));
    json_decref(job.files);
    return code == EXIT_DONE && job.failed > 0 ? EXIT_FAILED : code;
}
