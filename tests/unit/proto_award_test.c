/* proto_award_test.c - who wins a lot: stories about prices, and drawn bids beside a rule written a second
 * time. One street of eight homes has joined; each case goes on from there. */
#include "tests/support/memo.h"
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { HOMES = 8, DRAWN = 60, OFFERS_MAX = 8 };
static struct round *street;
static uint64_t quantity, paid_euros; /* of all homes together */

static int begin(void **unused)
{
    (void)unused;
    street = round_new(&(struct round_plan){ .homes = HOMES, .seed = 71 });
    round_play(street, BOX_JOIN);
    for (unsigned i = 0; i < HOMES; i++)
        for (size_t k = 0; k < street->charter.item_count; k++) {
            quantity += street->charter.items[k].use == ITEM_QUANTITY && i != 1 ? street->homes[i].values[k]
                                                                                : 0;
            paid_euros += street->charter.items[k].use == ITEM_RESERVE && i != 1 ? street->homes[i].values[k]
                                                                                 : 0;
        }
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    round_free(street);
    return 0;
}

/* An offer for one lot in one to two steps. */
struct offer {
    uint32_t lot, fixed_cents;
    struct {
        uint32_t from, price;
    } steps[2];
    size_t step_count;
};

/* What these bids come to. companies[i]: the key of the i-th. */
static struct round *judged(const struct offer *offers, size_t count, struct sign_key *companies)
{
    struct round *r = round_branch(street);
    struct bid bid;

    for (size_t i = 0; i < count; i++) {
        round_bid_make(r, &bid, &companies[i], (unsigned)i);
        bid.lots[0] = (struct bid_lot){ .lot = offers[i].lot,
                                        .fixed_cents = offers[i].fixed_cents,
                                        .step_count = offers[i].step_count };
        for (size_t k = 0; k < offers[i].step_count; k++)
            bid.lots[0].steps[k] = (struct bid_step){ .from_homes = offers[i].steps[k].from,
                                                      .price = { offers[i].steps[k].price } };
        round_bid(r, &bid, &companies[i], 0);
    }
    round_close(r, BOX_BIDS);
    if (box_open_parts(r->topic, BOX_BIDS) > 0)
        round_open(r, BOX_BIDS);
    return r;
}

/* The rule once more: in cents times a hundred, so that nothing is rounded before the end. */
static bool cost_of(uint64_t *cents, const struct offer *offer, size_t homes)
{
    const uint32_t *price = NULL;

    for (size_t k = 0; k < offer->step_count; k++)
        if (offer->steps[k].from <= homes)
            price = &offer->steps[k].price;
    if (price == NULL || offer->lot != 0)
        return false;
    *cents = (quantity * *price + 50) / 100 + (uint64_t)offer->fixed_cents * homes;
    return true;
}

static void tie_of(uint8_t out[HASH_SIZE], const struct round *r, const struct sign_key *company)
{
    struct bytes parts[] = { { topic_id(r->topic), ID_SIZE }, BYTES(company->public_key) };

    hash_parts(out, "coopair/1 award tie", parts, ARRAY_SIZE(parts));
}

/* The number of the winner; -1: no award. */
static int expected(const struct round *r, const struct offer *offers, size_t count,
                    const struct sign_key *companies)
{
    uint64_t cost, best_cost = 0;
    uint8_t tie[HASH_SIZE], best_tie[HASH_SIZE];
    size_t valid = 0;
    int best = -1;

    for (size_t i = 0; i < count; i++) {
        if (!cost_of(&cost, &offers[i], HOMES - 1) || cost > 100 * paid_euros)
            continue;
        valid++;
        tie_of(tie, r, &companies[i]);
        if (best < 0 || cost < best_cost || (cost == best_cost && memcmp(tie, best_tie, HASH_SIZE) < 0)) {
            best = (int)i;
            best_cost = cost;
            memcpy(best_tie, tie, HASH_SIZE);
        }
    }
    return valid >= r->charter.min_bids ? best : -1;
}

static int winner_of(struct round *r, const struct sign_key *companies, size_t count)
{
    const struct season *season = round_season(r);

    assert_int_equal(season->phase, season->lots[0].awarded ? PHASE_AWARDED : PHASE_NO_AWARD);
    for (size_t i = 0; season->lots[0].awarded && i < count; i++)
        if (memcmp(season->bids[season->lots[0].winner].author, companies[i].public_key, KEY_SIZE) == 0)
            return (int)i;
    return -1;
}

/* ---- Stories. Home 1 asked for bags, so the other seven are in lot 0, and lot 1 is not formed. */

enum { TIE = -2 };
static const struct story {
    const char *says;
    size_t count;
    struct offer offers[4];
    int winner; /* TIE: whom the hash says */
} stories[] = {
    { "the lower price wins", 2, { { 0, 0, { { 1, 3000 } }, 1 }, { 0, 0, { { 1, 2999 } }, 1 } }, 1 },
    { "a fee counts for every home", 2, { { 0, 10000, { { 1, 1 } }, 1 }, { 0, 0, { { 1, 2 } }, 1 } }, 1 },
    { "equal costs: the hash decides, not the order",
      2,
      { { 0, 5, { { 1, 30 } }, 1 }, { 0, 5, { { 1, 30 } }, 1 } },
      TIE },
    { "one bid is no competition", 1, { { 0, 0, { { 1, 3000 } }, 1 } }, -1 },
    { "a bid for another lot is none for this one",
      2,
      { { 0, 0, { { 1, 3000 } }, 1 }, { 1, 0, { { 1, 1 } }, 1 } },
      -1 },
    { "the step for so many homes counts, not the cheapest",
      2,
      { { 0, 0, { { 1, 3000 }, { 8, 1 } }, 2 }, { 0, 0, { { 1, 2999 } }, 1 } },
      1 },
    { "the last step that is reached counts",
      2,
      { { 0, 0, { { 1, 3000 }, { 7, 2 } }, 2 }, { 0, 0, { { 1, 2999 } }, 1 } },
      0 },
    { "an offer for more homes than there are is out",
      3,
      { { 0, 0, { { 8, 1 } }, 1 }, { 0, 0, { { 1, 3000 } }, 1 }, { 0, 0, { { 1, 2000 } }, 1 } },
      2 },
    { "dearer than today is out",
      3,
      { { 0, 0, { { 1, UINT32_MAX } }, 1 }, { 0, 0, { { 1, UINT32_MAX } }, 1 }, { 0, 0, { { 1, 1 } }, 1 } },
      -1 },
};

static void as_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(stories); i++) {
        const struct story *story = &stories[i];
        struct sign_key companies[4];
        struct round *r = judged(story->offers, story->count, companies);
        int winner = winner_of(r, companies, story->count);
        uint64_t cost;

        if (winner !=
            (story->winner == TIE ? expected(r, story->offers, story->count, companies) : story->winner))
            fail_msg("%s: offer %d won", story->says, winner);
        assert_int_equal(winner, expected(r, story->offers, story->count, companies));
        if (winner >= 0 && cost_of(&cost, &story->offers[winner], HOMES - 1))
            assert_true(round_season(r)->lots[0].cost_cents == cost);
        assert_true(round_season(r)->lots[0].reserve_known && !round_season(r)->lots[1].formed);
        round_free(r);
    }
}

/* At what the homes pay today a bid is in, a cent above it is out. */
static void the_reserve_is_a_bound_to_the_cent(void **unused)
{
    uint64_t limit = 100 * paid_euros;
    uint32_t fee = (uint32_t)(limit / (HOMES - 1));
    struct offer offers[] = { { 0, fee, { { 1, 0 } }, 1 },
                              { 0, fee, { { 1, 0 } }, 1 },
                              { 0, fee, { { 1, 0 } }, 1 } };
    struct sign_key companies[3];
    struct round *r = judged(offers, 2, companies);

    (void)unused;
    assert_true(winner_of(r, companies, 2) >= 0);
    assert_true(round_season(r)->lots[0].cost_cents <= limit &&
                round_season(r)->lots[0].cost_cents + HOMES - 1 > limit);
    round_free(r);
    offers[1].fixed_cents++;
    offers[2].fixed_cents++;
    r = judged(offers, 3, companies);
    assert_int_equal(winner_of(r, companies, 3), -1);
    round_free(r);
}

/* A second bid of one company takes the place of the first, also when it is dearer. */
static void a_company_has_one_bid_the_last(void **unused)
{
    struct offer offers[] = { { 0, 0, { { 1, 10 } }, 1 }, { 0, 0, { { 1, 20 } }, 1 } };
    struct sign_key companies[2];
    struct round *r = round_branch(street);
    struct bid bid;

    (void)unused;
    for (unsigned i = 0; i < 2; i++) {
        round_bid_make(r, &bid, &companies[i], i);
        bid.lots[0].steps[0].price[0] = offers[i].steps[0].price;
        round_bid(r, &bid, &companies[i], 0);
    }
    bid.lots[0].steps[0].price[0] = 5;
    round_bid(r, &bid, &companies[1], 1);
    bid.lots[0].steps[0].price[0] = 900;
    round_bid(r, &bid, &companies[1], 2);
    round_close(r, BOX_BIDS);
    round_open(r, BOX_BIDS);
    assert_int_equal(round_season(r)->bid_count, 2);
    assert_int_equal(winner_of(r, companies, 2), 0);
    round_free(r);
}

/* ---- Drawn. */

static void drawn_bids_are_judged_as_the_rule_says(void **unused)
{
    struct offer offers[OFFERS_MAX];
    struct sign_key companies[OFFERS_MAX];
    size_t awards = 0, none = 0;

    (void)unused;
    for (int k = 0; k < DRAWN; k++) {
        size_t count = rng_below(&street->rng, OFFERS_MAX);
        struct round *r;

        for (size_t i = 0; i < count; i++) {
            offers[i] = (struct offer){ .lot = rng_below(&street->rng, 5) == 0,
                                        .fixed_cents = (uint32_t)rng_below(&street->rng, 3),
                                        .step_count = 1 + rng_below(&street->rng, 2) };
            for (uint32_t s = 0; s < 2; s++) {
                offers[i].steps[s].from = 1 + 5 * s + (uint32_t)rng_below(&street->rng, 5);
                offers[i].steps[s].price = (uint32_t)rng_below(&street->rng, 4) *
                                           (rng_below(&street->rng, 5) ? 1 : 100000);
            }
        }
        r = judged(offers, count, companies);
        assert_int_equal(winner_of(r, companies, count), expected(r, offers, count, companies));
        awards += winner_of(r, companies, count) >= 0;
        none += winner_of(r, companies, count) < 0;
        round_free(r);
    }
    assert_true(awards > 10 && none > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_told),
        cmocka_unit_test(the_reserve_is_a_bound_to_the_cent),
        cmocka_unit_test(a_company_has_one_bid_the_last),
        cmocka_unit_test(drawn_bids_are_judged_as_the_rule_says),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
