/* forecast.h - the next 3 to 12 months of the household's money, in three classes, and what would change if.
 * Pure.
 *
 * Happy path: what comes back is set down on its days (recurring.h); the rest is spread by post, at its mean
 * of the last twelve months. Failure modes: less than two months of movements, of which no mean is worth
 * saying; more series than there is room for, which stay in the means. A what-if alters a forecast, never the
 * movements. */
#ifndef COOP_NODE_ADVICE_FORECAST_H
#define COOP_NODE_ADVICE_FORECAST_H

#include "node/advice/recurring.h"

enum {
    FORECAST_MONTHS_LEAST = 3,
    FORECAST_MONTHS_MOST = 12,
    FORECAST_DAYS_LEAST = 60,
    FORECAST_ITEMS_MAX = 6000
};

struct forecast_item {
    int64_t day;   /* of one that is spread: the first of its month that the forecast covers */
    int64_t cents; /* negative: paid */
    int series;    /* -1: spread over the month, the mean of a post */
    unsigned post;
    enum sureness sureness;
};
struct forecast {
    int64_t from_day, to_day; /* both included; the last day is that of a month */
    struct forecast_item *items;
    size_t count; /* at most FORECAST_ITEMS_MAX */
};
/* The day after the last movement, to the end of the month in which `months` months are full. items: room for
 * FORECAST_ITEMS_MAX. false: too few days to say anything. */
bool forecast_make(struct forecast *out, struct forecast_item *items, const struct series *series,
                   size_t series_count, const struct entry *entries, size_t count, unsigned months);

struct forecast_month {
    unsigned index;                          /* months since January 1970 */
    int64_t in[SURENESSES], out[SURENESSES]; /* both as they are: out is negative */
};
/* In order. Returns how many: at most FORECAST_MONTHS_MOST + 1, the first may be a part of one. */
size_t forecast_months(struct forecast_month out[FORECAST_MONTHS_MOST + 1], const struct forecast *forecast);
int64_t forecast_month_cents(const struct forecast_month *month);

/* ---- What if. Absent: 0. */
struct whatif {
    int64_t rent_cents;  /* a new rent, a month */
    int kwh_percent;     /* electricity used: -20 is a fifth less */
    bool heat_pump;      /* instead of what heats now */
    int64_t heating_mwh; /* what heating takes in a year, in mWh; 0: see gas_mwh */
    int64_t gas_mwh;     /* what the gas meter counted in a year; 0: heat is worked out from what is paid for fuel */
};
/* What was taken for granted, to be said beside the figures. */
struct whatif_said {
    int64_t rent_before_cents, electricity_before_cents, electricity_after_cents,
        fuel_before_cents;                 /* in this forecast */
    int64_t heat_mwh, pump_mwh;            /* in a year: heat now, electricity of the pump */
    bool heat_metered;                     /* the gas meter says what heat is now */
    bool no_rent, no_electricity, no_fuel; /* asked about, and not found among the payments */
};
void whatif_apply(struct whatif_said *said, struct forecast *forecast, const struct whatif *whatif,
                  const struct series *series);

#endif
