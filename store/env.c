/* env.c - the folder, the lock and the LMDB environment.
 *
 * A folder holds store.mdb (the tree), store.mdb-lock (LMDB's readers) and owner.lock (flock by the one writing process, with
 * its number for the sentence that refuses a second). A store is made under another name, synced, and renamed: where
 * store.mdb exists it is whole. Opening: head pages looked at, then mapped, then the whole tree walked, then head
 * entry and key checked, then layout brought up to date, then every secret read once.
 * Failure modes: no right, no space, another process, damage, another key, a newer layout: each is a sentence. */
#include "store/env.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t MAP_FIRST = (size_t)64 << 20, MAP_MOST = (size_t)1 << (sizeof(size_t) == 8 ? 40 : 30);

enum status env_explain_errno(const struct store *store, int code, const char *doing, struct failure *why)
{
    if (code == ENOMEM)
        return failure_say(why, STATUS_NOMEM, "%s: out of memory", doing);
    if (code == EACCES || code == EPERM || code == EROFS)
        return failure_say(why, STATUS_DENIED, "%s: no right to write in %.120s; make the folder yours or choose another",
                           doing, store->dir);
    if (code == ENOSPC || code == EDQUOT || code == EFBIG)
        return failure_say(why, STATUS_DISK,
                           "%s: the disk of %.120s is full; nothing confirmed is lost, free some space and try again", doing,
                           store->dir);
    if (code == ENOENT)
        return failure_say(why, STATUS_MISSING, "%s: there is no store in %.120s", doing, store->dir);
    return failure_say(why, STATUS_DISK, "%s: the disk of %.120s refused (%s); nothing confirmed is lost", doing, store->dir,
                       strerror(code));
}

enum status env_explain(const struct store *store, int code, const char *doing, struct failure *why)
{
    if (code > 0)
        return env_explain_errno(store, code, doing, why);
    if (code == MDB_TXN_FULL)
        return failure_say(why, STATUS_FULL, "%s: too much in one transaction", doing);
    if (code == MDB_READERS_FULL)
        return failure_say(why, STATUS_BUSY, "%s: too many programs read %.120s at once", doing, store->dir);
    if (code == MDB_VERSION_MISMATCH)
        return failure_say(why, STATUS_VERSION, "%s: %.120s was written by another version of LMDB", doing, store->file);
    if (code == MDB_PANIC)
        return failure_say(why, STATUS_DISK, "%s: the disk of %.120s refused an earlier write", doing, store->dir);
    return failure_say(why, STATUS_MALFORMED, "%s: %.120s is damaged (%s); restore your latest backup", doing, store->file,
                       mdb_strerror(code));
}

void env_stop(struct store *store)
{
    if (store->env)
        mdb_env_close(store->env);
    store->env = NULL;
}

/* Another process (the writer, seen by a reader) may have grown the file beyond our map. */
int env_begin(struct store *store, MDB_txn **out, bool writing)
{
    unsigned flags = writing ? 0 : MDB_RDONLY;
    int code = mdb_txn_begin(store->env, NULL, flags, out);

    if (code == MDB_MAP_RESIZED) {
        code = mdb_env_set_mapsize(store->env, 0);
        if (code)
            env_stop(store); /* LMDB has let go of the old map already */
        else
            code = mdb_txn_begin(store->env, NULL, flags, out);
    }
    if (code)
        *out = NULL;
    return code;
}

/* The tree as one snapshot sees it. A reader beside a fast writer may find that its snapshot's head page was replaced. */
static enum status env_check(struct store *store, struct failure *why)
{
    enum status status = STATUS_EARLY;
    MDB_txn *txn;
    int code;

    for (int tries = 0; tries < 10 && status == STATUS_EARLY; tries++) {
        code = env_begin(store, &txn, false);
        if (!code && (code = mdb_dbi_open(txn, NULL, 0, &store->dbi)) != 0)
            mdb_txn_abort(txn);
        if (code)
            return env_explain(store, code, "open", why);
        status = check_tree(store, mdb_txn_id(txn), why);
        mdb_txn_abort(txn);
    }
    if (status == STATUS_EARLY)
        return failure_say(why, STATUS_BUSY, "open: %.120s is written too fast to be checked, or damaged; try again", store->file);
    return status;
}

static int env_map(struct store *store)
{
    unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | (store->mode == STORE_READ ? MDB_RDONLY : 0) | (store->fresh ? MDB_NOLOCK : 0);
    int code = mdb_env_create(&store->env), dead;

    if (code) {
        store->env = NULL;
        return code;
    }
    code = mdb_env_set_mapsize(store->env, store->map_bytes);
    if (!code)
        code = mdb_env_open(store->env, store->file, flags, 0600);
    if (!code && !store->fresh)
        code = mdb_reader_check(store->env, &dead); /* tools that were killed hold old pages otherwise */
    return code;
}

/* Opens the tree at store->file, which must exist. */
enum status env_start(struct store *store, struct failure *why)
{
    enum status status = check_metas(store, why);
    int code;

    if (status)
        return status;
    code = env_map(store);
    status = code ? env_explain(store, code, "open", why) : env_check(store, why);
    if (status)
        env_stop(store);
    return status;
}

int env_grow(struct store *store)
{
    size_t larger = store->map_bytes * 2;
    MDB_envinfo info;
    int code = mdb_env_info(store->env, &info), dead;

    if (!code && info.me_mapsize > larger / 2)
        larger = info.me_mapsize * 2; /* a small wish was rounded up to what is in use */
    if (!code && larger > MAP_MOST)
        return ENOSPC; /* a household never gets here; MDB_MAP_FULL would make the caller ask again */
    if (!code)
        code = mdb_reader_check(store->env, &dead);
    if (!code && (code = mdb_env_set_mapsize(store->env, larger)) != 0)
        env_stop(store); /* as above */
    if (!code)
        store->map_bytes = larger;
    return code;
}

/* Takes the folder for this process, until it ends. */
enum status env_own(struct store *store, struct failure *why)
{
    char path[sizeof store->file], text[24];
    ssize_t size;

    snprintf(path, sizeof path, "%s/owner.lock", store->dir);
    store->owner_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->owner_fd < 0)
        return env_explain_errno(store, errno, "open", why);
    if (flock(store->owner_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return env_explain_errno(store, errno, "open", why);
        size = pread(store->owner_fd, text, sizeof text - 1, 0);
        text[size > 0 ? size : 0] = '\0';
        text[strspn(text, "0123456789")] = '\0';
        return failure_say(why, STATUS_BUSY,
                           "%.120s is in use by another coopair (process %s); use that one, stop it, or choose another folder",
                           store->dir, text[0] ? text : "unknown");
    }
    snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(store->owner_fd, 0) != 0 || pwrite(store->owner_fd, text, strlen(text), 0) < 0)
        return env_explain_errno(store, errno, "open", why);
    return STATUS_OK;
}

static enum status folder_sync(const struct store *store, struct failure *why)
{
    int fd = open(store->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code = fd < 0 || fsync(fd) != 0 ? errno : 0;

    if (fd >= 0)
        close(fd);
    return code ? env_explain_errno(store, code, "create", why) : STATUS_OK;
}

enum status env_create(struct store *store, enum status (*fill)(void *arg, struct store *fresh, struct failure *why), void *arg,
                       struct failure *why)
{
    char final[sizeof store->file];
    enum status status;
    int code;

    memcpy(final, store->file, sizeof final);
    snprintf(store->file, sizeof store->file, "%s/store.mdb.new", store->dir);
    store->fresh = true;
    code = unlink(store->file) != 0 && errno != ENOENT ? errno : env_map(store);
    status = code ? env_explain(store, code, "create", why) : env_check(store, why);
    if (!status)
        status = store_migrate(store, store_steps, STORE_SCHEMA, why);
    if (!status && fill)
        status = fill(arg, store, why);
    env_stop(store);
    if (!status && rename(store->file, final) != 0)
        status = env_explain_errno(store, errno, "create", why);
    if (status)
        unlink(store->file);
    memcpy(store->file, final, sizeof final);
    store->fresh = false;
    return status ? status : folder_sync(store, why);
}

/* A secret or a lock that silently reads as absent could make this home vote twice: all are read once at the start. */
static enum status settings_check(struct store *store, struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct entry_key all;
    struct bytes value;
    struct scan scan;

    key_start(&all, TABLE_SETTING);
    scan_start(&scan, &all, all.size);
    while (scan_next(txn, &scan, &value))
        ;
    scan_end(&scan);
    return store_commit(txn, why);
}

/* Holds the file as it is for as long as it is read: an erasure makes it anew, and overwrites what is mapped here (erase.c). */
static enum status reader_take(struct store *store, struct failure *why)
{
    store->owner_fd = open(store->file, O_RDONLY | O_CLOEXEC);
    if (store->owner_fd < 0)
        return env_explain_errno(store, errno, "open", why);
    if (flock(store->owner_fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return failure_say(why, STATUS_BUSY, "open: something is being erased from %.120s; try again", store->file);
    return STATUS_OK; /* a disk without such locks has one program at a time */
}

static enum status store_prepare(struct store *store, const uint8_t key[STORE_KEY_SIZE], struct failure *why)
{
    struct stat found;
    enum status status;

    if (sodium_init() < 0 || !(store->keys = sodium_malloc(sizeof *store->keys)))
        return failure_say(why, STATUS_NOMEM, "open: out of memory");
    store_keys_init(store->keys, key);
    if (store->mode == STORE_WRITE) {
        if (mkdir(store->dir, 0700) != 0 && errno != EEXIST)
            return env_explain_errno(store, errno, "create", why);
        status = env_own(store, why);
        if (!status)
            status = erase_finish(store, why);
        if (!status && stat(store->file, &found) != 0)
            status = errno == ENOENT ? env_create(store, NULL, NULL, why) : env_explain_errno(store, errno, "open", why);
        if (status)
            return status;
    }
    status = store->mode == STORE_READ ? reader_take(store, why) : STATUS_OK;
    if (!status)
        status = env_start(store, why);
    if (!status)
        status = store_migrate(store, store_steps, STORE_SCHEMA, why);
    return status ? status : settings_check(store, why);
}

enum status store_open_sized(struct store **out, const char *dir, const uint8_t key[STORE_KEY_SIZE], enum store_mode mode,
                             size_t map_bytes, struct failure *why)
{
    struct store *store = calloc(1, sizeof *store);
    enum status status;

    *out = NULL;
    if (!store)
        return failure_say(why, STATUS_NOMEM, "open: out of memory");
    store->mode = mode;
    store->map_bytes = map_bytes;
    store->owner_fd = -1;
    if (strlen(dir) >= sizeof store->dir) {
        status = failure_say(why, STATUS_DENIED, "open: the name of the folder is too long");
    } else {
        snprintf(store->dir, sizeof store->dir, "%s", dir);
        snprintf(store->file, sizeof store->file, "%s/store.mdb", dir);
        status = store_prepare(store, key, why);
    }
    if (status)
        store_close(store);
    else
        *out = store;
    return status;
}

enum status store_open(struct store **out, const char *dir, const uint8_t key[STORE_KEY_SIZE], enum store_mode mode,
                       struct failure *why)
{
    return store_open_sized(out, dir, key, mode, MAP_FIRST, why);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    assert(!store->txn.open);
    env_stop(store);
    buffer_clear(&store->txn.plain);
    buffer_clear(&store->txn.log);
    if (store->owner_fd >= 0)
        close(store->owner_fd);
    sodium_free(store->keys); /* wipes */
    free(store);
}
