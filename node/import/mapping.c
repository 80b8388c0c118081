/* mapping.c - see mapping.h. Happy path: a line of headings, and a mapping that names some of them. Failure modes: a word
 * that means nothing, a column that is not there, two for one thing; dates that can be read in two ways. */
#include "node/import/mapping.h"
#include "node/tongue/tongue.h"

#include "crypto/crypto.h"
#include "crypto/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_SIZE = 48, VALUE_MAX = 80, MINUTES_MAX = 1440 };

/* ---- The line of headings. */

static bool is_word(struct bytes field)
{
    return field.size > 0 && (field.data[0] < '0' || field.data[0] > '9') && field.data[0] != '-' &&
           field.data[0] != '+';
}

static bool is_heading(const struct table *table)
{
    size_t words = 0;

    for (size_t i = 0; i < table->count; i++) {
        if (table->fields[i].size > 0 && !is_word(table->fields[i]))
            return false;
        words += table->fields[i].size > 0;
    }
    return words >= 2;
}

/* A heading has as many columns as the row behind it; a separator too many at the end is common. */
static bool heads_rows(struct table ahead, size_t count)
{
    while (table_next(&ahead)) {
        if (!table_is_blank(&ahead))
            return ahead.count + 1 >= count && ahead.count <= count + 1;
    }
    return true;
}

static void layout_take(struct layout *layout, const struct table *table, bool headed)
{
    if (table->count <= layout->count)
        return;
    layout->count = table->count;
    layout->headed = headed;
    memcpy(layout->names, table->fields, sizeof layout->names);
    layout->table = *table;
}

static void layout_try(struct layout *layout, struct bytes file, char separator)
{
    struct table table;

    table_begin(&table, file, charset_of(file), separator);
    for (size_t i = 0; i < TABLE_PREAMBLE_MAX && table_next(&table); i++) {
        if (is_heading(&table) && heads_rows(table, table.count)) {
            layout_take(layout, &table, true);
            return;
        }
    }
}

bool layout_find(struct layout *out, struct bytes file)
{
    static const char separators[] = ";\t,";
    struct table table;

    *out = (struct layout){ .count = 1 };
    for (size_t i = 0; i < sizeof separators - 1; i++)
        layout_try(out, file, separators[i]);
    for (size_t i = 0; i < sizeof separators - 1 && !out->headed; i++) { /* perhaps nothing but rows */
        table_begin(&table, file, charset_of(file), separators[i]);
        if (table_next(&table) && !table_is_blank(&table))
            layout_take(out, &table, false);
    }
    if (!out->headed)
        table_begin(&out->table, file, charset_of(file), out->table.separator);
    return out->count >= 2;
}

/* ---- The mapping. */

static const char *const columns[MAP_COLUMNS] = { "start",  "end",    "date", "time",  "kwh",   "wh",       "kw", "w",
                                                  "amount", "debit", "credit", "label", "party", "reference" };

static bool column_find(int *out, const char *value, const struct layout *layout)
{
    char wanted[NAME_MAX_SIZE], name[NAME_MAX_SIZE];
    int64_t number;

    if (decimal_read(&number, (struct bytes){ (const uint8_t *)value, strlen(value) }, 0)) {
        *out = (int)number;
        return number >= 0 && (size_t)number < layout->count;
    }
    heading_fold(wanted, sizeof wanted, (struct bytes){ (const uint8_t *)value, strlen(value) }, CHARSET_UTF8);
    for (size_t i = 0; i < layout->count && layout->headed && wanted[0]; i++) {
        if (strcmp(heading_fold(name, sizeof name, layout->names[i], layout->table.charset), wanted) == 0) {
            *out = (int)i;
            return true;
        }
    }
    return false;
}

static bool option_take(struct mapping *mapping, const char *key, const char *value)
{
    int64_t minutes;

    if (strcmp(key, "minutes") == 0 && decimal_read(&minutes, (struct bytes){ (const uint8_t *)value, strlen(value) }, 0) &&
        minutes >= 1 && minutes <= MINUTES_MAX)
        mapping->minutes = (unsigned)minutes;
    else if (strcmp(key, "clock") == 0 && (strcmp(value, "utc") == 0 || strcmp(value, "local") == 0))
        mapping->utc = value[0] == 'u';
    else if (strcmp(key, "order") == 0 && (strcmp(value, "dmy") == 0 || strcmp(value, "mdy") == 0)) {
        mapping->order = value[0] == 'm' ? ORDER_MONTH_FIRST : ORDER_DAY_FIRST;
        mapping->has_order = true;
    } else if (strcmp(key, "what") == 0 && strcmp(value, "gas") == 0)
        mapping->quantity = QUANTITY_GAS;
    else if (strcmp(key, "what") == 0 && strcmp(value, "electricity-out") == 0)
        mapping->quantity = QUANTITY_ELECTRICITY_OUT;
    else if ((strcmp(key, "meter") == 0 || strcmp(key, "account") == 0) && value[0] && strlen(value) < sizeof mapping->name)
        text_copy(mapping->name, sizeof mapping->name, (struct bytes){ (const uint8_t *)value, strlen(value) });
    else if (strcmp(key, "currency") == 0 && strlen(value) == 3)
        text_copy(mapping->currency, sizeof mapping->currency, (struct bytes){ (const uint8_t *)value, 3 });
    else
        return false;
    return true;
}

static enum status part_take(struct mapping *mapping, const char *key, const char *value, const struct layout *layout,
                             struct failure *why)
{
    for (size_t i = 0; i < MAP_COLUMNS; i++) {
        if (strcmp(key, columns[i]) != 0)
            continue;
        if (!column_find(&mapping->place[i], value, layout))
            return failure_say(why, STATUS_MALFORMED, _("--map: the table has no column \"%s\" for %s"), value, key);
        return STATUS_OK;
    }
    if (!option_take(mapping, key, value))
        return failure_say(why, STATUS_MALFORMED, _("--map: \"%s=%s\" is not understood; see: coopair import --help"), key,
                           value);
    return STATUS_OK;
}

static unsigned how_many(const struct mapping *mapping, enum map_column first, enum map_column last)
{
    unsigned count = 0;

    for (size_t i = first; i <= last; i++)
        count += mapping->place[i] >= 0;
    return count;
}

bool mapping_is_money(const struct mapping *mapping)
{
    return how_many(mapping, MAP_AMOUNT, MAP_CREDIT) > 0;
}

static const char *mapping_flaw(const struct mapping *mapping)
{
    bool money = mapping_is_money(mapping);
    unsigned values = how_many(mapping, MAP_KWH, MAP_W), times = how_many(mapping, MAP_START, MAP_DATE);

    if (money && values > 0)
        return _("--map: amounts or energy, not both: a table is of an account or of a meter");
    if (!money && values != 1)
        return _("--map: one column must be the value: kwh, wh, kw or w of a meter, amount of an account");
    if (money && mapping->place[MAP_DATE] < 0)
        return _("--map: one column must be the date");
    if (money && mapping->place[MAP_AMOUNT] >= 0 && how_many(mapping, MAP_DEBIT, MAP_CREDIT) > 0)
        return _("--map: amount, or debit and credit, not both");
    if (!money && (times == 0 || (mapping->place[MAP_DATE] >= 0 && times > 1)))
        return _("--map: one column must be the time: start, end (or both), or date");
    return NULL;
}

enum status mapping_read(struct mapping *out, const char *text, const struct layout *layout, struct failure *why)
{
    const char *flaw;

    *out = (struct mapping){ .currency = "EUR" };
    for (size_t i = 0; i < MAP_COLUMNS; i++)
        out->place[i] = -1;
    while (*text) {
        size_t size = strcspn(text, ","), key = strcspn(text, "=,");
        char part[VALUE_MAX];
        enum status status;

        if (key == size || size >= sizeof part || key == 0)
            return failure_say(why, STATUS_MALFORMED, _("--map: \"%.40s\" should be NAME=COLUMN"), text);
        memcpy(part, text, size);
        part[key] = part[size] = '\0';
        status = part_take(out, part, part + key + 1, layout, why);
        if (status)
            return status;
        text += size + (text[size] == ',');
    }
    flaw = mapping_flaw(out);
    return flaw ? failure_say(why, STATUS_MALFORMED, "%s", flaw) : STATUS_OK;
}

struct bytes mapping_field(const struct mapping *mapping, const struct table *table, enum map_column column)
{
    int place = mapping->place[column];

    return place >= 0 && (size_t)place < table->count ? table->fields[place] : (struct bytes){ NULL, 0 };
}

bool mapping_cut(const struct mapping *mapping, const struct table *table)
{
    for (size_t i = 0; i < MAP_COLUMNS && !table->whole; i++) {
        if (mapping->place[i] >= 0 && (size_t)mapping->place[i] + 1 >= table->count)
            return true;
    }
    return false;
}

/* ---- The order of dates. */

/* What has a point between its numbers begins with the day, wherever it is written. */
static bool by_points(struct bytes text)
{
    return text.size > 2 && (text.data[1] == '.' || text.data[2] == '.');
}

bool mapping_order(struct mapping *mapping, struct layout layout, struct failure *why)
{
    int column = mapping->place[MAP_START] >= 0 ? mapping->place[MAP_START]
                 : mapping->place[MAP_END] >= 0 ? mapping->place[MAP_END]
                                                : mapping->place[MAP_DATE];
    bool differs = false, points = false;
    unsigned orders = 3;

    while (!mapping->has_order && table_next(&layout.table)) {
        struct bytes text = (size_t)column < layout.table.count ? layout.table.fields[column] : (struct bytes){ NULL, 0 };
        unsigned these = civil_text_orders(text);
        int64_t day_first, month_first;

        if (these == 0)
            continue;
        points = points || by_points(text);
        orders &= these;
        differs = differs || (civil_text_read(&day_first, text, ORDER_DAY_FIRST) &&
                              civil_text_read(&month_first, text, ORDER_MONTH_FIRST) && day_first != month_first);
    }
    if (!mapping->has_order && orders == 3 && differs && !points) {
        failure_say(why, STATUS_MALFORMED,
                    _("its dates can be read in two ways, day or month first: add order=dmy or order=mdy to --map"));
        return false;
    }
    if (!mapping->has_order)
        mapping->order = orders == 2 && !points ? ORDER_MONTH_FIRST : ORDER_DAY_FIRST;
    return true;
}

/* ---- For whoever asks what the table is. */

static void layout_name(char out[IMPORT_LAYOUT_SIZE], const struct layout *layout)
{
    char text[TABLE_FIELDS_MAX * NAME_MAX_SIZE + 4] = "";
    uint8_t hash[HASH_SIZE];
    size_t size = (size_t)snprintf(text, sizeof text, "%c%02zu", layout->table.separator, layout->count);

    for (size_t i = 0; i < layout->count && layout->headed; i++) {
        text[size++] = ';';
        heading_fold(text + size, NAME_MAX_SIZE - 1, layout->names[i], layout->table.charset);
        size += strlen(text + size);
    }
    hash_parts(hash, LABEL_LAYOUT, &(struct bytes){ (const uint8_t *)text, size }, 1);
    for (size_t i = 0; i + 1 < IMPORT_LAYOUT_SIZE; i += 2)
        snprintf(out + i, 3, "%02x", hash[i / 2]);
}

/* What a heading's words make likely. */
static void guess_add(struct import_heading *out, const char *key, const char *words, const struct layout *layout)
{
    size_t used = strlen(out->guess);
    char name[NAME_MAX_SIZE];

    for (size_t i = 0; i < layout->count && layout->headed; i++) {
        heading_fold(name, sizeof name, layout->names[i], layout->table.charset);
        for (const char *word = words; *word; word += strcspn(word, "|") + (word[strcspn(word, "|")] == '|')) {
            size_t size = strcspn(word, "|");

            if (strncmp(name, word, size) == 0) {
                snprintf(out->guess + used, sizeof out->guess - used, "%s%s=%zu", used ? "," : "", key, i);
                return;
            }
        }
    }
}

/* What the words of the heading leave open, by what stands below it: a date, and the last number of the row. */
static void guess_rows(struct import_heading *out, struct layout layout)
{
    enum { ROWS = 3 };
    size_t date = SIZE_MAX, amount = SIZE_MAX, used = strlen(out->guess);
    int64_t number;

    for (size_t row = 0; row < ROWS && table_next(&layout.table); row++) {
        for (size_t i = 0; i < layout.table.count && i < layout.count; i++) {
            if (date == SIZE_MAX && civil_text_orders(layout.table.fields[i]) > 0)
                date = i;
            else if (i != date && decimal_read(&number, layout.table.fields[i], 2))
                amount = i;
        }
    }
    if (date != SIZE_MAX && !strstr(out->guess, "date="))
        used += (size_t)snprintf(out->guess + used, sizeof out->guess - used, "%sdate=%zu", used ? "," : "", date);
    if (amount != SIZE_MAX && !strstr(out->guess, "amount=") && !strstr(out->guess, "debit="))
        snprintf(out->guess + used, sizeof out->guess - used, "%samount=%zu", used ? "," : "", amount);
    if (!strstr(out->guess, "date=") || (!strstr(out->guess, "amount=") && !strstr(out->guess, "debit=")))
        out->guess[0] = '\0';
}

static void guess_all(struct import_heading *out, const struct layout *layout)
{
    static const char *const money[][2] = { { "date", "date|jour|datum|fecha|buchungstag" },
                                            { "amount", "montant|amount|betrag|importe|umsatz" },
                                            { "debit", "debit" },
                                            { "credit", "credit" },
                                            { "label", "libelle|label|description|text|verwendung|concept|memo" } };
    static const char *const meter[][2] = { { "start", "start|debut|from|von|datetime|timestamp|horodat|time|date" },
                                            { "end", "end|fin|to|bis" },
                                            { "kwh", "kwh|consum|consommation|energ|usage|verbrauch" },
                                            { "w", "power|puissance|watt" } };
    size_t before;

    for (size_t i = 0; i < ARRAY_SIZE(meter); i++)
        guess_add(out, meter[i][0], meter[i][1], layout);
    if (!strchr(out->guess, 'k') && !strstr(out->guess, "w="))
        out->guess[0] = '\0';
    before = strlen(out->guess);
    for (size_t i = 0; i < ARRAY_SIZE(money) && before == 0; i++)
        guess_add(out, money[i][0], money[i][1], layout);
    if (before == 0)
        guess_rows(out, *layout);
}

/* Web pages, JSON and documents have separators too. */
static bool is_plain(struct bytes file)
{
    size_t at = text_begins(file, "\xef\xbb\xbf") ? 3 : 0;

    while (at < file.size && file.data[at] <= ' ')
        at++;
    return at < file.size && !strchr("<{[%", file.data[at]) && !memchr(file.data, '\0', file.size);
}

bool layout_tell(struct import_heading *out, struct bytes file)
{
    struct layout layout;

    *out = (struct import_heading){ .count = 0 };
    if (!is_plain(file) || !layout_find(&layout, file))
        return false;
    layout_name(out->layout, &layout);
    out->count = layout.count;
    for (size_t i = 0; i < layout.count; i++)
        text_copy(out->names[i], sizeof out->names[i], layout.names[i]);
    guess_all(out, &layout);
    return true;
}
