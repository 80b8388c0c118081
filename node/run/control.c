/* control.c - clients of the control socket. A client that sends too much or no JSON is cut off; one that never
 * finishes keeps one of CLIENTS_MAX places until somebody needs it: the one that came first gives way. The
 * place of the next client is made before it comes, since libuv takes no other until one has been accepted. */
#include "node/run/control.h"

#include "node/serve/serve.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLIENTS_MAX = 32, HEAD_SIZE = 4, FIRST_ROOM = 2048 };

struct client {
    struct control *control;
    struct client *next;
    uv_pipe_t pipe;
    uv_write_t write;
    uint8_t *bytes; /* head and body: the request, then the reply */
    size_t size, room;
    bool answered;
};

struct control {
    uv_loop_t *loop;
    uv_pipe_t server;
    json_t *(*answer)(void *arg, json_t *request);
    void *arg;
    struct client *first; /* the latest */
    struct client *spare; /* for the next; NULL: there was no memory */
    bool open, caller_waits;
};

static void client_called(uv_stream_t *server, int status);

static void client_closed(uv_handle_t *handle)
{
    struct client *client = handle->data, **at;
    struct control *control = client->control;

    for (at = &control->first; *at != client; at = &(*at)->next)
        ;
    *at = client->next;
    free(client->bytes);
    if (control->spare) {
        free(client);
        return;
    }
    *client = (struct client){ .control = control };
    control->spare = client;
    if (control->caller_waits && !uv_is_closing((uv_handle_t *)&control->server))
        client_called((uv_stream_t *)&control->server, 0);
}

static void client_end(struct client *client)
{
    if (!uv_is_closing((uv_handle_t *)&client->pipe))
        uv_close((uv_handle_t *)&client->pipe, client_closed);
}

/* ---- Answering. */

static void client_written(uv_write_t *write, int status)
{
    (void)status;
    client_end(write->data);
}

static json_t *client_ask(struct client *client)
{
    json_t *request = json_loadb((const char *)client->bytes + HEAD_SIZE, client->size - HEAD_SIZE,
                                 JSON_REJECT_DUPLICATES, NULL);
    struct failure why = { .text = "not a request: the bytes are no JSON" };
    json_t *reply = request ? client->control->answer(client->control->arg, request)
                            : serve_failure(STATUS_MALFORMED, &why);

    json_decref(request);
    return reply;
}

/* The reply's bytes take the place of the request's. false: out of memory. */
static bool client_fill(struct client *client, json_t *reply)
{
    size_t size = json_dumpb(reply, NULL, 0, JSON_COMPACT);
    uint8_t *bytes = size > 0 && size <= CONTROL_MAX ? malloc(HEAD_SIZE + size) : NULL;

    if (!bytes || json_dumpb(reply, (char *)bytes + HEAD_SIZE, size, JSON_COMPACT) != size) {
        free(bytes);
        return false;
    }
    free(client->bytes);
    be32_write(bytes, (uint32_t)size);
    client->bytes = bytes;
    client->size = HEAD_SIZE + size;
    return true;
}

static void client_answer(struct client *client)
{
    struct failure why = { .text = "the answer is too long, or there is no memory for it" };
    json_t *reply = client_ask(client), *excuse = NULL;
    bool filled = reply && client_fill(client, reply);
    uv_buf_t out;

    if (!filled) {
        excuse = serve_failure(STATUS_FULL, &why);
        filled = excuse && client_fill(client, excuse);
    }
    json_decref(reply);
    json_decref(excuse);
    out = uv_buf_init((char *)client->bytes, (unsigned)client->size);
    client->answered = true;
    client->write.data = client;
    if (!filled || uv_write(&client->write, (uv_stream_t *)&client->pipe, &out, 1, client_written) != 0)
        client_end(client);
}

/* ---- Reading. */

static void client_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
    struct client *client = handle->data;
    size_t room = client->room ? client->room : FIRST_ROOM;
    uint8_t *bytes;

    (void)wanted;
    if (client->size == client->room) {
        while (room <= client->size)
            room *= 2;
        bytes = realloc(client->bytes, room);
        if (bytes) {
            client->bytes = bytes;
            client->room = room;
        }
    }
    *out = uv_buf_init((char *)client->bytes + client->size, (unsigned)(client->room - client->size));
}

static void client_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
    struct client *client = stream->data;
    size_t wanted;

    (void)buffer;
    if (got <
        0) { /* it hung up, or no memory for its request; a client that awaits its reply is let go by that */
        if (!client->answered)
            client_end(client);
        return;
    }
    client->size += (size_t)got;
    if (client->answered || client->size < HEAD_SIZE)
        return;
    wanted = be32_read(client->bytes);
    if (wanted > CONTROL_MAX || client->size > HEAD_SIZE + wanted) {
        client_end(client);
        return;
    }
    if (client->size < HEAD_SIZE + wanted)
        return;
    uv_read_stop(stream);
    client_answer(client);
}

static void crowd_out(struct control *control)
{
    struct client *oldest = NULL;
    size_t count = 0;

    for (struct client *client = control->first; client; client = client->next) {
        if (uv_is_closing((uv_handle_t *)&client->pipe))
            continue;
        oldest = client;
        count++;
    }
    if (count > CLIENTS_MAX)
        client_end(oldest);
}

static void client_called(uv_stream_t *server, int status)
{
    struct control *control = server->data;
    struct client *client = control->spare;

    if (status < 0)
        return;
    control->caller_waits = !client;
    if (!client)
        return;
    control->spare = calloc(1, sizeof *client);
    client->control = control;
    uv_pipe_init(control->loop, &client->pipe, 0);
    client->pipe.data = client;
    client->next = control->first;
    control->first = client;
    if (uv_accept(server, (uv_stream_t *)&client->pipe) != 0 || !control->spare ||
        uv_read_start((uv_stream_t *)&client->pipe, client_buffer, client_read) != 0)
        client_end(client);
    crowd_out(control);
}

/* ---- Opening and closing. */

static void server_closed(uv_handle_t *handle)
{
    struct control *control = handle->data;

    control->open = false;
}

void control_stop(struct control *control)
{
    if (!control || uv_is_closing((uv_handle_t *)&control->server))
        return;
    uv_close((uv_handle_t *)&control->server, server_closed); /* removes the socket */
    for (struct client *client = control->first; client; client = client->next)
        client_end(client);
}

void control_free(struct control *control)
{
    if (!control)
        return;
    assert(!control->open && !control->first);
    free(control->spare);
    free(control);
}

/* The mode is right from the first moment: nobody can be faster. */
static int bind_private(uv_pipe_t *pipe, const char *path)
{
    mode_t before = umask(0177);
    int code = uv_pipe_bind(pipe, path);

    umask(before);
    return code;
}

enum status control_open(struct control **out, uv_loop_t *loop, const char *path,
                         json_t *(*answer)(void *arg, json_t *request), void *arg, struct failure *why)
{
    struct control *control = calloc(1, sizeof *control);
    int code;

    *out = NULL;
    if (!control || !(control->spare = calloc(1, sizeof *control->spare))) {
        free(control);
        return failure_say(why, STATUS_NOMEM, _("control socket: out of memory"));
    }
    control->loop = loop;
    control->answer = answer;
    control->arg = arg;
    control->open = true;
    uv_pipe_init(loop, &control->server, 0);
    control->server.data = control;
    code = unlink(path) != 0 && errno != ENOENT ? -errno : bind_private(&control->server, path);
    if (!code)
        code = uv_listen((uv_stream_t *)&control->server, CLIENTS_MAX, client_called);
    *out = control;
    return code ? failure_say(why, STATUS_DENIED, _("control socket %.150s: %s"), path, uv_strerror(code))
                : STATUS_OK;
}
