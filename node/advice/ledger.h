/* ledger.h - account movements as advice sees them: when, how much, to or from whom, for what. Pure: no
 * clock, no locale, integers only; the words are the bank's own.
 *
 * A label is read once into a payee (what stays the same from month to month), a way of paying and a post of
 * the budget. Posts are those of COICOP 2018 where money buys something; the few beside them say where money
 * comes from or goes without buying. The household's own rules come before the usual ones and look at the
 * label only, so that they hold for the next import as for the last. */
#ifndef COOP_NODE_ADVICE_LEDGER_H
#define COOP_NODE_ADVICE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PAYEE_MAX = 48, /* with its NUL; banks cut at 26 to 140 */
    LABEL_WORDS_MAX = 256,
    RULES_MAX = 500,    /* of the household */
    RULE_TEXT_MAX = 64, /* with its NUL */
    POST_NONE = 0       /* the post of what no rule knows */
};

/* ---- Posts. */

/* How sure the money of a post is: by contract or wage; needed, though the amount moves; as one likes. */
enum post_bond { POST_BOUND, POST_NEEDED, POST_FREE };
struct post {
    const char *code; /* "04.5.1", "income.salary" */
    const char *name; /* English; what a screen translates */
    enum post_bond bond;
};
extern const struct post posts[]; /* posts[POST_NONE] first */
extern const size_t post_count;
bool post_of_code(unsigned *out, const char *code);
bool post_is(unsigned post, const char *code); /* the post itself, or one below it: "04.5.1" is "04.5" */

/* ---- Rules. */
struct rule {
    char text[RULE_TEXT_MAX]; /* folded: see label_fold */
    int sign;                 /* -1: only what is paid, 1: only what comes in, 0: both */
    unsigned post;
};
/* Capitals without accents, one space between words, only letters and digits: "C.P.A.M. Loire-Atl." is "CPAM
 * LOIRE ATL". */
void label_fold(char *out, size_t room, const char *label);
/* The household's own rules first, then the usual ones; of several that fit, the one with the longest text.
 */
unsigned post_of_label(const char *folded, int64_t cents, const struct rule *own, size_t own_count);

/* ---- Movements. */
enum pay_kind { PAY_OTHER, PAY_CARD, PAY_DEBIT, PAY_TRANSFER, PAY_CASH, PAY_CHEQUE, PAY_FEE };
struct entry {
    int64_t day;   /* booked, in days since 1970 */
    int64_t cents; /* negative: paid */
    char payee[PAYEE_MAX];
    enum pay_kind kind;
    unsigned post;
    int series; /* recurring.h; -1: none */
};
void entry_of_label(struct entry *out, int64_t day, int64_t cents, const char *label, const struct rule *own,
                size_t own_count);
void ledger_sort(struct entry *entries,
                 size_t count); /* by day; of one day in the order in which they came */

#endif
