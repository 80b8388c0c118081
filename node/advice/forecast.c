/* forecast.c - see forecast.h. Money and days are whole numbers; a mean is rounded once, for each post and
 * month. */
#include "node/advice/forecast.h"

#include "node/advice/calendar.h"

#include <assert.h>
#include <string.h>

enum { WINDOW_DAYS = 365, WAYS = 2, POSTS_ROOM = 64 };

static bool put(struct forecast *out, struct forecast_item item)
{
    if (out->count == FORECAST_ITEMS_MAX)
        return false;
    out->items[out->count++] = item;
    return true;
}

static void put_series(struct forecast *out, const struct series *series, int place)
{
    for (unsigned k = 0; !series->ended; k++) {
        int64_t day = series_due(series, k);

        if (day > out->to_day ||
            !put(out, (struct forecast_item){ day, series->cents, place, series->post, series->sureness }))
            return;
    }
}

/* Movements that belong to no series, or to one that has ended, by post, class and direction. */
struct means {
    int64_t sums[POSTS_ROOM][SURENESSES][WAYS], days;
};

static void means_of(struct means *out, const struct series *series, const struct entry *entries,
                     size_t count)
{
    int64_t last = entries[count - 1].day, from = last - WINDOW_DAYS + 1;

    assert(post_count <= POSTS_ROOM);
    memset(out, 0, sizeof *out);
    from = from < entries[0].day ? entries[0].day : from;
    out->days = last - from + 1;
    for (size_t i = 0; i < count; i++)
        if (entries[i].day >= from && entries[i].series < 0)
            out->sums[entries[i].post][entry_sureness(&entries[i], series)][entries[i].cents > 0] +=
                entries[i].cents;
}

static void put_means(struct forecast *out, const struct means *means)
{
    for (int64_t day = out->from_day; day <= out->to_day;) {
        int64_t next = month_first_day(month_index(day) + 1);

        for (unsigned post = 0; post < post_count; post++)
            for (int sure = 0; sure < SURENESSES; sure++)
                for (int way = 0; way < WAYS; way++) {
                    int64_t cents = means->sums[post][sure][way] * (next - day) / means->days;

                    if (cents != 0)
                        put(out, (struct forecast_item){ day, cents, -1, post, (enum sureness)sure });
                }
        day = next;
    }
}

bool forecast_make(struct forecast *out, struct forecast_item *items, const struct series *series,
                   size_t series_count, const struct entry *entries, size_t count, unsigned months)
{
    struct means means;

    assert(months >= 1 && months <= FORECAST_MONTHS_MOST);
    if (count == 0 || entries[count - 1].day - entries[0].day < FORECAST_DAYS_LEAST)
        return false;
    out->items = items;
    out->count = 0;
    out->from_day = entries[count - 1].day + 1;
    /* A month that has just begun counts as one of them, the rest of another does not. */
    months += day_of_month(out->from_day) > 1;
    out->to_day = month_first_day(month_index(out->from_day) + months) - 1;
    means_of(&means, series, entries, count);
    put_means(out, &means);
    for (size_t i = 0; i < series_count; i++)
        put_series(out, &series[i], (int)i);
    return true;
}

size_t forecast_months(struct forecast_month out[FORECAST_MONTHS_MOST + 1], const struct forecast *forecast)
{
    unsigned first = month_index(forecast->from_day);
    size_t count = month_index(forecast->to_day) - first + 1;

    assert(count <= FORECAST_MONTHS_MOST + 1);
    for (size_t i = 0; i < count; i++)
        out[i] = (struct forecast_month){ .index = first + (unsigned)i };
    for (size_t i = 0; i < forecast->count; i++) {
        const struct forecast_item *item = &forecast->items[i];
        struct forecast_month *month = &out[month_index(item->day) - first];

        *(item->cents > 0 ? &month->in[item->sureness] : &month->out[item->sureness]) += item->cents;
    }
    return count;
}

int64_t forecast_month_cents(const struct forecast_month *month)
{
    int64_t sum = 0;

    for (int i = 0; i < SURENESSES; i++)
        sum += month->in[i] + month->out[i];
    return sum;
}
