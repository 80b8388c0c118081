/* identity.c - hashes of lists, short keyed hashes, keys derived from one secret, Ed25519 signatures,
 * Curve25519 link keys.
 *
 * One framing for all hashes: the label and every part are preceded by their length, so two different lists
 * never feed the same bytes to BLAKE2b. With a secret as BLAKE2b's key the same function is the key
 * derivation. */
#include "crypto/crypto.h"
#include "crypto/stack_depth.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static void absorb(crypto_generichash_state *state, struct bytes part)
{
    uint8_t size[8];

    be64_write(size, part.size);
    crypto_generichash_update(state, size, sizeof size);
    crypto_generichash_update(state, part.data, part.size);
}

static void hash_keyed(uint8_t out[HASH_SIZE], const uint8_t *secret, const char *label,
                       const struct bytes *parts, size_t count)
{
    crypto_generichash_state state;
    int failed;

    failed = crypto_generichash_init(&state, secret, secret ? KEY_SIZE : 0, HASH_SIZE);
    assert(!failed);
    absorb(&state, (struct bytes){ (const uint8_t *)label, strlen(label) });
    for (size_t i = 0; i < count; i++)
        absorb(&state, parts[i]);
    crypto_generichash_final(&state, out, HASH_SIZE);
    sodium_memzero(&state, sizeof state);
    sodium_stackzero(HASH_DEPTH);
}

void hash_parts(uint8_t out[HASH_SIZE], const char *label, const struct bytes *parts, size_t count)
{
    hash_keyed(out, NULL, label, parts, count);
}

void derive_key(uint8_t out[KEY_SIZE], const uint8_t secret[KEY_SIZE], const char *label,
                const struct bytes *parts, size_t count)
{
    hash_keyed(out, secret, label, parts, count);
}

uint64_t short_hash(const uint8_t key[SHORT_KEY_SIZE], struct bytes message)
{
    uint8_t hash[crypto_shorthash_BYTES];
    uint64_t n = 0;

    crypto_shorthash(hash, message.data, message.size, key);
    for (size_t i = sizeof hash; i > 0; i--)
        n = n << 8 | hash[i - 1];
    return n;
}

void sign_key_init(struct sign_key *key, const uint8_t seed[KEY_SIZE])
{
    crypto_sign_seed_keypair(key->public_key, key->secret_key, seed);
    sodium_stackzero(POINT_DEPTH);
}

void sign_key_clear(struct sign_key *key)
{
    sodium_memzero(key, sizeof *key);
}

void sign_make(uint8_t out[SIGNATURE_SIZE], const struct sign_key *key, struct bytes message)
{
    crypto_sign_detached(out, NULL, message.data, message.size, key->secret_key);
    sodium_stackzero(POINT_DEPTH);
}

bool sign_check(const uint8_t signature[SIGNATURE_SIZE], const uint8_t public_key[KEY_SIZE],
                struct bytes message)
{
    return crypto_sign_verify_detached(signature, message.data, message.size, public_key) == 0;
}

void link_key_init(struct link_key *key, const uint8_t seed[KEY_SIZE])
{
    memcpy(key->secret_key, seed, KEY_SIZE);
    crypto_scalarmult_base(key->public_key, key->secret_key);
    sodium_stackzero(POINT_DEPTH);
}

void link_key_clear(struct link_key *key)
{
    sodium_memzero(key, sizeof *key);
}
