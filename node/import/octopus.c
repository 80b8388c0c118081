/* octopus.c - the British supplier Octopus: its customers' download "Consumption (kWh), Start, End" and its
 * interface's {"results": [{"consumption", "interval_start", "interval_end"}]}, newest first.
 *
 * Both carry both ends with their offsets. Half hours without consumption are left out by the supplier, or
 * written 0E-20. The file does not name its meter: "octopus". "Consumption (m3)" is gas. Failure modes: by row. */
#include "node/import/items.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { COLUMNS_MAX = 8 };

static bool recognise(struct bytes file)
{
    struct bytes line;
    struct lines lines;

    if (items_recognise(file, "consumption", "interval_start"))
        return true;
    lines_begin(&lines, file);
    return lines_next(&lines, &line) && text_begins(line, "Consumption (");
}

static void interval_add(struct rows *rows, uint64_t line, struct bytes value, struct bytes from,
                         struct bytes to)
{
    struct stamp start, end;
    char shown[QUOTE_MAX];
    int64_t length_s, mwh;

    if (!stamp_read(&start, from) || !start.has_offset || !stamp_read(&end, to) || !end.has_offset) {
        rows_reject(rows, line, _("\"%s\" or the end of it is not a time with its offset"),
                    text_copy(shown, sizeof shown, from));
        return;
    }
    length_s = end.local_s - end.offset_s - (start.local_s - start.offset_s);
    if (length_s < 60 || length_s > 86400)
        rows_reject(rows, line, _("an interval from \"%s\" cannot be so long"),
                    text_copy(shown, sizeof shown, from));
    else if (value.size == 0)
        rows_reject(rows, line, _("no value"));
    else if (!decimal_read(&mwh, value, 6)) /* a millionth of a kWh is a mWh */
        rows_reject(rows, line, _("\"%s\" is not a number"), text_copy(shown, sizeof shown, value));
    else
        rows_add(rows, line, start.local_s - start.offset_s, (uint32_t)length_s, mwh);
}

static enum status read_table(struct import *out, struct bytes file, struct failure *why)
{
    size_t value_at = SIZE_MAX, from_at = SIZE_MAX, to_at = SIZE_MAX;
    struct bytes line, field;
    struct lines lines;
    struct rows rows;

    lines_begin(&lines, file);
    lines_next(&lines, &line);
    for (size_t i = 0; i < COLUMNS_MAX && field_next(&field, &line, ','); i++) {
        if (text_begins(field, "Consumption ("))
            value_at = i, out->volume = text_has(field, "(m");
        else if (text_is(field, "Start"))
            from_at = i;
        else if (text_is(field, "End"))
            to_at = i;
    }
    if (value_at == SIZE_MAX || from_at == SIZE_MAX || to_at == SIZE_MAX)
        return failure_say(why, STATUS_MALFORMED,
                           _("line 1 should name \"Consumption (kWh)\", \"Start\" and \"End\""));
    if (out->volume)
        out->series.quantity = QUANTITY_GAS;
    rows_begin(&rows, out, why);
    while (!rows.status && lines_next(&lines, &line)) {
        struct bytes fields[COLUMNS_MAX] = { { NULL, 0 } };

        if (line.size == 0)
            continue;
        for (size_t i = 0; i < COLUMNS_MAX && field_next(&fields[i], &line, ','); i++)
            continue;
        interval_add(&rows, lines.number, fields[value_at], fields[from_at], fields[to_at]);
    }
    return rows_end(&rows);
}

static enum status read_items(struct import *out, struct bytes file, struct failure *why)
{
    enum status status = STATUS_OK;
    json_t *root = items_load(&status, file, why), *item;
    struct rows rows;
    size_t i;

    if (!root)
        return status;
    out->by_item = true;
    rows_begin(&rows, out, why);
    json_array_foreach(json_object_get(root, "results"), i, item)
    {
        char value[ITEM_TEXT], from[ITEM_TEXT], to[ITEM_TEXT];

        interval_add(&rows, i + 1, item_text(value, item, "consumption"),
                     item_text(from, item, "interval_start"), item_text(to, item, "interval_end"));
    }
    json_decref(root);
    return rows_end(&rows);
}

static enum status read_octopus(struct import *out, struct bytes file, struct failure *why)
{
    memcpy(out->series.meter, "octopus", sizeof "octopus");
    return items_recognise(file, "consumption", "interval_start") ? read_items(out, file, why)
                                                                  : read_table(out, file, why);
}

const struct import_format import_octopus = { N_("Octopus half hours (CSV or JSON)"), recognise, read_octopus };
