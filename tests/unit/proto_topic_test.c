/* proto_topic_test.c - what a topic takes, keeps waiting, refuses, and what it does when memory runs out. */
#include "tests/support/bytes_altered.h"
#include "tests/support/fault.h"
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

struct forgery {
    enum record_kind kind;
    enum box_index box;
    struct sign_key author;
    uint8_t topic[ID_SIZE], parent[ID_SIZE], cut[ID_SIZE], body[1024];
    size_t body_size;
    uint8_t bytes[RECORD_MAX];
    size_t size;
};

static void forgery_begin(struct forgery *f, struct topic *topic, enum record_kind kind, enum box_index box)
{
    uint8_t seed[KEY_SIZE] = { 0xf0 };

    memset(f, 0, sizeof *f);
    f->kind = kind;
    f->box = box;
    sign_key_init(&f->author, seed);
    memcpy(f->topic, topic_id(topic), ID_SIZE);
    memcpy(f->parent, topic_season(topic)->boxes[box].parent, ID_SIZE);
}

static void forgery_vote(struct forgery *f, uint64_t number, uint64_t step, uint8_t mark)
{
    uint8_t digest[HASH_SIZE] = { mark, (uint8_t)number };
    struct writer w = writer_to(f->body, sizeof f->body);

    writer_array(&w, 4);
    writer_uint(&w, number);
    writer_uint(&w, step);
    writer_bin(&w, BYTES(f->cut));
    writer_bin(&w, BYTES(digest));
    f->body_size = writer_done(&w);
}

static enum status forgery_add(struct forgery *f, struct topic *topic)
{
    f->size = record_write(f->bytes, sizeof f->bytes, NULL, f->kind, f->topic, f->box, f->parent, &f->author,
                           (struct bytes){ f->body, f->body_size });
    assert_true(f->size > 0);
    return topic_add(topic, (struct bytes){ f->bytes, f->size }, 0);
}

static struct topic *topic_up_to(const struct round *r, size_t count)
{
    struct topic *topic = topic_new(round_charter(r));

    assert_non_null(topic);
    for (size_t i = 0; i < count; i++)
        topic_add(topic, round_bytes(&r->records[i]), i);
    return topic;
}

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

/* ---- Quotas. WIRE 5.5. */

static struct round *founded(uint8_t seed)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 8, .founders = 4, .seed = seed });

    round_play_registry(r);
    return r;
}

static void one_author_has_so_many_records_in_one_box(void **unused)
{
    struct round *r = founded(62);
    struct forgery f;
    size_t taken = 0;

    (void)unused;
    forgery_begin(&f, r->topic, RECORD_VOTE, BOX_REGISTRY);
    f.author = r->genesis[1];
    for (unsigned i = 0; i < AUTHOR_BOX_RECORDS_MAX; i++) {
        forgery_vote(&f, i % ROUNDS_MAX, 1 + i / ROUNDS_MAX % 2, (uint8_t)(i / ROUNDS_MAX));
        taken += forgery_add(&f, r->topic) == STATUS_OK;
    }
    assert_int_equal(taken, AUTHOR_BOX_RECORDS_MAX);
    forgery_vote(&f, 0, 1, 99);
    assert_int_equal(forgery_add(&f, r->topic), STATUS_FULL);
    f.author = r->genesis[2];
    assert_int_equal(forgery_add(&f, r->topic), STATUS_OK);
    round_free(r);
}

static void a_third_list_of_a_member_is_taken_only_if_a_cut_names_it(void **unused)
{
    struct round *r = founded(63);
    uint8_t ids[8][ID_SIZE], seen[4][ID_SIZE];
    size_t count = round_in_time(r, BOX_REGISTRY, ids);
    struct round_record third;
    uint8_t room[256];
    struct writer w = writer_to(room, sizeof room);

    (void)unused;
    for (unsigned m = 1; m <= 3; m++)
        memcpy(seen[m - 1], round_seen(r, BOX_REGISTRY, m, ids, count)->id, ID_SIZE);
    for (size_t i = 1; i <= 2; i++)
        round_seen(r, BOX_REGISTRY, 4, ids, count - i);
    writer_array(&w, 1);
    writer_bin(&w, (struct bytes){ NULL, 0 });
    round_record_make(r, &third, RECORD_SEEN, BOX_REGISTRY, &r->genesis[3], &w);
    assert_int_equal(topic_add(r->topic, round_bytes(&third), 0), STATUS_FULL);
    assert_false(topic_wants(r->topic, third.id));
    memcpy(seen[3], third.id, ID_SIZE);
    round_cut(r, BOX_REGISTRY, 1, 0, round_settled(r, BOX_REGISTRY), seen, 4);
    assert_true(topic_wants(r->topic, third.id));
    assert_int_equal(topic_add(r->topic, round_bytes(&third), 0), STATUS_OK);
    assert_false(topic_wants(r->topic, third.id)); /* it is here */
    free(third.bytes);
    round_free(r);
}

/* A deal of which only the id is known, listed by these members. */
static void list_one(struct round *r, enum box_index box, const uint8_t id[ID_SIZE], unsigned first,
                     unsigned last)
{
    uint8_t ids[1][ID_SIZE];

    for (unsigned m = first; m <= last; m++) {
        memcpy(ids[0], id, ID_SIZE);
        round_seen(r, box, m, ids, 1);
    }
}

static void a_box_is_full_but_for_what_k_members_list(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 64 });
    struct sign_key company;
    struct bid bid;
    struct round_record extra;

    (void)unused;
    round_play(r, BOX_JOIN);
    for (unsigned i = 0; i < BIDS_MAX; i++) {
        round_bid_make(r, &bid, &company, i);
        round_seal(r, &company, text("none"), 0);
    }
    r->count--; /* made once more, for a topic that has room */
    extra = r->records[r->count];
    topic_free(r->topic);
    r->topic = topic_up_to(r, r->count);
    round_bid_make(r, &bid, &company, 1);
    round_seal(r, &company, text("none"), 0);
    assert_int_equal(topic_add(r->topic, round_bytes(&extra), 0), STATUS_FULL);
    list_one(r, BOX_BIDS, extra.id, 1, 2); /* k = 3 of 7 */
    assert_false(topic_wants(r->topic, extra.id));
    assert_int_equal(topic_add(r->topic, round_bytes(&extra), 0), STATUS_FULL);
    list_one(r, BOX_BIDS, extra.id, 3, 3);
    assert_true(topic_wants(r->topic, extra.id));
    assert_int_equal(topic_add(r->topic, round_bytes(&extra), 0), STATUS_OK);
    free(extra.bytes);
    round_free(r);
}

/* The same claim of a voice, with a proof that does not hold. */
static enum status with_a_false_proof(struct topic *topic, const struct round_record *deal,
                                      const struct sign_key *author)
{
    uint8_t body[RECORD_MAX], bytes[RECORD_MAX];
    struct record record;
    size_t size;
    bool fine = record_read(&record, round_bytes(deal));

    assert_true(fine);
    memcpy(body, record.body.data, record.body.size);
    body[record.body.size - 1] ^= 1;
    size = record_write(bytes, sizeof bytes, NULL, record.kind, record.topic, record.box, record.parent,
                        author, (struct bytes){ body, record.body.size });
    return topic_add(topic, (struct bytes){ bytes, size }, 0);
}

static void one_home_has_so_many_deals_whatever_it_calls_itself(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 65 });
    struct sign_key pseudonyms[VOICE_DEALS_MAX + 1];
    struct round_record extra;

    (void)unused;
    round_play(r, BOX_REGISTRY);
    for (unsigned i = 0; i <= VOICE_DEALS_MAX; i++) {
        round_key_make(r, &pseudonyms[i], NULL);
        if (i < VOICE_DEALS_MAX)
            round_interest(r, 0, &pseudonyms[i], 1, i % 8);
    }
    struct topic *full = r->topic;

    r->topic = topic_up_to(r, r->count - 1);
    round_interest(r, 0, &pseudonyms[VOICE_DEALS_MAX], 1, 7);
    extra = r->records[--r->count];
    topic_free(r->topic);
    r->topic = full;
    assert_int_equal(topic_add(full, round_bytes(&extra), 0), STATUS_FULL);
    /* No proof is read for that. */
    assert_int_equal(with_a_false_proof(full, &extra, &pseudonyms[VOICE_DEALS_MAX]), STATUS_FULL);
    round_interest(r, 1, &r->homes[1].pseudonym, 1, 0); /* others are not concerned */
    list_one(r, BOX_INTEREST, extra.id, 1, 3);
    assert_int_equal(topic_add(full, round_bytes(&extra), 0), STATUS_OK);
    free(extra.bytes);
    round_free(r);
}

static void strangers_can_make_a_topic_wait_for_so_many_records(void **unused)
{
    struct topic *topic = topic_new(round_charter(whole));
    uint8_t seed[KEY_SIZE] = { 0 };
    struct forgery f;

    (void)unused;
    forgery_begin(&f, topic, RECORD_VOTE, BOX_KEY);
    for (unsigned i = 0; i < PENDING_MAX; i++) {
        if (i % AUTHOR_BOX_RECORDS_MAX == 0) {
            be32_write(seed, i);
            sign_key_init(&f.author, seed);
        }
        forgery_vote(&f, i % ROUNDS_MAX, 1 + i / ROUNDS_MAX % 2, (uint8_t)(i / ROUNDS_MAX));
        assert_int_equal(forgery_add(&f, topic), STATUS_MISSING);
    }
    forgery_vote(&f, 0, 1, 255);
    assert_int_equal(forgery_add(&f, topic), STATUS_FULL);
    for (size_t i = 0; i < whole->count; i++) /* what can be judged needs no place to wait */
        assert_int_equal(topic_add(topic, round_bytes(&whole->records[i]), 0), STATUS_OK);
    assert_int_equal(topic_season(topic)->phase, PHASE_AWARDED);
    topic_free(topic);
}

static void what_waits_takes_so_many_bytes(void **unused)
{
    struct topic *topic = topic_new(round_charter(whole));
    static uint8_t list[BOX_DEALS_MAX * SEEN_PREFIX_SIZE], body[RECORD_MAX], bytes[RECORD_MAX];
    uint8_t seed[KEY_SIZE] = { 0 }, parent[ID_SIZE] = { 0 };
    size_t taken = 0, size = 0;
    enum status status;

    (void)unused;
    for (size_t i = 0; i < BOX_DEALS_MAX; i++)
        be16_write(list + i * SEEN_PREFIX_SIZE, (uint16_t)i);
    for (;; taken++) {
        struct writer w = writer_to(body, sizeof body);
        struct sign_key author;

        be32_write(seed, (uint32_t)taken);
        sign_key_init(&author, seed);
        writer_array(&w, 1);
        writer_bin(&w, BYTES(list));
        size = record_write(bytes, sizeof bytes, NULL, RECORD_SEEN, topic_id(topic), BOX_KEY, parent, &author,
                            (struct bytes){ body, writer_done(&w) });
        status = topic_add(topic, (struct bytes){ bytes, size }, 0);
        if (status != STATUS_MISSING)
            break;
    }
    assert_int_equal(status, STATUS_FULL);
    assert_int_equal(taken, PENDING_BYTES_MAX / size);
    topic_free(topic);
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
        cmocka_unit_test(one_author_has_so_many_records_in_one_box),
        cmocka_unit_test(a_third_list_of_a_member_is_taken_only_if_a_cut_names_it),
        cmocka_unit_test(a_box_is_full_but_for_what_k_members_list),
        cmocka_unit_test(one_home_has_so_many_deals_whatever_it_calls_itself),
        cmocka_unit_test(strangers_can_make_a_topic_wait_for_so_many_records),
        cmocka_unit_test(what_waits_takes_so_many_bytes),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(memory_may_be_gone_for_long),
        cmocka_unit_test(a_topic_that_cannot_be_made_is_none),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
