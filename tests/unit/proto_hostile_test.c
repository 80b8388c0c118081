/* Who breaks the rules of a link is parted with for a day; who is only odd, lost or a stranger is not.
 * WIRE 2.4. */
#include "tests/support/hostile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

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
    static const char *const noises[] = { "GET / HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
                                          "\x16\x03\x01\x02" };
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(noises); i++) {
        struct mouth m;

        mouth_init(&m, w, 0, 1);
        w->outside_closed = false;
        m.link = LINK_INCOMING | 900u;
        world_step(w, 0, (struct event){ .type = EVENT_LINK_UP, .link = m.link, .address = "10.8.8.8:1" });
        world_step(w, 0,
                   (struct event){ .type = EVENT_LINK_DATA,
                                   .link = m.link,
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
        world_step(
            w, 0,
            (struct event){ .type = EVENT_LINK_UP, .link = LINK_INCOMING | (5000 + i), .address = address });
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
        { "a handle never given, record",
          { .type = MESSAGE_RECORD, .handle = 6, .record = { { id, 1 }, false } } },
        { "a handle never given, have", { .type = MESSAGE_HAVE, .handle = 6, .ids = { id, ID_SIZE } } },
        { "a handle never given, graft", { .type = MESSAGE_GRAFT, .handle = 6, .ids = { id, ID_SIZE } } },
        { "a handle never given, prune", { .type = MESSAGE_PRUNE, .handle = 6 } },
        { "a handle never given, sync",
          { .type = MESSAGE_SYNC, .handle = 6, .sync = { true, 1, { id, 1 } } } },
        { "a handle never given, charter", { .type = MESSAGE_CHARTER, .handle = 6, .charter = { id, 1 } } },
        { "a charter of another name", { .type = MESSAGE_CHARTER, .handle = 5, .charter = { id, 1 } } },
        { "a record that does not decode",
          { .type = MESSAGE_RECORD, .handle = 5, .record = { { id, 1 }, false } } },
        { "a comparison that does not decode",
          { .type = MESSAGE_SYNC, .handle = 5, .sync = { true, 1, { id, 1 } } } },
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

static void nothing_more_is_said_to_who_breaks_the_rules(void **unused)
{
    static const uint8_t ping_then_bad[] = { 0, 3, 0x92, 24, 5, 0, 2, 0x91, 28 };
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    size_t sent = w->homes[0].sent;

    (void)unused;
    mouth_body(&m, BYTES(ping_then_bad));
    assert_true(w->outside_closed);
    assert_int_equal(w->homes[0].sent, sent);
    mouth_hang_up(&m);
    world_free(w);
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
        cmocka_unit_test(nothing_more_is_said_to_who_breaks_the_rules),
        cmocka_unit_test(a_forged_record_parts_for_a_day_by_key_and_host),
        cmocka_unit_test(a_neighbour_behind_the_same_router_is_not_punished_for_another),
        cmocka_unit_test(a_frame_altered_on_the_way_parts_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
