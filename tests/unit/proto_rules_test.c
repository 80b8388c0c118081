/* proto_rules_test.c - the fold beside the naive one (support/naive_fold.h), which follows the executable
 * specification of the design line by line: on hundreds of drawn seasons in which members list, cut and vote
 * at random, both must find the same closed sets, forks and lots.
 *
 * Deals are real and made once; what is drawn anew each time is what members say about them. */
#include "tests/support/memo.h"
#include "tests/support/naive_fold.h"
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SEASONS_PER_BOX = 200, FRESH_MAX = 400 };

/* A round that has come to a box, and the deals that are lying about for it. */
struct stage {
    struct round *round;
    enum box_index box;
    size_t base;  /* records before the deals of this box */
    size_t deals; /* after them in round->records */
};
/* One drawn season: what the members say, made but not given to the round's own topic. */
struct drawn {
    struct round_record records[FRESH_MAX];
    size_t count;
    const struct round_record *seen[2 * COMMITTEE_MAX], *cuts[8];
    unsigned seen_member[2 * COMMITTEE_MAX];
    size_t seen_count, cut_count;
};

static size_t forks, closed_sets, open_boxes, lots_compared;

static uint64_t draw(struct stage *stage, uint64_t bound)
{
    return rng_below(&stage->round->rng, bound);
}

/* ---- Drawing. */

static const struct round_record *say(struct stage *stage, struct drawn *drawn, enum record_kind kind,
                                      unsigned member, const struct writer *body)
{
    struct round_record *record = &drawn->records[drawn->count++];

    assert_true(drawn->count <= FRESH_MAX);
    round_record_make(stage->round, record, kind, stage->box, round_signer(stage->round, stage->box, member),
                      body);
    return record;
}

static bool listed_before(const struct drawn *drawn, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < drawn->seen_count; i++)
        if (memcmp(drawn->seen[i]->id, id, ID_SIZE) == 0)
            return true;
    return false;
}

static void draw_list(struct stage *stage, struct drawn *drawn, unsigned member)
{
    static const unsigned chances[] = { 300, 700, 950, 1000 };
    unsigned chance = chances[draw(stage, ARRAY_SIZE(chances))];
    uint8_t ids[NAIVE_DEALS_MAX][ID_SIZE], prefixes[NAIVE_DEALS_MAX * 16], room[RECORD_MAX];
    struct writer w = writer_to(room, sizeof room);
    size_t count = 0;

    for (size_t i = 0; i < stage->deals; i++)
        if (draw(stage, 1000) < chance)
            memcpy(ids[count++], stage->round->records[stage->base + i].id, ID_SIZE);
    if (draw(stage, 40) == 0) /* a deal that nobody has ever seen */
        rng_fill(&stage->round->rng, ids[count++], ID_SIZE);
    qsort(ids, count, ID_SIZE, naive_compare);
    for (size_t i = 0; i < count; i++)
        memcpy(prefixes + i * 16, ids[i], 16);
    writer_array(&w, 1);
    writer_bin(&w, (struct bytes){ prefixes, count * 16 });
    drawn->seen_member[drawn->seen_count] = member;
    drawn->seen[drawn->seen_count] = say(stage, drawn, RECORD_SEEN, member, &w);
    drawn->seen_count += !listed_before(drawn, drawn->seen[drawn->seen_count]->id);
}

/* Lists of distinct members, one of two by chance; now and then both of one member, which is no cut. */
static void draw_cut(struct stage *stage, struct drawn *drawn, unsigned quorum, unsigned members)
{
    bool cheat = draw(stage, 8) == 0;
    uint8_t ids[COMMITTEE_MAX][ID_SIZE], room[RECORD_MAX];
    struct writer w = writer_to(room, sizeof room);
    size_t count = 0, begin = draw(stage, drawn->seen_count);
    uint32_t named = 0;
    uint64_t deadline_s = round_season(stage->round)->boxes[stage->box].deadline_s,
             tick_s = stage->round->charter.tick_s;

    for (size_t k = 0; k < drawn->seen_count && count < members && (count < quorum || draw(stage, 2)); k++) {
        size_t i = (begin + k) % drawn->seen_count;

        if (!cheat && named >> drawn->seen_member[i] & 1)
            continue;
        named |= UINT32_C(1) << drawn->seen_member[i];
        memcpy(ids[count++], drawn->seen[i]->id, ID_SIZE);
    }
    if (count < quorum)
        return;
    qsort(ids, count, ID_SIZE, naive_compare);
    writer_array(&w, 3);
    writer_uint(&w, draw(stage, 3));
    writer_uint(&w, draw(stage, 2) ? deadline_s : (deadline_s / tick_s + 1 + draw(stage, 2)) * tick_s);
    writer_bin(&w, (struct bytes){ ids[0], count * ID_SIZE });
    drawn->cuts[drawn->cut_count++] = say(stage, drawn, RECORD_CUT, 1 + (unsigned)draw(stage, members), &w);
}

static void draw_vote(struct stage *stage, struct drawn *drawn, unsigned member, uint64_t number,
                      uint64_t step, const uint8_t digest[HASH_SIZE])
{
    static const uint8_t none[ID_SIZE];
    uint8_t room[96];
    struct writer w = writer_to(room, sizeof room);

    writer_array(&w, 4);
    writer_uint(&w, number);
    writer_uint(&w, step);
    writer_bin(&w, BYTES(none));
    writer_bin(&w, (struct bytes){ digest, HASH_SIZE });
    say(stage, drawn, RECORD_VOTE, member, &w);
}

static void naive_begin(struct naive *naive, struct stage *stage)
{
    const struct season *season = round_season(stage->round);
    const struct box_view *view = &season->boxes[stage->box];
    static uint8_t keys[COMMITTEE_MAX][KEY_SIZE];

    memset(naive, 0, sizeof *naive);
    memcpy(naive->topic, topic_id(stage->round->topic), ID_SIZE);
    memcpy(naive->parent, view->parent, ID_SIZE);
    naive->box = stage->box;
    naive->n = view->members;
    naive->q = naive->n - (naive->n - 1) / 3; /* fewer than 16 members */
    naive->k = (naive->n - 1) / 3 + 1;
    for (unsigned m = 1; m <= naive->n; m++)
        memcpy(keys[m - 1], round_signer(stage->round, stage->box, m)->public_key, KEY_SIZE);
    naive->members = (const uint8_t(*)[KEY_SIZE])keys;
}

/* A digest that some cut stands for, if all that it needs were known; or one that nothing stands for. */
static void any_digest(uint8_t out[HASH_SIZE], struct stage *stage, const struct drawn *drawn)
{
    static struct naive naive;
    static struct naive_set set;
    struct record cut;

    rng_fill(&stage->round->rng, out, HASH_SIZE);
    if (drawn->cut_count == 0)
        return;
    naive_begin(&naive, stage);
    for (size_t i = 0; i < stage->deals; i++)
        naive_add(&naive, round_bytes(&stage->round->records[stage->base + i]));
    for (size_t i = 0; i < drawn->count; i++)
        naive_add(&naive, round_bytes(&drawn->records[i]));
    record_read(&cut, round_bytes(drawn->cuts[draw(stage, drawn->cut_count)]));
    if (naive_cut(&set, &naive, &cut))
        memcpy(out, set.digest, HASH_SIZE);
}

/* Most members vote for one digest in one round; others, or the same ones again, for another. */
static void draw_votes(struct stage *stage, struct drawn *drawn, unsigned members)
{
    uint8_t digests[2][HASH_SIZE];
    uint64_t number = draw(stage, 3);

    any_digest(digests[0], stage, drawn);
    any_digest(digests[1], stage, drawn);
    for (unsigned m = 1; m <= members; m++) {
        if (draw(stage, 12) > 0) {
            draw_vote(stage, drawn, m, number, 1, digests[0]);
            draw_vote(stage, drawn, m, number, 2, digests[0]);
        }
        if (draw(stage, 3) == 0)
            draw_vote(stage, drawn, m, draw(stage, 3), 1 + draw(stage, 2), digests[1]);
    }
    if (draw(stage, 3) == 0) /* more traitors than can be borne */
        for (unsigned m = 1; m <= members; m++)
            draw_vote(stage, drawn, m, number + 1, 2, digests[1]);
}

static void draw_season(struct drawn *drawn, struct stage *stage)
{
    const struct box_view *view = &round_season(stage->round)->boxes[stage->box];
    size_t cuts = 1 + draw(stage, 3);

    memset(drawn, 0, sizeof *drawn);
    for (unsigned m = 1; m <= view->members; m++) {
        if (draw(stage, 20) > 0)
            draw_list(stage, drawn, m);
        if (draw(stage, 6) == 0)
            draw_list(stage, drawn, m);
    }
    for (size_t i = 0; i < cuts && drawn->seen_count > 0; i++)
        draw_cut(stage, drawn, view->quorum, view->members);
    draw_votes(stage, drawn, view->members);
}

static void drawn_clear(struct drawn *drawn)
{
    for (size_t i = 0; i < drawn->count; i++)
        free(drawn->records[i].bytes);
}

/* ---- Comparing. */

static const struct record *naive_deal(const struct naive *naive, const uint8_t id[ID_SIZE])
{
    return naive_find(naive, RECORD_DEAL, id, ID_SIZE);
}

static int compare_key(const void *a, const void *b)
{
    return memcmp(a, b, KEY_SIZE);
}

static void compare_lots(const struct season *season, const struct naive *naive, const struct naive_set *set,
                         const struct charter *charter)
{
    static struct naive_home homes[NAIVE_DEALS_MAX];

    for (size_t i = 0; i < set->count; i++)
        homes[i].count = naive_choices(naive_deal(naive, set->ids[i]), homes[i].lots, homes[i].minimums);
    naive_elect(homes, set->count, charter->lot_count, charter->floor);
    for (size_t l = 0; l < charter->lot_count; l++) {
        uint8_t keys[NAIVE_DEALS_MAX][KEY_SIZE];
        size_t count = 0;

        for (size_t i = 0; i < set->count; i++)
            if (homes[i].lot == (int)l)
                memcpy(keys[count++], naive_deal(naive, set->ids[i])->author, KEY_SIZE);
        qsort(keys, count, KEY_SIZE, compare_key);
        assert_int_equal(season->lots[l].formed, count > 0);
        assert_int_equal(season->lots[l].home_count, count);
        if (count > 0)
            assert_memory_equal(season->lots[l].homes, keys, count * KEY_SIZE);
        lots_compared += count > 0;
    }
}

static void compare(struct topic *topic, struct stage *stage, const struct naive *naive)
{
    const struct season *season = topic_season(topic);
    const struct box_view *view = &season->boxes[stage->box];
    static struct naive_set set;
    size_t closed = naive_close(&set, naive);

    assert_int_equal(season->phase == PHASE_FORK, closed > 1);
    assert_int_equal(view->state >= BOX_CLOSED, closed == 1);
    forks += closed > 1;
    closed_sets += closed == 1;
    open_boxes += closed == 0;
    if (closed != 1)
        return;
    assert_memory_equal(view->digest, set.digest, HASH_SIZE);
    assert_true(view->settled_s == set.settled_s);
    assert_int_equal(view->set_count, set.count);
    if (set.count > 0)
        assert_memory_equal(view->set, set.ids, set.count * ID_SIZE);
    if (stage->box == BOX_JOIN)
        compare_lots(season, naive, &set, &stage->round->charter);
}

/* All records of the rounds before; of this box some get lost; in any order. */
static void play(struct stage *stage, const struct drawn *drawn)
{
    static struct naive naive;
    const struct round_record *given[FRESH_MAX + NAIVE_DEALS_MAX];
    size_t count = 0, lossy = draw(stage, 2) * 60;
    struct topic *topic = topic_new(round_charter(stage->round));

    naive_begin(&naive, stage);
    for (size_t i = 0; i < stage->deals; i++)
        if (lossy == 0 || draw(stage, lossy) > 0)
            given[count++] = &stage->round->records[stage->base + i];
    for (size_t i = 0; i < drawn->count; i++)
        if (lossy == 0 || draw(stage, lossy) > 0)
            given[count++] = &drawn->records[i];
    for (size_t i = count; i > 1; i--) {
        size_t j = draw(stage, i);
        const struct round_record *swapped = given[i - 1];

        given[i - 1] = given[j];
        given[j] = swapped;
    }
    for (size_t i = 0; i < stage->base; i++)
        topic_add(topic, round_bytes(&stage->round->records[i]), i);
    for (size_t i = 0; i < count; i++) {
        enum status status = topic_add(topic, round_bytes(given[i]), i);

        assert_true(status == STATUS_OK || status == STATUS_EXISTS); /* the same vote drawn twice */
        naive_add(&naive, round_bytes(given[i]));
    }
    compare(topic, stage, &naive);
    topic_free(topic);
}

static void compare_seasons(struct stage *stage)
{
    static struct drawn drawn;

    forks = closed_sets = open_boxes = 0;
    for (int k = 0; k < SEASONS_PER_BOX; k++) {
        draw_season(&drawn, stage);
        play(stage, &drawn);
        drawn_clear(&drawn);
    }
    assert_true(forks > 3 && closed_sets > 40 && open_boxes > 10);
    round_free(stage->round);
}

/* Up to the box before this one, then its deals, which changing homes make in every way. */
static void stage_begin(struct stage *stage, enum box_index box, uint8_t seed)
{
    struct round *r = round_new(
        &(struct round_plan){ .homes = 9, .floor = 3, .founders = 7, .seed = seed, .changing = true });

    if (box != BOX_REGISTRY)
        round_play(r, (enum box_index)(box - 1));
    *stage = (struct stage){ .round = r, .box = box, .base = r->count };
    switch (box) {
    case BOX_REGISTRY:
        round_play_registry(r);
        break;
    case BOX_INTEREST:
        round_play_interest(r);
        break;
    case BOX_JOIN:
        round_play_join(r);
        break;
    case BOX_BIDS:
        round_play_bids(r);
        break;
    case BOX_KEY:
    case BOXES:
        break;
    }
    stage->deals = r->count - stage->base;
}

static void the_registry_closes_on_the_same_sets(void **unused)
{
    struct stage stage;

    (void)unused;
    stage_begin(&stage, BOX_REGISTRY, 21);
    for (unsigned i = 0; i < 5; i++) /* homes that change their keys */
        round_enrol(stage.round, i, 1 + i % 3);
    stage.deals = stage.round->count;
    compare_seasons(&stage);
}

static void interest_closes_on_the_same_sets(void **unused)
{
    struct stage stage;

    (void)unused;
    stage_begin(&stage, BOX_INTEREST, 22);
    for (unsigned i = 0; i < 4; i++) /* one home under two pseudonyms, in both orders */
        round_interest(stage.round, i + 1, &stage.round->homes[i + 1].second, i, i % 2);
    stage.deals = stage.round->count - stage.base;
    compare_seasons(&stage);
}

static void join_closes_on_the_same_sets_and_lots(void **unused)
{
    struct stage stage;

    (void)unused;
    stage_begin(&stage, BOX_JOIN, 23);
    for (unsigned i = 0; i < stage.round->plan.homes; i++) {
        struct round_choice choices[] = { { i % 2, 3 + i % 4 }, { 1 - i % 2, 3 + i % 3 } };

        round_join(stage.round, i, i % 3 ? &stage.round->homes[i].pseudonym : &stage.round->homes[i].second,
                   choices, 1 + i % 2, i % 4);
    }
    stage.deals = stage.round->count - stage.base;
    compare_seasons(&stage);
    assert_true(lots_compared > 30);
}

/* Some homes hand in the bid of another, or another under the same number; some companies bid again. */
static void bids_close_on_the_same_sets(void **unused)
{
    uint8_t bids[4][2][RECORD_MAX];
    struct bytes signed_bids[4][2];
    struct sign_key company;
    struct stage stage;
    struct round *r;
    struct bid bid;

    (void)unused;
    stage_begin(&stage, BOX_BIDS, 24);
    r = stage.round;
    for (unsigned i = 0; i < 4; i++) {
        round_bid_make(r, &bid, &company, i);
        signed_bids[i][0] = round_sealed(r, bids[i][0], &company, text("first"), 0);
        signed_bids[i][1] = round_sealed(r, bids[i][1], &company, text("other"), i % 2);
    }
    for (unsigned i = 0; i < 20; i++)
        round_introduce(r, 3 + i % 5, draw(&stage, INTRODUCTIONS_MAX),
                        signed_bids[draw(&stage, 4)][draw(&stage, 2)]);
    stage.deals = r->count - stage.base;
    compare_seasons(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_registry_closes_on_the_same_sets),
        cmocka_unit_test(interest_closes_on_the_same_sets),
        cmocka_unit_test(join_closes_on_the_same_sets_and_lots),
        cmocka_unit_test(bids_close_on_the_same_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
