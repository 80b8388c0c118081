/* Readings on their way from a file to the store: whole, once, and checked again by the node. */
#include "node/serve/data.h"
#include "node/import/import.h"
#include "node/profile/profile.h"
#include "tests/support/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "tests/support/store_home.h"

enum { START = 1540767600, QUARTER_S = 900 };

/* As coopair import does it. */
static void take_in(struct home *home, const struct series_name *name, const struct reading *readings,
                    size_t count, size_t added, size_t replaced)
{
    for (size_t at = 0, taken; at < count; at += taken) {
        json_t *args, *reply = json_object();
        char *text;

        taken = count - at;
        args = json_pack("{s:s, s:s, s:o}", "meter", name->meter, "quantity", quantity_name(name->quantity),
                         "runs", data_runs(readings + at, &taken));
        text = json_dumps(args, JSON_COMPACT);
        assert_true(taken > 0 && strlen(text) < (1 << 20)); /* CONTROL_MAX */
        free(text);
        assert_int_equal(data_import(home->store, args, reply, &home->why), STATUS_OK);
        assert_int_equal(json_integer_value(json_object_get(reply, "count")), taken);
        added -= (size_t)json_integer_value(json_object_get(reply, "added"));
        replaced -= (size_t)json_integer_value(json_object_get(reply, "replaced"));
        json_decref(args);
        json_decref(reply);
    }
    assert_int_equal(added, 0);
    assert_int_equal(replaced, 0);
}

static void fill(struct reading *readings, size_t count, uint32_t step_s)
{
    for (size_t i = 0; i < count; i++)
        readings[i] =
            (struct reading){ START + (int64_t)i * step_s, QUARTER_S, (int64_t)(i * 7919 % 1000000) };
}

static bool add_up(void *arg, const struct reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        *(int64_t *)arg += readings[i].energy_mwh;
    return true;
}

static void a_file_taken_in_twice_changes_nothing(void **state)
{
    struct home *home = *state;
    struct bytes file = file_load(COOP_SOURCE_DIR "/node/sample/H004.csv");
    struct import import;
    struct profile profile;
    struct store_txn *txn;
    int64_t sum = 0;

    assert_int_equal(import_read(&import, file, &home->why), STATUS_OK);
    take_in(home, &import.series, import.readings, 2000, 2000, 0);
    take_in(home, &import.series, import.readings + 1000, import.count - 1000, import.count - 2000,
            0); /* overlaps */
    take_in(home, &import.series, import.readings, import.count, 0, 0);
    import.readings[5].energy_mwh += 1;
    take_in(home, &import.series, import.readings, import.count, 0, 1);
    txn = store_begin(home->store, STORE_READ);
    store_series_scan(txn, &import.series, 0, INT64_MAX, add_up, &sum);
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    assert_int_equal(sum, import.total_mwh + 1);
    assert_int_equal(profile_of_store(&profile, home->store, &home->why), STATUS_OK);
    assert_int_equal(profile.total_mwh, sum);
    assert_string_equal(profile.meter.meter, "H004");
    import_clear(&import);
    file_free(file);
}

static void years_and_holes_fit_requests(void **state)
{
    struct home *home = *state;
    struct series_name name = { "years", QUANTITY_GAS };
    struct reading *readings = calloc(200000, sizeof *readings);
    json_t *runs;
    size_t year = 17520;

    fill(readings, 200000, QUARTER_S);
    runs = data_runs(readings, &year);
    assert_int_equal(year, 17520); /* a year of half hours is one request and one run */
    assert_int_equal(json_array_size(runs), 1);
    json_decref(runs);
    take_in(home, &name, readings, 200000, 200000, 0);
    strcpy(name.meter, "holes"); /* no two follow each other */
    fill(readings, 100000, 2 * QUARTER_S);
    take_in(home, &name, readings, 100000, 100000, 0);
    free(readings);
}

static void take_mark(struct home *home, enum quantity quantity, int64_t at_s, int64_t value, int64_t heat,
                      int64_t days) /* that are told; -1: whatever */
{
    struct reading mark = { at_s, 60, value };
    size_t one = 1;
    json_t *reply = json_object();
    json_t *args = json_pack("{s:s, s:s, s:I, s:o}", "meter", "m daily", "quantity", quantity_name(quantity), "heat", (json_int_t)heat,
                             "runs", data_runs(&mark, &one));

    assert_int_equal(data_import(home->store, args, reply, &home->why), STATUS_OK);
    if (days >= 0)
        assert_int_equal(json_integer_value(json_object_get(reply, "days")), days);
    json_decref(args);
    json_decref(reply);
}

static int64_t sum_of(struct home *home, enum quantity quantity)
{
    struct series_name name = { "m daily", quantity };
    struct store_txn *txn = store_begin(home->store, STORE_READ);
    int64_t sum = 0;

    store_series_scan(txn, &name, 0, INT64_MAX, add_up, &sum);
    assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    return sum;
}

/* At 18:00 of each day the counter shows the square of its number, so that each midnight lies a quarter of the way to the next. */
static void a_telegram_a_day_gives_days_in_any_order(void **state)
{
    enum { DAYS = 9, DAY_S = 86400, EVENING_S = START - 6 * 3600 };
    static const unsigned orders[][DAYS] = { { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, { 8, 7, 6, 5, 4, 3, 2, 1, 0 }, { 4, 0, 8, 2, 6, 1, 7, 3, 5 } };
    struct home *home = *state;

    for (size_t o = 0; o < ARRAY_SIZE(orders); o++) {
        json_t *reply = json_object(), *args = json_pack("{s:s}", "meter", "m daily");

        for (size_t i = 0; i < DAYS; i++) {
            unsigned n = orders[o][i];

            take_mark(home, QUANTITY_REGISTER_IN, EVENING_S + n * DAY_S, (int64_t)n * n * 1000000, 0, -1);
        }
        assert_int_equal(sum_of(home, QUANTITY_ELECTRICITY_IN), 52500000); /* from 0.25 to 52.75 kWh */
        assert_int_equal(data_erase(home->store, args, reply, &home->why), STATUS_OK);
        assert_int_equal(json_integer_value(json_object_get(reply, "readings")), DAYS + DAYS - 2); /* the counter's too */
        json_decref(args);
        json_decref(reply);
    }
}

static void gas_waits_for_what_a_cubic_metre_gives(void **state)
{
    enum { DAY_S = 86400 };
    struct home *home = *state;

    for (int64_t i = 0; i < 4; i++)
        take_mark(home, QUANTITY_REGISTER_GAS, START + i * DAY_S, 500000000 + i * 2000000, 0, 0);
    assert_int_equal(sum_of(home, QUANTITY_GAS), 0);
    take_mark(home, QUANTITY_REGISTER_GAS, START, 500000000, 112000, 3); /* read again once it is said */
    assert_int_equal(sum_of(home, QUANTITY_GAS), 3 * 22400000);
    take_mark(home, QUANTITY_REGISTER_GAS, START, 500000000, 1, 0); /* no gas is like that */
    assert_int_equal(sum_of(home, QUANTITY_GAS), 3 * 22400000);
}

static void series_are_listed(void **state)
{
    struct home *home = *state;
    struct series_name in = { "a", QUANTITY_ELECTRICITY_IN }, out = { "a", QUANTITY_ELECTRICITY_OUT };
    struct reading readings[10];
    json_t *reply = json_object(), *expected;

    fill(readings, 10, QUARTER_S);
    take_in(home, &in, readings, 10, 10, 0);
    take_in(home, &out, readings, 3, 3, 0);
    assert_int_equal(data_list(home->store, reply, &home->why), STATUS_OK);
    assert_int_equal(json_array_size(json_object_get(reply, "series")), 2);
    for (size_t i = 0; i < 2; i++) {
        json_t *series = json_array_get(json_object_get(reply, "series"), i);
        bool is_out = strcmp(json_string_value(json_object_get(series, "quantity")), "electricity-out") == 0;

        expected = json_pack("{s:s, s:s, s:i, s:i, s:i}", "meter", "a", "quantity",
                             is_out ? "electricity-out" : "electricity", "first_s", START, "last_s",
                             START + QUARTER_S * (is_out ? 2 : 9), "count", is_out ? 3 : 10);
        assert_true(json_equal(series, expected));
        json_decref(expected);
    }
    json_decref(reply);
}

static void what_a_broken_program_sends_is_refused_whole(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\"}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":{}}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[0,900]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[0,900,1],[900,900]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[0,900,1],7]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[-1,900,1]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[0,59,1]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[0,86401,1]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[0,900,-1]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[0,900,1.5]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[0,900,60000001]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[0,900,\"1\"]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[7258118400,900,1]]}",
        "{\"meter\":\"a\",\"quantity\":\"electricity\",\"runs\":[[7258118399,900,1,1]]}",
        "{\"meter\":\"a\",\"quantity\":\"water\",\"runs\":[[0,900,1]]}",
        "{\"meter\":\"\",\"quantity\":\"gas\",\"runs\":[[0,900,1]]}",
        "{\"meter\":\"\\u00e9\",\"quantity\":\"gas\",\"runs\":[[0,900,1]]}",
        "{\"meter\":\"1234567890123456789012345678901234567890\",\"quantity\":\"gas\",\"runs\":[[0,900,1]]}",
        "{\"meter\":7,\"quantity\":\"gas\",\"runs\":[[0,900,1]]}",
    };
    struct home *home = *state;
    json_t *reply = json_object();

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        json_t *args = json_loads(bad[i], 0, NULL);

        home->why.text[0] = '\0';
        assert_non_null(args);
        if (data_import(home->store, args, reply, &home->why) != STATUS_MALFORMED ||
            home->why.text[0] == '\0')
            fail_msg("%s: %s", bad[i], home->why.text);
        json_decref(args);
    }
    assert_int_equal(json_object_size(reply), 0);
    assert_int_equal(data_list(home->store, reply, &home->why), STATUS_OK);
    assert_int_equal(json_array_size(json_object_get(reply, "series")), 0);
    json_decref(reply);
}

int main(void)
{
#define HOME_TEST(name) cmocka_unit_test_setup_teardown(name, home_up, home_down)
    const struct CMUnitTest tests[] = {
        HOME_TEST(a_file_taken_in_twice_changes_nothing),
        HOME_TEST(years_and_holes_fit_requests),
        HOME_TEST(a_telegram_a_day_gives_days_in_any_order),
        HOME_TEST(gas_waits_for_what_a_cubic_metre_gives),
        HOME_TEST(series_are_listed),
        HOME_TEST(what_a_broken_program_sends_is_refused_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
