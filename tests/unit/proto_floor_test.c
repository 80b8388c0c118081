/* No figure of fewer than K homes, whatever a lying majority of the committee says or passes on: it can list fewer homes, keep deals and
 * openings back, and sign openings with its true shares of the key. What it cannot do is make a home that has the records believe them. */
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { HOMES = 9, FLOOR = 7, FEWER = 5 };

static size_t listed(struct round *r, uint8_t (*out)[ID_SIZE], size_t homes)
{
    for (size_t i = 0; i < homes; i++)
        memcpy(out[i], r->homes[i].deal, ID_SIZE);
    return homes;
}

/* Every member but `honest` of them says that the first so many homes have dealt, and no others. */
static void close_on(struct round *r, size_t homes, unsigned honest)
{
    uint8_t ids[HOMES][ID_SIZE], seen[COMMITTEE_MAX][ID_SIZE], digest[HASH_SIZE];
    struct committee_rule rule = round_rule(r, BOX_JOIN);

    for (unsigned m = 1; m <= rule.members; m++)
        memcpy(seen[m - 1], round_seen(r, BOX_JOIN, m, ids, listed(r, ids, m <= honest ? HOMES : homes))->id, ID_SIZE);
    round_digest(r, round_cut(r, BOX_JOIN, rule.members, 0, round_settled(r, BOX_JOIN), seen, rule.members), digest);
    for (unsigned m = honest + 1; m <= rule.members; m++)
        for (unsigned step = 1; step <= 2; step++)
            round_vote(r, BOX_JOIN, m, 0, step, digest);
}

static struct round *round_of(uint8_t seed)
{
    struct round *r = round_new(&(struct round_plan){ .homes = HOMES, .floor = FLOOR, .seed = seed });

    round_play(r, BOX_INTEREST);
    round_play_join(r);
    return r;
}

/* R of each coordinate of the sum of these homes' deals, out of their bytes. */
static size_t sum_of(struct round *r, struct point out[OPEN_POINTS_MAX], size_t homes, bool late)
{
    size_t count = 0;

    for (size_t k = 0; k < r->charter.item_count; k++) {
        if ((r->charter.items[k].use == ITEM_RESERVE) != late)
            continue;
        out[count] = POINT_IDENTITY;
        for (size_t i = 0; i < homes; i++) {
            struct reader body = reader_from(topic_held_find(r->topic, r->homes[i].deal)->record.body);
            struct bytes deal;
            struct point added;

            reader_array(&body, 4, 4);
            reader_uint(&body, DEAL_SEQ_MAX);
            for (size_t choices = reader_array(&body, 1, LOT_CHOICES_MAX); choices > 0; choices--) {
                reader_array(&body, 2, 2);
                reader_uint(&body, UINT32_MAX);
                reader_uint(&body, UINT32_MAX);
            }
            deal = reader_bin(&body, 1, DEAL_MAX);
            assert_true(point_read(&added, deal.data + 2 * POINT_SIZE * k));
            point_add(&out[count], &out[count], &added);
        }
        count++;
    }
    return count;
}

/* What a member signs with its true share of the key over the sum of so many homes, as the opening of this box and lot. */
static enum status open_over(struct round *r, unsigned member, enum box_index box, uint32_t lot, size_t homes)
{
    uint8_t room[RECORD_MAX], share[OPEN_POINTS_MAX * POINT_SIZE + SHARE_PROOF_SIZE], context[HASH_SIZE];
    struct point points[OPEN_POINTS_MAX];
    size_t count = sum_of(r, points, homes, box == BOX_BIDS);
    struct writer w = writer_to(room, sizeof room);
    struct round_record record;
    enum status status;

    open_context(context, topic_id(r->topic), box, round_season(r)->boxes[box].digest, lot);
    share_make(share, &round_seated(r, member)->share.value, BYTES(context), points, count, &r->rng);
    writer_array(&w, 1);
    writer_bin(&w, (struct bytes){ share, share_size(count) });
    round_record_make(r, &record, RECORD_OPEN, box, round_signer(r, box, member), &w);
    status = topic_add(r->topic, round_bytes(&record), 0);
    free(record.bytes);
    return status;
}

static void assert_no_figure(struct round *r)
{
    const struct season *season = round_season(r);

    for (size_t l = 0; l < LOTS_MAX; l++) {
        assert_false(season->lots[l].totals_known || season->lots[l].reserve_known);
        for (size_t k = 0; k < DEAL_VALUES_MAX; k++)
            assert_int_equal(season->lots[l].totals[k], 0);
    }
}

/* All but one member claim fewer homes than there are, close the box on them, and all of them open it. */
static void a_set_of_fewer_homes_opens_nothing(void **unused)
{
    struct round *r = round_of(1);
    unsigned members = round_members(r, BOX_JOIN);

    (void)unused;
    close_on(r, FEWER, 1);
    assert_true(round_season(r)->boxes[BOX_JOIN].state >= BOX_CLOSED);
    assert_int_equal(round_season(r)->boxes[BOX_JOIN].set_count, FEWER);
    assert_int_equal(round_season(r)->phase, PHASE_NO_LOT);
    assert_int_equal(box_open_parts(r->topic, BOX_JOIN), 0);
    for (unsigned m = 1; m <= members; m++)
        for (uint32_t lot = 0; lot <= LOTS_MAX; lot++)
            assert_int_equal(open_over(r, m, BOX_JOIN, lot, FEWER), STATUS_FORGED);
    assert_no_figure(r);
    assert_int_equal(round_season(r)->phase, PHASE_NO_LOT);
    round_free(r);
}

/* The box is closed as it should be; all members sign for a part of the lot, and for a lot that was not formed. */
static void a_part_of_a_lot_opens_nothing(void **unused)
{
    struct round *r = round_of(2);
    unsigned members = round_members(r, BOX_JOIN);

    (void)unused;
    round_close(r, BOX_JOIN);
    assert_int_equal(box_open_parts(r->topic, BOX_JOIN), 1);
    for (unsigned m = 1; m <= members; m++) {
        assert_int_equal(open_over(r, m, BOX_JOIN, 0, FEWER), STATUS_FORGED);
        assert_int_equal(open_over(r, m, BOX_JOIN, 1, FEWER), STATUS_FORGED);
    }
    assert_no_figure(r);
    round_free(r);
}

/* Relays that hand on the openings one short of enough, then a false one, then, late, the true one. */
static void openings_kept_back_open_later_and_the_same(void **unused)
{
    struct round *r = round_of(3);
    struct committee_rule rule = round_rule(r, BOX_JOIN);
    uint64_t sum = 0;

    (void)unused;
    round_close(r, BOX_JOIN);
    for (unsigned m = 1; m < rule.threshold; m++)
        round_open_by(r, BOX_JOIN, m, &round_seated(r, m)->share.value, false);
    assert_no_figure(r);
    for (unsigned m = rule.threshold; m <= rule.members; m++)
        assert_int_equal(open_over(r, m, BOX_JOIN, 0, FEWER), STATUS_FORGED);
    assert_no_figure(r);
    round_open_by(r, BOX_JOIN, rule.members, &round_seated(r, rule.members)->share.value, false);
    for (unsigned i = 0; i < HOMES; i++)
        sum += i == 1 ? 0 : r->homes[i].values[0]; /* home 1 asks for bags only */
    assert_true(round_season(r)->lots[0].totals_known);
    assert_int_equal(round_season(r)->lots[0].home_count, HOMES - 1);
    assert_int_equal(round_season(r)->lots[0].totals[0], sum);
    round_free(r);
}

/* A home to which a majority of its neighbours pass the votes and the openings, and fewer deals than the set has: it waits for them. */
static void whoever_is_not_given_the_deals_opens_nothing(void **unused)
{
    struct round *r = round_of(4);
    struct topic *cut_off = topic_new(round_charter(r));
    size_t kept_back = 0;

    (void)unused;
    round_close(r, BOX_JOIN);
    round_open(r, BOX_JOIN);
    assert_non_null(cut_off);
    for (size_t i = 0; i < r->count; i++) {
        const struct round_record *record = &r->records[i];

        if (record->kind == RECORD_DEAL && record->box == BOX_JOIN && kept_back < HOMES - FEWER)
            kept_back++;
        else
            topic_add(cut_off, round_bytes(record), i);
    }
    assert_true(topic_season(cut_off)->boxes[BOX_JOIN].state < BOX_CLOSED);
    assert_int_equal(box_open_parts(cut_off, BOX_JOIN), 0);
    for (size_t l = 0; l < LOTS_MAX; l++)
        assert_false(topic_season(cut_off)->lots[l].totals_known);
    for (size_t i = 0; i < r->count; i++) /* from anybody honest */
        topic_add(cut_off, round_bytes(&r->records[i]), i);
    assert_int_equal(topic_season(cut_off)->lots[0].totals[0], round_season(r)->lots[0].totals[0]);
    assert_true(topic_season(cut_off)->lots[0].totals_known);
    topic_free(cut_off);
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_of_fewer_homes_opens_nothing),
        cmocka_unit_test(a_part_of_a_lot_opens_nothing),
        cmocka_unit_test(openings_kept_back_open_later_and_the_same),
        cmocka_unit_test(whoever_is_not_given_the_deals_opens_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
