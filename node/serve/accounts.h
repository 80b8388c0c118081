/* accounts.h - account movements and lines of health statements between a request and the store: as JSON one way and the other.
 *
 * A movement is [day, cents, label, party, reference], a line [care day, paid day, spent, refunded]; days since 1970, cents. A portion
 * of movements ends with a day, because the store compares days (store.h). */
#ifndef COOP_NODE_ACCOUNTS_H
#define COOP_NODE_ACCOUNTS_H

#include "store/store.h"

#include <jansson.h>

/* As many whole days as one request carries; *count in: how many movements there are, out: how many were taken. NULL: out of
 * memory. */
json_t *accounts_portion(const struct movement *movements, size_t *count);
/* Days and amounts only, for accounts_choose. */
json_t *accounts_evidence(const struct movement *movements, size_t count);
json_t *health_portion(const struct health_line *lines, size_t *count);

/* {"number", "evidence"}: which account of the household a file is of, that gives its number, only the end of it ("****4567"), or none
 * (""). The one of that number; else the one whose number could be meant and whose movements do not speak against it: where both have
 * days, they share a movement. Into reply: "account". STATUS_MISSING: none or several; *why says so and how to name it. */
enum status accounts_choose(struct store *store, json_t *args, json_t *reply, struct failure *why);
/* {"account", "currency", "movements"} into the store, in one transaction; into reply: "count", "added". */
enum status accounts_import(struct store *store, json_t *args, json_t *reply, struct failure *why);
/* {"payer", "lines"}; into reply: "count", "added". */
enum status health_import(struct store *store, json_t *args, json_t *reply, struct failure *why);
/* "accounts" and "statements" into reply. */
enum status accounts_list(struct store *store, json_t *reply, struct failure *why);
/* {"account"} or {"payer"}: gone from the file; into reply: "movements" or "lines", how many. STATUS_MISSING. */
enum status accounts_erase(struct store *store, json_t *args, json_t *reply, struct failure *why);

#endif
