/* data_connect.c - Enedis Data Connect, version 5, as its users save it: {"meter_reading": {...
 * "interval_reading":
 * [{"value", "date", ...}]}}.
 *
 * A load curve has mean W and the wall clock at the END of each step; daily consumption has Wh and the day.
 * Both are of one meter, but days are a series of their own. Failure modes: another unit (daily peaks are VA)
 * refuses the file; an entry that cannot be right is refused by its number. */
#include "node/import/days.h"
#include "node/import/items.h"
#include "node/import/wall.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <string.h>

enum { STEP_USUAL_S = 1800 };

static bool recognise(struct bytes file)
{
    return items_recognise(file, "meter_reading", NULL);
}

/* PT10M to PT60M; the older interface leaves it out and means half hours. */
static uint32_t step_of(struct bytes text)
{
    static const struct {
        const char *text;
        uint32_t step_s;
    } steps[] = {
        { "", STEP_USUAL_S }, { "PT10M", 600 }, { "PT15M", 900 }, { "PT30M", 1800 }, { "PT60M", 3600 }
    };

    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        if (text_is(text, steps[i].text))
            return steps[i].step_s;
    }
    return 0;
}

static void point_read(struct wall *wall, uint64_t number, json_t *item)
{
    char date_text[ITEM_TEXT], value_text[ITEM_TEXT], step_text[ITEM_TEXT], shown[QUOTE_MAX];
    struct bytes date = item_text(date_text, item, "date"), value = item_text(value_text, item, "value");
    uint32_t step_s = step_of(item_text(step_text, item, "interval_length"));
    struct stamp stamp;
    int64_t mw;

    if (!stamp_read(&stamp, date) || stamp.has_offset)
        rows_reject(wall->rows, number, _("\"%s\" is not a time by the wall clock"),
                    text_copy(shown, sizeof shown, date));
    else if (step_s == 0)
        rows_reject(wall->rows, number, _("a step that is not of 10, 15, 30 or 60 minutes"));
    else if (stamp.local_s % step_s != 0)
        rows_reject(wall->rows, number, _("the time does not end a step of %u minutes"), step_s / 60);
    else if (!decimal_read(&mw, value, 3))
        rows_reject(wall->rows, number, _("\"%s\" is not a number"), text_copy(shown, sizeof shown, value));
    else
        wall_add(wall, number, stamp.local_s, step_s, energy_of_power(mw, step_s));
}

static void day_read(struct rows *rows, uint64_t number, json_t *item)
{
    char date_text[ITEM_TEXT], value_text[ITEM_TEXT];

    day_add(rows, number, item_text(date_text, item, "date"), 0, item_text(value_text, item, "value"), 3);
}

static void meter_name(struct import *out, json_t *meter, bool daily)
{
    char text[ITEM_TEXT], name[32];

    text_copy(name, sizeof name, item_text(text, meter, "usage_point_id"));
    snprintf(out->series.meter, sizeof out->series.meter, "%s%s", name[0] ? name : "enedis",
             daily ? " daily" : "");
}

static enum status items_read(struct import *out, json_t *meter, struct failure *why)
{
    char unit_text[ITEM_TEXT], shown[QUOTE_MAX];
    struct bytes unit = item_text(unit_text, json_object_get(meter, "reading_type"), "unit");
    bool daily = text_is(unit, "Wh");
    struct rows rows;
    struct wall wall;
    json_t *item;
    size_t i;

    if (!daily && !text_is(unit, "W"))
        return failure_say(why, STATUS_MALFORMED,
                           _("the values are \"%s\"; coopair reads the load curve (W) and daily Wh"),
                           text_copy(shown, sizeof shown, unit));
    out->by_item = true;
    meter_name(out, meter, daily);
    rows_begin(&rows, out, why);
    wall_begin(&wall, &rows);
    json_array_foreach(json_object_get(meter, "interval_reading"), i, item)
    {
        if (daily)
            day_read(&rows, i + 1, item);
        else
            point_read(&wall, i + 1, item);
    }
    wall_end(&wall);
    return rows_end(&rows);
}

static enum status read_connect(struct import *out, struct bytes file, struct failure *why)
{
    enum status status = STATUS_OK;
    json_t *root = items_load(&status, file, why);

    if (root)
        status = items_read(out, json_object_get(root, "meter_reading"), why);
    json_decref(root);
    return status;
}

const struct import_format import_data_connect = { "Enedis Data Connect (JSON)", recognise, read_connect };
