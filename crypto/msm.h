/* msm.h - sums of many multiples of public points, on libdecaf's ristretto255, which keeps points decoded; private to this room.
 *
 * Variable time: nothing in it may depend on a secret. Terms gather until the chunk is full and are then summed by buckets (Pippenger 1976,
 * with signed digits) into a running total, so a sum of any length needs the same memory, which is the caller's. */
#ifndef COOP_CRYPTO_MSM_H
#define COOP_CRYPTO_MSM_H

#include "crypto/residue.h"

#include <decaf/point_255.h>

/* The buckets of every window at once, for sums of thousands of terms: a term then costs one addition a window, and the buckets are added up
 * once in a sum instead of once in a chunk. */
enum { ROOM_WIDTH_LEAST = 10, ROOM_WIDTH = 12, ROOM_BUCKETS = 22 << (ROOM_WIDTH - 1) };
struct batch_room {
    decaf_255_point_t sum[ROOM_BUCKETS];
    bool used[ROOM_BUCKETS];
};

enum { MSM_TERMS = 1024 };
struct msm {
    decaf_255_point_t total, points[MSM_TERMS];
    struct scalar scalars[MSM_TERMS];
    size_t count;
    struct batch_room *room; /* NULL: each chunk is added up by itself */
    unsigned width;          /* of a window in the room */
    bool spoilt;             /* something that was added is no point */
};
void msm_begin(struct msm *sum);
/* For some `expected` terms, in the caller's room; NULL, or few terms: as above. */
void msm_begin_many(struct msm *sum, struct batch_room *room, size_t expected);
/* Strict: of bytes that RFC 9496 does not allow the sum is spoilt, and never zero. */
void msm_add(struct msm *sum, const struct scalar *factor, const struct point *p);
void msm_add_residue(struct msm *sum, const struct residue *factor, const struct point *p);
void msm_add_decoded(struct msm *sum, const struct scalar *factor, const decaf_255_point_t p);
bool msm_is_zero(struct msm *sum);                   /* of everything added so far */
void msm_result(struct point *out, struct msm *sum); /* the same, encoded; nothing in it is spoilt (asserted) */

/* For bytes from outside which are then added to a sum: takes them as they are, since the sum decodes them strictly and to decode
 * costs as much as to add. Refuses only what is a point and not allowed, the identity. It is a point like any other once the sum has
 * come out as zero: the sum takes what point_read takes and nothing else (tested). */
bool point_take(struct point *out, const uint8_t in[POINT_SIZE]);

void point_decode(decaf_255_point_t out, const struct point *p);

#endif
