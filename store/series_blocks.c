/* series_blocks.c - the blocks of a meter series: found, read, cut and written; and a range of readings streamed out of them.
 * Failure modes: no memory, a block that does not read back. */
#include "store/series.h"

#include "store/block.h"

#include <stdlib.h>

bool readings_room(struct store_txn *txn, struct readings *readings, size_t room)
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

void series_block_key(struct entry_key *key, uint16_t number, int64_t start_s)
{
    key_start(key, TABLE_BLOCK);
    key_u16(key, number);
    key_u64(key, (uint64_t)start_s);
}

bool series_block_at(struct store_txn *txn, int64_t *start_s, uint16_t number, int64_t at_s)
{
    struct entry_key at, found;

    series_block_key(&at, number, at_s);
    if (!key_floor(txn, &found, &at, at.size - 8))
        return false;
    *start_s = (int64_t)key_last_u64(&found);
    return true;
}

bool series_block_after(struct store_txn *txn, int64_t *start_s, uint16_t number, int64_t after_s)
{
    struct entry_key from;
    struct bytes sealed;
    struct scan scan;
    bool found;

    series_block_key(&from, number, after_s + 1);
    scan_start(&scan, &from, from.size - 8);
    found = scan_next_key(txn, &scan, &sealed);
    scan_end(&scan);
    if (found)
        *start_s = (int64_t)key_last_u64(&scan.key);
    return found;
}

void series_block_load(struct store_txn *txn, struct readings *out, const struct entry_key *key, struct bytes block)
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

    series_block_key(&key, number, first->start_s);
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

void series_store_full(struct store_txn *txn, uint16_t number, const struct reading *readings, size_t count)
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

void series_store_equal(struct store_txn *txn, uint16_t number, const struct reading *readings, size_t count)
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
    struct series_row row;
    int64_t start_s;

    if (from_s < 0)
        from_s = 0;
    if (from_s >= to_s || !series_name_fits(name) || !series_row_find(txn, &row, name))
        return;
    if (!series_block_at(txn, &start_s, row.number, from_s))
        start_s = 0;
    series_block_key(&from, row.number, start_s);
    scan_start(&scan, &from, from.size - 8);
    while (scan_next(txn, &scan, &value)) {
        series_block_load(txn, &block, &scan.key, value);
        if (!scan_block(txn, &block, from_s, to_s, visit, arg))
            break;
    }
    scan_end(&scan);
    free(block.list);
}
