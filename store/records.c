/* records.c - topics, their replicated records with two indexes, and settings.
 *
 * A record lies under (topic, place), places counting up in the order of being put; (topic, id) leads to the place. The size
 * of a topic is kept beside, so a quota costs one look-up. Erasing a topic removes every key that begins with it, read or
 * not, so that damage cannot keep what a household wanted gone. */
#include "store/env.h"

#include <assert.h>
#include <string.h>

enum { RECORD_HEAD = STORE_ID_SIZE + 8, SIZE_ROW = 3 * 8 };

static void topic_key(struct entry_key *key, const struct store_txn *txn, enum table table, const uint8_t *topic)
{
    static const uint8_t none[STORE_ID_SIZE];

    key_start(key, table);
    key_tag(key, txn->store->keys, (struct bytes){ topic ? topic : none, STORE_ID_SIZE });
}

/* Joins two pieces into a value; sealing wants it in one. */
static void put_joined(struct store_txn *txn, const struct entry_key *key, struct bytes head, struct bytes body)
{
    struct buffer both = { NULL, 0, 0 };

    if (buffer_room(&both, head.size + body.size)) {
        memcpy(both.data, head.data, head.size);
        if (body.size > 0)
            memcpy(both.data + head.size, body.data, body.size);
        txn_put(txn, key, (struct bytes){ both.data, head.size + body.size });
    } else {
        txn_fail(txn, STATUS_NOMEM, "out of memory for an entry of %zu bytes", head.size + body.size);
    }
    buffer_clear(&both);
}

/* ---- Topics. */

void store_topic_put(struct store_txn *txn, const uint8_t id[STORE_ID_SIZE], struct bytes charter)
{
    struct entry_key key;

    topic_key(&key, txn, TABLE_TOPIC, id);
    put_joined(txn, &key, (struct bytes){ id, STORE_ID_SIZE }, charter);
}

void store_topic_scan(struct store_txn *txn, bool (*visit)(void *arg, const uint8_t id[STORE_ID_SIZE], struct bytes charter),
                      void *arg)
{
    struct entry_key all;
    struct scan scan;
    struct bytes value;
    bool go_on = true;

    key_start(&all, TABLE_TOPIC);
    scan_start(&scan, &all, all.size);
    while (go_on && scan_next(txn, &scan, &value)) {
        if (value.size < STORE_ID_SIZE)
            txn_damaged(txn, &scan.key);
        else
            go_on = visit(arg, value.data, (struct bytes){ value.data + STORE_ID_SIZE, value.size - STORE_ID_SIZE });
    }
    scan_end(&scan);
}

void store_topic_erase(struct store_txn *txn, const uint8_t id[STORE_ID_SIZE])
{
    static const enum table tables[] = { TABLE_TOPIC, TABLE_TOPIC_SIZE, TABLE_RECORD, TABLE_RECORD_ID, TABLE_SETTING };
    struct entry_key key;
    struct bytes sealed;
    struct scan scan;

    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        topic_key(&key, txn, tables[i], id);
        scan_start(&scan, &key, key.size);
        while (scan_next_key(txn, &scan, &sealed))
            txn_delete(txn, &scan.key);
        scan_end(&scan);
    }
}

/* ---- Records. */

struct size_row {
    struct store_topic_size size;
    uint64_t next_place;
};

static void size_read(struct store_txn *txn, struct size_row *out, const uint8_t *topic)
{
    struct entry_key key;
    struct bytes value;

    *out = (struct size_row){ .next_place = 1 };
    topic_key(&key, txn, TABLE_TOPIC_SIZE, topic);
    if (!txn_get(txn, &value, &key))
        return;
    if (value.size != SIZE_ROW) {
        txn_damaged(txn, &key);
        return;
    }
    out->size.records = be64_read(value.data);
    out->size.bytes = be64_read(value.data + 8);
    out->next_place = be64_read(value.data + 16);
}

static void size_put(struct store_txn *txn, const struct size_row *row, const uint8_t *topic)
{
    uint8_t value[SIZE_ROW];
    struct entry_key key;

    be64_write(value, row->size.records);
    be64_write(value + 8, row->size.bytes);
    be64_write(value + 16, row->next_place);
    topic_key(&key, txn, TABLE_TOPIC_SIZE, topic);
    txn_put(txn, &key, BYTES(value));
}

static void id_key(struct entry_key *key, const struct store_txn *txn, const uint8_t *topic, const uint8_t *id)
{
    topic_key(key, txn, TABLE_RECORD_ID, topic);
    key_tag(key, txn->store->keys, (struct bytes){ id, STORE_ID_SIZE });
}

bool store_record_has(struct store_txn *txn, const uint8_t topic[STORE_ID_SIZE], const uint8_t id[STORE_ID_SIZE])
{
    struct entry_key key;

    id_key(&key, txn, topic, id);
    return txn_has(txn, &key);
}

bool store_record_put(struct store_txn *txn, const uint8_t topic[STORE_ID_SIZE], const uint8_t id[STORE_ID_SIZE],
                      uint64_t arrival_ms, struct bytes bytes)
{
    uint8_t head[RECORD_HEAD], place[8];
    struct entry_key by_id, by_place;
    struct size_row row;

    id_key(&by_id, txn, topic, id);
    if (txn_has(txn, &by_id))
        return false;
    size_read(txn, &row, topic);
    memcpy(head, id, STORE_ID_SIZE);
    be64_write(head + STORE_ID_SIZE, arrival_ms);
    be64_write(place, row.next_place);
    topic_key(&by_place, txn, TABLE_RECORD, topic);
    key_u64(&by_place, row.next_place);
    put_joined(txn, &by_place, BYTES(head), bytes);
    txn_put(txn, &by_id, BYTES(place));
    row.next_place++;
    row.size.records++;
    row.size.bytes += bytes.size;
    size_put(txn, &row, topic);
    return txn->status == STATUS_OK;
}

static bool record_read(struct store_record *out, const struct entry_key *key, struct bytes value)
{
    if (value.size < RECORD_HEAD)
        return false;
    memcpy(out->id, value.data, STORE_ID_SIZE);
    out->arrival_ms = be64_read(value.data + STORE_ID_SIZE);
    out->place = key_last_u64(key);
    out->bytes = (struct bytes){ value.data + RECORD_HEAD, value.size - RECORD_HEAD };
    return true;
}

bool store_record_get(struct store_txn *txn, struct store_record *out, const uint8_t topic[STORE_ID_SIZE],
                      const uint8_t id[STORE_ID_SIZE])
{
    struct entry_key key, by_place;
    struct bytes value;

    id_key(&key, txn, topic, id);
    if (!txn_get(txn, &value, &key))
        return false;
    if (value.size != 8) {
        txn_damaged(txn, &key);
        return false;
    }
    topic_key(&by_place, txn, TABLE_RECORD, topic);
    key_u64(&by_place, be64_read(value.data));
    if (!txn_get(txn, &value, &by_place) || !record_read(out, &by_place, value) ||
        memcmp(out->id, id, STORE_ID_SIZE) != 0) {
        txn_damaged(txn, &by_place);
        return false;
    }
    return true;
}

void store_record_scan(struct store_txn *txn, const uint8_t topic[STORE_ID_SIZE], uint64_t from_place,
                       bool (*visit)(void *arg, const struct store_record *record), void *arg)
{
    struct store_record record;
    struct entry_key from;
    struct scan scan;
    struct bytes value;
    bool go_on = true;
    size_t prefix;

    topic_key(&from, txn, TABLE_RECORD, topic);
    prefix = from.size;
    key_u64(&from, from_place);
    scan_start(&scan, &from, prefix);
    while (go_on && scan_next(txn, &scan, &value)) {
        if (scan.key.size == from.size && record_read(&record, &scan.key, value))
            go_on = visit(arg, &record);
        else
            txn_damaged(txn, &scan.key);
    }
    scan_end(&scan);
}

void store_topic_size(struct store_txn *txn, struct store_topic_size *out, const uint8_t topic[STORE_ID_SIZE])
{
    struct size_row row;

    size_read(txn, &row, topic);
    *out = row.size;
}

/* ---- Settings. */

static void setting_key(struct entry_key *key, const struct store_txn *txn, const uint8_t *topic, const char *name)
{
    size_t size = strlen(name);

    assert(size > 0 && size < STORE_SETTING_NAME_MAX);
    topic_key(key, txn, TABLE_SETTING, topic);
    key_tag(key, txn->store->keys, (struct bytes){ (const uint8_t *)name, size });
}

void store_setting_put(struct store_txn *txn, const uint8_t *topic, const char *name, struct bytes value)
{
    struct entry_key key;

    setting_key(&key, txn, topic, name);
    txn_put(txn, &key, value);
}

bool store_setting_get(struct store_txn *txn, struct bytes *out, const uint8_t *topic, const char *name)
{
    struct entry_key key;

    setting_key(&key, txn, topic, name);
    return txn_get(txn, out, &key);
}

void store_setting_delete(struct store_txn *txn, const uint8_t *topic, const char *name)
{
    struct entry_key key;

    setting_key(&key, txn, topic, name);
    txn_delete(txn, &key);
}
