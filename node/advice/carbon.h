/* carbon.h - energy into greenhouse gas, by published factors. Pure, integers only. */
#ifndef COOP_NODE_ADVICE_CARBON_H
#define COOP_NODE_ADVICE_CARBON_H

#include "store/store.h"

/* A factor is worth what is said with it: who, of when, and what is in it. */
struct carbon_factor {
    unsigned tenths_g_per_kwh; /* of CO2 equivalent */
    const char *vintage, *scope;
};
extern const char carbon_source[];
enum { CARBON_DIESEL_G_PER_L = 3100 }; /* diesel B7, same source: a yardstick */

const struct carbon_factor *
carbon_factor_of(enum quantity quantity); /* NULL: what is fed into the grid has none */
uint64_t carbon_grams(uint64_t energy_mwh, const struct carbon_factor *factor);

#endif
