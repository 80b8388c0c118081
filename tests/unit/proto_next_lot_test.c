/* The next lot of the draw takes over what the first committee did not finish, in whatever order its records come, and whatever strangers
 * have said before. WIRE 7.3. */
#include "proto/duty/own.h"
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

/* ---- Who gives the first up, and who goes on. */

/* With 31 members: e = 12. */
enum { NEAR_OPENERS = 4, NEAR_VOTERS = 10, HELD_BACK = 12, QUORUM = 22 };

/* The key closed and opened by so many, and so many votes of the second step for interest. */
static struct round *nearly(uint8_t seed, unsigned openers, unsigned voters)
{
    struct round *r = drawn(seed);
    uint8_t none[1][ID_SIZE], seen[COMMITTEE_MAX][ID_SIZE], digest[HASH_SIZE];

    round_play_key(r);
    round_close(r, BOX_KEY);
    round_learn_shares(r);
    for (unsigned m = 1; m <= openers; m++)
        round_open_by(r, BOX_KEY, m, &round_seated(r, m)->share.value, false);
    for (unsigned m = 1; m <= QUORUM; m++)
        memcpy(seen[m - 1], round_seen(r, BOX_INTEREST, m, none, 0)->id, ID_SIZE);
    round_digest(r, round_cut(r, BOX_INTEREST, 1, 0, round_settled(r, BOX_INTEREST), seen, QUORUM), digest);
    for (unsigned m = 1; m <= voters; m++)
        round_vote(r, BOX_INTEREST, m, 0, 2, digest);
    return r;
}

static uint64_t patience_ms(struct round *r, unsigned slacks)
{
    return (key_patience_s(r->topic) + slacks * (uint64_t)r->charter.slack_s) * 1000;
}

static struct own *own_of(const struct round_home *home)
{
    struct own *own = calloc(1, sizeof *own);

    assert_non_null(own);
    own->member = home->member;
    own->ring = home->ring;
    own->box = home->box;
    own->secret_known = true;
    return own;
}

static struct round_home *of_the_next_lot(struct round *r)
{
    bool said;

    for (unsigned i = 0; i < HOMES; i++)
        if (next_lot_member(r->topic, r->homes[i].member.public_key, &said) > 0)
            return &r->homes[i];
    assert_true(false);
    return NULL;
}

/* What a home with these keys owes at that time: its kind, -1 nothing. */
static int owed(struct round *r, struct own *own, uint64_t now_ms)
{
    struct deal_out out;
    struct record record;

    if (!voter_due(&out, r->topic, own, now_ms, &r->rng))
        return -1;
    assert_true(record_read(&record, (struct bytes){ out.bytes, out.size }));
    return record.kind;
}

static void the_first_is_given_up_when_what_lacks_cannot_be_held_back(void **unused)
{
    static const struct {
        unsigned openers, voters;
        bool near;
    } cases[] = { { NEAR_OPENERS, NEAR_VOTERS, true },
                  { NEAR_OPENERS - 1, NEAR_VOTERS, false },
                  { NEAR_OPENERS, NEAR_VOTERS - 1, false },
                  { 16, QUORUM - 1, true } };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct round *r = nearly((uint8_t)(10 + i), cases[i].openers, cases[i].voters);
        struct own *own = own_of(of_the_next_lot(r));

        assert_int_equal(first_may_finish(r->topic, UINT64_MAX), cases[i].near);
        assert_int_equal(owed(r, own, patience_ms(r, 2) - 1), -1);
        assert_int_equal(owed(r, own, patience_ms(r, 2)), cases[i].near ? -1 : RECORD_FLAG);
        assert_int_equal(owed(r, own, patience_ms(r, 9)), cases[i].near ? -1 : RECORD_FLAG);
        assert_int_equal(voter_deadline_ms(r->topic, own, patience_ms(r, 1)), cases[i].near ? UINT64_MAX : patience_ms(r, 2));
        free(own);
        round_free(r);
    }
}

/* As many as may lie held their votes back until the next lot had given the first up: they come too late, whichever a node hears first. */
static void votes_held_back_finish_nothing(void **unused)
{
    struct round *r = nearly(20, 16, NEAR_VOTERS - 1);
    struct own *own = own_of(of_the_next_lot(r));
    uint8_t digest[HASH_SIZE];
    const struct held *const *cuts;
    struct cut cut;

    (void)unused;
    assert_int_equal(owed(r, own, patience_ms(r, 2)), RECORD_FLAG);
    assert_int_equal(topic_records(r->topic, BOX_INTEREST, RECORD_CUT, &cuts), 1);
    assert_true(box_cut(r->topic, &cut, cuts[0]));
    memcpy(digest, cut.digest, HASH_SIZE);
    for (unsigned m = NEAR_VOTERS; m < NEAR_VOTERS + HELD_BACK; m++)
        round_vote(r, BOX_INTEREST, m, 0, 2, digest);
    assert_int_equal(round_season(r)->boxes[BOX_INTEREST].state, BOX_OPEN);
    give_up(r, NEXT_QUORUM);
    assert_true(round_season(r)->replaced);
    assert_int_equal(round_season(r)->phase, PHASE_KEY);
    free(own);
    round_free(r);
}

/* Near by what had come a slack after its time, it goes on; by what came later, not: the next lot may have spoken. A member that has not
 * listed yet owes its list while it may speak. */
static void the_first_goes_on_when_it_came_near_in_time(void **unused)
{
    struct round *r = nearly(21, 16, NEAR_VOTERS - 1), *late = round_branch(r);
    struct own *own = own_of(round_seated(r, QUORUM + 1));
    uint8_t room[96];
    struct writer w = writer_to(room, sizeof room);
    const struct held *const *cuts;
    struct round_record last;
    struct cut cut;

    (void)unused;
    assert_int_equal(owed(r, own, patience_ms(r, 0) - 1), RECORD_SEEN);
    assert_int_equal(owed(r, own, patience_ms(r, 0)), -1);
    assert_int_equal(topic_records(r->topic, BOX_INTEREST, RECORD_CUT, &cuts), 1);
    assert_true(box_cut(r->topic, &cut, cuts[0]));
    writer_array(&w, 4);
    writer_uint(&w, 0);
    writer_uint(&w, 2);
    writer_bin(&w, (struct bytes){ cut.id, ID_SIZE });
    writer_bin(&w, BYTES(cut.digest));
    round_record_make(r, &last, RECORD_VOTE, BOX_INTEREST, &round_seated(r, NEAR_VOTERS)->member, &w);
    assert_int_equal(topic_add(r->topic, round_bytes(&last), patience_ms(r, 1)), STATUS_OK);
    assert_int_equal(owed(r, own, patience_ms(r, 0)), RECORD_SEEN);
    assert_int_equal(owed(r, own, patience_ms(r, 9)), RECORD_SEEN);
    assert_int_equal(topic_add(late->topic, round_bytes(&last), patience_ms(late, 1) + 1), STATUS_OK);
    assert_int_equal(owed(late, own, patience_ms(late, 9)), -1);
    free(last.bytes);
    free(own);
    round_free(late);
    round_free(r);
}

/* Off while the others finished, it would give up what it has only not heard of. */
static void who_wakes_up_listens_before_it_gives_the_first_up(void **unused)
{
    struct round *r = nearly(22, 0, 0);
    struct own *own = own_of(of_the_next_lot(r));

    (void)unused;
    own->awake_ms = patience_ms(r, 5);
    assert_int_equal(owed(r, own, patience_ms(r, 6) - 1), -1);
    assert_int_equal(owed(r, own, patience_ms(r, 6)), RECORD_FLAG);
    assert_int_equal(voter_deadline_ms(r->topic, own, patience_ms(r, 5)), patience_ms(r, 6));
    free(own);
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_strangers_said_ahead_is_thrown_away),
        cmocka_unit_test(both_ways_to_the_next_lot_lead_to_the_same_boxes),
        cmocka_unit_test(too_few_voices_are_the_end_only_when_no_other_committee_can_count_again),
        cmocka_unit_test(the_end_of_a_season_makes_no_forger_of_a_late_opener),
        cmocka_unit_test(the_first_is_given_up_when_what_lacks_cannot_be_held_back),
        cmocka_unit_test(votes_held_back_finish_nothing),
        cmocka_unit_test(the_first_goes_on_when_it_came_near_in_time),
        cmocka_unit_test(who_wakes_up_listens_before_it_gives_the_first_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
