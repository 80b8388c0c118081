/* days.h - values of whole days, as suppliers give them to people: a date, and the energy from one local hour
 * of it to the same hour of the next day. Private to import/. */
#ifndef COOP_NODE_IMPORT_DAYS_H
#define COOP_NODE_IMPORT_DAYS_H

#include "node/import/rows.h"

enum { DAY_S = 86400, GAS_DAY_BEGINS_S = 6 * 3600 };

/* DD/MM/YYYY, YYYY-MM-DD (with anything behind a T or a blank), or the days since 1900 of a spreadsheet: its
 * local midnight, as if the clock ran on UTC. */
bool date_read(int64_t *local_s, struct bytes text);
/* From begins_s after that midnight. The day of October has 25 hours; a reading has at most 24, and the energy
 * is its. A date or a value that cannot be is refused; value in units of 10^-decimals mWh. */
void day_add(struct rows *rows, uint64_t line, struct bytes date, int64_t begins_s, struct bytes value,
             unsigned decimals);
/* A day of gas: its energy, or where that is empty its cubic metres times the coefficient of the same row. */
void gas_day_add(struct rows *rows, uint64_t line, struct bytes date, struct bytes energy, struct bytes volume,
                 struct bytes coefficient);

#endif
