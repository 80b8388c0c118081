/* Two whole nodes in one process, each on its own loop, over TCP on loopback: they find each other, share a
 * round, and leave nothing open. */
#include "node/home/groups.h"
#include "node/home/home.h"
#include "node/run/loop.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_S = 60 }; /* a guard against hanging, not a promise of speed */

struct street {
    char dir[FOLDER_PATH], home[2][FOLDER_PATH + 8];
    struct loop *loop[2];
    struct failure why;
};

static int street_up(void **state)
{
    struct street *street = calloc(1, sizeof *street);

    folder_new(street->dir);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(street->home[i], sizeof street->home[i], "%s/%u", street->dir, i);
        assert_int_equal(home_init(street->home[i], (struct bytes){ NULL, 0 }, &street->why), STATUS_OK);
    }
    *state = street;
    return 0;
}

static int street_down(void **state)
{
    struct street *street = *state;

    loop_close(street->loop[0]); /* asserts that every handle is closed */
    loop_close(street->loop[1]);
    folder_remove(street->dir);
    free(street);
    return 0;
}

static enum status start(struct street *street, unsigned index, const char *listen, bool lan)
{
    const struct loop_options options = { .home = street->home[index], .listen = listen, .lan = lan };

    return loop_open(&street->loop[index], &options, &street->why);
}

static bool linked(struct loop *loop)
{
    struct peer_view peers[4];
    size_t count = core_peers(node_core(loop_node(loop)), peers, ARRAY_SIZE(peers));

    for (size_t i = 0; i < count; i++)
        if (peers[i].linked)
            return true;
    return false;
}

static bool both_linked(struct street *street)
{
    return linked(street->loop[0]) && linked(street->loop[1]);
}

static bool round_arrived(struct street *street)
{
    return core_topic_count(node_core(loop_node(street->loop[1]))) == 1;
}

static void turn_until(struct street *street, bool (*done)(struct street *street))
{
    time_t begun = time(NULL);

    while (!done(street)) {
        assert_true(time(NULL) - begun < PATIENCE_S);
        for (unsigned i = 0; i < 2; i++)
            if (street->loop[i])
                assert_true(loop_turn(street->loop[i]));
    }
}

static void join(struct street *street, unsigned index, const uint8_t secret[GROUP_SECRET_SIZE],
                 const char *address)
{
    struct group_entry group = { .address = "" };

    memcpy(group.secret, secret, sizeof group.secret);
    snprintf(group.address, sizeof group.address, "%s", address);
    assert_int_equal(groups_join(loop_node(street->loop[index]), &group, &street->why), STATUS_OK);
}

static void found(struct street *street, const uint8_t secret[GROUP_SECRET_SIZE])
{
    static uint8_t bytes[CHARTER_MAX];
    struct node *node = loop_node(street->loop[0]);
    struct event event = { .type = EVENT_TOPIC };
    struct charter charter;

    assert_int_equal(charter_from_template(&charter, "pellets", "street", &street->why), STATUS_OK);
    strcpy(charter.network, NODE_NETWORK);
    strcpy(charter.zone, "fr:insee:44109");
    strcpy(charter.season, "2027");
    strcpy(charter.contact, "ada@example.org");
    charter.opens_s = (uint64_t)time(NULL);
    charter_found(&charter, node_seed(node), secret);
    event.bytes = (struct bytes){ bytes, charter_write(bytes, sizeof bytes, &charter) };
    assert_int_equal(node_command(node, &event, &street->why), STATUS_OK);
}

static void two_homes_meet_by_an_address_and_share_a_round(void **state)
{
    static const uint8_t secret[GROUP_SECRET_SIZE] = { 1, 2, 3 };
    struct street *street = *state;

    assert_int_equal(start(street, 0, "127.0.0.1:0", false), STATUS_OK);
    assert_int_equal(start(street, 1, "127.0.0.1:0", false), STATUS_OK);
    join(street, 0, secret, "");
    join(street, 1, secret, loop_address(street->loop[0]));
    turn_until(street, both_linked);
    found(street, secret);
    turn_until(street, round_arrived);
    loop_stop(street->loop[0]);
    while (loop_turn(street->loop[0]))
        ;
}

static void two_homes_meet_over_ipv6(void **state)
{
    static const uint8_t secret[GROUP_SECRET_SIZE] = { 4, 5 };
    struct street *street = *state;

    if (start(street, 0, "[::1]:0", false) != STATUS_OK) {
        print_message("SKIPPED: this machine has no IPv6 (%s)\n", street->why.text);
        skip();
    }
    assert_int_equal(start(street, 1, "127.0.0.1:0", false), STATUS_OK);
    join(street, 0, secret, "");
    join(street, 1, secret, loop_address(street->loop[0]));
    turn_until(street, both_linked);
}

static void a_home_that_restarts_is_found_again(void **state)
{
    static const uint8_t secret[GROUP_SECRET_SIZE] = { 6, 7 };
    struct street *street = *state;
    char address[ADDRESS_MAX];

    assert_int_equal(start(street, 0, "127.0.0.1:0", false), STATUS_OK);
    assert_int_equal(start(street, 1, "127.0.0.1:0", false), STATUS_OK);
    join(street, 0, secret, "");
    join(street, 1, secret, loop_address(street->loop[0]));
    turn_until(street, both_linked);
    snprintf(address, sizeof address, "%s", loop_address(street->loop[0]));
    loop_close(street->loop[0]);
    street->loop[0] = NULL;
    assert_int_equal(start(street, 0, address, false), STATUS_OK);
    turn_until(street, both_linked);
}

static void what_cannot_be_opened_is_said_and_nothing_is_left_open(void **state)
{
    struct street *street = *state;
    struct loop *other;
    struct loop_options options = { .home = street->home[0], .listen = "127.0.0.1:0" };

    assert_int_equal(start(street, 0, "127.0.0.1:0", false), STATUS_OK);
    assert_int_equal(loop_open(&other, &options, &street->why), STATUS_BUSY);
    assert_null(other);
    options.home = street->home[1];
    options.listen = loop_address(street->loop[0]);
    assert_int_equal(loop_open(&other, &options, &street->why), STATUS_BUSY);
    options.listen = "a name:1";
    assert_int_equal(loop_open(&other, &options, &street->why), STATUS_MALFORMED);
    options.home = street->dir;
    assert_int_equal(loop_open(&other, &options, &street->why), STATUS_MISSING);
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define LOOP_TEST(name) cmocka_unit_test_setup_teardown(name, street_up, street_down)
        LOOP_TEST(two_homes_meet_by_an_address_and_share_a_round),
        LOOP_TEST(two_homes_meet_over_ipv6),
        LOOP_TEST(a_home_that_restarts_is_found_again),
        LOOP_TEST(what_cannot_be_opened_is_said_and_nothing_is_left_open),
    };

    signal(SIGPIPE, SIG_IGN); /* as coopair run does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
