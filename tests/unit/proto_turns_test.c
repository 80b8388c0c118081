/* Rounds, turns and the time a box counts as closed are functions of a charter, a deadline and a clock, and
 * no charter and no clock makes them overflow. */
#include "proto/duty/turns.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Deadline 1000 s, grace 100 s, rounds of 600 s growing by 200 s, a clerk every 60 s. */
static struct turns sample_turns(unsigned members)
{
    struct charter charter = { .round_s = 600, .grow_s = 200, .slot_s = 60, .slack_s = 50, .tick_s = 30 };

    charter.grace_s[BOX_JOIN] = 100;
    return turns_of(&charter, BOX_JOIN, 1000, members);
}

static void rounds_begin_after_the_grace_and_grow(void **unused)
{
    static const struct {
        uint64_t now_ms;
        int round; /* -1: none */
    } cases[] = {
        { 0, -1 },         { 1000000, -1 },   { 1099999, -1 },   { 1100000, 0 },    { 1699999, 0 },
        { 1700000, 1 },    { 2499999, 1 },    { 2500000, 2 },    { 3499999, 2 },    { 3500000, 3 },
        { 441099999, 63 }, { 441100000, 63 }, { 442699999, 63 }, { 442700000, -1 }, { UINT64_MAX, -1 },
    };
    struct turns turns = sample_turns(7);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint32_t round = 99;

        assert_int_equal(round_at(&round, &turns, cases[i].now_ms), cases[i].round >= 0);
        assert_int_equal(round, cases[i].round >= 0 ? cases[i].round : 99);
    }
    assert_int_equal(round_begin_ms(&turns, 0), 1100000);
    assert_int_equal(round_begin_ms(&turns, ROUNDS_MAX), 442700000);
}

static void every_clerk_has_one_place_in_a_round_and_five_places_on_in_the_next(void **unused)
{
    static const struct {
        unsigned member, round, members, order;
    } cases[] = {
        { 1, 0, 31, 0 }, { 31, 0, 31, 30 }, { 1, 1, 31, 26 }, { 6, 1, 31, 0 }, { 5, 1, 31, 30 },
        { 1, 0, 1, 0 },  { 1, 63, 1, 0 },   { 1, 1, 4, 3 },   { 2, 1, 4, 0 },  { 3, 2, 7, 6 },
        { 4, 2, 7, 0 },  { 1, 63, 31, 26 }, { 2, 3, 3, 1 },   { 1, 1, 5, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(clerk_order(cases[i].member, cases[i].round, cases[i].members), cases[i].order);
    for (unsigned n = 1; n <= COMMITTEE_MAX; n++)
        for (uint32_t round = 0; round < ROUNDS_MAX; round++) {
            uint32_t taken = 0;

            for (unsigned member = 1; member <= n; member++)
                taken |= UINT32_C(1) << clerk_order(member, round, n);
            assert_int_equal(taken, (UINT64_C(1) << n) - 1);
        }
}

static void turns_come_one_slot_after_the_other(void **unused)
{
    struct turns turns = sample_turns(7);

    (void)unused;
    assert_int_equal(turn_ms(&turns, 0, 0), 1100000);
    assert_int_equal(turn_ms(&turns, 0, 3), 1280000);
    assert_int_equal(turn_ms(&turns, 2, 6), 2860000);
}

static void a_box_is_settled_on_a_tick_and_not_before_its_deadline(void **unused)
{
    static const struct {
        uint64_t now_ms, settled;
    } cases[] = { { 0, 1000 },       { 1000000, 1000 }, { 1019999, 1000 }, { 1020000, 1020 },
                  { 1049999, 1020 }, { 1050000, 1050 }, { 5000000, 4980 } };
    struct turns turns = sample_turns(7);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(settled_s(&turns, cases[i].now_ms), cases[i].settled);
}

static void a_settled_time_fits_its_round_and_the_clock_of_who_judges(void **unused)
{
    static const struct {
        uint32_t round;
        uint64_t settled, now_s;
        bool fits;
    } cases[] = {
        { 0, 1080, 1100, true },  /* as a clerk writes it at once */
        { 0, 1081, 1100, false }, /* on no tick */
        { 0, 999, 1100, false },
        { 0, 990, 1100, false }, /* before the deadline */
        { 0, 1000, 1100, false },
        { 0, 1020, 1100, false }, /* more than the slack before 1080 */
        { 0, 1050, 1100, true },
        { 0, 1050, 1699, true }, /* whoever wakes late in the round takes it too */
        { 0, 1140, 1100, true },
        { 0, 1170, 1100, false },
        { 0, 1170, 1120, true }, /* too far ahead of me */
        { 1, 1620, 1700, false },
        { 1, 1650, 1700, true },
        { 1, 1680, 2400, true },
        { 0, UINT64_MAX, 1100, false },
        { 0, UINT64_MAX - 5, UINT64_MAX / 1000, false },
    };
    struct turns turns = sample_turns(7);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(settled_fits(&turns, cases[i].round, cases[i].settled, cases[i].now_s * MS_PER_S),
                         cases[i].fits);
    turns.slack_s = 200;
    assert_true(settled_fits(&turns, 0, 1000, 1100 * MS_PER_S)); /* the deadline itself, though on no tick */
}

static void what_a_clerk_writes_every_member_with_the_same_clock_takes(void **unused)
{
    struct turns turns = sample_turns(31);
    uint32_t round;

    (void)unused;
    for (uint64_t now_ms = turns.begin_ms; round_at(&round, &turns, now_ms) && round < 8; now_ms += 7321)
        assert_true(settled_fits(&turns, round, settled_s(&turns, now_ms), now_ms));
}

static void no_charter_and_no_clock_overflows(void **unused)
{
    static const uint64_t deadlines[] = {
        0, 1, 32503680000, UINT64_MAX / 1000 - 1, UINT64_MAX / 1000, UINT64_MAX / 1000 + 1, UINT64_MAX
    };
    static const uint64_t clocks[] = { 0, 1, 4102444800000, UINT64_MAX / 2, UINT64_MAX - 1, UINT64_MAX };
    struct charter charter = { .round_s = UINT32_MAX,
                               .grow_s = UINT32_MAX,
                               .slot_s = UINT32_MAX,
                               .slack_s = UINT32_MAX,
                               .tick_s = UINT32_MAX };

    (void)unused;
    charter.grace_s[BOX_BIDS] = UINT32_MAX;
    for (size_t d = 0; d < ARRAY_SIZE(deadlines); d++)
        for (size_t c = 0; c < ARRAY_SIZE(clocks); c++) {
            struct turns turns = turns_of(&charter, BOX_BIDS, deadlines[d], COMMITTEE_MAX);
            uint32_t round;

            if (round_at(&round, &turns, clocks[c])) {
                assert_true(turns.begin_ms <= clocks[c] && turns.begin_ms != NEVER_MS);
                assert_true(turn_ms(&turns, round, COMMITTEE_MAX - 1) >= round_begin_ms(&turns, round));
            }
            assert_true(settled_s(&turns, clocks[c]) >= deadlines[d]);
            settled_fits(&turns, ROUNDS_MAX - 1, deadlines[d], clocks[c]);
            for (uint32_t r = 0; r < ROUNDS_MAX; r++)
                assert_true(round_begin_ms(&turns, r) <= round_begin_ms(&turns, r + 1));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_begin_after_the_grace_and_grow),
        cmocka_unit_test(every_clerk_has_one_place_in_a_round_and_five_places_on_in_the_next),
        cmocka_unit_test(turns_come_one_slot_after_the_other),
        cmocka_unit_test(a_box_is_settled_on_a_tick_and_not_before_its_deadline),
        cmocka_unit_test(a_settled_time_fits_its_round_and_the_clock_of_who_judges),
        cmocka_unit_test(what_a_clerk_writes_every_member_with_the_same_clock_takes),
        cmocka_unit_test(no_charter_and_no_clock_overflows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
