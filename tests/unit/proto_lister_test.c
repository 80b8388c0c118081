/* When a member says its list, and in which form: two in full at once, the others by one of these, and nobody waits for ever. WIRE 6.3. */
#include "proto/duty/own.h"
#include "proto/fold/fold.h"
#include "tests/support/forgery.h"
#include "tests/support/round_play.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { FOUNDERS = 10, HOMES = LIST_WAITS + 1 };

/* A registry box at its deadline and grace. */
struct story {
    struct round *r;
    uint64_t begin_ms, wait_ms;
    struct rng rng;
};

static struct story story_begin(unsigned homes, uint8_t seed)
{
    struct story s = { .r = round_new(&(struct round_plan){ .homes = homes, .founders = FOUNDERS, .seed = seed }) };
    uint8_t rng_seed[KEY_SIZE] = { seed };
    uint64_t grace_s = s.r->charter.grace_s[BOX_REGISTRY];

    round_play_registry(s.r);
    s.begin_ms = (round_season(s.r)->boxes[BOX_REGISTRY].deadline_s + grace_s) * 1000;
    s.wait_ms = grace_s * 1000 / LIST_WAIT_SHARE < LIST_WAIT_MS ? grace_s * 1000 / LIST_WAIT_SHARE : LIST_WAIT_MS;
    assert_true(s.wait_ms > 0);
    rng_init(&s.rng, rng_seed);
    return s;
}

static struct own founder(const struct story *s, unsigned member)
{
    return (struct own){ .genesis = s->r->genesis[member - 1], .genesis_index = member };
}

enum form { NOTHING, IN_FULL, BY_ANOTHER };

/* What this member says at this time; the round hears it if it is to. */
static enum form says(struct story *s, unsigned member, uint64_t now_ms, uint64_t awake_ms, bool heard)
{
    static struct own own; /* large */
    static struct deal_out out;
    struct record record;

    own = founder(s, member);
    own.awake_ms = awake_ms;
    if (!voter_due(&out, s->r->topic, &own, now_ms, &s->rng))
        return NOTHING;
    assert_true(record_read(&record, (struct bytes){ out.bytes, out.size }));
    if (record.kind != RECORD_SEEN)
        return NOTHING;
    if (heard)
        assert_int_equal(topic_add(s->r->topic, record.whole, now_ms), STATUS_OK);
    return record.body.data[0] == 0x91 ? IN_FULL : BY_ANOTHER;
}

static unsigned how_many(struct story *s, enum form form, uint64_t now_ms, uint64_t awake_ms)
{
    unsigned count = 0;

    for (unsigned m = 1; m <= FOUNDERS; m++)
        count += says(s, m, now_ms, awake_ms, false) == form;
    return count;
}

static unsigned first_of(struct story *s)
{
    for (unsigned m = 1; m <= FOUNDERS; m++)
        if (says(s, m, s->begin_ms, 0, false) == IN_FULL)
            return m;
    fail_msg("nobody begins");
    return 0;
}

static void two_begin_and_the_others_say_what_they_differ_in(void **unused)
{
    struct story s = story_begin(HOMES, 1);

    (void)unused;
    assert_int_equal(how_many(&s, NOTHING, s.begin_ms - 1, 0), FOUNDERS);
    assert_int_equal(how_many(&s, IN_FULL, s.begin_ms, 0), LISTS_A_TURN);
    assert_int_equal(how_many(&s, NOTHING, s.begin_ms, 0), FOUNDERS - LISTS_A_TURN);
    assert_int_equal(says(&s, first_of(&s), s.begin_ms, 0, true), IN_FULL);
    assert_int_equal(how_many(&s, NOTHING, s.begin_ms + s.wait_ms - 1, 0), FOUNDERS - 1); /* the other first one */
    assert_int_equal(how_many(&s, BY_ANOTHER, s.begin_ms + s.wait_ms, 0), FOUNDERS - 1);
    for (unsigned m = 1; m <= FOUNDERS; m++)
        says(&s, m, s.begin_ms + s.wait_ms, 0, true);
    assert_int_equal(round_season(s.r)->boxes[BOX_REGISTRY].seen, FOUNDERS);
    assert_int_equal(how_many(&s, IN_FULL, s.begin_ms + 9 * s.wait_ms, 0) + how_many(&s, BY_ANOTHER, s.begin_ms + 9 * s.wait_ms, 0), 0); /* once */
    round_free(s.r);
}

/* The first two are off, or lie. */
static void without_a_near_list_two_more_begin_each_turn_and_in_the_end_all(void **unused)
{
    struct story s = story_begin(HOMES, 2);
    uint8_t none[1][ID_SIZE];

    (void)unused;
    round_seen(s.r, BOX_REGISTRY, first_of(&s), none, 0);
    for (unsigned turn = 0; turn < LIST_TURNS; turn++) {
        assert_int_equal(how_many(&s, IN_FULL, s.begin_ms + (turn + 1) * s.wait_ms - 1, 0), LISTS_A_TURN * (turn + 1) - 1);
        assert_int_equal(how_many(&s, BY_ANOTHER, s.begin_ms + (turn + 1) * s.wait_ms - 1, 0), 0);
    }
    assert_int_equal(how_many(&s, IN_FULL, s.begin_ms + LIST_TURNS * s.wait_ms, 0), FOUNDERS - 1);
    round_free(s.r);
}

static void who_wakes_up_hears_the_others_first(void **unused)
{
    struct story s = story_begin(HOMES, 3);
    uint64_t awake_ms = s.begin_ms + 7 * s.wait_ms;

    (void)unused;
    assert_int_equal(how_many(&s, NOTHING, awake_ms, awake_ms), FOUNDERS - LISTS_A_TURN);
    assert_int_equal(says(&s, first_of(&s), awake_ms, 0, true), IN_FULL);
    assert_int_equal(how_many(&s, NOTHING, awake_ms + s.wait_ms - 1, awake_ms), FOUNDERS - 1);
    assert_int_equal(how_many(&s, BY_ANOTHER, awake_ms + s.wait_ms, awake_ms), FOUNDERS - 1);
    round_free(s.r);
}

/* A clock is set for each moment at which a list may be due, and for no other. */
static void the_moments_are_named(void **unused)
{
    struct story s = story_begin(HOMES, 4);
    uint64_t later_ms = s.begin_ms + (LIST_TURNS + 1) * s.wait_ms;
    static struct own own;

    (void)unused;
    for (unsigned m = 1; m <= FOUNDERS; m++) {
        uint64_t now_ms = s.begin_ms, at_ms = 0;

        own = founder(&s, m);
        assert_int_equal(voter_deadline_ms(s.r->topic, &own, s.begin_ms - 1), s.begin_ms);
        while (says(&s, m, now_ms, 0, false) == NOTHING) {
            at_ms = voter_deadline_ms(s.r->topic, &own, now_ms);
            assert_true(at_ms > now_ms && at_ms < later_ms);
            assert_int_equal(says(&s, m, at_ms - 1, 0, false), NOTHING);
            now_ms = at_ms;
        }
        assert_true((now_ms - s.begin_ms) % s.wait_ms == 0);
    }
    round_free(s.r);
}

static void short_lists_are_said_at_once(void **unused)
{
    struct story s = story_begin(LIST_WAITS - 1, 5);

    (void)unused;
    assert_int_equal(how_many(&s, IN_FULL, s.begin_ms, 0), FOUNDERS);
    says(&s, 1, s.begin_ms, 0, true);
    assert_int_equal(how_many(&s, IN_FULL, s.begin_ms + s.wait_ms, 0), FOUNDERS - 1);
    round_free(s.r);
}

/* After a restart, what its list is told by may not be there: it was beyond its author's quota, which is looked at again. */
static void a_list_of_its_own_that_waits_is_not_said_again(void **unused)
{
    struct story s = story_begin(HOMES, 7);
    unsigned first = first_of(&s), member = first == 1 ? 2 : 1;
    uint64_t later_ms = s.begin_ms + LIST_TURNS * s.wait_ms;
    const struct held *const *seen;
    static struct deal_out out;
    struct own own = founder(&s, member);

    (void)unused;
    assert_int_equal(says(&s, first, s.begin_ms, 0, true), IN_FULL);
    assert_true(voter_due(&out, s.r->topic, &own, later_ms, &s.rng));
    topic_free(s.r->topic);
    s.r->topic = topic_up_to(s.r, s.r->count);
    assert_int_equal(says(&s, member, later_ms, 0, false), IN_FULL);
    assert_int_equal(topic_add(s.r->topic, (struct bytes){ out.bytes, out.size }, 0), STATUS_MISSING);
    assert_int_equal(topic_records(s.r->topic, BOX_REGISTRY, RECORD_SEEN, &seen), 0);
    assert_int_equal(says(&s, member, later_ms, 0, false), NOTHING);
    round_free(s.r);
}

/* Told later, it lists no more. */
static void what_comes_while_a_member_waits_is_not_listed(void **unused)
{
    struct story s = story_begin(HOMES + 1, 6);
    const struct round_record *last = &s.r->records[s.r->count - 1];
    const struct held *const *seen;
    struct listed list;
    struct reader r;

    (void)unused;
    topic_free(s.r->topic);
    s.r->topic = topic_up_to(s.r, s.r->count - 1);
    assert_int_equal(says(&s, first_of(&s), s.begin_ms, 0, true), IN_FULL);
    assert_int_equal(topic_add(s.r->topic, round_bytes(last), s.begin_ms + 1), STATUS_OK);
    for (unsigned m = 1; m <= FOUNDERS; m++)
        says(&s, m, s.begin_ms + s.wait_ms, 0, true);
    assert_int_equal(topic_records(s.r->topic, BOX_REGISTRY, RECORD_SEEN, &seen), FOUNDERS);
    for (size_t i = 0; i < FOUNDERS; i++) {
        r = reader_from(seen[i]->record.body);
        memset(&list, 0, sizeof list);
        list_read(&r, &list);
        assert_true(reader_done(&r));
        assert_int_equal(list.gone.size, 0);
        assert_int_equal(list.own.size, list.base == NULL ? HOMES * SEEN_PREFIX_SIZE : 0);
    }
    round_free(s.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_begin_and_the_others_say_what_they_differ_in),
        cmocka_unit_test(without_a_near_list_two_more_begin_each_turn_and_in_the_end_all),
        cmocka_unit_test(who_wakes_up_hears_the_others_first),
        cmocka_unit_test(the_moments_are_named),
        cmocka_unit_test(short_lists_are_said_at_once),
        cmocka_unit_test(a_list_of_its_own_that_waits_is_not_said_again),
        cmocka_unit_test(what_comes_while_a_member_waits_is_not_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
