/* health_csv.c - what an insured person sees of refunds: the payments of the social insurance (Ameli) and the benefits of a
 * complementary insurance. No insurer has an export of its own, so these are the columns of their pages, as people copy them.
 *
 * Happy path: a row is an act. Failure modes: a row without one of its two days or amounts is refused by line. */
#include "node/import/statement.h"
#include "node/import/table.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>

enum column { COL_CARE, COL_PAID, COL_SPENT, COL_REFUND };
enum { NEED_ALL = 1u << COL_CARE | 1u << COL_PAID | 1u << COL_SPENT | 1u << COL_REFUND, LINES_MAX = 100000 };

static const struct table_layout layouts[PAYERS] = {
    [PAYER_BASIC] = { N_("Ameli payments (CSV)"),
                      { [COL_CARE] = "datesoins|datedesoins|datedessoins", [COL_PAID] = "datepaiement|datedepaiement",
                        [COL_SPENT] = "montantpaye", [COL_REFUND] = "montantverse" },
                      NEED_ALL },
    [PAYER_EXTRA] = { N_("complementary insurance (CSV)"),
                      { [COL_CARE] = "datedesoins|datesoins", [COL_PAID] = "datedereglement|datereglement",
                        [COL_SPENT] = "depense|montantpaye", [COL_REFUND] = "remboursemutuelle" },
                      NEED_ALL },
};

static bool recognise(struct bytes file)
{
    struct table_columns columns;
    struct table table;

    return table_find(&table, &columns, file, layouts, PAYERS);
}

static bool day_take(struct statement *st, const struct table *table, const struct table_columns *columns, enum column column,
                     int64_t *day)
{
    struct bytes text = table_field(table, columns, column);

    if (bank_day_read(day, text, DAY_FIRST))
        return true;
    statement_reject(st, table->line, _("is no date"), text);
    return false;
}

static void line_take(struct statement *st, const struct table *table, const struct table_columns *columns)
{
    struct import *import = st->first;
    struct health_line line = { .payer = import->payer };

    if (!day_take(st, table, columns, COL_CARE, &line.care_day) || !day_take(st, table, columns, COL_PAID, &line.paid_day) ||
        !statement_amount(st, table->line, &line.spent_cents, table_field(table, columns, COL_SPENT), '\0') ||
        !statement_amount(st, table->line, &line.refund_cents, table_field(table, columns, COL_REFUND), '\0'))
        return;
    if (!table->whole && columns->place[COL_PAID] != (int)table->count - 1 && columns->place[COL_REFUND] == (int)table->count - 1 &&
        table_field(table, columns, COL_REFUND).size < 4) {
        rows_reject(&st->rows, table->line, _("the file ends in this row: download it again"));
        return;
    }
    if (line.spent_cents < 0 || line.spent_cents > MOVEMENT_SANE_CENTS || line.refund_cents > MOVEMENT_SANE_CENTS ||
        line.refund_cents < -MOVEMENT_SANE_CENTS) {
        rows_reject(&st->rows, table->line, _("an amount no act of care has"));
        return;
    }
    if (import->count == import->room) {
        size_t room = import->room == 0 ? 64 : 2 * import->room;
        struct health_line *larger = rows_more(&st->rows, import->lines, import->count, room * sizeof *larger);

        if (!larger)
            return;
        import->lines = larger;
        import->room = room;
    }
    import->lines[import->count++] = line;
    import->total_cents += line.refund_cents;
}

static enum status read(struct import *out, struct bytes file, struct failure *why)
{
    struct table_columns columns = { .layout = layouts };
    struct statement st;
    struct table table;

    statement_begin(&st, out, file, why);
    out->kind = IMPORT_HEALTH;
    if (!table_find(&table, &columns, file, layouts, PAYERS))
        return failure_say(why, STATUS_MALFORMED, _("no heading"));
    out->format = columns.layout->format;
    out->payer = (enum payer)(columns.layout - layouts);
    while (!st.rows.status && table_next(&table)) {
        if (!table_is_blank(&table))
            line_take(&st, &table, &columns);
    }
    rejects_sort(out);
    return st.rows.status;
}

const struct import_format import_health_csv = { N_("health statement (CSV)"), recognise, read };
