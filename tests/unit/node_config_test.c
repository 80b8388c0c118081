/* What a household sets: known names only, values that make sense, and a file that a person may have edited.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/home/config.h"
#include "tests/support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char dir[FOLDER_PATH];

static int up(void **state)
{
    (void)state;
    folder_new(dir);
    return 0;
}

static int down(void **state)
{
    (void)state;
    folder_remove(dir);
    return 0;
}

static void write_file(const char *text)
{
    char path[FOLDER_PATH + 16];
    FILE *file;

    snprintf(path, sizeof path, "%s/config", dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void what_is_written_is_read_and_the_rest_has_its_default(void **unused)
{
    struct config config, again;
    struct failure why;

    (void)unused;
    assert_int_equal(config_read(&config, dir, &why), STATUS_OK);
    assert_string_equal(config_value(&config, CONFIG_BACKUP_DAYS), "7");
    assert_string_equal(config_value(&config, CONFIG_IMPORT_FOLDER), "");
    snprintf(config.values[CONFIG_IMPORT_FOLDER], CONFIG_VALUE_MAX, "/home/ada/my meter = data");
    assert_int_equal(config_write(&config, dir, &why), STATUS_OK);
    assert_int_equal(config_read(&again, dir, &why), STATUS_OK);
    assert_memory_equal(&config, &again, sizeof config);
}

static void values_that_make_no_sense_are_refused_with_what_does(void **unused)
{
    static const struct {
        enum config_key key;
        const char *value;
        bool fits;
    } table[] = {
        { CONFIG_IMPORT_FOLDER, "/a", true },    { CONFIG_IMPORT_FOLDER, "a", false },
        { CONFIG_IMPORT_FOLDER, "", false },     { CONFIG_BACKUP_FOLDER, "/a\nlanguage = fr", false },
        { CONFIG_BACKUP_DAYS, "1", true },       { CONFIG_BACKUP_DAYS, "365", true },
        { CONFIG_BACKUP_DAYS, "0", false },      { CONFIG_BACKUP_DAYS, "366", false },
        { CONFIG_BACKUP_DAYS, "7 days", false }, { CONFIG_BACKUP_DAYS, "-1", false },
        { CONFIG_LANGUAGE, "fr", true },         { CONFIG_LANGUAGE, "de", false },
        { CONFIG_LANGUAGE, "fr_FR", false },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct failure why = { .text = "" };

        assert_int_equal(config_check(table[i].key, table[i].value, &why) == STATUS_OK, table[i].fits);
        assert_int_equal(why.text[0] == '\0', table[i].fits);
    }
}

static void a_spoiled_line_is_named_and_the_others_hold(void **unused)
{
    char huge[CONFIG_FILE_MAX + 2];
    struct config config;
    struct failure why;

    (void)unused;
    write_file("# mine\n\n  backup.days=3 \r\nlanguage fr\nwhat.is = this\nlanguage = fr");
    assert_int_equal(config_read(&config, dir, &why), STATUS_MALFORMED);
    assert_non_null(strstr(why.text, "line 4"));
    assert_string_equal(config_value(&config, CONFIG_BACKUP_DAYS), "3");
    assert_string_equal(config_value(&config, CONFIG_LANGUAGE), "fr");
    memset(huge, '#', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    write_file(huge);
    assert_int_equal(config_read(&config, dir, &why), STATUS_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read_and_the_rest_has_its_default, up, down),
        cmocka_unit_test_setup_teardown(values_that_make_no_sense_are_refused_with_what_does, up, down),
        cmocka_unit_test_setup_teardown(a_spoiled_line_is_named_and_the_others_hold, up, down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
