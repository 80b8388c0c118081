/* What a home gives to a box says who may speak, hides what is said, and cannot be taken, changed or said
 * again elsewhere. */
#include "crypto/crypto.h"
#include "tests/support/bases.h"
#include "tests/support/bytes_altered.h"
#include "tests/support/committee.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { VALUES = 3 };
static const uint64_t values[VALUES] = { 0, 1250, 65535 };

struct dealt {
    struct committee c; /* one member: the key of the box */
    uint8_t bytes[DEAL_MAX];
    size_t size;
};

static void dealt_init(struct dealt *d)
{
    committee_init(&d->c, 1, 1);
    assert_true(deal_make(d->bytes, &d->size, bases_of(VALUES, 16), &d->c.members[0], text("join"), values, &d->c.rng));
    assert_true(d->size <= DEAL_MAX);
}

static bool deal_accepted(void *arg)
{
    struct dealt *d = arg;
    struct ciphertext untouched[VALUES], out[VALUES];
    bool fine;

    memset(untouched, 0x55, sizeof untouched);
    memcpy(out, untouched, sizeof out);
    fine = deal_check(out, bases_of(VALUES, 16), &d->c.members[0], text("join"), (struct bytes){ d->bytes, d->size });
    assert_true(fine || memcmp(out, untouched, sizeof out) == 0);
    return fine;
}

static void a_deal_holds_exactly_the_values(void **unused)
{
    struct ciphertext out[VALUES];
    struct dealt d;

    (void)unused;
    dealt_init(&d);
    assert_true(
        deal_check(out, bases_of(VALUES, 16), &d.c.members[0], text("join"), (struct bytes){ d.bytes, d.size }));
    assert_true(
        deal_check(NULL, bases_of(VALUES, 16), &d.c.members[0], text("join"), (struct bytes){ d.bytes, d.size }));
    for (size_t k = 0; k < VALUES; k++) {
        struct point mask, value;
        struct scalar x;

        point_times(&mask, &out[k].r, &d.c.keys[0].secret);
        point_sub(&value, &out[k].c, &mask);
        scalar_from_u64(&x, values[k]);
        point_base_times(&mask, &x);
        assert_true(point_equal(&value, &mask));
    }
}

static void any_altered_byte_of_a_deal_is_refused(void **unused)
{
    struct dealt d;

    (void)unused;
    dealt_init(&d);
    assert_true(deal_accepted(&d));
    assert_int_equal(bytes_altered(d.bytes, d.size, deal_accepted, &d), 0);
    for (size_t size = d.size; size-- > 0;) {
        d.size = size;
        assert_false(deal_accepted(&d));
    }
}

static void a_deal_is_bound_to_key_context_count_and_width(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 77 };
    struct group_key other;
    struct bytes bytes;
    struct dealt d;

    (void)unused;
    dealt_init(&d);
    group_key_init(&other, seed);
    bytes = (struct bytes){ d.bytes, d.size };
    assert_false(deal_check(NULL, bases_of(VALUES, 16), &other.public_point, text("join"), bytes));
    assert_false(deal_check(NULL, bases_of(VALUES, 16), &POINT_IDENTITY, text("join"), bytes));
    assert_false(deal_check(NULL, bases_of(VALUES, 16), &d.c.members[0], text("joined"), bytes));
    assert_false(deal_check(NULL, bases_of(VALUES - 1, 16), &d.c.members[0], text("join"), bytes));
    assert_false(deal_check(NULL, bases_of(VALUES, 32), &d.c.members[0], text("join"), bytes));
    assert_false(deal_check(NULL, bases_of(DEAL_VALUES_MAX, 16), &d.c.members[0], text("join"), bytes));
    assert_false(beacon_check(NULL, &d.c.members[0], text("join"), bytes));
}

static void what_does_not_fit_is_not_dealt(void **unused)
{
    static const uint64_t wide[] = { 65536, 255, 256, UINT64_MAX };
    uint8_t out[DEAL_MAX];
    struct committee c;
    size_t size;

    (void)unused;
    committee_init(&c, 1, 1);
    assert_false(deal_make(out, &size, bases_of(1, 16), &c.members[0], text("join"), wide, &c.rng));
    assert_true(deal_make(out, &size, bases_of(1, 32), &c.members[0], text("join"), wide, &c.rng));
    assert_true(deal_make(out, &size, bases_of(1, 8), &c.members[0], text("join"), wide + 1, &c.rng));
    assert_false(deal_make(out, &size, bases_of(2, 8), &c.members[0], text("join"), wide + 1, &c.rng));
    assert_false(deal_make(out, &size, bases_of(1, 32), &c.members[0], text("join"), wide + 3, &c.rng));
    assert_false(deal_make(out, &size, bases_of(1, 32), &POINT_IDENTITY, text("join"), wide, &c.rng));
    assert_false(beacon_make(out, &size, &POINT_IDENTITY, text("join"), &c.rng));
}

/* Taking a neighbour's pair into one's own deal, as it is or negated, would double or cancel him. */
static void a_pair_cannot_be_taken_from_anothers_deal(void **unused)
{
    struct dealt d, mine;

    (void)unused;
    dealt_init(&d);
    dealt_init(&mine);
    assert_true(
        deal_make(mine.bytes, &mine.size, bases_of(VALUES, 16), &d.c.members[0], text("join"), values, &d.c.rng));
    assert_true(deal_accepted(&mine));
    memcpy(mine.bytes, d.bytes, sizeof(struct ciphertext));
    assert_false(deal_accepted(&mine));
    for (size_t half = 0; half < 2; half++) {
        struct point p;

        assert_true(point_read(&p, d.bytes + half * POINT_SIZE));
        point_sub(&p, &POINT_IDENTITY, &p);
        memcpy(mine.bytes + half * POINT_SIZE, p.b, POINT_SIZE);
        assert_false(deal_accepted(&mine));
    }
    mine = d;
    memcpy(mine.bytes, d.bytes + sizeof(struct ciphertext), sizeof(struct ciphertext));
    memcpy(mine.bytes + sizeof(struct ciphertext), d.bytes, sizeof(struct ciphertext));
    assert_false(deal_accepted(&mine));
}

static bool beacon_accepted(void *arg)
{
    struct dealt *d = arg;

    return beacon_check(NULL, &d->c.members[0], text("registry"), (struct bytes){ d->bytes, d->size });
}

static void a_beacon_deal_is_bound_like_any_other(void **unused)
{
    struct dealt d;

    (void)unused;
    committee_init(&d.c, 1, 1);
    assert_true(beacon_make(d.bytes, &d.size, &d.c.members[0], text("registry"), &d.c.rng));
    assert_true(beacon_accepted(&d));
    assert_int_equal(bytes_altered(d.bytes, d.size, beacon_accepted, &d), 0);
    assert_false(beacon_check(NULL, &d.c.members[0], text("join"), (struct bytes){ d.bytes, d.size }));
    assert_false(
        deal_check(NULL, bases_of(1, 16), &d.c.members[0], text("registry"), (struct bytes){ d.bytes, d.size }));
}

struct admitted {
    struct committee homes; /* a roster of five */
    uint8_t proof[ADMISSION_MAX], nullifier[POINT_SIZE];
    size_t size;
};

static bool admission_accepted(void *arg)
{
    struct admitted *a = arg;
    uint8_t nullifier[POINT_SIZE], untouched[POINT_SIZE];
    bool fine;

    memset(nullifier, 0x55, sizeof nullifier);
    memset(untouched, 0x55, sizeof untouched);
    fine = admission_check(nullifier, a->homes.members, 5, text("topic"), text("my deal"),
                           (struct bytes){ a->proof, a->size });
    assert_memory_equal(nullifier, fine ? a->nullifier : untouched, POINT_SIZE);
    return fine;
}

static void admitted_init(struct admitted *a, size_t index)
{
    committee_init(&a->homes, 5, 3);
    assert_true(admission_make(a->proof, &a->size, a->nullifier, a->homes.members, 5, index,
                               &a->homes.keys[index], text("topic"), text("my deal"), &a->homes.rng));
    assert_true(a->size <= ADMISSION_MAX);
}

static void one_home_has_one_voice(void **unused)
{
    uint8_t proof[ADMISSION_MAX], nullifier[POINT_SIZE];
    struct admitted a[5];
    size_t size;

    (void)unused;
    for (size_t i = 0; i < 5; i++) {
        admitted_init(&a[i], i);
        assert_true(admission_accepted(&a[i]));
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(a[i].nullifier, a[j].nullifier, POINT_SIZE);
        assert_true(admission_make(proof, &size, nullifier, a[i].homes.members, 5, i, &a[i].homes.keys[i],
                                   text("topic"), text("another deal"), &a[i].homes.rng));
        assert_memory_equal(nullifier, a[i].nullifier, POINT_SIZE);
    }
}

static void any_altered_byte_of_an_admission_is_refused(void **unused)
{
    struct admitted a;

    (void)unused;
    admitted_init(&a, 2);
    assert_int_equal(bytes_altered(a.proof, a.size, admission_accepted, &a), 0);
    for (size_t size = a.size; size-- > 0;) {
        a.size = size;
        assert_false(admission_accepted(&a));
    }
}

static void an_admission_is_bound_to_topic_roster_and_message(void **unused)
{
    struct bytes bytes;
    struct admitted a;
    uint8_t n[POINT_SIZE];
    struct point last;

    (void)unused;
    admitted_init(&a, 2);
    bytes = (struct bytes){ a.proof, a.size };
    assert_false(admission_check(n, a.homes.members, 5, text("topic 2"), text("my deal"), bytes));
    assert_false(admission_check(n, a.homes.members, 5, text("topic"), text("your deal"), bytes));
    assert_false(admission_check(n, a.homes.members, 5, text("topicm"), text("y deal"), bytes));
    assert_false(admission_check(n, a.homes.members, 4, text("topic"), text("my deal"), bytes));
    assert_false(admission_check(n, a.homes.members, 2, text("topic"), text("my deal"), bytes));
    assert_false(admission_check(n, a.homes.members, 0, text("topic"), text("my deal"), bytes));
    last = a.homes.members[4];
    a.homes.members[4] = a.homes.members[3];
    assert_false(admission_check(n, a.homes.members, 5, text("topic"), text("my deal"), bytes));
    a.homes.members[4] = last;
    assert_true(admission_check(n, a.homes.members, 5, text("topic"), text("my deal"), bytes));
    a.homes.members[2] = POINT_IDENTITY;
    assert_false(admission_check(n, a.homes.members, 5, text("topic"), text("my deal"), bytes));
}

static void a_stranger_is_not_admitted(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 99 };
    struct group_key stranger;
    struct admitted a;

    (void)unused;
    admitted_init(&a, 2);
    group_key_init(&stranger, seed);
    for (size_t i = 0; i < 7; i++)
        assert_false(admission_make(a.proof, &a.size, a.nullifier, a.homes.members, 5, i, &stranger,
                                    text("topic"), text("my deal"), &a.homes.rng));
    assert_false(admission_make(a.proof, &a.size, a.nullifier, a.homes.members, 5, 1, &a.homes.keys[2],
                                text("topic"), text("my deal"), &a.homes.rng));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deal_holds_exactly_the_values),
        cmocka_unit_test(any_altered_byte_of_a_deal_is_refused),
        cmocka_unit_test(a_deal_is_bound_to_key_context_count_and_width),
        cmocka_unit_test(what_does_not_fit_is_not_dealt),
        cmocka_unit_test(a_pair_cannot_be_taken_from_anothers_deal),
        cmocka_unit_test(a_beacon_deal_is_bound_like_any_other),
        cmocka_unit_test(one_home_has_one_voice),
        cmocka_unit_test(any_altered_byte_of_an_admission_is_refused),
        cmocka_unit_test(an_admission_is_bound_to_topic_roster_and_message),
        cmocka_unit_test(a_stranger_is_not_admitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
