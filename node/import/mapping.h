/* mapping.h - tables of layouts that nobody has described: the household says once which column is what. Private to
 * import/.
 *
 * A mapping is one line, "start=0,kwh=3,meter=garage": what it is, and the column by number from 0 or by its name.
 *     readings   start, end, or date and time; kwh, wh (energy) or kw, w (mean power)
 *     movements  date; amount, or debit and credit; label, party, reference
 *     and        minutes=N  of one reading, where the table does not say     order=dmy|mdy  of dates
 *                clock=utc  where times are not those on the wall             what=gas|electricity-out
 *                meter=NAME, account=NAME, currency=CHF */
#ifndef COOP_NODE_IMPORT_MAPPING_H
#define COOP_NODE_IMPORT_MAPPING_H

#include "node/import/civil_text.h"
#include "node/import/table.h"

enum map_column {
    MAP_START,
    MAP_END,
    MAP_DATE,
    MAP_TIME,
    MAP_KWH,
    MAP_WH,
    MAP_KW,
    MAP_W,
    MAP_AMOUNT,
    MAP_DEBIT,
    MAP_CREDIT,
    MAP_LABEL,
    MAP_PARTY,
    MAP_REFERENCE,
    MAP_COLUMNS
};
struct mapping {
    int place[MAP_COLUMNS]; /* -1: none */
    unsigned minutes;       /* 0: as the table has it */
    bool utc, has_order;
    enum civil_order order;
    enum quantity quantity;
    char name[40]; /* of the meter or account */
    char currency[4];
};

/* A table, with the line that names its columns where there is one. */
struct layout {
    struct table table; /* stands behind that line, or at the beginning */
    struct bytes names[TABLE_FIELDS_MAX];
    size_t count;
    bool headed;
};
/* The first line of words, before which there may be others; of the separators, the one that gives most columns. false:
 * nothing of two columns. */
bool layout_find(struct layout *out, struct bytes file);

/* STATUS_MALFORMED: *why names the part that is not understood, or the column that is not there. */
enum status mapping_read(struct mapping *out, const char *text, const struct layout *layout, struct failure *why);
struct bytes mapping_field(const struct mapping *mapping, const struct table *table, enum map_column column);
/* The file ends within the row, in a column that counts. */
bool mapping_cut(const struct mapping *mapping, const struct table *table);
bool mapping_is_money(const struct mapping *mapping);

/* The dates of a column, read in the order in which all of them exist. false: it is said in *why. */
bool mapping_order(struct mapping *mapping, struct layout layout, struct failure *why);

bool layout_tell(struct import_heading *out, struct bytes file); /* import_heading, of a table */

/* mapped.c, mapped_money.c: the rows. */
enum status mapped_readings(struct import *out, const struct mapping *mapping, struct layout *layout,
                            struct failure *why);
enum status mapped_movements(struct import *out, const struct mapping *mapping, struct layout *layout, struct bytes file,
                             struct failure *why);

#endif
