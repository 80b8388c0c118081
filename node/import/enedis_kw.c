/* enedis_kw.c - the older download of Enedis: debut;fin;kW, both ends of each step with their offset, mean
 * power in kW with a decimal comma between quotes, "null" where the meter was silent.
 *
 * The file does not name its meter: it is called "linky", and the user may give its number. Failure modes: by
 * row, as everywhere; the end of a step must lie after its beginning, and within a day. */
#include "node/import/rows.h"
#include "node/tongue/tongue.h"

#include <string.h>

static bool recognise(struct bytes file)
{
    struct bytes line;
    struct lines lines;

    lines_begin(&lines, file);
    return lines_next(&lines, &line) && text_is(line, "debut;fin;kW");
}

static void row_read(struct rows *rows, const struct lines *lines, struct bytes line)
{
    struct bytes from = { NULL, 0 }, to = { NULL, 0 }, value = { NULL, 0 };
    struct stamp start, end;
    bool whole = lines->whole || line.data[line.size - 1] == '"'; /* real files end without a line end */
    int64_t length_s, mw;
    char shown[QUOTE_MAX];

    field_next(&from, &line, ';');
    field_next(&to, &line, ';');
    field_next(&value, &line, ';');
    if (!whole) {
        rows_reject(rows, lines->number, _("the file ends within this line: it may be cut short"));
        return;
    }
    if (!stamp_read(&start, from) || !start.has_offset || !stamp_read(&end, to) || !end.has_offset) {
        rows_reject(rows, lines->number, _("\"%s\" or the end of it is not a time with its offset"),
                    text_copy(shown, sizeof shown, from));
        return;
    }
    length_s = end.local_s - end.offset_s - (start.local_s - start.offset_s);
    if (length_s < 60 || length_s > 86400)
        rows_reject(rows, lines->number, _("a step from \"%s\" cannot be so long"),
                    text_copy(shown, sizeof shown, from));
    else if (value.size == 0 || text_is(value, "null"))
        rows_reject(rows, lines->number, _("no value"));
    else if (!decimal_read(&mw, value, 6)) /* a millionth of a kW is a mW */
        rows_reject(rows, lines->number, _("\"%s\" is not a number"), text_copy(shown, sizeof shown, value));
    else
        rows_add(rows, lines->number, start.local_s - start.offset_s, (uint32_t)length_s,
                 energy_of_power(mw, (uint32_t)length_s));
}

static enum status read_kw(struct import *out, struct bytes file, struct failure *why)
{
    struct bytes line;
    struct lines lines;
    struct rows rows;

    memcpy(out->series.meter, "linky", sizeof "linky");
    lines_begin(&lines, file);
    lines_next(&lines, &line);
    rows_begin(&rows, out, why);
    while (!rows.status && lines_next(&lines, &line)) {
        if (line.size > 0)
            row_read(&rows, &lines, line);
    }
    return rows_end(&rows);
}

const struct import_format import_enedis_kw = { N_("Enedis history in kW (CSV)"), recognise, read_kw };
