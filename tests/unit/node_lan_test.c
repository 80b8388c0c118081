/* Neighbours on the local network, played on loopback: members of a group hear each other, others hear noise.
 */
#include "node/run/lan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sodium.h>
#include <string.h>
#include <stdio.h>

struct ear {
    struct lan *lan;
    unsigned heard;
    uint8_t group[ID_SIZE];
    char address[ADDRESS_MAX];
};

static uv_loop_t loop;
static struct ear ears[3];
static uint8_t secrets[2][GROUP_SECRET_SIZE]; /* random: other tests on this machine share the port */
static bool late;

static void ear_heard(void *arg, const uint8_t group[ID_SIZE], const char *address)
{
    struct ear *ear = arg;

    ear->heard++;
    memcpy(ear->group, group, ID_SIZE);
    snprintf(ear->address, sizeof ear->address, "%s", address);
}

static int ears_up(void **state)
{
    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    memset(ears, 0, sizeof ears);
    randombytes_buf(secrets, sizeof secrets);
    for (size_t i = 0; i < ARRAY_SIZE(ears); i++) {
        ears[i].lan = lan_open(&loop, true, ear_heard, &ears[i]);
        assert_non_null(ears[i].lan);
    }
    return 0;
}

static int ears_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ears); i++)
        lan_stop(ears[i].lan);
    uv_run(&loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < ARRAY_SIZE(ears); i++)
        lan_free(ears[i].lan);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

static void too_late(uv_timer_t *timer)
{
    (void)timer;
    late = true;
}

/* Runs until the ear has heard so often. false: it did not within half a minute, as on a machine without
 * multicast. */
static bool until_heard(const struct ear *ear, unsigned times)
{
    uv_timer_t timer;

    late = false;
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, too_late, 25000, 0);
    while (ear->heard < times && !late)
        uv_run(&loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
    return !late;
}

static void start(struct ear *ear, uint8_t mark, unsigned port)
{
    uint8_t key[KEY_SIZE];

    memset(key, mark, sizeof key);
    lan_start(ear->lan, key, port);
}

static void members_hear_each_other_and_nobody_else_does(void **state)
{
    uint8_t id[ID_SIZE];

    (void)state;
    lan_group(ears[0].lan, secrets[0]);
    lan_group(ears[1].lan, secrets[0]);
    lan_group(ears[2].lan, secrets[1]);
    start(&ears[2], 3, 4713);
    start(&ears[0], 1, 4711);
    start(&ears[1], 2, 4712);
    if (!until_heard(&ears[0], 1)) {
        print_message("SKIPPED: this machine passes no multicast on loopback\n");
        skip();
    }
    group_id(id, secrets[0]);
    assert_memory_equal(ears[0].group, id, ID_SIZE);
    assert_string_equal(ears[0].address, "127.0.0.1:4712"); /* its own packet is not news */
    assert_int_equal(ears[2].heard, 0);
}

static void a_group_joined_later_is_said_soon(void **state)
{
    (void)state;
    lan_group(ears[0].lan, secrets[0]);
    start(&ears[0], 1, 4711);
    start(&ears[1], 2, 4712);
    lan_group(ears[1].lan, secrets[0]);
    lan_group(ears[1].lan, secrets[0]); /* twice is once */
    if (!until_heard(&ears[0], 1))
        skip();
    assert_string_equal(ears[0].address, "127.0.0.1:4712");
}

static void a_home_that_takes_no_callers_only_listens(void **state)
{
    (void)state;
    lan_group(ears[0].lan, secrets[0]);
    lan_group(ears[1].lan, secrets[0]);
    lan_group(ears[2].lan, secrets[0]);
    start(&ears[0], 1, 0);
    start(&ears[1], 2, 0);
    start(&ears[2], 3, 4713);
    if (!until_heard(&ears[0], 1))
        skip();
    assert_string_equal(ears[0].address, "127.0.0.1:4713");
    assert_int_equal(ears[2].heard, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(members_hear_each_other_and_nobody_else_does, ears_up, ears_down),
        cmocka_unit_test_setup_teardown(a_group_joined_later_is_said_soon, ears_up, ears_down),
        cmocka_unit_test_setup_teardown(a_home_that_takes_no_callers_only_listens, ears_up, ears_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
