/* ch_weeks.c - quarter hours by the week: a heading household,week_start,q000..q671, then one line a week,
 * kWh from Monday 00:00 by the wall clock.
 *
 * One file is one home. A file with several is refused with the way to cut one out, because a choice made by
 * us would be a guess, and two homes added up would be nobody's. The layout has 672 columns in every week: in
 * the week of March the four that the clock leaves out must be empty, in October the hour that comes twice
 * has room for one, which is taken for the first. Failure modes: a line with another number of columns, a
 * date that is not a Monday; a cell that is empty, not a number, negative or beyond any home's connection is
 * refused alone. */
#include "node/tongue/local_time.h"
#include "node/import/rows.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <string.h>

enum { QUARTER_S = 900, WEEK = 672, FIXED = 2, NAMED = 5 /* households named in a refusal */ };

static bool recognise(struct bytes file)
{
    struct bytes line;
    struct lines lines;

    lines_begin(&lines, file);
    return lines_next(&lines, &line) && text_begins(line, "household,week_start,q000,");
}

static bool heading_read(struct bytes line, struct failure *why)
{
    struct bytes field;
    char name[8];
    unsigned column = 0;

    field_next(&field, &line, ',');
    field_next(&field, &line, ',');
    for (; field_next(&field, &line, ','); column++) {
        snprintf(name, sizeof name, "q%03u", column % 1000);
        if (!text_is(field, name))
            break;
    }
    if (column == WEEK)
        return true;
    failure_say(why, STATUS_MALFORMED,
                _("line 1 should name the quarter hours q000 to q%d, it goes wrong at q%03u"), WEEK - 1, column);
    return false;
}

/* ---- One home. */

static bool in_list(const char *list, const char *name)
{
    const char *at = strstr(list, name);
    size_t size = strlen(name);

    return at && (at == list || at[-1] == ' ') && (at[size] == ',' || at[size] == '\0');
}

/* false: there are several, and *why says which and how to cut one out. */
static bool one_home(struct lines lines, struct bytes first, struct failure *why)
{
    char named[128], other[16];
    struct bytes line, home;
    size_t count = 1;

    text_copy(named, sizeof other, first);
    while (lines_next(&lines, &line)) {
        size_t used = strlen(named);

        if (line.size == 0 || !field_next(&home, &line, ',') || bytes_equal(home, first) ||
            in_list(named, text_copy(other, sizeof other, home)))
            continue;
        if (++count <= NAMED)
            snprintf(named + used, sizeof named - used, ", %s", other);
        else
            break;
    }
    if (count == 1)
        return true;
    text_copy(other, sizeof other, first);
    failure_say(why, STATUS_MALFORMED,
                _("the file holds several homes (%s%s): cut yours out, grep -e ^household -e '^%s,' FILE | "
                "coopair import -"),
                named, count > NAMED ? ", ..." : "", other);
    return false;
}

/* ---- Weeks. */

static void cell_read(struct rows *rows, uint64_t line, unsigned column, int64_t monday_s, struct bytes cell)
{
    int64_t moments[2], kwh_millionths;
    size_t shown = local_moments(moments, monday_s + (int64_t)column * QUARTER_S);
    char text[QUOTE_MAX];

    if (cell.size == 0) {
        if (shown > 0)
            rows_reject(rows, line, _("q%03u: no value"), column);
    } else if (shown == 0) {
        rows_reject(rows, line, _("q%03u: the clock leaves this hour out"), column);
    } else if (!decimal_read(&kwh_millionths, cell, 6)) {
        rows_reject(rows, line, _("q%03u: \"%s\" is not a number"), column, text_copy(text, sizeof text, cell));
    } else if (kwh_millionths < 0) {
        rows_reject(rows, line, _("q%03u: a negative value"), column);
    } else {
        rows_add(rows, line, moments[0], QUARTER_S, kwh_millionths); /* a millionth of a kWh is a mWh */
    }
}

static bool monday_read(int64_t *out, struct bytes text)
{
    char with_time[32];
    struct stamp stamp;

    snprintf(with_time, sizeof with_time, "%.*s 00:00", text.size < 16 ? (int)text.size : 0,
             (const char *)text.data);
    if (!stamp_read(&stamp, (struct bytes){ (const uint8_t *)with_time, strlen(with_time) }) ||
        stamp.has_offset || civil_weekday(stamp.local_s) != 0)
        return false;
    *out = stamp.local_s;
    return true;
}

static size_t columns(struct bytes line)
{
    struct bytes field;
    size_t count = 0;

    while (field_next(&field, &line, ','))
        count++;
    return count;
}

static void week_read(struct rows *rows, const struct lines *lines, struct bytes line)
{
    size_t count = columns(line);
    struct bytes field, monday;
    int64_t monday_s;
    char text[QUOTE_MAX];

    field_next(&field, &line, ',');
    if (!field_next(&monday, &line, ',') || !monday_read(&monday_s, monday)) {
        rows_reject(rows, lines->number, _("\"%s\" is not the date of a Monday"),
                    text_copy(text, sizeof text, count > 1 ? monday : (struct bytes){ NULL, 0 }));
    } else if (count > FIXED + WEEK || (count < FIXED + WEEK && lines->whole)) {
        rows_reject(rows, lines->number, _("%zu columns, a week has %d"), count, FIXED + WEEK);
    } else {
        for (unsigned column = 0; field_next(&field, &line, ','); column++) {
            if (line.data || lines->whole)
                cell_read(rows, lines->number, column, monday_s, field);
            else
                rows_reject(rows, lines->number, _("the file ends within q%03u: it may be cut short"), column);
        }
    }
}

static enum status read_weeks(struct import *out, struct bytes file, struct failure *why)
{
    struct bytes heading, line, home = { NULL, 0 };
    struct lines lines, ahead;
    struct rows rows;

    lines_begin(&lines, file);
    lines_next(&lines, &heading);
    if (!heading_read(heading, why))
        return STATUS_MALFORMED;
    ahead = lines;
    if (!lines_next(&ahead, &line) || !field_next(&home, &line, ',') || home.size == 0)
        return failure_say(why, STATUS_MALFORMED, _("there is no week behind the heading"));
    if (!one_home(ahead, home, why))
        return STATUS_MALFORMED;
    text_copy(out->series.meter, sizeof out->series.meter, home);
    rows_begin(&rows, out, why);
    while (!rows.status && lines_next(&lines, &line)) {
        if (line.size > 0)
            week_read(&rows, &lines, line);
    }
    return rows_end(&rows);
}

const struct import_format import_ch_weeks = { N_("quarter hours by the week (CSV)"), recognise, read_weeks };
