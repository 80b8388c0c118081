/* serve.h - what a node can be asked, by the command line over the control socket or in the same process when
 * no daemon runs.
 *
 * One request: {"v":1, "verb":"round.join", "language":"fr", "args":{...}}; one reply: {"v":1, "ok":true, ...} or {"v":1,
 * "ok":false, "status":"EARLY", "error":"sentence"}. A handler looks at the node, gives it commands, and
 * fills in the reply; nothing of a request is printed or logged. Each serve_*.c ends with its own table;
 * serve.c knows the tables. */
#ifndef COOP_NODE_SERVE_H
#define COOP_NODE_SERVE_H

#include "node/home/node.h"

#include <jansson.h>

struct served {
    const char *verb;
    enum status (*run)(struct node *node, json_t *args, json_t *reply, struct failure *why);
    bool online; /* makes no sense without a running daemon: exit code 3 instead */
};
extern const struct served serve_status[], serve_found[], serve_group[], serve_round[], serve_tender[], serve_offer[],
    serve_data[], serve_advice[], serve_care[], serve_cost[], serve_carbon[],
    serve_alerts[], serve_share[], serve_budget[], serve_forecast[],
    serve_payees[]; /* each ends with verb NULL */
/* Always gives a reply object (NULL only when out of memory). Flushes the node. */
json_t *serve(struct node *node, json_t *request);
const struct served *served_find(const char *verb);
json_t *serve_failure(enum status status,
                      const struct failure *why); /* the reply that says so; NULL: out of memory */

/* How a status is spelled in a reply: "EARLY". An unknown word is STATUS_MALFORMED. */
const char *status_name(enum status status);
enum status status_of_name(const char *name);

/* Reading arguments: NULL, false or STATUS_MALFORMED with a sentence in *why when absent, of another type or
 * out of bounds. */
const char *arg_text(json_t *args, const char *name, size_t max, struct failure *why);
const char *arg_text_or(json_t *args, const char *name, const char *otherwise);
bool arg_uint(uint64_t *out, json_t *args, const char *name, uint64_t max, struct failure *why);
bool arg_flag(json_t *args, const char *name);
/* serve_status.c: the median of how far the clocks of linked peers are ahead of this one's. false: too few say
 * anything. Never used to set a clock. */
bool serve_clock_offset(int64_t *out, const struct core *core);
/* args "round": finds a round by a prefix of its id in hex (4 digits or more), by its title, or the only one
 * there is when the text is "". NULL: *why says how to list them. */
struct topic *arg_topic(struct node *node, json_t *args, struct failure *why);

#endif
