/* registers.c - see registers.h. Failure modes: a mark without its predecessor, or a register that runs backwards (the
 * meter was exchanged), is refused by its line; where registers themselves are kept, it is said of the file. */
#include "node/import/registers.h"

#include "node/tongue/local_time.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, GRIDS = 3 };
/* A week within what the calendar knows, so that the days around a mark are known too. */
static const int64_t TIME_FIRST_S = 7 * DAY_S, TIME_LAST_S = INT64_C(7258118400) - 7 * DAY_S;
static const int64_t grid_steps[GRIDS] = { 900, 3600, DAY_S };

void marks_begin(struct marks *marks, struct rows *rows)
{
    *marks = (struct marks){ .rows = rows };
}

void marks_add(struct marks *marks, uint64_t line, int64_t utc_s, int64_t mwh)
{
    if (marks->rows->status)
        return;
    if (utc_s < TIME_FIRST_S || utc_s > TIME_LAST_S) {
        rows_reject(marks->rows, line, _("a time that cannot be"));
        return;
    }
    if (marks->count == marks->room) {
        size_t room = marks->room == 0 ? 512 : 2 * marks->room;
        struct mark *larger = rows_more(marks->rows, marks->list, marks->count, room * sizeof *larger);

        if (!larger)
            return;
        marks->list = larger;
        marks->room = room;
    }
    marks->list[marks->count++] = (struct mark){ utc_s, mwh, line };
}

static int mark_order(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;

    if (a->utc_s != b->utc_s)
        return a->utc_s < b->utc_s ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

static void marks_sort(struct marks *marks)
{
    bool in_order = true;

    for (size_t i = 1; i < marks->count && in_order; i++)
        in_order = mark_order(&marks->list[i - 1], &marks->list[i]) <= 0;
    if (!in_order)
        qsort(marks->list, marks->count, sizeof *marks->list, mark_order);
}

static void marks_free(struct marks *marks)
{
    free(marks->list);
    marks->list = NULL;
    marks->count = marks->room = 0;
}

static void alone(struct marks *marks)
{
    if (marks->count == 1)
        rows_reject(marks->rows, marks->list[0].line,
                    _("one reading of the register: what was used is between two of them"));
}

static bool backwards(struct marks *marks, const struct mark *to)
{
    if (to->mwh >= to[-1].mwh)
        return false;
    rows_reject(marks->rows, to->line, _("the register runs backwards: was the meter exchanged?"));
    return true;
}

void marks_steps(struct marks *marks, int64_t least_s, int64_t most_s)
{
    marks_sort(marks);
    alone(marks);
    for (size_t i = 1; i < marks->count; i++) {
        const struct mark *to = &marks->list[i], *from = to - 1;
        int64_t length_s = to->utc_s - from->utc_s;

        if (length_s == 0 && to->mwh == from->mwh)
            marks->rows->import->duplicates++;
        else if (length_s < least_s || length_s > most_s)
            rows_reject(marks->rows, to->line, _("the reading before it is missing or comes twice"));
        else if (!backwards(marks, to))
            rows_add(marks->rows, to->line, from->utc_s, (uint32_t)(length_s < DAY_S ? length_s : DAY_S),
                     to->mwh - from->mwh);
    }
    marks_free(marks);
}

/* ---- Any moments. */

/* The shortest of the steps that most of the marks are close enough for. */
static int64_t grid_step(const struct marks *marks)
{
    for (size_t i = 0; i < GRIDS; i++) {
        size_t close = 0;

        for (size_t j = 1; j < marks->count; j++)
            close += marks->list[j].utc_s - marks->list[j - 1].utc_s <= grid_steps[i];
        if (close * 2 >= marks->count)
            return grid_steps[i];
    }
    return DAY_S;
}

/* The first beginning of an interval at or after a moment. A day begins at midnight by the clock. */
static int64_t grid_at(int64_t utc_s, int64_t step_s)
{
    int64_t offset_s = step_s == DAY_S ? local_offset_s(utc_s) : 0, at;

    at = (utc_s + offset_s + step_s - 1) / step_s * step_s - offset_s;
    return step_s == DAY_S ? at + offset_s - local_offset_s(at) : at;
}

struct grid {
    struct marks *marks;
    int64_t step_s;
    struct mark last; /* at a beginning; utc_s -1: none yet */
};

static void grid_point(struct grid *grid, const struct mark *point)
{
    int64_t length_s = point->utc_s - grid->last.utc_s;

    if (grid->last.utc_s >= 0 && length_s > 0 && length_s <= grid->step_s + 3600)
        rows_add(grid->marks->rows, point->line, grid->last.utc_s,
                 (uint32_t)(length_s < DAY_S ? length_s : DAY_S), point->mwh - grid->last.mwh);
    grid->last = *point;
}

/* The beginnings of intervals after `from`, up to `to`. */
static void grid_between(struct grid *grid, const struct mark *from, const struct mark *to)
{
    int64_t gap_s = to->utc_s - from->utc_s, rise = to->mwh - from->mwh;

    if (gap_s > 2 * grid->step_s || rise > import_energy_max_mwh(2 * DAY_S)) {
        rows_reject(grid->marks->rows, to->line, _("nothing was heard of the meter for too long before it"));
        grid->last.utc_s = -1;
        return;
    }
    for (int64_t at = grid_at(from->utc_s + 1, grid->step_s); at <= to->utc_s;
         at = grid_at(at + 1, grid->step_s))
        grid_point(grid, &(struct mark){ at, from->mwh + rise * (at - from->utc_s) / gap_s, to->line });
}

/* Intervals of that step, into the rows. */
static void marks_cut(struct marks *marks, int64_t step_s)
{
    struct grid grid = { .marks = marks, .step_s = step_s, .last = { .utc_s = -1 } };

    for (size_t i = 0; i < marks->count && !marks->rows->status; i++) {
        const struct mark *to = &marks->list[i];

        if (i > 0 && to->utc_s == to[-1].utc_s)
            continue;
        if (i > 0 && !backwards(marks, to))
            grid_between(&grid, to - 1, to);
        else
            grid.last.utc_s = -1;
        if (grid.last.utc_s < 0 && grid_at(to->utc_s, grid.step_s) == to->utc_s)
            grid.last = *to;
    }
}

enum status registers_days(struct import *out, const struct reading *marks, size_t count, struct failure *why)
{
    struct rows rows;
    struct marks list;

    rows_begin(&rows, out, why);
    marks_begin(&list, &rows);
    for (size_t i = 0; i < count; i++)
        marks_add(&list, i + 1, marks[i].start_s, marks[i].energy_mwh);
    marks_cut(&list, DAY_S);
    marks_free(&list);
    return rows_end(&rows);
}

/* ---- All that is counted. */

void registers_begin(struct registers *registers, struct import *import, struct failure *why)
{
    *registers = (struct registers){ .import = import, .why = why };
    for (size_t i = 0; i < COUNTED; i++) {
        rows_begin(&registers->rows[i], i == 0 ? import : &registers->unused, why);
        marks_begin(&registers->marks[i], &registers->rows[i]);
    }
}

void registers_add(struct registers *registers, enum counted what, uint64_t line, int64_t utc_s, int64_t value)
{
    if (value > IMPORT_COUNTER_MAX) /* of two tariffs together */
        rows_reject(&registers->rows[what], line, _("a counter that has no such digits"));
    else if (value >= 0)
        marks_add(&registers->marks[what], line, utc_s, value);
}

static bool moved(const struct marks *marks)
{
    for (size_t i = 1; i < marks->count; i++) {
        if (marks->list[i].mwh != marks->list[0].mwh)
            return true;
    }
    return false;
}

/* The first series is that of the file itself. NULL: the rows say why. */
static struct import *series_next(struct registers *registers, const char *suffix, enum quantity quantity)
{
    struct import *series = registers->taken ? import_another(registers->import) : registers->import;

    if (!series) {
        registers->rows[0].status = failure_say(registers->why, STATUS_NOMEM, _("out of memory for the file"));
        return NULL;
    }
    registers->taken = true;
    snprintf(series->series.meter, sizeof series->series.meter, "%.*s%s",
             (int)(sizeof series->series.meter - 1 - strlen(suffix)), registers->meter, suffix);
    series->series.quantity = quantity;
    return series;
}

static int64_t local_day(int64_t utc_s)
{
    return (utc_s + local_offset_s(utc_s)) / DAY_S;
}

static void doubt_backwards(struct import *out, const struct mark *mark)
{
    if (out->doubt[0] == '\0')
        snprintf(out->doubt, sizeof out->doubt, _("line %" PRIu64 ": the register runs backwards: was the meter exchanged?"), mark->line);
}

/* The first and the last of each day, so that files of one day come to the same in any order and number. */
static enum status marks_keep(struct import *out, const struct marks *marks, struct failure *why)
{
    out->readings = malloc(marks->count * sizeof *out->readings);
    if (!out->readings)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the readings of the file"));
    out->room = marks->count;
    for (size_t i = 0; i < marks->count; i++) {
        const struct mark *mark = &marks->list[i];
        bool first = i == 0 || local_day(mark[-1].utc_s) != local_day(mark->utc_s);
        bool last = i + 1 == marks->count || local_day(mark[1].utc_s) != local_day(mark->utc_s);

        if (i > 0 && mark[-1].mwh > mark->mwh)
            doubt_backwards(out, mark);
        if (out->count > 0 && out->readings[out->count - 1].start_s == mark->utc_s)
            out->duplicates++;
        else if (first || last)
            out->readings[out->count++] = (struct reading){ mark->utc_s, REGISTER_LENGTH_S, mark->mwh };
    }
    out->total_mwh = out->readings[out->count - 1].energy_mwh - out->readings[0].energy_mwh;
    return STATUS_OK;
}

/* Intervals, where the marks lie close enough for any. Where not, what was refused on the way is taken back. */
static bool marks_grid(struct marks *marks)
{
    struct import *import = marks->rows->import;
    uint64_t rejected = import->rejected;
    size_t rejects = import->reject_count;
    int64_t step_s = grid_step(marks);

    if (step_s == DAY_S)
        return false;
    marks_cut(marks, step_s);
    if (marks->rows->count > 0)
        return true;
    import->rejected = rejected;
    import->reject_count = rejects;
    return false;
}

static enum status counted_end(struct registers *registers, enum counted what)
{
    static const enum quantity between[] = { [COUNTED_IN] = QUANTITY_ELECTRICITY_IN, [COUNTED_OUT] = QUANTITY_ELECTRICITY_OUT };
    static const enum quantity at[] = { [COUNTED_IN] = QUANTITY_REGISTER_IN,
                                        [COUNTED_OUT] = QUANTITY_REGISTER_OUT,
                                        [COUNTED_GAS] = QUANTITY_REGISTER_GAS };
    struct marks *marks = &registers->marks[what];
    struct rows *rows = &registers->rows[what];
    struct import *series = NULL;
    bool counted = marks->count > 0 && (what != COUNTED_OUT || moved(marks) || marks->list[0].mwh > 0), dense;
    enum status status;

    marks_sort(marks);
    dense = counted && what != COUNTED_GAS && marks_grid(marks);
    if (counted && !rows->status && !registers->rows[0].status)
        series = dense ? series_next(registers, "", between[what]) : series_next(registers, " daily", at[what]);
    if (dense && series)
        rows->import = series;
    status = rows_end(rows);
    if (!status && series && !dense)
        status = marks_keep(series, marks, registers->why);
    marks_free(marks);
    return status;
}

enum status registers_end(struct registers *registers, const char *otherwise)
{
    const char *meter = registers->import->series.meter;
    enum status status = STATUS_OK;

    snprintf(registers->meter, sizeof registers->meter, "%s", meter[0] != '\0' ? meter : otherwise);
    for (size_t i = 0; i < COUNTED; i++) {
        enum status ended = counted_end(registers, (enum counted)i);

        status = status ? status : ended;
    }
    free(registers->unused.readings);
    free(registers->unused.rejects);
    return status ? status : registers->rows[0].status;
}
