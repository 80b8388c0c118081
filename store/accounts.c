/* accounts.c - the list of accounts. At most STORE_ACCOUNTS_MAX rows, so all are read at once where an order is wanted.
 *
 * Failure modes: a row that does not read back, one account more than a household has. */
#include "store/accounts.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_FIXED = 2 + 3 + 4 * 8 };

static void row_key(struct entry_key *key, const struct store *store, const char *name)
{
    key_start(key, TABLE_ACCOUNT);
    key_tag(key, store->keys, (struct bytes){ (const uint8_t *)name, strlen(name) });
}

static bool row_read(struct account_row *out, struct bytes in)
{
    size_t size = in.size - ROW_FIXED;
    struct store_account *account = &out->account;

    if (in.size <= ROW_FIXED || size >= sizeof account->name)
        return false;
    memset(out, 0, sizeof *out);
    out->number = be16_read(in.data);
    memcpy(account->currency, in.data + 2, 3);
    account->first_day = (int64_t)be64_read(in.data + 5);
    account->last_day = (int64_t)be64_read(in.data + 13);
    account->count = be64_read(in.data + 21);
    account->cents = (int64_t)be64_read(in.data + 29);
    memcpy(account->name, in.data + ROW_FIXED, size);
    return account->first_day >= 0 && account->first_day <= account->last_day && account->last_day < STORE_DAY_END;
}

void account_row_put(struct store_txn *txn, const struct account_row *row)
{
    const struct store_account *account = &row->account;
    uint8_t bytes[ROW_FIXED + sizeof account->name];
    size_t size = strlen(account->name);
    struct entry_key key;

    be16_write(bytes, row->number);
    memcpy(bytes + 2, account->currency, 3);
    be64_write(bytes + 5, (uint64_t)account->first_day);
    be64_write(bytes + 13, (uint64_t)account->last_day);
    be64_write(bytes + 21, account->count);
    be64_write(bytes + 29, (uint64_t)account->cents);
    memcpy(bytes + ROW_FIXED, account->name, size);
    row_key(&key, txn->store, account->name);
    txn_put(txn, &key, (struct bytes){ bytes, ROW_FIXED + size });
}

bool account_name_fits(const char *name)
{
    size_t size = strnlen(name, ACCOUNT_NAME_MAX);

    for (size_t i = 0; i < size; i++) {
        if (name[i] < ' ' || name[i] > '~')
            return false;
    }
    return size > 0 && size < ACCOUNT_NAME_MAX;
}

bool account_row_find(struct store_txn *txn, struct account_row *out, const char *name)
{
    struct entry_key key;
    struct bytes value;

    row_key(&key, txn->store, name);
    if (!txn_get(txn, &value, &key))
        return false;
    if (!row_read(out, value))
        txn_damaged(txn, &key);
    return !store_status(txn);
}

static int by_number(const void *a, const void *b)
{
    const struct account_row *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

size_t account_rows(struct store_txn *txn, struct account_row out[STORE_ACCOUNTS_MAX])
{
    struct entry_key all;
    struct scan scan;
    struct bytes value;
    size_t count = 0;

    key_start(&all, TABLE_ACCOUNT);
    scan_start(&scan, &all, all.size);
    while (scan_next(txn, &scan, &value)) {
        if (count == STORE_ACCOUNTS_MAX || !row_read(&out[count], value))
            txn_damaged(txn, &scan.key);
        else
            count++;
    }
    scan_end(&scan);
    qsort(out, count, sizeof *out, by_number);
    return count;
}

void account_row_new(struct store_txn *txn, struct account_row *out, const char *name, const char currency[4])
{
    struct account_row known[STORE_ACCOUNTS_MAX];
    size_t count = account_rows(txn, known);

    if (count == STORE_ACCOUNTS_MAX)
        txn_fail(txn, STATUS_FULL, "the store keeps no more than %d accounts", STORE_ACCOUNTS_MAX);
    if (count > 0 && known[count - 1].number == UINT16_MAX)
        txn_fail(txn, STATUS_FULL, "the store has numbered 65536 accounts");
    memset(out, 0, sizeof *out);
    out->number = count > 0 ? (uint16_t)(known[count - 1].number + 1) : 0;
    memcpy(out->account.name, name, strlen(name));
    memcpy(out->account.currency, currency, 3);
}

bool account_places(struct store_txn *txn, struct entry_key *row_out, struct entry_key *blocks, const char *name)
{
    struct account_row row;

    if (!account_name_fits(name) || !account_row_find(txn, &row, name))
        return false;
    row_key(row_out, txn->store, name);
    key_start(blocks, TABLE_MOVEMENT);
    key_u16(blocks, row.number);
    return true;
}

void store_account_list(struct store_txn *txn, bool (*visit)(void *arg, const struct store_account *account), void *arg)
{
    struct account_row rows[STORE_ACCOUNTS_MAX];
    size_t count = account_rows(txn, rows);

    for (size_t i = 0; i < count && !store_status(txn); i++) {
        if (!visit(arg, &rows[i].account))
            return;
    }
}

bool store_account_find(struct store_txn *txn, struct store_account *out, const char *name)
{
    struct account_row row;

    if (!account_name_fits(name) || !account_row_find(txn, &row, name))
        return false;
    *out = row.account;
    return true;
}
