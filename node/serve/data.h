/* data.h - meter readings between a request and the store: as JSON one way and the other.
 *
 * The program that reads a file sends its readings in portions, as runs of equal intervals that follow each
 * other: [start, length, mWh, mWh, ...]. The file itself never reaches the node. */
#ifndef COOP_NODE_DATA_H
#define COOP_NODE_DATA_H

#include "store/store.h"

#include <jansson.h>

const char *quantity_name(enum quantity quantity); /* "electricity", "electricity-out", "gas"; "electricity register", ... */
bool quantity_is_register(enum quantity quantity);
bool quantity_of_name(enum quantity *out, const char *name);

/* As many of the readings as one request carries; *count in: how many there are, out: how many were taken.
 * NULL: out of memory. */
json_t *data_runs(const struct reading *readings, size_t *count);
/* {"meter", "quantity", "runs"} into the store, in one transaction; into reply: "added", "replaced", "count". Of a register also the
 * days that lie between its readings, as a series of the same name; of gas, when "heat" says what a cubic metre gives (import.h);
 * into reply: "days".
 */
enum status data_import(struct store *store, json_t *args, json_t *reply, struct failure *why);
/* {"meter"}: all series of it are gone from the file; into reply: "readings". STATUS_MISSING. */
enum status data_erase(struct store *store, json_t *args, json_t *reply, struct failure *why);
/* What the household said a table's columns are: {"layout", "map"} keeps it, {"layout"} tells it, as "map" in reply.
 * STATUS_MISSING: nothing was said. */
enum status data_layout(struct store *store, json_t *args, json_t *reply, struct failure *why);
enum status data_list(struct store *store, json_t *reply, struct failure *why); /* "series" */

#endif
