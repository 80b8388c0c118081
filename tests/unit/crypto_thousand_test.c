/* One bad proof among a thousand good ones. */
#include "tests/support/forged.h"

#include <stdlib.h>

enum { THOUSAND = 1000, DIFFERENT = 20 };

/* A thousand deals of which twenty are different, and a row that is wrong somewhere among them. */
static void a_bad_proof_hides_nowhere_among_a_thousand(void **unused)
{
    struct batch_room *room = aligned_alloc(DEAL_BASES_ALIGNMENT, batch_room_size());
    static const struct {
        size_t place;
        enum change change;
        size_t deal_word, admission_word;
    } hidden[] = { { 0, PLUS, S_X, Z }, { 487, OTHERS, A_, RING_B }, { THOUSAND - 1, TOP_BIT, C1, J } };
    static struct deal_item deals[THOUSAND];
    static struct admission_item admissions[THOUSAND];
    static uint8_t made[2][DIFFERENT][DEAL_MAX], bad[2][ROOM];
    uint8_t scope[HASH_SIZE], contexts[DIFFERENT][HASH_SIZE], nullifier[POINT_SIZE];
    size_t sizes[2];

    (void)unused;
    scope_of(scope, &home_place);
    for (unsigned i = 0; i < DIFFERENT; i++) {
        struct place place = home_place;
        uint64_t values[VALUES] = { i, 0, i };

        place.seq = i;
        context_of(contexts[i], &place);
        assert_true(deal_make(made[0][i], &sizes[0], bases_of(VALUES, BITS), &scene.homes.members[0],
                              BYTES(contexts[i]), values, &scene.homes.rng));
        assert_true(admission_make(made[1][i], &sizes[1], nullifier, scene.homes.members, HOMES, i % HOMES,
                                   &scene.homes.keys[i % HOMES], BYTES(scope), BYTES(contexts[i]),
                                   &scene.homes.rng));
    }
    for (size_t row = 0; row < ARRAY_SIZE(hidden); row++) {
        size_t at = hidden[row].place;

        for (size_t i = 0; i < THOUSAND; i++) {
            deals[i].context = admissions[i].message = BYTES(contexts[i % DIFFERENT]);
            deals[i].deal = (struct bytes){ made[0][i % DIFFERENT], sizes[0] };
            admissions[i].proof = (struct bytes){ made[1][i % DIFFERENT], sizes[1] };
        }
        for (size_t kind = 0; kind < 2; kind++) {
            struct row forged = { .proof = kind == 0 ? DEAL : ADMISSION, .change = hidden[row].change };

            forged.word = kind == 0 ? hidden[row].deal_word : hidden[row].admission_word;
            memcpy(bad[kind], made[kind][at % DIFFERENT], sizes[kind]);
            change(bad[kind], &forged);
        }
        deals[at].deal.data = bad[0];
        admissions[at].proof.data = bad[1];
        deals_check(deals, THOUSAND, bases_of(VALUES, BITS), &scene.homes.members[0], room);
        admissions_check(admissions, THOUSAND, scene.homes.members, HOMES, BYTES(scope), room);
        for (size_t i = 0; i < THOUSAND; i++) {
            assert_int_equal(deals[i].good, i != at);
            assert_int_equal(admissions[i].good, i != at);
        }
    }
    free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_proof_hides_nowhere_among_a_thousand),
    };
    return cmocka_run_group_tests(tests, make_all, NULL);
}
