/* config.h - what a household sets: HOME/config, lines of "name = value", read by whoever needs one. It holds
 * no secrets, needs no key and no node, and a person may edit it. */
#ifndef COOP_NODE_CONFIG_H
#define COOP_NODE_CONFIG_H

#include "crypto/base.h"

enum config_key {
    CONFIG_IMPORT_FOLDER,
    CONFIG_BACKUP_FOLDER,
    CONFIG_BACKUP_DAYS,
    CONFIG_LANGUAGE,
    CONFIG_TEMPO_DAYS,
    CONFIG_GAS_HEAT,
    CONFIG_KEYS
};
enum { CONFIG_VALUE_MAX = 1024, CONFIG_FILE_MAX = 16384, CONFIG_DAYS_MOST = 365 };

struct config {
    char values[CONFIG_KEYS][CONFIG_VALUE_MAX]; /* "": not set */
};
/* A file that is not there sets nothing. STATUS_MALFORMED: *why names the line; what could be read is in
 * *out. */
enum status config_read(struct config *out, const char *home, struct failure *why);
enum status config_write(const struct config *config, const char *home,
                         struct failure *why);                              /* whole or not at all */
const char *config_value(const struct config *config, enum config_key key); /* what is set, or the default */

/* What a cubic metre of gas gives, in ten thousandths of a kWh (import.h); 0: not set. */
int64_t config_gas_heat(const struct config *config);

bool config_key_of(enum config_key *out, const char *name);
const char *config_name(enum config_key key);    /* "import.folder" */
const char *config_default(enum config_key key); /* "": off */
const char *config_meaning(enum config_key key); /* English */
/* Is this a value that can be set? *why says what is. */
enum status config_check(enum config_key key, const char *value, struct failure *why);

#endif
