/* proposal.c - what a round would get from this home, filled in from its own meter. The household sees the
 * figures and may change them before anything is said.
 *
 * Happy path: the charter's items in order, each by its use. Failure modes, all in words: no readings, a
 * category or an item the meter knows nothing of, readings by the day where the round asks for night and day,
 * a figure beyond what the round can carry. */
#include "node/profile/profile.h"
#include "node/tongue/tongue.h"

#include <inttypes.h>
#include <string.h>

enum {
    MWH_PER_KWH = 1000000,
    PERIODS = 4,
    /* A kilogram of ENplus A1 pellets: at least 4.6 kWh by EN ISO 17225-2; sellers declare 4.7 to 4.9. */
    MWH_PER_KG = 4800000,
    TOLERANCE_PARTS = 10, /* a tenth: what a home's yearly need moves with the weather */
    /* Regulated French price, option Base, 6 kVA, all taxes, from 1 February 2026 (CRE): 0.1940 euro a kWh.
     */
    POWER_PRICE = 1940,
    /* Delivered in bulk: 400 to 500 euros a tonne (Propellet, spring 2023, after the fall from the 610 that
     * the CEEB counted for the end of 2022). The lower end, so that no saving is made up; per kg. */
    PELLET_PRICE = 4000,
    PRICE_PARTS = 10000 /* of a euro */
};

struct proposal {
    const struct profile *profile;
    const struct wallet *wallet;
    struct failure *why;
    bool pellets;
    size_t quantities, next; /* items of that use, and which comes next */
};

static bool refuse(struct proposal *proposal, const char *name, const char *reason)
{
    failure_say(proposal->why, STATUS_MISSING, "%.60s: %s", name, reason);
    return false;
}

/* Whole euros, rounded down like everything that is asked for. */
static uint64_t paid_today(const struct proposal *proposal)
{
    uint64_t price = proposal->wallet->paid_cents_per_kwh_x100;
    uint64_t kwh = proposal->profile->total_mwh / MWH_PER_KWH;

    if (price > 0)
        return kwh * price / PRICE_PARTS;
    if (proposal->pellets)
        return proposal->profile->total_mwh / MWH_PER_KG * PELLET_PRICE / PRICE_PARTS;
    return kwh * POWER_PRICE / PRICE_PARTS;
}

static bool quantity(struct proposal *proposal, uint64_t *value, const struct item *item)
{
    const struct profile *profile = proposal->profile;
    size_t period = proposal->next++;

    if (strcmp(item->unit, proposal->pellets ? "KGM" : "KWH") != 0)
        return refuse(proposal, item->name,
                      _("a meter cannot say it in this unit; give the quantities yourself"));
    if (proposal->quantities == 1)
        *value = profile->total_mwh / (proposal->pellets ? MWH_PER_KG : MWH_PER_KWH);
    else if (proposal->pellets || proposal->quantities != PERIODS)
        return refuse(
            proposal, item->name,
            _("the round divides the demand in a way the meter does not; give the quantities yourself"));
    else if (profile->coarse_mwh > profile->total_mwh / 10)
        return refuse(proposal, item->name,
                      _("the readings are by the day; import the load curve, or give the quantities yourself"));
    else
        *value = profile->period_mwh[period] / MWH_PER_KWH;
    return true;
}

/* The tolerance is of everything asked for. */
static uint64_t tolerance(const struct proposal *proposal)
{
    return proposal->profile->total_mwh / (proposal->pellets ? MWH_PER_KG : MWH_PER_KWH) / TOLERANCE_PARTS;
}

static bool item_value(struct proposal *proposal, uint64_t *value, const struct item *item)
{
    switch (item->use) {
    case ITEM_QUANTITY:
        return quantity(proposal, value, item);
    case ITEM_TOLERANCE:
        *value = tolerance(proposal);
        return true;
    case ITEM_RESERVE:
        *value = paid_today(proposal);
        return true;
    case ITEM_LIMIT:
        *value = item->ladder <= proposal->wallet->limit_percent;
        return true;
    case ITEM_USES:
        break;
    }
    return refuse(proposal, item->name, _("this program does not know what it is for"));
}

bool proposal_make(uint64_t *values, const struct charter *charter, const struct profile *profile,
                   const struct wallet *wallet, struct failure *why)
{
    struct proposal proposal = { .profile = profile, .wallet = wallet, .why = why };

    proposal.pellets = strcmp(charter->category, "pellets") == 0;
    if (!proposal.pellets && strcmp(charter->category, "electricity") != 0)
        return refuse(&proposal, charter->category,
                      _("a meter does not say how much of it a home needs; give the "
                      "quantities yourself"));
    if (profile->days == 0)
        return refuse(&proposal, charter->title, _("no meter readings yet; see: coopair import --help"));
    for (size_t i = 0; i < charter->item_count; i++)
        proposal.quantities += charter->items[i].use == ITEM_QUANTITY;
    for (size_t i = 0; i < charter->item_count; i++) {
        if (!item_value(&proposal, &values[i], &charter->items[i]))
            return false;
        if (charter->value_bits < 64 && values[i] >> charter->value_bits != 0) {
            failure_say(why, STATUS_FULL, _("%.60s: %" PRIu64 " is more than this round can carry for one home"),
                        charter->items[i].name, values[i]);
            return false;
        }
    }
    return true;
}
