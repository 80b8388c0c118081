/* accounts.h - the row of an account: a number that stands for its name in the keys of its movements, and what can be told
 * without reading them. Private to the room. */
#ifndef COOP_STORE_ACCOUNTS_H
#define COOP_STORE_ACCOUNTS_H

#include "store/env.h"

struct account_row {
    uint16_t number;
    struct store_account account;
};
bool account_name_fits(const char *name);
bool account_row_find(struct store_txn *txn, struct account_row *out, const char *name); /* a name that fits */
void account_row_new(struct store_txn *txn, struct account_row *out, const char *name, const char currency[4]);
void account_row_put(struct store_txn *txn, const struct account_row *row);
/* All of them, by number. Returns how many: at most STORE_ACCOUNTS_MAX. */
size_t account_rows(struct store_txn *txn, struct account_row out[STORE_ACCOUNTS_MAX]);

#endif
