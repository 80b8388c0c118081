/* Whoever knew the weights before the last byte of a proof is written could make what is wrong with one equation put right what is wrong with
 * another. So here each is made to cancel under the weights of a verifier that forgot something, and refused by ours. weights.h. */
#include "crypto/ring.h"
#include "tests/support/hand_deal.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { VALUES = 2, RING = 5, DRAWN_BY_DEAL = 5, DRAWN_BY_RING = 4, Z_A = POINT_SIZE + 8 + 4 * POINT_SIZE, Z_C = Z_A + SCALAR_SIZE };
static const uint64_t values[VALUES] = { 2, 1 };
static const struct deal_shape shape = { .count = VALUES, .bits = { 2, 2 } };

/* Two lies that add up to nothing: one of 1 by the first weight, one of -first / second by the second. */
static void lies_for(struct scalar lie[2], const struct scalar *first, const struct scalar *second)
{
    struct scalar inverse;

    scalar_from_u64(&lie[0], 1);
    assert_true(scalar_invert(&inverse, second));
    scalar_mul(&lie[1], first, &inverse);
    scalar_negate(&lie[1], &lie[1]);
}

static void draw(struct scalar *out, size_t count, const uint8_t seed[KEY_SIZE])
{
    struct rng rng;

    rng_init(&rng, seed);
    memset(out, 0, count * sizeof *out);
    for (size_t i = 0; i < count; i++)
        rng_fill(&rng, out[i].b, SCALAR_SIZE / 2);
}

/* ---- Deals. The first three weights of each are for K_V, K_R and K_C. */

static struct committee *season(void)
{
    static struct committee c;

    if (c.count == 0)
        committee_init(&c, 1, 1);
    return &c;
}

static size_t deal_with(uint8_t out[DEAL_MAX], enum hand_place one, const struct scalar *lie, enum hand_place other, const struct scalar *second)
{
    static struct hand hand;

    hand_begin(&hand, &shape, &season()->members[0], text("join"), values, &season()->rng);
    hand.lie[one] = *lie;
    if (second != NULL)
        hand.lie[other] = *second;
    return hand_make(out, &hand);
}

static void weights_that_forget_a_deal_are_not_ours(void **unused)
{
    struct bytes parts[] = { BYTES(season()->members[0].b), text("join") };
    struct scalar weights[DRAWN_BY_DEAL], lie[2];
    uint8_t seed[KEY_SIZE], deal[DEAL_MAX];
    size_t size;

    (void)unused;
    hash_parts(seed, LABEL_WEIGHTS, parts, ARRAY_SIZE(parts));
    draw(weights, DRAWN_BY_DEAL, seed);
    lies_for(lie, &weights[0], &weights[1]);
    size = deal_with(deal, HAND_K_V, &lie[0], HAND_K_R, &lie[1]);
    assert_false(deal_check(NULL, bases_for(&shape), &season()->members[0], text("join"), (struct bytes){ deal, size }));
}

/* Two homes that conspire, one after the other, where the weights know nothing of a deal or only of the last: the first lie is fitted to it. */
static void weights_that_forget_one_of_two_deals_are_not_ours(void **unused)
{
    static uint8_t deals[2][DEAL_MAX];

    (void)unused;
    for (unsigned row = 0; row < 2; row++) {
        struct deal_item items[2] = { { .context = text("join") }, { .context = text("join") } };
        struct scalar weights[2 * DRAWN_BY_DEAL], lie[2];
        uint8_t seed[KEY_SIZE] = { 0 };

        scalar_from_u64(&lie[0], 1);
        items[1].deal = (struct bytes){ deals[1], deal_with(deals[1], HAND_K_R, &lie[0], HAND_K_R, NULL) };
        for (size_t i = 0; i < 2; i++) {
            struct bytes parts[] = { BYTES(seed), BYTES(season()->members[0].b), items[i].context, items[i].deal };

            if (row == 0)
                hash_parts(seed, LABEL_WEIGHTS, parts, 3);
            else if (i == 1)
                hash_parts(seed, LABEL_WEIGHTS, parts + 1, 3);
        }
        draw(weights, ARRAY_SIZE(weights), seed);
        lies_for(lie, &weights[DRAWN_BY_DEAL + 1], &weights[1]);
        items[0].deal = (struct bytes){ deals[0], deal_with(deals[0], HAND_K_R, &lie[1], HAND_K_R, NULL) };
        deals_check(items, 2, bases_for(&shape), &season()->members[0], NULL);
        assert_false(items[0].good || items[1].good);
    }
}

/* ---- Admissions: the first two weights of each are for the two commitments to the digits, whose blinding is answered last of all. */

static size_t admission_with(uint8_t out[ADMISSION_MAX], const struct committee *c, size_t home)
{
    uint8_t nullifier[POINT_SIZE];
    struct committee own = *c;
    size_t size;

    assert_true(admission_make(out, &size, nullifier, c->members, c->count, home, &own.keys[home], text("join"), text("message"), &own.rng));
    return size;
}

static void move(uint8_t *proof, size_t at, const struct scalar *by)
{
    struct scalar answer;

    assert_true(scalar_read(&answer, proof + at));
    scalar_add(&answer, &answer, by);
    memcpy(proof + at, answer.b, SCALAR_SIZE);
}

static void weights_that_forget_an_admission_are_not_ours(void **unused)
{
    static uint8_t proofs[2][ADMISSION_MAX];
    static struct ring ring;
    struct point g[RING_GENERATORS_MAX], h;
    struct committee c;

    (void)unused;
    committee_init(&c, RING, 3);
    ring_generators(g, &h);
    ring_init(&ring, RING_BITS, c.members, RING, &h, g, &h);
    for (size_t count = 1; count <= 2; count++) {
        struct admission_item items[2];
        struct scalar weights[2 * DRAWN_BY_RING], lie[2];
        uint8_t seed[HASH_SIZE];

        memcpy(seed, ring.input_set, sizeof seed);
        for (size_t i = 0; i < count; i++) {
            struct bytes parts[] = { BYTES(seed), text("join"), text("message") };

            items[i] = (struct admission_item){ .message = text("message"), .proof = { proofs[i], admission_with(proofs[i], &c, i) } };
            hash_parts(seed, LABEL_WEIGHTS, parts, ARRAY_SIZE(parts));
        }
        draw(weights, count * DRAWN_BY_RING, seed);
        lies_for(lie, &weights[0], &weights[count == 1 ? 1 : DRAWN_BY_RING]);
        move(proofs[0], Z_A, &lie[0]);
        move(proofs[count - 1], count == 1 ? Z_C : Z_A, &lie[1]);
        admissions_check(items, count, c.members, RING, text("join"), NULL);
        for (size_t i = 0; i < count; i++)
            assert_false(items[i].good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_that_forget_a_deal_are_not_ours),
        cmocka_unit_test(weights_that_forget_one_of_two_deals_are_not_ours),
        cmocka_unit_test(weights_that_forget_an_admission_are_not_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
