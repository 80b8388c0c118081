/* The wall clock of Central Europe: every change from 2018 to 2037, around it to the second, and every hour
 * of those years against a rule written another way. */
#include "node/tongue/local_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Days of the changes, from the annex of the directive's notices and the calendar: March, October. */
static const struct {
    unsigned year, march, october;
} changes[] = {
    { 2018, 25, 28 }, { 2019, 31, 27 }, { 2020, 29, 25 }, { 2021, 28, 31 }, { 2022, 27, 30 },
    { 2023, 26, 29 }, { 2024, 31, 27 }, { 2025, 30, 26 }, { 2026, 29, 25 }, { 2027, 28, 31 },
    { 2028, 26, 29 }, { 2029, 25, 28 }, { 2030, 31, 27 }, { 2031, 30, 26 }, { 2032, 28, 31 },
    { 2033, 27, 30 }, { 2034, 26, 29 }, { 2035, 25, 28 }, { 2036, 30, 26 }, { 2037, 29, 25 },
};
enum { YEARS = sizeof changes / sizeof changes[0] };

static int64_t at(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                  unsigned second)
{
    int64_t out = -1;

    assert_true(civil_seconds(&out, &(struct civil){ year, month, day, hour, minute, second }));
    return out;
}

static void known_dates_are_where_they_are(void **unused)
{
    (void)unused;
    assert_int_equal(at(1970, 1, 1, 0, 0, 0), 0);
    assert_int_equal(at(2000, 2, 29, 12, 0, 0), 951825600);
    assert_int_equal(at(2023, 7, 28, 22, 0, 0), 1690581600);
    assert_int_equal(at(2038, 1, 19, 3, 14, 7), INT32_MAX);
    assert_int_equal(at(2199, 12, 31, 23, 59, 59), 7258118399);
    assert_int_equal(civil_weekday(at(2018, 10, 29, 13, 0, 0)), 0);
    assert_int_equal(civil_weekday(at(2024, 2, 29, 0, 0, 0)), 3);
}

static void dates_that_do_not_exist_are_refused(void **unused)
{
    static const struct civil bad[] = {
        { 2023, 2, 29, 0, 0, 0 },  { 2100, 2, 29, 0, 0, 0 }, { 2023, 4, 31, 0, 0, 0 },
        { 2023, 0, 1, 0, 0, 0 },   { 2023, 13, 1, 0, 0, 0 }, { 2023, 1, 0, 0, 0, 0 },
        { 1969, 12, 31, 0, 0, 0 }, { 2200, 1, 1, 0, 0, 0 },  { 2023, 1, 1, 24, 0, 0 },
        { 2023, 1, 1, 0, 60, 0 },  { 2023, 1, 1, 0, 0, 60 },
    };
    int64_t out = 7;

    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(civil_seconds(&out, &bad[i]));
    assert_int_equal(out, 7);
}

/* Day by day through 230 years, with the month lengths written out once more. */
static void the_calendar_counts_every_day_once(void **unused)
{
    int64_t day = 0;

    (void)unused;
    for (unsigned year = 1970; year < 2200; year++) {
        for (unsigned month = 1; month <= 12; month++) {
            bool leap = (year % 4 == 0 && year % 100 != 0) || year == 2000;
            unsigned days = month == 2                                              ? 28 + leap
                            : month == 4 || month == 6 || month == 9 || month == 11 ? 30
                                                                                    : 31;

            for (unsigned d = 1; d <= days; d++, day++) {
                struct civil civil;

                assert_int_equal(at(year, month, d, 0, 0, 0), day * 86400);
                civil_of(&civil, day * 86400 + 86399);
                assert_true(civil.year == year && civil.month == month && civil.day == d &&
                            civil.hour == 23 && civil.second == 59);
            }
        }
    }
    assert_int_equal(day, 84006);
}

static void both_changes_of_twenty_years_fall_on_the_second(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < YEARS; i++) {
        int64_t march = at(changes[i].year, 3, changes[i].march, 1, 0, 0),
                october = at(changes[i].year, 10, changes[i].october, 1, 0, 0);

        assert_int_equal(local_offset_s(march - 1), 3600);
        assert_int_equal(local_offset_s(march), 7200);
        assert_int_equal(local_offset_s(october - 1), 7200);
        assert_int_equal(local_offset_s(october), 3600);
    }
}

static void march_leaves_an_hour_out_and_october_has_one_twice(void **unused)
{
    int64_t moments[2];

    (void)unused;
    for (size_t i = 0; i < YEARS; i++) {
        int64_t gap = at(changes[i].year, 3, changes[i].march, 2, 0, 0),
                twice = at(changes[i].year, 10, changes[i].october, 2, 0, 0);

        assert_int_equal(local_moments(moments, gap - 1), 1);
        assert_int_equal(moments[0], gap - 1 - 3600);
        assert_int_equal(local_moments(moments, gap), 0);
        assert_int_equal(local_moments(moments, gap + 3599), 0);
        assert_int_equal(local_moments(moments, gap + 3600), 1);
        assert_int_equal(moments[0], gap - 3600); /* the next second after the one before */
        assert_int_equal(local_moments(moments, twice - 1), 1);
        assert_int_equal(local_moments(moments, twice), 2);
        assert_int_equal(moments[0], twice - 7200);
        assert_int_equal(moments[1], twice - 3600);
        assert_int_equal(local_moments(moments, twice + 3599), 2);
        assert_int_equal(local_moments(moments, twice + 3600), 1);
        assert_int_equal(moments[0], twice);
    }
}

/* Every hour: summer time by the table, and every moment is among those its own wall clock stands for. */
static void every_hour_of_twenty_years_agrees_with_the_table(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < YEARS; i++) {
        int64_t begin = at(changes[i].year, 1, 1, 0, 0, 0), end = at(changes[i].year + 1, 1, 1, 0, 0, 0);

        for (int64_t t = begin; t < end; t += 3600) {
            struct civil c;
            int64_t moments[2];
            bool summer;
            size_t count;

            civil_of(&c, t);
            summer = (c.month > 3 && c.month < 10) || (c.month == 3 && c.day > changes[i].march) ||
                     (c.month == 3 && c.day == changes[i].march && c.hour >= 1) ||
                     (c.month == 10 && c.day < changes[i].october) ||
                     (c.month == 10 && c.day == changes[i].october && c.hour < 1);
            assert_int_equal(local_offset_s(t), summer ? 7200 : 3600);
            count = local_moments(moments, t + local_offset_s(t));
            assert_true(count > 0 && (moments[0] == t || (count == 2 && moments[1] == t)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_dates_are_where_they_are),
        cmocka_unit_test(dates_that_do_not_exist_are_refused),
        cmocka_unit_test(the_calendar_counts_every_day_once),
        cmocka_unit_test(both_changes_of_twenty_years_fall_on_the_second),
        cmocka_unit_test(march_leaves_an_hour_out_and_october_has_one_twice),
        cmocka_unit_test(every_hour_of_twenty_years_agrees_with_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
