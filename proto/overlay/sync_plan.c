/* sync_plan.c - symbols as long as they are the cheapest way, else the shorter list.
 *
 * Each step costs a round trip and each symbol too many costs 13 bytes, so steps begin small, grow with what
 * the estimate is worth, and end as small additions. The estimate may be wrong, or the peer may have made it
 * so: it only moves cost between the two ways, both of which are bounded. */
#include "proto/overlay/sync_plan.h"

#include "proto/limits.h"
#include "proto/overlay/short_list.h"

/* Symbols a difference that decode with even chances in the middle sizes; measured 1.31 to 1.41. */
#define NEEDED 1.35

static double at_least(double a, double b)
{
    return a > b ? a : b;
}

static double at_most(double a, double b)
{
    return a < b ? a : b;
}

/* What the estimate says is needed, a little short of it, then a sixteenth more at a time. While little is
 * known, four times what there is at most, or what the counts alone say is needed. */
static double next_symbols(double taken, double differences, double certain)
{
    double first = SYNC_SYMBOLS_FIRST - taken, most = first > 0 ? first : 4 * taken;
    double least = first > 0 ? first : 8 + taken / 16;
    double next = at_most(1.3 * differences - taken, at_least(most, 1.2 * certain - taken));

    return at_most(at_least(next, least), SYNC_SYMBOLS_STEP_MAX);
}

struct sync_plan sync_plan_next(size_t own_count, size_t peer_count, size_t taken, double estimate)
{
    double own = (double)own_count, peer = (double)peer_count, excess = peer - own;
    double certain = at_least(excess, -excess), differences = at_least(estimate, certain);
    double theirs = (differences + excess) / 2,
           ours = differences - theirs; /* what only they, only we have */
    double next = next_symbols((double)taken, differences, certain);
    double left = at_least(NEEDED * differences - (double)taken, next);
    double by_own = (own + ours) * SHORT_ID_SIZE, by_peer = (peer + theirs) * SHORT_ID_SIZE;
    double by_symbols = left * RIBLT_SYMBOL_SIZE + theirs * SHORT_ID_SIZE;
    bool list = (double)taken + left > SYNC_SYMBOLS_MAX || at_most(by_own, by_peer) <= by_symbols;

    return (struct sync_plan){ .symbols = list ? 0 : (size_t)next, .own_list = by_own < by_peer };
}
