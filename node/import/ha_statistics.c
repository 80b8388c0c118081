/* ha_statistics.c - long-term statistics of Home Assistant as a table: statistic_id, unit, start, and sum, state
 * or delta, a row an hour and a statistic; separated by tabs, semicolons or commas.
 *
 * "start" is the wall clock at the beginning of the hour, "sum" what the counter had added up at its END. An hour
 * is the difference of two sums; of "delta" alone the hour itself. (In an export with both, the first delta of a
 * statistic is 0 for want of a predecessor, so the sums are believed.) Each statistic that counts energy is a
 * series of its own name; those that do not are named once and left. A name with "gas" is gas, one that says
 * that energy is given away is what the home feeds in. Failure modes: an hour whose predecessor is missing, a
 * sum that fell (the database was built anew), more statistics than a home has. */
#include "node/import/civil_text.h"
#include "node/import/registers.h"
#include "node/import/wall.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>
#include <string.h>

enum column { COLUMN_ID, COLUMN_UNIT, COLUMN_START, COLUMN_SUM, COLUMN_DELTA, COLUMNS };
enum { FIELDS_MAX = 16, HOUR_S = 3600, ID_MAX = 40 };

struct statistic {
    char id[ID_MAX];
    struct rows rows;
    struct wall wall; /* energy_mwh is the sum, or the delta */
    bool energy, negative;
};
struct table {
    struct import *import;
    struct failure *why;
    char separator;
    enum column columns[FIELDS_MAX];
    bool has[COLUMNS + 1];
    struct statistic *list;
    size_t count;
    enum status status;
};

static bool heading_read(struct table *table, struct bytes line)
{
    static const char *const names[COLUMNS] = { "statistic_id", "unit", "start", "sum", "delta" };
    struct bytes name;

    if (!text_begins(line, "statistic_id") || line.size <= 12)
        return false;
    table->separator = (char)line.data[12];
    for (size_t i = 0; i < FIELDS_MAX; i++)
        table->columns[i] = COLUMNS;
    for (size_t i = 0; i < FIELDS_MAX && field_next(&name, &line, table->separator); i++) {
        for (size_t j = 0; j < COLUMNS; j++) {
            if (text_is(name, names[j]))
                table->columns[i] = (enum column)j;
        }
        table->has[table->columns[i]] = true;
    }
    return table->has[COLUMN_UNIT] && table->has[COLUMN_START];
}

static bool recognise(struct bytes file)
{
    struct table table = { .count = 0 };
    struct bytes line;
    struct lines lines;

    lines_begin(&lines, file);
    return lines_next(&lines, &line) && heading_read(&table, line);
}

static bool is_cubic_metre(struct bytes unit)
{
    return text_is(unit, "m\xc2\xb3") || text_is(unit, "m3");
}

/* Places after the point that make the unit mWh, of gas millilitres; 0: it is neither. */
static unsigned unit_decimals(struct bytes unit, enum quantity quantity)
{
    if (is_cubic_metre(unit))
        return quantity == QUANTITY_GAS ? 6 : 0;
    return text_is(unit, "Wh") ? 3 : text_is(unit, "kWh") ? 6 : text_is(unit, "MWh") ? 9 : 0;
}

static enum quantity quantity_of(struct bytes id)
{
    static const char *const out[] = { "export", "production", "produced", "return", "inject", "solar" };

    if (text_has(id, "gas"))
        return QUANTITY_GAS;
    for (size_t i = 0; i < ARRAY_SIZE(out); i++) {
        if (text_has(id, out[i]))
            return QUANTITY_ELECTRICITY_OUT;
    }
    return QUANTITY_ELECTRICITY_IN;
}

/* The first of them takes the import of the file itself. */
static struct statistic *statistic_new(struct table *table, uint64_t line, struct bytes id, struct bytes unit)
{
    struct import *import = table->count == 0 ? table->import : import_another(table->import);
    struct statistic *statistic = &table->list[table->count];
    char shown[QUOTE_MAX];

    if (!import) {
        table->status = table->count == IMPORT_SERIES_MAX
                            ? failure_say(table->why, STATUS_MALFORMED,
                                          _("line %llu: more than %d statistics: export fewer at a time"),
                                          (unsigned long long)line, IMPORT_SERIES_MAX)
                            : failure_say(table->why, STATUS_NOMEM, _("out of memory for the file"));
        return NULL;
    }
    table->count++;
    text_copy(statistic->id, sizeof statistic->id, id);
    memcpy(import->series.meter, statistic->id, sizeof statistic->id);
    import->series.quantity = quantity_of(id);
    rows_begin(&statistic->rows, import, table->why);
    wall_begin(&statistic->wall, &statistic->rows);
    statistic->energy = unit_decimals(unit, import->series.quantity) > 0;
    import->volume = statistic->energy && is_cubic_metre(unit);
    if (!statistic->energy)
        rows_reject(&statistic->rows, line, _("%s is in \"%s\", which is no energy"), statistic->id,
                    text_copy(shown, sizeof shown, unit));
    return statistic;
}

static struct statistic *statistic_of(struct table *table, uint64_t line, struct bytes id, struct bytes unit)
{
    for (size_t i = 0; i < table->count; i++) {
        if (text_is(id, table->list[i].id))
            return &table->list[i];
    }
    if (id.size == 0 || id.size >= ID_MAX) { /* cut, two could become one */
        table->status = failure_say(table->why, STATUS_MALFORMED,
                                    _("line %llu: a statistic_id has 1 to %d letters: give it a shorter name"),
                                    (unsigned long long)line, ID_MAX - 1);
        return NULL;
    }
    return statistic_new(table, line, id, unit);
}

static void row_read(struct table *table, const struct lines *lines, struct bytes line)
{
    struct bytes fields[COLUMNS + 1] = { { NULL, 0 } }, field, value;
    struct statistic *statistic;
    char shown[QUOTE_MAX];
    int64_t local_s, number;

    for (size_t i = 0; i < FIELDS_MAX && field_next(&field, &line, table->separator); i++)
        fields[table->columns[i]] = field;
    statistic = statistic_of(table, lines->number, fields[COLUMN_ID], fields[COLUMN_UNIT]);
    if (!statistic || !statistic->energy)
        return;
    value = fields[table->has[COLUMN_SUM] ? COLUMN_SUM : COLUMN_DELTA];
    if (!lines->whole)
        rows_reject(&statistic->rows, lines->number, _("the file ends within this line: it may be cut short"));
    else if (!civil_text_read(&local_s, fields[COLUMN_START], ORDER_DAY_FIRST))
        rows_reject(&statistic->rows, lines->number, _("\"%s\" is not a time by the wall clock"),
                    text_copy(shown, sizeof shown, fields[COLUMN_START]));
    else if (local_s % HOUR_S != 0)
        rows_reject(&statistic->rows, lines->number, _("the time does not begin an hour"));
    else if (value.size == 0)
        rows_reject(&statistic->rows, lines->number, _("no value"));
    else if (!decimal_read(&number, value, unit_decimals(fields[COLUMN_UNIT], statistic->rows.import->series.quantity)))
        rows_reject(&statistic->rows, lines->number, _("\"%s\" is not a number"),
                    text_copy(shown, sizeof shown, value));
    else
        wall_add(&statistic->wall, lines->number, local_s, HOUR_S, number);
}

static void sum_place(void *arg, const struct wall_row *row, int64_t utc_s)
{
    marks_add(arg, row->line, utc_s + HOUR_S, row->energy_mwh);
}

static void delta_place(void *arg, const struct wall_row *row, int64_t utc_s)
{
    rows_add(arg, row->line, utc_s, HOUR_S, row->energy_mwh);
}

static enum status statistic_end(const struct table *table, struct statistic *statistic)
{
    struct marks marks;

    marks_begin(&marks, &statistic->rows);
    if (table->has[COLUMN_SUM]) {
        wall_place(&statistic->wall, sum_place, &marks);
        marks_steps(&marks, HOUR_S, HOUR_S);
    } else {
        wall_place(&statistic->wall, delta_place, &statistic->rows);
    }
    return rows_end(&statistic->rows);
}

static void table_end(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        enum status status;

        if (table->status && !table->list[i].rows.status)
            table->list[i].rows.status = table->status;
        status = statistic_end(table, &table->list[i]);
        if (!table->status)
            table->status = status;
    }
    free(table->list);
}

static enum status read_table(struct import *out, struct bytes file, struct failure *why)
{
    struct table table = { .import = out, .why = why };
    struct bytes line;
    struct lines lines;

    lines_begin(&lines, file);
    lines_next(&lines, &line);
    heading_read(&table, line);
    memcpy(out->series.meter, "home assistant", sizeof "home assistant");
    if (!table.has[COLUMN_SUM] && !table.has[COLUMN_DELTA])
        return failure_say(why, STATUS_MALFORMED,
                           _("no column \"sum\" or \"delta\": these are measurements, not counted energy"));
    table.list = calloc(IMPORT_SERIES_MAX, sizeof *table.list);
    if (!table.list)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the file"));
    while (!table.status && lines_next(&lines, &line)) {
        if (line.size > 0)
            row_read(&table, &lines, line);
    }
    table_end(&table);
    return table.status;
}

const struct import_format import_ha_statistics = { N_("Home Assistant statistics"), recognise, read_table };
