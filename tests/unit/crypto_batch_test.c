/* Many deals and many admissions are checked together, and a bad one among them is named. */
#include "crypto/crypto.h"
#include "tests/support/bases.h"
#include "tests/support/committee.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MANY = 19, BITS = 8 };

struct many {
    struct committee c;
    uint8_t deals[MANY][DEAL_MAX], proofs[MANY][ADMISSION_MAX], nullifiers[MANY][POINT_SIZE];
    struct deal_item deal[MANY];
    struct ciphertext dealt[MANY];
    struct admission_item admission[MANY];
};

static void many_init(struct many *m)
{
    committee_init(&m->c, MANY, 3);
    for (size_t i = 0; i < MANY; i++) {
        uint64_t value = i;

        assert_true(deal_make(m->deals[i], &m->deal[i].deal.size, bases_of(1, BITS), &m->c.members[0], text("join"), &value,
                              &m->c.rng));
        m->deal[i].deal.data = m->deals[i];
        m->deal[i].context = text("join");
        m->deal[i].out = i % 2 ? &m->dealt[i] : NULL;
        assert_true(admission_make(m->proofs[i], &m->admission[i].proof.size, m->nullifiers[i], m->c.members, MANY, i,
                                   &m->c.keys[i], text("topic"), text("deal"), &m->c.rng));
        m->admission[i].proof.data = m->proofs[i];
        m->admission[i].message = text("deal");
    }
}

static void check_both(struct many *m, const bool *bad)
{
    deals_check(m->deal, MANY, bases_of(1, BITS), &m->c.members[0], NULL);
    admissions_check(m->admission, MANY, m->c.members, MANY, text("topic"), NULL);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(m->deal[i].good, !bad[i]);
        assert_int_equal(m->admission[i].good, !bad[i]);
        if (!bad[i])
            assert_memory_equal(m->admission[i].nullifier, m->nullifiers[i], POINT_SIZE);
        if (!bad[i] && m->deal[i].out)
            assert_memory_equal(&m->dealt[i], m->deals[i], sizeof m->dealt[i]); /* which begins with it */
    }
}

static void honest_ones_all_pass(void **unused)
{
    static const bool none[MANY];
    static struct many m;

    (void)unused;
    many_init(&m);
    check_both(&m, none);
    deals_check(m.deal, 0, bases_of(1, BITS), &m.c.members[0], NULL);
    admissions_check(m.admission, 0, m.c.members, MANY, text("topic"), NULL);
}

/* In the first place, in the last, alone, beside another, and all of them. */
static void the_bad_ones_are_named_wherever_they_hide(void **unused)
{
    static const struct {
        size_t first, step, last;
    } rows[] = { { 0, 1, 0 }, { MANY - 1, 1, MANY - 1 }, { 7, 1, 8 }, { 1, 5, 16 }, { 0, 1, MANY - 1 } };
    static struct many m;

    (void)unused;
    many_init(&m);
    for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
        bool bad[MANY] = { false };

        for (size_t i = rows[row].first; i <= rows[row].last; i += rows[row].step)
            bad[i] = true;
        for (size_t i = 0; i < MANY; i++)
            if (bad[i]) {
                m.deals[i][m.deal[i].deal.size - 1 - i] ^= 1;
                m.proofs[i][m.admission[i].proof.size - 1 - i] ^= 1;
            }
        check_both(&m, bad);
        for (size_t i = 0; i < MANY; i++)
            if (bad[i]) {
                m.deals[i][m.deal[i].deal.size - 1 - i] ^= 1;
                m.proofs[i][m.admission[i].proof.size - 1 - i] ^= 1;
            }
    }
}

/* Two errors that cancel when every proof has the same weight: one adds a point where the other takes it away. */
static void errors_do_not_cancel(void **unused)
{
    static struct many m;
    struct point p;

    (void)unused;
    many_init(&m);
    for (size_t i = 0; i < 2; i++) {
        uint8_t *k_v = m.deals[i] + 3 * POINT_SIZE; /* (R, C), V, K_V */

        assert_true(point_read(&p, k_v));
        if (i == 0)
            point_add(&p, &p, &POINT_BASE);
        else
            point_sub(&p, &p, &POINT_BASE);
        memcpy(k_v, p.b, POINT_SIZE);
    }
    deals_check(m.deal, MANY, bases_of(1, BITS), &m.c.members[0], NULL);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(m.deal[i].good, i >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_ones_all_pass),
        cmocka_unit_test(the_bad_ones_are_named_wherever_they_hide),
        cmocka_unit_test(errors_do_not_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
