/* ocds_json.c - building blocks of an OCDS document. */
#include "node/tender/ocds_json.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void ocds_put(struct ocds *o, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        o->failed = true;
}

void ocds_add(struct ocds *o, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        o->failed = true;
}

void ocds_put_text(struct ocds *o, json_t *object, const char *key, const char *text)
{
    char clean[OCDS_TEXT_MAX];

    tender_clean(clean, sizeof clean, text);
    ocds_put(o, object, key, json_string(clean));
}

void ocds_put_date(struct ocds *o, json_t *object, const char *key, uint64_t time_s)
{
    char date[21];

    tender_date(date, time_s);
    ocds_put(o, object, key, json_string(date));
}

json_t *ocds_list(struct ocds *o, const char *text)
{
    json_t *list = json_array();

    ocds_add(o, list, json_string(text));
    return list;
}

json_t *ocds_object(struct ocds *o, const char *id)
{
    json_t *object = json_object();

    ocds_put_text(o, object, "id", id);
    return object;
}

/* value / 10^decimals euro. JSON numbers are read as doubles everywhere: 15 digits are exact, far above any
 * bill. */
json_t *ocds_euro(struct ocds *o, uint64_t value, unsigned decimals)
{
    uint64_t unit = decimals == 4 ? 10000 : 100;
    json_t *money = json_object();

    ocds_put(o, money, "amount",
             value % unit == 0 ? json_integer((json_int_t)(value / unit))
                               : json_real((double)value / (double)unit));
    ocds_put(o, money, "currency", json_string("EUR"));
    return money;
}

const char *ocds_say(const struct ocds *o, const char *english, const char *french)
{
    return o->tender->options.french ? french : english;
}

void words_add(struct words *words, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int size = vsnprintf(words->text + words->used, sizeof words->text - words->used, format, args);
    va_end(args);
    assert(size >= 0);
    words->used += (size_t)size;
    if (words->used >= sizeof words->text)
        words->used = sizeof words->text - 1;
}

json_t *ocds_reference(struct ocds *o, const char *id, const char *name)
{
    json_t *party = ocds_object(o, id);

    ocds_put_text(o, party, "name", name);
    return party;
}

json_t *ocds_unit(struct ocds *o, const char *code)
{
    json_t *unit = json_object();

    ocds_put(o, unit, "scheme", json_string("UNCEFACT"));
    ocds_put_text(o, unit, "id", code);
    ocds_put_text(o, unit, "name", tender_unit(code));
    return unit;
}

json_t *ocds_release(struct ocds *o, const char *id, const char *tag, uint64_t date_s)
{
    json_t *release = json_object();

    ocds_put(o, release, "ocid", json_string(o->ocid));
    ocds_put(o, release, "id", json_string(id));
    ocds_put_date(o, release, "date", date_s);
    ocds_put(o, release, "tag", ocds_list(o, tag));
    ocds_put(o, release, "initiationType", json_string("tender"));
    ocds_put(o, release, "language", json_string(ocds_say(o, "en", "fr")));
    return release;
}

void ocds_lot_id(char out[OCDS_ID_MAX], size_t lot)
{
    snprintf(out, OCDS_ID_MAX, "lot-%zu", lot + 1);
}

void ocds_item_id(char out[OCDS_ID_MAX], size_t lot, size_t item)
{
    snprintf(out, OCDS_ID_MAX, "lot-%zu-item-%zu", lot + 1, item + 1);
}
