/* money_said.c - what the household said about its money, as two settings: lists of [words, post's code] and of
 * [payee, day] in canonical MessagePack, written whole. Failure mode: one that does not read back, or a post
 * that this version does not know, counts as not said. */
#include "node/serve/money.h"

#include "node/tongue/tongue.h"
#include "proto/proto.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_MAX_SIZE = 24, RULES_BYTES = RULES_MAX * (RULE_TEXT_MAX + CODE_MAX_SIZE + 4) + 8 };
#define RULES_SETTING "budget.rules"
#define ENDS_SETTING "contract.ends"

void rules_read(struct rules *out, struct store_txn *txn)
{
    struct bytes bytes;
    struct reader r;
    size_t count;

    out->count = 0;
    if (!store_setting_get(txn, &bytes, NULL, RULES_SETTING))
        return;
    r = reader_from(bytes);
    count = reader_array(&r, 0, RULES_MAX);
    for (size_t i = 0; i < count; i++) {
        struct rule *rule = &out->list[out->count];
        char code[CODE_MAX_SIZE];

        reader_array(&r, 2, 2);
        reader_text(&r, rule->text, sizeof rule->text);
        reader_text(&r, code, sizeof code);
        rule->sign = 0;
        out->count += post_of_code(&rule->post, code);
    }
    if (!reader_done(&r))
        out->count = 0;
}

static enum status rules_write(struct store_txn *txn, const struct rules *rules, struct failure *why)
{
    uint8_t *bytes = malloc(RULES_BYTES);
    struct writer w;

    if (!bytes)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    w = writer_to(bytes, RULES_BYTES);
    writer_array(&w, rules->count);
    for (size_t i = 0; i < rules->count; i++) {
        writer_array(&w, 2);
        writer_text(&w, rules->list[i].text);
        writer_text(&w, posts[rules->list[i].post].code);
    }
    store_setting_put(txn, NULL, RULES_SETTING, (struct bytes){ bytes, writer_done(&w) });
    free(bytes);
    return STATUS_OK;
}

static enum status rules_change(struct rules *rules, const char *text, const char *code, struct failure *why)
{
    size_t at = 0;
    unsigned post = POST_NONE;

    if (code && !post_of_code(&post, code))
        return failure_say(why, STATUS_MISSING, _("no post is called %.40s; see: coopair budget posts"), code);
    while (at < rules->count && strcmp(rules->list[at].text, text) != 0)
        at++;
    if (!code && at == rules->count)
        return failure_say(why, STATUS_MISSING, _("no rule has the words %.60s; see: coopair budget rules"), text);
    if (at == RULES_MAX)
        return failure_say(why, STATUS_FULL, _("there are %d rules, and that is the most"), RULES_MAX);
    if (!code) {
        memmove(&rules->list[at], &rules->list[at + 1], (rules->count - at - 1) * sizeof rules->list[0]);
        rules->count--;
        return STATUS_OK;
    }
    rules->list[at] = (struct rule){ .post = post };
    memcpy(rules->list[at].text, text, strlen(text) + 1);
    rules->count += at == rules->count;
    return STATUS_OK;
}

/* A setting that is read, changed and written in one transaction. */
static enum status txn_end(struct store_txn *txn, enum status status, struct failure *why)
{
    if (!status)
        return store_commit(txn, why);
    store_abort(txn);
    return status;
}

enum status rule_set(struct store *store, const char *words, const char *post, struct failure *why)
{
    struct rules *rules = calloc(1, sizeof *rules);
    char text[RULE_TEXT_MAX];
    struct store_txn *txn;
    enum status status;

    if (!rules)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    label_fold(text, sizeof text, words);
    txn = store_begin(store, STORE_WRITE);
    rules_read(rules, txn);
    status = text[0] ? rules_change(rules, text, post, why)
                     : failure_say(why, STATUS_MALFORMED, _("a rule needs words with a letter or a digit"));
    if (!status)
        status = rules_write(txn, rules, why);
    free(rules);
    return txn_end(txn, status, why);
}

/* ---- Ends of contracts. */

void ends_read(struct ends *out, struct store_txn *txn)
{
    struct bytes bytes;
    struct reader r;

    out->count = 0;
    if (!store_setting_get(txn, &bytes, NULL, ENDS_SETTING))
        return;
    r = reader_from(bytes);
    out->count = reader_array(&r, 0, ENDS_MAX);
    for (size_t i = 0; i < out->count; i++) {
        reader_array(&r, 2, 2);
        reader_text(&r, out->list[i].payee, sizeof out->list[i].payee);
        out->list[i].day = (int64_t)reader_uint(&r, UINT32_MAX);
    }
    if (!reader_done(&r))
        out->count = 0;
}

static void ends_write(struct store_txn *txn, const struct ends *ends)
{
    uint8_t bytes[ENDS_MAX * (PAYEE_MAX + 10) + 8];
    struct writer w = writer_to(bytes, sizeof bytes);

    writer_array(&w, ends->count);
    for (size_t i = 0; i < ends->count; i++) {
        writer_array(&w, 2);
        writer_text(&w, ends->list[i].payee);
        writer_uint(&w, (uint64_t)ends->list[i].day);
    }
    store_setting_put(txn, NULL, ENDS_SETTING, (struct bytes){ bytes, writer_done(&w) });
}

static enum status ends_change(struct ends *ends, const char *payee, int64_t day, struct failure *why)
{
    size_t at = 0;

    while (at < ends->count && strcmp(ends->list[at].payee, payee) != 0)
        at++;
    if (day == 0 && at == ends->count)
        return failure_say(why, STATUS_MISSING, _("no end was said for %.60s"), payee);
    if (at == ENDS_MAX)
        return failure_say(why, STATUS_FULL, _("ends of %d contracts are kept, and that is the most"), ENDS_MAX);
    if (day == 0) {
        ends->list[at] = ends->list[--ends->count];
        return STATUS_OK;
    }
    ends->list[at].day = day;
    memcpy(ends->list[at].payee, payee, strlen(payee) + 1);
    ends->count += at == ends->count;
    return STATUS_OK;
}

enum status end_set(struct store *store, const char *payee, int64_t day, struct failure *why)
{
    struct store_txn *txn = store_begin(store, STORE_WRITE);
    char text[PAYEE_MAX];
    struct ends ends;
    enum status status;

    label_fold(text, sizeof text, payee);
    ends_read(&ends, txn);
    status = text[0] ? ends_change(&ends, text, day, why)
                     : failure_say(why, STATUS_MALFORMED, _("a name with a letter or a digit is needed"));
    if (!status)
        ends_write(txn, &ends);
    return txn_end(txn, status, why);
}

int64_t end_of(const struct ends *ends, const char *payee)
{
    for (size_t i = 0; i < ends->count; i++)
        if (strcmp(ends->list[i].payee, payee) == 0)
            return ends->list[i].day;
    return 0;
}
