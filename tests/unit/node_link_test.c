/* TCP links: what is promised to whoever uses them, with a real loop over loopback. */
#include "tests/support/fault.h"

#include "node/run/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>

enum { TURNS_MAX = 200000 };

/* One set of links and what it said. */
struct side {
    struct tcp *links;
    uint32_t last_up, last_down;
    unsigned ups, downs;
    char address[ADDRESS_MAX];
    uint8_t *data;
    size_t size;
    bool echo;
};

static uv_loop_t loop;
static struct side a, b;
static struct sockaddr_storage at_b;

static void side_up(void *arg, uint32_t link, const char *address)
{
    struct side *side = arg;

    side->ups++;
    side->last_up = link;
    snprintf(side->address, sizeof side->address, "%s", address);
}

static void side_data(void *arg, uint32_t link, struct bytes bytes)
{
    struct side *side = arg;

    assert_true(side->size + bytes.size <= 4 << 20);
    memcpy(side->data + side->size, bytes.data, bytes.size);
    side->size += bytes.size;
    if (side->echo)
        tcp_send(side->links, link, bytes);
}

static void side_down(void *arg, uint32_t link)
{
    struct side *side = arg;

    side->downs++;
    side->last_down = link;
}

static void side_init(struct side *side)
{
    const struct tcp_handler handler = { side, side_up, side_data, side_down };

    *side = (struct side){ .data = malloc(4 << 20) };
    side->links = tcp_new(&loop, &handler);
    assert_non_null(side->links);
}

static int sides_up(void **state)
{
    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    side_init(&a);
    side_init(&b);
    assert_true(address_read(&at_b, "127.0.0.1:0"));
    assert_int_equal(tcp_listen(b.links, &at_b, NULL), STATUS_OK);
    return 0;
}

static int sides_down(void **state)
{
    (void)state;
    tcp_stop(a.links);
    tcp_stop(b.links);
    uv_run(&loop, UV_RUN_DEFAULT);
    tcp_free(a.links);
    tcp_free(b.links);
    free(a.data);
    free(b.data);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

static void turn(void)
{
    uv_run(&loop, UV_RUN_NOWAIT);
    tcp_push(a.links);
    tcp_push(b.links);
}

#define UNTIL(condition)                                                                                     \
    do {                                                                                                     \
        for (unsigned turns = 0; !(condition); turns++, turn())                                              \
            assert_true(turns < TURNS_MAX);                                                                  \
    } while (0)

static void dial(uint32_t id)
{
    char address[ADDRESS_MAX];

    address_write(address, (const struct sockaddr *)&at_b);
    tcp_dial(a.links, id, address);
}

static struct bytes text(const char *words)
{
    return (struct bytes){ (const uint8_t *)words, strlen(words) };
}

static void what_is_sent_arrives_in_order_and_an_end_is_said_once(void **state)
{
    (void)state;
    dial(7);
    UNTIL(a.ups == 1 && b.ups == 1);
    assert_int_equal(a.last_up, 7);
    assert_true(b.last_up & LINK_INCOMING);
    assert_memory_equal(b.address, "127.0.0.1:", 10);
    tcp_send(a.links, 7, text("one "));
    tcp_send(a.links, 7, text("two"));
    tcp_send(b.links, b.last_up, text("three"));
    UNTIL(b.size == 7 && a.size == 5);
    assert_memory_equal(b.data, "one two", 7);
    tcp_send(a.links, 7, text(" last"));
    tcp_close(a.links, 7);
    tcp_send(a.links, 7, text("never"));
    UNTIL(b.downs == 1);
    for (int i = 0; i < 100; i++)
        turn();
    assert_memory_equal(b.data, "one two last", 12); /* gathered before the closing */
    assert_int_equal(b.size, 12);
    assert_int_equal(a.downs, 0);
    assert_int_equal(b.downs, 1);
    assert_int_equal(b.last_down, b.last_up);
}

static void a_megabyte_at_once_arrives_whole(void **state)
{
    size_t size = QUEUE_MAX;
    uint8_t *all = malloc(size);

    (void)state;
    for (size_t i = 0; i < size; i++)
        all[i] = (uint8_t)(i * 31 >> 3);
    dial(1);
    UNTIL(a.ups == 1 && b.ups == 1);
    b.echo = true;
    for (size_t at = 0; at < size; at += 1 << 14)
        tcp_send(a.links, 1, (struct bytes){ all + at, 1 << 14 });
    UNTIL(a.size == size || a.downs + b.downs > 0);
    assert_int_equal(a.downs + b.downs, 0);
    assert_memory_equal(a.data, all, size);
    free(all);
}

static void a_dial_that_fails_says_down_later_and_never_up(void **state)
{
    static const char *const wrong[] = { "localhost:80", "127.0.0.1:0",     "0.0.0.0:80",
                                         "239.1.2.3:80", "127.0.0.1",       "::1:80",
                                         "[ff02::1]:80", "127.0.0.1:99999", "",
                                         "[::1:80",      "127.0.0.1:-1",    "[::]:80" };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        tcp_dial(a.links, 100 + (uint32_t)i, wrong[i]);
        assert_int_equal(a.downs, i);
        UNTIL(a.downs == i + 1);
        assert_int_equal(a.last_down, 100 + i);
    }
    tcp_stop(b.links); /* nobody listens there now */
    turn();
    dial(9);
    UNTIL(a.last_down == 9);
    assert_int_equal(a.ups, 0);
}

static void a_neighbour_who_does_not_read_is_let_go_when_its_queue_is_full(void **state)
{
    int server = socket(AF_INET, SOCK_STREAM, 0);
    static uint8_t block[1 << 15];
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof here;
    size_t sent = 0;

    (void)state;
    assert_int_equal(bind(server, (const struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(listen(server, 1), 0);
    assert_int_equal(getsockname(server, (struct sockaddr *)&here, &size), 0);
    memcpy(&at_b, &here, sizeof here);
    dial(3);
    UNTIL(a.ups == 1);
    while (a.downs == 0) {
        tcp_send(a.links, 3, BYTES(block));
        sent += sizeof block;
        assert_true(sent < 64 << 20);
        turn();
    }
    assert_true(sent > QUEUE_MAX);
    assert_int_equal(a.last_down, 3);
    close(server);
}

static void a_crowd_of_callers_does_not_take_more_than_the_links_there_are(void **state)
{
    int callers[LINKS_MAX + 20];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(callers); i++) {
        callers[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(callers[i], (const struct sockaddr *)&at_b, sizeof(struct sockaddr_in)), 0);
        for (int turns = 0; turns < 20; turns++)
            turn();
    }
    assert_int_equal(b.ups, LINKS_MAX);
    close(callers[0]);
    UNTIL(b.downs == 1);
    dial(1); /* there is room again */
    UNTIL(b.ups == LINKS_MAX + 1);
    for (size_t i = 1; i < ARRAY_SIZE(callers); i++)
        close(callers[i]);
    UNTIL(b.downs == LINKS_MAX);
}

static void everything_closed_at_once_says_nothing(void **state)
{
    (void)state;
    for (uint32_t id = 1; id <= 5; id++)
        dial(id);
    UNTIL(a.ups == 5 && b.ups == 5);
    tcp_close_all(a.links);
    dial(1); /* the same number again, while the old one is still closing */
    UNTIL(b.downs == 5 && a.ups == 6);
    tcp_send(a.links, 1, text("again"));
    UNTIL(b.size == 5);
    assert_int_equal(a.downs, 0);
}

static void an_address_in_use_is_said_and_another_can_be_tried(void **state)
{
    struct sockaddr_storage again = at_b;
    struct failure why;

    (void)state;
    assert_int_equal(tcp_listen(a.links, &again, &why), STATUS_BUSY);
    address_set_port(&again, 0);
    assert_int_equal(tcp_listen(a.links, &again, &why), STATUS_OK);
    assert_true(address_port(&again) != 0);
}

static void addresses_are_read_and_written_in_one_form(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        { "192.0.2.7:4711", "192.0.2.7:4711" },
        { "[2001:db8::7]:1", "[2001:db8::7]:1" },
        { "[::ffff:192.0.2.7]:5", "192.0.2.7:5" },
        { "[::]:65535", "[::]:65535" },
    };
    struct sockaddr_storage address;
    char text_out[ADDRESS_MAX];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_true(address_read(&address, cases[i].in));
        address_write(text_out, (const struct sockaddr *)&address);
        assert_string_equal(text_out, cases[i].out);
    }
    assert_true(address_read(&address, "127.9.9.9:1") && address_is_loopback(&address));
    assert_true(address_read(&address, "[::1]:1") && address_is_loopback(&address));
    assert_false(address_read(&address, "192.0.2.7:65536"));
    assert_false(address_read(&address, "192.0.2.7:1 "));
    assert_false(address_read(&address, "[2001:db8::7]1"));
}

/* Each allocation fails in its turn: links may end, nothing may leak, hang or break (the sanitizers watch).
 */
static void without_memory_links_end_and_the_loop_still_closes(void **state)
{
    bool fired = true;

    (void)state;
    for (long k = 1; fired; k++) {
        unsigned ups = b.ups;

        fault_arm(FAULT_MEMORY, k, false);
        dial((uint32_t)k);
        for (int turns = 0; turns < 50; turns++) {
            if (b.ups > ups)
                tcp_send(b.links, b.last_up, text("hello"));
            tcp_send(a.links, (uint32_t)k, text("hello"));
            turn();
        }
        fired = fault_disarm();
        tcp_close(a.links, (uint32_t)k);
        turn();
        assert_true(k < 1000);
    }
    dial(5000);
    UNTIL(a.last_up == 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, sides_up, sides_down)
        LINK_TEST(what_is_sent_arrives_in_order_and_an_end_is_said_once),
        LINK_TEST(a_megabyte_at_once_arrives_whole),
        LINK_TEST(a_dial_that_fails_says_down_later_and_never_up),
        LINK_TEST(a_neighbour_who_does_not_read_is_let_go_when_its_queue_is_full),
        LINK_TEST(a_crowd_of_callers_does_not_take_more_than_the_links_there_are),
        LINK_TEST(everything_closed_at_once_says_nothing),
        LINK_TEST(an_address_in_use_is_said_and_another_can_be_tried),
        LINK_TEST(without_memory_links_end_and_the_loop_still_closes),
        cmocka_unit_test(addresses_are_read_and_written_in_one_form),
    };

    signal(SIGPIPE, SIG_IGN); /* as coopair run does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
