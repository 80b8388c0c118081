/* turns.c - rounds and turns as functions of a deadline and a clock. WIRE 6.4, 6.6. Nothing can fail. */
#include "proto/duty/turns.h"

#include <assert.h>

static uint64_t plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t ms_from_s(uint64_t seconds)
{
    return seconds > UINT64_MAX / MS_PER_S ? UINT64_MAX : seconds * MS_PER_S;
}

struct turns turns_of(const struct charter *charter, enum box_index box, uint64_t deadline_s,
                      unsigned members)
{
    assert(members > 0 && charter->round_s > 0 && charter->tick_s > 0);
    return (struct turns){
        .deadline_s = deadline_s,
        .deadline_ms = ms_from_s(deadline_s),
        .begin_ms = plus(ms_from_s(deadline_s), ms_from_s(charter->grace_s[box])),
        .round_ms = ms_from_s(charter->round_s),
        .grow_ms = ms_from_s(charter->grow_s),
        .slot_ms = ms_from_s(charter->slot_s),
        .tick_s = charter->tick_s,
        .slack_s = charter->slack_s,
        .members = members,
    };
}

/* The charter's seconds are 32 bits wide and there are ROUNDS_MAX rounds, so only the last sum can overflow.
 */
uint64_t round_begin_ms(const struct turns *turns, uint32_t round)
{
    uint64_t r = round;

    assert(round <= ROUNDS_MAX);
    return plus(turns->begin_ms, r * turns->round_ms + (r > 0 ? r * (r - 1) / 2 : 0) * turns->grow_ms);
}

bool round_at(uint32_t *round, const struct turns *turns, uint64_t now_ms)
{
    uint32_t r = 0;

    if (turns->begin_ms == NEVER_MS || now_ms < turns->begin_ms)
        return false;
    while (r < ROUNDS_MAX && now_ms >= round_begin_ms(turns, r + 1))
        r++;
    if (r == ROUNDS_MAX)
        return false;
    *round = r;
    return true;
}

unsigned clerk_order(unsigned member, uint32_t round, unsigned members)
{
    assert(member >= 1 && member <= members);
    return (member - 1 + members - 5 * (round % members) % members) % members;
}

uint64_t turn_ms(const struct turns *turns, uint32_t round, unsigned order)
{
    return plus(round_begin_ms(turns, round), order * turns->slot_ms);
}

uint64_t settled_s(const struct turns *turns, uint64_t now_ms)
{
    uint64_t now_s = now_ms / MS_PER_S, settled = now_s - now_s % turns->tick_s;

    return settled > turns->deadline_s ? settled : turns->deadline_s;
}

/* Too early is judged by the round, which is the same for all, and not by the member's clock: who wakes up
 * late in a long round must still be able to vote for a cut made at its beginning. Too late can only be
 * judged by the clock. */
bool settled_fits(const struct turns *turns, uint32_t round, uint64_t settled, uint64_t now_ms)
{
    uint64_t now_s = now_ms / MS_PER_S, latest = now_s > turns->deadline_s ? now_s : turns->deadline_s;

    if (settled != turns->deadline_s && (settled < turns->deadline_s || settled % turns->tick_s != 0))
        return false;
    return settled <= plus(latest, turns->slack_s) &&
           plus(settled, turns->slack_s) >= settled_s(turns, round_begin_ms(turns, round));
}
