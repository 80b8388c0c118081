/* mapped_money.c - rows of a table that the household has described (mapping.h), as movements of an account. What is not
 * booked on a day, or moves nothing, is refused by its line. */
#include "node/import/mapping.h"
#include "node/import/statement.h"

#include <string.h>

/* Of two columns the one that is filled in; what is paid may be written with or without its sign. */
static bool cents_read(struct statement *st, const struct mapping *mapping, const struct table *table, int64_t *cents)
{
    struct bytes debit = mapping_field(mapping, table, MAP_DEBIT), credit = mapping_field(mapping, table, MAP_CREDIT);

    if (mapping->place[MAP_AMOUNT] >= 0)
        return statement_amount(st, table->line, cents, mapping_field(mapping, table, MAP_AMOUNT), '\0');
    if (!statement_amount(st, table->line, cents, debit.size > 0 ? debit : credit, '\0'))
        return false;
    if (debit.size > 0 && *cents > 0)
        *cents = -*cents;
    return true;
}

static void row_take(struct statement *st, const struct mapping *mapping, const struct table *table)
{
    struct bytes date = mapping_field(mapping, table, MAP_DATE);
    struct draft draft;
    int64_t local_s;

    draft_begin(&draft, table->line);
    draft.has_day = true;
    if (civil_text_read(&local_s, date, mapping->order))
        draft.day = local_s / 86400;
    else if (!bank_day_read(&draft.day, date, mapping->order == ORDER_DAY_FIRST ? DAY_FIRST : MONTH_FIRST)) {
        statement_reject(st, table->line, "is no date", date);
        return;
    }
    draft.has_cents = cents_read(st, mapping, table, &draft.cents);
    if (!draft.has_cents)
        return;
    wording_add(&draft.label, mapping_field(mapping, table, MAP_LABEL), table->charset);
    wording_add(&draft.party, mapping_field(mapping, table, MAP_PARTY), table->charset);
    wording_add(&draft.reference, mapping_field(mapping, table, MAP_REFERENCE), table->charset);
    statement_add(st, &draft);
}

enum status mapped_movements(struct import *out, const struct mapping *mapping, struct layout *layout, struct bytes file,
                             struct failure *why)
{
    struct statement st;

    statement_begin(&st, out, file, why);
    statement_account(&st, (struct bytes){ (const uint8_t *)mapping->name, strlen(mapping->name) },
                      (struct bytes){ (const uint8_t *)mapping->currency, 3 });
    while (!st.rows.status && table_next(&layout->table)) {
        if (table_is_blank(&layout->table))
            continue;
        if (mapping_cut(mapping, &layout->table))
            statement_reject(&st, layout->table.line, "ends the file within this line: it may be cut short",
                             (struct bytes){ NULL, 0 });
        else
            row_take(&st, mapping, &layout->table);
    }
    return statement_end(&st);
}
