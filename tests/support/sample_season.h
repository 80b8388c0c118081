/* sample_season.h - a season filled in by hand, for what only reads a season: a street that buys pellets in
 * two lots, of which one forms, with two companies. No signature in it holds; the rounds of the end-to-end
 * tests are real. */
#ifndef COOP_TESTS_SAMPLE_SEASON_H
#define COOP_TESTS_SAMPLE_SEASON_H

#include "node/tender/tender.h"

#include <string.h>

enum {
    SAMPLE_HOMES = 12,
    SAMPLE_QUANTITY = 0,
    SAMPLE_TOLERANCE = 1,
    SAMPLE_RESERVE = 2,
    SAMPLE_LIMIT_95 = 3,
    SAMPLE_LIMIT_85 = 4
};

struct sample {
    struct charter charter;
    struct season season;
    struct bid bids[2];
    uint8_t homes[SAMPLE_HOMES][KEY_SIZE], topic[ID_SIZE];
    struct tender tender;
};

static inline void sample_charter(struct charter *charter)
{
    *charter = (struct charter){
        .network = "test",
        .title = "Pellets, rue des Lilas",
        .category = "pellets",
        .zone = "fr:insee:44109",
        .season = "2027",
        .contact = "ada@example.org",
        .opens_s = 1800000000,
        .floor = 7,
        .value_bits = 16,
        .min_saving_percent = 3,
        .min_bids = 2,
        .expires_s = 30 * 86400,
        .invite_count = 40,
        .items = { { "Pellets", "KGM", ITEM_QUANTITY, 0 },
                   { "Tolerance", "KGM", ITEM_TOLERANCE, 0 },
                   { "Paid today", "EUR", ITEM_RESERVE, 0 },
                   { "In at 95 %", "C62", ITEM_LIMIT, 95 },
                   { "In at 85 %", "C62", ITEM_LIMIT, 85 } },
        .item_count = 5,
        .lots = { { "Bulk", "Blown into the store, one lorry, within six weeks." },
                  { "Bags", "On pallets at the kerb." } },
        .lot_count = 2,
    };
}

static inline void sample_bid(struct bid *bid, const char *company, uint8_t mark, uint32_t price)
{
    *bid = (struct bid){ .contact = "sales@example.org",
                         .terms = "Thirty days.",
                         .lot_count = 1,
                         .price_count = 1,
                         .lots = { { .lot = 0,
                                     .fixed_cents = 1250,
                                     .step_count = 2,
                                     .steps = { { .from_homes = 7, .price = { price } },
                                                { .from_homes = 20, .price = { price - 100 } } } } } };
    strcpy(bid->company, company);
    memset(bid->author, mark, KEY_SIZE);
    memset(bid->record, mark, ID_SIZE);
}

/* phase: PHASE_TENDER, PHASE_BIDS_CLOSED, PHASE_AWARDED, PHASE_NO_AWARD, PHASE_TOO_FEW or PHASE_NO_LOT. */
static inline void sample_init(struct sample *s, enum phase phase)
{
    *s = (struct sample){ .season = { .phase = phase } };
    sample_charter(&s->charter);
    memset(s->topic, 0xa7, sizeof s->topic);
    for (size_t i = 0; i < SAMPLE_HOMES; i++)
        memset(s->homes[i], (int)(0x10 + i), KEY_SIZE);
    s->season.boxes[BOX_INTEREST].settled_s = 1800086400;
    s->season.boxes[BOX_JOIN] =
        (struct box_view){ .state = BOX_OPENED, .settled_s = 1800172800, .set_count = SAMPLE_HOMES };
    s->season.boxes[BOX_BIDS] =
        (struct box_view){ .state = BOX_OPEN, .deadline_s = 1800604800, .settled_s = 1800605100 };
    s->season.lots[0] = (struct lot_view){
        .formed = phase != PHASE_TOO_FEW && phase != PHASE_NO_LOT,
        .home_count = SAMPLE_HOMES,
        .homes = (const uint8_t(*)[KEY_SIZE])s->homes,
        .totals_known = true,
        .totals = { 34500, 3000, 0, 11, 2 },
    };
    if (phase == PHASE_AWARDED || phase == PHASE_NO_AWARD) {
        sample_bid(&s->bids[0], "Granulés Réunis", 0xb0, 3120);
        sample_bid(&s->bids[1], "Bois \"Énergie\" SARL", 0xb1, 2995);
        s->season.bids = s->bids;
        s->season.bid_count = 2;
        s->season.bids_sealed = 3;
        s->season.bids_refused = 1;
        s->season.lots[0].reserve_known = true;
        s->season.lots[0].totals[SAMPLE_RESERVE] = 10900;
        s->season.lots[0].awarded = phase == PHASE_AWARDED;
        s->season.lots[0].winner = 1;
        s->season.lots[0].cost_cents = 1048275; /* 34 500 kg at 0.2995, and 12 times 12.50 */
    }
    s->tender = (struct tender){ .topic = s->topic, .charter = &s->charter, .season = &s->season };
    memset(s->tender.proof, 0xc2, HASH_SIZE);
}

#endif
