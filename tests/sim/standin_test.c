/* The stand-in keeps what the simulator leans on: sizes, sums, thresholds, and that altered bytes are refused. */
#include "crypto/crypto.h"
#include "tests/support/bases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t seed[KEY_SIZE] = { 7 };
static const struct bytes context = { seed, 9 };

static void a_signature_over_other_bytes_is_refused(void **unused)
{
    uint8_t signature[SIGNATURE_SIZE], message[] = "one record", other[] = "one recore";
    struct sign_key key;

    (void)unused;
    sign_key_init(&key, seed);
    sign_make(signature, &key, BYTES(message));
    assert_true(sign_check(signature, key.public_key, BYTES(message)));
    assert_false(sign_check(signature, key.public_key, BYTES(other)));
}

static void a_hash_depends_on_every_part_and_its_length(void **unused)
{
    static const uint8_t zeros[100];
    uint8_t whole[HASH_SIZE], parts[HASH_SIZE], longer[HASH_SIZE];
    struct bytes one = { zeros, 99 }, two[] = { { zeros, 40 }, { zeros, 59 } }, more = { zeros, 100 };

    (void)unused;
    hash_parts(whole, "label", &one, 1);
    hash_parts(parts, "label", two, 2);
    hash_parts(longer, "label", &more, 1);
    assert_memory_not_equal(whole, parts, HASH_SIZE); /* each part has its length before it */
    assert_memory_not_equal(whole, longer, HASH_SIZE);
    hash_parts(parts, "label", &one, 1);
    assert_memory_equal(whole, parts, HASH_SIZE);
}

static void a_seed_gives_one_row_of_draws(void **unused)
{
    uint8_t one[100], other[100];
    unsigned counts[16] = { 0 };
    struct rng a, b;

    (void)unused;
    rng_init(&a, seed);
    rng_init(&b, seed);
    rng_fill(&a, one, sizeof one);
    rng_fill(&b, other, sizeof other);
    assert_memory_equal(one, other, sizeof one);
    rng_fill(&b, other, sizeof other);
    assert_memory_not_equal(one, other, sizeof one);
    for (int i = 0; i < 16000; i++)
        counts[rng_below(&a, 16)]++;
    for (int i = 0; i < 16; i++)
        assert_in_range(counts[i], 850, 1150);
}

enum { MEMBERS = 5, THRESHOLD = 3 };

/* Five members make a key, two homes deal to it, any three members open the sum and nothing else. */
static void the_sum_of_deals_opens_with_a_threshold_of_shares(void **unused)
{
    static uint8_t key_deals[MEMBERS][DKG_DEAL_MAX], deal[DEAL_MAX];
    const struct deal_bases *bases = bases_of(2, 16);
    const uint64_t values[2][2] = { { 1500, 3 }, { 2500, 4 } };
    struct ciphertext sum[2] = { { POINT_IDENTITY, POINT_IDENTITY }, { POINT_IDENTITY, POINT_IDENTITY } }, pairs[2];
    struct group_key keys[MEMBERS];
    struct point members[MEMBERS], shared;
    struct bytes deals[MEMBERS], shares[THRESHOLD];
    uint8_t opened[THRESHOLD][POINT_SIZE + SHARE_PROOF_SIZE], secret[KEY_SIZE] = { 1 }, reveal[DKG_REVEAL_SIZE];
    struct dkg_share held[THRESHOLD] = { { { { 0 } }, { { 0 } } } };
    struct point commitments[COMMITTEE_MAX], revealed[THRESHOLD];
    const unsigned named[THRESHOLD] = { 2, 4, 5 };
    struct committee_key joint;
    struct rng rng;
    uint64_t total;
    size_t size;

    (void)unused;
    rng_init(&rng, seed);
    for (unsigned j = 0; j < MEMBERS; j++) {
        secret[0] = (uint8_t)(j + 1);
        group_key_init(&keys[j], secret);
        members[j] = keys[j].public_point;
    }
    for (unsigned j = 0; j < MEMBERS; j++) {
        secret[0] = (uint8_t)(j + 100);
        assert_true(dkg_deal_make(key_deals[j], &size, context, members, MEMBERS, THRESHOLD, secret));
        deals[j] = (struct bytes){ key_deals[j], size };
        assert_true(dkg_deal_check(context, members, MEMBERS, THRESHOLD, deals[j]));
    }
    dkg_commitments(commitments, deals, MEMBERS, MEMBERS, THRESHOLD);
    for (int i = 0; i < THRESHOLD; i++) {
        struct dkg_share part;

        for (unsigned j = 0; j < MEMBERS; j++) {
            assert_true(dkg_share_open(&part, context, members, MEMBERS, THRESHOLD, deals[j], named[i], &keys[named[i] - 1]));
            dkg_share_add(&held[i], &part);
        }
        dkg_reveal_make(reveal, context, &commitments[named[i] - 1], &held[i], &rng);
        assert_true(dkg_reveal_check(context, &commitments[named[i] - 1], reveal));
        assert_true(point_read(&revealed[i], reveal));
        reveal[40] ^= 1;
        assert_false(dkg_reveal_check(context, &commitments[named[i] - 1], reveal));
    }
    assert_true(dkg_combine(&joint, named, revealed, MEMBERS, THRESHOLD));
    for (int home = 0; home < 2; home++) {
        assert_true(deal_make(deal, &size, bases, &joint.joint, context, values[home], &rng));
        assert_true(deal_check(pairs, bases, &joint.joint, context, (struct bytes){ deal, size }));
        for (int k = 0; k < 2; k++)
            ciphertext_add(&sum[k], &sum[k], &pairs[k]);
    }
    for (int i = 0; i < THRESHOLD; i++) {
        share_make(opened[i], &held[i].value, context, &sum[0].r, 1, &rng);
        shares[i] = BYTES(opened[i]);
        assert_true(share_check(&joint.share[named[i] - 1], context, &sum[0].r, 1, shares[i]));
    }
    assert_true(combine(&shared, 1, named, shares, THRESHOLD));
    point_sub(&shared, &sum[0].c, &shared);
    assert_true(log_find(&total, NULL, &shared, 1 << 20));
    assert_int_equal(total, 4000);
    opened[1][3] ^= 1;
    assert_false(share_check(&joint.share[3], context, &sum[0].r, 1, shares[1]));
    key_deals[2][deals[2].size / 2] ^= 1;
    assert_false(dkg_deal_check(context, members, MEMBERS, THRESHOLD, deals[2]));
}

static void any_byte_of_a_deal_or_an_admission_altered_is_refused(void **unused)
{
    const struct deal_bases *bases = bases_of(5, 16);
    const uint64_t values[5] = { 65535, 0, 1, 2, 3 }, wide[5] = { 65536 };
    uint8_t deal[DEAL_MAX], proof[ADMISSION_MAX], nullifier[POINT_SIZE], again[POINT_SIZE];
    struct group_key key;
    struct point roster[20];
    struct rng rng;
    size_t size;

    (void)unused;
    rng_init(&rng, seed);
    group_key_init(&key, seed);
    assert_false(deal_make(deal, &size, bases, &key.public_point, context, wide, &rng));
    assert_true(deal_make(deal, &size, bases, &key.public_point, context, values, &rng));
    for (size_t i = 0; i < size; i++) {
        deal[i] ^= 4;
        assert_false(deal_check(NULL, bases, &key.public_point, context, (struct bytes){ deal, size }));
        deal[i] ^= 4;
    }
    for (size_t i = 0; i < 20; i++)
        roster[i] = key.public_point;
    assert_true(admission_make(proof, &size, nullifier, roster, 20, 3, &key, context, context, &rng));
    assert_true(admission_check(again, roster, 20, context, context, (struct bytes){ proof, size }));
    assert_memory_equal(nullifier, again, POINT_SIZE);
    for (size_t i = 0; i < size; i++) {
        proof[i] ^= 4;
        assert_false(admission_check(again, roster, 20, context, context, (struct bytes){ proof, size }));
        proof[i] ^= 4;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_over_other_bytes_is_refused),
        cmocka_unit_test(a_hash_depends_on_every_part_and_its_length),
        cmocka_unit_test(a_seed_gives_one_row_of_draws),
        cmocka_unit_test(the_sum_of_deals_opens_with_a_threshold_of_shares),
        cmocka_unit_test(any_byte_of_a_deal_or_an_admission_altered_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
