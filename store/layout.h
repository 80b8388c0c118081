/* layout.h - where things lie in the one tree, and how they are hidden. Private to the room. */
#ifndef COOP_STORE_LAYOUT_H
#define COOP_STORE_LAYOUT_H

#include "store/store.h"

/* The first byte of every key. */
enum table {
    TABLE_HEAD = 1, TABLE_STATE, TABLE_SETTING, TABLE_PEER, TABLE_JOURNAL, TABLE_TOPIC, TABLE_TOPIC_SIZE, TABLE_RECORD,
    TABLE_RECORD_ID, TABLE_SERIES, TABLE_BLOCK, TABLE_ACCOUNT, TABLE_MOVEMENT, TABLE_HEALTH, TABLES
};

enum { ENTRY_KEY_MAX = 1 + 16 + 16, TAG_BYTES = 16, SEAL_NONCE = 24, SEALED_EXTRA = SEAL_NONCE + 16, HEAD_CHECK = 16 };

/* Everything derived from the storage key; lives in locked memory. */
struct store_keys {
    uint8_t seal[STORE_KEY_SIZE], name[STORE_KEY_SIZE], check[STORE_KEY_SIZE];
};
void store_keys_init(struct store_keys *out, const uint8_t key[STORE_KEY_SIZE]);

/* A key of the tree, built field by field in the order that layout.c lists (asserted). A key with fields
 * missing at its end is the prefix of all that begin so. */
struct entry_key {
    uint8_t bytes[ENTRY_KEY_MAX];
    size_t size;
    unsigned fields;
};
void key_start(struct entry_key *key, enum table table);
void key_tag(struct entry_key *key, const struct store_keys *keys, struct bytes name); /* a keyed hash stands for the name */
void key_u16(struct entry_key *key, uint16_t n);
void key_u64(struct entry_key *key, uint64_t n);
uint64_t key_last_u64(const struct entry_key *key);
const char *table_name(uint8_t table); /* for sentences; any byte is fine */

/* Sealing of one value, bound to its key. out holds plain.size + SEALED_EXTRA. */
void value_seal(uint8_t *out, const struct store_keys *keys, struct bytes key, struct bytes plain);
/* out holds sealed.size - SEALED_EXTRA; false: not what was written under this key. */
bool value_unseal(uint8_t *out, const struct store_keys *keys, struct bytes key, struct bytes sealed);

#endif
