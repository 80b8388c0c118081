/* street_life.h - what happens on the street of street.h by itself: households deal, companies bid, homes
 * meet, time passes; and how a street begins and ends. */
#ifndef COOP_TESTS_STREET_LIFE_H
#define COOP_TESTS_STREET_LIFE_H

#include "tests/support/street.h"

/* ---- Households. */

static inline enum status street_deal(struct street *s, unsigned home, enum box_index box,
                                      struct deal_out *out, struct failure *why)
{
    struct street_home *h = &s->homes[home];
    struct sign_key invite;

    switch (box) {
    case BOX_REGISTRY:
        group_invite_key(&invite, street_group);
        return deal_enrol(out, h->topic, &h->own, &invite, &h->rng, why);
    case BOX_INTEREST:
        return deal_interest(out, h->topic, &h->own, home % 4, &h->rng, why);
    case BOX_JOIN:
        return deal_join(out, h->topic, &h->own, &h->choice, 1, h->values, s->charter.item_count, &h->rng,
                         why);
    case BOX_KEY:
    case BOX_BIDS:
    case BOXES:
        break;
    }
    return STATUS_DENIED;
}

/* Three quarters of the window, and of what a clock that is ahead leaves of it: nobody deals after the deadline that he sees. */
static inline uint64_t street_patience_ms(struct street *s, unsigned home, enum box_index box)
{
    uint64_t most = s->charter.window_s[box] * UINT64_C(750), clock_ms = street_clock_ms(s, home);
    uint64_t deadline_ms = street_season(s, home)->boxes[box].deadline_s * 1000, left;

    if (s->homes[home].skew_ms <= 0)
        return most;
    left = deadline_ms > clock_ms ? (deadline_ms - clock_ms) / 4 * 3 + 1 : 1;
    return left < most ? left : most;
}

/* Somewhere in that time, when the home is on. */
static inline void street_household(struct street *s, unsigned home)
{
    static const enum box_index boxes[STREET_PHASES] = { BOX_REGISTRY, BOX_INTEREST, BOX_JOIN };
    struct street_home *h = &s->homes[home];
    static struct deal_out out;

    for (int i = 0; i < STREET_PHASES; i++) {
        const struct season *season = street_season(s, home);
        enum box_index box = boxes[i];

        if (season->boxes[box].state != BOX_OPEN || h->idle)
            continue;
        if (h->deals_ms[box] == 0)
            h->deals_ms[box] = s->now_ms + rng_below(&s->rng, street_patience_ms(s, home, box));
        if (h->deals_ms[box] > s->now_ms)
            continue;
        h->deals_ms[box] = UINT64_MAX;
        if (street_deal(s, home, box, &out, NULL) != STATUS_OK)
            continue;
        h->joined = h->joined || box == BOX_JOIN;
        street_take_own(s, home, &out);
    }
}

/* Two companies: the second is cheaper. */
static inline void street_companies(struct street *s, unsigned home)
{
    if (s->sealed || !s->companies || street_season(s, home)->phase != PHASE_TENDER)
        return;
    for (uint8_t i = 0; i < 2; i++) {
        struct bid bid = {
            .contact = "sales@example.org", .terms = "Thirty days.", .lot_count = 1, .price_count = 1
        };
        uint8_t bytes[RECORD_MAX], seed[KEY_SIZE] = { 0xc0, i };
        static struct deal_out out;
        struct group_key inbox;
        struct sign_key company;
        enum status status;
        size_t size;

        sign_key_init(&company, seed);
        group_key_init(&inbox, seed);
        bid.inbox = inbox.public_point;
        snprintf(bid.company, sizeof bid.company, "Company %d", i);
        bid.lots[0] = (struct bid_lot){ .fixed_cents = 1000, .step_count = 1 };
        bid.lots[0].steps[0] = (struct bid_step){ .from_homes = 1, .price = { 3000u - 100u * i } };
        size = bid_seal(bytes, sizeof bytes, s->homes[home].topic, &bid, &company, &s->homes[home].rng, NULL);
        assert(size > 0);
        status = deal_bid(&out, s->homes[home].topic, &s->homes[home].own, (struct bytes){ bytes, size },
                          &s->homes[home].rng, NULL);
        assert(status == STATUS_OK);
        street_take_own(s, home, &out);
    }
    s->sealed = true;
}

/* ---- Time. */

static inline void street_check_closed(struct street *s, unsigned home)
{
    const struct season *season = street_season(s, home);

    assert(season->phase != PHASE_FORK);
    for (int box = 0; box < BOXES; box++) {
        if (season->boxes[box].state < BOX_CLOSED)
            continue;
        assert(!s->closed[box] || memcmp(s->digest[box], season->boxes[box].digest, HASH_SIZE) == 0);
        s->closed[box] = true;
        memcpy(s->digest[box], season->boxes[box].digest, HASH_SIZE);
    }
}

static inline void street_home_step(struct street *s, unsigned home)
{
    struct street_home *h = &s->homes[home];

    if (h->off)
        return;
    street_household(s, home);
    street_companies(s, home);
    if (h->liar)
        h->liar(s, home);
    else if (h->news || h->wake_ms <= street_clock_ms(s, home))
        street_duties(s, home);
    if (!h->liar)
        street_check_closed(s, home);
}

static inline void street_cross(struct street *s, unsigned from, unsigned to)
{
    for (size_t i = 0; i < s->record_count; i++)
        if (s->homes[from].arrived_ms[i] != STREET_ABSENT && s->homes[to].arrived_ms[i] == STREET_ABSENT &&
            rng_below(&s->rng, 256) < s->arrives)
            street_give(s, to, i);
}

static inline void street_meet(struct street *s, unsigned home)
{
    unsigned other = (unsigned)rng_below(&s->rng, s->count);

    if (s->homes[home].off || s->homes[other].off || s->homes[home].side != s->homes[other].side ||
        s->homes[home].sum == s->homes[other].sum)
        return;
    street_cross(s, home, other);
    street_cross(s, other, home);
}

static inline void street_step(struct street *s)
{
    for (unsigned i = 0; i < s->count; i++)
        street_home_step(s, i);
    for (unsigned i = 0; i < s->count && !s->apart; i++)
        street_meet(s, i);
    s->now_ms += STREET_STEP_MS;
}

static inline void street_run(struct street *s, uint64_t ms)
{
    for (uint64_t end_ms = s->now_ms + ms; s->now_ms < end_ms;)
        street_step(s);
}

/* Every honest home that is on has come this far. */
static inline bool street_has(struct street *s, enum box_index box, enum box_state state)
{
    for (unsigned i = 0; i < s->count; i++)
        if (!s->homes[i].off && !s->homes[i].liar && street_season(s, i)->boxes[box].state < state)
            return false;
    return true;
}

/* Lets time pass until then; false: not within this time. */
static inline bool street_until(struct street *s, enum box_index box, enum box_state state, uint64_t ms)
{
    for (uint64_t end_ms = s->now_ms + ms; !street_has(s, box, state); street_step(s))
        if (s->now_ms >= end_ms)
            return false;
    return true;
}

/* The home that has this seat on the drawn committee. */
static inline unsigned street_seated(struct street *s, unsigned seat)
{
    for (unsigned i = 0; i < s->count; i++)
        if (own_seat(&s->homes[i].own, s->homes[i].topic, BOX_KEY) == seat)
            return i;
    assert(!"somebody has this seat");
    return 0;
}

/* ---- Beginning and end. */

static inline void street_charter_make(struct street *s, uint32_t floor, uint64_t opens_s)
{
    enum status status = charter_from_template(&s->charter, "pellets", "street", NULL);

    assert(status == STATUS_OK);
    strcpy(s->charter.network, "test");
    strcpy(s->charter.zone, "fr:insee:44109");
    strcpy(s->charter.season, "2027");
    strcpy(s->charter.contact, "ada@example.org");
    s->charter.floor = floor;
    s->charter.min_saving_percent = 0;
    s->charter.opens_s = opens_s;
    charter_found(&s->charter, s->homes[0].seed, street_group);
    s->charter_size = charter_write(s->charter_bytes, sizeof s->charter_bytes, &s->charter);
    assert(s->charter_size > 0);
}

/* `count` homes that are always on and want the first lot; the first one founded the round. */
static inline struct street *street_init_at(unsigned count, uint32_t floor, uint8_t seed, uint64_t opens_s)
{
    uint8_t bytes[KEY_SIZE] = { seed, 0x57 };
    struct street *s = &street;

    memset(s, 0, sizeof *s);
    rng_init(&s->rng, bytes);
    s->count = count;
    s->arrives = 200;
    for (unsigned i = 0; i < count; i++) {
        struct street_home *h = &s->homes[i];

        rng_fill(&s->rng, h->seed, sizeof h->seed);
        rng_fill(&s->rng, h->secret, sizeof h->secret);
        rng_fill(&s->rng, bytes, sizeof bytes);
        rng_init(&h->rng, bytes);
        memset(h->arrived_ms, 0xff, sizeof h->arrived_ms);
        h->values[0] = 1000 + rng_below(&s->rng, 5000);
        h->values[1] = rng_below(&s->rng, 500);
        h->values[2] = 2000;
        h->values[3] = i % 2;
        h->values[4] = 1;
    }
    street_charter_make(s, floor, opens_s);
    s->now_ms = s->charter.opens_s * 1000;
    for (unsigned i = 0; i < count; i++)
        street_home_start(s, i);
    return s;
}

static inline struct street *street_init(unsigned count, uint32_t floor, uint8_t seed)
{
    return street_init_at(count, floor, seed, 1800000000);
}

static inline void street_clear(struct street *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        topic_free(s->homes[i].topic);
        own_clear(&s->homes[i].own);
    }
    for (size_t i = 0; i < s->record_count; i++)
        free(s->records[i].bytes);
    s->count = 0;
    s->record_count = 0;
}

#endif
