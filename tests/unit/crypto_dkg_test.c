/* A key made by several: every deal is checkable by all, a bad share is provable, and no honest dealer can be
 * blamed. */
#include "crypto/crypto.h"
#include "tests/support/bytes_altered.h"
#include "tests/support/committee.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* WIRE 6.13, from its words alone. */
static void the_second_base_is_the_hash_of_its_name(void **unused)
{
    uint8_t uniform[64];
    struct point expected, blinding;

    (void)unused;
    crypto_generichash(uniform, sizeof uniform, (const uint8_t *)"coopair/1 dkg blinding", 22, NULL, 0);
    point_from_hash(&expected, uniform);
    dkg_blinding_base(&blinding);
    assert_true(point_equal(&expected, &blinding));
}

static void shares_of_any_threshold_make_the_key(void **unused)
{
    static const unsigned shapes[][2] = { { 1, 1 }, { 2, 2 }, { 5, 3 }, { 7, 1 }, { COMMITTEE_MAX, 16 } };

    (void)unused;
    for (size_t s = 0; s < ARRAY_SIZE(shapes); s++) {
        struct dkg_share shares[COMMITTEE_MAX];
        struct committee_key key, other;
        uint8_t deals[2][DKG_DEAL_MAX];
        struct bytes made[2];
        struct committee c;

        committee_init(&c, shapes[s][0], shapes[s][1]);
        made[0] = committee_deal(deals[0], &c, "season", 1);
        made[1] = committee_deal(deals[1], &c, "season", 2);
        assert_true(committee_accepts(&c, "season", made[0]) && committee_accepts(&c, "season", made[1]));
        for (unsigned j = 1; j <= c.count; j++)
            committee_share(&shares[j - 1], &c, text("season"), made, 2, j);
        committee_reveal(&key, &c, shares, made, 2, 1);
        assert_int_equal(key.count, c.count);
        assert_int_equal(key.threshold, c.threshold);
        for (unsigned j = 1; j <= c.count; j++) {
            struct point expected;

            point_base_times(&expected, &shares[j - 1].value);
            assert_true(point_equal(&key.share[j - 1], &expected));
        }
        /* Whoever keeps silent after seeing what the others reveal changes nothing. */
        for (unsigned first = 2; first <= c.count; first += 5) {
            committee_reveal(&other, &c, shares, made, 2, first);
            assert_memory_equal(&other, &key, sizeof key);
        }
    }
}

/* ---- Leaning on the key. */

/* The last dealer, who has seen all other deals and opened every share that is his, tries deal after deal until the guess he has looks as
 * he wants it. His guess is the sum of the commitments at zero, all there is of the others' secrets; in Pedersen's own generation of 1991
 * that sum is the key. */
static void the_last_dealer_aims_and_misses(void **unused)
{
    static uint8_t deals[5][DKG_DEAL_MAX];
    struct dkg_share shares[5];
    struct committee_key key;
    struct bytes made[5];
    struct committee c;
    unsigned hits = 0;

    (void)unused;
    committee_init(&c, 5, 3);
    for (unsigned season = 0; season < 8; season++) {
        char context[16] = { (char)('a' + season) };
        struct point guess = POINT_IDENTITY, one;
        uint8_t tried = 0;

        for (uint8_t j = 0; j < 4; j++) {
            made[j] = committee_deal(deals[j], &c, context, (uint8_t)(j + 1));
            assert_true(point_read(&one, deals[j]));
            point_add(&guess, &guess, &one);
        }
        do {
            made[4] = committee_deal(deals[4], &c, context, (uint8_t)(100 + tried++));
            assert_true(point_read(&one, deals[4]));
            point_add(&one, &guess, &one);
        } while (one.b[0] & 6); /* bit 0 of an encoding is always clear */
        for (unsigned j = 1; j <= 5; j++)
            committee_share(&shares[j - 1], &c, text(context), made, 5, j);
        committee_reveal(&key, &c, shares, made, 5, 1);
        assert_false(point_equal(&key.joint, &one));
        hits += (key.joint.b[0] & 6) == 0;
    }
    assert_true(hits < 8); /* two by chance */
}

/* ---- Revealing. */

struct revealed {
    struct committee c;
    struct dkg_share share;
    struct point commitments[COMMITTEE_MAX];
    uint8_t reveal[DKG_REVEAL_SIZE];
};

static bool reveal_accepted(void *arg)
{
    struct revealed *r = arg;

    return dkg_reveal_check(text("digest"), &r->commitments[1], r->reveal);
}

static void a_member_reveals_what_its_commitment_holds_and_nothing_else(void **unused)
{
    static uint8_t deal[DKG_DEAL_MAX];
    struct dkg_share lie;
    struct revealed r;
    struct bytes made;

    (void)unused;
    committee_init(&r.c, 5, 3);
    made = committee_deal(deal, &r.c, "season", 1);
    committee_share(&r.share, &r.c, text("season"), &made, 1, 2);
    dkg_commitments(r.commitments, &made, 1, 5, 3);
    dkg_reveal_make(r.reveal, text("digest"), &r.commitments[1], &r.share, &r.c.rng);
    assert_true(reveal_accepted(&r));
    assert_int_equal(bytes_altered(r.reveal, sizeof r.reveal, reveal_accepted, &r), 0);
    assert_false(dkg_reveal_check(text("other"), &r.commitments[1], r.reveal));
    assert_false(dkg_reveal_check(text("digest"), &r.commitments[2], r.reveal));
    for (int part = 0; part < 2; part++) { /* another share, another blinding */
        lie = r.share;
        scalar_add(part ? &lie.blind : &lie.value, &r.share.value, &r.share.blind);
        dkg_reveal_make(r.reveal, text("digest"), &r.commitments[1], &lie, &r.c.rng);
        assert_false(reveal_accepted(&r));
    }
    memset(r.reveal, 0, sizeof r.reveal);
    assert_false(reveal_accepted(&r));
}

static void a_key_is_made_of_distinct_members(void **unused)
{
    static const unsigned bad[][3] = { { 1, 2, 2 }, { 0, 1, 2 }, { 1, 2, 6 } };
    struct point revealed[3] = { POINT_BASE, POINT_BASE, POINT_BASE };
    struct committee_key key;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(dkg_combine(&key, bad[i], revealed, 5, 3));
}

static void a_restart_deals_the_same_and_anything_else_differs(void **unused)
{
    uint8_t deals[5][DKG_DEAL_MAX];
    struct committee c, fewer;
    size_t size;

    (void)unused;
    committee_init(&c, 5, 3);
    committee_deal(deals[0], &c, "season", 1);
    committee_deal(deals[1], &c, "season", 1);
    size = dkg_deal_size(5, 3);
    assert_memory_equal(deals[0], deals[1], size);
    committee_deal(deals[1], &c, "season", 2);
    committee_deal(deals[2], &c, "next season", 1);
    fewer = c;
    fewer.threshold = 2;
    committee_deal(deals[3], &fewer, "season", 1);
    fewer = c;
    fewer.members[4] = fewer.members[0];
    committee_deal(deals[4], &fewer, "season", 1);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < i; j++)
            assert_memory_not_equal(deals[i], deals[j], POINT_SIZE);
}

struct checked {
    struct committee c;
    uint8_t deal[DKG_DEAL_MAX], complaint[DKG_COMPLAINT_SIZE];
    struct bytes bytes;
};

static bool deal_accepted(void *arg)
{
    struct checked *k = arg;

    return committee_accepts(&k->c, "season", k->bytes);
}

static void any_altered_byte_of_a_deal_is_refused(void **unused)
{
    struct checked k;

    (void)unused;
    committee_init(&k.c, 5, 3);
    k.bytes = committee_deal(k.deal, &k.c, "season", 1);
    assert_true(deal_accepted(&k));
    assert_int_equal(bytes_altered(k.deal, k.bytes.size, deal_accepted, &k), 0);
    for (size_t cut = 0; cut < k.bytes.size; cut++)
        assert_false(committee_accepts(&k.c, "season", (struct bytes){ k.deal, cut }));
    assert_false(committee_accepts(&k.c, "season", (struct bytes){ k.deal, k.bytes.size + 1 }));
}

static void a_deal_is_bound_to_context_members_and_threshold(void **unused)
{
    struct committee c, other;
    uint8_t deal[DKG_DEAL_MAX];
    struct bytes bytes;

    (void)unused;
    committee_init(&c, 5, 3);
    bytes = committee_deal(deal, &c, "season", 1);
    assert_false(committee_accepts(&c, "other season", bytes));
    other = c;
    other.members[4] = other.members[3];
    assert_false(committee_accepts(&other, "season", bytes));
    other = c;
    other.members[4] = POINT_IDENTITY;
    assert_false(committee_accepts(&other, "season", bytes));
    assert_false(dkg_deal_check(text("season"), c.members, 5, 2, bytes));
    assert_false(dkg_deal_check(text("season"), c.members, 4, 3, bytes));
    assert_false(dkg_deal_check(text("season"), c.members, 5, 0, bytes));
    assert_false(dkg_deal_check(text("season"), c.members, 5, 6, bytes));
    assert_false(dkg_deal_check(text("season"), c.members, COMMITTEE_MAX + 1, 3, bytes));
}

static void nobody_deals_to_a_member_without_a_key(void **unused)
{
    static const uint8_t secret[KEY_SIZE] = { 1 };
    uint8_t deal[DKG_DEAL_MAX];
    struct committee c;
    size_t size;

    (void)unused;
    committee_init(&c, 3, 2);
    assert_false(dkg_deal_make(deal, &size, text("s"), c.members, 3, 4, secret));
    assert_false(dkg_deal_make(deal, &size, text("s"), c.members, 3, 0, secret));
    c.members[1] = POINT_IDENTITY;
    assert_false(dkg_deal_make(deal, &size, text("s"), c.members, 3, 2, secret));
}

/* With A_0 = -(another's A_0) a last dealer would leave a key he knows. */
static void a_dealer_cannot_cancel_anothers_commitment(void **unused)
{
    uint8_t deal[DKG_DEAL_MAX], rogue[DKG_DEAL_MAX];
    struct committee c;
    struct bytes bytes;
    struct point negated;

    (void)unused;
    committee_init(&c, 5, 3);
    bytes = committee_deal(deal, &c, "season", 1);
    memcpy(rogue, deal, bytes.size);
    assert_true(point_read(&negated, deal));
    point_sub(&negated, &POINT_IDENTITY, &negated);
    memcpy(rogue, negated.b, POINT_SIZE);
    assert_false(committee_accepts(&c, "season", (struct bytes){ rogue, bytes.size }));
    committee_deal(rogue, &c, "rogue", 2);
    memcpy(rogue, deal, POINT_SIZE);
    assert_false(committee_accepts(&c, "rogue", (struct bytes){ rogue, bytes.size }));
}

/* A complaint reveals x_j*R: over a copied R it would open the share of the honest deal. */
static void a_dealer_cannot_use_the_ephemeral_point_of_another(void **unused)
{
    uint8_t honest[DKG_DEAL_MAX], deal[DKG_DEAL_MAX];
    const size_t at = 3 * POINT_SIZE + 96;
    struct committee c;
    struct bytes bytes;

    (void)unused;
    committee_init(&c, 5, 3);
    committee_deal(honest, &c, "honest", 1);
    bytes = cheating_deal(deal, &c, "rogue", 2, CHEAT_NOISE);
    assert_true(committee_accepts(&c, "rogue", bytes));
    memcpy(deal + at, honest + at, POINT_SIZE);
    assert_false(committee_accepts(&c, "rogue", bytes));
}

static void the_cheated_member_notices_and_proves_it(void **unused)
{
    (void)unused;
    for (int cheat = CHEAT_NONE; cheat < CHEATS; cheat++) {
        uint8_t deal[DKG_DEAL_MAX], complaint[DKG_COMPLAINT_SIZE];
        struct committee c;
        struct bytes bytes;

        committee_init(&c, 5, 3);
        bytes = cheating_deal(deal, &c, "season", 4, (enum cheat)cheat);
        assert_true(committee_accepts(&c, "season", bytes));
        for (unsigned j = 1; j <= 5; j++) {
            bool bad = j == 4 && cheat != CHEAT_NONE;
            struct dkg_share share;

            assert_int_equal(
                dkg_share_open(&share, text("season"), c.members, 5, 3, bytes, j, &c.keys[j - 1]), !bad);
            assert_int_equal(scalar_is_zero(&share.value) && scalar_is_zero(&share.blind), bad);
            dkg_complaint_make(complaint, text("season"), bytes, 3, j, &c.keys[j - 1], &c.rng);
            assert_int_equal(dkg_complaint_check(text("season"), c.members, 5, 3, bytes, j, complaint), bad);
        }
    }
}

static bool complaint_accepted(void *arg)
{
    struct checked *k = arg;

    return dkg_complaint_check(text("season"), k->c.members, 5, 3, k->bytes, 4, k->complaint);
}

static void an_altered_complaint_proves_nothing(void **unused)
{
    struct checked k, honest;

    (void)unused;
    committee_init(&k.c, 5, 3);
    k.bytes = cheating_deal(k.deal, &k.c, "season", 4, CHEAT_OTHER_SHARE);
    dkg_complaint_make(k.complaint, text("season"), k.bytes, 3, 4, &k.c.keys[3], &k.c.rng);
    assert_true(complaint_accepted(&k));
    assert_int_equal(bytes_altered(k.complaint, sizeof k.complaint, complaint_accepted, &k), 0);
    assert_int_equal(bytes_altered(k.deal, k.bytes.size, complaint_accepted, &k), 0);
    assert_false(dkg_complaint_check(text("other"), k.c.members, 5, 3, k.bytes, 4, k.complaint));
    for (unsigned j = 0; j <= 6; j++)
        assert_int_equal(dkg_complaint_check(text("season"), k.c.members, 5, 3, k.bytes, j, k.complaint),
                         j == 4);
    /* The same evidence against an honest dealer. */
    honest = k;
    honest.bytes = committee_deal(honest.deal, &honest.c, "season", 1);
    assert_false(complaint_accepted(&honest));
}

/* A member who wants rid of an honest dealer: a wrong shared point, or somebody else's key. */
static void an_honest_dealer_cannot_be_blamed(void **unused)
{
    struct checked k;

    (void)unused;
    committee_init(&k.c, 5, 3);
    k.bytes = committee_deal(k.deal, &k.c, "season", 1);
    for (unsigned j = 1; j <= 5; j++) {
        dkg_complaint_make(k.complaint, text("season"), k.bytes, 3, 4, &k.c.keys[j - 1], &k.c.rng);
        assert_false(complaint_accepted(&k));
        memcpy(k.complaint, k.c.members[j - 1].b, POINT_SIZE);
        assert_false(complaint_accepted(&k));
    }
    memset(k.complaint, 0, sizeof k.complaint);
    assert_false(complaint_accepted(&k));
}

static void a_committee_of_one_is_its_own_key(void **unused)
{
    struct committee_key key;
    struct committee c;

    (void)unused;
    committee_init(&c, 1, 1);
    committee_key_single(&key, &c.members[0]);
    assert_true(point_equal(&key.joint, &c.members[0]) && point_equal(&key.share[0], &c.members[0]));
    assert_int_equal(key.count, 1);
    assert_int_equal(key.threshold, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_base_is_the_hash_of_its_name),
        cmocka_unit_test(shares_of_any_threshold_make_the_key),
        cmocka_unit_test(the_last_dealer_aims_and_misses),
        cmocka_unit_test(a_member_reveals_what_its_commitment_holds_and_nothing_else),
        cmocka_unit_test(a_key_is_made_of_distinct_members),
        cmocka_unit_test(a_restart_deals_the_same_and_anything_else_differs),
        cmocka_unit_test(any_altered_byte_of_a_deal_is_refused),
        cmocka_unit_test(a_deal_is_bound_to_context_members_and_threshold),
        cmocka_unit_test(nobody_deals_to_a_member_without_a_key),
        cmocka_unit_test(a_dealer_cannot_cancel_anothers_commitment),
        cmocka_unit_test(a_dealer_cannot_use_the_ephemeral_point_of_another),
        cmocka_unit_test(the_cheated_member_notices_and_proves_it),
        cmocka_unit_test(an_altered_complaint_proves_nothing),
        cmocka_unit_test(an_honest_dealer_cannot_be_blamed),
        cmocka_unit_test(a_committee_of_one_is_its_own_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
