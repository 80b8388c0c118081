/* series.h - a meter series on disk: a row, and blocks of readings by the start of their first. A block's territory goes from
 * its start to the next block's. Private to the room. */
#ifndef COOP_STORE_SERIES_H
#define COOP_STORE_SERIES_H

#include "store/env.h"

#define SERIES_TIME_END_S INT64_C(7258118400) /* 2200: a date beyond it is an error in a file */

/* series_rows.c */
struct series_row {
    uint16_t number; /* stands for the name in the keys of blocks */
    struct store_series series;
};
bool series_name_fits(const struct series_name *name);
bool series_row_find(struct store_txn *txn, struct series_row *out, const struct series_name *name); /* a name that fits */
void series_row_new(struct store_txn *txn, struct series_row *out, const struct series_name *name);
void series_row_put(struct store_txn *txn, const struct series_row *row);

/* series_blocks.c */
struct readings {
    struct reading *list; /* the caller's to free */
    size_t count, room;
};
bool readings_room(struct store_txn *txn, struct readings *readings, size_t room);
void series_block_key(struct entry_key *key, uint16_t number, int64_t start_s);
bool series_block_at(struct store_txn *txn, int64_t *start_s, uint16_t number, int64_t at_s); /* the last that begins by then */
bool series_block_after(struct store_txn *txn, int64_t *start_s, uint16_t number, int64_t after_s); /* the first that begins later */
void series_block_load(struct store_txn *txn, struct readings *out, const struct entry_key *key, struct bytes block);
/* As full blocks, because more will follow; as equal ones, so that the next late reading does not push a remainder through
 * the series. */
void series_store_full(struct store_txn *txn, uint16_t number, const struct reading *readings, size_t count);
void series_store_equal(struct store_txn *txn, uint16_t number, const struct reading *readings, size_t count);

#endif
