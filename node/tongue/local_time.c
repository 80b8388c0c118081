/* local_time.c - days are counted from 1970; everything else follows from where 1 January lies. No failure
 * modes but a date that does not exist. */
#include "node/tongue/local_time.h"

#include <assert.h>

enum { DAY_S = 86400, YEAR_FIRST = 1970, YEAR_END = 2200, MARCH = 3, OCTOBER = 10 };
static const int64_t SECONDS_END = INT64_C(7258118400); /* 2200 */

static bool leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned month_days(unsigned year, unsigned month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && leap(year));
}

/* Days from 1970 to 1 January: 477 leap days lie before 1970 by the same rule. */
static int64_t year_days(unsigned year)
{
    unsigned before = year - 1;

    return (int64_t)(year - YEAR_FIRST) * 365 + (int64_t)(before / 4 - before / 100 + before / 400) - 477;
}

static int64_t date_days(unsigned year, unsigned month, unsigned day)
{
    int64_t days = year_days(year) + day - 1;

    for (unsigned m = 1; m < month; m++)
        days += month_days(year, m);
    return days;
}

bool civil_seconds(int64_t *out, const struct civil *civil)
{
    if (civil->year < YEAR_FIRST || civil->year >= YEAR_END || civil->month < 1 || civil->month > 12 ||
        civil->day < 1 || civil->day > month_days(civil->year, civil->month) || civil->hour > 23 ||
        civil->minute > 59 || civil->second > 59)
        return false;
    *out = date_days(civil->year, civil->month, civil->day) * DAY_S + civil->hour * 3600 +
           civil->minute * 60 + civil->second;
    return true;
}

/* The first guess is right or one year late at the turn of a year. */
static unsigned year_of(int64_t days)
{
    unsigned year = YEAR_FIRST + (unsigned)(days * 400 / 146097);

    while (year_days(year) > days)
        year--;
    while (year_days(year + 1) <= days)
        year++;
    return year;
}

void civil_of(struct civil *out, int64_t seconds)
{
    int64_t days = seconds / DAY_S;
    unsigned rest = (unsigned)(seconds % DAY_S);

    assert(seconds >= 0 && seconds < SECONDS_END);
    out->year = year_of(days);
    out->month = 1;
    for (days -= year_days(out->year); days >= month_days(out->year, out->month); out->month++)
        days -= month_days(out->year, out->month);
    out->day = (unsigned)days + 1;
    out->hour = rest / 3600;
    out->minute = rest / 60 % 60;
    out->second = rest % 60;
}

unsigned civil_weekday(int64_t seconds)
{
    assert(seconds >= 0);
    return (unsigned)((seconds / DAY_S + 3) % 7); /* 1 January 1970 was a Thursday */
}

/* 01:00 UTC on the last Sunday of a month of 31 days. */
static int64_t change_s(unsigned year, unsigned month)
{
    int64_t last = date_days(year, month, 31) * DAY_S;

    return last - (civil_weekday(last) + 1) % 7 * DAY_S + 3600;
}

int64_t local_offset_s(int64_t utc_s)
{
    unsigned year = year_of(utc_s / DAY_S);

    assert(utc_s >= 0 && utc_s < SECONDS_END);
    return utc_s >= change_s(year, MARCH) && utc_s < change_s(year, OCTOBER) ? 7200 : 3600;
}

size_t local_moments(int64_t out[2], int64_t local_s)
{
    size_t count = 0;

    for (int64_t offset = 7200; offset >= 3600; offset -= 3600) {
        int64_t utc_s = local_s - offset;

        if (utc_s >= 0 && utc_s < SECONDS_END && local_offset_s(utc_s) == offset)
            out[count++] = utc_s;
    }
    return count;
}
