/* bulk.c - a stream of bytes over one link: sealed in frames, through loopback TCP, opened; both ends in one
 * thread.
 *
 * Frames as WIRE 2.2: two bytes of length sealed apart, then the body. References in the same run: the same
 * bytes written and read without any cipher; libsodium's AEAD on blocks of the same size; and their
 * combination. Arguments: MIB (64), and the bytes of one write (65 519, the largest body). */
#include "tests/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BODY_MAX = 65519, HEAD_SIZE = 2 + TAG_SIZE, FRAME_ROOM = HEAD_SIZE + BODY_MAX + TAG_SIZE };

struct pipe_ {
    int pair[2];
    size_t body; /* plain bytes of one frame */
    struct noise_cipher sending, receiving;
    uint8_t plain[BODY_MAX], frame[FRAME_ROOM], got[FRAME_ROOM];
};

/* Sends `size` bytes and takes them at the other end, a piece at a time as the kernel's buffers allow. */
static bool through_tcp(struct pipe_ *p, size_t size)
{
    size_t sent = 0, got = 0;

    while (got < size) {
        ssize_t n = sent < size ? write(p->pair[0], p->frame + sent, size - sent) : 0;

        if (n < 0 && errno != EAGAIN)
            return bench_fail("write");
        sent += n > 0 ? (size_t)n : 0;
        n = read(p->pair[1], p->got + got, size - got);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return bench_fail("read");
        if (n < 0)
            poll(&(struct pollfd){ .fd = p->pair[1], .events = POLLIN }, 1, 100);
        got += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool frame_of_ours(void *arg)
{
    struct pipe_ *p = arg;
    uint8_t length[2];

    be16_write(length, (uint16_t)p->body);
    noise_seal(&p->sending, p->frame, BYTES(length));
    noise_seal(&p->sending, p->frame + HEAD_SIZE, (struct bytes){ p->plain, p->body });
    if (!through_tcp(p, HEAD_SIZE + p->body + TAG_SIZE) ||
        !noise_open(&p->receiving, length, (struct bytes){ p->got, HEAD_SIZE }) ||
        be16_read(length) != p->body)
        return false;
    return noise_open(&p->receiving, p->got + HEAD_SIZE,
                      (struct bytes){ p->got + HEAD_SIZE, p->body + TAG_SIZE });
}

static bool bare_tcp(void *arg)
{
    struct pipe_ *p = arg;

    return through_tcp(p, p->body);
}

static bool bare_aead(void *arg)
{
    struct pipe_ *p = arg;
    uint8_t nonce[12] = { 0 };
    unsigned long long size;

    crypto_aead_chacha20poly1305_ietf_encrypt(p->frame, &size, p->plain, p->body, NULL, 0, NULL, nonce,
                                              p->plain);
    return crypto_aead_chacha20poly1305_ietf_decrypt(p->got, &size, NULL, p->frame, p->body + TAG_SIZE, NULL,
                                                     0, nonce, p->plain) == 0;
}

bool bench_bulk(const struct bench_options *options)
{
    struct bench_options fixed = *options;
    struct pipe_ *p = calloc(1, sizeof *p);
    int listener = bench_listen();
    bool ok = p != NULL && listener >= 0 && bench_connect(p->pair, listener);

    if (ok) {
        p->body = bench_arg(options, 1, BODY_MAX);
        p->body = p->body < 1 || p->body > BODY_MAX ? BODY_MAX : p->body;
        fixed.count = bench_arg(options, 0, 64) * 1048576 / p->body + 1;
        memset(p->sending.key, 7, KEY_SIZE);
        memset(p->receiving.key, 7, KEY_SIZE);
        for (int i = 0; i < 2; i++)
            fcntl(p->pair[i], F_SETFL, fcntl(p->pair[i], F_GETFL) | O_NONBLOCK);
        double mb = (double)p->body / 1e6, aead = mb * bench_rate(&fixed, bare_aead, p),
               tcp = mb * bench_rate(&fixed, bare_tcp, p);
        double ours = mb * bench_rate(&fixed, frame_of_ours, p), limit = 1 / (1 / aead + 1 / tcp);
        bench_emit(options, "limit-libsodium-aead", "bulk_per_cpu_s_both_ends", aead, "MB/cpu-s");
        bench_emit(options, "limit-tcp", "bulk_per_cpu_s_both_ends", tcp, "MB/cpu-s");
        bench_emit(options, "limit-aead-and-tcp", "bulk_per_cpu_s_both_ends", limit, "MB/cpu-s");
        bench_emit(options, "coopair", "bulk_per_cpu_s_both_ends", ours, "MB/cpu-s");
        bench_emit(options, "coopair", "share_of_limit", ours / limit, "1");
        close(p->pair[0]);
        close(p->pair[1]);
        ok = ours > 0;
    }
    if (listener >= 0)
        close(listener);
    free(p);
    return ok;
}
