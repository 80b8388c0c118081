/* tariff.c - registers into money (see tariff.h), and the lookups in the price sheets.
 *
 * Exact until the one rounding at the end: energy is in units of 10^-8 cent, a product of mWh and 1/10 000
 * EUR per kWh; the fixed charge of a day is its share of its calendar month, in parts of a cent that all
 * lengths of a month divide, so that twelve months cost twelve times the month. Failure modes are counts of
 * what has no price. */
#include "node/advice/tariff.h"

#include <assert.h>
#include <string.h>

enum {
    CENT_UNITS = 100000000, /* mWh * (1/10 000 EUR/kWh) in a cent */
    MONTH_PARTS = 377580,   /* 4 * 7 * 29 * 3 * 5 * 31: divided by 28, 29, 30 and 31 */
    MONTH_LEAST = 28
};

static const char *const option_names[TARIFF_OPTIONS] = { "base", "hphc", "tempo" };
static const char *const register_names[TARIFF_OPTIONS][TARIFF_REGISTERS] = {
    { "all hours" },
    { "peak", "off-peak" },
    { "blue peak", "blue off-peak", "white peak", "white off-peak", "red peak", "red off-peak" },
};

bool tariff_option_of_name(enum tariff_option *out, const char *name)
{
    for (size_t i = 0; i < TARIFF_OPTIONS; i++) {
        if (strcmp(option_names[i], name) == 0) {
            *out = (enum tariff_option)i;
            return true;
        }
    }
    return false;
}

const char *tariff_option_name(enum tariff_option option)
{
    assert((unsigned)option < TARIFF_OPTIONS);
    return option_names[option];
}

bool tariff_grid_of_name(unsigned *out, const char *date)
{
    for (unsigned i = 0; i < TARIFF_GRIDS; i++) {
        if (strcmp(tariff_grids[i], date) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

const char *tariff_register_name(enum tariff_option option, unsigned index)
{
    assert((unsigned)option < TARIFF_OPTIONS && index < tariff_register_count(option));
    return register_names[option][index];
}

unsigned tariff_register_count(enum tariff_option option)
{
    static const unsigned counts[TARIFF_OPTIONS] = { 1, 2, 6 };

    return counts[option];
}

const struct tariff_row *tariff_find(enum tariff_option option, unsigned grid, unsigned kva)
{
    for (size_t i = 0; i < tariff_row_count; i++) {
        const struct tariff_row *row = &tariff_rows[i];

        if (row->option == option && row->grid == grid && row->kva == kva)
            return row;
    }
    return NULL;
}

struct sums {
    uint64_t energy_units, fixed_parts;
};

static uint64_t cents_of(uint64_t units)
{
    return (units + CENT_UNITS / 2) / CENT_UNITS;
}

static void line_add(struct tariff_cost *cost, struct sums *sums, const struct tariff_row *row,
                     unsigned index, uint64_t energy_mwh)
{
    uint64_t units = energy_mwh * row->prices[index];

    cost->priced_mwh += energy_mwh;
    sums->energy_units += units;
    if (energy_mwh > 0)
        cost->lines[cost->line_count++] =
            (struct tariff_line){ row->grid, index, energy_mwh, row->prices[index], cents_of(units) };
}

/* What lies in the slots first..last, by one sheet; row NULL: there is none. */
static void sheet_add(struct tariff_cost *cost, struct sums *sums, const struct tariff_split *split,
                      const struct tariff_row *row, size_t first, size_t last)
{
    for (unsigned index = 0; index < tariff_register_count(split->option); index++) {
        uint64_t energy_mwh = 0;

        for (size_t slot = first; slot <= last; slot++)
            energy_mwh += split->energy_mwh[slot][index];
        if (row)
            line_add(cost, sums, row, index, energy_mwh);
        else
            cost->no_price_mwh += energy_mwh;
    }
    for (size_t slot = first; slot <= last; slot++) {
        for (size_t k = 0; k < 4; k++) {
            *(row ? &cost->priced_days : &cost->no_price_days) += split->days[slot][k];
            if (row)
                sums->fixed_parts +=
                    (uint64_t)split->days[slot][k] * row->month_cents * (MONTH_PARTS / (MONTH_LEAST + k));
        }
    }
}

void tariff_price(struct tariff_cost *out, const struct tariff_split *split, unsigned kva, int grid)
{
    struct sums sums = { 0, 0 };

    assert(grid >= TARIFF_DATED && grid < TARIFF_GRIDS);
    memset(out, 0, sizeof *out);
    if (grid != TARIFF_DATED) {
        sheet_add(out, &sums, split, tariff_find(split->option, (unsigned)grid, kva), 0, TARIFF_GRIDS);
    } else {
        sheet_add(out, &sums, split, NULL, 0, 0);
        for (unsigned g = 0; g < TARIFF_GRIDS; g++)
            sheet_add(out, &sums, split, tariff_find(split->option, g, kva), g + 1, g + 1);
    }
    out->energy_cents = cents_of(sums.energy_units);
    out->fixed_cents = (sums.fixed_parts + MONTH_PARTS / 2) / MONTH_PARTS;
    out->total_cents = out->energy_cents + out->fixed_cents;
    out->whole = out->no_price_days == 0 && out->no_price_mwh == 0 && split->no_colour_mwh == 0 &&
                 split->coarse_mwh == 0;
}
