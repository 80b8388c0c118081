/* Quotas bound what a member can make others hold, and never keep out what closes a box: whoever floods a
 * home with records of its own cannot leave it behind. WIRE 5.5. */
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { FOUNDERS = 4, LIAR = 4 }; /* q = 3, k = 2 */

/* A registry box at its deadline: everybody has listed, and the liar, as clerk, has cut. */
struct story {
    struct round *r; /* knows everything, and is flooded with nothing */
    uint8_t seen[FOUNDERS][ID_SIZE], digest[HASH_SIZE]; /* of member 1, 2, ... */
    const struct round_record *cut;
    size_t before; /* records before the cut */
};

/* Borrowed until a few more are made. */
static struct bytes vote(struct story *s, unsigned member, unsigned round, unsigned step,
                         const uint8_t cut[ID_SIZE], const uint8_t digest[HASH_SIZE])
{
    static uint8_t made[8][512];
    static unsigned next;
    uint8_t room[96], *out = made[next++ % ARRAY_SIZE(made)];
    struct writer w = writer_to(room, sizeof room);
    const uint8_t *topic = topic_id(s->r->topic);

    writer_array(&w, 4);
    writer_uint(&w, round);
    writer_uint(&w, step);
    writer_bin(&w, (struct bytes){ cut, ID_SIZE });
    writer_bin(&w, (struct bytes){ digest, HASH_SIZE });
    return (struct bytes){ out,
                           record_write(out, sizeof made[0], NULL, RECORD_VOTE, topic, BOX_REGISTRY, topic,
                                        &s->r->genesis[member - 1], (struct bytes){ room, writer_done(&w) }) };
}

static struct story story_begin(uint8_t seed)
{
    const struct round_plan plan = { .homes = 8, .founders = FOUNDERS, .seed = seed };
    struct story s = { .r = round_new(&plan) };
    uint8_t ids[8][ID_SIZE], sorted[FOUNDERS][ID_SIZE];
    size_t count;

    round_play_registry(s.r);
    count = round_in_time(s.r, BOX_REGISTRY, ids);
    for (unsigned m = 1; m <= FOUNDERS; m++)
        memcpy(s.seen[m - 1], round_seen(s.r, BOX_REGISTRY, m, ids, count)->id, ID_SIZE);
    s.before = s.r->count;
    memcpy(sorted, s.seen, sizeof sorted);
    s.cut = round_cut(s.r, BOX_REGISTRY, LIAR, 0, round_settled(s.r, BOX_REGISTRY), sorted, FOUNDERS);
    round_digest(s.r, s.cut, s.digest);
    return s;
}

static struct topic *topic_up_to(const struct round *r, size_t count)
{
    struct topic *topic = topic_new(round_charter(r));

    for (size_t i = 0; i < count; i++)
        assert_int_equal(topic_add(topic, round_bytes(&r->records[i]), 0), STATUS_OK);
    return topic;
}

/* A home that the liar has flooded with votes for nothing, as many as are taken. */
static struct topic *flooded(struct story *s)
{
    struct topic *topic = topic_up_to(s->r, s->before);
    static const uint8_t none[ID_SIZE];
    uint8_t mark[HASH_SIZE] = { 0 };
    size_t taken = 0;

    for (unsigned i = 0; i < AUTHOR_BOX_RECORDS_MAX; i++) {
        be32_write(mark, i + 1);
        taken += topic_add(topic, vote(s, LIAR, 5, 1, none, mark), 0) == STATUS_OK;
    }
    assert_int_equal(taken, AUTHOR_BOX_RECORDS_MAX - 1); /* its list is one more */
    return topic;
}

static void a_flood_of_its_own_bars_neither_a_members_cut_nor_its_vote(void **unused)
{
    struct story s = story_begin(81);
    struct topic *topic = flooded(&s);
    struct bytes cut = round_bytes(s.cut);

    (void)unused;
    for (unsigned step = 1; step <= 2; step++) {
        struct bytes last = vote(&s, LIAR, 0, step, s.cut->id, s.digest);

        assert_int_equal(topic_add(topic, last, 0), STATUS_FULL);
        assert_int_equal(topic_add(topic, vote(&s, 1, 0, step, s.cut->id, s.digest), 0), STATUS_OK);
        assert_int_equal(topic_add(topic, last, 0), STATUS_FULL);
        if (step == 1)
            assert_int_equal(topic_add(topic, cut, 0), STATUS_FULL);
        assert_int_equal(topic_add(topic, vote(&s, 2, 0, step, s.cut->id, s.digest), 0), STATUS_OK);
        assert_int_equal(topic_add(topic, last, 0), STATUS_OK); /* two say the same: it may be the third */
    }
    assert_int_equal(topic_season(topic)->boxes[BOX_REGISTRY].state, BOX_OPEN);
    assert_true(topic_wants(topic, s.cut->id));
    assert_int_equal(topic_add(topic, cut, 0), STATUS_OK);
    assert_int_equal(topic_season(topic)->boxes[BOX_REGISTRY].state, BOX_CLOSED);
    assert_memory_equal(topic_season(topic)->boxes[BOX_REGISTRY].digest, s.digest, HASH_SIZE);
    topic_free(topic);
    round_free(s.r);
}

/* Else each vote for what others vote for too would be wanted, and make room for a cut. */
static void a_member_that_is_counted_is_not_wanted_again(void **unused)
{
    struct story s = story_begin(82);
    struct topic *topic = flooded(&s);
    uint8_t other[ID_SIZE] = { 1 };

    (void)unused;
    for (unsigned m = 1; m <= 2; m++)
        assert_int_equal(topic_add(topic, vote(&s, m, 0, 1, s.cut->id, s.digest), 0), STATUS_OK);
    assert_int_equal(topic_add(topic, vote(&s, LIAR, 0, 1, other, s.digest), 0), STATUS_OK);
    other[0]++;
    assert_int_equal(topic_add(topic, vote(&s, LIAR, 0, 1, other, s.digest), 0), STATUS_FULL);
    topic_free(topic);
    round_free(s.r);
}

static void a_cut_makes_room_for_one_list_of_a_member(void **unused)
{
    struct story s = story_begin(83);
    struct round *r = s.r;
    struct round_record lists[4];
    uint8_t named[5][ID_SIZE], prefix[SEEN_PREFIX_SIZE] = { 0 };

    (void)unused;
    for (unsigned i = 0; i < ARRAY_SIZE(lists); i++) {
        uint8_t room[64];
        struct writer w = writer_to(room, sizeof room);

        prefix[0] = (uint8_t)i;
        writer_array(&w, 1);
        writer_bin(&w, BYTES(prefix));
        round_record_make(r, &lists[i], RECORD_SEEN, BOX_REGISTRY, &r->genesis[LIAR - 1], &w);
    }
    assert_int_equal(topic_add(r->topic, round_bytes(&lists[0]), 0), STATUS_OK); /* its second */
    assert_int_equal(topic_add(r->topic, round_bytes(&lists[1]), 0), STATUS_FULL);
    memcpy(named, s.seen, 2 * ID_SIZE);
    for (unsigned i = 1; i < 4; i++)
        memcpy(named[i + 1], lists[i].id, ID_SIZE);
    round_cut(r, BOX_REGISTRY, LIAR, 1, round_settled(r, BOX_REGISTRY), named, 5);
    assert_int_equal(topic_add(r->topic, round_bytes(&lists[1]), 0), STATUS_OK);
    assert_int_equal(topic_add(r->topic, round_bytes(&lists[2]), 0), STATUS_FULL);
    memcpy(named, s.seen, 2 * ID_SIZE);
    memcpy(named[2], lists[3].id, ID_SIZE);
    round_cut(r, BOX_REGISTRY, 1, 1, round_settled(r, BOX_REGISTRY), named, 3); /* an honest clerk's */
    assert_int_equal(topic_add(r->topic, round_bytes(&lists[3]), 0), STATUS_OK);
    for (unsigned i = 0; i < ARRAY_SIZE(lists); i++)
        free(lists[i].bytes);
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_of_its_own_bars_neither_a_members_cut_nor_its_vote),
        cmocka_unit_test(a_member_that_is_counted_is_not_wanted_again),
        cmocka_unit_test(a_cut_makes_room_for_one_list_of_a_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
