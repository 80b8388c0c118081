/* A list of deals told by what it differs in from another: read, judged whenever the other one comes, taken whoever bars it, and counted
 * like the list that it stands for. WIRE 5.2, 5.5, 6.3. */
#include "proto/fold/fold.h"
#include "tests/support/forgery.h"
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { FOUNDERS = 4, LIAR = 4, DEALS = 6 }; /* q = 3, k = 2 */

/* A registry box at its deadline; member 1 has listed all deals but one, and the liar nothing. */
struct story {
    struct round *r;
    uint8_t ids[DEALS][ID_SIZE], left_out[ID_SIZE], base[ID_SIZE];
};

static struct story story_begin(uint8_t seed)
{
    struct story s = { .r = round_new(&(struct round_plan){ .homes = DEALS + 1, .founders = FOUNDERS, .seed = seed }) };
    uint8_t all[DEALS + 1][ID_SIZE];

    round_play_registry(s.r);
    assert_int_equal(round_in_time(s.r, BOX_REGISTRY, all), DEALS + 1);
    qsort(all, DEALS + 1, ID_SIZE, round_compare);
    memcpy(s.ids, all, 3 * sizeof *all);
    memcpy(s.left_out, all[3], ID_SIZE);
    memcpy(s.ids + 3, all + 4, (DEALS - 3) * sizeof *all);
    memcpy(s.base, round_seen(s.r, BOX_REGISTRY, 1, s.ids, DEALS)->id, ID_SIZE);
    return s;
}

/* A record that no round takes by itself. Borrowed until a few more are made. */
struct said {
    uint8_t bytes[RECORD_MAX], id[ID_SIZE];
    size_t size;
};

static const struct said *say_in(struct round *r, enum record_kind kind, enum box_index box, const struct sign_key *author, struct bytes body)
{
    static struct said made[8];
    static unsigned next;
    struct said *out = &made[next++ % ARRAY_SIZE(made)];

    out->size = record_write(out->bytes, sizeof out->bytes, out->id, kind, topic_id(r->topic), box, round_season(r)->boxes[box].parent, author, body);
    assert_true(out->size > 0);
    return out;
}

static const struct said *say(struct story *s, unsigned member, struct bytes body)
{
    return say_in(s->r, RECORD_SEEN, BOX_REGISTRY, &s->r->genesis[member - 1], body);
}

static enum status hear(struct topic *topic, const struct said *said)
{
    return topic_add(topic, (struct bytes){ said->bytes, said->size }, 0);
}

/* Bodies; one room is enough, since a record has them copied. */
static struct bytes by_another(const uint8_t *base, struct bytes gone, struct bytes own)
{
    static uint8_t room[RECORD_MAX];
    struct writer w = writer_to(room, sizeof room);

    writer_array(&w, 3);
    writer_bin(&w, (struct bytes){ base, ID_SIZE });
    writer_bin(&w, gone);
    writer_bin(&w, own);
    return (struct bytes){ room, writer_done(&w) };
}

static struct bytes same_as(const uint8_t *base)
{
    return by_another(base, (struct bytes){ NULL, 0 }, (struct bytes){ NULL, 0 });
}

static struct bytes whole(const uint8_t *own, size_t size)
{
    static uint8_t room[RECORD_MAX];
    struct writer w = writer_to(room, sizeof room);

    list_write_whole(&w, (struct bytes){ own, size });
    return (struct bytes){ room, writer_done(&w) };
}

static const struct said *cut_of(struct story *s, unsigned clerk, uint8_t (*lists)[ID_SIZE], size_t count)
{
    uint8_t room[RECORD_MAX];
    struct writer w = writer_to(room, sizeof room);

    qsort(lists, count, sizeof *lists, round_compare);
    writer_array(&w, 3);
    writer_uint(&w, 0);
    writer_uint(&w, round_settled(s->r, BOX_REGISTRY));
    writer_bin(&w, (struct bytes){ lists[0], count * ID_SIZE });
    return say_in(s->r, RECORD_CUT, BOX_REGISTRY, &s->r->genesis[clerk - 1], (struct bytes){ room, writer_done(&w) });
}

/* ---- Shape and place. */

enum added { NOTHING, LEFT_OUT, TWICE, DESCENDING, UNEVEN, LISTED, TAKEN_OUT };

static struct bytes added_of(const struct story *s, enum added added, uint8_t own[2 * SEEN_PREFIX_SIZE])
{
    static const size_t sizes[] = { 0, 16, 32, 32, 17, 16, 16 };
    const uint8_t *first = added == LISTED ? s->ids[3] : added == TAKEN_OUT ? s->ids[1] : s->left_out;

    memset(own, 0, 2 * SEEN_PREFIX_SIZE);
    memcpy(own, first, SEEN_PREFIX_SIZE);
    if (added == TWICE)
        memcpy(own + SEEN_PREFIX_SIZE, first, SEEN_PREFIX_SIZE);
    return (struct bytes){ own, sizes[added] };
}

static void one_set_has_one_encoding_by_one_other_list(void **unused)
{
    static const struct {
        enum status status;
        size_t gone_size;
        uint8_t gone[8];
        enum added added;
    } cases[] = {
        { STATUS_OK, 0, { 0 }, NOTHING },
        { STATUS_OK, 0, { 0 }, LEFT_OUT },
        { STATUS_OK, 4, { 0, 0, 0, DEALS - 1 }, LEFT_OUT },
        { STATUS_OK, 8, { 0, 0, 0, 1, 0, 2, 0, 4 }, NOTHING },
        { STATUS_MALFORMED, 1, { 0 }, NOTHING },
        { STATUS_MALFORMED, 3, { 0, 1, 0 }, NOTHING },
        { STATUS_MALFORMED, 4, { 0, 2, 0, 2 }, NOTHING },
        { STATUS_MALFORMED, 4, { 0, 3, 0, 2 }, NOTHING },
        { STATUS_FORGED, 2, { 0, DEALS }, NOTHING },
        { STATUS_FORGED, 4, { 0, 1, 1, 1 }, NOTHING },
        { STATUS_MALFORMED, 0, { 0 }, TWICE },
        { STATUS_MALFORMED, 0, { 0 }, DESCENDING },
        { STATUS_MALFORMED, 0, { 0 }, UNEVEN },
        { STATUS_FORGED, 0, { 0 }, LISTED },
        { STATUS_FORGED, 2, { 0, 1 }, TAKEN_OUT },
    };
    struct story s = story_begin(1);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct topic *topic = topic_up_to(s.r, s.r->count);
        uint8_t own[2 * SEEN_PREFIX_SIZE];
        struct bytes gone = { cases[i].gone, cases[i].gone_size }, body = by_another(s.base, gone, added_of(&s, cases[i].added, own));
        enum status status = hear(topic, say(&s, 2, body));

        if (status != cases[i].status)
            fail_msg("case %zu: %d", i, status);
        topic_free(topic);
    }
    round_free(s.r);
}

static void the_shape_of_a_list_is_one_of_two(void **unused)
{
    struct story s = story_begin(2);
    uint8_t room[RECORD_MAX], trailing[RECORD_MAX];

    (void)unused;
    for (size_t fields = 0; fields <= 4; fields++)
        for (size_t base_size = ID_SIZE - 1; base_size <= ID_SIZE + 1; base_size++) {
            struct topic *topic = topic_up_to(s.r, s.r->count);
            struct writer w = writer_to(room, sizeof room);
            uint8_t base[ID_SIZE + 1] = { 0 };
            bool fine = fields == 3 && base_size == ID_SIZE;

            memcpy(base, s.base, ID_SIZE);
            writer_array(&w, fields);
            if (fields > 1)
                writer_bin(&w, (struct bytes){ base, base_size });
            for (size_t i = 1; i < fields; i++)
                writer_bin(&w, (struct bytes){ base, 0 });
            if (fields != 1)
                assert_int_equal(hear(topic, say(&s, 2, (struct bytes){ room, writer_done(&w) })), fine ? STATUS_OK : STATUS_MALFORMED);
            topic_free(topic);
        }
    memcpy(trailing, same_as(s.base).data, same_as(s.base).size);
    trailing[same_as(s.base).size] = 0;
    assert_int_equal(hear(s.r->topic, say(&s, 2, (struct bytes){ trailing, same_as(s.base).size + 1 })), STATUS_MALFORMED);
    round_free(s.r);
}

/* Full, as long as a list can be. */
static void no_list_is_longer_told_by_another_than_in_full(void **unused)
{
    static uint8_t many[BOX_DEALS_MAX][SEEN_PREFIX_SIZE];
    static const uint8_t first[] = { 0, 0 };
    uint8_t own[SEEN_PREFIX_SIZE] = { 0xff }, base[ID_SIZE];
    struct story s = story_begin(3);
    const struct said *said;

    (void)unused;
    for (uint16_t i = 0; i < BOX_DEALS_MAX; i++)
        be16_write(many[i], i);
    said = say(&s, 2, whole(many[0], sizeof many));
    memcpy(base, said->id, ID_SIZE);
    assert_int_equal(hear(s.r->topic, said), STATUS_OK);
    assert_int_equal(hear(s.r->topic, say(&s, 3, by_another(base, (struct bytes){ NULL, 0 }, BYTES(own)))), STATUS_FORGED);
    assert_int_equal(hear(s.r->topic, say(&s, 3, by_another(base, BYTES(first), BYTES(own)))), STATUS_OK);
    round_free(s.r);
}

static void what_is_no_list_in_full_of_that_box_is_no_base(void **unused)
{
    struct story s = story_begin(4);
    const struct said *said = say(&s, 2, same_as(s.base));
    uint8_t based[ID_SIZE];

    (void)unused;
    memcpy(based, said->id, ID_SIZE);
    assert_int_equal(hear(s.r->topic, said), STATUS_OK);
    assert_int_equal(hear(s.r->topic, say(&s, 3, same_as(based))), STATUS_FORGED);
    assert_int_equal(hear(s.r->topic, say(&s, 3, same_as(s.ids[0]))), STATUS_FORGED); /* a deal */
    assert_int_equal(hear(s.r->topic, say(&s, 3, same_as(s.base))), STATUS_OK);
    round_free(s.r);
}

static void a_list_of_another_box_is_no_base(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = 8, .seed = 5 });
    uint8_t none[1][ID_SIZE];
    const struct sign_key *author;
    const uint8_t *base;

    (void)unused;
    round_play(r, BOX_REGISTRY);
    base = round_seen(r, BOX_INTEREST, 1, none, 0)->id;
    author = &round_seated(r, 2)->member;
    assert_int_equal(hear(r->topic, say_in(r, RECORD_SEEN, BOX_KEY, author, same_as(base))), STATUS_FORGED);
    assert_int_equal(hear(r->topic, say_in(r, RECORD_SEEN, BOX_INTEREST, author, same_as(base))), STATUS_OK);
    round_free(r);
}

/* ---- In any order. */

static void a_list_waits_for_the_one_that_it_is_told_by(void **unused)
{
    struct story s = story_begin(6);
    struct topic *topic = topic_up_to(s.r, s.r->count - 1);
    const struct said *said = say(&s, 2, same_as(s.base));
    const struct held *const *risen;

    (void)unused;
    assert_int_equal(hear(topic, said), STATUS_MISSING);
    assert_int_equal(topic_season(topic)->boxes[BOX_REGISTRY].seen, 0);
    assert_true(topic_wants(topic, s.base));
    assert_int_equal(topic_add(topic, round_bytes(&s.r->records[s.r->count - 1]), 0), STATUS_OK);
    assert_int_equal(topic_season(topic)->boxes[BOX_REGISTRY].seen, 2);
    assert_false(topic_wants(topic, s.base));
    assert_int_equal(topic_risen(topic, &risen), 1);
    assert_memory_equal(risen[0]->record.id, said->id, ID_SIZE);
    assert_int_equal(topic_pending_bytes(topic), 0);
    topic_free(topic);
    round_free(s.r);
}

static void a_list_told_by_what_is_none_is_thrown_away_when_that_comes(void **unused)
{
    struct story s = story_begin(7);
    const struct said *base = say(&s, 2, same_as(s.base)), *said = say(&s, 3, same_as(base->id));

    (void)unused;
    assert_int_equal(hear(s.r->topic, said), STATUS_MISSING);
    assert_int_equal(hear(s.r->topic, base), STATUS_OK);
    assert_null(topic_held_find(s.r->topic, said->id));
    assert_int_equal(topic_pending_bytes(s.r->topic), 0);
    round_free(s.r);
}

/* The cut is computed when the last list can be read, and stands for what the same lists in full stand for. */
static void a_cut_stands_for_what_its_lists_say_in_whatever_words(void **unused)
{
    static const uint8_t gone[] = { 0, 1, 0, 4 };
    struct story s = story_begin(8);
    struct topic *topic = topic_up_to(s.r, s.r->count - 1);
    uint8_t lists[3][ID_SIZE], plain[3][ID_SIZE], digest[HASH_SIZE], ids[DEALS][ID_SIZE] = { { 0 } };
    const struct said *told = say(&s, 2, by_another(s.base, BYTES(gone), (struct bytes){ s.left_out, SEEN_PREFIX_SIZE })), *cut;
    const struct said *third = say(&s, 3, whole(s.left_out, SEEN_PREFIX_SIZE));
    struct cut computed;

    (void)unused;
    memcpy(lists[0], s.base, ID_SIZE);
    memcpy(lists[1], told->id, ID_SIZE);
    memcpy(lists[2], third->id, ID_SIZE);
    cut = cut_of(&s, 3, lists, 3);
    assert_int_equal(hear(topic, cut), STATUS_OK);
    assert_int_equal(hear(topic, told), STATUS_MISSING);
    assert_int_equal(hear(topic, third), STATUS_OK);
    assert_false(box_cut(topic, &computed, topic_held_find(topic, cut->id)));
    assert_int_equal(topic_add(topic, round_bytes(&s.r->records[s.r->count - 1]), 0), STATUS_OK);
    assert_true(box_cut(topic, &computed, topic_held_find(topic, cut->id)));
    /* Two list ids 0, 2, 3, 5, and two what is left out. */
    assert_int_equal(computed.set_count, 5);

    memcpy(ids[0], s.ids[0], ID_SIZE);
    memcpy(ids[1], s.ids[2], ID_SIZE);
    memcpy(ids[2], s.ids[3], ID_SIZE);
    memcpy(ids[3], s.ids[5], ID_SIZE);
    memcpy(ids[4], s.left_out, ID_SIZE);
    memcpy(plain[0], s.base, ID_SIZE);
    memcpy(plain[1], round_seen(s.r, BOX_REGISTRY, 2, ids, 5)->id, ID_SIZE);
    assert_int_equal(hear(s.r->topic, third), STATUS_OK);
    memcpy(plain[2], third->id, ID_SIZE);
    qsort(plain, 3, ID_SIZE, round_compare);
    assert_true(box_cut_try(s.r->topic, BOX_REGISTRY, round_settled(s.r, BOX_REGISTRY), (struct bytes){ plain[0], sizeof plain }, digest));
    assert_memory_equal(computed.digest, digest, HASH_SIZE);
    topic_free(topic);
    round_free(s.r);
}

/* ---- Quotas. */

/* Two more lists than a member may have, all in full; the last is what member 2's is told by. */
static void the_third_list_of_a_member_is_taken_if_another_is_told_by_it(void **unused)
{
    struct story s = story_begin(9);
    const struct said *third = say(&s, LIAR, whole(s.ids[2], SEEN_PREFIX_SIZE)), *told = say(&s, 2, same_as(third->id));

    (void)unused;
    for (size_t i = 0; i < AUTHOR_LISTS_MAX; i++)
        assert_int_equal(hear(s.r->topic, say(&s, LIAR, whole(s.ids[i], SEEN_PREFIX_SIZE))), STATUS_OK);
    assert_int_equal(hear(s.r->topic, third), STATUS_FULL);
    assert_int_equal(hear(s.r->topic, told), STATUS_MISSING);
    assert_int_equal(hear(s.r->topic, third), STATUS_OK);
    assert_true(topic_held_find(s.r->topic, told->id)->valid);
    round_free(s.r);
}

/* Or a chain of them, each told by the next, would be taken to its end. */
static void a_list_told_by_another_makes_no_room_for_a_list_told_by_a_third(void **unused)
{
    static const uint8_t nobody[ID_SIZE];
    struct story s = story_begin(10);
    const struct said *third = say(&s, LIAR, same_as(nobody));

    (void)unused;
    for (size_t i = 0; i < AUTHOR_LISTS_MAX; i++)
        assert_int_equal(hear(s.r->topic, say(&s, LIAR, whole(s.ids[i], SEEN_PREFIX_SIZE))), STATUS_OK);
    assert_int_equal(hear(s.r->topic, say(&s, 2, same_as(third->id))), STATUS_MISSING);
    assert_int_equal(hear(s.r->topic, third), STATUS_FULL);
    round_free(s.r);
}

/* A cut that names several lists of one member stands for nothing; that they wait is no reason to take them all. */
static void lists_of_one_member_that_wait_are_not_wanted_more_than_those_that_do_not(void **unused)
{
    static const uint8_t nobody[2][ID_SIZE] = { { 1 }, { 2 } };
    struct story s = story_begin(11);
    uint8_t lists[4][ID_SIZE];
    const struct said *third = say(&s, LIAR, same_as(nobody[0])), *fourth = say(&s, LIAR, same_as(nobody[1])), *cut;

    (void)unused;
    for (size_t i = 0; i < AUTHOR_LISTS_MAX; i++)
        assert_int_equal(hear(s.r->topic, say(&s, LIAR, whole(s.ids[i], SEEN_PREFIX_SIZE))), STATUS_OK);
    memcpy(lists[0], s.base, ID_SIZE);
    memcpy(lists[1], s.ids[0], ID_SIZE); /* of nobody */
    memcpy(lists[2], third->id, ID_SIZE);
    memcpy(lists[3], fourth->id, ID_SIZE);
    cut = cut_of(&s, LIAR, lists, 4);
    assert_int_equal(hear(s.r->topic, cut), STATUS_OK);
    assert_int_equal(hear(s.r->topic, third), STATUS_MISSING);
    assert_int_equal(hear(s.r->topic, fourth), STATUS_FULL);
    round_free(s.r);
}

/* What waits for other boxes has its bound; what members' lists hang on has to get in beside it. */
static void strangers_cannot_keep_out_what_lists_are_told_by(void **unused)
{
    static const uint8_t base[ID_SIZE] = { 1 }, other[ID_SIZE] = { 2 };
    struct story s = story_begin(12);
    struct sign_key stranger;
    const uint8_t seed[KEY_SIZE] = { 0x77 };

    (void)unused;
    sign_key_init(&stranger, seed);
    assert_int_equal(hear(s.r->topic, say_in(s.r, RECORD_SEEN, BOX_KEY, &stranger, same_as(other))), STATUS_MISSING);
    assert_false(topic_wants(s.r->topic, other)); /* whose committee is not drawn yet */
    assert_int_equal(hear(s.r->topic, say_in(s.r, RECORD_SEEN, BOX_REGISTRY, &stranger, same_as(other))), STATUS_FORGED);
    topic_pending_limit(s.r->topic, 0);
    assert_int_equal(hear(s.r->topic, say_in(s.r, RECORD_SEEN, BOX_KEY, &stranger, same_as(base))), STATUS_FULL);
    assert_int_equal(hear(s.r->topic, say(&s, 2, same_as(base))), STATUS_MISSING);
    assert_true(topic_wants(s.r->topic, base));
    round_free(s.r);
}

/* ---- Reading and writing, against lists written out. */

enum { UNIVERSE = 40 };

static size_t some_of(struct rng *rng, bool in[UNIVERSE], uint8_t out[UNIVERSE][SEEN_PREFIX_SIZE])
{
    unsigned chance = 1 + (unsigned)rng_below(rng, 8);
    size_t count = 0;

    for (uint8_t i = 0; i < UNIVERSE; i++) {
        in[i] = rng_below(rng, 8) < chance;
        memset(out[count], 0, SEEN_PREFIX_SIZE);
        out[count][SEEN_PREFIX_SIZE - 1] = i;
        count += in[i];
    }
    return count;
}

static void differ_by_hand(struct listed *out, const bool base_in[UNIVERSE], const bool in[UNIVERSE], uint8_t gone[UNIVERSE][PLACE_SIZE],
                           uint8_t own[UNIVERSE][SEEN_PREFIX_SIZE])
{
    uint16_t place = 0;
    size_t gone_count = 0, own_count = 0;

    for (uint8_t i = 0; i < UNIVERSE; i++) {
        if (base_in[i] && !in[i])
            be16_write(gone[gone_count++], place);
        if (!base_in[i] && in[i]) {
            memset(own[own_count], 0, SEEN_PREFIX_SIZE);
            own[own_count++][SEEN_PREFIX_SIZE - 1] = i;
        }
        place += base_in[i];
    }
    out->gone = (struct bytes){ gone[0], gone_count * PLACE_SIZE };
    out->own = (struct bytes){ own[0], own_count * SEEN_PREFIX_SIZE };
}

static void a_list_reads_the_same_however_it_is_told(void **unused)
{
    uint8_t shared[UNIVERSE + 1][SEEN_PREFIX_SIZE], all[UNIVERSE + 1][SEEN_PREFIX_SIZE], gone[UNIVERSE][PLACE_SIZE], own[UNIVERSE][SEEN_PREFIX_SIZE];
    uint8_t base[ID_SIZE] = { 0 }, seed[KEY_SIZE] = { 3 }, prefix[SEEN_PREFIX_SIZE] = { 0 };
    bool base_in[UNIVERSE], in[UNIVERSE];
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (int times = 0; times < 3000; times++) {
        struct listed list = { .base = base, .shared = { shared[0], some_of(&rng, base_in, shared) * SEEN_PREFIX_SIZE } };
        size_t count = some_of(&rng, in, all);
        struct list_walk walk;

        differ_by_hand(&list, base_in, in, gone, own);
        assert_int_equal(list_count(&list), count);
        list_walk_begin(&walk, &list);
        for (size_t i = 0; i < count; i++, list_walk_on(&walk)) {
            assert_non_null(walk.next);
            assert_memory_equal(walk.next, all[i], SEEN_PREFIX_SIZE);
            assert_int_equal(list_count(&walk.left), count - i);
        }
        assert_null(walk.next);
        for (uint8_t i = 0; i < UNIVERSE; i++) {
            prefix[SEEN_PREFIX_SIZE - 1] = i;
            assert_int_equal(list_has(&list, prefix), in[i]);
        }
    }
}

/* The nearest list in full, of two as near the one of lower id, if it saves half. */
static void a_list_is_told_by_the_nearest(void **unused)
{
    static const uint8_t none_of_them[] = { 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5 };
    static uint8_t bytes[RECORD_MAX], many[20][SEEN_PREFIX_SIZE];
    struct story s = story_begin(13);
    struct writer w = writer_to(bytes, sizeof bytes);
    struct bytes all = { many[0], sizeof many };
    const struct said *far, *near[2];
    uint8_t ids[2][ID_SIZE];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(many); i++)
        many[i][0] = (uint8_t)(i + 1);
    assert_false(list_write_by_another(&w, s.r->topic, BOX_REGISTRY, all)); /* the only one has other deals */
    far = say(&s, 2, whole(many[1], sizeof many - 3 * SEEN_PREFIX_SIZE));
    assert_int_equal(hear(s.r->topic, far), STATUS_OK);
    near[0] = say(&s, 3, whole(many[1], sizeof many - SEEN_PREFIX_SIZE));
    near[1] = say(&s, LIAR, whole(many[1], sizeof many - SEEN_PREFIX_SIZE));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(hear(s.r->topic, near[i]), STATUS_OK);
        memcpy(ids[i], near[i]->id, ID_SIZE);
    }
    qsort(ids, 2, ID_SIZE, round_compare);
    assert_int_equal(hear(s.r->topic, say(&s, 2, by_another(s.base, BYTES(none_of_them), all))), STATUS_OK); /* the same, and not in full */
    assert_true(list_write_by_another(&w, s.r->topic, BOX_REGISTRY, all));
    assert_true(bytes_equal((struct bytes){ bytes, writer_done(&w) }, by_another(ids[0], (struct bytes){ NULL, 0 }, (struct bytes){ many[0], SEEN_PREFIX_SIZE })));
    all.size = 8 * SEEN_PREFIX_SIZE; /* 12 are gone, one is added, and an id: more than half of 128 bytes */
    w = writer_to(bytes, sizeof bytes);
    assert_false(list_write_by_another(&w, s.r->topic, BOX_REGISTRY, all));
    round_free(s.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_set_has_one_encoding_by_one_other_list),
        cmocka_unit_test(the_shape_of_a_list_is_one_of_two),
        cmocka_unit_test(no_list_is_longer_told_by_another_than_in_full),
        cmocka_unit_test(what_is_no_list_in_full_of_that_box_is_no_base),
        cmocka_unit_test(a_list_of_another_box_is_no_base),
        cmocka_unit_test(a_list_waits_for_the_one_that_it_is_told_by),
        cmocka_unit_test(a_list_told_by_what_is_none_is_thrown_away_when_that_comes),
        cmocka_unit_test(a_cut_stands_for_what_its_lists_say_in_whatever_words),
        cmocka_unit_test(the_third_list_of_a_member_is_taken_if_another_is_told_by_it),
        cmocka_unit_test(a_list_told_by_another_makes_no_room_for_a_list_told_by_a_third),
        cmocka_unit_test(lists_of_one_member_that_wait_are_not_wanted_more_than_those_that_do_not),
        cmocka_unit_test(strangers_cannot_keep_out_what_lists_are_told_by),
        cmocka_unit_test(a_list_reads_the_same_however_it_is_told),
        cmocka_unit_test(a_list_is_told_by_the_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
