/* A key on paper: what was printed is read back however it was typed, and a slip is found where it is. */
#include "node/care/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static uint8_t secret[KEY_SIZE], again[KEY_SIZE];
static char text[SHEET_TEXT];
static struct failure why;

static int sheet_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEY_SIZE; i++)
        secret[i] = (uint8_t)(i * 37 + 11);
    sheet_text(text, secret);
    why.text[0] = '\0';
    return 0;
}

static void a_sheet_is_24_words_that_can_be_said(void **state)
{
    (void)state;
    assert_int_equal(strlen(text), 24 * 6 - 1);
    for (size_t i = 0; text[i]; i++)
        assert_true(i % 6 == 5 ? text[i] == ' ' : strchr((i % 6) % 2 ? "aiou" : "bdfghjklmnprstvz", text[i]) != NULL);
}

static void every_key_comes_back(void **state)
{
    static const uint8_t edges[] = { 0x00, 0xff, 0x55, 0x80, 0x01 };
    struct rng rng;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
        memset(secret, edges[i], sizeof secret);
        sheet_text(text, secret);
        assert_int_equal(sheet_read(again, text, &why), STATUS_OK);
        assert_memory_equal(again, secret, KEY_SIZE);
    }
    rng_init(&rng, secret);
    for (int i = 0; i < 500; i++) {
        rng_fill(&rng, secret, sizeof secret);
        sheet_text(text, secret);
        assert_int_equal(sheet_read(again, text, &why), STATUS_OK);
        assert_memory_equal(again, secret, KEY_SIZE);
    }
}

static void numbers_case_and_signs_do_not_matter(void **state)
{
    char typed[600] = "", group[SHEET_GROUP_TEXT];
    size_t size = 0;

    (void)state;
    for (unsigned i = 0; i < SHEET_GROUPS; i++) {
        sheet_group(group, secret, i);
        for (char *c = group; *c; c++)
            *c = *c == ' ' ? (i % 2 ? '-' : ',') : i % 3 ? *c : (char)toupper((unsigned char)*c);
        size += (size_t)snprintf(typed + size, sizeof typed - size, " %u)\t%s.\r\n", i + 1, group);
    }
    assert_int_equal(sheet_read(again, typed, &why), STATUS_OK);
    assert_memory_equal(again, secret, KEY_SIZE);
}

/* Each letter, replaced by each other one that could stand there: the check of its own group says so, unless a
 * word of a check is what was touched, and never says nothing. One in 65 536 passes its own group; the groups behind catch it. */
static void a_wrong_letter_is_found_in_its_group(void **state)
{
    size_t elsewhere = 0, tried = 0;
    char wanted[32];

    (void)state;
    for (size_t i = 0; text[i]; i++) {
        const char *letters = (i % 6) % 2 ? "aiou" : "bdfghjklmnprstvz";
        char right = text[i];

        for (const char *c = letters; *c && right != ' '; c++) {
            if (*c == right)
                continue;
            text[i] = *c;
            assert_int_equal(sheet_read(again, text, &why), STATUS_MALFORMED);
            snprintf(wanted, sizeof wanted, "group %zu ", i / 18 + 1);
            elsewhere += strstr(why.text, wanted) == NULL;
            tried++;
        }
        text[i] = right;
    }
    assert_true(tried > 1000 && elsewhere <= 1);
    for (size_t i = 0; i < KEY_SIZE; i++)
        assert_int_equal(again[i], 0); /* nothing of a sheet that does not fit is handed out */
}

static void groups_in_another_order_or_of_another_sheet_are_refused(void **state)
{
    char other[SHEET_TEXT], swapped[SHEET_TEXT];
    uint8_t secret_2[KEY_SIZE];

    (void)state;
    memcpy(swapped, text, sizeof text);
    memcpy(swapped + 18, text + 36, 17);
    memcpy(swapped + 36, text + 18, 17);
    assert_int_equal(sheet_read(again, swapped, &why), STATUS_MALFORMED);
    assert_non_null(strstr(why.text, "group 2 "));
    memcpy(secret_2, secret, sizeof secret);
    secret_2[0] ^= 1;
    sheet_text(other, secret_2);
    memcpy(other + 4 * 18, text + 4 * 18, strlen(text) - 4 * 18); /* the second half of the first sheet */
    assert_int_equal(sheet_read(again, other, &why), STATUS_MALFORMED);
    assert_non_null(strstr(why.text, "group 5 "));
}

static void what_is_no_sheet_is_told_in_words_that_quote_nothing(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        { "", "here are 0" },
        { "babab dabad", "here are 2" },
        { "babab dabad fabax", "word 3 of group 1" },
        { "babab dabad fabaf secret", "word 1 of group 2" },
        { "babab dabad fab\xc3\xa9g", "word 3 of group 1" },
    };
    char longer[SHEET_TEXT + 8];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(sheet_read(again, cases[i].text, &why), STATUS_MALFORMED);
        assert_non_null(strstr(why.text, cases[i].words));
        assert_null(strstr(why.text, "secret"));
    }
    snprintf(longer, sizeof longer, "%s babab", text);
    assert_int_equal(sheet_read(again, longer, &why), STATUS_MALFORMED);
    assert_non_null(strstr(why.text, "more than 24"));
}

static void a_group_typed_back_proves_itself_and_no_other(void **state)
{
    char group[SHEET_GROUP_TEXT], more[40];

    (void)state;
    for (unsigned i = 0; i < SHEET_GROUPS; i++) {
        sheet_group(group, secret, i);
        for (unsigned j = 0; j < SHEET_GROUPS; j++)
            assert_int_equal(sheet_group_is(secret, j, group), i == j);
        snprintf(more, sizeof more, " %u  %s babab", i + 1, group);
        assert_false(sheet_group_is(secret, i, more));
        group[11] = '\0'; /* two of three words */
        assert_false(sheet_group_is(secret, i, group));
    }
    assert_false(sheet_group_is(secret, 0, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define SHEET_CASE(name) cmocka_unit_test_setup(name, sheet_up)
        SHEET_CASE(a_sheet_is_24_words_that_can_be_said),
        SHEET_CASE(every_key_comes_back),
        SHEET_CASE(numbers_case_and_signs_do_not_matter),
        SHEET_CASE(a_wrong_letter_is_found_in_its_group),
        SHEET_CASE(groups_in_another_order_or_of_another_sheet_are_refused),
        SHEET_CASE(what_is_no_sheet_is_told_in_words_that_quote_nothing),
        SHEET_CASE(a_group_typed_back_proves_itself_and_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
