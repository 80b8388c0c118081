/* What leaves a profile is noised once and for all, with the published probability. */
#include "proto/proto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SEEDS = 100000, CELLS = 4 };

static void seed_of(uint8_t out[KEY_SIZE], uint32_t number)
{
    for (size_t i = 0; i < KEY_SIZE; i++)
        out[i] = 0x55;
    be32_write(out, number);
}

static void asking_again_tells_nothing_more(void **unused)
{
    uint8_t seed[KEY_SIZE];

    (void)unused;
    for (uint32_t i = 0; i < 100; i++) {
        unsigned first;

        seed_of(seed, i);
        first = profile_noise(seed, "electricity", "2027", i % CELLS);
        for (int again = 0; again < 3; again++)
            assert_int_equal(profile_noise(seed, "electricity", "2027", i % CELLS), first);
    }
}

/* 100 000 seeds; a count is within five standard deviations of n * p. p for k = 4, eps = 1, to 13 digits: e /
 * (e + 3) and 1 / (e + 3). */
static void each_cell_is_told_with_the_published_probability(void **unused)
{
    const double told = 0.4753668864187, other = 0.1748777045271;
    uint8_t seed[KEY_SIZE];
    double all = -(SEEDS * told);

    (void)unused;
    for (unsigned cell = 0; cell < CELLS; cell++) {
        unsigned counts[CELLS] = { 0 };

        for (uint32_t i = 0; i < SEEDS / CELLS; i++) {
            seed_of(seed, cell * SEEDS + i);
            counts[profile_noise(seed, "pellets", "2027", cell)]++;
        }
        for (unsigned i = 0; i < CELLS; i++) {
            double n = SEEDS / CELLS, p = i == cell ? told : other, off = counts[i] - n * p;

            assert_true(off * off < 25 * n * p * (1 - p));
        }
        all += counts[cell];
    }
    assert_true(all * all < 25 * SEEDS * told * (1 - told));
}

/* Two draws of one home agree as often as chance has it: the other category or season is another draw. */
static void categories_and_seasons_are_drawn_apart(void **unused)
{
    static const char *const others[][2] = { { "pellets", "2028" },
                                             { "electricity", "2027" },
                                             { "pellets2", "027" } };
    /* Both tell the same cell: both true, or both the same lie: p^2 + 3 ((1 - p) / 3)^2. */
    const double agree = 0.4753668864187 * 0.4753668864187 + 3 * 0.1748777045271 * 0.1748777045271;
    uint8_t seed[KEY_SIZE];

    (void)unused;
    for (size_t other = 0; other < ARRAY_SIZE(others); other++) {
        double n = 20000, off = -n * agree;

        for (uint32_t i = 0; i < n; i++) {
            seed_of(seed, i);
            off += profile_noise(seed, "pellets", "2027", 2) ==
                   profile_noise(seed, others[other][0], others[other][1], 2);
        }
        assert_true(off * off < 25 * n * agree * (1 - agree));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asking_again_tells_nothing_more),
        cmocka_unit_test(each_cell_is_told_with_the_published_probability),
        cmocka_unit_test(categories_and_seasons_are_drawn_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
