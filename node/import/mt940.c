/* mt940.c - SWIFT MT940, customer statement: fields :20: to :86:, of which :61: is a movement and the :86: behind it its words.
 *
 * :61: is the day of value YYMMDD, then perhaps the day of booking MMDD, C or D (behind R: a reversal, the other way round),
 * perhaps a letter of the currency, the amount with a comma, N and three characters, the customer's reference, "//" and the bank's. The day
 * counted is that of booking: in the year of the value, or the year beside it around New Year; where it is no date the other counts.
 * :86: is free text, or parts behind ?20 to ?63 with names behind ?32 and ?33 (Germany), or behind /NAME/ (the Netherlands).
 * Failure modes: a :61: without day, sign or amount; balances that the movements do not explain; no :62, which says that it was cut. */
#include "node/import/statement.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum { NEAR = 2048, WORDS_MAX = 2048 };

struct reading_mt940 {
    struct statement st;
    struct draft draft;
    bool drafting, balanced;
    int64_t balance;
    char account[ACCOUNT_NAME_MAX];
    char words[WORDS_MAX]; /* of the :86:, its lines joined */
    size_t words_size;
    bool in_words;
};

/* At the beginning of a line. */
static bool recognise(struct bytes file)
{
    struct bytes line, head = { file.data, file.size < NEAR ? file.size : NEAR };
    struct lines lines;
    bool number = false, account = false;

    lines_begin(&lines, head);
    while (lines_next(&lines, &line)) {
        number = number || text_begins(line, ":20:") || (text_begins(line, "{1:") && memmem(line.data, line.size, ":20:", 4));
        account = account || text_begins(line, ":25:") || text_begins(line, ":60F:") || text_begins(line, ":60M:");
    }
    return number && account;
}

static struct bytes behind(struct bytes line, size_t size)
{
    return (struct bytes){ line.data + size, line.size - size };
}

/* ---- Words. */

/* ?20 to ?29 and ?60 to ?63 are the words, ?32 and ?33 the name; ?00 says what kind it is. */
static void structured_words(struct draft *draft, struct bytes text, enum charset charset)
{
    while (text.size >= 3) {
        const uint8_t *mark = memchr(text.data + 1, '?', text.size - 1);
        struct bytes part = { text.data + 3, (mark ? (size_t)(mark - text.data) : text.size) - 3 };
        unsigned kind = (text.data[1] - '0') * 10u + (text.data[2] - '0');

        if (mark && (size_t)(mark - text.data) < 3)
            part.size = 0;
        if (kind == 0 || (kind >= 20 && kind <= 29) || (kind >= 60 && kind <= 63))
            wording_add(&draft->label, part, charset);
        else if (kind == 32 || kind == 33)
            wording_add(&draft->party, part, charset);
        text = mark ? behind(text, (size_t)(mark - text.data)) : (struct bytes){ NULL, 0 };
    }
}

static void words_done(struct reading_mt940 *in)
{
    struct bytes text = { (const uint8_t *)in->words, in->words_size }, name;
    const uint8_t *found;

    if (!in->in_words)
        return;
    in->in_words = false;
    if (!in->drafting)
        return;
    if (text.size > 4 && (text.data[3] == '?' || text.data[0] == '?')) {
        structured_words(&in->draft, text.data[0] == '?' ? text : behind(text, 3), in->st.charset);
        return;
    }
    wording_add(&in->draft.label, text, in->st.charset);
    found = memmem(text.data, text.size, "/NAME/", 6);
    if (found) {
        name = behind(text, (size_t)(found + 6 - text.data));
        found = memchr(name.data, '/', name.size);
        name.size = found ? (size_t)(found - name.data) : name.size;
        wording_add(&in->draft.party, name, in->st.charset);
    }
}

static void words_add(struct reading_mt940 *in, struct bytes line, const char *between)
{
    size_t gap = in->words_size > 0 ? strlen(between) : 0, room = sizeof in->words - in->words_size;

    if (line.size + gap > room)
        line.size = room > gap ? room - gap : 0;
    if (line.size == 0)
        return;
    memcpy(in->words + in->words_size, between, gap);
    memcpy(in->words + in->words_size + gap, line.data, line.size);
    in->words_size += gap + line.size;
}

/* ---- Movements. */

static void draft_done(struct reading_mt940 *in)
{
    words_done(in);
    if (!in->drafting)
        return;
    in->drafting = false;
    in->balance += in->draft.cents;
    statement_add(&in->st, &in->draft);
}

/* MMDD in the year that brings it nearest to the day of value. */
static bool entry_day(int64_t *day, struct bytes mmdd, int64_t value_day, bool has_value, struct bytes value)
{
    char text[6];
    int64_t best = 0, tried;
    bool found = false;

    for (int shift = -1; shift <= 1; shift++) {
        int year = (value.data[0] - '0') * 10 + (value.data[1] - '0') + shift;

        year = (year + 100) % 100;
        text[0] = (char)('0' + year / 10);
        text[1] = (char)('0' + year % 10);
        memcpy(text + 2, mmdd.data, 4);
        if (!bank_day_read(&tried, (struct bytes){ (const uint8_t *)text, sizeof text }, YEAR_FIRST) || (!has_value && shift != 0))
            continue;
        if (!found || (tried > value_day ? tried - value_day : value_day - tried) <
                          (best > value_day ? best - value_day : value_day - best))
            best = tried;
        found = true;
    }
    *day = best;
    return found;
}

static size_t digits_at(struct bytes text, size_t at)
{
    size_t count = 0;

    while (at + count < text.size && text.data[at + count] >= '0' && text.data[at + count] <= '9')
        count++;
    return count;
}

/* The days and the sign. Returns how many characters they took; 0: they are not there. */
static size_t beginning_take(struct draft *draft, struct bytes line, bool *paid)
{
    size_t digits = digits_at(line, 0), at = digits;
    struct bytes value = { line.data, 6 };
    int64_t value_day = 0;
    bool has_value, reversed;

    if (digits != 6 && digits != 10)
        return 0;
    has_value = bank_day_read(&value_day, value, YEAR_FIRST);
    draft->day = value_day;
    draft->has_day = has_value;
    if (digits == 10 && entry_day(&draft->day, behind(line, 6), value_day, has_value, value))
        draft->has_day = true;
    else
        draft->day = value_day;
    reversed = at < line.size && line.data[at] == 'R';
    at += at < line.size && (line.data[at] == 'R' || line.data[at] == 'E'); /* E: expected, as some banks write it */
    if (at == line.size || (line.data[at] != 'C' && line.data[at] != 'D'))
        return 0;
    *paid = (line.data[at] == 'D') != reversed;
    at++;
    return at + (at < line.size && line.data[at] >= 'A' && line.data[at] <= 'Z');
}

static void movement_take(struct reading_mt940 *in, struct bytes line, uint64_t number)
{
    struct draft *draft = &in->draft;
    size_t at, size = 0;
    bool paid = false;
    const uint8_t *slashes;

    draft_begin(draft, number);
    at = beginning_take(draft, line, &paid);
    while (at + size < line.size && ((line.data[at + size] >= '0' && line.data[at + size] <= '9') || line.data[at + size] == ','))
        size++;
    if (at == 0 || !draft->has_day || size == 0) {
        statement_reject(&in->st, number, at == 0 ? _("does not begin with a day and C or D") : !draft->has_day ? _("has no day there is")
                                                                                                             : _("has no amount"), line);
        return;
    }
    if (!statement_amount(&in->st, number, &draft->cents, (struct bytes){ line.data + at, size }, ','))
        return;
    draft->cents = paid ? -draft->cents : draft->cents;
    draft->has_cents = true;
    line = behind(line, at + size);
    slashes = memmem(line.data, line.size, "//", 2);
    if (slashes)
        wording_add(&draft->reference, behind(line, (size_t)(slashes + 2 - line.data)), in->st.charset);
    else if (line.size > 4)
        wording_add(&draft->reference, behind(line, 4), in->st.charset);
    if (strcmp(draft->reference.text, "NONREF") == 0)
        wording_begin(&draft->reference, MOVEMENT_REFERENCE_MAX);
    in->drafting = true;
}

/* ---- Balances: C or D, YYMMDD, the currency, the amount. */

static void balance_take(struct reading_mt940 *in, struct bytes text, uint64_t number, bool opening)
{
    int64_t cents = 0;

    if (text.size < 11 || (text.data[0] != 'C' && text.data[0] != 'D') ||
        amount_read(&cents, behind(text, 10), ',') != AMOUNT_OK) {
        statement_reject(&in->st, number, _("is no balance"), text);
        in->balanced = false;
        return;
    }
    cents = text.data[0] == 'D' ? -cents : cents;
    if (opening)
        statement_account(&in->st, (struct bytes){ (const uint8_t *)in->account, strlen(in->account) },
                          (struct bytes){ text.data + 7, 3 });
    else if (in->balanced && cents != in->balance)
        statement_doubt(&in->st, _("the closing balance of line %llu is not what the movements come to: some are missing"),
                        (unsigned long long)number);
    in->balanced = opening;
    in->balance = cents;
}

static void field_take(struct reading_mt940 *in, struct bytes line, uint64_t number)
{
    if (text_begins(line, ":86:")) {
        in->words_size = 0;
        in->in_words = true;
        words_add(in, behind(line, 4), "");
        return;
    }
    draft_done(in);
    if (text_begins(line, ":25:"))
        text_copy(in->account, sizeof in->account, behind(line, 4));
    else if (text_begins(line, ":60F:") || text_begins(line, ":60M:"))
        balance_take(in, behind(line, 5), number, true);
    else if (text_begins(line, ":62F:") || text_begins(line, ":62M:"))
        balance_take(in, behind(line, 5), number, false);
    else if (text_begins(line, ":61:"))
        movement_take(in, behind(line, 4), number);
}

static bool is_field(struct bytes line)
{
    return line.size > 3 && line.data[0] == ':' && digits_at(line, 1) == 2 && memchr(line.data + 3, ':', line.size < 6 ? line.size - 3 : 3);
}

static enum status read(struct import *out, struct bytes file, struct failure *why)
{
    struct reading_mt940 in = { .drafting = false };
    struct bytes line;
    struct lines lines;

    statement_begin(&in.st, out, file, why);
    lines_begin(&lines, file);
    while (!in.st.rows.status && lines_next(&lines, &line)) {
        if (is_field(line))
            field_take(&in, line, lines.number);
        else if (line.size > 0 && line.data[0] == '-')
            draft_done(&in);
        else if (in.in_words)
            words_add(&in, line, in.words_size > 4 && in.words[3] == '?' ? "" : " ");
    }
    draft_done(&in);
    if (in.balanced)
        statement_doubt(&in.st, _("the file ends without a closing balance (:62F:): it may have been cut"));
    return statement_end(&in.st);
}

const struct import_format import_mt940 = { "MT940", recognise, read };
