/* folded.c - the fold decides: deals of residents as the closed sets of a real round's boxes, and what the rooms make of them. Ciphertexts are left
 * out: no figure of this program hangs on them. */
#include "proto/fold/fold.h"
#include "tests/formation/formation.h"
#include "tests/support/sample_charter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A round about power with the market's menu; below 30 homes each proves to lie in a range (WIRE 7.5). */
static struct topic *round_make(const struct market *market, uint32_t floor)
{
    static uint8_t bytes[CHARTER_MAX];
    struct charter charter;
    struct topic *topic;
    uint32_t rest = 10000;

    sample_charter_make(&charter, floor < METERED_FLOOR ? "electricity-street" : "electricity", "season");
    charter.floor = floor;
    charter.lot_count = market->menu_count;
    for (size_t l = 0; l < market->menu_count; l++) {
        snprintf(charter.lots[l].name, sizeof charter.lots[l].name, "Lot %u", market->menu[l]);
        snprintf(charter.lots[l].terms, sizeof charter.lots[l].terms, "Contract %u", market->menu[l]);
    }
    for (int c = 0; c < CELLS; c++) {
        charter.cell_share[c] = c == CELLS - 1 ? rest : (uint32_t)(10000 * market->cell_share[c]);
        rest -= charter.cell_share[c];
    }
    topic = topic_new((struct bytes){ bytes, charter_write(bytes, sizeof bytes, &charter) });
    assert(topic != NULL);
    return topic;
}

/* A closed set of so many deals, each with room for its ciphertexts and a pseudonym of its own. */
static struct entry *set_fill(struct topic *topic, enum box_index index, int count)
{
    struct box *box = &topic->boxes[index];
    struct entry *entries = calloc((size_t)count, sizeof *entries);
    struct ciphertext *nothing = calloc(DEAL_VALUES_MAX, sizeof *nothing);

    box->set = malloc((size_t)count * sizeof *box->set);
    assert(entries != NULL && nothing != NULL && box->set != NULL);
    for (int i = 0; i < count; i++) {
        be32_write(entries[i].held.record.author, (uint32_t)i);
        entries[i].deal.values = nothing;
        box->set[i] = &entries[i].held;
    }
    box->set_count = (size_t)count;
    return entries;
}

static void round_end(struct topic *topic, struct entry *entries)
{
    free(entries[0].deal.values);
    free(entries);
    topic_free(topic);
}

/* With another noise the fold's own constants do not fit: the same rule (WIRE 7.4) in its general form. */
static void estimate_for(double out[CELLS], const struct zone *zone, const unsigned *told, double eps)
{
    double p = exp(eps) / (exp(eps) + CELLS - 1), q = (1 - p) / (CELLS - 1), count[CELLS] = { 0 };

    for (int i = 0; i < zone->count; i++)
        count[told[i]]++;
    for (int c = 0; c < CELLS; c++) {
        double seen = fmin(1, fmax(0, (count[c] / zone->count - q) / (p - q)));
        double tau = zone->market->cell_share[c] / 2, sigma2 = q * (1 - q) / ((p - q) * (p - q)) / zone->count;
        double weight = eps >= ALL_TOLD ? 1 : tau * tau / (tau * tau + sigma2);

        out[c] = zone->count * (weight * seen + (1 - weight) * zone->market->cell_share[c]);
    }
}

void folded_estimate(double out[CELLS], const struct zone *zone, const unsigned *told, double eps)
{
    struct topic *topic;
    struct entry *entries;
    bool fine;

    if (eps != AS_TOLD && eps != NOTHING_TOLD) {
        estimate_for(out, zone, told, eps);
        return;
    }
    topic = round_make(zone->market, 20);
    entries = set_fill(topic, BOX_INTEREST, zone->count);
    for (int i = 0; i < zone->count; i++)
        entries[i].deal.report = eps == NOTHING_TOLD ? CELLS : told[i];
    fine = interest_kind.closed(topic);
    assert(fine && !topic->too_few);
    for (int c = 0; c < CELLS; c++)
        out[c] = (double)topic->cells_estimate[c];
    round_end(topic, entries);
}

/* ---- Joining. */

/* The smallest group it is in for, in steps of 6 %; 0: none of any size that there could be. */
static uint32_t least_size(const struct zone *zone, const struct resident *home, unsigned lot, double given_back, uint32_t least)
{
    for (double size = least; size <= zone->count; size = fmax(size * 1.06, size + 1)) {
        if (gain(zone->market, home, lot, given_back, floor(size)) >= HASSLE)
            return (uint32_t)size;
    }
    return 0;
}

/* With its true figures, at home: of the lots that the forecast has standing, the three it gains most by. */
static void names(struct elect_home *out, const struct zone *zone, const struct resident *home, const struct forecast *f, uint32_t least)
{
    struct {
        double value;
        uint32_t lot, minimum;
    } wish[LOTS_MAX + 1];
    size_t count = 0;

    for (size_t l = 0; l < zone->market->menu_count; l++) {
        unsigned lot = zone->market->menu[l];
        uint32_t size = f->open[lot] && may_join(zone->market, home, lot) ? least_size(zone, home, lot, f->given_back[lot], least) : 0;
        double value = gain(zone->market, home, lot, f->given_back[lot], fmax(f->size[lot], size));
        size_t at = count;

        if (size == 0)
            continue;
        for (; at > 0 && wish[at - 1].value < value; at--)
            wish[at] = wish[at - 1];
        wish[at].value = value;
        wish[at].lot = (uint32_t)l;
        wish[at].minimum = size;
        count++;
    }
    out->choice_count = count < LOT_CHOICES_MAX ? count : LOT_CHOICES_MAX;
    for (size_t i = 0; i < out->choice_count; i++) {
        out->choices[i].lot = wish[i].lot;
        out->choices[i].minimum = wish[i].minimum;
    }
}

void folded_lots(int *placed, const struct zone *zone, const struct forecast *forecast, uint32_t floor)
{
    struct topic *topic = round_make(zone->market, floor);
    struct entry *entries = set_fill(topic, BOX_JOIN, zone->count);
    bool fine;

    for (int i = 0; i < zone->count; i++) {
        placed[i] = NOWHERE;
        names(&entries[i].deal.home, zone, &zone->homes[i], forecast, floor);
    }
    fine = join_kind.closed(topic);
    assert(fine);
    for (size_t l = 0; l < zone->market->menu_count; l++) {
        for (size_t i = 0; i < topic->lots[l].home_count; i++)
            placed[be32_read(topic->lots[l].pseudonyms[i])] = (int)l;
    }
    round_end(topic, entries);
}
