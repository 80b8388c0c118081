/* history.h - the totals this home has helped to open or has seen opened, and whether one more may be. WIRE 6.12.
 * Private to the room.
 *
 * Two totals of one good over sets that differ by a few homes give away those few by subtraction. Within a round a
 * box is opened once; across rounds only memory helps, and it must outlive the rounds and a crash: the caller has
 * it on disk before a share that it speaks of leaves. */
#ifndef COOP_PROTO_HISTORY_H
#define COOP_PROTO_HISTORY_H

#include "proto/fold/topic.h"

enum {
    HISTORY_MAX = 32,  /* rounds; the oldest in which this home is not gives way, else the oldest: 32 a year of one household is beyond any street */
    VOICE_PREFIX = 16, /* of a voice: 2^64 work to confuse two */
};

/* The lots of one round: voices[0 .. sizes[0]) is the first, and so on, each ascending. */
struct opened_round {
    uint8_t topic[ID_SIZE], series[HASH_SIZE];
    uint64_t known_s; /* when this home helped to open it or saw it opened, by its own clock: what a charter says of time is its founder's */
    uint32_t floor;
    bool part; /* this home is in its registry: rounds that others found among themselves push none of these out */
    size_t lot_count, sizes[LOTS_MAX];
    uint8_t (*voices)[VOICE_PREFIX];
};
struct history {
    struct opened_round list[HISTORY_MAX]; /* in order of being remembered */
    size_t count;
};
void history_clear(struct history *history);

/* No union of lots of one round differs from a union of lots of the other by fewer homes than either's K, save none at all; of one
 * round with itself: the lots are the same. */
bool rounds_fit(const struct opened_round *a, const struct opened_round *b);

bool history_knows(const struct history *history, const struct topic *topic);
/* The lots of a closed join box; part: see above. false: out of memory, nothing changed. */
bool history_add(struct history *history, struct topic *topic, bool part, uint64_t now_s);
/* One with no part is not taken when all that are remembered have one. Its voices are the history's from now on. */
void history_take(struct history *history, const struct opened_round *one);
/* false: a total of this round and one that is remembered differ by fewer than K homes; *with says of which round. */
bool history_allows(const struct history *history, struct topic *topic, uint64_t now_s, uint8_t with[ID_SIZE]);

/* As it is kept. The room that is enough, now and with the lots of one more round. 0 is written when it does not fit. */
size_t history_room(const struct history *history);
size_t history_write(uint8_t *out, size_t room, const struct history *history);
enum status history_read(struct history *out, struct bytes in); /* MALFORMED or NOMEM: out is empty */

#endif
