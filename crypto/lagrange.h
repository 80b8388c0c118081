/* lagrange.h - share.c: what a polynomial is at a number, from its values at the members' numbers; public data, private to this room. */
#ifndef COOP_CRYPTO_LAGRANGE_H
#define COOP_CRYPTO_LAGRANGE_H

#include "crypto/residue.h"

struct lagrange {
    struct residue member[COMMITTEE_MAX], below[COMMITTEE_MAX]; /* below: the inverse of what divides each coefficient, wherever it is taken */
    unsigned threshold;
};
/* false: one is named twice. threshold: at most COMMITTEE_MAX */
bool lagrange_begin(struct lagrange *out, const unsigned *members, unsigned threshold);
/* The coefficients, `threshold` of them, at the number `at`. */
void lagrange_at(struct scalar *out, const struct lagrange *of, unsigned at);

#endif
