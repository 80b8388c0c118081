/* node.h - one household's node without a loop: the core, the store, and the rule that binds them: disk
 * before wire.
 *
 * Events go in, their effects gather; node_flush puts everything to be kept on disk in one synced transaction
 * and only then hands frames to the network. When the disk refuses, nothing leaves: the links are closed, the
 * core is made again from what the disk holds, and node_trouble says what is wrong in words until a later
 * flush succeeds. Used by loop.c with libuv, and by commands without a network while no daemon runs. */
#ifndef COOP_NODE_NODE_H
#define COOP_NODE_NODE_H

#include "proto/proto.h"
#include "store/store.h"

struct node;

/* Homes of different networks do not speak to each other (WIRE 2.1). */
#define NODE_NETWORK "coopair"

/* What a node may ask of the network. All NULL: offline, what would be sent is forgotten. */
struct network {
    void *arg;
    const char *address; /* where others can dial this home, for invitations; NULL: the listen_address */
    void (*dial)(void *arg, uint32_t link, const char *address);
    void (*send)(void *arg, uint32_t link, struct bytes bytes); /* copied if it cannot leave at once */
    /* STATUS_OK: nobody's fault. Unknown links are fine. No EVENT_LINK_DOWN follows. */
    void (*close)(void *arg, uint32_t link, enum status why);
    void (*close_all)(void *arg); /* the core is made again */
    /* This home belongs to it. May be NULL, may repeat. */
    void (*group)(void *arg, const uint8_t secret[GROUP_SECRET_SIZE]);
};
/* None may call back into the node: what they find out (a dial that fails at once) is a later event. */

/* What the household wants done by itself (wish.h): called after each flush in which a phase moved or a round came, at the start, and when
 * node_wake_at said so; its events are flushed after it. */
typedef void node_turn(struct node *node);

/* Opens the home made by `coopair init` (home.h) and tells the core everything on disk. listen_address is
 * told to peers; "": cannot be dialled; with an unspecified host: where they see it come from (WIRE 10.3).
 * network NULL: offline. now_ms is the wall clock. Failures as store_open; STATUS_MISSING: no home there. */
enum status node_open(struct node **out, const char *home, node_turn *turn, const char *listen_address,
                      const struct network *network, uint64_t now_ms, struct failure *why);
/* The same in two steps, for whoever needs the store to know where it listens. Between the two there is no
 * core. */
enum status node_prepare(struct node **out, const char *home, node_turn *turn, struct failure *why);
enum status node_start(struct node *node, const char *listen_address, const struct network *network,
                       uint64_t now_ms, struct failure *why);
/* NULL is fine. Does not flush: what was not flushed was not acknowledged. */
void node_close(struct node *node);

/* Feeds one event (now_ms in it) and gathers its effects; beyond a megabyte they are flushed at once. The
 * status is the core's: why a command is refused is in *why. */
enum status node_event(struct node *node, const struct event *event, struct failure *why);
/* The time, for whoever gives commands without having had an event: node_command takes it from here. */
void node_clock(struct node *node, uint64_t now_ms);
/* Disk, then wire. STATUS_OK or the disk's refusal, which is also kept for node_trouble. */
enum status node_flush(struct node *node, struct failure *why);
/* A command of the user: event, flush, both in one; STATUS_OK means it is on disk. */
enum status node_command(struct node *node, struct event *event, struct failure *why);
/* Makes the file of the store anew when the secret of a round that is over was replaced in it, or a round was dropped: until then the old
 * one is on a page that LMDB does not use any more. Kept on disk until it succeeds. STATUS_BUSY: another program reads the store. */
enum status node_forget(struct node *node, struct failure *why);
uint64_t node_deadline(const struct node *node);   /* when to send EVENT_TIMEOUT; UINT64_MAX: never */
const char *node_trouble(const struct node *node); /* NULL: all is well */

/* For the handlers of requests (serve_*.c). Borrowed. */
struct core *node_core(struct node *node);
struct store *node_store(struct node *node);
const char *node_home(const struct node *node);
const uint8_t *node_seed(const struct node *node); /* the household's secret */
uint64_t node_now_ms(const struct node *node);     /* of the last event, or of node_open */
struct rng *node_rng(struct node *node);
struct node_facts {
    const char *address; /* where others can dial this home; "": nowhere */
    bool online;         /* with a network: this is the daemon */
    uint64_t started_ms, bytes_in, bytes_out;
};
void node_facts(const struct node *node, struct node_facts *out);
/* The next turn is at this time, if not before. */
void node_wake_at(struct node *node, uint64_t at_ms);
/* What left this house, to whom and why, for `coopair journal`; on disk with the next flush. */
void node_journal(struct node *node, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
