/* proto_kinds_test.c - what the deals of each box must say, and what follows from its closed set. */
#include "proto/fold/fold.h"
#include "tests/support/bases.h"
#include "tests/support/memo.h"
#include "tests/support/round_play.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- Registry. WIRE 7.1. */

/* The index of a home in the registry; -1: it is not there. */
static int place_of(struct round *r, const struct round_home *home)
{
    const struct season *season = round_season(r);

    for (size_t i = 0; i < season->registry_count; i++)
        if (memcmp(season->registry[i].key, home->member.public_key, KEY_SIZE) == 0)
            return (int)i;
    return -1;
}

static void the_registry_is_sorted_by_ring_key_and_names_each_home(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 9, .seed = 81 });
    const struct season *season;

    (void)unused;
    round_play(r, BOX_REGISTRY);
    season = round_season(r);
    assert_int_equal(season->registry_count, 9);
    for (size_t i = 1; i < season->registry_count; i++)
        assert_true(memcmp(season->registry[i - 1].ring.b, season->registry[i].ring.b, POINT_SIZE) < 0);
    for (unsigned i = 0; i < 9; i++) {
        int place = place_of(r, &r->homes[i]);

        assert_true(place >= 0);
        assert_true(point_equal(&season->registry[place].ring, &r->homes[i].ring.public_point));
        assert_true(point_equal(&season->registry[place].box, &r->homes[i].box.public_point));
    }
    round_free(r);
}

static void a_code_is_good_for_so_many_homes_those_of_the_lowest_ids(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 12, .invited = 8, .seed = 82 });
    uint8_t ids[12][ID_SIZE];

    (void)unused;
    round_play_registry(r);
    for (unsigned i = 0; i < 12; i++)
        memcpy(ids[i], r->records[i].id, ID_SIZE);
    qsort(ids, 12, ID_SIZE, round_compare);
    round_close(r, BOX_REGISTRY);
    round_open(r, BOX_REGISTRY);
    assert_int_equal(round_season(r)->boxes[BOX_REGISTRY].set_count, 12);
    assert_int_equal(round_season(r)->registry_count, 8);
    for (unsigned i = 0; i < 12; i++)
        assert_int_equal(place_of(r, &r->homes[i]) >= 0, memcmp(r->records[i].id, ids[8], ID_SIZE) < 0);
    round_free(r);
}

/* Homes 0 and 1 deal with one ring key, homes 2 and 3 with one box key. */
static void of_two_homes_with_one_key_the_lower_id_stays(void **unused)
{
    (void)unused;
    for (uint8_t seed = 83; seed < 87; seed++) {
        struct round *r = round_new(&(struct round_plan){ .homes = 11, .seed = seed });

        r->homes[1].ring = r->homes[0].ring;
        r->homes[3].box = r->homes[2].box;
        round_play(r, BOX_REGISTRY);
        assert_int_equal(round_season(r)->registry_count, 9);
        for (unsigned i = 0; i < 4; i += 2) {
            unsigned lower = memcmp(r->records[i].id, r->records[i + 1].id, ID_SIZE) < 0 ? i : i + 1;

            assert_true(place_of(r, &r->homes[lower]) >= 0);
            assert_int_equal(place_of(r, &r->homes[lower ^ 1]), -1);
        }
        round_free(r);
    }
}

/* A deal is copied from a good one, with one field changed or made for somebody else. */
static void an_enrolment_is_for_its_author_and_proves_both_keys(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 87 });
    struct sign_key other;
    struct group_key stranger;

    (void)unused;
    round_key_make(r, &other, &stranger);
    round_play_registry(r);
    for (int field = 1; field <= 6; field++) {
        struct record good;
        struct reader body;
        uint8_t room[RECORD_MAX];
        struct writer w = round_body(room, sizeof room, 7, 0);

        record_read(&good, round_bytes(&r->records[0]));
        body = reader_from(good.body);
        reader_array(&body, 7, 7);
        reader_uint(&body, 7);
        for (int i = 1; i <= 6; i++) {
            struct bytes value = reader_bin(&body, 0, RECORD_MAX);
            uint8_t changed[DEAL_MAX];

            memcpy(changed, value.data, value.size);
            if (i == field && i <= 2)
                memcpy(changed, stranger.public_point.b, POINT_SIZE);
            else if (i == field)
                changed[7] ^= 1;
            writer_bin(&w, (struct bytes){ changed, value.size });
        }
        round_say_badly(r, RECORD_DEAL, BOX_REGISTRY, &r->homes[0].member, &w);
    }
    struct record good;
    struct writer w = writer_to((uint8_t[RECORD_MAX]){ 0 }, RECORD_MAX);

    record_read(&good, round_bytes(&r->records[0])); /* the same words in another mouth */
    memcpy(w.out, good.body.data, good.body.size);
    w.size = good.body.size;
    round_say_badly(r, RECORD_DEAL, BOX_REGISTRY, &other, &w);
    round_free(r);
}

/* WIRE 7.2, once more. */
static void the_committee_is_drawn_by_the_beacon(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 35, .seed = 88 });
    const struct season *season;
    uint8_t tickets[35][HASH_SIZE];

    (void)unused;
    round_play(r, BOX_REGISTRY);
    season = round_season(r);
    assert_int_equal(season->committee_count, COMMITTEE_MAX);
    for (size_t i = 0; i < 35; i++) {
        struct bytes parts[] = { BYTES(season->beacon), BYTES(season->registry[i].ring.b) };

        hash_parts(tickets[i], "coopair/1 committee draw", parts, ARRAY_SIZE(parts));
    }
    for (unsigned j = 0; j < season->committee_count; j++) {
        size_t lower = 0;

        for (size_t i = 0; i < 35; i++)
            lower += memcmp(tickets[i], tickets[season->committee[j]], HASH_SIZE) < 0;
        assert_int_equal(lower, j);
    }
    round_free(r);
}

/* ---- Season key. WIRE 7.3. */

static void a_key_of_fewer_than_k_dealers_ends_the_round(void **unused)
{
    (void)unused;
    for (unsigned dealers = 2; dealers <= 3; dealers++) { /* k = 3 of seven */
        struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 89 });

        round_play(r, BOX_REGISTRY);
        for (unsigned m = 1; m <= dealers; m++)
            round_key_deal(r, m, 0);
        round_close(r, BOX_KEY);
        assert_int_equal(round_season(r)->phase, dealers < 3 ? PHASE_TOO_FEW : PHASE_KEY);
        assert_false(round_season(r)->key_known);
        assert_int_equal(box_open_parts(r->topic, BOX_KEY), dealers >= 3);
        if (dealers >= 3) {
            round_learn_shares(r);
            round_open(r, BOX_KEY);
        }
        assert_int_equal(round_season(r)->key_known, dealers >= 3);
        round_free(r);
    }
}

/* ---- Interest. WIRE 7.4. */

static void fewer_than_k_voices_end_the_round(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 90 });

    (void)unused;
    round_play(r, BOX_KEY);
    for (unsigned i = 0; i < 6; i++)
        round_interest(r, i, &r->homes[i].pseudonym, 0, 0);
    round_interest(r, 0, &r->homes[0].second, 0, 0); /* two pseudonyms are one voice */
    round_close(r, BOX_INTEREST);
    assert_int_equal(round_season(r)->boxes[BOX_INTEREST].set_count, 6);
    assert_int_equal(round_season(r)->phase, PHASE_TOO_FEW);
    assert_int_equal(round_season(r)->boxes[BOX_JOIN].state, BOX_WAITING);
    round_free(r);
}

/* The formula of mechanism 5 in floating point. */
static double estimate(uint64_t count, uint64_t reports, uint64_t voices, double share)
{
    double e = exp(1), q = 1 / (e + 3), gain = (e - 1) / (e + 3), seen = 0, tau = share / 2,
           sigma = reports > 0 ? q * (1 - q) / (gain * gain * (double)reports) : INFINITY, weight;

    if (reports > 0)
        seen = fmin(1, fmax(0, ((double)count / (double)reports - q) / gain));
    weight = reports > 0 ? tau * tau / (tau * tau + sigma) : 0;
    return (double)voices * (weight * seen + (1 - weight) * share);
}

static void cells_are_estimated_as_the_design_says(void **unused)
{
    static const struct {
        unsigned report[14]; /* per home */
    } cases[] = {
        { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
        { { 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4 } },
        { { 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 4 } },
        { { 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 1 } },
    };

    (void)unused;
    struct round *base = round_new(&(struct round_plan){ .homes = 14, .seed = 91 });

    round_play(base, BOX_REGISTRY);
    for (size_t c = 0; c < ARRAY_SIZE(cases); c++) {
        struct round *r = round_branch(base);
        uint64_t reports = 0, counts[5] = { 0 };

        for (unsigned i = 0; i < 14; i++) {
            round_interest(r, i, &r->homes[i].pseudonym, cases[c].report[i], 0);
            counts[cases[c].report[i]]++;
            reports += cases[c].report[i] < 4;
        }
        round_close(r, BOX_INTEREST);
        for (int cell = 0; cell < 4; cell++) {
            double wanted = estimate(counts[cell], reports, 14, r->charter.cell_share[cell] / 1e4);

            assert_int_equal(round_season(r)->cells[cell], counts[cell]);
            assert_true(fabs((double)round_season(r)->cells_estimate[cell] - wanted) < 0.501);
        }
        round_free(r);
    }
    round_free(base);
}

/* ---- Join. WIRE 7.5. */

static void a_join_that_asks_for_what_is_not_there_is_none(void **unused)
{
    static const struct {
        const char *says;
        struct round_choice choices[3];
        size_t count;
    } wrong[] = {
        { "a lot beyond the last", { { 2, 7 } }, 1 },
        { "a minimum below the floor", { { 0, 6 } }, 1 },
        { "a lot twice", { { 0, 7 }, { 0, 8 } }, 2 },
        { "a demand without a lot", { { 0, 0 } }, 0 },
    };
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 92 });
    uint8_t deal[2] = { 1, 2 };

    (void)unused;
    round_play(r, BOX_INTEREST);
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        uint8_t room[RECORD_MAX], context[HASH_SIZE];
        struct writer w = round_body(room, sizeof room, 4, 0);

        round_context(context, r, BOX_JOIN, &r->homes[0].pseudonym, 0);
        writer_array(&w, wrong[i].count);
        for (size_t c = 0; c < wrong[i].count; c++) {
            writer_array(&w, 2);
            writer_uint(&w, wrong[i].choices[c].lot);
            writer_uint(&w, wrong[i].choices[c].minimum);
        }
        writer_bin(&w, BYTES(deal));
        round_admission(&w, r, 0, BOX_JOIN, context);
        round_say_badly(r, RECORD_DEAL, BOX_JOIN, &r->homes[0].pseudonym, &w);
    }
    round_free(r);
}

/* A demand that is proved, but not to be what the charter asks for: a limit of thousands, or one that its lower neighbour belies. */
static void a_home_stands_for_one_at_a_limit(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 96 });
    static const struct {
        uint64_t values[5];
        bool plain, taken;
    } demands[] = { { { 4000, 0, 900, 65535, 1 }, true, false },
                    { { 4000, 0, 900, 1, 0 }, true, false },
                    { { 4000, 0, 900, 0, 1 }, true, false }, /* of another shape, whatever its values */
                    { { 4000, 0, 900, 0, 1 }, false, true } };
    struct deal_shape shape = plain_shape(5, 16);
    void *memory = aligned_alloc(DEAL_BASES_ALIGNMENT, deal_bases_size(&shape));
    const struct deal_bases *plain = deal_bases_init(memory, &shape);

    (void)unused;
    round_play(r, BOX_INTEREST);
    for (size_t i = 0; i < ARRAY_SIZE(demands); i++) {
        uint8_t room[RECORD_MAX], context[HASH_SIZE], deal[DEAL_MAX];
        struct writer w = round_body(room, sizeof room, 4, 0);
        const struct sign_key *author = &r->homes[i].pseudonym;
        const struct deal_bases *bases = demands[i].plain ? plain : topic_bases(r->topic);
        size_t size;

        round_context(context, r, BOX_JOIN, author, 0);
        assert_true(deal_make(deal, &size, bases, &box_key(r->topic, BOX_JOIN)->joint, BYTES(context), demands[i].values,
                              &r->rng));
        writer_array(&w, 1);
        writer_array(&w, 2);
        writer_uint(&w, 0);
        writer_uint(&w, 7);
        writer_bin(&w, (struct bytes){ deal, size });
        round_admission(&w, r, (unsigned)i, BOX_JOIN, context);
        if (demands[i].taken)
            round_say(r, RECORD_DEAL, BOX_JOIN, author, &w);
        else
            round_say_badly(r, RECORD_DEAL, BOX_JOIN, author, &w);
    }
    assert_false(deal_make((uint8_t[DEAL_MAX]){ 0 }, &(size_t){ 0 }, topic_bases(r->topic), &box_key(r->topic, BOX_JOIN)->joint,
                           (struct bytes){ NULL, 0 }, (const uint64_t[]){ 4000, 0, 900, 1, 0 }, &r->rng));
    free(memory);
    round_free(r);
}

static void no_lot_large_enough_ends_the_round_unopened(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 8, .seed = 93 });
    struct round_choice alone = { 0, 8 };

    (void)unused;
    round_play(r, BOX_INTEREST);
    for (unsigned i = 0; i < 7; i++) /* each wants eight, there are seven */
        round_join(r, i, &r->homes[i].pseudonym, &alone, 1, 0);
    round_close(r, BOX_JOIN);
    assert_int_equal(round_season(r)->phase, PHASE_NO_LOT);
    assert_int_equal(box_open_parts(r->topic, BOX_JOIN), 0);
    assert_int_equal(round_season(r)->boxes[BOX_BIDS].state, BOX_WAITING);
    round_free(r);
}

/* ---- Totals. */

static void totals_of_32_bits_are_found(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 94, .wide = true });
    uint64_t total = 0;

    (void)unused;
    round_play(r, BOX_INTEREST);
    for (unsigned i = 0; i < 7; i++) {
        round_join(r, i, &r->homes[i].pseudonym, &(struct round_choice){ 0, 7 }, 1, 0);
        total += r->homes[i].values[0];
    }
    round_close(r, BOX_JOIN);
    round_open(r, BOX_JOIN);
    assert_true(round_season(r)->lots[0].totals_known && total > UINT64_C(1) << 34);
    assert_true(round_season(r)->lots[0].totals[0] == total);
    round_free(r);
}

/* The search itself, on a topic with one lot of three homes and 8 bits a value: at most 765. */
static void a_number_beyond_what_the_homes_can_have_said_is_none(void **unused)
{
    static const struct {
        uint64_t number;
        enum total found;
    } numbers[] = { { 0, TOTAL_FOUND },
                    { 1, TOTAL_FOUND },
                    { 765, TOTAL_FOUND },
                    { 766, TOTAL_BEYOND },
                    { UINT64_MAX, TOTAL_BEYOND } };
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 95 });
    struct point shared;

    (void)unused;
    r->topic->charter.value_bits = 8;
    r->topic->lots[0].home_count = 3;
    point_base_times(&shared, &r->genesis_share[0]);
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        struct ciphertext sum = { POINT_IDENTITY, POINT_IDENTITY };
        struct scalar number;
        uint64_t found = 0;

        scalar_from_u64(&number, numbers[i].number);
        point_base_times(&sum.c, &number);
        point_add(&sum.c, &sum.c, &shared);
        assert_int_equal(total_find(r->topic, &found, &sum, &shared, 3), numbers[i].found);
        assert_true(numbers[i].found == TOTAL_BEYOND || found == numbers[i].number);
    }
    totals_clear(r->topic);
    r->topic->lots[0].home_count = 0;
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_registry_is_sorted_by_ring_key_and_names_each_home),
        cmocka_unit_test(a_code_is_good_for_so_many_homes_those_of_the_lowest_ids),
        cmocka_unit_test(of_two_homes_with_one_key_the_lower_id_stays),
        cmocka_unit_test(an_enrolment_is_for_its_author_and_proves_both_keys),
        cmocka_unit_test(the_committee_is_drawn_by_the_beacon),
        cmocka_unit_test(a_key_of_fewer_than_k_dealers_ends_the_round),
        cmocka_unit_test(fewer_than_k_voices_end_the_round),
        cmocka_unit_test(cells_are_estimated_as_the_design_says),
        cmocka_unit_test(a_join_that_asks_for_what_is_not_there_is_none),
        cmocka_unit_test(a_home_stands_for_one_at_a_limit),
        cmocka_unit_test(no_lot_large_enough_ends_the_round_unopened),
        cmocka_unit_test(totals_of_32_bits_are_found),
        cmocka_unit_test(a_number_beyond_what_the_homes_can_have_said_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
