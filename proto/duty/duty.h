/* duty.h - one box as a member of its committee sees it at one moment. Shared by voter.c, lister.c, clerk.c and
 * opener.c, private to them. */
#ifndef COOP_PROTO_DUTY_H
#define COOP_PROTO_DUTY_H

#include "proto/duty/own.h"
#include "proto/duty/turns.h"

struct duty {
    struct topic *topic;
    const struct own *own;
    const struct charter *charter;
    const struct season *season;
    const struct box_view *view; /* open, or closed and not yet opened */
    const struct sign_key *key;  /* what this member signs with */
    enum box_index box;
    unsigned member;
    struct turns turns;
    uint64_t now_ms;
};

/* What this member has voted in this box: read from its own records, so it cannot be forgotten. WIRE 6.6. */
struct voted {
    bool any;
    uint32_t last_round; /* of any vote */
    bool step[3];        /* [1], [2]: in the round it was asked for */
    bool locked;
    uint32_t lock_round;
    uint8_t lock[HASH_SIZE];
};

bool duty_is_own(const struct duty *duty, const struct held *held);
bool duty_write(struct deal_out *out, const struct duty *duty, enum record_kind kind,
                const struct writer *body);
/* q distinct members' step-1 votes of this round name this digest. */
bool duty_quorum(const struct duty *duty, uint32_t round, const uint8_t digest[HASH_SIZE]);

/* lister.c: the list of what had reached this member in time; and when the clock alone may make it due, once the box's begins. */
bool seen_due(struct deal_out *out, const struct duty *duty);
uint64_t seen_deadline_ms(const struct duty *duty);
/* clerk.c: the cut this member may vote for in this round, of the lowest clerk order; false: none is
 * acceptable. */
bool cut_acceptable(struct cut *out, const struct duty *duty, uint32_t round, const struct voted *voted);
/* clerk.c: this member's turn has come, and it has a cut to make. Only asked while no cut is acceptable. */
bool cut_due(struct deal_out *out, const struct duty *duty, uint32_t round);
/* opener.c */
bool open_due(struct deal_out *out, const struct duty *duty, struct rng *rng);
bool lie_due(struct deal_out *out, const struct duty *duty);

#endif
