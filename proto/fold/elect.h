/* elect.h - which home buys in which lot. WIRE 7.5. A pure function of the closed set of the join box.
 * Private to the room. */
#ifndef COOP_PROTO_ELECT_H
#define COOP_PROTO_ELECT_H

#include "proto/limits.h"

#include <stddef.h>
#include <stdint.h>

struct elect_home {
    struct {
        uint32_t lot, minimum;  /* "I am in from so many homes" */
    } choices[LOT_CHOICES_MAX]; /* in order of preference, each lot once */
    size_t choice_count;
};
enum { ELECT_NONE = LOTS_MAX }; /* in no lot */
/* placed[i]: the lot of the i-th home, or ELECT_NONE. sizes[l]: homes of lot l, 0 when it is not formed. */
void elect(uint8_t *placed, size_t sizes[LOTS_MAX], const struct elect_home *homes, size_t home_count,
           size_t lot_count, uint32_t floor);

#endif
