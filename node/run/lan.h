/* lan.h - members of the same group on the same local network find each other: IPv4 multicast to LAN_GROUP,
 * port LAN_PORT.
 *
 * A home says of itself at the start, when it joins a group, and every 30 s or so: one packet per group and
 * interface, noise to whoever has not the group's key (WIRE 3.5). A home that only takes callers on loopback
 * speaks and listens on loopback only. Routers do not pass it on (TTL 1). A machine without multicast finds
 * its neighbours by other ways: nothing here is ever an error that stops a node. */
#ifndef COOP_NODE_LAN_H
#define COOP_NODE_LAN_H

#include "proto/proto.h"

#include <uv.h>

#define LAN_GROUP "239.192.67.79" /* organisation-local scope, RFC 2365 */
enum { LAN_PORT = 26779 };

struct lan;
/* NULL: out of memory. On a machine without multicast everything below does nothing. */
struct lan *lan_open(uv_loop_t *loop, bool loopback_only,
                     void (*heard)(void *arg, const uint8_t group[ID_SIZE], const char *address), void *arg);
void lan_group(struct lan *lan, const uint8_t secret[GROUP_SECRET_SIZE]); /* listen for it, and say it soon */
/* Begin to speak. port: where this home takes callers; 0: listen only. */
void lan_start(struct lan *lan, const uint8_t link_key[KEY_SIZE], unsigned port);
/* Closes its handles; once the loop has run dry, lan_free. Both take NULL. */
void lan_stop(struct lan *lan);
void lan_free(struct lan *lan);

#endif
