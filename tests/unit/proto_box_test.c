/* proto_box_test.c - the agreement primitive by itself: the sets that cuts stand for, and what a box follows. */
#include "tests/support/founded.h"
#include "tests/support/memo.h"
#include "tests/support/season_same.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deal_is_in_when_k_of_the_named_lists_have_it),
        cmocka_unit_test(the_digest_is_the_hash_of_box_time_and_set),
        cmocka_unit_test(a_cut_waits_for_whatever_is_missing),
        cmocka_unit_test(two_lists_of_one_member_are_no_cut),
        cmocka_unit_test(a_cut_says_a_time_that_an_honest_clerk_can_have_said),
        cmocka_unit_test(a_box_follows_what_it_says_it_follows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
