/* What a home used, by spans of the wall clock: every mWh once, gaps that stay gaps, and last year beside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/advice/usage.h"
#include "tests/support/advice_home.h"

#define SAMPLE COOP_SOURCE_DIR "/node/sample/H004.csv"
enum { JANUARY_2023 = 1672527600 /* midnight in Paris */, HALF_S = 1800, HALVES = 48 };
static const struct series_name METER = { "one", QUANTITY_ELECTRICITY_IN };

static int64_t day(const char *text)
{
    int64_t out = -1;

    assert_true(day_read(&out, text));
    return out;
}

static void dates_are_read_strictly(void **unused)
{
    static const char *const bad[] = { "",           "2023-1-1",   "2023-02-29", "2023-13-01",
                                       "2023-00-10", "2023-01-32", "2023/01/01", "2023-01-01x",
                                       "1970-01-01", "2199-01-01", "+023-01-01", " 2023-01-1" };
    int64_t out;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(day_read(&out, bad[i]));
    assert_int_equal(day("2024-02-29"), 19782);
    assert_int_equal(day("2023-01-01"), 19358);
}

static void spans_begin_where_the_wall_clock_says(void **unused)
{
    static const struct {
        const char *moment;
        enum span span;
        const char *start, *next, *before;
    } cases[] = {
        { "2023-01-18", SPAN_WEEK, "2023-01-16", "2023-01-23", "2022-01-17" },
        { "2023-01-16", SPAN_WEEK, "2023-01-16", "2023-01-23", "2022-01-17" },
        { "2024-02-29", SPAN_DAY, "2024-02-29", "2024-03-01", NULL },
        { "2024-02-29", SPAN_MONTH, "2024-02", "2024-03", "2023-02" },
        { "2023-12-31", SPAN_MONTH, "2023-12", "2024-01", "2022-12" },
        { "2023-12-31", SPAN_YEAR, "2023", "2024", "2022" },
        { "2023-12-31", SPAN_HOUR, "2023-12-31 00:00", "2023-12-31 01:00", "2022-12-31 00:00" },
    };
    char text[CALENDAR_TEXT_MAX];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int64_t start = span_start(cases[i].span, day(cases[i].moment) * CALENDAR_DAY_S), before;

        assert_string_equal(span_text(text, cases[i].span, start), cases[i].start);
        assert_string_equal(span_text(text, cases[i].span, span_next(cases[i].span, start)), cases[i].next);
        assert_int_equal(span_year_before(&before, cases[i].span, start), cases[i].before != NULL);
        if (cases[i].before)
            assert_string_equal(span_text(text, cases[i].span, before), cases[i].before);
    }
}

static void a_day_has_23_24_or_25_hours(void **unused)
{
    static const struct {
        const char *day;
        size_t hours;
        int64_t length_s;
    } cases[] = { { "2023-03-26", 23, 82800 }, { "2023-10-29", 24, 90000 }, { "2023-06-01", 24, 86400 } };
    static struct usage_bin bins[USAGE_BINS_MAX];
    struct usage usage;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_true(usage_begin(&usage, bins, SPAN_HOUR, day(cases[i].day), day(cases[i].day)));
        assert_int_equal(usage.count,
                         cases[i].hours); /* the hour that October has twice is one of two hours */
        assert_int_equal(bins[usage.count - 1].end_s - bins[0].start_s, cases[i].length_s);
        for (size_t h = 1; h < usage.count; h++)
            assert_int_equal(bins[h].start_s, bins[h - 1].end_s);
    }
    assert_false(usage_begin(&usage, bins, SPAN_HOUR, 19000, 19000 + USAGE_BINS_MAX / 24 + 1));
}

/* Half hours of one Wh each but for a hole, an overlap and a reading of a whole day. */
static void what_is_not_metered_is_a_gap_and_never_a_zero(void **unused)
{
    static struct usage_bin bins[USAGE_BINS_MAX];
    struct reading readings[3 * HALVES + 2];
    struct usage usage;
    size_t count = 0;

    (void)unused;
    for (int i = 0; i < HALVES + 12; i++) /* a day and a quarter of the next */
        readings[count++] = (struct reading){ JANUARY_2023 + (int64_t)i * HALF_S, HALF_S, 1000 };
    readings[count] = (struct reading){ readings[count - 1].start_s + 900, HALF_S, 7777 }; /* overlaps */
    readings[count + 1] = (struct reading){ JANUARY_2023 + 3 * CALENDAR_DAY_S, CALENDAR_DAY_S, 5000 };
    count += 2;
    assert_true(usage_begin(&usage, bins, SPAN_DAY, day("2023-01-01"), day("2023-01-04")));
    usage_add(&usage, readings, count);
    assert_int_equal(usage.total_mwh, 48000 + 12000 + 5000);
    assert_true(usage_bin_whole(&bins[0]) && bins[0].energy_mwh == 48000 && bins[0].covered_s == 86400);
    assert_true(!usage_bin_whole(&bins[1]) && bins[1].covered_s == 21600);
    assert_true(bins[2].covered_s == 0 && !usage_bin_whole(&bins[2]));
    assert_int_equal(bins[3].energy_mwh, 5000);
    assert_true(usage_begin(&usage, bins, SPAN_HOUR, day("2023-01-04"), day("2023-01-04")));
    usage_add(&usage, readings, count);
    assert_int_equal(usage.coarse_mwh, 5000); /* a day says nothing about its hours */
    assert_int_equal(usage.total_mwh, 0);
}

static void only_spans_that_are_whole_in_both_years_are_compared(void **unused)
{
    static struct usage_bin bins[4], earlier[4];
    static const int64_t now_mwh[] = { 1000, 900, 5000, 0 }, before_mwh[] = { 1250, 750, 1, 400 };
    struct usage now, before;
    int64_t permille;
    size_t count;

    (void)unused;
    assert_true(usage_begin(&now, bins, SPAN_DAY, day("2023-05-01"), day("2023-05-04")));
    usage_begin_before(&before, earlier, &now);
    assert_false(usage_change(&permille, &count, &now, &before));
    for (int i = 0; i < 4; i++) {
        struct reading a = { earlier[i].start_s, i == 2 ? 3600 : CALENDAR_DAY_S, before_mwh[i] };
        struct reading b = { bins[i].start_s, CALENDAR_DAY_S, now_mwh[i] };

        usage_add(&before, &a, 1);
        if (i < 3)
            usage_add(&now, &b, 1);
    }
    assert_true(usage_change(&permille, &count, &now, &before));
    assert_int_equal(count, 2); /* the third is an hour of a day, the fourth is not there */
    assert_int_equal(permille, (1900 - 2000) * 1000 / 2000);
}

static void no_mwh_is_lost_or_counted_twice_by_any_span(void **unused)
{
    static const char *const spans[] = { "hour", "day", "week", "month", "year" };
    uint64_t total = 0;

    (void)unused;
    assert_true(home_import(SAMPLE));
    for (size_t i = 0; i < ARRAY_SIZE(spans); i++) {
        json_t *reply, *bin;
        uint64_t sum = 0, covered = 0;
        size_t k;

        assert_int_equal(
            TYPE(usage, "--by", spans[i], "--from", "2018-10-29", "--to", "2018-12-09", "--json"), EXIT_DONE);
        reply = home_json();
        json_array_foreach(json_object_get(reply, "bins"), k, bin)
        {
            sum += field_uint(bin, "energy_mwh");
            covered += field_uint(bin, "covered_s");
        }
        total = total ? total : sum;
        assert_true(total > 0 && sum == total && sum == field_uint(reply, "total_mwh"));
        assert_int_equal(covered, 42 * CALENDAR_DAY_S);
        json_decref(reply);
    }
}

static void last_year_stands_beside(void **unused)
{
    struct reading readings[2] = { { JANUARY_2023, CALENDAR_DAY_S, 10000000 },
                                   { JANUARY_2023 + 365 * (int64_t)CALENDAR_DAY_S, CALENDAR_DAY_S,
                                     9000000 } };

    (void)unused;
    home_keep(&METER, readings, 2);
    assert_int_equal(TYPE(usage, "--by", "day"), EXIT_DONE);
    SAID("Mon 1 Jan 2024");
    SAID("9.0 kWh  ################ ");
    SAID("10.0 kWh  ##################");
    SAID("-10.0 % over 1 span");
    assert_int_equal(TYPE(usage, "--by", "month"), EXIT_DONE);
    SAID("(3 %)");
    SAID("no data");
}

static void what_cannot_be_answered_is_said_with_the_next_command(void **unused)
{
    struct reading reading = { JANUARY_2023, HALF_S, 1 };

    (void)unused;
    assert_int_equal(TYPE(usage, "--json"), EXIT_NOT_FOUND);
    assert_int_equal(TYPE(usage, "--yes"), EXIT_NOT_FOUND);
    WARNED("coopair import FILE");
    home_keep(&METER, &reading, 1);
    assert_int_equal(TYPE(usage, "--meter", "two"), EXIT_NOT_FOUND);
    WARNED("say --meter with one of: one");
    assert_int_equal(TYPE(usage, "--of", "gas"), EXIT_NOT_FOUND);
    assert_int_equal(TYPE(usage, "--of", "water"), EXIT_FAILED);
    WARNED("electricity, electricity-out or gas");
    assert_int_equal(TYPE(usage, "--by", "minute"), EXIT_USAGE);
    WARNED("hour, day, week, month or year");
    assert_int_equal(TYPE(usage, "--from", "2023-02-30"), EXIT_USAGE);
    WARNED("a date that exists");
    assert_int_equal(TYPE(usage, "--from", "2023-02-02", "--to", "2023-02-01"), EXIT_USAGE);
    WARNED("lies after");
    assert_int_equal(TYPE(usage, "--from", "2025-01-01"), EXIT_NOT_FOUND);
    WARNED("has them from");
    assert_int_equal(TYPE(usage, "--from", "2020-01-01", "--to", "2020-02-01"), EXIT_NOT_FOUND);
    WARNED("has them from 2023-01-01 to 2023-01-01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read_strictly),
        cmocka_unit_test(spans_begin_where_the_wall_clock_says),
        cmocka_unit_test(a_day_has_23_24_or_25_hours),
        cmocka_unit_test(what_is_not_metered_is_a_gap_and_never_a_zero),
        cmocka_unit_test(only_spans_that_are_whole_in_both_years_are_compared),
        cmocka_unit_test_setup_teardown(no_mwh_is_lost_or_counted_twice_by_any_span, home_up, home_down),
        cmocka_unit_test_setup_teardown(last_year_stands_beside, home_up, home_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_answered_is_said_with_the_next_command, home_up,
                                        home_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
