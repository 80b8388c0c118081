/* health.h - what was paid for care, what came back for it, what is still due and what is late. Pure.
 *
 * A payment is known from the account or from the statements of the payers (the social insurance, the
 * complementary insurance), which name the day of care and the amounts. A refund belongs to the payment whose
 * day of care it names, or whose statement has its amount; without either, to the payment before it that it
 * fits. Not promised: two acts of the same day and amount told apart; what a payer sent straight to the
 * practitioner. */
#ifndef COOP_NODE_ADVICE_HEALTH_H
#define COOP_NODE_ADVICE_HEALTH_H

#include "node/advice/ledger.h"
#include "store/store.h"

enum {
    HEALTH_ACTS_MAX = 2000,
    HEALTH_LATE_DAYS = 29, /* the longest that a refund usually takes, and the window of other matchers */
    HEALTH_BEFORE_DAYS = 15
};
const char *payer_name(enum payer payer);

enum act_state { ACT_SETTLED, ACT_WAITING, ACT_LATE, ACT_STATES };
const char *act_state_name(enum act_state state); /* "settled" */
struct act {
    int64_t care_day, paid_day;
    int64_t spent_cents;
    char payee[PAYEE_MAX]; /* "": only a statement knows of it */
    int64_t refund_cents[PAYERS];
    int64_t refund_day[PAYERS];     /* 0: none came */
    int64_t expected_cents[PAYERS]; /* of what did not come: by the statement, else as for earlier acts; 0:
                                       nothing known */
    enum act_state state;
};
struct health {
    struct act *acts; /* room for HEALTH_ACTS_MAX; in order of care */
    size_t count;
    size_t unmatched; /* refunds that no payment explains */
    int64_t unmatched_cents;
    int64_t spent_cents, refund_cents[PAYERS], due_cents, late_cents;
    size_t late;
};
/* entries sorted; labels[i] is that of entries[i], folded (label_fold). today: the day up to which the
 * account goes. */
void health_find(struct health *out, struct act *acts, const struct entry *entries, const char *const *labels,
                 size_t count, const struct health_line *lines, size_t line_count, int64_t today);

#endif
