/* The logarithm of every total is found, exactly up to the bound, and nothing that is not one. */
#include "crypto/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS_MOST = 1 << 12 };
static uint64_t slots[2 * STEPS_MOST];

static struct point raised(uint64_t x)
{
    struct scalar scalar;
    struct point p;

    scalar_from_u64(&scalar, x);
    point_base_times(&p, &scalar);
    return p;
}

static void every_value_up_to_the_bound_is_found(void **unused)
{
    static const uint32_t steps[] = { 1, 2, 16, 128 };

    (void)unused;
    for (size_t s = 0; s < ARRAY_SIZE(steps); s++) {
        static const uint64_t bounds[] = { 0, 1, 15, 16, 17, 100 };
        struct log_table table;

        log_table_init(&table, slots, steps[s]);
        for (size_t b = 0; b < ARRAY_SIZE(bounds); b++) {
            for (uint64_t x = 0; x <= bounds[b] + 20; x++) {
                struct point p = raised(x);
                uint64_t found = UINT64_MAX;

                assert_int_equal(log_find(&found, &table, &p, bounds[b]), x <= bounds[b]);
                assert_true(found == (x <= bounds[b] ? x : UINT64_MAX));
            }
        }
    }
}

static void totals_of_a_street_are_found(void **unused)
{
    static const uint64_t totals[] = { 4095, 4096, 1000000, 16777215, 30000001, (UINT64_C(1) << 26) - 1 };
    struct log_table table;

    (void)unused;
    log_table_init(&table, slots, STEPS_MOST);
    for (size_t i = 0; i < ARRAY_SIZE(totals); i++) {
        struct point p = raised(totals[i]);
        uint64_t found;

        assert_true(log_find(&found, &table, &p, (UINT64_C(1) << 26) - 1));
        assert_true(found == totals[i]);
    }
}

static void a_point_without_a_small_logarithm_is_not_found(void **unused)
{
    static const uint8_t uniform[64] = { 1 };
    struct log_table table;
    struct point p;
    uint64_t found;

    (void)unused;
    log_table_init(&table, slots, 256);
    point_from_hash(&p, uniform);
    assert_false(log_find(&found, &table, &p, 1 << 20));
    p = raised(1);
    point_sub(&p, &POINT_IDENTITY, &p); /* minus one */
    assert_false(log_find(&found, &table, &p, 1 << 20));
}

static void a_spoilt_table_never_yields_a_wrong_value(void **unused)
{
    struct log_table table;
    uint64_t found;

    (void)unused;
    log_table_init(&table, slots, 16);
    for (size_t i = 0; i < 32; i++)
        slots[i] = slots[i] ? (slots[i] & ~(uint64_t)15) | 3 : 0;
    for (uint64_t x = 0; x <= 40; x++) {
        struct point p = raised(x);

        assert_true(!log_find(&found, &table, &p, 40) || found == x);
    }
}

static void encrypted_values_add_up(void **unused)
{
    struct ciphertext sum = { raised(5), raised(7) }, other = { raised(11), raised(13) };
    struct point r = raised(16), c = raised(20);

    (void)unused;
    ciphertext_add(&sum, &sum, &other);
    assert_true(point_equal(&sum.r, &r));
    assert_true(point_equal(&sum.c, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_up_to_the_bound_is_found),
        cmocka_unit_test(totals_of_a_street_are_found),
        cmocka_unit_test(a_point_without_a_small_logarithm_is_not_found),
        cmocka_unit_test(a_spoilt_table_never_yields_a_wrong_value),
        cmocka_unit_test(encrypted_values_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
