/* calendar.c - see calendar.h. Happy path: a calendar date goes in and out through local_time.h, which knows
 * months and leap years; here are only the steps between spans. Failure modes: a text that is no date, and a
 * date without a counterpart a year before. */
#include "node/advice/calendar.h"

#include "node/tongue/local_time.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { HOUR_S = 3600, WEEK_S = 7 * CALENDAR_DAY_S, YEAR_LEAST = 1971, YEAR_MOST = 2198, WEEKS_A_YEAR = 52 };

static const char *const names[SPANS] = { N_("hour"), N_("day"), N_("week"), N_("month"), N_("year") };

bool span_of_name(enum span *out, const char *name)
{
    for (size_t i = 0; i < SPANS; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum span)i;
            return true;
        }
    }
    return false;
}

const char *span_name(enum span span)
{
    assert((unsigned)span < SPANS);
    return names[span];
}

/* Of the first day of a month that exists. */
static int64_t month_start(unsigned year, unsigned month)
{
    struct civil civil = { year, month, 1, 0, 0, 0 };
    int64_t out = 0;
    bool exists = civil_seconds(&out, &civil);

    assert(exists);
    return out;
}

int64_t span_start(enum span span, int64_t local_s)
{
    int64_t day_s = local_s / CALENDAR_DAY_S * CALENDAR_DAY_S;
    struct civil civil;

    civil_of(&civil, local_s);
    switch (span) {
    case SPAN_HOUR:
        return local_s / HOUR_S * HOUR_S;
    case SPAN_DAY:
        return day_s;
    case SPAN_WEEK:
        return day_s - (int64_t)civil_weekday(day_s) * CALENDAR_DAY_S;
    case SPAN_MONTH:
        return month_start(civil.year, civil.month);
    case SPAN_YEAR:
        return month_start(civil.year, 1);
    case SPANS:
        break;
    }
    assert(false);
    return 0;
}

int64_t span_next(enum span span, int64_t start)
{
    struct civil civil;

    civil_of(&civil, start);
    switch (span) {
    case SPAN_HOUR:
        return start + HOUR_S;
    case SPAN_DAY:
        return start + CALENDAR_DAY_S;
    case SPAN_WEEK:
        return start + WEEK_S;
    case SPAN_MONTH:
        return civil.month == 12 ? month_start(civil.year + 1, 1) : month_start(civil.year, civil.month + 1);
    case SPAN_YEAR:
        return month_start(civil.year + 1, 1);
    case SPANS:
        break;
    }
    assert(false);
    return 0;
}

bool span_year_before(int64_t *out, enum span span, int64_t start)
{
    struct civil civil;

    civil_of(&civil, start);
    if (civil.year < YEAR_LEAST)
        return false;
    if (span == SPAN_WEEK) {
        *out = start - (int64_t)WEEKS_A_YEAR * WEEK_S;
        return true;
    }
    civil.year--;
    return civil_seconds(out, &civil);
}

const char *span_text(char out[CALENDAR_TEXT_MAX], enum span span, int64_t start)
{
    struct civil civil;

    civil_of(&civil, start);
    if (span == SPAN_HOUR)
        snprintf(out, CALENDAR_TEXT_MAX, "%04u-%02u-%02u %02u:00", civil.year % 10000, civil.month % 100,
                 civil.day % 100, civil.hour % 100);
    else if (span == SPAN_MONTH)
        snprintf(out, CALENDAR_TEXT_MAX, "%04u-%02u", civil.year % 10000, civil.month % 100);
    else if (span == SPAN_YEAR)
        snprintf(out, CALENDAR_TEXT_MAX, "%04u", civil.year % 10000);
    else
        snprintf(out, CALENDAR_TEXT_MAX, "%04u-%02u-%02u", civil.year % 10000, civil.month % 100,
                 civil.day % 100);
    return out;
}

static bool digits(unsigned *out, const char *text, size_t count)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(text[i] - '0');
    }
    return true;
}

bool day_read(int64_t *day, const char *text)
{
    struct civil civil = { 0 };
    int64_t local_s;

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !digits(&civil.year, text, 4) ||
        !digits(&civil.month, text + 5, 2) || !digits(&civil.day, text + 8, 2) || civil.year < YEAR_LEAST ||
        civil.year > YEAR_MOST || !civil_seconds(&local_s, &civil))
        return false;
    *day = local_s / CALENDAR_DAY_S;
    return true;
}

const char *day_text(char out[CALENDAR_TEXT_MAX], int64_t day)
{
    return span_text(out, SPAN_DAY, day * CALENDAR_DAY_S);
}

int64_t day_of(int64_t utc_s)
{
    return (utc_s + local_offset_s(utc_s)) / CALENDAR_DAY_S;
}

unsigned month_of(unsigned *days, int64_t day)
{
    int64_t start = span_start(SPAN_MONTH, day * CALENDAR_DAY_S);
    struct civil civil;

    civil_of(&civil, start);
    *days = (unsigned)((span_next(SPAN_MONTH, start) - start) / CALENDAR_DAY_S);
    return civil.month;
}

int64_t utc_of_local(int64_t local_s)
{
    int64_t moments[2];

    return local_moments(moments, local_s) > 0 ? moments[0] : local_s - HOUR_S;
}
