/* accounts.c - see accounts.h.
 *
 * Happy path: the file names its account, and a year of it is one request. Failure modes: whoever asks is a program of this household,
 * but perhaps a broken one: every number is checked by the store, and a portion is kept whole or not at all; a file that does
 * not say whose it is. */
#include "node/serve/accounts.h"

#include "node/advice/health.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PORTION_BYTES = 850000, /* a request is at most a MiB (control.h), and has a head */
    ITEM_BYTES = 40,        /* brackets, numbers, quotes */
    EVIDENCE_MAX = 30000
};
static const char nameless[] = "account"; /* what is not named and is the first */

static bool payer_of_name(enum payer *out, const char *name)
{
    *out = strcmp(name, payer_name(PAYER_EXTRA)) == 0 ? PAYER_EXTRA : PAYER_BASIC;
    return strcmp(name, payer_name(*out)) == 0;
}

/* ---- Out of a list. */

static size_t written_size(const char *text)
{
    size_t size = 0;

    for (; *text; text++)
        size += *text == '"' || *text == '\\' ? 2 : 1;
    return size;
}

/* Where the day after that of movement i begins, and how many bytes the day takes. */
static size_t day_end(const struct movement *movements, size_t i, size_t count, size_t *bytes)
{
    size_t end = i;

    for (*bytes = 0; end < count && movements[end].day == movements[i].day; end++)
        *bytes += ITEM_BYTES + written_size(movements[end].label) + written_size(movements[end].party) +
                  written_size(movements[end].reference);
    return end;
}

json_t *accounts_portion(const struct movement *movements, size_t *count)
{
    json_t *list = json_array();
    size_t taken = 0, used = 0, bytes, end = day_end(movements, 0, *count, &bytes);

    while (taken < *count && (taken == 0 || used + bytes <= PORTION_BYTES)) {
        for (; taken < end; taken++) {
            const struct movement *m = &movements[taken];

            if (json_array_append_new(list, json_pack("[I, I, s, s, s]", (json_int_t)m->day, (json_int_t)m->cents, m->label,
                                                      m->party, m->reference)) != 0) {
                json_decref(list);
                return NULL;
            }
        }
        used += bytes;
        end = day_end(movements, taken, *count, &bytes);
    }
    *count = taken;
    return list;
}

json_t *accounts_evidence(const struct movement *movements, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count && i < EVIDENCE_MAX; i++)
        json_array_append_new(list, json_pack("[I, I]", (json_int_t)movements[i].day, (json_int_t)movements[i].cents));
    return list;
}

json_t *health_portion(const struct health_line *lines, size_t *count)
{
    json_t *list = json_array();
    size_t taken = 0;

    for (; taken < *count && taken < PORTION_BYTES / ITEM_BYTES; taken++) {
        const struct health_line *line = &lines[taken];

        json_array_append_new(list, json_pack("[I, I, I, I]", (json_int_t)line->care_day, (json_int_t)line->paid_day,
                                              (json_int_t)line->spent_cents, (json_int_t)line->refund_cents));
    }
    *count = taken;
    return list;
}

/* ---- Which account. */

struct evidence {
    int64_t day, cents;
};
struct choice {
    struct store_txn *txn;
    const char *number;
    const struct evidence *evidence;
    size_t count;
    bool shared; /* a movement of the account being looked at */
    size_t accounts, fitting;
    char chosen[ACCOUNT_NAME_MAX], known[160];
};

static int evidence_order(const void *left, const void *right)
{
    const struct evidence *a = left, *b = right;

    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return a->cents < b->cents ? -1 : a->cents > b->cents;
}

/* The digits that a masked number shows: those behind its last star. */
static const char *shown(const char *number)
{
    const char *star = strrchr(number, '*');

    return star ? star + 1 : number;
}

static bool could_be(const char *known, const char *number)
{
    const char *a = shown(known), *b = shown(number);
    size_t size_a = strlen(a), size_b = strlen(b), less = size_a < size_b ? size_a : size_b;

    if (strcmp(known, nameless) == 0 || number[0] == '\0')
        return true;
    if (a == known && b == number)
        return strcmp(a, b) == 0;
    return strcmp(a + size_a - less, b + size_b - less) == 0;
}

static bool shares(void *arg, const struct store_account *account, const struct movement *movement)
{
    struct choice *choice = arg;
    struct evidence wanted = { movement->day, movement->cents };

    (void)account;
    choice->shared = bsearch(&wanted, choice->evidence, choice->count, sizeof wanted, evidence_order) != NULL;
    return !choice->shared;
}

/* The days that file and account both cover hold no movement that both have. */
static bool contradicts(struct choice *choice, const struct store_account *account)
{
    int64_t from, to;

    if (choice->count == 0 || account->count == 0)
        return false;
    from = choice->evidence[0].day > account->first_day ? choice->evidence[0].day : account->first_day;
    to = choice->evidence[choice->count - 1].day;
    to = to < account->last_day ? to : account->last_day;
    choice->shared = false;
    store_movements(choice->txn, account->name, from, to + 1, shares, choice);
    return from <= to && !choice->shared;
}

static bool consider(void *arg, const struct store_account *account)
{
    struct choice *choice = arg;
    size_t used = strlen(choice->known);

    choice->accounts++;
    snprintf(choice->known + used, sizeof choice->known - used, "%s%s", used > 0 ? ", " : "", account->name);
    if (choice->number[0] != '\0' && strcmp(account->name, choice->number) == 0) {
        choice->fitting = 1;
        memcpy(choice->chosen, account->name, sizeof choice->chosen);
        return false;
    }
    if (could_be(account->name, choice->number) && !contradicts(choice, account)) {
        choice->fitting++;
        memcpy(choice->chosen, account->name, sizeof choice->chosen);
    }
    return true;
}

static enum status evidence_read(struct evidence **out, size_t *count, json_t *list, struct failure *why)
{
    json_t *item;
    size_t i;

    *out = malloc((json_array_size(list) + 1) * sizeof **out);
    *count = 0;
    if (!*out)
        return failure_say(why, STATUS_NOMEM, _("out of memory for %zu movements"), json_array_size(list));
    json_array_foreach(list, i, item)
    {
        (*out)[*count].day = json_integer_value(json_array_get(item, 0));
        (*out)[(*count)++].cents = json_integer_value(json_array_get(item, 1));
    }
    qsort(*out, *count, sizeof **out, evidence_order);
    return STATUS_OK;
}

static enum status choice_made(struct choice *choice, struct failure *why)
{
    if (choice->fitting == 1)
        return STATUS_OK;
    if (choice->fitting > 1)
        return failure_say(why, STATUS_MISSING,
                           _("the file does not say which account it is of, and several fit (%.120s): name it with --account NAME"),
                           choice->known);
    if (choice->number[0] == '\0' && choice->accounts > 0)
        return failure_say(why, STATUS_MISSING,
                           _("the file does not say which account it is of, and has no movement of those here (%.100s): name that "
                           "or a new one with --account NAME"),
                           choice->known);
    snprintf(choice->chosen, sizeof choice->chosen, "%s", choice->number[0] != '\0' ? choice->number : nameless);
    return STATUS_OK;
}

enum status accounts_choose(struct store *store, json_t *args, json_t *reply, struct failure *why)
{
    struct choice choice = { .number = field_text(args, "number") };
    struct answer answer = { false };
    struct evidence *evidence = NULL;
    enum status status = evidence_read(&evidence, &choice.count, json_object_get(args, "evidence"), why);

    if (!status) {
        choice.evidence = evidence;
        choice.txn = store_begin(store, STORE_READ);
        store_account_list(choice.txn, consider, &choice);
        status = store_commit(choice.txn, why);
    }
    free(evidence);
    if (!status)
        status = choice_made(&choice, why);
    if (status)
        return status;
    answer_text(&answer, reply, "account", choice.chosen);
    return answer_done(&answer, why);
}

/* ---- Into the store. */

static const char *text_at(json_t *item, size_t i)
{
    const char *text = json_string_value(json_array_get(item, i));

    return text ? text : "";
}

static enum status kept_reply(json_t *reply, size_t count, size_t added, struct failure *why)
{
    struct answer answer = { false };

    answer_uint(&answer, reply, "count", count);
    answer_uint(&answer, reply, "added", added);
    return answer_done(&answer, why);
}

enum status accounts_import(struct store *store, json_t *args, json_t *reply, struct failure *why)
{
    json_t *list = json_object_get(args, "movements"), *item;
    size_t count = json_array_size(list), added = 0, i;
    struct movement *movements = calloc(count + 1, sizeof *movements);
    struct store_txn *txn;
    enum status status;

    if (!movements)
        return failure_say(why, STATUS_NOMEM, _("out of memory for %zu movements"), count);
    json_array_foreach(list, i, item)
        movements[i] = (struct movement){ json_is_integer(json_array_get(item, 0)) ? json_integer_value(json_array_get(item, 0)) : -1,
                                          json_integer_value(json_array_get(item, 1)), text_at(item, 2), text_at(item, 3),
                                          text_at(item, 4) };
    txn = store_begin(store, STORE_WRITE);
    store_movements_add(txn, field_text(args, "account"), field_text(args, "currency"), movements, count, &added);
    status = store_commit(txn, why);
    free(movements);
    return status ? status : kept_reply(reply, count, added, why);
}

enum status health_import(struct store *store, json_t *args, json_t *reply, struct failure *why)
{
    json_t *list = json_object_get(args, "lines"), *item;
    size_t count = json_array_size(list), added = 0, i;
    struct health_line *lines;
    struct store_txn *txn;
    enum payer payer;
    enum status status;

    if (!payer_of_name(&payer, field_text(args, "payer")))
        return failure_say(why, STATUS_MALFORMED, _("\"payer\" must be basic or extra"));
    lines = calloc(count + 1, sizeof *lines);
    if (!lines)
        return failure_say(why, STATUS_NOMEM, _("out of memory for %zu lines"), count);
    json_array_foreach(list, i, item)
        lines[i] = (struct health_line){ payer, json_integer_value(json_array_get(item, 0)), json_integer_value(json_array_get(item, 1)),
                                         json_integer_value(json_array_get(item, 2)), json_integer_value(json_array_get(item, 3)) };
    txn = store_begin(store, STORE_WRITE);
    store_health_add(txn, lines, count, &added);
    status = store_commit(txn, why);
    free(lines);
    return status ? status : kept_reply(reply, count, added, why);
}

/* ---- What there is. */

struct listing {
    struct answer answer;
    json_t *accounts;
    uint64_t lines[PAYERS];
};

static bool list_account(void *arg, const struct store_account *account)
{
    struct listing *listing = arg;
    json_t *item = answer_item(&listing->answer, listing->accounts);

    answer_text(&listing->answer, item, "account", account->name);
    answer_text(&listing->answer, item, "currency", account->currency);
    answer_uint(&listing->answer, item, "first_day", (uint64_t)account->first_day);
    answer_uint(&listing->answer, item, "last_day", (uint64_t)account->last_day);
    answer_uint(&listing->answer, item, "count", account->count);
    return true;
}

static bool count_line(void *arg, const struct health_line *line)
{
    struct listing *listing = arg;

    listing->lines[line->payer]++;
    return true;
}

enum status accounts_list(struct store *store, json_t *reply, struct failure *why)
{
    struct listing listing = { .lines = { 0 } };
    struct store_txn *txn = store_begin(store, STORE_READ);
    enum status status;
    json_t *statements;

    listing.accounts = answer_array(&listing.answer, reply, "accounts");
    statements = answer_array(&listing.answer, reply, "statements");
    store_account_list(txn, list_account, &listing);
    store_health_scan(txn, count_line, &listing);
    status = store_commit(txn, why);
    for (int payer = 0; payer < PAYERS; payer++) {
        json_t *item;

        if (listing.lines[payer] == 0)
            continue;
        item = answer_item(&listing.answer, statements);
        answer_text(&listing.answer, item, "payer", payer_name((enum payer)payer));
        answer_uint(&listing.answer, item, "count", listing.lines[payer]);
    }
    return status ? status : answer_done(&listing.answer, why);
}

/* ---- Out of it for good. */

static enum status account_erase(struct store *store, const char *name, json_t *reply, struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_READ);
    struct store_account account = { .count = 0 };
    bool found = store_account_find(txn, &account, name);
    struct answer answer = { false };
    enum status status = store_commit(txn, why);

    if (!status && !found)
        return failure_say(why, STATUS_MISSING, _("there is no account \"%.40s\"; see: coopair doctor"), name);
    if (!status)
        status = store_account_erase(store, name, why);
    if (status)
        return status;
    answer_uint(&answer, reply, "movements", account.count);
    return answer_done(&answer, why);
}

enum status accounts_erase(struct store *store, json_t *args, json_t *reply, struct failure *why)
{
    const char *name = json_string_value(json_object_get(args, "account"));
    struct listing listing = { .lines = { 0 } };
    struct answer answer = { false };
    struct store_txn *txn;
    enum payer payer;
    enum status status;

    if (name)
        return account_erase(store, name, reply, why);
    if (!payer_of_name(&payer, field_text(args, "payer")))
        return failure_say(why, STATUS_MALFORMED, _("a payer of health statements is basic or extra"));
    txn = store_begin(store, STORE_READ);
    store_health_scan(txn, count_line, &listing);
    status = store_commit(txn, why);
    if (!status && listing.lines[payer] == 0)
        return failure_say(why, STATUS_MISSING, _("there are no lines of health statements of this payer"));
    if (!status)
        status = store_health_erase(store, payer, why);
    if (status)
        return status;
    answer_uint(&answer, reply, "lines", listing.lines[payer]);
    return answer_done(&answer, why);
}
