/* Dates, spans, money, bars and codes read as a person would say them. */
#include "node/command/company.h"
#include "node/command/qr.h"
#include "node/tongue/words.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

static void a_span_is_said_in_its_two_largest_units(void **unused)
{
    static const struct {
        uint64_t seconds;
        const char *said;
    } cases[] = {
        { 0, "0 s" },
        { 1, "1 s" },
        { 59, "59 s" },
        { 60, "1 min" },
        { 61, "1 min 1 s" },
        { 3599, "59 min 59 s" },
        { 3600, "1 h" },
        { 3661, "1 h 1 min" },
        { 86399, "23 h 59 min" },
        { 86400, "1 day" },
        { 90000, "1 day 1 h" },
        { 2 * 86400, "2 days" },
        { 266400, "3 days 2 h" },
        { UINT64_MAX, "213503982334601 days 7 h" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char said[SAID_MAX];

        words_span(said, cases[i].seconds);
        assert_string_equal(said, cases[i].said);
    }
}

static void a_time_is_said_from_where_we_stand(void **unused)
{
    char said[SAID_MAX];

    (void)unused;
    words_when(said, 1000, 1000);
    assert_string_equal(said, "now");
    words_when(said, 1000 + 7200, 1000);
    assert_string_equal(said, "in 2 h");
    words_when(said, 1000, 1000 + 90);
    assert_string_equal(said, "1 min 30 s ago");
    words_when(said, UINT64_MAX, 0);
    assert_string_equal(said, "in 213503982334601 days 7 h");
}

static void a_date_is_local_and_survives_any_number(void **unused)
{
    char said[SAID_MAX];

    (void)unused;
    setenv("TZ", "Europe/Paris", 1);
    tzset();
    words_date(said, 1791304200); /* 16:30 UTC */
    assert_string_equal(said, "Tue 6 Oct 2026, 18:30");
    words_date(said, UINT64_MAX);
    assert_string_equal(said, "second 18446744073709551615");
}

static void money_and_quantities_are_grouped(void **unused)
{
    char said[SAID_MAX];

    (void)unused;
    words_euros(said, 123456);
    assert_string_equal(said, "1 234.56 EUR");
    words_euros(said, 5);
    assert_string_equal(said, "0.05 EUR");
    words_number(said, 999);
    assert_string_equal(said, "999");
    words_number(said, 34500);
    assert_string_equal(said, "34 500");
    words_number(said, UINT64_MAX);
    assert_string_equal(said, "18 446 744 073 709 551 615");
}

static void a_bar_is_full_only_when_all_is_there(void **unused)
{
    char said[SAID_MAX];

    (void)unused;
    words_bar(said, 0, 7);
    assert_string_equal(said, "[....................]");
    words_bar(said, 1, 1000);
    assert_string_equal(said, "[#...................]");
    words_bar(said, 999, 1000);
    assert_string_equal(said, "[###################.]");
    words_bar(said, 7, 7);
    assert_string_equal(said, "[####################]");
    words_bar(said, UINT64_MAX, 1);
    assert_string_equal(said, "[####################]");
}

static void spans_are_read_and_everything_else_refused(void **unused)
{
    static const struct {
        const char *text;
        uint64_t seconds;
    } good[] = { { "90s", 90 },    { "15m", 900 },    { "36h", 129600 },
                 { "3d", 259200 }, { "2w", 1209600 }, { "0s", 0 } };
    static const char *const bad[] = { "",    "s",     "5",          "5 d",
                                       "-5d", "5days", "1.5h",       "99999999999s",
                                       "5y",  " 5d",   "4294967296s" };
    uint64_t seconds = 77;

    (void)unused;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(words_span_read(&seconds, good[i].text, UINT32_MAX));
        assert_int_equal(seconds, good[i].seconds);
    }
    seconds = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(words_span_read(&seconds, bad[i], UINT32_MAX));
    assert_int_equal(seconds, 77);
}

/* The three finders in the corners are what a camera looks for: seven light-dark-light modules, quiet around.
 */
static void a_code_is_drawn_with_its_quiet_zone_and_finders(void **unused)
{
    char *drawn = qr_render("04HMA-SR2KC-1GW8N", false), *coloured = qr_render("04HMA-SR2KC-1GW8N", true);
    static const char full[] = "\u2588", half[] = "\u2580";
    size_t lines = 0, width = 0;

    (void)unused;
    assert_non_null(drawn);
    for (const char *c = drawn; *c != '\0'; c++)
        lines += *c == '\n';
    for (const char *c = drawn; *c != '\n'; c++)
        width += (*c & 0xc0) != 0x80;
    assert_int_equal((width + 1) / 2, lines); /* two rows a line, an odd number of rows */
    for (size_t i = 0; i < 2 * width; i++)    /* four rows of quiet are two lines of light */
        assert_memory_equal(drawn + i * (sizeof full - 1) + (i >= width), full, sizeof full - 1);
    const char *third = drawn + 2 * (width * (sizeof full - 1) + 1);
    for (size_t i = 0; i < 4; i++)
        assert_memory_equal(third + i * (sizeof full - 1), full, sizeof full - 1);
    assert_int_equal(third[4 * (sizeof full - 1)], ' '); /* the finder's corner: two dark modules */
    assert_null(memmem(third, 4 * (sizeof full - 1) + 1, half, sizeof half - 1));
    assert_non_null(strstr(coloured, "\033[40;97m"));
    free(drawn);
    free(coloured);
    drawn = malloc(8000);
    assert_non_null(drawn);
    memset(drawn, 'x', 7999);
    drawn[7999] = '\0';
    assert_null(qr_render(drawn, false)); /* longer than any symbol */
    free(drawn);
}

/* ---- A company's keys. */

static void write_text(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void keys_are_made_once_and_found_again(void **unused)
{
    char folder[FOLDER_PATH], path[FOLDER_PATH + 16];
    struct company_keys first, second;
    struct failure why;
    struct stat found;
    bool made;

    (void)unused;
    snprintf(path, sizeof path, "%s/company.key", folder_new(folder));
    assert_int_equal(company_read(&first, path, &why), STATUS_MISSING);
    assert_int_equal(company_open(&first, &made, path, &why), STATUS_OK);
    assert_true(made);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(company_open(&second, &made, path, &why), STATUS_OK);
    assert_false(made);
    assert_memory_equal(&first, &second, sizeof first);
    company_clear(&first);
    company_clear(&second);
    folder_remove(folder);
}

static void keys_that_others_could_read_or_that_are_none_are_refused(void **unused)
{
    static const char line[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    char folder[FOLDER_PATH], path[FOLDER_PATH + 16], text[256];
    struct company_keys keys;
    struct failure why;

    (void)unused;
    snprintf(path, sizeof path, "%s/company.key", folder_new(folder));
    snprintf(text, sizeof text, "coopair company key 1\n%s\n%s\n", line, line);
    write_text(path, text, 0600);
    assert_int_equal(company_read(&keys, path, &why), STATUS_OK);
    write_text(path, text, 0640);
    assert_int_equal(company_read(&keys, path, &why), STATUS_DENIED);
    assert_non_null(strstr(why.text, "chmod 600"));
    text[30] = 'x';
    write_text(path, text, 0600);
    assert_int_equal(company_read(&keys, path, &why), STATUS_MALFORMED);
    write_text(path, "coopair company key 1\n", 0600);
    assert_int_equal(company_read(&keys, path, &why), STATUS_MALFORMED);
    snprintf(text, sizeof text, "coopair company key 1\n%s\n%s\nmore", line, line);
    write_text(path, text, 0600);
    assert_int_equal(company_read(&keys, path, &why), STATUS_MALFORMED);
    folder_remove(folder);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_is_said_in_its_two_largest_units),
        cmocka_unit_test(a_time_is_said_from_where_we_stand),
        cmocka_unit_test(a_date_is_local_and_survives_any_number),
        cmocka_unit_test(money_and_quantities_are_grouped),
        cmocka_unit_test(a_bar_is_full_only_when_all_is_there),
        cmocka_unit_test(spans_are_read_and_everything_else_refused),
        cmocka_unit_test(a_code_is_drawn_with_its_quiet_zone_and_finders),
        cmocka_unit_test(keys_are_made_once_and_found_again),
        cmocka_unit_test(keys_that_others_could_read_or_that_are_none_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
