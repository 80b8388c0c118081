/* copy.c - every entry out of a store and into another of the same key, as it lies.
 *
 * Values stay sealed on their way: they are bound to their key of the tree, so they cannot change places, and to the storage
 * key. The number of the state stays behind, each file counts its own. Failure modes: an entry that does not open, one with a key
 * that no table has, a head of a newer program. */
#include "store/env.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static bool key_is(struct bytes key, enum table table)
{
    return key.size == 1 && key.data[0] == table;
}

void store_entry_scan(struct store_txn *txn, bool (*visit)(void *arg, const struct store_entry *entry), void *arg)
{
    struct entry_key all = { .size = 1 }; /* a zero byte comes before every table */
    struct buffer plain = { NULL, 0, 0 };
    struct store_entry entry;
    struct scan scan;
    bool go_on = true;

    scan_start(&scan, &all, 0);
    while (go_on && scan_next_key(txn, &scan, &entry.value)) {
        entry.key = (struct bytes){ scan.key.bytes, scan.key.size };
        if (key_is(entry.key, TABLE_STATE))
            continue;
        if (!buffer_room(&plain, entry.value.size))
            txn_fail(txn, STATUS_NOMEM, "out of memory for an entry of %zu bytes", entry.value.size);
        else if (!key_is(entry.key, TABLE_HEAD) && !value_unseal(plain.data, txn->store->keys, entry.key, entry.value))
            txn_damaged(txn, &scan.key);
        go_on = !txn->status && visit(arg, &entry);
    }
    scan_end(&scan);
    buffer_clear(&plain);
}

static bool fits(const struct store_entry *entry)
{
    return entry->key.size > 0 && entry->key.size <= ENTRY_KEY_MAX && entry->key.data[0] >= TABLE_HEAD &&
           entry->key.data[0] < TABLES && !key_is(entry->key, TABLE_STATE) &&
           entry->value.size <= STORE_VALUE_MAX + SEALED_EXTRA;
}

static enum status entry_check(const struct store_keys *keys, const struct store_entry *entry, struct failure *why)
{
    uint8_t *plain;
    uint32_t schema;
    bool opened;

    if (!fits(entry))
        return failure_say(why, STATUS_MALFORMED, "an entry lies where no store has one");
    if (key_is(entry->key, TABLE_HEAD))
        return head_read(keys, entry->value, "the copied store", &schema, STORE_SCHEMA, why);
    plain = malloc(entry->value.size + 1);
    if (!plain)
        return failure_say(why, STATUS_NOMEM, "out of memory for an entry of %zu bytes", entry->value.size);
    opened = value_unseal(plain, keys, entry->key, entry->value);
    sodium_memzero(plain, entry->value.size + 1);
    free(plain);
    return opened ? STATUS_OK
                  : failure_say(why, STATUS_MALFORMED, "an entry of \"%s\" is damaged", table_name(entry->key.data[0]));
}

enum status store_entry_check(const uint8_t key[STORE_KEY_SIZE], const struct store_entry *entry, struct failure *why)
{
    struct store_keys keys;
    enum status status;

    store_keys_init(&keys, key);
    status = entry_check(&keys, entry, why);
    sodium_memzero(&keys, sizeof keys);
    return status;
}

void store_entry_put(struct store_txn *txn, const struct store_entry *entry)
{
    struct entry_key key = { .size = entry->key.size };

    if (!fits(entry)) {
        txn_fail(txn, STATUS_MALFORMED, "an entry lies where no store has one");
        return;
    }
    memcpy(key.bytes, entry->key.data, key.size);
    txn_put_bare(txn, &key, entry->value);
}
