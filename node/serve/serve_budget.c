/* serve_budget.c - where the money went, by post and month, and the household's own rules for it. Only
 * budget.rule changes anything: a setting, never a movement.
 *
 * Happy path: a year of movements, most of them with a post. Failure modes: none at all; movements that no rule
 * knows are a post of their own, with the largest payees of it to make rules from. */
#include "node/advice/calendar.h"
#include "node/serve/money.h"
#include "node/serve/serve.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MONTHS_USUAL = 12, MONTHS_MOST = 60, POSTS_ROOM = 64, UNKNOWN_SHOWN = 10, UNKNOWN_ROOM = 400 };

struct budget {
    unsigned first, months; /* months since 1970 */
    int64_t cents[POSTS_ROOM][MONTHS_MOST];
    size_t movements;
    struct unknown {
        const char *payee;
        int64_t cents;
    } unknown[UNKNOWN_ROOM];
    size_t unknown_count;
};

static void unknown_add(struct budget *budget, const struct entry *entry)
{
    size_t i = 0;

    while (i < budget->unknown_count && strcmp(budget->unknown[i].payee, entry->payee) != 0)
        i++;
    if (i == UNKNOWN_ROOM)
        return;
    if (i == budget->unknown_count)
        budget->unknown[budget->unknown_count++] = (struct unknown){ entry->payee, 0 };
    budget->unknown[i].cents += entry->cents;
}

static int by_size(const void *a, const void *b)
{
    const struct unknown *x = a, *y = b;
    int64_t left = llabs(x->cents), right = llabs(y->cents);

    return left != right ? (left < right) - (left > right) : strcmp(x->payee, y->payee);
}

static void budget_make(struct budget *out, const struct money *money, unsigned months)
{
    unsigned last = month_index(money->entries[money->count - 1].day);

    memset(out, 0, sizeof *out);
    out->months = months;
    out->first = last + 1 - months;
    for (size_t i = 0; i < money->count; i++) {
        const struct entry *entry = &money->entries[i];
        unsigned month = month_index(entry->day);

        if (month < out->first)
            continue;
        out->movements++;
        out->cents[entry->post][month - out->first] += entry->cents;
        if (entry->post == POST_NONE)
            unknown_add(out, entry);
    }
    qsort(out->unknown, out->unknown_count, sizeof out->unknown[0], by_size);
}

static int64_t post_sum(const struct budget *budget, unsigned post)
{
    int64_t sum = 0;

    for (unsigned i = 0; i < budget->months; i++)
        sum += budget->cents[post][i];
    return sum;
}

static void month_name(char out[CALENDAR_TEXT_MAX], unsigned index)
{
    span_text(out, SPAN_MONTH, month_first_day(index) * CALENDAR_DAY_S);
}

static void post_view(struct answer *a, json_t *list, const struct budget *budget, unsigned post)
{
    json_t *item, *months;
    bool any = false;

    for (unsigned i = 0; i < budget->months; i++)
        any = any || budget->cents[post][i] != 0;
    if (!any)
        return;
    item = answer_item(a, list);
    answer_text(a, item, "code", posts[post].code);
    answer_text(a, item, "name", posts[post].name);
    answer_int(a, item, "sum", post_sum(budget, post));
    months = answer_array(a, item, "months");
    for (unsigned i = 0; i < budget->months; i++)
        if (json_array_append_new(months, json_integer(budget->cents[post][i])) != 0)
            a->failed = true;
}

static void budget_view(struct answer *a, json_t *reply, const struct budget *budget)
{
    json_t *list = answer_array(a, reply, "months");
    char text[CALENDAR_TEXT_MAX];
    unsigned order[POSTS_ROOM];

    for (unsigned i = 0; i < budget->months; i++) {
        month_name(text, budget->first + i);
        if (json_array_append_new(list, json_string(text)) != 0)
            a->failed = true;
    }
    for (unsigned i = 0; i < post_count; i++) { /* the most expensive first, what comes in last */
        unsigned at = i;

        for (; at > 0 && post_sum(budget, order[at - 1]) > post_sum(budget, i); at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    list = answer_array(a, reply, "posts");
    for (unsigned i = 0; i < post_count; i++)
        post_view(a, list, budget, order[i]);
    list = answer_array(a, reply, "unknown");
    for (size_t i = 0; i < budget->unknown_count && i < UNKNOWN_SHOWN; i++) {
        json_t *item = answer_item(a, list);

        answer_text(a, item, "payee", budget->unknown[i].payee);
        answer_int(a, item, "cents", budget->unknown[i].cents);
    }
}

static enum status budget_show(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct answer a = { false };
    struct budget *budget = malloc(sizeof *budget);
    struct money money = { .count = 0 };
    char text[CALENDAR_TEXT_MAX];
    uint64_t months = MONTHS_USUAL;
    enum status status = budget ? STATUS_OK : failure_say(why, STATUS_NOMEM, _("out of memory"));

    if (!status && json_object_get(args, "months") && !arg_uint(&months, args, "months", MONTHS_MOST, why))
        status = STATUS_MALFORMED;
    if (!status)
        status = money_load(&money, node_store(node), arg_text_or(args, "account", NULL), false, why);
    if (!status) {
        budget_make(budget, &money, months > 0 ? (unsigned)months : 1);
        answer_text(&a, reply, "currency", money.currency);
        answer_uint(&a, reply, "accounts", money.accounts);
        answer_uint(&a, reply, "accounts_left_out", money.left_out);
        answer_text(&a, reply, "to", day_text(text, money.entries[money.count - 1].day));
        answer_uint(&a, reply, "movements", budget->movements);
        budget_view(&a, reply, budget);
        status = answer_done(&a, why);
    }
    money_clear(&money);
    free(budget);
    return status;
}

/* ---- Posts and rules. */

static enum status budget_posts(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct answer a = { false };
    json_t *list = answer_array(&a, reply, "posts");

    (void)node;
    (void)args;
    for (unsigned i = 0; i < post_count; i++) {
        json_t *item = answer_item(&a, list);

        answer_text(&a, item, "code", posts[i].code);
        answer_text(&a, item, "name", posts[i].name);
    }
    return answer_done(&a, why);
}

static enum status budget_rules(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct answer a = { false };
    json_t *list = answer_array(&a, reply, "rules");
    struct rules *rules = calloc(1, sizeof *rules);
    struct store_txn *txn;
    enum status status;

    (void)args;
    if (!rules)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    txn = store_begin(node_store(node), STORE_READ);
    rules_read(rules, txn);
    status = store_commit(txn, why);
    for (size_t i = 0; i < rules->count; i++) {
        json_t *item = answer_item(&a, list);

        answer_text(&a, item, "words", rules->list[i].text);
        answer_text(&a, item, "code", posts[rules->list[i].post].code);
        answer_text(&a, item, "name", posts[rules->list[i].post].name);
    }
    free(rules);
    return status ? status : answer_done(&a, why);
}

static enum status budget_rule(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    const char *words = arg_text(args, "words", LABEL_WORDS_MAX, why);

    if (!words)
        return STATUS_MALFORMED;
    (void)reply;
    return rule_set(node_store(node), words, arg_text_or(args, "post", NULL), why);
}

const struct served serve_budget[] = {
    { "budget.show", budget_show, false },
    { "budget.posts", budget_posts, false },
    { "budget.rules", budget_rules, false },
    { "budget.rule", budget_rule, false },
    { NULL, NULL, false },
};
