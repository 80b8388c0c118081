/* block.h - a stretch of readings as few bytes. Private to the room. */
#ifndef COOP_STORE_BLOCK_H
#define COOP_STORE_BLOCK_H

#include "store/store.h"

enum {
    /* Sealed and behind LMDB's page head, a block of this size fills one page of 4 KiB. Values that large have pages of
     * their own, so a series takes the same room in whatever order it came. (One block a month, about 1.9 kB for half-hours,
     * lay in the pages of the tree, which LMDB 0.9 splits in half: 2.6 bytes a reading.) */
    BLOCK_MAX = 4096 - 16 - 40,
    BLOCK_READINGS_MAX = 8 * BLOCK_MAX, /* a reading takes a bit at least */
};

/* readings: ascending starts. Returns the size; more than BLOCK_MAX: it does not fit, and out holds nothing of use. */
size_t block_write(uint8_t out[BLOCK_MAX], const struct reading *readings, size_t count);
/* How many readings a block claims; 0: not a block. */
size_t block_count(struct bytes block);
/* Reads exactly block_count(block) readings, the first of which begins at start_s. false: not what block_write wrote. */
bool block_read(struct reading *out, struct bytes block, int64_t start_s);

#endif
