/* alerts.h - what is unusual in a home's electricity, told by its own last four weeks: a base load that
 * stepped up, nights in which something stayed on, a day far above all others.
 *
 * Pure, integers only. Each rule compares with the largest values of the 28 days before, not with a mean: a
 * home whose days differ much is told less, and each alert can be checked by hand. */
#ifndef COOP_NODE_ADVICE_ALERTS_H
#define COOP_NODE_ADVICE_ALERTS_H

#include "store/store.h"

enum {
    ALERT_BEFORE = 28,       /* days looked back on */
    ALERT_BEFORE_LEAST = 21, /* of them known, else nothing is said */
    ALERT_BASE_DAYS = 7,
    ALERT_NIGHTS = 3,
    ALERT_LOOKBACK = ALERT_BEFORE + ALERT_BASE_DAYS - 1, /* days needed before the first that is watched */
    ALERT_DAYS_MAX = 3700
};
enum alert_kind { ALERT_BASE, ALERT_NIGHT, ALERT_SPIKE, ALERT_KINDS };
const char *alert_kind_name(enum alert_kind kind); /* "base", "night", "spike" */
const char *alert_rule(enum alert_kind kind);      /* in words, with its numbers */
unsigned alert_days(enum alert_kind kind);         /* how many days in a row it is about */

struct alert_day {
    bool total_known, hours_known; /* 95 % of the day is metered; by the hour or finer */
    uint64_t total_mwh;
    uint64_t base_mw;  /* the lowest mean power of an hour, in milliwatts */
    uint64_t night_mw; /* of the hours from 0 to 6 */
};
unsigned alert_odd_days(enum alert_kind kind); /* how many of the 28 are left out, the highest ones */
/* What happened, and what it is compared with: milliwatts, or mWh for a spike. */
struct alert {
    enum alert_kind kind;
    int64_t day;                                /* the last of its days */
    uint64_t value, most_before, median_before; /* most: of the 28 days before, the odd ones left out */
};

/* Days from first_day on, count of them; readings in order of start. */
struct alert_watch {
    struct alert_day *days;
    size_t count;
    int64_t first_day, end_s;
    int64_t open_day; /* whose hours are being added up */
    uint64_t hour_mwh[24], total_covered_s;
    uint32_t hour_covered_s[24];
};
void alert_watch_begin(struct alert_watch *watch, struct alert_day *days, size_t count, int64_t first_day);
void alert_watch_add(struct alert_watch *watch, const struct reading *readings, size_t count);
void alert_watch_end(struct alert_watch *watch);

/* Of the days from index `from` on; at most `room` of them. *watched: days for which there was enough to
 * compare with, by any rule. A kind that has spoken is quiet for a week while it goes on. */
size_t alerts_find(struct alert *out, size_t room, size_t *watched, const struct alert_watch *watch,
                   size_t from);

#endif
