/* The source of randomness repeats itself from a seed, forgets what it gave, and is fair. */
#include "crypto/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void the_same_seed_draws_the_same(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 7 }, other_seed[KEY_SIZE] = { 8 };
    uint8_t a[200], b[200], c[200];
    struct rng one, two, other;

    (void)unused;
    rng_init(&one, seed);
    rng_init(&two, seed);
    rng_init(&other, other_seed);
    for (size_t size = 0; size <= sizeof a; size += 40) {
        rng_fill(&one, a, size);
        rng_fill(&two, b, size);
        rng_fill(&other, c, size);
        assert_memory_equal(a, b, size);
        assert_true(size == 0 || memcmp(a, c, size) != 0);
    }
}

static void a_stolen_state_does_not_tell_what_was_drawn(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 7 };
    uint8_t drawn[96], again[96];
    struct rng rng, stolen;

    (void)unused;
    rng_init(&rng, seed);
    rng_fill(&rng, drawn, sizeof drawn);
    assert_memory_not_equal(rng.key, seed, KEY_SIZE);
    for (size_t i = 0; i + KEY_SIZE <= sizeof drawn; i++)
        assert_memory_not_equal(rng.key, drawn + i, KEY_SIZE);
    stolen = rng;
    rng_fill(&stolen, again, sizeof again);
    assert_memory_not_equal(again, drawn, sizeof drawn);
}

static void numbers_below_a_bound_are_even_handed(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 9 };
    unsigned counts[6] = { 0 };
    unsigned lowest_third = 0;
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (int i = 0; i < 60000; i++)
        counts[rng_below(&rng, 6)]++;
    for (int i = 0; i < 6; i++)
        assert_in_range(counts[i], 9500, 10500); /* five standard deviations are 456 */
    for (int i = 0; i < 30000; i++) {
        uint64_t n = rng_below(&rng, UINT64_C(3) << 62);

        assert_true(n < UINT64_C(3) << 62);
        lowest_third += n < UINT64_C(1) << 62;
        assert_int_equal(rng_below(&rng, 1), 0);
    }
    assert_in_range(lowest_third, 9500, 10500);
}

static void clearing_wipes(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 1, 2, 3 };
    static const struct rng blank;
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    rng_clear(&rng);
    assert_memory_equal(&rng, &blank, sizeof rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_draws_the_same),
        cmocka_unit_test(a_stolen_state_does_not_tell_what_was_drawn),
        cmocka_unit_test(numbers_below_a_bound_are_even_handed),
        cmocka_unit_test(clearing_wipes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
