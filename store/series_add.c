/* series_add.c - readings into a meter series.
 *
 * Readings are sorted if they must be, cut at territories, and each block they touch is read, merged and written again, the
 * others are not looked at; nothing is written where nothing changes. What outgrows a block is cut: at the end of a series into
 * full blocks, elsewhere into equal ones. Failure modes: a reading out of bounds, no memory. */
#include "store/series.h"

#include <stdlib.h>
#include <string.h>

static bool reading_fits(const struct reading *r)
{
    return r->start_s >= 0 && r->start_s < SERIES_TIME_END_S && r->length_s >= 60 && r->length_s <= 86400 &&
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
    struct series_row row;
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

    series_block_key(&key, adding->row.number, start_s);
    if (txn_get(txn, &block, &key))
        series_block_load(txn, &adding->before, &key, block);
    if (!txn->status)
        merge(txn, adding, readings, count);
    if (txn->status || adding->added + adding->replaced == changes)
        return;
    if (adding->after.list[0].start_s != start_s)
        txn_delete(txn, &key);
    if (last)
        series_store_full(txn, adding->row.number, adding->after.list, adding->after.count);
    else
        series_store_equal(txn, adding->row.number, adding->after.list, adding->after.count);
}

static void blocks_add(struct store_txn *txn, struct adding *adding, const struct reading *readings, size_t count)
{
    uint16_t number = adding->row.number;
    int64_t start_s, next_s;
    size_t end;

    if (!series_block_after(txn, &start_s, number, -1)) { /* a first import: nothing to merge with */
        adding->added = count;
        series_store_full(txn, number, readings, count);
        return;
    }
    for (size_t i = 0; i < count && !txn->status; i = end) {
        bool last;

        series_block_at(txn, &start_s, number, readings[i].start_s);
        last = !series_block_after(txn, &next_s, number, start_s);
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
    series_row_put(txn, &adding->row);
}

void store_series_add(struct store_txn *txn, const struct series_name *name, const struct reading *readings, size_t count,
                      size_t *added, size_t *replaced)
{
    struct adding adding = { .added = 0 };
    struct reading *sorted = NULL;
    bool in_order = true;

    if (!series_name_fits(name))
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
        if (!series_row_find(txn, &adding.row, name) && !txn->status)
            series_row_new(txn, &adding.row, name);
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
