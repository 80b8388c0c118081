/* n3rgy.c - n3rgy, which passes on British smart meters: {"resource", "granularity": "halfhour", "values":
 * [{"value", "timestamp"}], "unit": "kWh"}.
 *
 * A stamp is in UTC and the END of its half hour. The file does not name its meter: "n3rgy". Failure modes: any other
 * unit (gas may be in "m3") and granularity refuse the file; else by entry. */
#include "node/import/items.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { STEP_S = 1800 };

static bool recognise(struct bytes file)
{
    return items_recognise(file, "resource", "granularity");
}

static void value_read(struct rows *rows, uint64_t number, json_t *item)
{
    char time_text[ITEM_TEXT], value_text[ITEM_TEXT], shown[QUOTE_MAX];
    struct bytes time = item_text(time_text, item, "timestamp"), value = item_text(value_text, item, "value");
    struct stamp stamp;
    int64_t mwh;

    if (!stamp_read(&stamp, time) || stamp.offset_s != 0)
        rows_reject(rows, number, _("\"%s\" is not a time in UTC"), text_copy(shown, sizeof shown, time));
    else if (stamp.local_s % STEP_S != 0)
        rows_reject(rows, number, _("the time does not end a step of 30 minutes"));
    else if (value.size == 0)
        rows_reject(rows, number, _("no value"));
    else if (!decimal_read(&mwh, value, 6)) /* a millionth of a kWh is a mWh */
        rows_reject(rows, number, _("\"%s\" is not a number"), text_copy(shown, sizeof shown, value));
    else
        rows_add(rows, number, stamp.local_s - STEP_S, STEP_S, mwh);
}

/* false: it is not half hours in kWh. */
static bool head_read(struct import *out, json_t *root, struct failure *why)
{
    char text[ITEM_TEXT], shown[QUOTE_MAX];
    struct bytes field = item_text(text, root, "granularity");

    if (!text_is(field, "halfhour")) {
        failure_say(why, STATUS_MALFORMED, _("the granularity is \"%s\"; coopair reads half hours"),
                    text_copy(shown, sizeof shown, field));
        return false;
    }
    field = item_text(text, root, "resource");
    if (text_has(field, "/gas/"))
        out->series.quantity = QUANTITY_GAS;
    else if (text_has(field, "/production/"))
        out->series.quantity = QUANTITY_ELECTRICITY_OUT;
    field = item_text(text, root, "unit");
    out->volume = text_is(field, "m3") && out->series.quantity == QUANTITY_GAS;
    if (!out->volume && !text_is(field, "kWh")) {
        failure_say(why, STATUS_MALFORMED, _("the unit is \"%s\"; coopair reads kWh"),
                    text_copy(shown, sizeof shown, field));
        return false;
    }
    memcpy(out->series.meter, "n3rgy", sizeof "n3rgy");
    return true;
}

static enum status read_values(struct import *out, struct bytes file, struct failure *why)
{
    enum status status = STATUS_OK;
    json_t *root = items_load(&status, file, why), *item;
    struct rows rows;
    size_t i;

    if (!root)
        return status;
    out->by_item = true;
    if (!head_read(out, root, why)) {
        json_decref(root);
        return STATUS_MALFORMED;
    }
    rows_begin(&rows, out, why);
    json_array_foreach(json_object_get(root, "values"), i, item) value_read(&rows, i + 1, item);
    json_decref(root);
    return rows_end(&rows);
}

const struct import_format import_n3rgy = { N_("n3rgy half hours (JSON)"), recognise, read_values };
