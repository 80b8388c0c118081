/* standin_hash.c - in place of BLAKE2b and of the keystream that homes draw from: of links that come and go, and of records that are read
 * at every home, these were half of the work. As even as the real ones, and nothing that anybody who tries could not invert. */
#include <assert.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 4, BLOCK = 8 * LANES, HASH_MOST = 64 };

struct mixer {
    uint64_t lanes[LANES], size;
    uint8_t block[BLOCK];
    size_t used;
};
_Static_assert(sizeof(struct mixer) <= sizeof(crypto_generichash_state), "the state is the caller's");

static const uint64_t odd[LANES] = { UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xd6e8feb86659fd93), UINT64_C(0xa0761d6478bd642f),
                                     UINT64_C(0xe7037ed1a0b428db) };

static uint64_t fold(uint64_t x, uint64_t y)
{
    __extension__ unsigned __int128 product = (unsigned __int128)x * y;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static void block_add(struct mixer *mixer, const uint8_t block[BLOCK])
{
    uint64_t words[LANES];

    memcpy(words, block, sizeof words);
    for (int i = 0; i < LANES; i++)
        mixer->lanes[i] = fold(mixer->lanes[i] ^ words[i], odd[i]) + words[(i + 1) % LANES];
}

static void lanes_stir(uint64_t lanes[LANES])
{
    for (int i = 0; i < 3 * LANES; i++)
        lanes[i % LANES] = fold(lanes[i % LANES] ^ lanes[(i + 1) % LANES], odd[i % LANES]) + lanes[(i + 2) % LANES];
}

static void mixer_add(struct mixer *mixer, const uint8_t *data, size_t size)
{
    mixer->size += size;
    for (; mixer->used == 0 && size >= BLOCK; data += BLOCK, size -= BLOCK)
        block_add(mixer, data);
    while (size > 0) {
        size_t some = BLOCK - mixer->used < size ? BLOCK - mixer->used : size;

        memcpy(mixer->block + mixer->used, data, some);
        mixer->used += some;
        data += some;
        size -= some;
        if (mixer->used == BLOCK) {
            block_add(mixer, mixer->block);
            mixer->used = 0;
        }
    }
}

int standin_hash_init(crypto_generichash_state *state, const unsigned char *key, const size_t key_size, const size_t out_size)
{
    struct mixer *mixer = (struct mixer *)state;

    *mixer = (struct mixer){ .lanes = { out_size, key_size, odd[1], odd[2] } };
    if (key_size > 0)
        mixer_add(mixer, key, key_size);
    return 0;
}

int standin_hash_update(crypto_generichash_state *state, const unsigned char *in, unsigned long long size)
{
    mixer_add((struct mixer *)state, in, size);
    return 0;
}

int standin_hash_final(crypto_generichash_state *state, unsigned char *out, const size_t size)
{
    struct mixer *mixer = (struct mixer *)state;
    uint8_t all[HASH_MOST];

    assert(size <= sizeof all);
    memset(mixer->block + mixer->used, 0, BLOCK - mixer->used);
    block_add(mixer, mixer->block);
    mixer->lanes[0] ^= mixer->size;
    for (size_t at = 0; at < size; at += BLOCK) {
        lanes_stir(mixer->lanes);
        memcpy(all + at, mixer->lanes, BLOCK);
    }
    memcpy(out, all, size);
    return 0;
}

int standin_hash(unsigned char *out, size_t size, const unsigned char *in, unsigned long long in_size, const unsigned char *key,
                 size_t key_size)
{
    crypto_generichash_state state;

    standin_hash_init(&state, key, key_size, size);
    standin_hash_update(&state, in, in_size);
    return standin_hash_final(&state, out, size);
}

/* ---- The keystream: blocks of 64 bytes, of which a caller takes one after the other. */

int standin_stream_from(unsigned char *out, const unsigned char *in, unsigned long long size, const unsigned char *nonce, uint64_t block,
                        const unsigned char *key)
{
    uint64_t lanes[LANES];

    (void)nonce;
    memcpy(lanes, key, sizeof lanes);
    lanes[0] ^= (block + 1) * odd[3];
    for (unsigned long long at = 0; at < size; at += BLOCK) {
        size_t some = size - at < BLOCK ? size - at : BLOCK;
        uint64_t words[LANES] = { 0 };

        lanes_stir(lanes);
        memcpy(words, in + at, some);
        for (size_t i = 0; i < LANES; i++)
            words[i] ^= lanes[i];
        memcpy(out + at, words, some);
    }
    return 0;
}

int standin_stream(unsigned char *out, unsigned long long size, const unsigned char *nonce, const unsigned char *key)
{
    memset(out, 0, size);
    return standin_stream_from(out, out, size, nonce, 0, key);
}

/* Nothing to wipe: it has no secrets. */
void standin_stackzero(size_t size)
{
    (void)size;
}
