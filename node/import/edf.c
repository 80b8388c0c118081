/* edf.c - what the supplier EDF lets its customers download: a title, a blank line, a heading, then rows,
 * newest first and in Windows-1252.
 *
 * Three of its tables are readings: half hours ("mes puissances atteintes": a line with the day, then
 * HH:MM:SS;W, where 00:00:00 is the END of that day), days ("ma consommation": DD/MM/YYYY;kWh) and registers ("mes index":
 * DD/MM/YYYY;kind;kWh;kWh, a column a tariff, read at midnight): a day is what all columns together have grown. Titles and
 * headings are compared without their accents. Monthly sums are named and refused: they say less than the days. The file
 * does not name its meter: "edf"; what has days is a series of its own, so that it never stands beside half hours of the
 * same day, and so are registers, because they are rounded otherwise. */
#include "node/import/days.h"
#include "node/tongue/local_time.h"
#include "node/import/registers.h"
#include "node/import/wall.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <string.h>

enum { STEP_S = 1800, HEAD_LINES = 5 };
enum { DAY_LEAST_S = DAY_S - 3600, DAY_MOST_S = DAY_S + 3600 };
enum table { TABLE_HALF_HOURS, TABLE_DAYS, TABLE_REGISTERS, TABLE_MONTHS, TABLE_NONE };

/* The table a heading belongs to. */
static enum table table_of(struct bytes line)
{
    static const struct {
        const char *begins;
        enum table table;
    } headings[] = {
        { "Date et heure de rel", TABLE_HALF_HOURS },
        { "Date de consommation;Consommation (kWh)", TABLE_DAYS },
        { "riode de consommation;Consommation (kWh)", TABLE_MONTHS }, /* after P and an accent */
        { "Date de relev", TABLE_REGISTERS },
    };
    size_t skipped = line.size > 0 && line.data[0] == 'P' ? 2 : 0;

    if (skipped > 0 && line.size > 2 && line.data[1] == 0xc3) /* UTF-8 */
        skipped = 3;
    if (line.size < skipped)
        return TABLE_NONE;
    line = (struct bytes){ line.data + skipped, line.size - skipped };
    for (size_t i = 0; i < ARRAY_SIZE(headings); i++) {
        if (text_begins(line, headings[i].begins))
            return headings[i].table;
    }
    return TABLE_NONE;
}

/* Finds the heading among the first lines, behind a title; lines then stands behind it. */
static enum table heading_find(struct lines *lines)
{
    enum table table = TABLE_NONE;
    bool titled = false;
    struct bytes line;

    for (size_t i = 0; i < HEAD_LINES && table == TABLE_NONE && lines_next(lines, &line); i++) {
        if (titled)
            table = table_of(line);
        titled = titled || (text_begins(line, "R") && line.size < 80);
    }
    return table;
}

static bool recognise(struct bytes file)
{
    struct lines lines;

    lines_begin(&lines, file);
    return heading_find(&lines) != TABLE_NONE;
}

/* HH:MM:SS, after midnight; 00:00:00 is the end of the day. */
static bool time_read(int64_t *out, struct bytes text)
{
    char iso[sizeof "1970-01-01 HH:MM:SS"] = "1970-01-01 ";
    struct stamp stamp;

    if (text.size != 8)
        return false;
    memcpy(iso + 11, text.data, 8);
    if (!stamp_read(&stamp, (struct bytes){ (const uint8_t *)iso, sizeof iso - 1 }))
        return false;
    *out = stamp.local_s == 0 ? DAY_S : stamp.local_s;
    return true;
}

static void half_hour_read(struct wall *wall, const struct lines *lines, int64_t day_s, struct bytes time,
                           struct bytes value)
{
    struct rows *rows = wall->rows;
    char shown[QUOTE_MAX];
    int64_t time_s, mw;

    if (!time_read(&time_s, time))
        rows_reject(rows, lines->number, _("\"%s\" is not a time of day"), text_copy(shown, sizeof shown, time));
    else if (day_s < 0)
        rows_reject(rows, lines->number, _("no day stands above it"));
    else if (time_s % STEP_S != 0)
        rows_reject(rows, lines->number, _("the time does not end a step of 30 minutes"));
    else if (value.size == 0)
        rows_reject(rows, lines->number, _("no value"));
    else if (!decimal_read(&mw, value, 3))
        rows_reject(rows, lines->number, _("\"%s\" is not a number"), text_copy(shown, sizeof shown, value));
    else
        wall_add(wall, lines->number, day_s + time_s, STEP_S, energy_of_power(mw, STEP_S));
}

static void read_half_hours(struct rows *rows, struct lines *lines)
{
    struct bytes line, time, value;
    int64_t day_s = -1, day;
    struct wall wall;

    wall_begin(&wall, rows);
    while (!rows->status && lines_next(lines, &line)) {
        if (line.size == 0)
            continue;
        value = (struct bytes){ NULL, 0 };
        field_next(&time, &line, ';');
        if (field_next(&value, &line, ';') && value.size == 0 && date_read(&day, time))
            day_s = day;
        else if (!line.data && !lines->whole) /* the value is not followed by its kind */
            rows_reject(rows, lines->number, _("the file ends within this line: it may be cut short"));
        else
            half_hour_read(&wall, lines, day_s, time, value);
    }
    wall_end(&wall);
}

static void day_row_read(struct rows *rows, const struct lines *lines, struct bytes line)
{
    struct bytes date, value = { NULL, 0 };

    field_next(&date, &line, ';');
    field_next(&value, &line, ';');
    if (!line.data && !lines->whole)
        rows_reject(rows, lines->number, _("the file ends within this line: it may be cut short"));
    else
        day_add(rows, lines->number, date, 0, value, 6);
}

/* A register of each tariff: together what the meter has counted. */
static void register_row_read(struct marks *marks, const struct lines *lines, struct bytes line)
{
    struct bytes date, kind = { NULL, 0 }, value;
    int64_t local_s, moments[2], sum = 0, mwh;
    char shown[QUOTE_MAX];
    size_t columns = 0;

    field_next(&date, &line, ';');
    field_next(&kind, &line, ';');
    for (; field_next(&value, &line, ';') && value.size > 0; columns++) {
        if (!decimal_read(&mwh, value, 6) || __builtin_add_overflow(sum, mwh, &sum)) {
            rows_reject(marks->rows, lines->number, _("\"%s\" is not a number"), text_copy(shown, sizeof shown, value));
            return;
        }
    }
    if (!lines->whole)
        rows_reject(marks->rows, lines->number, _("the file ends within this line: it may be cut short"));
    else if (!date_read(&local_s, date) || local_moments(moments, local_s) != 1)
        rows_reject(marks->rows, lines->number, _("\"%s\" is not a date"), text_copy(shown, sizeof shown, date));
    else if (columns == 0)
        rows_reject(marks->rows, lines->number, _("no value"));
    else
        marks_add(marks, lines->number, moments[0], sum);
}

static void read_registers(struct rows *rows, struct lines *lines)
{
    struct marks marks;
    struct bytes line;

    marks_begin(&marks, rows);
    while (!rows->status && lines_next(lines, &line)) {
        if (line.size > 0)
            register_row_read(&marks, lines, line);
    }
    marks_steps(&marks, DAY_LEAST_S, DAY_MOST_S);
}

static void read_days(struct rows *rows, struct lines *lines)
{
    struct bytes line;

    while (!rows->status && lines_next(lines, &line)) {
        if (line.size > 0)
            day_row_read(rows, lines, line);
    }
}

static enum status read_edf(struct import *out, struct bytes file, struct failure *why)
{
    static const struct {
        const char *meter;
        void (*read)(struct rows *rows, struct lines *lines);
    } tables[] = {
        [TABLE_HALF_HOURS] = { "edf", read_half_hours },
        [TABLE_DAYS] = { "edf daily", read_days },
        [TABLE_REGISTERS] = { "edf index daily", read_registers },
    };
    struct lines lines;
    struct rows rows;
    enum table table;

    lines_begin(&lines, file);
    table = heading_find(&lines);
    if (table == TABLE_MONTHS)
        return failure_say(why, STATUS_MALFORMED,
                           _("these are sums of months: download \"mes puissances atteintes\" (30 minutes) instead"));
    snprintf(out->series.meter, sizeof out->series.meter, "%s", tables[table].meter);
    rows_begin(&rows, out, why);
    tables[table].read(&rows, &lines);
    return rows_end(&rows);
}

const struct import_format import_edf = { N_("EDF customer file (CSV)"), recognise, read_edf };
