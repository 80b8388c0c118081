/* bank_csv.c - tables of banks: those of France, KBC, UniCredit and Revolut.
 *
 * One reader, a line of a list for each layout: which words head its columns. Before the table some banks write whose account it is,
 * its number and balance; after a new heading another account begins. A column of debits is paid and one of credits comes in, whatever
 * sign the bank puts before (Credit Agricole none, Credit Mutuel a minus).
 * Failure modes: a row without date or amount, or with both debit and credit, is refused by line; a row in which the file ends is
 * kept only if its amount has both decimals, as half a number would not. */
#include "node/import/statement.h"
#include "node/import/table.h"
#include "node/tongue/tongue.h"

#include <string.h>

enum column { COL_DAY, COL_LABEL, COL_DETAIL, COL_PARTY, COL_REFERENCE, COL_AMOUNT, COL_DEBIT, COL_CREDIT, COL_CURRENCY, COL_ACCOUNT,
              COL_FEE, COL_STATE };
enum { NEED_AMOUNT = 1u << COL_DAY | 1u << COL_LABEL | 1u << COL_AMOUNT,
       NEED_BOTH = 1u << COL_DAY | 1u << COL_LABEL | 1u << COL_DEBIT | 1u << COL_CREDIT };

/* The words of each, by what banks' own exports are headed with. */
static const struct table_layout layouts[] = {
    { "BoursoBank (CSV)",
      { [COL_DAY] = "dateop", [COL_LABEL] = "label", [COL_PARTY] = "supplierfound", [COL_AMOUNT] = "amount", [COL_DETAIL] = "comment",
        [COL_ACCOUNT] = "accountnum" },
      NEED_AMOUNT | 1u << COL_ACCOUNT },
    { "Credit Agricole (CSV)",
      { [COL_DAY] = "date", [COL_LABEL] = "libelle", [COL_DEBIT] = "debiteuros", [COL_CREDIT] = "crediteuros" },
      NEED_BOTH },
    { "BNP Paribas (CSV)",
      { [COL_DAY] = "dateoperation", [COL_LABEL] = "libelleoperation", [COL_AMOUNT] = "montantoperationeneuro|montantoperation" },
      NEED_AMOUNT },
    { "Societe Generale (CSV)",
      { [COL_DAY] = "datedeloperation", [COL_LABEL] = "detaildelecriture", [COL_AMOUNT] = "montantdeloperation",
        [COL_CURRENCY] = "devise" },
      NEED_AMOUNT },
    { "La Banque Postale (CSV)",
      { [COL_DAY] = "date", [COL_LABEL] = "libelle", [COL_AMOUNT] = "montanteuros" },
      NEED_AMOUNT },
    { "Caisse d'Epargne (CSV)",
      { [COL_DAY] = "datedecomptabilisation", [COL_LABEL] = "libelleoperation", [COL_DETAIL] = "informationscomplementaires",
        [COL_PARTY] = "libellesimplifie", [COL_REFERENCE] = "reference", [COL_DEBIT] = "debit", [COL_CREDIT] = "credit" },
      NEED_BOTH | 1u << COL_DETAIL },
    { "Credit Mutuel, CIC (CSV)",
      { [COL_DAY] = "date", [COL_LABEL] = "libelle", [COL_DEBIT] = "debit", [COL_CREDIT] = "credit" },
      NEED_BOTH },
    { "Credit Mutuel, CIC (CSV)",
      { [COL_DAY] = "date", [COL_LABEL] = "libelle", [COL_AMOUNT] = "montant" },
      NEED_AMOUNT },
    { "Fortuneo (CSV)",
      { [COL_DAY] = "dateoperation", [COL_LABEL] = "libelle", [COL_DEBIT] = "debit", [COL_CREDIT] = "credit" },
      NEED_BOTH },
    { "KBC (CSV)",
      { [COL_DAY] = "datum", [COL_LABEL] = "omschrijving", [COL_AMOUNT] = "bedrag", [COL_CURRENCY] = "munt",
        [COL_ACCOUNT] = "rekeningnummer", [COL_PARTY] = "naamtegenpartij", [COL_DETAIL] = "vrijemededeling" },
      NEED_AMOUNT | 1u << COL_ACCOUNT },
    { "UniCredit CZ (CSV)",
      { [COL_DAY] = "postingdate", [COL_LABEL] = "bankaccountdetails", [COL_AMOUNT] = "amountczk|amounteur",
        [COL_PARTY] = "counteraccountname", [COL_DETAIL] = "messageforme", [COL_REFERENCE] = "transactionreferencenumber",
        [COL_ACCOUNT] = "item" },
      NEED_AMOUNT },
    { "Revolut (CSV)",
      { [COL_DAY] = "completeddate", [COL_LABEL] = "description", [COL_AMOUNT] = "amount", [COL_FEE] = "fee",
        [COL_CURRENCY] = "currency", [COL_STATE] = "state", [COL_ACCOUNT] = "product" },
      NEED_AMOUNT | 1u << COL_FEE | 1u << COL_STATE },
};

static bool recognise(struct bytes file)
{
    struct table_columns columns;
    struct table table;

    return table_find(&table, &columns, file, layouts, ARRAY_SIZE(layouts));
}

/* ---- Before the table. */

/* The last word of a field that is a number, or a masked one. */
static struct bytes number_of(struct bytes field)
{
    size_t from = field.size, digits = 0;

    while (from > 0 && field.data[from - 1] != ' ' && field.data[from - 1] != 0xa0) {
        uint8_t c = field.data[--from];

        digits += c >= '0' && c <= '9';
        if (c == ',' || c == '/')
            return (struct bytes){ NULL, 0 };
    }
    return digits >= 4 ? (struct bytes){ field.data + from, field.size - from } : (struct bytes){ NULL, 0 };
}

/* A line like "Compte de Depot carte n 00001234567", "Numero Compte;00001234567", ="00001234567". */
static bool names_account(const struct table *table, struct bytes *number)
{
    static const char *const begins[] = { "compte", "numerocompte", "livret" };
    struct bytes first = table->fields[0];
    char word[16];
    bool named = text_begins(first, "=\"") || memmem(first.data, first.size, "n\xb0 ", 3) ||
                 memmem(first.data, first.size, "n\xc2\xb0 ", 4);

    heading_fold(word, sizeof word, first, table->charset);
    for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
        named = named || strncmp(word, begins[i], strlen(begins[i])) == 0;
    *number = (struct bytes){ NULL, 0 };
    for (size_t i = 0; i < table->count && named && number->size == 0; i++)
        *number = number_of(table->fields[i]);
    return number->size > 0;
}

/* ---- Rows. */

static bool is_true_end(const struct table *table, struct bytes amount)
{
    return table->whole || (amount.size > 3 && (amount.data[amount.size - 3] == ',' || amount.data[amount.size - 3] == '.'));
}

/* From one column, or from one of two. */
static bool cents_of(struct statement *st, const struct table *table, const struct table_columns *columns, int64_t *cents)
{
    struct bytes amount = table_field(table, columns, COL_AMOUNT), debit = table_field(table, columns, COL_DEBIT);
    struct bytes credit = table_field(table, columns, COL_CREDIT), fee = table_field(table, columns, COL_FEE);
    int64_t fee_cents = 0;

    if (columns->place[COL_AMOUNT] < 0) {
        if (debit.size > 0 && credit.size > 0) {
            rows_reject(&st->rows, table->line, _("both a debit and a credit"));
            return false;
        }
        amount = debit.size > 0 ? debit : credit;
    }
    if (amount.size == 0 || !is_true_end(table, amount)) {
        rows_reject(&st->rows, table->line, amount.size == 0 ? _("no amount") : _("the file ends in this row: download it again"));
        return false;
    }
    if (!statement_amount(st, table->line, cents, amount, '\0') ||
        (fee.size > 0 && !statement_amount(st, table->line, &fee_cents, fee, '\0')))
        return false;
    if (columns->place[COL_AMOUNT] < 0)
        *cents = (*cents < 0) == (debit.size > 0) ? *cents : -*cents;
    *cents -= fee_cents;
    return true;
}

static bool day_of(int64_t *day, struct bytes text)
{
    size_t digits = 0;

    while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    return bank_day_read(day, text, digits == 4 ? YEAR_FIRST : DAY_FIRST);
}

static bool is_row(const struct table *table, const struct table_columns *columns)
{
    int64_t day;

    return day_of(&day, table_field(table, columns, COL_DAY));
}

static void row_take(struct statement *st, const struct table *table, const struct table_columns *columns)
{
    struct bytes day = table_field(table, columns, COL_DAY), state = table_field(table, columns, COL_STATE);
    struct draft draft;

    draft_begin(&draft, table->line);
    if (state.size > 0 && !text_is(state, "COMPLETED")) {
        statement_reject(st, table->line, _("is not booked: it moves nothing"), state);
        return;
    }
    draft.has_day = day_of(&draft.day, day);
    if (!draft.has_day) {
        statement_reject(st, table->line, _("is no date"), day);
        return;
    }
    draft.has_cents = cents_of(st, table, columns, &draft.cents);
    if (!draft.has_cents)
        return;
    wording_add(&draft.label, table_field(table, columns, COL_LABEL), table->charset);
    wording_add(&draft.label, table_field(table, columns, COL_DETAIL), table->charset);
    wording_add(&draft.party, table_field(table, columns, COL_PARTY), table->charset);
    wording_add(&draft.reference, table_field(table, columns, COL_REFERENCE), table->charset);
    if (columns->place[COL_ACCOUNT] >= 0)
        statement_account(st, table_field(table, columns, COL_ACCOUNT), table_field(table, columns, COL_CURRENCY));
    statement_add(st, &draft);
}

static enum status read(struct import *out, struct bytes file, struct failure *why)
{
    struct table_columns columns = { NULL, { 0 } }, again;
    struct statement st;
    struct table table;
    struct bytes number;
    char separator = table_find(&table, &columns, file, layouts, ARRAY_SIZE(layouts)) ? table.separator : ';';
    bool in_table = false;

    statement_begin(&st, out, file, why);
    out->format = columns.layout ? columns.layout->format : import_bank_csv.name;
    table_begin(&table, file, st.charset, separator);
    while (!st.rows.status && table_next(&table)) {
        if (in_table && is_row(&table, &columns)) { /* first, because nearly all are */
            row_take(&st, &table, &columns);
        } else if (table_is_blank(&table)) {
            continue;
        } else if (table_heading(&again, &table, layouts, ARRAY_SIZE(layouts))) {
            columns = again;
            in_table = true;
        } else if (names_account(&table, &number)) {
            statement_account(&st, number, (struct bytes){ NULL, 0 });
            in_table = false;
        } else if (in_table) {
            row_take(&st, &table, &columns);
        }
    }
    return statement_end(&st);
}

const struct import_format import_bank_csv = { N_("bank table (CSV)"), recognise, read };
