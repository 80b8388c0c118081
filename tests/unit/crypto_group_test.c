/* One encoding for each point and scalar, and the arithmetic behind them. The published vectors are run by
 * vectors ristretto255. */
#include "crypto/crypto.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t order[SCALAR_SIZE] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                            0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                            0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10 };
static const struct scalar zero = { { 0 } };

static struct rng seeded(uint8_t n)
{
    uint8_t seed[KEY_SIZE] = { n };
    struct rng rng;

    rng_init(&rng, seed);
    return rng;
}

static void a_point_with_bit_255_set_is_refused(void **unused)
{
    struct rng rng = seeded(1);

    (void)unused;
    for (int i = 0; i < 100; i++) {
        struct point point, kept = POINT_BASE;
        struct scalar x;

        scalar_random(&x, &rng);
        point_base_times(&point, &x);
        assert_true(point_read_nonzero(&kept, point.b));
        assert_true(point_equal(&kept, &point));
        point.b[31] |= 0x80;
        assert_false(point_read(&kept, point.b));
        assert_false(point_read_nonzero(&kept, point.b));
    }
}

static void the_identity_is_a_point_only_where_asked(void **unused)
{
    struct point p = POINT_BASE;

    (void)unused;
    assert_false(point_read_nonzero(&p, POINT_IDENTITY.b));
    assert_true(point_equal(&p, &POINT_BASE));
    assert_true(point_read(&p, POINT_IDENTITY.b));
    assert_true(point_is_identity(&p));
    assert_false(point_is_identity(&POINT_BASE));
}

static void a_scalar_has_one_encoding(void **unused)
{
    struct rng rng = seeded(2);
    struct scalar x, out = { { 9 } };
    uint8_t bytes[SCALAR_SIZE];

    (void)unused;
    assert_false(scalar_read(&out, order));
    assert_int_equal(out.b[0], 9);
    memcpy(bytes, order, sizeof bytes);
    bytes[0]--;
    assert_true(scalar_read(&out, bytes));
    assert_true(scalar_read(&out, zero.b));
    assert_true(scalar_is_zero(&out));
    memset(bytes, 0xff, sizeof bytes);
    assert_false(scalar_read(&out, bytes));
    for (int i = 0; i < 100; i++) {
        scalar_random(&x, &rng);
        memcpy(bytes, x.b, sizeof bytes);
        assert_true(scalar_read(&out, bytes));
        sodium_add(bytes, order, sizeof bytes);
        assert_false(scalar_read(&out, bytes));
    }
}

static void zero_and_the_identity_multiply_to_the_identity(void **unused)
{
    struct point p = POINT_BASE;
    struct scalar five;

    (void)unused;
    scalar_from_u64(&five, 5);
    point_times(&p, &POINT_BASE, &zero);
    assert_true(point_is_identity(&p));
    point_times(&p, &POINT_IDENTITY, &five);
    assert_true(point_is_identity(&p));
    p = POINT_BASE;
    point_base_times(&p, &zero);
    assert_true(point_is_identity(&p));
}

static void products_agree_with_sums(void **unused)
{
    struct point sum = POINT_IDENTITY, product, base = POINT_BASE;
    struct scalar n;

    (void)unused;
    for (uint64_t i = 0; i < 40; i++) {
        scalar_from_u64(&n, i);
        point_base_times(&product, &n);
        assert_true(point_equal(&product, &sum));
        point_times(&product, &POINT_BASE, &n);
        assert_true(point_equal(&product, &sum));
        point_add(&sum, &sum, &base);
    }
    scalar_from_u64(&n, UINT64_MAX);
    for (size_t i = 0; i < SCALAR_SIZE; i++)
        assert_int_equal(n.b[i], i < 8 ? 0xff : 0);
}

static void scalars_and_points_follow_the_same_laws(void **unused)
{
    struct rng rng = seeded(3);

    (void)unused;
    for (int i = 0; i < 50; i++) {
        struct scalar a, b, sum, product, back;
        struct point pa, pb, left, right;

        scalar_random(&a, &rng);
        scalar_random(&b, &rng);
        point_base_times(&pa, &a);
        point_base_times(&pb, &b);
        scalar_add(&sum, &a, &b);
        point_base_times(&left, &sum);
        point_add(&right, &pa, &pb);
        assert_true(point_equal(&left, &right));
        point_sub(&right, &right, &pb);
        assert_true(point_equal(&right, &pa));
        scalar_mul(&product, &a, &b);
        point_base_times(&left, &product);
        point_times(&right, &pa, &b);
        assert_true(point_equal(&left, &right));
        scalar_sub(&back, &sum, &b);
        assert_memory_equal(back.b, a.b, SCALAR_SIZE);
        scalar_negate(&back, &a);
        scalar_add(&back, &back, &a);
        assert_true(scalar_is_zero(&back));
        assert_true(scalar_invert(&back, &a));
        scalar_mul(&back, &back, &product);
        assert_memory_equal(back.b, b.b, SCALAR_SIZE);
        assert_true(scalar_read(&back, product.b));
    }
    assert_false(scalar_invert(&(struct scalar){ { 0 } }, &zero));
}

static void outputs_may_be_inputs(void **unused)
{
    struct rng rng = seeded(4);
    struct scalar a;
    struct point p, expected;

    (void)unused;
    scalar_random(&a, &rng);
    point_base_times(&p, &a);
    point_times(&expected, &p, &a);
    point_times(&p, &p, &a);
    assert_true(point_equal(&p, &expected));
    point_add(&expected, &p, &p);
    point_add(&p, &p, &p);
    assert_true(point_equal(&p, &expected));
    point_sub(&p, &p, &p);
    assert_true(point_is_identity(&p));
}

static void a_key_pair_follows_from_its_seed(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 1 }, other_seed[KEY_SIZE] = { 2 };
    struct group_key a, b;
    struct point public_point;

    (void)unused;
    group_key_init(&a, seed);
    group_key_init(&b, seed);
    assert_memory_equal(&a, &b, sizeof a);
    point_base_times(&public_point, &a.secret);
    assert_true(point_equal(&public_point, &a.public_point));
    assert_false(point_is_identity(&a.public_point));
    group_key_init(&b, other_seed);
    assert_false(point_equal(&a.public_point, &b.public_point));
    group_key_clear(&a);
    assert_true(sodium_is_zero((const uint8_t *)&a, sizeof a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_point_with_bit_255_set_is_refused),
        cmocka_unit_test(the_identity_is_a_point_only_where_asked),
        cmocka_unit_test(a_scalar_has_one_encoding),
        cmocka_unit_test(zero_and_the_identity_multiply_to_the_identity),
        cmocka_unit_test(products_agree_with_sums),
        cmocka_unit_test(scalars_and_points_follow_the_same_laws),
        cmocka_unit_test(outputs_may_be_inputs),
        cmocka_unit_test(a_key_pair_follows_from_its_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
