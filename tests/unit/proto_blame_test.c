/* Nobody is blamed for what somebody else made, for standing elsewhere in a round, or for being slow; and
 * nobody makes a home send more than its bounds. WIRE 2.4, 5.3, 5.5, 10.6 to 10.9. */
#include "tests/support/hostile.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* An interest of the right shape for a box that follows nothing closed yet: a home that is further would know
 * it as forged, one that is not cannot. */
static struct bytes premature_deal(const uint8_t topic[ID_SIZE], uint32_t number, uint8_t id[ID_SIZE])
{
    static uint8_t bytes[RECORD_MAX], body[POINT_SIZE + 16];
    uint8_t seed[KEY_SIZE] = { 0x66 }, parent[ID_SIZE] = { 0x77 }, admission[POINT_SIZE] = { 0 };
    struct writer w = writer_to(body, sizeof body);
    struct sign_key author;

    sign_key_init(&author, seed);
    be32_write(admission, number);
    writer_array(&w, 3);
    writer_uint(&w, 0);
    writer_uint(&w, 4);
    writer_bin(&w, BYTES(admission));
    return (struct bytes){ bytes, record_write(bytes, sizeof bytes, id, RECORD_DEAL, topic, BOX_INTEREST,
                                               parent, &author, (struct bytes){ body, writer_done(&w) }) };
}

/* A bid that its company signed, for a past that is not there. */
static struct bytes premature_bid(const uint8_t topic[ID_SIZE])
{
    static uint8_t bytes[RECORD_MAX], body[SEAL_OVERHEAD + 16];
    uint8_t seed[KEY_SIZE] = { 0x66 }, parent[ID_SIZE] = { 0x77 }, sealed[SEAL_OVERHEAD] = { 0 };
    struct writer w = writer_to(body, sizeof body);
    struct sign_key company;

    sign_key_init(&company, seed);
    writer_array(&w, 2);
    writer_uint(&w, 0);
    writer_bin(&w, BYTES(sealed));
    return (struct bytes){ bytes, record_write(bytes, sizeof bytes, NULL, RECORD_DEAL, topic, BOX_BIDS,
                                               parent, &company, (struct bytes){ body, writer_done(&w) }) };
}

/* Two homes that follow one round; what is said to home 0 by the mouth can reach home 1 through it alone. */
static struct world *two_homes(uint8_t topic[ID_SIZE])
{
    struct world *w = world_new(2, 11);

    world_belong(w, 0, -1);
    world_found(w, 0, "pellets", "street", topic);
    world_belong(w, 1, 0);
    world_run(w, 30000);
    assert_true(world_linked(w, 0, 1) && core_topic_find(w->homes[1].core, topic) != NULL);
    w->liar = true;
    return w;
}

/* Else a liar's forgery, taken by a home that lags, would part it from all that are further. */
static void what_cannot_be_judged_yet_is_passed_on_to_nobody(void **unused)
{
    uint8_t topic[ID_SIZE], ids[2][ID_SIZE];
    struct world *w = two_homes(topic);
    struct mouth m = member(w, 1, topic);
    struct message graft = { .type = MESSAGE_GRAFT, .handle = 5, .ids = { ids[0], ID_SIZE } };
    struct record read;

    (void)unused;
    say_record(&m, premature_deal(topic, 1, ids[0]), false);
    assert_non_null(topic_held_find(core_topic_find(w->homes[0].core, topic), ids[0]));
    assert_true(record_read(&read, somebodys_record(w, topic, 1)));
    memcpy(ids[1], read.id, ID_SIZE);
    say_record(&m, somebodys_record(w, topic, 1), false);
    mouth_say(&m, &graft);
    assert_int_equal(mouth_hear(&m, MESSAGE_RECORD, NULL, NULL, true), 0);
    world_run(w, 5 * SYNC_MS); /* announcements and comparisons */
    assert_null(topic_held_find(core_topic_find(w->homes[1].core, topic), ids[0]));
    assert_false(world_has(w, 0, ids[0])); /* nor does it fill the disk */
    assert_true(world_linked(w, 0, 1));
    mouth_hang_up(&m);
    world_free(w);
}

/* There is no register yet by which a home could introduce a bid; and what a company signed is no deal. */
static void what_is_handed_in_early_is_refused_in_words(void **unused)
{
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct event event = { .type = EVENT_BID };

    (void)unused;
    memcpy(event.topic, topic, ID_SIZE);
    event.bytes = premature_bid(topic);
    assert_int_equal(world_step(w, 0, event), STATUS_EARLY);
    assert_non_null(strstr(w->why.text, "bidding has not begun"));
    assert_int_equal(topic_add(core_topic_find(w->homes[0].core, topic), event.bytes, 0), STATUS_MALFORMED);
    world_free(w);
}

/* Who repeats an announcement from made-up addresses must not wash out those that are known. */
static void announcements_cannot_wash_out_who_is_known(void **unused)
{
    struct peer_view peers[2 * 128];
    uint8_t topic[ID_SIZE], group[ID_SIZE];
    struct world *w = two_homes(topic);
    struct event event = { .type = EVENT_HEARD };
    char address[ADDRESS_MAX];

    (void)unused;
    group_id(group, w->secret);
    memcpy(event.group, group, ID_SIZE);
    event.address = address;
    for (unsigned i = 0; i < 10000; i++) {
        snprintf(address, sizeof address, "10.8.%u.%u:7711", i / 256, i % 256);
        world_step(w, 0, event);
    }
    assert_true(core_peers(w->homes[0].core, peers, ARRAY_SIZE(peers)) <= ADDRESSES_MAX + 2);
    world_run(w, 1000);
    assert_true(world_linked(w, 0, 1));
    world_free(w);
}

/* While a home is off, a member tells of another address for its key. */
static void hearsay_does_not_replace_an_address_that_worked(void **unused)
{
    struct message lie = { .type = MESSAGE_PEERS, .peers = { .count = 1 } };
    struct peer_view peers[8];
    uint8_t topic[ID_SIZE], key[KEY_SIZE];
    struct world *w = two_homes(topic);
    struct mouth m;
    bool known = false;
    size_t count;

    (void)unused;
    memcpy(key, core_link_key(w->homes[1].core), KEY_SIZE);
    world_stop(w, 1);
    world_run(w, 60000);
    m = member(w, 1, topic);
    memcpy(lie.peers.list[0].key, key, KEY_SIZE);
    strcpy(lie.peers.list[0].address, "10.66.6.6:7711");
    mouth_say(&m, &lie);
    count = core_peers(w->homes[0].core, peers, ARRAY_SIZE(peers));
    for (size_t i = 0; i < count; i++)
        known = known || (strcmp(peers[i].address, w->homes[1].address) == 0 &&
                          memcmp(peers[i].key, key, KEY_SIZE) == 0);
    assert_true(known);
    assert_int_equal(count, 3); /* the member, the home, and where it is said to be */
    mouth_hang_up(&m);
    world_free(w);
}

/* Checking a charter's key takes thousands of times what sending it takes. */
static void a_charter_that_was_not_asked_for_is_not_read(void **unused)
{
    static const uint8_t nonsense[] = { 1, 2, 3 };
    struct message message = { .type = MESSAGE_FOLLOW, .handle = 6 };
    uint8_t topic[ID_SIZE], bytes[CHARTER_MAX];
    struct world *w = alone(topic);
    struct charter charter = *topic_charter(core_topic_find(w->homes[0].core, topic));
    struct mouth m;

    (void)unused;
    for (int i = 1; i < TOPICS_MAX; i++) {
        charter.opens_s++;
        assert_int_equal(
            world_step(w, 0,
                       (struct event){ .type = EVENT_TOPIC,
                                       .bytes = { bytes, charter_write(bytes, sizeof bytes, &charter) } }),
            STATUS_OK);
    }
    m = member(w, 1, topic);
    charter_id(message.follow.topic, BYTES(nonsense));
    mouth_say(&m, &message);
    assert_int_equal(mouth_hear(&m, MESSAGE_ASK, NULL, NULL, true), 0); /* there is no room for one more */
    message = (struct message){ .type = MESSAGE_CHARTER, .handle = 6, .charter = BYTES(nonsense) };
    mouth_say(&m, &message);
    assert_false(w->outside_closed);
    mouth_hang_up(&m);
    world_free(w);
}

/* A member with many keys that calls and never says hello holds all places for callers, and no other. */
static void callers_leave_places_for_the_homes_that_are_called(void **unused)
{
    enum { MANY = 2 * LINKS_MAX };
    static struct mouth mouths[MANY];
    uint8_t topic[ID_SIZE];
    struct event heard = { .type = EVENT_HEARD };
    struct world *w = world_new(2, 12);
    int held = 0;

    (void)unused;
    world_belong(w, 0, -1);
    world_found(w, 0, "pellets", "street", topic);
    for (int i = 0; i < MANY; i++) {
        char host[32];

        snprintf(host, sizeof host, "10.9.8.%d", i);
        mouth_init(&mouths[i], w, 0, (uint8_t)i);
        held += mouth_call(&mouths[i], host, w->network);
    }
    assert_int_equal(held, LINKS_MAX - DIALS_MAX);
    world_belong(w, 1, -1); /* knows of nobody to call */
    heard.address = w->homes[1].address;
    group_id(heard.group, w->secret);
    world_step(w, 0, heard);
    world_run(w, 2000);
    assert_true(world_linked(w, 0, 1));
    for (int i = 0; i < MANY; i++)
        mouth_hang_up(&mouths[i]);
    world_free(w);
}

/* Two homes may have filled a quota with different records of a liar: each refuses what the other passes on.
 */
static void what_a_quota_refuses_costs_its_bearer_nothing(void **unused)
{
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);

    (void)unused;
    for (uint32_t i = 0; i < AUTHOR_BOX_RECORDS_MAX + 3 * SCORE_MAX; i++)
        say_record(&m, premature_deal(topic, i, NULL), false);
    assert_false(w->outside_closed);
    mouth_hang_up(&m);
    world_free(w);
}

/* A peer whose line is slow goes on with a comparison that has timed out here. */
static void going_on_with_a_comparison_that_is_over_is_no_violation(void **unused)
{
    static const uint8_t goes_on[][5] = {
        { 0x94, 2, 1, 16, 0xc4 }, { 0x91, 4 }, { 0x91, 7 }, { 0x93, 6, 1, 0xc4 }
    };
    static const size_t sizes[] = { 5, 2, 2, 4 };
    uint8_t topic[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(goes_on); i++) {
        struct message sync = { .type = MESSAGE_SYNC,
                                .handle = 5,
                                .sync = { true, 7 + (uint32_t)i, { goes_on[i], sizes[i] } } };

        mouth_say(&m, &sync);
        assert_false(w->outside_closed);
        assert_int_equal(mouth_hear(&m, MESSAGE_SYNC, NULL, NULL, true), 0);
    }
    mouth_hang_up(&m);
    world_free(w);
}

static void a_few_bytes_do_not_fetch_addresses_without_end(void **unused)
{
    struct message peers = { .type = MESSAGE_PEERS, .peers = { .reply_wanted = true } };
    uint8_t topic[ID_SIZE];
    struct world *w = two_homes(topic);
    struct mouth m = member(w, 1, topic);
    size_t replies = 0;

    (void)unused;
    for (int i = 0; i < 10 * ADDRESSES_MAX; i++) {
        mouth_say(&m, &peers);
        replies += mouth_hear(&m, MESSAGE_PEERS, NULL, NULL, true);
    }
    assert_true(replies > 0 && replies <= ADDRESSES_MAX + 1); /* and the one of the beginning */
    assert_false(w->outside_closed);
    mouth_hang_up(&m);
    world_free(w);
}

/* A list by the founder, as large as records are. */
static struct bytes large_record(struct world *w, const uint8_t topic[ID_SIZE], uint8_t id[ID_SIZE])
{
    static uint8_t bytes[RECORD_MAX], body[RECORD_MAX], list[BOX_DEALS_MAX * SEEN_PREFIX_SIZE];
    struct topic *round = core_topic_find(w->homes[0].core, topic);
    struct writer writer = writer_to(body, sizeof body);
    struct sign_key founder;
    struct group_key share;

    for (size_t i = 0; i < BOX_DEALS_MAX; i++)
        be16_write(list + i * SEEN_PREFIX_SIZE, (uint16_t)i);
    founder_keys(&founder, &share, w->homes[0].seed, topic_charter(round));
    writer_array(&writer, 1);
    writer_bin(&writer, BYTES(list));
    return (struct bytes){ bytes,
                           record_write(bytes, sizeof bytes, id, RECORD_SEEN, topic, BOX_REGISTRY, topic,
                                        &founder, (struct bytes){ body, writer_done(&writer) }) };
}

/* Acknowledges everything and asks for the same again and again: what comes stays within its own buckets. */
static size_t fetched(struct mouth *m, const uint8_t id[ID_SIZE], int asks, size_t *bytes)
{
    static uint8_t ids[IHAVE_MAX][ID_SIZE];
    struct message graft = { .type = MESSAGE_GRAFT, .handle = 5, .ids = { ids[0], sizeof ids } };
    size_t count = 0, some;

    for (size_t i = 0; i < IHAVE_MAX; i++)
        memcpy(ids[i], id, ID_SIZE);
    for (int i = 0; i < asks; i++)
        mouth_say(m, &graft);
    *bytes = 0;
    while ((some = mouth_hear(m, MESSAGE_RECORD, NULL, bytes, true)) > 0)
        count += some;
    assert_false(m->w->outside_closed);
    return count;
}

static void a_few_bytes_do_not_fetch_records_without_end(void **unused)
{
    uint8_t topic[ID_SIZE], id[ID_SIZE];
    struct world *w = alone(topic);
    struct mouth m = member(w, 1, topic);
    struct record read;
    size_t bytes;

    (void)unused;
    say_record(&m, large_record(w, topic, id), false);
    fetched(&m, id, 20, &bytes);
    assert_true(bytes > BUCKET_BYTES / 2 && bytes < BUCKET_BYTES);
    mouth_hang_up(&m);
    m = member(w, 2, topic);
    assert_true(record_read(&read, somebodys_record(w, topic, 1)));
    memcpy(id, read.id, ID_SIZE);
    say_record(&m, read.whole, false);
    assert_int_equal(fetched(&m, id, BUCKET_RECORDS / IHAVE_MAX + 5, &bytes), BUCKET_RECORDS / 4 * 3);
    mouth_hang_up(&m);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_judged_yet_is_passed_on_to_nobody),
        cmocka_unit_test(what_is_handed_in_early_is_refused_in_words),
        cmocka_unit_test(announcements_cannot_wash_out_who_is_known),
        cmocka_unit_test(hearsay_does_not_replace_an_address_that_worked),
        cmocka_unit_test(a_charter_that_was_not_asked_for_is_not_read),
        cmocka_unit_test(callers_leave_places_for_the_homes_that_are_called),
        cmocka_unit_test(what_a_quota_refuses_costs_its_bearer_nothing),
        cmocka_unit_test(going_on_with_a_comparison_that_is_over_is_no_violation),
        cmocka_unit_test(a_few_bytes_do_not_fetch_addresses_without_end),
        cmocka_unit_test(a_few_bytes_do_not_fetch_records_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
