/* link.h - the TCP links of a node, known outside by their ids only.
 *
 * Closing is a request: a link that was asked to close is unknown from then on, says nothing more, and its
 * memory goes in its last close callback. A link that ends by itself (a dial that fails, the other side, a
 * queue beyond QUEUE_MAX) says `down` once, from its close callback, never from within a call of these
 * functions. */
#ifndef COOP_NODE_LINK_H
#define COOP_NODE_LINK_H

#include "node/home/address.h"
#include "proto/proto.h"

#include <uv.h>

struct tcp;
struct tcp_handler {
    void *arg;
    void (*up)(void *arg, uint32_t link, const char *address);
    void (*data)(void *arg, uint32_t link, struct bytes bytes); /* borrowed */
    void (*down)(void *arg, uint32_t link);
};
struct tcp *tcp_new(uv_loop_t *loop, const struct tcp_handler *handler); /* NULL: out of memory */
/* Takes callers at this address from now on; *address then has the port that was drawn. Once. STATUS_BUSY:
 * somebody else listens there. */
enum status tcp_listen(struct tcp *links, struct sockaddr_storage *address, struct failure *why);
void tcp_dial(struct tcp *links, uint32_t id, const char *address);
/* Copied and gathered; unknown ids are fine. */
void tcp_send(struct tcp *links, uint32_t id, struct bytes bytes);
void tcp_push(struct tcp *links);               /* what was gathered goes out: one write for each link */
void tcp_close(struct tcp *links, uint32_t id); /* what was gathered is tried first */
void tcp_close_all(struct tcp *links);
void tcp_stop(struct tcp *links); /* listens no more and closes everything; nothing is said any more */
void tcp_free(struct tcp *links); /* once the loop has run dry; NULL is fine */

#endif
