/* enedis_r63.c - Enedis R63, the point-by-point load curve that providers pass on: one table, a row per point
 * with all about its meter, stamped by the wall clock without offset at the END of the step, which the row
 * names.
 *
 * Consumption and production may be mixed: consumption is taken, or production where there is nothing else.
 * Failure modes: a heading without the columns that are needed, and points of another meter, refuse the file;
 * rows in another unit or with a step of another length are refused one by one. */
#include "node/tongue/local_time.h"
#include "node/import/wall.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum column {
    COLUMN_METER,
    COLUMN_KIND,
    COLUMN_UNIT,
    COLUMN_TIME,
    COLUMN_VALUE,
    COLUMN_STEP,
    COLUMNS,
    COLUMN_OTHER = COLUMNS
};
enum { FIELDS_MAX = 32 };

struct table {
    enum column columns[FIELDS_MAX];
    size_t column_count;
    bool production;
    struct import *import;
    struct rows rows;
    struct wall wall;
};

/* Up to the first accent, which some exports lose. */
static enum column column_of(struct bytes name)
{
    static const char *const names[COLUMNS] = { "Identifiant PRM", "Grandeur m", "Unit",
                                                "Horodate",        "Valeur",     "Pas" };

    for (size_t i = 0; i < COLUMNS; i++) {
        if (text_begins(name, names[i]))
            return (enum column)i;
    }
    return COLUMN_OTHER;
}

static bool heading_read(struct table *table, struct bytes line)
{
    bool found[COLUMNS + 1] = { false };
    struct bytes name;

    table->column_count = 0;
    while (table->column_count < FIELDS_MAX && field_next(&name, &line, ';')) {
        enum column column = column_of(name);

        table->columns[table->column_count++] = found[column] ? COLUMN_OTHER : column;
        found[column] = true;
    }
    return found[COLUMN_METER] && found[COLUMN_TIME] && found[COLUMN_VALUE] && found[COLUMN_STEP] &&
           found[COLUMN_UNIT] && found[COLUMN_KIND];
}

static bool recognise(struct bytes file)
{
    struct bytes line;
    struct lines lines;
    struct table table;

    lines_begin(&lines, file);
    return lines_next(&lines, &line) && text_begins(line, "Identifiant PRM;") && heading_read(&table, line);
}

/* PT5M to PT60M, PT1H. 0: another. */
static uint32_t step_of(struct bytes text)
{
    int64_t minutes;

    if (text_is(text, "PT1H"))
        return 3600;
    if (text.size < 4 || !text_begins(text, "PT") || text.data[text.size - 1] != 'M' ||
        !decimal_read(&minutes, (struct bytes){ text.data + 2, text.size - 3 }, 0) || minutes < 5 ||
        minutes > 60 || 60 % minutes != 0)
        return 0;
    return (uint32_t)minutes * 60;
}

static void point_read(struct table *table, uint64_t line, const struct bytes fields[COLUMNS])
{
    uint32_t step_s = step_of(fields[COLUMN_STEP]);
    bool power = text_is(fields[COLUMN_UNIT], "W"), energy = text_is(fields[COLUMN_UNIT], "Wh");
    struct stamp stamp;
    char shown[QUOTE_MAX];
    int64_t value;

    if (!stamp_read(&stamp, fields[COLUMN_TIME]) || stamp.has_offset)
        rows_reject(&table->rows, line, _("\"%s\" is not a time by the wall clock"),
                    text_copy(shown, sizeof shown, fields[COLUMN_TIME]));
    else if (step_s == 0)
        rows_reject(&table->rows, line, _("\"%s\" is not a step of 5 to 60 minutes"),
                    text_copy(shown, sizeof shown, fields[COLUMN_STEP]));
    else if (stamp.local_s % step_s != 0)
        rows_reject(&table->rows, line, _("the time does not end a step of %u minutes"), step_s / 60);
    else if (!power && !energy)
        rows_reject(&table->rows, line, _("\"%s\" is not W or Wh"),
                    text_copy(shown, sizeof shown, fields[COLUMN_UNIT]));
    else if (fields[COLUMN_VALUE].size == 0)
        rows_reject(&table->rows, line, _("no value"));
    else if (!decimal_read(&value, fields[COLUMN_VALUE], 3))
        rows_reject(&table->rows, line, _("\"%s\" is not a number"),
                    text_copy(shown, sizeof shown, fields[COLUMN_VALUE]));
    else
        wall_add(&table->wall, line, stamp.local_s, step_s, power ? energy_of_power(value, step_s) : value);
}

/* false: of another meter. */
static bool row_read(struct table *table, const struct lines *lines, struct bytes line, struct failure *why)
{
    struct bytes fields[COLUMNS + 1] = { { NULL, 0 } }, field;
    char meter[sizeof table->import->series.meter];
    bool production;

    for (size_t i = 0; i < table->column_count && field_next(&field, &line, ';'); i++)
        fields[table->columns[i]] = field;
    text_copy(meter, sizeof meter, fields[COLUMN_METER]);
    if (table->import->series.meter[0] == '\0')
        memcpy(table->import->series.meter, meter, sizeof meter);
    if (strcmp(meter, table->import->series.meter) != 0) {
        failure_say(why, STATUS_MALFORMED,
                    _("line %llu: the file holds several meters, %s and %s: cut yours out"),
                    (unsigned long long)lines->number, table->import->series.meter, meter);
        return false;
    }
    production = text_begins(fields[COLUMN_KIND], "PROD") || text_begins(fields[COLUMN_KIND], "Prod");
    if (!lines->whole && table->columns[table->column_count - 1] == COLUMN_VALUE)
        rows_reject(&table->rows, lines->number, _("the file ends within this line: it may be cut short"));
    else if (production != table->production)
        rows_reject(&table->rows, lines->number, _("fed into the grid, not drawn from it"));
    else
        point_read(table, lines->number, fields);
    return true;
}

/* Whether there is any row of consumption. */
static bool holds_consumption(const struct table *table, struct lines lines)
{
    struct bytes line, field;

    while (lines_next(&lines, &line)) {
        for (size_t i = 0; i < table->column_count && field_next(&field, &line, ';'); i++) {
            if (table->columns[i] == COLUMN_KIND &&
                (text_begins(field, "CONS") || text_begins(field, "Cons")))
                return true;
        }
    }
    return false;
}

static enum status read_r63(struct import *out, struct bytes file, struct failure *why)
{
    struct table table = { .import = out };
    struct bytes line;
    struct lines lines;
    bool one_meter = true;
    enum status status;

    lines_begin(&lines, file);
    lines_next(&lines, &line);
    heading_read(&table, line);
    table.production = !holds_consumption(&table, lines);
    out->series.quantity = table.production ? QUANTITY_ELECTRICITY_OUT : QUANTITY_ELECTRICITY_IN;
    rows_begin(&table.rows, out, why);
    wall_begin(&table.wall, &table.rows);
    while (one_meter && !table.rows.status && lines_next(&lines, &line)) {
        if (line.size > 0)
            one_meter = row_read(&table, &lines, line, why);
    }
    wall_end(&table.wall);
    if (out->series.meter[0] == '\0')
        memcpy(out->series.meter, "enedis", sizeof "enedis");
    status = rows_end(&table.rows);
    return one_meter ? status : STATUS_MALFORMED;
}

const struct import_format import_enedis_r63 = { "Enedis R63 (CSV)", recognise, read_r63 };
