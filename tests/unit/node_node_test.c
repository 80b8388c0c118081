/* One household's node: what it acknowledged is on disk, what is not on disk does not leave, and a disk that
 * refuses for a while costs neither of these. Two nodes, a wire that is a queue, a clock that is a variable.
 */
#include "node/wish/wish.h"
#include "tests/support/fault.h"

#include "tests/support/wire_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static int pair_up(void **state)
{
    *state = pair_new();
    return 0;
}

static int pair_down(void **state)
{
    fault_disarm();
    pair_free(*state);
    return 0;
}

/* Both run, belong to the group, and the second knows the first's address. */
static void both_start(struct pair *pair)
{
    assert_int_equal(pair_start(pair, 0, NULL), STATUS_OK);
    assert_int_equal(pair_start(pair, 1, NULL), STATUS_OK);
    assert_int_equal(pair_join(pair, 0, "", NULL), STATUS_OK);
    assert_int_equal(pair_join(pair, 1, pair_address[0], NULL), STATUS_OK);
}

static void what_was_acknowledged_is_there_after_a_restart(void **state)
{
    struct pair *pair = *state;
    struct failure why;
    size_t records;

    assert_int_equal(pair_start(pair, 0, &why), STATUS_OK);
    assert_int_equal(pair_join(pair, 0, "", &why), STATUS_OK);
    assert_int_equal(pair_join(pair, 0, "", &why), STATUS_EXISTS);
    assert_int_equal(pair_found(pair, 0, "Pellets", &why), STATUS_OK);
    records = pair_records(pair, 0);
    pair_kill(pair, 0);
    assert_int_equal(pair_start(pair, 0, &why), STATUS_OK);
    assert_int_equal(pair_rounds(pair, 0), 1);
    assert_int_equal(pair_records(pair, 0), records);
    assert_int_equal(pair_join(pair, 0, "", &why), STATUS_EXISTS);
    assert_null(node_trouble(pair->node[0]));
}

static void a_node_without_a_network_does_the_same(void **state)
{
    struct pair *pair = *state;
    struct node_facts facts;
    struct failure why;

    assert_int_equal(node_open(&pair->node[0], pair->home[0], wishes_try, "", NULL, pair->now_ms, &why), STATUS_OK);
    assert_int_equal(pair_join(pair, 0, pair_address[1], &why), STATUS_OK);
    assert_int_equal(pair_found(pair, 0, "Pellets", &why), STATUS_OK);
    node_facts(pair->node[0], &facts);
    assert_false(facts.online);
    assert_string_equal(facts.address, "");
    node_close(pair->node[0]);
    assert_int_equal(pair_start(pair, 0, &why), STATUS_OK);
    assert_int_equal(pair_rounds(pair, 0), 1);
    assert_int_equal(pair->end[0].sends, 0);
}

static void hang_up_all(void *arg)
{
    (void)arg;
}

static void an_invitation_gets_the_address_that_neighbours_can_dial(void **state)
{
    const struct network network = { .address = "192.0.2.7:1", .close_all = hang_up_all };
    struct pair *pair = *state;
    struct node_facts facts;
    struct failure why;

    assert_int_equal(node_open(&pair->node[0], pair->home[0], wishes_try, "[::]:1", &network, pair->now_ms, &why), STATUS_OK);
    node_facts(pair->node[0], &facts);
    assert_string_equal(facts.address, network.address);
}

static void a_home_is_for_one_process_and_for_its_own_key(void **state)
{
    struct pair *pair = *state;
    struct failure why;
    struct node *other;

    assert_int_equal(pair_start(pair, 0, &why), STATUS_OK);
    assert_int_equal(node_open(&other, pair->home[0], wishes_try, "", NULL, 0, &why), STATUS_BUSY);
    assert_null(other);
    assert_int_equal(node_open(&other, pair->dir, wishes_try, "", NULL, 0, &why), STATUS_MISSING);
    assert_null(other);
}

/* The wire checks at every frame that the sender's disk holds what its core holds. */
static void two_homes_meet_and_share_a_round_disk_before_wire(void **state)
{
    struct pair *pair = *state;
    struct peer_view peers[4];

    both_start(pair);
    pair_run(pair, pair->now_ms + MINUTE);
    assert_int_equal(core_peers(node_core(pair->node[0]), peers, ARRAY_SIZE(peers)), 1);
    assert_true(peers[0].linked);
    assert_int_equal(pair_found(pair, 0, "Pellets", NULL), STATUS_OK);
    pair_run(pair, pair->now_ms + MINUTE);
    assert_int_equal(pair_rounds(pair, 1), 1);
    assert_true(pair_records(pair, 0) > 0);
    assert_int_equal(pair_records(pair, 1), pair_records(pair, 0));
    assert_true(pair->end[0].sends > 0 && pair->end[1].sends > 0);
}

static void peers_met_before_are_found_again_without_an_address(void **state)
{
    struct pair *pair = *state;
    struct peer_view peers[4];
    struct event heard = { .type = EVENT_HEARD, .address = pair_address[0], .now_ms = pair->now_ms };

    for (unsigned i = 0; i < 2; i++) { /* no group has an address: what is known was heard once, and kept */
        assert_int_equal(pair_start(pair, i, NULL), STATUS_OK);
        assert_int_equal(pair_join(pair, i, "", NULL), STATUS_OK);
    }
    group_id(heard.group, pair_secret);
    node_event(pair->node[1], &heard, NULL);
    node_flush(pair->node[1], NULL);
    pair_run(pair, pair->now_ms + MINUTE);
    pair_kill(pair, 0);
    pair_run(pair, pair->now_ms + MINUTE);
    pair_kill(pair, 1);
    assert_int_equal(pair_start(pair, 0, NULL), STATUS_OK);
    assert_int_equal(pair_start(pair, 1, NULL), STATUS_OK);
    pair_run(pair, pair->now_ms + MINUTE);
    assert_true(core_peers(node_core(pair->node[0]), peers, ARRAY_SIZE(peers)) >= 1);
    assert_true(peers[0].linked);
}

static void while_the_disk_is_full_nothing_leaves_and_afterwards_nothing_is_missing(void **state)
{
    struct pair *pair = *state;
    struct failure why = { .text = "" };
    unsigned sends, closes;

    both_start(pair);
    assert_int_equal(pair_found(pair, 0, "Pellets", &why), STATUS_OK);
    pair_run(pair, pair->now_ms + MINUTE);
    fault_arm(FAULT_DISK, 1, true);
    assert_int_equal(pair_found(pair, 0, "Wood", &why), STATUS_DISK);
    assert_non_null(strstr(why.text, "disk"));
    assert_non_null(node_trouble(pair->node[0]));
    assert_true(pair->end[0].closed_all > 0);
    sends = pair->end[0].sends;
    closes = pair->end[0].closes;
    for (uint32_t i = 0; i < 20; i++) { /* it is called again and again, and hangs up */
        struct event call = { .type = EVENT_LINK_UP,
                              .link = LINK_INCOMING | (1000 + i),
                              .address = "192.0.2.9:1" };

        pair->now_ms = call.now_ms = pair->now_ms + 30 * SECOND;
        assert_int_equal(node_event(pair->node[0], &call, NULL), STATUS_DISK);
        assert_int_equal(pair->end[0].closes, closes + i + 1);
        assert_int_equal(node_flush(pair->node[0], NULL), STATUS_DISK);
        assert_int_equal(pair_found(pair, 0, "Wood", &why), STATUS_DISK);
        assert_true(node_deadline(pair->node[0]) <= pair->now_ms + MINUTE);
    }
    assert_int_equal(pair->end[0].sends, sends);
    assert_int_equal(pair_rounds(pair, 0), 1); /* the state that the disk holds */
    fault_disarm();
    pair_run(pair, pair->now_ms + 10 * MINUTE);
    assert_null(node_trouble(pair->node[0]));
    assert_int_equal(pair_found(pair, 0, "Wood", &why), STATUS_OK);
    pair_run(pair, pair->now_ms + 10 * MINUTE);
    assert_int_equal(pair_rounds(pair, 1), 2);
    assert_int_equal(pair_records(pair, 1), pair_records(pair, 0));
}

/* Whatever call fails, the answer is true: after a restart there is what was said to be there, wholly. */
static void each_disk_call_that_fails_leaves_the_truth(void **state)
{
    struct pair *pair = *state;
    bool fired = true;
    size_t rounds = 0;

    assert_int_equal(pair_start(pair, 0, NULL), STATUS_OK);
    assert_int_equal(pair_join(pair, 0, "", NULL), STATUS_OK);
    for (long k = 1; fired && rounds < TOPICS_MAX; k++) {
        char title[32];
        struct failure why;
        enum status status;
        size_t before;

        snprintf(title, sizeof title, "Round %ld", k);
        before = pair_rounds(pair, 0);
        fault_arm(FAULT_DISK, k, false);
        status = pair_found(pair, 0, title, &why);
        fired = fault_disarm();
        assert_true(status == STATUS_OK || fired);
        rounds = pair_rounds(pair, 0);
        if (status == STATUS_OK) {
            assert_int_equal(rounds, before + 1);
        } else {
            assert_int_equal(status, STATUS_DISK);
            assert_non_null(node_trouble(pair->node[0]));
        }
        pair_kill(pair, 0);
        assert_int_equal(pair_start(pair, 0, &why), STATUS_OK);
        if (status == STATUS_OK)
            assert_int_equal(pair_rounds(pair, 0), rounds);
        else
            assert_true(pair_rounds(pair, 0) == before || pair_rounds(pair, 0) == before + 1);
        pair_check_disk(pair->node[0]);
    }
    assert_true(rounds > 0);
}

static void without_memory_a_home_opens_or_says_so(void **state)
{
    struct pair *pair = *state;
    struct failure why;
    enum status status = STATUS_NOMEM;

    assert_int_equal(pair_start(pair, 0, NULL), STATUS_OK);
    assert_int_equal(pair_join(pair, 0, "", NULL), STATUS_OK);
    assert_int_equal(pair_found(pair, 0, "Pellets", NULL), STATUS_OK);
    pair_kill(pair, 0);
    for (long k = 1; fault.fired || status; k++) {
        bool fired;

        fault_arm(FAULT_MEMORY, k, false);
        status = node_open(&pair->node[0], pair->home[0], wishes_try, "", NULL, pair->now_ms, &why);
        fired = fault_disarm();
        assert_true(status == STATUS_OK || status == STATUS_NOMEM || status == STATUS_DISK);
        assert_true(status == STATUS_OK || fired);
        if (status == STATUS_OK && !node_trouble(pair->node[0]) && !fired)
            assert_int_equal(pair_rounds(pair, 0), 1);
        node_close(pair->node[0]);
        pair->node[0] = NULL;
        if (!fired)
            break;
    }
}

static bool line_count(void *arg, const struct store_line *line)
{
    ++*(size_t *)arg;
    return line->text[0] != '\0';
}

static size_t lines(struct node *node)
{
    struct store_txn *txn = store_begin(node_store(node), STORE_READ);
    size_t count = 0;

    store_journal_scan(txn, 1, line_count, &count);
    assert_int_equal(store_commit(txn, NULL), STATUS_OK);
    return count;
}

static void the_journal_is_on_disk_with_what_it_tells_of_or_neither_is(void **state)
{
    struct pair *pair = *state;

    assert_int_equal(pair_start(pair, 0, NULL), STATUS_OK);
    node_journal(pair->node[0], "a letter to %s", "Granulés Réunis");
    node_journal(pair->node[0], "another");
    assert_int_equal(lines(pair->node[0]), 0);
    assert_int_equal(node_flush(pair->node[0], NULL), STATUS_OK);
    assert_int_equal(lines(pair->node[0]), 2);
    node_journal(pair->node[0], "a letter that does not leave");
    fault_arm(FAULT_DISK, 1, true);
    assert_int_equal(node_flush(pair->node[0], NULL), STATUS_DISK);
    fault_disarm();
    pair_run(pair, pair->now_ms + 10 * MINUTE);
    assert_null(node_trouble(pair->node[0]));
    assert_int_equal(lines(pair->node[0]), 2);
}

static void a_clock_set_back_a_year_does_not_keep_a_node_down(void **state)
{
    struct pair *pair = *state;

    assert_int_equal(pair_start(pair, 0, NULL), STATUS_OK);
    node_journal(pair->node[0], "a line");
    fault_arm(FAULT_DISK, 1, true);
    assert_int_equal(node_flush(pair->node[0], NULL), STATUS_DISK);
    fault_disarm();
    pair->now_ms -= 365 * 24 * (uint64_t)HOUR;
    node_event(pair->node[0], &(struct event){ .now_ms = pair->now_ms, .type = EVENT_TIMEOUT }, NULL);
    assert_null(node_trouble(pair->node[0]));
}

static void a_list_of_groups_from_a_newer_program_is_never_written_over(void **state)
{
    static const uint8_t newer[] = { 0x92, 0x01, 0x02 };
    struct pair *pair = *state;
    struct store_txn *txn;
    struct failure why;

    assert_int_equal(pair_start(pair, 0, &why), STATUS_OK);
    txn = store_begin(node_store(pair->node[0]), STORE_WRITE);
    store_setting_put(txn, NULL, "groups", BYTES(newer));
    assert_int_equal(store_commit(txn, &why), STATUS_OK);
    assert_int_equal(pair_join(pair, 0, "", &why), STATUS_VERSION);
    pair_kill(pair, 0);
    assert_int_equal(pair_start(pair, 0, &why), STATUS_VERSION);
    assert_null(pair->node[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define NODE_TEST(name) cmocka_unit_test_setup_teardown(name, pair_up, pair_down)
        NODE_TEST(what_was_acknowledged_is_there_after_a_restart),
        NODE_TEST(a_node_without_a_network_does_the_same),
        NODE_TEST(an_invitation_gets_the_address_that_neighbours_can_dial),
        NODE_TEST(a_home_is_for_one_process_and_for_its_own_key),
        NODE_TEST(two_homes_meet_and_share_a_round_disk_before_wire),
        NODE_TEST(peers_met_before_are_found_again_without_an_address),
        NODE_TEST(while_the_disk_is_full_nothing_leaves_and_afterwards_nothing_is_missing),
        NODE_TEST(each_disk_call_that_fails_leaves_the_truth),
        NODE_TEST(without_memory_a_home_opens_or_says_so),
        NODE_TEST(the_journal_is_on_disk_with_what_it_tells_of_or_neither_is),
        NODE_TEST(a_clock_set_back_a_year_does_not_keep_a_node_down),
        NODE_TEST(a_list_of_groups_from_a_newer_program_is_never_written_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
