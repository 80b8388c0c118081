/* whatif.c - the same forecast with another rent, with less electricity, or with a heat pump. See forecast.h.
 *
 * A heat pump is reckoned by the means of French homes: 23 kWh of electricity a square metre and year where
 * gas takes 83 (SDES and CEREN totals). What heating takes today is what the gas meter counted in a year, else what is
 * paid for fuel at 0.12 EUR a kilowatt-hour, when the household does not say it better. Failure mode: what is asked about is not among
 * the payments, which is said. */
#include "node/advice/forecast.h"
#include "node/advice/tariff.h"

#include <assert.h>

enum {
    PUMP_KWH = 23,
    FUEL_KWH = 83,
    FUEL_PRICE = 1200, /* 1/10 000 EUR a kilowatt-hour: gas and oil of 2025, taxes included */
    KVA = 6,           /* whose fixed charge is taken off before energy is altered */
    YEAR_DAYS = 365
};
static const int64_t MWH_PER_KWH = 1000000;

static const struct tariff_row *sheet(void)
{
    const struct tariff_row *row = tariff_find(TARIFF_BASE, TARIFF_GRIDS - 1, KVA);

    assert(row);
    return row;
}

static bool is_fuel(const struct forecast_item *item)
{
    return item->cents < 0 && post_is(item->post, "04.5") && !post_is(item->post, "04.5.1");
}

static bool is_electricity(const struct forecast_item *item)
{
    return item->cents < 0 && post_is(item->post, "04.5.1");
}

static bool is_rent(const struct forecast_item *item, const struct series *series)
{
    return item->series >= 0 && item->cents < 0 && post_is(item->post, "04.1") &&
           series[item->series].months == 1;
}

static int64_t sum_of(const struct forecast *forecast, bool (*is)(const struct forecast_item *item))
{
    int64_t sum = 0;

    for (size_t i = 0; i < forecast->count; i++)
        sum += is(&forecast->items[i]) ? forecast->items[i].cents : 0;
    return sum;
}

/* One home has one rent: the largest; a garage beside it stays. */
static int rent_series(const struct forecast *forecast, const struct series *series)
{
    int best = -1;

    for (size_t i = 0; i < forecast->count; i++)
        if (is_rent(&forecast->items[i], series) &&
            (best < 0 || forecast->items[i].cents < series[best].cents))
            best = forecast->items[i].series;
    return best;
}

static void apply_rent(struct whatif_said *said, struct forecast *forecast, int64_t cents,
                       const struct series *series)
{
    int rent = rent_series(forecast, series);

    said->no_rent = rent < 0;
    if (rent < 0)
        return;
    said->rent_before_cents = -series[rent].cents;
    for (size_t i = 0; i < forecast->count; i++)
        if (forecast->items[i].series == rent)
            forecast->items[i].cents = -cents;
}

/* Of one payment, the part that is not energy. */
static int64_t fixed_part(const struct forecast_item *item, const struct series *series)
{
    int64_t months = item->series >= 0 && series[item->series].months > 0 ? series[item->series].months : 1;
    int64_t fixed = months * (int64_t)sheet()->month_cents;

    return fixed > -item->cents ? -item->cents : fixed;
}

static void apply_kwh(struct forecast *forecast, int percent, const struct series *series)
{
    for (size_t i = 0; i < forecast->count; i++) {
        struct forecast_item *item = &forecast->items[i];

        if (is_electricity(item)) {
            int64_t fixed = fixed_part(item, series);

            item->cents = -(fixed + (-item->cents - fixed) * (100 + percent) / 100);
        }
    }
}

/* The pump's electricity, spread over the payments of electricity that there are. */
static void add_electricity(struct forecast *forecast, int64_t cents)
{
    int64_t before = sum_of(forecast, is_electricity), left = cents;

    for (size_t i = 0; i < forecast->count && before < 0; i++)
        if (is_electricity(&forecast->items[i])) {
            int64_t more = forecast->items[i].cents * cents / before;

            forecast->items[i].cents -= more;
            left -= more;
        }
    for (size_t i = 0; i < forecast->count; i++) /* what rounding left over */
        if (is_electricity(&forecast->items[i])) {
            forecast->items[i].cents -= left;
            return;
        }
}

/* The household knows best, then the gas meter, then what fuel costs. */
static int64_t heat_now(const struct whatif *whatif, int64_t fuel_cents, int64_t days)
{
    if (whatif->heating_mwh > 0)
        return whatif->heating_mwh;
    return whatif->gas_mwh > 0 ? whatif->gas_mwh : fuel_cents * 100 * YEAR_DAYS / days * MWH_PER_KWH / FUEL_PRICE;
}

static void apply_heat_pump(struct whatif_said *said, struct forecast *forecast, const struct whatif *whatif)
{
    int64_t days = forecast->to_day - forecast->from_day + 1, fuel = -sum_of(forecast, is_fuel);

    said->fuel_before_cents = fuel;
    said->no_fuel = heat_now(whatif, fuel, days) == 0;
    said->no_electricity = said->no_electricity || sum_of(forecast, is_electricity) == 0;
    if (said->no_fuel || said->no_electricity)
        return;
    said->heat_mwh = heat_now(whatif, fuel, days);
    said->heat_metered = whatif->heating_mwh == 0 && whatif->gas_mwh > 0;
    said->pump_mwh = said->heat_mwh / FUEL_KWH * PUMP_KWH;
    for (size_t i = 0; i < forecast->count; i++)
        if (is_fuel(&forecast->items[i]))
            forecast->items[i].cents = 0;
    add_electricity(forecast,
                    said->pump_mwh / MWH_PER_KWH * (int64_t)sheet()->prices[0] / 100 * days / YEAR_DAYS);
}

void whatif_apply(struct whatif_said *said, struct forecast *forecast, const struct whatif *whatif,
                  const struct series *series)
{
    *said = (struct whatif_said){ .electricity_before_cents = -sum_of(forecast, is_electricity) };
    if (whatif->rent_cents > 0)
        apply_rent(said, forecast, whatif->rent_cents, series);
    said->no_electricity = whatif->kwh_percent != 0 && said->electricity_before_cents == 0;
    if (whatif->kwh_percent != 0)
        apply_kwh(forecast, whatif->kwh_percent, series);
    if (whatif->heat_pump)
        apply_heat_pump(said, forecast, whatif);
    said->electricity_after_cents = -sum_of(forecast, is_electricity);
}
