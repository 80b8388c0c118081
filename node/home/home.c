/* home.c - the folder of a home: HOME/key (32 random bytes, 0600), and the store beside it (store.h).
 *
 * The key file is linked under its name when it is whole, so that of two programs that make a home at once
 * one wins and neither overwrites. Everything the household holds hangs on this file: it is read only while
 * nobody else may read it, into locked memory, and is wiped as soon as the two keys are derived.
 * Failure modes: no folder, no right to it, a key file readable by others or of another size, a store whose
 * key is gone. */
#include "node/home/home.h"

#include "crypto/labels.h"
#include "node/home/key_file.h"
#include "node/tongue/tongue.h"
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

static enum status path_join(char out[HOME_PATH_MAX], const char *folder, const char *rest,
                             struct failure *why)
{
    if (snprintf(out, HOME_PATH_MAX, "%s%s", folder, rest) >= HOME_PATH_MAX)
        return failure_say(why, STATUS_DENIED, _("the name of the folder is too long"));
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
    return failure_say(why, STATUS_MISSING, _("no folder for this home: give --home DIR or set COOPAIR_HOME"));
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
            return home_explain(why, _("make"), path, errno);
        *slash = '/';
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return home_explain(why, _("make"), path, errno);
    if (stat(path, &found) != 0)
        return home_explain(why, _("make"), path, errno);
    if (!S_ISDIR(found.st_mode) || found.st_uid != geteuid())
        return failure_say(why, STATUS_DENIED, _("%.150s is not a folder of yours; choose another --home"),
                           path);
    if (found.st_mode & 077)
        return failure_say(why, STATUS_DENIED, _("others may look into %.150s; close it with: chmod 700 %.40s"),
                           path, path);
    return STATUS_OK;
}

static bool name_taken(const char *home, const char *name)
{
    char path[FILE_PATH_MAX];
    struct stat found;

    home_file_path(path, home, name);
    return lstat(path, &found) == 0;
}

static enum status store_make(const char *home, const uint8_t secret[KEY_SIZE], struct failure *why)
{
    uint8_t seed[KEY_SIZE], store_key[KEY_SIZE];
    struct store *store;
    enum status status;

    home_keys_of(secret, seed, store_key);
    sodium_memzero(seed, sizeof seed);
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
                                         "key.new",    "key" };
    char path[FILE_PATH_MAX];

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        home_file_path(path, home, names[i]);
        unlink(path);
    }
}

void home_unmake(const char *home)
{
    files_unmake(home);
    rmdir(home);
}

static enum status make(const char *home, const uint8_t secret[KEY_SIZE], struct bytes passphrase,
                        struct failure *why)
{
    enum status status;

    if (name_taken(home, "key"))
        return failure_say(why, STATUS_EXISTS, _("there is a home in %.150s already; nothing was changed"),
                           home);
    if (name_taken(home, "store.mdb"))
        return failure_say(
            why, STATUS_DENIED,
            _("%.120s holds a store whose key file is gone: put HOME/key back, or choose another --home"), home);
    status = folder_make(home, why);
    if (!status)
        status = key_file_make(home, secret, passphrase, why);
    if (status)
        return status;
    status = store_make(home, secret, why);
    if (status)
        files_unmake(home);
    return status;
}

enum status home_init(const char *home, struct bytes passphrase, struct failure *why)
{
    uint8_t *secret = sodium_init() < 0 ? NULL : sodium_malloc(KEY_SIZE);
    enum status status;

    if (!secret)
        return failure_say(why, STATUS_NOMEM, _("make the key: out of memory"));
    randombytes_buf(secret, KEY_SIZE);
    status = make(home, secret, passphrase, why);
    sodium_free(secret); /* wipes */
    return status;
}

enum status home_make(const char *home, const uint8_t secret[KEY_SIZE], struct failure *why)
{
    return make(home, secret, (struct bytes){ NULL, 0 }, why);
}

/* The key goes last: while it is there, a killed erasure is seen and can be repeated by the same command. */
static void config_remove(const char *home)
{
    char path[FILE_PATH_MAX];

    home_file_path(path, home, "config");
    unlink(path);
}

enum status home_erase(const char *home, struct failure *why)
{
    enum status status;
    int code;

    if (!name_taken(home, "key") && !name_taken(home, "store.mdb"))
        return failure_say(why, STATUS_MISSING, _("there is no home in %.150s"), home);
    status = store_destroy(home, why);
    if (status)
        return status;
    code = key_file_wipe(home);
    if (!code)
        code = home_folder_sync(home);
    if (code)
        return home_explain(why, _("erase the key in"), home, code);
    config_remove(home);
    rmdir(home); /* what else is in it is not ours */
    return STATUS_OK;
}

void home_keys_of(const uint8_t secret[KEY_SIZE], uint8_t seed[KEY_SIZE], uint8_t store_key[KEY_SIZE])
{
    derive_key(seed, secret, LABEL_HOUSEHOLD_SEED, NULL, 0);
    derive_key(store_key, secret, LABEL_STORE_KEY, NULL, 0);
}

enum status home_keys(const char *home, uint8_t seed[KEY_SIZE], uint8_t store_key[KEY_SIZE],
                      struct failure *why)
{
    uint8_t *secret = sodium_init() < 0 ? NULL : sodium_malloc(KEY_SIZE);
    enum status status = secret ? home_secret(home, secret, why)
                                : failure_say(why, STATUS_NOMEM, _("read the key: out of memory"));

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
        return home_explain(why, _("look at"), home, errno);
    crypto_generichash(hash, sizeof hash, (const uint8_t *)real, strlen(real), NULL, 0);
    free(real);
    sodium_bin2hex(hex, sizeof hex, hash, 8);
    if (!runtime || runtime[0] != '/' || (size_t)snprintf(out, room, "%s/coopair-%s", runtime, hex) >= room)
        return failure_say(why, STATUS_DENIED,
                           _("the name of the folder is too long for a socket in it, and XDG_RUNTIME_DIR gives "
                           "no other place; choose a shorter --home"));
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
