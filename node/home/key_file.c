/* key_file.c - see key_file.h.
 *
 * Happy path: a new file is written beside, synced, and takes the name; then what was the file is overwritten.
 * The lock is on the folder, so that no two programs write beside at once. Failure modes: no right to it, a
 * file readable by others or of another size, a passphrase that is not there or wrong, too little memory for
 * argon2id; each leaves the key file as it was. */
#include "node/home/key_file.h"

#include "node/home/passphrase.h"
#include "node/tongue/tongue.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* As for backups: 64 MiB is what RFC 9106 gives machines of little memory (its second choice, with 3 passes), and
 * leaves a board of 1 GiB able to open its home; 4 passes take about a second there. */
enum { PASSES = 4, KIB = 64 << 10, PASSES_MOST = 16, KIB_LEAST = 8 << 10, KIB_MOST = 512 << 10 };
enum {
    AT_PASSES = 8,
    AT_KIB = 12,
    AT_SALT = 16,
    AT_NONCE = AT_SALT + crypto_pwhash_SALTBYTES,
    AT_SECRET = AT_NONCE + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    SEALED_SIZE = AT_SECRET + KEY_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES,
    PLAIN_SIZE = KEY_SIZE,
    PWHASH_DEPTH = 8192 /* of the stack, on which libsodium leaves what it hashed */
};
static const uint8_t MAGIC[AT_PASSES] = "coopkey1";

void home_file_path(char out[FILE_PATH_MAX], const char *home, const char *name)
{
    snprintf(out, FILE_PATH_MAX, "%.*s/%s", HOME_PATH_MAX, home, name);
}

enum status home_explain(struct failure *why, const char *doing, const char *path, int code)
{
    if (code == EACCES || code == EPERM || code == EROFS)
        return failure_say(why, STATUS_DENIED,
                           _("%s %.150s: no right to; make it yours or choose another --home"), doing, path);
    return failure_say(why, STATUS_DISK, "%s %.150s: %s", doing, path, strerror(code));
}

int home_folder_sync(const char *home)
{
    int fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code = fd < 0 || fsync(fd) != 0 ? errno : 0;

    if (fd >= 0)
        close(fd);
    return code;
}

/* ---- Sealing. */

static enum status stretch(uint8_t key[KEY_SIZE], const uint8_t *head, struct bytes passphrase,
                           struct failure *why)
{
    size_t bytes = (size_t)be32_read(head + AT_KIB) * 1024;
    bool made = crypto_pwhash(key, KEY_SIZE, (const char *)passphrase.data, passphrase.size, head + AT_SALT,
                              be32_read(head + AT_PASSES), bytes, crypto_pwhash_ALG_ARGON2ID13) == 0;

    sodium_stackzero(PWHASH_DEPTH);
    if (made)
        return STATUS_OK;
    return failure_say(why, STATUS_NOMEM,
                       _("making a key from the passphrase takes %zu MiB of memory; there is not that much"),
                       bytes >> 20);
}

static enum status seal(uint8_t out[SEALED_SIZE], const uint8_t secret[KEY_SIZE], struct bytes passphrase,
                        struct failure *why)
{
    uint8_t key[KEY_SIZE];
    enum status status;

    memcpy(out, MAGIC, sizeof MAGIC);
    be32_write(out + AT_PASSES, PASSES);
    be32_write(out + AT_KIB, KIB);
    randombytes_buf(out + AT_SALT, AT_SECRET - AT_SALT);
    status = stretch(key, out, passphrase, why);
    if (!status)
        crypto_aead_xchacha20poly1305_ietf_encrypt(out + AT_SECRET, NULL, secret, KEY_SIZE, out, AT_SECRET,
                                                   NULL, out + AT_NONCE, key);
    sodium_memzero(key, sizeof key);
    return status;
}

static enum status unseal(uint8_t secret[KEY_SIZE], const uint8_t in[SEALED_SIZE], const char *home,
                          struct bytes passphrase, struct failure *why)
{
    uint32_t passes = be32_read(in + AT_PASSES), kib = be32_read(in + AT_KIB);
    uint8_t key[KEY_SIZE];
    enum status status;

    if (memcmp(in, MAGIC, sizeof MAGIC) != 0 || passes < 1 || passes > PASSES_MOST || kib < KIB_LEAST ||
        kib > KIB_MOST)
        return failure_say(why, STATUS_MALFORMED,
                           _("the key file in %.150s is not one that this version knows; restore your latest backup"),
                           home);
    status = stretch(key, in, passphrase, why);
    if (!status && crypto_aead_xchacha20poly1305_ietf_decrypt(secret, NULL, NULL, in + AT_SECRET,
                                                              SEALED_SIZE - AT_SECRET, in, AT_SECRET,
                                                              in + AT_NONCE, key) != 0)
        status = failure_say(why, STATUS_DENIED,
                             _("that is not the passphrase of the home in %.120s; nothing was opened"), home);
    sodium_memzero(key, sizeof key);
    return status;
}

/* What the file is to hold; plain when there is no passphrase. */
struct key_bytes {
    uint8_t data[SEALED_SIZE];
    size_t size;
};

static enum status bytes_make(struct key_bytes *out, const uint8_t secret[KEY_SIZE], struct bytes passphrase,
                              struct failure *why)
{
    out->size = passphrase.size > 0 ? SEALED_SIZE : PLAIN_SIZE;
    if (passphrase.size > 0)
        return seal(out->data, secret, passphrase, why);
    memcpy(out->data, secret, PLAIN_SIZE);
    return STATUS_OK;
}

/* ---- Writing. All return an errno. */

static int overwrite(int fd)
{
    static const uint8_t zeros[SEALED_SIZE];
    struct stat found;

    if (fstat(fd, &found) != 0)
        return errno;
    if (found.st_size > SEALED_SIZE)
        return EFBIG; /* not ours */
    if (pwrite(fd, zeros, (size_t)found.st_size, 0) != found.st_size || fsync(fd) != 0)
        return errno ? errno : EIO;
    return 0;
}

static int wipe(const char *home, const char *name)
{
    char path[FILE_PATH_MAX];
    int fd, code;

    home_file_path(path, home, name);
    fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : errno;
    code = overwrite(fd);
    close(fd);
    return !code && unlink(path) != 0 ? errno : code;
}

int key_file_wipe(const char *home)
{
    int code = wipe(home, "key.new");

    return code ? code : wipe(home, "key");
}

/* HOME/key.new, whole and on the disk; the folder is locked, so what has that name is left by a kill. */
static int write_beside(const char *home, const struct key_bytes *bytes)
{
    char path[FILE_PATH_MAX];
    int fd, code = wipe(home, "key.new");

    if (code)
        return code;
    home_file_path(path, home, "key.new");
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    errno = 0;
    if (write(fd, bytes->data, bytes->size) != (ssize_t)bytes->size)
        code = errno ? errno : ENOSPC;
    if (!code && fsync(fd) != 0)
        code = errno;
    close(fd);
    if (code)
        wipe(home, "key.new");
    return code;
}

static int folder_lock(const char *home, int *fd)
{
    *fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        return errno;
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    close(*fd);
    return errno == EWOULDBLOCK ? EBUSY : errno;
}

/* In place of what is there, which may be nothing. */
static int put(const char *home, const struct key_bytes *bytes, bool fresh)
{
    char beside[FILE_PATH_MAX], final[FILE_PATH_MAX];
    int lock, old = -1, code = folder_lock(home, &lock);

    if (code)
        return code;
    home_file_path(beside, home, "key.new");
    home_file_path(final, home, "key");
    code = write_beside(home, bytes);
    if (!code && !fresh)
        old = open(final, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (!code && (fresh ? link(beside, final) : old < 0 ? -1 : rename(beside, final)) != 0) {
        code = errno;
        wipe(home, "key.new");
    }
    if (!code && fresh)
        unlink(beside);
    if (!code)
        code = home_folder_sync(home);
    if (!code && old >= 0)
        code = overwrite(old); /* only now: until the new name is on the disk the old file may come back */
    if (old >= 0)
        close(old);
    close(lock);
    return code;
}

static enum status put_explained(const char *home, const struct key_bytes *bytes, bool fresh,
                                 struct failure *why)
{
    int code = put(home, bytes, fresh);

    if (code == EEXIST)
        return failure_say(why, STATUS_EXISTS, _("there is a home in %.150s already; nothing was changed"),
                           home);
    if (code == EBUSY)
        return failure_say(why, STATUS_BUSY, _("another program is changing the key of %.150s; try again"),
                           home);
    return code ? home_explain(why, _("write the key in"), home, code) : STATUS_OK;
}

enum status key_file_make(const char *home, const uint8_t secret[KEY_SIZE], struct bytes passphrase,
                          struct failure *why)
{
    struct key_bytes bytes;
    enum status status = bytes_make(&bytes, secret, passphrase, why);

    if (!status)
        status = put_explained(home, &bytes, true, why);
    sodium_memzero(&bytes, sizeof bytes);
    return status;
}

enum status home_reseal(const char *home, struct bytes passphrase, struct failure *why)
{
    uint8_t *secret = sodium_init() < 0 ? NULL : sodium_malloc(KEY_SIZE);
    struct key_bytes bytes;
    enum status status = secret ? home_secret(home, secret, why)
                                : failure_say(why, STATUS_NOMEM, _("read the key: out of memory"));

    if (!status)
        status = bytes_make(&bytes, secret, passphrase, why);
    if (!status)
        status = put_explained(home, &bytes, false, why);
    sodium_memzero(&bytes, sizeof bytes);
    sodium_free(secret);
    return status;
}

/* ---- Reading. */

/* An open key file that is ours alone. */
static enum status key_open(int *fd, size_t *size, const char *home, struct failure *why)
{
    char path[FILE_PATH_MAX];
    struct stat found;

    home_file_path(path, home, "key");
    *fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return failure_say(why, STATUS_MISSING, _("there is no home in %.150s; make one with: coopair init"),
                           home);
    if (*fd < 0)
        return home_explain(why, _("read"), path, errno);
    if (fstat(*fd, &found) != 0)
        return home_explain(why, _("read"), path, errno);
    if (!S_ISREG(found.st_mode) || found.st_uid != geteuid() || (found.st_mode & 077))
        return failure_say(why, STATUS_DENIED,
                           _("%.110s must be a file that only you may read: chmod 600 %.80s"), path, path);
    if (found.st_size != PLAIN_SIZE && found.st_size != SEALED_SIZE)
        return failure_say(why, STATUS_MALFORMED,
                           _("%.150s is not a key file (%lld bytes); restore your latest backup"), path,
                           (long long)found.st_size);
    *size = (size_t)found.st_size;
    return STATUS_OK;
}

enum status home_sealed(bool *out, const char *home, struct failure *why)
{
    size_t size = 0;
    int fd;
    enum status status = key_open(&fd, &size, home, why);

    if (fd >= 0)
        close(fd);
    *out = size == SEALED_SIZE;
    return status;
}

enum status home_check(const char *home, struct failure *why)
{
    bool sealed;

    return home_sealed(&sealed, home, why);
}

static enum status open_sealed(uint8_t secret[KEY_SIZE], const uint8_t in[SEALED_SIZE], const char *home,
                               struct failure *why)
{
    struct typed passphrase;
    enum status status = passphrase_find(&passphrase, home, why);

    if (!status)
        status = unseal(secret, in, home,
                        (struct bytes){ (const uint8_t *)passphrase.text, passphrase.size }, why);
    typed_clear(&passphrase);
    return status;
}

enum status home_secret(const char *home, uint8_t secret[KEY_SIZE], struct failure *why)
{
    struct key_bytes bytes = { .size = 0 };
    int fd;
    enum status status = key_open(&fd, &bytes.size, home, why);

    if (!status && read(fd, bytes.data, bytes.size) != (ssize_t)bytes.size)
        status = home_explain(why, _("read the key in"), home, errno ? errno : EIO);
    if (fd >= 0)
        close(fd);
    if (!status && bytes.size == PLAIN_SIZE)
        memcpy(secret, bytes.data, PLAIN_SIZE);
    else if (!status)
        status = open_sealed(secret, bytes.data, home, why);
    sodium_memzero(&bytes, sizeof bytes);
    return status;
}
