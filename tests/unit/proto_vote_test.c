/* proto_vote_test.c - the agreement primitive by itself: votes that close a box, openings, and members who contradict themselves. */
#include "tests/support/forgery.h"
#include "tests/support/founded.h"
#include "tests/support/memo.h"
#include "tests/support/season_same.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- Votes. */

struct voting {
    struct round *r;
    uint8_t digest[2][HASH_SIZE]; /* two cuts of the same set at two times */
};

static void voting_begin(struct voting *v, uint8_t seed)
{
    uint8_t deals[HOMES][ID_SIZE], seen[FOUNDERS][ID_SIZE];

    v->r = registry_of(seed);
    all_list(v->r, deals, deals_of(v->r, deals), seen);
    for (unsigned i = 0; i < 2; i++)
        round_digest(v->r,
                     round_cut(v->r, BOX_REGISTRY, 1 + i, i,
                               round_settled(v->r, BOX_REGISTRY) + i * v->r->charter.tick_s, seen, FOUNDERS),
                     v->digest[i]);
}

static enum box_state state_of(struct voting *v)
{
    return view_of(v->r)->state;
}

static void q_members_close_a_box_in_one_round_by_the_second_step(void **unused)
{
    struct voting v;

    (void)unused;
    voting_begin(&v, 46);
    for (unsigned m = 1; m <= FOUNDERS; m++) /* the first step closes nothing */
        round_vote(v.r, BOX_REGISTRY, m, 0, 1, v.digest[0]);
    for (unsigned m = 1; m <= FOUNDERS; m++) /* nor do rounds add up */
        round_vote(v.r, BOX_REGISTRY, m, m % 2, 2, v.digest[0]);
    for (unsigned m = 1; m < QUORUM; m++) { /* nor do votes for two digests */
        round_vote(v.r, BOX_REGISTRY, m, 2, 2, v.digest[0]);
        round_vote(v.r, BOX_REGISTRY, 8 - m, 2, 2, v.digest[1]);
    }
    assert_int_equal(state_of(&v), BOX_OPEN);
    assert_int_equal(box_votes(v.r->topic, BOX_REGISTRY, 0, 1, v.digest[0]), FOUNDERS);
    assert_int_equal(box_votes(v.r->topic, BOX_REGISTRY, 2, 2, v.digest[1]), QUORUM - 1);
    assert_int_equal(box_votes(v.r->topic, BOX_REGISTRY, 3, 2, v.digest[1]), 0);
    assert_int_equal(view_of(v.r)->votes, QUORUM - 1);
    round_vote(v.r, BOX_REGISTRY, QUORUM, 2, 2, v.digest[0]);
    assert_int_equal(state_of(&v), BOX_CLOSED);
    assert_memory_equal(view_of(v.r)->digest, v.digest[0], HASH_SIZE);
    round_free(v.r);
}

static void votes_for_nothing_close_nothing(void **unused)
{
    uint8_t nothing[HASH_SIZE] = { 1 };
    struct voting v;

    (void)unused;
    voting_begin(&v, 47);
    for (unsigned m = 1; m <= FOUNDERS; m++)
        round_vote(v.r, BOX_REGISTRY, m, 0, 2, nothing);
    assert_int_equal(state_of(&v), BOX_OPEN);
    round_free(v.r);
}

/* More traitors than can be borne: 2q - n = 3. Which set came first must not show. */
static void two_closed_sets_stop_the_season_in_either_order(void **unused)
{
    uint8_t hash[2][HASH_SIZE];

    (void)unused;
    for (unsigned first = 0; first < 2; first++) {
        struct voting v;

        voting_begin(&v, 48);
        for (unsigned m = 1; m <= QUORUM; m++)
            round_vote(v.r, BOX_REGISTRY, m, first, 2, v.digest[first]);
        assert_int_equal(state_of(&v), BOX_CLOSED);
        round_open(v.r, BOX_REGISTRY);
        assert_int_equal(round_season(v.r)->phase, PHASE_KEY);
        round_key_deal(v.r, 1, 0);
        for (unsigned m = 3; m <= FOUNDERS; m++)
            round_vote(v.r, BOX_REGISTRY, m, 1 - first, 2, v.digest[1 - first]);
        assert_int_equal(round_season(v.r)->phase, PHASE_FORK);
        assert_int_equal(state_of(&v), BOX_OPEN);
        assert_int_equal(round_season(v.r)->boxes[BOX_KEY].state, BOX_WAITING);
        assert_int_equal(round_season(v.r)->registry_count, 0);
        season_hash(hash[first], round_season(v.r));
        round_free(v.r);
    }
    assert_memory_equal(hash[0], hash[1], HASH_SIZE);
}

/* What is said in the world of r->topic from here on. */
static size_t closed_and_opened(struct voting *v, unsigned set, unsigned first)
{
    size_t from;

    for (unsigned m = first; m < first + QUORUM; m++)
        round_vote(v->r, BOX_REGISTRY, m, set, 2, v->digest[set]);
    assert_int_equal(state_of(v), BOX_CLOSED);
    from = v->r->count;
    round_open(v->r, BOX_REGISTRY);
    return from;
}

/* Both have done what they should, and so has whoever passes it on: two homes that know another closed set each
 * must not part for a day. */
static void an_opening_of_another_closed_set_is_nobodys_forgery(void **unused)
{
    struct topic *worlds[2];
    size_t opens[2], end;
    struct voting v;

    (void)unused;
    voting_begin(&v, 51);
    worlds[0] = v.r->topic;
    worlds[1] = topic_up_to(v.r, v.r->count);
    opens[0] = closed_and_opened(&v, 0, 1);
    end = v.r->count;
    v.r->topic = worlds[1];
    opens[1] = closed_and_opened(&v, 1, 3);
    for (size_t i = opens[0]; i < end; i++)
        assert_int_equal(topic_add(worlds[1], round_bytes(&v.r->records[i]), 0), STATUS_EARLY);
    for (size_t i = opens[1]; i < v.r->count; i++)
        assert_int_equal(topic_add(worlds[0], round_bytes(&v.r->records[i]), 0), STATUS_EARLY);
    for (size_t i = opens[0] - QUORUM; i < end; i++) { /* now they see the fork, and still blame nobody */
        enum status status = topic_add(worlds[1], round_bytes(&v.r->records[i]), 0);

        assert_true(status != STATUS_FORGED && status != STATUS_MALFORMED);
    }
    assert_int_equal(round_season(v.r)->phase, PHASE_FORK);
    topic_free(worlds[0]);
    round_free(v.r);
}

/* ---- Openings. */

static void thr_members_open_a_box_and_one_member_counts_once(void **unused)
{
    struct voting v;
    struct topic *topic;
    size_t closed;

    (void)unused;
    voting_begin(&v, 50);
    for (unsigned m = 1; m <= QUORUM; m++)
        round_vote(v.r, BOX_REGISTRY, m, 0, 2, v.digest[0]);
    closed = v.r->count;
    for (int twice = 0; twice < 2; twice++) /* another proof, another record, the same share */
        for (unsigned m = 4; m <= 6; m++)
            round_open_by(v.r, BOX_REGISTRY, m, &v.r->genesis_share[m - 1], false);
    assert_int_equal(state_of(&v), BOX_CLOSED);
    assert_int_equal(view_of(v.r)->opens, 3);
    round_open_by(v.r, BOX_REGISTRY, 1, &v.r->genesis_share[1], true); /* not its own share */
    assert_int_equal(state_of(&v), BOX_CLOSED);
    round_open_by(v.r, BOX_REGISTRY, 1, &v.r->genesis_share[0], false);
    assert_int_equal(state_of(&v), BOX_OPENED);
    topic = topic_new(round_charter(v.r)); /* what comes before the box is closed waits */
    for (size_t i = closed; i < v.r->count; i++)
        assert_int_equal(topic_add(topic, round_bytes(&v.r->records[i]), 0), STATUS_MISSING);
    for (size_t i = 0; i < closed; i++)
        assert_int_equal(topic_add(topic, round_bytes(&v.r->records[i]), 0), STATUS_OK);
    assert_memory_equal(topic_season(topic)->beacon, round_season(v.r)->beacon, HASH_SIZE);
    assert_true(topic_season(topic)->beacon_known);
    topic_free(topic);
    round_free(v.r);
}

/* ---- Contradictions. WIRE 5.4. */

static const struct round_record *last_record(const struct round *r, size_t back)
{
    return &r->records[r->count - 1 - back];
}

static void flag_body(struct writer *w, const struct round_record *a, const struct round_record *b)
{
    writer_array(w, 2);
    writer_bin(w, round_bytes(a));
    writer_bin(w, round_bytes(b));
}

static void a_contradiction_is_told_by_two_signed_records_in_order(void **unused)
{
    struct round_record a, b;
    uint8_t room[RECORD_MAX];
    struct writer w = writer_to(room, sizeof room);
    struct voting v;

    (void)unused;
    voting_begin(&v, 51);
    round_vote(v.r, BOX_REGISTRY, 1, 0, 1, v.digest[0]);
    round_vote(v.r, BOX_REGISTRY, 1, 0, 1, v.digest[1]);
    a = *last_record(v.r, 0);
    b = *last_record(v.r, 1);
    if (memcmp(a.id, b.id, ID_SIZE) > 0) {
        struct round_record swapped = a;

        a = b;
        b = swapped;
    }
    flag_body(&w, &b, &a);
    round_say_badly(v.r, RECORD_FLAG, BOX_REGISTRY, &v.r->genesis[3], &w); /* one contradiction, one flag */
    w = writer_to(room, sizeof room);
    flag_body(&w, &a, &b);
    round_say(v.r, RECORD_FLAG, BOX_REGISTRY, &v.r->genesis[3], &w);
    round_vote(v.r, BOX_REGISTRY, 2, 0, 1, v.digest[1]); /* two members may differ, and one in two rounds */
    round_vote(v.r, BOX_REGISTRY, 1, 1, 1, v.digest[1]);
    for (size_t back = 0; back < 2; back++) {
        const struct round_record *other = last_record(v.r, back);

        w = writer_to(room, sizeof room);
        flag_body(&w, memcmp(a.id, other->id, ID_SIZE) < 0 ? &a : other,
                  memcmp(a.id, other->id, ID_SIZE) < 0 ? other : &a);
        round_say_badly(v.r, RECORD_FLAG, BOX_REGISTRY, &v.r->genesis[3], &w);
    }
    round_free(v.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(q_members_close_a_box_in_one_round_by_the_second_step),
        cmocka_unit_test(votes_for_nothing_close_nothing),
        cmocka_unit_test(two_closed_sets_stop_the_season_in_either_order),
        cmocka_unit_test(an_opening_of_another_closed_set_is_nobodys_forgery),
        cmocka_unit_test(thr_members_open_a_box_and_one_member_counts_once),
        cmocka_unit_test(a_contradiction_is_told_by_two_signed_records_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
