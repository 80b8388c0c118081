/* A home in one file, and back: everything comes back, nothing comes back of a file that was touched, and whatever
 * fails or is killed on the way leaves what there was. */
#include "node/wish/wish.h"
#include "tests/support/fault.h"

#include "node/care/backup.h"
#include "node/care/bring_back.h"
#include "node/care/care.h"
#include "node/home/home.h"
#include "tests/support/wire_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const uint64_t NOW_MS = UINT64_C(1900000000000);
static const uint8_t TOPIC[STORE_ID_SIZE] = { 1 };
static const struct series_name METER = { "meter", QUANTITY_ELECTRICITY_IN };

static char dir[FOLDER_PATH], home[FOLDER_PATH + 16], file[FOLDER_PATH + 16], back[FOLDER_PATH + 16];
static uint8_t secret[KEY_SIZE];
static struct failure why;
static struct backup_facts facts;

static struct backup_key by_passphrase(const char *text)
{
    return (struct backup_key){ .lock = BACKUP_PASSPHRASE,
                                .passphrase = { (const uint8_t *)text, strlen(text) } };
}

static struct backup_key by_sheet(void)
{
    return (struct backup_key){ .lock = BACKUP_RECOVERY, .secret = secret };
}

static struct store *store_of(const char *folder)
{
    uint8_t seed[KEY_SIZE], key[KEY_SIZE];
    struct store *store;

    assert_int_equal(home_keys(folder, seed, key, &why), STATUS_OK);
    assert_int_equal(store_open(&store, folder, key, STORE_WRITE, &why), STATUS_OK);
    return store;
}

/* Something in every table, and enough records for several chunks of the file. */
static void live(const char *folder)
{
    struct store *store = store_of(folder);
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    static uint8_t body[3000];
    struct reading readings[500];
    struct store_peer peer = { .group = { 1 }, .key = { 2 }, .address = "192.0.2.1:1" };

    for (uint32_t i = 0; i < 100; i++) {
        uint8_t id[STORE_ID_SIZE] = { 9 };

        be32_write(id + 1, i);
        memset(body, (int)i, sizeof body);
        store_record_put(txn, TOPIC, id, i, BYTES(body));
    }
    for (size_t i = 0; i < ARRAY_SIZE(readings); i++)
        readings[i] = (struct reading){ 1700000000 / 1800 * 1800 + 1800 * (int64_t)i, 1800, (int64_t)(i * 7919 % 900) };
    store_series_add(txn, &METER, readings, ARRAY_SIZE(readings), NULL, NULL);
    store_setting_put(txn, TOPIC, "secret", BYTES(secret));
    store_journal_add(txn, 5, "told nobody anything");
    store_peer_put(txn, &peer);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    store_close(store);
}

static int home_up(void **state)
{
    (void)state;
    folder_new(dir);
    snprintf(home, sizeof home, "%s/home", dir);
    snprintf(file, sizeof file, "%s/file", dir);
    snprintf(back, sizeof back, "%s/back", dir);
    assert_int_equal(home_init(home, (struct bytes){ NULL, 0 }, &why), STATUS_OK);
    assert_int_equal(home_secret(home, secret, &why), STATUS_OK);
    live(home);
    return 0;
}

static int home_down(void **state)
{
    (void)state;
    folder_remove(dir);
    return 0;
}

/* ---- All that a store holds, as one number a table of entries; the state's own number apart. */

struct sum {
    uint8_t hash[HASH_SIZE];
    size_t entries;
};

static bool sum_add(void *arg, const struct store_entry *entry)
{
    struct sum *sum = arg;
    struct bytes parts[] = { BYTES(sum->hash), entry->key, entry->value };

    hash_parts(sum->hash, "sum", parts, ARRAY_SIZE(parts));
    sum->entries++;
    return true;
}

/* Without the two marks, of which a restored home has one more. */
static struct sum sum_of(const char *folder)
{
    struct store *store = store_of(folder);
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    struct sum sum = { { 0 }, 0 };

    store_setting_delete(txn, NULL, CARE_RESTORED);
    store_setting_delete(txn, NULL, CARE_BACKUP);
    store_entry_scan(txn, sum_add, &sum);
    store_abort(txn);
    store_close(store);
    return sum;
}

static bool same(const char *one, const char *other)
{
    struct sum a = sum_of(one), b = sum_of(other);

    return a.entries == b.entries && memcmp(a.hash, b.hash, sizeof a.hash) == 0;
}

static uint64_t mark_of(const char *folder, const char *name)
{
    struct store *store = store_of(folder);
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct bytes value;
    uint64_t mark = store_setting_get(txn, &value, NULL, name) ? be64_read(value.data) : 0;

    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    store_close(store);
    return mark;
}

static void backup(const struct backup_key key)
{
    assert_int_equal(backup_write(&facts, file, home, &key, NOW_MS, &why), STATUS_OK);
}

static enum status restore(struct backup_key key)
{
    return backup_restore(&facts, file, back, &key, NOW_MS + 5000, &why);
}

static bool absent(const char *path)
{
    struct stat found;

    return lstat(path, &found) != 0;
}

/* ---- */

static void everything_comes_back_and_the_home_remembers_that_it_was_brought_back(void **state)
{
    uint8_t other[KEY_SIZE];
    struct stat found;

    (void)state;
    backup(by_passphrase("correct horse"));
    assert_int_equal(stat(file, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(found.st_size, facts.bytes);
    assert_true(found.st_size > 4 * 65536);
    assert_int_equal(restore(by_passphrase("correct horse")), STATUS_OK);
    assert_int_equal(facts.made_ms, NOW_MS);
    assert_int_equal(home_secret(back, other, &why), STATUS_OK);
    assert_memory_equal(other, secret, KEY_SIZE);
    assert_true(same(home, back));
    assert_int_equal(mark_of(back, CARE_RESTORED), NOW_MS + 5000);
    assert_int_equal(mark_of(back, CARE_BACKUP), NOW_MS);
    assert_int_equal(mark_of(home, CARE_RESTORED), 0);
}

static void the_sheet_opens_a_backup_made_for_it_and_no_other(void **state)
{
    uint8_t other[KEY_SIZE] = { 1 };
    struct backup_key wrong = { .lock = BACKUP_RECOVERY, .secret = other };

    (void)state;
    backup(by_sheet());
    assert_int_equal(restore(wrong), STATUS_FORGED);
    assert_non_null(strstr(why.text, "this recovery sheet does not open"));
    assert_int_equal(restore(by_passphrase("correct horse")), STATUS_DENIED);
    assert_true(absent(back));
    assert_int_equal(restore(by_sheet()), STATUS_OK);
    assert_true(same(home, back));
}

static void a_wrong_passphrase_and_a_foreign_file_are_told_in_words(void **state)
{
    (void)state;
    backup(by_passphrase("correct horse"));
    assert_int_equal(restore(by_passphrase("correct house")), STATUS_FORGED);
    assert_non_null(strstr(why.text, "this passphrase does not open"));
    assert_int_equal(truncate(file, 0), 0);
    assert_int_equal(restore(by_sheet()), STATUS_MALFORMED);
    assert_non_null(strstr(why.text, "is not a backup"));
    snprintf(file, sizeof file, "%s/home/store.mdb", dir);
    assert_int_equal(restore(by_sheet()), STATUS_MALFORMED);
    snprintf(file, sizeof file, "%s/nothing", dir);
    assert_int_equal(restore(by_sheet()), STATUS_MISSING);
    assert_true(absent(back));
}

static void file_flip(long at)
{
    FILE *f = fopen(file, "r+");
    int c;

    assert_int_equal(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    c = fgetc(f);
    assert_int_equal(fseek(f, -1, SEEK_CUR), 0);
    fputc(c ^ 1, f);
    fclose(f);
}

static void a_file_altered_anywhere_makes_nothing(void **state)
{
    static const long places[] = { 16, 17, 22, 30, 50, 80, 97, 120, 65536, 66000, 65536 * 2 + 200, -1, -16, -17, -40 };

    (void)state;
    backup(by_sheet());
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        file_flip(places[i]);
        why.text[0] = '\0';
        assert_int_equal(restore(by_sheet()), STATUS_FORGED);
        assert_true(strstr(why.text, "altered") || strstr(why.text, "does not open"));
        assert_true(absent(back));
        file_flip(places[i]);
    }
    for (long at = 0; at < 16; at++) { /* another version, or none of ours */
        file_flip(at);
        assert_int_equal(restore(by_sheet()), at < 15 ? STATUS_MALFORMED : STATUS_VERSION);
        file_flip(at);
    }
    assert_int_equal(restore(by_sheet()), STATUS_OK);
}

static void a_file_cut_anywhere_or_longer_makes_nothing(void **state)
{
    static const long sizes[] = { 15, 16, 60, 96, 97, 98, 120, 65536, 65650, 65651, 131203 };
    struct stat found;
    FILE *f;

    (void)state;
    backup(by_sheet());
    f = fopen(file, "a");
    fputc(0, f);
    fclose(f);
    assert_int_equal(restore(by_sheet()), STATUS_FORGED);
    assert_int_equal(stat(file, &found), 0);
    for (long cut = 2; cut < 40; cut += 7) {
        assert_int_equal(truncate(file, found.st_size - cut), 0);
        assert_int_equal(restore(by_sheet()), STATUS_FORGED);
    }
    for (size_t i = ARRAY_SIZE(sizes); i-- > 0;) {
        assert_int_equal(truncate(file, sizes[i]), 0);
        assert_int_equal(restore(by_sheet()), sizes[i] < 16 ? STATUS_MALFORMED : STATUS_FORGED);
    }
    assert_true(absent(back));
}

static void a_folder_with_something_in_it_is_not_touched(void **state)
{
    char other[FOLDER_PATH + 32];

    (void)state;
    backup(by_sheet());
    assert_int_equal(mkdir(back, 0700), 0);
    assert_int_equal(restore(by_sheet()), STATUS_OK); /* empty: fine */
    assert_int_equal(restore(by_sheet()), STATUS_EXISTS);
    assert_true(same(home, back));
    snprintf(back, sizeof back, "%s/photos", dir);
    assert_int_equal(mkdir(back, 0700), 0);
    snprintf(other, sizeof other, "%s/cat", back);
    fclose(fopen(other, "w"));
    assert_int_equal(restore(by_sheet()), STATUS_EXISTS);
    assert_false(absent(other));
}

static void only_a_backup_is_replaced_by_a_backup(void **state)
{
    struct backup_key key = by_sheet();
    FILE *f = fopen(file, "w");

    (void)state;
    fputs("my novel, the only copy, of more than ninety-seven bytes so that it has a head of a sort, and a bit", f);
    fclose(f);
    assert_int_equal(backup_write(&facts, file, home, &key, NOW_MS, &why), STATUS_EXISTS);
    unlink(file);
    backup(key);
    backup(key);
}

static void a_clock_before_the_backup_is_refused(void **state)
{
    struct backup_key key = by_sheet();

    (void)state;
    backup(key);
    assert_int_equal(backup_restore(&facts, file, back, &key, NOW_MS - 2 * 86400000, &why), STATUS_DENIED);
    assert_non_null(strstr(why.text, "clock"));
    assert_true(absent(back));
    assert_int_equal(backup_restore(&facts, file, back, &key, NOW_MS - 3600000, &why), STATUS_OK);
    assert_int_equal(mark_of(back, CARE_RESTORED), NOW_MS); /* the later of the two */
}

static void a_damaged_entry_ends_the_backup_and_the_one_before_stays(void **state)
{
    static uint8_t bytes[1 << 20];
    char store[FOLDER_PATH + 32];
    size_t size, flipped = 0;
    struct backup_key key = by_sheet();
    FILE *f;

    (void)state;
    backup(key);
    snprintf(store, sizeof store, "%s/store.mdb", home);
    f = fopen(store, "r+");
    size = fread(bytes, 1, sizeof bytes, f);
    for (size_t at = size - 2500; at > size / 2 && flipped < 20; at -= 4096, flipped++) { /* within values */
        fseek(f, (long)at, SEEK_SET);
        fputc(bytes[at] ^ 1, f);
    }
    fclose(f);
    assert_int_equal(backup_write(&facts, file, home, &key, NOW_MS, &why), STATUS_MALFORMED);
    assert_non_null(strstr(why.text, "damaged"));
    assert_int_equal(restore(key), STATUS_OK);
}

/* ---- Trouble. */

static void whatever_fails_while_a_backup_is_made_the_one_before_stays(void **state)
{
    struct backup_key key = by_sheet();
    bool fired = true;

    (void)state;
    backup(key);
    for (long k = 1; fired; k++) {
        enum status status;

        why.text[0] = '\0';
        fault_arm(FAULT_MEMORY | FAULT_DISK, k, false);
        status = backup_write(&facts, file, home, &key, NOW_MS + 1, &why);
        fired = fault_disarm();
        assert_true(status == STATUS_OK || (fired && why.text[0]));
        if (k % 10 == 0 || !fired) {
            assert_int_equal(restore(key), STATUS_OK);
            folder_remove(back);
        }
    }
}

static void whatever_fails_while_a_home_is_restored_it_is_there_whole_or_not_at_all(void **state)
{
    bool fired = true;
    long failed = 0;

    (void)state;
    backup(by_sheet());
    for (long k = 1; fired; k++) {
        enum status status;

        why.text[0] = '\0';
        fault_arm(FAULT_MEMORY | FAULT_DISK, k, false);
        status = restore(by_sheet());
        fired = fault_disarm();
        assert_true(status == STATUS_OK || (fired && why.text[0]));
        failed += status != STATUS_OK;
        if (!absent(back)) { /* STATUS_DISK all the same: the name may not survive a power cut */
            assert_int_equal(mark_of(back, CARE_RESTORED), NOW_MS + 5000);
            if (k % 10 == 0 || !fired)
                assert_true(same(home, back));
            folder_remove(back);
        } else {
            assert_true(status != STATUS_OK);
        }
    }
    assert_true(failed > 50);
}

static long die_at;

static void die(int fd, off_t offset, const void *data, size_t size)
{
    (void)fd, (void)offset, (void)data, (void)size;
    if (--die_at == 0)
        _exit(77);
}

/* Killed at the k-th write or sync. true: it came to its end. */
static bool killed_at(long k, bool restoring)
{
    struct backup_key key = by_sheet();
    pid_t child = fork();
    int code;

    if (child == 0) {
        die_at = k;
        fault_watch = die;
        _exit(restoring ? restore(key) : backup_write(&facts, file, home, &key, NOW_MS + 1, &why));
    }
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_true(WIFEXITED(code) && (WEXITSTATUS(code) == 77 || WEXITSTATUS(code) == 0));
    return WEXITSTATUS(code) == 0;
}

static void killed_at_any_write_a_restore_leaves_no_half_home_and_can_be_repeated(void **state)
{
    long k = 1;

    (void)state;
    backup(by_sheet());
    for (; !killed_at(k, true); k++) {
        if (!absent(back)) { /* renamed, and killed while the folder above was synced */
            assert_true(same(home, back));
            folder_remove(back);
        }
    }
    assert_true(k > 5);
    assert_true(same(home, back));
    assert_int_equal(mark_of(back, CARE_RESTORED), NOW_MS + 5000);
}

static void killed_at_any_write_a_backup_leaves_the_one_before(void **state)
{
    long k = 1;

    (void)state;
    backup(by_sheet());
    for (; !killed_at(k, false); k++) {
        assert_int_equal(restore(by_sheet()), STATUS_OK);
        folder_remove(back);
    }
    assert_true(k > 1);
    assert_int_equal(restore(by_sheet()), STATUS_OK);
}

/* ---- Votes. */

static size_t records_after_a_day(const char *folder, uint64_t at_ms)
{
    struct event event = { .type = EVENT_TIMEOUT, .now_ms = at_ms };
    struct node *node;
    size_t records;

    assert_int_equal(node_open(&node, folder, wishes_try, "", NULL, at_ms, &why), STATUS_OK);
    node_event(node, &event, NULL);
    assert_int_equal(node_flush(node, &why), STATUS_OK);
    records = topic_record_count(core_topic_at(node_core(node), 0));
    node_close(node);
    return records;
}

/* Rule V5, from the file to the core: the founder's own registry is what it may have closed since. */
static void a_restored_founder_casts_no_vote_where_the_original_would(void **state)
{
    struct pair *pair = pair_new();
    struct backup_key key = by_sheet();
    uint64_t later_ms;
    size_t before;

    (void)state;
    assert_int_equal(pair_start(pair, 0, &why), STATUS_OK);
    assert_int_equal(pair_join(pair, 0, "", NULL), STATUS_OK);
    assert_int_equal(pair_found(pair, 0, "Pellets", NULL), STATUS_OK);
    pair_kill(pair, 0);
    assert_int_equal(backup_write(&facts, file, pair->home[0], &key, pair->now_ms, &why), STATUS_OK);
    assert_int_equal(home_secret(pair->home[0], secret, &why), STATUS_OK);
    before = records_after_a_day(pair->home[0], pair->now_ms + 2000);
    later_ms = pair->now_ms + 20 * 86400000ULL;
    assert_int_equal(backup_restore(&facts, file, back, &key, later_ms, &why), STATUS_OK);
    assert_int_equal(records_after_a_day(back, later_ms + 1000), before);
    assert_true(records_after_a_day(pair->home[0], later_ms + 1000) > before);
    pair_free(pair);
}

static void a_home_from_its_sheet_alone_is_marked_too(void **state)
{
    struct bring_back what = { .secret = secret, .now_ms = NOW_MS };
    uint8_t other[KEY_SIZE];

    (void)state;
    assert_int_equal(bring_back(back, &what, &why), STATUS_OK);
    assert_int_equal(home_secret(back, other, &why), STATUS_OK);
    assert_memory_equal(other, secret, KEY_SIZE);
    assert_int_equal(mark_of(back, CARE_RESTORED), NOW_MS);
    assert_int_equal(mark_of(back, CARE_BACKUP), 0);
    assert_int_equal(bring_back(back, &what, &why), STATUS_EXISTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define BACKUP_TEST(name) cmocka_unit_test_setup_teardown(name, home_up, home_down)
        BACKUP_TEST(everything_comes_back_and_the_home_remembers_that_it_was_brought_back),
        BACKUP_TEST(the_sheet_opens_a_backup_made_for_it_and_no_other),
        BACKUP_TEST(a_wrong_passphrase_and_a_foreign_file_are_told_in_words),
        BACKUP_TEST(a_file_altered_anywhere_makes_nothing),
        BACKUP_TEST(a_file_cut_anywhere_or_longer_makes_nothing),
        BACKUP_TEST(a_folder_with_something_in_it_is_not_touched),
        BACKUP_TEST(only_a_backup_is_replaced_by_a_backup),
        BACKUP_TEST(a_clock_before_the_backup_is_refused),
        BACKUP_TEST(a_damaged_entry_ends_the_backup_and_the_one_before_stays),
        BACKUP_TEST(whatever_fails_while_a_backup_is_made_the_one_before_stays),
        BACKUP_TEST(whatever_fails_while_a_home_is_restored_it_is_there_whole_or_not_at_all),
        BACKUP_TEST(killed_at_any_write_a_restore_leaves_no_half_home_and_can_be_repeated),
        BACKUP_TEST(killed_at_any_write_a_backup_leaves_the_one_before),
        BACKUP_TEST(a_restored_founder_casts_no_vote_where_the_original_would),
        BACKUP_TEST(a_home_from_its_sheet_alone_is_marked_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
