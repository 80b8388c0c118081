/* listening.h - where this home takes callers, and what it tells its peers about it. */
#ifndef COOP_NODE_LISTENING_H
#define COOP_NODE_LISTENING_H

#include "node/run/link.h"
#include "store/store.h"

struct listening {
    char told[ADDRESS_MAX];    /* to peers: an unspecified host stands for where they see us (WIRE 10.3) */
    char address[ADDRESS_MAX]; /* for people: where a neighbour can dial this home */
    unsigned port;
    bool loopback_only;
};
/* wanted "HOST:PORT" (port 0: drawn), or NULL: all addresses, at the port of last time; it is drawn and kept
 * the first time, and again when somebody else has it. */
enum status listening_open(struct listening *out, struct tcp *links, struct store *store, const char *wanted,
                           struct failure *why);

#endif
