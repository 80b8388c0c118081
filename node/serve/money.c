/* money.c - see money.h. Happy path: one walk over the movements, each read into payee, way and post, then the
 * rhythms. Failure modes: no account; accounts in several currencies, of which the one with most movements is
 * looked at and the others are counted; a setting that does not read back, which counts as empty. */
#include "node/serve/money.h"

#include "node/tongue/tongue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Which accounts. */

struct choice {
    const char *wanted; /* NULL: all */
    struct {
        char code[4];
        uint64_t count;
        size_t accounts;
    } currencies[16];
    size_t count, accounts;
};

static bool count_account(void *arg, const struct store_account *account)
{
    struct choice *choice = arg;
    size_t i = 0;

    if (account->count == 0 || (choice->wanted && strcmp(choice->wanted, account->name) != 0))
        return true;
    while (i < choice->count && strcmp(choice->currencies[i].code, account->currency) != 0)
        i++;
    if (i == ARRAY_SIZE(choice->currencies))
        return true;
    if (i == choice->count)
        memcpy(choice->currencies[choice->count++].code, account->currency, sizeof account->currency);
    choice->currencies[i].count += account->count;
    choice->currencies[i].accounts++;
    choice->accounts++;
    return true;
}

static enum status accounts_choose(struct money *out, struct store_txn *txn, const char *account,
                                   struct failure *why)
{
    struct choice choice = { .wanted = account };
    size_t best = 0;

    store_account_list(txn, count_account, &choice);
    if (choice.count == 0 && account)
        return failure_say(why, STATUS_MISSING, _("there is no account %.60s with movements; see: coopair doctor"),
                           account);
    if (choice.count == 0)
        return failure_say(why, STATUS_MISSING,
                           _("no bank movements yet; take a statement in with: coopair import FILE"));
    for (size_t i = 1; i < choice.count; i++)
        if (choice.currencies[i].count > choice.currencies[best].count)
            best = i;
    memcpy(out->currency, choice.currencies[best].code, sizeof out->currency);
    out->accounts = choice.currencies[best].accounts;
    out->left_out = choice.accounts - out->accounts;
    return STATUS_OK;
}

/* ---- The movements. */

struct item {
    struct entry entry;
    char *label;
    size_t place;
};
struct reading_in {
    struct money *money;
    const struct rules *rules;
    bool labels, failed;
    struct item *items;
    size_t count, room;
};

static bool item_room(struct reading_in *in)
{
    size_t room = in->room == 0 ? 256 : 2 * in->room;
    struct item *items;

    if (in->count < in->room)
        return true;
    if (in->count >= MONEY_ENTRIES_MAX)
        return false;
    items = realloc(in->items, room * sizeof *items);
    if (!items)
        return false;
    in->items = items;
    in->room = room;
    return true;
}

/* Some banks have the payee in a field of its own, and say in the label only what kind of movement it was. */
static void words_of(char out[LABEL_WORDS_MAX], const struct movement *movement)
{
    char label[LABEL_WORDS_MAX], party[LABEL_WORDS_MAX];

    label_fold(label, sizeof label, movement->label);
    label_fold(party, sizeof party, movement->party);
    if (party[0] == '\0' || strstr(label, party))
        snprintf(out, LABEL_WORDS_MAX, "%s", movement->label);
    else
        snprintf(out, LABEL_WORDS_MAX, "%.120s %.120s", movement->label, movement->party);
}

static bool take(void *arg, const struct store_account *account, const struct movement *movement)
{
    struct reading_in *in = arg;
    char words[LABEL_WORDS_MAX], folded[LABEL_WORDS_MAX];
    struct item *item;

    if (strcmp(account->currency, in->money->currency) != 0)
        return true;
    if (!item_room(in)) {
        in->failed = true;
        return false;
    }
    item = &in->items[in->count];
    *item = (struct item){ .place = in->count };
    words_of(words, movement);
    entry_of_label(&item->entry, movement->day, movement->cents, words, in->rules->list, in->rules->count);
    if (in->labels) {
        label_fold(folded, sizeof folded, words);
        item->label = strdup(folded);
        in->failed = item->label == NULL;
    }
    in->count++;
    return !in->failed;
}

static int by_day(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    if (x->entry.day != y->entry.day)
        return x->entry.day < y->entry.day ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

/* false: out of memory; the labels that were not handed over are freed by the caller. */
static bool hand_over(struct money *out, struct reading_in *in)
{
    out->entries = calloc(in->count + 1, sizeof *out->entries);
    out->labels = in->labels ? calloc(in->count + 1, sizeof *out->labels) : NULL;
    out->series = calloc(SERIES_MAX, sizeof *out->series);
    if (!out->entries || !out->series || (in->labels && !out->labels))
        return false;
    if (in->count > 0)
        qsort(in->items, in->count, sizeof *in->items, by_day);
    for (size_t i = 0; i < in->count; i++) {
        out->entries[i] = in->items[i].entry;
        if (in->labels)
            out->labels[i] = in->items[i].label;
        in->items[i].label = NULL;
    }
    out->count = in->count;
    out->series_count = recurring_find(out->series, out->entries, out->count);
    return true;
}

static enum status movements_take(struct money *out, struct store_txn *txn, struct reading_in *in,
                                  const char *account, struct failure *why)
{
    enum status status = STATUS_OK;

    store_movements(txn, account, 0, STORE_DAY_END, take, in);
    if (in->failed && in->count >= MONEY_ENTRIES_MAX)
        status = failure_say(why, STATUS_FULL, _("more than %d movements are too many to look at"),
                             MONEY_ENTRIES_MAX);
    else if (in->failed || !hand_over(out, in))
        status = failure_say(why, STATUS_NOMEM, _("out of memory"));
    for (size_t i = 0; i < in->count; i++)
        free(in->items[i].label);
    free(in->items);
    return status;
}

enum status money_load(struct money *out, struct store *store, const char *account, bool labels,
                       struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct rules *rules = calloc(1, sizeof *rules);
    struct reading_in in = { .money = out, .rules = rules, .labels = labels };
    enum status status, ended;

    *out = (struct money){ .count = 0 };
    if (rules)
        rules_read(rules, txn);
    status = rules ? accounts_choose(out, txn, account, why) : failure_say(why, STATUS_NOMEM, _("out of memory"));
    if (!status)
        status = movements_take(out, txn, &in, account, why);
    free(rules);
    ended = store_commit(txn, status ? NULL : why);
    return status ? status : ended;
}

void money_clear(struct money *money)
{
    for (size_t i = 0; money->labels && i < money->count; i++)
        free(money->labels[i]);
    free(money->labels);
    free(money->entries);
    free(money->series);
    *money = (struct money){ .count = 0 };
}
