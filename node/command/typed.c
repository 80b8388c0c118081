/* typed.c - see typed.h. While a passphrase is typed the terminal sends no signals, so that Ctrl-C is read as
 * what it means and the echo is given back. Failure modes: no terminal, an interrupted line, a file that is
 * too long or open to others. */
#include "node/command/typed.h"

#include "node/tongue/tongue.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { SHEET_FILE_MOST = 64 << 10 };

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

enum status typed_passphrase(struct typed *out, const struct cli *cli, const char *what, const char *file,
                             size_t least, bool new, struct failure *why)
{
    enum status status;

    typed_clear(out);
    if (file) {
        status = typed_from_file(out, file, why);
        return status ? status : size_check(out, least, why);
    }
    if (cli->no_input || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return failure_say(
            why, STATUS_DENIED,
            _("a passphrase is needed, and there is no terminal to ask on: give --passphrase-file FILE"));
    return from_terminal(out, what, new, least, why);
}

/* ---- Sheets. */

static size_t words_in(const char *text)
{
    size_t words = 0;
    bool inside = false;

    for (; *text != '\0'; text++) {
        bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');

        words += letter && !inside;
        inside = letter;
    }
    return words;
}

static enum status sheet_lines(uint8_t secret[KEY_SIZE], struct failure *why)
{
    char text[8 * TYPED_MOST] = "", question[32];
    struct typed line = { .size = 0 };
    size_t size = 0, words = 0;
    bool more = true;
    enum status status;

    while (more && words < SHEET_GROUPS * SHEET_GROUP_WORDS && size + TYPED_MOST + 2 < sizeof text) {
        snprintf(question, sizeof question, _("group %zu: "), words / SHEET_GROUP_WORDS + 1);
        more = typed_line(&line, isatty(STDIN_FILENO) ? question : "");
        memcpy(text + size, line.text, line.size);
        size += line.size;
        text[size++] = ' ';
        text[size] = '\0';
        words = words_in(text);
    }
    status = sheet_read(secret, text, why);
    sodium_memzero(text, sizeof text);
    typed_clear(&line);
    return status;
}

static bool numbered(const char *line)
{
    line += strspn(line, " \t");
    return *line >= '1' && *line <= '0' + SHEET_GROUPS;
}

/* A sheet that was printed into a file has words around it: where lines are numbered, only those count. */
static void prose_blank(char *text)
{
    size_t numbers = 0;

    for (int pass = 0; pass < 2; pass++)
        for (char *line = text, *end; *line != '\0'; line = *end == '\0' ? end : end + 1) {
            end = line + strcspn(line, "\n");
            numbers += pass == 0 && numbered(line);
            if (pass == 1 && numbers >= SHEET_GROUPS && !numbered(line))
                memset(line, ' ', (size_t)(end - line));
        }
}

enum status typed_sheet(uint8_t secret[KEY_SIZE], const char *file, struct failure *why)
{
    enum status status;
    size_t size;
    char *text;

    if (!file)
        return sheet_lines(secret, why);
    status = cli_read_file(&text, &size, file, SHEET_FILE_MOST, why);
    if (status)
        return status;
    prose_blank(text);
    status = sheet_read(secret, text, why);
    sodium_memzero(text, size);
    free(text);
    return status;
}
