/* effects.h - how the core writes down what is to be done. Private to the room.
 *
 * Whoever changes the state first makes room for the effect that goes with it, so that a lack of memory can
 * never leave a change without its effect: a vote in memory that no disk knows would be cast again after a
 * restart, differently. */
#ifndef COOP_PROTO_EFFECTS_H
#define COOP_PROTO_EFFECTS_H

#include "proto/proto.h"

/* Room for `count` effects with `size` bytes between them. false: out of memory, nothing changed. */
bool effects_reserve(struct effects *effects, size_t count, size_t size);
/* One effect more, with a copy of the bytes; the room was reserved. The other fields are zero and the
 * caller's to fill. */
struct effect *effects_add(struct effects *effects, enum effect_type type, struct bytes bytes);

#endif
