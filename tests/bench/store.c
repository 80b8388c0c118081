/* store.c - meter readings into the store: how many per CPU second, how many bytes each on disk, how fast a year comes back.
 *
 * Arguments: FOLDER (where the disk to measure is; "."), N (1 000 000), sorted or random (the order in which a meter's readings
 * come), BATCH: how many a durable transaction has (75 000, as an import makes them). References in the same run, with the same
 * batches: bare LMDB with one entry of 32 bytes a reading, appended in order, which is what a store without blocks could reach at
 * best; and, where it was there to build with, SQLite with a write-ahead log and one row a reading, which is what one would take
 * without thinking. */
#include "store/store.h"
#include "tests/bench/bench.h"
#include "tests/support/folder.h"

#include <lmdb.h>
#ifdef COOP_SQLITE
#include <sqlite3.h>
#endif
#include <string.h>

enum { BATCH_DEFAULT = 75000 /* what one request of an import carries, see data.c */, YEAR = 17520, HALF_HOUR_S = 1800, ROW_KEY = 16, ROW_VALUE = 16, PATH_ROOM = 4096 };

struct ingest {
    const struct bench_options *options;
    char dir[PATH_ROOM];
    uint64_t count, batch;
    bool random;
    struct rng rng;
    struct reading *readings;
};

/* A home's half hours: a base, a morning, an evening, and what nobody foresees. */
static void fill(struct ingest *ingest)
{
    for (uint64_t i = 0; i < ingest->count; i++) {
        uint64_t half = i % 48, peak = half > 12 && half < 18 ? 250 : half > 34 && half < 44 ? 420 : 0;

        ingest->readings[i] = (struct reading){
            .start_s = 1700006400 + (int64_t)(i % YEAR) * HALF_HOUR_S,
            .length_s = HALF_HOUR_S,
            .energy_mwh = (int64_t)(90 + peak + rng_below(&ingest->rng, 200) +
                                    (rng_below(&ingest->rng, 100) > 92 ? 700 : 0)) *
                          1000,
        };
    }
    for (uint64_t i = ingest->count; ingest->random && i > 1;
         i--) { /* within each year, which is one meter */
        uint64_t first = (i - 1) / YEAR * YEAR, j = first + rng_below(&ingest->rng, i - first);
        struct reading swap = ingest->readings[i - 1];

        ingest->readings[i - 1] = ingest->readings[j];
        ingest->readings[j] = swap;
    }
}

static void meter_name(struct series_name *name, uint64_t index)
{
    *name = (struct series_name){ .quantity = QUANTITY_ELECTRICITY_IN };
    snprintf(name->meter, sizeof name->meter, "meter-%llu", (unsigned long long)index);
}

static double disk_bytes;

static int add_file(const char *path, const struct stat *found, int kind, struct FTW *where)
{
    (void)path, (void)where;
    disk_bytes += kind == FTW_F ? (double)found->st_blocks * 512 : 0;
    return 0;
}

static double folder_bytes(const char *dir)
{
    disk_bytes = 0;
    nftw(dir, add_file, 16, FTW_PHYS);
    return disk_bytes;
}

static bool put_all(struct ingest *ingest, struct store *store, struct failure *why)
{
    for (uint64_t at = 0; at < ingest->count;) {
        struct store_txn *txn = store_begin(store, STORE_WRITE);

        for (uint64_t end = at + ingest->batch; at < end && at < ingest->count;) {
            uint64_t left = YEAR - at % YEAR, most = end < ingest->count ? end - at : ingest->count - at;
            uint64_t size = left < most ? left : most;
            struct series_name name;

            meter_name(&name, at / YEAR);
            store_series_add(txn, &name, ingest->readings + at, size, NULL, NULL);
            at += size;
        }
        if (store_commit(txn, why) != STATUS_OK)
            return false;
    }
    return true;
}

static bool add_up(void *arg, const struct reading *readings, size_t count)
{
    int64_t *sum = arg;

    for (size_t i = 0; i < count; i++)
        *sum += readings[i].energy_mwh;
    return true;
}

static bool ours(struct ingest *ingest)
{
    static const uint8_t key[STORE_KEY_SIZE] = { 1 };
    struct failure why = { .text = "" };
    struct store *store;
    struct series_name name;
    int64_t sum = 0, expected = 0;
    bool ok = store_open(&store, ingest->dir, key, STORE_WRITE, &why) == STATUS_OK;
    uint64_t begin = bench_cpu_ns();

    ok = ok && put_all(ingest, store, &why);
    double spent = (double)(bench_cpu_ns() - begin) / 1e9;
    if (ok) {
        begin = bench_cpu_ns();
        struct store_txn *txn = store_begin(store, STORE_READ);
        meter_name(&name, 0);
        store_series_scan(txn, &name, 0, INT64_MAX, add_up, &sum);
        ok = store_commit(txn, &why) == STATUS_OK;
    }
    double year = (double)(bench_cpu_ns() - begin) / 1e6;
    uint64_t in_year = ingest->count < YEAR ? ingest->count : YEAR;
    add_up(&expected, ingest->readings, in_year);
    if (!ok || sum != expected) {
        fprintf(stderr, "bench: %s\n", ok ? "the sum read back differs" : why.text);
        return false;
    }
    store_close(store);
    bench_emit(ingest->options, "coopair", "put_per_cpu_s", (double)ingest->count / spent, "readings/cpu-s");
    bench_emit(ingest->options, "coopair", "disk", folder_bytes(ingest->dir) / (double)ingest->count,
               "B/reading");
    bench_emit(ingest->options, "coopair", "read_one_year", year, "cpu-ms");
    return true;
}

/* ---- Reference. */

static bool rows_put(MDB_env *env, uint64_t count, uint64_t batch)
{
    uint8_t key[ROW_KEY], value[ROW_VALUE] = { 0 };
    MDB_txn *txn;
    MDB_dbi dbi;

    for (uint64_t at = 0; at < count;) {
        if (mdb_txn_begin(env, NULL, 0, &txn) != 0 || mdb_dbi_open(txn, NULL, 0, &dbi) != 0)
            return false;
        for (uint64_t end = at + batch; at < end && at < count; at++) {
            be64_write(key, at / YEAR);
            be64_write(key + 8, at % YEAR);
            be64_write(value, at * 0x9E3779B97F4A7C15u);
            if (mdb_put(txn, dbi, &(MDB_val){ ROW_KEY, key }, &(MDB_val){ ROW_VALUE, value }, MDB_APPEND) !=
                0)
                return false;
        }
        if (mdb_txn_commit(txn) != 0)
            return false;
    }
    return true;
}

static bool bare_lmdb(struct ingest *ingest)
{
    MDB_env *env;
    bool ok = mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, (size_t)8 << 30) == 0 &&
              mdb_env_open(env, ingest->dir, 0, 0600) == 0;
    uint64_t begin = bench_cpu_ns();

    ok = ok && rows_put(env, ingest->count, ingest->batch);
    double spent = (double)(bench_cpu_ns() - begin) / 1e9;
    mdb_env_close(env);
    if (!ok)
        return bench_fail("bare LMDB");
    bench_emit(ingest->options, "limit-lmdb-append", "put_per_cpu_s", (double)ingest->count / spent,
               "readings/cpu-s");
    bench_emit(ingest->options, "limit-lmdb-append", "disk",
               folder_bytes(ingest->dir) / (double)ingest->count, "B/reading");
    return true;
}

#ifdef COOP_SQLITE
static bool rows_insert(sqlite3 *db, sqlite3_stmt *insert, const struct ingest *ingest)
{
    for (uint64_t at = 0; at < ingest->count;) {
        if (sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
            return false;
        for (uint64_t end = at + ingest->batch; at < end && at < ingest->count; at++) {
            const struct reading *r = &ingest->readings[at];

            sqlite3_bind_int64(insert, 1, (sqlite3_int64)(at / YEAR));
            sqlite3_bind_int64(insert, 2, r->start_s);
            sqlite3_bind_int64(insert, 3, r->length_s);
            sqlite3_bind_int64(insert, 4, r->energy_mwh);
            if (sqlite3_step(insert) != SQLITE_DONE || sqlite3_reset(insert) != SQLITE_OK)
                return false;
        }
        if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
            return false;
    }
    return true;
}

static bool sqlite(struct ingest *ingest)
{
    static const char table[] =
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE reading(meter INTEGER, start INTEGER, "
        "length INTEGER, energy INTEGER, PRIMARY KEY(meter, start)) WITHOUT ROWID";
    char path[PATH_ROOM + 16];
    sqlite3 *db = NULL;
    sqlite3_stmt *insert = NULL;
    uint64_t begin;
    bool ok;

    snprintf(path, sizeof path, "%s/readings", ingest->dir);
    ok = sqlite3_open(path, &db) == SQLITE_OK && sqlite3_exec(db, table, NULL, NULL, NULL) == SQLITE_OK &&
         sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO reading VALUES(?, ?, ?, ?)", -1, &insert, NULL) == SQLITE_OK;
    begin = bench_cpu_ns();
    ok = ok && rows_insert(db, insert, ingest);
    double spent = (double)(bench_cpu_ns() - begin) / 1e9;
    sqlite3_finalize(insert);
    sqlite3_close(db);
    if (!ok)
        return bench_fail("SQLite");
    bench_emit(ingest->options, "limit-sqlite-wal", "put_per_cpu_s", (double)ingest->count / spent,
               "readings/cpu-s");
    bench_emit(ingest->options, "limit-sqlite-wal", "disk", folder_bytes(ingest->dir) / (double)ingest->count,
               "B/reading");
    return true;
}
#endif

/* Bytes of the differences of consecutive watt-hours as zigzag varints: what packing alone can reach. */
static void packed_limit(struct ingest *ingest)
{
    uint64_t bytes = 0, begin = bench_cpu_ns();
    int64_t last = 0;

    for (uint64_t i = 0; i < ingest->count; i++) {
        int64_t wh = ingest->readings[i].energy_mwh / 1000, step = wh - last;
        uint64_t zigzag = (uint64_t)step << 1 ^ (uint64_t)(step >> 63);

        last = wh;
        do
            bytes++;
        while ((zigzag >>= 7) != 0);
    }
    double spent = (double)(bench_cpu_ns() - begin) / 1e9;
    bench_emit(ingest->options, "limit-zigzag-varint", "disk", (double)bytes / (double)ingest->count,
               "B/reading");
    bench_emit(ingest->options, "limit-zigzag-varint", "put_per_cpu_s", (double)ingest->count / spent,
               "readings/cpu-s");
}

static bool in_folder(struct ingest *ingest, const char *parent, bool (*run)(struct ingest *ingest))
{
    snprintf(ingest->dir, sizeof ingest->dir, "%s/bench-XXXXXX", parent);
    if (mkdtemp(ingest->dir) == NULL)
        return bench_fail(ingest->dir);
    bool ok = run(ingest);
    folder_remove(ingest->dir);
    return ok;
}

bool bench_store(const struct bench_options *options)
{
    const char *parent = options->args[0][0] != '\0' ? options->args[0] : ".";
    struct ingest ingest = { .options = options,
                             .count = bench_arg(options, 1, 1000000),
                             .batch = bench_arg(options, 3, BATCH_DEFAULT),
                             .random = strcmp(options->args[2], "random") == 0 };

    bench_rng(&ingest.rng, 0x33);
    ingest.readings = calloc(ingest.count, sizeof *ingest.readings);
    if (ingest.readings == NULL)
        return bench_fail("memory");
    fill(&ingest);
    packed_limit(&ingest);
    bool ok = in_folder(&ingest, parent, bare_lmdb) && in_folder(&ingest, parent, ours);
#ifdef COOP_SQLITE
    ok = ok && in_folder(&ingest, parent, sqlite);
#else
    fputs("bench: without SQLite (libsqlite3-dev was not there to build with)\n", stderr);
#endif
    free(ingest.readings);
    return ok;
}
