/* What a household wants done later is done when its time comes: once, whatever happens in between. */
#include "node/wish/envelope.h"
#include "node/wish/told.h"
#include "tests/support/small_street.h"

#include <setjmp.h>

#include <cmocka.h>

static uint8_t round_id[ID_SIZE];
static struct nodes street;

static void wait_for(struct nodes *n, bool (*holds)(struct nodes *n))
{
    assert_true(nodes_until(n, 120, holds));
}

static bool all_in_registry(struct nodes *n)
{
    for (unsigned i = 0; i < n->count; i++) {
        const struct season *season = small_season(n, i, round_id);

        if (season == NULL || season->registry_count != n->count)
            return false;
    }
    return true;
}

static bool join_is_open(struct nodes *n)
{
    const struct season *season = small_season(n, 1, round_id);

    return season != NULL && season->boxes[BOX_JOIN].state == BOX_OPEN;
}

static bool tender_is_there(struct nodes *n)
{
    for (unsigned i = 0; i < n->count; i++) {
        const struct season *season = small_season(n, i, round_id);

        if (season == NULL || season->phase < PHASE_TENDER)
            return false;
    }
    return true;
}

static void street_begin(void)
{
    char code[CODE_MAX];

    nodes_open(&street, SMALL_HOMES);
    small_found(&street, code, round_id);
    for (unsigned i = 1; i < SMALL_HOMES; i++) {
        json_t *reply = nodes_ask(&street, i, "group.join", "{s:s}", "code", code);

        assert_string_equal(nodes_status(reply), "OK");
        json_decref(reply);
    }
}

static struct own_view own_of(unsigned home)
{
    struct own_view own;
    struct core *core = node_core(street.list[home].node);

    core_own(core, core_topic_find(core, round_id), &own);
    return own;
}

static size_t join_deals(unsigned home)
{
    struct core *core = node_core(street.list[home].node);
    struct own_view own = own_of(home);

    return envelope_deals(core_topic_find(core, round_id), BOX_JOIN, own.pseudonym);
}

static struct wish wish_for(uint32_t lot, uint32_t minimum, uint64_t quantity)
{
    return (struct wish){ .enrol = true,
                          .interest = true,
                          .report = 2,
                          .cell = 1,
                          .join = true,
                          .lots = { lot },
                          .minimums = { minimum },
                          .choice_count = 1,
                          .values = { quantity, 10, 900, 0, 1 },
                          .value_count = 5 };
}

static void a_wish_reads_back_as_it_was_kept_also_after_a_restart(void **unused)
{
    struct wish wish = wish_for(1, 9, 65535), read;

    (void)unused;
    wish.lots[1] = 0;
    wish.choice_count = 2;
    wish.dealt_before = 3;
    nodes_open(&street, 1);
    memset(round_id, 7, sizeof round_id);
    assert_false(wish_read(street.list[0].node, round_id, &read));
    assert_true(read.enrol); /* a member who said nothing wishes to be counted */
    assert_false(read.join);
    assert_int_equal(wish_write(street.list[0].node, round_id, &wish, NULL), STATUS_OK);
    assert_int_equal(wish_answer_write(street.list[0].node, round_id, ANSWER_DECLINED, NULL), STATUS_OK);
    nodes_kill(&street, 0);
    nodes_start(&street, 0);
    assert_true(wish_read(street.list[0].node, round_id, &read));
    assert_memory_equal(&read, &wish, sizeof wish);
    assert_int_equal(wish_answer_read(street.list[0].node, round_id), ANSWER_DECLINED);
    nodes_close(&street);
}

/* Two cells under the same noise would give away which report is true: so the first stays, in every round. */
static void the_first_report_of_a_season_is_the_only_one(void **unused)
{
    struct charter charter, later;
    struct node *node;
    unsigned said, other = 0;

    (void)unused;
    nodes_open(&street, 1);
    node = street.list[0].node;
    assert_int_equal(charter_from_template(&charter, "pellets", "street", NULL), STATUS_OK);
    strcpy(charter.season, "2027");
    later = charter;
    strcpy(later.season, "2028");
    assert_false(told_before(&said, node, &charter));
    said = told_report(node, &charter, 1);
    assert_int_equal(said, profile_noise(node_seed(node), "pellets", "2027", 1));
    for (unsigned cell = 0; cell < 4; cell++)
        other += told_report(node, &charter, cell) != said;
    assert_true(other > 0); /* the readings alone would have it change */
    assert_true(told_keep(node, &charter, said));
    nodes_kill(&street, 0);
    nodes_start(&street, 0);
    node = street.list[0].node;
    for (unsigned cell = 0; cell < 4; cell++) {
        assert_int_equal(told_report(node, &charter, cell), said);
        assert_int_equal(told_report(node, &later, cell), profile_noise(node_seed(node), "pellets", "2028", cell));
    }
    assert_false(told_before(&said, node, &later));
    nodes_close(&street);
}

static void a_wish_that_does_not_read_back_counts_as_none(void **unused)
{
    static const char *const damaged[] = {
        "", "\x99", "\x99\x02", "\x99\x01\x02", "no wish at all", "\xdc\xff\xff"
    };

    (void)unused;
    nodes_open(&street, 1);
    memset(round_id, 7, sizeof round_id);
    for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
        struct store_txn *txn = store_begin(node_store(street.list[0].node), STORE_WRITE);
        struct wish read;

        store_setting_put(txn, round_id, "wish",
                          (struct bytes){ (const uint8_t *)damaged[i], strlen(damaged[i]) });
        assert_int_equal(store_commit(txn, NULL), STATUS_OK);
        assert_false(wish_read(street.list[0].node, round_id, &read));
        assert_true(read.enrol && !read.join && !read.interest);
    }
    nodes_close(&street);
}

static void who_belongs_to_a_group_is_enrolled_by_itself_and_the_journal_says_so(void **unused)
{
    (void)unused;
    street_begin();
    wait_for(&street, all_in_registry);
    for (unsigned i = 0; i < SMALL_HOMES; i++) {
        assert_true(own_of(i).enrolled && own_of(i).in_registry);
        assert_false(own_of(i).interested || own_of(i).joined);
        assert_int_equal(small_journal(&street, i, "enrolled", "nothing about the home"), 1);
    }
    nodes_close(&street);
}

static void who_left_before_it_was_found_is_not_enrolled(void **unused)
{
    struct wish out = { .report = -1, .cell = -1 };

    (void)unused;
    nodes_open(&street, 2);
    char code[CODE_MAX];
    small_found(&street, code, round_id);
    assert_int_equal(wish_write(street.list[1].node, round_id, &out, NULL), STATUS_OK);
    json_decref(nodes_ask(&street, 1, "group.join", "{s:s}", "code", code));
    nodes_until(&street, 5, NULL);
    assert_non_null(small_season(&street, 1, round_id));
    assert_false(own_of(1).enrolled);
    nodes_close(&street);
}

/* The head of each record says the same as the fold knows of it; a record cut short or made longer has none.
 */
static void heads_check(struct topic *topic)
{
    uint8_t longer[RECORD_MAX + 1], id[ID_SIZE];
    struct envelope envelope;

    for (size_t i = 0; i < topic_record_count(topic); i++) {
        struct bytes record = topic_record_at(topic, i);

        assert_true(envelope_read(&envelope, record));
        envelope_id(id, &envelope);
        assert_true(topic_record_find(topic, id).data == record.data);
        assert_memory_equal(envelope.topic, round_id, ID_SIZE);
        for (size_t size = 0; size < record.size; size++)
            assert_false(envelope_read(&envelope, (struct bytes){ record.data, size }));
        memcpy(longer, record.data, record.size);
        longer[record.size] = 0;
        assert_false(envelope_read(&envelope, (struct bytes){ longer, record.size + 1 }));
    }
    memset(longer, 0, sizeof longer);
    assert_false(envelope_read(&envelope, BYTES(longer)));
}

static void interest_and_join_are_dealt_when_their_boxes_open_and_never_twice(void **unused)
{
    struct wish wish = wish_for(0, 0, 1000);

    (void)unused;
    street_begin();
    for (unsigned i = 0; i < SMALL_HOMES; i++) {
        small_allow(&street, i, "profile");
        assert_int_equal(wish_write(street.list[i].node, round_id, &wish, NULL), STATUS_OK);
    }
    wait_for(&street, join_is_open);
    nodes_kill(&street, 1); /* between the wish and the deal, or just after it: either way */
    nodes_start(&street, 1);
    wait_for(&street, tender_is_there);
    for (unsigned i = 0; i < SMALL_HOMES; i++) {
        assert_true(own_of(i).interested && own_of(i).joined);
        for (int again = 0; again < 3; again++)
            assert_int_equal(wish_try(street.list[i].node, round_id, NULL), STATUS_OK);
        assert_int_equal(join_deals(i), 1);
        assert_int_equal(small_journal(&street, i, "joined", "lot 1 from 2 homes"), 1);
        assert_int_equal(small_journal(&street, i, "sent encrypted", "Pellets: 1000 kg"), 1);
        assert_int_equal(small_journal(&street, i, "interested", "cell 2 of 4"), 1);
    }
    assert_int_equal(small_season(&street, 0, round_id)->lots[0].totals[0], SMALL_HOMES * 1000);
    heads_check(core_topic_find(node_core(street.list[0].node), round_id));
    nodes_close(&street);
}

static void a_minimum_above_the_registry_is_never_dealt(void **unused)
{
    struct wish wish = wish_for(0, 50, 1000), some = wish_for(1, 50, 1000);

    (void)unused;
    some.lots[1] = 0;
    some.minimums[1] = 3;
    some.choice_count = 2;
    street_begin();
    assert_int_equal(wish_write(street.list[0].node, round_id, &wish, NULL), STATUS_OK);
    assert_int_equal(wish_write(street.list[1].node, round_id, &some, NULL), STATUS_OK);
    assert_int_equal(wish_write(street.list[2].node, round_id, &some, NULL), STATUS_OK);
    wait_for(&street, join_is_open);
    nodes_until(&street, 4, NULL);
    assert_int_equal(join_deals(0), 0);
    assert_int_equal(join_deals(1), 1); /* with the lot that can be */
    assert_int_equal(small_journal(&street, 1, "joined", "lot 1 from 3 homes"), 1);
    assert_int_equal(small_journal(&street, 1, "joined", "lot 2"), 0);
    nodes_close(&street);
}

/* The moments at which the homes of a round of four hours dealt, from the opening of the box; UINT64_MAX: not yet. */
static uint64_t dealt_after_ms[BOXES][SMALL_HOMES];

static bool all_have_dealt(struct nodes *n)
{
    bool all = true;

    for (unsigned i = 0; i < n->count; i++) {
        const struct season *season = small_season(n, i, round_id);
        struct own_view own = own_of(i);
        const bool dealt[BOXES] = { [BOX_INTEREST] = own.interested, [BOX_JOIN] = own.joined };

        for (size_t box = BOX_INTEREST; box <= BOX_JOIN; box++)
            if (dealt[box] && dealt_after_ms[box][i] == UINT64_MAX)
                dealt_after_ms[box][i] = n->now_ms - (season->boxes[box].deadline_s - small_window_s) * 1000;
        all = all && own.joined;
    }
    return all;
}

/* Not when the box opens, not when the node starts again, and well before the box closes. */
static void deals_leave_at_moments_that_tell_nobody_who_is_at_home(void **unused)
{
    struct wish wish = wish_for(0, 2, 1000);

    (void)unused;
    small_window_s = 4 * 3600;
    memset(dealt_after_ms, 0xff, sizeof dealt_after_ms);
    street_begin();
    wait_for(&street, all_in_registry);
    for (unsigned i = 0; i < SMALL_HOMES; i++) {
        assert_int_equal(wish_write(street.list[i].node, round_id, &wish, NULL), STATUS_OK);
        assert_int_equal(wish_try(street.list[i].node, round_id, NULL), STATUS_OK);
    }
    nodes_kill(&street, 1);
    nodes_start(&street, 1);
    assert_true(nodes_until(&street, 2 * small_window_s, all_have_dealt));
    for (size_t box = BOX_INTEREST; box <= BOX_JOIN; box++)
        for (unsigned i = 0; i < SMALL_HOMES; i++) {
            assert_true(dealt_after_ms[box][i] > 2000);
            assert_true(dealt_after_ms[box][i] <= small_window_s * UINT64_C(250) + 2000);
            for (unsigned other = 0; other < i; other++)
                assert_true(dealt_after_ms[box][i] != dealt_after_ms[box][other]);
        }
    nodes_close(&street);
    small_window_s = 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wish_reads_back_as_it_was_kept_also_after_a_restart),
        cmocka_unit_test(the_first_report_of_a_season_is_the_only_one),
        cmocka_unit_test(a_wish_that_does_not_read_back_counts_as_none),
        cmocka_unit_test(who_belongs_to_a_group_is_enrolled_by_itself_and_the_journal_says_so),
        cmocka_unit_test(who_left_before_it_was_found_is_not_enrolled),
        cmocka_unit_test(interest_and_join_are_dealt_when_their_boxes_open_and_never_twice),
        cmocka_unit_test(a_minimum_above_the_registry_is_never_dealt),
        cmocka_unit_test(deals_leave_at_moments_that_tell_nobody_who_is_at_home),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
