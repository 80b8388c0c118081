/* household.c - meter series: a row per series, and blocks of readings by the start of their first.
 *
 * A block has a territory: from its start to the next block's. Adding: readings are sorted if they must be, cut at
 * territories, and each block they touch is read, merged and written again, the others are not looked at; nothing is
 * written where nothing changes. What outgrows a block is cut: at the end of a series into full blocks, because more will
 * follow there; elsewhere into equal ones, so that the next late reading does not push a remainder through the series.
 * Failure modes: a reading out of bounds, no memory, a block that does not read back. */
#include "store/block.h"
#include "store/env.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const int64_t TIME_END_S = INT64_C(7258118400); /* 2200: a date beyond it is an error in a file */

struct readings {
    struct reading *list;
    size_t count, room;
};

static bool readings_room(struct store_txn *txn, struct readings *readings, size_t room)
{
    struct reading *larger;

    if (room <= readings->room)
        return true;
    larger = room <= SIZE_MAX / sizeof *larger ? realloc(readings->list, room * sizeof *larger) : NULL;
    if (!larger) {
        txn_fail(txn, STATUS_NOMEM, "out of memory for %zu meter readings", room);
        return false;
    }
    readings->list = larger;
    readings->room = room;
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
           out->series.last_s < TIME_END_S;
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

/* ---- Blocks on disk. */

static void block_key(struct entry_key *key, uint16_t number, int64_t start_s)
{
    key_start(key, TABLE_BLOCK);
    key_u16(key, number);
    key_u64(key, (uint64_t)start_s);
}

/* The last block that begins at at_s or before. */
static bool block_at(struct store_txn *txn, int64_t *start_s, uint16_t number, int64_t at_s)
{
    struct entry_key at, found;

    block_key(&at, number, at_s);
    if (!key_floor(txn, &found, &at, at.size - 8))
        return false;
    *start_s = (int64_t)key_last_u64(&found);
    return true;
}

/* The first block that begins after after_s. */
static bool block_after(struct store_txn *txn, int64_t *start_s, uint16_t number, int64_t after_s)
{
    struct entry_key from;
    struct bytes sealed;
    struct scan scan;
    bool found;

    block_key(&from, number, after_s + 1);
    scan_start(&scan, &from, from.size - 8);
    found = scan_next_key(txn, &scan, &sealed);
    scan_end(&scan);
    if (found)
        *start_s = (int64_t)key_last_u64(&scan.key);
    return found;
}

static void block_load(struct store_txn *txn, struct readings *out, const struct entry_key *key, struct bytes block)
{
    size_t count = block_count(block);

    out->count = 0;
    if (count > 0 && !readings_room(txn, out, count))
        return;
    if (count == 0 || !block_read(out->list, block, (int64_t)key_last_u64(key)))
        txn_damaged(txn, key);
    else
        out->count = count;
}

static void block_put(struct store_txn *txn, uint16_t number, const struct reading *first, const uint8_t *block, size_t size)
{
    struct entry_key key;

    block_key(&key, number, first->start_s);
    txn_put(txn, &key, (struct bytes){ block, size });
}

/* Writes as many leading readings as fit one block, nearly: sizes follow numbers closely, so a few attempts do. *guess: what
 * the next block may take. Returns how many. */
static size_t cut_full(uint8_t out[BLOCK_MAX], size_t *size, size_t *guess, const struct reading *readings, size_t count)
{
    size_t fitting = 0, wanted = *guess < count ? *guess : count, next;

    for (int attempt = 0; fitting == 0 || attempt < 4; attempt++) {
        *size = block_write(out, readings, wanted);
        next = wanted * (BLOCK_MAX - 8) / *size;
        if (*size <= BLOCK_MAX) {
            fitting = wanted;
            if (wanted == count || *size > BLOCK_MAX - BLOCK_MAX / 32)
                break;
        } else if (next >= wanted) {
            next = wanted / 2;
        }
        wanted = next > count ? count : next > 0 ? next : 1;
    }
    if (*size > BLOCK_MAX)
        *size = block_write(out, readings, fitting);
    *guess = fitting * (BLOCK_MAX - BLOCK_MAX / 64) / *size;
    return fitting;
}

static void store_full(struct store_txn *txn, uint16_t number, const struct reading *readings, size_t count)
{
    uint8_t block[BLOCK_MAX];
    size_t guess = 3200, size, taken;

    for (; count > 0 && !txn->status; readings += taken, count -= taken) {
        taken = cut_full(block, &size, &guess, readings, count);
        block_put(txn, number, readings, block, size);
    }
}

static bool all_fit(const struct reading *readings, size_t count, size_t pieces)
{
    uint8_t block[BLOCK_MAX];

    for (size_t i = 0; i < pieces; i++) {
        size_t from = count * i / pieces, to = count * (i + 1) / pieces;

        if (block_write(block, readings + from, to - from) > BLOCK_MAX)
            return false;
    }
    return true;
}

static void store_equal(struct store_txn *txn, uint16_t number, const struct reading *readings, size_t count)
{
    uint8_t block[BLOCK_MAX];
    size_t pieces = 1;

    while (!all_fit(readings, count, pieces)) /* ends: a hundred readings always fit */
        pieces++;
    for (size_t i = 0; i < pieces; i++) {
        size_t from = count * i / pieces, to = count * (i + 1) / pieces;

        block_put(txn, number, readings + from, block, block_write(block, readings + from, to - from));
    }
}

bool series_places(struct store_txn *txn, struct entry_key *row_out, struct entry_key *blocks, const struct series_name *name)
{
    struct row row;

    if (!name_fits(name) || !row_find(txn, &row, name))
        return false;
    row_key(row_out, txn->store, name);
    key_start(blocks, TABLE_BLOCK);
    key_u16(blocks, row.number);
    return true;
}

/* ---- Adding. */

static bool reading_fits(const struct reading *r)
{
    return r->start_s >= 0 && r->start_s < TIME_END_S && r->length_s >= 60 && r->length_s <= 86400 &&
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
    struct readings before, after; /* of one territory */
    size_t added, replaced;
};

/* before + readings -> after, counting. */
static void merge(struct store_txn *txn, struct adding *adding, const struct reading *readings, size_t count)
{
    const struct readings *before = &adding->before;
    size_t i = 0, j = 0, n = 0;

    if (!readings_room(txn, &adding->after, before->count + count))
        return;
    if (before->count > 0 && before->list[before->count - 1].start_s < readings[0].start_s) { /* what is new comes last */
        memcpy(adding->after.list, before->list, before->count * sizeof *before->list);
        memcpy(adding->after.list + before->count, readings, count * sizeof *readings);
        adding->after.count = before->count + count;
        adding->added += count;
        return;
    }
    while (i < before->count || j < count) {
        if (j == count || (i < before->count && before->list[i].start_s < readings[j].start_s)) {
            adding->after.list[n++] = before->list[i++];
            continue;
        }
        if (i == before->count || before->list[i].start_s > readings[j].start_s)
            adding->added++;
        else
            adding->replaced += !reading_same(&before->list[i++], &readings[j]);
        adding->after.list[n++] = readings[j++];
    }
    adding->after.count = n;
}

/* Adds readings to the block that begins at start_s. They may begin before it where it is the first. */
static void territory_add(struct store_txn *txn, struct adding *adding, int64_t start_s, bool last,
                          const struct reading *readings, size_t count)
{
    size_t changes = adding->added + adding->replaced;
    struct entry_key key;
    struct bytes block;

    block_key(&key, adding->row.number, start_s);
    if (txn_get(txn, &block, &key))
        block_load(txn, &adding->before, &key, block);
    if (!txn->status)
        merge(txn, adding, readings, count);
    if (txn->status || adding->added + adding->replaced == changes)
        return;
    if (adding->after.list[0].start_s != start_s)
        txn_delete(txn, &key);
    if (last)
        store_full(txn, adding->row.number, adding->after.list, adding->after.count);
    else
        store_equal(txn, adding->row.number, adding->after.list, adding->after.count);
}

static void blocks_add(struct store_txn *txn, struct adding *adding, const struct reading *readings, size_t count)
{
    uint16_t number = adding->row.number;
    int64_t start_s, next_s;
    size_t end;

    if (!block_after(txn, &start_s, number, -1)) { /* a first import: nothing to merge with */
        adding->added = count;
        store_full(txn, number, readings, count);
        return;
    }
    for (size_t i = 0; i < count && !txn->status; i = end) {
        bool last;

        block_at(txn, &start_s, number, readings[i].start_s);
        last = !block_after(txn, &next_s, number, start_s);
        for (end = i; end < count && (last || readings[end].start_s < next_s);)
            end++;
        territory_add(txn, adding, start_s, last, readings + i, end - i);
    }
}

/* readings in order, at least one */
static void series_add_sorted(struct store_txn *txn, struct adding *adding, const struct reading *readings, size_t count)
{
    struct store_series *series = &adding->row.series;

    blocks_add(txn, adding, readings, count);
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
    free(adding.before.list);
    free(adding.after.list);
    free(sorted);
    if (added)
        *added = txn->status ? 0 : adding.added;
    if (replaced)
        *replaced = txn->status ? 0 : adding.replaced;
}

/* ---- Reading. */

/* One block's share of a scan. false: stop. */
static bool scan_block(struct store_txn *txn, const struct readings *block, int64_t from_s, int64_t to_s,
                       bool (*visit)(void *arg, const struct reading *readings, size_t count), void *arg)
{
    size_t first = 0, end = block->count;

    if (txn->status)
        return false;
    while (first < end && block->list[first].start_s < from_s)
        first++;
    while (end > first && block->list[end - 1].start_s >= to_s)
        end--;
    if (end > first && !visit(arg, block->list + first, end - first))
        return false;
    return end == block->count;
}

void store_series_scan(struct store_txn *txn, const struct series_name *name, int64_t from_s, int64_t to_s,
                       bool (*visit)(void *arg, const struct reading *readings, size_t count), void *arg)
{
    struct readings block = { .count = 0 };
    struct entry_key from;
    struct scan scan;
    struct bytes value;
    struct row row;
    int64_t start_s;

    if (from_s < 0)
        from_s = 0;
    if (from_s >= to_s || !name_fits(name) || !row_find(txn, &row, name))
        return;
    if (!block_at(txn, &start_s, row.number, from_s))
        start_s = 0;
    block_key(&from, row.number, start_s);
    scan_start(&scan, &from, from.size - 8);
    while (scan_next(txn, &scan, &value)) {
        block_load(txn, &block, &scan.key, value);
        if (!scan_block(txn, &block, from_s, to_s, visit, arg))
            break;
    }
    scan_end(&scan);
    free(block.list);
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
