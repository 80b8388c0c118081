/* names.c - what a phase is called where people and scripts read it. They stay as they are: --json shows
 * them. */
#include "proto/proto.h"

#include <assert.h>

const char *phase_name(enum phase phase)
{
    static const char *const names[PHASES] = {
        [PHASE_REGISTRY] = "registry",
        [PHASE_KEY] = "key",
        [PHASE_JOIN] = "join",
        [PHASE_TENDER] = "tender",
        [PHASE_BIDS_CLOSED] = "bids closed",
        [PHASE_AWARDED] = "awarded",
        [PHASE_TOO_FEW] = "too few homes",
        [PHASE_NO_LOT] = "no lot formed",
        [PHASE_NO_AWARD] = "no award",
        [PHASE_FORK] = "fork",
    };

    assert((unsigned)phase < PHASES);
    return names[phase];
}
