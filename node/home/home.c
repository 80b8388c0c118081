/* home.c - the folder of a home: HOME/key (32 random bytes, 0600), and the store beside it (store.h).
 *
 * The key file is linked under its name when it is whole, so that of two programs that make a home at once
 * one wins and neither overwrites. Everything the household holds hangs on this file: it is read only while
 * nobody else may read it, into locked memory, and is wiped as soon as the two keys are derived.
 * Failure modes: no folder, no right to it, a key file readable by others or of another size, a store whose
 * key is gone. */
#include "node/home/home.h"

#include "crypto/labels.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { KEY_FILE_SIZE = 32, FILE_PATH_MAX = HOME_PATH_MAX + 32 };

static enum status path_join(char out[HOME_PATH_MAX], const char *folder, const char *rest,
                             struct failure *why)
{
    if (snprintf(out, HOME_PATH_MAX, "%s%s", folder, rest) >= HOME_PATH_MAX)
        return failure_say(why, STATUS_DENIED, "the name of the folder is too long");
    return STATUS_OK;
}

enum status home_path(char out[HOME_PATH_MAX], const char *option, struct failure *why)
{
    const char *chosen = option && option[0] ? option : getenv("COOPAIR_HOME");
    const char *data = getenv("XDG_DATA_HOME"), *user = getenv("HOME");

    if (chosen && chosen[0])
        return path_join(out, chosen, "", why);
    if (data && data[0] == '/') /* the XDG specification: relative paths are ignored */
        return path_join(out, data, "/coopair", why);
    if (user && user[0] == '/')
        return path_join(out, user, "/.local/share/coopair", why);
    return failure_say(why, STATUS_MISSING, "no folder for this home: give --home DIR or set COOPAIR_HOME");
}

static void file_path(char out[FILE_PATH_MAX], const char *home, const char *name)
{
    snprintf(out, FILE_PATH_MAX, "%.*s/%s", HOME_PATH_MAX, home, name);
}

static enum status explain(struct failure *why, const char *doing, const char *path, int code)
{
    if (code == EACCES || code == EPERM || code == EROFS)
        return failure_say(why, STATUS_DENIED,
                           "%s %.150s: no right to; make it yours or choose another --home", doing, path);
    return failure_say(why, STATUS_DISK, "%s %.150s: %s", doing, path, strerror(code));
}

/* The folder and what leads to it. */
static enum status folder_make(const char *home, struct failure *why)
{
    char path[HOME_PATH_MAX];
    struct stat found;

    if (path_join(path, home, "", why))
        return STATUS_DENIED;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return explain(why, "make", path, errno);
        *slash = '/';
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return explain(why, "make", path, errno);
    if (stat(path, &found) != 0)
        return explain(why, "make", path, errno);
    if (!S_ISDIR(found.st_mode) || found.st_uid != geteuid())
        return failure_say(why, STATUS_DENIED, "%.150s is not a folder of yours; choose another --home",
                           path);
    if (found.st_mode & 077)
        return failure_say(why, STATUS_DENIED, "others may look into %.150s; close it with: chmod 700 %.40s",
                           path, path);
    return STATUS_OK;
}

static bool name_taken(const char *home, const char *name)
{
    char path[FILE_PATH_MAX];
    struct stat found;

    file_path(path, home, name);
    return lstat(path, &found) == 0;
}

static int folder_sync(const char *home)
{
    int fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code = fd < 0 || fsync(fd) != 0 ? errno : 0;

    if (fd >= 0)
        close(fd);
    return code;
}

/* Writes the bytes beside and gives them their name when they are on the disk. Returns an errno. */
static int key_link(const char *home, const uint8_t secret[KEY_FILE_SIZE])
{
    char beside[FILE_PATH_MAX], final[FILE_PATH_MAX];
    int fd, code = 0;

    file_path(beside, home, "key.XXXXXX");
    file_path(final, home, "key");
    fd = mkostemp(beside, O_CLOEXEC); /* 0600 */
    if (fd < 0)
        return errno;
    if (write(fd, secret, KEY_FILE_SIZE) != KEY_FILE_SIZE)
        code = errno ? errno : ENOSPC;
    if (code == 0 && fsync(fd) != 0)
        code = errno;
    close(fd);
    if (code == 0 && link(beside, final) != 0)
        code = errno;
    unlink(beside);
    return code ? code : folder_sync(home);
}

/* chosen NULL: drawn. */
static enum status key_make(const char *home, const uint8_t *chosen, struct failure *why)
{
    uint8_t *secret = sodium_init() < 0 ? NULL : sodium_malloc(KEY_FILE_SIZE);
    int code;

    if (!secret)
        return failure_say(why, STATUS_NOMEM, "make the key: out of memory");
    if (chosen)
        memcpy(secret, chosen, KEY_FILE_SIZE);
    else
        randombytes_buf(secret, KEY_FILE_SIZE);
    code = key_link(home, secret);
    sodium_free(secret); /* wipes */
    if (code == EEXIST)
        return failure_say(why, STATUS_EXISTS, "there is a home in %.150s already; nothing was changed",
                           home);
    return code ? explain(why, "make the key in", home, code) : STATUS_OK;
}

static enum status store_make(const char *home, struct failure *why)
{
    uint8_t seed[KEY_SIZE], store_key[KEY_SIZE];
    struct store *store;
    enum status status = home_keys(home, seed, store_key, why);

    sodium_memzero(seed, sizeof seed);
    if (!status)
        status = store_open(&store, home, store_key, STORE_WRITE, why);
    sodium_memzero(store_key, sizeof store_key);
    if (!status)
        store_close(store);
    return status;
}

/* Nothing has been kept in it yet: the next try begins afresh. The key goes last, a store without a key could
 * not be told from a loss. */
static void files_unmake(const char *home)
{
    static const char *const names[] = { "store.mdb",  "store.mdb.new", "store.mdb-lock",
                                         "owner.lock", "config",        "config.new",
                                         "key" };
    char path[FILE_PATH_MAX];

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        file_path(path, home, names[i]);
        unlink(path);
    }
}

void home_unmake(const char *home)
{
    files_unmake(home);
    rmdir(home);
}

static enum status make(const char *home, const uint8_t *secret, struct failure *why)
{
    enum status status;

    if (name_taken(home, "key"))
        return failure_say(why, STATUS_EXISTS, "there is a home in %.150s already; nothing was changed",
                           home);
    if (name_taken(home, "store.mdb"))
        return failure_say(
            why, STATUS_DENIED,
            "%.120s holds a store whose key file is gone: put HOME/key back, or choose another --home", home);
    status = folder_make(home, why);
    if (!status)
        status = key_make(home, secret, why);
    if (status)
        return status;
    status = store_make(home, why);
    if (status)
        files_unmake(home);
    return status;
}

enum status home_init(const char *home, struct failure *why)
{
    return make(home, NULL, why);
}

enum status home_make(const char *home, const uint8_t secret[KEY_SIZE], struct failure *why)
{
    return make(home, secret, why);
}

/* An open key file that is ours alone. */
static enum status key_open(int *fd, const char *home, struct failure *why)
{
    char path[FILE_PATH_MAX];
    struct stat found;

    file_path(path, home, "key");
    *fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return failure_say(why, STATUS_MISSING, "there is no home in %.150s; make one with: coopair init",
                           home);
    if (*fd < 0)
        return explain(why, "read", path, errno);
    if (fstat(*fd, &found) != 0)
        return explain(why, "read", path, errno);
    if (!S_ISREG(found.st_mode) || found.st_uid != geteuid() || (found.st_mode & 077))
        return failure_say(why, STATUS_DENIED,
                           "%.110s must be a file that only you may read: chmod 600 %.80s", path, path);
    if (found.st_size != KEY_FILE_SIZE)
        return failure_say(why, STATUS_MALFORMED,
                           "%.150s is not a key file (%lld bytes); restore your latest backup", path,
                           (long long)found.st_size);
    return STATUS_OK;
}

enum status home_check(const char *home, struct failure *why)
{
    int fd;
    enum status status = key_open(&fd, home, why);

    if (fd >= 0)
        close(fd);
    return status;
}

/* An errno. */
static int key_wipe(const char *home)
{
    static const uint8_t zeros[KEY_FILE_SIZE];
    char path[FILE_PATH_MAX];
    int fd, code = 0;

    file_path(path, home, "key");
    fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : errno;
    if (write(fd, zeros, sizeof zeros) != sizeof zeros || fsync(fd) != 0)
        code = errno ? errno : EIO;
    close(fd);
    if (!code && unlink(path) != 0)
        code = errno;
    return code;
}

/* The key goes last: while it is there, a killed erasure is seen and can be repeated by the same command. */
static void config_remove(const char *home)
{
    char path[FILE_PATH_MAX];

    file_path(path, home, "config");
    unlink(path);
}

enum status home_erase(const char *home, struct failure *why)
{
    enum status status;
    int code;

    if (!name_taken(home, "key") && !name_taken(home, "store.mdb"))
        return failure_say(why, STATUS_MISSING, "there is no home in %.150s", home);
    status = store_destroy(home, why);
    if (status)
        return status;
    code = key_wipe(home);
    if (!code)
        code = folder_sync(home);
    if (code)
        return explain(why, "erase the key in", home, code);
    config_remove(home);
    rmdir(home); /* what else is in it is not ours */
    return STATUS_OK;
}

enum status home_secret(const char *home, uint8_t secret[KEY_SIZE], struct failure *why)
{
    int fd;
    enum status status = key_open(&fd, home, why);

    if (!status && read(fd, secret, KEY_FILE_SIZE) != KEY_FILE_SIZE) {
        sodium_memzero(secret, KEY_FILE_SIZE);
        status = explain(why, "read the key in", home, errno ? errno : EIO);
    }
    if (fd >= 0)
        close(fd);
    return status;
}

void home_keys_of(const uint8_t secret[KEY_SIZE], uint8_t seed[KEY_SIZE], uint8_t store_key[KEY_SIZE])
{
    derive_key(seed, secret, LABEL_HOUSEHOLD_SEED, NULL, 0);
    derive_key(store_key, secret, LABEL_STORE_KEY, NULL, 0);
}

enum status home_keys(const char *home, uint8_t seed[KEY_SIZE], uint8_t store_key[KEY_SIZE],
                      struct failure *why)
{
    uint8_t *secret = sodium_init() < 0 ? NULL : sodium_malloc(KEY_FILE_SIZE);
    enum status status = secret ? home_secret(home, secret, why)
                                : failure_say(why, STATUS_NOMEM, "read the key: out of memory");

    if (!status)
        home_keys_of(secret, seed, store_key);
    sodium_free(secret);
    return status;
}

/* The same for every way of naming the folder: both ends find it. */
static enum status socket_short(char *out, size_t room, const char *home, struct failure *why)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    uint8_t hash[HASH_SIZE];
    char *real = realpath(home, NULL), hex[17];

    if (!real)
        return explain(why, "look at", home, errno);
    crypto_generichash(hash, sizeof hash, (const uint8_t *)real, strlen(real), NULL, 0);
    free(real);
    sodium_bin2hex(hex, sizeof hex, hash, 8);
    if (!runtime || runtime[0] != '/' || (size_t)snprintf(out, room, "%s/coopair-%s", runtime, hex) >= room)
        return failure_say(why, STATUS_DENIED,
                           "the name of the folder is too long for a socket in it, and XDG_RUNTIME_DIR gives "
                           "no other place; choose a shorter --home");
    return STATUS_OK;
}

enum status home_socket(char *out, size_t room, const char *home, struct failure *why)
{
    struct sockaddr_un address;

    if (room > sizeof address.sun_path)
        room = sizeof address.sun_path;
    if ((size_t)snprintf(out, room, "%s/control", home) < room)
        return STATUS_OK;
    return socket_short(out, room, home, why);
}
