/* days.c - see days.h. Failure modes: by row, with the reason. */
#include "node/import/days.h"

#include "node/tongue/local_time.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <string.h>

/* Day 25569 of a spreadsheet is 1 January 1970; five digits reach from 1927 to 2173. */
static bool serial_read(int64_t *local_s, struct bytes text)
{
    int64_t days;

    if (text.size < 5 || !decimal_read(&days, text, 0) || days < 25569 || days > 99999)
        return false;
    *local_s = (days - 25569) * DAY_S;
    return true;
}

bool date_read(int64_t *local_s, struct bytes text)
{
    char iso[sizeof "YYYY-MM-DD 00:00"];
    const char *t = (const char *)text.data;
    struct stamp stamp;

    if (text.size == 10 && t[2] == '/' && t[5] == '/')
        snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s 00:00", t + 6, t + 3, t);
    else if (text.size >= 10 && (text.size == 10 || t[10] == 'T' || t[10] == ' '))
        snprintf(iso, sizeof iso, "%.10s 00:00", t);
    else
        return serial_read(local_s, text);
    if (!stamp_read(&stamp, (struct bytes){ (const uint8_t *)iso, strlen(iso) }))
        return false;
    *local_s = stamp.local_s;
    return true;
}

void day_add(struct rows *rows, uint64_t line, struct bytes date, int64_t begins_s, struct bytes value,
             unsigned decimals)
{
    int64_t local_s, from[2], to[2], mwh;
    char shown[QUOTE_MAX];

    if (!date_read(&local_s, date) || local_moments(from, local_s + begins_s) != 1 ||
        local_moments(to, local_s + begins_s + DAY_S) != 1)
        rows_reject(rows, line, _("\"%s\" is not a date"), text_copy(shown, sizeof shown, date));
    else if (value.size == 0 || text_is(value, "NA"))
        rows_reject(rows, line, _("no value"));
    else if (!decimal_read(&mwh, value, decimals))
        rows_reject(rows, line, _("\"%s\" is not a number"), text_copy(shown, sizeof shown, value));
    else
        rows_add(rows, line, from[0], (uint32_t)(to[0] - from[0] < DAY_S ? to[0] - from[0] : DAY_S), mwh);
}

void gas_day_add(struct rows *rows, uint64_t line, struct bytes date, struct bytes energy, struct bytes volume,
                 struct bytes coefficient)
{
    int64_t millilitres, heat;
    unsigned decimals = 6;
    char text[24];

    if (energy.size == 0 && decimal_read(&millilitres, volume, 6) && decimal_read(&heat, coefficient, 4) &&
        heat >= HEAT_LEAST && heat <= HEAT_MOST) {
        snprintf(text, sizeof text, "%lld", (long long)import_gas_mwh(millilitres, heat));
        energy = (struct bytes){ (const uint8_t *)text, strlen(text) };
        decimals = 0;
    }
    day_add(rows, line, date, GAS_DAY_BEGINS_S, energy, decimals);
}
