/* Every allocation and every disk call of a household's evening fails in its turn. Never a crash; what was acknowledged is
 * there afterwards; what was not is there wholly or not at all; and the same open store goes on when the trouble is over. */
#include "tests/support/fault.h"

#include "store/env.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static const uint8_t KEY[STORE_KEY_SIZE] = { 7 }, TOPIC[STORE_ID_SIZE] = { 1 }, OLD_TOPIC[STORE_ID_SIZE] = { 2 };
static const struct series_name METER = { "meter", QUANTITY_ELECTRICITY_IN };

enum { DAYS = 40, DAY = 96, RECORDS = 12, RECORD_SIZE = 3000 };

/* What the store has said yes to. */
struct acknowledged {
    bool records, readings, erased, peers, movements;
    uint64_t rounds;
};

static struct reading days[DAYS * DAY], file_order[DAYS * DAY]; /* the second not quite sorted */

static void fill_days(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(days); i++)
        days[i] = (struct reading){ 1700000000 / 900 * 900 + 900 * (int64_t)i, 900, (int64_t)(i * 7919 % 3000) };
    memcpy(file_order, days, sizeof days);
    file_order[ARRAY_SIZE(days) - 1] = days[ARRAY_SIZE(days) - 2];
    file_order[ARRAY_SIZE(days) - 2] = days[ARRAY_SIZE(days) - 1];
}

static void record_id(uint8_t id[STORE_ID_SIZE], uint32_t n)
{
    memset(id, 0, STORE_ID_SIZE);
    be32_write(id, n * 2654435761u);
}

static void put_records(struct store_txn *txn, const uint8_t *topic)
{
    static uint8_t body[RECORD_SIZE];
    uint8_t id[STORE_ID_SIZE];

    for (uint32_t i = 0; i < RECORDS; i++) {
        record_id(id, i);
        memset(body, (int)i, sizeof body);
        store_record_put(txn, topic, id, i, BYTES(body));
    }
}

/* Two settings that always change together. */
static bool put_round(struct store *store, uint64_t round)
{
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    uint8_t value[8];

    be64_write(value, round);
    store_setting_put(txn, NULL, "left", BYTES(value));
    store_setting_put(txn, NULL, "right", BYTES(value));
    return store_commit(txn, NULL) == STATUS_OK;
}

enum { MOVEMENTS = 400, FIRST_DAY = 19000 };

static void put_movements(struct store_txn *txn)
{
    static struct movement list[MOVEMENTS];
    const struct health_line line = { PAYER_BASIC, FIRST_DAY, FIRST_DAY + 9, 8000, 1735 };

    for (int i = 0; i < MOVEMENTS; i++)
        list[i] = (struct movement){ FIRST_DAY + i / 3, -i, "a label of usual length for a bank", "a shop", "2024010200000" };
    store_movements_add(txn, "account", "EUR", list, MOVEMENTS, NULL);
    store_health_add(txn, &line, 1, NULL);
}

static bool sum_movement(void *arg, const struct store_account *account, const struct movement *movement)
{
    int64_t *cents = arg;

    *cents += movement->cents;
    return account->count == MOVEMENTS;
}

/* Before the trouble begins: a store with something in it. */
static void prepare(const char *dir)
{
    struct store *store;
    struct store_txn *txn;

    assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, NULL), STATUS_OK);
    txn = store_begin(store, STORE_WRITE);
    store_topic_put(txn, OLD_TOPIC, BYTES(TOPIC));
    put_records(txn, OLD_TOPIC);
    store_series_add(txn, &METER, days, DAYS / 2 * DAY, NULL, NULL);
    store_setting_put(txn, OLD_TOPIC, "secret", BYTES(KEY));
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
    assert_true(put_round(store, 1));
    store_close(store);
}

static bool collect(void *arg, const struct reading *readings, size_t count)
{
    size_t *at = arg;

    for (size_t i = 0; i < count; i++, ++*at) {
        if (*at >= ARRAY_SIZE(days) || readings[i].start_s != days[*at].start_s ||
            readings[i].energy_mwh != days[*at].energy_mwh)
            return false;
    }
    return true;
}

/* The evening. The map is tiny, so that growing it is part of it. *store stays open when it could be opened. */
static void evening(struct store **store, const char *dir, struct acknowledged *said)
{
    struct store_peer peer = { .seen_ms = 5, .address = "192.0.2.1:4" };
    struct store_health health;
    struct failure why;
    struct store_txn *txn;
    int64_t cents = 0;
    size_t at = 0;

    if (store_open_sized(store, dir, KEY, STORE_WRITE, 20 * 4096, &why) != STATUS_OK)
        return;
    txn = store_begin(*store, STORE_WRITE);
    store_topic_put(txn, TOPIC, BYTES(KEY));
    put_records(txn, TOPIC);
    said->records = store_commit(txn, &why) == STATUS_OK;
    if (put_round(*store, 2))
        said->rounds = 2;
    txn = store_begin(*store, STORE_WRITE);
    store_series_add(txn, &METER, file_order + DAYS / 3 * DAY, (DAYS - DAYS / 3) * DAY, NULL, NULL);
    said->readings = store_commit(txn, &why) == STATUS_OK;
    txn = store_begin(*store, STORE_READ);
    store_series_scan(txn, &METER, 0, INT64_MAX, collect, &at);
    store_commit(txn, &why);
    txn = store_begin(*store, STORE_WRITE);
    store_topic_erase(txn, OLD_TOPIC);
    said->erased = store_commit(txn, &why) == STATUS_OK;
    txn = store_begin(*store, STORE_WRITE);
    store_peer_put(txn, &peer);
    store_journal_add(txn, 1, "an address, to a neighbour");
    said->peers = store_commit(txn, &why) == STATUS_OK;
    txn = store_begin(*store, STORE_WRITE);
    put_movements(txn);
    said->movements = store_commit(txn, &why) == STATUS_OK;
    txn = store_begin(*store, STORE_READ);
    store_movements(txn, NULL, 0, INT64_MAX, sum_movement, &cents);
    store_commit(txn, &why);
    store_check(*store, &health, &why);
    if (put_round(*store, 3))
        said->rounds = 3;
}

static bool count_peer(void *arg, const struct store_peer *peer)
{
    size_t *count = arg;

    ++*count;
    return peer->seen_ms == 5;
}

static uint64_t round_of(struct store_txn *txn, const char *name)
{
    struct bytes value;

    return store_setting_get(txn, &value, NULL, name) && value.size == 8 ? be64_read(value.data) : 0;
}

static void expect_records(struct store_txn *txn, const uint8_t *topic, bool there)
{
    struct store_topic_size size;
    struct store_record record;
    uint8_t id[STORE_ID_SIZE];

    store_topic_size(txn, &size, topic);
    assert_int_equal(size.records, there ? RECORDS : 0);
    for (uint32_t i = 0; i < RECORDS; i++) {
        record_id(id, i);
        assert_int_equal(store_record_get(txn, &record, topic, id), there);
        if (there)
            assert_true(record.bytes.size == RECORD_SIZE && record.bytes.data[RECORD_SIZE - 1] == i);
    }
}

/* Half done is never seen: an unacknowledged transaction may be there, then all of it is. */
static void expect_whole(struct store *store, const struct acknowledged *said)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct store_topic_size size;
    struct store_health health;
    struct failure why = { .text = "" };
    size_t at = 0, count = 0;
    int64_t cents = 0;
    uint64_t round = round_of(txn, "left");

    assert_int_equal(round_of(txn, "right"), round);
    assert_true(round >= said->rounds && round >= 1);
    store_topic_size(txn, &size, TOPIC);
    assert_true(size.records == RECORDS || (size.records == 0 && !said->records));
    expect_records(txn, TOPIC, size.records == RECORDS);
    store_topic_size(txn, &size, OLD_TOPIC);
    assert_true(size.records == 0 || (size.records == RECORDS && !said->erased));
    expect_records(txn, OLD_TOPIC, size.records == RECORDS);
    store_series_scan(txn, &METER, 0, INT64_MAX, collect, &at);
    assert_true(at == DAYS * DAY || (at == DAYS / 2 * DAY && !said->readings));
    store_peer_scan(txn, count_peer, &count);
    assert_true(count == 1 || (count == 0 && !said->peers));
    store_movements(txn, NULL, 0, INT64_MAX, sum_movement, &cents);
    assert_true(cents == -MOVEMENTS * (MOVEMENTS - 1) / 2 || (cents == 0 && !said->movements));
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    assert_int_equal(store_check(store, &health, &why), STATUS_OK);
}

static void fail_each(unsigned kinds, bool for_good)
{
    char dir[FOLDER_PATH];
    long k;

    fill_days();
    for (k = 1;; k++) {
        struct acknowledged said = { .rounds = 1 };
        struct store *store = NULL;
        bool fired;

        prepare(folder_new(dir));
        fault_arm(kinds, k, for_good);
        evening(&store, dir, &said);
        fired = fault_disarm();
        if (store) { /* the trouble is over: the same store goes on */
            expect_whole(store, &said);
            assert_true(put_round(store, 4));
            said.rounds = 4;
        }
        store_close(store);
        assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, NULL), STATUS_OK);
        expect_whole(store, &said);
        store_close(store);
        folder_remove(dir);
        if (!fired) {
            assert_true(said.records && said.readings && said.erased && said.peers && said.movements);
            break;
        }
    }
    print_message("%ld calls, each failed once%s\n", k - 1, for_good ? ", and all after it" : "");
    assert_true(k > 20);
}

static void each_allocation_fails_in_turn(void **state)
{
    (void)state;
    fail_each(FAULT_MEMORY, false);
}

static void memory_runs_out_and_stays_out_until_the_evening_is_over(void **state)
{
    (void)state;
    fail_each(FAULT_MEMORY, true);
}

static void each_disk_call_fails_in_turn(void **state)
{
    (void)state;
    fail_each(FAULT_DISK, false);
}

static void the_disk_is_full_from_some_call_on(void **state)
{
    (void)state;
    fail_each(FAULT_DISK, true);
}

static void each_write_is_cut_short_in_turn(void **state)
{
    (void)state;
    fail_each(FAULT_DISK | FAULT_SHORT, false);
}

/* Making a store from nothing, too. */
static void creation_fails_at_each_call_and_succeeds_the_next_time(void **state)
{
    static const unsigned kinds[] = { FAULT_MEMORY, FAULT_DISK, FAULT_DISK | FAULT_SHORT };
    char dir[FOLDER_PATH];
    bool fired = true;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++, fired = true) {
        for (long k = 1; fired; k++) {
            struct store *store = NULL;
            struct failure why = { .text = "" };
            enum status status;

            folder_new(dir);
            fault_arm(kinds[i], k, false);
            status = store_open(&store, dir, KEY, STORE_WRITE, &why);
            fired = fault_disarm();
            assert_true(status == STATUS_OK || (!store && (status == STATUS_NOMEM || status == STATUS_DISK) && why.text[0]));
            store_close(store);
            assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, &why), STATUS_OK);
            assert_true(put_round(store, 1));
            store_close(store);
            folder_remove(dir);
        }
    }
}

static void a_full_disk_is_said_in_words(void **state)
{
    char dir[FOLDER_PATH];
    struct store *store;
    struct failure why = { .text = "" };
    struct store_txn *txn;

    (void)state;
    prepare(folder_new(dir));
    assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, NULL), STATUS_OK);
    txn = store_begin(store, STORE_WRITE);
    put_records(txn, TOPIC);
    fault_arm(FAULT_DISK, 1, true);
    assert_int_equal(store_commit(txn, &why), STATUS_DISK);
    fault_disarm();
    assert_non_null(strstr(why.text, "full"));
    assert_non_null(strstr(why.text, dir));
    store_close(store);
    folder_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_fails_in_turn),
        cmocka_unit_test(memory_runs_out_and_stays_out_until_the_evening_is_over),
        cmocka_unit_test(each_disk_call_fails_in_turn),
        cmocka_unit_test(the_disk_is_full_from_some_call_on),
        cmocka_unit_test(each_write_is_cut_short_in_turn),
        cmocka_unit_test(creation_fails_at_each_call_and_succeeds_the_next_time),
        cmocka_unit_test(a_full_disk_is_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
