/* carbon.c - see carbon.h. The factors are those of ADEME's Base Empreinte as of August 2026; an annual mean
 * is meant for a year's account and says nothing about one hour: what a kilowatt-hour emits at night or in a
 * cold spell is not told apart. No failure modes: the largest meter of a century stays below 2^63 units. */
#include "node/advice/carbon.h"

#include "node/tongue/tongue.h"

#include <assert.h>
#include <stddef.h>

enum { MWH_TENTHS_A_GRAM = 10000000 }; /* mWh * 0.1 g/kWh in a gram */

const char carbon_source[] = N_("ADEME Base Empreinte, Licence Ouverte 2.0, read August 2026");

static const struct carbon_factor electricity = {
    461, N_("2025, smoothed over 2022 to 2025"),
    N_("French mean mix as consumed, fuel supply and plants included")
};
static const struct carbon_factor gas = { 2150, "2022",
                                          N_("natural gas, French mean mix, kWh by higher heating value, "
                                             "supply included") };

const struct carbon_factor *carbon_factor_of(enum quantity quantity)
{
    switch (quantity) {
    case QUANTITY_ELECTRICITY_IN:
        return &electricity;
    case QUANTITY_GAS:
        return &gas;
    case QUANTITY_ELECTRICITY_OUT:
    case QUANTITY_REGISTER_IN:
    case QUANTITY_REGISTER_OUT:
    case QUANTITY_REGISTER_GAS:
    case QUANTITIES:
        return NULL;
    }
    assert(false);
    return NULL;
}

uint64_t carbon_grams(uint64_t energy_mwh, const struct carbon_factor *factor)
{
    return (energy_mwh * factor->tenths_g_per_kwh + MWH_TENTHS_A_GRAM / 2) / MWH_TENTHS_A_GRAM;
}
