/* workbook.h - the first sheet of an Excel workbook (ECMA-376, .xlsx) as the table it would be as CSV: a line
 * a row, fields between semicolons, so that every format that knows tables knows workbooks. Private to
 * import/. */
#ifndef COOP_NODE_IMPORT_WORKBOOK_H
#define COOP_NODE_IMPORT_WORKBOOK_H

#include "node/import/archive.h"

enum {
    WORKBOOK_COLUMNS_MAX = 64,
    WORKBOOK_STRINGS_MAX = 1 << 17,
    WORKBOOK_TABLE_MAX = 8 << 20, /* the table, and the strings its cells share */
    WORKBOOK_ROWS_MAX = 1 << 20   /* as in Excel */
};
/* Line n is row n. Dates may be the days since 1900 that a spreadsheet counts. *table is the caller's to free,
 * NULL unless STATUS_OK. */
enum status workbook_table(uint8_t **table, size_t *size, struct archive archive, struct failure *why);

#endif
