/* The cryptography of one season, told from the key to the opened totals. */
#include "crypto/crypto.h"
#include "tests/support/bases.h"
#include "tests/support/committee.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { HOMES = 10, ITEMS = 3, STEPS = 1 << 10 };
static uint64_t slots[2 * STEPS];

struct season {
    struct committee c;
    struct committee_key key;
    struct dkg_share secrets[COMMITTEE_MAX]; /* member j's share of the key */
    unsigned cheater;                     /* 0: nobody */
};

/* Every member deals; whoever is cheated says so; deals with a valid complaint are left out. */
static void make_key(struct season *s, unsigned count, unsigned threshold, unsigned cheater)
{
    static uint8_t deals[COMMITTEE_MAX][DKG_DEAL_MAX];
    struct bytes accepted[COMMITTEE_MAX];
    size_t accepted_count = 0;

    memset(s, 0, sizeof *s);
    committee_init(&s->c, count, threshold);
    for (unsigned dealer = 1; dealer <= count; dealer++) {
        uint8_t *room = deals[dealer - 1], complaint[DKG_COMPLAINT_SIZE];
        struct dkg_share shares[COMMITTEE_MAX];
        struct bytes deal;
        char context[32];
        bool blamed = false;

        snprintf(context, sizeof context, "dealer %u", dealer);
        deal = dealer == cheater ? cheating_deal(room, &s->c, context, 1, CHEAT_OTHER_SHARE)
                                 : committee_deal(room, &s->c, context, (uint8_t)dealer);
        assert_true(committee_accepts(&s->c, context, deal));
        for (unsigned j = 1; j <= count; j++) {
            if (dkg_share_open(&shares[j - 1], text(context), s->c.members, count, threshold, deal, j,
                               &s->c.keys[j - 1]))
                continue;
            dkg_complaint_make(complaint, text(context), deal, threshold, j, &s->c.keys[j - 1], &s->c.rng);
            blamed = blamed ||
                     dkg_complaint_check(text(context), s->c.members, count, threshold, deal, j, complaint);
        }
        assert_int_equal(blamed, dealer == cheater);
        if (blamed)
            continue;
        accepted[accepted_count++] = deal;
        for (unsigned j = 0; j < count; j++)
            dkg_share_add(&s->secrets[j], &shares[j]);
    }
    committee_reveal(&s->key, &s->c, s->secrets, accepted, accepted_count, 1);
}

/* The members named in `who` open the points; everybody checks every share. */
static void open_points(struct point *shared, struct season *s, const char *context,
                        const struct point *points, size_t count, const unsigned *who)
{
    static uint8_t made[COMMITTEE_MAX][1024];
    struct bytes shares[COMMITTEE_MAX];

    for (unsigned i = 0; i < s->c.threshold; i++) {
        unsigned j = who[i];

        share_make(made[i], &s->secrets[j - 1].value, text(context), points, count, &s->c.rng);
        shares[i] = (struct bytes){ made[i], share_size(count) };
        assert_true(share_check(&s->key.share[j - 1], text(context), points, count, shares[i]));
        assert_int_equal(share_check(&s->key.share[j % s->c.count], text(context), points, count, shares[i]),
                         s->c.count == 1);
    }
    assert_true(combine(shared, count, who, shares, s->c.threshold));
}

static void homes_deal_and_the_total_opens_exactly(struct season *s, const unsigned (*who)[3],
                                                   size_t who_count)
{
    struct ciphertext sums[ITEMS] = { { POINT_IDENTITY, POINT_IDENTITY } };
    uint64_t totals[ITEMS] = { 0 };
    struct log_table table;

    for (unsigned home = 0; home < HOMES; home++) {
        uint64_t values[ITEMS] = { 0, home * 1000 + 7, 65535 - home };
        struct ciphertext dealt[ITEMS];
        uint8_t deal[DEAL_MAX];
        size_t size;

        assert_true(deal_make(deal, &size, bases_of(ITEMS, 16), &s->key.joint, text("join"), values, &s->c.rng));
        assert_true(deal_check(dealt, bases_of(ITEMS, 16), &s->key.joint, text("join"), (struct bytes){ deal, size }));
        for (size_t k = 0; k < ITEMS; k++) {
            ciphertext_add(&sums[k], &sums[k], &dealt[k]);
            totals[k] += values[k];
        }
    }
    log_table_init(&table, slots, STEPS);
    for (size_t w = 0; w < who_count; w++) {
        struct point raised[ITEMS], shared[ITEMS], value;

        for (size_t k = 0; k < ITEMS; k++)
            raised[k] = sums[k].r;
        open_points(shared, s, "join digest", raised, ITEMS, who[w]);
        for (size_t k = 0; k < ITEMS; k++) {
            uint64_t found;

            point_sub(&value, &sums[k].c, &shared[k]);
            assert_true(log_find(&found, &table, &value, HOMES * UINT64_C(65535)));
            assert_true(found == totals[k]);
        }
    }
}

static void the_beacon_opens_alike_for_everybody(struct season *s, const unsigned (*who)[3], size_t who_count)
{
    struct ciphertext sum = { POINT_IDENTITY, POINT_IDENTITY }, dealt;
    struct point first = POINT_IDENTITY;

    for (unsigned home = 0; home < HOMES; home++) {
        uint8_t deal[DEAL_MAX];
        size_t size;

        assert_true(beacon_make(deal, &size, &s->key.joint, text("registry"), &s->c.rng));
        assert_true(beacon_check(&dealt, &s->key.joint, text("registry"), (struct bytes){ deal, size }));
        ciphertext_add(&sum, &sum, &dealt);
    }
    for (size_t w = 0; w < who_count; w++) {
        struct point shared, value;

        open_points(&shared, s, "registry digest", &sum.r, 1, who[w]);
        point_sub(&value, &sum.c, &shared);
        assert_false(point_is_identity(&value));
        assert_true(w == 0 || point_equal(&value, &first));
        first = value;
    }
}

static void sealed_bids_open_together(struct season *s, const unsigned (*who)[3], size_t who_count)
{
    static const uint8_t bids[2][8] = { "0.31 EUR", "0.29 EUR" };
    uint8_t sealed[2][8 + SEAL_OVERHEAD], opened[8];
    struct point ephemerals[2], shared[2];

    for (size_t b = 0; b < 2; b++) {
        seal_make(sealed[b], &s->key.joint, text("bids"), BYTES(bids[b]), &s->c.rng);
        assert_true(seal_ephemeral(&ephemerals[b], &s->key.joint, text("bids"), BYTES(sealed[b])));
    }
    for (size_t w = 0; w < who_count; w++) {
        open_points(shared, s, "bids digest", ephemerals, 2, who[w]);
        for (size_t b = 0; b < 2; b++) {
            assert_false(
                seal_open_shared(opened, &shared[1 - b], &s->key.joint, text("bids"), BYTES(sealed[b])));
            assert_true(seal_open_shared(opened, &shared[b], &s->key.joint, text("bids"), BYTES(sealed[b])));
            assert_memory_equal(opened, bids[b], sizeof opened);
        }
    }
}

static const unsigned any_three[][3] = { { 1, 2, 3 }, { 5, 3, 1 }, { 2, 4, 5 }, { 4, 1, 5 } };
static const unsigned the_one[][3] = { { 1 } };

static void three_of_five_open_a_season(void **unused)
{
    struct season s;

    (void)unused;
    make_key(&s, 5, 3, 0);
    homes_deal_and_the_total_opens_exactly(&s, any_three, ARRAY_SIZE(any_three));
    the_beacon_opens_alike_for_everybody(&s, any_three, ARRAY_SIZE(any_three));
    sealed_bids_open_together(&s, any_three, ARRAY_SIZE(any_three));
}

static void a_cheating_dealer_is_left_out_and_the_season_goes_on(void **unused)
{
    struct season s, honest;

    (void)unused;
    make_key(&s, 5, 3, 4);
    make_key(&honest, 5, 3, 0);
    assert_false(point_equal(&s.key.joint, &honest.key.joint));
    homes_deal_and_the_total_opens_exactly(&s, any_three, ARRAY_SIZE(any_three));
}

static void a_founder_alone_opens_a_season(void **unused)
{
    struct season s;

    (void)unused;
    make_key(&s, 1, 1, 0);
    homes_deal_and_the_total_opens_exactly(&s, the_one, 1);
    the_beacon_opens_alike_for_everybody(&s, the_one, 1);
    sealed_bids_open_together(&s, the_one, 1);
    committee_key_single(&s.key, &s.c.members[0]);
    s.secrets[0].value = s.c.keys[0].secret;
    homes_deal_and_the_total_opens_exactly(&s, the_one, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_of_five_open_a_season),
        cmocka_unit_test(a_cheating_dealer_is_left_out_and_the_season_goes_on),
        cmocka_unit_test(a_founder_alone_opens_a_season),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
