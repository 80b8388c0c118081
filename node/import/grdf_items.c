/* grdf_items.c - gas as the site of GRDF itself fetches it: {"PCE": {"releves": [{"dateDebutReleve",
 * "dateFinReleve", "energieConsomme", ...}]}}.
 *
 * The day is the date it begins on, and runs from 06:00 to 06:00 by the clock of the household: the offset in
 * the stamps is sometimes that of the clock and sometimes nothing but +00:00. What the meter's supplier has
 * published for a bill covers months and is refused, period by period. */
#include "node/import/days.h"
#include "node/import/items.h"
#include "node/tongue/tongue.h"

#include <string.h>

static bool recognise(struct bytes file)
{
    return items_recognise(file, "releves", "energieConsomme");
}

static void period_read(struct rows *rows, uint64_t number, json_t *item)
{
    static const struct bytes none = { NULL, 0 };
    char begin_text[ITEM_TEXT], end_text[ITEM_TEXT], energy_text[ITEM_TEXT], quality_text[ITEM_TEXT];
    char volume_text[ITEM_TEXT], coefficient_text[ITEM_TEXT];
    struct bytes begin = item_text(begin_text, item, "dateDebutReleve");
    struct bytes end = item_text(end_text, item, "dateFinReleve");
    bool absent = text_begins(item_text(quality_text, item, "qualificationReleve"), "Absence");
    int64_t from_s, to_s;

    if (date_read(&from_s, begin) && date_read(&to_s, end) && to_s - from_s != DAY_S)
        rows_reject(rows, number, _("a period of %lld days; coopair reads gas by the day"),
                    (long long)((to_s - from_s) / DAY_S));
    else
        gas_day_add(rows, number, begin, absent ? none : item_text(energy_text, item, "energieConsomme"),
                    absent ? none : item_text(volume_text, item, "volumeBrutConsomme"),
                    item_text(coefficient_text, item, "coeffConversion"));
}

/* One delivery point a file. */
static enum status read_items(struct import *out, struct bytes file, struct failure *why)
{
    enum status status = STATUS_OK;
    json_t *root = items_load(&status, file, why), *point, *item;
    const char *name;
    struct rows rows;
    size_t i;

    if (!root)
        return status;
    out->by_item = true;
    out->series.quantity = QUANTITY_GAS;
    memcpy(out->series.meter, "gas", sizeof "gas");
    rows_begin(&rows, out, why);
    if (json_object_size(root) > 1)
        rows.status = failure_say(why, STATUS_MALFORMED, _("several delivery points in one file: cut yours out"));
    json_object_foreach(root, name, point)
    {
        text_copy(out->series.meter, sizeof out->series.meter,
                  (struct bytes){ (const uint8_t *)name, strlen(name) });
        json_array_foreach(json_object_get(point, "releves"), i, item) period_read(&rows, i + 1, item);
    }
    json_decref(root);
    return rows_end(&rows);
}

const struct import_format import_grdf_items = { N_("GRDF gas days (JSON)"), recognise, read_items };
