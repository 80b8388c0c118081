/* handshake.c - how much of a handshake is curve and system call, and how much is us.
 *
 * Both ends of XX with psk0, as links do it (WIRE 2.1), one after the other over loopback TCP: connect,
 * three messages, split, close. References in the same run: the primitives such a handshake cannot do
 * without, called back to back; connect, one byte there and back, close; and their combination, 1 /
 * (1/crypto + 1/tcp). With --count N: in memory only, N times, nothing else, for counting instructions. */
#include "tests/bench/bench.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_ROOM = 256, XX_MESSAGES = 3 };

struct state {
    struct link_key keys[2];
    uint8_t psk[KEY_SIZE];
    struct rng rng;
    int listener;
    bool failed;
};

/* ---- Ours. */

static bool begin(struct noise_handshake sides[2], const struct state *state)
{
    static const uint8_t prologue[] = "coopair/1 bench";

    for (int i = 0; i < 2; i++) {
        struct noise_setup setup = { .pattern = NOISE_XX,
                                     .psk_place = 0,
                                     .initiator = i == 0,
                                     .prologue = BYTES(prologue),
                                     .psk = state->psk,
                                     .local_static = &state->keys[i] };

        if (noise_begin(&sides[i], &setup) != STATUS_OK)
            return false;
    }
    return true;
}

static bool carry(const int *pair, int from, uint8_t *message, size_t size)
{
    size_t got = 0;

    if (pair == NULL)
        return true;
    if (write(pair[from], message, size) != (ssize_t)size)
        return false;
    while (got < size) {
        ssize_t n = read(pair[1 - from], message + got, size - got);

        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    return true;
}

/* pair NULL: in memory. */
static bool shake(struct state *state, const int *pair)
{
    struct noise_handshake sides[2];
    struct noise_cipher ciphers[4];
    uint8_t message[MESSAGE_ROOM], payload[MESSAGE_ROOM];

    if (!begin(sides, state))
        return false;
    for (int i = 0; i < XX_MESSAGES; i++) {
        int from = i % 2;
        size_t size = sizeof message, left = sizeof payload;

        if (noise_write(&sides[from], message, &size, (struct bytes){ NULL, 0 }, &state->rng) != STATUS_OK ||
            !carry(pair, from, message, size) ||
            noise_read(&sides[1 - from], payload, &left, (struct bytes){ message, size }) != STATUS_OK)
            return false;
    }
    noise_split(&sides[0], &ciphers[0], &ciphers[1], NULL);
    noise_split(&sides[1], &ciphers[2], &ciphers[3], NULL);
    return memcmp(ciphers[0].key, ciphers[3].key, KEY_SIZE) == 0;
}

static bool in_memory(void *arg)
{
    return shake(arg, NULL);
}

static bool over_tcp(void *arg)
{
    struct state *state = arg;
    int pair[2];
    bool ok = bench_connect(pair, state->listener) && shake(state, pair);

    close(pair[0]);
    close(pair[1]);
    return ok;
}

/* ---- References. */

static bool bare_tcp(void *arg)
{
    struct state *state = arg;
    uint8_t byte = 1;
    int pair[2];
    bool ok = bench_connect(pair, state->listener) && carry(pair, 0, &byte, 1) && carry(pair, 1, &byte, 1);

    close(pair[0]);
    close(pair[1]);
    return ok;
}

static void mix(uint8_t chain[64], const uint8_t *in, size_t size)
{
    crypto_generichash(chain, 64, in, size, chain, 64);
}

/* XXpsk0, per side: one ephemeral key and three exchanges; five key mixes and a split of three HMACs each
 * and the psk's of four, an HMAC being two hashes over 128 and more bytes; about nine hash mixes; five seals
 * or opens (with a psk message 1 is sealed too). */
static bool primitives(void *arg)
{
    static const uint8_t zeros[192];
    struct state *state = arg;
    uint8_t secret[2][32], public[2][32], shared[32], chain[64] = { 0 }, box[64], nonce[12] = { 0 };
    unsigned long long size;

    for (int i = 0; i < 2; i++) {
        rng_fill(&state->rng, secret[i], 32);
        crypto_scalarmult_base(public[i], secret[i]);
    }
    for (int i = 0; i < 2; i++) {
        const uint8_t *own[3] = { secret[i], secret[i], state->keys[i].secret_key };
        const uint8_t *other[3] = { public[1 - i], state -> keys[1 - i].public_key, public[1 - i] };

        for (int j = 0; j < 3; j++)
            if (crypto_scalarmult(shared, own[j], other[j]) != 0)
                return false;
        for (int j = 0; j < (5 * 3 + 3 + 4) * 2; j++)
            mix(chain, zeros, sizeof zeros);
        for (int j = 0; j < 9; j++)
            mix(chain, zeros, 96);
        for (int j = 0; j < 5; j++) {
            crypto_aead_chacha20poly1305_ietf_encrypt(box, &size, shared, 32, chain, 64, NULL, nonce, chain);
            if (i == 1 && crypto_aead_chacha20poly1305_ietf_decrypt(box, &size, NULL, box, 48, chain, 64,
                                                                    nonce, chain) != 0)
                return false;
        }
    }
    return true;
}

bool bench_handshake(const struct bench_options *options)
{
    struct state state = { .listener = -1 };
    uint8_t seed[KEY_SIZE];

    bench_rng(&state.rng, 0x11);
    for (int i = 0; i < 2; i++) {
        rng_fill(&state.rng, seed, sizeof seed);
        link_key_init(&state.keys[i], seed);
    }
    rng_fill(&state.rng, state.psk, sizeof state.psk);
    double memory = bench_rate(options, in_memory, &state);
    if (memory == 0)
        return bench_fail("handshake in memory");
    bench_emit(options, "coopair", "handshakes_per_cpu_s_both_ends_memory", memory, "1/s");
    if (options->count > 0)
        return true;
    state.listener = bench_listen();
    if (state.listener < 0)
        return false;
    double crypto = bench_rate(options, primitives, &state), tcp = bench_rate(options, bare_tcp, &state);
    double ours = bench_rate(options, over_tcp, &state);
    close(state.listener);
    if (crypto == 0 || tcp == 0 || ours == 0)
        return false;
    double limit = 1 / (1 / crypto + 1 / tcp);
    bench_emit(options, "limit-crypto-only", "handshakes_per_cpu_s_both_ends_memory", crypto, "1/s");
    bench_emit(options, "limit-tcp", "connections_per_cpu_s_both_ends", tcp, "1/s");
    bench_emit(options, "limit-crypto-and-tcp", "handshakes_per_cpu_s_both_ends", limit, "1/s");
    bench_emit(options, "coopair", "handshakes_per_cpu_s_both_ends", ours, "1/s");
    bench_emit(options, "coopair", "share_of_limit", ours / limit, "1");
    return true;
}
