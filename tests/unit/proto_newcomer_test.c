/* Buckets belong to a key, and a key is made in no time: who makes one after the other has no full buckets with each, and a newcomer who
 * comes among them is let in and blamed for nothing. WIRE 2.4. */
#include "proto/core/core_state.h"
#include "tests/support/hostile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ASKED = ADDRESSES_MAX + 12 };

/* A home that knows another, so that it has something to answer. */
static struct world *pair(void)
{
    struct world *w = world_new(2, 5);

    for (int i = 0; i < 2; i++)
        world_belong(w, i, i == 0 ? -1 : 0);
    world_run(w, 5000);
    return w;
}

static struct core *core_of(struct world *w)
{
    return w->homes[0].core;
}

/* Asks for addresses more often than a bucket allows; how often it got some. */
static size_t answers(struct mouth *m)
{
    struct message ask = { .type = MESSAGE_PEERS, .peers.reply_wanted = true };
    size_t count = 0;

    mouth_hear(m, MESSAGE_PEERS, NULL, NULL, true);
    for (int i = 0; i < ASKED; i++) {
        mouth_say(m, &ask);
        mouth_carry(m);
        count += mouth_hear(m, MESSAGE_PEERS, NULL, NULL, true);
    }
    return count;
}

static size_t answers_to(struct world *w, uint8_t key)
{
    struct mouth m;
    size_t count;

    mouth_init(&m, w, 0, key);
    assert_true(mouth_greet(&m, "10.9.9.9"));
    count = answers(&m);
    assert_false(w->outside_closed);
    mouth_hang_up(&m);
    return count;
}

static void keys_made_one_after_the_other_have_no_full_buckets_each(void **unused)
{
    enum { KEYS = 3 * NEWCOMERS_MAX };
    struct world *w = pair();
    size_t own = 0, others = 0;

    (void)unused;
    for (uint8_t key = 1; key < NEWCOMERS_MAX; key++) /* the other home was the first */
        own += answers_to(w, key);
    assert_int_equal(own, (NEWCOMERS_MAX - 1) * (size_t)ADDRESSES_MAX);
    for (uint8_t key = NEWCOMERS_MAX; key < KEYS; key++)
        others += answers_to(w, key);
    assert_int_equal(others, ADDRESSES_MAX);
    assert_int_equal(answers_to(w, KEYS - 1), 0); /* nor when it comes again, */
    world_run(w, 70000);
    assert_int_equal(answers_to(w, KEYS - 1), ADDRESSES_MAX); /* until there are some left */
    world_free(w);
}

/* A key that calls again while its first link seems alive. */
static void a_key_that_calls_twice_at_once_has_one_set(void **unused)
{
    struct world *w = pair();
    struct mouth first, second;

    (void)unused;
    mouth_init(&first, w, 0, 1);
    assert_true(mouth_greet(&first, "10.9.9.9"));
    assert_int_equal(answers(&first), ADDRESSES_MAX);
    mouth_init(&second, w, 0, 1);
    assert_true(mouth_call(&second, "10.9.9.9", w->network));
    assert_int_equal(link_find(core_of(w), second.link)->allowance->addresses.used, ADDRESSES_MAX * 1000);
    mouth_hang_up(&second);
    session_free(first.session);
    world_free(w);
}

static void empty(struct core *core, struct bucket *records)
{
    *records = (struct bucket){ .used = BUCKET_RECORDS, .at = core->ms };
}

/* What others took from the buckets it shares is not its fault; what it takes from its own is. */
static void a_newcomer_is_not_blamed_for_what_others_took(void **unused)
{
    uint8_t topic[ID_SIZE], kept[RECORD_MAX];
    struct world *w = alone(topic);
    struct core *core = core_of(w);
    struct bytes record;
    struct mouth m;

    (void)unused;
    core->newcomers = (struct bucket){ .used = NEWCOMERS_MAX * 1000, .at = core->ms };
    m = member(w, 1, topic);
    record = somebodys_record(w, topic, 1);
    memcpy(kept, record.data, record.size);
    say_record(&m, (struct bytes){ kept, record.size }, true);
    assert_int_equal(world_records(w, 0), 1);
    empty(core, &core->shared.records);
    for (int i = 0; i < 2 * SCORE_MAX; i++)
        say_record(&m, (struct bytes){ kept, record.size }, true);
    assert_false(w->outside_closed);
    mouth_hang_up(&m);
    world_run(w, 70000);
    m = member(w, 1, topic);
    empty(core, &core->links[0]->own.records);
    for (int i = 0; i < 2 * SCORE_MAX && !w->outside_closed; i++)
        say_record(&m, (struct bytes){ kept, record.size }, true);
    assert_true(w->outside_closed);
    mouth_hang_up(&m);
    world_free(w);
}

/* The peer had no tokens left for the charter: it is asked for again, and the home follows the round after all. */
static void a_charter_that_did_not_come_is_asked_for_again(void **unused)
{
    struct world *w = world_new(2, 6);
    struct core *core;
    uint8_t topic[ID_SIZE];

    (void)unused;
    world_belong(w, 0, -1);
    world_found(w, 0, "pellets", "street", topic);
    core = core_of(w);
    core->newcomers = (struct bucket){ .used = NEWCOMERS_MAX * 1000, .at = core->ms };
    core->shared.charters = (struct bucket){ .used = CHARTERS_MAX * 1000, .at = core->ms };
    world_belong(w, 1, 0);
    world_run(w, 5000);
    assert_int_equal(world_links(w, 1), 1);
    assert_null(core_topic_find(w->homes[1].core, topic));
    world_run(w, 3 * SHUFFLE_MS);
    assert_non_null(core_topic_find(w->homes[1].core, topic));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_made_one_after_the_other_have_no_full_buckets_each),
        cmocka_unit_test(a_key_that_calls_twice_at_once_has_one_set),
        cmocka_unit_test(a_newcomer_is_not_blamed_for_what_others_took),
        cmocka_unit_test(a_charter_that_did_not_come_is_asked_for_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
