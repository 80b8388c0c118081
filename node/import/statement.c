/* statement.c - see statement.h.
 *
 * Happy path: the file is in order of day, or backwards. Failure modes: no memory, more movements or words than any household's
 * file has; they stick and are told by statement_end. */
#include "node/import/statement.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16, IBAN_FR = 27, IBAN_FR_ACCOUNT = 14, FR_ACCOUNT = 11 };
struct import_texts {
    struct import_texts *next;
    size_t used;
    char bytes[CHUNK];
};
struct statement_row {
    struct movement movement;
    struct import *account;
    size_t account_place;
    uint64_t line;
};

void import_texts_free(struct import_texts *texts)
{
    while (texts) {
        struct import_texts *next = texts->next;

        free(texts);
        texts = next;
    }
}

static void statement_fail(struct statement *statement, enum status status, const char *text)
{
    if (!statement->rows.status)
        statement->rows.status = failure_say(statement->rows.why, status, "%s", text);
}

void draft_begin(struct draft *draft, uint64_t line)
{
    draft->line = line;
    draft->has_day = draft->has_cents = false;
    draft->day = draft->cents = 0;
    wording_begin(&draft->label, MOVEMENT_LABEL_MAX);
    wording_begin(&draft->party, MOVEMENT_PARTY_MAX);
    wording_begin(&draft->reference, MOVEMENT_REFERENCE_MAX);
}

void statement_begin(struct statement *statement, struct import *first, struct bytes file, struct failure *why)
{
    *statement = (struct statement){ .first = first, .charset = charset_of(file) };
    rows_begin(&statement->rows, first, why);
    first->kind = IMPORT_ACCOUNT;
    memcpy(first->account.currency, "EUR", 4);
}

/* ---- Accounts. */

static bool is_capital(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

/* Letters, digits, stars and dashes; a French IBAN is cut to the account in it. */
static void name_make(char out[ACCOUNT_NAME_MAX], struct bytes name)
{
    size_t used = 0;

    for (size_t i = 0; i < name.size && used + 1 < ACCOUNT_NAME_MAX; i++) {
        uint8_t c = name.data[i];

        if (is_capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("*-/", c)))
            out[used++] = (char)c;
    }
    out[used] = '\0';
    if (used == IBAN_FR && memcmp(out, "FR", 2) == 0) {
        memmove(out, out + IBAN_FR_ACCOUNT, FR_ACCOUNT);
        out[FR_ACCOUNT] = '\0';
    }
}

static bool is_untouched(const struct statement *statement)
{
    return statement->count == 0 && statement->first->account.name[0] == '\0';
}

void statement_account(struct statement *statement, struct bytes name, struct bytes currency)
{
    struct import_account account = { .currency = "EUR" };
    struct import *import = statement->first;
    size_t known = 0;

    name_make(account.name, name);
    if (currency.size == 3 && is_capital(currency.data[0]) && is_capital(currency.data[1]) && is_capital(currency.data[2]))
        memcpy(account.currency, currency.data, 3);
    if (is_untouched(statement))
        import->account = account;
    while (import && (strcmp(import->account.name, account.name) != 0 ||
                      strcmp(import->account.currency, account.currency) != 0)) {
        import = import->next;
        known++;
    }
    if (!import)
        import = import_another(statement->first);
    if (!import) {
        statement_fail(statement, known < IMPORT_SERIES_MAX ? STATUS_NOMEM : STATUS_MALFORMED,
                       known < IMPORT_SERIES_MAX ? _("out of memory for the movements of the file")
                                                 : _("more accounts than a household has: cut the file in parts"));
        return;
    }
    import->kind = IMPORT_ACCOUNT;
    import->account = account;
    statement->rows.import = import;
}

/* ---- Movements. */

static const char *text_keep(struct statement *statement, const struct wording *wording)
{
    struct import_texts *chunk = statement->first->texts;
    char *to;

    if (wording->size == 0)
        return "";
    if (!chunk || chunk->used + wording->size + 1 > CHUNK) {
        statement->texts += sizeof *chunk;
        chunk = statement->texts <= TEXTS_MAX ? malloc(sizeof *chunk) : NULL;
        if (!chunk) {
            statement_fail(statement, statement->texts <= TEXTS_MAX ? STATUS_NOMEM : STATUS_MALFORMED,
                           statement->texts <= TEXTS_MAX ? _("out of memory for the words of the file")
                                                         : _("the file holds more words than any account: cut it into years"));
            return "";
        }
        chunk->used = 0;
        chunk->next = statement->first->texts;
        statement->first->texts = chunk;
    }
    to = chunk->bytes + chunk->used;
    memcpy(to, wording->text, wording->size + 1);
    chunk->used += wording->size + 1;
    return to;
}

static bool statement_grow(struct statement *statement)
{
    size_t room = statement->room == 0 ? 512 : 2 * statement->room;
    struct statement_row *larger = NULL;

    if (statement->count >= MOVEMENTS_MAX) {
        statement_fail(statement, STATUS_MALFORMED, _("the file holds more than 100000 movements: cut it into years and import each"));
        return false;
    }
    larger = realloc(statement->list, room * sizeof *larger);
    if (!larger) {
        statement_fail(statement, STATUS_NOMEM, _("out of memory for the movements of the file"));
        return false;
    }
    statement->list = larger;
    statement->room = room;
    return true;
}

void statement_add(struct statement *statement, const struct draft *draft)
{
    struct statement_row row = { .account = statement->rows.import, .line = draft->line };

    if (!draft->has_day || !draft->has_cents) {
        rows_reject(&statement->rows, draft->line, draft->has_day ? _("no amount") : _("no date"));
        return;
    }
    if (draft->cents > MOVEMENT_SANE_CENTS || draft->cents < -MOVEMENT_SANE_CENTS) {
        rows_reject(&statement->rows, draft->line, _("more than ten million: no household moves that, the amount is wrong"));
        return;
    }
    if (statement->rows.status || (statement->count == statement->room && !statement_grow(statement)))
        return;
    row.movement = (struct movement){ draft->day, draft->cents, text_keep(statement, &draft->label),
                                      text_keep(statement, &draft->party), text_keep(statement, &draft->reference) };
    for (struct import *import = statement->first; import != row.account; import = import->next)
        row.account_place++;
    statement->list[statement->count++] = row;
}

void statement_reject(struct statement *statement, uint64_t line, const char *what, struct bytes text)
{
    char shown[QUOTE_MAX];

    rows_reject(&statement->rows, line, "\"%s\" %s", text_copy(shown, sizeof shown, text), what);
}

bool statement_amount(struct statement *statement, uint64_t line, int64_t *cents, struct bytes text, char mark)
{
    enum amount_verdict verdict = amount_read(cents, text, mark);

    if (verdict)
        statement_reject(statement, line, amount_trouble(verdict), text);
    return verdict == AMOUNT_OK;
}

void statement_doubt(struct statement *statement, const char *format, ...)
{
    char *doubt = statement->rows.import->doubt;
    va_list args;

    if (doubt[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(doubt, sizeof statement->rows.import->doubt, format, args);
    va_end(args);
}

void statement_reverse(struct statement *statement, const size_t *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (places[i] < statement->count)
            statement->list[places[i]].movement.cents *= -1;
    }
}

/* ---- The end. */

static int by_account_and_day(const struct statement_row *a, const struct statement_row *b)
{
    if (a->account_place != b->account_place)
        return a->account_place < b->account_place ? -1 : 1;
    return a->movement.day < b->movement.day ? -1 : a->movement.day > b->movement.day;
}

static int row_order(const void *left, const void *right)
{
    const struct statement_row *a = left, *b = right;
    int order = by_account_and_day(a, b);

    return order ? order : a->line < b->line ? -1 : a->line > b->line;
}

static int reference_order(const void *left, const void *right)
{
    const struct statement_row *a = left, *b = right;
    int order = by_account_and_day(a, b);

    if (order == 0 && a->movement.cents != b->movement.cents)
        order = a->movement.cents < b->movement.cents ? -1 : 1;
    if (order == 0)
        order = strcmp(a->movement.reference, b->movement.reference);
    return order ? order : a->line < b->line ? -1 : a->line > b->line;
}

static void statement_sort(struct statement *statement, int (*order)(const void *, const void *))
{
    if (statement->count > 1)
        qsort(statement->list, statement->count, sizeof *statement->list, order);
}

static void statement_repeats(struct statement *statement)
{
    size_t kept = 0;

    statement_sort(statement, reference_order);
    for (size_t i = 0; i < statement->count; i++) {
        const struct statement_row *row = &statement->list[i], *before = kept > 0 ? &statement->list[kept - 1] : NULL;

        if (before && row->movement.reference[0] != '\0' && by_account_and_day(before, row) == 0 &&
            before->movement.cents == row->movement.cents && strcmp(before->movement.reference, row->movement.reference) == 0)
            row->account->duplicates++;
        else
            statement->list[kept++] = *row;
    }
    statement->count = kept;
}

static void statement_crowded_days(struct statement *statement)
{
    size_t kept = 0, same = 0;

    for (size_t i = 0; i < statement->count; i++) {
        const struct statement_row *row = &statement->list[i];

        same = i > 0 && by_account_and_day(row - 1, row) == 0 ? same + 1 : 0;
        statement->rows.import = row->account;
        if (same >= MOVEMENTS_DAY_MAX)
            rows_reject(&statement->rows, row->line, _("more than %d movements on one day"), MOVEMENTS_DAY_MAX);
        else
            statement->list[kept++] = *row;
    }
    statement->count = kept;
}

static void statement_hand_over(struct statement *statement)
{
    for (size_t i = 0; i < statement->count; i++)
        statement->list[i].account->room++;
    for (struct import *import = statement->first; import; import = import->next) {
        import->movements = malloc((import->room + 1) * sizeof *import->movements);
        if (!import->movements) {
            statement_fail(statement, STATUS_NOMEM, _("out of memory for the movements of the file"));
            return;
        }
        rejects_sort(import);
    }
    for (size_t i = 0; i < statement->count; i++) {
        struct import *import = statement->list[i].account;

        import->movements[import->count++] = statement->list[i].movement;
        import->total_cents += statement->list[i].movement.cents;
    }
}

enum status statement_end(struct statement *statement)
{
    if (!statement->rows.status && statement->references_unique)
        statement_repeats(statement);
    statement_sort(statement, row_order);
    if (!statement->rows.status)
        statement_crowded_days(statement);
    if (!statement->rows.status)
        statement_hand_over(statement);
    free(statement->list);
    statement->list = NULL;
    return statement->rows.status;
}
