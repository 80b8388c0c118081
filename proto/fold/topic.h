/* topic.h - the fold as the voter, the dealer and the overlay see it. Private to the room; proto.h has what
 * others see.
 *
 * A topic holds records in two states. Valid: judged and found good, it has effect. Pending: its parent is
 * not closed here yet, or its place cannot be judged; it has no effect, is judged again whenever a box moves,
 * and is offered to nobody: a peer that is further would find it forged, and blame whoever passed it on.
 * Nothing here reads a clock; arrival times are told by the caller and used for one thing only, the list of
 * deals seen in time (WIRE 6.3). */
#ifndef COOP_PROTO_TOPIC_H
#define COOP_PROTO_TOPIC_H

#include "proto/form/record.h"

struct held {
    struct record record; /* its bytes belong to the topic and stay where they are until the topic goes */
    uint64_t arrival_ms;
    bool valid;
    bool hidden;   /* this home does as if it did not have it: WIRE 10.10 */
    uint32_t turn; /* how many others were told of before it; of no meaning while pending or hidden */
    bool flagged; /* a key deal against which a valid flag is known: nobody lists it (WIRE 7.3) */
};

/* topic_add of a record that has been read already: its id is the costliest thing about it. hidden: it is told to nobody, until
 * topic_show. */
enum status topic_take(struct topic *topic, const struct record *record, uint64_t arrival_ms, bool hidden);
/* One that is held, taken once more: all the work of the first time, and nothing changes. */
void topic_take_again(struct topic *topic, const struct record *record);
/* Every record held, valid and pending, in order of id; borrowed until the next topic_add. */
size_t topic_held(struct topic *topic, const struct held *const **out);
/* The valid ones: what may be told to others. */
size_t topic_valid(struct topic *topic, const struct held *const **out);
void topic_show(struct topic *topic, const uint8_t id[ID_SIZE]); /* one that is not hidden, or not held, stays what it is */
/* How many are valid and not hidden, a digest of them, equal for equal sets and no others, and a mark of each of the parts it is made
 * of, which shows where two sets differ (WIRE 12.2). */
enum { SET_PARTS = 64, SET_MARK_SIZE = 8 };
size_t topic_digest(struct topic *topic, uint8_t out[HASH_SIZE], uint8_t marks[SET_PARTS][SET_MARK_SIZE]);
/* The ids, ascending, of some parts (bit i: part i), as they were when there were so many: none is ever taken away. Returns how
 * many they are; out NULL: only that. */
size_t topic_ids(const struct topic *topic, size_t count, uint64_t parts, uint8_t (*out)[ID_SIZE]);
/* Those that waited and have become valid since topic_risen_told, in order of id; borrowed until the next
 * topic_add. */
size_t topic_risen(struct topic *topic, const struct held *const **out);
void topic_risen_told(struct topic *topic);
size_t topic_bytes(const struct topic *topic); /* of memory, that all it holds takes */
/* How much memory the pending ones take, and may take from now on: PENDING_BYTES_MAX until something else is said. */
size_t topic_pending_bytes(const struct topic *topic);
void topic_pending_limit(struct topic *topic, size_t bytes);
/* Valid or pending. */
const struct held *topic_held_find(const struct topic *topic, const uint8_t id[ID_SIZE]);
/* In which order records are given, since one hangs on another of a lower rank, mostly. */
uint8_t held_rank(const struct held *held);
/* The valid records of one kind in one box, in order of id; borrowed until the next topic_add. */
size_t topic_records(struct topic *topic, enum box_index box, enum record_kind kind,
                     const struct held *const **out);

/* The committee that closes and opens a box (WIRE 6.1): member 1..n of this key; 0: none, or not drawn yet.
 */
unsigned box_member(struct topic *topic, enum box_index box, const uint8_t key[KEY_SIZE]);
const struct committee_key *
box_key(struct topic *topic, enum box_index box); /* that opens it; NULL: not known yet, or a clear box */

/* Where a home has one voice: in the join box the rounds of a series share it, in others it is the box. WIRE 6.9, 6.12. */
void topic_scope(uint8_t out[HASH_SIZE], const struct topic *topic, enum box_index box);
/* The voice of the i-th home of a formed lot. KEY_SIZE bytes. */
const uint8_t *lot_voice(const struct topic *topic, size_t lot, size_t i);

enum { SEEN_PREFIX_SIZE = 16 }; /* of a record id, in a list of deals seen: WIRE 5.2 */
/* list.c, WIRE 6.3: what a member lists of the deals that had arrived by then, ascending. Returns how many. */
size_t deals_list(struct topic *topic, enum box_index box, uint64_t until_ms,
                  uint8_t out[BOX_DEALS_MAX][SEEN_PREFIX_SIZE]);
/* A list of this member for the box as it is now is held, though it may wait for the one that it is told by. */
bool list_said(const struct topic *topic, enum box_index box, const uint8_t author[KEY_SIZE]);
/* The body of a list of these prefixes: in full, or in what it differs from another list that is here; false: that would not save half. */
void list_write_whole(struct writer *body, struct bytes all);
bool list_write_by_another(struct writer *body, struct topic *topic, enum box_index box, struct bytes all);

/* WIRE 6.4, 6.5. What a cut stands for. false: a seen record or a deal it needs is not held yet, or it is not
 * a cut. */
struct cut {
    uint32_t round;
    uint64_t settled_s;
    unsigned clerk;        /* member who made it */
    const uint8_t *id;     /* of the record */
    struct bytes seen_ids; /* 32 bytes each, as in the record: a clerk may have to name the same ones again */
    uint8_t digest[HASH_SIZE];
    size_t set_count;
};
bool box_cut(struct topic *topic, struct cut *out, const struct held *record);
/* The digest and the set that a cut of these seen records would stand for, before any record of it exists.
 * ids: 32 bytes each, ascending. */
bool box_cut_try(struct topic *topic, enum box_index box, uint64_t settled_s, struct bytes seen_ids,
                 uint8_t digest[HASH_SIZE]);
/* Distinct members whose votes of this round and step name this digest. */
unsigned box_votes(struct topic *topic, enum box_index box, uint32_t round, unsigned step,
                   const uint8_t digest[HASH_SIZE]);
struct vote {
    uint32_t round;
    unsigned step;
    uint8_t cut[ID_SIZE]; /* a cut that stands for it: who lacks it knows what to take */
    uint8_t digest[HASH_SIZE];
};
bool vote_read(struct vote *out, struct bytes body);
/* One of the votes of this round and step of which q members name the digest. false: they name none. */
bool box_agreed(struct vote *out, struct topic *topic, enum box_index box, uint32_t round, unsigned step);

/* Opening (WIRE 6.7). A closed box has this many parts, each a list of points to raise to a member's share of
 * the key; part i of an open record is the share over the points of part i. (The key box has one part without
 * points: what a member reveals of its share.) 0: nothing to open (clear, not
 * closed, below K, nothing formed). The points of one part: for sums the r of each summed coordinate, for
 * bids the ephemeral points in order of the set. */
enum { OPEN_POINTS_MAX = (int)BIDS_MAX > (int)DEAL_VALUES_MAX ? (int)BIDS_MAX : (int)DEAL_VALUES_MAX };
size_t box_open_parts(struct topic *topic, enum box_index box);
size_t box_open_points(struct topic *topic, enum box_index box, size_t part,
                       struct point out[OPEN_POINTS_MAX]);
void box_open_context(struct topic *topic, enum box_index box, size_t part, uint8_t out[HASH_SIZE]);

/* The key deals of the closed key box, in the order of the set: what a member's own share is summed from. 0:
 * not closed. */
struct key_deal {
    struct bytes deal; /* as dkg_share_open takes it */
    uint8_t context[HASH_SIZE];
    uint8_t id[ID_SIZE];
};
size_t key_set(struct topic *topic, struct key_deal out[COMMITTEE_MAX]);
bool key_deal_of(struct topic *topic, struct key_deal *out,
                 const struct held *record); /* of one valid key deal, closed or not */
/* What the closed key box commits this member's share of the key to: what it reveals is held against it. */
void key_commitment(const struct topic *topic, unsigned member, struct point *out);
size_t committee_points(
    struct topic *topic,
    struct point out[COMMITTEE_MAX]); /* the members' keys for sealed shares, in order; 0: not drawn */
/* The bases of the demand's range proofs, made when first asked for; NULL: out of memory. */
const struct deal_bases *topic_bases(struct topic *topic);
size_t ring_points(struct topic *topic,
                   const struct point **out); /* ring keys of the registry, sorted; 0: not closed */

/* An opening in this box that its signature proves false and nobody has flagged yet, whole; borrowed until the next topic_add. */
bool topic_lie(struct topic *topic, enum box_index box, struct bytes *record);

/* Until when the drawn committee has time to make the key and to close interest, in seconds: then it falls silent, and two slacks later the
 * next lot gives it up. UINT64_MAX: there is no next lot, or nothing to wait for. WIRE 7.3 */
uint64_t key_patience_s(const struct topic *topic);
/* What has arrived by then leaves so little to be said for key and interest that those who lie, fewer than a fork takes, could hold just
 * that back and say it later. Then the first committee goes on, and nobody gives it up. */
bool first_may_finish(struct topic *topic, uint64_t until_ms);
/* The seat of this key in the next lot, 0: none; *said: it has given the first up. */
unsigned next_lot_member(struct topic *topic, const uint8_t key[KEY_SIZE], bool *said);

/* Is this record or prefix named by what is already held, so that a quota must not keep it out? For the
 * overlay's buckets too. */
bool topic_wants(struct topic *topic, const uint8_t id[ID_SIZE]);

#endif
