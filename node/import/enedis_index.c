/* enedis_index.c - the registers a household downloads from Enedis ("Index"): cumulative Wh at each midnight.
 *
 * The file holds three tables; the first is read, and of it the total register. A day is the difference of
 * two midnights. Failure modes: a midnight without its predecessor or a register that runs backwards (the
 * meter was exchanged) refuses that row; the tariff registers beside the total are not needed. Days are a
 * series of their own, so that they never stand beside half hours of the same day. */
#include "node/import/registers.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400, DAY_LEAST_S = 82800, DAY_MOST_S = 90000 };

static bool recognise(struct bytes file)
{
    struct bytes line, field;
    struct lines lines;

    lines_begin(&lines, file);
    return lines_next(&lines, &line) && text_begins(line, "Identifiant PRM;") && lines_next(&lines, &line) &&
           field_next(&field, &line, ';') && field_next(&field, &line, ';') && text_is(field, "Index");
}

static void header_read(struct import *out, struct bytes names, struct bytes values)
{
    struct bytes name, value;
    char meter[32] = "enedis";

    while (field_next(&name, &names, ';') && field_next(&value, &values, ';')) {
        if (text_begins(name, "Identifiant PRM") && value.size > 0)
            text_copy(meter, sizeof meter, value);
        else if (text_begins(name, "Grandeur m") && text_begins(value, "Prod"))
            out->series.quantity = QUANTITY_ELECTRICITY_OUT;
    }
    snprintf(out->series.meter, sizeof out->series.meter, "%s daily", meter);
}

/* The column of the total register; 0: none. */
static size_t total_column(struct bytes heading)
{
    struct bytes name;

    if (!text_begins(heading, "Horodate;"))
        return 0;
    for (size_t i = 0; field_next(&name, &heading, ';'); i++) {
        if (text_is(name, "EAS T") || text_is(name, "EAI T"))
            return i;
    }
    return 0;
}

static void row_read(struct marks *marks, const struct lines *lines, struct bytes line, size_t column)
{
    int64_t wh_thousandths;
    struct bytes time, value = { NULL, 0 };
    struct stamp stamp;
    char shown[QUOTE_MAX];

    field_next(&time, &line, ';');
    for (size_t i = 0; i < column && field_next(&value, &line, ';'); i++)
        continue;
    if (!lines->whole && !line.data)
        rows_reject(marks->rows, lines->number, _("the file ends within this line: it may be cut short"));
    else if (!stamp_read(&stamp, time) || !stamp.has_offset)
        rows_reject(marks->rows, lines->number, _("\"%s\" is not a time with its offset"),
                    text_copy(shown, sizeof shown, time));
    else if (stamp.local_s % DAY_S != 0)
        rows_reject(marks->rows, lines->number, _("a register read in the middle of a day"));
    else if (value.size == 0)
        rows_reject(marks->rows, lines->number, _("no total register"));
    else if (!decimal_read(&wh_thousandths, value, 3))
        rows_reject(marks->rows, lines->number, _("\"%s\" is not a number"), text_copy(shown, sizeof shown, value));
    else /* thousandths of a Wh are mWh */
        marks_add(marks, lines->number, stamp.local_s - stamp.offset_s, wh_thousandths);
}

static enum status read_index(struct import *out, struct bytes file, struct failure *why)
{
    struct bytes names, values, line;
    struct marks marks;
    struct rows rows;
    struct lines lines;
    size_t column = 0;

    lines_begin(&lines, file);
    lines_next(&lines, &names);
    lines_next(&lines, &values);
    header_read(out, names, values);
    if (lines_next(&lines, &line))
        column = total_column(line);
    if (column == 0)
        return failure_say(why, STATUS_MALFORMED,
                           _("line 3 should name the registers and their total, \"EAS T\""));
    rows_begin(&rows, out, why);
    marks_begin(&marks, &rows);
    while (!rows.status && lines_next(&lines, &line) && !text_begins(line, "Periode") &&
           !text_begins(line, "P\xc3\xa9riode") && !text_begins(line, "Identifiant PRM")) {
        if (line.size > 0)
            row_read(&marks, &lines, line, column);
    }
    marks_steps(&marks, DAY_LEAST_S, DAY_MOST_S);
    return rows_end(&rows);
}

const struct import_format import_enedis_index = { N_("Enedis registers (CSV)"), recognise, read_index };
