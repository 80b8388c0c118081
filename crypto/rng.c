/* rng.c - randomness from a seed the caller hands in: ChaCha20 with fast key erasure.
 *
 * Each draw takes one keystream: its first half block is the next key, the blocks after it are the answer.
 * Whoever steals the state later cannot run the cipher backwards, so what was drawn before stays unknown. */
#include "crypto/crypto.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

void rng_init(struct rng *rng, const uint8_t seed[KEY_SIZE])
{
    memcpy(rng->key, seed, KEY_SIZE);
}

void rng_fill(struct rng *rng, uint8_t *out, size_t size)
{
    static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES] = { 0 };
    uint8_t next[KEY_SIZE];

    crypto_stream_chacha20(next, sizeof next, nonce, rng->key);
    if (size > 0) {
        memset(out, 0, size);
        crypto_stream_chacha20_xor_ic(out, out, size, nonce, 1, rng->key);
    }
    memcpy(rng->key, next, sizeof next);
    sodium_memzero(next, sizeof next);
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    uint8_t bytes[8];
    uint64_t excess, n;

    assert(bound > 0);
    /* 2^64 mod bound values at the bottom are drawn again: what remains is a whole number of rounds. */
    excess = (0 - bound) % bound;
    do {
        rng_fill(rng, bytes, sizeof bytes);
        n = be64_read(bytes);
    } while (n < excess);
    sodium_memzero(bytes, sizeof bytes);
    return n % bound;
}

void rng_clear(struct rng *rng)
{
    sodium_memzero(rng, sizeof *rng);
}
