/* whole_file.c - see whole_file.h. Reading is bounded before memory is taken. Writing goes to a file beside the target, is synced, and is
 * renamed over it, so that a reader, a crash or a full disk never meets half a file. */
#include "node/home/whole_file.h"

#include "node/tongue/tongue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 1 << 16 };

static enum status explain(struct failure *why, const char *doing, const char *path, int code)
{
    enum status status = code == ENOENT                    ? STATUS_MISSING
                         : code == EACCES || code == EPERM ? STATUS_DENIED
                                                           : STATUS_DISK;

    return failure_say(why, code == ENOMEM ? STATUS_NOMEM : status, "%s %.150s: %s", doing, path,
                       strerror(code));
}

/* Room for at least one more byte and the zero byte behind. */
static bool room_make(char **out, size_t *room, size_t size)
{
    size_t more = *room == 0 ? READ_STEP : *room * 2;
    char *data;

    if (*room - size >= 2)
        return true;
    data = realloc(*out, more);
    if (!data)
        return false;
    *out = data;
    *room = more;
    return true;
}

static enum status read_all(char **out, size_t *size, int fd, const char *path, size_t most,
                            struct failure *why)
{
    size_t room = 0;
    ssize_t got = 1;

    while (got > 0 && *size <= most) {
        if (!room_make(out, &room, *size))
            return explain(why, _("read"), path, ENOMEM);
        do
            got = read(fd, *out + *size, room - *size - 1);
        while (got < 0 && errno == EINTR);
        if (got < 0)
            return explain(why, _("read"), path, errno);
        *size += (size_t)got;
    }
    if (*size > most)
        return failure_say(why, STATUS_FULL, _("read %.150s: more than %zu bytes, too many to be right"), path,
                           most);
    (*out)[*size] = '\0';
    return STATUS_OK;
}

enum status whole_file_read(char **out, size_t *size, const char *path, size_t most, struct failure *why)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    enum status status;

    *out = NULL;
    *size = 0;
    if (fd < 0)
        return explain(why, _("read"), path, errno);
    status = read_all(out, size, fd, standard ? "standard input" : path, most, why);
    if (!standard)
        close(fd);
    if (status) {
        free(*out);
        *out = NULL;
        *size = 0;
    }
    return status;
}

static bool write_all(int fd, struct bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t done = write(fd, bytes.data, bytes.size);

        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            bytes.data += done;
            bytes.size -= (size_t)done;
        }
    }
    return true;
}

/* The folder's own entry must be on the disk too, or a power cut takes the new name back. */
static bool folder_sync(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool done = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

    if (fd >= 0)
        close(fd);
    free(folder);
    return done;
}

enum status whole_file_write(const char *path, struct bytes bytes, int mode, struct failure *why)
{
    size_t room = strlen(path) + sizeof ".XXXXXX";
    char *beside = malloc(room);
    int fd, code = 0;

    if (!beside)
        return explain(why, _("write"), path, ENOMEM);
    snprintf(beside, room, "%s.XXXXXX", path);
    fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0) {
        code = errno;
    } else {
        if (fchmod(fd, (mode_t)mode) != 0 || !write_all(fd, bytes) || fsync(fd) != 0)
            code = errno;
        if (close(fd) != 0 && code == 0)
            code = errno;
        if (code == 0 && rename(beside, path) != 0)
            code = errno;
        if (code)
            unlink(beside);
        else if (!folder_sync(path))
            code = errno;
    }
    free(beside);
    return code ? explain(why, _("write"), path, code) : STATUS_OK;
}
