/* Who breaks the rules is parted with for a day, who is only odd or slow is not, and nobody makes a home hold or send more than its bounds. */
#include "tests/support/mouth.h"

#include "proto/own.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ALONE = 1 };

static struct world *alone(uint8_t topic[ID_SIZE])
{
    struct world *w = world_new(ALONE, 7);

    world_belong(w, 0, -1);
    world_found(w, 0, "pellets", "street", topic);
    w->liar = true;
    return w;
}

/* Greeted, and the home's round followed with handle 5. */
static void follow(struct mouth *m, const uint8_t topic[ID_SIZE])
{
    struct message message = { .type = MESSAGE_FOLLOW, .handle = 5 };

    memcpy(message.follow.topic, topic, ID_SIZE);
    mouth_say(m, &message);
}

static struct mouth member(struct world *w, uint8_t who, const uint8_t topic[ID_SIZE])
{
    struct mouth m;

    mouth_init(&m, w, 0, who);
    assert_true(mouth_greet(&m, "10.9.9.9"));
    follow(&m, topic);
    assert_false(w->outside_closed);
    return m;
}

/* An enrolment by a home that does not exist. */
static struct bytes somebodys_record(struct world *w, const uint8_t topic[ID_SIZE], uint32_t who)
{
    static struct deal_out deal;
    struct topic *round = core_topic_find(w->homes[0].core, topic);
    uint8_t seed[KEY_SIZE] = { 0x50 }, secret[KEY_SIZE] = { 0x51 };
    struct sign_key invite;
    struct own own;

    be32_write(seed + 4, who);
    be32_write(secret + 4, who);
    own_init(&own, seed, round, secret);
    group_invite_key(&invite, w->secret);
    assert_int_equal(deal_enrol(&deal, round, &own, &invite, &w->rng, NULL), STATUS_OK);
    own_clear(&own);
    return (struct bytes){ deal.bytes, deal.size };
}

static void say_record(struct mouth *m, struct bytes record, bool asked)
{
    struct message message = { .type = MESSAGE_RECORD, .handle = 5, .record = { record, asked } };

    mouth_say(m, &message);
}

/* ---- Nobody's fault. */

static void another_version_is_nobodys_fault(void **unused)
{
    static const uint32_t versions[][2] = { { 2, 9 }, { 0, 0 } };
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
        struct message hello = mouth_hello();
        struct mouth m;

        mouth_init(&m, w, 0, 1);
        assert_true(mouth_call(&m, "10.9.9.9", "test"));
        hello.hello.lowest = versions[i][0];
        hello.hello.highest = versions[i][1];
        mouth_say(&m, &hello);
        assert_true(w->outside_closed);
        assert_int_equal(w->outside_why, STATUS_VERSION);
        mouth_hang_up(&m);
    }
    {
        struct mouth m = member(w, 1, topic);

        mouth_hang_up(&m);
    }
    world_free(w);
}

static void a_later_hello_and_unknown_odd_messages_are_fine(void **unused)
{
    static const uint8_t odd[] = { 0, 4, 0x92, 99, 0xa1, 'x', 0, 0 }, features[FEATURES_MAX] = { 0xff, 0xff };
    struct message hello = mouth_hello();
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m;

    (void)unused;
    mouth_init(&m, w, 0, 1);
    assert_true(mouth_call(&m, "10.9.9.9", "test"));
    hello.hello.highest = 7;
    hello.hello.features = BYTES(features);
    mouth_say(&m, &hello);
    mouth_body(&m, BYTES(odd));
    assert_false(w->outside_closed);
    assert_int_equal(world_links(w, 0), 1);
    mouth_hang_up(&m);
    world_free(w);
}

static void strangers_are_denied_and_then_not_answered_for_a_while(void **unused)
{
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m;
    int answered = 0;

    (void)unused;
    for (int i = 0; i < 40; i++) {
        mouth_init(&m, w, 0, 1);
        assert_false(mouth_call(&m, "10.9.9.9", "market"));
        assert_true(w->outside_closed);
        assert_int_equal(w->outside_why, STATUS_DENIED);
        answered += w->homes[0].closes[STATUS_DENIED] > 0;
        mouth_hang_up(&m);
    }
    /* Not answered: not even a member is, from there. From elsewhere he is, and from there later. */
    mouth_init(&m, w, 0, 1);
    assert_false(mouth_call(&m, "10.9.9.9", "test"));
    mouth_hang_up(&m);
    assert_true(mouth_greet(&m, "10.9.9.8"));
    mouth_hang_up(&m);
    world_run(w, 60000);
    assert_true(mouth_greet(&m, "10.9.9.9"));
    mouth_hang_up(&m);
    world_free(w);
}

static void noise_before_a_handshake_ends_the_call(void **unused)
{
    static const char *const noises[] = { "GET / HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\x16\x03\x01\x02" };
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(noises); i++) {
        struct mouth m;

        mouth_init(&m, w, 0, 1);
        w->outside_closed = false;
        m.link = LINK_INCOMING | 900u;
        world_step(w, 0, (struct event){ .type = EVENT_LINK_UP, .link = m.link, .address = "10.8.8.8:1" });
        world_step(w, 0, (struct event){ .type = EVENT_LINK_DATA, .link = m.link,
                                         .bytes = { (const uint8_t *)noises[i], strlen(noises[i]) } });
        assert_int_equal(w->homes[0].closes[STATUS_DENIED], i + 1);
        assert_int_equal(w->homes[0].sent, 0);
    }
    world_free(w);
}

static void who_proves_nothing_is_crowded_out_and_times_out(void **unused)
{
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m;

    (void)unused;
    for (uint32_t i = 0; i < 200; i++) {
        char address[ADDRESS_MAX];

        snprintf(address, sizeof address, "10.7.%u.1:99", i);
        world_step(w, 0, (struct event){ .type = EVENT_LINK_UP, .link = LINK_INCOMING | (5000 + i), .address = address });
    }
    assert_int_equal(w->homes[0].closes[STATUS_FULL], 200 - HANDSHAKES_MAX);
    m = member(w, 1, topic); /* a member gets in all the same */
    world_run(w, HANDSHAKE_TIMEOUT_MS + 1);
    assert_int_equal(w->homes[0].closes[STATUS_MISSING], HANDSHAKES_MAX - 1);
    assert_int_equal(world_links(w, 0), 1);
    mouth_hang_up(&m);
    world_free(w);
}

/* ---- Violations. */

static void what_cannot_follow_is_a_violation(void **unused)
{
    static const uint8_t id[ID_SIZE] = { 1 };
    static const struct {
        const char *what;
        struct message message;
    } table[] = {
        { "a second hello", { .type = MESSAGE_HELLO, .hello = { .lowest = 1, .highest = 1 } } },
        { "a handle given twice", { .type = MESSAGE_FOLLOW, .handle = 5, .follow = { { 9 } } } },
        { "a handle never given, unfollow", { .type = MESSAGE_UNFOLLOW, .handle = 6 } },
        { "a handle never given, record", { .type = MESSAGE_RECORD, .handle = 6, .record = { { id, 1 }, false } } },
        { "a handle never given, have", { .type = MESSAGE_HAVE, .handle = 6, .ids = { id, ID_SIZE } } },
        { "a handle never given, graft", { .type = MESSAGE_GRAFT, .handle = 6, .ids = { id, ID_SIZE } } },
        { "a handle never given, prune", { .type = MESSAGE_PRUNE, .handle = 6 } },
        { "a handle never given, sync", { .type = MESSAGE_SYNC, .handle = 6, .sync = { true, 1, { id, 1 } } } },
        { "a handle never given, charter", { .type = MESSAGE_CHARTER, .handle = 6, .charter = { id, 1 } } },
        { "a charter of another name", { .type = MESSAGE_CHARTER, .handle = 5, .charter = { id, 1 } } },
        { "a record that does not decode", { .type = MESSAGE_RECORD, .handle = 5, .record = { { id, 1 }, false } } },
        { "a comparison that does not decode", { .type = MESSAGE_SYNC, .handle = 5, .sync = { true, 1, { id, 1 } } } },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        uint8_t topic[ID_SIZE];
        struct world *w = alone(topic);
        struct mouth m = member(w, 1, topic);

        mouth_say(&m, &table[i].message);
        if (!w->outside_closed || w->outside_why != STATUS_MALFORMED)
            fail_msg("%s: not a violation", table[i].what);
        mouth_hang_up(&m);
        world_free(w);
    }
}

static void anything_before_hello_is_a_violation(void **unused)
{
    struct message ping = { .type = MESSAGE_PING };
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m;

    (void)unused;
    mouth_init(&m, w, 0, 1);
    assert_true(mouth_call(&m, "10.9.9.9", "test"));
    mouth_say(&m, &ping);
    assert_true(w->outside_closed);
    assert_int_equal(w->outside_why, STATUS_MALFORMED);
    mouth_hang_up(&m);
    world_free(w);
}

static void garbage_in_an_honest_frame_is_a_violation(void **unused)
{
    static const struct {
        const char *what;
        uint8_t body[8];
        size_t size;
    } table[] = {
        { "padding that is not zero", { 0, 0, 1 }, 3 },
        { "a message over the end", { 0, 200, 0x91 }, 3 },
        { "not an array", { 0, 1, 7 }, 3 },
        { "an unknown even type", { 0, 2, 0x91, 28 }, 4 },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        uint8_t topic[ID_SIZE];
        struct world *w = alone(topic);
        struct mouth m = member(w, 1, topic);

        mouth_body(&m, (struct bytes){ table[i].body, table[i].size });
        if (!w->outside_closed || w->outside_why != STATUS_MALFORMED)
            fail_msg("%s: not a violation", table[i].what);
        mouth_hang_up(&m);
        world_free(w);
    }
}

static void a_forged_record_parts_for_a_day_by_key_and_host(void **unused)
{
    uint8_t topic[ID_SIZE], forged[RECORD_MAX];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic), other;
    struct bytes record = somebodys_record(w, topic, 1);

    (void)unused;
    memcpy(forged, record.data, record.size);
    forged[record.size - 1] ^= 1; /* of the signature */
    say_record(&m, (struct bytes){ forged, record.size }, false);
    assert_true(w->outside_closed);
    assert_int_equal(world_records(w, 0), 0);
    mouth_hang_up(&m);

    assert_false(mouth_greet(&m, "10.1.1.1")); /* the same key from elsewhere */
    mouth_hang_up(&m);
    mouth_init(&other, w, 0, 2);
    assert_false(mouth_greet(&other, "10.9.9.9")); /* another key from the same host */
    mouth_hang_up(&other);
    assert_true(mouth_greet(&other, "10.9.9.7"));
    mouth_hang_up(&other);
    world_run(w, DISCOURAGE_MS - 1000);
    assert_false(mouth_greet(&m, "10.9.9.9"));
    mouth_hang_up(&m);
    world_run(w, 2000);
    assert_true(mouth_greet(&m, "10.9.9.9"));
    mouth_hang_up(&m);
    world_free(w);
}

static void a_neighbour_behind_the_same_router_is_not_punished_for_another(void **unused)
{
    struct message hello = mouth_hello(), bad = { .type = MESSAGE_PRUNE, .handle = 6 };
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth good, m = member(w, 1, topic);

    (void)unused;
    mouth_init(&good, w, 0, 2);
    assert_true(mouth_call(&good, "10.9.9.9", "test"));
    strcpy(hello.hello.address, ":7711"); /* where the call comes from: credible */
    mouth_say(&good, &hello);
    mouth_hang_up(&good);
    mouth_say(&m, &bad);
    assert_true(w->outside_closed);
    mouth_hang_up(&m);
    assert_true(mouth_greet(&good, "10.9.9.9"));
    mouth_hang_up(&good);
    world_free(w);
}

static void a_frame_altered_on_the_way_parts_nobody(void **unused)
{
    uint8_t topic[ID_SIZE], wire[256];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    struct bytes out;

    (void)unused;
    assert_true(session_seal(m.session, (struct bytes){ (const uint8_t *)"\0", 1 }));
    out = session_outgoing(m.session);
    memcpy(wire, out.data, out.size);
    wire[out.size - 1] ^= 0x10;
    mouth_bytes(&m, (struct bytes){ wire, out.size });
    assert_true(w->outside_closed);
    assert_int_equal(w->outside_why, STATUS_FORGED);
    mouth_hang_up(&m);
    m = member(w, 1, topic);
    mouth_hang_up(&m);
    world_free(w);
}

/* ---- Records: once, in bounds, and not faster than they can be used. */

static void a_record_said_again_is_kept_once_and_prunes(void **unused)
{
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    struct bytes record = somebodys_record(w, topic, 1);

    (void)unused;
    say_record(&m, record, false);
    assert_int_equal(world_records(w, 0), 1);
    assert_int_equal(mouth_hear(&m, MESSAGE_PRUNE, NULL, NULL, true), 0);
    say_record(&m, record, true); /* asked for: says nothing of the tree */
    assert_int_equal(mouth_hear(&m, MESSAGE_PRUNE, NULL, NULL, true), 0);
    say_record(&m, record, false);
    assert_int_equal(mouth_hear(&m, MESSAGE_PRUNE, NULL, NULL, true), 1);
    assert_int_equal(world_records(w, 0), 1);
    assert_false(w->outside_closed);
    mouth_hang_up(&m);
    world_free(w);
}

static void a_flood_is_dropped_and_then_closed(void **unused)
{
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    struct bytes record = somebodys_record(w, topic, 1);
    uint8_t kept[RECORD_MAX];
    size_t said = 0;

    (void)unused;
    memcpy(kept, record.data, record.size);
    for (; said < BUCKET_RECORDS + 2 * SCORE_MAX && !w->outside_closed; said++) {
        say_record(&m, (struct bytes){ kept, record.size }, true);
        mouth_hear(&m, MESSAGE_PRUNE, NULL, NULL, true);
    }
    assert_int_equal(said, BUCKET_RECORDS + SCORE_MAX + 1);
    assert_int_equal(w->outside_why, STATUS_FULL);
    mouth_hang_up(&m);
    assert_false(mouth_greet(&m, "10.9.9.9")); /* for a while, and only this key */
    mouth_hang_up(&m);
    world_run(w, BEHAVIOUR_MS + 1000);
    m = member(w, 1, topic);
    mouth_hang_up(&m);
    world_free(w);
}

static void pings_beyond_the_bucket_get_no_answer(void **unused)
{
    static uint8_t body[60000];
    const uint8_t ping[] = { 0, 7, 0x92, 24, 0xce, 0xff, 0xff, 0xff, 0xff };
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    size_t frames = 0;

    (void)unused;
    for (size_t i = 0; i + sizeof ping <= sizeof body; i += sizeof ping)
        memcpy(body + i, ping, sizeof ping);
    for (; frames < 2000 && !w->outside_closed; frames++) {
        mouth_body(&m, (struct bytes){ body, sizeof body / sizeof ping * sizeof ping });
        w->outside_size = 0;
    }
    assert_true(w->outside_closed && w->outside_why == STATUS_FULL);
    assert_true(frames * sizeof body < 2 * (size_t)BUCKET_BYTES);
    mouth_hang_up(&m);
    world_free(w);
}

static void what_is_announced_and_never_brought_costs_the_link(void **unused)
{
    uint8_t topic[ID_SIZE], ids[IHAVE_MAX][ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    struct message have = { .type = MESSAGE_HAVE, .handle = 5, .ids = { ids[0], sizeof ids } };
    size_t grafts;

    (void)unused;
    rng_fill(&w->rng, ids[0], sizeof ids);
    mouth_say(&m, &have);
    world_run(w, GRAFT_MS + 10);
    mouth_carry(&m);
    grafts = mouth_hear(&m, MESSAGE_GRAFT, NULL, NULL, true);
    assert_true(grafts > 0);
    assert_false(w->outside_closed);
    world_run(w, SYNC_TIMEOUT_MS);
    assert_true(w->outside_closed);
    assert_int_equal(w->outside_why, STATUS_FULL);
    mouth_hang_up(&m);
    world_free(w);
}

/* Asks for everything and acknowledges nothing. */
static void who_does_not_acknowledge_gets_one_window(void **unused)
{
    uint8_t topic[ID_SIZE], (*ids)[ID_SIZE] = calloc(512, ID_SIZE);
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    struct message graft = { .type = MESSAGE_GRAFT, .handle = 5 };
    size_t count = 0, bytes = 0, total = 0;

    (void)unused;
    assert_non_null(ids);
    for (uint32_t i = 0; i < 400; i++) {
        struct bytes record = somebodys_record(w, topic, i);
        struct record read;

        assert_true(record_read(&read, record));
        memcpy(ids[count++], read.id, ID_SIZE);
        total += record.size;
        say_record(&m, record, false);
    }
    assert_int_equal(world_records(w, 0), 400);
    mouth_hear(&m, MESSAGE_RECORD, NULL, NULL, true);
    graft.ids = (struct bytes){ ids[0], count * ID_SIZE };
    for (int i = 0; i < 5; i++)
        mouth_say(&m, &graft);
    assert_true(5 * total > 2 * WINDOW_BYTES);
    mouth_hear(&m, MESSAGE_RECORD, NULL, &bytes, false);
    assert_true(bytes >= WINDOW_BYTES && bytes < WINDOW_BYTES + RECORD_MAX);
    /* One pong late, and the rest comes in portions. */
    for (uint32_t number = 0; number < 200; number++) {
        struct message pong = { .type = MESSAGE_PONG, .number = number };

        mouth_say(&m, &pong);
        mouth_hear(&m, MESSAGE_RECORD, NULL, &bytes, true);
    }
    assert_int_equal(bytes, 5 * total);
    mouth_hang_up(&m);
    world_free(w);
    free(ids);
}

/* ---- Lies. */

static void a_strangers_address_in_hello_is_not_kept(void **unused)
{
    struct message hello = mouth_hello();
    struct world *w = world_new(3, 5);
    struct mouth m;

    (void)unused;
    world_belong(w, 0, -1);
    mouth_init(&m, w, 0, 1);
    assert_true(mouth_call(&m, "10.9.9.9", "test"));
    memcpy(hello.hello.address, w->homes[2].address, ADDRESS_MAX);
    mouth_say(&m, &hello);
    world_run(w, 1000);
    assert_int_equal(w->homes[0].item_count, 0);
    mouth_hang_up(&m);
    /* It is tried, found to be another's (here: of nobody in the group), and the real members are not harmed. */
    world_belong(w, 1, 0);
    world_run(w, 60000);
    assert_true(world_linked(w, 0, 1));
    world_belong(w, 2, 1);
    world_run(w, 60000);
    assert_true(world_linked(w, 0, 2) && world_linked(w, 1, 2));
    world_free(w);
}

static void charters_of_other_groups_and_networks_are_violations(void **unused)
{
    (void)unused;
    for (int what = 0; what < 2; what++) {
        uint8_t topic[ID_SIZE], bytes[CHARTER_MAX], secret[GROUP_SECRET_SIZE] = { 9 };
        struct world *w = alone(topic);
        struct mouth m = member(w, 1, topic);
        struct message message = { .type = MESSAGE_FOLLOW, .handle = 7 };
        struct charter charter = *topic_charter(core_topic_find(w->homes[0].core, topic));

        charter.opens_s++;
        if (what == 0)
            strcpy(charter.network, "market");
        charter_found(&charter, w->homes[0].seed, what == 1 ? secret : w->secret);
        message.charter = (struct bytes){ bytes, charter_write(bytes, sizeof bytes, &charter) };
        charter_id(topic, message.charter);
        memcpy(message.follow.topic, topic, ID_SIZE);
        mouth_say(&m, &message);
        assert_int_equal(mouth_hear(&m, MESSAGE_ASK, NULL, NULL, true), 1);
        message = (struct message){ .type = MESSAGE_CHARTER, .handle = 7,
                                    .charter = { bytes, charter_write(bytes, sizeof bytes, &charter) } };
        mouth_say(&m, &message);
        assert_true(w->outside_closed);
        assert_null(core_topic_find(w->homes[0].core, topic));
        mouth_hang_up(&m);
        world_free(w);
    }
}

static void at_most_sixteen_rounds_of_a_group_are_followed(void **unused)
{
    uint8_t topic[ID_SIZE], bytes[CHARTER_MAX];
    struct world *w = alone(topic);
    struct charter charter = *topic_charter(core_topic_find(w->homes[0].core, topic));
    struct mouth m;

    (void)unused;
    mouth_init(&m, w, 0, 1);
    assert_true(mouth_greet(&m, "10.9.9.9"));
    for (unsigned i = 0; i < TOPICS_MAX; i++) {
        struct message message = { .type = MESSAGE_FOLLOW, .handle = i };
        size_t size;

        charter.opens_s++;
        size = charter_write(bytes, sizeof bytes, &charter);
        charter_id(message.follow.topic, (struct bytes){ bytes, size });
        mouth_say(&m, &message);
        if (mouth_hear(&m, MESSAGE_ASK, NULL, NULL, true) == 0)
            continue;
        message = (struct message){ .type = MESSAGE_CHARTER, .handle = i, .charter = { bytes, size } };
        mouth_say(&m, &message);
    }
    assert_false(w->outside_closed);
    assert_int_equal(core_topic_count(w->homes[0].core), TOPICS_MAX);
    charter.opens_s++;
    assert_int_equal(world_step(w, 0, (struct event){ .type = EVENT_TOPIC,
                                                      .bytes = { bytes, charter_write(bytes, sizeof bytes, &charter) } }),
                     STATUS_FULL);
    assert_non_null(strstr(w->why.text, "16 rounds"));
    mouth_hang_up(&m);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_version_is_nobodys_fault),
        cmocka_unit_test(a_later_hello_and_unknown_odd_messages_are_fine),
        cmocka_unit_test(strangers_are_denied_and_then_not_answered_for_a_while),
        cmocka_unit_test(noise_before_a_handshake_ends_the_call),
        cmocka_unit_test(who_proves_nothing_is_crowded_out_and_times_out),
        cmocka_unit_test(what_cannot_follow_is_a_violation),
        cmocka_unit_test(anything_before_hello_is_a_violation),
        cmocka_unit_test(garbage_in_an_honest_frame_is_a_violation),
        cmocka_unit_test(a_forged_record_parts_for_a_day_by_key_and_host),
        cmocka_unit_test(a_neighbour_behind_the_same_router_is_not_punished_for_another),
        cmocka_unit_test(a_frame_altered_on_the_way_parts_nobody),
        cmocka_unit_test(a_record_said_again_is_kept_once_and_prunes),
        cmocka_unit_test(a_flood_is_dropped_and_then_closed),
        cmocka_unit_test(pings_beyond_the_bucket_get_no_answer),
        cmocka_unit_test(what_is_announced_and_never_brought_costs_the_link),
        cmocka_unit_test(who_does_not_acknowledge_gets_one_window),
        cmocka_unit_test(a_strangers_address_in_hello_is_not_kept),
        cmocka_unit_test(charters_of_other_groups_and_networks_are_violations),
        cmocka_unit_test(at_most_sixteen_rounds_of_a_group_are_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
