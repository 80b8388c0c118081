/* tariff.h - what electricity cost under a regulated French option: dated prices, fixed charges, to the cent.
 *
 * Pure, integers only. One walk over the readings splits the energy into registers (peak and off-peak,
 * colours) and price sheets ("grids", each in force from its date); pricing is arithmetic on those sums. What
 * cannot be priced is counted, never guessed: days before the first grid, Tempo days without a known colour,
 * readings too long to lie in one period. */
#ifndef COOP_NODE_ADVICE_TARIFF_H
#define COOP_NODE_ADVICE_TARIFF_H

#include "node/advice/calendar.h"
#include "node/advice/tempo.h"
#include "store/store.h"

enum tariff_option { TARIFF_BASE, TARIFF_HPHC, TARIFF_TEMPO, TARIFF_OPTIONS };
enum { TARIFF_GRIDS = 4, TARIFF_REGISTERS = 6, OFF_PEAK_WINDOWS = 4 };

/* ---- The price sheets (tariff_table.c). */
struct tariff_row {
    enum tariff_option option;
    unsigned grid; /* index into tariff_grids */
    unsigned kva;
    unsigned month_cents;              /* the fixed charge */
    unsigned prices[TARIFF_REGISTERS]; /* 1/10 000 EUR per kWh; base: one; peak, off-peak; blue peak, blue
                                        * off-peak, white ..., red ... */
};
extern const char *const tariff_grids[TARIFF_GRIDS]; /* from when each is in force: "2024-02-01" */
extern const struct tariff_row tariff_rows[];
extern const size_t tariff_row_count;

const struct tariff_row *tariff_find(enum tariff_option option, unsigned grid, unsigned kva); /* or NULL */
bool tariff_option_of_name(enum tariff_option *out, const char *name); /* "base", "hphc", "tempo" */
const char *tariff_option_name(enum tariff_option option);
bool tariff_grid_of_name(unsigned *out, const char *date);
const char *tariff_register_name(enum tariff_option option, unsigned index); /* "white off-peak" */
unsigned tariff_register_count(enum tariff_option option);

/* ---- Off-peak hours of a connection, by the wall clock. */
struct off_peak {
    struct {
        unsigned from, to; /* minutes of the day; to <= from: over midnight */
    } windows[OFF_PEAK_WINDOWS];
    size_t count;
};
extern const struct off_peak off_peak_usual;                /* 22:00-06:00, always that of Tempo */
bool off_peak_read(struct off_peak *out, const char *text); /* "22:30-06:30" or "01:00-07:00,12:00-14:00" */

/* ---- Readings into registers. */
struct tariff_split {
    enum tariff_option option;
    const struct off_peak *off_peak;
    const struct tempo *tempo;
    int64_t grid_days[TARIFF_GRIDS], end_s;
    /* Slot 0: before the first grid; else grid + 1. */
    uint64_t energy_mwh[TARIFF_GRIDS + 1][TARIFF_REGISTERS];
    uint32_t days[TARIFF_GRIDS + 1][4]; /* of the range, by the length of their month less 28 */
    uint64_t total_mwh, coarse_mwh;     /* coarse: in readings longer than an hour, when the hour matters */
    uint64_t no_colour_mwh;
    uint64_t covered_s;
    uint64_t most_w; /* the highest mean power of a reading of at most an hour */
};
void tariff_split_begin(struct tariff_split *split, enum tariff_option option,
                        const struct off_peak *off_peak, const struct tempo *tempo, int64_t from_day,
                        int64_t to_day);
void tariff_split_add(struct tariff_split *split, const struct reading *readings, size_t count);

/* ---- Registers into money. */
enum { TARIFF_DATED = -1 };
struct tariff_line {
    unsigned grid, index; /* of tariff_grids; of the register */
    uint64_t energy_mwh;
    unsigned price; /* 1/10 000 EUR per kWh */
    uint64_t cents; /* rounded on its own: lines may differ from the sum by a cent */
};
struct tariff_cost {
    struct tariff_line lines[TARIFF_GRIDS * TARIFF_REGISTERS];
    size_t line_count;
    uint64_t energy_cents, fixed_cents, total_cents; /* total: the sum of the other two */
    uint64_t priced_mwh, no_price_mwh; /* no price: before the first grid, or no such power in it */
    uint32_t priced_days, no_price_days;
    bool whole; /* everything that was metered has a price, and so has every day */
};
/* grid: all of it by that sheet, whenever it was used; TARIFF_DATED: each day by the sheet in force. */
void tariff_price(struct tariff_cost *out, const struct tariff_split *split, unsigned kva, int grid);

#endif
