/* store.h - what the household keeps, in one LMDB environment opened once per process.
 *
 * One writer at a time. Values are sealed (XChaCha20-Poly1305) under the storage key. Bytes handed to a callback are valid
 * until it returns: copy what must live longer. A transaction remembers its first failure; later calls do nothing and
 * commit returns it, so a caller checks once. Commit is synced: what it acknowledged survives a power cut. */
#ifndef COOP_STORE_STORE_H
#define COOP_STORE_STORE_H

#include "crypto/base.h"

/* One meter interval, in the one internal model of every format (design: start in UTC, length, quantity). */
struct reading {
    int64_t start_s;     /* seconds since 1970, UTC, start of the interval */
    uint32_t length_s;   /* 60..86400 */
    int64_t energy_mwh;  /* milliwatt-hours; negative never */
};

/* What a series measures. Part of its name in the store. */
enum quantity { QUANTITY_ELECTRICITY_IN, QUANTITY_ELECTRICITY_OUT, QUANTITY_GAS, QUANTITIES };
struct series_name {
    char meter[40]; /* printable ASCII, NUL-terminated: the meter's own number or a name the user gave */
    enum quantity quantity;
};

#endif
