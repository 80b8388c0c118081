/* Groups by the requests their commands send: made, shown, invited to, and what is refused. */
#include "node/tender/tender.h"
#include "tests/support/small_street.h"

#include <setjmp.h>

#include <cmocka.h>

static struct nodes street;
static uint8_t round_id[ID_SIZE];
static char code[CODE_MAX];

#define refused(reply, status, words) assert_true(nodes_refused(reply, status, words))

static void without_a_group_every_request_says_what_is_missing(void **unused)
{
    static const char *const verbs[] = { "round.show",  "round.plan", "round.join",   "round.leave",
                                         "tender.show", "offer.show", "offer.letter", "offer.decline" };

    (void)unused;
    nodes_open(&street, SMALL_HOMES);
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
        refused(nodes_ask(&street, 0, verbs[i], "{}"), "MISSING", "coopair round list");
    refused(nodes_ask(&street, 0, "tender.export", "{s:i}", "offset", 0), "MISSING", "coopair round list");
    refused(nodes_ask(&street, 0, "group.invite", "{}"), "MISSING", "coopair group join");
    refused(nodes_ask(&street, 0, "group.show", "{s:s}", "group", "abcd"), "MISSING", "coopair group list");
    json_t *reply = nodes_answered(nodes_ask(&street, 0, "round.list", "{}"));
    assert_int_equal(json_array_size(json_object_get(reply, "rounds")), 0);
    json_decref(reply);
}

static void a_group_that_breaks_a_rule_is_not_made(void **unused)
{
    static const struct {
        const char *key, *value, *words;
    } texts[] = {
        { "good", "gold", "pellets, electricity" },
        { "pace", "eternity", "demo, street or season" },
        { "title", "up\033[2Jdown", "printable" },
        { "title", "left\xe2\x80\xaeright", "printable" },
        { "title", "0123456789012345678901234567890123456789012345678901234567890123456789", "at most 63" },
        { "windows", "1,2,3,4", "5 spans" },
        { "windows", "1,2,3,4,5,6", "5 spans" },
        { "windows", "1,2,3,4,x", "no span" },
        { "windows", "1,2,3,4,0", "window" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        json_t *args = json_pack("{s:s, s:s, s:s}", "good", "pellets", "pace", "demo", "zone", "z");

        json_object_set_new(args, texts[i].key, json_string(texts[i].value));
        refused(nodes_request(&street, 0, "group.create", args), "MALFORMED", texts[i].words);
    }
    refused(nodes_ask(&street, 0, "group.create", "{s:s, s:i}", "good", "pellets", "floor", 6), "MALFORMED",
            "below 7");
    refused(nodes_ask(&street, 0, "group.create", "{s:s, s:i}", "good", "pellets", "homes", 3), "MALFORMED",
            "at least as many");
    refused(nodes_ask(&street, 0, "group.create", "{s:s, s:i}", "good", "pellets", "homes", -1), "MALFORMED",
            "whole number");
    json_t *reply = nodes_answered(nodes_ask(&street, 0, "group.list", "{}"));
    assert_int_equal(json_array_size(json_object_get(reply, "groups")), 0);
    json_decref(reply);
}

static void a_code_with_a_typing_error_is_told_from_an_unknown_group(void **unused)
{
    char typed[CODE_MAX];

    (void)unused;
    small_found(&street, code, round_id);
    strcpy(typed, code);
    typed[8] = typed[8] == '7' ? '8' : '7';
    refused(nodes_ask(&street, 1, "group.join", "{s:s}", "code", typed), "MALFORMED", "");
    refused(nodes_ask(&street, 1, "group.join", "{s:s}", "code", ""), "MALFORMED", "");
    refused(nodes_ask(&street, 1, "group.join", "{s:i}", "code", 7), "MALFORMED", "not a text");
    refused(nodes_ask(&street, 1, "group.join", "{s:s, s:s}", "code", code, "address",
                      "0123456789012345678901234567890123456789012345678901234567890123456789:1"),
            "MALFORMED", "cannot be dialled");
    json_t *reply = nodes_answered(nodes_ask(&street, 1, "group.list", "{}"));
    assert_int_equal(json_array_size(json_object_get(reply, "groups")), 0);
    json_decref(reply);
}

static void a_group_has_a_code_a_round_and_its_founder_in_the_registry(void **unused)
{
    json_t *reply, *round, *box;
    struct invitation invitation;
    char topic[2 * ID_SIZE + 1];

    (void)unused;
    reply = nodes_answered(nodes_ask(&street, 2, "group.create", "{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s}",
                                     "good", "pellets", "pace", "street", "zone", "fr:insee:44109", "title",
                                     "Granulés, côté pair", "contact", "ada@example.org", "homes", 40,
                                     "floor", 9, "windows", "2d,36h,90m,1w,30"));
    assert_int_equal(invitation_read(&invitation, field_text(reply, "code"), NULL), STATUS_OK);
    assert_string_equal(invitation.address, street.list[2].address);
    snprintf(topic, sizeof topic, "%s", field_text(reply, "topic"));
    round = json_object_get(reply, "round");
    assert_string_equal(field_text(round, "title"), "Granulés, côté pair");
    assert_string_equal(field_text(round, "phase"), "registry");
    assert_int_equal(field_uint(round, "floor"), 9);
    assert_int_equal(field_uint(round, "invite_count"), 40);
    assert_int_equal(strlen(field_text(round, "season")), 4);
    assert_true(field_flag(json_object_get(round, "own"), "enrolled"));
    box = json_array_get(json_object_get(round, "boxes"), BOX_REGISTRY);
    assert_int_equal(field_uint(box, "deadline"), street.now_ms / 1000 + 2 * 86400);
    assert_int_equal(field_uint(box, "dealt"), 1);
    assert_true(
        json_is_null(json_object_get(json_array_get(json_object_get(round, "boxes"), BOX_JOIN), "deadline")));
    json_decref(reply);
    const struct charter *charter = topic_charter(core_topic_at(node_core(street.list[2].node), 0));
    static const uint32_t windows[BOXES] = { 2 * 86400, 36 * 3600, 90 * 60, 7 * 86400, 30 };
    assert_memory_equal(charter->window_s, windows, sizeof windows);
    nodes_kill(&street, 2);
    nodes_start(&street, 2); /* what was acknowledged is there after a kill */
    reply = nodes_answered(nodes_ask(&street, 2, "round.show", "{s:s}", "round", topic));
    assert_true(field_flag(json_object_get(reply, "own"), "enrolled"));
    json_decref(reply);
    assert_int_equal(small_journal(&street, 2, "Granulés, côté pair", "enrolled"), 1);
}

static void a_group_is_found_by_its_id_or_a_title_and_else_asked_for(void **unused)
{
    json_t *reply;
    char id[2 * ID_SIZE + 1];

    (void)unused;
    json_decref(nodes_answered(
        nodes_ask(&street, 2, "group.create", "{s:s, s:s}", "good", "pellets", "title", "Autre")));
    refused(nodes_ask(&street, 2, "group.show", "{}"), "MISSING", "coopair group list");
    refused(nodes_ask(&street, 2, "round.show", "{}"), "MISSING", "2 rounds fit");
    reply = nodes_answered(nodes_ask(&street, 2, "group.show", "{s:s}", "group", "Autre"));
    snprintf(id, sizeof id, "%.8s", field_text(reply, "group"));
    json_decref(reply);
    reply = nodes_answered(nodes_ask(&street, 2, "group.invite", "{s:s}", "group", id));
    assert_string_equal(field_text(json_array_get(json_object_get(reply, "rounds"), 0), "title"), "Autre");
    json_decref(reply);
}

/* Told at once, not when the box opens and nobody looks; and it loses nothing else by it. */
static void a_home_beyond_the_range_of_a_round_is_told_and_stays_enrolled(void **unused)
{
    json_t *reply, *item;

    (void)unused;
    reply = nodes_answered(
        nodes_ask(&street, 2, "group.create", "{s:s, s:s}", "good", "electricity-street", "title", "Courant"));
    item = json_array_get(json_object_get(json_object_get(reply, "round"), "items"), 0);
    assert_int_equal(field_uint(item, "low"), 2000);
    assert_int_equal(field_uint(item, "high"), 6700);
    json_decref(reply);
    for (size_t i = 0; i < 2; i++) {
        const char *command = i == 0 ? "round.plan" : "round.join";

        refused(nodes_ask(&street, 2, command, "{s:s, s:[s,s]}", "round", "Courant", "quantities", "Electricity=1999",
                          "Paid today=500"),
                "DENIED", "2000 to 6700 kWh of one home, not 1999");
        refused(nodes_ask(&street, 2, command, "{s:s, s:[i,i,i,i]}", "round", "Courant", "values", 6700, 1676, 0, 0),
                "DENIED", "500 to 1675");
    }
    reply = nodes_answered(nodes_ask(&street, 2, "round.show", "{s:s}", "round", "Courant"));
    assert_true(field_flag(json_object_get(reply, "own"), "enrolled"));
    assert_false(field_flag(json_object_get(reply, "wish"), "join"));
    json_decref(reply);
    json_decref(nodes_answered(
        nodes_ask(&street, 2, "round.join", "{s:s, s:[i,i,i,i]}", "round", "Courant", "values", 6700, 1675, 0, 0)));
    nodes_close(&street);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_group_every_request_says_what_is_missing),
        cmocka_unit_test(a_group_that_breaks_a_rule_is_not_made),
        cmocka_unit_test(a_code_with_a_typing_error_is_told_from_an_unknown_group),
        cmocka_unit_test(a_group_has_a_code_a_round_and_its_founder_in_the_registry),
        cmocka_unit_test(a_group_is_found_by_its_id_or_a_title_and_else_asked_for),
        cmocka_unit_test(a_home_beyond_the_range_of_a_round_is_told_and_stays_enrolled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
