/* cmd_run.c - coopair run: the node in the foreground, until SIGTERM or SIGINT. */
#include "node/command/command.h"
#include "node/home/home.h"
#include "node/run/loop.h"
#include "node/tongue/tongue.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* What systemd's sd_notify does: one datagram to the socket it names. Elsewhere nothing happens. */
static void tell_systemd(const char *state)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    const char *path = getenv("NOTIFY_SOCKET");
    size_t size = path ? strlen(path) : 0;
    int fd;

    if (size < 2 || size >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(to.sun_path, path, size);
    if (path[0] == '@')
        to.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
    close(fd);
}

static int say_ready(const struct cli *cli, const struct loop *loop)
{
    if (cli->json)
        return cli_json(json_pack("{s:i, s:b, s:s, s:I}", "v", 1, "ready", 1, "listen", loop_address(loop),
                                  "pid", (json_int_t)getpid()));
    printf(_("coopair: ready; neighbours reach this home at %s; stop it with Ctrl-C\n"), loop_address(loop));
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* A command that looks into the store holds it for a moment; a node that is started just then waits for it rather than stay down. Another
 * node holds it for good, and is named after this long. */
enum { WAIT_MS = 100, WAITS = 30 };

static enum status open_patiently(struct loop **loop, const struct loop_options *options, struct failure *why)
{
    enum status status = loop_open(loop, options, why);

    for (unsigned i = 0; i < WAITS && status == STATUS_BUSY; i++) {
        nanosleep(&(struct timespec){ .tv_nsec = WAIT_MS * 1000000L }, NULL);
        status = loop_open(loop, options, why);
    }
    return status;
}

int cmd_run(int argc, char **argv)
{
    bool no_lan = false;
    struct loop_options options = { .signals = true, .chores = true };
    const struct cli_option own[] = {
        { "listen", OPTION_TEXT, &options.listen,
          N_("ADDRESS:PORT  where to take callers; port 0: any (default: all addresses, the same port each "
          "time)") },
        { "no-lan", OPTION_FLAG, &no_lan,
          N_("neither announce this home on the local network nor listen for others") },
    };
    struct cli cli = {
        .usage = "coopair run [OPTIONS]",
        .summary = N_("Runs the node of this home and stays in the foreground; prints one line when it is "
                   "ready. It finds its\n"
                   "neighbours, keeps the rounds of its groups up to date and does this home's part in them. "
                   "SIGTERM or\n"
                   "Ctrl-C ends it cleanly; being killed loses nothing that was confirmed. See how it does: "
                   "coopair status"),
        .options = own,
        .option_count = ARRAY_SIZE(own),
    };
    char home[HOME_PATH_MAX];
    struct failure why = { .text = "" };
    struct loop *loop = NULL;
    enum status status;
    int code;

    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }); /* a core file would hold the household's secrets */
    signal(SIGHUP, SIG_IGN); /* reserved: a terminal that closes is no reason to stop */
    options.lan = !no_lan;
    options.home = home;
    status = home_path(home, cli.home, &why);
    if (!status)
        status = open_patiently(&loop, &options, &why);
    if (status)
        return cli_fail(&cli, status, &why);
    code = say_ready(&cli, loop);
    tell_systemd("READY=1");
    if (code == EXIT_DONE)
        loop_run(loop);
    tell_systemd("STOPPING=1");
    loop_close(loop);
    return code;
}
