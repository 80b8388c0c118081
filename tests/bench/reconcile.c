/* reconcile.c - two sets of record ids brought to know their differences: bytes, CPU of both sides, largest
 * payload.
 *
 * Arguments: N (100 000) records on each side, D (1 000) differences, half on each side, scattered or recent
 * (the new ones are the last in order of id, as they would be for a method that compares ranges; coded
 * symbols do not care). References in the same run: the plain list of ids of 32 bytes; what short ids of 8
 * bytes cannot go below, which is 8 bytes to tell the decoder of each difference and 8 to ask for those it
 * lacks; and the two hashes of every id on both sides, without which no keyed short ids exist. */
#include "tests/bench/bench.h"
#include "tests/support/sync_pair.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct side {
    uint8_t (*ids)[ID_SIZE];
    size_t count;
    size_t given;
    bool done, equal;
};

struct traffic {
    uint64_t bytes, payloads, largest, turns;
};

static void random_ids(uint8_t (*ids)[ID_SIZE], size_t count, bool recent, struct rng *rng)
{
    rng_fill(rng, ids[0], count * ID_SIZE);
    for (size_t i = 0; recent && i < count; i++)
        ids[i][0] = 0xff;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, ID_SIZE);
}

/* `different` ids of each side are its own, the rest both have. */
static bool sets_make(struct side sides[2], size_t count, size_t different, bool recent)
{
    uint8_t(*all)[ID_SIZE] = malloc((count + 2 * different + 1) * ID_SIZE);
    struct rng rng;

    bench_rng(&rng, 0x44);
    for (int i = 0; i < 2; i++) {
        sides[i] = (struct side){ .ids = malloc((count + 1) * ID_SIZE), .count = count };
        if (all == NULL || sides[i].ids == NULL) {
            free(all);
            return bench_fail("memory");
        }
    }
    random_ids(all, count - different, false, &rng);
    random_ids(all + count - different, 2 * different, recent, &rng);
    for (size_t i = 0; i < 2; i++) {
        memcpy(sides[i].ids, all, (count - different) * ID_SIZE);
        memcpy(sides[i].ids + count - different, all + count - different + i * different,
               different * ID_SIZE);
        qsort(sides[i].ids, count, ID_SIZE, compare);
    }
    free(all);
    return true;
}

/* One payload over: it is what `out` of `from` holds; the answer is in out of the other side. */
static bool carry(struct sync *to, struct side *side, const struct sync_out *from, struct sync_out *out,
                  struct traffic *traffic)
{
    traffic->bytes += from->size;
    traffic->payloads++;
    traffic->largest = from->size > traffic->largest ? from->size : traffic->largest;
    if (sync_step(to, (struct bytes){ from->payload, from->size }, out) != STATUS_OK)
        return false;
    side->given += out->give_count;
    side->done = out->done;
    side->equal = out->equal;
    return true;
}

static bool talk(struct sync *syncs[2], struct side sides[2], struct sync_out outs[2],
                 struct traffic *traffic)
{
    for (unsigned from = 0; outs[from].size > 0; from = 1 - from, traffic->turns++) {
        bool more = true;

        while (more) {
            more = outs[from].more;
            if (!carry(syncs[1 - from], &sides[1 - from], &outs[from], &outs[1 - from], traffic))
                return false;
            if (more && sync_more(syncs[from], &outs[from]) != STATUS_OK)
                return false;
            sides[from].done = outs[from].done;
        }
    }
    return sides[0].done && sides[1].done;
}

static bool compare_sets(struct side sides[2], struct traffic *traffic, double *cpu_ms)
{
    static struct sync_out outs[2];
    /* A topic knows its digest before anybody asks. */
    struct sync_set sets[2] = { sync_set_of((const uint8_t(*)[ID_SIZE])sides[0].ids, sides[0].count),
                                sync_set_of((const uint8_t(*)[ID_SIZE])sides[1].ids, sides[1].count) };
    struct rng rng;
    uint64_t begin;
    bool ok;

    bench_rng(&rng, 0x45);
    *traffic = (struct traffic){ 0 };
    begin = bench_cpu_ns();
    struct sync *syncs[2] = {
        sync_begin(&sets[0], &rng, &outs[0]),
        sync_answer(&sets[1], &rng),
    };
    sides[0].given = sides[1].given = 0;
    ok = syncs[0] != NULL && syncs[1] != NULL && talk(syncs, sides, outs, traffic);
    *cpu_ms = (double)(bench_cpu_ns() - begin) / 1e6;
    sync_free(syncs[0]);
    sync_free(syncs[1]);
    return ok;
}

static double hashes_ms(const struct side sides[2])
{
    static const uint8_t key[SHORT_KEY_SIZE] = { 1 };
    uint8_t hash[crypto_shorthash_BYTES];
    uint64_t begin = bench_cpu_ns();

    for (int i = 0; i < 2; i++)
        for (size_t j = 0; j < sides[i].count; j++) {
            crypto_shorthash(hash, sides[i].ids[j], ID_SIZE, key);
            crypto_shorthash(hash, hash, sizeof hash, key);
        }
    return (double)(bench_cpu_ns() - begin) / 1e6;
}

static bool report(const struct bench_options *options, struct side sides[2], size_t different)
{
    double differences = different > 0 ? 2 * (double)different : 1, ms;
    struct side same[2] = { sides[0], sides[0] };
    struct traffic traffic;

    bench_emit(options, "limit-plain-ids", "bytes_per_difference",
               (double)sides[0].count * ID_SIZE / differences + ID_SIZE, "B");
    bench_emit(options, "limit-short-ids", "bytes_per_difference", 8 + 8.0 / 2, "B");
    bench_emit(options, "limit-hashes", "cpu_both_sides", hashes_ms(sides), "cpu-ms");
    if (!compare_sets(sides, &traffic, &ms) || sides[0].given != different || sides[1].given != different)
        return bench_fail("the comparison did not find the differences");
    bench_emit(options, "coopair", "bytes_per_difference", (double)traffic.bytes / differences, "B");
    bench_emit(options, "coopair", "cpu_both_sides", ms, "cpu-ms");
    bench_emit(options, "coopair", "largest_payload", (double)traffic.largest, "B");
    bench_emit(options, "coopair", "turns", (double)traffic.turns, "1");
    if (!compare_sets(same, &traffic, &ms) || !same[0].equal || !same[1].equal)
        return bench_fail("equal sets were not found equal");
    bench_emit(options, "coopair", "equal_sets_bytes", (double)traffic.bytes, "B");
    bench_emit(options, "coopair", "equal_sets_cpu_both_sides", ms, "cpu-ms");
    return true;
}

bool bench_reconcile(const struct bench_options *options)
{
    size_t count = bench_arg(options, 0, 100000), differences = bench_arg(options, 1, 1000);
    struct side sides[2] = { { .ids = NULL }, { .ids = NULL } };
    bool ok = count <= SYNC_SET_MAX && differences / 2 <= count;

    if (!ok)
        fprintf(stderr, "bench: at most %d records, and no more differences than twice that\n", SYNC_SET_MAX);
    ok = ok && sets_make(sides, count, differences / 2, strcmp(options->args[2], "recent") == 0) &&
         report(options, sides, differences / 2);
    free(sides[0].ids);
    free(sides[1].ids);
    return ok;
}
