/* cfonb.c - CFONB 120, the account statement of French banks (brochure "Releve de compte sur support informatique", July 2004): lines of
 * 120 characters, 01 the old balance, 04 a movement, 05 more about it, 07 the new balance.
 *
 * An amount is thirteen digits and a last one that carries the sign: { and A to I are 0 to 9 that come in, } and J to R 0 to 9 that are
 * paid. Banks strip blanks at the end, and one leaves currency and decimals blank: then it is euros with two.
 * Failure modes: a line too short for its amount, another kind of line; no 07, which says that the file was cut; balances that
 * the movements do not explain. */
#include "node/import/statement.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { LINE = 120, BALANCE_LINE = 104, LABEL = 31, EXTRA = 70 };

/* Columns as the brochure counts them, from 1; what is missing at the end is empty. */
static struct bytes columns(struct bytes line, size_t from, size_t to)
{
    if (from > line.size)
        return (struct bytes){ NULL, 0 };
    return (struct bytes){ line.data + from - 1, (to < line.size ? to : line.size) - from + 1 };
}

static bool is_record(struct bytes line)
{
    static const char *const codes[] = { "01", "04", "05", "07" };
    struct bytes bank = columns(line, 3, 7);

    if (line.size > LINE + 8 || line.size < 40 || bank.size != 5)
        return false;
    for (size_t i = 0; i < bank.size; i++) {
        if (bank.data[i] < '0' || bank.data[i] > '9')
            return false;
    }
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        if (text_begins(line, codes[i]))
            return true;
    }
    return false;
}

static bool recognise(struct bytes file)
{
    struct bytes line = { NULL, 0 };
    struct lines lines;

    lines_begin(&lines, file);
    while (lines_next(&lines, &line)) {
        if (line.size > 0)
            return is_record(line) && (text_begins(line, "01") || text_begins(line, "04"));
    }
    return false;
}

/* The last digit of an amount, with its sign; -1: none. */
static int last_digit(uint8_t c, bool *paid)
{
    *paid = c == '}' || (c >= 'J' && c <= 'R');
    if (c == '{' || c == '}')
        return 0;
    if (c >= 'A' && c <= 'I')
        return c - 'A' + 1;
    return c >= 'J' && c <= 'R' ? c - 'J' + 1 : -1;
}

/* Fourteen characters, as many decimals as the column says. */
static bool signed_amount(int64_t *cents, struct bytes text, struct bytes decimals)
{
    int places = decimals.size == 1 && decimals.data[0] >= '0' && decimals.data[0] <= '3' ? decimals.data[0] - '0' : 2;
    bool paid = false;
    int digit = text.size == 14 ? last_digit(text.data[13], &paid) : -1;

    *cents = 0;
    for (size_t i = 0; i < 13 && digit >= 0; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *cents = *cents * 10 + (text.data[i] - '0');
    }
    *cents = *cents * 10 + digit;
    for (; places < 2; places++)
        *cents *= 10;
    if (digit < 0 || (places == 3 && *cents % 10 != 0))
        return false;
    *cents = (places == 3 ? *cents / 10 : *cents) * (paid ? -1 : 1);
    return true;
}

struct reading_cfonb {
    struct statement st;
    struct draft draft;
    bool drafting, balanced; /* a movement waits for its 05 lines; an old balance was read */
    int64_t balance;
};

static void draft_done(struct reading_cfonb *in)
{
    if (!in->drafting)
        return;
    in->drafting = false;
    if (in->draft.has_day && in->draft.has_cents)
        in->balance += in->draft.cents;
    statement_add(&in->st, &in->draft);
}

static void movement_take(struct reading_cfonb *in, struct bytes line, uint64_t number)
{
    struct draft *draft = &in->draft;
    struct bytes amount = columns(line, 91, 104), day = columns(line, 35, 40);

    draft_begin(draft, number);
    draft->has_day = bank_day_read(&draft->day, day, DAY_FIRST);
    draft->has_cents = signed_amount(&draft->cents, amount, columns(line, 20, 20));
    if (!draft->has_day || !draft->has_cents) {
        statement_reject(&in->st, number, draft->has_day ? _("is no amount of fourteen digits") : _("is no date"),
                         draft->has_day ? amount : day);
        return;
    }
    wording_add(&draft->label, columns(line, 49, 48 + LABEL), in->st.charset);
    wording_add(&draft->reference, columns(line, 105, 120), in->st.charset);
    if (draft->reference.size == 0)
        wording_add(&draft->reference, columns(line, 82, 88), in->st.charset);
    in->drafting = true;
}

/* 05: LIB and the remittance (LCC, LC2, RCN) belong to the words; NPY and NBE name whom. */
static void extra_take(struct reading_cfonb *in, struct bytes line)
{
    struct bytes kind = columns(line, 46, 48), text = columns(line, 49, 48 + EXTRA);

    if (!in->drafting)
        return;
    if (text_is(kind, "LIB") || text_is(kind, "LCC") || text_is(kind, "LC2") || text_is(kind, "RCN"))
        wording_add(&in->draft.label, text, in->st.charset);
    else if (text_is(kind, "NPY") || text_is(kind, "NBE"))
        wording_add(&in->draft.party, text, in->st.charset);
}

static void balance_take(struct reading_cfonb *in, struct bytes line, uint64_t number, bool old)
{
    int64_t cents;

    if (!signed_amount(&cents, columns(line, 91, BALANCE_LINE), columns(line, 20, 20))) {
        statement_reject(&in->st, number, _("is no balance"), columns(line, 91, BALANCE_LINE));
        return;
    }
    if (!old && in->balanced && cents != in->balance)
        statement_doubt(&in->st, _("the new balance of line %llu is not what the movements come to: some are missing"),
                        (unsigned long long)number);
    in->balanced = old;
    in->balance = cents;
}

static void line_take(struct reading_cfonb *in, struct bytes line, uint64_t number)
{
    struct bytes currency = columns(line, 17, 19);

    if (!is_record(line)) {
        rows_reject(&in->st.rows, number, _("no line of CFONB 120: they begin with 01, 04, 05 or 07 and the bank"));
        return;
    }
    if (text_begins(line, "05")) {
        extra_take(in, line);
        return;
    }
    draft_done(in);
    statement_account(&in->st, columns(line, 22, 32), text_is(currency, "   ") ? (struct bytes){ NULL, 0 } : currency);
    if (text_begins(line, "04"))
        movement_take(in, line, number);
    else
        balance_take(in, line, number, text_begins(line, "01"));
}

static enum status read(struct import *out, struct bytes file, struct failure *why)
{
    struct reading_cfonb in = { .drafting = false };
    struct bytes line;
    struct lines lines;

    statement_begin(&in.st, out, file, why);
    lines_begin(&lines, file);
    while (!in.st.rows.status && lines_next(&lines, &line)) {
        while (line.size > 0 && line.data[line.size - 1] <= ' ')
            line.size--;
        if (line.size > 0)
            line_take(&in, line, lines.number);
    }
    draft_done(&in);
    if (in.balanced)
        statement_doubt(&in.st, _("the file ends without a new balance (07): it may have been cut"));
    return statement_end(&in.st);
}

const struct import_format import_cfonb = { "CFONB 120", recognise, read };
