/* What was erased is in no file of the store: looked for byte by byte, with the erasure failed and killed at every step. */
#include "tests/support/fault.h"

#include "store/env.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const uint8_t KEY[STORE_KEY_SIZE] = { 7 }, TOPIC[STORE_ID_SIZE] = { 1 };
static const struct series_name GOING = { "going", QUANTITY_ELECTRICITY_IN }, STAYING = { "staying", QUANTITY_ELECTRICITY_IN },
                                GONE_GAS = { "going", QUANTITY_GAS };
enum { READINGS = 9000, SIGNS_MAX = 64, SIGN = 24, FILE_MOST = 1 << 20 };

static char dir[FOLDER_PATH];
static struct store *store;
static struct failure why;
/* The nonces of the entries that are to go: 24 random bytes each, found nowhere else. */
static uint8_t signs[SIGNS_MAX][SIGN];
static size_t sign_count;

static void add(const struct series_name *name, int64_t from_s, int factor)
{
    static struct reading readings[READINGS];
    struct store_txn *txn = store_begin(store, STORE_WRITE);

    for (size_t i = 0; i < READINGS; i++)
        readings[i] = (struct reading){ from_s + 1800 * (int64_t)i, 1800, (int64_t)(i * 7919 * (size_t)factor % 3000) };
    store_series_add(txn, name, readings, READINGS, NULL, NULL);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
}

static bool sign_note(void *arg, const struct store_entry *entry)
{
    const struct entry_key *places = arg;

    for (int i = 0; i < 2; i++)
        if (entry->key.size >= places[i].size && memcmp(entry->key.data, places[i].bytes, places[i].size) == 0 &&
            sign_count < SIGNS_MAX)
            memcpy(signs[sign_count++], entry->value.data, SIGN);
    return true;
}

static void signs_of(const struct series_name *name)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct entry_key places[2];

    assert_true(series_places(txn, &places[0], &places[1], name));
    store_entry_scan(txn, sign_note, places);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
}

/* Older blocks of the series lie on free pages by then: those are signs as well. */
static void live(void)
{
    struct store_txn *txn;
    static uint8_t body[3000];

    sign_count = 0;
    assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, &why), STATUS_OK);
    add(&GOING, 1700000000 / 1800 * 1800, 1);
    signs_of(&GOING);
    add(&STAYING, 1700000000 / 1800 * 1800, 3);
    add(&GOING, 1700000000 / 1800 * 1800, 5); /* corrected: what was is only unlinked */
    signs_of(&GOING);
    add(&GONE_GAS, 1500000000 / 1800 * 1800, 1);
    txn = store_begin(store, STORE_WRITE);
    for (uint32_t i = 0; i < 20; i++) {
        uint8_t id[STORE_ID_SIZE] = { 1 };

        be32_write(id, i);
        store_record_put(txn, TOPIC, id, i, BYTES(body));
    }
    store_journal_add(txn, 1, "a line");
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    assert_true(sign_count > 8);
}

static int home_up(void **state)
{
    (void)state;
    folder_new(dir);
    live();
    return 0;
}

static int home_down(void **state)
{
    (void)state;
    store_close(store);
    store = NULL;
    folder_remove(dir);
    return 0;
}

static size_t signs_in(const uint8_t *bytes, size_t size)
{
    size_t found = 0;

    for (size_t i = 0; i < sign_count; i++)
        found += memmem(bytes, size, signs[i], SIGN) != NULL;
    return found;
}

static size_t file_read(uint8_t bytes[FILE_MOST], int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);

    assert_true(size >= 0 && size < FILE_MOST);
    assert_int_equal(pread(fd, bytes, (size_t)size, 0), size);
    return (size_t)size;
}

/* In all files of the folder. */
static size_t signs_left(void)
{
    static uint8_t bytes[FILE_MOST];
    char path[FOLDER_PATH + 280];
    DIR *folder = opendir(dir);
    struct dirent *entry;
    size_t found = 0;
    int fd;

    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        fd = open(path, O_RDONLY);
        assert_true(fd >= 0);
        found += signs_in(bytes, file_read(bytes, fd));
        close(fd);
    }
    closedir(folder);
    return found;
}

static bool series_there(const struct series_name *name)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct store_series series;
    bool found = store_series_find(txn, &series, name);

    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    assert_true(!found || series.count == READINGS);
    return found;
}

static bool count_readings(void *arg, const struct reading *readings, size_t count)
{
    (void)readings;
    *(size_t *)arg += count;
    return true;
}

static size_t readings_of(const struct series_name *name)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    size_t count = 0;

    store_series_scan(txn, name, 0, INT64_MAX, count_readings, &count);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    return count;
}

/* All else is there, and life goes on. */
static void expect_the_rest(void)
{
    struct store_health health;
    struct store_topic_size size;
    struct store_txn *txn;

    assert_int_equal(store_check(store, &health, &why), STATUS_OK);
    assert_int_equal(readings_of(&STAYING), READINGS);
    assert_int_equal(readings_of(&GONE_GAS), READINGS);
    txn = store_begin(store, STORE_WRITE);
    store_topic_size(txn, &size, TOPIC);
    store_journal_add(txn, 2, "another line");
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    assert_int_equal(size.records, 20);
}

static void reopen(void)
{
    store_close(store);
    assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, &why), STATUS_OK);
}

/* ---- */

static void an_erased_series_is_in_no_byte_of_any_file(void **state)
{
    static uint8_t bytes[FILE_MOST];
    char path[FOLDER_PATH + 16];
    size_t size, nonzero = 0;
    int old;

    (void)state;
    assert_true(signs_left() > sign_count / 2); /* else the test sees nothing */
    snprintf(path, sizeof path, "%s/store.mdb", dir);
    old = open(path, O_RDONLY);
    assert_int_equal(store_series_erase(store, &GOING, &why), STATUS_OK);
    assert_int_equal(signs_left(), 0);
    size = file_read(bytes, old); /* the blocks of the disk that were the file */
    for (size_t i = 0; i < size; i++)
        nonzero += bytes[i] != 0;
    close(old);
    assert_int_equal(nonzero, 0);
    assert_false(series_there(&GOING));
    expect_the_rest();
    reopen();
    assert_false(series_there(&GOING));
    expect_the_rest();
    assert_int_equal(store_series_erase(store, &GOING, &why), STATUS_MISSING);
    add(&GOING, 1700000000 / 1800 * 1800, 1); /* and may come again */
    assert_int_equal(readings_of(&GOING), READINGS);
}

/* The plain way, to know that the one above is not for nothing: LMDB unlinks, and the bytes stay. */
static void unlinking_alone_would_leave_them(void **state)
{
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    struct entry_key places[2];
    struct bytes sealed;
    struct scan scan;

    (void)state;
    assert_true(series_places(txn, &places[0], &places[1], &GOING));
    scan_start(&scan, &places[1], places[1].size);
    while (scan_next_key(txn, &scan, &sealed))
        txn_delete(txn, &scan.key);
    scan_end(&scan);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    assert_true(signs_left() > 0);
}

/* ---- What was replaced. */

static bool setting_note(void *arg, const struct store_entry *entry)
{
    (void)arg;
    if (entry->key.data[0] == TABLE_SETTING)
        memcpy(signs[sign_count++], entry->value.data, SIGN);
    return true;
}

static void secret_put(uint8_t first)
{
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    uint8_t secret[32] = { first };

    store_setting_put(txn, TOPIC, "secret", BYTES(secret));
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
}

static void a_replaced_secret_is_forgotten_and_what_is_there_stays(void **state)
{
    struct store_txn *txn;
    struct bytes found;

    (void)state;
    secret_put(1);
    sign_count = 0;
    txn = store_begin(store, STORE_READ);
    store_entry_scan(txn, setting_note, NULL);
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    assert_int_equal(sign_count, 1);
    secret_put(0);
    add(&GOING, 1700000000 / 1800 * 1800, 2); /* pages come and go */
    assert_int_equal(signs_left(), 1); /* else the test sees nothing */
    assert_int_equal(store_forget(store, &why), STATUS_OK);
    assert_int_equal(signs_left(), 0);
    assert_true(series_there(&GOING));
    expect_the_rest();
    reopen();
    txn = store_begin(store, STORE_READ);
    assert_true(store_setting_get(txn, &found, TOPIC, "secret") && found.size == 32 && found.data[0] == 0);
    store_abort(txn);
}

static void a_reader_is_not_pulled_the_ground_from_under(void **state)
{
    struct store *reader;
    pid_t child;
    int ends[2], code;
    char c;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        close(ends[0]);
        if (store_open(&reader, dir, KEY, STORE_READ, NULL) != STATUS_OK || write(ends[1], "r", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &c, 1), 1);
    assert_int_equal(store_series_erase(store, &GOING, &why), STATUS_BUSY);
    assert_non_null(strstr(why.text, "nothing was erased"));
    assert_true(series_there(&GOING));
    kill(child, SIGKILL);
    waitpid(child, &code, 0);
    close(ends[0]);
    assert_int_equal(store_series_erase(store, &GOING, &why), STATUS_OK);
    assert_int_equal(signs_left(), 0);
}

static void whatever_fails_it_is_gone_or_all_there(void **state)
{
    bool fired = true;

    (void)state;
    for (long k = 1; fired; k++) {
        enum status status;

        if (!series_there(&GOING)) {
            home_down(NULL);
            home_up(NULL);
        }
        why.text[0] = '\0';
        fault_arm(FAULT_MEMORY | FAULT_DISK, k, false);
        status = store_series_erase(store, &GOING, &why);
        fired = fault_disarm();
        assert_true(status == STATUS_OK || (fired && why.text[0]));
        if (status) /* what a failure left to overwrite goes with the next opening */
            reopen();
        if (status == STATUS_OK || !series_there(&GOING)) {
            assert_int_equal(signs_left(), 0);
            assert_false(series_there(&GOING));
        }
        expect_the_rest();
    }
}

static long die_at;

static void die(int fd, off_t offset, const void *data, size_t size)
{
    (void)fd, (void)offset, (void)data, (void)size;
    if (--die_at == 0)
        _exit(77);
}

static void killed_at_any_write_it_is_gone_or_all_there(void **state)
{
    size_t gone = 0;
    int code = 77;

    (void)state;
    for (long k = 1; code == 77; k++) {
        pid_t child;

        home_down(NULL);
        home_up(NULL);
        store_close(store);
        store = NULL;
        child = fork();
        if (child == 0) {
            if (store_open(&store, dir, KEY, STORE_WRITE, NULL) != STATUS_OK)
                _exit(1);
            die_at = k;
            fault_watch = die;
            _exit(store_series_erase(store, &GOING, NULL));
        }
        assert_int_equal(waitpid(child, &code, 0), child);
        assert_true(WIFEXITED(code));
        code = WEXITSTATUS(code);
        assert_true(code == 77 || code == 0);
        assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, &why), STATUS_OK);
        if (!series_there(&GOING)) {
            gone++;
            assert_int_equal(signs_left(), 0);
        }
        expect_the_rest();
    }
    assert_true(gone > 1); /* also killed between the new name and the last zero */
}

static size_t names_in(const char *path)
{
    DIR *folder = opendir(path);
    size_t names = 0;

    while (readdir(folder) != NULL)
        names++;
    closedir(folder);
    return names - 2;
}

static void everything_is_overwritten_and_removed_also_when_damaged(void **state)
{
    static uint8_t bytes[FILE_MOST];
    char path[FOLDER_PATH + 16];
    int held;

    (void)state;
    assert_int_equal(store_destroy(dir, &why), STATUS_BUSY); /* this process has it */
    assert_non_null(strstr(why.text, "in use"));
    store_close(store);
    store = NULL;
    snprintf(path, sizeof path, "%s/store.mdb", dir);
    held = open(path, O_RDWR);
    assert_int_equal(pwrite(held, "scribble", 8, 4096 + 8), 8);
    assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, NULL), STATUS_MALFORMED);
    assert_int_equal(store_destroy(dir, &why), STATUS_OK);
    assert_int_equal(signs_in(bytes, file_read(bytes, held)), 0);
    close(held);
    assert_int_equal(names_in(dir), 0);
    assert_int_equal(store_destroy(dir, &why), STATUS_OK); /* again: fine */
    assert_int_equal(store_open(&store, dir, KEY, STORE_WRITE, &why), STATUS_OK);
    assert_false(series_there(&STAYING));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define ERASE_TEST(name) cmocka_unit_test_setup_teardown(name, home_up, home_down)
        ERASE_TEST(an_erased_series_is_in_no_byte_of_any_file),
        ERASE_TEST(unlinking_alone_would_leave_them),
        ERASE_TEST(a_replaced_secret_is_forgotten_and_what_is_there_stays),
        ERASE_TEST(a_reader_is_not_pulled_the_ground_from_under),
        ERASE_TEST(whatever_fails_it_is_gone_or_all_there),
        ERASE_TEST(killed_at_any_write_it_is_gone_or_all_there),
        ERASE_TEST(everything_is_overwritten_and_removed_also_when_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
