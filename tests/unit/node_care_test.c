/* What a home says about its own safety: each check as it should be, and as it should not. */
#include "tests/support/wire_pair.h"

#include "node/care/care.h"
#include "node/serve/answer.h"
#include "node/serve/serve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const int64_t MONDAY_S = INT64_C(1769986800); /* 2 Feb 2026, 00:00 in Paris */
enum { DAY_S = 86400 };

static int pair_up(void **state)
{
    struct pair *pair = pair_new();

    assert_int_equal(pair_start(pair, 0, NULL), STATUS_OK);
    *state = pair;
    return 0;
}

static int pair_down(void **state)
{
    pair_free(*state);
    return 0;
}

static json_t *doctor(struct pair *pair)
{
    json_t *request = json_pack("{s:i, s:s}", "v", 1, "verb", "doctor"), *reply;

    reply = serve(pair->node[0], request);
    assert_true(json_is_true(json_object_get(reply, "ok")));
    json_decref(request);
    return reply;
}

/* The state of the check of this name whose text holds these words; "": there is none. */
static const char *state_of(json_t *reply, const char *name, const char *words)
{
    json_t *check;
    size_t i;

    json_array_foreach(json_object_get(reply, "checks"), i, check)
    {
        bool well = strcmp(field_text(check, "state"), "ok") == 0;

        assert_int_equal(well, json_is_null(json_object_get(check, "fix"))); /* never a complaint without advice */
        if (strcmp(field_text(check, "name"), name) == 0 && strstr(field_text(check, "text"), words))
            return field_text(check, "state");
    }
    return "";
}

static void expect_state(struct pair *pair, const char *name, const char *words, const char *state)
{
    json_t *reply = doctor(pair);

    assert_string_equal(state_of(reply, name, words), state);
    json_decref(reply);
}

static void put_days(struct pair *pair, const char *meter, int64_t start_s, size_t count, uint32_t length_s)
{
    struct series_name name = { .quantity = QUANTITY_ELECTRICITY_IN };
    struct store_txn *txn = store_begin(node_store(pair->node[0]), STORE_WRITE);

    snprintf(name.meter, sizeof name.meter, "%s", meter);
    for (size_t i = 0; i < count; i++) {
        struct reading reading = { start_s + (int64_t)(i * length_s), length_s, 500 };

        store_series_add(txn, &name, &reading, 1, NULL, NULL);
    }
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
}

/* ---- Holes. */

static struct gaps gaps_now(struct pair *pair, const char *meter)
{
    struct series_name name = { .quantity = QUANTITY_ELECTRICITY_IN };
    struct store_txn *txn = store_begin(node_store(pair->node[0]), STORE_READ);
    struct store_series series;
    struct gaps gaps;

    snprintf(name.meter, sizeof name.meter, "%s", meter);
    assert_true(store_series_find(txn, &series, &name));
    gaps_of(&gaps, txn, &series);
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
    return gaps;
}

static void missing_days_are_counted_by_the_wall_clock(void **state)
{
    struct pair *pair = *state;
    struct gaps gaps;

    put_days(pair, "whole", MONDAY_S, 10 * 48, 1800);
    gaps = gaps_now(pair, "whole");
    assert_true(gaps.days == 10 && gaps.missing == 0 && gaps.partial == 0);

    put_days(pair, "holes", MONDAY_S + DAY_S / 2, 24, 1800); /* begins at noon: not a hole */
    put_days(pair, "holes", MONDAY_S + 3 * DAY_S, 40, 1800); /* Tuesday and Wednesday are missing; Thursday has 20 h */
    put_days(pair, "holes", MONDAY_S + 4 * DAY_S, 60, 1800); /* ends on a Saturday, at six */
    gaps = gaps_now(pair, "holes");
    assert_true(gaps.days == 6 && gaps.missing == 2 && gaps.partial == 1);
    assert_true(gaps.first_missing_s > MONDAY_S + DAY_S && gaps.first_missing_s < MONDAY_S + 2 * DAY_S);

    put_days(pair, "one", MONDAY_S, 1, DAY_S);
    gaps = gaps_now(pair, "one");
    assert_true(gaps.days == 1 && gaps.missing == 0 && gaps.partial == 0);
}

static void the_days_on_which_clocks_change_are_whole(void **state)
{
    static const int64_t march_s = INT64_C(1774566000), october_s = INT64_C(1792792800); /* Fridays before, 00:00 */
    struct gaps gaps;

    put_days(*state, "spring", march_s, 4 * 48 - 2, 1800);
    gaps = gaps_now(*state, "spring");
    assert_true(gaps.days == 4 && gaps.missing == 0 && gaps.partial == 0);
    put_days(*state, "autumn", october_s, 4 * 48 + 2, 1800);
    gaps = gaps_now(*state, "autumn");
    assert_true(gaps.days == 4 && gaps.missing == 0 && gaps.partial == 0);
}

/* ---- The checks. */

static void a_new_home_is_told_what_it_lacks(void **state)
{
    expect_state(*state, "store", "read back well", "ok");
    expect_state(*state, "backup", "never", "warn");
    expect_state(*state, "sheet", "nobody", "warn");
    expect_state(*state, "readings", "none yet", "warn");
    expect_state(*state, "neighbours", "in no group", "ok");
}

static void a_backup_and_a_proved_sheet_are_remembered_and_grow_old(void **state)
{
    struct pair *pair = *state;
    struct store *store = node_store(pair->node[0]);
    const uint64_t day_ms = DAY_S * UINT64_C(1000);

    assert_int_equal(care_note(store, CARE_BACKUP, pair->now_ms - 3 * day_ms, NULL), STATUS_OK);
    assert_int_equal(care_note(store, CARE_PROVED, pair->now_ms - 400 * day_ms, NULL), STATUS_OK);
    expect_state(pair, "backup", "3 days ago", "ok");
    expect_state(pair, "sheet", "400 days ago", "ok"); /* paper keeps */
    assert_int_equal(care_note(store, CARE_BACKUP, pair->now_ms - 32 * day_ms, NULL), STATUS_OK);
    expect_state(pair, "backup", "32 days ago", "warn");
    assert_int_equal(care_note(store, CARE_BACKUP, pair->now_ms + 2 * day_ms, NULL), STATUS_OK);
    expect_state(pair, "past", "later than the clock", "fail");
}

static void status_shows_the_age_of_the_backup(void **state)
{
    struct pair *pair = *state;
    json_t *request = json_pack("{s:i, s:s}", "v", 1, "verb", "status"), *reply;

    reply = serve(pair->node[0], request);
    assert_true(json_is_null(json_object_get(reply, "backup_s")));
    json_decref(reply);
    assert_int_equal(care_note(node_store(pair->node[0]), CARE_BACKUP, 7000, NULL), STATUS_OK);
    reply = serve(pair->node[0], request);
    assert_int_equal(field_uint(reply, "backup_s"), 7);
    json_decref(reply);
    json_decref(request);
}

static void readings_that_stopped_or_have_holes_are_named(void **state)
{
    struct pair *pair = *state;
    int64_t now_s = (int64_t)(pair->now_ms / 1000);

    put_days(pair, "fresh", now_s - 5 * DAY_S, 4 * 48, 1800);
    put_days(pair, "late", now_s - 40 * DAY_S, 10 * 48, 1800);
    put_days(pair, "torn", now_s - 9 * DAY_S, 48, 1800);
    put_days(pair, "torn", now_s - 3 * DAY_S, 48, 1800);
    expect_state(pair, "readings", "fresh (electricity)", "ok");
    expect_state(pair, "readings", "late (electricity)", "warn");
    expect_state(pair, "readings", "torn (electricity)", "warn");
    expect_state(pair, "readings", "days are missing", "warn");
    expect_state(pair, "readings", "none yet", "");
}

static bool met(struct pair *pair)
{
    struct peer_view peers[4];
    size_t count = core_peers(node_core(pair->node[0]), peers, 4);

    for (size_t i = 0; i < count; i++)
        if (peers[i].linked)
            return true;
    return false;
}

static void a_home_that_meets_nobody_for_a_day_is_told(void **state)
{
    struct pair *pair = *state;

    assert_int_equal(pair_join(pair, 0, pair_address[1], NULL), STATUS_OK);
    expect_state(pair, "neighbours", "none was met", "warn");
    assert_int_equal(pair_start(pair, 1, NULL), STATUS_OK);
    assert_int_equal(pair_join(pair, 1, pair_address[0], NULL), STATUS_OK);
    pair_run(pair, pair->now_ms + 60000);
    assert_true(met(pair));
    expect_state(pair, "neighbours", "1 linked now", "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CARE_TEST(name) cmocka_unit_test_setup_teardown(name, pair_up, pair_down)
        CARE_TEST(missing_days_are_counted_by_the_wall_clock),
        CARE_TEST(the_days_on_which_clocks_change_are_whole),
        CARE_TEST(a_new_home_is_told_what_it_lacks),
        CARE_TEST(a_backup_and_a_proved_sheet_are_remembered_and_grow_old),
        CARE_TEST(status_shows_the_age_of_the_backup),
        CARE_TEST(readings_that_stopped_or_have_holes_are_named),
        CARE_TEST(a_home_that_meets_nobody_for_a_day_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
