/* proto_introduction_test.c - a bid counts when a home of the registry hands it in, and a home hands in a few:
 * who floods, copies, takes back or forges keeps nobody's bid out. One street has joined; each case goes on
 * from there. */
#include "tests/support/memo.h"
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { HOMES = 18, THIEF = 5, JUNK_HOMES = BIDS_MAX / INTRODUCTIONS_MAX };
static struct round *street;

static int begin(void **unused)
{
    (void)unused;
    street = round_new(&(struct round_plan){ .homes = HOMES, .seed = 81 });
    round_play(street, BOX_JOIN);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    round_free(street);
    return 0;
}

/* ---- Bids. */

static struct bytes company_bid(struct round *r, uint8_t out[RECORD_MAX], unsigned number)
{
    struct sign_key company;
    uint8_t plain[BID_MAX];
    struct bid bid;

    round_bid_make(r, &bid, &company, number);
    return round_sealed(r, out, &company, (struct bytes){ plain, bid_write(plain, sizeof plain, &bid) }, 0);
}

static struct bytes junk(struct round *r, uint8_t out[RECORD_MAX])
{
    struct sign_key company;

    round_key_make(r, &company, NULL);
    return round_sealed(r, out, &company, text("\xc1 junk"), 0);
}

static void hand_in_junk(struct round *r, unsigned home, uint64_t number)
{
    uint8_t bytes[RECORD_MAX];

    round_introduce(r, home, number, junk(r, bytes));
}

static void assert_company_2_wins(struct round *r, size_t sealed)
{
    const struct season *season;

    round_close(r, BOX_BIDS);
    round_open(r, BOX_BIDS);
    season = round_season(r);
    assert_int_equal(season->bids_sealed, sealed);
    assert_true(season->lots[0].awarded);
    assert_string_equal(season->bids[season->lots[0].winner].company, "Company 2");
}

/* ---- Places. */

static void one_home_of_junk_has_its_few_places_and_no_others(void **unused)
{
    struct round *r = round_branch(street);
    uint8_t bytes[RECORD_MAX], room[RECORD_MAX];
    struct round_record more;
    struct writer body;

    (void)unused;
    for (unsigned i = 0; i < VOICE_DEALS_MAX; i++)
        hand_in_junk(r, 0, i % INTRODUCTIONS_MAX);
    body = round_introduction(r, room, 0, 0, junk(r, bytes));
    round_record_make(r, &more, RECORD_DEAL, BOX_BIDS, &r->homes[0].introducer, &body);
    assert_int_equal(topic_add(r->topic, round_bytes(&more), 0), STATUS_FULL);
    free(more.bytes);
    for (unsigned i = 0; i < 3; i++)
        round_introduce(r, 1 + i, 0, company_bid(r, bytes, i));
    assert_company_2_wins(r, INTRODUCTIONS_MAX + 3);
    assert_int_equal(round_season(r)->bid_count, 3);
    round_free(r);
}

/* As many homes as can fill all places: the first of everybody comes before the second of anybody. */
static void more_bids_than_are_read_are_read_by_turns(void **unused)
{
    struct round *r = round_branch(street);
    uint8_t bytes[RECORD_MAX];

    (void)unused;
    for (unsigned home = 0; home < JUNK_HOMES; home++)
        for (uint64_t number = 0; number < INTRODUCTIONS_MAX; number++)
            hand_in_junk(r, home, number);
    round_introduce(r, JUNK_HOMES, 0, company_bid(r, bytes, 1));
    round_introduce(r, JUNK_HOMES + 1, INTRODUCTIONS_MAX - 2, company_bid(r, bytes, 2));
    assert_int_equal(round_season(r)->bids_sealed, BIDS_MAX + 2);
    assert_company_2_wins(r, BIDS_MAX);
    assert_int_equal(round_season(r)->bid_count, 2);
    round_free(r);
}

/* A company hands its bid to several homes for safety, or a home copies what another hands in. */
static void a_bid_that_several_homes_hand_in_is_one(void **unused)
{
    struct round *r = round_branch(street);
    uint8_t bytes[2][RECORD_MAX];
    struct bytes bids[] = { company_bid(r, bytes[0], 1), company_bid(r, bytes[1], 2) };
    struct record second;

    (void)unused;
    for (unsigned home = 1; home < 4; home++)
        round_introduce(r, home, home - 1, bids[0]);
    for (unsigned home = 4; home < 7; home++)
        round_introduce(r, home, 7 - home, bids[1]);
    assert_int_equal(round_season(r)->bids_sealed, 2);
    assert_company_2_wins(r, 2);
    assert_true(record_read(&second, bids[1])); /* known by its company's record, whoever hands it in */
    assert_memory_equal(round_season(r)->bids[round_season(r)->lots[0].winner].record, second.id, ID_SIZE);
    round_free(r);
}

/* What a thief copies and then gives up for something else stays with who handed it in. */
static void a_copy_that_is_taken_back_takes_nothing_with_it(void **unused)
{
    struct round *r = round_branch(street);
    uint8_t bytes[RECORD_MAX], copy[ID_SIZE], *lower;
    struct bytes bid;

    (void)unused;
    round_introduce(r, 1, 0, company_bid(r, bytes, 1));
    bid = company_bid(r, bytes, 2);
    round_introduce(r, 2, 0, bid);
    memcpy(copy, round_introduce(r, THIEF, 0, bid)->id, ID_SIZE);
    do { /* under the same number, until the copy is not the one that counts */
        hand_in_junk(r, THIEF, 0);
        lower = r->records[r->count - 1].id;
    } while (memcmp(lower, copy, ID_SIZE) > 0);
    assert_company_2_wins(r, 3);
    round_free(r);
}

/* ---- Forgeries, one a row; what is not named is honest. */

static const struct row {
    const char *forgery;
    enum status status;
    bool alone;                           /* no home introduces it */
    uint64_t number, proof_number;        /* of the introduction; more than that in its proof */
    bool join_voice, join_proof;          /* made for the join box */
    uint8_t voice_topic, proof_topic, proof_parent; /* changed there */
    bool others_name, others_mark, stranger;        /* whose introduction it is */
    enum record_kind kind;                          /* of the company's record */
    bool join_bid, stolen, other_season;
    uint8_t bid_topic, bid_parent, bid_signature; /* changed there */
    uint64_t bid_number, sealed_number;           /* the company's; more than that when it was sealed */
} rows[] = {
    { "a bid that nobody introduces", STATUS_MALFORMED, .alone = true },
    { "a home's fifth bid", STATUS_MALFORMED, .number = INTRODUCTIONS_MAX },
    { "an admission for another number", STATUS_FORGED, .proof_number = 1 },
    { "an admission to the join box, as a voice", STATUS_FORGED, .join_voice = true },
    { "an admission to the join box, as a proof", STATUS_FORGED, .join_proof = true },
    { "an admission to the join box", STATUS_FORGED, .join_voice = true, .join_proof = true },
    { "a voice in another round", STATUS_FORGED, .voice_topic = 1 },
    { "an admission to another round", STATUS_FORGED, .voice_topic = 1, .proof_topic = 1 },
    { "an admission after another past", STATUS_FORGED, .proof_parent = 1 },
    { "an admission of somebody else", STATUS_FORGED, .others_name = true },
    { "another home's mark", STATUS_FORGED, .others_mark = true },
    { "a home that is not in the registry", STATUS_FORGED, .stranger = true },
    { "a bid that is no deal", STATUS_MALFORMED, .kind = RECORD_SEEN },
    { "a bid for the join box", STATUS_MALFORMED, .join_bid = true },
    { "a bid for another round", STATUS_FORGED, .bid_topic = 1 },
    { "a bid after another past", STATUS_FORGED, .bid_parent = 1 },
    { "a bid that its company did not sign", STATUS_FORGED, .bid_signature = 1 },
    { "prices that another company sealed", STATUS_FORGED, .stolen = true },
    { "prices sealed to another key", STATUS_FORGED, .other_season = true },
    { "prices sealed under another number", STATUS_FORGED, .sealed_number = 1 },
    { "a company's ninth bid", STATUS_MALFORMED, .bid_number = DEAL_SEQ_MAX + 1 },
};

/* The company's record of this row. */
static struct bytes row_bid(struct round *r, uint8_t out[RECORD_MAX], const struct row *row)
{
    uint8_t topic[ID_SIZE], parent[ID_SIZE], context[HASH_SIZE], sealed[SEAL_OVERHEAD + 4], body[256];
    struct writer w = round_body(body, sizeof body, 2, row->bid_number);
    struct sign_key company, other;
    struct bytes bid = { out, 0 };

    memcpy(topic, topic_id(r->topic), ID_SIZE);
    memcpy(parent, round_season(r)->boxes[BOX_BIDS].parent, ID_SIZE);
    round_key_make(r, &company, NULL);
    round_key_make(r, &other, NULL);
    topic[0] ^= row->bid_topic;
    parent[0] ^= row->bid_parent;
    round_context(context, r, BOX_BIDS, row->stolen ? &other : &company,
                  row->bid_number + row->sealed_number);
    seal_make(sealed, row->other_season ? &r->charter.genesis.joint : &box_key(r->topic, BOX_BIDS)->joint,
              BYTES(context), text("none"), &r->rng);
    writer_bin(&w, BYTES(sealed));
    bid.size = record_write(out, RECORD_MAX, NULL, row->kind, topic, row->join_bid ? BOX_JOIN : BOX_BIDS,
                            parent, &company, (struct bytes){ body, writer_done(&w) });
    out[bid.size - 1] ^= row->bid_signature;
    return bid;
}

static size_t row_admission(struct round *r, uint8_t out[ADMISSION_MAX], const struct row *row)
{
    uint8_t topic[ID_SIZE], parent[ID_SIZE], context[HASH_SIZE], scope[HASH_SIZE], mark[POINT_SIZE];
    const struct point *ring;
    size_t count = ring_points(r->topic, &ring), at = 0, size;
    struct point changed[HOMES];
    struct group_key stranger;

    memcpy(topic, topic_id(r->topic), ID_SIZE);
    memcpy(parent, round_season(r)->boxes[BOX_BIDS].parent, ID_SIZE);
    while (!point_equal(&ring[at], &r->homes[1].ring.public_point))
        at++;
    memcpy(changed, ring, count * sizeof *ring);
    round_key_make(r, NULL, &stranger);
    if (row->stranger)
        changed[at] = stranger.public_point;
    topic[0] ^= row->voice_topic;
    voice_scope(scope, topic, row->join_voice ? BOX_JOIN : BOX_BIDS);
    topic[0] ^= row->voice_topic ^ row->proof_topic;
    parent[0] ^= row->proof_parent;
    deal_context(context, topic, row->join_proof ? BOX_JOIN : BOX_BIDS, parent,
                 r->homes[1].introducer.public_key, row->number + row->proof_number);
    assert_true(admission_make(out, &size, mark, changed, count, at,
                               row->stranger ? &stranger : &r->homes[1].ring, BYTES(scope), BYTES(context),
                               &r->rng));
    if (row->others_mark)
        memcpy(out, r->homes[2].ring.public_point.b, POINT_SIZE);
    return size;
}

static enum status row_try(struct round *r, const struct row *row)
{
    uint8_t bid_bytes[RECORD_MAX], proof[ADMISSION_MAX], room[RECORD_MAX];
    struct bytes bid = row_bid(r, bid_bytes, row);
    struct writer w = round_body(room, sizeof room, 3, row->number);
    struct round_record made;
    enum status status;

    if (row->alone)
        return topic_add(r->topic, bid, 0);
    writer_bin(&w, bid);
    writer_bin(&w, (struct bytes){ proof, row_admission(r, proof, row) });
    round_record_make(r, &made, RECORD_DEAL, BOX_BIDS, &r->homes[row->others_name ? 2 : 1].introducer, &w);
    status = topic_add(r->topic, round_bytes(&made), 0);
    free(made.bytes);
    return status;
}

static void every_forged_introduction_is_refused(void **unused)
{
    static const struct row honest = { .forgery = "none" };
    struct round *r = round_branch(street);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        enum status status = row_try(r, &rows[i]);

        if (status != rows[i].status)
            fail_msg("%s: %s", rows[i].forgery, status_text(status));
        assert_int_equal(round_season(r)->bids_sealed, 0);
    }
    assert_int_equal(row_try(r, &honest), STATUS_OK); /* or a row could pass for another reason than its own */
    assert_int_equal(round_season(r)->bids_sealed, 1);
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_home_of_junk_has_its_few_places_and_no_others),
        cmocka_unit_test(more_bids_than_are_read_are_read_by_turns),
        cmocka_unit_test(a_bid_that_several_homes_hand_in_is_one),
        cmocka_unit_test(a_copy_that_is_taken_back_takes_nothing_with_it),
        cmocka_unit_test(every_forged_introduction_is_refused),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
