/* journal.c - what left this house, to whom and why: lines in the order they were written, never changed.
 *
 * The clock may jump, so a line is known by its place; its time is what the writer said. */
#include "store/env.h"

#include <string.h>

enum { LINE_HEAD = 8 };

void store_journal_add(struct store_txn *txn, uint64_t time_ms, const char *text)
{
    uint8_t value[LINE_HEAD + STORE_JOURNAL_TEXT_MAX];
    size_t size = strnlen(text, STORE_JOURNAL_TEXT_MAX - 1);
    struct entry_key end, last, key;
    uint64_t place = 1;

    while (size > 0 && text[size] != '\0' && ((uint8_t)text[size] & 0xc0) == 0x80)
        size--; /* a cut never splits a character of UTF-8 */
    be64_write(value, time_ms);
    memcpy(value + LINE_HEAD, text, size);
    key_start(&end, TABLE_JOURNAL);
    key_u64(&end, UINT64_MAX);
    if (key_floor(txn, &last, &end, 1))
        place = key_last_u64(&last) + 1;
    key_start(&key, TABLE_JOURNAL);
    key_u64(&key, place);
    txn_put(txn, &key, (struct bytes){ value, LINE_HEAD + size });
}

void store_journal_scan(struct store_txn *txn, uint64_t from_place, bool (*visit)(void *arg, const struct store_line *line),
                        void *arg)
{
    char text[STORE_JOURNAL_TEXT_MAX];
    struct store_line line;
    struct entry_key from;
    struct scan scan;
    struct bytes value;
    bool go_on = true;

    key_start(&from, TABLE_JOURNAL);
    key_u64(&from, from_place);
    scan_start(&scan, &from, 1);
    while (go_on && scan_next(txn, &scan, &value)) {
        if (scan.key.size != from.size || value.size < LINE_HEAD || value.size - LINE_HEAD >= sizeof text) {
            txn_damaged(txn, &scan.key);
            break;
        }
        memcpy(text, value.data + LINE_HEAD, value.size - LINE_HEAD);
        text[value.size - LINE_HEAD] = '\0';
        line = (struct store_line){ key_last_u64(&scan.key), be64_read(value.data), text };
        go_on = visit(arg, &line);
    }
    scan_end(&scan);
}
