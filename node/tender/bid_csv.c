/* bid_csv.c - a spreadsheet of prices into the lots of a bid, and the empty spreadsheet to fill in.
 *
 * Happy path: heading, then one line per lot and step, lots together or not, steps ascending. Failure modes:
 * everything a spreadsheet does to a file (byte order mark, semicolons, decimal commas, quotes, carriage
 * returns) is understood; everything else is refused with the line and the column it is in, and nothing is
 * guessed: a wrong price would bind nobody but embarrass all. */
#include "node/tender/bid_csv.h"

#include "node/tender/tender.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CSV_FIELDS_MAX = 3 + DEAL_VALUES_MAX, CSV_LINE_MAX = 2048, CSV_FIXED = 3 };

struct sheet {
    const struct charter *charter;
    const struct season *season;
    struct failure *why;
    size_t line, quantities;
    char separator;
    char buffer[CSV_LINE_MAX];
    char *fields[CSV_FIELDS_MAX];
    size_t field_count;
};

/* What a column is called: lot, from_homes, fixed_eur, then "EUR/kg Pellets" for each quantity in order. A
 * price under the wrong heading is the error that costs most, so headings are compared whole. They begin
 * with a letter: a spreadsheet takes what begins with = for a formula, and names come from strangers. */
static void column_title(char out[WORDS_MAX], const struct charter *charter, size_t column)
{
    static const char *const fixed[CSV_FIXED] = { "lot", "from_homes", "fixed_eur" };
    char title[128] = "";

    for (size_t i = 0, quantity = CSV_FIXED; i < charter->item_count; i++)
        if (charter->items[i].use == ITEM_QUANTITY && quantity++ == column)
            snprintf(title, sizeof title, "EUR/%s %s", tender_unit(charter->items[i].unit),
                     charter->items[i].name);
    tender_clean(out, WORDS_MAX, column < CSV_FIXED ? fixed[column] : title);
}

/* ---- Lines and fields. */

/* The next line into sheet->buffer, without its end. false: none left, or it is too long (*ok false). */
static bool next_line(struct sheet *sheet, struct bytes *rest, bool *ok)
{
    const uint8_t *end;
    size_t size, used;

    if (rest->size == 0)
        return false;
    sheet->line++;
    end = memchr(rest->data, '\n', rest->size);
    size = end == NULL ? rest->size : (size_t)(end - rest->data);
    used = end == NULL ? size : size + 1;
    if (size >= CSV_LINE_MAX || memchr(rest->data, '\0', size) != NULL) {
        failure_say(sheet->why, STATUS_MALFORMED, "line %zu is not a line of a table", sheet->line);
        *ok = false;
        return false;
    }
    memcpy(sheet->buffer, rest->data, size);
    if (size > 0 && sheet->buffer[size - 1] == '\r')
        size--;
    sheet->buffer[size] = '\0';
    rest->data += used;
    rest->size -= used;
    return true;
}

static char *trimmed(char *text)
{
    size_t size;

    text += strspn(text, " ");
    size = strlen(text);
    while (size > 0 && text[size - 1] == ' ')
        text[--size] = '\0';
    return text;
}

/* Takes one field off *at, in place: quotes removed, doubled quotes halved. false: a quote is left open. */
static bool take_field(struct sheet *sheet, char **at, char **field)
{
    char *in = *at + strspn(*at, " "), *out = in;
    bool open = *in == '"';

    *field = in;
    if (open)
        in++;
    while (open && *in != '\0') {
        if (*in == '"' && in[1] != '"')
            open = false;
        else
            *out++ = *in == '"' ? *in++ : *in;
        in++;
    }
    while (*in != '\0' && *in != sheet->separator)
        *out++ = *in++;
    *at = *in == '\0' ? NULL : in + 1;
    *out = '\0';
    return !open;
}

static bool split(struct sheet *sheet)
{
    char *at = sheet->buffer;

    sheet->field_count = 0;
    while (at != NULL) {
        char *field;

        if (sheet->field_count == CSV_FIELDS_MAX || !take_field(sheet, &at, &field)) {
            failure_say(sheet->why, STATUS_MALFORMED, "line %zu: %s", sheet->line,
                        sheet->field_count == CSV_FIELDS_MAX ? "too many columns" : "a quote is not closed");
            return false;
        }
        sheet->fields[sheet->field_count++] = trimmed(field);
    }
    return true;
}

/* ---- Numbers. */

/* Digits with at most `decimals` behind a point (or a comma where it does not separate columns), as value *
 * 10^decimals. */
static bool read_number(uint32_t *out, const char *text, unsigned decimals, char separator)
{
    uint64_t value = 0;
    unsigned places = 0, digits = 0;
    bool point = false;

    for (; *text != '\0'; text++) {
        if (!point && decimals > 0 && (*text == '.' || (*text == ',' && separator != ','))) {
            point = true;
            continue;
        }
        if (*text < '0' || *text > '9' || (point && ++places > decimals))
            return false;
        value = value * 10 + (uint64_t)(*text - '0');
        digits++;
        if (value > UINT32_MAX)
            return false;
    }
    for (; places < decimals; places++)
        value *= 10;
    if (digits == 0 || value > UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

static bool field_number(struct sheet *sheet, uint32_t *out, size_t column, unsigned decimals)
{
    const char *text = sheet->fields[column];
    char name[WORDS_MAX];

    if (read_number(out, text, decimals, sheet->separator))
        return true;
    column_title(name, sheet->charter, column);
    if (text[0] == '\0')
        failure_say(sheet->why, STATUS_MALFORMED, "line %zu: %s is empty", sheet->line, name);
    else if (decimals == 0)
        failure_say(sheet->why, STATUS_MALFORMED, "line %zu: %s is not a whole number: %.40s", sheet->line,
                    name, text);
    else
        failure_say(sheet->why, STATUS_MALFORMED,
                    "line %zu: %s is not an amount with at most %u decimals: %.40s", sheet->line, name,
                    decimals, text);
    return false;
}

/* ---- Rows. */

static bool heading_read(struct sheet *sheet)
{
    const char *found = strpbrk(sheet->buffer, ",;\t");

    sheet->separator = found == NULL ? ',' : *found;
    if (!split(sheet))
        return false;
    if (sheet->field_count != CSV_FIXED + sheet->quantities) {
        failure_say(sheet->why, STATUS_MALFORMED,
                    "line %zu: the heading has %zu columns, this tender needs %zu", sheet->line,
                    sheet->field_count, CSV_FIXED + sheet->quantities);
        return false;
    }
    for (size_t i = 0; i < sheet->field_count; i++) {
        char title[WORDS_MAX];

        column_title(title, sheet->charter, i);
        if (strcmp(sheet->fields[i], trimmed(title)) != 0) {
            failure_say(sheet->why, STATUS_MALFORMED, "line %zu: column %zu must be called \"%s\"",
                        sheet->line, i + 1, title);
            return false;
        }
    }
    return true;
}

static struct bid_lot *lot_of(struct sheet *sheet, struct bid *bid, uint32_t number, uint32_t fixed_cents)
{
    struct bid_lot *lot;

    for (size_t i = 0; i < bid->lot_count; i++)
        if (bid->lots[i].lot == number - 1) {
            if (bid->lots[i].fixed_cents == fixed_cents)
                return &bid->lots[i];
            failure_say(sheet->why, STATUS_MALFORMED,
                        "line %zu: fixed_eur of lot %" PRIu32 " differs from the line before", sheet->line,
                        number);
            return NULL;
        }
    lot = &bid->lots[bid->lot_count++]; /* numbers are below lot_count <= LOTS_MAX, each once */
    *lot = (struct bid_lot){ .lot = number - 1, .fixed_cents = fixed_cents };
    return lot;
}

static bool lot_allowed(struct sheet *sheet, uint32_t number)
{
    if (number == 0 || number > sheet->charter->lot_count)
        failure_say(sheet->why, STATUS_MALFORMED, "line %zu: there is no lot %" PRIu32 ", lots are 1 to %zu",
                    sheet->line, number, sheet->charter->lot_count);
    else if (sheet->season != NULL && !sheet->season->lots[number - 1].formed)
        failure_say(sheet->why, STATUS_MALFORMED, "line %zu: lot %" PRIu32 " was not formed, nobody buys it",
                    sheet->line, number);
    else
        return true;
    return false;
}

static bool row_read(struct sheet *sheet, struct bid *bid)
{
    uint32_t number, from, fixed_cents;
    struct bid_step *step;
    struct bid_lot *lot;

    if (sheet->field_count != CSV_FIXED + sheet->quantities) {
        failure_say(sheet->why, STATUS_MALFORMED, "line %zu has %zu columns, the heading %zu", sheet->line,
                    sheet->field_count, CSV_FIXED + sheet->quantities);
        return false;
    }
    if (!field_number(sheet, &number, 0, 0) || !lot_allowed(sheet, number) ||
        !field_number(sheet, &from, 1, 0) || !field_number(sheet, &fixed_cents, 2, 2))
        return false;
    lot = lot_of(sheet, bid, number, fixed_cents);
    if (lot == NULL)
        return false;
    if (lot->step_count == BID_STEPS_MAX ||
        (lot->step_count > 0 && from <= lot->steps[lot->step_count - 1].from_homes)) {
        failure_say(sheet->why, STATUS_MALFORMED,
                    lot->step_count == BID_STEPS_MAX ? "line %zu: more than %" PRIu32 " steps for one lot"
                                                     : "line %zu: from_homes %" PRIu32
                                                       " is not above the step before",
                    sheet->line, lot->step_count == BID_STEPS_MAX ? (uint32_t)BID_STEPS_MAX : from);
        return false;
    }
    step = &lot->steps[lot->step_count++];
    step->from_homes = from;
    for (size_t i = 0; i < sheet->quantities; i++)
        if (!field_number(sheet, &step->price[i], CSV_FIXED + i, 4))
            return false;
    return true;
}

static int by_lot(const void *a, const void *b)
{
    const struct bid_lot *left = a, *right = b;

    return (left->lot > right->lot) - (left->lot < right->lot);
}

enum status bid_csv_read(struct bid *out, struct bytes csv, const struct charter *charter,
                         const struct season *season, struct failure *why)
{
    struct sheet sheet = {
        .charter = charter, .season = season, .why = why, .quantities = charter_quantities(charter)
    };
    struct bytes rest = csv;
    struct bid bid = { .lot_count = 0 };
    bool ok = true, headed = false;

    if (csv.size > BID_CSV_MAX)
        return failure_say(why, STATUS_MALFORMED, "a table of prices is at most %d bytes", BID_CSV_MAX);
    if (rest.size >= 3 && memcmp(rest.data, "\xef\xbb\xbf", 3) == 0)
        rest = (struct bytes){ rest.data + 3, rest.size - 3 };
    while (ok && next_line(&sheet, &rest, &ok)) {
        char *text = sheet.buffer + strspn(sheet.buffer, " \t,;");

        if (*text == '\0' || *text == '#')
            continue;
        if (!headed)
            ok = headed = heading_read(&sheet);
        else
            ok = split(&sheet) && row_read(&sheet, &bid);
    }
    if (!ok)
        return STATUS_MALFORMED;
    if (bid.lot_count == 0)
        return failure_say(why, STATUS_MALFORMED, "there is no price in this table");
    qsort(bid.lots, bid.lot_count, sizeof bid.lots[0], by_lot); /* WIRE 8.2 */
    memcpy(out->lots, bid.lots, sizeof out->lots);
    out->lot_count = bid.lot_count;
    out->price_count = sheet.quantities;
    return STATUS_OK;
}

char *bid_csv_template(const struct tender *tender)
{
    const struct charter *charter = tender->charter;
    char *text = NULL, title[WORDS_MAX];
    size_t size = 0, columns = CSV_FIXED + charter_quantities(charter);
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < columns; i++) {
        column_title(title, charter, i);
        fputs(i == 0 ? "\"" : ",\"", out);
        for (const char *c = title; *c != '\0'; c++)
            fprintf(out, *c == '"' ? "\"\"" : "%c", *c);
        fputc('"', out);
    }
    fputc('\n', out);
    for (size_t i = 0; i < charter->lot_count; i++)
        if (tender->season->lots[i].formed) {
            fprintf(out, "%zu,%" PRIu32 ",0", i + 1, charter->floor);
            for (size_t j = 0; j < columns - CSV_FIXED; j++)
                fputc(',', out);
            fputc('\n', out);
        }
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}
