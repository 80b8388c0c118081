/* bench.h - what every bench shares: clocks, options, one line per result.
 *
 * A figure means something only beside its reference, so each bench measures both in the same run,
 * alternating, and says "coopair" or "limit-..." (what the bare library or system call allows on this
 * machine) as the peer. Rates are per second of CPU time of this process, which other programs on the
 * machine disturb little. Nothing here is a test: no bench fails because a machine is slow. */
#ifndef COOP_TESTS_BENCH_H
#define COOP_TESTS_BENCH_H

#include "crypto/crypto.h"

struct bench_options {
    const char *name;
    bool json;
    double seconds;      /* of CPU time per measurement */
    uint64_t count;      /* fixed number of operations instead (callgrind); 0: by time */
    const char *args[4]; /* what else the bench takes, "" beyond */
};

/* Each returns false after saying on stderr what went wrong. One file per bench. */
bool bench_bulk(const struct bench_options *options);
bool bench_handshake(const struct bench_options *options);
bool bench_import(const struct bench_options *options);
bool bench_linkage(const struct bench_options *options);
bool bench_proofs(const struct bench_options *options);
bool bench_reconcile(const struct bench_options *options);
bool bench_relay(const struct bench_options *options);
bool bench_sessions(const struct bench_options *options);
bool bench_store(const struct bench_options *options);

uint64_t bench_cpu_ns(void);
uint64_t bench_wall_ns(void);
/* One result line, JSON with --json, aligned text without. */
void bench_emit(const struct bench_options *options, const char *peer, const char *metric, double value,
                const char *unit);
uint64_t bench_arg(const struct bench_options *options, size_t i, uint64_t standard);
bool bench_fail(const char *what); /* prints it with errno, returns false */

/* Calls `once` until the budget is used up (or options->count times); calls per CPU second. */
double bench_rate(const struct bench_options *options, bool (*once)(void *arg), void *arg);

/* A deterministic source of bytes: results must not depend on the run. */
void bench_rng(struct rng *rng, uint8_t mark);

/* A listening socket on loopback, and a pair of connected TCP sockets through it (Nagle off), both ends in
 * this process. */
int bench_listen(void);
bool bench_connect(int pair[2], int listener);

#endif
