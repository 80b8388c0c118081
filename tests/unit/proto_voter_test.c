/* A street closes its boxes, whoever is off, apart, killed or lying, and nobody honest ever contradicts
 * himself.
 *
 * The checks that matter are those of tests/support/street.h, made from outside at every record. Each rule of
 * the voter has a story that fails without it; the comment above the story says which. */
#include "tests/support/street_end.h"

#include <time.h>

/* ---- All honest. */

static void streets_of_any_size_come_to_an_award(void **unused)
{
    static const unsigned sizes[] = { 2, 3, 4, 7, 12, 31 };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct street *s = street_init(sizes[i], sizes[i] < 7 ? 2 : 7, (uint8_t)i);
        clock_t begin = clock();

        assert_season(s, sizes[i]);
        printf("%u homes: %zu records, %.2f s of CPU\n", s->count, s->record_count,
               (double)(clock() - begin) / CLOCKS_PER_SEC);
        street_clear(s);
    }
}

static void a_home_alone_opens_nothing(void **unused)
{
    struct street *s = street_init(1, 2, 1);

    (void)unused;
    street_run(s, 20 * STREET_DAY_MS);
    assert_phase(s, PHASE_TOO_FEW);
    for (int box = 0; box < BOXES; box++)
        assert_int_equal(street_made(s, (enum box_index)box, RECORD_OPEN), 0);
    street_clear(s);
}

/* ---- Off, apart, killed. */

/* Fails when anything is remembered instead of looked up, and when own records are looked up among too few.
 */
static void homes_killed_after_every_record_they_make_never_contradict_themselves(void **unused)
{
    struct street *s = street_init(4, 2, 2);

    (void)unused;
    s->restless = true;
    assert_season(s, 4);
    street_clear(s);
}

/* f = 2 of 7 are off for good after the key is made. */
static void members_that_stay_silent_cost_time_only(void **unused)
{
    struct street *s = street_init(7, 4, 3);

    (void)unused;
    assert_true(street_until(s, BOX_KEY, BOX_CLOSED, WHOLE_SEASON_D * STREET_DAY_MS));
    s->homes[street_seated(s, 1)].off = true;
    s->homes[street_seated(s, 2)].off = true;
    assert_season(s, 5);
    street_clear(s);
}

/* One more than f: nothing closes, nothing leaks; when one is back, everything goes on. */
static void without_a_quorum_a_box_waits_for_it(void **unused)
{
    struct street *s = street_init(7, 4, 4);

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    street_run(s, 3 * STREET_DAY_MS + 12 * STREET_HOUR_MS);
    for (unsigned seat = 1; seat <= 3; seat++)
        s->homes[street_seated(s, seat)].off = true;
    street_run(s, 6 * STREET_DAY_MS);
    assert_false(s->closed[BOX_JOIN]);
    s->homes[street_seated(s, 2)].off = false;
    assert_season(s, 7);
    street_clear(s);
}

/* Off between its two votes, for longer than the round: its step 1 stands, its step 2 comes in another round
 * or not at all. */
static void a_home_killed_between_its_votes_keeps_to_what_it_said(void **unused)
{
    struct street *s = street_init(4, 2, 5);
    unsigned victim = 3;

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    while (street_votes(s, victim, BOX_JOIN, 0) == 0)
        street_step(s);
    s->homes[victim].off = true;
    s->homes[(victim + 1) % 4].off = true; /* so the others cannot close without it */
    street_run(s, 20 * STREET_HOUR_MS);
    assert_false(s->closed[BOX_JOIN]);
    street_restart(s, victim);
    s->homes[victim].off = false;
    s->homes[(victim + 1) % 4].off = false;
    assert_season(s, 4);
    street_clear(s);
}

/* Two halves of a street for four days around the deadline, neither with a quorum. */
static void halves_of_a_street_agree_when_they_meet_again(void **unused)
{
    struct street *s = street_init(7, 4, 6);

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    street_run(s, 3 * STREET_DAY_MS);
    for (unsigned i = 0; i < 7; i++)
        s->homes[i].side = i % 2;
    street_run(s, 4 * STREET_DAY_MS);
    assert_false(s->closed[BOX_JOIN]);
    for (unsigned i = 0; i < 7; i++)
        s->homes[i].side = 0;
    assert_season(s, 7);
    street_clear(s);
}

/* One has a quorum and goes on; the other adopts what it finds. */
static void the_smaller_part_of_a_street_adopts_what_the_larger_one_closed(void **unused)
{
    struct street *s = street_init(7, 4, 7);

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    street_run(s, 3 * STREET_DAY_MS + 12 * STREET_HOUR_MS);
    s->homes[2].side = s->homes[5].side = 1;
    street_run(s, 3 * STREET_DAY_MS);
    assert_true(s->closed[BOX_JOIN]);
    assert_int_equal(street_season(s, 2)->boxes[BOX_JOIN].state, BOX_OPEN);
    s->homes[2].side = s->homes[5].side = 0;
    assert_season(s, 7);
    street_clear(s);
}

/* Homes on a few hours a day, a lossy network. */
static void a_sleepy_street_comes_to_an_award(void **unused)
{
    struct street *s = street_init(7, 4, 8);

    (void)unused;
    s->arrives = 100;
    s->companies = true;
    for (unsigned hour = 0; hour < 60 * 24 && !street_has(s, BOX_BIDS, BOX_OPENED); hour++) {
        for (unsigned i = 0; i < s->count; i++)
            s->homes[i].off = (hour + 3 * i) % 24 < 9;
        street_run(s, STREET_HOUR_MS);
    }
    for (unsigned i = 0; i < s->count; i++)
        s->homes[i].off = false;
    assert_award(s, 7);
    street_clear(s);
}

/* ---- Clocks. */

static void homes_with_clocks_wrong_by_hours_neither_spoil_nor_stop_anything(void **unused)
{
    struct street *s = street_init(7, 4, 9);

    (void)unused;
    s->homes[1].skew_ms = 5 * (int64_t)STREET_HOUR_MS;
    s->homes[4].skew_ms = -5 * (int64_t)STREET_HOUR_MS;
    assert_season(s, 7);
    street_clear(s);
}

/* street_duties fails at a flood. A year ahead, all rounds of a box are over at once; a year back, none
 * comes. */
static void a_clock_a_year_off_makes_no_flood_and_stops_nobody(void **unused)
{
    static const int64_t years[] = { 1, -1 };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(years); i++) {
        struct street *s = street_init(4, 2, 10);

        s->homes[2].skew_ms = years[i] * 365 * (int64_t)STREET_DAY_MS;
        assert_season(s, 4);
        street_clear(s);
    }
}

/* Two homes whose clocks are a round ahead cut and vote there. When one of the clocks is set right, its home
 * has voted in a round above the one it is in. Fails when it then votes in the lower one. */
static void a_clock_that_moves_back_silences_its_home_for_that_long(void **unused)
{
    struct street *s = street_init(4, 2, 11);
    unsigned clerk, home;

    (void)unused;
    assert_true(street_until(s, BOX_KEY, BOX_CLOSED, WHOLE_SEASON_D * STREET_DAY_MS));
    clerk = street_seated(s, 2); /* the first of round 1 */
    home = street_seated(s, 4);
    s->homes[clerk].skew_ms = s->homes[home].skew_ms = 13 * (int64_t)STREET_HOUR_MS;
    while (street_votes(s, home, BOX_JOIN, 1) == 0)
        street_step(s);
    assert_false(s->closed[BOX_JOIN]);
    s->homes[home].skew_ms = 0;
    s->homes[home].news = true; /* it looks around at its new time */
    while (!street_has(s, BOX_JOIN, BOX_CLOSED))
        street_step(s);
    assert_int_equal(street_votes(s, home, BOX_JOIN, 0), 0);
    assert_season(s, 4);
    street_clear(s);
}

/* ---- The floor. */

static void nothing_is_opened_when_too_few_are_interested(void **unused)
{
    struct street *s = street_init(4, 5, 26);

    (void)unused;
    s->companies = true;
    street_run(s, WHOLE_SEASON_D * STREET_DAY_MS);
    assert_phase(s, PHASE_TOO_FEW);
    assert_int_equal(street_made(s, BOX_JOIN, RECORD_OPEN) + street_made(s, BOX_BIDS, RECORD_OPEN), 0);
    street_clear(s);
}

/* Seven say they are interested, three join. */
static void nothing_is_opened_when_too_few_join(void **unused)
{
    struct street *s = street_init(7, 4, 27);

    (void)unused;
    s->companies = true;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    for (unsigned i = 3; i < 7; i++)
        s->homes[i].idle = true;
    street_run(s, WHOLE_SEASON_D * STREET_DAY_MS);
    assert_phase(s, PHASE_NO_LOT);
    assert_int_equal(street_made(s, BOX_JOIN, RECORD_OPEN) + street_made(s, BOX_BIDS, RECORD_OPEN), 0);
    street_clear(s);
}

/* Enough in all, and one lot of the two has too few: that one stays shut for ever. */
static void a_lot_of_too_few_stays_shut_beside_one_that_opens(void **unused)
{
    struct street *s = street_init(7, 4, 28);

    (void)unused;
    s->homes[0].choice.lot = s->homes[1].choice.lot = 1;
    assert_season(s, 5);
    for (unsigned i = 0; i < 7; i++)
        assert_false(street_season(s, i)->lots[1].formed || street_season(s, i)->lots[1].totals_known);
    street_clear(s);
}

/* ---- Lost and over. */

/* All that is left is the recovery words: the seed, but not the secret of the round. It must not vote again.
 */
static void a_home_that_lost_its_disk_abstains(void **unused)
{
    struct street *s = street_init(7, 4, 29);
    struct street_home *lost;

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    lost = &s->homes[street_seated(s, 2)];
    lost->secret[0] ^= 1;
    street_restart(s, (unsigned)(lost - s->homes));
    assert_int_equal(own_seat(&lost->own, lost->topic, BOX_JOIN), 0);
    assert_season(s, 7);
    street_clear(s);
}

/* Back to what it knew at that time: the secret is there, and some of its own votes are not. */
static void restore(struct street *s, unsigned home, uint64_t backup_ms)
{
    struct street_home *h = &s->homes[home];

    h->sum = 0;
    for (size_t i = 0; i < s->record_count; i++) {
        if (h->arrived_ms[i] != STREET_ABSENT && h->arrived_ms[i] > backup_ms)
            h->arrived_ms[i] = STREET_ABSENT;
        if (h->arrived_ms[i] != STREET_ABSENT)
            h->sum += be64_read(s->records[i].id) | 1;
    }
    street_restart(s, home);
}

/* Rule V5. Fails when only the secret of the round decides, which every backup holds. */
static void a_home_restored_from_a_backup_never_votes_again_in_that_round(void **unused)
{
    struct street *s = street_init(4, 2, 31);
    size_t said = 0;
    unsigned victim = 3;
    uint64_t backup_ms;

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    backup_ms = s->now_ms;
    while (street_votes(s, victim, BOX_JOIN, 0) == 0)
        street_step(s);
    restore(s, victim, backup_ms);
    assert_true(own_seat(&s->homes[victim].own, s->homes[victim].topic, BOX_JOIN) > 0); /* this is the danger */
    s->homes[victim].own.abstains = true;
    for (enum box_index box = BOX_REGISTRY; box < BOXES; box++)
        assert_int_equal(own_seat(&s->homes[victim].own, s->homes[victim].topic, box), 0);
    for (size_t i = 0; i < s->record_count; i++)
        said += s->records[i].home == victim && s->records[i].kind != RECORD_DEAL;
    assert_season(s, 4);
    for (size_t i = 0; i < s->record_count; i++)
        said -= s->records[i].home == victim && s->records[i].kind != RECORD_DEAL;
    assert_int_equal(said, 0);
    street_clear(s);
}

static void after_the_expiry_nothing_is_due(void **unused)
{
    struct street *s = street_init(3, 2, 30);
    static struct deal_out out;
    struct street_home *h = &s->homes[0];

    (void)unused;
    assert_true(street_until(s, BOX_JOIN, BOX_OPEN, WHOLE_SEASON_D * STREET_DAY_MS));
    assert_int_equal(voter_deadline_ms(h->topic, &h->own, s->now_ms),
                     (street_season(s, 0)->boxes[BOX_JOIN].deadline_s + s->charter.grace_s[BOX_JOIN]) * 1000);
    assert_false(voter_due(&out, h->topic, &h->own, round_expiry_ms(h->topic), &h->rng));
    assert_true(voter_deadline_ms(h->topic, &h->own, round_expiry_ms(h->topic)) == UINT64_MAX);
    assert_true(voter_due(&out, h->topic, &h->own, round_expiry_ms(h->topic) - 1, &h->rng));
    street_clear(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streets_of_any_size_come_to_an_award),
        cmocka_unit_test(a_home_alone_opens_nothing),
        cmocka_unit_test(homes_killed_after_every_record_they_make_never_contradict_themselves),
        cmocka_unit_test(members_that_stay_silent_cost_time_only),
        cmocka_unit_test(without_a_quorum_a_box_waits_for_it),
        cmocka_unit_test(a_home_killed_between_its_votes_keeps_to_what_it_said),
        cmocka_unit_test(halves_of_a_street_agree_when_they_meet_again),
        cmocka_unit_test(the_smaller_part_of_a_street_adopts_what_the_larger_one_closed),
        cmocka_unit_test(a_sleepy_street_comes_to_an_award),
        cmocka_unit_test(homes_with_clocks_wrong_by_hours_neither_spoil_nor_stop_anything),
        cmocka_unit_test(a_clock_a_year_off_makes_no_flood_and_stops_nobody),
        cmocka_unit_test(a_clock_that_moves_back_silences_its_home_for_that_long),
        cmocka_unit_test(nothing_is_opened_when_too_few_are_interested),
        cmocka_unit_test(nothing_is_opened_when_too_few_join),
        cmocka_unit_test(a_lot_of_too_few_stays_shut_beside_one_that_opens),
        cmocka_unit_test(a_home_that_lost_its_disk_abstains),
        cmocka_unit_test(a_home_restored_from_a_backup_never_votes_again_in_that_round),
        cmocka_unit_test(after_the_expiry_nothing_is_due),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
