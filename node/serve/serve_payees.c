/* serve_payees.c - whom this home pays, how much, until when; and what is still to come back for care. Only
 * suppliers.end changes anything: a setting of the household's.
 *
 * Happy path: payments that come back have a next date. Failure modes: no movement; acts of care beyond
 * HEALTH_ACTS_MAX, of which the oldest are not looked at. */
#include "node/advice/calendar.h"
#include "node/advice/health.h"
#include "node/serve/money.h"
#include "node/serve/serve.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>
#include <string.h>

enum { HEALTH_LINES_MAX = 100000 };

/* ---- Suppliers. */

static void supplier_view(struct answer *a, json_t *list, const struct series *series, const struct ends *ends)
{
    int64_t end = end_of(ends, series->payee);
    char text[CALENDAR_TEXT_MAX];
    json_t *item = answer_item(a, list);

    answer_text(a, item, "payee", series->payee);
    answer_text(a, item, "code", posts[series->post].code);
    answer_text(a, item, "name", posts[series->post].name);
    answer_int(a, item, "cents", series->cents);
    answer_int(a, item, "year_cents", series_yearly_cents(series));
    answer_uint(a, item, "months", series->months);
    answer_uint(a, item, "days", series->days);
    answer_uint(a, item, "payments", series->count);
    answer_text(a, item, "since", day_text(text, series->first_day));
    answer_text(a, item, "last", day_text(text, series->last_day));
    answer_text(a, item, "next", series->ended ? NULL : day_text(text, series->next_day));
    answer_text(a, item, "ends", end == 0 ? NULL : day_text(text, end));
    answer_flag(a, item, "ended", series->ended);
}

static int by_year(const void *a, const void *b)
{
    const struct series *x = *(const struct series *const *)a, *y = *(const struct series *const *)b;
    int64_t left = series_yearly_cents(x), right = series_yearly_cents(y);

    if (x->ended != y->ended)
        return x->ended ? 1 : -1;
    return left != right ? (left < right ? -1 : 1) : strcmp(x->payee, y->payee);
}

static enum status suppliers_show(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    const struct series *paid[SERIES_MAX];
    struct answer a = { false };
    struct money money;
    struct ends ends;
    char text[CALENDAR_TEXT_MAX];
    size_t count = 0;
    json_t *list;
    enum status status = money_load(&money, node_store(node), arg_text_or(args, "account", NULL), false, why);

    if (!status) {
        struct store_txn *txn = store_begin(node_store(node), STORE_READ);

        ends_read(&ends, txn);
        status = store_commit(txn, why);
    }
    if (!status) {
        answer_text(&a, reply, "currency", money.currency);
        answer_uint(&a, reply, "accounts_left_out", money.left_out);
        answer_text(&a, reply, "to", day_text(text, money.entries[money.count - 1].day));
        for (size_t i = 0; i < money.series_count; i++)
            if (money.series[i].cents < 0)
                paid[count++] = &money.series[i];
        if (count > 0)
            qsort(paid, count, sizeof *paid, by_year);
        list = answer_array(&a, reply, "suppliers");
        for (size_t i = 0; i < count; i++)
            supplier_view(&a, list, paid[i], &ends);
        status = answer_done(&a, why);
    }
    money_clear(&money);
    return status;
}

static enum status suppliers_end(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    const char *payee = arg_text(args, "payee", LABEL_WORDS_MAX, why), *date = arg_text_or(args, "date", NULL);
    int64_t day = 0;

    (void)reply;
    if (!payee)
        return STATUS_MALFORMED;
    if (date && !day_read(&day, date))
        return failure_say(why, STATUS_MALFORMED, _("\"%.40s\" is no date such as 2027-03-31"), date);
    return end_set(node_store(node), payee, day, why);
}

/* ---- Care. */

struct lines {
    struct health_line *list;
    size_t count, room;
    bool failed;
};

static bool line_take(void *arg, const struct health_line *line)
{
    struct lines *lines = arg;

    if (lines->count == lines->room) {
        size_t room = lines->room == 0 ? 128 : 2 * lines->room;
        struct health_line *list =
            room > HEALTH_LINES_MAX ? NULL : realloc(lines->list, room * sizeof *list);

        if (!list) {
            lines->failed = true;
            return false;
        }
        lines->list = list;
        lines->room = room;
    }
    lines->list[lines->count++] = *line;
    return true;
}

static void act_view(struct answer *a, json_t *list, const struct act *act)
{
    json_t *item = answer_item(a, list);
    char text[CALENDAR_TEXT_MAX];

    answer_text(a, item, "care", day_text(text, act->care_day));
    answer_text(a, item, "payee", act->payee);
    answer_int(a, item, "spent_cents", act->spent_cents);
    answer_text(a, item, "state", act_state_name(act->state));
    for (int i = 0; i < PAYERS; i++) {
        json_t *payer = answer_object(a, item, payer_name((enum payer)i));

        answer_int(a, payer, "refund_cents", act->refund_cents[i]);
        answer_text(a, payer, "day", act->refund_day[i] == 0 ? NULL : day_text(text, act->refund_day[i]));
        answer_int(a, payer, "expected_cents", act->expected_cents[i]);
    }
}

static void health_view(struct answer *a, json_t *reply, const struct health *health)
{
    json_t *list = answer_array(a, reply, "acts");

    for (size_t i = 0; i < health->count; i++)
        act_view(a, list, &health->acts[i]);
    answer_int(a, reply, "spent_cents", health->spent_cents);
    for (int i = 0; i < PAYERS; i++)
        answer_int(a, answer_object(a, reply, payer_name((enum payer)i)), "refund_cents",
                   health->refund_cents[i]);
    answer_int(a, reply, "due_cents", health->due_cents);
    answer_int(a, reply, "late_cents", health->late_cents);
    answer_uint(a, reply, "late", health->late);
    answer_uint(a, reply, "late_days", HEALTH_LATE_DAYS);
    answer_uint(a, reply, "unmatched", health->unmatched);
    answer_int(a, reply, "unmatched_cents", health->unmatched_cents);
}

static enum status health_show(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct lines lines = { .count = 0 };
    struct act *acts = malloc(HEALTH_ACTS_MAX * sizeof *acts);
    struct answer a = { false };
    struct health health;
    struct money money = { .count = 0 };
    char text[CALENDAR_TEXT_MAX];
    enum status status = acts ? STATUS_OK : failure_say(why, STATUS_NOMEM, _("out of memory"));

    if (!status)
        status = money_load(&money, node_store(node), arg_text_or(args, "account", NULL), true, why);
    if (!status) {
        struct store_txn *txn = store_begin(node_store(node), STORE_READ);

        store_health_scan(txn, line_take, &lines);
        status = store_commit(txn, why);
    }
    if (!status && lines.failed)
        status = failure_say(why, STATUS_FULL, _("more lines of statements than can be looked at"));
    if (!status) {
        int64_t today = money.entries[money.count - 1].day;

        health_find(&health, acts, money.entries, (const char *const *)money.labels, money.count, lines.list,
                    lines.count, today);
        answer_text(&a, reply, "currency", money.currency);
        answer_text(&a, reply, "to", day_text(text, today));
        answer_uint(&a, reply, "statement_lines", lines.count);
        health_view(&a, reply, &health);
        status = answer_done(&a, why);
    }
    free(lines.list);
    free(acts);
    money_clear(&money);
    return status;
}

const struct served serve_payees[] = {
    { "suppliers.show", suppliers_show, false },
    { "suppliers.end", suppliers_end, false },
    { "health.show", health_show, false },
    { NULL, NULL, false },
};
