/* A charter has one encoding, the same rules for writer and reader, and a founder who finds himself again. */
#include "crypto/labels.h"
#include "proto/form/committee.h"
#include "tests/support/sample_charter.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *const goods[] = { "pellets", "electricity", "electricity-street" };
static const char *const paces[] = { "demo", "street", "season" };

static void every_template_makes_a_charter_that_reads_back_to_the_same_bytes(void **unused)
{
    static struct charter charter, again;
    static uint8_t bytes[CHARTER_MAX], bytes_again[CHARTER_MAX];
    uint8_t id[ID_SIZE], other[ID_SIZE];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(goods) * ARRAY_SIZE(paces); i++) {
        size_t size;

        sample_charter_make(&charter, goods[i % ARRAY_SIZE(goods)], paces[i / ARRAY_SIZE(goods)]);
        size = charter_write(bytes, sizeof bytes, &charter);
        assert_true(size > 0);
        assert_int_equal(charter_read(&again, (struct bytes){ bytes, size }), STATUS_OK);
        assert_int_equal(charter_write(bytes_again, sizeof bytes_again, &again), size);
        assert_memory_equal(bytes, bytes_again, size);
        assert_int_equal(again.item_count, charter.item_count);
        assert_string_equal(again.lots[0].terms, charter.lots[0].terms);
        assert_int_equal(again.items[0].high, charter.items[0].high);
        assert_int_equal(again.window_s[BOX_BIDS], charter.window_s[BOX_BIDS]);
        assert_memory_equal(&again.genesis, &charter.genesis, sizeof again.genesis);
        assert_int_equal(charter_write(bytes_again, size, &charter), size);
        assert_int_equal(charter_write(bytes_again, size - 1, &charter), 0);
        charter_id(id, (struct bytes){ bytes, size });
        bytes[size - 1] ^= 1;
        charter_id(other, (struct bytes){ bytes, size });
        assert_memory_not_equal(id, other, ID_SIZE);
    }
}

static void a_template_that_is_not_shipped_is_refused_with_those_that_are(void **unused)
{
    struct charter charter;
    struct failure why;

    (void)unused;
    assert_int_equal(charter_from_template(&charter, "firewood", "demo", &why), STATUS_MISSING);
    assert_non_null(strstr(why.text, "pellets"));
    assert_int_equal(charter_from_template(&charter, "pellets", "century", &why), STATUS_MISSING);
    assert_non_null(strstr(why.text, "street"));
}

static void metered_totals_need_thirty_homes(void **unused)
{
    struct charter charter;

    (void)unused;
    sample_charter_make(&charter, "electricity", "street");
    assert_int_equal(charter.floor, 30);
    sample_charter_make(&charter, "pellets", "street");
    assert_int_equal(charter.floor, 7);
}

/* ---- Dominance. */

static void too_few(struct charter *c) { c->floor = 14; }
static void too_few_for_the_range(struct charter *c) { c->floor = 15; }
static void a_kilowatt_hour_more(struct charter *c) { c->items[0].high = 6706; }
static void from_nothing(struct charter *c) { c->items[0].low = 0; }
static void unbounded_euros(struct charter *c) { c->items[1].low = c->items[1].high = 0; }
static void under_another_name(struct charter *c) { strcpy(c->category, "power"); unbounded_euros(c); }
static void in_another_unit(struct charter *c) { strcpy(c->items[0].unit, "MWH"); unbounded_euros(c); }
static void upside_down(struct charter *c) { c->items[0].low = 6701; }
static void beyond_the_round(struct charter *c) { c->items[0].high = 1u << 16; }
static void a_bounded_limit(struct charter *c) { c->items[2].high = 1; }

static void of_fewer_than_thirty_metered_homes_none_dominates(void **unused)
{
    static void (*const breaks[])(struct charter *) = {
        too_few, too_few_for_the_range, a_kilowatt_hour_more, from_nothing, unbounded_euros, under_another_name,
        in_another_unit, upside_down, beyond_the_round, a_bounded_limit,
    };
    uint64_t largest, others;
    struct charter charter;
    struct failure why;

    (void)unused;
    sample_charter_make(&charter, "electricity-street", "street");
    assert_int_equal(charter_check(&charter, NULL), STATUS_OK);
    assert_int_equal(charter.floor, 20);
    for (size_t i = 0; i < 2; i++) { /* the worst that may join */
        largest = charter.items[i].high;
        others = (uint64_t)charter.items[i].low * 19;
        assert_true(100 * largest <= 15 * (largest + others));
    }
    for (size_t i = 0; i < ARRAY_SIZE(breaks); i++) {
        sample_charter_make(&charter, "electricity-street", "street");
        breaks[i](&charter);
        if (charter_check(&charter, &why) != STATUS_MALFORMED)
            fail_msg("row %zu passes", i);
    }
    sample_charter_make(&charter, "electricity-street", "street");
    for (size_t i = 0; i < 2; i++)
        charter.items[i].low = charter.items[i].high = 0;
    charter.floor = 30;
    assert_int_equal(charter_check(&charter, NULL), STATUS_OK);
    charter.floor = 29;
    assert_int_equal(charter_check(&charter, NULL), STATUS_MALFORMED);
}

/* As many ranges as there are items, each two numbers of the proof. */
static void a_range_for_each_of_sixteen_items_is_one_proof(void **unused)
{
    struct deal_shape shape;
    struct charter charter;

    (void)unused;
    sample_charter_make(&charter, "electricity-street", "street");
    charter.item_count = DEAL_VALUES_MAX;
    for (size_t i = 0; i < DEAL_VALUES_MAX; i++) {
        charter.items[i] = charter.items[0];
        snprintf(charter.items[i].name, sizeof charter.items[i].name, "Period %zu", i);
    }
    assert_int_equal(charter_check(&charter, NULL), STATUS_OK);
    charter_shape(&shape, &charter);
    assert_int_equal(shape.predicate_count, DEAL_VALUES_MAX);
    for (size_t i = 0; i < DEAL_VALUES_MAX; i++)
        assert_true(shape.predicates[i].coefficient[i] == 1 && shape.predicates[i].low == 2000);
    charter.value_bits = 32; /* two thousand bits: no such proof */
    for (size_t i = 0; i < DEAL_VALUES_MAX; i++) {
        charter.items[i].low = 1000000000;
        charter.items[i].high = 3000000000;
    }
    assert_int_equal(charter_check(&charter, NULL), STATUS_MALFORMED);
}

/* What the deal of a home is held to, and what the home is told. */
static void a_home_beyond_the_range_cannot_deal(void **unused)
{
    static const struct {
        uint64_t values[4];
        bool fits;
    } rows[] = {
        { { 2000, 500, 0, 0 }, true },  { { 6700, 1675, 0, 1 }, true }, { { 1999, 500, 0, 0 }, false },
        { { 6701, 1675, 0, 0 }, false }, { { 2000, 499, 0, 0 }, false }, { { 2000, 1676, 0, 0 }, false },
    };
    struct deal_shape shape;
    struct charter charter;
    struct failure why;

    (void)unused;
    sample_charter_make(&charter, "electricity-street", "street");
    charter_shape(&shape, &charter);
    assert_true(deal_size(&shape) > 0);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(deal_fits(&shape, rows[i].values), rows[i].fits);
        assert_int_equal(charter_demand_check(&charter, rows[i].values, 4, &why) == STATUS_OK, rows[i].fits);
        assert_true(rows[i].fits || strstr(why.text, "30 homes or more") != NULL);
    }
}

/* A demonstration must be over within a minute, grace and one round for each box included. */
static void a_demonstration_takes_less_than_a_minute(void **unused)
{
    struct charter c;
    uint32_t total_s = 0;

    (void)unused;
    sample_charter_make(&c, "pellets", "demo");
    for (int box = 0; box < BOXES; box++)
        total_s += box == BOX_KEY ? 0 : c.window_s[box] + c.grace_s[box] + 2 * c.slot_s; /* beside interest */
    assert_true(total_s < 60);
}

static void the_founder_finds_his_keys_again_and_nobody_else_does(void **unused)
{
    static const uint8_t other_seed[KEY_SIZE] = { 0x5e, 0xee };
    struct charter charter;
    struct sign_key sign, invite;
    struct group_key share;

    (void)unused;
    sample_charter_make(&charter, "pellets", "street");
    founder_keys(&sign, &share, sample_seed, &charter);
    assert_memory_equal(sign.public_key, charter.genesis_key[0], KEY_SIZE);
    assert_true(point_equal(&share.public_point, &charter.genesis.share[0]));
    assert_true(point_equal(&share.public_point, &charter.genesis.joint));
    group_invite_key(&invite, sample_secret);
    assert_memory_equal(invite.public_key, charter.invite_key, KEY_SIZE);
    founder_keys(&sign, &share, other_seed, &charter);
    assert_memory_not_equal(sign.public_key, charter.genesis_key[0], KEY_SIZE);
    charter.opens_s++;
    founder_keys(&sign, &share, sample_seed, &charter);
    assert_memory_not_equal(sign.public_key, charter.genesis_key[0], KEY_SIZE);
    assert_false(point_equal(&share.public_point, &charter.genesis.joint));
}

/* ---- Every rule of WIRE 4.2, broken one at a time. */

static void break_title(struct charter *c) { c->title[0] = '\0'; }
static void break_category(struct charter *c) { c->category[0] = '\0'; }
static void break_season(struct charter *c) { c->season[0] = '\0'; }
static void break_text(struct charter *c) { strcpy(c->zone, "two\nlines"); }
static void break_end(struct charter *c) { memset(c->contact, 'a', sizeof c->contact); }
static void break_utf8(struct charter *c) { strcpy(c->network, "\xc3("); }
static void break_opens(struct charter *c) { c->opens_s = 0; }
static void break_late(struct charter *c) { c->opens_s = UINT64_MAX; }
static void break_window(struct charter *c) { c->window_s[BOX_KEY] = 0; }
static void break_long(struct charter *c) { c->window_s[BOX_BIDS] = 11 * 366 * 86400; }
static void break_grace(struct charter *c) { c->grace_s[BOX_JOIN] = UINT32_MAX; }
static void break_round(struct charter *c) { c->round_s = 0; }
static void break_grow(struct charter *c) { c->grow_s = UINT32_MAX; }
static void break_slot(struct charter *c) { c->slot_s = 0; }
static void break_tick(struct charter *c) { c->tick_s = 0; }
static void break_slack(struct charter *c) { c->slack_s = c->tick_s - 1; }
static void break_expiry(struct charter *c) { c->expires_s = 0; }
static void break_floor(struct charter *c) { c->floor = 1; }
static void break_floor_high(struct charter *c) { c->floor = BOX_DEALS_MAX + 1; }
static void break_invites(struct charter *c) { c->invite_count = c->floor - 1; }
static void break_invites_high(struct charter *c) { c->invite_count = BOX_DEALS_MAX + 1; }
static void break_bits(struct charter *c) { c->value_bits = 24; }
static void break_saving(struct charter *c) { c->min_saving_percent = 101; }
static void break_bids(struct charter *c) { c->min_bids = 0; }
static void break_bids_high(struct charter *c) { c->min_bids = BIDS_MAX + 1; }
static void break_cells(struct charter *c) { c->cell_share[3]++; }
static void break_no_item(struct charter *c) { c->item_count = 0; }
static void break_items(struct charter *c) { c->item_count = DEAL_VALUES_MAX + 1; }
static void break_item_name(struct charter *c) { c->items[1].name[0] = '\0'; }
static void break_item_unit(struct charter *c) { c->items[1].unit[0] = '\0'; }
static void break_item_twice(struct charter *c) { strcpy(c->items[1].name, c->items[0].name); }
static void break_use(struct charter *c) { c->items[1].use = ITEM_USES; }
static void break_ladder(struct charter *c) { c->items[3].ladder = 0; }
static void break_ladder_high(struct charter *c) { c->items[3].ladder = 101; }
static void break_ladder_other(struct charter *c) { c->items[0].ladder = 5; }
static void break_euros(struct charter *c) { strcpy(c->items[2].unit, "KGM"); }
static void break_quantity(struct charter *c) { c->items[0].use = ITEM_TOLERANCE; }
static void break_reserve(struct charter *c) { c->items[1] = c->items[2]; strcpy(c->items[1].name, "Twice"); }
static void break_no_lot(struct charter *c) { c->lot_count = 0; }
static void break_lots(struct charter *c) { c->lot_count = LOTS_MAX + 1; }
static void break_lot_name(struct charter *c) { c->lots[1].name[0] = '\0'; }
static void break_lot_twice(struct charter *c) { strcpy(c->lots[1].name, c->lots[0].name); }
static void break_terms(struct charter *c) { strcpy(c->lots[0].terms, "\xe2\x80\xae"); } /* right to left */
static void break_group(struct charter *c) { memset(c->group, 0, ID_SIZE); }
static void break_invite(struct charter *c) { memset(c->invite_key, 0, KEY_SIZE); }
static void break_nobody(struct charter *c) { c->genesis.count = 0; }
static void break_many(struct charter *c) { c->genesis.count = COMMITTEE_MAX + 1; }
static void break_threshold(struct charter *c) { c->genesis.threshold = 2; }
static void break_joint(struct charter *c) { c->genesis.joint = POINT_IDENTITY; }
static void break_joint_other(struct charter *c) { c->genesis.joint = POINT_BASE; }
static void break_joint_bytes(struct charter *c) { memset(c->genesis.joint.b, 0xff, POINT_SIZE); }
static void break_share(struct charter *c) { c->genesis.share[0] = POINT_IDENTITY; }
static void break_member(struct charter *c) { memset(c->genesis_key[0], 0, KEY_SIZE); }

static void every_rule_is_kept_by_the_writer_and_said_in_words(void **unused)
{
    static void (*const breaks[])(struct charter *) = {
        break_title, break_category, break_season, break_text, break_end, break_utf8, break_opens, break_late,
        break_window, break_long, break_grace, break_round, break_grow, break_slot, break_tick, break_slack,
        break_expiry, break_floor, break_floor_high, break_invites, break_invites_high, break_bits,
        break_saving, break_bids, break_bids_high, break_cells, break_no_item, break_items, break_item_name,
        break_item_unit, break_item_twice, break_use, break_ladder, break_ladder_high, break_ladder_other,
        break_euros, break_quantity, break_reserve, break_no_lot, break_lots, break_lot_name,
        break_lot_twice, break_terms, break_group, break_invite, break_nobody, break_many, break_threshold,
        break_joint, break_joint_other, break_joint_bytes, break_share, break_member,
    };
    static uint8_t bytes[CHARTER_MAX];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(breaks); i++) {
        struct charter charter;
        struct failure why = { .text = "" };

        sample_charter_make(&charter, "pellets", "street");
        assert_int_equal(charter_check(&charter, &why), STATUS_OK);
        breaks[i](&charter);
        if (charter_check(&charter, &why) != STATUS_MALFORMED)
            fail_msg("rule %zu is not kept", i);
        assert_true(why.text[0] != '\0');
        assert_int_equal(charter_write(bytes, sizeof bytes, &charter), 0);
    }
}

/* ---- A committee of several, as the last season leaves it. */

/* Shares of a polynomial of degree thr - 1, made by hand. */
static void committee_of(struct charter *charter, unsigned count)
{
    unsigned threshold = committee_rule(count).threshold;
    struct scalar coefficients[COMMITTEE_MAX], x, y;
    struct rng rng;

    rng_init(&rng, sample_seed);
    for (unsigned i = 0; i < threshold; i++)
        scalar_random(&coefficients[i], &rng);
    point_base_times(&charter->genesis.joint, &coefficients[0]);
    for (unsigned j = 0; j < count; j++) {
        scalar_from_u64(&x, j + 1);
        y = coefficients[threshold - 1];
        for (unsigned i = threshold - 1; i > 0; i--) {
            scalar_mul(&y, &y, &x);
            scalar_add(&y, &y, &coefficients[i - 1]);
        }
        point_base_times(&charter->genesis.share[j], &y);
        memset(charter->genesis_key[j], (int)(j + 1), KEY_SIZE);
    }
    charter->genesis.count = count;
    charter->genesis.threshold = threshold;
}

static void a_committee_whose_shares_disagree_is_refused(void **unused)
{
    static struct charter charter, again;
    static uint8_t bytes[CHARTER_MAX];

    (void)unused;
    for (unsigned count = 2; count <= COMMITTEE_MAX; count += count < 8 ? 1 : 23) {
        size_t size;

        sample_charter_make(&charter, "electricity", "season");
        committee_of(&charter, count);
        size = charter_write(bytes, sizeof bytes, &charter);
        assert_true(size > 0);
        assert_int_equal(charter_read(&again, (struct bytes){ bytes, size }), STATUS_OK);
        assert_memory_equal(&again.genesis, &charter.genesis, sizeof again.genesis);
        memcpy(charter.genesis_key[count - 1], charter.genesis_key[0], KEY_SIZE);
        assert_int_equal(charter_check(&charter, NULL), STATUS_MALFORMED);
        committee_of(&charter, count);
        for (unsigned j = 0; j < count; j += 5) {
            struct point honest = charter.genesis.share[j];

            point_add(&charter.genesis.share[j], &honest, &POINT_BASE);
            assert_int_equal(charter_check(&charter, NULL), STATUS_MALFORMED);
            charter.genesis.share[j] = honest;
        }
        assert_int_equal(charter_check(&charter, NULL), STATUS_OK);
    }
}

static void a_cut_or_longer_charter_is_refused(void **unused)
{
    static struct charter charter, again;
    static uint8_t bytes[CHARTER_MAX + 1];
    size_t size;

    (void)unused;
    sample_charter_make(&charter, "pellets", "demo");
    size = charter_write(bytes, CHARTER_MAX, &charter);
    again.floor = 77;
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(charter_read(&again, (struct bytes){ bytes, cut }), STATUS_MALFORMED);
    bytes[size] = 0;
    assert_int_equal(charter_read(&again, (struct bytes){ bytes, size + 1 }), STATUS_MALFORMED);
    assert_int_equal(charter_read(&again, (struct bytes){ bytes, sizeof bytes }), STATUS_MALFORMED);
    assert_int_equal(again.floor, 77); /* untouched */
    bytes[3] = 2; /* the version, behind the head of an array of 28 */
    assert_int_equal(charter_read(&again, (struct bytes){ bytes, size }), STATUS_MALFORMED);
}

/* WIRE 6.1 against the table of mechanism 2.2. */
static void committees_need_as_many_as_the_mechanism_says(void **unused)
{
    static const struct committee_rule table[] = {
        { .members = 0, .quorum = 1, .listing = 1, .threshold = 1, .faults = 0 },
        { .members = 1, .quorum = 1, .listing = 1, .threshold = 1, .faults = 0 },
        { .members = 2, .quorum = 2, .listing = 1, .threshold = 2, .faults = 0 },
        { .members = 3, .quorum = 3, .listing = 1, .threshold = 2, .faults = 0 },
        { .members = 4, .quorum = 3, .listing = 2, .threshold = 3, .faults = 1 },
        { .members = 7, .quorum = 5, .listing = 3, .threshold = 4, .faults = 2 },
        { .members = 10, .quorum = 7, .listing = 4, .threshold = 6, .faults = 3 },
        { .members = 12, .quorum = 9, .listing = 4, .threshold = 7, .faults = 3 },
        { .members = 15, .quorum = 11, .listing = 5, .threshold = 8, .faults = 4 },
        { .members = 16, .quorum = 12, .listing = 5, .threshold = 9, .faults = 4 },
        { .members = 31, .quorum = 22, .listing = 10, .threshold = 16, .faults = 9 },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct committee_rule rule = committee_rule(table[i].members);

        assert_int_equal(rule.members, table[i].members);
        assert_int_equal(rule.quorum, table[i].quorum);
        assert_int_equal(rule.listing, table[i].listing);
        assert_int_equal(rule.threshold, table[i].threshold);
        assert_int_equal(rule.faults, table[i].faults);
    }
    for (unsigned n = 1; n <= COMMITTEE_MAX; n++) {
        struct committee_rule rule = committee_rule(n);

        assert_true(2 * rule.quorum > n + rule.faults); /* two quorums share an honest member (P3) */
        assert_true(rule.listing > rule.faults);        /* one lister at least is honest (P4) */
        assert_true(rule.threshold <= rule.quorum && 2 * rule.threshold > n);
    }
}

/* What a committee bears, mechanism 2.2 and 2.7: liars before two sets can close, members who together read nothing, members who are liars or off
 * before nothing closes, liars before nothing opens. */
static void committees_bear_as_many_as_the_mechanism_says(void **unused)
{
    static const struct {
        unsigned members, safe, private, moving, opening;
    } table[] = {
        { 1, 0, 0, 0, 0 },  { 2, 1, 1, 0, 0 },  { 3, 2, 1, 0, 1 },  { 4, 1, 2, 1, 0 },   { 7, 2, 3, 2, 1 },
        { 10, 3, 5, 3, 1 }, { 15, 6, 7, 4, 3 }, { 16, 7, 8, 4, 3 }, { 20, 9, 10, 5, 4 }, { 31, 12, 15, 9, 6 },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct committee_rule rule = committee_rule(table[i].members);

        assert_int_equal(2 * rule.quorum - rule.members - 1, table[i].safe);
        assert_int_equal(rule.threshold - 1, table[i].private);
        assert_int_equal(rule.members - rule.quorum, table[i].moving);
        assert_int_equal(rule.quorum - rule.threshold, table[i].opening);
    }
    for (unsigned n = 1; n <= COMMITTEE_MAX; n++) {
        struct committee_rule rule = committee_rule(n);

        assert_true(2 * rule.quorum > n + (n - rule.quorum)); /* who may stop it cannot also split it */
        assert_true(rule.threshold > rule.faults);            /* nor read it */
        assert_true(n - rule.quorum <= (n < 16 ? (n - 1) / 3 : 3 * (n - 1) / 10));
    }
}

static void every_phase_has_a_name_of_its_own(void **unused)
{
    (void)unused;
    for (int i = 0; i < PHASES; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(phase_name((enum phase)i), phase_name((enum phase)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_template_makes_a_charter_that_reads_back_to_the_same_bytes),
        cmocka_unit_test(a_template_that_is_not_shipped_is_refused_with_those_that_are),
        cmocka_unit_test(metered_totals_need_thirty_homes),
        cmocka_unit_test(of_fewer_than_thirty_metered_homes_none_dominates),
        cmocka_unit_test(a_range_for_each_of_sixteen_items_is_one_proof),
        cmocka_unit_test(a_home_beyond_the_range_cannot_deal),
        cmocka_unit_test(a_demonstration_takes_less_than_a_minute),
        cmocka_unit_test(the_founder_finds_his_keys_again_and_nobody_else_does),
        cmocka_unit_test(every_rule_is_kept_by_the_writer_and_said_in_words),
        cmocka_unit_test(a_committee_whose_shares_disagree_is_refused),
        cmocka_unit_test(a_cut_or_longer_charter_is_refused),
        cmocka_unit_test(committees_need_as_many_as_the_mechanism_says),
        cmocka_unit_test(committees_bear_as_many_as_the_mechanism_says),
        cmocka_unit_test(every_phase_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
