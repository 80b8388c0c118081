/* address.h - "host:port" as peers write it. Numbers only: a name would make this home ask a stranger's name
 * server on a stranger's word. */
#ifndef COOP_NODE_ADDRESS_H
#define COOP_NODE_ADDRESS_H

#include "proto/limits.h"

#include <stdbool.h>
#include <sys/socket.h>

/* "192.0.2.7:4711" or "[2001:db8::7]:4711". false: not of this form. Port 0 is fine here. */
bool address_read(struct sockaddr_storage *out, const char *text);
/* An IPv4 address inside an IPv6 one is written as IPv4. */
void address_write(char out[ADDRESS_MAX], const struct sockaddr *address);
bool address_dialable(const struct sockaddr_storage
                          *address); /* somebody may listen there: no port 0, no multicast, no "any" */
bool address_is_any(const struct sockaddr_storage *address);
bool address_is_loopback(const struct sockaddr_storage *address);
unsigned address_port(const struct sockaddr_storage *address);
void address_set_port(struct sockaddr_storage *address, unsigned port);

#endif
