/* table.h - tables of banks and insurers: records that may go over several lines, and headings found by their words, wherever and in
 * whatever order they stand. Private to import/. */
#ifndef COOP_NODE_IMPORT_TABLE_H
#define COOP_NODE_IMPORT_TABLE_H

#include "node/import/money.h"

enum { TABLE_FIELDS_MAX = 40, TABLE_COLUMNS_MAX = 12, TABLE_RECORD_MAX = 16 << 10, TABLE_PREAMBLE_MAX = 60 };

struct table {
    struct lines lines;
    enum charset charset;
    char separator;
    uint64_t line; /* on which the record begins */
    bool whole;    /* it has an end: the file is not cut short in it */
    struct bytes fields[TABLE_FIELDS_MAX]; /* of the record, without quotes and blanks around */
    size_t count;
};
void table_begin(struct table *table, struct bytes file, enum charset charset, char separator);
/* The next record. A line break inside quotes is part of it, up to TABLE_RECORD_MAX; beyond, the quote is one nobody closed and the
 * record ends with its line. */
bool table_next(struct table *table);
bool table_is_blank(const struct table *table);

/* A layout: what each column of interest is called, folded (heading_fold); NULL: this layout has none. Several names
 * for one column are parted by '|'. */
struct table_layout {
    const char *format;
    const char *headings[TABLE_COLUMNS_MAX];
    unsigned needed; /* bit i: without this column it is not this layout */
};
/* Where the columns are. */
struct table_columns {
    const struct table_layout *layout;
    int place[TABLE_COLUMNS_MAX]; /* -1: not there */
};
/* Is the record the heading of a layout? Of several, the one with most columns. */
bool table_heading(struct table_columns *out, const struct table *table, const struct table_layout *layouts, size_t count);
/* Goes to the first record that is a heading, with whichever separator finds one; the records before it were given to preamble
 * (may be NULL). false: there is none within TABLE_PREAMBLE_MAX. */
bool table_find(struct table *table, struct table_columns *out, struct bytes file, const struct table_layout *layouts, size_t count);
/* The field of a column, empty when it is not there. */
struct bytes table_field(const struct table *table, const struct table_columns *columns, unsigned column);

#endif
