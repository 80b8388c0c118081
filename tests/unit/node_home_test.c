/* The folder of a home: made once, read by its owner only. */
#include "tests/support/fault.h"

#include "node/home/home.h"
#include "store/store.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

static char dir[FOLDER_PATH], home[FOLDER_PATH + 32], key[FOLDER_PATH + 48];
static struct failure why;

static int home_up(void **state)
{
    (void)state;
    folder_new(dir);
    snprintf(home, sizeof home, "%s/a/home", dir);
    snprintf(key, sizeof key, "%s/key", home);
    why.text[0] = '\0';
    return 0;
}

static int home_down(void **state)
{
    (void)state;
    folder_remove(dir);
    return 0;
}

static void a_home_is_made_once_and_then_never_touched(void **state)
{
    uint8_t seed[KEY_SIZE], store_key[KEY_SIZE], seed_again[KEY_SIZE], store_key_again[KEY_SIZE];
    struct stat found;

    (void)state;
    assert_int_equal(home_keys(home, seed, store_key, &why), STATUS_MISSING);
    assert_non_null(strstr(why.text, "coopair init"));
    assert_int_equal(home_init(home, (struct bytes){ NULL, 0 }, &why), STATUS_OK);
    assert_int_equal(stat(key, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(found.st_size, 32);
    assert_int_equal(stat(home, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0700);
    assert_int_equal(home_keys(home, seed, store_key, &why), STATUS_OK);
    assert_memory_not_equal(seed, store_key, KEY_SIZE);
    assert_int_equal(home_init(home, (struct bytes){ NULL, 0 }, &why), STATUS_EXISTS);
    assert_int_equal(home_keys(home, seed_again, store_key_again, &why), STATUS_OK);
    assert_memory_equal(seed, seed_again, KEY_SIZE);
    assert_memory_equal(store_key, store_key_again, KEY_SIZE);
}

static void a_key_file_that_others_may_read_is_refused(void **state)
{
    uint8_t seed[KEY_SIZE], store_key[KEY_SIZE];

    (void)state;
    assert_int_equal(home_init(home, (struct bytes){ NULL, 0 }, &why), STATUS_OK);
    assert_int_equal(chmod(key, 0640), 0);
    assert_int_equal(home_keys(home, seed, store_key, &why), STATUS_DENIED);
    assert_non_null(strstr(why.text, "chmod 600"));
    assert_int_equal(chmod(key, 0600), 0);
    assert_int_equal(truncate(key, 31), 0);
    assert_int_equal(home_keys(home, seed, store_key, &why), STATUS_MALFORMED);
    assert_int_equal(unlink(key), 0);
    assert_int_equal(symlink("/etc/passwd", key), 0);
    assert_true(home_keys(home, seed, store_key, &why) != STATUS_OK);
}

static void a_folder_open_to_others_or_a_store_without_its_key_is_refused(void **state)
{
    (void)state;
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(home_init(dir, (struct bytes){ NULL, 0 }, &why), STATUS_DENIED);
    assert_non_null(strstr(why.text, "chmod 700"));
    assert_int_equal(home_init(home, (struct bytes){ NULL, 0 }, &why), STATUS_OK);
    assert_int_equal(unlink(key), 0);
    assert_int_equal(home_init(home, (struct bytes){ NULL, 0 }, &why), STATUS_DENIED);
    assert_non_null(strstr(why.text, "key file is gone"));
    assert_true(access(key, F_OK) != 0);
}

static void a_failed_init_can_be_repeated_whatever_failed(void **state)
{
    uint8_t seed[KEY_SIZE], store_key[KEY_SIZE];
    bool fired = true;

    (void)state;
    for (long k = 1; fired; k++) {
        enum status status;

        snprintf(home, sizeof home, "%s/h%ld", dir, k);
        fault_arm(FAULT_MEMORY | FAULT_DISK, k, false);
        status = home_init(home, (struct bytes){ NULL, 0 }, &why);
        fired = fault_disarm();
        assert_true(status == STATUS_OK || fired);
        if (status) {
            enum status again = home_init(home, (struct bytes){ NULL, 0 }, &why);

            /* a key whose folder was not synced stays; the store is made when the home is opened */
            assert_true(again == STATUS_OK || again == STATUS_EXISTS);
        }
        assert_int_equal(home_keys(home, seed, store_key, &why), STATUS_OK);
    }
}

static void the_folder_is_found_where_it_was_said_to_be(void **state)
{
    char path[HOME_PATH_MAX];

    (void)state;
    unsetenv("COOPAIR_HOME");
    setenv("XDG_DATA_HOME", "/data", 1);
    setenv("HOME", "/home/ada", 1);
    assert_int_equal(home_path(path, "/o", &why), STATUS_OK);
    assert_string_equal(path, "/o");
    assert_int_equal(home_path(path, NULL, &why), STATUS_OK);
    assert_string_equal(path, "/data/coopair");
    setenv("XDG_DATA_HOME", "relative", 1);
    assert_int_equal(home_path(path, NULL, &why), STATUS_OK);
    assert_string_equal(path, "/home/ada/.local/share/coopair");
    setenv("COOPAIR_HOME", "/c", 1);
    assert_int_equal(home_path(path, NULL, &why), STATUS_OK);
    assert_string_equal(path, "/c");
    unsetenv("COOPAIR_HOME");
    unsetenv("HOME");
    assert_int_equal(home_path(path, NULL, &why), STATUS_MISSING);
}

static void a_long_folder_still_has_a_socket(void **state)
{
    char path[sizeof((struct sockaddr_un *)0)->sun_path], again[sizeof path], deep[FOLDER_PATH + 160];

    (void)state;
    assert_int_equal(home_socket(path, sizeof path, "/home/ada/x", &why), STATUS_OK);
    assert_string_equal(path, "/home/ada/x/control");
    snprintf(deep, sizeof deep, "%s/%0120d", dir, 7);
    assert_int_equal(mkdir(deep, 0700), 0);
    setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
    assert_int_equal(home_socket(path, sizeof path, deep, &why), STATUS_OK);
    assert_memory_equal(path, "/run/user/1/coopair-", 20);
    strcat(deep, "/../");
    strcat(deep, strrchr(dir, '/') + 1); /* does not exist there */
    assert_int_equal(home_socket(again, sizeof again, deep, &why), STATUS_DISK);
    unsetenv("XDG_RUNTIME_DIR");
    *strstr(deep, "/../") = '\0';
    assert_int_equal(home_socket(again, sizeof again, deep, &why), STATUS_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_home_is_made_once_and_then_never_touched, home_up, home_down),
        cmocka_unit_test_setup_teardown(a_key_file_that_others_may_read_is_refused, home_up, home_down),
        cmocka_unit_test_setup_teardown(a_folder_open_to_others_or_a_store_without_its_key_is_refused,
                                        home_up, home_down),
        cmocka_unit_test_setup_teardown(a_failed_init_can_be_repeated_whatever_failed, home_up, home_down),
        cmocka_unit_test_setup_teardown(the_folder_is_found_where_it_was_said_to_be, home_up, home_down),
        cmocka_unit_test_setup_teardown(a_long_folder_still_has_a_socket, home_up, home_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
