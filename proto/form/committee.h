/* committee.h - how many members of a committee it takes for what. WIRE 6.1. Private to the room. */
#ifndef COOP_PROTO_COMMITTEE_H
#define COOP_PROTO_COMMITTEE_H

struct committee_rule {
    unsigned members;   /* n */
    unsigned quorum;    /* q: seen records a cut names, and votes that close */
    unsigned listing;   /* k: members who must list a deal */
    unsigned threshold; /* thr: shares that open */
    unsigned faults;    /* f: members that may be off or lie */
};
/* members: 0 to COMMITTEE_MAX. Of no members, nobody reaches a quorum of one. */
struct committee_rule committee_rule(unsigned members);

#endif
