/* child.c - see child.h. The memory goes when the last of three handles has closed; whoever asked may be gone
 * by then. */
#include "node/run/child.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNAL_CODE = 128 };

struct child {
    uv_process_t process;
    uv_pipe_t words;
    uv_timer_t later; /* tells that it could not be started: not from within child_start */
    unsigned open;
    bool running, reading, closing;
    int code;
    char said[CHILD_SAID_MAX], buffer[CHILD_SAID_MAX];
    size_t size;
    void (*ended)(void *arg, int code, const char *said);
    void *arg;
};

static void closed(uv_handle_t *handle)
{
    struct child *child = handle->data;

    if (--child->open == 0)
        free(child);
}

static void end(struct child *child)
{
    if (child->closing)
        return;
    child->closing = true;
    if (child->ended)
        child->ended(child->arg, child->code, child->said);
    uv_close((uv_handle_t *)&child->process, closed);
    uv_close((uv_handle_t *)&child->words, closed);
    uv_close((uv_handle_t *)&child->later, closed);
}

static void give_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
    struct child *child = handle->data;

    (void)wanted;
    *out = uv_buf_init(child->buffer, sizeof child->buffer);
}

/* The first words are the cause; what follows is read and forgotten, so that it never waits for a reader. */
static void words_came(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct child *child = stream->data;
    size_t room = sizeof child->said - 1 - child->size;

    if (size > 0) {
        size_t taken = (size_t)size < room ? (size_t)size : room;

        memcpy(child->said + child->size, buffer->base, taken);
        child->size += taken;
        child->said[child->size] = '\0';
    }
    if (size >= 0)
        return;
    uv_read_stop(stream);
    child->reading = false;
    if (!child->running)
        end(child);
}

static void exited(uv_process_t *process, int64_t code, int number)
{
    struct child *child = process->data;

    child->running = false;
    child->code = number ? SIGNAL_CODE + number : (int)code;
    if (!child->reading)
        end(child);
}

static void not_started(uv_timer_t *timer)
{
    end(timer->data);
}

static int spawn(struct child *child, uv_loop_t *uv, const char *const *argv)
{
    uv_stdio_container_t streams[3] = { { .flags = UV_IGNORE },
                                        { .flags = UV_IGNORE },
                                        { .flags = UV_IGNORE } };
    uv_process_options_t options = { .exit_cb = exited, .file = argv[0], .stdio = streams, .stdio_count = 3 };
    char *words[16];
    size_t count = 0;

    while (argv[count])
        count++;
    assert(count < sizeof words / sizeof *words);
    memcpy(words, argv, (count + 1) * sizeof *words); /* libuv changes none of them */
    options.args = words;
    streams[2].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
    streams[2].data.stream = (uv_stream_t *)&child->words;
    return uv_spawn(uv, &child->process, &options);
}

struct child *child_start(uv_loop_t *uv, const char *const *argv,
                          void (*ended)(void *arg, int code, const char *said), void *arg)
{
    struct child *child = calloc(1, sizeof *child);

    if (!child)
        return NULL;
    child->ended = ended;
    child->arg = arg;
    child->open = 3;
    uv_pipe_init(uv, &child->words, 0);
    uv_timer_init(uv, &child->later);
    child->words.data = child->later.data = child->process.data = child;
    child->code = spawn(child, uv, argv);
    if (child->code != 0) {
        child->code = -1;
        uv_timer_start(&child->later, not_started, 0, 0);
        return child;
    }
    child->running = true;
    child->reading = uv_read_start((uv_stream_t *)&child->words, give_buffer, words_came) == 0;
    return child;
}

void child_stop(struct child *child)
{
    if (!child || child->closing)
        return;
    child->ended = NULL;
    if (child->running)
        uv_process_kill(&child->process, SIGTERM);
    end(child);
}
