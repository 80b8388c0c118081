/* wall.h - rows stamped by the wall clock without an offset: placed once the whole file is known, because in
 * October an hour comes twice and only the order of the rows says which is which. Private to import/. */
#ifndef COOP_NODE_IMPORT_WALL_H
#define COOP_NODE_IMPORT_WALL_H

#include "node/import/rows.h"

struct wall_row {
    int64_t local_s, energy_mwh; /* what the clock shows at the end of the interval */
    uint64_t line;
    uint32_t length_s;
};
struct wall {
    struct rows *rows;
    struct wall_row *list;
    size_t count, room;
};
void wall_begin(struct wall *wall, struct rows *rows);
void wall_add(struct wall *wall, uint64_t line, int64_t local_end_s, uint32_t length_s, int64_t energy_mwh);
/* Hands everything to the rows, and frees. Files that run backwards are understood. */
void wall_end(struct wall *wall);
/* The same for what is not yet a reading: each row with its moment, in order. */
void wall_place(struct wall *wall, void (*each)(void *arg, const struct wall_row *row, int64_t utc_s), void *arg);

#endif
