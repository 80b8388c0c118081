/* bring_back.c - a home is built in a folder beside and renamed when it is whole.
 *
 * Happy path: clear what an earlier try left, make key and store, fill it, let the store bring an older
 * layout up to date, write the mark, read every entry back, rename. Failure modes: the folder is not empty,
 * another program builds the same home, the disk refuses; what was built goes away again. */
#include "node/care/bring_back.h"

#include "node/care/care.h"
#include "node/home/home.h"
#include "node/tongue/tongue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status bring_back_free(const char *home, struct failure *why)
{
    DIR *dir = opendir(home);
    struct dirent *entry;
    bool empty = true;

    if (!dir && errno == ENOENT)
        return STATUS_OK;
    if (!dir)
        return failure_say(why, STATUS_DENIED, _("look into %.150s: %s"), home, strerror(errno));
    while (empty && (entry = readdir(dir)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(dir);
    return empty
               ? STATUS_OK
               : failure_say(why, STATUS_EXISTS,
                             _("%.120s is not empty; nothing was changed. Choose a new folder with --home DIR"),
                             home);
}

static enum status marks_write(struct store *store, const struct bring_back *what, struct failure *why)
{
    uint64_t restored_ms = what->now_ms > what->backup_ms ? what->now_ms : what->backup_ms;
    enum status status = care_note(store, CARE_RESTORED, restored_ms, why);

    return status || what->backup_ms == 0 ? status : care_note(store, CARE_BACKUP, what->backup_ms, why);
}

/* Opened twice: the second time its layout is that of this program. */
static enum status store_fill(const char *folder, const struct bring_back *what, struct failure *why)
{
    uint8_t seed[KEY_SIZE], store_key[KEY_SIZE];
    struct store_health health;
    struct store *store;
    enum status status;

    home_keys_of(what->secret, seed, store_key);
    sodium_memzero(seed, sizeof seed);
    status = store_open(&store, folder, store_key, STORE_WRITE, why);
    if (!status && what->fill)
        status = what->fill(what->arg, store, why);
    store_close(store);
    if (!status)
        status = store_open(&store, folder, store_key, STORE_WRITE, why);
    else
        store = NULL;
    sodium_memzero(store_key, sizeof store_key);
    if (!status)
        status = marks_write(store, what, why);
    if (!status)
        status = store_check(store, &health, why);
    store_close(store);
    return status;
}

static bool parent_sync(const char *home)
{
    char *parent = strdup(home), *slash = parent ? strrchr(parent, '/') : NULL;
    int fd = -1;
    bool done;

    if (slash)
        slash[slash == parent] = '\0';
    if (parent)
        fd = open(slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    free(parent);
    return done;
}

static enum status refused(struct failure *why, const char *home)
{
    return failure_say(why, errno == ENOTEMPTY || errno == EEXIST ? STATUS_EXISTS : STATUS_DISK,
                       _("make %.150s: %s"), home, strerror(errno));
}

static enum status build(const char *folder, const char *home, const struct bring_back *what,
                         struct failure *why)
{
    enum status status = home_make(folder, what->secret, why);

    if (!status)
        status = store_fill(folder, what, why);
    if (!status && rename(folder, home) != 0)
        status = refused(why, home);
    if (status)
        home_unmake(folder);
    else if (!parent_sync(home))
        status = refused(why, home); /* it is whole, and may be gone after a power cut */
    return status;
}

enum status bring_back(const char *home, const struct bring_back *what, struct failure *why)
{
    char plain[HOME_PATH_MAX], folder[HOME_PATH_MAX];
    size_t size = strlen(home);
    enum status status = bring_back_free(home, why);

    while (size > 1 && home[size - 1] == '/')
        size--;
    if (status)
        return status;
    if ((size_t)snprintf(plain, sizeof plain, "%.*s", (int)size, home) >= sizeof plain ||
        (size_t)snprintf(folder, sizeof folder, "%.*s.restoring", (int)size, home) >= sizeof folder)
        return failure_say(why, STATUS_DENIED, _("the name of the folder is too long"));
    home_unmake(folder);
    return build(folder, plain, what, why);
}
