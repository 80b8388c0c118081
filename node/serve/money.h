/* money.h - the household's account movements ready for advice, and what it has said about them: its own rules
 * for posts, and when contracts end. Kept among the household's settings, never in the data, so that they hold
 * for the next import as for the last. Nothing of it leaves the house. */
#ifndef COOP_NODE_MONEY_H
#define COOP_NODE_MONEY_H

#include "node/advice/recurring.h"
#include "store/store.h"

enum { MONEY_ENTRIES_MAX = 1 << 20, ENDS_MAX = 200 };

struct money {
    char currency[4];
    size_t accounts, left_out; /* left_out: accounts in another currency than most movements are in */
    struct entry *entries;     /* sorted; each with its series */
    char **labels;             /* folded, that of entries[i]; NULL unless asked for */
    size_t count;
    struct series *series;
    size_t series_count;
};
/* account NULL: all of them. STATUS_MISSING: no movement, or no such account; STATUS_FULL: too many.
 * money_clear in any case. */
enum status money_load(struct money *out, struct store *store, const char *account, bool labels,
                       struct failure *why);
void money_clear(struct money *money);

/* ---- The household's own rules (ledger.h). */
struct rules {
    struct rule list[RULES_MAX];
    size_t count;
};
void rules_read(struct rules *out, struct store_txn *txn); /* what does not read back counts as none */
/* One more, or another post for the same words; post NULL: away with it. STATUS_MISSING: no such post or rule;
 * STATUS_MALFORMED: words without a letter; STATUS_FULL. */
enum status rule_set(struct store *store, const char *words, const char *post, struct failure *why);

/* ---- When a contract ends, by the payee's folded name. */
struct contract_end {
    char payee[PAYEE_MAX];
    int64_t day;
};
struct ends {
    struct contract_end list[ENDS_MAX];
    size_t count;
};
void ends_read(struct ends *out, struct store_txn *txn);
/* day 0: away with it. Failures as rule_set. */
enum status end_set(struct store *store, const char *payee, int64_t day, struct failure *why);
int64_t end_of(const struct ends *ends, const char *payee); /* 0: not said */

#endif
