/* template.c - the charters that are shipped: what is bought, and how long each box stays open.
 *
 * Happy path: a good and a pace by name, put together. Failure mode: a name that is not shipped, with the
 * names that are. The caller then says where and for whom: network, zone, season, contact, opens_s, perhaps
 * another title, and charter_found. */
#include "proto/proto.h"

#include <stdio.h>
#include <string.h>

struct good {
    const char *name, *category, *title;
    uint32_t floor;
    unsigned value_bits;
    uint32_t min_saving_percent, min_bids, invite_count;
    size_t item_count, lot_count;
    struct item items[DEAL_VALUES_MAX];
    struct lot lots[LOTS_MAX];
};

static const struct good goods[] = {
    /* Kilograms ordered once tell no habits, so the floor is a street's: seven. 16 bits: nobody burns 65 t in
     * a year. Limits: in at this percentage of today's price or less; five percent is what makes the lorry's
     * detour worth a signature, fifteen convinces everybody. */
    { .name = "pellets",
      .category = "pellets",
      .title = "Pellets",
      .floor = 7,
      .value_bits = 16,
      .min_saving_percent = 3,
      .min_bids = 2,
      .invite_count = 200,
      .item_count = 5,
      .items = { { "Pellets", "KGM", ITEM_QUANTITY, 0, 0, 0 },
                 { "Tolerance", "KGM", ITEM_TOLERANCE, 0, 0, 0 },
                 { "Paid today", "EUR", ITEM_RESERVE, 0, 0, 0 },
                 { "In at 95 %", "C62", ITEM_LIMIT, 95, 0, 0 },
                 { "In at 85 %", "C62", ITEM_LIMIT, 85, 0, 0 } },
      .lot_count = 2,
      .lots = { { "Bulk",
                  "ENplus A1 pellets, 6 mm, blown into each home's store by lorry, 30 m of hose, "
                  "within six weeks of the award. Fee per home: one delivery, weighed on the lorry." },
                { "Bags",
                  "ENplus A1 pellets, 6 mm, in 15 kg bags on pallets, set down at each home's kerb, within "
                  "six weeks of the award. Fee per home: one delivery, pallets included." } } },
    /* Metered totals of fewer than thirty homes are opened only where no single home can make most of one: the
     * good after this (DESIGN 4). The periods are those of a two-rate meter in two seasons. 16 bits:
     * 65 MWh in one of them. */
    { .name = "electricity",
      .category = "electricity",
      .title = "Electricity",
      .floor = 30,
      .value_bits = 16,
      .min_saving_percent = 3,
      .min_bids = 2,
      .invite_count = BOX_DEALS_MAX,
      .item_count = 7,
      .items = { { "Winter peak", "KWH", ITEM_QUANTITY, 0, 0, 0 },
                 { "Winter off-peak", "KWH", ITEM_QUANTITY, 0, 0, 0 },
                 { "Summer peak", "KWH", ITEM_QUANTITY, 0, 0, 0 },
                 { "Summer off-peak", "KWH", ITEM_QUANTITY, 0, 0, 0 },
                 { "Paid today", "EUR", ITEM_RESERVE, 0, 0, 0 },
                 { "In at 95 %", "C62", ITEM_LIMIT, 95, 0, 0 },
                 { "In at 90 %", "C62", ITEM_LIMIT, 90, 0, 0 } },
      .lot_count = 2,
      .lots = { { "Fixed price",
                  "Supply for one year at prices that do not move, grid charges and taxes as published. "
                  "Winter: November to March; off-peak: 22 to 6. Fee per home: subscription for the year." },
                { "Fixed price, renewable",
                  "As the fixed price, from renewable sources in the same country, guarantees of origin "
                  "cancelled month by month. Fee per home: subscription for the year." } } },
    /* For a street: from twenty homes, each of 2 000 to 6 700 kWh a year, so that none makes more than 15 % of
     * a total, whoever joins (WIRE 7.5). One total of the year: four periods would have to be bounded each,
     * and hardly a home is average in all four. In euros the same range, at 25 cents a kWh, fees included. Of
     * 301 Swiss homes the best such range holds two thirds; of chance groups of twenty a third would pass a
     * test of the opened total, and the others would have opened it. */
    { .name = "electricity-street",
      .category = "electricity",
      .title = "Electricity, small round",
      .floor = 20,
      .value_bits = 16,
      .min_saving_percent = 3,
      .min_bids = 2,
      .invite_count = 200,
      .item_count = 4,
      .items = { { "Electricity", "KWH", ITEM_QUANTITY, 0, 2000, 6700 },
                 { "Paid today", "EUR", ITEM_RESERVE, 0, 500, 1675 },
                 { "In at 95 %", "C62", ITEM_LIMIT, 95, 0, 0 },
                 { "In at 90 %", "C62", ITEM_LIMIT, 90, 0, 0 } },
      .lot_count = 1,
      .lots = { { "Fixed price",
                  "Supply for one year at one price of day and night that does not move, grid charges and taxes as "
                  "published. Fee per home: subscription for the year." } } },
};

/* How long things stay open, and why. Boxes in order: registry, key, interest, join, bids.
 *
 * | pace   | reason                                                                                        |
 * |--------|-----------------------------------------------------------------------------------------------|
 * | demo   | Seconds. A dozen homes on two busy cores need one or two to notice, sign, spread and close;   |
 * |        | the registry has to wait for processes that start, join for the longest proofs. A round of    |
 * |        | six gives five clerks their second.                                                           |
 * | street | Two weeks in all. Neighbours speak to each other: four days always hold an evening at home;   |
 * |        | one is enough for what nodes do by themselves (key, interest), three for a company that knows |
 * |        | the street. Rounds of half a day: a home that is on in the evening is there in one of two.    |
 * | season | Mechanism 2.4 and 2.5: homes that are on half of the time, or away for a week, still deal;    |
 * |        | closing takes three to six days of it.                                                        |
 */
enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };
static const struct pace {
    const char *name;
    uint32_t window_s[BOXES], grace_s;
    uint32_t round_s, grow_s, slot_s, slack_s, tick_s, expires_s;
} paces[] = {
    { .name = "demo",
      .window_s = { 10, 5, 5, 8, 7 },
      .grace_s = 1,
      .round_s = 6,
      .grow_s = 3,
      .slot_s = 1,
      .slack_s = 4,
      .tick_s = 1,
      .expires_s = HOUR_S },
    { .name = "street",
      .window_s = { 4 * DAY_S, DAY_S, DAY_S, 4 * DAY_S, 3 * DAY_S },
      .grace_s = HOUR_S,
      .round_s = 12 * HOUR_S,
      .grow_s = 6 * HOUR_S,
      .slot_s = HOUR_S,
      .slack_s = 12 * HOUR_S,
      .tick_s = HOUR_S,
      .expires_s = 400 * DAY_S }, /* the next order a year later can still look back */
    { .name = "season",
      .window_s = { 14 * DAY_S, 7 * DAY_S, 14 * DAY_S, 7 * DAY_S, 10 * DAY_S },
      .grace_s = 12 * HOUR_S,
      .round_s = DAY_S,
      .grow_s = 12 * HOUR_S,
      .slot_s = 2 * HOUR_S,
      .slack_s = DAY_S,
      .tick_s = DAY_S,
      .expires_s = 730 * DAY_S }, /* a contract of a year, and the year in which it is disputed */
};

static const struct good *good_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(goods); i++)
        if (strcmp(goods[i].name, name) == 0)
            return &goods[i];
    return NULL;
}

static const struct pace *pace_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(paces); i++)
        if (strcmp(paces[i].name, name) == 0)
            return &paces[i];
    return NULL;
}

static void good_put(struct charter *out, const struct good *good)
{
    snprintf(out->title, sizeof out->title, "%s", good->title);
    snprintf(out->category, sizeof out->category, "%s", good->category);
    out->floor = good->floor;
    out->value_bits = good->value_bits;
    out->min_saving_percent = good->min_saving_percent;
    out->min_bids = good->min_bids;
    out->invite_count = good->invite_count;
    out->item_count = good->item_count;
    memcpy(out->items, good->items, sizeof out->items);
    out->lot_count = good->lot_count;
    memcpy(out->lots, good->lots, sizeof out->lots);
    /* Both tests of a cell cut at a public median, so each cell has a quarter (mechanism 5). */
    for (size_t i = 0; i < ARRAY_SIZE(out->cell_share); i++)
        out->cell_share[i] = 2500;
}

static void pace_put(struct charter *out, const struct pace *pace)
{
    memcpy(out->window_s, pace->window_s, sizeof out->window_s);
    for (int box = 0; box < BOXES; box++)
        out->grace_s[box] = pace->grace_s;
    out->round_s = pace->round_s;
    out->grow_s = pace->grow_s;
    out->slot_s = pace->slot_s;
    out->slack_s = pace->slack_s;
    out->tick_s = pace->tick_s;
    out->expires_s = pace->expires_s;
}

enum status charter_from_template(struct charter *out, const char *good, const char *pace,
                                  struct failure *why)
{
    const struct good *found_good = good_find(good);
    const struct pace *found_pace = pace_find(pace);

    if (found_good == NULL)
        return failure_say(why, STATUS_MISSING, "there is no template for %.40s: pellets, electricity or electricity-street", good);
    if (found_pace == NULL)
        return failure_say(why, STATUS_MISSING, "there is no pace %.40s: demo, street or season", pace);
    memset(out, 0, sizeof *out);
    good_put(out, found_good);
    pace_put(out, found_pace);
    return STATUS_OK;
}
