/* local_time.h - the civil calendar, and the wall clock of Central Europe, in integers: no tz database, no
 * locale, no environment.
 *
 * Paris, Zurich, Berlin, Brussels and Madrid keep one clock: UTC+1, and UTC+2 from the last Sunday of March
 * 01:00 UTC to the last Sunday of October 01:00 UTC (directive 2000/84/EC). The rule is used for all years:
 * meters with a clock are younger than it. */
#ifndef COOP_NODE_LOCAL_TIME_H
#define COOP_NODE_LOCAL_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct civil {
    unsigned year, month, day; /* 1970 to 2199, 1 to 12, 1 to 31 */
    unsigned hour, minute, second;
};
/* What the clock shows, as seconds since 1970 as if it ran on UTC. false: there is no such date or time of
 * day. */
bool civil_seconds(int64_t *out, const struct civil *civil);
void civil_of(struct civil *out, int64_t seconds); /* of 1970 to 2199 */
unsigned civil_weekday(int64_t seconds);           /* 0: Monday */

/* How far the wall clock is ahead of UTC: 3600 or 7200. */
int64_t local_offset_s(int64_t utc_s);
/* The moments at which the wall clock shows local_s, in order: one; none within the hour that March leaves
 * out; two within the hour that October has twice. */
size_t local_moments(int64_t out[2], int64_t local_s);

#endif
