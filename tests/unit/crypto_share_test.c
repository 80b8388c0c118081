/* Opening shares are checkable one by one, and any threshold of them opens the same points. */
#include "crypto/crypto.h"
#include "tests/support/bytes_altered.h"
#include "tests/support/committee.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { POINTS = 4 };

struct opened {
    struct group_key key;
    struct rng rng;
    struct point points[POINTS];
    uint8_t share[POINTS * POINT_SIZE + SHARE_PROOF_SIZE];
};

static void opened_init(struct opened *o)
{
    static const uint8_t seed[KEY_SIZE] = { 5 };
    struct scalar r;

    group_key_init(&o->key, seed);
    rng_init(&o->rng, seed);
    for (size_t i = 0; i < POINTS; i++) {
        scalar_random(&r, &o->rng);
        point_base_times(&o->points[i], &r);
    }
    share_make(o->share, &o->key.secret, text("digest"), o->points, POINTS, &o->rng);
}

static bool share_accepted(void *arg)
{
    struct opened *o = arg;

    return share_check(&o->key.public_point, text("digest"), o->points, POINTS, BYTES(o->share));
}

static void a_share_is_the_points_raised_to_the_key(void **unused)
{
    struct opened o;

    (void)unused;
    opened_init(&o);
    assert_true(share_accepted(&o));
    for (size_t i = 0; i < POINTS; i++) {
        struct point expected;

        point_times(&expected, &o.points[i], &o.key.secret);
        assert_memory_equal(expected.b, o.share + i * POINT_SIZE, POINT_SIZE);
    }
}

static void any_altered_byte_of_a_share_is_refused(void **unused)
{
    struct opened o;

    (void)unused;
    opened_init(&o);
    assert_int_equal(bytes_altered(o.share, sizeof o.share, share_accepted, &o), 0);
    for (size_t cut = 0; cut < sizeof o.share; cut++)
        assert_false(share_check(&o.key.public_point, text("digest"), o.points, POINTS,
                                 (struct bytes){ o.share, cut }));
}

static void a_share_is_bound_to_key_context_and_points(void **unused)
{
    struct opened o;
    struct point kept;

    (void)unused;
    opened_init(&o);
    assert_false(share_check(&POINT_BASE, text("digest"), o.points, POINTS, BYTES(o.share)));
    assert_false(share_check(&POINT_IDENTITY, text("digest"), o.points, POINTS, BYTES(o.share)));
    assert_false(share_check(&o.key.public_point, text("other digest"), o.points, POINTS, BYTES(o.share)));
    assert_false(share_check(&o.key.public_point, text("digest"), o.points, POINTS - 1, BYTES(o.share)));
    kept = o.points[0];
    o.points[0] = o.points[1];
    assert_false(share_accepted(&o));
    o.points[1] = kept;
    assert_false(share_accepted(&o));
}

/* Errors that cancel in a plain sum of all points must not cancel in the proof. */
static void two_wrong_points_do_not_make_a_right(void **unused)
{
    struct opened o;
    struct point first, second;

    (void)unused;
    opened_init(&o);
    assert_true(point_read(&first, o.share) && point_read(&second, o.share + POINT_SIZE));
    point_add(&first, &first, &POINT_BASE);
    point_sub(&second, &second, &POINT_BASE);
    memcpy(o.share, first.b, POINT_SIZE);
    memcpy(o.share + POINT_SIZE, second.b, POINT_SIZE);
    assert_false(share_accepted(&o));
}

/* Zero in place of every point is not the opening of anything. */
static void the_identity_is_no_share_of_a_point(void **unused)
{
    struct opened o;

    (void)unused;
    opened_init(&o);
    memset(o.share, 0, sizeof o.share);
    assert_false(share_accepted(&o));
    memset(&o.points, 0, sizeof o.points);
    assert_false(share_accepted(&o));
    share_make(o.share, &o.key.secret, text("digest"), o.points, POINTS, &o.rng);
    assert_true(share_accepted(&o));
    scalar_clear(&o.key.secret);
    o.key.public_point = POINT_IDENTITY;
    share_make(o.share, &o.key.secret, text("digest"), o.points, POINTS, &o.rng);
    assert_false(share_accepted(&o));
}

static void a_share_of_no_points_proves_possession_of_the_key(void **unused)
{
    uint8_t proof[SHARE_PROOF_SIZE];
    struct opened o;

    (void)unused;
    opened_init(&o);
    share_make(proof, &o.key.secret, text("my ring key"), NULL, 0, &o.rng);
    assert_true(share_check(&o.key.public_point, text("my ring key"), NULL, 0, BYTES(proof)));
    assert_false(share_check(&o.key.public_point, text("your ring key"), NULL, 0, BYTES(proof)));
    assert_false(share_check(&POINT_BASE, text("my ring key"), NULL, 0, BYTES(proof)));
    assert_false(share_check(&POINT_IDENTITY, text("my ring key"), NULL, 0, BYTES(proof)));
}

/* A key of threshold two: y(x) = a + b*x. */
static void only_a_threshold_of_distinct_members_combines(void **unused)
{
    struct scalar a, b, x, y;
    struct point whole, shared[POINTS], kept[POINTS];
    uint8_t made[3][sizeof((struct opened){ 0 }.share)];
    struct opened o;

    (void)unused;
    opened_init(&o);
    scalar_random(&a, &o.rng);
    scalar_random(&b, &o.rng);
    for (unsigned j = 1; j <= 3; j++) {
        scalar_from_u64(&x, j);
        scalar_mul(&y, &b, &x);
        scalar_add(&y, &y, &a);
        share_make(made[j - 1], &y, text("digest"), o.points, POINTS, &o.rng);
    }
    for (unsigned i = 0; i < 3; i++) {
        unsigned members[] = { i + 1, (i + 1) % 3 + 1 };
        struct bytes shares[] = { BYTES(made[i]), BYTES(made[(i + 1) % 3]) };

        assert_true(combine(shared, POINTS, members, shares, 2));
        for (size_t p = 0; p < POINTS; p++) {
            point_times(&whole, &o.points[p], &a);
            assert_true(point_equal(&shared[p], &whole));
        }
        assert_true(combine(shared, POINTS, members, shares, 1));
        point_times(&whole, &o.points[0], &a);
        assert_false(point_equal(&shared[0], &whole));
        memset(shared, 0, sizeof shared);
        memset(kept, 0, sizeof kept);
        assert_false(combine(shared, POINTS, (unsigned[]){ i + 1, i + 1 }, shares, 2));
        assert_false(combine(shared, POINTS, (unsigned[]){ 0, i + 1 }, shares, 2));
        assert_false(combine(shared, POINTS, (unsigned[]){ COMMITTEE_MAX + 1, i + 1 }, shares, 2));
        assert_false(combine(shared, POINTS, members, shares, 0));
        assert_false(combine(shared, POINTS - 1, members, shares, 2));
        made[(i + 1) % 3][POINT_SIZE * 2 - 1] ^= 0x80;
        assert_false(combine(shared, POINTS, members, shares, 2));
        made[(i + 1) % 3][POINT_SIZE * 2 - 1] ^= 0x80;
        assert_memory_equal(shared, kept, sizeof kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_the_points_raised_to_the_key),
        cmocka_unit_test(any_altered_byte_of_a_share_is_refused),
        cmocka_unit_test(a_share_is_bound_to_key_context_and_points),
        cmocka_unit_test(two_wrong_points_do_not_make_a_right),
        cmocka_unit_test(the_identity_is_no_share_of_a_point),
        cmocka_unit_test(a_share_of_no_points_proves_possession_of_the_key),
        cmocka_unit_test(only_a_threshold_of_distinct_members_combines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
