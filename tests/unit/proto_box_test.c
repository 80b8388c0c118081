/* proto_box_test.c - the agreement primitive by itself, on a registry box that seven founders close: q = 5, k
 * = 3, thr = 4. */
#include "tests/support/forgery.h"
#include "tests/support/memo.h"
#include "tests/support/round_play.h"
#include "tests/support/season_same.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { FOUNDERS = 7, QUORUM = 5, LISTING = 3, HOMES = 8 };

static struct round *registry_of(uint8_t seed)
{
    struct round *r = round_new(&(struct round_plan){ .homes = HOMES, .founders = FOUNDERS, .seed = seed });

    round_play_registry(r);
    return r;
}

/* The deals of this box, in the order they were made. */
static size_t deals_of(struct round *r, uint8_t (*out)[ID_SIZE])
{
    return round_in_time(r, BOX_REGISTRY, out);
}

/* All members list these; the ids of their lists. */
static void all_list(struct round *r, uint8_t (*deals)[ID_SIZE], size_t count,
                     uint8_t seen[FOUNDERS][ID_SIZE])
{
    for (unsigned m = 1; m <= FOUNDERS; m++)
        memcpy(seen[m - 1], round_seen(r, BOX_REGISTRY, m, deals, count)->id, ID_SIZE);
}

static const struct box_view *view_of(struct round *r)
{
    return &round_season(r)->boxes[BOX_REGISTRY];
}

static bool computes(struct topic *topic, const struct round_record *cut)
{
    struct cut out;

    return box_cut(topic, &out, topic_held_find(topic, cut->id));
}

/* ---- Sets. */

static void a_deal_is_in_when_k_of_the_named_lists_have_it(void **unused)
{
    uint8_t deals[HOMES][ID_SIZE], sorted[HOMES][ID_SIZE], seen[QUORUM][ID_SIZE], digest[HASH_SIZE];
    struct round *r = registry_of(41);
    struct cut cut;

    (void)unused;
    assert_int_equal(deals_of(r, deals), HOMES);
    for (unsigned m = 1; m <= QUORUM; m++) { /* deal i is on min(i, 5) lists */
        memcpy(sorted, deals, sizeof deals);
        memcpy(seen[m - 1], round_seen(r, BOX_REGISTRY, m, sorted + m, HOMES - m)->id, ID_SIZE);
    }
    for (unsigned m = QUORUM + 1; m <= FOUNDERS; m++) { /* these are not named by the cut */
        memcpy(sorted, deals, sizeof deals);
        round_seen(r, BOX_REGISTRY, m, sorted, HOMES);
    }
    const struct round_record *made = round_cut(r, BOX_REGISTRY, 1, 0, round_settled(r, BOX_REGISTRY), seen,
                                                QUORUM);

    assert_true(box_cut(r->topic, &cut, topic_held_find(r->topic, made->id)));
    assert_int_equal(cut.set_count, HOMES - LISTING);
    assert_int_equal(cut.clerk, 1);
    round_digest(r, made, digest);
    for (unsigned m = 1; m <= QUORUM; m++)
        round_vote(r, BOX_REGISTRY, m, 0, 2, digest);
    memcpy(sorted, deals + LISTING, (HOMES - LISTING) * ID_SIZE);
    qsort(sorted, HOMES - LISTING, ID_SIZE, round_compare);
    assert_int_equal(view_of(r)->set_count, HOMES - LISTING);
    assert_memory_equal(view_of(r)->set, sorted, (HOMES - LISTING) * ID_SIZE);
    round_free(r);
}

/* WIRE 6.5, written out once more. */
static void the_digest_is_the_hash_of_box_time_and_set(void **unused)
{
    uint8_t deals[HOMES][ID_SIZE], seen[FOUNDERS][ID_SIZE], expected[HASH_SIZE], digest[HASH_SIZE],
        settled[8], zero[8] = { 0 };
    struct round *r = registry_of(42);
    uint64_t settled_s = round_settled(r, BOX_REGISTRY);

    (void)unused;
    all_list(r, deals, deals_of(r, deals), seen);
    round_digest(r, round_cut(r, BOX_REGISTRY, 3, 1, settled_s, seen, FOUNDERS), digest);
    be64_write(settled, settled_s);
    struct bytes parts[] = { { topic_id(r->topic), ID_SIZE },
                             BYTES(zero),
                             { topic_id(r->topic), ID_SIZE },
                             BYTES(settled),
                             { deals[0], sizeof deals } };

    hash_parts(expected, "coopair/1 box digest", parts, ARRAY_SIZE(parts));
    assert_memory_equal(digest, expected, HASH_SIZE);
    assert_true(
        box_cut_try(r->topic, BOX_REGISTRY, settled_s, (struct bytes){ seen[0], sizeof seen }, digest));
    assert_memory_equal(digest, expected, HASH_SIZE);
    assert_true(
        box_cut_try(r->topic, BOX_REGISTRY, settled_s + 1, (struct bytes){ seen[0], sizeof seen }, digest));
    assert_memory_not_equal(digest, expected, HASH_SIZE);
    round_free(r);
}

/* Everything a cut needs, but one record, comes first; then that one. */
static void a_cut_waits_for_whatever_is_missing(void **unused)
{
    uint8_t deals[HOMES][ID_SIZE], seen[FOUNDERS][ID_SIZE], digest[HASH_SIZE];
    struct round *r = registry_of(43);
    const struct round_record *cut;

    (void)unused;
    all_list(r, deals, deals_of(r, deals), seen);
    cut = round_cut(r, BOX_REGISTRY, 1, 0, round_settled(r, BOX_REGISTRY), seen, FOUNDERS);
    for (size_t missing = 0; missing < r->count - 1; missing++) {
        struct topic *topic = topic_new(round_charter(r));

        assert_int_equal(topic_add(topic, round_bytes(cut), 0), STATUS_OK);
        for (size_t i = 0; i < r->count - 1; i++)
            if (i != missing)
                assert_int_equal(topic_add(topic, round_bytes(&r->records[i]), 0), STATUS_OK);
        assert_false(computes(topic, cut));
        assert_false(box_cut_try(topic, BOX_REGISTRY, round_settled(r, BOX_REGISTRY),
                                 (struct bytes){ seen[0], sizeof seen }, digest));
        assert_int_equal(topic_add(topic, round_bytes(&r->records[missing]), 0), STATUS_OK);
        assert_true(computes(topic, cut));
        topic_free(topic);
    }
    round_free(r);
}

static void two_lists_of_one_member_are_no_cut(void **unused)
{
    uint8_t deals[HOMES][ID_SIZE], seen[FOUNDERS][ID_SIZE], digest[HASH_SIZE];
    struct round *r = registry_of(44);
    uint64_t settled_s = round_settled(r, BOX_REGISTRY);

    (void)unused;
    all_list(r, deals, deals_of(r, deals), seen);
    memcpy(seen[0], round_seen(r, BOX_REGISTRY, 2, deals, 1)->id, ID_SIZE); /* the place of member 1's */
    assert_false(computes(r->topic, round_cut(r, BOX_REGISTRY, 1, 0, settled_s, seen, QUORUM)));
    assert_false(
        box_cut_try(r->topic, BOX_REGISTRY, settled_s, (struct bytes){ seen[0], QUORUM * ID_SIZE }, digest));
    round_free(r);
}

static void a_cut_says_a_time_that_an_honest_clerk_can_have_said(void **unused)
{
    struct round *r = registry_of(45);
    uint64_t deadline_s = view_of(r)->deadline_s, tick_s = r->charter.tick_s;
    const struct {
        uint64_t settled_s;
        bool fine;
    } times[] = {
        { deadline_s, true },
        { deadline_s - 1, false },
        { deadline_s - tick_s, false },
        { deadline_s + 1, false },
        { deadline_s + tick_s + 1, false },
        { 0, false },
        { UINT64_C(1) << 41, false },
        { UINT64_MAX, false },
        { deadline_s - deadline_s % tick_s + 9 * tick_s, true },
    };
    uint8_t deals[HOMES][ID_SIZE], seen[FOUNDERS][ID_SIZE], room[RECORD_MAX];

    (void)unused;
    all_list(r, deals, deals_of(r, deals), seen);
    qsort(seen, FOUNDERS, ID_SIZE, round_compare);
    for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
        struct writer w = writer_to(room, sizeof room);

        writer_array(&w, 3);
        writer_uint(&w, 0);
        writer_uint(&w, times[i].settled_s);
        writer_bin(&w, (struct bytes){ seen[0], sizeof seen });
        if (times[i].fine)
            round_say(r, RECORD_CUT, BOX_REGISTRY, &r->genesis[0], &w);
        else
            round_say_badly(r, RECORD_CUT, BOX_REGISTRY, &r->genesis[0], &w);
    }
    round_free(r);
}

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

/* ---- Parents and deadlines. WIRE 6.2. */

static void a_box_follows_what_it_says_it_follows(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .seed = 49 });
    const struct box_view *boxes = round_season(r)->boxes;
    uint8_t expected[HASH_SIZE];

    (void)unused;
    assert_memory_equal(boxes[BOX_REGISTRY].parent, topic_id(r->topic), ID_SIZE);
    assert_true(boxes[BOX_REGISTRY].deadline_s == r->charter.opens_s + r->charter.window_s[BOX_REGISTRY]);
    round_play(r, BOX_KEY);
    boxes = round_season(r)->boxes;
    assert_int_equal(boxes[BOX_JOIN].state, BOX_WAITING);
    for (int box = BOX_KEY; box <= BOX_INTEREST; box++) {
        assert_memory_equal(boxes[box].parent, boxes[BOX_REGISTRY].digest, ID_SIZE);
        assert_true(boxes[box].deadline_s == boxes[BOX_REGISTRY].settled_s + r->charter.window_s[box]);
    }
    round_play_interest(r);
    round_close(r, BOX_INTEREST);
    boxes = round_season(r)->boxes;
    hash_parts(expected, "coopair/1 parents",
               (struct bytes[]){ BYTES(boxes[BOX_KEY].digest), BYTES(boxes[BOX_INTEREST].digest) }, 2);
    assert_memory_equal(boxes[BOX_JOIN].parent, expected, ID_SIZE);
    assert_true(boxes[BOX_JOIN].deadline_s == boxes[BOX_INTEREST].settled_s + r->charter.window_s[BOX_JOIN] ||
                boxes[BOX_JOIN].deadline_s == boxes[BOX_KEY].settled_s + r->charter.window_s[BOX_JOIN]);
    assert_true(boxes[BOX_JOIN].deadline_s >= boxes[BOX_KEY].settled_s + r->charter.window_s[BOX_JOIN] &&
                boxes[BOX_JOIN].deadline_s >= boxes[BOX_INTEREST].settled_s + r->charter.window_s[BOX_JOIN]);
    round_play_join(r);
    round_close(r, BOX_JOIN);
    assert_int_equal(round_season(r)->boxes[BOX_BIDS].state, BOX_WAITING); /* nothing to bid for yet */
    round_open(r, BOX_JOIN);
    boxes = round_season(r)->boxes;
    assert_memory_equal(boxes[BOX_BIDS].parent, boxes[BOX_JOIN].digest, ID_SIZE);
    assert_true(boxes[BOX_BIDS].deadline_s == boxes[BOX_JOIN].settled_s + r->charter.window_s[BOX_BIDS]);
    round_free(r);
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
        cmocka_unit_test(a_deal_is_in_when_k_of_the_named_lists_have_it),
        cmocka_unit_test(the_digest_is_the_hash_of_box_time_and_set),
        cmocka_unit_test(a_cut_waits_for_whatever_is_missing),
        cmocka_unit_test(two_lists_of_one_member_are_no_cut),
        cmocka_unit_test(a_cut_says_a_time_that_an_honest_clerk_can_have_said),
        cmocka_unit_test(q_members_close_a_box_in_one_round_by_the_second_step),
        cmocka_unit_test(votes_for_nothing_close_nothing),
        cmocka_unit_test(two_closed_sets_stop_the_season_in_either_order),
        cmocka_unit_test(an_opening_of_another_closed_set_is_nobodys_forgery),
        cmocka_unit_test(a_box_follows_what_it_says_it_follows),
        cmocka_unit_test(thr_members_open_a_box_and_one_member_counts_once),
        cmocka_unit_test(a_contradiction_is_told_by_two_signed_records_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
