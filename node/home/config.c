/* config.c - see config.h. Happy path: a few names, each at most once. Failure modes: a name that no version
 * knows, a value that makes no sense, a file too long to have been written here: said with the line, and the
 * rest is used. */
#include "node/home/config.h"

#include "node/home/home.h"
#include "node/import/import.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *fallback, *meaning;
} keys[CONFIG_KEYS] = {
    [CONFIG_IMPORT_FOLDER] = { "import.folder", "",
                               N_("a folder that the node watches: what is put there is imported, and "
                                  "stays") },
    [CONFIG_BACKUP_FOLDER] = { "backup.folder", "",
                               N_("where the node backs up by itself, locked by the recovery sheet") },
    [CONFIG_BACKUP_DAYS] = { "backup.days", "7", N_("how many days lie between two such backups") },
    [CONFIG_LANGUAGE] = { "language", "", N_("fr or en; when not set, that of the terminal") },
    [CONFIG_TEMPO_DAYS] = { "tempo.days", "",
                            N_("a file of Tempo days, lines such as 2025-01-15,red; known without: 2014-09 to "
                               "2023-08") },
    [CONFIG_GAS_HEAT] = { "gas.kwh_per_m3", "",
                          N_("what a cubic metre of your gas gives, such as 11.2: the coefficient on your bill; for meters that tell no kWh") },
};

const char *config_name(enum config_key key)
{
    assert((unsigned)key < CONFIG_KEYS);
    return keys[key].name;
}

const char *config_default(enum config_key key)
{
    assert((unsigned)key < CONFIG_KEYS);
    return keys[key].fallback;
}

const char *config_meaning(enum config_key key)
{
    assert((unsigned)key < CONFIG_KEYS);
    return keys[key].meaning;
}

const char *config_value(const struct config *config, enum config_key key)
{
    return config->values[key][0] ? config->values[key] : config_default(key);
}

bool config_key_of(enum config_key *out, const char *name)
{
    for (int i = 0; i < CONFIG_KEYS; i++)
        if (strcmp(keys[i].name, name) == 0) {
            *out = (enum config_key)i;
            return true;
        }
    return false;
}

/* Digits, a point or a comma, at most four digits. 0: it is none, or no gas is like that. */
static int64_t heat_of(const char *value)
{
    size_t whole = strspn(value, "0123456789"), places = 0;
    int64_t heat = whole >= 1 && whole <= 2 ? strtol(value, NULL, 10) : 0;

    value += whole;
    if (*value == '.' || *value == ',')
        places = strspn(++value, "0123456789");
    if (heat == 0 || places > 4 || value[places] != '\0')
        return 0;
    for (size_t i = 0; i < 4; i++)
        heat = heat * 10 + (i < places ? value[i] - '0' : 0);
    return heat >= HEAT_LEAST && heat <= HEAT_MOST ? heat : 0;
}

int64_t config_gas_heat(const struct config *config)
{
    return heat_of(config_value(config, CONFIG_GAS_HEAT));
}

static bool days_fit(const char *value)
{
    size_t digits = strspn(value, "0123456789");
    unsigned long days = digits > 0 && digits <= 3 && value[digits] == '\0' ? strtoul(value, NULL, 10) : 0;

    return days >= 1 && days <= CONFIG_DAYS_MOST;
}

enum status config_check(enum config_key key, const char *value, struct failure *why)
{
    enum tongue tongue;

    if (strlen(value) >= CONFIG_VALUE_MAX || value[strcspn(value, "\r\n")] != '\0')
        return failure_say(why, STATUS_MALFORMED, _("%s: too long, or more than one line"), config_name(key));
    switch (key) {
    case CONFIG_IMPORT_FOLDER:
    case CONFIG_BACKUP_FOLDER:
    case CONFIG_TEMPO_DAYS:
        if (value[0] != '/')
            return failure_say(
                why, STATUS_MALFORMED,
                _("%s: give the whole path, from / on: the node may start elsewhere"),
                config_name(key));
        return STATUS_OK;
    case CONFIG_BACKUP_DAYS:
        return days_fit(value) ? STATUS_OK
                               : failure_say(why, STATUS_MALFORMED, _("%s: a number of days from 1 to %d"),
                                             config_name(key), CONFIG_DAYS_MOST);
    case CONFIG_LANGUAGE:
        return tongue_of_name(&tongue, value) && strlen(value) == 2
                   ? STATUS_OK
                   : failure_say(why, STATUS_MALFORMED, _("%s: fr or en"), config_name(key));
    case CONFIG_GAS_HEAT:
        return heat_of(value) > 0 ? STATUS_OK
                                  : failure_say(why, STATUS_MALFORMED, _("%s: kWh, from %d to %d, such as 11.2"), config_name(key),
                                                HEAT_LEAST / HEAT_UNIT, HEAT_MOST / HEAT_UNIT);
    case CONFIG_KEYS:
        break;
    }
    assert(false);
    return STATUS_MALFORMED;
}

/* ---- The file. */

static char *trimmed(char *text)
{
    size_t size;

    text += strspn(text, " \t");
    for (size = strlen(text); size > 0 && strchr(" \t\r", text[size - 1]); size--)
        text[size - 1] = '\0';
    return text;
}

static enum status line_read(struct config *out, char *line, unsigned number, struct failure *why)
{
    char *equals = strchr(line, '='), *name, *value;
    enum config_key key;
    enum status status;

    line = trimmed(line);
    if (line[0] == '\0' || line[0] == '#')
        return STATUS_OK;
    if (!equals)
        return failure_say(why, STATUS_MALFORMED, _("config, line %u: not of the form name = value"), number);
    *equals = '\0';
    name = trimmed(line);
    value = trimmed(equals + 1);
    if (!config_key_of(&key, name))
        return failure_say(why, STATUS_MALFORMED,
                           _("config, line %u: nothing is called %.40s; see: coopair config list"), number,
                           name);
    status = config_check(key, value, why);
    if (!status)
        memcpy(out->values[key], value, strlen(value) + 1);
    return status;
}

static enum status text_read(struct config *out, char *text, struct failure *why)
{
    enum status status = STATUS_OK;
    char *line, *rest = text;

    for (unsigned number = 1; (line = strsep(&rest, "\n")) != NULL; number++) {
        struct failure other;
        enum status this = line_read(out, line, number, status ? &other : why);

        status = status ? status : this;
    }
    return status;
}

enum status config_read(struct config *out, const char *home, struct failure *why)
{
    char path[HOME_PATH_MAX + 16], text[CONFIG_FILE_MAX + 1];
    ssize_t size;
    int fd;

    memset(out, 0, sizeof *out);
    snprintf(path, sizeof path, "%.*s/config", HOME_PATH_MAX, home);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? STATUS_OK
                   : failure_say(why, STATUS_DENIED, _("read %.200s: %s"), path, strerror(errno));
    size = read(fd, text, sizeof text);
    close(fd);
    if (size < 0)
        return failure_say(why, STATUS_DISK, _("read %.200s: %s"), path, strerror(errno));
    if ((size_t)size == sizeof text)
        return failure_say(why, STATUS_FULL, _("%.200s is too long to be a configuration"), path);
    text[size] = '\0';
    return text_read(out, text, why);
}

enum status config_write(const struct config *config, const char *home, struct failure *why)
{
    char path[HOME_PATH_MAX + 16], beside[HOME_PATH_MAX + 32];
    bool written;
    FILE *file;

    snprintf(path, sizeof path, "%.*s/config", HOME_PATH_MAX, home);
    snprintf(beside, sizeof beside, "%s.new", path);
    file = fopen(beside, "we");
    if (!file)
        return failure_say(why, STATUS_DENIED, _("write %.200s: %s"), beside, strerror(errno));
    for (int i = 0; i < CONFIG_KEYS; i++)
        if (config->values[i][0])
            fprintf(file, "%s = %s\n", keys[i].name, config->values[i]);
    written = fflush(file) == 0 && fsync(fileno(file)) == 0;
    written = fclose(file) == 0 && written && rename(beside, path) == 0;
    if (written)
        return STATUS_OK;
    failure_say(why, STATUS_DISK, _("write %.200s: %s"), path, strerror(errno));
    unlink(beside);
    return STATUS_DISK;
}
