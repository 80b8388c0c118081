/* What the node does unasked: files that appear are imported once they rest, each once, bad ones are told and
 * stay; backups are made, and only old backups go. The program it runs is a script that writes down how it
 * was called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/home/config.h"
#include "node/home/home.h"
#include "node/home/watched.h"
#include "node/run/chores.h"
#include "node/run/watch.h"
#include "node/wish/wish.h"
#include "tests/support/file.h"
#include "tests/support/folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { PATIENCE_S = 60, SETTLE_MS = 20 };

struct house {
    char dir[FOLDER_PATH], home[FOLDER_PATH + 8], program[FOLDER_PATH + 16], calls[FOLDER_PATH + 16];
    char inbox[FOLDER_PATH + 16], safe[FOLDER_PATH + 16];
    struct config config;
    struct node *node;
    struct chores *chores;
    uv_loop_t uv;
    struct failure why;
};

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[2 * FOLDER_PATH];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* "import --home H --no-input -- FILE": 1 and a word for what holds "bad"; "backup ... -- FILE" makes the
 * file. */
static const char script[] =
    "#!/bin/sh\n"
    "echo \"$@\" >> \"$(dirname \"$0\")/calls\"\n"
    "for last; do :; done\n"
    "case $1 in\n"
    "backup) echo made > \"$last\";;\n"
    "import) if grep -q bad \"$last\"; then echo 'coopair: not a meter file' >&2; echo more >&2;"
    " exit 1; fi;;\n"
    "esac\n";

static int up(void **state)
{
    struct house *house = calloc(1, sizeof *house);

    folder_new(house->dir);
    snprintf(house->home, sizeof house->home, "%s/home", house->dir);
    snprintf(house->program, sizeof house->program, "%s/coopair", house->dir);
    snprintf(house->calls, sizeof house->calls, "%s/calls", house->dir);
    snprintf(house->inbox, sizeof house->inbox, "%s/inbox", house->dir);
    snprintf(house->safe, sizeof house->safe, "%s/safe", house->dir);
    write_file(house->dir, "coopair", script);
    write_file(house->dir, "calls", "");
    assert_int_equal(chmod(house->program, 0700), 0);
    assert_int_equal(home_init(house->home, (struct bytes){ NULL, 0 }, &house->why), STATUS_OK);
    assert_int_equal(node_open(&house->node, house->home, wishes_try, "", NULL, 1, &house->why), STATUS_OK);
    assert_int_equal(uv_loop_init(&house->uv), 0);
    house->chores = chores_new(&house->uv, house->node, house->program, SETTLE_MS);
    *state = house;
    return 0;
}

static int down(void **state)
{
    struct house *house = *state;

    chores_stop(house->chores);
    uv_run(&house->uv, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&house->uv), 0);
    chores_free(house->chores);
    node_close(house->node);
    folder_remove(house->dir);
    free(house);
    return 0;
}

static void set(struct house *house, enum config_key key, const char *value)
{
    snprintf(house->config.values[key], CONFIG_VALUE_MAX, "%s", value);
    assert_int_equal(config_write(&house->config, house->home, &house->why), STATUS_OK);
}

static size_t calls_of(const struct house *house, const char *word)
{
    struct bytes file = file_load(house->calls);
    char *text = strndup((const char *)file.data, file.size);
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, word)); at++)
        count++;
    free(text);
    file_free(file);
    return count;
}

static size_t kept_of(const struct house *house)
{
    json_t *kept = watched_read(node_store(house->node));
    size_t count = json_array_size(kept);

    json_decref(kept);
    return count;
}

/* Until so many files are kept. */
static void run_until(struct house *house, size_t files)
{
    time_t end = time(NULL) + PATIENCE_S;

    while (kept_of(house) < files && time(NULL) < end)
        uv_run(&house->uv, UV_RUN_ONCE);
    assert_int_equal(kept_of(house), files);
}

static void run_looks(struct house *house, unsigned looks)
{
    for (unsigned i = 0; i < looks; i++) /* each is a due timer, or what it led to */
        uv_run(&house->uv, UV_RUN_ONCE);
}

static void files_are_taken_once_and_bad_ones_told(void **state)
{
    struct house *house = *state;
    json_t *kept, *item;
    size_t i;

    set(house, CONFIG_IMPORT_FOLDER, house->inbox);
    run_looks(house, 3); /* the folder is not there yet */
    assert_int_equal(mkdir(house->inbox, 0700), 0);
    write_file(house->inbox, "a.csv", "good");
    write_file(house->inbox, "-b.csv", "bad");
    write_file(house->inbox, ".part", "good");
    run_until(house, 2);
    run_looks(house, 10);
    assert_int_equal(calls_of(house, "import"), 2);
    assert_int_equal(calls_of(house, "/inbox/-b.csv"), 1);
    kept = watched_read(node_store(house->node));
    json_array_foreach (kept, i, item) {
        bool good = strcmp(json_string_value(json_object_get(item, "name")), "a.csv") == 0;

        assert_int_equal(json_is_true(json_object_get(item, "ok")), good);
        assert_string_equal(json_string_value(json_object_get(item, "said")), good ? "" : "not a meter file");
    }
    json_decref(kept);
    write_file(house->inbox, "-b.csv", "now it is good"); /* changed: taken again */
    while (calls_of(house, "import") < 3)
        uv_run(&house->uv, UV_RUN_ONCE);
    run_until(house, 2);
}

static void take_one(struct house *house, const char *name)
{
    char path[2 * FOLDER_PATH];
    time_t end = time(NULL) + PATIENCE_S;

    snprintf(path, sizeof path, "/inbox/%s", name);
    write_file(house->inbox, name, "good");
    while (calls_of(house, path) == 0 && time(NULL) < end)
        uv_run(&house->uv, UV_RUN_ONCE);
    assert_int_equal(calls_of(house, path), 1);
}

/* A name that is no text is kept all the same, or its file would be read without end. */
static void a_name_that_is_no_text_is_taken_once(void **state)
{
    struct house *house = *state;
    json_t *kept;

    assert_int_equal(mkdir(house->inbox, 0700), 0);
    set(house, CONFIG_IMPORT_FOLDER, house->inbox);
    take_one(house, "caf\xe9\n1%.csv");
    run_until(house, 1);
    kept = watched_read(node_store(house->node));
    assert_string_equal(json_string_value(json_object_get(json_array_get(kept, 0), "name")), "caf%E9%0A1%.csv");
    json_decref(kept);
    take_one(house, "b.csv");
    take_one(house, "c.csv");
    assert_int_equal(calls_of(house, "/inbox/caf"), 1);
}

/* More files than are remembered: the one that has been there longest is forgotten, and not read again for that. */
static void a_file_that_is_forgotten_is_not_taken_again(void **state)
{
    struct house *house = *state;
    json_t *kept, *item;

    assert_int_equal(mkdir(house->inbox, 0700), 0);
    set(house, CONFIG_IMPORT_FOLDER, house->inbox);
    take_one(house, "a.csv");
    run_until(house, 1);
    kept = watched_read(node_store(house->node));
    for (int i = 1; i < WATCH_FILES_MAX; i++) {
        item = json_pack("{s:s, s:i, s:I}", "name", "", "size", i, "time_ns", INT64_MAX);
        assert_int_equal(json_array_append_new(kept, item), 0);
    }
    assert_int_equal(watched_keep(node_store(house->node), kept, &house->why), STATUS_OK);
    json_decref(kept);
    take_one(house, "b.csv");
    take_one(house, "c.csv");
    take_one(house, "d.csv");
    assert_int_equal(kept_of(house), WATCH_FILES_MAX);
    assert_int_equal(calls_of(house, "/inbox/a.csv"), 1);
    assert_int_equal(calls_of(house, "import"), 4);
}

static bool there(const struct house *house, const char *name)
{
    char path[2 * FOLDER_PATH];

    snprintf(path, sizeof path, "%s/%s", house->safe, name);
    return access(path, F_OK) == 0;
}

static void a_backup_is_made_when_due_and_only_old_backups_go(void **state)
{
    struct house *house = *state;

    assert_int_equal(mkdir(house->safe, 0700), 0);
    write_file(house->safe, "coopair-2020-01-01.backup", "");
    write_file(house->safe, "coopair-2020-01-02.backup", "");
    write_file(house->safe, "coopair-2020-01-03.backup", "");
    write_file(house->safe, "coopair-2019-holiday.jpg", "");
    set(house, CONFIG_BACKUP_FOLDER, house->safe);
    while (there(house, "coopair-2020-01-01.backup"))
        uv_run(&house->uv, UV_RUN_ONCE);
    assert_true(there(house, "coopair-2020-01-02.backup") && there(house, "coopair-2020-01-03.backup"));
    assert_true(there(house, "coopair-2019-holiday.jpg"));
    run_looks(house, 10);
    assert_int_equal(calls_of(house, "backup --recovery --no-input --home"), 1);
}

static void ending_in_the_middle_leaves_nothing_open(void **state)
{
    struct house *house = *state;

    write_file(house->dir, "coopair", "#!/bin/sh\necho x >> \"$(dirname \"$0\")/calls\"\nexec sleep 1000\n");
    assert_int_equal(mkdir(house->inbox, 0700), 0);
    write_file(house->inbox, "a.csv", "good");
    set(house, CONFIG_IMPORT_FOLDER, house->inbox);
    while (calls_of(house, "x") < 1)
        uv_run(&house->uv, UV_RUN_ONCE);
    assert_int_equal(kept_of(house), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_are_taken_once_and_bad_ones_told, up, down),
        cmocka_unit_test_setup_teardown(a_name_that_is_no_text_is_taken_once, up, down),
        cmocka_unit_test_setup_teardown(a_file_that_is_forgotten_is_not_taken_again, up, down),
        cmocka_unit_test_setup_teardown(a_backup_is_made_when_due_and_only_old_backups_go, up, down),
        cmocka_unit_test_setup_teardown(ending_in_the_middle_leaves_nothing_open, up, down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
