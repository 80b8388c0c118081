/* What a shape asks of a deal's values is what a deal of it shows: no more is refused, and no less taken. */
#include "tests/support/bytes_altered.h"
#include "tests/support/hand_deal.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct scene {
    struct committee c;
    uint8_t deal[DEAL_MAX];
    size_t size;
    const struct deal_bases *bases;
};

static struct scene *scene_of(const struct deal_shape *shape)
{
    static struct scene scene;

    if (scene.c.count == 0)
        committee_init(&scene.c, 1, 1);
    scene.bases = bases_for(shape);
    return &scene;
}

static bool made(struct scene *s, const uint64_t *values)
{
    return deal_make(s->deal, &s->size, s->bases, &s->c.members[0], text("join"), values, &s->c.rng);
}

static bool shown(struct scene *s, const struct deal_bases *bases)
{
    return deal_check(NULL, bases, &s->c.members[0], text("join"), (struct bytes){ s->deal, s->size });
}

static bool accepted(void *arg)
{
    struct scene *s = arg;

    return shown(s, s->bases);
}

/* Made by somebody who does not care what is asked, and shows the lowest bits of whatever it is. */
static bool forced(struct scene *s, const struct deal_shape *shape, const uint64_t *values, const struct scalar *hidden)
{
    struct hand hand;

    hand_begin(&hand, shape, &s->c.members[0], text("join"), values, &s->c.rng);
    for (size_t k = 0; hidden != NULL && k < shape->count; k++)
        hand.hidden[k] = hand.committed[k] = hidden[k];
    s->size = hand_make(s->deal, &hand);
    return accepted(s);
}

static void holds(const struct deal_shape *shape, const uint64_t *values)
{
    struct scene *s = scene_of(shape);

    assert_true(deal_fits(shape, values));
    assert_true(made(s, values));
    assert_int_equal(s->size, deal_size(shape));
    assert_true(accepted(s));
}

static void fails(const struct deal_shape *shape, const uint64_t *values)
{
    struct scene *s = scene_of(shape);

    assert_false(deal_fits(shape, values));
    assert_false(made(s, values));
    assert_false(forced(s, shape, values, NULL));
}

/* ---- Rows: a predicate, and values on both sides of each of its edges. */

static const struct deal_shape total = { .count = 3, .bits = { 4, 4, 4 }, .predicate_count = 1,
                                         .predicates = { { .coefficient = { 1, 1, 1 }, .low = 5, .high = 30 } } };
static const struct deal_shape least = { .count = 2, .bits = { 4, 4 }, .predicate_count = 1,
                                         .predicates = { { .coefficient = { 1, 1 }, .low = 1, .high = INT64_MAX } } };
static const struct deal_shape most = { .count = 2, .bits = { 4, 4 }, .predicate_count = 1,
                                        .predicates = { { .coefficient = { 3, 5 }, .low = INT64_MIN, .high = 40 } } };
/* Seven is all ones: one number is enough, whether the lower bound is one or not. */
static const struct deal_shape whole = { .count = 2, .bits = { 4, 4 }, .predicate_count = 1,
                                         .predicates = { { .coefficient = { 1, 1 }, .low = 2, .high = 9 } } };
static const struct deal_shape whole_below = { .count = 2, .bits = { 4, 4 }, .predicate_count = 1,
                                               .predicates = { { .coefficient = { 1, 1 }, .low = 0, .high = 7 } } };
static const struct deal_shape points = { .count = 4, .bits = { 7, 7, 7, 7 }, .predicate_count = 1,
                                          .predicates = { { .coefficient = { 1, 1, 1, 1 }, .low = 100, .high = 100 } } };
static const struct deal_shape ballot = { .count = 4, .bits = { 1, 1, 1, 1 }, .predicate_count = 1,
                                          .predicates = { { .coefficient = { 1, 1, 1, 1 }, .low = 1, .high = 1 } } };
static const struct deal_shape ladder = { .count = 2, .bits = { 1, 1 }, .predicate_count = 1,
                                          .predicates = { { .coefficient = { -1, 1 }, .low = 0, .high = 1 } } };
static const struct deal_shape compared = { .count = 2, .bits = { 6, 4 }, .predicate_count = 1,
                                            .predicates = { { .coefficient = { 1, -4 }, .low = -3, .high = 10 } } };
static const struct deal_shape both = { .count = 2, .bits = { 5, 5 }, .predicate_count = 2,
                                        .predicates = { { .coefficient = { 1, 1 }, .low = 20, .high = 20 },
                                                        { .coefficient = { 1, 0 }, .low = 3, .high = 12 } } };

static const struct {
    const struct deal_shape *shape;
    uint64_t values[4];
    bool holds;
} rows[] = {
    { &total, { 0, 5, 0 }, true },      { &total, { 0, 4, 0 }, false },     { &total, { 15, 15, 0 }, true },
    { &total, { 15, 15, 1 }, false },   { &total, { 0, 0, 0 }, false },     { &total, { 15, 15, 15 }, false },
    { &total, { 0, 16, 0 }, false },    { &least, { 0, 0 }, false },        { &least, { 1, 0 }, true },
    { &least, { 15, 15 }, true },       { &least, { 16, 0 }, false },       { &most, { 0, 8 }, true },
    { &most, { 2, 7 }, false },         { &most, { 13, 0 }, true },         { &most, { 0, 0 }, true },
    { &whole, { 1, 1 }, true },         { &whole, { 1, 0 }, false },        { &whole, { 9, 0 }, true },
    { &whole, { 5, 5 }, false },        { &whole_below, { 0, 0 }, true },   { &whole_below, { 3, 4 }, true },
    { &whole_below, { 4, 4 }, false },  { &points, { 25, 25, 25, 25 }, true },
    { &points, { 100, 0, 0, 0 }, true }, { &points, { 25, 25, 25, 24 }, false },
    { &points, { 25, 25, 25, 26 }, false }, { &ballot, { 0, 0, 1, 0 }, true }, { &ballot, { 0, 0, 0, 0 }, false },
    { &ballot, { 1, 0, 1, 0 }, false }, { &ballot, { 2, 0, 0, 0 }, false }, { &ladder, { 0, 0 }, true },
    { &ladder, { 0, 1 }, true },        { &ladder, { 1, 1 }, true },        { &ladder, { 1, 0 }, false },
    { &compared, { 1, 1 }, true },      { &compared, { 0, 1 }, false },     { &compared, { 14, 1 }, true },
    { &compared, { 15, 1 }, false },    { &compared, { 63, 15 }, true },    { &both, { 12, 8 }, true },
    { &both, { 13, 7 }, false },        { &both, { 2, 18 }, false },        { &both, { 3, 17 }, true },
    { &both, { 3, 16 }, false },
};

static void what_holds_is_shown_and_what_does_not_cannot_be(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        (rows[i].holds ? holds : fails)(rows[i].shape, rows[i].values);
}

/* ---- Modulo the order of the group. */

static struct scalar minus(uint64_t n)
{
    struct scalar s;

    scalar_from_u64(&s, n);
    scalar_negate(&s, &s);
    return s;
}

/* A hundred points, of which 101 to one and -1 to another; a third of a vote three times; the order itself is nothing. */
static void values_around_the_order_are_no_way_out(void **unused)
{
    static const uint64_t claimed[4] = { 100, 0, 0, 0 };
    static const struct deal_shape thirds = { .count = 1, .bits = { 2 }, .predicate_count = 1,
                                              .predicates = { { .coefficient = { 3 }, .low = 3, .high = 3 } } };
    struct scalar hidden[4] = { { { 0 } } }, three;
    struct scene *s = scene_of(&points);

    (void)unused;
    assert_true(forced(s, &points, claimed, NULL));
    scalar_from_u64(&hidden[0], 101);
    hidden[1] = minus(1);
    assert_false(forced(s, &points, claimed, hidden));
    hidden[1] = minus(0);
    assert_false(forced(s, &points, claimed, hidden));
    s = scene_of(&thirds);
    assert_true(forced(s, &thirds, (const uint64_t[]){ 1 }, NULL));
    scalar_from_u64(&three, 3);
    assert_true(scalar_invert(&hidden[0], &three));
    assert_false(forced(s, &thirds, (const uint64_t[]){ 1 }, hidden)); /* 3 * (1/3) is 1, not 3 */
    scalar_add(&three, &hidden[0], &hidden[0]);
    scalar_add(&hidden[0], &three, &hidden[0]);
    assert_true(forced(s, &thirds, (const uint64_t[]){ 1 }, hidden)); /* one, by a detour */
}

/* ---- Every byte, and every word of the shape. */

static void any_altered_byte_is_refused(void **unused)
{
    static const uint64_t values[] = { 12, 8 };
    struct scene *s = scene_of(&both);

    (void)unused;
    assert_true(made(s, values));
    assert_int_equal(bytes_altered(s->deal, s->size, accepted, s), 0);
}

/* The values fit every one of these shapes, so only what was said about them differs. */
static void a_deal_is_bound_to_all_that_was_asked(void **unused)
{
    static const uint64_t values[] = { 12, 8 };
    const struct deal_predicate first = both.predicates[0], second = both.predicates[1];
    struct deal_shape others[] = { both, both, both, both, both, both, both, both };
    struct scene *s = scene_of(&both);

    (void)unused;
    assert_true(made(s, values));
    others[0].predicates[0].low = 19;
    others[1].predicates[0].high = 21;
    others[2].predicates[1].low = 2;
    others[3].predicates[1].high = 13;
    others[4].predicates[1].coefficient[1] = 0 - 1;
    others[5].predicates[0] = second; /* in another order */
    others[5].predicates[1] = first;
    others[6].predicate_count = 1;
    others[7].bits[0] = 6;
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        assert_true(deal_fits(&others[i], values));
        assert_false(shown(s, bases_for(&others[i])));
    }
    assert_true(shown(s, bases_for(&both)));
}

/* ---- Many together. */

enum { MANY = 9 };

static void a_bad_one_among_many_is_named(void **unused)
{
    static uint8_t deals[MANY][DEAL_MAX];
    struct deal_item items[MANY];
    struct scene *s = scene_of(&points);

    (void)unused;
    for (size_t i = 0; i < MANY; i++) {
        uint64_t values[] = { i, 50, 25, 25 - i };
        bool fine = i == 4 ? !forced(s, &points, (values[0]++, values), NULL) : made(s, values); /* one point too many */

        assert_true(fine);
        memcpy(deals[i], s->deal, s->size);
        items[i] = (struct deal_item){ .context = text("join"), .deal = { deals[i], s->size } };
    }
    deals_check(items, MANY, s->bases, &s->c.members[0], NULL);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(items[i].good, i != 4);
}

/* ---- Shapes of any kind. */

static void draw_shape(struct deal_shape *shape, uint64_t *values, struct rng *rng)
{
    *shape = (struct deal_shape){ .count = 1 + (size_t)rng_below(rng, 5), .predicate_count = (size_t)rng_below(rng, 4) };
    for (size_t k = 0; k < shape->count; k++) {
        shape->bits[k] = (uint8_t)(1 + rng_below(rng, 12));
        values[k] = rng_below(rng, UINT64_C(1) << shape->bits[k]);
    }
    for (size_t i = 0; i < shape->predicate_count; i++) {
        struct deal_predicate *predicate = &shape->predicates[i];
        int64_t sum = 0;

        for (size_t k = 0; k < shape->count; k++) {
            predicate->coefficient[k] = (int32_t)rng_below(rng, 201) - 100;
            sum += predicate->coefficient[k] * (int64_t)values[k];
        }
        predicate->low = sum - (int64_t)rng_below(rng, 40);
        predicate->high = sum + (int64_t)rng_below(rng, 40);
    }
}

/* Within: shown. Then each bound in turn is put on the other side of the sum. */
static void shapes_drawn_at_random(void **unused)
{
    struct deal_shape shape;
    uint64_t values[DEAL_VALUES_MAX];
    struct rng rng;

    (void)unused;
    rng_init(&rng, (const uint8_t[KEY_SIZE]){ 0x5a });
    for (int round = 0; round < 25; round++) {
        draw_shape(&shape, values, &rng);
        holds(&shape, values);
        for (size_t i = 0; i < shape.predicate_count; i++) {
            struct deal_shape other = shape;
            int64_t sum = 0;

            for (size_t k = 0; k < shape.count; k++)
                sum += shape.predicates[i].coefficient[k] * (int64_t)values[k];
            other.predicates[i].low = sum + 1;
            other.predicates[i].high = sum + 50;
            if (deal_size(&other) != 0)
                assert_false(made(scene_of(&other), values));
            other.predicates[i].low = sum - 50;
            other.predicates[i].high = sum - 1;
            if (deal_size(&other) != 0)
                assert_false(made(scene_of(&other), values));
        }
    }
}

static void there_are_shapes_that_are_none(void **unused)
{
    struct deal_shape shape = plain_shape(2, 32);
    struct deal_predicate *predicate = &shape.predicates[0];
    struct deal_shape bad[] = { plain_shape(0, 8), plain_shape(1, 0), plain_shape(1, DEAL_BITS_MAX + 1), shape, shape, shape, shape };

    (void)unused;
    bad[3].count = DEAL_VALUES_MAX + 1;
    bad[4].predicate_count = DEAL_PREDICATES_MAX + 1;
    bad[5].predicate_count = bad[6].predicate_count = 1;
    bad[5].predicates[0] = (struct deal_predicate){ .coefficient = { 1, 1 }, .low = 6, .high = 5 };
    bad[6].predicates[0] = (struct deal_predicate){ .coefficient = { 1, 0, 1 }, .low = 0, .high = 5 };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        assert_int_equal(deal_size(&bad[i]), 0);
        assert_int_equal(deal_bases_size(&bad[i]), 0);
        assert_false(deal_fits(&bad[i], (const uint64_t[DEAL_VALUES_MAX]){ 0 }));
    }
    /* Sums that 63 bits do not hold, and the widest that they do. */
    shape.predicate_count = 1;
    *predicate = (struct deal_predicate){ .coefficient = { INT32_MIN, INT32_MIN }, .low = -1, .high = 0 };
    assert_int_equal(deal_size(&shape), 0);
    *predicate = (struct deal_predicate){ .coefficient = { INT32_MIN, INT32_MAX }, .low = -1, .high = 0 };
    assert_int_equal(deal_size(&shape), 0);
    *predicate = (struct deal_predicate){ .coefficient = { INT32_MAX }, .low = -1, .high = INT64_MAX - 1 };
    assert_int_equal(deal_size(&shape), deal_size(&(struct deal_shape){ .count = 2, .bits = { 32, 32 } })); /* it always holds */
    *predicate = (struct deal_predicate){ .coefficient = { INT32_MAX }, .low = 1, .high = INT64_MAX - 1 };
    holds(&shape, (const uint64_t[]){ UINT32_MAX, 0 });
    assert_false(made(scene_of(&shape), (const uint64_t[]){ 0, 0 }));
    *predicate = (struct deal_predicate){ .coefficient = { 1 }, .low = INT64_MIN, .high = -1 };
    assert_int_equal(deal_size(&shape), 0); /* which no values fit */
}

/* What a shape costs: predicates lie where the vectors would be filled up with nothing, or double them for 64 bytes. */
static void sizes(void **unused)
{
    struct deal_shape wide = plain_shape(16, 16), five = plain_shape(5, 16), yes_or_no = plain_shape(16, 1);

    (void)unused;
    assert_int_equal(deal_size(&wide), 2496);
    wide.predicate_count = 1;
    wide.predicates[0] = (struct deal_predicate){ .coefficient = { 1, 1, 1 }, .low = 1, .high = INT64_MAX };
    assert_int_equal(deal_size(&wide), 2560);
    assert_int_equal(deal_size(&five), 1376);
    five.predicate_count = 1;
    five.predicates[0] = (struct deal_predicate){ .coefficient = { 1, 1, 1, 1, 1 }, .low = 100, .high = 100000 };
    assert_int_equal(deal_size(&five), 1376);
    assert_int_equal(deal_size(&yes_or_no), 2240);
    assert_true(deal_size(&(struct deal_shape){ .count = 1, .bits = { 1 } }) < deal_size(&five));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_is_shown_and_what_does_not_cannot_be),
        cmocka_unit_test(values_around_the_order_are_no_way_out),
        cmocka_unit_test(any_altered_byte_is_refused),
        cmocka_unit_test(a_deal_is_bound_to_all_that_was_asked),
        cmocka_unit_test(a_bad_one_among_many_is_named),
        cmocka_unit_test(shapes_drawn_at_random),
        cmocka_unit_test(there_are_shapes_that_are_none),
        cmocka_unit_test(sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
