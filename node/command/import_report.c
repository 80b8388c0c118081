/* import_report.c - see import_report.h. */
#include "node/command/import_report.h"

#include "node/command/money_say.h"
#include "node/advice/calendar.h"
#include "node/advice/health.h"
#include "node/serve/data.h"
#include "node/tender/tender.h"
#include "node/tongue/say.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { REJECTS_SHOWN = 20, STAMP_MAX = 24, BAR = 30 };

static void say_rejects(const struct import *import)
{
    if (import->rejected == 0)
        return;
    printf(NN_("  refused    %" PRIu64 " row, the rest is kept:\n",
               "  refused    %" PRIu64 " rows, the rest is kept:\n", import->rejected),
           import->rejected);
    for (size_t i = 0; i < import->reject_count && i < REJECTS_SHOWN; i++)
        printf(import->by_item ? _("    entry %" PRIu64 ": %s\n") : _("    line %" PRIu64 ": %s\n"),
               import->rejects[i].line, import->rejects[i].reason);
    if (import->rejected > REJECTS_SHOWN)
        printf(_("    and %" PRIu64 " more; --json lists up to %d\n"), import->rejected - REJECTS_SHOWN,
               IMPORT_REJECTS_MAX);
}

static void say_readings(const struct import *import)
{
    const struct reading *first = import->readings, *last = first + import->count - 1;
    char kwh[SAY_MAX], from[SAY_MAX], to[SAY_MAX];

    printf(_("  meter      %s, %s\n"), import->series.meter,
           _(quantity_name(import->series.quantity)));
    printf(_("  readings   %zu, %s to %s, %s\n"), import->count, say_minute(from, first->start_s),
           say_minute(to, last->start_s + last->length_s), say_kwh(kwh, (uint64_t)import->total_mwh));
}

/* "1581.123": thousandths. */
static const char *counter_text(char out[SAY_MAX], int64_t millionths)
{
    snprintf(out, SAY_MAX, "%" PRId64 "%c%03d", millionths / 1000000, tongue_point(), (int)(millionths / 1000 % 1000));
    return out;
}

static void say_register(const struct import *import)
{
    const struct reading *first = import->readings, *last = first + import->count - 1;
    const char *unit = import->series.quantity == QUANTITY_REGISTER_GAS ? "m3" : "kWh";
    char from[SAY_MAX], to[SAY_MAX], value[SAY_MAX];

    printf(_("  meter      %s, %s\n"), import->series.meter, _(quantity_name(import->series.quantity)));
    say_minute(from, first->start_s);
    if (import->count == 1)
        printf(_("  readings   1, %s: the counter at %s %s\n"), from, counter_text(value, first->energy_mwh), unit);
    else
        printf(_("  readings   %zu of the counter, %s to %s, %s %s between them\n"), import->count, from, say_minute(to, last->start_s),
               counter_text(value, import->total_mwh), unit);
}

/* What came of the readings of a register, or what is needed for it. */
static void say_days(const struct import *import, const struct import_kept *kept)
{
    if (import->series.quantity == QUANTITY_REGISTER_GAS && kept->heat == 0)
        puts(_("  days       none: gas is in cubic metres; say what one gives, the coefficient on your bill (about 11):\n"
               "             coopair config set gas.kwh_per_m3 N, then import the file again"));
    else if (kept->days == 0)
        puts(_("  days       none yet: a day is told by readings before and after it, two days apart at most;\n"
               "             one a day does, also as many files of a folder"));
    else
        printf(_("  days       %" PRIu64 " told by the readings so far: coopair usage\n"), kept->days);
}

static void say_movements(const struct import *import)
{
    const struct movement *first = import->movements, *last = first + import->count - 1;
    char from[SAY_MAX], to[SAY_MAX], sum[SAY_MAX];

    printf(_("  account    %s\n"), import->account.name[0] != '\0' ? import->account.name : _("not named in the file"));
    printf(_("  movements  %zu, %s to %s, sum %s %s\n"), import->count, say_day(from, utc_of_local(first->day * CALENDAR_DAY_S)),
           say_day(to, utc_of_local(last->day * CALENDAR_DAY_S)), money_say(sum, import->total_cents), import->account.currency);
}

static void say_lines(const struct import *import)
{
    char sum[SAY_MAX];

    printf(_("  acts       %zu, refunded %s EUR\n"), import->count, money_say(sum, import->total_cents));
}

static void say_rows(const struct import *import)
{
    if (import->kind == IMPORT_ACCOUNT)
        say_movements(import);
    else if (import->kind == IMPORT_HEALTH)
        say_lines(import);
    else if (quantity_is_register(import->series.quantity))
        say_register(import);
    else
        say_readings(import);
}

void import_say(const char *name, const struct import *import, const struct import_kept *kept)
{
    char clean[WORDS_MAX];

    tender_clean(clean, sizeof clean, name);
    printf(_("%s: %s\n"), clean, _(import->format));
    if (import->count > 0)
        say_rows(import);
    if (import->doubt[0] != '\0')
        printf(_("  take care  %s\n"), import->doubt);
    if (import->duplicates > 0)
        printf(NN_("  repeated   %" PRIu64 " row of the file, counted once\n",
                   "  repeated   %" PRIu64 " rows of the file, counted once\n", import->duplicates),
               import->duplicates);
    say_rejects(import);
    if (kept->dry_run)
        puts(_("  nothing was kept (--dry-run)"));
    else if (import->kind != IMPORT_SERIES)
        printf(_("  new        %" PRIu64 ", already there %" PRIu64 "\n"), kept->added, import->count - kept->added);
    else
        printf(_("  new        %" PRIu64 ", corrected %" PRIu64 ", already there %" PRIu64 "\n"), kept->added,
               kept->replaced, import->count - kept->added - kept->replaced);
    if (!kept->dry_run && import->count > 0 && import->kind == IMPORT_SERIES && quantity_is_register(import->series.quantity))
        say_days(import, kept);
}

/* RFC 3339, UTC. */
static json_t *stamp_json(int64_t utc_s)
{
    char text[STAMP_MAX];
    struct tm tm;
    time_t time = (time_t)utc_s;

    if (!gmtime_r(&time, &tm) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return json_null();
    return json_string(text);
}

json_t *import_rejects_json(const struct import *import)
{
    json_t *list = json_array();

    for (size_t i = 0; i < import->reject_count; i++)
        json_array_append_new(list, json_pack("{s:I, s:s}", "line", (json_int_t)import->rejects[i].line,
                                              "reason", import->rejects[i].reason));
    return list;
}

static json_t *series_json(const struct import *import)
{
    const struct reading *last = import->count > 0 ? &import->readings[import->count - 1] : NULL;

    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "series", import->series.meter, "quantity",
                     quantity_name(import->series.quantity), "readings", (json_int_t)import->count, "total",
                     (json_int_t)import->total_mwh, "first", last ? stamp_json(import->readings[0].start_s) : json_null(),
                     "last", last ? stamp_json(last->start_s) : json_null());
}

static json_t *day_json(int64_t day)
{
    char text[CALENDAR_TEXT_MAX];

    return json_string(day_text(text, day));
}

static json_t *account_json(const struct import *import)
{
    const struct movement *last = import->count > 0 ? &import->movements[import->count - 1] : NULL;

    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "account", import->account.name, "currency", import->account.currency,
                     "movements", (json_int_t)import->count, "total", (json_int_t)import->total_cents, "first",
                     last ? day_json(import->movements[0].day) : json_null(), "last", last ? day_json(last->day) : json_null());
}

static json_t *health_json(const struct import *import)
{
    int64_t first = INT64_MAX, last = -1;

    for (size_t i = 0; i < import->count; i++) {
        first = import->lines[i].care_day < first ? import->lines[i].care_day : first;
        last = import->lines[i].care_day > last ? import->lines[i].care_day : last;
    }
    return json_pack("{s:s, s:I, s:I, s:o, s:o}", "payer", payer_name(import->payer), "lines", (json_int_t)import->count, "total",
                     (json_int_t)import->total_cents, "first", last >= 0 ? day_json(first) : json_null(), "last",
                     last >= 0 ? day_json(last) : json_null());
}

json_t *import_json(const char *name, const struct import *import, const struct import_kept *kept)
{
    char clean[WORDS_MAX];
    json_t *file, *rows;

    tender_clean(clean, sizeof clean, name);
    file = json_pack("{s:s, s:b, s:s, s:I, s:o, s:I, s:I}", "file", clean, "ok", 1, "format", import->format, "rows",
                     (json_int_t)(import->count + import->duplicates + import->rejected), "rejected",
                     import_rejects_json(import), "rejected_rows", (json_int_t)import->rejected, "duplicates",
                     (json_int_t)import->duplicates);
    rows = import->kind == IMPORT_ACCOUNT  ? account_json(import)
           : import->kind == IMPORT_HEALTH ? health_json(import)
                                           : series_json(import);
    json_object_update(file, rows);
    json_decref(rows);
    if (import->doubt[0] != '\0')
        json_object_set_new(file, "doubt", json_string(import->doubt));
    if (file && !kept->dry_run) {
        json_object_set_new(file, "added", json_integer((json_int_t)kept->added));
        if (import->kind == IMPORT_SERIES)
            json_object_set_new(file, "replaced", json_integer((json_int_t)kept->replaced));
        if (import->kind == IMPORT_SERIES && quantity_is_register(import->series.quantity))
            json_object_set_new(file, "days", json_integer((json_int_t)kept->days));
    }
    return file;
}

void import_progress(size_t done, size_t all, const char *name)
{
    static const char full[] = "##############################", rest[] = "..............................";
    char clean[WORDS_MAX];
    int bar = (int)(all > 0 ? done * BAR / all : BAR);

    if (!isatty(STDERR_FILENO))
        return;
    tender_clean(clean, sizeof clean, name);
    if (done < all)
        fprintf(stderr, "\r[%.*s%.*s] %3zu %%  %-30.30s", bar, full, BAR - bar, rest, done * 100 / all, clean);
    else
        fprintf(stderr, "\r%72s\r", "");
    fflush(stderr);
}
