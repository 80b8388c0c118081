/* proto_topic_test.c - what a topic takes, keeps waiting, refuses, and what it does when memory runs out. */
#include "tests/support/bytes_altered.h"
#include "tests/support/fault.h"
#include "tests/support/forgery.h"
#include "tests/support/memo.h"
#include "tests/support/round_play.h"
#include "tests/support/season_same.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct round_plan everything = {
    .homes = 9, .seed = 61, .liars = true, .changing = true, .bad_key_dealer = true, .junk_bids = true
};
static struct round *whole;

static int begin(void **unused)
{
    (void)unused;
    whole = round_new(&everything);
    round_play(whole, BOX_BIDS);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    round_free(whole);
    return 0;
}

/* ---- One verdict for every kind of record. */

static void each_record_has_its_verdict(void **unused)
{
    struct topic *topic = topic_up_to(whole, whole->count);
    uint8_t scribble[64] = { 0x98, 1 };
    struct forgery f;

    (void)unused;
    assert_int_equal(topic_add(topic, (struct bytes){ NULL, 0 }, 0), STATUS_MALFORMED);
    assert_int_equal(topic_add(topic, BYTES(scribble), 0), STATUS_MALFORMED);
    assert_int_equal(topic_add(topic, round_bytes(&whole->records[3]), 0), STATUS_EXISTS);
    forgery_begin(&f, topic, RECORD_VOTE, BOX_REGISTRY);
    forgery_vote(&f, 0, 1, 1);
    assert_int_equal(forgery_add(&f, topic), STATUS_FORGED); /* no member */
    f.author = whole->genesis[0];
    f.topic[0] ^= 1;
    assert_int_equal(forgery_add(&f, topic), STATUS_MALFORMED); /* of another round */
    f.topic[0] ^= 1;
    f.parent[0] ^= 1;
    assert_int_equal(forgery_add(&f, topic), STATUS_FORGED); /* nobody can be mistaken about the topic */
    f.parent[0] ^= 1;
    assert_int_equal(forgery_add(&f, topic), STATUS_OK);
    for (uint64_t step = 0; step <= 3; step += 3) {
        forgery_vote(&f, 0, step, 1);
        assert_int_equal(forgery_add(&f, topic), STATUS_MALFORMED);
    }
    forgery_vote(&f, ROUNDS_MAX, 1, 1);
    assert_int_equal(forgery_add(&f, topic), STATUS_MALFORMED);
    forgery_begin(&f, topic, RECORD_VOTE, BOX_JOIN);
    forgery_vote(&f, 0, 1, 1);
    f.parent[0] ^= 1;
    assert_int_equal(forgery_add(&f, topic), STATUS_EARLY); /* of another past than ours */
    topic_free(topic);
}

struct altered {
    uint8_t bytes[RECORD_MAX];
    size_t size;
    struct topic *topic;
};

static bool takes(void *arg)
{
    struct altered *a = arg;
    enum status status = topic_add(a->topic, (struct bytes){ a->bytes, a->size }, 0);

    return status == STATUS_OK || status == STATUS_MISSING;
}

/* The last two of each kind that come before the round's end: a registry deal has every sort of field. */
static void no_byte_of_a_record_can_be_changed(void **unused)
{
    static const size_t of[] = { 0, 14 }; /* a deal, a vote */
    struct altered a = { .topic = topic_new(round_charter(whole)) };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(of); i++) {
        a.size = whole->records[of[i]].size;
        memcpy(a.bytes, whole->records[of[i]].bytes, a.size);
        assert_int_equal(bytes_altered(a.bytes, a.size, takes, &a), 0);
    }
    assert_int_equal(topic_record_count(a.topic), 0);
    topic_free(a.topic);
}

/* ---- Waiting. */

static void what_comes_too_early_waits_and_is_judged_once_it_can_be(void **unused)
{
    struct topic *topic = topic_new(round_charter(whole));
    const struct held *const *held;
    size_t waiting = 0, risen = 0;
    struct forgery f;

    (void)unused;
    forgery_begin(&f, whole->topic, RECORD_VOTE, BOX_INTEREST); /* by nobody, which cannot be known yet */
    forgery_vote(&f, 0, 1, 1);
    assert_int_equal(forgery_add(&f, topic), STATUS_MISSING);
    f.parent[0] ^= 1;
    assert_int_equal(forgery_add(&f, topic), STATUS_MISSING);
    f.body_size--;
    assert_int_equal(forgery_add(&f, topic), STATUS_MALFORMED); /* no shape that could ever be right */
    for (size_t i = whole->count; i-- > 0;)
        waiting += topic_add(topic, round_bytes(&whole->records[i]), i) == STATUS_MISSING;
    risen = topic_risen(topic, &held); /* each is told of once, when it is known to be good */
    assert_int_equal(risen, waiting);
    for (size_t i = 0; i < risen; i++)
        assert_true(held[i]->valid);
    topic_risen_told(topic);
    assert_int_equal(topic_risen(topic, &held), 0);
    assert_int_equal(topic_valid(topic, &held), whole->count);
    assert_true(waiting > whole->count / 2);
    assert_int_equal(topic_record_count(topic), whole->count);
    assert_int_equal(topic_held(topic, &held), whole->count); /* the two strangers are gone */
    assert_int_equal(topic_season(topic)->phase, PHASE_AWARDED);
    topic_free(topic);
}

static void what_waits_is_held_but_does_not_count(void **unused)
{
    struct topic *topic = topic_new(round_charter(whole));
    const struct round_record *last = &whole->records[whole->count - 1];
    const struct held *const *held;

    (void)unused;
    assert_int_equal(topic_add(topic, round_bytes(last), 77), STATUS_MISSING);
    assert_int_equal(topic_add(topic, round_bytes(last), 78), STATUS_EXISTS);
    assert_int_equal(topic_record_count(topic), 0);
    assert_null(topic_record_find(topic, last->id).data);
    assert_int_equal(topic_valid(topic, &held), 0); /* and is told to nobody: he might know it for forged */
    assert_int_equal(topic_held(topic, &held), 1);
    assert_false(held[0]->valid);
    assert_true(held[0]->arrival_ms == 77);
    assert_true(bytes_equal(held[0]->record.whole, round_bytes(last)));
    topic_free(topic);
}

/* Deals of a closed box have no effect, and go on being kept. */
static void a_deal_after_the_closing_is_kept_without_effect(void **unused)
{
    struct topic *topic = topic_up_to(whole, whole->count);
    uint8_t before[HASH_SIZE], after[HASH_SIZE];
    struct round_record *late;

    (void)unused;
    season_hash(before, round_season(whole));
    late = round_enrol(whole, 1, 7);
    assert_int_equal(topic_add(topic, round_bytes(late), 0), STATUS_OK);
    season_hash(after, topic_season(topic));
    assert_memory_equal(before, after, HASH_SIZE);
    topic_free(topic);
    free(whole->records[--whole->count].bytes);
    topic_free(whole->topic);
    whole->topic = topic_up_to(whole, whole->count);
}

/* ---- Out of memory. */

static size_t held_count(struct topic *topic)
{
    const struct held *const *held;

    return topic_held(topic, &held);
}

/* Takes every record, again when memory was short; a topic that refuses one for want of memory is as it was.
 */
static void take_all(struct topic *topic, const size_t *order)
{
    for (size_t i = 0; i < whole->count; i++) {
        struct bytes record = round_bytes(&whole->records[order[i]]);
        size_t before = held_count(topic);
        enum status status = topic_add(topic, record, i);

        if (status == STATUS_NOMEM) {
            assert_int_equal(held_count(topic), before);
            assert_null(topic_held_find(topic, whole->records[order[i]].id));
            status = topic_add(topic, record, i);
        }
        assert_true(status == STATUS_OK || status == STATUS_MISSING);
        if (i % 8 == 0 && topic_season(topic) == NULL)
            assert_non_null(topic_season(topic));
    }
}

static void any_allocation_may_fail(void **unused)
{
    uint8_t expected[HASH_SIZE], hash[HASH_SIZE];
    size_t order[ROUND_RECORDS_MAX];
    long k = 1;

    (void)unused;
    season_hash(expected, round_season(whole));
    for (bool fired = true; fired; k++) {
        struct topic *topic = topic_new(round_charter(whole));

        for (size_t i = 0; i < whole->count; i++) /* in order, or with much that waits */
            order[i] = k % 2 == 0 ? i : (i * 89 + 7) % whole->count;
        fault_arm(FAULT_MEMORY, k, false);
        take_all(topic, order);
        if (topic_season(topic) == NULL)
            assert_non_null(topic_season(topic));
        fired = fault_disarm();
        season_hash(hash, topic_season(topic));
        assert_memory_equal(hash, expected, HASH_SIZE);
        assert_int_equal(topic_record_count(topic), whole->count);
        topic_free(topic);
    }
    assert_true(k > 300);
}

/* No memory at all for a while: nothing is lost but what was refused. */
static void memory_may_be_gone_for_long(void **unused)
{
    uint8_t expected[HASH_SIZE], hash[HASH_SIZE];

    (void)unused;
    season_hash(expected, round_season(whole));
    for (long k = 1; k < 600; k += 7) {
        struct topic *topic = topic_new(round_charter(whole));

        fault_arm(FAULT_MEMORY, k, true);
        for (size_t i = 0; i < whole->count; i++)
            topic_add(topic, round_bytes(&whole->records[i]), i);
        topic_season(topic);
        fault_disarm();
        for (size_t i = 0; i < whole->count; i++)
            topic_add(topic, round_bytes(&whole->records[i]), i);
        season_hash(hash, topic_season(topic));
        assert_memory_equal(hash, expected, HASH_SIZE);
        topic_free(topic);
    }
}

/* ---- The digest, and the sets a comparison looks back at. WIRE 12.2. */

static void equal_sets_have_one_digest_however_they_came(void **unused)
{
    size_t count = whole->count, last = 0;
    uint8_t digests[2][HASH_SIZE], before[HASH_SIZE];
    uint8_t marks[2][SET_PARTS][SET_MARK_SIZE];
    struct topic *forward = topic_up_to(whole, 0), *backward = topic_up_to(whole, 0);

    (void)unused;
    topic_digest(forward, before, marks[0]);
    for (size_t i = 0; i < count; i++) {
        size_t now;

        topic_add(forward, round_bytes(&whole->records[i]), 0);
        now = topic_digest(forward, digests[0], marks[0]);
        assert_int_equal(now, topic_record_count(forward));
        assert_true((now == last) == (memcmp(before, digests[0], HASH_SIZE) == 0));
        memcpy(before, digests[0], HASH_SIZE);
        last = now;
    }
    for (size_t i = count; i-- > 0;)
        topic_add(backward, round_bytes(&whole->records[i]), 0);
    assert_int_equal(topic_digest(backward, digests[1], marks[1]), last);
    assert_memory_equal(digests[0], digests[1], HASH_SIZE);
    assert_memory_equal(marks[0], marks[1], sizeof marks[0]);
    topic_free(forward);
    topic_free(backward);
}

static void the_ids_of_an_earlier_set_can_still_be_told(void **unused)
{
    struct topic *topic = topic_up_to(whole, whole->count / 2);
    size_t count = topic_record_count(topic);
    uint8_t(*was)[ID_SIZE] = malloc(count * ID_SIZE), (*is)[ID_SIZE] = malloc(count * ID_SIZE);

    (void)unused;
    assert_int_equal(topic_ids(topic, count, UINT64_MAX, was), count);
    for (size_t i = 0; i < count; i++)
        assert_memory_equal(topic_record_find(topic, was[i]).data, topic_record_at(topic, i).data, 1);
    for (size_t i = whole->count / 2; i < whole->count; i++)
        topic_add(topic, round_bytes(&whole->records[i]), 0);
    assert_true(topic_record_count(topic) > count);
    assert_int_equal(topic_ids(topic, count, UINT64_MAX, is), count);
    assert_memory_equal(was, is, count * ID_SIZE);
    assert_int_equal(topic_ids(topic, count, 0xffff, is) + topic_ids(topic, count, ~UINT64_C(0xffff), NULL), count);
    free(was);
    free(is);
    topic_free(topic);
}

static void a_topic_that_cannot_be_made_is_none(void **unused)
{
    struct topic *topic = NULL;

    (void)unused;
    for (long k = 1; topic == NULL; k++) {
        fault_arm(FAULT_MEMORY, k, false);
        topic = topic_new(round_charter(whole));
        assert_int_equal(fault_disarm(), topic == NULL);
    }
    topic_free(topic);
    topic_free(NULL);
    assert_null(topic_new((struct bytes){ whole->charter_bytes, whole->charter_size - 1 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_record_has_its_verdict),
        cmocka_unit_test(no_byte_of_a_record_can_be_changed),
        cmocka_unit_test(what_comes_too_early_waits_and_is_judged_once_it_can_be),
        cmocka_unit_test(what_waits_is_held_but_does_not_count),
        cmocka_unit_test(a_deal_after_the_closing_is_kept_without_effect),
        cmocka_unit_test(equal_sets_have_one_digest_however_they_came),
        cmocka_unit_test(the_ids_of_an_earlier_set_can_still_be_told),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(memory_may_be_gone_for_long),
        cmocka_unit_test(a_topic_that_cannot_be_made_is_none),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
