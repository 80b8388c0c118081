/* turns.h - when the members of a committee may speak: rounds, the order of the clerks, and the time at which
 * a box counts as closed. WIRE 6.4, 6.6. Private to the room.
 *
 * Arithmetic only. Every sum saturates: with a hostile charter or a clock that is a year off, a turn comes
 * never or a round is not there, and nothing overflows. */
#ifndef COOP_PROTO_TURNS_H
#define COOP_PROTO_TURNS_H

#include "proto/proto.h"

enum { MS_PER_S = 1000 };
#define NEVER_MS UINT64_MAX

struct turns {
    uint64_t deadline_s, deadline_ms;
    uint64_t begin_ms; /* deadline and grace: deals count until then, round 0 begins; NEVER_MS: beyond the
                          reach of a clock */
    uint64_t round_ms, grow_ms, slot_ms;
    uint32_t tick_s, slack_s;
    unsigned members;
};
uint64_t ms_from_s(uint64_t seconds);
struct turns turns_of(const struct charter *charter, enum box_index box, uint64_t deadline_s,
                      unsigned members);
uint64_t round_begin_ms(const struct turns *turns,
                        uint32_t round); /* round ROUNDS_MAX: when the last one ends */
/* The round a clock is in. false: before the first or after the last. */
bool round_at(uint32_t *round, const struct turns *turns, uint64_t now_ms);
unsigned clerk_order(unsigned member, uint32_t round, unsigned members); /* 0 speaks first */
uint64_t turn_ms(const struct turns *turns, uint32_t round, unsigned order);
/* What a clerk at this time writes as `settled`; and whether a member, by its own clock, takes what a clerk
 * of this round wrote. */
uint64_t settled_s(const struct turns *turns, uint64_t now_ms);
bool settled_fits(const struct turns *turns, uint32_t round, uint64_t settled, uint64_t now_ms);

#endif
