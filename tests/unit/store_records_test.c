/* Topics, replicated records, settings, peers and the journal. */
#include "store/env.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "tests/support/store_home.h"

static const uint8_t TOPIC[STORE_ID_SIZE] = { 1 }, OTHER_TOPIC[STORE_ID_SIZE] = { 2 };

static void commit(struct store_txn *txn)
{
    struct failure why;

    assert_int_equal(store_commit(txn, &why), STATUS_OK);
}

static struct bytes text(const char *s)
{
    return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static uint8_t *id_of(uint32_t n)
{
    static uint8_t id[STORE_ID_SIZE];

    be32_write(id, n * 2654435761u); /* ids come in no order */
    be32_write(id + 4, n);
    return id;
}

struct seen {
    size_t count, stop_after;
    uint64_t places[1000], arrivals[1000];
    char texts[1000][40];
};

static bool see_record(void *arg, const struct store_record *record)
{
    struct seen *seen = arg;

    assert_true(seen->count < 1000 && record->bytes.size < 40);
    seen->places[seen->count] = record->place;
    seen->arrivals[seen->count] = record->arrival_ms;
    memcpy(seen->texts[seen->count], record->bytes.data, record->bytes.size);
    seen->texts[seen->count][record->bytes.size] = '\0';
    return ++seen->count != seen->stop_after;
}

static void put_records(struct home *home, const uint8_t *topic, uint32_t from, uint32_t to)
{
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    char body[40];

    for (uint32_t i = from; i < to; i++) {
        snprintf(body, sizeof body, "record %u", i);
        assert_true(store_record_put(txn, topic, id_of(i), 1000000 - i, text(body)));
    }
    commit(txn);
}

static void a_record_put_twice_is_kept_once_with_its_first_arrival(void **state)
{
    struct home *home = *state;
    struct store_topic_size size;
    struct store_record record;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);

    assert_true(store_record_put(txn, TOPIC, id_of(1), 5, text("first")));
    assert_false(store_record_put(txn, TOPIC, id_of(1), 6, text("second")));
    commit(txn);
    txn = store_begin(home->store, STORE_WRITE);
    assert_false(store_record_put(txn, TOPIC, id_of(1), 7, text("third")));
    assert_true(store_record_has(txn, TOPIC, id_of(1)));
    assert_false(store_record_has(txn, OTHER_TOPIC, id_of(1)));
    assert_true(store_record_get(txn, &record, TOPIC, id_of(1)));
    assert_int_equal(record.arrival_ms, 5);
    assert_int_equal(record.place, 1);
    assert_true(bytes_equal(record.bytes, text("first")));
    assert_memory_equal(record.id, id_of(1), STORE_ID_SIZE);
    assert_false(store_record_get(txn, &record, TOPIC, id_of(2)));
    store_topic_size(txn, &size, TOPIC);
    assert_int_equal(size.records, 1);
    assert_int_equal(size.bytes, 5);
    commit(txn);
}

static void records_come_back_in_the_order_they_were_put_whatever_the_clock_said(void **state)
{
    static struct seen seen;
    struct home *home = *state;
    struct store_txn *txn;
    char body[40];

    put_records(home, TOPIC, 0, 300);
    put_records(home, OTHER_TOPIC, 500, 510);
    put_records(home, TOPIC, 300, 600);
    memset(&seen, 0, sizeof seen);
    txn = store_begin(home->store, STORE_READ);
    store_record_scan(txn, TOPIC, 0, see_record, &seen);
    commit(txn);
    assert_int_equal(seen.count, 600);
    for (uint32_t i = 0; i < 600; i++) {
        snprintf(body, sizeof body, "record %u", i);
        assert_string_equal(seen.texts[i], body);
        assert_int_equal(seen.places[i], i + 1);
        assert_int_equal(seen.arrivals[i], 1000000 - i);
    }
}

static void a_scan_on_a_budget_goes_on_where_it_stopped(void **state)
{
    static struct seen seen;
    struct home *home = *state;
    uint64_t from = 0;

    put_records(home, TOPIC, 0, 100);
    memset(&seen, 0, sizeof seen);
    for (size_t turn = 1; turn <= 15; turn++) {
        struct store_txn *txn = store_begin(home->store, STORE_READ);

        seen.stop_after = turn * 7;
        store_record_scan(txn, TOPIC, from, see_record, &seen);
        commit(txn);
        from = seen.places[seen.count - 1] + 1;
    }
    assert_int_equal(seen.count, 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(seen.places[i], i + 1);
}

struct writing_visit {
    struct store_txn *txn;
    size_t count;
};

static bool write_while_scanning(void *arg, const struct store_record *record)
{
    struct writing_visit *visit = arg;
    struct store_record again;
    uint8_t id[STORE_ID_SIZE];
    struct bytes before = record->bytes;
    char copy[40] = "";

    memcpy(copy, before.data, before.size);
    memcpy(id, record->id, sizeof id);
    id[31] = 0xee;
    store_record_put(visit->txn, OTHER_TOPIC, id, 0, record->bytes);
    assert_true(store_record_get(visit->txn, &again, TOPIC, record->id));
    assert_memory_equal(before.data, copy, before.size); /* still valid */
    if (visit->count == 3)
        store_topic_erase(visit->txn, OTHER_TOPIC);
    visit->count++;
    return true;
}

static void a_visitor_may_write_and_read_in_the_same_transaction(void **state)
{
    struct home *home = *state;
    struct writing_visit visit = { .count = 0 };
    struct store_topic_size size;

    put_records(home, TOPIC, 0, 200);
    visit.txn = store_begin(home->store, STORE_WRITE);
    store_record_scan(visit.txn, TOPIC, 0, write_while_scanning, &visit);
    assert_int_equal(visit.count, 200);
    store_topic_size(visit.txn, &size, OTHER_TOPIC);
    assert_int_equal(size.records, 196);
    commit(visit.txn);
}

static bool see_topic(void *arg, const uint8_t id[STORE_ID_SIZE], struct bytes charter)
{
    struct seen *seen = arg;

    seen->places[seen->count] = id[0];
    memcpy(seen->texts[seen->count], charter.data, charter.size);
    seen->texts[seen->count++][charter.size] = '\0';
    return seen->count != seen->stop_after;
}

/* A round without a record yet, as each is when it has just been founded. */
static bool look_into_topic(void *arg, const uint8_t id[STORE_ID_SIZE], struct bytes charter)
{
    struct writing_visit *visit = arg;
    uint8_t copy[STORE_ID_SIZE];

    (void)charter;
    memcpy(copy, id, sizeof copy);
    store_record_scan(visit->txn, copy, 1, write_while_scanning, visit); /* finds nothing */
    visit->count++;
    return true;
}

static void a_scan_goes_on_after_another_within_it_has_found_nothing(void **state)
{
    struct home *home = *state;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    struct writing_visit visit = { .count = 0 };

    for (uint32_t i = 0; i < 20; i++)
        store_topic_put(txn, id_of(i), text("charter"));
    commit(txn);
    visit.txn = store_begin(home->store, STORE_READ);
    store_topic_scan(visit.txn, look_into_topic, &visit);
    commit(visit.txn);
    assert_int_equal(visit.count, 20);
}

static void an_erased_topic_takes_its_records_and_secrets_with_it_and_no_others(void **state)
{
    static struct seen seen;
    struct home *home = *state;
    struct store_topic_size size;
    struct store_health health;
    struct bytes value;
    struct store_txn *txn;

    put_records(home, TOPIC, 0, 100);
    put_records(home, OTHER_TOPIC, 0, 3);
    txn = store_begin(home->store, STORE_WRITE);
    store_topic_put(txn, TOPIC, text("pellets"));
    store_topic_put(txn, OTHER_TOPIC, text("oil"));
    store_topic_put(txn, OTHER_TOPIC, text("heating oil"));
    store_setting_put(txn, TOPIC, "secret", text("s1"));
    store_setting_put(txn, OTHER_TOPIC, "secret", text("s2"));
    store_setting_put(txn, NULL, "secret", text("s0"));
    commit(txn);
    txn = store_begin(home->store, STORE_WRITE);
    store_topic_erase(txn, TOPIC);
    commit(txn);
    txn = store_begin(home->store, STORE_READ);
    memset(&seen, 0, sizeof seen);
    store_topic_scan(txn, see_topic, &seen);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.places[0], 2);
    assert_string_equal(seen.texts[0], "heating oil");
    store_topic_size(txn, &size, TOPIC);
    assert_int_equal(size.records, 0);
    assert_false(store_record_has(txn, TOPIC, id_of(5)));
    assert_false(store_setting_get(txn, &value, TOPIC, "secret"));
    assert_true(store_setting_get(txn, &value, OTHER_TOPIC, "secret"));
    assert_true(bytes_equal(value, text("s2")));
    assert_true(store_setting_get(txn, &value, NULL, "secret"));
    store_topic_size(txn, &size, OTHER_TOPIC);
    assert_int_equal(size.records, 3);
    commit(txn);
    assert_int_equal(store_check(home->store, &health, &home->why), STATUS_OK);
    assert_int_equal(health.entries, 2 + 1 + 2 + 1 + 2 * 3); /* head and state, topic, settings, size, records and their ids */
    put_records(home, TOPIC, 0, 1); /* and it may come again */
}

static void settings_are_replaced_deleted_and_kept_apart_by_topic_and_name(void **state)
{
    struct home *home = *state;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    struct bytes value;

    store_setting_put(txn, NULL, "a", text("1"));
    store_setting_put(txn, NULL, "b", text(""));
    store_setting_put(txn, NULL, "a", text("two"));
    store_setting_delete(txn, NULL, "never there");
    assert_true(store_setting_get(txn, &value, NULL, "a"));
    assert_true(bytes_equal(value, text("two")));
    assert_true(store_setting_get(txn, &value, NULL, "b"));
    assert_int_equal(value.size, 0);
    assert_false(store_setting_get(txn, &value, TOPIC, "a"));
    store_setting_delete(txn, NULL, "a");
    assert_false(store_setting_get(txn, &value, NULL, "a"));
    commit(txn);
}

static void a_value_too_large_fails_the_transaction_and_nothing_of_it_is_kept(void **state)
{
    static const uint8_t large[STORE_VALUE_MAX + 1];
    struct home *home = *state;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    struct bytes value;

    store_setting_put(txn, NULL, "before", text("1"));
    store_setting_put(txn, NULL, "large", BYTES(large));
    assert_int_equal(store_status(txn), STATUS_FULL);
    store_setting_put(txn, NULL, "after", text("1"));
    assert_false(store_setting_get(txn, &value, NULL, "before"));
    assert_int_equal(store_commit(txn, &home->why), STATUS_FULL);
    assert_true(strlen(home->why.text) > 10);
    txn = store_begin(home->store, STORE_WRITE);
    assert_false(store_setting_get(txn, &value, NULL, "before"));
    store_setting_put(txn, NULL, "large", (struct bytes){ large, STORE_VALUE_MAX });
    commit(txn);
}

/* ---- Peers. */

static struct store_peer peer_of(uint32_t n, uint64_t seen_ms, int32_t score)
{
    struct store_peer peer = { .seen_ms = seen_ms, .score = score };

    memcpy(peer.key, id_of(n), sizeof peer.key);
    snprintf(peer.address, sizeof peer.address, "192.0.2.%u:%u", n % 256, 4000 + n);
    return peer;
}

static struct store_peer peers[STORE_PEERS_MAX + 1];
static bool see_peer(void *arg, const struct store_peer *peer)
{
    size_t *count = arg;

    assert_true(*count <= STORE_PEERS_MAX);
    peers[(*count)++] = *peer;
    return true;
}

static size_t scan_peers(struct home *home)
{
    struct store_txn *txn = store_begin(home->store, STORE_READ);
    size_t count = 0;

    store_peer_scan(txn, see_peer, &count);
    commit(txn);
    return count;
}

static void peers_come_back_last_seen_first_and_are_replaced_by_key(void **state)
{
    struct home *home = *state;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    struct store_peer a = peer_of(1, 10, -5), b = peer_of(2, 30, 0), c = peer_of(3, 20, 7);

    store_peer_put(txn, &a);
    store_peer_put(txn, &b);
    store_peer_put(txn, &c);
    a.seen_ms = 40;
    strcpy(a.address, "[2001:db8::1]:9");
    store_peer_put(txn, &a);
    commit(txn);
    assert_int_equal(scan_peers(home), 3);
    assert_memory_equal(&peers[0], &a, sizeof a);
    assert_memory_equal(&peers[1], &b, sizeof b);
    assert_memory_equal(&peers[2], &c, sizeof c);
    txn = store_begin(home->store, STORE_WRITE);
    c.group[0] = 1;
    store_peer_put(txn, &c); /* the same home in another group is another row */
    store_peer_delete(txn, b.group, b.key);
    commit(txn);
    assert_int_equal(scan_peers(home), 3);
}

static void beyond_the_bound_the_peer_seen_longest_ago_gives_way(void **state)
{
    struct home *home = *state;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);

    for (uint32_t i = 0; i < STORE_PEERS_MAX; i++) {
        struct store_peer peer = peer_of(i, 1000 + (i * 37) % STORE_PEERS_MAX, 0);

        store_peer_put(txn, &peer);
    }
    for (uint32_t i = 0; i < 10; i++) {
        struct store_peer peer = peer_of(1000 + i, 5000 + i, 0);

        store_peer_put(txn, &peer);
    }
    commit(txn);
    assert_int_equal(scan_peers(home), STORE_PEERS_MAX);
    assert_int_equal(peers[0].seen_ms, 5009);
    assert_int_equal(peers[STORE_PEERS_MAX - 1].seen_ms, 1010);
}

static void a_peer_whose_address_has_no_end_is_refused(void **state)
{
    struct home *home = *state;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    struct store_peer peer = peer_of(1, 1, 1);

    memset(peer.address, 'a', sizeof peer.address);
    store_peer_put(txn, &peer);
    assert_int_equal(store_commit(txn, &home->why), STATUS_FULL);
}

/* ---- The journal. */

struct lines {
    size_t count;
    uint64_t last_place, last_time_ms;
    char last[STORE_JOURNAL_TEXT_MAX];
};

static bool see_line(void *arg, const struct store_line *line)
{
    struct lines *lines = arg;

    assert_true(line->place > lines->last_place);
    lines->count++;
    lines->last_place = line->place;
    lines->last_time_ms = line->time_ms;
    strcpy(lines->last, line->text);
    return true;
}

static void the_journal_only_grows_and_keeps_its_order(void **state)
{
    struct home *home = *state;
    struct lines lines = { .count = 0 };
    struct store_txn *txn;

    for (uint64_t i = 0; i < 50; i++) {
        txn = store_begin(home->store, STORE_WRITE);
        store_journal_add(txn, 1000 - i, i % 2 ? "two bits of the profile, to the street" : "address, to the winner");
        store_journal_add(txn, 1000 - i, "twice in one transaction");
        commit(txn);
    }
    txn = store_begin(home->store, STORE_READ);
    store_journal_scan(txn, 0, see_line, &lines);
    assert_int_equal(lines.count, 100);
    assert_int_equal(lines.last_place, 100);
    assert_int_equal(lines.last_time_ms, 951);
    lines = (struct lines){ .count = 0 };
    store_journal_scan(txn, 91, see_line, &lines);
    assert_int_equal(lines.count, 10);
    commit(txn);
}

static void a_line_too_long_is_cut_between_characters(void **state)
{
    struct home *home = *state;
    struct lines lines = { .count = 0 };
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    char line[2000] = "a";

    while (strlen(line) < 1900)
        strcat(line, "\xe2\x82\xac"); /* a euro sign is three bytes */
    store_journal_add(txn, 1, line);
    store_journal_scan(txn, 0, see_line, &lines);
    commit(txn);
    assert_int_equal(strlen(lines.last), 1 + 1022 / 3 * 3);
    assert_memory_equal(lines.last, line, strlen(lines.last));
}

/* ---- What a thief sees. */

static void nothing_of_what_is_kept_can_be_read_in_the_file(void **state)
{
    static const char *const secrets[] = { "0123456789abcdef-meter", "the very charter", "a secret value", "192.0.2.77",
                                           "sent to the winner", "the body of a record", "setting-name" };
    static uint8_t file[1 << 20];
    struct home *home = *state;
    struct store_peer peer = peer_of(77, 1, 1);
    struct series_name name = { "0123456789abcdef-meter", QUANTITY_GAS };
    struct reading reading = { 1700000000, 1800, 1 };
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    uint8_t topic[STORE_ID_SIZE];
    size_t size;
    FILE *in;

    memset(topic, 0x5c, sizeof topic);
    store_topic_put(txn, topic, text("the very charter"));
    store_record_put(txn, topic, topic, 1, text("the body of a record"));
    store_setting_put(txn, topic, "setting-name", text("a secret value"));
    store_peer_put(txn, &peer);
    store_journal_add(txn, 1, "sent to the winner");
    store_series_add(txn, &name, &reading, 1, NULL, NULL);
    commit(txn);
    in = fopen(home->store->file, "r");
    size = fread(file, 1, sizeof file, in);
    fclose(in);
    assert_true(size > 8192 && size < sizeof file);
    for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
        assert_null(memmem(file, size, secrets[i], strlen(secrets[i])));
    assert_null(memmem(file, size, topic, 16));
    assert_null(memmem(file, size, peer.key, 8));
    assert_null(memmem(file, size, KEY, sizeof KEY));
}

static void setting_place(struct entry_key *out, const struct home *home, const char *name)
{
    static const uint8_t none[STORE_ID_SIZE];

    key_start(out, TABLE_SETTING);
    key_tag(out, home->store->keys, BYTES(none));
    key_tag(out, home->store->keys, text(name));
}

static void a_value_moved_to_another_key_is_refused(void **state)
{
    struct home *home = *state;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    struct entry_key a, b;
    struct bytes sealed, value;
    uint8_t copy[200];

    store_setting_put(txn, NULL, "limit price", text("7"));
    store_setting_put(txn, NULL, "quantity", text("900"));
    setting_place(&a, home, "limit price");
    setting_place(&b, home, "quantity");
    assert_true(txn_get_bare(txn, &sealed, &a));
    memcpy(copy, sealed.data, sealed.size);
    txn_put_bare(txn, &b, (struct bytes){ copy, sealed.size });
    assert_false(store_setting_get(txn, &value, NULL, "quantity"));
    assert_int_equal(store_commit(txn, &home->why), STATUS_MALFORMED);
    assert_non_null(strstr(home->why.text, "settings"));
}

/* One that read as absent could make this home vote twice. */
static void a_store_with_a_damaged_secret_does_not_open(void **state)
{
    struct home *home = *state;
    struct store_txn *txn = store_begin(home->store, STORE_WRITE);
    char dir[FOLDER_PATH];
    struct entry_key key;

    setting_place(&key, home, "vote of round 3");
    txn_put_bare(txn, &key, BYTES(KEY));
    commit(txn);
    strcpy(dir, home->dir);
    store_close(home->store);
    assert_int_equal(store_open(&home->store, dir, KEY, STORE_WRITE, &home->why), STATUS_MALFORMED);
    assert_non_null(strstr(home->why.text, "settings and secrets"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, home_up, home_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_record_put_twice_is_kept_once_with_its_first_arrival),
        TEST(records_come_back_in_the_order_they_were_put_whatever_the_clock_said),
        TEST(a_scan_on_a_budget_goes_on_where_it_stopped),
        TEST(a_visitor_may_write_and_read_in_the_same_transaction),
        TEST(a_scan_goes_on_after_another_within_it_has_found_nothing),
        TEST(an_erased_topic_takes_its_records_and_secrets_with_it_and_no_others),
        TEST(settings_are_replaced_deleted_and_kept_apart_by_topic_and_name),
        TEST(a_value_too_large_fails_the_transaction_and_nothing_of_it_is_kept),
        TEST(peers_come_back_last_seen_first_and_are_replaced_by_key),
        TEST(beyond_the_bound_the_peer_seen_longest_ago_gives_way),
        TEST(a_peer_whose_address_has_no_end_is_refused),
        TEST(the_journal_only_grows_and_keeps_its_order),
        TEST(a_line_too_long_is_cut_between_characters),
        TEST(nothing_of_what_is_kept_can_be_read_in_the_file),
        TEST(a_value_moved_to_another_key_is_refused),
        TEST(a_store_with_a_damaged_secret_does_not_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
