/* package.c - the four files of a tender package, between memory and disk.
 *
 * Happy path: render everything in memory, write each file beside its place and rename it, read all back as
 * a stranger would. Failure modes: a full disk leaves the old file of that name; whatever is found on disk
 * is bounded before it is read, and a folder with only some of the files is a broken package, not an empty
 * one. */
#include "node/tender/package.h"

#include "node/tender/proof.h"
#include "node/tender/tender.h"
#include "node/tender/verify.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *package_file_name(enum package_file file)
{
    static const char *const names[PACKAGE_FILES] = { PACKAGE_PROOF, PACKAGE_JSON, PACKAGE_TEXT,
                                                      PACKAGE_PRICES };

    return names[file];
}

void package_clear(struct package *package)
{
    for (size_t i = 0; i < PACKAGE_FILES; i++)
        free(package->data[i]);
    *package = (struct package){ .data = { NULL } };
}

/* ---- Rendering. */

enum status package_make(struct package *out, struct topic *topic, const struct package_options *options,
                         struct failure *why)
{
    const struct season *season = topic_season(topic);
    struct tender tender = { .topic = topic_id(topic), .charter = topic_charter(topic), .season = season };
    struct package made = { .data = { NULL } };
    uint8_t *proof;
    enum status status;

    if (season == NULL)
        return failure_say(why, STATUS_NOMEM, "out of memory");
    if (season->phase == PHASE_FORK)
        return failure_say(why, STATUS_DENIED,
                           "this round was closed twice, differently: there is no one tender");
    if (!tender_exists(season))
        return failure_say(why, STATUS_EARLY, "the demand of this round is not opened yet (%s)",
                           phase_name(season->phase));
    if (options != NULL)
        tender.options = *options;
    status = proof_write(&proof, &made.size[FILE_PROOF], topic, &tender.options, why);
    if (status != STATUS_OK)
        return status;
    made.data[FILE_PROOF] = (char *)proof;
    crypto_generichash(tender.proof, sizeof tender.proof, proof, made.size[FILE_PROOF], NULL, 0);
    made.data[FILE_JSON] = ocds_render(&tender);
    made.data[FILE_TEXT] = tender_text_render(&tender);
    made.data[FILE_PRICES] = bid_csv_template(&tender);
    for (size_t i = FILE_JSON; i < PACKAGE_FILES; i++) {
        if (made.data[i] == NULL) {
            package_clear(&made);
            return failure_say(why, STATUS_NOMEM, "out of memory");
        }
        made.size[i] = strlen(made.data[i]);
    }
    *out = made;
    return STATUS_OK;
}

/* ---- Reading. */

/* STATUS_MISSING: no such file, left to the caller to judge. */
static enum status read_file(char **out, size_t *size, const char *path, size_t most, struct failure *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold us up */
    enum status status = STATUS_OK;
    struct stat stat;
    char *data = NULL;
    size_t used = 0;

    if (fd < 0)
        return failure_say(why, errno == ENOENT ? STATUS_MISSING : STATUS_DISK, "%s: %s", path,
                           strerror(errno));
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode))
        status = failure_say(why, STATUS_DISK, "%s is not a file", path);
    else if ((uint64_t)stat.st_size > most)
        status = failure_say(why, STATUS_FORGED, "%s is larger than any honest one", path);
    else if ((data = malloc((size_t)stat.st_size + 1)) == NULL)
        status = failure_say(why, STATUS_NOMEM, "out of memory");
    while (status == STATUS_OK && used < (size_t)stat.st_size) {
        ssize_t got = read(fd, data + used, (size_t)stat.st_size - used);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = failure_say(why, STATUS_DISK, "%s: %s", path, strerror(errno));
        if (got <= 0)
            break; /* 0: it became shorter meanwhile; what is there is judged */
        used += (size_t)got;
    }
    close(fd);
    if (status != STATUS_OK) {
        free(data);
        return status;
    }
    data[used] = '\0';
    *out = data;
    *size = used;
    return STATUS_OK;
}

/* The folder of a package, given the folder or a file in it. */
static enum status find_dir(char out[PATH_MAX], const char *path, struct failure *why)
{
    struct stat stat_;
    const char *slash = strrchr(path, '/');
    size_t size = strlen(path);

    if (stat(path, &stat_) != 0)
        return failure_say(why, errno == ENOENT || errno == ENOTDIR ? STATUS_MISSING : STATUS_DISK, "%s: %s",
                           path, strerror(errno));
    if (!S_ISDIR(stat_.st_mode) && slash == NULL)
        path = ".", size = 1;
    else if (!S_ISDIR(stat_.st_mode))
        size = slash == path ? 1 : (size_t)(slash - path);
    if (size >= PATH_MAX)
        return failure_say(why, STATUS_DISK, "the path is too long");
    memcpy(out, path, size);
    out[size] = '\0';
    return STATUS_OK;
}

static enum status load_file(struct package *out, enum package_file file, const char *dir,
                             struct failure *why)
{
    char path[PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/%s", dir, package_file_name(file));
    return read_file(&out->data[file], &out->size[file], path,
                     file == FILE_PROOF ? PACKAGE_PROOF_MAX : PACKAGE_TEXT_MAX, why);
}

enum status package_load(struct package *out, const char *path, struct failure *why)
{
    struct package found = { .data = { NULL } };
    size_t missing = 0, first = PACKAGE_FILES;
    char dir[PATH_MAX];
    enum status status = find_dir(dir, path, why);

    for (size_t i = FILE_PROOF; i <= FILE_TEXT && status == STATUS_OK; i++) {
        status = load_file(&found, (enum package_file)i, dir, why);
        if (status != STATUS_MISSING)
            continue;
        status = STATUS_OK;
        first = missing++ == 0 ? i : first;
    }
    if (status == STATUS_OK && missing > FILE_TEXT)
        status = failure_say(why, STATUS_MISSING, "%s holds no tender package", dir);
    else if (status == STATUS_OK && missing > 0)
        status = failure_say(why, STATUS_FORGED, "%s is missing",
                             package_file_name((enum package_file)first));
    if (status != STATUS_OK)
        package_clear(&found);
    else
        *out = found;
    return status;
}

enum status package_read(struct topic **out, struct package_options *options, const char *path,
                         struct failure *why)
{
    struct package found = { .data = { NULL } };
    char dir[PATH_MAX];
    enum status status = find_dir(dir, path, why);

    if (status == STATUS_OK)
        status = load_file(&found, FILE_PROOF, dir, why);
    if (status == STATUS_OK)
        status = proof_read(out, options,
                            (struct bytes){ (uint8_t *)found.data[FILE_PROOF], found.size[FILE_PROOF] }, why);
    package_clear(&found);
    return status;
}

/* ---- Writing. */

static enum status write_file(const char *dir, const char *name, const char *data, size_t size,
                              struct failure *why)
{
    char path[PATH_MAX + 32], part[PATH_MAX + 32];
    FILE *file;
    bool ok;

    if (strlen(dir) >= PATH_MAX)
        return failure_say(why, STATUS_DISK, "the path is too long");
    snprintf(path, sizeof path, "%.*s/%s", PATH_MAX, dir, name);
    snprintf(part, sizeof part, "%.*s/.%s.part", PATH_MAX, dir, name);
    file = fopen(part, "we");
    if (file == NULL)
        return failure_say(why, STATUS_DISK, "%s: %s", part, strerror(errno));
    ok = fwrite(data, 1, size, file) == size;
    ok = fclose(file) == 0 && ok;
    if (ok && rename(part, path) == 0)
        return STATUS_OK;
    failure_say(why, STATUS_DISK, "%s: %s", path, strerror(errno));
    unlink(part);
    return STATUS_DISK;
}

enum status package_write(const char *dir, struct topic *topic, const struct package_options *options,
                          struct failure *why)
{
    struct package package;
    enum status status = package_make(&package, topic, options, why);

    if (status != STATUS_OK)
        return status;
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        status = failure_say(why, STATUS_DISK, "%s: %s", dir, strerror(errno));
    for (size_t i = 0; i < PACKAGE_FILES && status == STATUS_OK; i++)
        status = write_file(dir, package_file_name((enum package_file)i), package.data[i], package.size[i],
                            why);
    package_clear(&package);
    if (status != STATUS_OK)
        return status;
    return package_verify(NULL, NULL, dir, why);
}
