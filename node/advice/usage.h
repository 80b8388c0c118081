/* usage.h - how much was used in each hour, day, week, month or year, and how much of it was metered at all.
 *
 * Pure, integers only. A hole in the readings stays a hole: a span says for how many of its seconds there are
 * readings, and nothing is filled in or scaled up. */
#ifndef COOP_NODE_ADVICE_USAGE_H
#define COOP_NODE_ADVICE_USAGE_H

#include "node/advice/calendar.h"
#include "store/store.h"

enum {
    USAGE_BINS_MAX = 2500
}; /* of a reply of at most a MiB: a hundred days by the hour, six years by the day */

struct usage_bin {
    int64_t local_s;        /* its start, as the wall clock shows it */
    int64_t start_s, end_s; /* in UTC */
    uint64_t energy_mwh;    /* of what was metered in it */
    uint32_t covered_s;     /* of it; 0: nothing is known, which is not the same as nothing used */
};
/* Bins in order without holes between them. Fed in order of start; what overlaps the reading before it is
 * left out (the same meter imported once by the hour and once by the half hour), and so is a reading longer
 * than the span asked for, which says nothing about it: that goes to coarse_mwh. */
struct usage {
    enum span span;
    struct usage_bin *bins;
    size_t count, at;
    int64_t end_s;
    uint64_t coarse_mwh, total_mwh, covered_s;
};
/* Spans that touch the days from..to. false: more than USAGE_BINS_MAX; bins holds that many. */
bool usage_begin(struct usage *usage, struct usage_bin *bins, enum span span, int64_t from_day,
                 int64_t to_day);
/* The spans a year before those of `now`, each where its own is; one without counterpart has no length. */
void usage_begin_before(struct usage *usage, struct usage_bin *bins, const struct usage *now);
void usage_add(struct usage *usage, const struct reading *readings, size_t count);

/* Whole enough to be set beside another: at least 95 % of its seconds are metered. */
bool usage_bin_whole(const struct usage_bin *bin);
/* How much more than before, in permille of before, of the spans that are whole in both; *bins: how many.
 * false: there are none, or nothing was used before. */
bool usage_change(int64_t *permille, size_t *bins, const struct usage *now, const struct usage *before);

#endif
