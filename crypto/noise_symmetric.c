/* noise_symmetric.c - what a handshake mixes, and the ciphers that it ends in: sections 4.3, 5.1 and 5.2 of the Noise specification.
 *
 * libsodium has no HMAC-BLAKE2b, so HKDF is written out here. Nothing can fail but an opening whose tag does not hold. */
#include "crypto/noise_symmetric.h"

#include "crypto/declassify.h"
#include "crypto/stack_depth.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { HMAC_BLOCK = 128 };

/* ---- Section 4.3: HMAC and HKDF over BLAKE2b-512. */

static void hash_two(uint8_t out[NOISE_HASH_SIZE], struct bytes a, struct bytes b)
{
    crypto_generichash_state hash;

    crypto_generichash_init(&hash, NULL, 0, NOISE_HASH_SIZE);
    crypto_generichash_update(&hash, a.data, a.size);
    crypto_generichash_update(&hash, b.data, b.size);
    crypto_generichash_final(&hash, out, NOISE_HASH_SIZE);
    sodium_memzero(&hash, sizeof hash);
    sodium_stackzero(HASH_DEPTH);
}

/* RFC 2104 with a key of one hash length. */
static void hmac(uint8_t out[NOISE_HASH_SIZE], const uint8_t key[NOISE_HASH_SIZE], struct bytes message)
{
    uint8_t pad[HMAC_BLOCK], inner[NOISE_HASH_SIZE];

    memset(pad, 0x36, sizeof pad);
    for (size_t i = 0; i < NOISE_HASH_SIZE; i++)
        pad[i] ^= key[i];
    hash_two(inner, BYTES(pad), message);
    for (size_t i = 0; i < HMAC_BLOCK; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    hash_two(out, BYTES(pad), BYTES(inner));
    sodium_memzero(pad, sizeof pad);
    sodium_memzero(inner, sizeof inner);
}

void noise_hkdf(uint8_t chain[NOISE_HASH_SIZE], uint8_t out[][NOISE_HASH_SIZE], unsigned count,
                struct bytes input)
{
    uint8_t key[NOISE_HASH_SIZE], block[NOISE_HASH_SIZE + 1];

    hmac(key, chain, input);
    block[0] = 1;
    hmac(chain, key, (struct bytes){ block, 1 });
    memcpy(block, chain, NOISE_HASH_SIZE);
    for (unsigned i = 0; i < count; i++) {
        block[NOISE_HASH_SIZE] = (uint8_t)(i + 2);
        hmac(out[i], key, BYTES(block));
        memcpy(block, out[i], NOISE_HASH_SIZE);
    }
    sodium_memzero(key, sizeof key);
    sodium_memzero(block, sizeof block);
}

/* ---- Section 5.1: the cipher. */

static void cipher_nonce(uint8_t out[12], uint64_t n)
{
    memset(out, 0, 4);
    for (size_t i = 0; i < 8; i++)
        out[4 + i] = (uint8_t)(n >> (8 * i));
}

static void cipher_encrypt(struct noise_cipher *cipher, uint8_t *out, struct bytes ad, struct bytes plain)
{
    uint8_t nonce[12];

    assert(cipher->nonce < UINT64_MAX);
    cipher_nonce(nonce, cipher->nonce++);
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain.data, plain.size, ad.data, ad.size, NULL,
                                              nonce, cipher->key);
}

static bool cipher_decrypt(struct noise_cipher *cipher, uint8_t *out, struct bytes ad, struct bytes sealed)
{
    uint8_t nonce[12];
    bool fine;

    assert(cipher->nonce < UINT64_MAX);
    cipher_nonce(nonce, cipher->nonce);
    fine = crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data, sealed.size, ad.data, ad.size,
                                                     nonce, cipher->key) == 0;
    declassify(&fine, sizeof fine); /* the link goes on or does not */
    cipher->nonce += fine;
    return fine;
}

/* ---- Section 5.2: the symmetric state. */

void noise_mix_hash(struct noise_handshake *state, struct bytes data)
{
    hash_two(state->hash, BYTES(state->hash), data);
}

void noise_mix_key(struct noise_handshake *state, struct bytes input)
{
    uint8_t key[1][NOISE_HASH_SIZE];

    noise_hkdf(state->chain, key, 1, input);
    memcpy(state->cipher.key, key[0], KEY_SIZE);
    state->cipher.nonce = 0;
    state->keyed = true;
    sodium_memzero(key, sizeof key);
}

void noise_mix_key_and_hash(struct noise_handshake *state, struct bytes input)
{
    uint8_t keys[2][NOISE_HASH_SIZE];

    noise_hkdf(state->chain, keys, 2, input);
    noise_mix_hash(state, BYTES(keys[0]));
    memcpy(state->cipher.key, keys[1], KEY_SIZE);
    state->cipher.nonce = 0;
    state->keyed = true;
    sodium_memzero(keys, sizeof keys);
}

size_t noise_encrypt_and_hash(struct noise_handshake *state, uint8_t *out, struct bytes plain)
{
    size_t size = plain.size;

    if (state->keyed) {
        cipher_encrypt(&state->cipher, out, BYTES(state->hash), plain);
        size += TAG_SIZE;
    } else if (plain.size > 0) {
        memmove(out, plain.data, plain.size);
    }
    noise_mix_hash(state, (struct bytes){ out, size });
    return size;
}

bool noise_decrypt_and_hash(struct noise_handshake *state, uint8_t *out, struct bytes sealed)
{
    uint8_t hash[NOISE_HASH_SIZE];

    hash_two(hash, BYTES(state->hash), sealed);
    if (state->keyed) {
        if (!cipher_decrypt(&state->cipher, out, BYTES(state->hash), sealed))
            return false;
    } else if (sealed.size > 0) {
        memmove(out, sealed.data, sealed.size);
    }
    memcpy(state->hash, hash, sizeof hash);
    return true;
}

/* ---- Transport. */

void noise_seal(struct noise_cipher *cipher, uint8_t *out, struct bytes plain)
{
    cipher_encrypt(cipher, out, (struct bytes){ NULL, 0 }, plain);
}

bool noise_open(struct noise_cipher *cipher, uint8_t *out, struct bytes sealed)
{
    return cipher_decrypt(cipher, out, (struct bytes){ NULL, 0 }, sealed);
}

/* Section 4.2: the first 32 bytes of a block of zeros sealed under the one nonce no message may use. */
void noise_rekey(struct noise_cipher *cipher)
{
    static const uint8_t zeros[KEY_SIZE] = { 0 };
    uint8_t nonce[12], sealed[KEY_SIZE + TAG_SIZE];

    cipher_nonce(nonce, UINT64_MAX);
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, zeros, sizeof zeros, NULL, 0, NULL, nonce,
                                              cipher->key);
    memcpy(cipher->key, sealed, KEY_SIZE);
    sodium_memzero(sealed, sizeof sealed);
}
