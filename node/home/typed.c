/* typed.c - see typed.h. While a passphrase is typed the terminal sends no signals, so that Ctrl-C is read as
 * what it means and the echo is given back. Failure modes: no terminal, an interrupted line, a file that is
 * too long or open to others. */
#include "node/home/typed.h"

#include "node/tongue/tongue.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

void typed_clear(struct typed *typed)
{
    sodium_memzero(typed, sizeof *typed);
}

/* Without buffering: what follows the line stays for the next reader, and no copy of it in stdio. */
static bool line_read(struct typed *out, int fd)
{
    char c = '\0';
    ssize_t got;

    out->size = 0;
    while ((got = read(fd, &c, 1)) != 0 && c != '\n') {
        if (got < 0 && errno != EINTR)
            break;
        if (got == 1 && out->size <= TYPED_MOST)
            out->text[out->size++] = c;
    }
    if (out->size > 0 && out->text[out->size - 1] == '\r')
        out->size--;
    out->text[out->size] = '\0';
    return got > 0 || out->size > 0;
}

bool typed_line(struct typed *out, const char *question)
{
    fputs(question, stderr);
    fflush(stderr);
    return line_read(out, STDIN_FILENO);
}

/* ---- Passphrases. */

static enum status size_check(const struct typed *typed, size_t least, struct failure *why)
{
    if (typed->size > TYPED_MOST)
        return failure_say(why, STATUS_MALFORMED, _("a passphrase has at most %d bytes"), TYPED_MOST);
    if (typed->size < least || typed->size == 0)
        return failure_say(why, STATUS_MALFORMED, _("a passphrase has at least %zu bytes: take a few words"),
                           least > 0 ? least : 1);
    return STATUS_OK;
}

enum status typed_from_file(struct typed *out, const char *path, struct failure *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat found;
    enum status status = STATUS_OK;

    if (fd < 0)
        return failure_say(why, errno == ENOENT ? STATUS_MISSING : STATUS_DENIED, _("read %.150s: %s"), path,
                           strerror(errno));
    if (fstat(fd, &found) != 0 || (S_ISREG(found.st_mode) && (found.st_mode & 077) != 0))
        status = failure_say(why, STATUS_DENIED, _("others may read %.100s: chmod 600 %.100s"), path, path);
    else
        line_read(out, fd);
    close(fd);
    return status;
}

bool typed_unseen(struct typed *out, const char *question)
{
    struct termios before, quiet;
    bool got;

    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    quiet = before;
    quiet.c_lflag &=
        ~(tcflag_t)(ECHO | ISIG); /* Ctrl-C is a letter here, and ends nothing with the echo off */
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0)
        return false;
    got = typed_line(out, question);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return got && memchr(out->text, 3 /* Ctrl-C */, out->size) == NULL;
}

static enum status from_terminal(struct typed *out, const char *what, bool new, size_t least,
                                 struct failure *why)
{
    char question[128];
    struct typed again;
    enum status status;

    snprintf(question, sizeof question, new ? _("New passphrase for %s: ") : _("Passphrase of %s: "), what);
    if (!typed_unseen(out, question))
        return failure_say(why, STATUS_DENIED, _("no passphrase was typed"));
    status = size_check(out, least, why);
    if (status || !new)
        return status;
    if (!typed_unseen(&again, _("The same again: ")) || again.size != out->size ||
        sodium_memcmp(again.text, out->text, out->size) != 0)
        status = failure_say(why, STATUS_MALFORMED, _("the two passphrases are not the same; nothing was done"));
    typed_clear(&again);
    return status;
}

enum status typed_passphrase(struct typed *out, bool may_ask, const char *what, const char *file,
                             size_t least, bool new, struct failure *why)
{
    enum status status;

    typed_clear(out);
    if (file) {
        status = typed_from_file(out, file, why);
        return status ? status : size_check(out, least, why);
    }
    if (!may_ask || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return failure_say(
            why, STATUS_DENIED,
            _("a passphrase is needed, and there is no terminal to ask on: give --passphrase-file FILE"));
    return from_terminal(out, what, new, least, why);
}
