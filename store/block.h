/* block.h - a run of readings of one month as few bytes. Private to the room. */
#ifndef COOP_STORE_BLOCK_H
#define COOP_STORE_BLOCK_H

#include "store/store.h"

enum {
    /* Sealed, with its key and LMDB's node head, a block of this size takes exactly half a page of 4 KiB: two fill a page, and
     * none spills into pages of its own, which would double a month of half-hours on disk. */
    BLOCK_MAX = 1983,
    BLOCK_READINGS_MAX = 8 * BLOCK_MAX, /* a reading takes a bit at least */
    BLOCK_PARTS_MAX = 4096,
};

/* readings: ascending starts, none before base_s. parts: how many blocks this month has. 0: does not fit BLOCK_MAX. */
size_t block_write(uint8_t out[BLOCK_MAX], const struct reading *readings, size_t count, int64_t base_s, unsigned parts);
/* How many readings a block claims; 0: not a block. */
size_t block_count(struct bytes block, unsigned *parts);
/* Reads exactly block_count(block) readings. false: not what block_write wrote. */
bool block_read(struct reading *out, struct bytes block, int64_t base_s);

/* Months in UTC, counted from January 1970. */
enum { MONTHS = (2200 - 1970) * 12 };
unsigned month_of(int64_t time_s); /* time_s in [0, month_start_s(MONTHS)) */
int64_t month_start_s(unsigned month);

#endif
