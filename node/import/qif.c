/* qif.c - Quicken Interchange Format: a line for each field, its first letter saying which, and "^" after each movement.
 *
 * It names no currency, no number of a movement and, as a rule, no account. Dates are day first or month first as the program's country
 * had it: the whole file must allow only one of the two. Splits (S, E, $) are parts of the amount and are passed over.
 * Failure modes: dates that could be both, which refuses the file; a movement without date or amount. */
#include "node/import/statement.h"
#include "node/tongue/tongue.h"

#include <string.h>

static bool recognise(struct bytes file)
{
    struct bytes line;
    struct lines lines;

    lines_begin(&lines, file);
    for (int i = 0; i < 20 && lines_next(&lines, &line); i++) {
        if (text_begins(line, "!Type:") || text_begins(line, "!Account") || text_begins(line, "!Option:"))
            return true;
    }
    return false;
}

static bool is_of_account(struct bytes line)
{
    static const char *const kinds[] = { "!Type:Bank", "!Type:CCard", "!Type:Cash", "!Type:Oth A", "!Type:Oth L" };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (text_begins(line, kinds[i]))
            return true;
    }
    return false;
}

static struct bytes value_of(struct bytes line)
{
    return (struct bytes){ line.data + 1, line.size - 1 };
}

/* Which order all dates allow. false: none, or both. A comma before two decimals says that the program spoke a language that puts the
 * day first. */
static bool order_find(enum day_order *order, struct bytes file, struct failure *why)
{
    bool day_first = true, month_first = true, comma = false, movements = false, any = false;
    struct bytes line;
    struct lines lines;
    int64_t day;

    lines_begin(&lines, file);
    while (lines_next(&lines, &line)) {
        if (line.size > 0 && line.data[0] == '!')
            movements = is_of_account(line);
        if (!movements || line.size < 2)
            continue;
        if (line.data[0] == 'D' && (bank_day_read(&day, value_of(line), DAY_FIRST) || bank_day_read(&day, value_of(line), MONTH_FIRST))) {
            any = true;
            day_first = day_first && bank_day_read(&day, value_of(line), DAY_FIRST);
            month_first = month_first && bank_day_read(&day, value_of(line), MONTH_FIRST);
        }
        comma = comma || (line.data[0] == 'T' && line.size > 4 && line.data[line.size - 3] == ',');
    }
    *order = day_first ? DAY_FIRST : MONTH_FIRST;
    if (!any) /* each movement is refused for its own date */
        return true;
    if (!day_first && !month_first)
        failure_say(why, STATUS_MALFORMED, _("some dates have the day first and others the month: it was put together from two files"));
    else if (day_first && month_first && !comma)
        failure_say(why, STATUS_MALFORMED,
                    _("every date could be day/month or month/day: export a longer time, or as OFX, which says which it is"));
    return day_first != month_first || (day_first && comma);
}

static void field_take(struct statement *st, struct draft *draft, struct bytes line, enum day_order order)
{
    struct bytes value = value_of(line);
    enum amount_verdict verdict;

    switch (line.data[0]) {
    case 'D':
        draft->has_day = bank_day_read(&draft->day, value, order);
        break;
    case 'T':
    case 'U':
        verdict = amount_read(&draft->cents, value, '\0');
        draft->has_cents = verdict == AMOUNT_OK;
        break;
    case 'P':
    case 'M':
        wording_add(&draft->label, value, st->charset);
        break;
    case 'N':
        wording_add(&draft->reference, value, st->charset);
        break;
    default: /* categories, addresses, splits: not the bank's */
        break;
    }
}

static void movements_read(struct statement *st, struct bytes file, enum day_order order)
{
    bool movements = false, accounts = false, begun = false;
    struct bytes line;
    struct lines lines;
    struct draft draft;

    lines_begin(&lines, file);
    draft_begin(&draft, 1);
    while (!st->rows.status && lines_next(&lines, &line)) {
        if (line.size > 0 && line.data[0] == '!') {
            movements = is_of_account(line);
            accounts = text_begins(line, "!Account");
            begun = false;
        } else if (accounts && text_begins(line, "N")) {
            statement_account(st, value_of(line), (struct bytes){ NULL, 0 });
        } else if (movements && text_begins(line, "^")) {
            if (begun)
                statement_add(st, &draft);
            begun = false;
        } else if (movements && line.size > 1) {
            if (!begun)
                draft_begin(&draft, lines.number);
            begun = true;
            field_take(st, &draft, line, order);
        }
    }
    if (begun && movements)
        rows_reject(&st->rows, draft.line, _("the file ends in this movement: download it again"));
}

static enum status read(struct import *out, struct bytes file, struct failure *why)
{
    enum day_order order;
    struct statement st;

    statement_begin(&st, out, file, why);
    if (!order_find(&order, file, why))
        return STATUS_MALFORMED;
    movements_read(&st, file, order);
    return statement_end(&st);
}

const struct import_format import_qif = { "QIF", recognise, read };
