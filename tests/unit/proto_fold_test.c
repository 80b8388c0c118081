/* proto_fold_test.c - what the fold promises (mechanism 2.7, P1 and P2): the same records give the same
 * season, in whatever order and however often they come, and more records never take anything back. On a
 * round in which as many as can be borne cheat. */
#include "tests/support/memo.h"
#include "tests/support/round_play.h"
#include "tests/support/season_same.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SHUFFLES = 1000, SUBSETS = 1000 };
static const struct round_plan everything = { .homes = 12,
                                              .founders = 4,
                                              .seed = 1,
                                              .liars = true,
                                              .changing = true,
                                              .bad_key_dealer = true,
                                              .junk_bids = true };
static struct round *whole; /* one for all tests: it costs more than they do */

static int begin(void **unused)
{
    (void)unused;
    whole = round_new(&everything);
    round_play(whole, BOX_BIDS);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    round_free(whole);
    return 0;
}

static const struct round_record *any_record(const struct round *r, size_t i)
{
    return i < r->count ? &r->records[i] : &r->refused[i - r->count];
}

static void shuffle(size_t *order, size_t count, struct rng *rng)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = rng_below(rng, i), swapped = order[i - 1];

        order[i - 1] = order[j];
        order[j] = swapped;
    }
}

static const struct season *season_of(struct topic *topic)
{
    const struct season *season = topic_season(topic);

    assert_non_null(season);
    return season;
}

static void assert_same_season(struct topic *topic, struct topic *other)
{
    uint8_t hash[HASH_SIZE], expected[HASH_SIZE];

    season_hash(hash, season_of(topic));
    season_hash(expected, season_of(other));
    assert_memory_equal(hash, expected, HASH_SIZE);
    assert_int_equal(topic_record_count(topic), topic_record_count(other));
    for (size_t i = 0; i < topic_record_count(topic); i++)
        assert_true(bytes_equal(topic_record_at(topic, i), topic_record_at(other, i)));
}

static void the_same_records_give_the_same_season(void **unused)
{
    size_t all = whole->count + whole->refused_count, order[ROUND_RECORDS_MAX];

    (void)unused;
    assert_int_equal(round_season(whole)->phase, PHASE_AWARDED);
    for (size_t k = 0; k < SHUFFLES; k++) {
        struct topic *topic = topic_new(round_charter(whole));
        size_t count = all;

        for (size_t i = 0; i < all; i++)
            order[i] = i;
        while (count < all + all / 5)
            order[count++] = rng_below(&whole->rng, all);
        shuffle(order, count, &whole->rng);
        for (size_t i = 0; i < count; i++) {
            topic_add(topic, round_bytes(any_record(whole, order[i])), i);
            if (k % 2 == 0 && i % 16 == 0)
                season_of(topic);
        }
        assert_same_season(topic, whole->topic);
        topic_free(topic);
    }
}

/* Some of the first records, missing some: so that every phase is reached with holes in it. */
static void subset(bool *in)
{
    static const unsigned kept[] = { 500, 900, 970, 990, 997 };
    unsigned chance = kept[rng_below(&whole->rng, ARRAY_SIZE(kept))];
    size_t said = rng_below(&whole->rng, 2 * whole->count);

    for (size_t i = 0; i < whole->count; i++)
        in[i] = i < said && rng_below(&whole->rng, 1000) < chance;
}

static void more_records_take_nothing_back(void **unused)
{
    unsigned reached[PHASES] = { 0 };
    bool in[ROUND_RECORDS_MAX];

    (void)unused;
    for (size_t k = 0; k < SUBSETS; k++) {
        struct topic *topic = topic_new(round_charter(whole));
        const char *what;

        subset(in);
        for (size_t i = 0; i < whole->count; i++)
            if (in[i])
                topic_add(topic, round_bytes(&whole->records[i]), i);
        reached[season_of(topic)->phase]++;
        what = season_regressed(season_of(topic), round_season(whole));
        if (what != NULL)
            fail_msg("subset %zu: %s was taken back", k, what);
        for (size_t i = 0; i < whole->count; i++)
            if (!in[i])
                topic_add(topic, round_bytes(&whole->records[i]), i);
        assert_same_season(topic, whole->topic);
        topic_free(topic);
    }
    for (enum phase phase = PHASE_REGISTRY; phase <= PHASE_AWARDED; phase++)
        assert_true(reached[phase] > 0);
}

/* One record after the other: what each of them brings stays. */
static void every_step_of_a_round_is_kept(void **unused)
{
    struct topic *early = topic_new(round_charter(whole)), *late = topic_new(round_charter(whole));

    (void)unused;
    for (size_t i = 0; i < whole->count; i++) {
        const char *what;

        topic_add(late, round_bytes(&whole->records[i]), i);
        what = season_regressed(season_of(early), season_of(late));
        if (what != NULL)
            fail_msg("record %zu took back %s", i, what);
        topic_add(early, round_bytes(&whole->records[i]), i);
    }
    assert_same_season(early, whole->topic);
    topic_free(early);
    topic_free(late);
}

/* ---- What the sets and totals are. */

static bool in_set(struct round *r, enum box_index box, const uint8_t id[ID_SIZE])
{
    const struct box_view *view = &round_season(r)->boxes[box];

    return bsearch(id, view->set, view->set_count, ID_SIZE, round_compare) != NULL;
}

static size_t homes_of(const struct lot_view *lot, const struct round_home *home)
{
    size_t count = 0;

    for (size_t i = 0; i < lot->home_count; i++)
        count += memcmp(lot->homes[i], home->pseudonym.public_key, KEY_SIZE) == 0 ||
                 memcmp(lot->homes[i], home->second.public_key, KEY_SIZE) == 0;
    return count;
}

static void totals_are_the_sums_of_exactly_the_homes_in_the_closed_set(void **unused)
{
    const struct season *season = round_season(whole);
    size_t placed = 0;

    (void)unused;
    for (size_t l = 0; l < whole->charter.lot_count; l++) {
        const struct lot_view *lot = &season->lots[l];
        uint64_t totals[DEAL_VALUES_MAX] = { 0 };

        if (!lot->formed)
            continue;
        for (unsigned i = 0; i < whole->plan.homes; i++) {
            size_t times = homes_of(lot, &whole->homes[i]);

            assert_in_range(times, 0, 1);
            placed += times;
            for (size_t k = 0; k < whole->charter.item_count; k++)
                totals[k] += times * whole->homes[i].values[k];
        }
        assert_true(lot->totals_known && lot->reserve_known && lot->home_count >= whole->charter.floor);
        assert_memory_equal(lot->totals, totals, sizeof totals);
    }
    assert_true(placed >= whole->charter.floor);
}

static void late_and_replaced_and_withdrawn_deals_are_out(void **unused)
{
    size_t late = 0;

    (void)unused;
    for (size_t i = 0; i < whole->count; i++) {
        if (!whole->records[i].late)
            continue;
        late++;
        assert_false(in_set(whole, whole->records[i].box, whole->records[i].id));
    }
    assert_int_equal(late, 2);
    for (unsigned i = 0; i < whole->plan.homes; i++) {
        const struct round_home *home = &whole->homes[i];

        assert_int_equal(in_set(whole, BOX_JOIN, home->deal), !home->withdrawn);
        if (home->withdrawn)
            assert_int_equal(homes_of(&round_season(whole)->lots[0], home), 0);
    }
    assert_int_equal(round_season(whole)->boxes[BOX_INTEREST].set_count, whole->plan.homes);
    assert_int_equal(round_season(whole)->boxes[BOX_REGISTRY].set_count, whole->plan.homes);
}

static void a_key_deal_with_a_bad_share_is_out(void **unused)
{
    size_t flagged = 0;

    (void)unused;
    for (size_t i = 0; i < whole->count; i++) {
        const struct round_record *record = &whole->records[i];

        if (record->kind != RECORD_DEAL || record->box != BOX_KEY)
            continue;
        flagged += topic_held_find(whole->topic, record->id)->flagged;
        assert_int_equal(in_set(whole, BOX_KEY, record->id),
                         !topic_held_find(whole->topic, record->id)->flagged);
    }
    assert_int_equal(flagged, 1);
}

static void bids_that_are_none_are_refused_visibly(void **unused)
{
    const struct season *season = round_season(whole);

    (void)unused;
    assert_int_equal(season->bids_sealed, ROUND_COMPANIES + 2);
    assert_int_equal(season->bids_refused, 2);
    assert_int_equal(season->bid_count, ROUND_COMPANIES);
    assert_string_equal(season->bids[season->lots[0].winner].company, "Company 2");
}

/* ---- Ends. */

static void assert_ends(const struct round_plan *plan, enum box_index last, enum phase phase)
{
    struct round *r = round_new(plan);

    round_play(r, last);
    assert_string_equal(phase_name(round_season(r)->phase), phase_name(phase));
    for (int box = last + 1; box < BOXES; box++)
        assert_int_equal(round_season(r)->boxes[box].state,
                         phase == PHASE_TOO_FEW && box == BOX_INTEREST && last == BOX_KEY ? BOX_OPEN
                                                                                          : BOX_WAITING);
    round_free(r);
}

static void a_registry_below_the_floor_ends_the_round_unopened(void **unused)
{
    (void)unused;
    assert_ends(&(struct round_plan){ .homes = 6, .seed = 2 }, BOX_REGISTRY, PHASE_TOO_FEW);
}

static void without_bids_the_round_ends_without_an_award(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 3, .no_bids = true });

    (void)unused;
    round_play(r, BOX_BIDS);
    assert_int_equal(round_season(r)->phase, PHASE_NO_AWARD);
    assert_int_equal(round_season(r)->boxes[BOX_BIDS].state, BOX_OPENED);
    assert_int_equal(box_open_parts(r->topic, BOX_BIDS), 0);
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_records_give_the_same_season),
        cmocka_unit_test(more_records_take_nothing_back),
        cmocka_unit_test(every_step_of_a_round_is_kept),
        cmocka_unit_test(totals_are_the_sums_of_exactly_the_homes_in_the_closed_set),
        cmocka_unit_test(late_and_replaced_and_withdrawn_deals_are_out),
        cmocka_unit_test(a_key_deal_with_a_bad_share_is_out),
        cmocka_unit_test(bids_that_are_none_are_refused_visibly),
        cmocka_unit_test(a_registry_below_the_floor_ends_the_round_unopened),
        cmocka_unit_test(without_bids_the_round_ends_without_an_award),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
