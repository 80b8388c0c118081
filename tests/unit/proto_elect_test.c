/* proto_elect_test.c - which home buys in which lot: by hand, and against a second implementation. */
#include "proto/fold/elect.h"
#include "tests/support/naive_fold.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { HOMES_MAX = 300, TRIES = 3000 };

#define TO(l, m)                                                                                             \
    {                                                                                                        \
        l, m                                                                                                 \
    }
#define WISH(...)                                                                                            \
    {                                                                                                        \
        .choices = { __VA_ARGS__ }, .choice_count = sizeof((uint32_t[][2]){ __VA_ARGS__ }) / 8               \
    }

struct story {
    const char *says;
    uint32_t floor;
    struct elect_home homes[12];
    size_t home_count;
    int lots[12]; /* -1: none */
};

static const struct story stories[] = {
    { "nobody: nothing", 2, { { .choice_count = 0 } }, 0, { 0 } },
    { "as many as it takes", 2, { WISH(TO(0, 2)), WISH(TO(0, 2)) }, 2, { 0, 0 } },
    { "one below the floor", 3, { WISH(TO(0, 2)), WISH(TO(0, 2)) }, 2, { -1, -1 } },
    { "who wants more than there are is alone, and then so are the others",
      2,
      { WISH(TO(0, 2)), WISH(TO(0, 3)) },
      2,
      { -1, -1 } },
    { "the second choice is taken when the first is too small",
      2,
      { WISH(TO(0, 2)), WISH(TO(0, 2)), WISH(TO(1, 2), TO(0, 2)) },
      3,
      { 0, 0, 0 } },
    { "a first choice of one home is not presumed to be large",
      2,
      { WISH(TO(1, 2), TO(0, 2)), WISH(TO(0, 2)), WISH(TO(0, 2)) },
      3,
      { 0, 0, 0 } },
    { "a minimum below the floor is the floor: nobody waits for nothing",
      3,
      { WISH(TO(1, 1), TO(0, 1)), WISH(TO(0, 1)), WISH(TO(0, 1)) },
      3,
      { 0, 0, 0 } },
    { "of two lots that fall equally short the lower gives way",
      2,
      { WISH(TO(0, 2), TO(1, 2)), WISH(TO(1, 2), TO(0, 2)), WISH(TO(0, 4)), WISH(TO(1, 4)) },
      4,
      { 1, 1, -1, -1 } },
    { "the larger half-way point keeps a lot alive",
      2,
      { WISH(TO(0, 2)), WISH(TO(0, 2)), WISH(TO(0, 2)), WISH(TO(0, 9)) },
      4,
      { 0, 0, 0, -1 } },
};

static void as_told(void **unused)
{
    (void)unused;
    for (size_t s = 0; s < ARRAY_SIZE(stories); s++) {
        const struct story *story = &stories[s];
        uint8_t placed[12];
        size_t sizes[LOTS_MAX];

        elect(placed, sizes, story->homes, story->home_count, 2, story->floor);
        for (size_t i = 0; i < story->home_count; i++)
            if ((placed[i] == ELECT_NONE ? -1 : placed[i]) != story->lots[i])
                fail_msg("%s: home %zu is in lot %d", story->says, i,
                         placed[i] == ELECT_NONE ? -1 : placed[i]);
    }
}

/* ---- Against a second implementation, and against what is promised to everybody. */

struct crowd {
    struct elect_home homes[HOMES_MAX];
    struct naive_home plain[HOMES_MAX];
    size_t count, lots;
    uint32_t floor;
};

static void crowd_draw(struct crowd *crowd, struct rng *rng)
{
    uint32_t most = 1 + (uint32_t)rng_below(rng, 60);

    memset(crowd, 0, sizeof *crowd);
    crowd->count = rng_below(rng, HOMES_MAX);
    crowd->lots = 1 + rng_below(rng, LOTS_MAX);
    crowd->floor = 2 + (uint32_t)rng_below(rng, 20);
    for (size_t i = 0; i < crowd->count; i++) {
        struct elect_home *home = &crowd->homes[i];
        uint32_t lot = (uint32_t)rng_below(rng, crowd->lots);

        home->choice_count = 1 + rng_below(rng, crowd->lots < 3 ? crowd->lots : 3);
        for (size_t c = 0; c < home->choice_count; c++) {
            home->choices[c].lot = crowd->plain[i].lots[c] = (lot + (uint32_t)c) % (uint32_t)crowd->lots;
            home->choices[c].minimum = crowd->plain[i].minimums[c] = (uint32_t)rng_below(rng, most);
        }
        crowd->plain[i].count = home->choice_count;
    }
}

/* The home's own word for this lot; false: it never named it. */
static bool asked(const struct elect_home *home, size_t lot, uint32_t *minimum)
{
    for (size_t c = 0; c < home->choice_count; c++)
        if (home->choices[c].lot == lot) {
            *minimum = home->choices[c].minimum;
            return true;
        }
    return false;
}

static void two_implementations_agree_and_nobody_is_where_it_did_not_ask_to_be(void **unused)
{
    uint8_t seed[KEY_SIZE] = { 7 }, placed[HOMES_MAX];
    size_t sizes[LOTS_MAX], some_in = 0, some_out = 0;
    static struct crowd crowd;
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (int k = 0; k < TRIES; k++) {
        crowd_draw(&crowd, &rng);
        elect(placed, sizes, crowd.homes, crowd.count, crowd.lots, crowd.floor);
        naive_elect(crowd.plain, crowd.count, crowd.lots, crowd.floor);
        for (size_t i = 0; i < crowd.count; i++) {
            uint32_t minimum = 0;

            assert_int_equal(placed[i] == ELECT_NONE ? -1 : placed[i], crowd.plain[i].lot);
            some_out += placed[i] == ELECT_NONE;
            if (placed[i] == ELECT_NONE)
                continue;
            some_in++;
            assert_true(asked(&crowd.homes[i], placed[i], &minimum));
            assert_true(sizes[placed[i]] >= minimum && sizes[placed[i]] >= crowd.floor);
        }
    }
    assert_true(some_in > 1000 && some_out > 1000);
}

static void the_order_of_the_homes_does_not_matter(void **unused)
{
    uint8_t seed[KEY_SIZE] = { 8 }, placed[HOMES_MAX], again[HOMES_MAX];
    size_t sizes[LOTS_MAX], sizes_again[LOTS_MAX];
    static struct crowd crowd, turned;
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (int k = 0; k < TRIES / 10; k++) {
        crowd_draw(&crowd, &rng);
        turned = crowd;
        for (size_t i = 0; i < crowd.count; i++)
            turned.homes[crowd.count - 1 - i] = crowd.homes[i];
        elect(placed, sizes, crowd.homes, crowd.count, crowd.lots, crowd.floor);
        elect(again, sizes_again, turned.homes, crowd.count, crowd.lots, crowd.floor);
        assert_memory_equal(sizes, sizes_again, sizeof sizes);
        for (size_t i = 0; i < crowd.count; i++)
            assert_int_equal(placed[i], again[crowd.count - 1 - i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_told),
        cmocka_unit_test(two_implementations_agree_and_nobody_is_where_it_did_not_ask_to_be),
        cmocka_unit_test(the_order_of_the_homes_does_not_matter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
