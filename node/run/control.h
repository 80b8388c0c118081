/* control.h - the control socket: a Unix socket only this user may use (0600, in the home's own folder),
 * where the command line asks the running node. One connection, one request, one reply: 4 bytes of length,
 * big-endian, then that much JSON. */
#ifndef COOP_NODE_CONTROL_H
#define COOP_NODE_CONTROL_H

#include "crypto/base.h"

#include <jansson.h>
#include <uv.h>

enum { CONTROL_MAX = 1 << 20 }; /* of JSON, each way */

struct control;
/* Takes the place of a socket that a killed process left behind: the caller holds the store, so no other node
 * lives here. answer takes a borrowed request and gives a reply, or NULL. *out, unless NULL, is to be stopped
 * and freed after a failure too. */
enum status control_open(struct control **out, uv_loop_t *loop, const char *path,
                         json_t *(*answer)(void *arg, json_t *request), void *arg, struct failure *why);
/* Closes every client and removes the socket; once the loop has run dry, control_free. Both take NULL. */
void control_stop(struct control *control);
void control_free(struct control *control);

#endif
