/* enedis_daily.c - days in kWh as Enedis gives them as a workbook ("Consommation Quotidienne"): a line about
 * the meter, Date;Valeur (en kWh), then a day a row, "NA" where there is none.
 *
 * A file may hold a second block, of the load curve, behind the days: it is left to the file of the load curve.
 * Days are a series of their own, so that they never stand beside half hours of the same day. */
#include "node/import/days.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <string.h>

static bool block_begins(struct bytes line)
{
    return text_begins(line, "Point R") && text_has(line, "(PRM)");
}

static bool recognise(struct bytes file)
{
    struct bytes line;
    struct lines lines;

    lines_begin(&lines, file);
    return lines_next(&lines, &line) && block_begins(line);
}

/* The line about the meter: name, value, name, value. false: of another kind than days. */
static bool header_read(struct import *out, struct bytes line, struct failure *why)
{
    char meter[32] = "enedis", shown[QUOTE_MAX];
    struct bytes name, value, kind = { NULL, 0 };

    while (field_next(&name, &line, ';') && field_next(&value, &line, ';')) {
        if (block_begins(name) && value.size > 0)
            text_copy(meter, sizeof meter, value);
        else if (text_begins(name, "Type de comptage"))
            kind = value;
    }
    snprintf(out->series.meter, sizeof out->series.meter, "%s daily", meter);
    if (text_begins(kind, "Production"))
        out->series.quantity = QUANTITY_ELECTRICITY_OUT;
    if (text_has(kind, "uotidienne"))
        return true;
    failure_say(why, STATUS_MALFORMED,
                _("row 1: the file holds \"%s\"; coopair reads \"Consommation Quotidienne\" of a workbook, and "
                "\"Courbe de charge\" as CSV"),
                text_copy(shown, sizeof shown, kind));
    return false;
}

static enum status read_daily(struct import *out, struct bytes file, struct failure *why)
{
    struct bytes line, date, value;
    struct lines lines;
    struct rows rows;

    lines_begin(&lines, file);
    lines_next(&lines, &line);
    if (!header_read(out, line, why))
        return STATUS_MALFORMED;
    if (!lines_next(&lines, &line) || !text_has(line, "kWh"))
        return failure_say(why, STATUS_MALFORMED, _("row 2 should be \"Date\" and \"Valeur (en kWh)\""));
    rows_begin(&rows, out, why);
    while (!rows.status && lines_next(&lines, &line) && !block_begins(line)) {
        value = (struct bytes){ NULL, 0 };
        field_next(&date, &line, ';');
        field_next(&value, &line, ';');
        if (date.size > 0 && !lines.whole)
            rows_reject(&rows, lines.number, _("the file ends within this line: it may be cut short"));
        else if (date.size > 0)
            day_add(&rows, lines.number, date, 0, value, 6);
    }
    return rows_end(&rows);
}

const struct import_format import_enedis_daily = { N_("Enedis days (workbook)"), recognise, read_daily };
