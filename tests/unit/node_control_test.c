/* The control socket: several clients, any bytes, one bounded reply each. */
#include "node/run/control.h"
#include "tests/support/fault.h"
#include "tests/support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

enum { TURNS_MAX = 100000 };

static uv_loop_t loop;
static struct control *control;
static char dir[FOLDER_PATH], path[FOLDER_PATH + 16];
static unsigned asked;

/* Gives back what it was asked, and a long one when asked for that. */
static json_t *answer(void *arg, json_t *request)
{
    json_int_t more = json_integer_value(json_object_get(request, "more"));
    json_t *reply = json_pack("{s:i, s:O}", "v", 1, "heard", request);
    char *long_text = calloc(1, (size_t)more + 1);

    assert_ptr_equal(arg, dir);
    memset(long_text, 'x', (size_t)more);
    json_object_set_new(reply, "more", json_string(long_text));
    free(long_text);
    asked++;
    return reply;
}

static int control_up(void **state)
{
    struct failure why;

    (void)state;
    asked = 0;
    folder_new(dir);
    snprintf(path, sizeof path, "%s/control", dir);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(control_open(&control, &loop, path, answer, dir, &why), STATUS_OK);
    return 0;
}

static int control_down(void **state)
{
    (void)state;
    control_stop(control);
    uv_run(&loop, UV_RUN_DEFAULT);
    control_free(control);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_true(access(path, F_OK) != 0);
    folder_remove(dir);
    return 0;
}

static int client_new(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strcpy(address.sun_path, path);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void client_say(int fd, const void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t now = send(fd, (const char *)data + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL);

        done += now > 0 ? (size_t)now : 0;
        uv_run(&loop, UV_RUN_NOWAIT);
    }
}

static void client_request(int fd, const char *json)
{
    uint8_t head[4];

    be32_write(head, (uint32_t)strlen(json));
    client_say(fd, head, sizeof head);
    client_say(fd, json, strlen(json));
}

/* All that comes until the other side closes. Returns its size. */
static size_t client_hear(int fd, char *out, size_t room)
{
    size_t size = 0;
    ssize_t now = -1;

    for (unsigned turns = 0; now != 0; turns++) {
        assert_true(turns < TURNS_MAX);
        uv_run(&loop, UV_RUN_NOWAIT);
        now = recv(fd, out + size, room - 1 - size, MSG_DONTWAIT);
        size += now > 0 ? (size_t)now : 0;
        if (now < 0 && errno == ECONNRESET)
            break;
    }
    close(fd);
    out[size] = '\0';
    return size;
}

static void a_request_gets_its_reply_and_only_this_user_may_ask(void **state)
{
    struct stat found;
    char heard[500];
    int fd = client_new();
    size_t size;

    (void)state;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    client_request(fd, "{\"verb\":\"status\"}");
    size = client_hear(fd, heard, sizeof heard);
    assert_true(size > 4);
    assert_int_equal(be32_read((const uint8_t *)heard), size - 4);
    assert_non_null(strstr(heard + 4, "\"verb\":\"status\""));
}

static void clients_that_are_slow_do_not_hold_up_the_others(void **state)
{
    int slow = client_new(), quick = client_new();
    uint8_t head[4];
    char heard[500];

    (void)state;
    be32_write(head, 2);
    client_say(slow, head, sizeof head);
    client_say(slow, "{", 1);
    client_request(quick, "{}");
    assert_true(client_hear(quick, heard, sizeof heard) > 4);
    assert_int_equal(asked, 1);
    client_say(slow, "}", 1);
    assert_true(client_hear(slow, heard, sizeof heard) > 4);
    assert_int_equal(asked, 2);
}

static void what_is_no_request_is_refused_or_cut_off(void **state)
{
    static const char *const wrong[] = { "", "{", "[1", "{\"a\":1,\"a\":2}", "\xff\xfe", "{} {}" };
    uint8_t head[4];
    char heard[500];
    int fd;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        fd = client_new();
        client_request(fd, wrong[i]);
        assert_true(client_hear(fd, heard, sizeof heard) > 4);
        assert_non_null(strstr(heard + 4, "\"ok\":false"));
        assert_non_null(strstr(heard + 4, "MALFORMED"));
    }
    fd = client_new();
    be32_write(head, CONTROL_MAX + 1);
    client_say(fd, head, sizeof head);
    assert_int_equal(client_hear(fd, heard, sizeof heard), 0);
    fd = client_new();
    be32_write(head, 2);
    client_say(fd, head, sizeof head);
    client_say(fd, "{}{}", 4);
    assert_int_equal(client_hear(fd, heard, sizeof heard), 0);
    fd = client_new();
    client_say(fd, head, 3);
    close(fd);
    assert_int_equal(asked, 0);
}

static void a_megabyte_each_way_passes_and_no_more(void **state)
{
    size_t room = 2 << 20, size;
    char *text = malloc(room), *heard = malloc(room);
    int fd = client_new();

    (void)state;
    memset(text, ' ', CONTROL_MAX);
    memcpy(text, "{}", 2);
    text[CONTROL_MAX] = '\0';
    client_request(fd, text);
    assert_true(client_hear(fd, heard, room) > 4);
    fd = client_new();
    client_request(fd, "{\"more\":1000000}");
    size = client_hear(fd, heard, room);
    assert_true(size > 1000000);
    fd = client_new();
    client_request(fd, "{\"more\":1048576}");
    size = client_hear(fd, heard, room);
    assert_true(size < 500);
    assert_non_null(strstr(heard + 4, "\"ok\":false"));
    free(text);
    free(heard);
}

static void clients_who_leave_early_or_are_too_many_harm_nobody(void **state)
{
    char heard[500];
    int idle[40], fd;

    (void)state;
    fd = client_new();
    client_request(fd, "{\"more\":900000}");
    close(fd); /* before the reply is read */
    for (size_t i = 0; i < ARRAY_SIZE(idle); i++) {
        idle[i] = client_new();
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    for (size_t i = 0; i < ARRAY_SIZE(idle); i++)
        close(idle[i]);
    for (int i = 0; i < 100; i++)
        uv_run(&loop, UV_RUN_NOWAIT);
    fd = client_new();
    client_request(fd, "{}");
    assert_true(client_hear(fd, heard, sizeof heard) > 4);
}

/* Programs that hang keep nobody out: the first of them gives way. */
static void clients_that_never_finish_give_way(void **state)
{
    enum { HANGING = 32 };
    int hanging[HANGING], fd;
    char heard[500];

    (void)state;
    for (size_t i = 0; i < HANGING; i++) {
        hanging[i] = client_new();
        client_say(hanging[i], "\0\0\0", 3);
    }
    fd = client_new();
    client_request(fd, "{}");
    assert_true(client_hear(fd, heard, sizeof heard) > 4);
    assert_int_equal(client_hear(hanging[0], heard, sizeof heard), 0);
    client_say(hanging[1], "\2{}", 3);
    assert_true(client_hear(hanging[1], heard, sizeof heard) > 4);
    for (size_t i = 2; i < HANGING; i++)
        close(hanging[i]);
}

/* A client that comes when there is no memory is turned away, and the next one is heard. */
static void without_memory_the_socket_stays_open(void **state)
{
    char heard[500];
    int early[3], fd;

    (void)state;
    for (long k = 1; k <= 20; k++) {
        fault_arm(FAULT_MEMORY, k, false); /* libuv itself ends the program when it has none for good */
        for (size_t i = 0; i < ARRAY_SIZE(early); i++)
            early[i] = client_new();
        for (int turn = 0; turn < 10; turn++)
            uv_run(&loop, UV_RUN_NOWAIT);
        fault_disarm();
        for (size_t i = 0; i < ARRAY_SIZE(early); i++) {
            send(early[i], "\0\0\0\2{}", 6, MSG_DONTWAIT | MSG_NOSIGNAL); /* it may have been turned away */
            client_hear(early[i], heard, sizeof heard);
        }
        fd = client_new();
        client_request(fd, "{}");
        assert_true(client_hear(fd, heard, sizeof heard) > 4);
    }
}

static void a_socket_left_behind_by_a_killed_node_is_replaced(void **state)
{
    struct control *second;
    struct failure why;
    char other[sizeof path + 8];
    int fd;

    (void)state;
    snprintf(other, sizeof other, "%s.left", path);
    fd = open(other, O_CREAT | O_WRONLY, 0644);
    close(fd);
    assert_int_equal(control_open(&second, &loop, other, answer, dir, &why), STATUS_OK);
    control_stop(second);
    while (uv_run(&loop, UV_RUN_NOWAIT) && access(other, F_OK) == 0)
        ;
    uv_run(&loop, UV_RUN_NOWAIT);
    control_free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CONTROL_TEST(name) cmocka_unit_test_setup_teardown(name, control_up, control_down)
        CONTROL_TEST(a_request_gets_its_reply_and_only_this_user_may_ask),
        CONTROL_TEST(clients_that_are_slow_do_not_hold_up_the_others),
        CONTROL_TEST(what_is_no_request_is_refused_or_cut_off),
        CONTROL_TEST(a_megabyte_each_way_passes_and_no_more),
        CONTROL_TEST(clients_who_leave_early_or_are_too_many_harm_nobody),
        CONTROL_TEST(clients_that_never_finish_give_way),
        CONTROL_TEST(without_memory_the_socket_stays_open),
        CONTROL_TEST(a_socket_left_behind_by_a_killed_node_is_replaced),
    };

    signal(SIGPIPE, SIG_IGN); /* as coopair run does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
