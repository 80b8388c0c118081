/* table.c - see table.h. */
#include "node/import/table.h"

#include <string.h>

enum { HEADING_MAX = 48 };

void table_begin(struct table *table, struct bytes file, enum charset charset, char separator)
{
    *table = (struct table){ .charset = charset, .separator = separator };
    lines_begin(&table->lines, file);
}

static bool quote_open(struct bytes text)
{
    bool open = false;

    for (size_t i = 0; i < text.size; i++)
        open ^= text.data[i] == '"';
    return open;
}

/* The line, and those that follow while a quote is open. */
static struct bytes record_of(struct lines *lines, struct bytes line)
{
    struct lines ahead = *lines;
    struct bytes more, whole = line;
    bool open = quote_open(line);

    while (open && lines_next(&ahead, &more) && (size_t)(more.data + more.size - line.data) <= TABLE_RECORD_MAX) {
        whole.size = (size_t)(more.data + more.size - line.data);
        open ^= quote_open(more);
        if (!open) {
            *lines = ahead;
            return whole;
        }
    }
    return line;
}

bool table_next(struct table *table)
{
    struct bytes line, rest;

    if (!lines_next(&table->lines, &line))
        return false;
    table->line = table->lines.number;
    if (memchr(line.data, '"', line.size))
        line = record_of(&table->lines, line);
    table->whole = table->lines.whole;
    rest = line;
    table->count = 0;
    while (table->count < TABLE_FIELDS_MAX && field_next(&table->fields[table->count], &rest, table->separator))
        table->count++;
    return true;
}

bool table_is_blank(const struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->fields[i].size > 0)
            return false;
    }
    return true;
}

/* ---- Headings. */

static bool is_one_of(const char *heading, const char *names)
{
    size_t size = strlen(heading);

    for (const char *at = names; size > 0 && at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
        if (strncmp(at, heading, size) == 0 && (at[size] == '\0' || at[size] == '|'))
            return true;
    }
    return false;
}

static unsigned layout_try(struct table_columns *out, const struct table *table, const struct table_layout *layout)
{
    char heading[HEADING_MAX];
    unsigned found = 0, count = 0;

    out->layout = layout;
    for (unsigned i = 0; i < TABLE_COLUMNS_MAX; i++)
        out->place[i] = -1;
    for (size_t field = 0; field < table->count; field++) {
        heading_fold(heading, sizeof heading, table->fields[field], table->charset);
        for (unsigned i = 0; i < TABLE_COLUMNS_MAX; i++) {
            if (layout->headings[i] && out->place[i] < 0 && is_one_of(heading, layout->headings[i])) {
                out->place[i] = (int)field;
                found |= 1u << i;
                count++;
                break;
            }
        }
    }
    return (found & layout->needed) == layout->needed ? count : 0;
}

bool table_heading(struct table_columns *out, const struct table *table, const struct table_layout *layouts, size_t count)
{
    struct table_columns tried;
    unsigned most = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned columns = layout_try(&tried, table, &layouts[i]);

        if (columns > most) {
            most = columns;
            *out = tried;
        }
    }
    return most > 0;
}

bool table_find(struct table *table, struct table_columns *out, struct bytes file, const struct table_layout *layouts, size_t count)
{
    static const char separators[] = { ';', ',', '\t' };
    struct bytes head = { file.data, file.size < TABLE_RECORD_MAX ? file.size : TABLE_RECORD_MAX };
    enum charset charset = charset_of(head);

    for (size_t i = 0; i < sizeof separators; i++) {
        table_begin(table, file, charset, separators[i]);
        for (int record = 0; record < TABLE_PREAMBLE_MAX && table_next(table); record++) {
            if (table_heading(out, table, layouts, count))
                return true;
        }
    }
    return false;
}

struct bytes table_field(const struct table *table, const struct table_columns *columns, unsigned column)
{
    int place = columns->place[column];

    return place >= 0 && (size_t)place < table->count ? table->fields[place] : (struct bytes){ NULL, 0 };
}
