/* main.c - bench NAME... [--json] [--seconds S] [--count N] [ARGUMENT...]: the table of benches, and what they
 * share. Several names run one after the other. An unknown NAME lists them and ends with 2. */
#include "tests/bench/bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *name;
    bool (*run)(const struct bench_options *options);
    const char *summary;
} benches[] = {
    { "bulk", bench_bulk, "[MIB [WRITE]]: bytes over one link, sealed in frames, both ends" },
    { "handshake", bench_handshake, "XX with psk0, both ends; over loopback TCP, or in memory with --count" },
    { "import", bench_import, "[FILE]: a year of half-hours and 10 MB of them, or a meter file, into readings" },
    { "linkage", bench_linkage, "[FILE]: can a home be found again by what it tells?" },
    { "proofs", bench_proofs, "[N [V]]: range proofs, ring proofs, deals of V values, openings, a round of N homes" },
    { "reconcile", bench_reconcile, "[N [D [scattered|recent]]]: two sets told apart, both sides" },
    { "relay", bench_relay, "[N]: signed records passed on to N subscribers" },
    { "sessions", bench_sessions, "[N]: memory that an idle link costs one end" },
    { "store", bench_store, "[FOLDER [N [sorted|random]]]: meter readings into the store and back" },
};

/* ---- Clocks and results. */

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t bench_cpu_ns(void)
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t bench_wall_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

void bench_emit(const struct bench_options *options, const char *peer, const char *metric, double value,
                const char *unit)
{
    if (options->json)
        printf("{\"bench\":\"%s\",\"peer\":\"%s\",\"metric\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"}\n",
               options->name, peer, metric, value, unit);
    else
        printf("%-10s %-20s %-40s %12.6g %s\n", options->name, peer, metric, value, unit);
    fflush(stdout);
}

double bench_rate(const struct bench_options *options, bool (*once)(void *arg), void *arg)
{
    uint64_t begin = bench_cpu_ns(), done = 0, spent = 0;

    while (options->count > 0 ? done < options->count : (double)spent < options->seconds * 1e9) {
        if (!once(arg))
            return 0;
        done++;
        spent = bench_cpu_ns() - begin;
    }
    return (double)done * 1e9 / (double)(spent > 0 ? spent : 1);
}

uint64_t bench_arg(const struct bench_options *options, size_t i, uint64_t standard)
{
    char *end;
    uint64_t value = strtoull(options->args[i], &end, 10);

    return options->args[i][0] == '\0' || *end != '\0' ? standard : value;
}

bool bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    return false;
}

void bench_rng(struct rng *rng, uint8_t mark)
{
    uint8_t seed[KEY_SIZE];

    memset(seed, mark, sizeof seed);
    rng_init(rng, seed);
}

/* ---- Sockets. */

int bench_listen(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 128) == 0)
        return fd;
    bench_fail("listen on loopback");
    if (fd >= 0)
        close(fd);
    return -1;
}

bool bench_connect(int pair[2], int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int on = 1;

    /* The kernel completes a connection to a listening socket by itself, so one thread can be both ends. A
     * close with a reset leaves no port waiting behind, of which thousands a second would soon be all. */
    struct linger reset = { .l_onoff = 1, .l_linger = 0 };

    pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (pair[0] < 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
        connect(pair[0], (struct sockaddr *)&address, size) != 0)
        return bench_fail("connect on loopback");
    pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (pair[1] < 0)
        return bench_fail("accept on loopback");
    for (int i = 0; i < 2; i++)
        if (setsockopt(pair[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
            setsockopt(pair[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0)
            return bench_fail("set up a socket");
    return true;
}

/* ---- The table. */

static int usage(void)
{
    fputs("usage: bench NAME... [--json] [--seconds S] [--count N] [ARGUMENT...]\n", stderr);
    for (size_t i = 0; i < ARRAY_SIZE(benches); i++)
        fprintf(stderr, "  %-10s %s\n", benches[i].name, benches[i].summary);
    return 2;
}

static size_t bench_of(const char *name)
{
    size_t i = 0;

    while (i < ARRAY_SIZE(benches) && strcmp(name, benches[i].name) != 0)
        i++;
    return i;
}

int main(int argc, char **argv)
{
    struct bench_options options = { .name = "", .seconds = 2, .args = { "", "", "", "" } };
    size_t args = 0;
    int names = 1;
    bool ok = true;

    while (names < argc && bench_of(argv[names]) < ARRAY_SIZE(benches))
        names++;
    for (int i = names; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            options.json = true;
        else if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc)
            options.seconds = strtod(argv[++i], NULL);
        else if (strcmp(argv[i], "--count") == 0 && i + 1 < argc)
            options.count = strtoull(argv[++i], NULL, 10);
        else if (argv[i][0] != '-' && args < ARRAY_SIZE(options.args) && names > 1)
            options.args[args++] = argv[i];
        else
            return usage();
    }
    if (names == 1)
        return usage();
    if (sodium_init() < 0)
        return 1;
    for (int i = 1; i < names; i++) {
        options.name = argv[i];
        ok = benches[bench_of(argv[i])].run(&options) && ok;
    }
    return ok ? 0 : 1;
}
