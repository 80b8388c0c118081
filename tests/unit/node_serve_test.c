/* Requests and replies: the form, the arguments, and the verbs that look at the node. */
#include "tests/support/wire_pair.h"

#include "node/serve/serve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static int pair_up(void **state)
{
    struct pair *pair = pair_new();

    assert_int_equal(pair_start(pair, 0, NULL), STATUS_OK);
    *state = pair;
    return 0;
}

static int pair_down(void **state)
{
    pair_free(*state);
    return 0;
}

/* The reply to a request written as JSON. */
static json_t *ask(struct pair *pair, const char *request)
{
    json_t *parsed = json_loads(request, 0, NULL), *reply = serve(pair->node[0], parsed);

    assert_non_null(reply);
    json_decref(parsed);
    return reply;
}

static json_int_t number(json_t *reply, const char *name)
{
    assert_true(json_is_integer(json_object_get(reply, name)));
    return json_integer_value(json_object_get(reply, name));
}

static void what_is_no_request_gets_a_sentence(void **state)
{
    static const struct {
        const char *request, *status;
    } cases[] = {
        { "[]", "MALFORMED" },
        { "{}", "MALFORMED" },
        { "{\"v\":1}", "MALFORMED" },
        { "{\"v\":2, \"verb\":\"status\"}", "MALFORMED" },
        { "{\"v\":1, \"verb\":7}", "MALFORMED" },
        { "{\"v\":1, \"verb\":\"status\", \"args\":[]}", "MALFORMED" },
        { "{\"v\":1, \"verb\":\"no such verb\"}", "MISSING" },
        { "{\"v\":1, \"verb\":\"journal\", \"args\":{\"from\":-1}}", "MALFORMED" },
        { "{\"v\":1, \"verb\":\"journal\", \"args\":{\"from\":\"1\"}}", "MALFORMED" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        json_t *reply = ask(*state, cases[i].request);

        assert_true(json_is_false(json_object_get(reply, "ok")));
        assert_string_equal(json_string_value(json_object_get(reply, "status")), cases[i].status);
        assert_true(json_string_length(json_object_get(reply, "error")) > 10);
        json_decref(reply);
    }
}

static void status_tells_how_the_home_is_doing(void **state)
{
    struct pair *pair = *state;
    json_t *reply, *round;

    assert_int_equal(pair_join(pair, 0, "", NULL), STATUS_OK);
    assert_int_equal(pair_found(pair, 0, "Pellets", NULL), STATUS_OK);
    node_clock(pair->node[0], pair->now_ms + 5000);
    reply = ask(pair, "{\"v\":1, \"verb\":\"status\"}");
    assert_true(json_is_true(json_object_get(reply, "ok")));
    assert_true(json_is_true(json_object_get(reply, "running")));
    assert_string_equal(json_string_value(json_object_get(reply, "listen")), pair_address[0]);
    assert_int_equal(number(reply, "uptime_s"), 5);
    assert_int_equal(number(reply, "links"), 0);
    assert_true(number(reply, "store_bytes") > 0 && number(reply, "rss_kib") > 0);
    assert_int_equal(json_array_size(json_object_get(reply, "groups")), 1);
    assert_true(json_is_null(json_object_get(reply, "trouble")));
    round = json_array_get(json_object_get(reply, "rounds"), 0);
    assert_string_equal(json_string_value(json_object_get(round, "title")), "Pellets");
    assert_string_equal(json_string_value(json_object_get(round, "phase")), phase_name(PHASE_REGISTRY));
    assert_true(number(json_object_get(round, "deadlines_s"), "registry") > 1800000000);
    json_decref(reply);
}

static void the_journal_comes_in_pages(void **state)
{
    struct pair *pair = *state;
    json_int_t from = 1, seen = 0;
    unsigned pages = 0;

    for (int i = 0; i < 1100; i++)
        node_journal(pair->node[0], "line %d", i);
    assert_int_equal(node_flush(pair->node[0], NULL), STATUS_OK);
    while (from > 0) {
        char request[100];
        json_t *reply;

        snprintf(request, sizeof request, "{\"v\":1, \"verb\":\"journal\", \"args\":{\"from\":%d}}",
                 (int)from);
        reply = ask(pair, request);
        seen += (json_int_t)json_array_size(json_object_get(reply, "lines"));
        from = json_integer_value(json_object_get(reply, "next"));
        json_decref(reply);
        pages++;
    }
    assert_int_equal(seen, 1100);
    assert_int_equal(pages, 3);
}

static void a_round_is_named_by_its_id_its_title_or_by_being_the_only_one(void **state)
{
    struct pair *pair = *state;
    struct failure why;
    json_t *args = json_object();
    char hex[9];

    assert_int_equal(pair_join(pair, 0, "", NULL), STATUS_OK);
    assert_null(arg_topic(pair->node[0], args, &why));
    assert_non_null(strstr(why.text, "round list"));
    assert_int_equal(pair_found(pair, 0, "Pellets", NULL), STATUS_OK);
    assert_non_null(arg_topic(pair->node[0], args, &why));
    assert_int_equal(pair_found(pair, 0, "Wood", NULL), STATUS_OK);
    assert_null(arg_topic(pair->node[0], args, &why));
    json_object_set_new(args, "round", json_string("Wood"));
    assert_string_equal(topic_charter(arg_topic(pair->node[0], args, &why))->title, "Wood");
    snprintf(hex, sizeof hex, "%02x%02x%02x%02x", topic_id(arg_topic(pair->node[0], args, &why))[0],
             topic_id(arg_topic(pair->node[0], args, &why))[1],
             topic_id(arg_topic(pair->node[0], args, &why))[2],
             topic_id(arg_topic(pair->node[0], args, &why))[3]);
    json_object_set_new(args, "round", json_string(hex));
    assert_string_equal(topic_charter(arg_topic(pair->node[0], args, &why))->title, "Wood");
    hex[3] = '\0'; /* too short to mean anything */
    json_object_set_new(args, "round", json_string(hex));
    assert_null(arg_topic(pair->node[0], args, &why));
    json_object_set_new(args, "round", json_string("Gas"));
    assert_null(arg_topic(pair->node[0], args, &why));
    json_decref(args);
}

static void arguments_are_read_within_their_bounds(void **state)
{
    json_t *args = json_pack("{s:s, s:i, s:i, s:b}", "name", "Ada", "small", 7, "negative", -1, "yes", 1);
    struct failure why;
    uint64_t value = 0;

    (void)state;
    assert_string_equal(arg_text(args, "name", 3, &why), "Ada");
    assert_null(arg_text(args, "name", 2, &why));
    assert_null(arg_text(args, "small", 9, &why));
    assert_null(arg_text(args, "absent", 9, &why));
    assert_string_equal(arg_text_or(args, "absent", "else"), "else");
    assert_true(arg_uint(&value, args, "small", 7, &why));
    assert_int_equal(value, 7);
    assert_false(arg_uint(&value, args, "small", 6, &why));
    assert_false(arg_uint(&value, args, "negative", 6, &why));
    assert_false(arg_uint(&value, args, "name", 6, &why));
    assert_true(arg_flag(args, "yes"));
    assert_false(arg_flag(args, "small"));
    assert_false(arg_flag(NULL, "yes"));
    json_decref(args);
}

static void a_status_is_spelled_and_read_back(void **state)
{
    (void)state;
    for (int status = STATUS_OK; status <= STATUS_VERSION; status++)
        assert_int_equal(status_of_name(status_name((enum status)status)), status);
    assert_int_equal(status_of_name("NOTHING"), STATUS_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define SERVE_TEST(name) cmocka_unit_test_setup_teardown(name, pair_up, pair_down)
        SERVE_TEST(what_is_no_request_gets_a_sentence),
        SERVE_TEST(status_tells_how_the_home_is_doing),
        SERVE_TEST(the_journal_comes_in_pages),
        SERVE_TEST(a_round_is_named_by_its_id_its_title_or_by_being_the_only_one),
        cmocka_unit_test(arguments_are_read_within_their_bounds),
        cmocka_unit_test(a_status_is_spelled_and_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
