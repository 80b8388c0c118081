/* consent.h - what this home may say by itself, without being asked again: each purpose is one sentence of one
 * size, off until it is allowed, and off again when it is taken back.
 *
 * What is asked for by hand needs no entry here, since the command shows it and asks: belonging to a group
 * (coopair group join), a demand (coopair round join), name and address (coopair offer accept). */
#ifndef COOP_NODE_CONSENT_H
#define COOP_NODE_CONSENT_H

#include "node/home/node.h"

enum purpose {
    PURPOSE_INTEREST, /* in every round of its groups: that a home is interested */
    PURPOSE_PROFILE,  /* beside an interest: one of four cells, noised once a kind of round and season */
    PURPOSES
};
struct consents {
    uint64_t since_ms[PURPOSES]; /* 0: not given */
};
/* None kept, or none that reads: nothing is allowed. */
void consents_read(struct consents *out, struct store *store);
/* On disk and in the journal with the next flush. STATUS_EXISTS: it stands so already. */
enum status consent_set(struct node *node, enum purpose purpose, bool allowed, struct failure *why);

bool purpose_of_name(enum purpose *out, const char *name);
const char *purpose_name(enum purpose purpose);  /* "profile" */
const char *purpose_says(enum purpose purpose);  /* what leaves, for what; in the language of who asks */
const char *purpose_grain(enum purpose purpose); /* how much of it, how often, to whom */

#endif
