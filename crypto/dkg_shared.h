/* dkg_shared.h - what the two phases of the season key have in common; private to them. */
#ifndef COOP_CRYPTO_DKG_SHARED_H
#define COOP_CRYPTO_DKG_SHARED_H

#include "crypto/crypto.h"

static inline bool dkg_sizes_fit(unsigned count, unsigned threshold)
{
    return threshold >= 1 && threshold <= count && count <= COMMITTEE_MAX;
}

/* H, the second base: nobody knows its logarithm. */
void dkg_blinding_base(struct point *out);
/* sum of x^k * commitments[k]: f(x)*B + g(x)*H, for a member's number x */
void dkg_commitments_at(struct point *out, const struct point *commitments, unsigned threshold, unsigned x);

#endif
