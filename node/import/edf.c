/* edf.c - what the supplier EDF lets its customers download: a title, a blank line, a heading, then rows,
 * newest first and in Windows-1252.
 *
 * Two of its tables are readings: half hours ("mes puissances atteintes": a line with the day, then
 * HH:MM:SS;W, where 00:00:00 is the END of that day) and days ("ma consommation": DD/MM/YYYY;kWh). Titles and
 * headings are compared without their accents. Monthly sums and register readings are named and refused: the
 * one says less than the days, the other needs two calendars to mean anything. The file does not name its
 * meter: "edf"; daily values are a series of their own, so that they never stand beside half hours of the
 * same day. */
#include "node/import/days.h"
#include "node/import/wall.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { STEP_S = 1800, HEAD_LINES = 5 };
enum table { TABLE_NONE, TABLE_HALF_HOURS, TABLE_DAYS, TABLE_MONTHS, TABLE_REGISTERS };

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

static enum status read_edf(struct import *out, struct bytes file, struct failure *why)
{
    struct bytes line;
    struct lines lines;
    struct rows rows;
    enum table table;

    lines_begin(&lines, file);
    table = heading_find(&lines);
    if (table == TABLE_MONTHS || table == TABLE_REGISTERS)
        return failure_say(
            why, STATUS_MALFORMED, _("%s: download \"mes puissances atteintes\" (30 minutes) instead"),
            table == TABLE_MONTHS ? _("these are sums of months") : _("these are register readings"));
    rows_begin(&rows, out, why);
    if (table == TABLE_HALF_HOURS) {
        memcpy(out->series.meter, "edf", sizeof "edf");
        read_half_hours(&rows, &lines);
    } else {
        memcpy(out->series.meter, "edf daily", sizeof "edf daily");
        while (!rows.status && lines_next(&lines, &line)) {
            if (line.size > 0)
                day_row_read(&rows, &lines, line);
        }
    }
    return rows_end(&rows);
}

const struct import_format import_edf = { "EDF customer file (CSV)", recognise, read_edf };
