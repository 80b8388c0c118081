/* proto_bounds_test.c - how much a topic holds, and of whom. WIRE 5.5. */
#include "proto/fold/fold.h"
#include "tests/support/forgery.h"
#include "tests/support/memo.h"
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct round *whole;

static int begin(void **unused)
{
    (void)unused;
    whole = round_new(&(struct round_plan){ .homes = 9, .seed = 61 });
    round_play(whole, BOX_BIDS);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    round_free(whole);
    return 0;
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

/* A list of so many deals that there are none of, as a record of its own. */
static size_t list_write(uint8_t out[RECORD_MAX], struct round *r, const struct sign_key *author, uint16_t number)
{
    static uint8_t body[RECORD_MAX], prefixes[450][SEEN_PREFIX_SIZE];
    struct writer w = writer_to(body, sizeof body);

    for (uint16_t i = 0; i < ARRAY_SIZE(prefixes); i++)
        be16_write(prefixes[i], i);
    be16_write(prefixes[ARRAY_SIZE(prefixes) - 1] + 2, number);
    writer_array(&w, 1);
    writer_bin(&w, (struct bytes){ prefixes[0], sizeof prefixes });
    return record_write(out, RECORD_MAX, NULL, RECORD_SEEN, topic_id(r->topic), BOX_REGISTRY, topic_id(r->topic), author,
                        (struct bytes){ body, writer_done(&w) });
}

/* Who contradicts himself without end proves it without end, in the largest records there are. */
static void one_author_has_so_many_bytes_in_one_box(void **unused)
{
    static uint8_t bytes[2][RECORD_MAX], body[RECORD_MAX], flag[RECORD_MAX];
    struct round *r = founded(63);
    enum status status = STATUS_OK;
    size_t taken = 0;

    (void)unused;
    for (uint16_t i = 0; status == STATUS_OK && i < 100; i++) {
        struct writer w = writer_to(body, sizeof body);
        struct record one, other;
        bool swap;

        assert_true(record_read(&one, (struct bytes){ bytes[0], list_write(bytes[0], r, &r->genesis[1], 2 * i) }));
        assert_true(record_read(&other, (struct bytes){ bytes[1], list_write(bytes[1], r, &r->genesis[1], 2 * i + 1) }));
        swap = memcmp(one.id, other.id, ID_SIZE) > 0;
        writer_array(&w, 2);
        writer_bin(&w, swap ? other.whole : one.whole);
        writer_bin(&w, swap ? one.whole : other.whole);
        status = topic_add(r->topic,
                           (struct bytes){ flag, record_write(flag, sizeof flag, NULL, RECORD_FLAG, topic_id(r->topic), BOX_REGISTRY,
                                                              topic_id(r->topic), &r->genesis[1], (struct bytes){ body, writer_done(&w) }) },
                           0);
        taken += status == STATUS_OK ? writer_done(&w) : 0;
    }
    assert_int_equal(status, STATUS_FULL);
    assert_in_range(taken, AUTHOR_BOX_BYTES_MAX / 2, AUTHOR_BOX_BYTES_MAX);
    round_free(r);
}

/* After its last round nobody closes a box: a later time would put off the expiry of the round for ever. */
static void a_cut_cannot_put_off_the_end_of_a_round(void **unused)
{
    struct round *r = founded(64);
    const struct charter *c = &r->charter;
    uint64_t ends_s = round_season(r)->boxes[BOX_REGISTRY].deadline_s + c->grace_s[BOX_REGISTRY] + (uint64_t)ROUNDS_MAX * c->round_s +
                      (uint64_t)ROUNDS_MAX * (ROUNDS_MAX - 1) / 2 * c->grow_s;

    (void)unused;
    for (unsigned late = 0; late < 2; late++) {
        uint8_t ids[3][ID_SIZE] = { { 1 }, { 2 }, { 3 } };
        struct forgery f;
        struct writer w;

        forgery_begin(&f, r->topic, RECORD_CUT, BOX_REGISTRY);
        f.author = r->genesis[0];
        w = writer_to(f.body, sizeof f.body);
        writer_array(&w, 3);
        writer_uint(&w, ROUNDS_MAX - 1);
        writer_uint(&w, ends_s - ends_s % c->tick_s + late * c->tick_s);
        writer_bin(&w, (struct bytes){ ids[0], sizeof ids });
        f.body_size = writer_done(&w);
        assert_int_equal(forgery_add(&f, r->topic), late ? STATUS_FORGED : STATUS_OK);
    }
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

static void enrol_somebody(struct round *r)
{
    struct group_key ring, box;
    struct sign_key member;

    round_key_make(r, &member, &ring);
    round_key_make(r, NULL, &box);
    round_enrol_with(r, &member, &ring, &box, 0);
}

static void a_box_is_full_but_for_what_k_members_list(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .founders = 7, .seed = 64 });
    struct round_record extra;

    (void)unused;
    for (unsigned i = 0; i < BOX_DEALS_MAX; i++)
        enrol_somebody(r);
    r->count--; /* made once more, for a topic that has room */
    extra = r->records[r->count];
    topic_free(r->topic);
    r->topic = topic_up_to(r, r->count);
    enrol_somebody(r);
    assert_int_equal(topic_add(r->topic, round_bytes(&extra), 0), STATUS_FULL);
    list_one(r, BOX_REGISTRY, extra.id, 1, 2); /* k = 3 of 7 */
    assert_false(topic_wants(r->topic, extra.id));
    assert_int_equal(topic_add(r->topic, round_bytes(&extra), 0), STATUS_FULL);
    list_one(r, BOX_REGISTRY, extra.id, 3, 3);
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
    assert_int_equal(taken, PENDING_BYTES_MAX / (sizeof(struct entry) + size));
    topic_free(topic);
}

/* ---- Whatever the others say, a home finds a place. */

/* A topic whose registry has so many homes, and in its join box what they say: no proofs, which are judged
 * elsewhere. */
static struct topic *of_homes(const struct round *r, size_t homes)
{
    struct topic *topic = topic_new(round_charter(r));

    assert_non_null(topic);
    topic->registry_count = homes;
    return topic;
}

static struct entry *said(struct topic *topic, uint32_t home, uint64_t seq, uint64_t arrival_ms)
{
    struct entry *entry = calloc(1, sizeof *entry);
    struct record *record = &entry->held.record;

    record->kind = RECORD_DEAL;
    record->box = BOX_JOIN;
    be32_write(record->id, home * 2654435761u); /* in no order that voices have */
    be32_write(record->id + 4, (uint32_t)seq);
    be32_write(entry->deal.voice, home);
    entry->deal.seq = seq;
    entry->held.arrival_ms = arrival_ms;
    if (box_is_full(topic, entry) || voice_is_full(topic, entry)) {
        free(entry);
        return NULL;
    }
    assert_true(sorted_reserve(&topic->held, 1) && box_reserve(&topic->boxes[BOX_JOIN], entry));
    entry->held.valid = true;
    sorted_insert(&topic->held, &entry->held);
    box_take(topic, entry);
    topic->unsettled = false; /* the box was never begun */
    return entry;
}

static size_t all_that_is_taken(struct topic *topic, uint32_t home)
{
    size_t taken = 0;

    while (said(topic, home, taken % (DEAL_SEQ_MAX + 1), 0) != NULL)
        taken++;
    return taken;
}

static void no_home_takes_the_place_of_another(void **unused)
{
    static const size_t streets[] = { 64, 250, 251, 999, BOX_DEALS_MAX };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(streets); i++) {
        struct topic *topic = of_homes(whole, streets[i]);
        size_t most = 0;

        for (uint32_t home = 1; home < streets[i]; home++)
            most += all_that_is_taken(topic, home);
        assert_true(most <= BOX_VOICED_MAX && most >= 2 * (streets[i] - 1));
        assert_non_null(said(topic, 0, 0, 0)); /* the last to speak, */
        assert_non_null(said(topic, 0, 1, 0)); /* and to change its mind */
        topic_free(topic);
    }
}

static bool is_listed(uint8_t list[BOX_DEALS_MAX][SEEN_PREFIX_SIZE], size_t count, const struct entry *entry)
{
    size_t times = 0;

    for (size_t i = 0; i < count; i++)
        times += memcmp(list[i], entry->held.record.id, SEEN_PREFIX_SIZE) == 0;
    assert_true(times <= 1);
    return times == 1;
}

/* A list has less room than a box: the last word of every home before the second-last of any. */
static void a_list_has_room_for_the_last_word_of_every_home(void **unused)
{
    static uint8_t list[BOX_DEALS_MAX][SEEN_PREFIX_SIZE];
    struct topic *topic = of_homes(whole, BOX_DEALS_MAX);
    struct entry *first[BOX_DEALS_MAX], *second[BOX_DEALS_MAX];
    size_t count;

    (void)unused;
    for (uint32_t home = 0; home < BOX_DEALS_MAX; home++) {
        first[home] = said(topic, home, 0, 10);
        second[home] = said(topic, home, 1, home < 500 ? 10 : 12); /* half of them in time */
    }
    count = deals_list(topic, BOX_JOIN, 11, list);
    assert_int_equal(count, BOX_DEALS_MAX);
    for (size_t i = 1; i < count; i++)
        assert_true(memcmp(list[i - 1], list[i], SEEN_PREFIX_SIZE) < 0);
    for (uint32_t home = 0; home < BOX_DEALS_MAX; home++)
        assert_true(is_listed(list, count, home < 500 ? second[home] : first[home]));
    topic_free(topic);
    topic = of_homes(whole, 3); /* where there is room, all of them */
    for (uint32_t home = 0; home < 3; home++)
        for (uint64_t seq = 0; seq <= DEAL_SEQ_MAX; seq++)
            assert_non_null(said(topic, home, seq, 10));
    assert_int_equal(deals_list(topic, BOX_JOIN, 10, list), 3 * (DEAL_SEQ_MAX + 1));
    assert_int_equal(deals_list(topic, BOX_JOIN, 9, list), 0);
    topic_free(topic);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_author_has_so_many_records_in_one_box),
        cmocka_unit_test(one_author_has_so_many_bytes_in_one_box),
        cmocka_unit_test(a_cut_cannot_put_off_the_end_of_a_round),
        cmocka_unit_test(a_third_list_of_a_member_is_taken_only_if_a_cut_names_it),
        cmocka_unit_test(a_box_is_full_but_for_what_k_members_list),
        cmocka_unit_test(one_home_has_so_many_deals_whatever_it_calls_itself),
        cmocka_unit_test(strangers_can_make_a_topic_wait_for_so_many_records),
        cmocka_unit_test(what_waits_takes_so_many_bytes),
        cmocka_unit_test(no_home_takes_the_place_of_another),
        cmocka_unit_test(a_list_has_room_for_the_last_word_of_every_home),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
