/* relay.c - signed records from one publisher passed on to N subscribers: deliveries per CPU second of the
 * relay.
 *
 * Argument: N (50) subscribers, 1 to 64; --count: records instead of a time. The relay is this process,
 * publisher and subscribers are a child of it, which is not counted; loopback TCP between them. Ours: every
 * link is a session, records are opened, checked once and sealed to each subscriber. Reference in the same
 * run: the same loop on the same sockets with the same check and nothing sealed. At most WINDOW records are
 * under way, as a live network would have it, and the first subscriber reads all it gets and compares; the
 * others only take the bytes off. */
#include "tests/bench/bench.h"
#include "tests/support/session_pair.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RECORD_BYTES = 300, SUBSCRIBERS_MAX = 64, RING = 1000, BATCH = 128, WINDOW = 500, CHUNK = 1 << 16 };

/* A record: eight bytes of which the first is not 0 (so that padding is none), the author's key, text, a
 * signature. */
enum { KEY_AT = 8, SIGNATURE_AT = RECORD_BYTES - SIGNATURE_SIZE };

struct end {
    int fd;
    struct session *session; /* NULL: bare */
};

struct relay {
    const struct bench_options *options;
    size_t subscribers;
    struct end publisher[2], links[SUBSCRIBERS_MAX][2]; /* [0]: the load's end, [1]: the relay's */
    uint8_t ring[RING][RECORD_BYTES];
    uint64_t passed;     /* records, by the relay */
    uint8_t part[CHUNK]; /* of the bare stream: the beginning of a record */
    size_t part_size;
};

static void ring_fill(struct relay *relay)
{
    struct sign_key key;
    uint8_t seed[KEY_SIZE] = { 3 };

    sign_key_init(&key, seed);
    for (size_t i = 0; i < RING; i++) {
        uint8_t *record = relay->ring[i];

        memset(record, (int)i, RECORD_BYTES);
        be64_write(record, (uint64_t)1 << 56 | i);
        memcpy(record + KEY_AT, key.public_key, KEY_SIZE);
        sign_make(record + SIGNATURE_AT, &key, (struct bytes){ record, SIGNATURE_AT });
    }
}

/* ---- The relay. */

static bool write_all(int fd, struct bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t n = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);

        if (n < 0)
            return bench_fail("write to a subscriber");
        bytes.data += n;
        bytes.size -= (size_t)n;
    }
    return true;
}

static bool pass_on(struct relay *relay, struct bytes records)
{
    for (size_t at = 0; at < records.size; at += RECORD_BYTES) {
        const uint8_t *record = records.data + at;

        if (!sign_check(record + SIGNATURE_AT, record + KEY_AT, (struct bytes){ record, SIGNATURE_AT }))
            return bench_fail("a record does not verify");
    }
    for (size_t i = 0; i < relay->subscribers; i++) {
        struct end *link = &relay->links[i][1];

        if (link->session == NULL) {
            if (!write_all(link->fd, records))
                return false;
            continue;
        }
        if (!session_seal(link->session, records) || !write_all(link->fd, session_outgoing(link->session)))
            return false;
        session_drained(link->session);
    }
    relay->passed += records.size / RECORD_BYTES;
    return true;
}

/* The records at the head of a body; the rest is padding. */
static struct bytes records_of(struct bytes body)
{
    size_t size = 0;

    while (size + RECORD_BYTES <= body.size && body.data[size] != 0)
        size += RECORD_BYTES;
    return (struct bytes){ body.data, size };
}

static bool take_sealed(struct relay *relay, struct bytes chunk)
{
    struct session *session = relay->publisher[1].session;
    struct bytes body;
    bool found = true;

    if (session_take(session, chunk) != STATUS_OK)
        return bench_fail("the publisher's stream");
    while (found) {
        if (session_next(session, &body, &found) != STATUS_OK)
            return bench_fail("the publisher's frame");
        if (found && !pass_on(relay, records_of(body)))
            return false;
    }
    return true;
}

static bool take_bare(struct relay *relay, struct bytes chunk)
{
    size_t whole;

    memcpy(relay->part + relay->part_size, chunk.data, chunk.size);
    relay->part_size += chunk.size;
    whole = relay->part_size / RECORD_BYTES * RECORD_BYTES;
    if (!pass_on(relay, (struct bytes){ relay->part, whole }))
        return false;
    relay->part_size -= whole;
    memmove(relay->part, relay->part + whole, relay->part_size);
    return true;
}

static bool relay_goes_on(const struct relay *relay, uint64_t begin)
{
    if (relay->options->count > 0)
        return relay->passed < relay->options->count;
    return (double)(bench_cpu_ns() - begin) < relay->options->seconds * 1e9;
}

/* Deliveries per CPU second; 0: failed. */
static double relay_run(struct relay *relay)
{
    static uint8_t chunk[CHUNK - RECORD_BYTES];
    uint64_t begin = bench_cpu_ns();
    bool ok = true;

    while (ok && relay_goes_on(relay, begin)) {
        ssize_t n = read(relay->publisher[1].fd, chunk, sizeof chunk);
        struct bytes bytes = { chunk, n > 0 ? (size_t)n : 0 };

        ok = n > 0
                 ? (relay->publisher[1].session != NULL ? take_sealed(relay, bytes) : take_bare(relay, bytes))
                 : bench_fail("read from the publisher");
    }
    double spent = (double)(bench_cpu_ns() - begin) / 1e9;
    return ok && spent > 0 ? (double)relay->passed * (double)relay->subscribers / spent : 0;
}

/* ---- The load, in the child. */

struct load {
    struct relay *relay;
    uint64_t sent, received;
    struct bytes pending; /* of the publisher */
    uint8_t frame[BATCH * RECORD_BYTES], part[CHUNK + RECORD_BYTES];
    size_t part_size;
};

static void publish(struct load *load)
{
    struct end *publisher = &load->relay->publisher[0];
    size_t count = 0;

    while (count < BATCH && load->sent - load->received < WINDOW)
        memcpy(load->frame + count++ * RECORD_BYTES, load->relay->ring[load->sent++ % RING], RECORD_BYTES);
    load->pending = (struct bytes){ load->frame, count * RECORD_BYTES };
    if (count == 0 || publisher->session == NULL)
        return;
    session_drained(publisher->session);
    if (!session_seal(publisher->session, load->pending))
        _exit(3);
    load->pending = session_outgoing(publisher->session);
}

static void write_some(struct load *load)
{
    ssize_t n;

    if (load->pending.size == 0)
        publish(load);
    n = load->pending.size > 0 ? send(load->relay->publisher[0].fd, load->pending.data, load->pending.size,
                                      MSG_NOSIGNAL | MSG_DONTWAIT)
                               : 0;
    if (n > 0)
        load->pending = (struct bytes){ load->pending.data + n, load->pending.size - (size_t)n };
}

static void compare(struct load *load, struct bytes records)
{
    for (size_t at = 0; at < records.size; at += RECORD_BYTES)
        if (memcmp(records.data + at, load->relay->ring[load->received++ % RING], RECORD_BYTES) != 0)
            _exit(4);
}

static void read_first(struct load *load, struct bytes chunk)
{
    struct session *session = load->relay->links[0][0].session;
    struct bytes body;
    bool found = session != NULL;

    if (found && session_take(session, chunk) != STATUS_OK)
        _exit(5);
    while (found) {
        if (session_next(session, &body, &found) != STATUS_OK)
            _exit(5);
        if (found)
            compare(load, records_of(body));
    }
    if (session != NULL)
        return;
    memcpy(load->part + load->part_size, chunk.data, chunk.size);
    load->part_size += chunk.size;
    size_t whole = load->part_size / RECORD_BYTES * RECORD_BYTES;
    compare(load, (struct bytes){ load->part, whole });
    load->part_size -= whole;
    memmove(load->part, load->part + whole, load->part_size);
}

/* Until the relay hangs up. */
static _Noreturn void load_run(struct relay *relay)
{
    static struct load load;
    static uint8_t chunk[CHUNK];
    struct pollfd polls[SUBSCRIBERS_MAX + 1];

    load.relay = relay;
    for (size_t i = 0; i < relay->subscribers; i++)
        polls[i] = (struct pollfd){ .fd = relay->links[i][0].fd, .events = POLLIN };
    for (;;) {
        bool wants = load.pending.size > 0 || load.sent - load.received < WINDOW;

        polls[relay->subscribers] =
            (struct pollfd){ .fd = relay->publisher[0].fd, .events = wants ? POLLOUT : 0 };
        if (poll(polls, (nfds_t)relay->subscribers + 1, -1) < 0)
            _exit(6);
        if (polls[relay->subscribers].revents & POLLOUT)
            write_some(&load);
        for (size_t i = 0; i < relay->subscribers; i++) {
            ssize_t n = polls[i].revents != 0 ? recv(polls[i].fd, chunk, sizeof chunk, MSG_DONTWAIT) : -1;

            if (n == 0)
                _exit(load.received > 0 ? 0 : 7);
            if (n > 0 && i == 0)
                read_first(&load, (struct bytes){ chunk, (size_t)n });
        }
    }
}

/* ---- Both. */

/* The end that is not ours is closed, so that hanging up is noticed. */
static void keep_ends(struct relay *relay, int ours)
{
    close(relay->publisher[1 - ours].fd);
    for (size_t i = 0; i < relay->subscribers; i++)
        close(relay->links[i][1 - ours].fd);
}

static void hang_up(struct relay *relay)
{
    for (size_t i = 0; i < relay->subscribers; i++)
        shutdown(relay->links[i][1].fd, SHUT_WR);
}

static bool link_open(struct end link[2], bool sealed, int listener)
{
    static const uint8_t psk[1][KEY_SIZE] = { { 9 } }, seed[KEY_SIZE] = { 2 };
    static struct link_key key;
    static struct rng rng;
    struct session *pair[2] = { NULL, NULL };
    int fds[2];

    bench_rng(&rng, 0x66);
    link_key_init(&key, seed);
    if (!bench_connect(fds, listener) || (sealed && !session_pair_open(pair, &key, psk, &rng)))
        return false;
    for (int i = 0; i < 2; i++)
        link[i] = (struct end){ .fd = fds[i], .session = pair[i] };
    return true;
}

static double measure(struct relay *relay, bool sealed, int listener)
{
    bool ok = link_open(relay->publisher, sealed, listener);
    double rate = 0;
    int status = 1;

    relay->passed = 0;
    relay->part_size = 0;
    for (size_t i = 0; ok && i < relay->subscribers; i++)
        ok = link_open(relay->links[i], sealed, listener);
    if (!ok)
        return 0;
    pid_t child = fork();
    if (child == 0) {
        keep_ends(relay, 0);
        load_run(relay);
    }
    keep_ends(relay, 1);
    if (child > 0) {
        rate = relay_run(relay);
        hang_up(relay);
        waitpid(child, &status, 0);
    }
    close(relay->publisher[1].fd);
    session_free(relay->publisher[0].session);
    session_free(relay->publisher[1].session);
    for (size_t i = 0; i < relay->subscribers; i++) {
        close(relay->links[i][1].fd);
        session_free(relay->links[i][0].session);
        session_free(relay->links[i][1].session);
    }
    if (status != 0)
        fprintf(stderr, "bench: the load ended with %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return status == 0 ? rate : 0;
}

bool bench_relay(const struct bench_options *options)
{
    struct relay *relay = calloc(1, sizeof *relay);
    int listener = bench_listen();
    double bare = 0, ours = 0;

    if (relay != NULL && listener >= 0) {
        relay->options = options;
        relay->subscribers = bench_arg(options, 0, 50);
        if (relay->subscribers < 1 || relay->subscribers > SUBSCRIBERS_MAX)
            relay->subscribers = SUBSCRIBERS_MAX;
        ring_fill(relay);
        bare = measure(relay, false, listener);
        ours = bare > 0 ? measure(relay, true, listener) : 0;
        bench_emit(options, "limit-bare-verifying", "deliveries_per_relay_cpu_s", bare, "1/s");
        bench_emit(options, "coopair", "deliveries_per_relay_cpu_s", ours, "1/s");
        bench_emit(options, "coopair", "share_of_limit", bare > 0 ? ours / bare : 0, "1");
    }
    if (listener >= 0)
        close(listener);
    free(relay);
    return ours > 0;
}
