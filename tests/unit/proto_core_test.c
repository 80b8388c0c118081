/* Stories of homes that find each other, keep the same records, and part with who does not keep the rules. */
#include "proto/duty/own.h"
#include "proto/core/core_state.h"
#include "tests/support/world_story.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct world *street(int homes, uint64_t seed)
{
    struct world *w = world_new(homes, seed);

    for (int i = 0; i < homes; i++)
        world_belong(w, i, i == 0 ? -1 : 0);
    return w;
}

static void three_homes_find_each_other_from_one_address(void **unused)
{
    struct world *w = street(3, 1);

    (void)unused;
    world_run(w, 5000);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(world_links(w, i), 2);
        for (int j = 0; j < 3; j++)
            assert_int_equal(world_linked(w, i, j), i != j);
    }
    world_free(w);
}

static void a_round_and_its_records_reach_everybody(void **unused)
{
    struct world *w = street(12, 2);
    uint8_t topic[ID_SIZE];

    (void)unused;
    world_run(w, 10000);
    world_found(w, 0, "pellets", "street", topic);
    world_run(w, 2000);
    for (int i = 0; i < 12; i++) {
        assert_non_null(core_topic_find(w->homes[i].core, topic));
        assert_int_equal(world_enrol(w, i, topic), STATUS_OK);
    }
    world_run(w, 5000);
    assert_true(world_alike(w));
    assert_int_equal(world_records(w, 7), 12);
    world_free(w);
}

static void a_newcomer_catches_up_with_what_was_before(void **unused)
{
    struct world *w = street(5, 3);
    uint8_t topic[ID_SIZE];

    (void)unused;
    world_run(w, 5000);
    world_found(w, 0, "pellets", "street", topic);
    world_run(w, 2000);
    world_stop(w, 4);
    for (int i = 0; i < 4; i++)
        world_enrol(w, i, topic);
    world_run(w, 3600 * 1000);
    world_start(w, 4);
    world_run(w, 5000);
    assert_int_equal(world_records(w, 4), 4);
    assert_true(world_alike(w));
    world_free(w);
}

/* More than a window of records, in both directions, on a link of their own. */
static void thousands_of_bytes_cross_at_the_pace_of_the_link(void **unused)
{
    struct world *w = world_new(2, 4);
    uint8_t topic[ID_SIZE], seed[KEY_SIZE] = { 0x50 };
    struct sign_key invite;

    (void)unused;
    w->liar = true;
    world_belong(w, 0, -1);
    world_belong(w, 1, 0);
    world_found(w, 0, "pellets", "street", topic);
    world_run(w, 3000);
    world_cut(w, 0, 1, false);
    world_run(w, 1000);
    group_invite_key(&invite, w->secret);
    for (uint32_t i = 0; i < 800; i++) {
        struct topic *round = core_topic_find(w->homes[i % 2].core, topic);
        struct event event = { .type = EVENT_RECORD };
        struct deal_out deal;
        struct own own;

        be32_write(seed + 4, i);
        own_init(&own, seed, round, seed);
        assert_int_equal(deal_enrol(&deal, round, &own, &invite, &w->rng, NULL), STATUS_OK);
        memcpy(event.topic, topic, ID_SIZE);
        event.bytes = (struct bytes){ deal.bytes, deal.size };
        assert_int_equal(world_step(w, (int)(i % 2), event), STATUS_OK);
        own_clear(&own);
    }
    world_join(w, 0, 1);
    world_run(w, 60000);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(topic_record_count(core_topic_find(w->homes[i].core, topic)), 800);
        assert_int_equal(world_records(w, i), 400); /* what came over the link */
    }
    world_free(w);
}

static void a_restart_loses_nothing_and_says_nothing_twice(void **unused)
{
    struct world *w = street(4, 5);
    uint8_t topic[ID_SIZE];
    struct own_view before, after;

    (void)unused;
    world_run(w, 5000);
    world_found(w, 0, "pellets", "street", topic);
    world_run(w, 2000);
    for (int i = 0; i < 4; i++)
        world_enrol(w, i, topic);
    world_run(w, 2000);
    core_own(w->homes[2].core, core_topic_find(w->homes[2].core, topic), &before);
    world_stop(w, 2);
    world_start(w, 2);
    core_own(w->homes[2].core, core_topic_find(w->homes[2].core, topic), &after);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(world_enrol(w, 2, topic), STATUS_EXISTS);
    world_run(w, 60000);
    assert_int_equal(world_records(w, 2), 4);
    assert_true(world_alike(w));
    world_free(w);
}

static void the_same_seed_gives_the_same_effects(void **unused)
{
    struct world *w[2];
    uint8_t topic[ID_SIZE];

    (void)unused;
    for (int i = 0; i < 2; i++) {
        w[i] = street(6, 6);
        world_run(w[i], 5000);
        world_found(w[i], 0, "pellets", "demo", topic);
        world_run(w[i], 2000);
        for (int home = 0; home < 6; home++)
            world_enrol(w[i], home, topic);
        world_run(w[i], 60000);
    }
    assert_memory_equal(w[0]->trace, w[1]->trace, HASH_SIZE);
    assert_int_equal(w[0]->deliveries, w[1]->deliveries);
    for (int i = 0; i < 2; i++)
        world_free(w[i]);
}

static void what_comes_from_disk_sends_nothing_and_commands_wait_for_it(void **unused)
{
    struct world *w = world_new(1, 7);
    struct core_config config;
    struct event event = {
        .type = EVENT_GROUP, .now_ms = 1000, .bytes = BYTES(w->secret), .address = "10.0.0.9:7"
    };
    struct core *core;

    (void)unused;
    memset(&config, 0, sizeof config);
    strcpy(config.network, "test");
    core = core_new(&config);
    assert_int_equal(core_step(core, &event, &w->effects, &w->why), STATUS_OK);
    event = (struct event){ .type = EVENT_ENROL, .now_ms = 1000 };
    assert_int_equal(core_step(core, &event, &w->effects, &w->why), STATUS_MISSING);
    assert_string_equal(w->why.text, "this home follows no such round");
    assert_int_equal(w->effects.count, 0);
    assert_true(core_deadline(core) == UINT64_MAX);
    event = (struct event){ .type = EVENT_STARTED, .now_ms = 1000 };
    assert_int_equal(core_step(core, &event, &w->effects, &w->why), STATUS_OK);
    assert_int_equal(w->effects.count, 1);
    assert_int_equal(w->effects.list[0].type, EFFECT_DIAL);
    assert_string_equal(w->effects.list[0].address, "10.0.0.9:7");
    core_free(core);
    world_free(w);
}

static void refusals_say_why(void **unused)
{
    static const struct {
        const char *words;
        enum event_type type;
        enum status status;
    } table[] = {
        { "no such round", EVENT_JOIN, STATUS_MISSING },
        { "secret has 16 bytes", EVENT_GROUP, STATUS_MALFORMED },
        { "does not follow the format", EVENT_TOPIC, STATUS_MALFORMED },
        { "round that is not there", EVENT_RECORD, STATUS_MISSING },
        { "round that is not there", EVENT_SECRET, STATUS_MISSING },
    };
    struct world *w = street(1, 8);
    struct event event = { .type = EVENT_BID };
    uint8_t topic[ID_SIZE];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        assert_int_equal(world_step(w, 0, (struct event){ .type = table[i].type, .bytes = { topic, 1 } }),
                         table[i].status);
        assert_non_null(strstr(w->why.text, table[i].words));
    }
    world_found(w, 0, "pellets", "street", topic);
    memcpy(event.topic, topic, ID_SIZE);
    event.bytes = BYTES(topic);
    assert_int_equal(world_step(w, 0, event), STATUS_MALFORMED);
    assert_string_equal(w->why.text, "this is not a sealed bid");
    event.type = EVENT_JOIN;
    event.choice_count = 9;
    assert_int_equal(world_step(w, 0, event), STATUS_MALFORMED);
    world_free(w);
}

/* Rule V5: the founder's keys come from the seed, so nothing but this stands between it and a second vote. */
static void a_founder_brought_back_closes_no_registry_it_may_have_closed(void **unused)
{
    struct world *w = street(1, 18);
    uint8_t old[ID_SIZE], new[ID_SIZE];
    uint64_t end_ms;

    (void)unused;
    world_found(w, 0, "pellets", "demo", old);
    world_run(w, 1000);
    world_found(w, 0, "pellets", "street", new);
    end_ms = round_expiry_ms(core_topic_find(w->homes[0].core, old));
    world_step(w, 0, (struct event){ .type = EVENT_RESTORED, .arrival_ms = w->now_ms });
    world_step(w, 0, (struct event){ .type = EVENT_RESTORED, .arrival_ms = end_ms }); /* the latest counts */
    world_step(w, 0, (struct event){ .type = EVENT_RESTORED, .arrival_ms = 1 });
    world_run(w, (uint64_t)10 * 86400 * 1000);
    assert_int_equal(topic_record_count(core_topic_find(w->homes[0].core, old)), 0);
    assert_true(topic_record_count(core_topic_find(w->homes[0].core, new)) > 0);
    world_free(w);
}

static void a_clock_set_wrong_breaks_no_link_and_erases_no_round(void **unused)
{
    static const int64_t jumps_s[] = { 400 * 86400, -400 * 86400, -400 * 86400, 400 * 86400 };
    struct world *w = street(3, 9);
    uint8_t topic[ID_SIZE];

    (void)unused;
    world_run(w, 5000);
    world_found(w, 0, "pellets", "street", topic);
    world_run(w, 2000);
    for (size_t i = 0; i < ARRAY_SIZE(jumps_s); i++) {
        w->homes[1].clock_ms += jumps_s[i] * 1000;
        world_step(w, 1, (struct event){ .type = EVENT_TIMEOUT });
        world_run(w, 600 * 1000);
        assert_int_equal(world_links(w, 1), 2);
        assert_int_equal(w->homes[1].closes[STATUS_MISSING], 0);
        assert_non_null(core_topic_find(w->homes[1].core, topic));
    }
    world_enrol(w, 0, topic);
    world_run(w, 2000);
    assert_true(world_alike(w));
    world_free(w);
}

static void an_expired_round_is_dropped_and_does_not_come_back(void **unused)
{
    struct world *w = street(3, 10);
    uint8_t topic[ID_SIZE];
    uint64_t expires_s;

    (void)unused;
    world_run(w, 5000);
    world_found(w, 0, "pellets", "demo", topic);
    world_run(w, 2000);
    expires_s = topic_charter(core_topic_find(w->homes[0].core, topic))->expires_s;
    world_stop(w, 2);
    world_run(w, (expires_s + 60) * 1000 + DROP_WAIT_MS);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(core_topic_count(w->homes[i].core), 0);
        assert_null(world_find(&w->homes[i], EFFECT_KEEP_TOPIC, topic));
    }
    world_start(w, 2); /* it was off, and still follows the round */
    world_run(w, 60000);
    assert_int_equal(world_links(w, 2), 2);
    assert_int_equal(core_topic_count(w->homes[2].core), 1);
    assert_int_equal(core_topic_count(w->homes[0].core), 0);
    world_run(w, DROP_WAIT_MS);
    assert_int_equal(core_topic_count(w->homes[2].core), 0);
    world_free(w);
}

/* The disk told its records last first, so that each waits for what it hangs on. The world fails when one is kept twice. */
static void what_waited_when_it_came_from_disk_is_not_kept_again(void **unused)
{
    enum { HOMES = 8 };
    struct world *w = street(HOMES, 12);
    struct world_home *home = &w->homes[1];
    size_t before, last;
    uint8_t topic[ID_SIZE];

    (void)unused;
    world_run(w, 5000);
    world_found(w, 0, "pellets", "demo", topic);
    world_run(w, 1000);
    for (int i = 0; i < HOMES; i++)
        world_enrol(w, i, topic);
    while (topic_season(core_topic_find(home->core, topic))->boxes[BOX_REGISTRY].state < BOX_OPENED)
        world_run(w, 1000);
    world_run(w, 1000);
    before = topic_record_count(core_topic_find(home->core, topic));
    world_stop(w, 1);
    last = home->item_count;
    for (size_t i = 0; i < last; i++) {
        struct world_item item = home->disk[i];

        if (item.type != EFFECT_KEEP_RECORD)
            continue;
        while (last > i + 1 && home->disk[last - 1].type != EFFECT_KEEP_RECORD)
            last--;
        if (last <= i + 1)
            break;
        home->disk[i] = home->disk[--last];
        home->disk[last] = item;
    }
    world_start(w, 1);
    assert_true(topic_record_count(core_topic_find(home->core, topic)) >= before);
    world_run(w, 5000);
    assert_true(world_links(w, 1) > 0);
    world_free(w);
}

/* It is on disk, waited, found no place, and comes again from a neighbour, who has it. */
static void what_is_on_disk_is_not_kept_again_when_a_neighbour_brings_it(void **unused)
{
    struct world *w = street(2, 13);
    const struct held *const *deals;
    uint8_t topic[ID_SIZE], id[ID_SIZE];
    struct core *core = w->homes[1].core;

    (void)unused;
    world_run(w, 5000);
    world_found(w, 0, "pellets", "street", topic);
    world_run(w, 2000);
    world_enrol(w, 0, topic);
    assert_int_equal(topic_records(core_topic_find(w->homes[0].core, topic), BOX_REGISTRY, RECORD_DEAL, &deals), 1);
    memcpy(id, deals[0]->record.id, ID_SIZE);
    assert_true(id_list_add(&core->rounds[0]->early, id, PENDING_MAX));
    world_run(w, 2000);
    assert_non_null(topic_held_find(core_topic_find(core, topic), id));
    assert_false(world_has(w, 1, id));
    world_free(w);
}

static void a_charter_of_another_network_is_refused_in_words(void **unused)
{
    struct world *w = street(1, 11);
    struct charter charter;
    uint8_t bytes[CHARTER_MAX], topic[ID_SIZE];

    (void)unused;
    world_found(w, 0, "pellets", "street", topic);
    charter = *topic_charter(core_topic_find(w->homes[0].core, topic));
    strcpy(charter.network, "market");
    assert_int_equal(
        world_step(w, 0,
                   (struct event){ .type = EVENT_TOPIC,
                                   .bytes = { bytes, charter_write(bytes, sizeof bytes, &charter) } }),
        STATUS_DENIED);
    assert_string_equal(w->why.text, "the round belongs to the network \"market\", this home to \"test\"");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_homes_find_each_other_from_one_address),
        cmocka_unit_test(a_round_and_its_records_reach_everybody),
        cmocka_unit_test(a_newcomer_catches_up_with_what_was_before),
        cmocka_unit_test(thousands_of_bytes_cross_at_the_pace_of_the_link),
        cmocka_unit_test(a_restart_loses_nothing_and_says_nothing_twice),
        cmocka_unit_test(the_same_seed_gives_the_same_effects),
        cmocka_unit_test(what_comes_from_disk_sends_nothing_and_commands_wait_for_it),
        cmocka_unit_test(refusals_say_why),
        cmocka_unit_test(a_founder_brought_back_closes_no_registry_it_may_have_closed),
        cmocka_unit_test(a_clock_set_wrong_breaks_no_link_and_erases_no_round),
        cmocka_unit_test(an_expired_round_is_dropped_and_does_not_come_back),
        cmocka_unit_test(what_waited_when_it_came_from_disk_is_not_kept_again),
        cmocka_unit_test(what_is_on_disk_is_not_kept_again_when_a_neighbour_brings_it),
        cmocka_unit_test(a_charter_of_another_network_is_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
