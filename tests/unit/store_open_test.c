/* Opening a store: who may, with which key, beside whom, and what is said when not. */
#include "store/env.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

static const uint8_t KEY[STORE_KEY_SIZE] = { 7 }, OTHER_KEY[STORE_KEY_SIZE] = { 8 };

struct home {
    char dir[FOLDER_PATH];
    struct store *store;
    struct failure why;
};

static int home_up(void **state)
{
    struct home *home = calloc(1, sizeof *home);

    folder_new(home->dir);
    *state = home;
    return 0;
}

static int home_down(void **state)
{
    struct home *home = *state;

    store_close(home->store);
    folder_remove(home->dir);
    free(home);
    return 0;
}

static void open_home(struct home *home)
{
    assert_int_equal(store_open(&home->store, home->dir, KEY, STORE_WRITE, &home->why), STATUS_OK);
}

static void close_home(struct home *home)
{
    store_close(home->store);
    home->store = NULL;
}

static void put_setting(struct store *store, const char *name, const char *text)
{
    struct store_txn *txn = store_begin(store, STORE_WRITE);

    store_setting_put(txn, NULL, name, (struct bytes){ (const uint8_t *)text, strlen(text) });
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
}

static void expect_setting(struct store *store, const char *name, const char *text)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct bytes value;

    if (text) {
        assert_true(store_setting_get(txn, &value, NULL, name));
        assert_true(bytes_equal(value, (struct bytes){ (const uint8_t *)text, strlen(text) }));
    } else {
        assert_false(store_setting_get(txn, &value, NULL, name));
    }
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
}

static enum status open_fails(struct home *home, const uint8_t *key, enum store_mode mode)
{
    struct store *store = (struct store *)1;
    enum status status;

    home->why.text[0] = '\0';
    status = store_open(&store, home->dir, key, mode, &home->why);
    assert_null(store);
    assert_true(strlen(home->why.text) > 20);
    return status;
}

static void what_was_committed_is_there_after_reopening(void **state)
{
    struct home *home = *state;

    open_home(home);
    put_setting(home->store, "colour", "blue");
    close_home(home);
    open_home(home);
    expect_setting(home->store, "colour", "blue");
    expect_setting(home->store, "shape", NULL);
}

static void an_aborted_transaction_leaves_nothing(void **state)
{
    struct home *home = *state;
    struct store_txn *txn;

    open_home(home);
    txn = store_begin(home->store, STORE_WRITE);
    store_setting_put(txn, NULL, "colour", BYTES(KEY));
    store_abort(txn);
    expect_setting(home->store, "colour", NULL);
}

static void files_are_for_the_owner_only(void **state)
{
    struct home *home = *state;
    char path[256];
    struct stat found;

    strcat(home->dir, "/data");
    open_home(home);
    assert_int_equal(stat(home->dir, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/store.mdb", home->dir);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    close_home(home);
    folder_remove(home->dir);
    *strrchr(home->dir, '/') = '\0';
}

static void another_key_is_told_from_damage(void **state)
{
    struct home *home = *state;

    open_home(home);
    close_home(home);
    assert_int_equal(open_fails(home, OTHER_KEY, STORE_WRITE), STATUS_DENIED);
    assert_non_null(strstr(home->why.text, "key"));
    open_home(home);
}

static void reading_needs_a_store(void **state)
{
    struct home *home = *state;

    assert_int_equal(open_fails(home, KEY, STORE_READ), STATUS_MISSING);
    assert_non_null(strstr(home->why.text, home->dir));
}

static void a_reader_works_beside_the_writer_and_sees_what_it_commits(void **state)
{
    struct home *home = *state;
    int ready[2], go[2], code;
    char byte = 0;
    pid_t child;

    open_home(home);
    put_setting(home->store, "colour", "blue");
    assert_int_equal(pipe(ready) | pipe(go), 0);
    child = fork();
    if (child == 0) { /* a process of its own: LMDB allows one environment of a file per process */
        struct store *reader = NULL;
        struct failure why = { .text = "" };
        bool fine = store_open(&reader, home->dir, KEY, STORE_READ, &why) == STATUS_OK;

        if (fine) {
            expect_setting(reader, "colour", "blue");
            fine = write(ready[1], "r", 1) == 1 && read(go[0], &byte, 1) == 1;
            expect_setting(reader, "colour", "green");
        }
        store_close(reader);
        _exit(fine ? 0 : 1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    put_setting(home->store, "colour", "green");
    assert_int_equal(write(go[1], "g", 1), 1);
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    close(ready[0]), close(ready[1]), close(go[0]), close(go[1]);
}

static void a_second_process_is_refused_by_name(void **state)
{
    struct home *home = *state;
    char process[40];

    open_home(home);
    assert_int_equal(open_fails(home, KEY, STORE_WRITE), STATUS_BUSY);
    snprintf(process, sizeof process, "process %ld", (long)getpid());
    assert_non_null(strstr(home->why.text, home->dir));
    assert_non_null(strstr(home->why.text, process));
    put_setting(home->store, "colour", "blue"); /* the first is not disturbed */
    expect_setting(home->store, "colour", "blue");
    close_home(home);
    open_home(home);
}

/* Rights mean nothing to root, so a child gives its own up. */
static void a_read_only_folder_is_refused_in_words(void **state)
{
    struct home *home = *state;
    int code;
    pid_t child;

    assert_int_equal(chmod(home->dir, 0555), 0);
    child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        _exit(open_fails(home, KEY, STORE_WRITE) == STATUS_DENIED && strstr(home->why.text, home->dir) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    assert_int_equal(chmod(home->dir, 0700), 0);
}

static void a_folder_whose_parent_is_missing_is_refused_in_words(void **state)
{
    struct home *home = *state;
    size_t length = strlen(home->dir);

    strcat(home->dir, "/a/b");
    assert_int_equal(open_fails(home, KEY, STORE_WRITE), STATUS_MISSING);
    home->dir[length] = '\0';
}

static void a_store_half_made_is_made_again(void **state)
{
    struct home *home = *state;
    char path[256];
    int fd;

    snprintf(path, sizeof path, "%s/store.mdb.new", home->dir);
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_int_equal(write(fd, "torn", 4), 4);
    close(fd);
    open_home(home);
    put_setting(home->store, "colour", "blue");
    assert_int_equal(access(path, F_OK), -1);
}

/* ---- Layouts. */

static void step_paint(struct store_txn *txn)
{
    store_setting_put(txn, NULL, "colour", (struct bytes){ (const uint8_t *)"red", 3 });
}

static void step_repaint(struct store_txn *txn)
{
    struct bytes value;

    assert_true(store_setting_get(txn, &value, NULL, "colour")); /* the step before has been */
    store_setting_put(txn, NULL, "colour", (struct bytes){ (const uint8_t *)"green", 5 });
}

static void step_fail(struct store_txn *txn)
{
    store_setting_put(txn, NULL, "colour", (struct bytes){ (const uint8_t *)"grey", 4 });
    txn_fail(txn, STATUS_NOMEM, "as the test wants");
}

static void an_older_layout_is_brought_up_to_date_in_order_and_a_newer_one_refused(void **state)
{
    const struct migration steps[] = { store_steps[0], store_steps[1], store_steps[2], { "paint", step_paint }, { "repaint", step_repaint } };
    struct home *home = *state;

    open_home(home);
    assert_int_equal(store_migrate(home->store, steps, ARRAY_SIZE(steps), &home->why), STATUS_OK);
    expect_setting(home->store, "colour", "green");
    put_setting(home->store, "colour", "black");
    assert_int_equal(store_migrate(home->store, steps, ARRAY_SIZE(steps), &home->why), STATUS_OK);
    expect_setting(home->store, "colour", "black"); /* a step runs once */
    close_home(home);
    assert_int_equal(open_fails(home, KEY, STORE_WRITE), STATUS_VERSION);
    assert_non_null(strstr(home->why.text, "newer"));
    assert_int_equal(open_fails(home, KEY, STORE_READ), STATUS_VERSION);
}

static void a_failing_step_changes_nothing(void **state)
{
    const struct migration steps[] = { store_steps[0], store_steps[1], store_steps[2], { "paint", step_paint }, { "fail", step_fail } };
    struct home *home = *state;

    open_home(home);
    assert_int_equal(store_migrate(home->store, steps, ARRAY_SIZE(steps), &home->why), STATUS_NOMEM);
    expect_setting(home->store, "colour", NULL);
    close_home(home);
    open_home(home); /* still the layout we know */
}

static void a_reader_leaves_an_older_layout_alone(void **state)
{
    const struct migration steps[] = { store_steps[0], store_steps[1], store_steps[2], { "paint", step_paint } };
    struct home *home = *state;

    open_home(home);
    close_home(home);
    assert_int_equal(store_open(&home->store, home->dir, KEY, STORE_READ, &home->why), STATUS_OK);
    assert_int_equal(store_migrate(home->store, steps, ARRAY_SIZE(steps), &home->why), STATUS_VERSION);
    assert_non_null(strstr(home->why.text, "start coopair"));
    expect_setting(home->store, "colour", NULL);
}

/* ---- The map. */

static void a_tiny_map_grows_without_being_noticed(void **state)
{
    enum { RECORDS = 400, SIZE = 5000 };
    struct home *home = *state;
    uint8_t topic[32] = { 1 }, id[32] = { 0 }, bytes[SIZE];
    struct store_topic_size size;
    struct store_txn *txn;

    memset(bytes, 0xa5, sizeof bytes);
    assert_int_equal(store_open_sized(&home->store, home->dir, KEY, STORE_WRITE, 1 << 14, &home->why), STATUS_OK);
    for (int round = 0; round < 4; round++) { /* many small growths, some of them in the middle of a transaction */
        txn = store_begin(home->store, STORE_WRITE);
        for (int i = 0; i < RECORDS / 4; i++) {
            be32_write(id, (uint32_t)(round * RECORDS + i));
            assert_true(store_record_put(txn, topic, id, 0, BYTES(bytes)));
            assert_true(store_record_has(txn, topic, id));
        }
        assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
    }
    close_home(home);
    open_home(home);
    txn = store_begin(home->store, STORE_READ);
    store_topic_size(txn, &size, topic);
    assert_int_equal(size.records, RECORDS);
    assert_int_equal(size.bytes, RECORDS * SIZE);
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
}

/* The commit itself needs pages, for the list of free ones: the map can be full as late as that. */
static void a_map_that_is_full_only_at_the_commit_grows_too(void **state)
{
    struct home *home = *state;
    char name[16];

    for (size_t pages = 8; pages < 40; pages++) {
        struct store_txn *txn;

        assert_int_equal(store_open_sized(&home->store, home->dir, KEY, STORE_WRITE, pages * 4096, &home->why), STATUS_OK);
        for (int i = 0; i < 30; i++) {
            snprintf(name, sizeof name, "%zu.%d", pages, i);
            txn = store_begin(home->store, STORE_WRITE);
            store_setting_put(txn, NULL, name, BYTES(KEY));
            assert_int_equal(store_commit(txn, &home->why), STATUS_OK);
        }
        close_home(home);
    }
    open_home(home);
    for (size_t pages = 8; pages < 40; pages++) {
        struct store_txn *txn = store_begin(home->store, STORE_READ);
        struct bytes value;

        snprintf(name, sizeof name, "%zu.29", pages);
        assert_true(store_setting_get(txn, &value, NULL, name));
        assert_int_equal(store_commit(txn, NULL), STATUS_OK);
    }
}

static void fill_topic(struct store *store, const uint8_t *topic, uint32_t records)
{
    static uint8_t body[6000];
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    uint8_t id[STORE_ID_SIZE] = { 0 };

    for (uint32_t i = 0; i < records; i++) {
        be32_write(id, i);
        store_record_put(txn, topic, id, 0, BYTES(body));
    }
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
}

static void a_reader_follows_a_file_that_grows_beyond_its_map(void **state)
{
    struct home *home = *state;
    int ready[2], go[2], code;
    char byte = 0;
    pid_t child;

    assert_int_equal(store_open_sized(&home->store, home->dir, KEY, STORE_WRITE, 1 << 16, &home->why), STATUS_OK);
    assert_int_equal(pipe(ready) | pipe(go), 0);
    child = fork();
    if (child == 0) {
        struct store *reader = NULL;
        struct failure why = { .text = "" };
        bool fine = store_open_sized(&reader, home->dir, KEY, STORE_READ, 1 << 16, &why) == STATUS_OK;
        struct store_topic_size size = { 0 };
        struct store_txn *txn;

        fine = fine && write(ready[1], "r", 1) == 1 && read(go[0], &byte, 1) == 1;
        if (fine) {
            txn = store_begin(reader, STORE_READ);
            store_topic_size(txn, &size, KEY);
            fine = store_commit(txn, &why) == STATUS_OK && size.records == 500;
        }
        store_close(reader);
        _exit(fine ? 0 : 1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    fill_topic(home->store, KEY, 500);
    assert_int_equal(write(go[1], "g", 1), 1);
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    close(ready[0]), close(ready[1]), close(go[0]), close(go[1]);
}

/* The list of free pages then needs pages of its own. */
static void a_store_that_freed_many_pages_at_once_opens_again(void **state)
{
    struct home *home = *state;
    struct store_txn *txn;

    open_home(home);
    fill_topic(home->store, KEY, 700);
    txn = store_begin(home->store, STORE_WRITE);
    store_topic_erase(txn, KEY);
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
    put_setting(home->store, "colour", "blue");
    close_home(home);
    open_home(home);
    expect_setting(home->store, "colour", "blue");
    fill_topic(home->store, OTHER_KEY, 100);
    close_home(home);
    open_home(home);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, home_up, home_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_committed_is_there_after_reopening),
        TEST(an_aborted_transaction_leaves_nothing),
        TEST(files_are_for_the_owner_only),
        TEST(another_key_is_told_from_damage),
        TEST(reading_needs_a_store),
        TEST(a_reader_works_beside_the_writer_and_sees_what_it_commits),
        TEST(a_second_process_is_refused_by_name),
        TEST(a_read_only_folder_is_refused_in_words),
        TEST(a_folder_whose_parent_is_missing_is_refused_in_words),
        TEST(a_store_half_made_is_made_again),
        TEST(an_older_layout_is_brought_up_to_date_in_order_and_a_newer_one_refused),
        TEST(a_failing_step_changes_nothing),
        TEST(a_reader_leaves_an_older_layout_alone),
        TEST(a_reader_follows_a_file_that_grows_beyond_its_map),
        TEST(a_store_that_freed_many_pages_at_once_opens_again),
        TEST(a_tiny_map_grows_without_being_noticed),
        TEST(a_map_that_is_full_only_at_the_commit_grows_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
