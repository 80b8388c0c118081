/* committee.c - the four numbers of a committee, in one place for the fold, the voter and the charter.
 * WIRE 6.1.
 *
 * Among few people who know each other progress matters more than lies, so below 16 a third may be off; from
 * 16 on 3/10, which keeps b < 2q - n true for 12 of 31 (mechanism 2.7, P3). */
#include "proto/form/committee.h"

#include "proto/proto.h"

#include <assert.h>

struct committee_rule committee_rule(unsigned members)
{
    struct committee_rule rule = { .members = members, .quorum = 1, .listing = 1, .threshold = 1 };

    assert(members <= COMMITTEE_MAX);
    if (members == 0)
        return rule;
    rule.faults = members < 16 ? (members - 1) / 3 : 3 * (members - 1) / 10;
    rule.quorum = members - rule.faults;
    rule.listing = rule.faults + 1;
    rule.threshold = members / 2 + 1;
    return rule;
}
