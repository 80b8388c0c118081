/* usage.c - see usage.h. Happy path: one walk over the readings, each into the span it begins in. Failure
 * modes: a range with more spans than a reply can hold; readings too long for the span, counted apart. */
#include "node/advice/usage.h"

#include "node/tongue/local_time.h"

#include <assert.h>
#include <string.h>

enum { WHOLE_PERCENT = 95 };

static struct usage_bin bin_at(enum span span, int64_t local_s)
{
    return (struct usage_bin){ .local_s = local_s,
                               .start_s = utc_of_local(local_s),
                               .end_s = utc_of_local(span_next(span, local_s)) };
}

bool usage_begin(struct usage *usage, struct usage_bin *bins, enum span span, int64_t from_day,
                 int64_t to_day)
{
    int64_t local_s = span_start(span, from_day * CALENDAR_DAY_S);

    *usage = (struct usage){ .span = span, .bins = bins };
    for (; local_s < (to_day + 1) * CALENDAR_DAY_S; local_s = span_next(span, local_s)) {
        struct usage_bin bin = bin_at(span, local_s);

        if (bin.start_s == bin.end_s) /* the hour that March leaves out */
            continue;
        if (usage->count == USAGE_BINS_MAX)
            return false;
        bins[usage->count++] = bin;
    }
    return true;
}

void usage_begin_before(struct usage *usage, struct usage_bin *bins, const struct usage *now)
{
    *usage = (struct usage){ .span = now->span, .bins = bins, .count = now->count };
    for (size_t i = 0; i < now->count; i++) {
        int64_t local_s;

        if (span_year_before(&local_s, now->span, now->bins[i].local_s))
            bins[i] = bin_at(now->span, local_s);
        else
            bins[i] = (struct usage_bin){ .start_s = i ? bins[i - 1].end_s : 0,
                                          .end_s = i ? bins[i - 1].end_s : 0 };
    }
}

static void reading_use(struct usage *usage, const struct reading *r)
{
    struct usage_bin *bin;

    while (usage->at < usage->count && usage->bins[usage->at].end_s <= r->start_s)
        usage->at++;
    if (usage->at == usage->count || r->start_s < usage->bins[usage->at].start_s)
        return;
    bin = &usage->bins[usage->at];
    if ((int64_t)r->length_s > bin->end_s - bin->start_s) {
        usage->coarse_mwh += (uint64_t)r->energy_mwh;
        return;
    }
    bin->energy_mwh += (uint64_t)r->energy_mwh;
    bin->covered_s += r->length_s;
    usage->total_mwh += (uint64_t)r->energy_mwh;
    usage->covered_s += r->length_s;
}

void usage_add(struct usage *usage, const struct reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (readings[i].start_s < usage->end_s)
            continue;
        usage->end_s = readings[i].start_s + readings[i].length_s;
        reading_use(usage, &readings[i]);
    }
}

bool usage_bin_whole(const struct usage_bin *bin)
{
    int64_t length_s = bin->end_s - bin->start_s;

    return length_s > 0 && (int64_t)bin->covered_s * 100 >= length_s * WHOLE_PERCENT;
}

bool usage_change(int64_t *permille, size_t *bins, const struct usage *now, const struct usage *before)
{
    int64_t now_mwh = 0, before_mwh = 0;

    assert(now->count == before->count);
    *bins = 0;
    for (size_t i = 0; i < now->count; i++) {
        if (!usage_bin_whole(&now->bins[i]) || !usage_bin_whole(&before->bins[i]))
            continue;
        now_mwh += (int64_t)now->bins[i].energy_mwh;
        before_mwh += (int64_t)before->bins[i].energy_mwh;
        (*bins)++;
    }
    if (*bins == 0 || before_mwh == 0)
        return false;
    *permille = (now_mwh - before_mwh) * 1000 / before_mwh;
    return true;
}
