/* overlay.h - what the runs of the network alone share: overlay.c all of it, crowd.c one home that all call, walk.c what walks before it spreads. */
#ifndef COOP_TESTS_SIM_OVERLAY_H
#define COOP_TESTS_SIM_OVERLAY_H

#include "tests/sim/sim.h"

struct overlay_bar {
    const char *name, *unit;
    double value, most; /* most negative: at least -most */
};
bool overlay_bar_met(const struct sim *s, const struct overlay_bar *bar); /* prints its line */
bool overlay_end(struct sim *s, const struct overlay_bar *bars, size_t count); /* these too, and whether anything failed; clears */
/* crowd: only home 0 can be called. */
void overlay_begin(struct sim *s, uint64_t seed, int nodes, bool crowd);
int overlay_somebody(struct sim *s);              /* who follows the round */
size_t overlay_say(struct sim *s, int at); /* a household that is not there enrols: its place in the ledger */

bool crowded(uint64_t seed);
bool walks(uint64_t seed);

#endif
