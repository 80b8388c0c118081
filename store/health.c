/* health.c - lines of health statements, a small entry for each payer and day of care.
 *
 * Happy path: one act a day. A line is 24 bytes, lines of a day in order, equal ones as often as one file has them.
 * Failure modes: a line out of bounds, an entry that does not read back, more lines of a day than a household can have. */
#include "store/env.h"

#include <stdlib.h>
#include <string.h>

enum { LINE = 3 * 8, DAY_LINES_MAX = 1000 };

void health_place(struct entry_key *key, enum payer payer)
{
    key_start(key, TABLE_HEALTH);
    key_u16(key, (uint16_t)payer);
}

static int line_order(const void *left, const void *right)
{
    const struct health_line *a = left, *b = right;
    const int64_t x[] = { a->payer, a->care_day, a->paid_day, a->spent_cents, a->refund_cents };
    const int64_t y[] = { b->payer, b->care_day, b->paid_day, b->spent_cents, b->refund_cents };

    for (size_t i = 0; i < ARRAY_SIZE(x); i++) {
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    }
    return 0;
}

static bool line_fits(const struct health_line *line)
{
    return (unsigned)line->payer < PAYERS && line->care_day >= 0 && line->care_day < STORE_DAY_END && line->paid_day >= 0 &&
           line->paid_day < STORE_DAY_END && line->spent_cents >= -STORE_CENTS_MAX && line->spent_cents <= STORE_CENTS_MAX &&
           line->refund_cents >= -STORE_CENTS_MAX && line->refund_cents <= STORE_CENTS_MAX;
}

/* The lines of an entry. Returns how many. */
static size_t lines_load(struct store_txn *txn, struct health_line out[DAY_LINES_MAX], const struct entry_key *key,
                         struct bytes value)
{
    size_t count = value.size / LINE;
    struct health_line line = { .payer = (enum payer)be16_read(key->bytes + 1), .care_day = (int64_t)key_last_u64(key) };

    if (count == 0 || count > DAY_LINES_MAX || value.size % LINE != 0) {
        txn_damaged(txn, key);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = value.data + i * LINE;

        line.paid_day = (int64_t)be64_read(at);
        line.spent_cents = (int64_t)be64_read(at + 8);
        line.refund_cents = (int64_t)be64_read(at + 16);
        if (!line_fits(&line))
            txn_damaged(txn, key);
        out[i] = line;
    }
    return count;
}

static void lines_put(struct store_txn *txn, const struct entry_key *key, const struct health_line *lines, size_t count)
{
    uint8_t value[DAY_LINES_MAX * LINE];

    for (size_t i = 0; i < count; i++) {
        be64_write(value + i * LINE, (uint64_t)lines[i].paid_day);
        be64_write(value + i * LINE + 8, (uint64_t)lines[i].spent_cents);
        be64_write(value + i * LINE + 16, (uint64_t)lines[i].refund_cents);
    }
    txn_put(txn, key, (struct bytes){ value, count * LINE });
}

/* lines: of one payer and day of care, in order. Returns how many were added. */
static size_t day_add(struct store_txn *txn, const struct health_line *lines, size_t count)
{
    struct health_line all[DAY_LINES_MAX];
    struct entry_key key;
    struct bytes value;
    size_t known = 0, total, old = 0;

    health_place(&key, lines[0].payer);
    key_u64(&key, (uint64_t)lines[0].care_day);
    if (txn_get(txn, &value, &key))
        known = lines_load(txn, all, &key, value);
    total = known;
    for (size_t i = 0; i < count && !store_status(txn); i++) {
        while (old < known && line_order(&all[old], &lines[i]) < 0)
            old++;
        if (old < known && line_order(&all[old], &lines[i]) == 0)
            old++;
        else if (total == DAY_LINES_MAX)
            txn_fail(txn, STATUS_FULL, "more than %d lines of health statements for one day", DAY_LINES_MAX);
        else
            all[total++] = lines[i];
    }
    if (store_status(txn) || total == known)
        return 0;
    qsort(all, total, sizeof *all, line_order);
    lines_put(txn, &key, all, total);
    return total - known;
}

void store_health_add(struct store_txn *txn, const struct health_line *lines, size_t count, size_t *added)
{
    struct health_line *sorted = malloc((count + 1) * sizeof *sorted);
    size_t end, all = 0;

    if (!sorted)
        txn_fail(txn, STATUS_NOMEM, "out of memory for %zu lines of health statements", count);
    for (size_t i = 0; i < count && !store_status(txn); i++) {
        if (!line_fits(&lines[i]))
            txn_fail(txn, STATUS_MALFORMED, "line %zu of a health statement has an impossible day or amount", i + 1);
        else
            sorted[i] = lines[i];
    }
    if (count > 1 && !store_status(txn))
        qsort(sorted, count, sizeof *sorted, line_order);
    for (size_t i = 0; i < count && !store_status(txn); i = end) {
        for (end = i; end < count && sorted[end].payer == sorted[i].payer && sorted[end].care_day == sorted[i].care_day;)
            end++;
        all += day_add(txn, sorted + i, end - i);
    }
    free(sorted);
    if (added)
        *added = store_status(txn) ? 0 : all;
}

void store_health_scan(struct store_txn *txn, bool (*visit)(void *arg, const struct health_line *line), void *arg)
{
    struct health_line lines[DAY_LINES_MAX];
    struct entry_key key;
    struct scan scan;
    struct bytes value;
    bool go_on = true;

    key_start(&key, TABLE_HEALTH);
    scan_start(&scan, &key, key.size);
    while (go_on && scan_next(txn, &scan, &value)) {
        size_t count = lines_load(txn, lines, &scan.key, value);

        for (size_t i = 0; i < count && go_on && !store_status(txn); i++)
            go_on = visit(arg, &lines[i]);
    }
    scan_end(&scan);
}
