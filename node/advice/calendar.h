/* calendar.h - days, weeks, months and years by the wall clock of Central Europe (tongue/local_time.h). Pure.
 */
#ifndef COOP_NODE_ADVICE_CALENDAR_H
#define COOP_NODE_ADVICE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* "Local seconds" are what the wall clock shows, as seconds since 1970 as if it ran on UTC; a day is their
 * number divided by 86400. */
enum { CALENDAR_DAY_S = 86400, CALENDAR_TEXT_MAX = 24 };

enum span { SPAN_HOUR, SPAN_DAY, SPAN_WEEK, SPAN_MONTH, SPAN_YEAR, SPANS };

bool span_of_name(enum span *out, const char *name); /* "hour", "day", "week", "month", "year" */
const char *span_name(enum span span);
int64_t span_start(enum span span,
                   int64_t local_s); /* of the span that this moment lies in; weeks begin on Monday */
int64_t span_next(enum span span, int64_t start);
/* The span a year before: the same date, or 52 weeks. false: there is none (29 February, before 1971). */
bool span_year_before(int64_t *out, enum span span, int64_t start);
/* "2023-01-16 18:00", "2023-01-16", "2023-01-16" (the Monday), "2023-01", "2023". Returns out. */
const char *span_text(char out[CALENDAR_TEXT_MAX], enum span span, int64_t start);

bool day_read(int64_t *day, const char *text); /* "2023-01-16", 1971 to 2198 */
const char *day_text(char out[CALENDAR_TEXT_MAX], int64_t day);
int64_t day_of(int64_t utc_s);
unsigned month_of(unsigned *days, int64_t day); /* 1 to 12, and how many days that month has */

/* The moment at which the wall clock shows this: the first where October has two; where March has none, the
 * moment of the change. */
int64_t utc_of_local(int64_t local_s);

#endif
