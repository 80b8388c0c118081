/* The next lot of the draw takes over what the first committee did not finish, in whatever order its records come, and whatever strangers
 * have said before. WIRE 7.3. */
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { HOMES = COMMITTEE_MAX + 16, NEXT = HOMES - COMMITTEE_MAX, NEXT_QUORUM = 12 };

/* Up to the draw. */
static struct round *drawn(uint8_t seed)
{
    struct round *r = round_new(&(struct round_plan){ .homes = HOMES, .seed = seed, .invited = HOMES });

    round_play(r, BOX_REGISTRY);
    assert_int_equal(round_season(r)->committee_count, COMMITTEE_MAX);
    return r;
}

static void next_parent(uint8_t out[ID_SIZE], struct round *r)
{
    struct bytes part = { round_season(r)->boxes[BOX_REGISTRY].digest, ID_SIZE };

    hash_parts(out, LABEL_NEXT_LOT, &part, 1);
}

/* A record in the key box under the parent that the next lot would begin with, by whoever. */
static enum status say_ahead(struct round *r, const struct sign_key *author)
{
    uint8_t parent[ID_SIZE], bytes[RECORD_MAX], body[8];
    struct writer w = writer_to(body, sizeof body);
    size_t size;

    next_parent(parent, r);
    writer_array(&w, 1);
    writer_bin(&w, (struct bytes){ body, 0 });
    size = record_write(bytes, sizeof bytes, NULL, RECORD_SEEN, topic_id(r->topic), BOX_KEY, parent, author,
                        (struct bytes){ body, writer_done(&w) });
    return topic_add(r->topic, (struct bytes){ bytes, size }, 0);
}

static void give_up(struct round *r, unsigned members)
{
    unsigned said = 0;

    for (unsigned i = 0; i < HOMES && said < members; i++) {
        uint8_t room[8];
        struct writer w = writer_to(room, sizeof room);
        bool before;

        if (next_lot_member(r->topic, r->homes[i].member.public_key, &before) == 0)
            continue;
        writer_array(&w, 0);
        round_say(r, RECORD_FLAG, BOX_KEY, &r->homes[i].member, &w);
        said++;
    }
    assert_int_equal(said, members);
}

/* q members close a box on nothing: round_close would have them all vote, and after the last of q the box is another. */
static void close_empty(struct round *r, enum box_index box)
{
    struct committee_rule rule = round_rule(r, box);
    uint8_t none[1][ID_SIZE], seen[COMMITTEE_MAX][ID_SIZE], digest[HASH_SIZE];

    for (unsigned m = 1; m <= rule.quorum; m++)
        memcpy(seen[m - 1], round_seen(r, box, m, none, 0)->id, ID_SIZE);
    round_digest(r, round_cut(r, box, 1, 0, round_settled(r, box), seen, rule.quorum), digest);
    for (unsigned m = 1; m <= rule.quorum; m++)
        round_vote(r, box, m, 0, 2, digest);
}

static void what_strangers_said_ahead_is_thrown_away(void **unused)
{
    struct round *r = drawn(1);

    (void)unused;
    assert_int_equal(say_ahead(r, &r->genesis[0]), STATUS_MISSING); /* of no committee */
    assert_int_equal(say_ahead(r, &r->homes[0].pseudonym), STATUS_MISSING);
    give_up(r, NEXT_QUORUM);
    assert_true(round_season(r)->replaced);
    assert_int_equal(round_season(r)->committee_count, NEXT);
    assert_int_equal(topic_pending_bytes(r->topic), 0);
    round_free(r);
}

/* Who saw the key box close with too few deals, and who only heard the first committee given up. */
static void both_ways_to_the_next_lot_lead_to_the_same_boxes(void **unused)
{
    struct round *closed = drawn(2), *given_up = drawn(2);

    (void)unused;
    close_empty(closed, BOX_KEY);
    assert_true(round_season(closed)->replaced);
    give_up(given_up, NEXT_QUORUM);
    assert_true(round_season(given_up)->replaced);
    for (enum box_index box = BOX_KEY; box <= BOX_INTEREST; box++) {
        const struct box_view *one = &round_season(closed)->boxes[box], *other = &round_season(given_up)->boxes[box];

        assert_memory_equal(one->parent, other->parent, ID_SIZE);
        assert_int_equal(one->deadline_s, other->deadline_s);
    }
    round_free(closed);
    round_free(given_up);
}

/* Nobody is interested, as far as the first committee lists. While it may still be replaced that is no end of the season; once it may not,
 * it is. */
static void too_few_voices_are_the_end_only_when_no_other_committee_can_count_again(void **unused)
{
    struct round *r = drawn(3);

    (void)unused;
    close_empty(r, BOX_INTEREST);
    assert_int_equal(round_season(r)->phase, PHASE_KEY);
    give_up(r, NEXT_QUORUM);
    assert_true(round_season(r)->replaced);
    assert_int_equal(round_season(r)->phase, PHASE_KEY);
    close_empty(r, BOX_INTEREST);
    assert_int_equal(round_season(r)->phase, PHASE_TOO_FEW);
    round_free(r);

    r = drawn(4);
    close_empty(r, BOX_INTEREST);
    round_play_key(r);
    round_close(r, BOX_KEY);
    round_learn_shares(r);
    assert_int_equal(round_season(r)->phase, PHASE_KEY);
    round_open(r, BOX_KEY);
    assert_int_equal(round_season(r)->phase, PHASE_TOO_FEW);
    round_free(r);

    r = drawn(4);
    round_play_key(r);
    round_close(r, BOX_KEY);
    round_learn_shares(r);
    round_open(r, BOX_KEY);
    close_empty(r, BOX_INTEREST);
    assert_int_equal(round_season(r)->phase, PHASE_TOO_FEW);
    round_free(r);
}

/* A founder's opening that comes when the season has ended is still a true one. */
static void the_end_of_a_season_makes_no_forger_of_a_late_opener(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 7, .founders = 3, .seed = 5 }), *elsewhere;

    (void)unused;
    round_play_registry(r);
    round_close(r, BOX_REGISTRY);
    elsewhere = round_branch(r);
    round_open_by(elsewhere, BOX_REGISTRY, 1, &elsewhere->genesis_share[0], false);
    for (unsigned m = 2; m <= 3; m++)
        round_open_by(r, BOX_REGISTRY, m, &r->genesis_share[m - 1], false);
    close_empty(r, BOX_INTEREST);
    assert_int_equal(round_season(r)->phase, PHASE_TOO_FEW);
    assert_int_equal(topic_add(r->topic, round_bytes(&elsewhere->records[elsewhere->count - 1]), 0), STATUS_OK);
    assert_int_equal(round_season(r)->boxes[BOX_REGISTRY].opened_falsely, 0);
    round_free(elsewhere);
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_strangers_said_ahead_is_thrown_away),
        cmocka_unit_test(both_ways_to_the_next_lot_lead_to_the_same_boxes),
        cmocka_unit_test(too_few_voices_are_the_end_only_when_no_other_committee_can_count_again),
        cmocka_unit_test(the_end_of_a_season_makes_no_forger_of_a_late_opener),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
