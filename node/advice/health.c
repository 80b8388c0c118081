/* health.c - see health.h. Happy path: each payment is an act, each statement line finds its act or makes
 * one, each refund in the account finds the act it was sent for. Failure modes: more acts than there is room
 * for, whose refunds then stay unmatched; a refund that nothing explains, which is counted. */
#include "node/advice/health.h"

#include "node/tongue/tongue.h"

#include "node/advice/calendar.h"
#include "node/tongue/local_time.h"

#include <assert.h>
#include <string.h>

const char *payer_name(enum payer payer)
{
    assert((unsigned)payer < PAYERS);
    return payer == PAYER_BASIC ? "basic" : "extra";
}

const char *act_state_name(enum act_state state)
{
    static const char *const names[ACT_STATES] = { N_("settled"), N_("waiting"), N_("late") };

    assert((unsigned)state < ACT_STATES);
    return names[state];
}

static int64_t apart(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* ---- What a label tells. */

static enum payer payer_of(const char *label)
{
    static const char *const basic[] = { "CPAM", "AMELI", "ASSURANCE MALADIE", "MSA", "CAISSE PRIMAIRE" };

    for (size_t i = 0; i < sizeof basic / sizeof *basic; i++)
        if (strstr(label, basic[i]))
            return PAYER_BASIC;
    return PAYER_EXTRA;
}

static bool digits(unsigned *out, const char *at, size_t count)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(at[i] - '0');
    }
    return true;
}

/* A word of six or eight digits that is a date ("010124", "01012024") not after this day and of the last
 * year. */
static bool date_word(int64_t *day, const char *word, size_t size, int64_t booked)
{
    struct civil civil = { 0, 0, 0, 0, 0, 0 };
    int64_t seconds;

    if ((size != 6 && size != 8) || !digits(&civil.day, word, 2) || !digits(&civil.month, word + 2, 2) ||
        !digits(&civil.year, word + 4, size - 4))
        return false;
    civil.year += size == 6 ? 2000 : 0;
    if (!civil_seconds(&seconds, &civil))
        return false;
    *day = seconds / CALENDAR_DAY_S;
    return *day <= booked && *day + 366 > booked;
}

/* "05/01" folds to "05 01": the day of a card payment, in the year that ends with its booking. */
static bool card_words(int64_t *day, const char *at, int64_t booked)
{
    struct civil civil;
    int64_t seconds;

    civil_of(&civil, booked * CALENDAR_DAY_S);
    if (strlen(at) < 5 || at[2] != ' ' || (at[5] != ' ' && at[5] != '\0') || !digits(&civil.day, at, 2) ||
        !digits(&civil.month, at + 3, 2))
        return false;
    for (int back = 0; back < 2; back++, civil.year--)
        if (civil_seconds(&seconds, &civil) && seconds / CALENDAR_DAY_S <= booked &&
            seconds / CALENDAR_DAY_S + 40 > booked) {
            *day = seconds / CALENDAR_DAY_S;
            return true;
        }
    return false;
}

/* The day of care that a label names; otherwise that of the booking, and false. */
static bool care_day_of(int64_t *day, const struct entry *entry, const char *label)
{
    *day = entry->day;
    for (const char *word = label; *word;) {
        size_t size = strcspn(word, " ");

        if (date_word(day, word, size, entry->day) ||
            (entry->kind == PAY_CARD && card_words(day, word, entry->day)))
            return true;
        *day = entry->day;
        word += size + (word[size] == ' ');
    }
    return false;
}

/* ---- Acts. */

static struct act *act_new(struct health *out, int64_t care_day, int64_t paid_day, int64_t cents)
{
    struct act *act;

    if (out->count == HEALTH_ACTS_MAX)
        return NULL;
    act = &out->acts[out->count++];
    *act = (struct act){ .care_day = care_day, .paid_day = paid_day, .spent_cents = cents };
    return act;
}

static void read_payments(struct health *out, const struct entry *entries, const char *const *labels,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t care_day;
        struct act *act;

        if (entries[i].cents >= 0 || !post_is(entries[i].post, "06"))
            continue;
        care_day_of(&care_day, &entries[i], labels[i]);
        act = act_new(out, care_day, entries[i].day, -entries[i].cents);
        if (act)
            memcpy(act->payee, entries[i].payee, sizeof act->payee);
    }
}

/* The act of a statement line: the nearest of its amount that this payer's statement has not named yet. */
static struct act *act_of_line(struct health *out, const struct health_line *line, const bool *named)
{
    struct act *best = NULL;

    for (size_t i = 0; i < out->count; i++) {
        struct act *act = &out->acts[i];

        if (!named[i] && act->spent_cents == line->spent_cents &&
            act->paid_day + HEALTH_BEFORE_DAYS >= line->care_day &&
            act->care_day <= line->care_day + HEALTH_LATE_DAYS &&
            (!best || apart(act->care_day, line->care_day) < apart(best->care_day, line->care_day)))
            best = act;
    }
    return best;
}

/* Both statements name an act, each once; what neither payment nor the other statement knows is an act of its
 * own. */
static void read_lines(struct health *out, const struct health_line *lines, size_t count)
{
    for (int payer = 0; payer < PAYERS; payer++) {
        bool named[HEALTH_ACTS_MAX] = { false };

        for (size_t i = 0; i < count; i++) {
            struct act *act;

            if ((int)lines[i].payer != payer)
                continue;
            act = act_of_line(out, &lines[i], named);
            if (!act)
                act = act_new(out, lines[i].care_day, lines[i].care_day, lines[i].spent_cents);
            if (!act)
                continue;
            named[act - out->acts] = true;
            act->care_day = lines[i].care_day;
            act->expected_cents[payer] = lines[i].refund_cents;
        }
    }
}

/* ---- Refunds. */

struct refund {
    enum payer payer;
    int64_t day, care_day, cents;
    bool dated;
};

/* 3: its day of care and amount; 2: one of the two; 1: it may be; 0: it is not. */
static int refund_fits(const struct act *act, const struct refund *refund)
{
    bool day = refund->dated && apart(act->care_day, refund->care_day) <= 1;
    bool amount = act->expected_cents[refund->payer] == refund->cents;

    if (act->refund_day[refund->payer] != 0 || refund->cents > act->spent_cents ||
        act->care_day > refund->day)
        return 0;
    if (day || (amount && act->care_day + 2 * HEALTH_LATE_DAYS >= refund->day))
        return 1 + day + amount;
    return !refund->dated && act->paid_day + HEALTH_LATE_DAYS >= refund->day;
}

static void read_refund(struct health *out, const struct refund *refund)
{
    struct act *best = NULL;
    int best_fit = 0;

    for (size_t i = 0; i < out->count; i++) {
        int fit = refund_fits(&out->acts[i], refund);

        if (fit > best_fit) { /* of equals the oldest: payers work in order */
            best = &out->acts[i];
            best_fit = fit;
        }
    }
    if (!best) {
        out->unmatched++;
        out->unmatched_cents += refund->cents;
        return;
    }
    best->refund_cents[refund->payer] = refund->cents;
    best->refund_day[refund->payer] = refund->day;
}

static void read_refunds(struct health *out, const struct entry *entries, const char *const *labels,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct refund refund = { PAYER_EXTRA, entries[i].day, entries[i].day, entries[i].cents, false };

        if (entries[i].cents <= 0 || !post_is(entries[i].post, "06"))
            continue;
        refund.payer = payer_of(labels[i]);
        refund.dated = care_day_of(&refund.care_day, &entries[i], labels[i]);
        read_refund(out, &refund);
    }
}

/* ---- What is due. */

/* As much of it as of the latest earlier act at the same place. */
static int64_t as_before(const struct health *out, size_t place, int payer)
{
    const struct act *act = &out->acts[place];

    for (size_t i = place; i-- > 0;) {
        const struct act *before = &out->acts[i];

        if (act->payee[0] && strcmp(before->payee, act->payee) == 0 && before->refund_day[payer] != 0)
            return act->spent_cents * before->refund_cents[payer] / before->spent_cents;
    }
    return 0;
}

static void judge(struct health *out, size_t place, int64_t today)
{
    struct act *act = &out->acts[place];
    int64_t due = 0;

    out->spent_cents += act->spent_cents;
    for (int payer = 0; payer < PAYERS; payer++) {
        out->refund_cents[payer] += act->refund_cents[payer];
        if (act->refund_day[payer] != 0) {
            act->expected_cents[payer] = 0;
            continue;
        }
        if (act->expected_cents[payer] == 0)
            act->expected_cents[payer] = as_before(out, place, payer);
        due += act->expected_cents[payer];
    }
    act->state = due == 0 ? ACT_SETTLED : act->paid_day + HEALTH_LATE_DAYS < today ? ACT_LATE : ACT_WAITING;
    out->due_cents += due;
    out->late_cents += act->state == ACT_LATE ? due : 0;
    out->late += act->state == ACT_LATE;
}

static void sort_acts(struct act *acts, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && acts[k].care_day < acts[k - 1].care_day; k--) {
            struct act kept = acts[k];

            acts[k] = acts[k - 1];
            acts[k - 1] = kept;
        }
}

void health_find(struct health *out, struct act *acts, const struct entry *entries, const char *const *labels,
                 size_t count, const struct health_line *lines, size_t line_count, int64_t today)
{
    *out = (struct health){ .acts = acts };
    read_payments(out, entries, labels, count);
    read_lines(out, lines, line_count);
    sort_acts(acts, out->count);
    read_refunds(out, entries, labels, count);
    for (size_t i = 0; i < out->count; i++)
        judge(out, i, today);
}
