/* What a home's readings say about it: every mWh once in each sum, and no answer where the data cannot give
 * one. */
#include "node/profile/profile.h"
#include "node/import/import.h"
#include "node/tongue/local_time.h"
#include "tests/support/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400, HOUR_S = 3600, JANUARY_2023 = 1672527600 /* midnight in Paris */ };

static uint64_t sum(const uint64_t *values, size_t count)
{
    uint64_t total = 0;

    for (size_t i = 0; i < count; i++)
        total += values[i];
    return total;
}

static void expect_sums_agree(const struct profile *profile)
{
    uint64_t by_hour = profile->total_mwh - profile->coarse_mwh;

    assert_int_equal(sum(profile->month_mwh, 12), profile->total_mwh);
    assert_int_equal(sum(profile->hour_mwh, 24), by_hour);
    assert_int_equal(sum(profile->period_mwh, 4), by_hour);
    assert_int_equal(sum(profile->hour_mwh, 6) + sum(profile->hour_mwh + 22, 2),
                     profile->period_mwh[1] + profile->period_mwh[3]);
    assert_true(profile->cell < 4);
}

static bool profile_of_file(struct profile *out, const char *path, size_t portion)
{
    struct bytes file = file_load(path);
    struct profile_builder builder;
    struct failure why;
    struct import import;

    if (!file.data)
        return false;
    assert_int_equal(import_read(&import, file, &why), STATUS_OK);
    profile_begin(&builder, import.readings[import.count - 1].start_s);
    for (size_t i = 0; i < import.count; i += portion)
        profile_add(&builder, import.readings + i, import.count - i < portion ? import.count - i : portion);
    profile_end(out, &builder);
    assert_int_equal(out->total_mwh, import.total_mwh);
    import_clear(&import);
    file_free(file);
    return true;
}

static void a_real_year_is_told_in_full(void **unused)
{
    struct profile profile, in_portions;

    (void)unused;
    if (!profile_of_file(&profile, SHARED("linky/enedis_courbe_30min_reelle.csv"), 100000))
        skip();
    profile_of_file(&in_portions, SHARED("linky/enedis_courbe_30min_reelle.csv"), 7);
    assert_memory_equal(&profile, &in_portions, sizeof profile);
    assert_int_equal(profile.days, 365);
    assert_int_equal(profile.total_mwh, UINT64_C(7302599000));
    assert_int_equal(profile.night_permille, 253);  /* 25.38 %, computed apart */
    assert_int_equal(profile.winter_permille, 571); /* 57.18 % */
    assert_true(profile.cell_known && profile.winter_known);
    assert_int_equal(profile.cell, 0);
    expect_sums_agree(&profile);
}

/* The sample is from winter time throughout: the C library's calendar and one hour more. */
static void a_sample_home_agrees_with_a_plain_count(void **unused)
{
    struct bytes file = file_load(COOP_SOURCE_DIR "/node/sample/H004.csv");
    struct profile profile;
    struct failure why;
    struct import import;
    uint64_t hours[24] = { 0 }, periods[4] = { 0 };

    (void)unused;
    profile_of_file(&profile, COOP_SOURCE_DIR "/node/sample/H004.csv", 1000);
    assert_int_equal(import_read(&import, file, &why), STATUS_OK);
    for (size_t i = 0; i < import.count; i++) {
        time_t local = (time_t)import.readings[i].start_s + HOUR_S;
        struct tm tm;

        gmtime_r(&local, &tm);
        hours[tm.tm_hour] += (uint64_t)import.readings[i].energy_mwh;
        periods[(tm.tm_mon == 9) * 2 + (tm.tm_hour < 6 || tm.tm_hour > 21)] +=
            (uint64_t)import.readings[i].energy_mwh;
    }
    assert_memory_equal(profile.hour_mwh, hours, sizeof hours);
    assert_memory_equal(profile.period_mwh, periods, sizeof periods);
    assert_int_equal(profile.days, 42);
    expect_sums_agree(&profile);
    import_clear(&import);
    file_free(file);
}

/* Readings of `hour_mwh` in every hour, and `night_mwh` in those from 22 to 6 of winter time. */
static void feed(struct profile_builder *builder, int64_t from_s, unsigned hours, int64_t hour_mwh,
                 int64_t night_mwh)
{
    for (unsigned hour = 0; hour < hours; hour++) {
        bool night = hour % 24 < 6 || hour % 24 >= 22;
        struct reading reading = { from_s + (int64_t)hour * HOUR_S, HOUR_S, night ? night_mwh : hour_mwh };

        profile_add(builder, &reading, 1);
    }
}

static void the_night_question_is_asked_at_35_percent(void **unused)
{
    static const struct {
        int64_t day_mwh, night_mwh;
        unsigned permille, cell;
    } homes[] = { { 1000, 1000, 333, 0 },
                  { 1300, 1400, 350, 0 },
                  { 1000, 1081, 350, 0 },
                  { 1000, 1082, 351, 1 },
                  { 0, 5, 1000, 1 } };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(homes); i++) {
        struct profile_builder builder;
        struct profile profile;

        profile_begin(&builder, JANUARY_2023 + 40 * DAY_S);
        feed(&builder, JANUARY_2023, 40 * 24, homes[i].day_mwh, homes[i].night_mwh);
        profile_end(&profile, &builder);
        assert_true(profile.cell_known && !profile.winter_known);
        assert_int_equal(profile.night_permille, homes[i].permille);
        assert_int_equal(profile.cell, homes[i].cell); /* all of it in winter, and bit 1 is silent */
    }
}

static void a_cell_needs_four_weeks_and_its_winter_300_days(void **unused)
{
    static const struct {
        unsigned days;
        bool cell_known, winter_known;
    } spans[] = { { 1, false, false },
                  { 27, false, false },
                  { 28, true, false },
                  { 299, true, false },
                  { 300, true, true } };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(spans); i++) {
        struct profile_builder builder;
        struct profile profile;

        profile_begin(&builder, JANUARY_2023 + (int64_t)spans[i].days * DAY_S - HOUR_S);
        feed(&builder, JANUARY_2023, (spans[i].days < 60 ? spans[i].days : 60) * 24, 9000, 9000); /* winter */
        if (spans[i].days > 60) /* in summer time the last hour falls on the day after */
            feed(&builder, JANUARY_2023 + 60 * DAY_S, (spans[i].days - 60) * 24 - 1, 900, 900);
        profile_end(&profile, &builder);
        assert_int_equal(profile.cell_known, spans[i].cell_known);
        assert_int_equal(profile.winter_known, spans[i].winter_known);
        assert_int_equal(profile.cell, spans[i].winter_known ? 2 : 0);
        expect_sums_agree(&profile);
    }
}

static void only_the_last_365_days_count(void **unused)
{
    struct profile_builder builder;
    struct profile profile;

    (void)unused;
    profile_begin(&builder, JANUARY_2023 + 730 * DAY_S - HOUR_S);
    feed(&builder, JANUARY_2023, 730 * 24, 1000, 1000);
    profile_end(&profile, &builder);
    assert_int_equal(profile.days, 365);
    assert_int_equal(profile.total_mwh, 365 * 24 * 1000);
    assert_int_equal(profile.first_s, JANUARY_2023 + 365 * DAY_S);
}

static void hours_are_those_on_the_wall(void **unused)
{
    struct profile_builder builder;
    struct profile profile;
    int64_t october_29 = 1698530400; /* 2023, midnight in Paris: that day has 25 hours */

    (void)unused;
    profile_begin(&builder, october_29 + 100 * DAY_S);
    for (unsigned hour = 0; hour < 25; hour++)
        profile_add(&builder, &(struct reading){ october_29 + hour * HOUR_S, HOUR_S, 10 }, 1);
    profile_end(&profile, &builder);
    assert_int_equal(profile.days, 1);
    for (unsigned hour = 0; hour < 24; hour++)
        assert_int_equal(profile.hour_mwh[hour], hour == 2 ? 20 : 10);
}

static void readings_by_the_day_say_nothing_about_hours(void **unused)
{
    struct profile_builder builder;
    struct profile profile;

    (void)unused;
    profile_begin(&builder, JANUARY_2023 + 40 * DAY_S);
    for (unsigned day = 0; day < 40; day++)
        profile_add(&builder, &(struct reading){ JANUARY_2023 + day * DAY_S, DAY_S, 12000000 }, 1);
    profile_end(&profile, &builder);
    assert_int_equal(profile.total_mwh, 480000000);
    assert_int_equal(profile.coarse_mwh, profile.total_mwh);
    assert_int_equal(profile.month_mwh[0], 31 * 12000000);
    assert_int_equal(profile.night_permille, 0);
    assert_false(profile.cell_known);
    expect_sums_agree(&profile);
}

static void what_overlaps_counts_once(void **unused)
{
    static const struct reading twice[] = { { JANUARY_2023, 3600, 100 },
                                            { JANUARY_2023 + 1800, 1800, 60 },
                                            { JANUARY_2023 + 3600, 1800, 7 } };
    struct profile_builder builder;
    struct profile profile;

    (void)unused;
    profile_begin(&builder, twice[2].start_s);
    profile_add(&builder, twice, 3);
    profile_end(&profile, &builder);
    assert_int_equal(profile.total_mwh, 107);
}

static void no_readings_are_no_profile(void **unused)
{
    struct profile_builder builder;
    struct profile profile;

    (void)unused;
    profile_begin(&builder, 0);
    profile_end(&profile, &builder);
    assert_int_equal(profile.days, 0);
    assert_false(profile.cell_known);
    expect_sums_agree(&profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_year_is_told_in_full),
        cmocka_unit_test(a_sample_home_agrees_with_a_plain_count),
        cmocka_unit_test(the_night_question_is_asked_at_35_percent),
        cmocka_unit_test(a_cell_needs_four_weeks_and_its_winter_300_days),
        cmocka_unit_test(only_the_last_365_days_count),
        cmocka_unit_test(hours_are_those_on_the_wall),
        cmocka_unit_test(readings_by_the_day_say_nothing_about_hours),
        cmocka_unit_test(what_overlaps_counts_once),
        cmocka_unit_test(no_readings_are_no_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
