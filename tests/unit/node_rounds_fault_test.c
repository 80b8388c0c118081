/* Whatever allocation or disk call fails during a request about a round, the answer is a refusal in words,
 * and what is kept is either as before or as asked. */
#include "node/wish/wish.h"
#include "tests/support/fault.h"
#include "tests/support/small_street.h"

#include <setjmp.h>

#include <cmocka.h>

static struct nodes street;
static uint8_t round_id[ID_SIZE];
static char code[CODE_MAX];

/* Without a network: what fails is the home's own. */
static void restart(void)
{
    nodes_kill(&street, 0);
    assert_int_equal(node_open(&street.list[0].node, street.list[0].folder, wishes_try, "", NULL, street.now_ms, NULL),
                     STATUS_OK);
}

static json_t *request_of(const char *verb, json_t *args)
{
    json_t *request = json_pack("{s:i, s:s, s:o}", "v", 1, "verb", verb, "args", args);

    assert_non_null(request);
    return request;
}

/* The home as a restart finds it: it opens, and says the same of the round as before. */
static void sound(void)
{
    json_t *reply = nodes_answered(nodes_ask(&street, 0, "round.show", "{}"));

    assert_string_equal(field_text(reply, "phase"), "registry");
    assert_true(field_flag(json_object_get(reply, "own"), "enrolled"));
    json_decref(reply);
}

/* Every call of this request fails in turn; `kept` looks at what the disk holds after each. */
static void each_call_fails_in_turn(const char *verb, json_t *args, void (*kept)(bool answered))
{
    json_t *request = request_of(verb, args);
    bool fired = true;

    for (long k = 1; fired; k++) {
        json_t *reply;
        bool answered;

        assert_true(k < 100000);
        fault_arm(FAULT_MEMORY | FAULT_DISK, k, false);
        reply = serve(street.list[0].node, request);
        fired = fault_disarm();
        answered = reply != NULL && field_flag(reply, "ok");
        assert_true(fired || answered);
        if (reply != NULL && !answered)
            assert_true(field_text(reply, "error")[0] != '\0');
        json_decref(reply);
        if (kept != NULL)
            kept(answered);
        sound();
    }
    json_decref(request);
}

static void nothing_new(bool answered)
{
    struct wish wish;

    (void)answered;
    assert_false(wish_read(street.list[0].node, round_id, &wish));
}

static void looking_changes_nothing_whatever_fails(void **unused)
{
    (void)unused;
    each_call_fails_in_turn("round.show", json_object(), nothing_new);
    each_call_fails_in_turn("round.plan", json_pack("{s:[i,i,i,i,i]}", "values", 1, 2, 3, 1, 1), nothing_new);
    each_call_fails_in_turn("group.list", json_object(), nothing_new);
    each_call_fails_in_turn("group.invite", json_object(), nothing_new);
    each_call_fails_in_turn("group.join", json_pack("{s:s}", "code", code), nothing_new);
}

/* Before the first wish that was answered with yes, either none or this one is kept; after it always this
 * one. */
static void this_or_none(bool answered)
{
    struct wish wish;

    if (!wish_read(street.list[0].node, round_id, &wish) || !wish.join) {
        assert_false(answered);
        return;
    }
    assert_int_equal(wish.value_count, 5);
    assert_int_equal(wish.values[0], 1000);
    assert_int_equal(wish.lots[0], 1);
}

static void a_wish_is_kept_whole_or_not_at_all(void **unused)
{
    struct wish wish;

    (void)unused;
    each_call_fails_in_turn("round.join",
                            json_pack("{s:[i,i,i,i,i], s:[s]}", "values", 1000, 20, 300, 1, 1, "lots", "2"),
                            this_or_none);
    restart();
    assert_true(wish_read(street.list[0].node, round_id, &wish) && wish.join);
    this_or_none(true);
    sound();
}

static void a_group_is_made_with_its_round_or_refused_in_words(void **unused)
{
    size_t made = 0;
    bool fired = true;
    json_t *reply;

    (void)unused;
    /* Each try may leave a group without a round, as a crash between the two would, and sixteen groups are
     * the most. */
    for (long k = 1; fired && made < 4; k += 97) {
        json_t *request = request_of("group.create", json_pack("{s:s}", "good", "pellets"));

        fault_arm(FAULT_MEMORY | FAULT_DISK, k, false);
        reply = serve(street.list[0].node, request);
        fired = fault_disarm();
        made += reply != NULL && field_flag(reply, "ok");
        json_decref(reply);
        json_decref(request);
    }
    restart();
    reply = nodes_answered(nodes_ask(&street, 0, "round.list", "{}"));
    assert_true(json_array_size(json_object_get(reply, "rounds")) >= 1 + made);
    json_decref(reply);
}

static int street_up(void **unused)
{
    (void)unused;
    nodes_open(&street, 1);
    small_found(&street, code, round_id);
    restart();
    return 0;
}

static int street_down(void **unused)
{
    (void)unused;
    nodes_close(&street);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(looking_changes_nothing_whatever_fails),
        cmocka_unit_test(a_wish_is_kept_whole_or_not_at_all),
        cmocka_unit_test(a_group_is_made_with_its_round_or_refused_in_words),
    };

    return cmocka_run_group_tests(tests, street_up, street_down);
}
