/* Meter series: exact, idempotent, small. Seeded random operations are compared with a plain sorted list. */
#include "store/block.h"
#include "store/env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "tests/support/store_home.h"

static const struct series_name METER = { "01234567890123", QUANTITY_ELECTRICITY_IN };

static const int64_t YEAR_2200_S = 7258118400;

static uint64_t draw_state;
static uint64_t draw(uint64_t below)
{
    draw_state = draw_state * 6364136223846793005u + 1442695040888963407u;
    return (draw_state >> 33) % below;
}

static void reopen(struct home *home)
{
    store_close(home->store);
    assert_int_equal(store_open(&home->store, home->dir, KEY, STORE_WRITE, &home->why), STATUS_OK);
}

static void add(struct home *home, const struct series_name *name, const struct reading *readings, size_t count, size_t added,
                size_t replaced)
{
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    size_t got_added, got_replaced;

    store_series_add(txn, name, readings, count, &got_added, &got_replaced);
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    assert_int_equal(got_added, added);
    assert_int_equal(got_replaced, replaced);
}

struct collected {
    struct reading list[50000];
    size_t count;
};

static bool collect(void *arg, const struct reading *readings, size_t count)
{
    struct collected *all = arg;

    assert_true(count > 0 && all->count + count <= ARRAY_SIZE(all->list));
    memcpy(all->list + all->count, readings, count * sizeof *readings);
    all->count += count;
    return true;
}

static const struct collected *scan_all(struct home *home, const struct series_name *name, int64_t from_s, int64_t to_s)
{
    static struct collected all;
    struct store_txn *txn = store_begin(home->store, STORE_READ);

    all.count = 0;
    store_series_scan(txn, name, from_s, to_s, collect, &all);
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    return &all;
}

static void expect_readings(const struct reading *a, size_t a_count, const struct reading *b, size_t b_count)
{
    assert_int_equal(a_count, b_count);
    for (size_t i = 0; i < a_count; i++) {
        assert_int_equal(a[i].start_s, b[i].start_s);
        assert_int_equal(a[i].length_s, b[i].length_s);
        assert_int_equal(a[i].energy_mwh, b[i].energy_mwh);
    }
}

/* ---- The parts. */

static size_t random_readings(struct reading *out, size_t room)
{
    static const int64_t tops[] = { 1, 100, 5000, 1000000, INT64_C(1) << 40, INT64_MAX };
    size_t count = 1 + draw(draw(2) ? 4 : room);
    int64_t at_s = (int64_t)draw(100000), top = tops[draw(ARRAY_SIZE(tops))];
    uint32_t length_s = 60 + (uint32_t)draw(86341);
    bool ragged = draw(3) == 0;

    for (size_t i = 0; i < count; i++) {
        out[i] = (struct reading){ at_s, length_s, top == INT64_MAX && draw(2) ? top : (int64_t)(draw(UINT32_MAX) * draw(UINT32_MAX) % (uint64_t)top) };
        at_s += ragged ? 1 + (int64_t)draw(100000) : length_s;
        if (ragged && draw(2))
            length_s = 60 + (uint32_t)draw(86341);
    }
    return count;
}

static void a_block_comes_back_exactly_or_is_refused(void **state)
{
    enum { ROOM = 1500 };
    static struct reading readings[ROOM], back[BLOCK_READINGS_MAX];
    uint8_t block[BLOCK_MAX];
    unsigned fitted = 0;

    (void)state;
    draw_state = 1;
    for (int round = 0; round < 3000; round++) {
        size_t count = random_readings(readings, ROOM), size = block_write(block, readings, count);

        if (size > BLOCK_MAX) {
            assert_true(count > 100); /* what cuts blocks relies on it */
            continue;
        }
        fitted++;
        assert_int_equal(block_count((struct bytes){ block, size }), count);
        assert_true(block_read(back, (struct bytes){ block, size }, readings[0].start_s));
        expect_readings(back, count, readings, count);
        /* One byte less, one more: another format's bytes. */
        if (block_count((struct bytes){ block, size - 1 }) > 0)
            assert_false(block_read(back, (struct bytes){ block, size - 1 }, readings[0].start_s));
        if (size < BLOCK_MAX) {
            block[size] = 0;
            assert_false(block_read(back, (struct bytes){ block, size + 1 }, readings[0].start_s));
        }
    }
    assert_true(fitted > 1500);
}

static void scribbled_blocks_are_read_within_bounds(void **state)
{
    enum { ROOM = 200 };
    static struct reading readings[ROOM];
    uint8_t block[BLOCK_MAX];

    (void)state;
    draw_state = 2;
    for (int round = 0; round < 20000; round++) {
        size_t size = block_write(block, readings, random_readings(readings, ROOM)), count;
        struct reading *back;

        if (size > BLOCK_MAX)
            continue;
        for (uint64_t flips = 1 + draw(3); flips > 0; flips--)
            block[draw(size)] ^= (uint8_t)(1 << draw(8));
        count = block_count((struct bytes){ block, size });
        assert_true(count <= BLOCK_READINGS_MAX);
        back = malloc((count + 1) * sizeof *back); /* exactly what is claimed: the sanitizer sees one more */
        if (count > 0 && block_read(back, (struct bytes){ block, size }, readings[0].start_s)) {
            for (size_t i = 0; i < count; i++)
                assert_true(back[i].energy_mwh >= 0 && (i == 0 || back[i].start_s > back[i - 1].start_s));
        }
        free(back);
    }
}

/* ---- The store against a list. */

struct model {
    struct reading list[50000];
    size_t count;
};

static void model_add(struct model *model, const struct reading *readings, size_t count, size_t *added, size_t *replaced)
{
    static struct reading before[50000];
    size_t before_count = model->count;

    memcpy(before, model->list, before_count * sizeof *before);
    for (size_t i = 0; i < count; i++) {
        size_t low = 0, high = model->count;

        while (low < high) {
            size_t middle = (low + high) / 2;

            if (model->list[middle].start_s < readings[i].start_s)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == model->count || model->list[low].start_s != readings[i].start_s) {
            assert_true(model->count < ARRAY_SIZE(model->list));
            memmove(model->list + low + 1, model->list + low, (model->count++ - low) * sizeof *before);
        }
        model->list[low] = readings[i];
    }
    *added = model->count - before_count;
    *replaced = 0;
    for (size_t i = 0, j = 0; i < before_count; i++, j++) {
        while (model->list[j].start_s != before[i].start_s)
            j++;
        *replaced += model->list[j].length_s != before[i].length_s || model->list[j].energy_mwh != before[i].energy_mwh;
    }
}

/* A stretch of a few hours to a few months somewhere in three years, sometimes shuffled, sometimes with repeats. */
static size_t draw_import(struct reading *out, size_t room)
{
    static const uint32_t lengths[] = { 600, 900, 1800, 3600, 86400 };
    uint32_t length_s = lengths[draw(ARRAY_SIZE(lengths))];
    int64_t start_s = 1600000000 + (int64_t)draw(3 * 365) * 86400 + (draw(8) == 0 ? (int64_t)draw(86400) : 0);
    size_t count = 1 + draw(draw(3) ? 100 : room);
    int64_t level = (int64_t)draw(4);

    for (size_t i = 0; i < count; i++) {
        out[i] = (struct reading){ start_s, length_s, (int64_t)draw(5000) * 500 * level };
        start_s += length_s * (draw(50) == 0 ? 2 : 1);
        if (draw(40) == 0 && i > 0)
            out[i].start_s = out[i - 1].start_s;
    }
    for (size_t i = draw(3) == 0 ? count : 0; i > 1; i--) {
        size_t j = draw(i);
        struct reading other = out[j];

        out[j] = out[i - 1];
        out[i - 1] = other;
    }
    return count;
}

static void random_imports_agree_with_a_plain_list(void **state)
{
    enum { SERIES = 3, ROOM = 3000 };
    static struct model models[SERIES];
    static struct reading import[ROOM];
    struct home *home = *state;
    struct series_name names[SERIES] = { { "one", QUANTITY_ELECTRICITY_IN }, { "one", QUANTITY_GAS }, { "two", QUANTITY_ELECTRICITY_IN } };

    draw_state = 3;
    memset(models, 0, sizeof models);
    for (int round = 0; round < 250; round++) {
        size_t which = draw(SERIES), count = draw_import(import, ROOM), added, replaced, from, to;
        struct model *model = &models[which];
        const struct collected *got;
        struct store_series series;
        struct store_txn *txn;

        if (model->count + count > ARRAY_SIZE(model->list))
            continue;
        model_add(model, import, count, &added, &replaced);
        add(home, &names[which], import, count, added, replaced);
        add(home, &names[which], import, count, 0, 0);
        if (draw(20) == 0)
            reopen(home);
        got = scan_all(home, &names[which], INT64_MIN, INT64_MAX);
        expect_readings(got->list, got->count, model->list, model->count);
        from = draw(model->count);
        to = from + draw(model->count - from);
        got = scan_all(home, &names[which], model->list[from].start_s, model->list[to].start_s);
        expect_readings(got->list, got->count, model->list + from, to - from);
        txn = store_begin(home->store, STORE_READ);
        assert_true(store_series_find(txn, &series, &names[which]));
        assert_int_equal(series.count, model->count);
        assert_int_equal(series.first_s, model->list[0].start_s);
        assert_int_equal(series.last_s, model->list[model->count - 1].start_s);
        assert_int_equal(store_commit(txn, NULL), STATUS_OK);
    }
}

/* ---- Promises. */

static size_t half_hours(struct reading *out, int64_t from_s, size_t count, int64_t factor)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (struct reading){ from_s + 1800 * (int64_t)i, 1800, (int64_t)((i * 7919) % 2000) * factor };
    return count;
}

static void importing_twice_writes_nothing(void **state)
{
    static struct reading year[17520];
    struct home *home = *state;
    struct stat before, after;

    half_hours(year, 1640995200, ARRAY_SIZE(year), 500);
    add(home, &METER, year, ARRAY_SIZE(year), ARRAY_SIZE(year), 0);
    assert_int_equal(stat(home->store->file, &before), 0);
    add(home, &METER, year, ARRAY_SIZE(year), 0, 0);
    add(home, &METER, year + 500, 3000, 0, 0);
    assert_int_equal(stat(home->store->file, &after), 0);
    assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim);
}

/* The sealed bytes of every block that begins before limit_s. */
static uint64_t sum_of_blocks(struct home *home, int64_t limit_s, size_t *blocks)
{
    struct store_txn *txn = store_begin(home->store, STORE_READ);
    struct entry_key all;
    struct bytes sealed;
    struct scan scan;
    uint64_t sum = 0;

    *blocks = 0;
    key_start(&all, TABLE_BLOCK);
    scan_start(&scan, &all, all.size);
    while (scan_next_key(txn, &scan, &sealed) && (int64_t)key_last_u64(&scan.key) < limit_s) {
        ++*blocks;
        for (size_t i = 0; i < sealed.size; i++)
            sum = sum * 31 + sealed.data[i];
    }
    scan_end(&scan);
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
    return sum;
}

static void a_new_day_rewrites_the_last_block_only(void **state)
{
    static struct reading year[365 * 48];
    struct home *home = *state;
    size_t year_but_a_day = half_hours(year, 1640995200, 365 * 48, 500) - 48, blocks;
    int64_t last_block_s = year[year_but_a_day].start_s - 31 * 86400;
    uint64_t before;

    add(home, &METER, year, year_but_a_day, year_but_a_day, 0);
    before = sum_of_blocks(home, last_block_s, &blocks);
    assert_true(blocks >= 5);
    add(home, &METER, year + year_but_a_day, 48, 48, 0);
    assert_true(sum_of_blocks(home, last_block_s, &blocks) == before);
}

static void a_late_reading_rewrites_its_own_block_only(void **state)
{
    static struct reading year[365 * 48];
    struct home *home = *state;
    size_t count = half_hours(year, 1640995200, 365 * 48, 500), blocks, after;
    struct reading late = year[count - 5000];
    int64_t near_s = late.start_s - 80 * 86400;
    uint64_t before;

    memmove(year + count - 5000, year + count - 4999, 4999 * sizeof *year);
    add(home, &METER, year, count - 1, count - 1, 0);
    before = sum_of_blocks(home, near_s, &blocks);
    sum_of_blocks(home, INT64_MAX, &blocks);
    add(home, &METER, &late, 1, 1, 0);
    assert_true(sum_of_blocks(home, near_s, &after) == before);
    sum_of_blocks(home, INT64_MAX, &after);
    assert_true(after <= blocks + 1);
}

static void days_of_a_clock_change_keep_their_46_and_50_half_hours(void **state)
{
    struct home *home = *state;
    struct reading days[46 + 50];
    /* Paris: 27 March 2022 begins at 26th 23:00 UTC and has 23 hours; 30 October begins at 29th 22:00 UTC and has 25. */
    const int64_t spring_s = 1648335600, autumn_s = 1667080800;
    const struct collected *got;

    half_hours(days, spring_s, 46, 1000);
    half_hours(days + 46, autumn_s, 50, 1000);
    add(home, &METER, days, 96, 96, 0);
    got = scan_all(home, &METER, spring_s, spring_s + 23 * 3600);
    expect_readings(got->list, got->count, days, 46);
    got = scan_all(home, &METER, autumn_s, autumn_s + 25 * 3600);
    expect_readings(got->list, got->count, days + 46, 50);
}

static void a_corrected_value_replaces_and_a_longer_interval_too(void **state)
{
    struct home *home = *state;
    struct reading a[] = { { 3600, 1800, 5 }, { 5400, 1800, 6 } }, b[] = { { 5400, 3600, 6 }, { 9000, 1800, 0 } };
    const struct reading after[] = { { 3600, 1800, 5 }, { 5400, 3600, 6 }, { 9000, 1800, 0 } };
    const struct collected *got;

    add(home, &METER, a, 2, 2, 0);
    add(home, &METER, b, 2, 1, 1);
    got = scan_all(home, &METER, 0, INT64_MAX);
    expect_readings(got->list, got->count, after, 3);
}

static void of_repeats_in_one_file_the_last_counts(void **state)
{
    struct home *home = *state;
    const struct reading a[] = { { 7200, 1800, 1 }, { 3600, 1800, 2 }, { 7200, 1800, 3 }, { 3600, 1800, 4 } };
    const struct reading after[] = { { 3600, 1800, 4 }, { 7200, 1800, 3 } };
    const struct collected *got;

    add(home, &METER, a, 4, 2, 0);
    got = scan_all(home, &METER, 0, INT64_MAX);
    expect_readings(got->list, got->count, after, 2);
}

static void extremes_of_time_and_energy_are_kept(void **state)
{
    struct home *home = *state;
    const struct reading a[] = { { 0, 60, INT64_MAX }, { 1, 86400, 0 }, { 2, 86400, INT64_MAX }, { YEAR_2200_S - 1, 60, 1 } };
    const struct collected *got;

    add(home, &METER, a, 4, 4, 0);
    got = scan_all(home, &METER, INT64_MIN, INT64_MAX);
    expect_readings(got->list, got->count, a, 4);
}

static void impossible_readings_fail_the_transaction(void **state)
{
    const struct { struct reading reading; struct series_name name; } cases[] = {
        { { -1, 1800, 0 }, { "m", QUANTITY_GAS } },
        { { YEAR_2200_S, 1800, 0 }, { "m", QUANTITY_GAS } },
        { { 0, 59, 0 }, { "m", QUANTITY_GAS } },
        { { 0, 86401, 0 }, { "m", QUANTITY_GAS } },
        { { 0, 1800, -1 }, { "m", QUANTITY_GAS } },
        { { 0, 1800, 0 }, { "", QUANTITY_GAS } },
        { { 0, 1800, 0 }, { "two\nlines", QUANTITY_GAS } },
        { { 0, 1800, 0 }, { "m", QUANTITIES } },
    };
    struct home *home = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct store_txn *txn = store_begin(home->store, STORE_WRITE);
        size_t added = 9;

        store_series_add(txn, &cases[i].name, &cases[i].reading, 1, &added, NULL);
        assert_int_equal(added, 0);
        assert_int_equal(store_commit(txn, &home->why), STATUS_MALFORMED);
    }
}

static bool count_series(void *arg, const struct store_series *series)
{
    size_t *count = arg;

    (void)series;
    ++*count;
    return true;
}

static void more_series_than_the_bound_are_refused(void **state)
{
    struct home *home = *state;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    struct reading one = { 0, 1800, 1 };
    size_t count = 0;

    for (int i = 0; i < STORE_SERIES_MAX; i++) {
        struct series_name name = { .quantity = QUANTITY_GAS };

        snprintf(name.meter, sizeof name.meter, "meter %d", i);
        store_series_add(txn, &name, &one, 1, NULL, NULL);
    }
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    txn = store_begin(home->store, STORE_WRITE);
    store_series_list(txn, count_series, &count);
    assert_int_equal(count, STORE_SERIES_MAX);
    store_series_add(txn, &METER, &one, 1, NULL, NULL);
    assert_int_equal(store_commit(txn, &home->why), STATUS_FULL);
}

static bool stop_at_once(void *arg, const struct reading *readings, size_t count)
{
    (void)readings, (void)count;
    ++*(int *)arg;
    return false;
}

static void a_visitor_can_stop_a_scan(void **state)
{
    static struct reading year[17520];
    struct home *home = *state;
    struct store_txn *txn;
    int calls = 0;

    half_hours(year, 1640995200, ARRAY_SIZE(year), 500);
    add(home, &METER, year, ARRAY_SIZE(year), ARRAY_SIZE(year), 0);
    txn = store_begin(home->store, STORE_READ);
    store_series_scan(txn, &METER, 0, INT64_MAX, stop_at_once, &calls);
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
    assert_int_equal(calls, 1);
}

/* ---- Size on disk, on a real year of half-hours. */

enum { LINKY_MAX = 20000 };
static size_t linky_read(struct reading *out)
{
    FILE *file = fopen(COOP_SOURCE_DIR "/../shared/data/linky/enedis_courbe_30min_reelle.csv", "r");
    int year, month, day, hour, minute, offset_h, watts;
    char line[200];
    size_t count = 0;

    while (file && count < LINKY_MAX && fgets(line, sizeof line, file)) {
        struct tm tm = { 0 };

        if (sscanf(line, "%d-%d-%dT%d:%d:00+%d:00;%d", &year, &month, &day, &hour, &minute, &offset_h, &watts) != 7)
            continue;
        tm = (struct tm){ .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour - offset_h, .tm_min = minute };
        out[count++] = (struct reading){ timegm(&tm) - 1800, 1800, (int64_t)watts * 500 };
    }
    if (file)
        fclose(file);
    return count;
}

/* *pages: the store as it is; *copied: without the pages that earlier states left behind. */
static void file_sizes(struct home *home, double *pages, double *copied)
{
    struct store_health health;
    char path[FOLDER_PATH + 8];
    struct stat found;

    assert_int_equal(store_check(home->store, &health, &home->why), STATUS_OK);
    *pages = (double)health.file_bytes;
    snprintf(path, sizeof path, "%s/copy", home->dir);
    assert_int_equal(mdb_env_copy2(home->store->env, path, MDB_CP_COMPACT), 0);
    assert_int_equal(stat(path, &found), 0);
    *copied = (double)found.st_size;
}

static void half_hours_of_a_real_meter_take_less_than_two_bytes(void **state)
{
    enum { METERS = 10 };
    static struct reading year[LINKY_MAX];
    struct home *home = *state;
    size_t count = linky_read(year);
    double pages, copied, readings = (double)count * METERS;

    if (count == 0) {
        print_message("skipped: the real meter file is not on this machine\n");
        skip();
    }
    assert_int_equal(count, 17520);
    for (int meter = 0; meter < METERS; meter++) { /* one after the other, whole files: as somebody imports what he has */
        struct series_name name = METER;

        snprintf(name.meter, sizeof name.meter, "meter %d", meter);
        add(home, &name, year, count, count, 0);
    }
    file_sizes(home, &pages, &copied);
    print_message("whole years of %d meters: %.2f bytes a reading in the file, %.2f compacted\n", METERS, pages / readings, copied / readings);
    assert_true(pages / readings < 2.0);
}

static void half_hours_that_come_in_random_order_take_little_more(void **state)
{
    enum { METERS = 4, PIECES = 73, PIECE = 240 };
    static struct reading year[LINKY_MAX];
    size_t order[METERS * PIECES], pieces = ARRAY_SIZE(order);
    struct home *home = *state;
    size_t count = linky_read(year);
    double pages, copied, readings = (double)count * METERS;

    if (count == 0) {
        print_message("skipped: the real meter file is not on this machine\n");
        skip();
    }
    draw_state = 4;
    for (size_t i = 0; i < pieces; i++) {
        size_t j = draw(i + 1);

        order[i] = order[j];
        order[j] = i;
    }
    for (size_t i = 0; i < pieces; i++) {
        struct series_name name = METER;

        snprintf(name.meter, sizeof name.meter, "meter %zu", order[i] / PIECES);
        add(home, &name, year + order[i] % PIECES * PIECE, PIECE, PIECE, 0);
    }
    file_sizes(home, &pages, &copied);
    print_message("years of %d meters, five days at a time in random order: %.2f bytes a reading in the file, %.2f compacted\n", METERS,
                  pages / readings, copied / readings);
    assert_true(copied / readings < 2.2);
}

static void half_hours_that_come_night_by_night_take_less_than_two_bytes_too(void **state)
{
    enum { METERS = 3, YEARS = 3 };
    static struct reading year[LINKY_MAX];
    struct home *home = *state;
    size_t count = linky_read(year);
    double pages, copied, readings = (double)count * METERS * YEARS;

    if (count == 0) {
        print_message("skipped: the real meter file is not on this machine\n");
        skip();
    }
    for (size_t night = 0; night < YEARS * 365; night++) {
        struct reading day[48];

        for (int meter = 0; meter < METERS; meter++) {
            struct series_name name = METER;

            snprintf(name.meter, sizeof name.meter, "meter %d", meter);
            memcpy(day, year + night % 365 * 48, sizeof day);
            for (size_t i = 0; i < 48; i++)
                day[i].start_s += (int64_t)(night / 365) * 365 * 86400;
            add(home, &name, day, 48, 48, 0);
        }
    }
    file_sizes(home, &pages, &copied);
    print_message("%d years of %d meters, a night at a time: %.2f bytes a reading in the file, %.2f compacted\n", YEARS, METERS,
                  pages / readings, copied / readings);
    assert_true(pages / readings < 2.0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, home_up, home_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_comes_back_exactly_or_is_refused),
        cmocka_unit_test(scribbled_blocks_are_read_within_bounds),
        TEST(random_imports_agree_with_a_plain_list),
        TEST(importing_twice_writes_nothing),
        TEST(a_new_day_rewrites_the_last_block_only),
        TEST(a_late_reading_rewrites_its_own_block_only),
        TEST(days_of_a_clock_change_keep_their_46_and_50_half_hours),
        TEST(a_corrected_value_replaces_and_a_longer_interval_too),
        TEST(of_repeats_in_one_file_the_last_counts),
        TEST(extremes_of_time_and_energy_are_kept),
        TEST(impossible_readings_fail_the_transaction),
        TEST(more_series_than_the_bound_are_refused),
        TEST(a_visitor_can_stop_a_scan),
        TEST(half_hours_of_a_real_meter_take_less_than_two_bytes),
        TEST(half_hours_that_come_in_random_order_take_little_more),
        TEST(half_hours_that_come_night_by_night_take_less_than_two_bytes_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
