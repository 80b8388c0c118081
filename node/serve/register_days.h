/* register_days.h - the days that lie between the readings of a register. */
#ifndef COOP_NODE_REGISTER_DAYS_H
#define COOP_NODE_REGISTER_DAYS_H

#include "store/store.h"

/* Within the transaction in which these readings were added to the register: works out again what they and those around them
 * say, into the series of the same name that is used. heat: of gas, what a cubic metre gives (import.h); 0: not known, and
 * nothing is worked out. *days: how many there are around them. STATUS_NOMEM: the transaction is to be given up. */
enum status register_days(size_t *days, struct store_txn *txn, const struct series_name *name, const struct reading *readings, size_t count,
                          int64_t heat, struct failure *why);

#endif
