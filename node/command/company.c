/* company.c - see company.h. Text, so that it survives a mail program and a printer:
 *
 *   coopair company key 1
 *   <64 hex digits: the seed of the signing key>
 *   <64 hex digits: the seed of the inbox>
 *
 * Failure modes: readable by others, cut short, a disk that refuses. A file is never written over: losing it
 * is losing the award. */
#include "node/command/company.h"

#include "node/command/command.h"
#include "node/home/whole_file.h"
#include "node/tongue/tongue.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPANY_HEAD "coopair company key 1\n"
enum { SEED_LINE = 2 * KEY_SIZE + 1, COMPANY_SIZE = sizeof COMPANY_HEAD - 1 + 2 * SEED_LINE };

void company_clear(struct company_keys *keys)
{
    sign_key_clear(&keys->sign);
    group_key_clear(&keys->inbox);
}

static void keys_derive(struct company_keys *out, const uint8_t seeds[2][KEY_SIZE])
{
    sign_key_init(&out->sign, seeds[0]);
    group_key_init(&out->inbox, seeds[1]);
}

static bool keys_decode(struct company_keys *out, const char *text, size_t size)
{
    uint8_t seeds[2][KEY_SIZE];
    bool fine = size == COMPANY_SIZE && memcmp(text, COMPANY_HEAD, sizeof COMPANY_HEAD - 1) == 0;

    for (size_t i = 0; i < 2 && fine; i++) {
        const char *line = text + sizeof COMPANY_HEAD - 1 + i * SEED_LINE;
        size_t got = 0;

        fine = line[SEED_LINE - 1] == '\n' &&
               sodium_hex2bin(seeds[i], KEY_SIZE, line, SEED_LINE - 1, NULL, &got, NULL) == 0 &&
               got == KEY_SIZE;
    }
    if (fine)
        keys_derive(out, (const uint8_t(*)[KEY_SIZE])seeds);
    sodium_memzero(seeds, sizeof seeds);
    return fine;
}

/* Only its owner may read it: whoever has the inbox reads the homes' names. */
static enum status mode_check(const char *path, struct failure *why)
{
    struct stat found;

    if (stat(path, &found) != 0)
        return failure_say(why, errno == ENOENT ? STATUS_MISSING : STATUS_DISK, "%.160s: %s", path,
                           strerror(errno));
    if (S_ISREG(found.st_mode) && (found.st_mode & 077) == 0)
        return STATUS_OK;
    return failure_say(why, STATUS_DENIED, _("%.100s must be a file that only you may read: chmod 600 %.80s"),
                       path, path);
}

enum status company_read(struct company_keys *out, const char *path, struct failure *why)
{
    char *text;
    size_t size;
    enum status status = mode_check(path, why);

    if (status == STATUS_OK)
        status = whole_file_read(&text, &size, path, COMPANY_SIZE, why);
    if (status == STATUS_FULL)
        return failure_say(why, STATUS_MALFORMED, _("%.160s is not a company's key file"), path);
    if (status != STATUS_OK)
        return status;
    if (!keys_decode(out, text, size))
        status = failure_say(why, STATUS_MALFORMED, _("%.160s is not a company's key file"), path);
    sodium_memzero(text, size);
    free(text);
    return status;
}

static enum status company_make(const char *path, struct failure *why)
{
    char text[COMPANY_SIZE + 1], lines[2][SEED_LINE];
    uint8_t seeds[2][KEY_SIZE];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    enum status status = STATUS_OK;

    if (fd < 0)
        return failure_say(why, errno == EACCES ? STATUS_DENIED : STATUS_DISK, _("make %.160s: %s"), path,
                           strerror(errno));
    randombytes_buf(seeds, sizeof seeds);
    for (size_t i = 0; i < 2; i++)
        sodium_bin2hex(lines[i], sizeof lines[i], seeds[i], KEY_SIZE);
    snprintf(text, sizeof text, "%s%s\n%s\n", COMPANY_HEAD, lines[0], lines[1]);
    if (write(fd, text, COMPANY_SIZE) != COMPANY_SIZE || fsync(fd) != 0)
        status = failure_say(why, STATUS_DISK, _("write %.160s: %s"), path, strerror(errno));
    close(fd);
    if (status != STATUS_OK)
        unlink(path); /* ours, and of no use */
    sodium_memzero(text, sizeof text);
    sodium_memzero(lines, sizeof lines);
    sodium_memzero(seeds, sizeof seeds);
    return status;
}

enum status company_open(struct company_keys *out, bool *made, const char *path, struct failure *why)
{
    enum status status = company_read(out, path, why);

    *made = status == STATUS_MISSING;
    if (status != STATUS_MISSING)
        return status;
    status = company_make(path, why);
    return status == STATUS_OK ? company_read(out, path, why) : status;
}
