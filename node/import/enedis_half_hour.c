/* enedis_half_hour.c - the load curve a household downloads from Enedis ("Courbe de charge"): two lines about
 * the meter, then Horodate;Valeur.
 *
 * A stamp carries its own offset and is the END of its step; a value is the mean power over it. The announced
 * start is not read, it is wrong in real files. Real files also end without a line end, as files cut short
 * do: a last row without one is believed only where the announced end is, because 26 may have been 264. Where
 * the header leaves the step open, as it does in real files, it is the distance most stamps of the day have,
 * because a meter's step is changed at midnight, in the middle of a file. Failure modes: a header that names
 * another unit or quantity than we can read refuses the file; a row without value, without a stamp on the
 * grid or with an absurd power is refused by its line and the rest is kept. */
#include "node/tongue/local_time.h"
#include "node/import/rows.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEP_USUAL_S = 1800,
    DAY_S = 86400,
    STEPS = 4,
    DAY_SURE = 8 /* so many distances in a day overrule the file */
};
static const unsigned step_sizes[STEPS] = { 600, 900, 1800, 3600 };

struct point {
    int64_t end_s, local_s, value; /* value in thousandths of the unit */
    uint64_t line;
};
struct curve {
    struct import *import;
    struct failure *why;
    struct rows rows;
    struct point *points;
    size_t count, room;
    unsigned step_s; /* of the header; 0: left open */
    bool energy;     /* values are Wh, not W */
    char end[12];    /* the announced last day, as written: dd/mm/yyyy */
};

static bool recognise(struct bytes file)
{
    struct bytes line, again, field;
    struct lines lines;
    bool stamp = false;

    lines_begin(&lines, file);
    if (!lines_next(&lines, &line) || !text_begins(line, "Identifiant PRM;"))
        return false;
    for (again = line; field_next(&field, &again, ';');)
        stamp = stamp || text_is(field, "Horodate");
    if (stamp) /* R63: one table */
        return false;
    return lines_next(&lines, &line) && field_next(&field, &line, ';') && field_next(&field, &line, ';') &&
           text_begins(field, "Courbe de charge");
}

/* ---- The two lines about the meter. */

static bool step_read(struct curve *curve, struct bytes value)
{
    int64_t minutes;
    char shown[QUOTE_MAX];

    if (value.size == 0)
        return true;
    for (size_t i = 0; i < STEPS && decimal_read(&minutes, value, 0); i++) {
        if (minutes * 60 == step_sizes[i]) {
            curve->step_s = step_sizes[i];
            return true;
        }
    }
    failure_say(curve->why, STATUS_MALFORMED, _("line 2: a step of \"%s\" minutes is not 10, 15, 30 or 60"),
                text_copy(shown, sizeof shown, value));
    return false;
}

/* Names are compared up to their first accent, which some exports write and some do not. */
static bool header_field(struct curve *curve, struct bytes name, struct bytes value)
{
    struct series_name *series = &curve->import->series;
    char shown[QUOTE_MAX];

    if (text_begins(name, "Identifiant PRM"))
        text_copy(series->meter, sizeof series->meter, value);
    else if (text_begins(name, "Pas"))
        return step_read(curve, value);
    else if (text_begins(name, "Date de fin"))
        text_copy(curve->end, sizeof curve->end, value);
    else if (text_begins(name, "Unit"))
        curve->energy = text_is(value, "Wh");
    else if (text_begins(name, "Grandeur m") && text_begins(value, "Prod"))
        series->quantity = QUANTITY_ELECTRICITY_OUT;
    if ((text_begins(name, "Unit") && !text_is(value, "W") && !text_is(value, "Wh") && value.size > 0) ||
        (text_begins(name, "Grandeur p") && !text_is(value, "Energie active") && !text_is(value, "PA") &&
         value.size > 0)) {
        failure_say(curve->why, STATUS_MALFORMED,
                    _("line 2: the file holds \"%s\"; coopair reads active energy in W or Wh"),
                    text_copy(shown, sizeof shown, value));
        return false;
    }
    return true;
}

static bool header_read(struct curve *curve, struct lines *lines)
{
    struct bytes names, values, name, value, third;

    lines_next(lines, &names);
    lines_next(lines, &values);
    while (field_next(&name, &names, ';') && field_next(&value, &values, ';')) {
        if (!header_field(curve, name, value))
            return false;
    }
    if (!lines_next(lines, &third) || !text_begins(third, "Horodate;Valeur")) {
        failure_say(
            curve->why, STATUS_MALFORMED,
            _("line 3 should be \"Horodate;Valeur\": the file is cut short or was changed; download it again"));
        return false;
    }
    if (curve->import->series.meter[0] == '\0')
        memcpy(curve->import->series.meter, "enedis", sizeof "enedis");
    return true;
}

/* ---- The rows. */

static void point_add(struct curve *curve, const struct point *point)
{
    if (curve->count == curve->room) {
        size_t room = curve->room == 0 ? 4096 : 2 * curve->room;
        struct point *larger = rows_more(&curve->rows, curve->points, curve->count, room * sizeof *larger);

        if (!larger)
            return;
        curve->points = larger;
        curve->room = room;
    }
    curve->points[curve->count++] = *point;
}

static bool is_announced_end(const struct curve *curve, const struct stamp *stamp)
{
    struct civil civil;
    char midnight[48];

    civil_of(&civil, stamp->local_s);
    snprintf(midnight, sizeof midnight, "%02u/%02u/%04u", civil.day, civil.month, civil.year);
    return stamp->local_s % DAY_S == 0 && strcmp(midnight, curve->end) == 0;
}

static void row_read(struct curve *curve, const struct lines *lines, struct bytes line)
{
    struct bytes time = { NULL, 0 }, value = { NULL, 0 };
    struct point point = { .line = lines->number };
    struct stamp stamp;
    char shown[QUOTE_MAX];

    field_next(&time, &line, ';');
    field_next(&value, &line, ';');
    if (!stamp_read(&stamp, time) || !stamp.has_offset)
        rows_reject(&curve->rows, point.line, _("\"%s\" is not a time with its offset"),
                    text_copy(shown, sizeof shown, time));
    else if (!lines->whole && !is_announced_end(curve, &stamp))
        rows_reject(&curve->rows, point.line, _("the file ends within this line: it may be cut short"));
    else if (value.size == 0)
        rows_reject(&curve->rows, point.line, _("no value"));
    else if (!decimal_read(&point.value, value, 3))
        rows_reject(&curve->rows, point.line, _("\"%s\" is not a number"),
                    text_copy(shown, sizeof shown, value));
    else {
        point.local_s = stamp.local_s;
        point.end_s = stamp.local_s - stamp.offset_s;
        point_add(curve, &point);
    }
}

static int point_order(const void *left, const void *right)
{
    const struct point *a = left, *b = right;

    if (a->end_s != b->end_s)
        return a->end_s < b->end_s ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

/* The most frequent distance of consecutive stamps, the shorter of equals. */
static unsigned usual_step(const struct point *points, size_t count, size_t least, unsigned otherwise)
{
    size_t found[STEPS] = { 0 }, best = 0;

    for (size_t i = 1; i < count; i++) {
        for (size_t j = 0; j < STEPS; j++)
            found[j] += points[i].end_s - points[i - 1].end_s == step_sizes[j];
    }
    for (size_t j = 1; j < STEPS; j++) {
        if (found[j] > found[best])
            best = j;
    }
    return found[best] < least ? otherwise : step_sizes[best];
}

static void points_use(struct curve *curve, const struct point *points, size_t count, unsigned step_s)
{
    for (size_t i = 0; i < count; i++) {
        const struct point *point = &points[i];

        if (point->end_s % step_s != 0)
            rows_reject(&curve->rows, point->line, _("the time does not end a step of %u minutes"), step_s / 60);
        else
            rows_add(&curve->rows, point->line, point->end_s - step_s, step_s,
                     curve->energy ? point->value : energy_of_power(point->value, step_s));
    }
}

/* Midnight is the end of the day before. */
static int64_t day_of(const struct point *point)
{
    return (point->local_s - 1) / DAY_S;
}

static void days_use(struct curve *curve)
{
    unsigned step_s = usual_step(curve->points, curve->count, 1, STEP_USUAL_S);
    size_t end;

    for (size_t i = 0; i < curve->count; i = end) {
        for (end = i; end < curve->count && day_of(&curve->points[end]) == day_of(&curve->points[i]);)
            end++;
        points_use(curve, curve->points + i, end - i,
                   usual_step(curve->points + i, end - i, DAY_SURE, step_s));
    }
}

static enum status read_curve(struct import *out, struct bytes file, struct failure *why)
{
    struct curve curve = { .import = out, .why = why };
    struct bytes line;
    struct lines lines;
    enum status status;

    lines_begin(&lines, file);
    if (!header_read(&curve, &lines))
        return STATUS_MALFORMED;
    rows_begin(&curve.rows, out, why);
    while (!curve.rows.status && lines_next(&lines, &line)) {
        if (line.size > 0)
            row_read(&curve, &lines, line);
    }
    if (!curve.rows.status && curve.count > 0) {
        qsort(curve.points, curve.count, sizeof *curve.points, point_order);
        if (curve.step_s > 0)
            points_use(&curve, curve.points, curve.count, curve.step_s);
        else
            days_use(&curve);
    }
    status = rows_end(&curve.rows);
    free(curve.points);
    return status;
}

const struct import_format import_enedis_half_hour = { N_("Enedis load curve (CSV)"), recognise, read_curve };
