/* layout.c - the table of key layouts, and the sealing of values.
 *
 * Keys are big-endian, so byte order is number order. Names (topics, records, link keys, meters) enter as keyed BLAKE2b
 * tags of 16 bytes: nobody without the key can link the file to a group, or choose two ids that collide. Sealing cannot
 * fail; unsealing fails when one bit of the value or of its key differs. */
#include "store/layout.h"

#include "crypto/crypto.h"
#include "crypto/labels.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum field { FIELD_END, FIELD_TAG, FIELD_U16, FIELD_U64 };

static const struct {
    const char *name;
    enum field fields[4];
} layouts[TABLES] = {
    [TABLE_HEAD] = { "head", { FIELD_END } },
    [TABLE_STATE] = { "number of the state", { FIELD_END } },
    [TABLE_SETTING] = { "settings and secrets", { FIELD_TAG /* topic */, FIELD_TAG /* name */ } },
    [TABLE_PEER] = { "peers", { FIELD_TAG /* group */, FIELD_TAG /* link key */ } },
    [TABLE_JOURNAL] = { "journal", { FIELD_U64 /* place */ } },
    [TABLE_TOPIC] = { "topics", { FIELD_TAG /* topic */ } },
    [TABLE_TOPIC_SIZE] = { "sizes of topics", { FIELD_TAG /* topic */ } },
    [TABLE_RECORD] = { "records", { FIELD_TAG /* topic */, FIELD_U64 /* place */ } },
    [TABLE_RECORD_ID] = { "ids of records", { FIELD_TAG /* topic */, FIELD_TAG /* id */ } },
    [TABLE_SERIES] = { "list of series", { FIELD_TAG /* meter and quantity */ } },
    [TABLE_BLOCK] = { "meter readings", { FIELD_U16 /* series */, FIELD_U64 /* start of the first */ } },
    [TABLE_ACCOUNT] = { "list of accounts", { FIELD_TAG /* name */ } },
    [TABLE_MOVEMENT] = { "account movements", { FIELD_U16 /* account */, FIELD_U64 /* stretch of 32 days */ } },
    [TABLE_HEALTH] = { "lines of health statements", { FIELD_U16 /* payer */, FIELD_U64 /* day of care */ } },
};

const char *table_name(uint8_t table)
{
    return table < TABLES && layouts[table].name ? layouts[table].name : "unknown table";
}

void store_keys_init(struct store_keys *out, const uint8_t key[STORE_KEY_SIZE])
{
    derive_key(out->seal, key, LABEL_STORE_SEAL, NULL, 0);
    derive_key(out->name, key, LABEL_STORE_NAME, NULL, 0);
    derive_key(out->check, key, LABEL_STORE_CHECK, NULL, 0);
}

void key_start(struct entry_key *key, enum table table)
{
    assert(table > 0 && table < TABLES);
    memset(key, 0, sizeof *key);
    key->bytes[0] = (uint8_t)table;
    key->size = 1;
}

static uint8_t *key_field(struct entry_key *key, enum field field, size_t size)
{
    uint8_t *at = key->bytes + key->size;

    assert(layouts[key->bytes[0]].fields[key->fields] == field && key->size + size <= sizeof key->bytes);
    key->fields++;
    key->size += size;
    return at;
}

void key_tag(struct entry_key *key, const struct store_keys *keys, struct bytes name)
{
    uint8_t place[2] = { key->bytes[0], (uint8_t)key->fields };
    crypto_generichash_state state;

    /* The place is hashed too, so one topic has unlinkable tags in two tables. */
    crypto_generichash_init(&state, keys->name, sizeof keys->name, TAG_BYTES);
    crypto_generichash_update(&state, place, sizeof place);
    crypto_generichash_update(&state, name.data, name.size);
    crypto_generichash_final(&state, key_field(key, FIELD_TAG, TAG_BYTES), TAG_BYTES);
    sodium_memzero(&state, sizeof state);
}

void key_u16(struct entry_key *key, uint16_t n)
{
    be16_write(key_field(key, FIELD_U16, 2), n);
}

void key_u64(struct entry_key *key, uint64_t n)
{
    be64_write(key_field(key, FIELD_U64, 8), n);
}

uint64_t key_last_u64(const struct entry_key *key)
{
    assert(key->size > 8);
    return be64_read(key->bytes + key->size - 8);
}

void value_seal(uint8_t *out, const struct store_keys *keys, struct bytes key, struct bytes plain)
{
    /* 24 random bytes never meet twice: no counter to keep, and an older file put back cannot repeat one. */
    randombytes_buf(out, SEAL_NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + SEAL_NONCE, NULL, plain.data, plain.size, key.data, key.size, NULL, out,
                                               keys->seal);
}

bool value_unseal(uint8_t *out, const struct store_keys *keys, struct bytes key, struct bytes sealed)
{
    return sealed.size >= SEALED_EXTRA &&
           crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data + SEAL_NONCE, sealed.size - SEAL_NONCE,
                                                      key.data, key.size, sealed.data, keys->seal) == 0;
}
