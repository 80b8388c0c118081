/* series_rows.c - the row of a meter series: its number, its bounds, its name. Failure modes: a row that does not read back, one
 * series more than a store keeps. */
#include "store/series.h"

#include <string.h>

enum { ROW_FIXED = 2 + 1 + 3 * 8 };
static void row_key(struct entry_key *key, const struct store *store, const struct series_name *name)
{
    uint8_t text[1 + sizeof name->meter] = { (uint8_t)name->quantity };
    size_t size = strlen(name->meter);

    memcpy(text + 1, name->meter, size);
    key_start(key, TABLE_SERIES);
    key_tag(key, store->keys, (struct bytes){ text, 1 + size });
}

static bool row_read(struct series_row *out, struct bytes in)
{
    size_t size = in.size - ROW_FIXED;

    if (in.size <= ROW_FIXED || size >= sizeof out->series.name.meter || in.data[2] >= QUANTITIES)
        return false;
    memset(out, 0, sizeof *out);
    out->number = be16_read(in.data);
    out->series.name.quantity = (enum quantity)in.data[2];
    out->series.first_s = (int64_t)be64_read(in.data + 3);
    out->series.last_s = (int64_t)be64_read(in.data + 11);
    out->series.count = be64_read(in.data + 19);
    memcpy(out->series.name.meter, in.data + ROW_FIXED, size);
    return out->series.first_s >= 0 && out->series.first_s <= out->series.last_s &&
           out->series.last_s < SERIES_TIME_END_S;
}

void series_row_put(struct store_txn *txn, const struct series_row *row)
{
    uint8_t bytes[ROW_FIXED + sizeof row->series.name.meter];
    size_t size = strlen(row->series.name.meter);
    struct entry_key key;

    be16_write(bytes, row->number);
    bytes[2] = (uint8_t)row->series.name.quantity;
    be64_write(bytes + 3, (uint64_t)row->series.first_s);
    be64_write(bytes + 11, (uint64_t)row->series.last_s);
    be64_write(bytes + 19, row->series.count);
    memcpy(bytes + ROW_FIXED, row->series.name.meter, size);
    row_key(&key, txn->store, &row->series.name);
    txn_put(txn, &key, (struct bytes){ bytes, ROW_FIXED + size });
}

bool series_row_find(struct store_txn *txn, struct series_row *out, const struct series_name *name)
{
    struct entry_key key;
    struct bytes value;

    row_key(&key, txn->store, name);
    if (!txn_get(txn, &value, &key))
        return false;
    if (!row_read(out, value))
        txn_damaged(txn, &key);
    return !txn->status;
}

bool series_name_fits(const struct series_name *name)
{
    size_t size = strnlen(name->meter, sizeof name->meter);

    for (size_t i = 0; i < size; i++) {
        if (name->meter[i] < ' ' || name->meter[i] > '~')
            return false;
    }
    return size > 0 && size < sizeof name->meter && (unsigned)name->quantity < QUANTITIES;
}

/* A new series gets the number after the greatest, so that numbers grow as series come. */
void series_row_new(struct store_txn *txn, struct series_row *out, const struct series_name *name)
{
    struct entry_key all;
    struct scan scan;
    struct bytes value;
    struct series_row other;
    unsigned known = 0, next = 0;

    key_start(&all, TABLE_SERIES);
    scan_start(&scan, &all, all.size);
    while (scan_next(txn, &scan, &value)) {
        known++;
        if (!row_read(&other, value))
            txn_damaged(txn, &scan.key);
        else if (other.number >= next)
            next = other.number + 1u;
    }
    scan_end(&scan);
    if (known >= STORE_SERIES_MAX || next > UINT16_MAX)
        txn_fail(txn, STATUS_FULL, "the store keeps no more than %d meter series", STORE_SERIES_MAX);
    memset(out, 0, sizeof *out);
    out->number = (uint16_t)next;
    memcpy(out->series.name.meter, name->meter, strlen(name->meter));
    out->series.name.quantity = name->quantity;
}

void store_series_list(struct store_txn *txn, bool (*visit)(void *arg, const struct store_series *series), void *arg)
{
    struct entry_key all;
    struct scan scan;
    struct bytes value;
    struct series_row row;
    bool go_on = true;

    key_start(&all, TABLE_SERIES);
    scan_start(&scan, &all, all.size);
    while (go_on && scan_next(txn, &scan, &value)) {
        if (row_read(&row, value))
            go_on = visit(arg, &row.series);
        else
            txn_damaged(txn, &scan.key);
    }
    scan_end(&scan);
}

bool store_series_find(struct store_txn *txn, struct store_series *out, const struct series_name *name)
{
    struct series_row row;

    if (!series_name_fits(name) || !series_row_find(txn, &row, name))
        return false;
    *out = row.series;
    return true;
}

bool series_places(struct store_txn *txn, struct entry_key *row_out, struct entry_key *blocks, const struct series_name *name)
{
    struct series_row row;

    if (!series_name_fits(name) || !series_row_find(txn, &row, name))
        return false;
    row_key(row_out, txn->store, name);
    key_start(blocks, TABLE_BLOCK);
    key_u16(blocks, row.number);
    return true;
}
