/* A prover that follows the protocol but for one lie, or for two that cancel: every equation is asked, none of them together with another,
 * and nothing may be missing from a proof. */
#include "tests/support/hand_deal.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint64_t values[] = { 2, 1 };

struct stage {
    struct committee c;
    struct deal_shape shape;
    const struct deal_bases *bases;
    struct hand hand;
};

/* Two values and a sum that is fixed: numbers of several widths, and combinations. */
static struct stage *stage_init(void)
{
    static struct stage stage;

    if (stage.c.count == 0) {
        committee_init(&stage.c, 1, 1);
        stage.shape = (struct deal_shape){ .count = 2, .bits = { 2, 1 }, .predicate_count = 1 };
        stage.shape.predicates[0] = (struct deal_predicate){ .coefficient = { 1, 1 }, .low = 3, .high = 3 };
        stage.bases = bases_for(&stage.shape);
    }
    hand_begin(&stage.hand, &stage.shape, &stage.c.members[0], text("join"), values, &stage.c.rng);
    return &stage;
}

static bool accepted(struct stage *stage)
{
    uint8_t deal[DEAL_MAX];
    size_t size = hand_make(deal, &stage->hand);

    return deal_check(NULL, stage->bases, &stage->c.members[0], text("join"), (struct bytes){ deal, size });
}

static void an_honest_deal_made_by_hand_is_accepted(void **unused)
{
    static const struct deal_shape shapes[] = {
        { .count = 1, .bits = { 1 } },
        { .count = 1, .bits = { 2 } },
        { .count = 2, .bits = { 8, 8 } },
        { .count = 3, .bits = { 8, 8, 8 } },
        { .count = 3, .bits = { 1, 32, 7 } },
        { .count = 2, .bits = { 3, 5 }, .predicate_count = 1,
          .predicates = { { .coefficient = { -2, 7 }, .low = 3, .high = 12 } } },
    };
    struct stage *stage = stage_init();

    (void)unused;
    assert_true(accepted(stage));
    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
        static const uint64_t small[] = { 1, 1, 2 };

        stage->bases = bases_for(&shapes[i]);
        hand_begin(&stage->hand, &shapes[i], &stage->c.members[0], text("join"), small, &stage->c.rng);
        assert_true(accepted(stage));
    }
    stage->bases = bases_for(&stage->shape);
}

static void a_lie_anywhere_is_refused(void **unused)
{
    struct stage *stage;

    (void)unused;
    for (int place = 0; place < HAND_PLACES; place++)
        for (int base = 0; base < 3; base++) {
            stage = stage_init();
            stage->hand.on = base == 0 ? POINT_BLINDING : base == 1 ? POINT_BASE : stage->c.members[0];
            hand_lie_of(&stage->hand, (enum hand_place)place, 1);
            if (accepted(stage))
                fail_msg("lie %d on base %d was taken", place, base);
        }
}

/* The five equations of a deal, each with something that moves it by a multiple of B~ and moves no other. The answers stand there with a minus. */
static const struct {
    enum hand_place place;
    bool negative;
} equations[] = {
    { HAND_K_V, false }, { HAND_K_R, false }, { HAND_K_C, false }, { HAND_E_BLINDING, true }, { HAND_T_BLINDING, true },
};

static void move_equation(struct hand *hand, size_t equation, bool back)
{
    struct scalar *lie = &hand->lie[equations[equation].place];

    scalar_from_u64(lie, 1);
    if (back != equations[equation].negative)
        scalar_negate(lie, lie);
}

/* What is wrong with one is put right by another, if both have the same weight. */
static void lies_in_two_equations_do_not_cancel(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(equations); i++)
        for (size_t j = 0; j < ARRAY_SIZE(equations); j++) {
            struct stage *stage = stage_init();

            if (i == j)
                continue;
            move_equation(&stage->hand, i, false);
            move_equation(&stage->hand, j, true);
            if (accepted(stage))
                fail_msg("equations %zu and %zu have one weight", i, j);
        }
}

static void lies_in_two_deals_do_not_cancel(void **unused)
{
    struct stage *stage = stage_init();
    uint8_t deals[2][DEAL_MAX];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(equations); i++)
        for (size_t j = 0; j < ARRAY_SIZE(equations); j++) {
            struct deal_item items[2] = { { .context = text("join") }, { .context = text("join") } };

            for (size_t k = 0; k < 2; k++) {
                stage = stage_init();
                move_equation(&stage->hand, k == 0 ? i : j, k == 1);
                items[k].deal = (struct bytes){ deals[k], hand_make(deals[k], &stage->hand) };
            }
            deals_check(items, 2, stage->bases, &stage->c.members[0], NULL);
            assert_false(items[0].good);
            assert_false(items[1].good);
        }
}

/* What hides a value has to be there: the equations hold without it, so only the decoder can tell. */
static void what_hides_nothing_is_refused(void **unused)
{
    static const struct scalar zero = { { 0 } };
    static const char *const missing[] = { "a cipher of nothing", "a value shown openly", "commitments to nonces that are none",
                                           "bits without masks", "a key that hides nothing" };

    (void)unused;
    for (size_t row = 0; row < ARRAY_SIZE(missing); row++) {
        static const struct deal_shape shape = { .count = 2, .bits = { 2, 2 } };
        static const uint64_t plain[] = { 0, 1 }, shown[] = { 1, 2 }; /* these are no identities under a key that is one */
        const struct point *joint = row == 4 ? &POINT_IDENTITY : &stage_init()->c.members[0];
        struct stage *stage = stage_init();
        uint8_t deal[DEAL_MAX];
        size_t size;

        hand_begin(&stage->hand, &shape, joint, text("join"), row == 4 ? shown : plain, &stage->c.rng);
        if (row < 2)
            stage->hand.r[row] = zero; /* of the value 0 and of the value 1 */
        if (row == 2)
            stage->hand.r[2] = stage->hand.hidden[2] = stage->hand.committed[2] = zero;
        stage->hand.no_masks = row == 3;
        size = hand_make(deal, &stage->hand);
        if (deal_check(NULL, bases_for(&shape), joint, text("join"), (struct bytes){ deal, size }))
            fail_msg("%s: taken", missing[row]);
    }
}

/* Its maker can write an answer longer and go on from there: the equations hold, and only the decoder can tell. */
static void an_answer_has_one_encoding(void **unused)
{
    static const enum hand_place answers[] = { HAND_S_X, HAND_S_R, HAND_T_X, HAND_T_BLINDING, HAND_E_BLINDING };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
        struct stage *stage = stage_init();

        stage->hand.longer = answers[i];
        if (accepted(stage))
            fail_msg("answer %zu was taken with the order added", i);
    }
}

/* The values that are shown to be small are not those that are encrypted. */
static void a_small_value_does_not_stand_for_a_wide_one(void **unused)
{
    struct stage *stage = stage_init();

    (void)unused;
    scalar_from_u64(&stage->hand.hidden[0], 70000);
    assert_false(accepted(stage));
    stage = stage_init();
    scalar_from_u64(&stage->hand.hidden[0], 70000);
    stage->hand.committed[0] = stage->hand.hidden[0];
    assert_false(accepted(stage));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_deal_made_by_hand_is_accepted),
        cmocka_unit_test(a_lie_anywhere_is_refused),
        cmocka_unit_test(lies_in_two_equations_do_not_cancel),
        cmocka_unit_test(lies_in_two_deals_do_not_cancel),
        cmocka_unit_test(what_hides_nothing_is_refused),
        cmocka_unit_test(an_answer_has_one_encoding),
        cmocka_unit_test(a_small_value_does_not_stand_for_a_wide_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
