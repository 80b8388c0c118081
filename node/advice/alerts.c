/* alerts.c - see alerts.h. Happy path: half hours without gaps, and most weeks nothing to say. Failure modes
 * are silence: a day with holes is not compared and not compared with, and less than three known weeks before
 * say nothing. The numbers in the rules were chosen on real homes so that a home hears little (see the help
 * of coopair alerts for the measured rate). */
#include "node/advice/alerts.h"

#include "node/tongue/tongue.h"

#include "node/advice/calendar.h"
#include "node/tongue/local_time.h"

#include <assert.h>
#include <string.h>

enum { HOUR_S = 3600, NIGHT_HOURS = 6, DAY_KNOWN_S = 82080, HOURS_KNOWN = 23, QUIET_DAYS = 7 };

/* An alert when every one of `days` days is at least most + step, at least percent % of `of`, and above most
 * by more than most is above the median, where `spread` says so. */
static const struct rule {
    const char *name, *text;
    unsigned days, percent, odd;
    uint64_t step; /* mW or mWh */
    bool of_median, spread;
} rules[ALERT_KINDS] = {
    { "base",
      N_("for 7 days the lowest hour of the day was at least 40 W above the lowest hours of the 28 days before "
      "(all "
      "but the 2 highest of them), and 30 % above their median"),
      ALERT_BASE_DAYS, 130, 2, 40000, true, false },
    { "night",
      N_("for 3 nights (0 to 6) the power never fell to within 100 W and 30 % of the highest night minimum of "
      "the "
      "28 nights before, nor to within the usual spread of it"),
      ALERT_NIGHTS, 130, 0, 100000, false, true },
    { "spike",
      N_("the day used at least 5 kWh and 50 % more than the highest of the 28 days before, and more than their "
      "usual spread above it"),
      1, 150, 0, 5000000, false, true },
};

const char *alert_kind_name(enum alert_kind kind)
{
    assert((unsigned)kind < ALERT_KINDS);
    return rules[kind].name;
}

const char *alert_rule(enum alert_kind kind)
{
    assert((unsigned)kind < ALERT_KINDS);
    return rules[kind].text;
}

unsigned alert_days(enum alert_kind kind)
{
    assert((unsigned)kind < ALERT_KINDS);
    return rules[kind].days;
}

unsigned alert_odd_days(enum alert_kind kind)
{
    assert((unsigned)kind < ALERT_KINDS);
    return rules[kind].odd;
}

/* ---- Readings into days. */

void alert_watch_begin(struct alert_watch *watch, struct alert_day *days, size_t count, int64_t first_day)
{
    memset(watch, 0, sizeof *watch);
    memset(days, 0, count * sizeof *days);
    watch->days = days;
    watch->count = count;
    watch->first_day = first_day;
    watch->open_day = first_day;
}

static void day_close(struct alert_watch *watch)
{
    uint64_t place = (uint64_t)(watch->open_day - watch->first_day);
    unsigned known = 0;
    struct alert_day *day;

    if (place < watch->count) {
        day = &watch->days[place];
        day->total_known = watch->total_covered_s >= DAY_KNOWN_S;
        day->base_mw = day->night_mw = UINT64_MAX;
        for (unsigned h = 0; h < 24; h++) {
            uint64_t mw;

            if (watch->hour_covered_s[h] < HOUR_S)
                continue;
            mw = watch->hour_mwh[h] * HOUR_S / watch->hour_covered_s[h];
            day->base_mw = mw < day->base_mw ? mw : day->base_mw;
            if (h < NIGHT_HOURS && mw < day->night_mw)
                day->night_mw = mw;
            known++;
        }
        day->hours_known = known >= HOURS_KNOWN; /* in March the day has no more */
    }
    memset(watch->hour_mwh, 0, sizeof watch->hour_mwh);
    memset(watch->hour_covered_s, 0, sizeof watch->hour_covered_s);
    watch->total_covered_s = 0;
}

static void reading_use(struct alert_watch *watch, const struct reading *r)
{
    int64_t local_s = r->start_s + local_offset_s(r->start_s), day = local_s / CALENDAR_DAY_S;
    size_t hour = (size_t)(local_s % CALENDAR_DAY_S / HOUR_S);

    if (day < watch->first_day || day >= watch->first_day + (int64_t)watch->count)
        return;
    if (day != watch->open_day)
        day_close(watch);
    watch->open_day = day;
    watch->days[day - watch->first_day].total_mwh += (uint64_t)r->energy_mwh;
    watch->total_covered_s += r->length_s;
    if (r->length_s > HOUR_S)
        return;
    watch->hour_mwh[hour] += (uint64_t)r->energy_mwh;
    watch->hour_covered_s[hour] += r->length_s;
}

void alert_watch_add(struct alert_watch *watch, const struct reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (readings[i].start_s < watch->end_s)
            continue;
        watch->end_s = readings[i].start_s + readings[i].length_s;
        reading_use(watch, &readings[i]);
    }
}

void alert_watch_end(struct alert_watch *watch)
{
    day_close(watch);
}

/* ---- Days into alerts. */

static bool value_of(uint64_t *out, const struct alert_day *day, enum alert_kind kind)
{
    *out = kind == ALERT_BASE ? day->base_mw : kind == ALERT_NIGHT ? day->night_mw : day->total_mwh;
    return kind == ALERT_SPIKE ? day->total_known : day->hours_known;
}

/* Inserts in ascending order. */
static void insert(uint64_t *sorted, size_t count, uint64_t value)
{
    size_t i = count;

    for (; i > 0 && sorted[i - 1] > value; i--)
        sorted[i] = sorted[i - 1];
    sorted[i] = value;
}

/* The 28 days that end before index `end`. false: too few of them are known. */
static bool before(struct alert *alert, const struct alert_watch *watch, size_t end)
{
    uint64_t sorted[ALERT_BEFORE], value;
    size_t count = 0;

    for (size_t i = end > ALERT_BEFORE ? end - ALERT_BEFORE : 0; i < end; i++)
        if (value_of(&value, &watch->days[i], alert->kind))
            insert(sorted, count++, value);
    if (count < ALERT_BEFORE_LEAST)
        return false;
    alert->most_before = sorted[count - 1 - rules[alert->kind].odd];
    alert->median_before = sorted[(count - 1) / 2];
    return true;
}

/* The least of the days that end with index `at`. false: one of them is not known. */
static bool recent(struct alert *alert, const struct alert_watch *watch, size_t at)
{
    alert->value = UINT64_MAX;
    for (size_t i = at + 1 - rules[alert->kind].days; i <= at; i++) {
        uint64_t value;

        if (!value_of(&value, &watch->days[i], alert->kind))
            return false;
        alert->value = value < alert->value ? value : alert->value;
    }
    return true;
}

static bool unusual(const struct alert *alert)
{
    const struct rule *rule = &rules[alert->kind];
    uint64_t most = alert->most_before, of = rule->of_median ? alert->median_before : most;

    return alert->value >= most + rule->step && alert->value * 100 >= of * rule->percent &&
           (!rule->spread || alert->value - most > most - alert->median_before);
}

size_t alerts_find(struct alert *out, size_t room, size_t *watched, const struct alert_watch *watch,
                   size_t from)
{
    size_t quiet_until[ALERT_KINDS] = { 0 }, found = 0;

    *watched = 0;
    for (size_t at = 0; at < watch->count; at++) {
        bool looked = false;

        for (unsigned kind = 0; kind < ALERT_KINDS; kind++) {
            unsigned days = rules[kind].days;
            struct alert alert = { .kind = (enum alert_kind)kind, .day = watch->first_day + (int64_t)at };
            bool quiet = at < quiet_until[kind];

            if (at + 1 < days || !recent(&alert, watch, at) || !before(&alert, watch, at + 1 - days))
                continue;
            looked = true;
            if (!unusual(&alert))
                continue;
            quiet_until[kind] = at + QUIET_DAYS + 1;
            if (!quiet && at >= from && found < room)
                out[found++] = alert;
        }
        *watched += looked && at >= from;
    }
    return found;
}
