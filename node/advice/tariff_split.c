/* tariff_split.c - readings into registers (see tariff.h). A reading that lies across a change of register
 * (off-peak from 22:38) is cut there, and its energy with it, evenly over its time.
 *
 * Happy path: half hours on the half hour, off-peak on the half hour: every reading is one piece. Failure
 * modes are counts: no colour known, a reading of more than an hour. */
#include "node/advice/tariff.h"

#include "node/tongue/local_time.h"

#include <assert.h>
#include <string.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_MINUTES = 1440, TEMPO_FROM_S = 6 * HOUR_S };

const struct off_peak off_peak_usual = { { { 22 * 60, 6 * 60 } }, 1 };

/* "22:30" at text; moves it over. */
static bool minute_read(unsigned *out, const char **text)
{
    const char *t = *text;

    for (size_t i = 0; i < 5; i++) /* stops at the end of the text */
        if (i == 2 ? t[i] != ':' : t[i] < '0' || t[i] > '9')
            return false;
    *out = (unsigned)((t[0] - '0') * 10 + t[1] - '0') * 60 + (unsigned)((t[3] - '0') * 10 + t[4] - '0');
    *text = t + 5;
    return *out < DAY_MINUTES && t[3] < '6';
}

bool off_peak_read(struct off_peak *out, const char *text)
{
    memset(out, 0, sizeof *out);
    for (; out->count < OFF_PEAK_WINDOWS; text++) {
        unsigned from, to;

        if (!minute_read(&from, &text) || *text++ != '-' || !minute_read(&to, &text) || from == to)
            return false;
        out->windows[out->count].from = from;
        out->windows[out->count++].to = to;
        if (*text != ',')
            return *text == '\0';
    }
    return false;
}

static bool is_off_peak(const struct off_peak *off_peak, unsigned minute)
{
    for (size_t i = 0; i < off_peak->count; i++) {
        unsigned from = off_peak->windows[i].from, to = off_peak->windows[i].to;

        if (from < to ? minute >= from && minute < to : minute >= from || minute < to)
            return true;
    }
    return false;
}

void tariff_split_begin(struct tariff_split *split, enum tariff_option option,
                        const struct off_peak *off_peak, const struct tempo *tempo, int64_t from_day,
                        int64_t to_day)
{
    memset(split, 0, sizeof *split);
    split->option = option;
    split->off_peak = option == TARIFF_TEMPO ? &off_peak_usual : off_peak;
    split->tempo = tempo;
    for (size_t i = 0; i < TARIFF_GRIDS; i++) {
        bool valid = day_read(&split->grid_days[i], tariff_grids[i]);

        assert(valid && (i == 0 || split->grid_days[i - 1] < split->grid_days[i]));
    }
    for (int64_t day = from_day; day <= to_day; day++) {
        unsigned length, slot = 0;

        month_of(&length, day);
        while (slot < TARIFF_GRIDS && split->grid_days[slot] <= day)
            slot++;
        split->days[slot][length - 28]++;
    }
}

static void piece_use(struct tariff_split *split, int64_t local_s, uint64_t energy_mwh)
{
    bool off = split->option != TARIFF_BASE &&
               is_off_peak(split->off_peak, (unsigned)(local_s / MINUTE_S % DAY_MINUTES));
    unsigned slot = 0, index = 0;
    enum tempo_colour colour;

    while (slot < TARIFF_GRIDS && split->grid_days[slot] <= local_s / CALENDAR_DAY_S)
        slot++;
    switch (split->option) {
    case TARIFF_BASE:
        break;
    case TARIFF_HPHC:
        index = off;
        break;
    case TARIFF_TEMPO:
        colour = tempo_colour(split->tempo, (local_s - TEMPO_FROM_S) / CALENDAR_DAY_S);
        if (colour == TEMPO_UNKNOWN) {
            split->no_colour_mwh += energy_mwh;
            return;
        }
        index = 2 * ((unsigned)colour - TEMPO_BLUE) + off;
        break;
    case TARIFF_OPTIONS:
        assert(false);
    }
    split->energy_mwh[slot][index] += energy_mwh;
}

/* The next moment at which the register may change. Clock changes, midnight and 06:00 are on full hours. */
static int64_t next_edge(const struct off_peak *off_peak, int64_t utc_s, int64_t local_s)
{
    int64_t best = (utc_s / HOUR_S + 1) * HOUR_S, second = local_s % CALENDAR_DAY_S;

    for (size_t i = 0; i < off_peak->count; i++) {
        const unsigned edges[] = { off_peak->windows[i].from, off_peak->windows[i].to };

        for (size_t k = 0; k < 2; k++) {
            int64_t ahead = (int64_t)edges[k] * MINUTE_S - second;

            if (ahead > 0 && utc_s + ahead < best)
                best = utc_s + ahead;
        }
    }
    return best;
}

static void reading_cut(struct tariff_split *split, const struct reading *r)
{
    int64_t end_s = r->start_s + r->length_s, from_s = r->start_s;
    uint64_t used = 0;

    while (from_s < end_s) {
        int64_t local_s = from_s + local_offset_s(from_s), to_s = next_edge(split->off_peak, from_s, local_s);
        uint64_t until;

        if (to_s > end_s)
            to_s = end_s;
        until = (uint64_t)r->energy_mwh * (uint64_t)(to_s - r->start_s) / r->length_s;
        piece_use(split, local_s, until - used);
        used = until;
        from_s = to_s;
    }
}

static void reading_use(struct tariff_split *split, const struct reading *r)
{
    uint64_t mean_w = (uint64_t)r->energy_mwh * HOUR_S / r->length_s / 1000;

    split->total_mwh += (uint64_t)r->energy_mwh;
    split->covered_s += r->length_s;
    if (r->length_s <= HOUR_S && mean_w > split->most_w)
        split->most_w = mean_w;
    if (split->option == TARIFF_BASE)
        piece_use(split, r->start_s + local_offset_s(r->start_s), (uint64_t)r->energy_mwh);
    else if (r->length_s > HOUR_S)
        split->coarse_mwh += (uint64_t)r->energy_mwh;
    else
        reading_cut(split, r);
}

void tariff_split_add(struct tariff_split *split, const struct reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (readings[i].start_s < split->end_s)
            continue;
        split->end_s = readings[i].start_s + readings[i].length_s;
        reading_use(split, &readings[i]);
    }
}
