/* backup.c - a home into one file, and back.
 *
 * Writing: the store is opened for reading beside whoever runs, and one snapshot of it goes entry by entry
 * into a file beside the target, which is synced and renamed. Restoring reads the file twice: once to the end
 * without making anything, each entry opened under the key that the file brings; then into a new home
 * (bring_back.h). Failure modes: a damaged entry ends the backup, and the one before stays; a clock that is
 * before the backup was made is refused, since the mark against a second vote is a time. */
#include "node/care/backup.h"

#include "node/care/backup_file.h"
#include "node/care/bring_back.h"
#include "node/home/home.h"
#include "node/tongue/tongue.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ENTRY_KEY_MOST = 255,
    ENTRY_VALUE_MOST = STORE_VALUE_MAX + 256, /* and what sealing adds */
    BATCH_BYTES = 4 << 20,                    /* of one transaction */
    CLOCK_SLACK_MS = 24 * 3600 * 1000,
};

/* ---- Writing. */

struct saving {
    struct backup_file *file;
    uint64_t entries;
};

static bool save_entry(void *arg, const struct store_entry *entry)
{
    struct saving *saving = arg;
    uint8_t head[6];

    be16_write(head, (uint16_t)entry->key.size);
    be32_write(head + 2, (uint32_t)entry->value.size);
    backup_put(saving->file, head, sizeof head);
    backup_put(saving->file, entry->key.data, entry->key.size);
    backup_put(saving->file, entry->value.data, entry->value.size);
    saving->entries++;
    return !saving->file->status;
}

static enum status save_store(struct saving *saving, const char *home, const uint8_t secret[KEY_SIZE],
                              struct failure *why)
{
    uint8_t seed[KEY_SIZE], store_key[KEY_SIZE], end[10] = { 0 };
    struct store *store;
    struct store_txn *txn;
    enum status status;

    home_keys_of(secret, seed, store_key);
    sodium_memzero(seed, sizeof seed);
    status = store_open(&store, home, store_key, STORE_READ, why);
    sodium_memzero(store_key, sizeof store_key);
    if (status)
        return status;
    txn = store_begin(store, STORE_READ);
    store_entry_scan(txn, save_entry, saving);
    status = store_commit(txn, why);
    store_close(store);
    be64_write(end + 2, saving->entries);
    backup_put(saving->file, end, sizeof end);
    return status;
}

/* Everything into the file that is open beside. */
static enum status save_all(struct saving *saving, const char *home, const struct backup_key *key,
                            uint64_t now_ms, struct failure *why)
{
    struct backup_key own = *key;
    uint8_t *secret = sodium_malloc(KEY_SIZE), made[8];
    enum status status =
        secret ? home_secret(home, secret, why) : failure_say(why, STATUS_NOMEM, _("backup: out of memory"));

    if (!status) {
        own.secret = secret;
        be64_write(made, now_ms);
        backup_begin(saving->file, &own);
        backup_put(saving->file, made, sizeof made);
        backup_put(saving->file, secret, KEY_SIZE);
        status = save_store(saving, home, secret, why);
    }
    sodium_free(secret);
    backup_end(saving->file);
    if (!status && saving->file->status)
        status = failure_say(why, saving->file->status, "%s", saving->file->why.text);
    return status;
}

/* What has this name may be replaced only if it is a backup. */
static enum status may_replace(const char *path, struct failure *why)
{
    enum backup_lock lock;
    struct stat found;
    struct failure other;

    if (lstat(path, &found) != 0)
        return STATUS_OK;
    if (!S_ISREG(found.st_mode) || backup_lock_of(&lock, path, &other) == STATUS_MALFORMED)
        return failure_say(why, STATUS_EXISTS, _("%.150s is there and is not a backup; nothing was changed"),
                           path);
    return STATUS_OK;
}

static enum status explain(struct failure *why, const char *path)
{
    return failure_say(why, errno == EACCES || errno == EPERM || errno == EROFS ? STATUS_DENIED : STATUS_DISK,
                       _("write %.150s: %s"), path, strerror(errno));
}

static bool folder_sync(const char *path)
{
    char *copy = strdup(path);
    int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool done = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

    if (fd >= 0)
        close(fd);
    free(copy);
    return done;
}

static enum status write_beside(struct backup_facts *out, char *beside, const char *path, const char *home,
                                const struct backup_key *key, uint64_t now_ms, struct failure *why)
{
    int fd = mkostemp(beside, O_CLOEXEC); /* 0600 */
    struct saving saving = { NULL, 0 };
    enum status status;

    if (fd < 0)
        return explain(why, path);
    saving.file = backup_file_new(fd, path);
    status = saving.file ? save_all(&saving, home, key, now_ms, why)
                         : failure_say(why, STATUS_NOMEM, _("backup: out of memory"));
    if (!status)
        *out = (struct backup_facts){ now_ms, saving.entries, saving.file->bytes };
    backup_file_free(saving.file);
    if (!status && rename(beside, path) != 0)
        status = explain(why, path);
    if (status)
        unlink(beside);
    else if (!folder_sync(path))
        status = explain(why, path);
    return status;
}

enum status backup_write(struct backup_facts *out, const char *path, const char *home,
                         const struct backup_key *key, uint64_t now_ms, struct failure *why)
{
    size_t room = strlen(path) + sizeof ".XXXXXX";
    char *beside = malloc(room);
    enum status status;

    if (!beside)
        return failure_say(why, STATUS_NOMEM, _("backup: out of memory"));
    snprintf(beside, room, "%s.XXXXXX", path);
    status = may_replace(path, why);
    if (!status)
        status = write_beside(out, beside, path, home, key, now_ms, why);
    free(beside);
    return status;
}

/* ---- Reading. */

static struct backup_file *file_open(const char *path, enum status *status, struct failure *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct backup_file *file;

    if (fd < 0) {
        *status = failure_say(why, errno == ENOENT ? STATUS_MISSING : STATUS_DISK, _("read %.150s: %s"), path,
                              strerror(errno));
        return NULL;
    }
    file = backup_file_new(fd, path);
    if (!file) {
        *status = failure_say(why, STATUS_NOMEM, _("restore: out of memory"));
        return NULL;
    }
    backup_open(file);
    return file;
}

/* Says the file's failure, if it has one, and ends with it. */
static enum status file_close(struct backup_file *file, enum status status, struct failure *why)
{
    if (!status && file->status)
        status = failure_say(why, file->status, "%s", file->why.text);
    backup_file_free(file);
    return status;
}

enum status backup_lock_of(enum backup_lock *out, const char *path, struct failure *why)
{
    enum status status = STATUS_OK;
    struct backup_file *file = file_open(path, &status, why);

    if (!file)
        return status;
    *out = backup_file_lock(file);
    return file_close(file, STATUS_OK, why);
}

struct restoring {
    const char *path;
    const struct backup_key *key;
    uint8_t secret[KEY_SIZE], store_key[KEY_SIZE];
    uint8_t entry_key[ENTRY_KEY_MOST], *value;
    struct backup_facts facts;
    struct store *store; /* NULL: the first reading, which only looks */
    struct store_txn *txn;
    size_t batch;
};

static void begin_take(struct restoring *r, struct backup_file *file)
{
    uint8_t made[8], seed[KEY_SIZE];

    backup_unlock(file, r->key);
    backup_take(file, made, sizeof made);
    backup_take(file, r->secret, KEY_SIZE);
    if (file->status)
        return;
    r->facts.made_ms = be64_read(made);
    r->facts.entries = 0;
    home_keys_of(r->secret, seed, r->store_key);
    sodium_memzero(seed, sizeof seed);
}

/* false: that was the last, or the file has failed. */
static bool entry_take(struct restoring *r, struct backup_file *file, struct store_entry *entry)
{
    uint8_t sizes[6] = { 0 };
    size_t key_size, value_size;

    backup_take(file, sizes, 2);
    key_size = be16_read(sizes);
    if (file->status || key_size == 0)
        return false;
    backup_take(file, sizes + 2, 4);
    value_size = be32_read(sizes + 2);
    if (!file->status && (key_size > ENTRY_KEY_MOST || value_size > ENTRY_VALUE_MOST))
        backup_fail(file, STATUS_FORGED, _("%.150s has an entry of an impossible size"), r->path);
    backup_take(file, r->entry_key, key_size);
    backup_take(file, r->value, value_size);
    *entry = (struct store_entry){ { r->entry_key, key_size }, { r->value, value_size } };
    r->facts.entries++;
    return !file->status;
}

static void entry_keep(struct restoring *r, struct backup_file *file, const struct store_entry *entry)
{
    struct failure why = { .text = "" };
    enum status status = store_entry_check(r->store_key, entry, &why);

    if (!status && r->store) {
        store_entry_put(r->txn, entry);
        r->batch += entry->value.size;
        if (r->batch >= BATCH_BYTES) {
            status = store_commit(r->txn, &why);
            r->txn = store_begin(r->store, STORE_WRITE);
            r->batch = 0;
        }
    }
    if (status)
        backup_fail(file, status, "%s", why.text);
}

/* The whole file, once. */
static enum status read_through(struct restoring *r, struct failure *why)
{
    enum status status = STATUS_OK;
    struct backup_file *file = file_open(r->path, &status, why);
    struct store_entry entry;
    uint8_t count[8] = { 0 };

    if (!file)
        return status;
    begin_take(r, file);
    while (entry_take(r, file, &entry))
        entry_keep(r, file, &entry);
    backup_take(file, count, sizeof count);
    backup_closed(file);
    if (!file->status && be64_read(count) != r->facts.entries)
        backup_fail(file, STATUS_FORGED, _("%.150s lacks some of its entries"), r->path);
    r->facts.bytes = file->bytes;
    return file_close(file, STATUS_OK, why);
}

static enum status fill(void *arg, struct store *store, struct failure *why)
{
    struct restoring *r = arg;
    enum status status;

    r->store = store;
    r->txn = store_begin(store, STORE_WRITE);
    status = read_through(r, why);
    if (status)
        store_abort(r->txn);
    else
        status = store_commit(r->txn, why);
    return status;
}

static enum status clock_check(const struct restoring *r, uint64_t now_ms, struct failure *why)
{
    if (r->facts.made_ms <= now_ms + CLOCK_SLACK_MS)
        return STATUS_OK;
    return failure_say(why, STATUS_DENIED,
                       _("by the clock of this machine the backup is not made yet: set the clock right first "
                       "(timedatectl set-ntp true)"));
}

static enum status restore(struct restoring *r, const char *home, uint64_t now_ms, struct failure *why)
{
    struct bring_back what = { .secret = r->secret, .now_ms = now_ms, .fill = fill, .arg = r };
    uint8_t secret[KEY_SIZE];
    enum status status = bring_back_free(home, why);

    if (!status)
        status = read_through(r, why);
    if (!status)
        status = clock_check(r, now_ms, why);
    if (!status) {
        memcpy(secret, r->secret, sizeof secret);
        what.secret = secret; /* the second reading brings it again; another would not open its entries */
        what.backup_ms = r->facts.made_ms;
        status = bring_back(home, &what, why);
        sodium_memzero(secret, sizeof secret);
    }
    return status;
}

enum status backup_restore(struct backup_facts *out, const char *path, const char *home,
                           const struct backup_key *key, uint64_t now_ms, struct failure *why)
{
    struct restoring *r = sodium_malloc(sizeof *r);
    enum status status;

    if (!r)
        return failure_say(why, STATUS_NOMEM, _("restore: out of memory"));
    sodium_memzero(r, sizeof *r);
    r->path = path;
    r->key = key;
    r->value = malloc(ENTRY_VALUE_MOST);
    status =
        r->value ? restore(r, home, now_ms, why) : failure_say(why, STATUS_NOMEM, _("restore: out of memory"));
    *out = r->facts;
    free(r->value);
    sodium_free(r);
    return status;
}
