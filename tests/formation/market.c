/* market.c - households, what power costs, and what a contract is worth to whom. */
#include "tests/formation/formation.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct sizes_of_market markets[3] = {
    { "V", 80, 150, 3000, 20, 10 }, /* size is what counts */
    { "B", 60, 60, 1500, 40, 25 },
    { "H", 40, 25, 600, 60, 40 },   /* what suits whom is what counts */
};

/* Winter then summer; in each night, weekday, weekday evening, week-end. */
static const double cost[BLOCKS] = { .075, .115, .180, .090, .055, .035, .110, .025 };
#define COMMERCIAL .020
#define GREEN .006
#define KINDS 6
#define KIND_SPREAD 60.0 /* of a household's blocks around its kind's */
#define ZONE_SPREAD 20.0 /* of a zone's kinds around the country's */

static const struct kind {
    double share, kwh, spread, winter, blocks[4], night_rate;
} kinds[KINDS] = {
    { .35, 2000, .45, .54, { .22, .38, .22, .18 }, .15 }, /* heated by gas or from a grid */
    { .20, 3500, .40, .55, { .42, .26, .16, .16 }, .80 }, /* water heated at night */
    { .28, 9000, .40, .75, { .36, .32, .16, .16 }, .80 }, /* heated by power, water at night */
    { .09, 5000, .40, .74, { .25, .33, .25, .17 }, .20 }, /* convectors, one rate */
    { .05, 8000, .35, .60, { .50, .22, .14, .14 }, .85 }, /* a car charged at night */
    { .03, 4000, .40, .70, { .34, .20, .28, .18 }, .40 }, /* its own roof */
};
/* Which blocks have one price: flat; night; season and night; night and week-end. */
static const int rates[4][BLOCKS] = {
    { 0, 0, 0, 0, 0, 0, 0, 0 },
    { 1, 0, 0, 0, 1, 0, 0, 0 },
    { 1, 0, 0, 0, 3, 2, 2, 2 },
    { 1, 0, 0, 1, 1, 0, 0, 1 },
};

/* ---- Drawing. */

double draw_unit(struct rng *rng)
{
    return ((double)rng_below(rng, UINT64_C(1) << 53) + .5) / (double)(UINT64_C(1) << 53);
}

static double draw_normal(struct rng *rng)
{
    double radius = sqrt(-2 * log(draw_unit(rng)));

    return radius * cos(2 * M_PI * draw_unit(rng));
}

/* Marsaglia and Tsang, 2000. */
static double draw_gamma(struct rng *rng, double shape)
{
    double d = (shape < 1 ? shape + 1 : shape) - 1. / 3, x, v;

    do {
        do {
            x = draw_normal(rng);
            v = 1 + x / sqrt(9 * d);
        } while (v <= 0);
        v = v * v * v;
    } while (log(draw_unit(rng)) >= .5 * x * x + d - d * v + d * log(v));
    return d * v * (shape < 1 ? pow(draw_unit(rng), 1 / shape) : 1);
}

static void draw_parts(struct rng *rng, double *out, const double *mean, int count, double spread)
{
    double sum = 0;

    for (int i = 0; i < count; i++)
        sum += out[i] = draw_gamma(rng, spread * mean[i]);
    for (int i = 0; i < count; i++)
        out[i] /= sum;
}

static void resident_draw(struct resident *out, const struct market *market, const double share[KINDS], struct rng *rng)
{
    double at = draw_unit(rng), mean[BLOCKS];
    const struct kind *kind = kinds;

    for (int i = 0; i < KINDS - 1 && at > share[i]; i++, kind++)
        at -= share[i];
    for (int b = 0; b < BLOCKS; b++)
        mean[b] = (b < 4 ? kind->winter : 1 - kind->winter) * kind->blocks[b % 4];
    memset(out, 0, sizeof *out);
    out->kwh = kind->kwh * exp(kind->spread * draw_normal(rng));
    draw_parts(rng, out->share, mean, BLOCKS, KIND_SPREAD);
    out->night_rate = draw_unit(rng) < kind->night_rate;
    out->green = -5 + market->is.green_spread * draw_normal(rng);
    for (int i = 1; i < 4; i++)
        out->hours[i] = -8 + market->is.hours_spread * draw_normal(rng);
}

/* ---- Worth. */

static double bill(const struct resident *home, const double price[BLOCKS])
{
    double sum = 0;

    for (int b = 0; b < BLOCKS; b++)
        sum += home->kwh * home->share[b] * price[b];
    return sum;
}

static void resident_value(struct resident *home, const struct market *market)
{
    double today = bill(home, market->price[home->night_rate]), supply = bill(home, cost);

    for (int c = 0; c < CONTRACTS; c++) {
        double then = bill(home, market->price[c]);
        bool green = c >= CONTRACTS / 2;

        home->fit[c] = today - then + (green ? home->green : 0) + home->hours[c % 4];
        home->margin[c] = then - supply - (green ? GREEN * home->kwh : 0) - COMMERCIAL * home->kwh;
    }
}

double by_volume(const struct market *market, double count)
{
    return count <= 0 ? -1e9 : market->is.volume * count / (count + market->is.half) - market->is.fixed / count;
}

bool may_join(const struct market *market, const struct resident *home, unsigned lot)
{
    return lot % 2 == 0 || (market->by_proof && home->margin[lot / 2] / home->kwh >= market->cheap_from[lot / 2]);
}

double gain(const struct market *market, const struct resident *home, unsigned lot, double given_back, double count)
{
    return may_join(market, home, lot) ? home->fit[lot / 2] + home->kwh * given_back + by_volume(market, count) : -1e9;
}

/* ---- The country. */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double quantile(double *values, int count, double part)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[(int)(part * count)];
}

/* A price for each run of blocks that covers what the whole country costs in it. */
static void prices(struct market *market)
{
    for (int c = 0; c < CONTRACTS / 2; c++) {
        double paid[4] = { 0 }, used[4] = { 0 };

        for (int i = 0; i < NATIONAL; i++) {
            for (int b = 0; b < BLOCKS; b++) {
                double kwh = market->national[i].kwh * market->national[i].share[b];

                paid[rates[c][b]] += kwh * cost[b];
                used[rates[c][b]] += kwh;
            }
        }
        for (int b = 0; b < BLOCKS; b++) {
            market->price[c][b] = paid[rates[c][b]] / used[rates[c][b]] + COMMERCIAL;
            market->price[c + CONTRACTS / 2][b] = market->price[c][b] + GREEN;
        }
    }
}

static double night_of(const struct resident *home)
{
    return home->share[0] + home->share[4];
}

static double winter_of(const struct resident *home)
{
    return home->share[0] + home->share[1] + home->share[2] + home->share[3];
}

static void quantiles(struct market *market)
{
    double *values = malloc(NATIONAL * sizeof *values);

    assert(values != NULL);
    for (int c = 0; c < CONTRACTS; c++) {
        for (int i = 0; i < NATIONAL; i++)
            values[i] = market->national[i].margin[c] / market->national[i].kwh;
        market->cheap_from[c] = quantile(values, NATIONAL, .6);
    }
    for (int i = 0; i < NATIONAL; i++)
        values[i] = night_of(&market->national[i]);
    market->median_night = quantile(values, NATIONAL, .5);
    for (int i = 0; i < NATIONAL; i++)
        values[i] = winter_of(&market->national[i]);
    market->median_winter = quantile(values, NATIONAL, .5);
    free(values);
}

/* Two questions of yes or no against public medians, as node/profile asks. */
static void resident_class(struct resident *home, const struct market *market)
{
    double best = -1e9;

    home->cell = (night_of(home) > market->median_night) + 2u * (winter_of(home) > market->median_winter);
    home->liked = WISHABLE;
    for (unsigned lot = 0; lot < WISHABLE; lot++) {
        double value = may_join(market, home, lot) ? home->fit[lot / 2] + home->kwh * market->nominal[lot] : -1e9;

        if (value > best) {
            best = value;
            home->liked = (int)lot;
        }
    }
    if (best + .7 * market->is.volume < HASSLE)
        home->liked = WISHABLE;
}

/* What a lot gives back depends on who is in it, and who is in it on what it gives back: half-way steps until both stand. */
static void nominal_settle(struct market *market)
{
    for (int round = 0; round < 12; round++) {
        double margin[WISHABLE + 1] = { 0 }, kwh[WISHABLE + 1] = { 0 };

        for (int i = 0; i < NATIONAL; i++) {
            struct resident *home = &market->national[i];

            resident_class(home, market);
            margin[home->liked] += home->margin[home->liked / 2 % CONTRACTS];
            kwh[home->liked] += home->kwh;
        }
        for (int lot = 0; lot < WISHABLE; lot++) {
            if (kwh[lot] > 0)
                market->nominal[lot] = .5 * market->nominal[lot] + .5 * GIVEN_BACK * margin[lot] / kwh[lot];
        }
    }
}

void market_make(struct market *out, const struct sizes_of_market *is, bool by_proof, struct rng *rng)
{
    double share[KINDS];

    *out = (struct market){ .is = *is, .by_proof = by_proof, .national = malloc(NATIONAL * sizeof *out->national) };
    assert(out->national != NULL);
    for (int i = 0; i < KINDS; i++)
        share[i] = kinds[i].share;
    for (int i = 0; i < NATIONAL; i++)
        resident_draw(&out->national[i], out, share, rng);
    prices(out);
    for (int i = 0; i < NATIONAL; i++)
        resident_value(&out->national[i], out);
    quantiles(out);
    nominal_settle(out);
    for (int i = 0; i < NATIONAL; i++) {
        const struct resident *home = &out->national[i];

        out->cell_share[home->cell] += 1. / NATIONAL;
        out->liked_share[home->liked] += 1. / NATIONAL;
        if (out->exemplar_count[home->cell] < EXEMPLARS)
            out->exemplars[home->cell][out->exemplar_count[home->cell]++] = home;
    }
    menu_choose(out);
}

void market_clear(struct market *market)
{
    free(market->national);
}

void zone_draw(struct zone *out, const struct market *market, int count, struct rng *rng)
{
    double mean[KINDS], share[KINDS];

    out->market = market;
    out->count = count;
    for (int i = 0; i < KINDS; i++)
        mean[i] = kinds[i].share;
    draw_parts(rng, share, mean, KINDS, ZONE_SPREAD);
    for (int i = 0; i < count; i++) {
        resident_draw(&out->homes[i], market, share, rng);
        resident_value(&out->homes[i], market);
        resident_class(&out->homes[i], market);
    }
}

/* ---- How it ends. */

struct stay {
    double kwh, margin;
    int count;
};

static void stay_count(struct stay *out, const struct zone *zone, const bool *in, unsigned contract)
{
    *out = (struct stay){ 0 };
    for (int i = 0; i < zone->count; i++) {
        out->count += in[i];
        out->kwh += in[i] ? zone->homes[i].kwh : 0;
        out->margin += in[i] ? zone->homes[i].margin[contract] : 0;
    }
}

static double own_gain(const struct zone *zone, int i, unsigned contract, const struct stay *stay)
{
    const struct resident *home = &zone->homes[i];

    return home->fit[contract] + home->kwh * GIVEN_BACK * stay->margin / stay->kwh + by_volume(zone->market, stay->count);
}

/* A few at a time: who leaves makes it worse for the next. */
static void one_group(struct outcome *out, const struct zone *zone, bool *in, unsigned contract)
{
    struct stay stay;
    int left;

    do {
        stay_count(&stay, zone, in, contract);
        left = 0;
        for (int i = 0; i < zone->count && stay.count > 0 && left <= stay.count / 20; i++) {
            if (!in[i] || own_gain(zone, i, contract, &stay) >= HASSLE)
                continue;
            in[i] = false;
            left++;
        }
    } while (left > 0);
    for (int i = 0; i < zone->count; i++)
        out->saved += in[i] ? own_gain(zone, i, contract, &stay) : 0;
    out->homes += stay.count;
    out->groups += stay.count > 0;
}

struct outcome realise(const struct zone *zone, const int *placed, const unsigned *contract, int groups)
{
    struct outcome out = { 0, 0, 0 };
    bool in[HOMES_MAX];

    for (int g = 0; g < groups; g++) {
        for (int i = 0; i < zone->count; i++)
            in[i] = placed[i] == g;
        one_group(&out, zone, in, contract[g]);
    }
    return out;
}
