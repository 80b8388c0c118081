/* txn.c - the sticky transaction.
 *
 * A transaction remembers its first failure; whatever follows does nothing, and commit reports it. Every write is sealed into
 * a log before it goes to LMDB. When the map is full (at a put, or as late as the commit, when LMDB saves its list of
 * free pages) the LMDB transaction is dropped, the map doubled and the log repeated: one writer at a time makes the repeat
 * exact. Failure modes: no memory, a damaged entry, a disk that refuses. */
#include "store/env.h"

#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_HEADER = 6, LOG_KEPT_MAX = 1 << 20 };
static const uint32_t LOG_DELETE = UINT32_MAX; /* in the place of a value's size */

bool buffer_room(struct buffer *buffer, size_t room)
{
    uint8_t *data;
    size_t larger = buffer->room ? buffer->room : 256;

    if (room <= buffer->room)
        return true;
    while (larger < room)
        larger *= 2;
    data = malloc(larger);
    if (!data)
        return false;
    if (buffer->data) {
        memcpy(data, buffer->data, buffer->size);
        sodium_memzero(buffer->data, buffer->room);
        free(buffer->data);
    }
    buffer->data = data;
    buffer->room = larger;
    return true;
}

void buffer_clear(struct buffer *buffer)
{
    if (buffer->data)
        sodium_memzero(buffer->data, buffer->room);
    free(buffer->data);
    memset(buffer, 0, sizeof *buffer);
}

static void txn_drop(struct store_txn *txn)
{
    if (txn->cursor)
        mdb_cursor_close(txn->cursor);
    txn->cursor = NULL;
    txn->cursor_of = NULL;
    if (txn->mdb)
        mdb_txn_abort(txn->mdb);
    txn->mdb = NULL;
}

void txn_fail(struct store_txn *txn, enum status status, const char *format, ...)
{
    va_list args;

    if (txn->status)
        return;
    va_start(args, format);
    vsnprintf(txn->why.text, sizeof txn->why.text, format, args);
    va_end(args);
    txn->why.format = format;
    txn->status = status;
}

static void txn_fail_code(struct store_txn *txn, int code, const char *doing)
{
    if (!txn->status)
        txn->status = env_explain(txn->store, code, doing, &txn->why);
}

void txn_damaged(struct store_txn *txn, const struct entry_key *key)
{
    txn_fail(txn, STATUS_MALFORMED, "an entry of \"%s\" in %.120s is damaged; restore your latest backup",
             table_name(key->bytes[0]), txn->store->file);
}

struct store_txn *store_begin(struct store *store, enum store_mode mode)
{
    struct store_txn *txn = &store->txn;
    int code;

    assert(!txn->open);
    assert(mode == STORE_READ || store->mode == STORE_WRITE);
    txn->store = store;
    txn->open = true;
    txn->writing = mode == STORE_WRITE;
    txn->status = STATUS_OK;
    txn->why = (struct failure){ .text = "" };
    txn->log.size = 0;
    if (!store->env && (txn->status = env_start(store, &txn->why)) != STATUS_OK)
        return txn;
    code = env_begin(txn->store, &txn->mdb, txn->writing);
    if (code == MDB_PANIC) { /* a page of the head could not be written last time: LMDB wants a fresh start */
        env_stop(store);
        if ((txn->status = env_start(store, &txn->why)) != STATUS_OK)
            return txn;
        code = env_begin(txn->store, &txn->mdb, txn->writing);
    }
    if (code)
        txn_fail_code(txn, code, "begin");
    return txn;
}

enum status store_status(const struct store_txn *txn)
{
    return txn->status;
}

static int log_apply(struct store_txn *txn, size_t at)
{
    const uint8_t *entry = txn->log.data + at;
    size_t key_size = be16_read(entry);
    uint32_t value_size = be32_read(entry + 2);
    MDB_val key = { key_size, txn->log.data + at + LOG_HEADER };
    MDB_val value = { value_size, txn->log.data + at + LOG_HEADER + key_size };
    int code;

    if (value_size != LOG_DELETE)
        return mdb_put(txn->mdb, txn->store->dbi, &key, &value, 0);
    code = mdb_del(txn->mdb, txn->store->dbi, &key, NULL);
    return code == MDB_NOTFOUND ? 0 : code;
}

static size_t log_entry_size(const struct store_txn *txn, size_t at)
{
    uint32_t value_size = be32_read(txn->log.data + at + 2);

    return LOG_HEADER + be16_read(txn->log.data + at) + (value_size == LOG_DELETE ? 0 : value_size);
}

/* The map is full: start over in a larger one, as often as it takes. */
static int txn_regrow(struct store_txn *txn)
{
    int code;

    do {
        size_t at = 0;

        txn_drop(txn);
        code = env_grow(txn->store);
        if (!code)
            code = env_begin(txn->store, &txn->mdb, txn->writing);
        while (!code && at < txn->log.size) {
            code = log_apply(txn, at);
            at += log_entry_size(txn, at);
        }
    } while (code == MDB_MAP_FULL);
    return code;
}

/* Appends one write to the log. Returns where its value goes, NULL when the transaction has failed. */
static uint8_t *log_add(struct store_txn *txn, const struct entry_key *key, uint32_t value_size)
{
    size_t more = LOG_HEADER + key->size + (value_size == LOG_DELETE ? 0 : value_size);
    uint8_t *entry;

    assert(txn->open && txn->writing);
    if (txn->status)
        return NULL;
    if (!buffer_room(&txn->log, txn->log.size + more)) {
        txn_fail(txn, STATUS_NOMEM, "out of memory for a transaction of %zu bytes", txn->log.size + more);
        return NULL;
    }
    entry = txn->log.data + txn->log.size;
    be16_write(entry, (uint16_t)key->size);
    be32_write(entry + 2, value_size);
    memcpy(entry + LOG_HEADER, key->bytes, key->size);
    return entry + LOG_HEADER + key->size;
}

static void log_commit_last(struct store_txn *txn)
{
    size_t at = txn->log.size;
    int code;

    txn->log.size += log_entry_size(txn, at);
    txn->changes++;
    code = log_apply(txn, at);
    if (code == MDB_MAP_FULL)
        code = txn_regrow(txn);
    if (code)
        txn_fail_code(txn, code, "write");
}

void txn_put(struct store_txn *txn, const struct entry_key *key, struct bytes plain)
{
    uint8_t *value;

    if (plain.size > STORE_VALUE_MAX)
        txn_fail(txn, STATUS_FULL, "an entry of %zu bytes is more than the store takes (%d)", plain.size, STORE_VALUE_MAX);
    value = log_add(txn, key, (uint32_t)(plain.size + SEALED_EXTRA));
    if (!value)
        return;
    value_seal(value, txn->store->keys, (struct bytes){ key->bytes, key->size }, plain);
    log_commit_last(txn);
}

void txn_put_bare(struct store_txn *txn, const struct entry_key *key, struct bytes bytes)
{
    uint8_t *value = log_add(txn, key, (uint32_t)bytes.size);

    if (!value)
        return;
    memcpy(value, bytes.data, bytes.size);
    log_commit_last(txn);
}

void txn_delete(struct store_txn *txn, const struct entry_key *key)
{
    if (log_add(txn, key, LOG_DELETE))
        log_commit_last(txn);
}

bool txn_get_bare(struct store_txn *txn, struct bytes *out, const struct entry_key *key)
{
    uint8_t copy[ENTRY_KEY_MAX];
    MDB_val wanted = { key->size, copy }, found;
    int code;

    assert(txn->open);
    if (txn->status)
        return false;
    memcpy(copy, key->bytes, key->size);
    code = mdb_get(txn->mdb, txn->store->dbi, &wanted, &found);
    if (code && code != MDB_NOTFOUND)
        txn_fail_code(txn, code, "read");
    if (code)
        return false;
    *out = (struct bytes){ found.mv_data, found.mv_size };
    return true;
}

static bool unseal(struct store_txn *txn, struct buffer *plain, const struct entry_key *key, struct bytes sealed)
{
    if (sealed.size < SEALED_EXTRA) {
        txn_damaged(txn, key);
        return false;
    }
    if (!buffer_room(plain, sealed.size)) {
        txn_fail(txn, STATUS_NOMEM, "out of memory for an entry of %zu bytes", sealed.size);
        return false;
    }
    plain->size = sealed.size - SEALED_EXTRA;
    if (!value_unseal(plain->data, txn->store->keys, (struct bytes){ key->bytes, key->size }, sealed)) {
        txn_damaged(txn, key);
        return false;
    }
    return true;
}

bool txn_get(struct store_txn *txn, struct bytes *out, const struct entry_key *key)
{
    struct bytes sealed;

    if (!txn_get_bare(txn, &sealed, key) || !unseal(txn, &txn->plain, key, sealed))
        return false;
    *out = (struct bytes){ txn->plain.data, txn->plain.size };
    return true;
}

bool txn_has(struct store_txn *txn, const struct entry_key *key)
{
    struct bytes sealed;

    return txn_get_bare(txn, &sealed, key);
}

/* Ends the LMDB side; buffers are wiped, and kept while small. */
static void txn_end(struct store_txn *txn)
{
    txn_drop(txn);
    buffer_clear(&txn->plain);
    if (txn->log.room > LOG_KEPT_MAX)
        buffer_clear(&txn->log);
    txn->open = false;
}

enum status store_commit(struct store_txn *txn, struct failure *why)
{
    int code = 0;

    assert(txn->open);
    if (txn->log.size > 0)
        state_put(txn);
    if (!txn->status && txn->writing) {
        do {
            if (code == MDB_MAP_FULL && (code = txn_regrow(txn)) != 0)
                break;
            if (txn->cursor)
                mdb_cursor_close(txn->cursor);
            txn->cursor = NULL;
            code = mdb_txn_commit(txn->mdb); /* frees it in every case */
            txn->mdb = NULL;
        } while (code == MDB_MAP_FULL);
        if (code)
            txn_fail_code(txn, code, "write");
    }
    txn_end(txn);
    if (txn->status && why)
        *why = txn->why;
    return txn->status;
}

void store_abort(struct store_txn *txn)
{
    assert(txn->open);
    txn_end(txn);
}

void scan_start(struct scan *scan, const struct entry_key *from, size_t prefix)
{
    memset(scan, 0, sizeof *scan);
    scan->key = *from;
    scan->prefix = prefix;
}

/* Moves the transaction's one cursor to the first key after (or, at the beginning, at) the scan's. Between two steps
 * the cursor may have served another scan, or the tree may have changed: then it is placed anew. */
static int scan_seek(struct store_txn *txn, struct scan *scan, MDB_val *key, MDB_val *value)
{
    int code;

    if (scan->begun && txn->cursor_of == scan && txn->changes == scan->changes)
        return mdb_cursor_get(txn->cursor, key, value, MDB_NEXT);
    txn->cursor_of = NULL; /* from here on it stands elsewhere, also when this scan finds nothing */
    if (!txn->cursor) {
        code = mdb_cursor_open(txn->mdb, txn->store->dbi, &txn->cursor);
        if (code) {
            txn->cursor = NULL;
            return code;
        }
    }
    *key = (MDB_val){ scan->key.size, scan->key.bytes };
    code = mdb_cursor_get(txn->cursor, key, value, MDB_SET_RANGE);
    if (!code && scan->begun && key->mv_size == scan->key.size && memcmp(key->mv_data, scan->key.bytes, key->mv_size) == 0)
        code = mdb_cursor_get(txn->cursor, key, value, MDB_NEXT);
    return code;
}

bool scan_next_key(struct store_txn *txn, struct scan *scan, struct bytes *sealed)
{
    MDB_val key, value;
    int code;

    assert(txn->open);
    if (txn->status)
        return false;
    code = scan_seek(txn, scan, &key, &value);
    if (code) {
        if (code != MDB_NOTFOUND)
            txn_fail_code(txn, code, "read");
        return false;
    }
    if (key.mv_size < scan->prefix || memcmp(key.mv_data, scan->key.bytes, scan->prefix) != 0)
        return false;
    if (key.mv_size > sizeof scan->key.bytes) {
        txn_damaged(txn, &scan->key);
        return false;
    }
    memcpy(scan->key.bytes, key.mv_data, key.mv_size);
    scan->key.size = key.mv_size;
    scan->begun = true;
    scan->changes = txn->changes;
    txn->cursor_of = scan;
    *sealed = (struct bytes){ value.mv_data, value.mv_size };
    return true;
}

bool scan_next(struct store_txn *txn, struct scan *scan, struct bytes *value)
{
    struct bytes sealed;

    if (!scan_next_key(txn, scan, &sealed) || !unseal(txn, &scan->plain, &scan->key, sealed))
        return false;
    *value = (struct bytes){ scan->plain.data, scan->plain.size };
    return true;
}

bool key_floor(struct store_txn *txn, struct entry_key *out, const struct entry_key *at, size_t prefix)
{
    struct scan to;
    MDB_val key, value;
    int code;

    if (txn->status)
        return false;
    scan_start(&to, at, prefix);
    code = scan_seek(txn, &to, &key, &value);
    if (code == MDB_NOTFOUND)
        code = mdb_cursor_get(txn->cursor, &key, &value, MDB_LAST);
    else if (!code && (key.mv_size != at->size || memcmp(key.mv_data, at->bytes, at->size) != 0))
        code = mdb_cursor_get(txn->cursor, &key, &value, MDB_PREV);
    txn->cursor_of = NULL;
    if (code && code != MDB_NOTFOUND)
        txn_fail_code(txn, code, "read");
    if (code || key.mv_size != at->size || memcmp(key.mv_data, at->bytes, prefix) != 0)
        return false;
    memcpy(out->bytes, key.mv_data, key.mv_size);
    out->size = key.mv_size;
    return true;
}

void scan_end(struct scan *scan)
{
    buffer_clear(&scan->plain);
}
