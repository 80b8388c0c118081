/* household.c - meter series: a row per series, and blocks of one month each.
 *
 * Adding: readings are sorted if they must be, cut at months (UTC), and each month they touch is read, merged and written
 * again, the others are not looked at. A month is one block, or halves, quarters... of it when a block would outgrow
 * BLOCK_MAX; each block says how many there are, so a missing one is noticed. Nothing is written when nothing changes.
 * Failure modes: a reading out of bounds, a month too full, no memory, a block that does not read back. */
#include "store/block.h"
#include "store/env.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct month {
    struct reading *readings;
    size_t count, room;
    unsigned parts; /* on disk */
};

static bool month_room(struct store_txn *txn, struct month *month, size_t room)
{
    struct reading *larger;

    if (room <= month->room)
        return true;
    larger = realloc(month->readings, room * sizeof *larger);
    if (!larger) {
        txn_fail(txn, STATUS_NOMEM, "out of memory for %zu meter readings", room);
        return false;
    }
    month->readings = larger;
    month->room = room;
    return true;
}

/* ---- The row of a series: number, bounds, name. */

enum { ROW_FIXED = 2 + 1 + 3 * 8 };
struct row {
    uint16_t number; /* stands for the name in the keys of blocks */
    struct store_series series;
};

static void row_key(struct entry_key *key, const struct store *store, const struct series_name *name)
{
    uint8_t text[1 + sizeof name->meter] = { (uint8_t)name->quantity };
    size_t size = strlen(name->meter);

    memcpy(text + 1, name->meter, size);
    key_start(key, TABLE_SERIES);
    key_tag(key, store->keys, (struct bytes){ text, 1 + size });
}

static bool row_read(struct row *out, struct bytes in)
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
           out->series.last_s < month_start_s(MONTHS);
}

static void row_put(struct store_txn *txn, const struct row *row)
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

static bool row_find(struct store_txn *txn, struct row *out, const struct series_name *name)
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

static bool name_fits(const struct series_name *name)
{
    size_t size = strnlen(name->meter, sizeof name->meter);

    for (size_t i = 0; i < size; i++) {
        if (name->meter[i] < ' ' || name->meter[i] > '~')
            return false;
    }
    return size > 0 && size < sizeof name->meter && (unsigned)name->quantity < QUANTITIES;
}

/* A new series gets the number after the greatest, so that numbers grow as series come. */
static void row_new(struct store_txn *txn, struct row *out, const struct series_name *name)
{
    struct entry_key all;
    struct scan scan;
    struct bytes value;
    struct row other;
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

/* ---- Months on disk. */

static void block_key(struct entry_key *key, unsigned month, uint16_t number, unsigned part)
{
    key_start(key, TABLE_BLOCK);
    key_u16(key, (uint16_t)month);
    key_u16(key, number);
    key_u16(key, (uint16_t)part);
}

/* Replaces what `out` held. A month never written has no parts and no readings. */
static void month_load(struct store_txn *txn, struct month *out, unsigned month, uint16_t number)
{
    struct entry_key key;
    struct bytes block;
    unsigned parts = 1, claimed;
    size_t count;

    out->count = 0;
    out->parts = 0;
    for (unsigned part = 0; part < parts; part++) {
        block_key(&key, month, number, part);
        if (!txn_get(txn, &block, &key)) {
            if (part > 0)
                txn_damaged(txn, &key);
            return;
        }
        count = block_count(block, &claimed);
        if (count == 0 || (part > 0 && claimed != parts) || out->count + count > STORE_MONTH_READINGS_MAX) {
            txn_damaged(txn, &key);
            return;
        }
        if (!month_room(txn, out, out->count + count))
            return;
        if (!block_read(out->readings + out->count, block, month_start_s(month)) ||
            (part > 0 && out->readings[out->count].start_s <= out->readings[out->count - 1].start_s)) {
            txn_damaged(txn, &key);
            return;
        }
        out->count += count;
        out->parts = parts = claimed;
    }
}

/* Writes one month in 2^n parts of equal numbers, the fewest that fit. */
static void month_store(struct store_txn *txn, const struct reading *readings, size_t count, unsigned month, uint16_t number,
                        unsigned parts_before)
{
    uint8_t block[BLOCK_MAX];
    struct entry_key key;
    unsigned parts = 1, part;
    size_t size;

    do {
        assert(parts <= BLOCK_PARTS_MAX); /* sixty readings always fit one block, and a month is bounded */
        for (part = 0; part < parts; part++) {
            size_t from = count * part / parts, to = count * (part + 1) / parts;

            assert(to > from);
            size = block_write(block, readings + from, to - from, month_start_s(month), parts);
            if (size == 0)
                break;
            block_key(&key, month, number, part);
            txn_put(txn, &key, (struct bytes){ block, size });
        }
    } while (part < parts && (parts *= 2));
    for (part = parts; part < parts_before; part++) {
        block_key(&key, month, number, part);
        txn_delete(txn, &key);
    }
}

/* ---- Adding. */

static bool reading_fits(const struct reading *r)
{
    return r->start_s >= 0 && r->start_s < month_start_s(MONTHS) && r->length_s >= 60 && r->length_s <= 86400 &&
           r->energy_mwh >= 0;
}

static bool reading_same(const struct reading *a, const struct reading *b)
{
    return a->start_s == b->start_s && a->length_s == b->length_s && a->energy_mwh == b->energy_mwh;
}

/* Merge sort, because of two with one start the later in the file must stay the later. */
static void sort_by_start(struct reading *readings, struct reading *spare, size_t count)
{
    size_t half = count / 2, left = 0, right = half;

    if (count < 2)
        return;
    sort_by_start(readings, spare, half);
    sort_by_start(readings + half, spare, count - half);
    for (size_t i = 0; i < count; i++) {
        if (right == count || (left < half && readings[left].start_s <= readings[right].start_s))
            spare[i] = readings[left++];
        else
            spare[i] = readings[right++];
    }
    memcpy(readings, spare, count * sizeof *readings);
}

/* A copy in order, of repeats the last. *count in and out. NULL: out of memory. */
static struct reading *readings_sorted(struct store_txn *txn, const struct reading *readings, size_t *count)
{
    struct reading *copy = NULL;
    size_t kept = 0;

    if (*count <= SIZE_MAX / 2 / sizeof *copy)
        copy = malloc(2 * *count * sizeof *copy);
    if (!copy) {
        txn_fail(txn, STATUS_NOMEM, "out of memory for %zu meter readings", *count);
        return NULL;
    }
    memcpy(copy, readings, *count * sizeof *copy);
    sort_by_start(copy, copy + *count, *count);
    for (size_t i = 0; i < *count; i++) {
        if (kept > 0 && copy[kept - 1].start_s == copy[i].start_s)
            kept--;
        copy[kept++] = copy[i];
    }
    *count = kept;
    return copy;
}

struct adding {
    struct row row;
    struct month before, after;
    size_t added, replaced;
};

/* before + readings -> after, counting. */
static void month_merge(struct store_txn *txn, struct adding *adding, const struct reading *readings, size_t count)
{
    const struct month *before = &adding->before;
    size_t i = 0, j = 0, n = 0;

    if (!month_room(txn, &adding->after, before->count + count))
        return;
    while (i < before->count || j < count) {
        if (j == count || (i < before->count && before->readings[i].start_s < readings[j].start_s)) {
            adding->after.readings[n++] = before->readings[i++];
            continue;
        }
        if (i == before->count || before->readings[i].start_s > readings[j].start_s)
            adding->added++;
        else
            adding->replaced += !reading_same(&before->readings[i++], &readings[j]);
        adding->after.readings[n++] = readings[j++];
    }
    adding->after.count = n;
}

static void month_add(struct store_txn *txn, struct adding *adding, unsigned month, const struct reading *readings,
                      size_t count)
{
    size_t added = adding->added, replaced = adding->replaced;

    month_load(txn, &adding->before, month, adding->row.number);
    if (txn->status)
        return;
    if (adding->before.count == 0) { /* the common case of a first import: nothing to merge */
        adding->added += count;
    } else {
        month_merge(txn, adding, readings, count);
        readings = adding->after.readings;
        count = adding->after.count;
    }
    if (count > STORE_MONTH_READINGS_MAX)
        txn_fail(txn, STATUS_FULL, "more than %d readings of one meter in one month", STORE_MONTH_READINGS_MAX);
    if (txn->status || (adding->added == added && adding->replaced == replaced))
        return;
    month_store(txn, readings, count, month, adding->row.number, adding->before.parts);
}

static void series_add_sorted(struct store_txn *txn, struct adding *adding, const struct reading *readings, size_t count)
{
    struct store_series *series = &adding->row.series;
    size_t end;

    for (size_t i = 0; i < count && !txn->status; i = end) {
        unsigned month = month_of(readings[i].start_s);
        int64_t next_s = month_start_s(month + 1);

        for (end = i + 1; end < count && readings[end].start_s < next_s;)
            end++;
        month_add(txn, adding, month, readings + i, end - i);
    }
    if (txn->status || adding->added == 0)
        return;
    if (series->count == 0 || readings[0].start_s < series->first_s)
        series->first_s = readings[0].start_s;
    if (series->count == 0 || readings[count - 1].start_s > series->last_s)
        series->last_s = readings[count - 1].start_s;
    series->count += adding->added;
    row_put(txn, &adding->row);
}

void store_series_add(struct store_txn *txn, const struct series_name *name, const struct reading *readings, size_t count,
                      size_t *added, size_t *replaced)
{
    struct adding adding = { .added = 0 };
    struct reading *sorted = NULL;
    bool in_order = true;

    if (!name_fits(name))
        txn_fail(txn, STATUS_MALFORMED, "a meter's name must be 1 to %zu printable ASCII characters", sizeof name->meter - 1);
    for (size_t i = 0; i < count && !txn->status; i++) {
        if (!reading_fits(&readings[i]))
            txn_fail(txn, STATUS_MALFORMED, "reading %zu of meter %s has an impossible time, length or energy", i + 1, name->meter);
        if (i > 0 && readings[i].start_s <= readings[i - 1].start_s)
            in_order = false;
    }
    if (!txn->status && count > 0 && !in_order)
        readings = sorted = readings_sorted(txn, readings, &count);
    if (!txn->status && count > 0) {
        if (!row_find(txn, &adding.row, name) && !txn->status)
            row_new(txn, &adding.row, name);
        series_add_sorted(txn, &adding, readings, count);
    }
    free(adding.before.readings);
    free(adding.after.readings);
    free(sorted);
    if (added)
        *added = txn->status ? 0 : adding.added;
    if (replaced)
        *replaced = txn->status ? 0 : adding.replaced;
}

/* ---- Reading. */

void store_series_scan(struct store_txn *txn, const struct series_name *name, int64_t from_s, int64_t to_s,
                       bool (*visit)(void *arg, const struct reading *readings, size_t count), void *arg)
{
    struct month month = { .count = 0 };
    struct row row;
    bool go_on = name_fits(name) && row_find(txn, &row, name);

    if (go_on && from_s < row.series.first_s)
        from_s = row.series.first_s;
    if (go_on && to_s > row.series.last_s)
        to_s = row.series.last_s + 1;
    go_on = go_on && from_s < to_s;
    for (unsigned m = go_on ? month_of(from_s) : 0; go_on && month_start_s(m) < to_s; m++) {
        size_t first = 0, end;

        month_load(txn, &month, m, row.number);
        if (txn->status)
            break;
        while (first < month.count && month.readings[first].start_s < from_s)
            first++;
        for (end = month.count; end > first && month.readings[end - 1].start_s >= to_s;)
            end--;
        if (end > first)
            go_on = visit(arg, month.readings + first, end - first);
    }
    free(month.readings);
}

void store_series_list(struct store_txn *txn, bool (*visit)(void *arg, const struct store_series *series), void *arg)
{
    struct entry_key all;
    struct scan scan;
    struct bytes value;
    struct row row;
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
    struct row row;

    if (!name_fits(name) || !row_find(txn, &row, name))
        return false;
    *out = row.series;
    return true;
}
