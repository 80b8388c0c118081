/* loop.h - a node with its loop: timer, links, local network, control socket, signals. One per process in
 * life; tests run several. */
#ifndef COOP_NODE_LOOP_H
#define COOP_NODE_LOOP_H

#include "node/home/node.h"

struct loop;
struct loop_options {
    const char *home;
    const char
        *listen;  /* "HOST:PORT", numbers only, port 0: drawn; NULL: all addresses, the port of last time */
    bool lan;     /* announce and listen on the local network */
    bool signals; /* SIGTERM and SIGINT stop it */
    bool chores;  /* the watched folder and backups, as set by the household */
};
/* Everything but loop_close. On failure *out is NULL. STATUS_BUSY: another process has this home, or the
 * address. */
enum status loop_open(struct loop **out, const struct loop_options *options, struct failure *why);
const char *loop_address(const struct loop *loop); /* where peers dial */
struct node *loop_node(struct loop *loop);
void loop_run(struct loop *loop);  /* until a signal or loop_stop, from within */
bool loop_turn(struct loop *loop); /* does what can be done without waiting; false: it has ended */
void loop_stop(struct loop *loop); /* flushes once more, then asks everything to close */
/* Stops if need be, and frees. Asserts that every handle was closed. NULL is fine. */
void loop_close(struct loop *loop);

#endif
