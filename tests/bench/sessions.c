/* sessions.c - memory that an idle link costs one of its ends, sockets apart.
 *
 * Argument: N (500) links, both ends in this process; the heap's growth over 2 N sessions, as the allocator
 * counts it: after the handshake, and after each link has carried a record each way and gone quiet. Reference
 * in the same run: what a link cannot do without, two keys with their nonces and the peer's key, allocated as
 * often. A sanitized build counts nothing. */
#include "tests/bench/bench.h"
#include "tests/support/session_pair.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES = 300 };

struct least {
    struct noise_cipher sending, receiving;
    uint8_t peer_key[KEY_SIZE];
};

static double heap_bytes(void)
{
    struct mallinfo2 info = mallinfo2();

    return (double)info.uordblks + (double)info.hblkhd;
}

static bool least_measure(const struct bench_options *options, void **blocks, size_t count)
{
    double before = heap_bytes();
    bool ok = true;

    for (size_t i = 0; i < count; i++)
        ok = (blocks[i] = malloc(sizeof(struct least))) != NULL && ok;
    bench_emit(options, "limit-keys", "heap_per_idle_session", (heap_bytes() - before) / (double)count, "B");
    for (size_t i = 0; i < count; i++)
        free(blocks[i]);
    return ok || bench_fail("memory");
}

/* One record over, taken out, and nothing left to say. */
static bool one_way(struct session *from, struct session *to)
{
    static const uint8_t record[RECORD_BYTES] = { 1 };
    struct bytes body;
    bool found;

    if (!session_seal(from, BYTES(record)) || !session_carry(from, to) ||
        session_next(to, &body, &found) != STATUS_OK || !found || body.size != session_padded(RECORD_BYTES) ||
        memcmp(body.data, record, RECORD_BYTES) != 0)
        return false;
    return session_next(to, &body, &found) == STATUS_OK && !found;
}

static bool ours(const struct bench_options *options, struct session *(*links)[2], size_t count)
{
    static uint8_t psk[1][KEY_SIZE], seed[KEY_SIZE] = { 1 };
    static struct rng rng;
    struct link_key key;
    double before = heap_bytes(), sessions = 2 * (double)count;
    bool ok = true;

    bench_rng(&rng, 0x55);
    link_key_init(&key, seed);
    for (size_t i = 0; ok && i < count; i++)
        ok = session_pair_open(links[i], &key, (const uint8_t(*)[KEY_SIZE])psk, &rng);
    bench_emit(options, "coopair", "heap_per_idle_session", (heap_bytes() - before) / sessions, "B");
    for (size_t i = 0; ok && i < count; i++)
        ok = one_way(links[i][0], links[i][1]) && one_way(links[i][1], links[i][0]);
    bench_emit(options, "coopair", "heap_per_session_gone_quiet", (heap_bytes() - before) / sessions, "B");
    for (size_t i = 0; i < count; i++) {
        session_free(links[i][0]);
        session_free(links[i][1]);
    }
    return ok || bench_fail("a session did not open or carry");
}

bool bench_sessions(const struct bench_options *options)
{
    size_t count = bench_arg(options, 0, 500);
    void **blocks = calloc(2 * count + 1, sizeof *blocks);
    struct session *(*links)[2] = calloc(count + 1, sizeof *links);
    bool ok = blocks != NULL && links != NULL && count > 0 && least_measure(options, blocks, 2 * count) &&
              ours(options, links, count);

    free(blocks);
    free(links);
    return ok;
}
