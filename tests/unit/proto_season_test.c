/* A street of homes takes a round from the first enrolment to the award, over links, with homes that are
 * switched off on the way. */
#include "tests/support/memo.h"
#include "tests/support/season_story.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { HOMES = 12, FEW_HOMES = 8 };

static struct world *street(int homes, uint64_t seed)
{
    struct world *w = world_new(homes, seed);

    for (int i = 0; i < homes; i++)
        world_belong(w, i, i == 0 ? -1 : 0);
    world_run(w, 5000);
    return w;
}

/* A home goes off at the turn and comes back `away` turns later; after `effects` of its next ones when that
 * is not negative. */
static void season(int homes, uint64_t seed, int home, int at_turn, int away, long effects)
{
    struct world *w = street(homes, seed);
    struct story s;

    story_found(&s, w);
    for (int turn = 0; turn < 400 && !(turn > at_turn + away && story_agrees(&s)); turn++) {
        if (turn == at_turn && effects < 0)
            world_stop(w, home);
        else if (turn == at_turn)
            w->homes[home].effects_left = effects;
        if (turn == at_turn + away) {
            world_stop(w, home);
            world_start(w, home);
        }
        story_turn(&s, 250);
    }
    assert_true(story_agrees(&s));
    assert_int_equal(story_season(&s, home)->lots[0].home_count, homes);
    assert_int_equal(story_season(&s, home)->lots[0].totals[0], s.expected_total);
    assert_int_equal(story_season(&s, 0)->bid_count, STORY_COMPANIES);
    world_run(w, 1000);
    assert_true(world_alike(w));
    world_free(w);
}

static void all_homes_reach_the_same_award(void **unused)
{
    (void)unused;
    season(HOMES, 1, 3, 1000, 0, -1);
}

static void a_home_killed_in_the_middle_changes_nothing(void **unused)
{
    (void)unused;
    season(HOMES, 2, 5, 60, 8, -1);
    season(FEW_HOMES, 3, 0, 90, 6, -1); /* the founder */
}

/* Between any two effects: what was on disk is taken up again, what was not never left. */
static void the_power_may_go_between_any_two_effects(void **unused)
{
    (void)unused;
    for (long effects = 0; effects < 4; effects++)
        season(FEW_HOMES, 4 + (uint64_t)effects, 4, 44 + 3 * (int)effects, 5, effects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_homes_reach_the_same_award),
        cmocka_unit_test(a_home_killed_in_the_middle_changes_nothing),
        cmocka_unit_test(the_power_may_go_between_any_two_effects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
