/* grdf_table.c - gas by the day as GRDF gives it as a workbook: a heading somewhere below the title ("Date de
 * releve", "Energie consommee (kWh)"), then a day a row.
 *
 * The gas day runs from 06:00 to 06:00. The energy is taken as given: the index is in whole m3 and the volume
 * rounded, so that on single days neither times the coefficient gives it; only where a row has none they must do. Failure modes: a day "Absence de
 * Donnees" says 0 kWh and means that nobody knows, and is refused by its row; the file of months is refused.
 */
#include "node/import/days.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { HEAD_LINES = 30 };
struct columns {
    size_t date, energy, volume, coefficient, quality;
};

/* Up to the first accent, which some exports lose. */
static bool heading_read(struct columns *out, struct bytes line)
{
    struct bytes name;

    *out = (struct columns){ SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX };
    for (size_t i = 0; field_next(&name, &line, ';'); i++) {
        if (text_begins(name, "Date de relev") || text_begins(name, "Journ"))
            out->date = i;
        else if (text_begins(name, "Energie consomm") && text_has(name, "kWh"))
            out->energy = i;
        else if (text_begins(name, "Volume consomm"))
            out->volume = i;
        else if (text_begins(name, "Coefficient"))
            out->coefficient = i;
        else if (text_begins(name, "Qualification"))
            out->quality = i;
    }
    return out->date != SIZE_MAX && out->energy != SIZE_MAX;
}

static bool heading_find(struct columns *out, struct lines *lines)
{
    struct bytes line;

    for (unsigned i = 0; i < HEAD_LINES && lines_next(lines, &line); i++) {
        if (text_has(line, "Energie consomm") && heading_read(out, line))
            return true;
    }
    return false;
}

static bool recognise(struct bytes file)
{
    struct columns columns;
    struct lines lines;

    lines_begin(&lines, file);
    return heading_find(&columns, &lines);
}

/* The number of the delivery point, in the lines above the heading, where there is one. */
static void meter_read(struct import *out, struct bytes file)
{
    struct bytes line, field;
    struct lines lines;
    bool named = false;

    memcpy(out->series.meter, "gas", sizeof "gas");
    lines_begin(&lines, file);
    for (unsigned i = 0; i < HEAD_LINES && lines_next(&lines, &line) && !text_has(line, "kWh"); i++) {
        for (named = false; field_next(&field, &line, ';');) {
            if (named && field.size > 0) {
                text_copy(out->series.meter, sizeof out->series.meter, field);
                return;
            }
            named = named || text_has(field, "PCE");
        }
    }
}

static bool is_month(struct bytes date)
{
    return date.size > 4 && date.data[0] > '9' && text_has(date, " 20");
}

static void row_read(struct rows *rows, const struct columns *columns, const struct lines *lines,
                     struct bytes line)
{
    static const struct bytes none = { NULL, 0 };
    struct bytes field, date = none, energy = none, volume = none, coefficient = none, quality = none;
    bool absent;

    for (size_t i = 0; field_next(&field, &line, ';'); i++) {
        if (i == columns->date)
            date = field;
        else if (i == columns->energy)
            energy = field;
        else if (i == columns->volume)
            volume = field;
        else if (i == columns->coefficient)
            coefficient = field;
        else if (i == columns->quality)
            quality = field;
    }
    if (date.size == 0)
        return;
    absent = text_begins(quality, "Absence");
    if (!lines->whole)
        rows_reject(rows, lines->number, _("the file ends within this line: it may be cut short"));
    else if (is_month(date))
        rows_reject(rows, lines->number, _("a sum of a month: download the consumption by the day"));
    else
        gas_day_add(rows, lines->number, date, absent ? none : energy, absent ? none : volume, coefficient);
}

static enum status read_table(struct import *out, struct bytes file, struct failure *why)
{
    struct columns columns;
    struct bytes line;
    struct lines lines;
    struct rows rows;

    meter_read(out, file);
    out->series.quantity = QUANTITY_GAS;
    lines_begin(&lines, file);
    heading_find(&columns, &lines);
    rows_begin(&rows, out, why);
    while (!rows.status && lines_next(&lines, &line))
        row_read(&rows, &columns, &lines, line);
    return rows_end(&rows);
}

const struct import_format import_grdf_table = { N_("GRDF gas days (workbook)"), recognise, read_table };
