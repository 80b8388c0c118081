/* reconcile.h - one comparison of two sets of record ids, by coded symbols that go on until they decode
 * (rateless IBLT: Yang, Gilad and Alizadeh, SIGCOMM 2024), with a plain list of short ids as the fallback.
 * WIRE 12. Private to the room.
 *
 * A machine without a link: payloads in, payloads out, strictly in turn. What is compared is both sides' sets as
 * they were at the start; what arrives meanwhile is the business of spreading, or of the next comparison. Short ids
 * are keyed with salts of both sides, so no set can be crafted against them; two records that share one all
 * the same (2^-64) look like one record to this comparison, and not to the next.
 *
 * Payloads must arrive in order and whole. When one is lost or refused, drop the sync on this side; the other
 * side runs into its timeout. Memory: 64 bytes an id of the parts that differ; equal sets, which are nearly all
 * comparisons there are, cost neither memory nor a look at them. */
#ifndef COOP_PROTO_RECONCILE_H
#define COOP_PROTO_RECONCILE_H

#include "proto/fold/topic.h"

enum { SYNC_PAYLOAD_MAX = 10000 };
struct sync;

struct sync_out {
    uint8_t payload[SYNC_PAYLOAD_MAX]; /* to the peer, now; size 0: nothing */
    size_t size;
    const uint8_t (
        *give)[ID_SIZE]; /* records the peer lacks: send them. Borrowed until the next call on this sync */
    size_t give_count;
    bool more; /* call sync_more for the next payload when the link has room: never a burst that it did not
                  ask for */
    bool
        done; /* this side has sent and heard all it needs (give and payload are still to be sent): free it */
    bool equal; /* and there was no difference */
};
/* What a side holds: how many (at most SYNC_SET_MAX, asserted), digest and marks as topic_digest gives them, and where ids are
 * asked for as topic_ids gives them. `from` outlives the sync. */
struct sync_set {
    size_t count;
    uint8_t digest[HASH_SIZE], marks[SET_PARTS][SET_MARK_SIZE];
    size_t (*ids)(const void *from, size_t count, uint64_t parts, uint8_t (*out)[ID_SIZE]);
    const void *from;
};
/* The side that begins, and its first payload. NULL: out of memory. */
struct sync *sync_begin(const struct sync_set *set, struct rng *rng, struct sync_out *out);
/* Is this a first payload, and of the same set? Then the answer costs nothing. */
bool sync_opens_equal(struct bytes payload, const struct sync_set *set);
/* Does this payload go on with a comparison that was begun before? One that is over here, if none runs. */
bool sync_goes_on(struct bytes payload);
/* The other side, made when a first payload arrives, which is then given to sync_step. */
struct sync *sync_answer(const struct sync_set *set, struct rng *rng);
/* STATUS_MALFORMED: the peer's fault, a violation. STATUS_FULL: its count or its symbols do not fit what it
 * sent, which is behaviour. STATUS_NOMEM. After each of them the session is over, and every further payload
 * is STATUS_MALFORMED. */
enum status sync_step(struct sync *sync, struct bytes payload, struct sync_out *out);
/* The next piece; only when the last out said `more` (asserted). */
enum status sync_more(struct sync *sync, struct sync_out *out);
void sync_free(struct sync *sync); /* NULL is fine */

#endif
