/* forecast.c - which lots will stand, how large, and what they give back: from the estimated numbers of homes in each cell, the public households
 * that stand for a cell, and the menu. Every home finds the same. */
#include "tests/formation/formation.h"

#include <string.h>

enum { STEPS = 14, DAMPED = 10, MENU_SIZES = 4 };

struct crowd {
    const struct market *market;
    const double *count; /* of a cell */
};

static double all_of(const struct crowd *crowd)
{
    double sum = 0;

    for (int c = 0; c < CELLS; c++)
        sum += crowd->count[c];
    return sum;
}

static int best_lot(const struct crowd *crowd, const struct resident *home, const struct forecast *f, const unsigned *lots, size_t lot_count,
                    double *gained)
{
    int best = NOWHERE;

    *gained = HASSLE;
    for (size_t j = 0; j < lot_count; j++) {
        unsigned lot = lots[j];
        double value = f->open[lot] ? gain(crowd->market, home, lot, f->given_back[lot], f->size[lot]) : -1e9;

        if (value > *gained) {
            *gained = value;
            best = (int)lot;
        }
    }
    return best;
}

static double mixed(bool damped, double old, double new)
{
    return damped ? .5 * old + .5 * new : new;
}

/* Everybody goes where it is best; sizes and what is given back follow; again, in half-way steps, until they agree. */
static double settle(const struct crowd *crowd, struct forecast *f, const unsigned *lots, size_t lot_count)
{
    double saved = 0;

    for (int lot = 0; lot < WISHABLE; lot++) {
        f->size[lot] = f->open[lot] ? all_of(crowd) : 0;
        f->given_back[lot] = crowd->market->nominal[lot];
    }
    for (int step = 0; step < STEPS; step++) {
        double size[WISHABLE] = { 0 }, margin[WISHABLE] = { 0 }, kwh[WISHABLE] = { 0 };

        saved = 0;
        for (int c = 0; c < CELLS; c++) {
            double weight = crowd->market->exemplar_count[c] > 0 ? crowd->count[c] / crowd->market->exemplar_count[c] : 0;

            for (int e = 0; weight > 0 && e < crowd->market->exemplar_count[c]; e++) {
                const struct resident *home = crowd->market->exemplars[c][e];
                double gained;
                int lot = best_lot(crowd, home, f, lots, lot_count, &gained);

                if (lot == NOWHERE)
                    continue;
                size[lot] += weight;
                saved += weight * gained;
                margin[lot] += weight * home->margin[lot / 2];
                kwh[lot] += weight * home->kwh;
            }
        }
        for (int lot = 0; lot < WISHABLE; lot++) {
            f->size[lot] = mixed(step < DAMPED, f->size[lot], size[lot]);
            if (kwh[lot] > 0)
                f->given_back[lot] = mixed(step < DAMPED, f->given_back[lot], GIVEN_BACK * margin[lot] / kwh[lot]);
        }
    }
    return saved;
}

/* One lot more, one fewer, or one for another, as long as that saves more. */
static bool step_better(const struct crowd *crowd, struct forecast *best, double *saved, const unsigned *lots, size_t lot_count)
{
    struct forecast from = *best;
    bool better = false;

    for (size_t a = 0; a < lot_count; a++) {
        for (size_t b = a; b < lot_count; b++) {
            struct forecast f = from;
            double value;

            if (a != b && f.open[lots[a]] == f.open[lots[b]])
                continue;
            f.open[lots[a]] = !f.open[lots[a]];
            if (a != b)
                f.open[lots[b]] = !f.open[lots[b]];
            value = settle(crowd, &f, lots, lot_count);
            if (value > *saved + 1e-9) {
                *saved = value;
                *best = f;
                better = true;
            }
        }
    }
    return better;
}

/* Too few for any, it seems: the best one at its full size, and the minimums decide. */
static void open_one(const struct crowd *crowd, struct forecast *out, const unsigned *lots, size_t lot_count)
{
    double best = -1e18, all = all_of(crowd);
    unsigned found = lots[0];

    for (size_t j = 0; j < lot_count; j++) {
        double value = 0, given_back = crowd->market->nominal[lots[j]];

        for (int c = 0; c < CELLS; c++) {
            for (int e = 0; e < crowd->market->exemplar_count[c]; e++) {
                double one = gain(crowd->market, crowd->market->exemplars[c][e], lots[j], given_back, all);

                value += one > HASSLE ? one * crowd->count[c] / crowd->market->exemplar_count[c] : 0;
            }
        }
        if (value > best) {
            best = value;
            found = lots[j];
        }
    }
    out->open[found] = true;
    out->size[found] = all;
    out->given_back[found] = crowd->market->nominal[found];
}

void forecast_make(struct forecast *out, const struct market *market, const double count[CELLS], const unsigned *lots, size_t lot_count)
{
    struct crowd crowd = { market, count };
    double saved = 0;
    bool any = false;

    memset(out, 0, sizeof *out);
    while (step_better(&crowd, out, &saved, lots, lot_count))
        any = true;
    if (!any)
        open_one(&crowd, out, lots, lot_count);
}

/* What would stand among many homes, then what among fewer, while there is room. */
void menu_choose(struct market *market)
{
    static const double sizes[MENU_SIZES] = { 2000, 500, 200, 100 };
    unsigned all[WISHABLE];
    size_t count = 0;
    bool taken[WISHABLE] = { false };

    for (unsigned lot = 0; lot < WISHABLE; lot++)
        if (market->by_proof || lot % 2 == 0)
            all[count++] = lot;
    market->menu_count = 0;
    for (int k = 0; k < MENU_SIZES; k++) {
        double homes[CELLS];
        struct forecast f;

        for (int c = 0; c < CELLS; c++)
            homes[c] = sizes[k] * market->cell_share[c];
        forecast_make(&f, market, homes, all, count);
        for (unsigned lot = 0; lot < WISHABLE && market->menu_count < LOTS_MAX; lot++) {
            if (!f.open[lot] || taken[lot])
                continue;
            taken[lot] = true;
            market->menu[market->menu_count++] = lot;
        }
    }
}
