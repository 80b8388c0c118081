/* demo_process.c - the children of the demo: nodes that stay, commands that end.
 *
 * Happy path: a node is ready when it has printed its one line; a command has printed one JSON object when it ends. Whatever happens to the
 * demo itself, its children die with it (PR_SET_PDEATHSIG): no node is left behind on somebody's machine. */
#include "node/demo/demo.h"
#include "node/tongue/tongue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 4 << 20, ARGS_MAX = 40 };

/* argv's own strings are never written to; execv only lacks the const for history's sake. */
static void become(const char *const *argv, int out, const char *err_path, pid_t parent)
{
    int err = err_path != NULL ? open(err_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    union {
        const char *const *in;
        char *const *out;
    } words = { argv };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127); /* it died before the line above */
    signal(SIGINT, SIG_DFL);
    dup2(nothing, 0);
    dup2(out >= 0 ? out : nothing, 1);
    if (err >= 0)
        dup2(err, 2);
    execv(argv[0], words.out);
    _exit(127);
}

/* err_path NULL: the demo's own. *out: the read end of its standard output, when wanted. */
static pid_t spawn(const char *const *argv, int *out, const char *err_path)
{
    int ends[2] = { -1, -1 };
    pid_t parent = getpid(), pid;

    if (out != NULL && pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    pid = fork();
    if (pid == 0)
        become(argv, ends[1], err_path, parent);
    if (out != NULL) {
        close(ends[1]);
        if (pid < 0)
            close(ends[0]);
        *out = pid < 0 ? -1 : ends[0];
    }
    return pid;
}

/* To the end, or to the end of the first line. The caller frees it; NULL: nothing came. */
static char *read_output(int fd, bool line)
{
    size_t size = 0, room = 4096;
    char *text = malloc(room);

    while (text != NULL && size < OUTPUT_MAX) {
        ssize_t got;

        if (room - size < 2) {
            char *more = realloc(text, room *= 2);

            if (more == NULL)
                break;
            text = more;
        }
        got = read(fd, text + size, line ? 1 : room - size - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        size += (size_t)got;
        if (line && text[size - 1] == '\n')
            break;
    }
    if (text != NULL)
        text[size] = '\0';
    return text;
}

static int wait_code(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool demo_start(struct demo *demo, struct demo_home *home)
{
    char log[DEMO_PATH_MAX + 8];
    const char *argv[] = { demo->program, "run", "--home", home->dir, "--listen", "127.0.0.1:0", "--json", NULL };
    int out;
    char *line;
    json_t *ready;

    snprintf(log, sizeof log, "%s.log", home->dir);
    home->pid = spawn(argv, &out, log);
    if (home->pid < 0) {
        home->pid = 0;
        return demo_fail(demo, _("start a node: %s"), strerror(errno));
    }
    line = read_output(out, true);
    close(out);
    ready = line == NULL ? NULL : json_loads(line, 0, NULL);
    free(line);
    if (!json_is_true(json_object_get(ready, "ready"))) {
        json_decref(ready);
        demo_kill(home, SIGKILL);
        return demo_fail(demo, _("a node did not start; its last words are in %s"), log);
    }
    json_decref(ready);
    return true;
}

void demo_kill(struct demo_home *home, int signal)
{
    if (home->pid <= 0)
        return;
    kill(home->pid, signal);
    wait_code(home->pid);
    home->pid = 0;
}

void demo_stop_all(struct demo *demo)
{
    for (size_t i = 0; i < demo->home_count; i++)
        if (demo->homes[i].pid > 0)
            kill(demo->homes[i].pid, SIGTERM);
    for (size_t i = 0; i < demo->home_count; i++)
        demo_kill(&demo->homes[i], SIGTERM);
}

bool demo_run(struct demo *demo, json_t **reply, const char *const *args)
{
    const char *argv[ARGS_MAX + 2] = { demo->program };
    size_t count = 1;
    json_error_t error;
    json_t *found;
    char *text;
    int out, code;
    pid_t pid;

    for (; args[count - 1] != NULL && count <= ARGS_MAX; count++)
        argv[count] = args[count - 1];
    pid = spawn(argv, &out, NULL);
    if (pid < 0)
        return demo_fail(demo, _("run coopair %s: %s"), args[0], strerror(errno));
    text = read_output(out, false);
    close(out);
    code = wait_code(pid);
    found = text == NULL ? NULL : json_loads(text, 0, &error);
    if (code != EXIT_DONE || (reply != NULL && found == NULL)) {
        demo_fail(demo, _("coopair %s %s ended with %d: %.300s"), args[0], args[1] == NULL ? "" : args[1], code,
                  text == NULL || text[0] == '\0' ? _("nothing printed") : text);
        free(text);
        json_decref(found);
        return false;
    }
    free(text);
    if (reply != NULL)
        *reply = found;
    else
        json_decref(found);
    return true;
}

int demo_exit_code(const char *const *argv)
{
    pid_t pid = spawn(argv, NULL, "/dev/null");

    return pid < 0 ? -1 : wait_code(pid);
}
