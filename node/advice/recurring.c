/* recurring.c - see recurring.h. Happy path: the movements of one payee in one direction, taken together or,
 * where that has no rhythm, apart by amount, lie at equal distances of whole months. Failure modes: payments
 * at random distances, which stay single; a coincidence of three card payments, against which amounts must be
 * equal. */
#include "node/advice/recurring.h"

#include "node/tongue/tongue.h"

#include "node/advice/calendar.h"
#include "node/tongue/local_time.h"

#include <assert.h>
#include <string.h>

enum {
    GROUP_MAX = 400, /* movements of one payee in one direction: eight years of weeks */
    SLACK_DAYS = 6,  /* a week-end, a holiday, and a late batch */
    RECENT = 6,
    MISSES_A_SHARE = 6, /* one in so many may be left out */
    STEADY_PERCENT = 10,
    EQUAL_PERMILLE = 10
};

const char *sureness_name(enum sureness sureness)
{
    static const char *const names[SURENESSES] = { N_("certain"), N_("predictable"), N_("supposed") };

    assert((unsigned)sureness < SURENESSES);
    return names[sureness];
}

/* ---- Days and months. */

unsigned month_index(int64_t day)
{
    struct civil civil;

    civil_of(&civil, day * CALENDAR_DAY_S);
    return (civil.year - 1970) * 12 + civil.month - 1;
}

unsigned day_of_month(int64_t day)
{
    struct civil civil;

    civil_of(&civil, day * CALENDAR_DAY_S);
    return civil.day;
}

int64_t month_first_day(unsigned index)
{
    struct civil civil = { 1970 + index / 12, index % 12 + 1, 1, 0, 0, 0 };
    int64_t seconds = 0;

    civil_seconds(&seconds, &civil);
    return seconds / CALENDAR_DAY_S;
}

int64_t day_plus_months(int64_t day, int months, unsigned month_day)
{
    unsigned index = (unsigned)((int)month_index(day) + months);
    int64_t first = month_first_day(index), length = month_first_day(index + 1) - first;

    return first + (month_day > length ? length : (int64_t)month_day) - 1;
}

/* ---- A rhythm. */

struct rhythm {
    unsigned months, days;
};
static const struct rhythm rhythms[] = { { 1, 0 },  { 2, 0 }, { 3, 0 }, { 6, 0 },
                                         { 12, 0 }, { 0, 7 }, { 0, 14 } };

struct group {
    size_t places[GROUP_MAX]; /* in the list of entries, in order of day */
    size_t count;
};

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* How many times the rhythm lies between two days; 0: not a whole number of times. */
static unsigned times_between(const struct rhythm *rhythm, int64_t from, int64_t to)
{
    if (rhythm->months > 0) {
        for (unsigned k = 1; k <= 3; k++) {
            int64_t due = day_plus_months(from, (int)(k * rhythm->months), day_of_month(from));

            if (distance(due, to) <= SLACK_DAYS)
                return k;
        }
        return 0;
    }
    for (unsigned k = 1; k <= 3; k++)
        if (distance(from + (int64_t)k * rhythm->days, to) <= 1)
            return k;
    return 0;
}

static bool rhythm_fits(const struct rhythm *rhythm, const struct group *group, const struct entry *entries)
{
    unsigned steps = 0;

    for (size_t i = 1; i < group->count; i++) {
        unsigned k = times_between(rhythm, entries[group->places[i - 1]].day, entries[group->places[i]].day);

        if (k == 0)
            return false;
        steps += k;
    }
    return (steps + 1 - group->count) * MISSES_A_SHARE <= steps;
}

static int64_t amount_at(const struct group *group, const struct entry *entries, size_t i)
{
    return entries[group->places[i]].cents;
}

static bool near(int64_t a, int64_t b, int64_t permille)
{
    int64_t size = a < 0 ? -a : a;

    return distance(a, b) * 1000 <= size * permille;
}

static bool all_equal(const struct group *group, const struct entry *entries)
{
    for (size_t i = 1; i < group->count; i++)
        if (!near(amount_at(group, entries, 0), amount_at(group, entries, i), EQUAL_PERMILLE))
            return false;
    return true;
}

/* What could be a coincidence is none. */
static bool enough(const struct group *group, const struct entry *entries)
{
    enum pay_kind kind = entries[group->places[group->count - 1]].kind;

    if (group->count >= 4)
        return true;
    if (group->count == 3)
        return kind != PAY_CARD || all_equal(group, entries);
    return group->count == 2 && kind == PAY_DEBIT && all_equal(group, entries) &&
           distance(entries[group->places[0]].day, entries[group->places[1]].day) > 80;
}

static const struct rhythm *rhythm_of(const struct group *group, const struct entry *entries)
{
    if (!enough(group, entries))
        return NULL;
    for (size_t i = 0; i < sizeof rhythms / sizeof *rhythms; i++)
        if (rhythm_fits(&rhythms[i], group, entries))
            return &rhythms[i];
    return NULL;
}

/* ---- What is expected of it. */

static void sort_numbers(int64_t *numbers, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && numbers[k] < numbers[k - 1]; k--) {
            int64_t kept = numbers[k];

            numbers[k] = numbers[k - 1];
            numbers[k - 1] = kept;
        }
}

/* A price that stepped stays at its step; one that always moves is expected at its middle. */
static void amount_of(struct series *out, const struct group *group, const struct entry *entries)
{
    int64_t recent[RECENT];
    size_t count = group->count < RECENT ? group->count : RECENT;
    int64_t last = amount_at(group, entries, group->count - 1);
    int64_t before = amount_at(group, entries, group->count - 2);

    for (size_t i = 0; i < count; i++)
        recent[i] = amount_at(group, entries, group->count - count + i);
    sort_numbers(recent, count);
    out->least = recent[0];
    out->most = recent[count - 1];
    out->cents = near(last, before, EQUAL_PERMILLE) ? last : recent[count / 2];
}

/* Banks book late, not early, so the day on which it is due is an early one: the lower quartile, counted from
 * the middle of the month that the last one lies in. */
static unsigned due_day_of(const struct group *group, const struct entry *entries)
{
    int64_t recent[2 * RECENT], reference = day_of_month(entries[group->places[group->count - 1]].day);
    size_t count = group->count < 2 * RECENT ? group->count : 2 * RECENT;

    for (size_t i = 0; i < count; i++) {
        int64_t day = day_of_month(entries[group->places[group->count - count + i]].day);

        recent[i] = day - reference > 15 ? day - 31 : reference - day > 15 ? day + 31 : day;
    }
    sort_numbers(recent, count);
    int64_t due = recent[count / 4];
    return (unsigned)(due < 1 ? due + 31 : due > 31 ? due - 31 : due);
}

static int64_t due_after(const struct series *series, int64_t day)
{
    if (series->months == 0)
        return day + series->days;
    /* Booked on the 2nd, due on the 28th: the month before is meant. */
    int64_t due = day_plus_months(day, (int)series->months, series->month_day);
    if (due - day > (int64_t)series->months * 30 + 15)
        due = day_plus_months(day, (int)series->months - 1, series->month_day);
    return due;
}

int64_t series_due(const struct series *series, unsigned k)
{
    if (series->months == 0)
        return series->next_day + (int64_t)k * series->days;
    return day_plus_months(series->next_day, (int)(k * series->months), series->month_day);
}

static enum sureness sureness_of(const struct series *series)
{
    int64_t spread = distance(series->most, series->least),
            size = series->cents < 0 ? -series->cents : series->cents;
    bool steady = spread * 100 <= size * STEADY_PERCENT || series->cents > 0;

    if (posts[series->post].bond == POST_BOUND && (steady || series->kind == PAY_DEBIT))
        return SURE_CERTAIN;
    return SURE_PREDICTABLE;
}

static void series_make(struct series *out, const struct rhythm *rhythm, const struct group *group,
                        const struct entry *entries, int64_t end_day)
{
    const struct entry *last = &entries[group->places[group->count - 1]];

    *out = (struct series){
        .kind = last->kind, .post = last->post, .months = rhythm->months, .days = rhythm->days
    };
    memcpy(out->payee, last->payee, sizeof out->payee);
    out->count = group->count;
    out->first_day = entries[group->places[0]].day;
    out->last_day = last->day;
    out->month_day = due_day_of(group, entries);
    amount_of(out, group, entries);
    out->next_day = due_after(out, last->day);
    /* Two rounds without it, and it has ended; one, and it was left out. */
    out->ended = end_day > due_after(out, out->next_day) + SLACK_DAYS;
    while (out->next_day <= end_day - SLACK_DAYS)
        out->next_day = due_after(out, out->next_day);
    if (out->next_day <= end_day) /* due in these days, and booked a little late */
        out->next_day = end_day + 1;
    out->sureness = sureness_of(out);
}

/* ---- Groups of one payee, and parts of them by amount. */

static void group_of(struct group *group, const struct entry *entries, size_t count, size_t first)
{
    group->count = 0;
    for (size_t i = first; i < count && group->count < GROUP_MAX; i++)
        if (entries[i].series < 0 && (entries[i].cents < 0) == (entries[first].cents < 0) &&
            strcmp(entries[i].payee, entries[first].payee) == 0)
            group->places[group->count++] = i;
}

/* Of the group, what has the amount of its first one. */
static void part_of(struct group *part, const struct group *group, const struct entry *entries, size_t first)
{
    part->count = 0;
    for (size_t i = first; i < group->count; i++)
        if (near(amount_at(group, entries, first), amount_at(group, entries, i), EQUAL_PERMILLE))
            part->places[part->count++] = group->places[i];
}

static bool take(struct series out[SERIES_MAX], size_t *found, const struct group *group,
                 struct entry *entries, int64_t end_day)
{
    const struct rhythm *rhythm = *found < SERIES_MAX && group->count > 1 ? rhythm_of(group, entries) : NULL;

    if (!rhythm)
        return false;
    series_make(&out[*found], rhythm, group, entries, end_day);
    for (size_t i = 0; i < group->count; i++)
        entries[group->places[i]].series = (int)*found;
    (*found)++;
    return true;
}

static bool seen_before(const struct entry *entries, size_t i)
{
    for (size_t k = i; k-- > 0;)
        if ((entries[k].cents < 0) == (entries[i].cents < 0) &&
            strcmp(entries[k].payee, entries[i].payee) == 0)
            return true;
    return false;
}

size_t recurring_find(struct series out[SERIES_MAX], struct entry *entries, size_t count)
{
    int64_t end_day = count > 0 ? entries[count - 1].day : 0;
    struct group group, part;
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        entries[i].series = -1;
    for (size_t i = 0; i < count; i++) {
        if (seen_before(entries, i))
            continue;
        group_of(&group, entries, count, i);
        if (take(out, &found, &group, entries, end_day))
            continue;
        for (size_t k = 0; k < group.count; k++) {
            if (entries[group.places[k]].series >= 0)
                continue;
            part_of(&part, &group, entries, k);
            take(out, &found, &part, entries, end_day);
        }
    }
    return found;
}

enum sureness entry_sureness(const struct entry *entry, const struct series *series)
{
    const struct post *post = &posts[entry->post];

    if (entry->series >= 0)
        return series[entry->series].sureness;
    if (post->bond == POST_NEEDED || post->bond == POST_BOUND)
        return SURE_PREDICTABLE;
    return entry->cents > 0 && entry->post != POST_NONE ? SURE_PREDICTABLE : SURE_SUPPOSED;
}

int64_t series_yearly_cents(const struct series *series)
{
    return series->months > 0 ? series->cents * 12 / series->months : series->cents * 365 / series->days;
}
