/* backup_file.c - see backup.h for the form of the file.
 *
 * The passphrase is stretched with argon2id, whose cost stands in the head, within bounds: a stranger's file
 * must not take the machine's memory. The recovery key is the secret of the key file. From either come the
 * key of the stream and a check, both over the head, so that a wrong passphrase and an altered file are told
 * apart. Failure modes: no memory for argon2id, a disk that refuses, a file that is none of ours, was cut or
 * altered. */
#include "node/care/backup_file.h"

#include "node/tongue/tongue.h"

#include "crypto/labels.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint8_t MAGIC[16] = "coopair backup 1";
/* A second on a small machine; at most what a machine with 1 GiB can be asked for. */
enum { PASSES = 4, KIB = 64 << 10, PASSES_MOST = 16, KIB_LEAST = 8 << 10, KIB_MOST = 512 << 10 };
enum {
    AT_LOCK = 16,
    AT_PASSES = 17,
    AT_KIB = 21,
    AT_SALT = 25,
    AT_CHECK = BACKUP_KEYED,
    AT_NONCE = BACKUP_KEYED + BACKUP_CHECK_SIZE
};

struct backup_file *backup_file_new(int fd, const char *path)
{
    struct backup_file *file = malloc(sizeof *file);

    if (!file) {
        close(fd);
        return NULL;
    }
    sodium_memzero(file, sizeof *file);
    file->fd = fd;
    file->path = path;
    return file;
}

void backup_file_free(struct backup_file *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    sodium_memzero(file, sizeof *file);
    free(file);
}

enum status backup_fail(struct backup_file *file, enum status status, const char *format, ...)
{
    va_list args;

    if (file->status)
        return file->status;
    va_start(args, format);
    vsnprintf(file->why.text, sizeof file->why.text, format, args);
    va_end(args);
    return file->status = status;
}

/* ---- Keys. */

static enum status stretch(struct backup_file *file, uint8_t root[KEY_SIZE], struct bytes passphrase)
{
    size_t bytes = (size_t)be32_read(file->head + AT_KIB) * 1024;

    if (crypto_pwhash(root, KEY_SIZE, (const char *)passphrase.data, passphrase.size, file->head + AT_SALT,
                      be32_read(file->head + AT_PASSES), bytes, crypto_pwhash_ALG_ARGON2ID13) == 0)
        return STATUS_OK;
    return backup_fail(file, STATUS_NOMEM,
                       _("making a key from the passphrase takes %zu MiB of memory; there is not that much"),
                       bytes >> 20);
}

/* The key of the stream and the check, from a head that is filled in up to there. */
static enum status keys_make(struct backup_file *file, uint8_t stream[KEY_SIZE], uint8_t check[KEY_SIZE],
                             const struct backup_key *key)
{
    struct bytes part = { file->head, BACKUP_KEYED };
    uint8_t root[KEY_SIZE];
    enum status status = STATUS_OK;

    if (key->lock == BACKUP_PASSPHRASE)
        status = stretch(file, root, key->passphrase);
    else
        memcpy(root, key->secret, KEY_SIZE);
    if (!status) {
        derive_key(stream, root, LABEL_BACKUP_KEY, &part, 1);
        derive_key(check, root, LABEL_BACKUP_CHECK, &part, 1);
    }
    sodium_memzero(root, sizeof root);
    return status;
}

/* ---- Writing. */

static void write_all(struct backup_file *file, const uint8_t *data, size_t size)
{
    while (size > 0 && !file->status) {
        ssize_t done = write(file->fd, data, size);

        if (done < 0 && errno != EINTR)
            backup_fail(file, STATUS_DISK, _("write %.150s: %s"), file->path, strerror(errno));
        if (done > 0) {
            data += done;
            size -= (size_t)done;
            file->bytes += (uint64_t)done;
        }
    }
}

void backup_begin(struct backup_file *file, const struct backup_key *key)
{
    uint8_t stream[KEY_SIZE];

    memcpy(file->head, MAGIC, sizeof MAGIC);
    file->head[AT_LOCK] = (uint8_t)key->lock;
    be32_write(file->head + AT_PASSES, key->lock == BACKUP_PASSPHRASE ? PASSES : 0);
    be32_write(file->head + AT_KIB, key->lock == BACKUP_PASSPHRASE ? KIB : 0);
    randombytes_buf(file->head + AT_SALT, crypto_pwhash_SALTBYTES);
    if (keys_make(file, stream, file->head + AT_CHECK, key))
        return;
    crypto_secretstream_xchacha20poly1305_init_push(&file->state, file->head + AT_NONCE, stream);
    sodium_memzero(stream, sizeof stream);
    write_all(file, file->head, BACKUP_HEAD);
}

static void chunk_write(struct backup_file *file, uint8_t tag)
{
    unsigned long long size;

    crypto_secretstream_xchacha20poly1305_push(&file->state, file->sealed, &size, file->plain, file->used,
                                               file->head, BACKUP_HEAD, tag);
    write_all(file, file->sealed, (size_t)size);
    file->used = 0;
}

void backup_put(struct backup_file *file, const void *data, size_t size)
{
    for (const uint8_t *at = data; size > 0 && !file->status;) {
        size_t part = BACKUP_CHUNK - file->used < size ? BACKUP_CHUNK - file->used : size;

        memcpy(file->plain + file->used, at, part);
        file->used += part;
        at += part;
        size -= part;
        if (file->used == BACKUP_CHUNK)
            chunk_write(file, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    }
}

void backup_end(struct backup_file *file)
{
    int fd = file->fd;

    if (!file->status)
        chunk_write(file, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
    if (!file->status && fsync(fd) != 0)
        backup_fail(file, STATUS_DISK, _("write %.150s: %s"), file->path, strerror(errno));
    file->fd = -1;
    if (close(fd) != 0)
        backup_fail(file, STATUS_DISK, _("write %.150s: %s"), file->path, strerror(errno));
}

/* ---- Reading. */

/* As many bytes as there are, up to size. */
static size_t read_some(struct backup_file *file, uint8_t *out, size_t size)
{
    size_t got = 0;

    while (got < size && !file->status) {
        ssize_t more = read(file->fd, out + got, size - got);

        if (more == 0)
            break;
        if (more < 0 && errno != EINTR)
            backup_fail(file, STATUS_DISK, _("read %.150s: %s"), file->path, strerror(errno));
        got += more > 0 ? (size_t)more : 0;
    }
    file->bytes += got;
    return got;
}

static bool head_fits(const uint8_t *head)
{
    uint32_t passes = be32_read(head + AT_PASSES), kib = be32_read(head + AT_KIB);

    if (head[AT_LOCK] == BACKUP_RECOVERY)
        return passes == 0 && kib == 0;
    return head[AT_LOCK] == BACKUP_PASSPHRASE && passes > 0 && passes <= PASSES_MOST && kib >= KIB_LEAST &&
           kib <= KIB_MOST;
}

void backup_open(struct backup_file *file)
{
    size_t got = read_some(file, file->head, BACKUP_HEAD);

    if (got < sizeof MAGIC || memcmp(file->head, MAGIC, sizeof MAGIC - 1) != 0)
        backup_fail(file, STATUS_MALFORMED, _("%.150s is not a backup made by coopair"), file->path);
    else if (file->head[sizeof MAGIC - 1] != MAGIC[sizeof MAGIC - 1])
        backup_fail(file, STATUS_VERSION, _("%.150s was made by another version of coopair"), file->path);
    else if (got < BACKUP_HEAD)
        backup_fail(file, STATUS_FORGED, _("%.150s was cut off: it is not whole"), file->path);
    else if (!head_fits(file->head))
        backup_fail(file, STATUS_FORGED, _("the head of %.150s was altered"), file->path);
}

enum backup_lock backup_file_lock(const struct backup_file *file)
{
    return (enum backup_lock)file->head[AT_LOCK];
}

void backup_unlock(struct backup_file *file, const struct backup_key *key)
{
    uint8_t stream[KEY_SIZE], check[KEY_SIZE];

    if (file->status)
        return;
    if (key->lock != backup_file_lock(file)) {
        backup_fail(file, STATUS_DENIED, _("%.150s is locked with %s"), file->path,
                    backup_file_lock(file) == BACKUP_PASSPHRASE ? _("a passphrase")
                                                                : _("the recovery sheet of its home"));
        return;
    }
    if (keys_make(file, stream, check, key))
        return;
    if (sodium_memcmp(check, file->head + AT_CHECK, BACKUP_CHECK_SIZE) != 0)
        backup_fail(file, STATUS_FORGED, _("%s does not open %.120s, or its first bytes were altered"),
                    key->lock == BACKUP_PASSPHRASE ? _("this passphrase") : _("this recovery sheet"), file->path);
    else if (crypto_secretstream_xchacha20poly1305_init_pull(&file->state, file->head + AT_NONCE, stream) !=
             0)
        backup_fail(file, STATUS_FORGED, _("the head of %.150s was altered"), file->path);
    sodium_memzero(stream, sizeof stream);
    sodium_memzero(check, sizeof check);
}

static void chunk_read(struct backup_file *file)
{
    size_t got = read_some(file, file->sealed, BACKUP_SEALED);
    unsigned long long size;
    unsigned char tag;

    if (file->status)
        return;
    if (got == 0)
        backup_fail(file, STATUS_FORGED, _("%.150s was cut off: it is not whole"), file->path);
    else if (crypto_secretstream_xchacha20poly1305_pull(&file->state, file->plain, &size, &tag, file->sealed,
                                                        got, file->head, BACKUP_HEAD) != 0)
        backup_fail(file, STATUS_FORGED, _("%.150s was cut off or altered around byte %llu"), file->path,
                    (unsigned long long)(file->bytes - got));
    else {
        file->used = 0;
        file->size = (size_t)size;
        file->last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    }
}

void backup_take(struct backup_file *file, void *out, size_t size)
{
    for (uint8_t *at = out; size > 0 && !file->status;) {
        size_t part = file->size - file->used < size ? file->size - file->used : size;

        memcpy(at, file->plain + file->used, part);
        file->used += part;
        at += part;
        size -= part;
        if (size > 0 && file->last)
            backup_fail(file, STATUS_FORGED, _("%.150s ends too early inside"), file->path);
        else if (size > 0)
            chunk_read(file);
    }
}

void backup_closed(struct backup_file *file)
{
    uint8_t more;

    while (!file->status && !file->last && file->used == file->size)
        chunk_read(file);
    if (!file->status && (file->used != file->size || read_some(file, &more, 1) > 0))
        backup_fail(file, STATUS_FORGED, _("%.150s has more in it than a backup has"), file->path);
}
