/* care.h - what keeps a home from losing what it was given: the memory of its last backup and of
 * a recovery sheet that was proved, and the holes in its readings. */
#ifndef COOP_NODE_CARE_H
#define COOP_NODE_CARE_H

#include "store/store.h"

/* ---- What the household did for itself, kept among its settings. */
enum {
    CARE_BACKUP_WARN_DAYS =
        30, /* a month of readings can be fetched again from most suppliers, a year cannot */
    CARE_DATA_WARN_DAYS = 10, /* a supplier publishes yesterday; a weekly export has a day or two of grace */
    CARE_MONEY_WARN_DAYS = 45, /* people fetch a statement a month */
};
struct care {
    uint64_t backup_ms; /* 0: never */
    uint64_t proved_ms; /* two groups of the recovery sheet were typed back; 0: never */
};
enum status care_read(struct care *out, struct store *store, struct failure *why);
/* name: one of these. On disk when it returns. */
enum status care_note(struct store *store, const char *name, uint64_t time_ms, struct failure *why);
#define CARE_BACKUP "backup"
#define CARE_RESTORED "restored" /* load.c: no votes in rounds that opened before */
#define CARE_PROVED "sheet proved"

/* ---- Holes in a series, by the days of the wall clock. The first and the last day are not judged: a file
 * seldom begins or ends at midnight. */
struct gaps {
    uint64_t days, missing,
        partial;             /* from the first to the last; without any reading; with less than 23 h */
    int64_t first_missing_s; /* a moment of that day; valid when missing > 0 */
};
void gaps_of(struct gaps *out, struct store_txn *txn, const struct store_series *series);

#endif
