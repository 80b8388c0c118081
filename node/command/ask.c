/* ask.c - a command asks the node: the daemon of this home over its control socket, or, when none runs and
 * the verb makes sense without one, the store itself, opened for this one request.
 *
 * Failure modes, each with its exit code and the next command: no home, no daemon, a daemon that does not
 * answer, a home that another program holds at the moment. */
#include "node/command/command.h"
#include "node/run/control.h"
#include "node/home/home.h"
#include "node/serve/serve.h"
#include "node/tongue/tongue.h"
#include "node/wish/wish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_S = 120 }; /* exporting a large round takes seconds; a stopped process would take for ever */

/* ---- The daemon. */

/* In a folder that others may write to, somebody else can listen under this name: he is told nothing. */
static bool is_own(int fd)
{
    struct ucred who;
    socklen_t size = sizeof who;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.uid == geteuid();
}

/* -1: nobody listens there. */
static int daemon_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct timeval most = { .tv_sec = ANSWER_S };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || strlen(path) >= sizeof address.sun_path)
        goto none;
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 || !is_own(fd))
        goto none;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    return fd;
none:
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool send_all(int fd, const void *data, size_t size)
{
    for (const char *at = data; size > 0;) {
        ssize_t done = send(fd, at, size, MSG_NOSIGNAL);

        if (done < 0 && errno != EINTR)
            return false;
        at += done > 0 ? done : 0;
        size -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

static bool receive_all(int fd, void *data, size_t size)
{
    for (char *at = data; size > 0;) {
        ssize_t done = recv(fd, at, size, 0);

        if (done == 0 || (done < 0 && errno != EINTR))
            return false;
        at += done > 0 ? done : 0;
        size -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

static json_t *daemon_receive(int fd)
{
    uint8_t head[4];
    json_t *reply = NULL;
    uint32_t size;
    char *text;

    if (!receive_all(fd, head, sizeof head) || (size = be32_read(head)) > CONTROL_MAX ||
        !(text = malloc(size + 1)))
        return NULL;
    if (receive_all(fd, text, size))
        reply = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    return reply;
}

/* NULL: it did not answer. */
static json_t *daemon_ask(int fd, json_t *request, struct failure *why)
{
    char *text = json_dumps(request, JSON_COMPACT);
    json_t *reply = NULL;
    uint8_t head[4];

    failure_say(why, STATUS_BUSY, _("the node does not answer; stop it and start it again with: coopair run"));
    if (text && strlen(text) > CONTROL_MAX)
        failure_say(why, STATUS_FULL, _("too much for one request to the node (%zu bytes)"), strlen(text));
    if (text && strlen(text) <= CONTROL_MAX) {
        be32_write(head, (uint32_t)strlen(text));
        if (send_all(fd, head, sizeof head) && send_all(fd, text, strlen(text)))
            reply = daemon_receive(fd);
    }
    free(text);
    return reply;
}

/* ---- Without one. */

static json_t *offline_ask(const char *home, json_t *request, enum status *status, struct failure *why)
{
    struct timespec now;
    struct node *node;
    json_t *reply;

    clock_gettime(CLOCK_REALTIME, &now);
    *status =
        node_open(&node, home, wishes_try, "", NULL, (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, why);
    if (*status)
        return NULL;
    reply = serve(node, request);
    node_close(node);
    if (!reply)
        *status = failure_say(why, STATUS_NOMEM, _("out of memory"));
    return reply;
}

/* ---- Both. */

/* Takes a reply apart: STATUS_OK and *out, or the failure in words. */
static enum status reply_take(json_t *reply, json_t **out, struct failure *why)
{
    const char *name = json_string_value(json_object_get(reply, "status"));
    const char *text = json_string_value(json_object_get(reply, "error"));
    enum status status;

    if (json_is_true(json_object_get(reply, "ok"))) {
        *out = reply;
        return STATUS_OK;
    }
    status = name ? status_of_name(name) : STATUS_MALFORMED;
    if (status == STATUS_OK)
        status = STATUS_MALFORMED;
    failure_say(why, status, "%s",
                text ? text : _("the node's answer is not understood; is it an older version?"));
    json_decref(reply);
    return status;
}

/* *no_daemon: the verb makes no sense without one, and none runs. */
static enum status ask(const char *home, const char *verb, json_t *request, json_t **out, bool *no_daemon,
                       struct failure *why)
{
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    const struct served *served = served_find(verb);
    enum status status = home_check(home, why);
    json_t *reply = NULL;
    int fd;

    if (!status)
        status = home_socket(path, sizeof path, home, why);
    if (status)
        return status;
    fd = daemon_connect(path);
    if (fd >= 0) {
        reply = daemon_ask(fd, request, why);
        close(fd);
        return reply ? reply_take(reply, out, why) : STATUS_BUSY;
    }
    *no_daemon = served && served->online;
    if (*no_daemon)
        return failure_say(why, STATUS_MISSING, _("no node is running for %.150s; start it with: coopair run"),
                           home);
    reply = offline_ask(home, request, &status, why);
    return reply ? reply_take(reply, out, why) : status;
}

static enum status ask_home(const struct cli *cli, const char *verb, json_t *args, json_t **reply,
                            bool *no_daemon, struct failure *why)
{
    char home[HOME_PATH_MAX];
    enum status status = home_path(home, cli->home, why);
    json_t *request;

    *reply = NULL;
    if (status) {
        json_decref(args);
        return status;
    }
    request = json_pack("{s:i, s:s, s:s, s:o*}", "v", 1, "verb", verb, "language", tongue_name(tongue_now()),
                        "args", args);
    if (!request)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    status = ask(home, verb, request, reply, no_daemon, why);
    json_decref(request);
    return status;
}

enum status cli_try(const struct cli *cli, const char *verb, json_t *args, json_t **reply,
                    struct failure *why)
{
    bool no_daemon;

    return ask_home(cli, verb, args, reply, &no_daemon, why);
}

int cli_ask(const struct cli *cli, const char *verb, json_t *args, json_t **reply)
{
    struct failure why = { .text = "" };
    bool no_daemon = false;
    enum status status = ask_home(cli, verb, args, reply, &no_daemon, &why);
    int code = status ? cli_fail(cli, status, &why) : EXIT_DONE;

    return no_daemon && code == EXIT_NOT_FOUND ? EXIT_NO_DAEMON : code;
}
