/* Failures told by the rooms below, in French: found by the format, with what was put into it in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/tongue/failure_words.h"
#include "node/tongue/tongue.h"
#include "proto/proto.h"
#include "store/env.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int in_french(void **unused)
{
    (void)unused;
    tongue_set(TONGUE_FRENCH);
    return 0;
}

static int in_english(void **unused)
{
    (void)unused;
    tongue_set(TONGUE_ENGLISH);
    return 0;
}

static void a_code_with_a_typing_error_is_told_in_french(void **unused)
{
    struct invitation invitation;
    struct failure why = { .text = "" };

    (void)unused;
    assert_int_not_equal(invitation_read(&invitation, "06G9E-7WVTN-SM1ZV-32WY7-CSWZ!", &why), STATUS_OK);
    assert_non_null(strstr(why.text, "there is a typing error"));
    assert_non_null(strstr(failure_words(&why).text, "il y a une faute de frappe"));
}

static void what_was_put_in_keeps_its_place(void **unused)
{
    struct failure why = { .text = "" }, said;
    struct store store = { .dir = "/home/ada/: the disk of %s" };

    (void)unused;
    env_explain_errno(&store, ENOSPC, "open", &why);
    said = failure_words(&why);
    assert_string_equal(said.text, "ouvrir : le disque de /home/ada/: the disk of %s est plein ; rien de confirmé n'est perdu, "
                                   "libérez de la place et réessayez");
    failure_say(&why, STATUS_MISSING, "there is no lot %" PRIu32 ": the round has %zu", UINT32_C(3), (size_t)2);
    assert_string_equal(failure_words(&why).text, "il n'y a pas de lot 3 : le tour en a 2");
    failure_say(&why, STATUS_MALFORMED, "who buys at %" PRIu32 " %% of today's price buys at %" PRIu32 " %%: say 1 for %s too", UINT32_C(80),
                UINT32_C(90), "90 %");
    assert_string_equal(failure_words(&why).text, "qui achète à 80 % du prix d'aujourd'hui achète à 90 % : dites 1 aussi pour 90 %");
    failure_say(&why, STATUS_FULL, "%s", status_text(STATUS_FULL)); /* what was put in is a sentence of its own */
    assert_string_equal(failure_words(&why).text, "une limite est atteinte");
}

static void what_cannot_be_found_again_stays_english(void **unused)
{
    struct failure why = { .text = "no more of it" }, prefixed = { .text = "" }, other = { .text = "" };

    (void)unused;
    assert_string_equal(failure_words(&why).text, "no more of it");
    failure_say(&prefixed, STATUS_FULL, "at most %d lots can be named", 3);
    failure_prefix(&prefixed, "the file: ");
    assert_string_equal(failure_words(&prefixed).text, "the file: at most 3 lots can be named");
    failure_say(&other, STATUS_FULL, "at most %d lots can be named", 3);
    memcpy(other.text, "at mo", 6); /* cut */
    assert_string_equal(failure_words(&other).text, "at mo");
    failure_say(&other, STATUS_EXISTS, "the round has this already");
    strcat(other.text, ", twice"); /* more than its format says */
    assert_string_equal(failure_words(&other).text, "the round has this already, twice");
    failure_say(&other, STATUS_FULL, "nobody has said this in French: %d", 3);
    assert_string_equal(failure_words(&other).text, "nobody has said this in French: 3");
}

static void english_is_what_the_source_says(void **unused)
{
    struct failure why = { .text = "" };

    (void)unused;
    failure_say(&why, STATUS_FULL, "at most %d lots can be named", 3);
    tongue_set(TONGUE_ENGLISH);
    assert_string_equal(failure_words(&why).text, "at most 3 lots can be named");
}

#define FRENCH(test) cmocka_unit_test_setup_teardown(test, in_french, in_english)
int main(void)
{
    const struct CMUnitTest tests[] = {
        FRENCH(a_code_with_a_typing_error_is_told_in_french),
        FRENCH(what_was_put_in_keeps_its_place),
        FRENCH(what_cannot_be_found_again_stays_english),
        FRENCH(english_is_what_the_source_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
