/* formation.h - how much of what a planner who sees everything could save do homes save that choose for themselves?
 *
 * Files: market.c households and what a contract is worth to them, forecast.c which lots will stand, by public figures alone, residents.c what a
 * home tells and names, folded.c the fold decides, planner.c the planner and the rivals, main.c the command. Money in euro a home and year.
 *
 * The model, all of it assumed: eight blocks of time with a cost each, six kinds of households, eight contracts priced to cost parity. Who buys in
 * a group of n by contract c gains
 *     its own bill's difference + its taste + kWh * GIVEN_BACK * (margin of the group above normal, per kWh) + volume * n / (n + half) - fixed / n
 * and leaves if that is below HASSLE. A lot is a contract, open to all or only to those with a load that is cheap to serve. */
#ifndef COOP_TESTS_FORMATION_H
#define COOP_TESTS_FORMATION_H

#include "proto/proto.h"

#include <stdbool.h>

enum {
    BLOCKS = 8,
    CONTRACTS = 8,
    WISHABLE = 2 * CONTRACTS, /* lots there could be: 2 c open to all, 2 c + 1 to cheap loads */
    CELLS = 4,                /* of the profile that may leave */
    NATIONAL = 20000,
    EXEMPLARS = 160,          /* public households that stand for a cell */
    HOMES_MAX = 1000,         /* BOX_DEALS_MAX */
    GROUPS_OF_PLANNER = 16,
    NOWHERE = -1,
};
#define HASSLE 10.0
#define GIVEN_BACK .6

struct resident {
    double kwh, share[BLOCKS], green, hours[4];
    bool night_rate;             /* today's contract: by night and day, or flat */
    double fit[CONTRACTS];       /* what the contract alone is worth */
    double margin[CONTRACTS];    /* above normal, a year */
    unsigned cell;
    int liked;                   /* the lot it would like if all were large; WISHABLE: none */
};
struct sizes_of_market { /* what tells the three markets apart */
    const char *name;
    double volume, half, fixed, green_spread, hours_spread;
};
struct market {
    struct sizes_of_market is;
    double price[CONTRACTS][BLOCKS];
    double cheap_from[CONTRACTS];  /* margin per kWh: the national 60 % quantile */
    double nominal[WISHABLE];      /* given back per kWh, if everybody were where it likes */
    double median_night, median_winter;
    struct resident *national;
    double cell_share[CELLS], liked_share[WISHABLE + 1];
    const struct resident *exemplars[CELLS][EXEMPLARS];
    int exemplar_count[CELLS];
    unsigned menu[LOTS_MAX]; /* what the charter offers */
    size_t menu_count;
    bool by_proof;           /* lots for cheap loads exist */
};
struct zone {
    const struct market *market;
    struct resident homes[HOMES_MAX];
    int count;
};

/* market.c */
extern const struct sizes_of_market markets[3];
double draw_unit(struct rng *rng);
void market_make(struct market *out, const struct sizes_of_market *is, bool by_proof, struct rng *rng);
void market_clear(struct market *market);
void zone_draw(struct zone *out, const struct market *market, int count, struct rng *rng);
double by_volume(const struct market *market, double count); /* of a group of so many, to each */
bool may_join(const struct market *market, const struct resident *home, unsigned lot);
double gain(const struct market *market, const struct resident *home, unsigned lot, double given_back, double count);
/* How it ends: those whom it is not worth the hassle leave, until it is to all who stay. placed[i]: a group or NOWHERE. */
struct outcome {
    double saved;
    int homes, groups;
};
struct outcome realise(const struct zone *zone, const int *placed, const unsigned *contract, int groups);

/* forecast.c: a pure function of public figures. count[cell]: homes, as the fold estimates them. */
struct forecast {
    bool open[WISHABLE];
    double size[WISHABLE], given_back[WISHABLE];
};
void forecast_make(struct forecast *out, const struct market *market, const double count[CELLS], const unsigned *lots, size_t lot_count);
void menu_choose(struct market *market); /* the template's author, once, from the national figures */

/* residents.c */
enum { AS_TOLD = 1, NOTHING_TOLD = 0, ALL_TOLD = 99 }; /* eps: 1 is what a home really tells */
unsigned noised(unsigned truth, unsigned of, double eps, struct rng *rng);
unsigned tells(const struct resident *home, double eps, struct rng *rng);

/* folded.c: the closed boxes of interest and join. */
void folded_estimate(double out[CELLS], const struct zone *zone, const unsigned *told, double eps);
/* placed[i]: place in the charter's menu, or NOWHERE. */
void folded_lots(int *placed, const struct zone *zone, const struct forecast *forecast, uint32_t floor);

/* planner.c */
struct planner {
    const struct zone *zone;
    struct rng *rng;
    struct outcome best;
};
void planner_begin(struct planner *planner, const struct zone *zone, struct rng *rng);
void planner_improve(struct planner *planner, const int *placed, const unsigned *contract, int groups);
void planner_search(struct planner *planner);
struct outcome one_coalition(const struct zone *zone);
/* Whom the report sends where, instead of the home itself: as many cells as there are lots, so it says far more than four. */
struct outcome by_report(const struct zone *zone, const struct forecast *forecast, double eps, struct rng *rng);

#endif
