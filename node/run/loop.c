/* loop.c - the node on a libuv loop.
 *
 * Whatever happens in a turn becomes an event of the node; before the loop waits again (uv_prepare, which
 * also runs after timers) there is one flush, so that a hundred frames read at once share one synced
 * transaction, and each link one write. Nothing ticks: the timer is set to the deadline the node asks for. It
 * is looked at every LOOK_MS all the same, since the timer counts only time awake, and a lid that was closed
 * or a clock that was set moves the deadline. Failure modes: what cannot be opened is a sentence from
 * loop_open; later, links end, the disk's refusal is node_trouble, and both go on. */
#include "node/run/loop.h"

#include "node/run/chores.h"
#include "node/run/control.h"
#include "node/home/home.h"
#include "node/run/lan.h"
#include "node/run/link.h"
#include "node/run/listening.h"
#include "node/run/watch.h"
#include "node/serve/serve.h"
#include "node/tongue/tongue.h"
#include "node/wish/wish.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>

enum {
    LOOK_MS = 30000,
    PAUSE_MS = 5, /* between two deadlines that have passed: a mistake in one must not take a whole core */
};

struct loop {
    uv_loop_t uv;
    struct node *node;
    struct tcp *links;
    struct lan *lan;
    struct control *control;
    struct chores *chores;
    struct listening listening;
    uv_timer_t timer;
    uv_prepare_t prepare;
    uv_signal_t signals[2];
    bool with_handles; /* timer and prepare exist */
    size_t signal_count;
    bool dirty, stopping, troubled;
    uint64_t timer_ms; /* the deadline the timer was set for */
};

static uint64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- The world's events. */

static void loop_event(struct loop *loop, struct event *event)
{
    event->now_ms = clock_ms();
    loop->dirty = true;
    node_event(loop->node, event, NULL); /* what is refused here is nobody's command */
}

static void link_is_up(void *arg, uint32_t link, const char *address)
{
    struct event event = { .type = EVENT_LINK_UP, .link = link, .address = address };

    loop_event(arg, &event);
}

static void link_says(void *arg, uint32_t link, struct bytes bytes)
{
    struct event event = { .type = EVENT_LINK_DATA, .link = link, .bytes = bytes };

    loop_event(arg, &event);
}

static void link_is_down(void *arg, uint32_t link)
{
    struct event event = { .type = EVENT_LINK_DOWN, .link = link };

    loop_event(arg, &event);
}

static void neighbour_heard(void *arg, const uint8_t group[ID_SIZE], const char *address)
{
    struct event event = { .type = EVENT_HEARD, .address = address };

    memcpy(event.group, group, ID_SIZE);
    loop_event(arg, &event);
}

static json_t *request_came(void *arg, json_t *request)
{
    struct loop *loop = arg;

    node_clock(loop->node, clock_ms());
    loop->dirty = true; /* its frames are still to be pushed, and the deadline may have moved */
    return serve(loop->node, request);
}

/* ---- The node's wishes. */

static void net_dial(void *arg, uint32_t link, const char *address)
{
    struct loop *loop = arg;

    tcp_dial(loop->links, link, address);
}

static void net_send(void *arg, uint32_t link, struct bytes bytes)
{
    struct loop *loop = arg;

    loop->dirty = true; /* also when the node was flushed outside a turn, by a command: the next one pushes */
    tcp_send(loop->links, link, bytes);
}

static void net_close(void *arg, uint32_t link, enum status why)
{
    struct loop *loop = arg;

    (void)why; /* a peer's fault is counted by the core, and is no news for a person */
    tcp_close(loop->links, link);
}

static void net_close_all(void *arg)
{
    struct loop *loop = arg;

    tcp_close_all(loop->links);
}

static void net_group(void *arg, const uint8_t secret[GROUP_SECRET_SIZE])
{
    struct loop *loop = arg;

    if (loop->lan)
        lan_group(loop->lan, secret);
}

/* ---- The turn. */

static void timer_due(uv_timer_t *timer)
{
    struct loop *loop = timer->data;
    struct event event = { .type = EVENT_TIMEOUT };

    loop->timer_ms = 0; /* to be set again, whatever the deadline */
    if (clock_ms() >= node_deadline(loop->node))
        loop_event(loop, &event);
}

static void timer_set(struct loop *loop)
{
    uint64_t deadline = node_deadline(loop->node), now, wait = LOOK_MS;

    if (deadline == loop->timer_ms && uv_is_active((uv_handle_t *)&loop->timer))
        return;
    now = clock_ms();
    if (deadline <= now)
        wait = PAUSE_MS;
    else if (deadline - now < LOOK_MS)
        wait = deadline - now;
    uv_update_time(&loop->uv);
    uv_timer_start(&loop->timer, timer_due, wait, 0);
    loop->timer_ms = deadline;
}

static void say_trouble(struct loop *loop)
{
    const char *trouble = node_trouble(loop->node);

    if (trouble && !loop->troubled)
        fprintf(stderr, _("coopair: %s; nothing is sent until that is mended\n"), trouble);
    if (!trouble && loop->troubled)
        fputs(_("coopair: the disk takes writes again; going on\n"), stderr);
    loop->troubled = trouble != NULL;
}

static void turn_ends(uv_prepare_t *prepare)
{
    struct loop *loop = prepare->data;

    if (loop->stopping)
        return;
    if (loop->dirty) {
        loop->dirty = false;
        node_flush(loop->node, NULL); /* a refusal is node_trouble */
        tcp_push(loop->links);
        say_trouble(loop);
    }
    timer_set(loop);
}

static void signal_came(uv_signal_t *signal, int number)
{
    (void)number;
    loop_stop(signal->data);
}

/* ---- Opening. */

static enum status handles_open(struct loop *loop, bool signals, struct failure *why)
{
    static const int numbers[] = { SIGTERM, SIGINT };
    int code = 0;

    uv_timer_init(&loop->uv, &loop->timer); /* these two cannot fail */
    uv_prepare_init(&loop->uv, &loop->prepare);
    loop->timer.data = loop->prepare.data = loop;
    loop->with_handles = true;
    uv_prepare_start(&loop->prepare, turn_ends);
    for (size_t i = 0; signals && i < ARRAY_SIZE(numbers) && code == 0; i++) {
        code = uv_signal_init(&loop->uv, &loop->signals[i]);
        if (code)
            break;
        loop->signals[loop->signal_count++].data = loop;
        code = uv_signal_start(&loop->signals[i], signal_came, numbers[i]);
    }
    return code ? failure_say(why, STATUS_NOMEM, _("start: %s"), uv_strerror(code)) : STATUS_OK;
}

static enum status network_open(struct loop *loop, const struct loop_options *options, struct failure *why)
{
    const struct tcp_handler handler = { loop, link_is_up, link_says, link_is_down };
    enum status status;

    loop->links = tcp_new(&loop->uv, &handler);
    if (!loop->links)
        return failure_say(why, STATUS_NOMEM, _("start: out of memory"));
    status = listening_open(&loop->listening, loop->links, node_store(loop->node), options->listen, why);
    if (status || !options->lan)
        return status;
    loop->lan = lan_open(&loop->uv, loop->listening.loopback_only, neighbour_heard, loop);
    return loop->lan ? STATUS_OK : failure_say(why, STATUS_NOMEM, _("start: out of memory"));
}

static enum status loop_control(struct loop *loop, struct failure *why)
{
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    enum status status = home_socket(path, sizeof path, node_home(loop->node), why);

    return status ? status : control_open(&loop->control, &loop->uv, path, request_came, loop, why);
}

static enum status loop_start(struct loop *loop, const struct loop_options *options, struct failure *why)
{
    const struct network network = { .arg = loop,
                                     .address = loop->listening.address,
                                     .dial = net_dial,
                                     .send = net_send,
                                     .close = net_close,
                                     .close_all = net_close_all,
                                     .group = net_group };
    enum status status = node_prepare(&loop->node, options->home, wishes_try, why);

    if (!status)
        status = network_open(loop, options, why);
    if (!status)
        status = node_start(loop->node, loop->listening.told, &network, clock_ms(), why);
    if (!status)
        status = loop_control(loop, why);
    if (!status)
        status = handles_open(loop, options->signals, why);
    if (!status && options->chores) {
        loop->chores = chores_new(&loop->uv, loop->node, NULL, WATCH_SETTLE_MS);
        if (!loop->chores)
            status = failure_say(why, STATUS_NOMEM, _("start: out of memory"));
    }
    if (!status && loop->lan)
        lan_start(loop->lan, core_link_key(node_core(loop->node)), loop->listening.port);
    loop->dirty = true;
    return status;
}

enum status loop_open(struct loop **out, const struct loop_options *options, struct failure *why)
{
    struct loop *loop = calloc(1, sizeof *loop);
    enum status status;

    *out = NULL;
    if (!loop || uv_loop_init(&loop->uv) != 0) {
        free(loop);
        return failure_say(why, STATUS_NOMEM, _("start: out of memory"));
    }
    status = loop_start(loop, options, why);
    if (status)
        loop_close(loop);
    else
        *out = loop;
    return status;
}

const char *loop_address(const struct loop *loop)
{
    return loop->listening.address;
}

struct node *loop_node(struct loop *loop)
{
    return loop->node;
}

/* ---- Running and ending. */

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

bool loop_turn(struct loop *loop)
{
    return uv_run(&loop->uv, UV_RUN_NOWAIT) != 0;
}

static void handles_close(struct loop *loop)
{
    if (loop->with_handles) {
        uv_close((uv_handle_t *)&loop->timer, NULL);
        uv_close((uv_handle_t *)&loop->prepare, NULL);
    }
    for (size_t i = 0; i < loop->signal_count; i++)
        uv_close((uv_handle_t *)&loop->signals[i], NULL);
}

void loop_stop(struct loop *loop)
{
    if (loop->stopping)
        return;
    loop->stopping = true;
    if (loop->with_handles && !node_trouble(loop->node)) {
        node_flush(loop->node, NULL);
        tcp_push(loop->links);
    }
    control_stop(loop->control);
    chores_stop(loop->chores);
    lan_stop(loop->lan);
    if (loop->links)
        tcp_stop(loop->links);
    handles_close(loop);
}

void loop_close(struct loop *loop)
{
    int closed;

    if (!loop)
        return;
    loop_stop(loop);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    closed = uv_loop_close(&loop->uv);
    assert(closed == 0);
    control_free(loop->control);
    chores_free(loop->chores);
    lan_free(loop->lan);
    tcp_free(loop->links);
    node_close(loop->node);
    free(loop);
}
