/* Nobody makes a home keep, hold or send more than its bounds, and nobody's lies are passed on.
 * WIRE 2.4, 10.5 to 10.7. */
#include "tests/support/hostile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

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

static void hanging_up_fills_no_bucket(void **unused)
{
    uint8_t topic[ID_SIZE], kept[RECORD_MAX];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    struct bytes record = somebodys_record(w, topic, 1);
    size_t said = 0;

    (void)unused;
    memcpy(kept, record.data, record.size);
    for (; said < BUCKET_RECORDS + 2 * SCORE_MAX && !w->outside_closed; said++) {
        if (said % 5000 == 4999) {
            mouth_hang_up(&m);
            m = member(w, 1, topic);
        }
        say_record(&m, (struct bytes){ kept, record.size }, true);
        mouth_hear(&m, MESSAGE_PRUNE, NULL, NULL, true);
    }
    assert_int_equal(said, BUCKET_RECORDS + SCORE_MAX + 1);
    mouth_hang_up(&m);
    world_free(w);
}

/* A list of the largest size for a box that has not begun: nobody can tell yet whose it may be. */
static struct bytes premature_list(const uint8_t topic[ID_SIZE], uint32_t number)
{
    static uint8_t bytes[RECORD_MAX], body[RECORD_MAX], list[BOX_DEALS_MAX * SEEN_PREFIX_SIZE];
    uint8_t seed[KEY_SIZE] = { 0x67 }, parent[ID_SIZE] = { 0x77 };
    struct writer w = writer_to(body, sizeof body);
    struct sign_key author;

    for (size_t i = 0; i < BOX_DEALS_MAX; i++)
        be16_write(list + i * SEEN_PREFIX_SIZE, (uint16_t)i);
    be32_write(seed + 4, number);
    sign_key_init(&author, seed);
    writer_array(&w, 1);
    writer_bin(&w, BYTES(list));
    return (struct bytes){ bytes, record_write(bytes, sizeof bytes, NULL, RECORD_SEEN, topic, BOX_KEY, parent, &author,
                                               (struct bytes){ body, writer_done(&w) }) };
}

/* Says so many of them, by several links, since each has a bucket; returns what waits in the round then. */
static size_t waits_after(struct world *w, const uint8_t topic[ID_SIZE], uint32_t lists)
{
    struct mouth m = { 0 };

    for (uint32_t i = 0; i < lists; i++) {
        if (i % 1000 == 0)
            m = member(w, (uint8_t)(topic[0] + i / 1000), topic);
        say_record(&m, premature_list(topic, i), true);
        if (i % 1000 == 999 || i + 1 == lists)
            mouth_hang_up(&m);
    }
    return topic_pending_bytes(core_topic_find(w->homes[0].core, topic));
}

/* Two rounds are filled with what can never be judged; the others have their part, and all together an end. */
static void what_waits_in_all_rounds_together_is_bounded(void **unused)
{
    enum { LIST = 16000, PART = PENDING_NODE_MAX / TOPICS_MAX };
    uint8_t topics[TOPICS_MAX][ID_SIZE];
    struct world *w = alone(topics[0]);

    (void)unused;
    for (size_t i = 1; i < TOPICS_MAX; i++) {
        world_run(w, 1000);
        world_found(w, 0, "pellets", "street", topics[i]);
    }
    for (size_t i = 0; i < 2; i++)
        assert_in_range(waits_after(w, topics[i], PENDING_BYTES_MAX / LIST + 10), PENDING_BYTES_MAX - 2 * LIST,
                        PENDING_BYTES_MAX);
    assert_in_range(waits_after(w, topics[2], PART / LIST + 50), PART - 2 * LIST, PART);
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
    world_run(w, 2 * GRAFT_MS + 10);
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

/* ---- A breath: what one frame can make a home say. */

static void add_message(uint8_t *body, size_t *size, const struct message *message)
{
    size_t more = message_write(body + *size + MESSAGE_HEAD, MESSAGE_MAX, message);

    assert_true(more > 0 && *size + MESSAGE_HEAD + more <= FRAME_PLAIN_MAX);
    be16_write(body + *size, (uint16_t)more);
    *size += MESSAGE_HEAD + more;
}

static void a_few_bytes_do_not_fetch_charters_without_end(void **unused)
{
    static uint8_t body[FRAME_PLAIN_MAX + MESSAGE_MAX];
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    size_t size = 0;

    (void)unused;
    while (size < FRAME_PLAIN_MAX - 100)
        add_message(body, &size, &(struct message){ .type = MESSAGE_ASK, .handle = 0 });
    mouth_hear(&m, MESSAGE_CHARTER, NULL, NULL, true);
    mouth_body(&m, (struct bytes){ body, size });
    mouth_carry(&m);
    assert_false(w->outside_closed);
    assert_in_range(mouth_hear(&m, MESSAGE_CHARTER, NULL, NULL, true), TOPICS_MAX, CHARTERS_MAX);
    mouth_hang_up(&m);
    world_free(w);
}

/* A comparison, with all the symbols there may be. */
static void add_comparison(uint8_t *body, size_t *size, uint32_t number)
{
    static const uint8_t salt[8] = { 1 }, digest[HASH_SIZE] = { 2 }, parts[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    struct message message = { .type = MESSAGE_SYNC, .handle = 5, .sync = { .began = true, .number = number } };
    uint8_t payload[128];
    struct writer w = writer_to(payload, sizeof payload);

    writer_array(&w, 4);
    writer_uint(&w, 0);
    writer_bin(&w, BYTES(salt));
    writer_uint(&w, 3);
    writer_bin(&w, BYTES(digest));
    message.sync.payload = (struct bytes){ payload, writer_done(&w) };
    add_message(body, size, &message);
    for (unsigned from = 0; from < SYNC_SYMBOLS_MAX; from += SYNC_SYMBOLS_STEP_MAX) {
        w = writer_to(payload, sizeof payload);
        writer_array(&w, 4);
        writer_uint(&w, 2);
        writer_uint(&w, from);
        writer_uint(&w, SYNC_SYMBOLS_STEP_MAX);
        writer_bin(&w, BYTES(parts));
        message.sync.payload = (struct bytes){ payload, writer_done(&w) };
        add_message(body, size, &message);
    }
}

static void more_than_a_queue_takes_is_not_said(void **unused)
{
    static uint8_t body[FRAME_PLAIN_MAX + MESSAGE_MAX];
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    size_t size = 0;

    (void)unused;
    for (uint32_t number = 1; size < FRAME_PLAIN_MAX - 2000; number++)
        add_comparison(body, &size, number);
    w->homes[0].bytes_sent = 0;
    mouth_body(&m, (struct bytes){ body, size });
    assert_true(w->outside_closed);
    assert_int_equal(w->outside_why, STATUS_FULL);
    assert_in_range(w->homes[0].bytes_sent, 1, 2 * QUEUE_MAX);
    mouth_hang_up(&m);
    m = member(w, 1, topic); /* and is no violation */
    mouth_hang_up(&m);
    world_free(w);
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
    /* It is tried, found to be another's (here: of nobody in the group), and the real members are not harmed.
     */
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
        message = (struct message){ .type = MESSAGE_CHARTER,
                                    .handle = 7,
                                    .charter = { bytes, charter_write(bytes, sizeof bytes, &charter) } };
        mouth_say(&m, &message);
        assert_true(w->outside_closed);
        assert_null(core_topic_find(w->homes[0].core, topic));
        mouth_hang_up(&m);
        world_free(w);
    }
}

static void a_view_is_not_washed_away_by_addresses(void **unused)
{
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    struct peer_view views[128];
    size_t replies = 0;

    (void)unused;
    for (unsigned i = 0; i < 100; i++) {
        struct message message = { .type = MESSAGE_PEERS, .peers = { .reply_wanted = true, .count = 1 } };

        message.peers.list[0].key[0] = (uint8_t)(i + 1);
        snprintf(message.peers.list[0].address, ADDRESS_MAX, "10.6.0.%u:7711", i);
        mouth_say(&m, &message);
        replies += mouth_hear(&m, MESSAGE_PEERS, NULL, NULL, true);
    }
    assert_false(w->outside_closed);
    assert_true(replies <= ADDRESSES_MAX);
    assert_true(core_peers(w->homes[0].core, views, ARRAY_SIZE(views)) <= 1 + ADDRESSES_MAX);
    mouth_hang_up(&m);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_said_again_is_kept_once_and_prunes),
        cmocka_unit_test(a_flood_is_dropped_and_then_closed),
        cmocka_unit_test(hanging_up_fills_no_bucket),
        cmocka_unit_test(what_waits_in_all_rounds_together_is_bounded),
        cmocka_unit_test(pings_beyond_the_bucket_get_no_answer),
        cmocka_unit_test(what_is_announced_and_never_brought_costs_the_link),
        cmocka_unit_test(who_does_not_acknowledge_gets_one_window),
        cmocka_unit_test(a_few_bytes_do_not_fetch_charters_without_end),
        cmocka_unit_test(more_than_a_queue_takes_is_not_said),
        cmocka_unit_test(a_strangers_address_in_hello_is_not_kept),
        cmocka_unit_test(charters_of_other_groups_and_networks_are_violations),
        cmocka_unit_test(a_view_is_not_washed_away_by_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
