/* mapped.c - rows of a table that the household has described (mapping.h), as readings of a meter.
 *
 * A time with an offset is that moment; without, it is the wall clock, or UTC where the mapping says so. Where neither an
 * end nor minutes are given, a reading is as long as most of the distances between two rows; dates alone are days.
 * Failure modes: by row; a table whose rows are at no distance that repeats. */
#include "node/import/days.h"
#include "node/tongue/local_time.h"
#include "node/import/mapping.h"
#include "node/import/wall.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <string.h>

enum { STEPS = 7, TIME_TEXT = 48 };
static const unsigned steps[STEPS] = { 60, 300, 600, 900, 1800, 3600, DAY_S };

struct mapped {
    const struct mapping *mapping;
    struct rows rows;
    struct wall wall;
    unsigned length_s;
    bool by_day; /* dates without a time */
    bool at_end; /* a row has the end of its interval only */
};

/* As in another struct stamp: what the clock showed, and its offset where there is one. */
static bool time_read(struct stamp *out, struct bytes text, const struct mapping *mapping)
{
    if (stamp_read(out, text))
        return true;
    *out = (struct stamp){ .offset_s = 0 };
    return civil_text_read(&out->local_s, text, mapping->order);
}

/* The time of a row: a column, or a date and a time of day side by side. */
static bool row_time(struct stamp *out, const struct mapped *mapped, const struct table *table, enum map_column column)
{
    struct bytes date = mapping_field(mapped->mapping, table, MAP_DATE), time = mapping_field(mapped->mapping, table, MAP_TIME);
    char both[TIME_TEXT];
    int size;

    if (mapped->mapping->place[MAP_DATE] < 0)
        return time_read(out, mapping_field(mapped->mapping, table, column), mapped->mapping);
    if (mapped->mapping->place[MAP_TIME] < 0)
        return time_read(out, date, mapped->mapping);
    size = snprintf(both, sizeof both, "%.*s %.*s", (int)(date.size < 20 ? date.size : 20), (const char *)date.data,
                    (int)(time.size < 20 ? time.size : 20), (const char *)time.data);
    return date.size > 0 && time.size > 0 &&
           time_read(out, (struct bytes){ (const uint8_t *)both, (size_t)size }, mapped->mapping);
}

static enum map_column time_column(const struct mapping *mapping)
{
    return mapping->place[MAP_START] >= 0 ? MAP_START : MAP_END;
}

/* The most frequent distance of two rows; 0: none that a meter has. */
static unsigned usual_step(const struct mapped *mapped, struct layout layout)
{
    size_t found[STEPS] = { 0 }, best = 0;
    struct stamp stamp, before = { .local_s = -1 };

    while (table_next(&layout.table)) {
        if (!row_time(&stamp, mapped, &layout.table, time_column(mapped->mapping)))
            continue;
        for (size_t i = 0; i < STEPS && before.local_s >= 0; i++)
            found[i] += stamp.local_s - before.local_s == steps[i] || before.local_s - stamp.local_s == steps[i];
        before = stamp;
    }
    for (size_t i = 1; i < STEPS; i++) {
        if (found[i] > found[best])
            best = i;
    }
    return found[best] > 0 ? steps[best] : 0;
}

/* Energy in mWh over a time; false: no number. */
static bool value_read(int64_t *mwh, const struct mapped *mapped, const struct table *table, uint32_t length_s)
{
    static const struct {
        enum map_column column;
        unsigned decimals;
        bool power;
    } values[] = { { MAP_KWH, 6, false }, { MAP_WH, 3, false }, { MAP_KW, 6, true }, { MAP_W, 3, true } };

    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        if (mapped->mapping->place[values[i].column] < 0)
            continue;
        if (!decimal_read(mwh, mapping_field(mapped->mapping, table, values[i].column), values[i].decimals))
            return false;
        if (values[i].power)
            *mwh = energy_of_power(*mwh, length_s);
    }
    return true;
}

/* Between two times of one row: of the wall clock both, or of none. */
static bool length_of(uint32_t *out, const struct stamp *start, const struct stamp *end)
{
    int64_t length_s = end->local_s - end->offset_s - (start->local_s - start->offset_s);

    *out = (uint32_t)length_s;
    return start->has_offset == end->has_offset && length_s >= 60 && length_s <= DAY_S;
}

static void interval_add(struct mapped *mapped, const struct table *table)
{
    const struct mapping *mapping = mapped->mapping;
    struct bytes text = mapping_field(mapped->mapping, table, mapping->place[MAP_DATE] >= 0 ? MAP_DATE : time_column(mapping));
    bool both = mapping->place[MAP_START] >= 0 && mapping->place[MAP_END] >= 0;
    uint32_t length_s = mapped->length_s;
    struct stamp stamp, end;
    char shown[QUOTE_MAX];
    int64_t mwh;

    if (!row_time(&stamp, mapped, table, time_column(mapping))) {
        rows_reject(&mapped->rows, table->line, "\"%s\" is not a time", text_copy(shown, sizeof shown, text));
        return;
    }
    if (both && (!row_time(&end, mapped, table, MAP_END) || !length_of(&length_s, &stamp, &end))) {
        rows_reject(&mapped->rows, table->line, _("its end is no time, or not within a day of its start"));
        return;
    }
    if (!value_read(&mwh, mapped, table, length_s)) {
        rows_reject(&mapped->rows, table->line, _("no number for the value"));
        return;
    }
    if (stamp.has_offset || mapping->utc)
        rows_add(&mapped->rows, table->line,
                 stamp.local_s - stamp.offset_s - (mapped->at_end ? (int64_t)length_s : 0), length_s, mwh);
    else
        wall_add(&mapped->wall, table->line, stamp.local_s, length_s, mwh);
}

static void interval_place(void *arg, const struct wall_row *row, int64_t utc_s)
{
    struct mapped *mapped = arg;

    rows_add(&mapped->rows, row->line, utc_s - (mapped->at_end ? (int64_t)row->length_s : 0), row->length_s,
             row->energy_mwh);
}

static void row_take(struct mapped *mapped, const struct table *table)
{
    unsigned decimals = mapped->mapping->place[MAP_KWH] >= 0 ? 6 : 3;
    struct stamp stamp;
    char iso[TIME_TEXT];
    struct civil civil;

    if (mapping_cut(mapped->mapping, table))
        rows_reject(&mapped->rows, table->line, _("the file ends within this line: it may be cut short"));
    else if (!mapped->by_day || !row_time(&stamp, mapped, table, MAP_START) || stamp.local_s % DAY_S != 0)
        interval_add(mapped, table);
    else {
        civil_of(&civil, stamp.local_s);
        snprintf(iso, sizeof iso, "%04u-%02u-%02u", civil.year, civil.month, civil.day);
        day_add(&mapped->rows, table->line, (struct bytes){ (const uint8_t *)iso, strlen(iso) }, 0,
                mapping_field(mapped->mapping, table, decimals == 6 ? MAP_KWH : MAP_WH), decimals);
    }
}

/* Dates alone, with energy: days, of which those of the clock changes have other lengths than most. */
static bool is_by_day(const struct mapped *mapped)
{
    const struct mapping *mapping = mapped->mapping;

    return mapping->place[MAP_DATE] >= 0 && mapping->place[MAP_TIME] < 0 && mapped->length_s == DAY_S &&
           (mapping->place[MAP_KWH] >= 0 || mapping->place[MAP_WH] >= 0);
}

enum status mapped_readings(struct import *out, const struct mapping *mapping, struct layout *layout,
                            struct failure *why)
{
    struct mapped mapped = { .mapping = mapping, .length_s = 60 * mapping->minutes };

    out->series.quantity = mapping->quantity;
    if (mapped.length_s == 0)
        mapped.length_s = usual_step(&mapped, *layout);
    if (mapped.length_s == 0 && mapping->place[MAP_END] >= 0 && mapping->place[MAP_START] >= 0)
        mapped.length_s = DAY_S; /* each row says its own */
    if (mapped.length_s == 0)
        return failure_say(why, STATUS_MALFORMED, _("how long a reading is cannot be told from its rows: add minutes=30, or "
                                                    "what it is, to --map"));
    mapped.by_day = is_by_day(&mapped);
    mapped.at_end = mapping->place[MAP_START] < 0 && mapping->place[MAP_DATE] < 0;
    snprintf(out->series.meter, sizeof out->series.meter, "%s",
             mapping->name[0] ? mapping->name : mapped.by_day ? "table daily" : "table");
    rows_begin(&mapped.rows, out, why);
    wall_begin(&mapped.wall, &mapped.rows);
    while (!mapped.rows.status && table_next(&layout->table)) {
        if (!table_is_blank(&layout->table))
            row_take(&mapped, &layout->table);
    }
    wall_place(&mapped.wall, interval_place, &mapped);
    return rows_end(&mapped.rows);
}
