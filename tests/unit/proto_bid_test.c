/* A bid has one encoding; its cost is exact to the cent, whatever the numbers. */
#include "tests/support/sample_charter.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void sample(struct bid *bid)
{
    *bid = (struct bid){ .company = "Granulés Réunis",
                         .contact = "sales@example.org",
                         .terms = "Thirty days.",
                         .inbox = POINT_BASE,
                         .lot_count = 2,
                         .price_count = 1,
                         .lots = { { .lot = 0,
                                     .fixed_cents = 1250,
                                     .step_count = 2,
                                     .steps = { { 7, { 3120 } }, { 20, { 2990 } } } },
                                   { .lot = 1, .step_count = 1, .steps = { { 1, { 3500 } } } } } };
}

static void the_largest(struct bid *bid)
{
    sample(bid);
    memset(bid->company, 'c', sizeof bid->company - 1);
    memset(bid->contact, 'c', sizeof bid->contact - 1);
    memset(bid->terms, 't', sizeof bid->terms - 1);
    bid->lot_count = LOTS_MAX;
    bid->price_count = DEAL_VALUES_MAX;
    for (uint32_t i = 0; i < LOTS_MAX; i++) {
        bid->lots[i] = (struct bid_lot){ .lot = i, .fixed_cents = UINT32_MAX, .step_count = BID_STEPS_MAX };
        for (uint32_t j = 0; j < BID_STEPS_MAX; j++) {
            bid->lots[i].steps[j].from_homes = UINT32_MAX - BID_STEPS_MAX + j;
            memset(bid->lots[i].steps[j].price, 0xff, sizeof bid->lots[i].steps[j].price);
        }
    }
}

static void a_bid_reads_back_to_the_same_bytes(void **unused)
{
    static struct bid bid, again;
    static uint8_t bytes[BID_MAX], bytes_again[BID_MAX];

    (void)unused;
    for (int largest = 0; largest < 2; largest++) {
        size_t size;

        if (largest)
            the_largest(&bid);
        else
            sample(&bid);
        memset(bid.author, 0x77, KEY_SIZE); /* the fold's business, not the encoding's */
        size = bid_write(bytes, sizeof bytes, &bid);
        assert_true(size > 0);
        assert_int_equal(bid_read(&again, (struct bytes){ bytes, size }), STATUS_OK);
        assert_int_equal(bid_write(bytes_again, sizeof bytes_again, &again), size);
        assert_memory_equal(bytes, bytes_again, size);
        assert_int_equal(again.price_count, bid.price_count);
        assert_memory_equal(again.lots, bid.lots, sizeof bid.lots);
        assert_string_equal(again.company, bid.company);
        assert_int_equal(again.author[0], 0);
        assert_int_equal(bid_write(bytes, size - 1, &bid), 0);
        for (size_t cut = 0; cut < size; cut++)
            assert_int_equal(bid_read(&again, (struct bytes){ bytes_again, cut }), STATUS_MALFORMED);
        bytes_again[size] = 0;
        assert_int_equal(bid_read(&again, (struct bytes){ bytes_again, size + 1 }), STATUS_MALFORMED);
    }
}

/* ---- Each rule broken by itself: for the writer from a struct, for the reader from bytes. */

static void break_company(struct bid *b) { b->company[0] = '\0'; }
static void break_contact(struct bid *b) { strcpy(b->contact, "\x1b[2J"); }
static void break_terms(struct bid *b) { memset(b->terms, 'x', sizeof b->terms); }
static void break_inbox(struct bid *b) { b->inbox = POINT_IDENTITY; }
static void break_inbox_bytes(struct bid *b) { memset(b->inbox.b, 0xff, POINT_SIZE); }
static void break_no_lot(struct bid *b) { b->lot_count = 0; }
static void break_lots(struct bid *b) { b->lot_count = LOTS_MAX + 1; }
static void break_lot(struct bid *b) { b->lots[1].lot = LOTS_MAX; }
static void break_order(struct bid *b) { b->lots[0].lot = 2; }
static void break_twice(struct bid *b) { b->lots[1].lot = 0; }
static void break_no_step(struct bid *b) { b->lots[1].step_count = 0; }
static void break_steps(struct bid *b) { b->lots[1].step_count = BID_STEPS_MAX + 1; }
static void break_from(struct bid *b) { b->lots[1].steps[0].from_homes = 0; }
static void break_same(struct bid *b) { b->lots[0].steps[1].from_homes = 7; }
static void break_prices(struct bid *b) { b->price_count = 0; }
static void break_many(struct bid *b) { b->price_count = DEAL_VALUES_MAX + 1; }

static void every_rule_is_kept_by_the_writer(void **unused)
{
    static void (*const breaks[])(struct bid *) = {
        break_company, break_contact, break_terms,  break_inbox, break_inbox_bytes, break_no_lot,
        break_lots,    break_lot,     break_order,  break_twice, break_no_step,     break_steps,
        break_from,    break_same,    break_prices, break_many,
    };
    static uint8_t bytes[BID_MAX];
    struct bid bid;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(breaks); i++) {
        sample(&bid);
        assert_true(bid_write(bytes, sizeof bytes, &bid) > 0);
        breaks[i](&bid);
        if (bid_write(bytes, sizeof bytes, &bid) != 0)
            fail_msg("rule %zu is not kept", i);
    }
}

/* What a writer with other rules could send: lots and steps given as [lot, from, from, prices in the second
 * step]. */
static void every_rule_is_kept_by_the_reader(void **unused)
{
    static const struct {
        uint8_t inbox;
        uint32_t lot[2], from[2];
        size_t prices[2];
        bool fine;
    } cases[] = {
        { 1, { 0, 1 }, { 7, 20 }, { 1, 1 }, true },    { 1, { 0, 7 }, { 1, 2 }, { 16, 16 }, true },
        { 0, { 0, 1 }, { 7, 20 }, { 1, 1 }, false },   { 1, { 1, 1 }, { 7, 20 }, { 1, 1 }, false },
        { 1, { 1, 0 }, { 7, 20 }, { 1, 1 }, false },   { 1, { 0, 8 }, { 7, 20 }, { 1, 1 }, false },
        { 1, { 0, 1 }, { 0, 20 }, { 1, 1 }, false },   { 1, { 0, 1 }, { 7, 7 }, { 1, 1 }, false },
        { 1, { 0, 1 }, { 20, 7 }, { 1, 1 }, false },   { 1, { 0, 1 }, { 7, 20 }, { 1, 2 }, false },
        { 1, { 0, 1 }, { 7, 20 }, { 2, 1 }, false },   { 1, { 0, 1 }, { 7, 20 }, { 0, 0 }, false },
        { 1, { 0, 1 }, { 7, 20 }, { 17, 17 }, false },
    };
    static uint8_t bytes[BID_MAX];
    struct bid bid;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct writer w = writer_to(bytes, sizeof bytes);

        writer_array(&w, 5);
        writer_text(&w, "company");
        writer_text(&w, "");
        writer_text(&w, "");
        writer_bin(&w, BYTES((cases[i].inbox ? &POINT_BASE : &POINT_IDENTITY)->b));
        writer_array(&w, 2);
        for (int lot = 0; lot < 2; lot++) {
            writer_array(&w, 3);
            writer_uint(&w, cases[i].lot[lot]);
            writer_uint(&w, 0);
            writer_array(&w, 2);
            for (int step = 0; step < 2; step++) {
                writer_array(&w, 2);
                writer_uint(&w, cases[i].from[step]);
                writer_array(&w, cases[i].prices[step]);
                for (size_t price = 0; price < cases[i].prices[step]; price++)
                    writer_uint(&w, 1);
            }
        }
        if ((bid_read(&bid, (struct bytes){ bytes, writer_done(&w) }) == STATUS_OK) != cases[i].fine)
            fail_msg("case %zu", i);
    }
}

static void a_bid_suits_its_charter_or_is_told_why_not(void **unused)
{
    struct charter charter;
    struct failure why = { .text = "" };
    struct bid bid;

    (void)unused;
    sample_charter_make(&charter, "pellets", "street");
    sample(&bid);
    assert_int_equal(bid_fits(&bid, &charter, &why), STATUS_OK);
    bid.lots[1].lot = 2;
    assert_int_equal(bid_fits(&bid, &charter, &why), STATUS_MALFORMED);
    assert_non_null(strstr(why.text, "lot 3"));
    sample(&bid);
    bid.price_count = 2;
    assert_int_equal(bid_fits(&bid, &charter, &why), STATUS_MALFORMED);
    assert_non_null(strstr(why.text, "2 prices"));
    bid.lot_count = 0;
    assert_int_equal(bid_fits(&bid, &charter, &why), STATUS_MALFORMED);
    sample_charter_make(&charter, "electricity", "season");
    assert_int_equal(charter_quantities(&charter), 4);
}

/* ---- Cost. WIRE 8.4. */

static void costs_are_exact(void **unused)
{
    static const struct bid_lot offer = { .fixed_cents = 1250,
                                          .step_count = 2,
                                          .steps = { { 7, { 3120 } }, { 20, { 2995 } } } };
    static const struct {
        uint64_t kilograms;
        size_t homes, accepted;
        uint64_t cents;
    } table[] = {
        { 34500, 12, 12, 1076400 + 15000 }, /* 34 500 kg at 0.3120 */
        { 34500, 25, 25, 1033275 + 31250 }, /* the second step */
        { 34500, 1, 25, 1033275 + 1250 },   /* one home's bill at the step of its lot */
        { 1000, 20, 19, 31200 + 25000 },    /* nineteen do not reach the step of twenty */
        { 0, 7, 7, 8750 },                  /* nothing bought, the lorry came */
        { 1, 7, 7, 31 + 8750 },             /* 31.20 cents */
        { 1, 0, 20, 30 },                   /* 29.95: half and above go up */
        { 10, 0, 20, 300 },                 /* 299.5 exactly half */
        { 34500, 6, 6, UINT64_MAX },        /* no step for six homes */
    };
    struct charter charter;

    (void)unused;
    sample_charter_make(&charter, "pellets", "street");
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        uint64_t values[DEAL_VALUES_MAX] = { table[i].kilograms, 111, 222, 333,
                                             444 }; /* only the first is priced */

        assert_int_equal(bid_cost_cents(&charter, &offer, values, table[i].homes, table[i].accepted),
                         table[i].cents);
    }
}

static void prices_go_to_quantities_in_their_order(void **unused)
{
    static const struct bid_lot offer = { .step_count = 1, .steps = { { 1, { 1, 100, 10000, 1000000 } } } };
    static const uint64_t values[DEAL_VALUES_MAX] = { 49, 3, 5, 7, 1, 1, 1 };
    struct charter charter;

    (void)unused;
    sample_charter_make(&charter, "electricity", "street");
    /* 49 + 300 + 50 000 + 7 000 000 hundredths of a cent: 70 503.49 cents, rounded once, not at each quantity
     */
    assert_int_equal(bid_cost_cents(&charter, &offer, values, 30, 30), 70503);
    charter.items[0].use = ITEM_TOLERANCE; /* now the first price is of the second item */
    assert_int_equal(bid_cost_cents(&charter, &offer, values, 30, 30), 705); /* 3 + 500 + 70 000 hundredths */
}

static void a_cost_beyond_64_bits_is_no_offer(void **unused)
{
    struct bid_lot offer = { .fixed_cents = UINT32_MAX,
                             .step_count = 1,
                             .steps = { { 1, { UINT32_MAX, 1 } } } };
    uint64_t values[DEAL_VALUES_MAX] = { UINT64_MAX / UINT32_MAX };
    struct charter charter;

    (void)unused;
    sample_charter_make(&charter, "electricity", "street");
    assert_int_equal(bid_cost_cents(&charter, &offer, values, 0, 1), UINT64_MAX / 100); /* .15: below half */
    values[1] = 1;
    assert_int_equal(bid_cost_cents(&charter, &offer, values, 0, 1), UINT64_MAX);
    values[1] = 0;
    values[0]++;
    assert_int_equal(bid_cost_cents(&charter, &offer, values, 0, 1), UINT64_MAX);
    values[0] = 0;
    assert_int_equal(bid_cost_cents(&charter, &offer, values, UINT64_MAX, 1), UINT64_MAX);
    assert_int_equal(bid_cost_cents(&charter, &offer, values, 3, 1), 3ull * UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bid_reads_back_to_the_same_bytes),
        cmocka_unit_test(every_rule_is_kept_by_the_writer),
        cmocka_unit_test(every_rule_is_kept_by_the_reader),
        cmocka_unit_test(a_bid_suits_its_charter_or_is_told_why_not),
        cmocka_unit_test(costs_are_exact),
        cmocka_unit_test(prices_go_to_quantities_in_their_order),
        cmocka_unit_test(a_cost_beyond_64_bits_is_no_offer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
