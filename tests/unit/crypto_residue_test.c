/* The verifier's own arithmetic is libsodium's, and what its sums decode is what point_read takes. */
#include "crypto/msm.h"
#include "crypto/residue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 20000, EDGES = 6 };

static void draw(struct scalar *out, struct rng *rng)
{
    uint8_t wide[64];
    uint64_t kind = rng_below(rng, 8);

    rng_fill(rng, wide, sizeof wide);
    scalar_reduce(out, wide);
    if (kind < EDGES / 2)
        scalar_from_u64(out, kind); /* 0, 1, 2 */
    else if (kind < EDGES) {
        scalar_from_u64(out, kind - EDGES / 2 + 1);
        scalar_negate(out, out); /* L - 1, L - 2, L - 3 */
    }
}

static void sums_and_products_are_those_of_libsodium(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 0x4e };
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (int i = 0; i < ROUNDS; i++) {
        static const struct {
            void (*ours)(struct residue *out, const struct residue *a, const struct residue *b);
            void (*theirs)(struct scalar *out, const struct scalar *a, const struct scalar *b);
        } operations[] = { { residue_mul, scalar_mul },
                           { residue_add, scalar_add },
                           { residue_sub, scalar_sub } };
        struct scalar a, b, expected, got;
        struct residue x, y;

        draw(&a, &rng);
        draw(&b, &rng);
        for (size_t k = 0; k < ARRAY_SIZE(operations); k++) {
            residue_from(&x, &a);
            residue_from(&y, &b);
            operations[k].ours(&x, &x, &y);
            operations[k].theirs(&expected, &a, &b);
            residue_to(&got, &x);
            assert_memory_equal(got.b, expected.b, SCALAR_SIZE);
        }
        residue_from(&x, &a);
        assert_int_equal(residue_invert(&y, &x), scalar_invert(&expected, &a));
        residue_to(&got, &y);
        if (residue_invert(&y, &x))
            assert_memory_equal(got.b, expected.b, SCALAR_SIZE);
        residue_add(&x, &x, &x); /* in place, twice the same */
        scalar_add(&expected, &a, &a);
        residue_to(&got, &x);
        assert_memory_equal(got.b, expected.b, SCALAR_SIZE);
    }
}

static bool sum_takes(const uint8_t bytes[POINT_SIZE])
{
    static struct msm sum;
    struct scalar zero = { { 0 } };
    struct point p;

    memcpy(p.b, bytes, POINT_SIZE);
    msm_begin(&sum);
    msm_add(&sum, &zero, &p);
    return msm_is_zero(&sum);
}

/* Noise, of which one in sixteen is a point; points and their near misses; small numbers, and those around
 * the prime. */
static void a_sum_takes_what_point_read_takes(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 0x4f };
    size_t taken = 0;
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (int i = 0; i < ROUNDS; i++) {
        uint8_t bytes[POINT_SIZE] = { 0 };
        struct point p;

        rng_fill(&rng, bytes, i % 4 == 3 ? 1 : POINT_SIZE);
        if (i % 4 == 1) {
            memset(bytes, 0xff, POINT_SIZE);
            bytes[0] = (uint8_t)(0xed + i / 4); /* p, p + 1, ... and below */
            bytes[POINT_SIZE - 1] = i % 8 == 1 ? 0x7f : 0xff;
        } else if (i % 4 == 2) {
            uint8_t wide[64];

            rng_fill(&rng, wide, sizeof wide);
            point_from_hash(&p, wide);
            memcpy(bytes, p.b, POINT_SIZE);
            bytes[rng_below(&rng, POINT_SIZE)] ^=
                (uint8_t)(rng_below(&rng, 3) == 0 ? 0 : 1u << rng_below(&rng, 8));
        }
        assert_int_equal(sum_takes(bytes), point_read(&p, bytes));
        taken += point_read(&p, bytes);
    }
    assert_true(taken > ROUNDS / 16 && taken < ROUNDS / 2);
}

/* Zero, the largest and random products, and numbers by themselves, thousands on one sum. */
static void a_sum_of_products_is_that_of_its_parts(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 0x4f };
    struct residue_sum sum = { { 0 } };
    struct scalar a, b, expected = { { 0 } }, product, got;
    struct residue x, y;
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (int i = 0; i < ROUNDS; i++) {
        draw(&a, &rng);
        draw(&b, &rng);
        if (i < ROUNDS / 2) { /* the largest there are */
            scalar_from_u64(&a, 1);
            scalar_negate(&a, &a);
            b = a;
        }
        residue_from(&x, &a);
        residue_from(&y, &b);
        residue_sum_add(&sum, &x, &y);
        residue_sum_add_one(&sum, &y);
        scalar_mul(&product, &a, &b);
        scalar_add(&expected, &expected, &product);
        scalar_add(&expected, &expected, &b);
        if (i % 97 != 0 && i != ROUNDS - 1)
            continue;
        residue_sum_take(&x, &sum);
        residue_to(&got, &x);
        assert_memory_equal(got.b, expected.b, SCALAR_SIZE);
    }
    memset(&sum, 0xff, sizeof sum); /* as full as can be: reduced all the same */
    sum.limb[2 * RESIDUE_LIMBS] = UINT32_MAX;
    residue_sum_take(&x, &sum);
    residue_to(&got, &x);
    assert_true(scalar_read(&a, got.b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sum_of_products_is_that_of_its_parts),
        cmocka_unit_test(sums_and_products_are_those_of_libsodium),
        cmocka_unit_test(a_sum_takes_what_point_read_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
