/* erase.c - what a household wants gone is gone from the file.
 *
 * LMDB takes an entry out of its tree and leaves the bytes on a page that may wait for years to be used again. So the file is
 * made anew from the entries that stay, which never meets a byte of the others:
 *
 *     store.mdb.new is filled and synced; store.mdb gets a second name, store.mdb.old; .new is renamed over store.mdb:
 *     from here on the series is gone; .old is overwritten with zeros, synced, and removed.
 *
 * Killed before the rename, nothing has happened; after it, the next opening finds .old and overwrites it. Whoever reads the
 * store holds a shared lock on its file (env.c), and an exclusive one is taken here, so that nobody's map turns to zeros.
 * Failure modes: a reader, no room for a second file, a damaged entry, which would be damaged in the new file too. */
#include "store/env.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH_BYTES = 4 << 20, ZEROS = 1 << 16 };

static void beside(char *out, size_t room, const struct store *store, const char *ending)
{
    snprintf(out, room, "%s/store.mdb%s", store->dir, ending);
}

/* ---- Overwriting. An errno, or 0. */

static int zeros_write(int fd, off_t size)
{
    static const uint8_t zeros[ZEROS];

    for (off_t at = 0; at < size;) {
        ssize_t done = pwrite(fd, zeros, size - at < ZEROS ? (size_t)(size - at) : ZEROS, at);

        if (done < 0 && errno != EINTR)
            return errno;
        at += done > 0 ? done : 0;
    }
    return fsync(fd) != 0 ? errno : 0;
}

/* Overwrites a file and removes its name. One that is not there is fine. */
static int file_wipe(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW), code = fd < 0 ? errno : 0;
    struct stat found;

    if (code == ENOENT)
        return 0;
    if (!code && fstat(fd, &found) != 0)
        code = errno;
    if (!code)
        code = zeros_write(fd, found.st_size);
    if (!code && unlink(path) != 0)
        code = errno;
    if (fd >= 0)
        close(fd);
    return code;
}

enum status erase_finish(struct store *store, struct failure *why)
{
    char old[sizeof store->file + 8], new[sizeof store->file + 8];
    struct stat now, before;
    int code = 0;

    beside(old, sizeof old, store, ".old");
    beside(new, sizeof new, store, ".new");
    if (stat(old, &before) == 0) {
        if (stat(store->file, &now) == 0 && now.st_ino == before.st_ino && now.st_dev == before.st_dev)
            code = unlink(old) != 0 ? errno : 0; /* two names of one file: it was not replaced yet */
        else
            code = file_wipe(old);
    }
    if (!code)
        code = file_wipe(new);
    return code ? env_explain_errno(store, code, "finish an erasure", why) : STATUS_OK;
}

/* ---- A series, an account, a payer. */

struct keeping {
    struct store *store, *fresh;
    struct store_txn *to;
    const struct entry_key *row, *blocks;
    size_t batch;
    enum status status;
    struct failure why;
};

static bool begins(struct bytes key, const struct entry_key *with)
{
    return key.size >= with->size && memcmp(key.data, with->bytes, with->size) == 0;
}

static bool keep_entry(void *arg, const struct store_entry *entry)
{
    struct keeping *keeping = arg;

    if (entry->key.data[0] == TABLE_HEAD || begins(entry->key, keeping->row) || begins(entry->key, keeping->blocks))
        return true;
    store_entry_put(keeping->to, entry);
    keeping->batch += entry->value.size;
    if (keeping->batch < BATCH_BYTES)
        return !store_status(keeping->to);
    keeping->status = store_commit(keeping->to, &keeping->why);
    keeping->to = store_begin(keeping->fresh, STORE_WRITE);
    keeping->batch = 0;
    return !keeping->status;
}

/* Ends with the old file let go of: its lock file will serve the new one. */
static enum status fill(void *arg, struct store *fresh, struct failure *why)
{
    struct keeping *keeping = arg;
    struct store_txn *from = store_begin(keeping->store, STORE_READ);
    char old[sizeof fresh->file + 8];
    enum status status, put;

    keeping->fresh = fresh;
    keeping->to = store_begin(fresh, STORE_WRITE);
    store_entry_scan(from, keep_entry, keeping);
    status = store_commit(from, why);
    if (status) {
        store_abort(keeping->to);
        return status;
    }
    put = store_commit(keeping->to, why);
    if (keeping->status) {
        if (why)
            *why = keeping->why;
        return keeping->status;
    }
    if (put)
        return put;
    env_stop(keeping->store);
    beside(old, sizeof old, fresh, ".old");
    return link(keeping->store->file, old) != 0 ? env_explain_errno(fresh, errno, "erase", why) : STATUS_OK;
}

static enum status make_anew(struct store *store, const struct entry_key *row, const struct entry_key *blocks, struct failure *why)
{
    struct keeping keeping = { .store = store, .row = row, .blocks = blocks };
    struct store *fresh = calloc(1, sizeof *fresh);
    enum status status;

    if (!fresh)
        return failure_say(why, STATUS_NOMEM, "erase: out of memory");
    fresh->mode = STORE_WRITE;
    fresh->map_bytes = store->map_bytes;
    fresh->owner_fd = -1;
    fresh->keys = store->keys;
    memcpy(fresh->dir, store->dir, sizeof fresh->dir);
    memcpy(fresh->file, store->file, sizeof fresh->file);
    status = env_create(fresh, fill, &keeping, why);
    buffer_clear(&fresh->txn.plain);
    buffer_clear(&fresh->txn.log);
    free(fresh);
    return status;
}

/* false: somebody reads the file. */
static bool alone(int *fd, const char *file)
{
    *fd = open(file, O_RDWR | O_CLOEXEC);
    return *fd < 0 || flock(*fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* All but what begins with one of the two. */
static enum status erase_places(struct store *store, const struct entry_key *row, const struct entry_key *blocks,
                                struct failure *why)
{
    enum status status, finished;
    int fd;

    if (alone(&fd, store->file))
        status = make_anew(store, row, blocks, why);
    else
        status = failure_say(why, STATUS_BUSY, "another program reads %.120s; nothing was erased, try again", store->file);
    finished = erase_finish(store, status ? NULL : why);
    if (fd >= 0)
        close(fd);
    return status ? status : finished;
}

enum status store_series_erase(struct store *store, const struct series_name *name, struct failure *why)
{
    struct entry_key row, blocks;
    struct store_txn *txn = store_begin(store, STORE_READ);
    bool found = series_places(txn, &row, &blocks, name);
    enum status status = store_commit(txn, why);

    assert(store->mode == STORE_WRITE);
    if (!status && !found)
        return failure_say(why, STATUS_MISSING, "there is no series of a meter \"%.40s\"", name->meter);
    return status ? status : erase_places(store, &row, &blocks, why);
}

enum status store_account_erase(struct store *store, const char *name, struct failure *why)
{
    struct entry_key row, blocks;
    struct store_txn *txn = store_begin(store, STORE_READ);
    bool found = account_places(txn, &row, &blocks, name);
    enum status status = store_commit(txn, why);

    assert(store->mode == STORE_WRITE);
    if (!status && !found)
        return failure_say(why, STATUS_MISSING, "there is no account \"%.40s\"", name);
    return status ? status : erase_places(store, &row, &blocks, why);
}

enum status store_health_erase(struct store *store, enum payer payer, struct failure *why)
{
    struct entry_key lines;

    assert(store->mode == STORE_WRITE && !store->txn.open);
    health_place(&lines, payer);
    return erase_places(store, &lines, &lines, why);
}

/* ---- What is in no entry any more. */

enum status store_forget(struct store *store, struct failure *why)
{
    static const struct entry_key nothing = { .size = 1, .bytes = { TABLES } };

    assert(store->mode == STORE_WRITE && !store->txn.open);
    return erase_places(store, &nothing, &nothing, why);
}

/* ---- Everything. */

enum status store_destroy(const char *dir, struct failure *why)
{
    static const char *const endings[] = { ".old", ".new", "", "-lock" };
    struct store *store = calloc(1, sizeof *store);
    enum status status = store ? STATUS_OK : failure_say(why, STATUS_NOMEM, "erase: out of memory");
    char path[sizeof store->file + 8];
    int fd = -1, code = 0;

    if (status)
        return status;
    store->owner_fd = -1;
    snprintf(store->dir, sizeof store->dir, "%s", dir);
    snprintf(store->file, sizeof store->file, "%s/store.mdb", store->dir);
    status = env_own(store, why);
    if (!status && !alone(&fd, store->file))
        status = failure_say(why, STATUS_BUSY, "another program reads %.120s; nothing was erased, try again", store->file);
    for (size_t i = 0; i < ARRAY_SIZE(endings) && !status && !code; i++) {
        beside(path, sizeof path, store, endings[i]);
        code = file_wipe(path);
    }
    snprintf(path, sizeof path, "%s/owner.lock", store->dir);
    if (!status && !code && unlink(path) != 0)
        code = errno;
    if (code)
        status = env_explain_errno(store, code, "erase", why);
    if (fd >= 0)
        close(fd);
    if (store->owner_fd >= 0)
        close(store->owner_fd);
    free(store);
    return status;
}
