/* link.c - TCP links on a libuv loop: listen, dial, read, a bounded queue for writing.
 *
 * Reading: every link reads into one buffer of the whole set, since what is read is handed over before the
 * next read. Writing: what a turn of the loop sends is gathered and goes out in one write; what the kernel
 * does not take at once is handed to libuv, at most one write at a time. Failure modes of a link end in
 * `down`; out of memory is one of them. */
#include "node/run/link.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    READ_SIZE = 1 << 16,
    PUSH_SIZE = 1 << 16,     /* so much gathered is tried before the turn ends */
    OUT_KEPT = 1 << 12,      /* memory an idle link may keep */
    CALLERS_MAX = LINKS_MAX, /* incoming, those still shaking hands included */
    BACKLOG = 16,
};

struct link {
    struct tcp *links;
    struct link *next;
    uint32_t id;
    bool up, closing, says_down, writing;
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    uint8_t *out, *flying; /* gathered; handed to libuv */
    size_t out_size, out_room, flying_size;
    char address[ADDRESS_MAX];
};

struct tcp {
    uv_loop_t *loop;
    struct tcp_handler handler;
    struct link *first;
    uv_tcp_t server;
    bool listening, stopped;
    bool caller_waits; /* there was no memory for one; libuv takes no other before */
    uint32_t last_caller;
    char buffer[READ_SIZE];
};

/* ---- Ending. */

static void link_closed(uv_handle_t *handle)
{
    struct link *link = handle->data, **at;
    struct tcp *links = link->links;

    for (at = &links->first; *at != link; at = &(*at)->next)
        ;
    *at = link->next;
    if (link->says_down && !links->stopped)
        links->handler.down(links->handler.arg, link->id);
    assert(!link->writing);
    free(link->out);
    free(link);
}

static void link_end(struct link *link, bool says_down)
{
    if (link->closing)
        return;
    link->closing = true;
    link->says_down = says_down;
    uv_close((uv_handle_t *)&link->tcp, link_closed);
}

static struct link *link_find(struct tcp *links, uint32_t id)
{
    for (struct link *link = links->first; link; link = link->next)
        if (link->id == id && !link->closing)
            return link;
    return NULL;
}

/* ---- Reading. */

static void link_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
    struct link *link = handle->data;

    (void)wanted;
    *out = uv_buf_init(link->links->buffer, READ_SIZE);
}

static void link_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct link *link = stream->data;
    const struct tcp_handler *handler = &link->links->handler;

    if (size < 0)
        link_end(link, true);
    else if (size > 0 && !link->closing)
        handler->data(handler->arg, link->id, (struct bytes){ (const uint8_t *)buffer->base, (size_t)size });
}

static void link_begin(struct link *link)
{
    const struct tcp_handler *handler = &link->links->handler;

    link->up = true;
    uv_tcp_nodelay(&link->tcp, 1); /* a turn's frames are gathered already */
    if (uv_read_start((uv_stream_t *)&link->tcp, link_buffer, link_read) != 0) {
        link_end(link, !(link->id & LINK_INCOMING)); /* of a caller nobody has heard yet */
        return;
    }
    handler->up(handler->arg, link->id, link->address);
}

static struct link *link_new(struct tcp *links, uint32_t id)
{
    struct link *link = calloc(1, sizeof *link);

    if (!link)
        return NULL;
    link->links = links;
    link->id = id;
    if (uv_tcp_init(links->loop, &link->tcp) != 0) {
        free(link);
        return NULL;
    }
    link->tcp.data = link->write.data = link->connect.data = link;
    link->next = links->first;
    links->first = link;
    return link;
}

/* ---- Being called. */

static size_t callers(const struct tcp *links)
{
    size_t count = 0;

    for (const struct link *link = links->first; link; link = link->next)
        count += (link->id & LINK_INCOMING) != 0 && !link->closing;
    return count;
}

static uint32_t caller_id(struct tcp *links)
{
    do
        links->last_caller = (links->last_caller + 1) | LINK_INCOMING;
    while (link_find(links, links->last_caller));
    return links->last_caller;
}

static void link_called(uv_stream_t *server, int status)
{
    struct tcp *links = server->data;
    bool room = callers(links) < CALLERS_MAX;
    struct sockaddr_storage from;
    int size = sizeof from;
    struct link *link;

    if (status < 0)
        return;
    link = link_new(links, caller_id(links));
    links->caller_waits = !link;
    if (!link)
        return;
    if (uv_accept(server, (uv_stream_t *)&link->tcp) != 0 || !room ||
        uv_tcp_getpeername(&link->tcp, (struct sockaddr *)&from, &size) != 0) {
        link_end(link, false);
        return;
    }
    address_write(link->address, (const struct sockaddr *)&from);
    link_begin(link);
}

static enum status listen_explain(struct failure *why, const struct sockaddr_storage *address, int code)
{
    char text[ADDRESS_MAX];
    enum status status = code == UV_EADDRINUSE ? STATUS_BUSY : STATUS_DENIED;

    address_write(text, (const struct sockaddr *)address);
    return failure_say(why, code == UV_ENOMEM ? STATUS_NOMEM : status, _("listen at %s: %s"), text,
                       uv_strerror(code));
}

static void server_closed(uv_handle_t *handle)
{
    struct tcp *links = handle->data;

    links->listening = false;
}

enum status tcp_listen(struct tcp *links, struct sockaddr_storage *address, struct failure *why)
{
    int size = sizeof *address, code;

    assert(!links->listening);
    code = uv_tcp_init(links->loop, &links->server);
    if (code)
        return listen_explain(why, address, code);
    links->server.data = links;
    links->listening = true;
    code = uv_tcp_bind(&links->server, (const struct sockaddr *)address, 0);
    if (!code)
        code = uv_listen((uv_stream_t *)&links->server, BACKLOG, link_called);
    if (!code)
        code = uv_tcp_getsockname(&links->server, (struct sockaddr *)address, &size);
    if (!code)
        return STATUS_OK;
    uv_close((uv_handle_t *)&links->server, server_closed);
    while (links->listening) /* so that another address may be tried at once */
        uv_run(links->loop, UV_RUN_NOWAIT);
    return listen_explain(why, address, code);
}

/* ---- Calling. */

static void link_dialled(uv_connect_t *connect, int status)
{
    struct link *link = connect->data;

    if (link->closing)
        return;
    if (status < 0)
        link_end(link, true);
    else
        link_begin(link);
}

void tcp_dial(struct tcp *links, uint32_t id, const char *address)
{
    struct link *link = link_new(links, id);
    struct sockaddr_storage to;

    if (!link)
        return; /* the core gives a dial up by itself after HANDSHAKE_TIMEOUT_MS */
    snprintf(link->address, sizeof link->address, "%s", address);
    if (!address_read(&to, address) || !address_dialable(&to) ||
        uv_tcp_connect(&link->connect, &link->tcp, (const struct sockaddr *)&to, link_dialled) != 0)
        link_end(link, true);
}

/* ---- Writing. */

static void link_push(struct link *link);

static void link_written(uv_write_t *write, int status)
{
    struct link *link = write->data;

    free(link->flying);
    link->flying = NULL;
    link->flying_size = 0;
    link->writing = false;
    if (status < 0)
        link_end(link, true);
    else
        link_push(link);
}

static void link_fly(struct link *link, size_t done)
{
    uv_buf_t rest = uv_buf_init((char *)link->out + done, (unsigned)(link->out_size - done));

    link->flying = link->out;
    link->flying_size = link->out_size - done;
    link->out = NULL;
    link->out_size = link->out_room = 0;
    link->writing = uv_write(&link->write, (uv_stream_t *)&link->tcp, &rest, 1, link_written) == 0;
    if (link->writing)
        return;
    free(link->flying);
    link->flying = NULL;
    link_end(link, true);
}

static void link_push(struct link *link)
{
    uv_buf_t all = uv_buf_init((char *)link->out, (unsigned)link->out_size);
    int done;

    if (link->closing || !link->up || link->writing || link->out_size == 0)
        return;
    done = uv_try_write((uv_stream_t *)&link->tcp, &all, 1);
    if (done < 0 && done != UV_EAGAIN) {
        link_end(link, true);
        return;
    }
    if (done >= 0 && (size_t)done == link->out_size) {
        link->out_size = 0;
        if (link->out_room > OUT_KEPT) {
            free(link->out);
            link->out = NULL;
            link->out_room = 0;
        }
        return;
    }
    link_fly(link, done < 0 ? 0 : (size_t)done);
}

static bool link_room(struct link *link, size_t more)
{
    size_t room = link->out_room ? link->out_room : OUT_KEPT;
    uint8_t *out;

    while (room < link->out_size + more)
        room *= 2;
    if (room == link->out_room)
        return true;
    out = realloc(link->out, room);
    if (!out)
        return false;
    link->out = out;
    link->out_room = room;
    return true;
}

void tcp_send(struct tcp *links, uint32_t id, struct bytes bytes)
{
    struct link *link = link_find(links, id);

    if (!link || bytes.size == 0)
        return;
    if (link->flying_size + link->out_size + bytes.size > QUEUE_MAX || !link_room(link, bytes.size)) {
        link_end(link, true);
        return;
    }
    memcpy(link->out + link->out_size, bytes.data, bytes.size);
    link->out_size += bytes.size;
    if (link->out_size >= PUSH_SIZE)
        link_push(link);
}

void tcp_push(struct tcp *links)
{
    if (links->caller_waits && !links->stopped)
        link_called((uv_stream_t *)&links->server, 0);
    for (struct link *link = links->first; link; link = link->next)
        link_push(link);
}

/* ---- The set. */

struct tcp *tcp_new(uv_loop_t *loop, const struct tcp_handler *handler)
{
    struct tcp *links = calloc(1, sizeof *links);

    if (!links)
        return NULL;
    links->loop = loop;
    links->handler = *handler;
    return links;
}

void tcp_close(struct tcp *links, uint32_t id)
{
    struct link *link = link_find(links, id);

    if (!link)
        return;
    link_push(link); /* a last word, for instance why */
    if (link->closing)
        link->says_down = false;
    link_end(link, false);
}

void tcp_close_all(struct tcp *links)
{
    for (struct link *link = links->first; link; link = link->next) {
        link->says_down = false;
        link_end(link, false);
    }
}

void tcp_stop(struct tcp *links)
{
    links->stopped = true;
    tcp_close_all(links);
    if (links->listening && !uv_is_closing((uv_handle_t *)&links->server))
        uv_close((uv_handle_t *)&links->server, server_closed);
}

void tcp_free(struct tcp *links)
{
    if (!links)
        return;
    assert(!links->first && !links->listening);
    free(links);
}
