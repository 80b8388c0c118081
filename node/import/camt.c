/* camt.c - ISO 20022 bank to customer statement, camt.053 versions 1 to 8 and later ones that keep their elements, and the report of
 * camt.052 where it holds booked entries.
 *
 * An entry (Ntry) is a movement: its amount, CRDT or DBIT, status, day of booking. An entry for a batch whose details carry amounts
 * that sum to its own is as many movements; other details only give words. A reversal's sign is read in two ways by the
 * banks: CdtDbtInd is believed, unless the balances say that reversals go the other way round. Pending entries are not booked and are
 * refused by line.
 * Failure modes: those of the XML; a status or sign that is missing; balances that the movements do not explain. */
#include "node/import/statement.h"
#include "node/import/xml.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DETAILS_MAX = 1000, REVERSALS_MAX = 256, ELEMENT_MAX = 16 };

/* A movement in the making. */
struct part {
    struct draft draft;
    bool has_sign, credit;
};

struct reading_camt {
    struct statement st;
    char path[XML_DEPTH_MAX + 1][ELEMENT_MAX]; /* of the elements that are open, cut: no two of interest begin alike */
    size_t depth;
    struct part entry, detail;
    bool in_entry, in_detail, pending, reversal;
    char amount_currency[4];
    struct part *details;
    size_t detail_count;
    bool details_lost;
    /* Of the statement. */
    size_t reversals[REVERSALS_MAX], reversal_count; /* places in the list of movements */
    char account[ACCOUNT_NAME_MAX], currency[4];
    char balance_kind[8];
    int64_t balance_cents, opening, closing, sum, reversed_sum;
    bool balance_credit, has_opening, has_closing;
};

static bool recognise(struct bytes file)
{
    return xml_recognise(file, "BkToCstmrStmt") || xml_recognise(file, "BkToCstmrAcctRpt");
}

/* The element `up` levels above the one that is ending. */
static bool above(const struct reading_camt *in, size_t up, const char *name)
{
    return in->depth > up && strcmp(in->path[in->depth - 1 - up], name) == 0;
}

/* ---- Beginnings. */

static void part_begin(struct part *part)
{
    part->has_sign = part->credit = false;
    draft_begin(&part->draft, 0);
}

static void statement_begins(struct reading_camt *in)
{
    in->account[0] = in->currency[0] = '\0';
    in->has_opening = in->has_closing = false;
    in->sum = in->reversed_sum = 0;
    in->reversal_count = 0;
}

static bool element_begins(void *arg, const char *name, const char **attributes)
{
    struct reading_camt *in = arg;

    snprintf(in->path[in->depth++], ELEMENT_MAX, "%s", name);
    if (strcmp(name, "Stmt") == 0 || strcmp(name, "Rpt") == 0) {
        statement_begins(in);
    } else if (strcmp(name, "Ntry") == 0) {
        part_begin(&in->entry);
        in->in_entry = true;
        in->pending = in->reversal = false;
        in->detail_count = 0;
        in->details_lost = false;
    } else if (strcmp(name, "TxDtls") == 0 && in->in_entry) {
        part_begin(&in->detail);
        in->in_detail = true;
    } else if (strcmp(name, "Amt") == 0) {
        snprintf(in->amount_currency, sizeof in->amount_currency, "%s", xml_attribute(attributes, "Ccy"));
    }
    return !in->st.rows.status;
}

/* ---- Leaves. */

static bool is_party(const struct reading_camt *in, const struct part *part)
{
    size_t up = above(in, 1, "Pty") ? 2 : 1;

    /* Whom the money goes to is the creditor, where it comes from the debtor. */
    return above(in, up, part->has_sign ? (part->credit ? "Dbtr" : "Cdtr") : in->entry.credit ? "Dbtr" : "Cdtr");
}

static void detail_leaf(struct reading_camt *in, const char *name, struct bytes text, uint64_t line)
{
    struct part *part = &in->detail;

    if (strcmp(name, "Amt") == 0 && (above(in, 1, "TxDtls") || above(in, 1, "TxAmt"))) {
        part->draft.line = line;
        part->draft.has_cents = amount_read(&part->draft.cents, text, '.') == AMOUNT_OK;
    } else if (strcmp(name, "CdtDbtInd") == 0 && above(in, 1, "TxDtls")) {
        part->has_sign = true;
        part->credit = text_is(text, "CRDT");
    } else if (strcmp(name, "Nm") == 0 && part->draft.party.size == 0 && is_party(in, part)) {
        wording_add(&part->draft.party, text, CHARSET_UTF8);
    } else if (strcmp(name, "Ustrd") == 0 || strcmp(name, "AddtlTxInf") == 0) {
        wording_add(&part->draft.label, text, CHARSET_UTF8);
    }
}

static void entry_leaf(struct reading_camt *in, const char *name, struct bytes text, uint64_t line)
{
    struct part *part = &in->entry;

    if (strcmp(name, "Amt") == 0 && above(in, 1, "Ntry")) {
        part->draft.line = line;
        part->draft.has_cents = statement_amount(&in->st, line, &part->draft.cents, text, '.');
        memcpy(in->currency, in->amount_currency, sizeof in->currency);
    } else if (strcmp(name, "CdtDbtInd") == 0 && above(in, 1, "Ntry")) {
        part->has_sign = text_is(text, "CRDT") || text_is(text, "DBIT");
        part->credit = text_is(text, "CRDT");
    } else if ((strcmp(name, "Sts") == 0 && text.size > 0) || (strcmp(name, "Cd") == 0 && above(in, 1, "Sts"))) {
        in->pending = !text_is(text, "BOOK");
    } else if ((strcmp(name, "Dt") == 0 || strcmp(name, "DtTm") == 0) && above(in, 1, "BookgDt")) {
        part->draft.has_day = bank_day_read(&part->draft.day, text, YEAR_FIRST);
    } else if ((strcmp(name, "Dt") == 0 || strcmp(name, "DtTm") == 0) && above(in, 1, "ValDt") && !part->draft.has_day) {
        part->draft.has_day = bank_day_read(&part->draft.day, text, YEAR_FIRST);
    } else if (strcmp(name, "AcctSvcrRef") == 0 && above(in, 1, "Ntry")) {
        wording_begin(&part->draft.reference, MOVEMENT_REFERENCE_MAX);
        wording_add(&part->draft.reference, text, CHARSET_UTF8);
    } else if (strcmp(name, "NtryRef") == 0 && part->draft.reference.size == 0) {
        wording_add(&part->draft.reference, text, CHARSET_UTF8);
    } else if (strcmp(name, "RvslInd") == 0 && above(in, 1, "Ntry")) {
        in->reversal = text_is(text, "true") || text_is(text, "1");
    } else if (strcmp(name, "AddtlNtryInf") == 0) {
        wording_add(&part->draft.label, text, CHARSET_UTF8);
    }
}

static void balance_leaf(struct reading_camt *in, const char *name, struct bytes text)
{
    if (strcmp(name, "Cd") == 0 && above(in, 1, "CdOrPrtry"))
        text_copy(in->balance_kind, sizeof in->balance_kind, text);
    else if (strcmp(name, "Amt") == 0 && above(in, 1, "Bal") && amount_read(&in->balance_cents, text, '.') != AMOUNT_OK)
        in->balance_kind[0] = '\0';
    else if (strcmp(name, "CdtDbtInd") == 0 && above(in, 1, "Bal"))
        in->balance_credit = text_is(text, "CRDT");
}

static void account_leaf(struct reading_camt *in, const char *name, struct bytes text)
{
    if (strcmp(name, "IBAN") == 0 && above(in, 2, "Acct"))
        text_copy(in->account, sizeof in->account, text);
    else if (strcmp(name, "Id") == 0 && above(in, 1, "Othr") && above(in, 3, "Acct"))
        text_copy(in->account, sizeof in->account, text);
    else if (strcmp(name, "Ccy") == 0 && above(in, 1, "Acct"))
        text_copy(in->currency, sizeof in->currency, text);
}

/* ---- Ends. */

static void detail_ends(struct reading_camt *in)
{
    struct part *larger;

    in->in_detail = false;
    if (in->detail_count == DETAILS_MAX) {
        in->details_lost = true;
        return;
    }
    if ((in->detail_count & (in->detail_count - 1)) == 0) { /* the room is the next power of two */
        larger = realloc(in->details, (in->detail_count == 0 ? 1 : 2 * in->detail_count) * sizeof *larger);
        if (!larger) {
            in->st.rows.status = failure_say(in->st.rows.why, STATUS_NOMEM, _("out of memory for the details of an entry"));
            return;
        }
        in->details = larger;
    }
    in->details[in->detail_count++] = in->detail;
}

static int64_t signed_cents(const struct reading_camt *in, const struct part *part)
{
    bool credit = part->has_sign ? part->credit : in->entry.credit;

    return credit ? part->draft.cents : -part->draft.cents;
}

/* Two details and more whose amounts are all there and come to the entry's. */
static bool is_batch(const struct reading_camt *in)
{
    int64_t sum = 0;

    for (size_t i = 0; i < in->detail_count; i++) {
        if (!in->details[i].draft.has_cents)
            return false;
        sum += signed_cents(in, &in->details[i]);
    }
    return in->detail_count > 1 && !in->details_lost && sum == signed_cents(in, &in->entry);
}

static struct bytes bytes_of(const struct wording *wording)
{
    return (struct bytes){ (const uint8_t *)wording->text, wording->size };
}

static void movement_add(struct reading_camt *in, const struct part *part, const struct wording *detail_label)
{
    struct draft draft = part->draft;
    size_t place;

    draft.day = in->entry.draft.day;
    draft.has_day = in->entry.draft.has_day;
    draft.cents = signed_cents(in, part);
    if (draft.reference.size == 0)
        draft.reference = in->entry.draft.reference;
    if (detail_label && !strstr(draft.label.text, detail_label->text)) {
        struct wording both = *detail_label;

        wording_add(&both, bytes_of(&draft.label), CHARSET_UTF8);
        draft.label = both;
    }
    if (draft.label.size == 0)
        wording_add(&draft.label, bytes_of(draft.party.size > 0 ? &draft.party : &in->entry.draft.label), CHARSET_UTF8);
    statement_account(&in->st, (struct bytes){ (const uint8_t *)in->account, strlen(in->account) },
                      (struct bytes){ (const uint8_t *)in->currency, strlen(in->currency) });
    place = in->st.count;
    statement_add(&in->st, &draft);
    if (in->reversal && in->st.count > place && in->reversal_count < REVERSALS_MAX)
        in->reversals[in->reversal_count++] = place;
}

static void entry_ends(struct reading_camt *in, uint64_t end_line)
{
    struct part *entry = &in->entry;
    uint64_t line = entry->draft.line > 0 ? entry->draft.line : end_line;

    in->in_entry = false;
    if (!entry->draft.has_cents) {
        if (entry->draft.line == 0) /* else it was refused with its amount */
            rows_reject(&in->st.rows, line, _("an entry without an amount"));
        return;
    }
    if (in->pending || !entry->has_sign) {
        rows_reject(&in->st.rows, line, in->pending ? _("not booked yet: a later statement brings it") : _("neither CRDT nor DBIT"));
        return;
    }
    in->sum += signed_cents(in, entry);
    in->reversed_sum += in->reversal ? -signed_cents(in, entry) : signed_cents(in, entry);
    if (is_batch(in)) {
        for (size_t i = 0; i < in->detail_count; i++)
            movement_add(in, &in->details[i], NULL);
    } else {
        if (in->detail_count > 0)
            entry->draft.party = in->details[0].draft.party;
        movement_add(in, entry, in->detail_count > 0 ? &in->details[0].draft.label : NULL);
    }
}

static void balance_ends(struct reading_camt *in)
{
    int64_t cents = in->balance_credit ? in->balance_cents : -in->balance_cents;

    if (strcmp(in->balance_kind, "OPBD") == 0 || (strcmp(in->balance_kind, "PRCD") == 0 && !in->has_opening)) {
        in->opening = cents;
        in->has_opening = true;
    } else if (strcmp(in->balance_kind, "CLBD") == 0) {
        in->closing = cents;
        in->has_closing = true;
    }
    in->balance_kind[0] = '\0';
}

static void statement_ends(struct reading_camt *in)
{
    if (!in->has_opening || !in->has_closing || in->opening + in->sum == in->closing)
        return;
    if (in->opening + in->reversed_sum == in->closing)
        statement_reverse(&in->st, in->reversals, in->reversal_count);
    else
        statement_doubt(&in->st, _("the closing balance of a statement is not what its entries come to: some are missing"));
}

static bool element_ends(void *arg, const char *name, struct bytes text, uint64_t line)
{
    struct reading_camt *in = arg;

    if (in->in_detail)
        detail_leaf(in, name, text, line);
    else if (in->in_entry)
        entry_leaf(in, name, text, line);
    else if (above(in, 1, "Bal") || above(in, 3, "Bal"))
        balance_leaf(in, name, text);
    else
        account_leaf(in, name, text);
    if (strcmp(name, "TxDtls") == 0 && in->in_detail)
        detail_ends(in);
    else if (strcmp(name, "Ntry") == 0)
        entry_ends(in, line);
    else if (strcmp(name, "Bal") == 0)
        balance_ends(in);
    else if (strcmp(name, "Stmt") == 0 || strcmp(name, "Rpt") == 0)
        statement_ends(in);
    in->depth--;
    return !in->st.rows.status;
}

static enum status read(struct import *out, struct bytes file, struct failure *why)
{
    struct reading_camt *in = calloc(1, sizeof *in);
    struct xml_reader reader = { in, element_begins, element_ends, NULL };
    enum status status, ended;

    if (!in)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the file"));
    statement_begin(&in->st, out, file, why);
    status = xml_read(&reader, file, why);
    ended = statement_end(&in->st);
    free(in->details);
    free(in);
    return status ? status : ended;
}

const struct import_format import_camt = { "CAMT.053 (XML)", recognise, read };
