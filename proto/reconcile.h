/* reconcile.h - one comparison of two sets of record ids, by coded symbols that go on until they decode (rateless IBLT: Yang, Gilad and
 * Alizadeh, SIGCOMM 2024), with plain ids as the fallback. WIRE 10. Private to the room.
 *
 * A machine without a link: payloads in, payloads out. Both sides take a snapshot of their ids at the start; what arrives meanwhile is
 * the business of spreading, or of the next comparison. Short ids are keyed with salts of both sides, so no set can be crafted against them. */
#ifndef COOP_PROTO_RECONCILE_H
#define COOP_PROTO_RECONCILE_H

#include "proto/proto.h"

enum { SYNC_PAYLOAD_MAX = 10000 };
struct sync;

struct sync_out {
    uint8_t payload[SYNC_PAYLOAD_MAX]; /* to the peer, now; size 0: nothing */
    size_t size;
    const uint8_t (*give)[ID_SIZE];    /* records the peer lacks: send them. Borrowed until the next call on this sync */
    size_t give_count;
    bool more;                         /* call sync_more for the next payload: never a burst that the link did not ask for */
    bool done;                         /* both sides know what they need to; free it */
    bool equal;                        /* and there was no difference */
};
/* The side that begins, and its first payload. ids: sorted, copied as needed. NULL: out of memory. */
struct sync *sync_begin(const uint8_t (*ids)[ID_SIZE], size_t count, struct rng *rng, struct sync_out *out);
/* The other side, made when a first payload arrives, which is then given to sync_step. */
struct sync *sync_answer(const uint8_t (*ids)[ID_SIZE], size_t count, struct rng *rng);
/* STATUS_MALFORMED: the peer's fault, a violation; STATUS_FULL: a stream that does not decode within its bound or a count that lied: behaviour,
 * the session is over; STATUS_NOMEM. */
enum status sync_step(struct sync *sync, struct bytes payload, struct sync_out *out);
enum status sync_more(struct sync *sync, struct sync_out *out);
void sync_free(struct sync *sync);

#endif
