/* Sums of many multiples agree with libsodium, one by one, whatever their number. */
#include "crypto/msm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TERMS = 2 * MSM_TERMS + 6, ALL_UP_TO = 420, STRIDE = 131, NEAR = 3 };

static struct term {
    struct scalar factor;
    struct point point, sum; /* sum: of this and all before it */
} terms[TERMS];

/* 2^252 less the number whose digits of so many bits are all half of what they can be: what is that large and no more fills its last window. */
static void edge(struct scalar *out, unsigned width)
{
    struct scalar bit;

    *out = (struct scalar){ { [31] = 0x10 } };
    for (unsigned at = width - 1; at < 252; at += width) {
        bit = (struct scalar){ { 0 } };
        bit.b[at / 8] = (uint8_t)(1u << (at % 8));
        scalar_sub(out, out, &bit);
    }
}

/* Among random ones: zero, one and minus one, the identity, a point again with the same and with the opposite
 * factor. */
static void term_make(struct term *out, size_t i, struct rng *rng)
{
    static const unsigned whole[] = { 3, 4, 6, 7, 12 }; /* windows of these make 252 bits */
    uint8_t wide[64];
    struct scalar one;

    scalar_random(&out->factor, rng);
    rng_fill(rng, wide, sizeof wide);
    point_from_hash(&out->point, wide);
    switch (i % 16) {
    case 1:
    case 2:
        edge(&out->factor, whole[i / 16 % ARRAY_SIZE(whole)]);
        scalar_from_u64(&one, i % 16 - 1);
        scalar_sub(&out->factor, &out->factor, &one);
        break;
    case 3:
        scalar_from_u64(&out->factor, i % 3);
        break;
    case 6:
        scalar_from_u64(&out->factor, 1);
        scalar_negate(&out->factor, &out->factor);
        break;
    case 9:
        out->point = POINT_IDENTITY;
        break;
    case 12:
        out->point = out[-1].point;
        break;
    case 15:
        out->point = out[-1].point;
        scalar_negate(&out->factor, &out[-1].factor);
        break;
    }
}

static int make_terms(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 0x3a };
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (size_t i = 0; i < TERMS; i++) {
        struct point product;

        term_make(&terms[i], i, &rng);
        point_times(&product, &terms[i].point, &terms[i].factor);
        point_add(&terms[i].sum, i == 0 ? &POINT_IDENTITY : &terms[i - 1].sum, &product);
    }
    return 0;
}

static void sum_of(struct point *out, size_t count)
{
    static struct msm sum;

    msm_begin(&sum);
    for (size_t i = 0; i < count; i++)
        msm_add(&sum, &terms[i].factor, &terms[i].point);
    msm_result(out, &sum);
}

/* Every width of the buckets, every number near a full chunk, and some in between. */
static void any_number_of_terms_sums_to_what_libsodium_says(void **unused)
{
    (void)unused;
    for (size_t count = 0; count <= TERMS; count++) {
        size_t rest = (count + NEAR) % MSM_TERMS;
        struct point sum;

        if (count > ALL_UP_TO && rest > 2 * NEAR && count % STRIDE != 0)
            continue;
        sum_of(&sum, count);
        if (!point_equal(&sum, count == 0 ? &POINT_IDENTITY : &terms[count - 1].sum))
            fail_msg("%zu terms", count);
    }
}

/* A room of buckets, in each of its widths, changes what a sum costs and not what it is; and one is left behind as good as new. */
static void a_room_changes_no_sum(void **unused)
{
    static const size_t expected[] = { 2500, 10000, 30000 };
    static const size_t counts[] = { 0, 1, 2, 700, MSM_TERMS, MSM_TERMS + 1, TERMS };
    static struct msm sum;
    struct batch_room *room = aligned_alloc(DEAL_BASES_ALIGNMENT, batch_room_size());
    struct point result;

    (void)unused;
    assert_non_null(room);
    for (size_t i = 0; i < ARRAY_SIZE(expected) * ARRAY_SIZE(counts); i++) {
        size_t count = counts[i / ARRAY_SIZE(expected)];

        msm_begin_many(&sum, room, expected[i % ARRAY_SIZE(expected)]);
        assert_non_null(sum.room);
        for (size_t k = 0; k < count; k++) {
            msm_add(&sum, &terms[k].factor, &terms[k].point);
            if (k == 600) /* asked in between */
                assert_false(msm_is_zero(&sum));
        }
        msm_result(&result, &sum);
        assert_true(point_equal(&result, count == 0 ? &POINT_IDENTITY : &terms[count - 1].sum));
    }
    msm_begin_many(&sum, room, 100);
    assert_null(sum.room);
    free(room);
}

/* The order in which terms come, and asking in between, change nothing. */
static void a_sum_goes_on_after_it_was_looked_at(void **unused)
{
    static struct msm sum;
    struct point result;

    (void)unused;
    msm_begin(&sum);
    for (size_t i = 100; i-- > 0;) {
        msm_add(&sum, &terms[i].factor, &terms[i].point);
        if (i % 17 == 0)
            assert_false(msm_is_zero(&sum));
    }
    msm_result(&result, &sum);
    assert_true(point_equal(&result, &terms[99].sum));
}

static void only_the_identity_is_zero(void **unused)
{
    static struct msm sum;
    struct scalar minus_one;

    (void)unused;
    scalar_from_u64(&minus_one, 1);
    scalar_negate(&minus_one, &minus_one);
    msm_begin(&sum);
    assert_true(msm_is_zero(&sum));
    for (size_t i = 0; i < 50; i++)
        msm_add(&sum, &terms[i].factor, &terms[i].point);
    msm_add(&sum, &minus_one, &terms[49].sum);
    assert_true(msm_is_zero(&sum));
    msm_add(&sum, &minus_one, &POINT_BASE);
    assert_false(msm_is_zero(&sum));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_terms_sums_to_what_libsodium_says),
        cmocka_unit_test(a_room_changes_no_sum),
        cmocka_unit_test(a_sum_goes_on_after_it_was_looked_at),
        cmocka_unit_test(only_the_identity_is_zero),
    };
    return cmocka_run_group_tests(tests, make_terms, NULL);
}
