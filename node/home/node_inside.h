/* node_inside.h - what node.c and flush.c share of a node. Nobody else looks inside. */
#ifndef COOP_NODE_INSIDE_H
#define COOP_NODE_INSIDE_H

#include "node/home/home.h"
#include "node/home/node.h"

enum { NODE_RETRY_MAX_MS = 60000 }; /* a disk that was full for a week costs one try a minute */

struct node {
    char home[HOME_PATH_MAX], listen[ADDRESS_MAX];
    uint8_t *seed; /* locked memory */
    struct store *store;
    struct core *core;
    struct network network;
    node_turn *turn;
    bool online, busy, told, wishing;
    struct effects effects;
    struct rng rng;
    uint64_t now_ms, started_ms, bytes_in, bytes_out;
    uint64_t wish_ms; /* when a wish waits for its moment; UINT64_MAX: none does */
    /* What the journal gets with the next flush: texts, each with its NUL. */
    char *lines;
    size_t lines_size;
    bool lines_lost;
    /* The disk refused. */
    bool down;
    struct failure trouble;
    uint64_t retry_ms, delay_ms;
};

/* Keeps, then sends. prove: writes even when there is nothing to keep, to see whether the disk takes it. */
enum status node_flush_once(struct node *node, bool prove, struct failure *why);
/* The disk refused: from here on nothing of the core's leaves. */
void node_fall(struct node *node, const struct failure *why);
enum status node_down_say(const struct node *node, struct failure *why); /* the disk's sentence, STATUS_DISK */
void node_lines_drop(struct node *node);

#endif
