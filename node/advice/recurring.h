/* recurring.h - payments that come back: found in the movements, with their rhythm, amount and next date.
 * Pure.
 *
 * Promised: a rhythm is found from the dates alone (weekly, monthly, every two, three, six or twelve months,
 * moved by week-ends), amounts may step or move a little, one payee may be paid several times a month by
 * several contracts, and a month may be left out now and then. Not promised: what came less than three times,
 * except direct debits of an equal amount, which need two. */
#ifndef COOP_NODE_ADVICE_RECURRING_H
#define COOP_NODE_ADVICE_RECURRING_H

#include "node/advice/ledger.h"

enum { SERIES_MAX = 300 };

/* Certain: a contract, a wage, a benefit, of an amount that is known. Predictable: comes back, or is needed,
 * but when or how much is not fixed. Supposed: as in the past, because nothing better is known. */
enum sureness { SURE_CERTAIN, SURE_PREDICTABLE, SURE_SUPPOSED, SURENESSES };
const char *sureness_name(enum sureness sureness); /* "certain" */

struct series {
    char payee[PAYEE_MAX];
    enum pay_kind kind; /* of the last one */
    unsigned post;
    unsigned months;                       /* between two: 1, 2, 3, 6, 12; 0: by days */
    unsigned days;                         /* between two when months is 0: 7, 14 */
    unsigned month_day;                    /* on which it is due; booked up to some days later */
    int64_t first_day, last_day, next_day; /* next_day: not before the day after the last movement of all */
    int64_t cents;                         /* expected next time; negative: paid */
    int64_t least, most;                   /* of the last six */
    size_t count;
    bool ended; /* it should have come again, and did not */
    enum sureness sureness;
};
/* entries sorted (ledger_sort), the last one included; sets entry.series. Returns how many were found; those
 * beyond SERIES_MAX stay single movements. STATUS-free: memory is the caller's. */
size_t recurring_find(struct series out[SERIES_MAX], struct entry *entries, size_t count);
/* How sure this movement was, with what is known of it: that of its series, or of its post. */
enum sureness entry_sureness(const struct entry *entry, const struct series *series);
/* The day this falls due k times after its next one. */
int64_t series_due(const struct series *series, unsigned k);
int64_t series_yearly_cents(const struct series *series);

/* Days and months, by the civil calendar. */
int64_t day_plus_months(int64_t day, int months,
                        unsigned month_day); /* on that day of the month, or its last */
unsigned month_index(int64_t day);           /* months since January 1970 */
unsigned day_of_month(int64_t day);
int64_t month_first_day(unsigned index);

#endif
