/* message.h - what two linked homes say to each other: one struct per message, and where messages end in a
 * frame. WIRE 10. Private to the room. */
#ifndef COOP_PROTO_MESSAGE_H
#define COOP_PROTO_MESSAGE_H

#include "proto/proto.h"
#include "proto/overlay/reconcile.h"

enum { PROTOCOL_VERSION = 1 };

/* Even types must be understood; unknown odd ones are passed over (WIRE 10.2). */
enum message_type {
    MESSAGE_HELLO = 0,
    MESSAGE_FOLLOW = 2,
    MESSAGE_UNFOLLOW = 4,
    MESSAGE_ASK = 6,
    MESSAGE_CHARTER = 8,
    MESSAGE_RECORD = 10,
    MESSAGE_HAVE = 12,
    MESSAGE_GRAFT = 14,
    MESSAGE_PRUNE = 16,
    MESSAGE_SYNC = 18,
    MESSAGE_PEERS = 20,
    MESSAGE_LEAVE = 22,
    MESSAGE_PING = 24,
    MESSAGE_PONG = 26,
};
enum {
    FEATURES_MAX = 32,
    MESSAGE_HEAD = 2, /* its length */
    MESSAGE_MAX = RECORD_MAX + 64,
};

struct hello {
    uint32_t lowest, highest; /* versions spoken */
    struct bytes features;    /* none is defined; unknown bits are passed over */
    char address[ADDRESS_MAX];
    uint64_t clock_ms;
};
struct follow {
    uint8_t topic[ID_SIZE];
};
struct peer_address {
    uint8_t key[KEY_SIZE];
    char address[ADDRESS_MAX];
};
struct peers {
    bool reply_wanted;
    struct peer_address list[SHUFFLE_ADDRESSES];
    size_t count;
};
struct sync_message {
    bool began;      /* by the sender of this message */
    uint32_t number; /* of this comparison, chosen by who began it */
    struct bytes payload;
};
enum record_way {
    WAY_TREE,  /* along an eager link */
    WAY_ASKED, /* for by a graft or a comparison: says nothing about the paths of spreading */
    WAY_STEM,  /* to be passed on to one, not yet to all: WIRE 10.10 */
    WAYS
};
struct message {
    enum message_type type;
    unsigned handle; /* FOLLOW to SYNC: the sender's number for a topic; ASK: the receiver's */
    union {
        struct hello hello;
        struct follow follow;
        struct bytes charter;
        struct {
            struct bytes bytes;
            enum record_way way;
        } record;
        struct bytes ids; /* HAVE, GRAFT: 1 to IHAVE_MAX ids, one after the other */
        struct sync_message sync;
        struct peers peers;
        uint32_t number; /* PING, PONG */
    };
};

/* Strict. *known false: an odd type of a later version, to be passed over; out is then not filled. Bytes are
 * borrowed from `in`. */
bool message_read(struct message *out, bool *known, struct bytes in);
size_t message_write(uint8_t *out, size_t room, const struct message *message); /* 0: does not fit */

/* Takes the next message off the front of a frame's body. false: there is none, and *body is empty if what
 * was left is honest padding. */
bool message_next(struct bytes *out, struct bytes *body);

/* "host:port": printable ASCII without spaces, a port of 1 to 65535; an empty host (":port") means the host
 * the caller is seen at. */
bool address_fits(const char *address);
/* The host part, without the brackets of IPv6. Returns its length; *host is borrowed from the address. */
size_t address_host(const char **host, const char *address);

#endif
