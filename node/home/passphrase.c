/* passphrase.c - see passphrase.h. A typed one lives in a memfd of this process, which no disk ever holds; its
 * name under /proc can be opened by this user's programs alone. Failure mode: no memfd, and a child that needs
 * the passphrase says that it has none. */
#include "node/home/passphrase.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_VARIABLE "COOPAIR_PASSPHRASE_FILE"
#define CREDENTIAL "coopair.passphrase"
enum { PATH_ROOM = 4096 };

static bool may_ask;

void passphrase_may_ask(bool may)
{
    may_ask = may;
}

static void keep(const struct typed *typed)
{
    int fd = memfd_create("coopair passphrase", MFD_CLOEXEC);
    char path[64];

    if (fd < 0)
        return;
    if (fchmod(fd, 0600) != 0 || write(fd, typed->text, typed->size) != (ssize_t)typed->size ||
        write(fd, "\n", 1) != 1) {
        close(fd);
        return;
    }
    snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getpid(), fd); /* stays open as long as the process */
    setenv(FILE_VARIABLE, path, 1);
}

static enum status ask(struct typed *out, const char *home, struct failure *why)
{
    char question[PATH_ROOM];

    if (!may_ask || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return failure_say(why, STATUS_DENIED,
                           _("the key of %.100s is sealed: set COOPAIR_PASSPHRASE_FILE to a file with its "
                             "passphrase, or type it on a terminal"),
                           home);
    snprintf(question, sizeof question, _("Passphrase of the home in %.3000s: "), home);
    if (!typed_unseen(out, question) || out->size == 0)
        return failure_say(why, STATUS_DENIED, _("no passphrase was typed"));
    keep(out);
    return STATUS_OK;
}

enum status passphrase_find(struct typed *out, const char *home, struct failure *why)
{
    const char *file = getenv(FILE_VARIABLE), *credentials = getenv("CREDENTIALS_DIRECTORY");
    char path[PATH_ROOM] = "";

    typed_clear(out);

    if (credentials && credentials[0] == '/')
        snprintf(path, sizeof path, "%s/" CREDENTIAL, credentials);
    if (file && file[0])
        return typed_from_file(out, file, why);
    if (path[0] && access(path, R_OK) == 0)
        return typed_from_file(out, path, why);
    return ask(out, home, why);
}
