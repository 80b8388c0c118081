/* rows.c - readings grow by doubling, each with its line, and are put in order once at the end.
 *
 * Happy path: the file is in order and has no repeats, so the end is one pass. Failure modes: no memory, more
 * readings than any home's file holds; both stick and are reported by rows_end. Rows that cannot be right are
 * refused one by one, with their line and a reason. */
#include "node/import/rows.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 240 kW, 60 kWh in a quarter of an hour: a domestic connection ends at 36 kVA, the low-voltage network at
 * 250 kVA. Beyond that the meter was exchanged or the unit is another. */
int64_t import_energy_max_mwh(uint32_t length_s)
{
    return (int64_t)POWER_MAX_W * length_s * 10 / 36;
}

int64_t import_gas_mwh(int64_t millilitres, int64_t heat)
{
    return (int64_t)(((__int128)millilitres * heat + HEAT_UNIT / 2) / HEAT_UNIT);
}

int64_t energy_of_power(int64_t mw, uint32_t length_s)
{
    return (mw * length_s + 1800) / 3600;
}

void rows_begin(struct rows *rows, struct import *import, struct failure *why)
{
    *rows = (struct rows){ .import = import, .why = why };
}

static void rows_fail(struct rows *rows, enum status status, const char *text)
{
    if (!rows->status)
        rows->status = failure_say(rows->why, status, "%s", text);
}

void *rows_more(struct rows *rows, void *list, size_t count, size_t size)
{
    void *larger = count < READINGS_MAX ? realloc(list, size) : NULL;

    if (count >= READINGS_MAX)
        rows_fail(rows, STATUS_MALFORMED,
                  _("the file holds more than 400000 readings: cut it into years and import each"));
    else if (!larger)
        rows_fail(rows, STATUS_NOMEM, _("out of memory for the readings of the file"));
    return larger;
}

static bool rows_grow(struct rows *rows)
{
    size_t room = rows->room == 0 ? 4096 : 2 * rows->room;
    struct row *list = rows_more(rows, rows->list, rows->count, room * sizeof *list);

    if (!list)
        return false;
    rows->list = list;
    rows->room = room;
    return true;
}

void rows_add(struct rows *rows, uint64_t line, int64_t start_s, uint32_t length_s, int64_t energy_mwh)
{
    assert(length_s >= 60 && length_s <= 86400);
    if (rows->status)
        return;
    if (start_s < 0 || energy_mwh < 0) {
        rows_reject(rows, line, energy_mwh < 0 ? _("a negative value") : _("a time before 1970"));
        return;
    }
    if (energy_mwh > import_energy_max_mwh(length_s) / (rows->import->volume ? HEAT_MOST / HEAT_UNIT : 1)) {
        rows_reject(rows, line, _("more than %d kW: no home draws that, the unit or the value is wrong"),
                    POWER_MAX_W / 1000);
        return;
    }
    if (rows->count == rows->room && !rows_grow(rows))
        return;
    rows->list[rows->count++] = (struct row){ { start_s, length_s, energy_mwh }, line };
}

static struct import_reject *reject_new(struct rows *rows)
{
    struct import *import = rows->import;
    size_t n = import->reject_count;

    if ((n & (n - 1)) == 0) { /* the room is the next power of two */
        struct import_reject *larger = realloc(import->rejects, (n == 0 ? 1 : 2 * n) * sizeof *larger);

        if (!larger) {
            rows_fail(rows, STATUS_NOMEM, _("out of memory for what is wrong with the file"));
            return NULL;
        }
        import->rejects = larger;
    }
    return &import->rejects[import->reject_count++];
}

void rows_reject(struct rows *rows, uint64_t line, const char *format, ...)
{
    struct import_reject *reject;
    va_list args;

    if (rows->status)
        return;
    rows->import->rejected++;
    reject = rows->import->reject_count < IMPORT_REJECTS_MAX ? reject_new(rows) : NULL;
    if (!reject)
        return;
    reject->line = line;
    va_start(args, format);
    vsnprintf(reject->reason, sizeof reject->reason, format, args);
    va_end(args);
}

/* ---- The end. */

static int row_order(const void *left, const void *right)
{
    const struct row *a = left, *b = right;

    if (a->reading.start_s != b->reading.start_s)
        return a->reading.start_s < b->reading.start_s ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

static int reject_order(const void *left, const void *right)
{
    const struct import_reject *a = left, *b = right;

    return a->line < b->line ? -1 : a->line > b->line;
}

void rejects_sort(struct import *import)
{
    if (import->reject_count > 1)
        qsort(import->rejects, import->reject_count, sizeof *import->rejects, reject_order);
}

static void rows_sort(struct rows *rows)
{
    bool in_order = true;

    for (size_t i = 1; i < rows->count && in_order; i++)
        in_order = rows->list[i - 1].reading.start_s < rows->list[i].reading.start_s;
    if (!in_order)
        qsort(rows->list, rows->count, sizeof *rows->list, row_order);
}

static bool same(const struct reading *a, const struct reading *b)
{
    return a->length_s == b->length_s && a->energy_mwh == b->energy_mwh;
}

/* Of rows with one start the last stays: suppliers add corrections at the end. */
static void rows_repeats(struct rows *rows)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->list[i], *next = i + 1 < rows->count ? row + 1 : NULL;

        if (!next || next->reading.start_s != row->reading.start_s)
            rows->list[kept++] = *row;
        else if (same(&row->reading, &next->reading))
            rows->import->duplicates++;
        else
            rows_reject(rows, row->line, _("line %" PRIu64 " says otherwise for the same time, and counts"),
                        next->line);
    }
    rows->count = kept;
}

static void rows_overlaps(struct rows *rows)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->list[i], *before = kept > 0 ? &rows->list[kept - 1] : NULL;

        if (before && before->reading.start_s + before->reading.length_s > row->reading.start_s)
            rows_reject(rows, row->line, _("its time overlaps that of line %" PRIu64), before->line);
        else
            rows->list[kept++] = *row;
    }
    rows->count = kept;
}

/* Within the memory of the rows: a file of the largest size would else need it twice. */
static void rows_hand_over(struct rows *rows)
{
    struct import *import = rows->import;
    struct reading *readings = (struct reading *)(void *)rows->list, *smaller;

    for (size_t i = 0; i < rows->count; i++) {
        struct reading reading = rows->list[i].reading; /* before it is written over */

        import->total_mwh += reading.energy_mwh;
        memcpy(&readings[i], &reading, sizeof reading);
    }
    smaller = rows->count > 0 ? realloc(readings, rows->count * sizeof *readings) : NULL;
    import->readings = smaller ? smaller : readings;
    import->room = import->count = rows->count;
    rows->list = NULL;
    rejects_sort(import);
}

enum status rows_end(struct rows *rows)
{
    if (!rows->status) {
        rows_sort(rows);
        rows_repeats(rows);
        rows_overlaps(rows);
    }
    if (!rows->status)
        rows_hand_over(rows);
    free(rows->list);
    rows->list = NULL;
    return rows->status;
}
