/* What leaves by itself leaves only while it is allowed; what is shown before is what leaves. */
#include "node/command/command.h"
#include "node/wish/consent.h"
#include "tests/support/small_street.h"

#include <sodium.h>

#include <setjmp.h>

#include <cmocka.h>

static uint8_t round_id[ID_SIZE];
static struct nodes street;

static int street_up(void **state)
{
    char code[CODE_MAX];

    (void)state;
    nodes_open(&street, SMALL_HOMES);
    small_found(&street, code, round_id);
    for (unsigned i = 0; i < SMALL_HOMES; i++) {
        small_meter(&street, i, 300000);
        if (i > 0)
            json_decref(nodes_answered(nodes_ask(&street, i, "group.join", "{s:s}", "code", code)));
    }
    return 0;
}

static int street_down(void **state)
{
    (void)state;
    nodes_close(&street);
    return 0;
}

static enum box_state interest_box(struct nodes *n)
{
    const struct season *season = small_season(n, 0, round_id);

    return season == NULL ? BOX_WAITING : season->boxes[BOX_INTEREST].state;
}

static bool interest_is_open(struct nodes *n)
{
    return interest_box(n) == BOX_OPEN;
}

static bool interest_is_over(struct nodes *n)
{
    return interest_box(n) >= BOX_CLOSED || small_season(n, 0, round_id)->phase > PHASE_JOIN;
}

static bool has_spoken(unsigned home)
{
    struct core *core = node_core(street.list[home].node);
    struct own_view own;

    core_own(core, core_topic_find(core, round_id), &own);
    return own.interested;
}

static json_t *preview_thing(unsigned home, const char *purpose)
{
    json_t *reply = nodes_answered(nodes_ask(&street, home, "share.preview", "{}")), *thing, *found = NULL;
    json_t *things = json_object_get(json_array_get(json_object_get(reply, "rounds"), 0), "things");
    size_t i;

    json_array_foreach (things, i, thing)
        if (strcmp(field_text(thing, "purpose"), purpose) == 0)
            found = json_incref(thing);
    json_decref(reply);
    return found;
}

static void nothing_is_allowed_until_it_is_and_every_purpose_by_itself(void **unused)
{
    struct consents consents;
    json_t *reply;

    (void)unused;
    consents_read(&consents, node_store(street.list[0].node));
    for (int i = 0; i < PURPOSES; i++)
        assert_int_equal(consents.since_ms[i], 0);
    small_allow(&street, 0, "profile");
    small_allow(&street, 0, "profile"); /* said twice is said once */
    nodes_kill(&street, 0);
    nodes_start(&street, 0);
    consents_read(&consents, node_store(street.list[0].node));
    assert_int_equal(consents.since_ms[PURPOSE_INTEREST], 0);
    assert_int_not_equal(consents.since_ms[PURPOSE_PROFILE], 0);
    assert_int_equal(small_journal(&street, 0, "allowed: profile", "nothing left by this"), 1);
    json_decref(nodes_answered(nodes_ask(&street, 0, "share.revoke", "{s:s}", "purpose", "profile")));
    consents_read(&consents, node_store(street.list[0].node));
    assert_int_equal(consents.since_ms[PURPOSE_PROFILE], 0);
    assert_int_equal(small_journal(&street, 0, "no longer allowed: profile", ""), 1);
    reply = nodes_ask(&street, 0, "share.allow", "{s:s}", "purpose", "address");
    assert_string_equal(nodes_status(reply), "MISSING");
    json_decref(reply);
}

static void a_setting_that_does_not_read_allows_nothing(void **unused)
{
    static const char *const damaged[] = { "", "\x92\x01", "\x93\x01\x01\x01", "\x92\x01\x01\x01", "yes" };
    struct consents consents;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
        struct store_txn *txn = store_begin(node_store(street.list[0].node), STORE_WRITE);

        store_setting_put(txn, NULL, "consents",
                          (struct bytes){ (const uint8_t *)damaged[i], strlen(damaged[i]) });
        assert_int_equal(store_commit(txn, NULL), STATUS_OK);
        consents_read(&consents, node_store(street.list[0].node));
        assert_int_equal(consents.since_ms[PURPOSE_INTEREST] + consents.since_ms[PURPOSE_PROFILE], 0);
    }
}

/* Home 0 allows both, home 1 the interest alone, home 2 allowed all and took it back. */
static void only_what_is_allowed_leaves(void **unused)
{
    (void)unused;
    small_allow(&street, 0, "interest");
    small_allow(&street, 0, "profile");
    small_allow(&street, 1, "interest");
    small_allow(&street, 2, "interest");
    small_allow(&street, 2, "profile");
    json_decref(nodes_answered(nodes_ask(&street, 2, "share.revoke", "{s:s}", "purpose", "interest")));
    assert_true(nodes_until(&street, 120, interest_is_over));
    assert_true(has_spoken(0) && has_spoken(1));
    assert_false(has_spoken(2));
    assert_int_equal(small_journal(&street, 0, "interested, and cell", ""), 1);
    assert_int_equal(small_journal(&street, 1, "interested; nothing else", ""), 1);
    assert_int_equal(small_journal(&street, 1, "cell", "of 4"), 0);
}

static void a_wish_to_tell_the_profile_needs_the_yes_that_stands_when_it_is_told(void **unused)
{
    struct wish wish = { .enrol = true, .interest = true, .report = 2, .cell = 1 };

    (void)unused;
    for (unsigned i = 0; i < SMALL_HOMES; i++)
        assert_int_equal(wish_write(street.list[i].node, round_id, &wish, NULL), STATUS_OK);
    small_allow(&street, 0, "profile");
    small_allow(&street, 1, "profile");
    json_decref(nodes_answered(nodes_ask(&street, 1, "share.revoke", "{s:s}", "purpose", "profile")));
    assert_true(nodes_until(&street, 120, interest_is_over));
    assert_int_equal(small_journal(&street, 0, "cell 2 of 4", ""), 1);
    assert_int_equal(small_journal(&street, 1, "interested; nothing else", ""), 1);
    assert_int_equal(small_journal(&street, 2, "interested; nothing else", ""), 1);
}

/* The bytes shown before are those that leave, but for the random numbers of the proofs. */
static void what_was_shown_is_what_leaves_and_the_journal_names_the_record(void **unused)
{
    json_t *before, *after, *other;
    struct core *core;
    struct bytes record;
    uint8_t id[ID_SIZE];
    char *hex, name[2 * ID_SIZE + 1];

    (void)unused;
    assert_true(nodes_until(&street, 120, interest_is_open));
    before = preview_thing(0, "profile");
    other = preview_thing(0, "interest");
    assert_false(field_flag(before, "left") || field_flag(before, "goes") || field_flag(other, "goes"));
    assert_string_equal(field_text(other, "telling"), "04");
    assert_false(has_spoken(0)); /* to look is not to say */
    small_allow(&street, 0, "profile");
    small_allow(&street, 0, "interest");
    nodes_until(&street, 5, NULL);
    assert_true(has_spoken(0));
    after = preview_thing(0, "profile");
    assert_true(field_flag(after, "left"));
    assert_string_equal(field_text(before, "telling"), field_text(after, "telling"));
    assert_int_equal(field_uint(before, "size"), field_uint(after, "size"));
    assert_int_equal(2 * field_uint(before, "size"), strlen(field_text(before, "record")));
    core = node_core(street.list[0].node);
    record = core_own_deal(core, core_topic_find(core, round_id), BOX_INTEREST, id);
    hex = malloc(2 * record.size + 1);
    assert_string_equal(sodium_bin2hex(hex, 2 * record.size + 1, record.data, record.size),
                        field_text(after, "record"));
    sodium_bin2hex(name, sizeof name, id, sizeof id);
    name[16] = '\0';
    assert_int_equal(small_journal(&street, 0, "that was record", name), 1);
    free(hex);
    json_decref(before);
    json_decref(after);
    json_decref(other);
}

static void before_the_box_opens_what_would_tell_is_shown_without_its_proofs(void **unused)
{
    json_t *thing;

    (void)unused;
    nodes_until(&street, 2, NULL);
    thing = preview_thing(1, "profile");
    assert_true(json_is_null(json_object_get(thing, "record")));
    assert_string_not_equal(field_text(thing, "not_yet"), "");
    assert_int_equal(strlen(field_text(thing, "telling")), 2);
    json_decref(thing);
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, street_up, street_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        STORY(nothing_is_allowed_until_it_is_and_every_purpose_by_itself),
        STORY(a_setting_that_does_not_read_allows_nothing),
        STORY(only_what_is_allowed_leaves),
        STORY(a_wish_to_tell_the_profile_needs_the_yes_that_stands_when_it_is_told),
        STORY(what_was_shown_is_what_leaves_and_the_journal_names_the_record),
        STORY(before_the_box_opens_what_would_tell_is_shown_without_its_proofs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
