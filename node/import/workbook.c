/* workbook.c - see workbook.h. A cell is its value as written in the file; what is shown of it (formats,
 * colours) is not read. Quotes and line ends within a cell become blanks, so that a line stays a row.
 *
 * Failure modes: the archive or its XML is damaged; no sheet; a cell that names a text that is not there; more
 * rows, columns or text than a household's table has. Columns beyond the last that is read are left out. */
#include "node/import/workbook.h"

#include "node/import/rows.h"
#include "node/import/xml.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>
#include <string.h>

struct text {
    uint8_t *data;
    size_t size, room;
};
struct sheet {
    struct text strings;           /* the texts that cells share, one behind the other */
    uint32_t *begins;              /* of each in strings; one more than there are */
    size_t count, room;
    struct text table;
    uint64_t row;                  /* that is being written; 0: none yet */
    unsigned column;               /* the next to be written */
    unsigned cell;                 /* that is being read, from 0 */
    bool shared, in_phonetic;
    enum status status;
    struct failure *why;
};

static bool sheet_fail(struct sheet *sheet, enum status status, const char *what)
{
    if (!sheet->status)
        sheet->status = failure_say(sheet->why, status, "%s", what);
    return false;
}

static bool text_add(struct sheet *sheet, struct text *text, const void *data, size_t size)
{
    if (text->size + size > WORKBOOK_TABLE_MAX)
        return sheet_fail(sheet, STATUS_MALFORMED, _("the workbook holds more text than a household's table"));
    if (text->size + size > text->room) {
        size_t room = text->room == 0 ? 1 << 16 : 2 * text->room;
        uint8_t *larger = realloc(text->data, room > text->size + size ? room : room + size);

        if (!larger)
            return sheet_fail(sheet, STATUS_NOMEM, _("out of memory for the workbook"));
        text->room = room > text->size + size ? room : room + size;
        text->data = larger;
    }
    if (size > 0)
        memcpy(text->data + text->size, data, size);
    text->size += size;
    return true;
}

/* ---- The texts that cells share. A text may come in runs of one look each, and with its reading in kana. */

static bool string_begin(struct sheet *sheet)
{
    if (sheet->count + 1 >= sheet->room) {
        size_t room = sheet->room == 0 ? 1024 : 2 * sheet->room;
        uint32_t *larger = NULL;

        if (room > WORKBOOK_STRINGS_MAX)
            return sheet_fail(sheet, STATUS_MALFORMED,
                              _("the workbook holds more text than a household's table"));
        larger = realloc(sheet->begins, room * sizeof *larger);
        if (!larger)
            return sheet_fail(sheet, STATUS_NOMEM, _("out of memory for the workbook"));
        sheet->begins = larger;
        sheet->room = room;
    }
    sheet->begins[sheet->count++] = (uint32_t)sheet->strings.size;
    sheet->begins[sheet->count] = (uint32_t)sheet->strings.size;
    return true;
}

static bool strings_begins(void *arg, const char *name, const char **attributes)
{
    struct sheet *sheet = arg;

    (void)attributes;
    if (strcmp(name, "rPh") == 0)
        sheet->in_phonetic = true;
    return strcmp(name, "si") != 0 || string_begin(sheet);
}

static bool strings_ends(void *arg, const char *name, struct bytes text, uint64_t line)
{
    struct sheet *sheet = arg;

    (void)line;
    if (strcmp(name, "rPh") == 0)
        sheet->in_phonetic = false;
    if (strcmp(name, "t") != 0 || sheet->in_phonetic || sheet->count == 0)
        return true;
    if (!text_add(sheet, &sheet->strings, text.data, text.size))
        return false;
    sheet->begins[sheet->count] = (uint32_t)sheet->strings.size;
    return true;
}

/* ---- The sheet. */

/* "AB12" is column 27. Without a reference a cell follows the one before. */
static unsigned column_of(const char *reference, unsigned next)
{
    unsigned column = 0;

    if (reference[0] < 'A' || reference[0] > 'Z')
        return next;
    for (; *reference >= 'A' && *reference <= 'Z' && column <= WORKBOOK_COLUMNS_MAX; reference++)
        column = column * 26 + (unsigned)(*reference - 'A') + 1;
    return column - 1;
}

/* Ends lines until `row` is the one being written. Rows that are not in the file are empty lines. */
static bool row_go(struct sheet *sheet, const char *number)
{
    uint64_t row = number[0] ? strtoull(number, NULL, 10) : sheet->row + 1;

    if (row <= sheet->row || row > WORKBOOK_ROWS_MAX)
        return sheet_fail(sheet, STATUS_MALFORMED, _("the rows of the workbook are not in order: it is damaged"));
    for (; sheet->row < row; sheet->row++) {
        if (sheet->row > 0 && !text_add(sheet, &sheet->table, "\n", 1))
            return false;
    }
    sheet->column = sheet->cell = 0;
    return true;
}

static bool sheet_begins(void *arg, const char *name, const char **attributes)
{
    struct sheet *sheet = arg;

    if (strcmp(name, "row") == 0)
        return row_go(sheet, xml_attribute(attributes, "r"));
    if (strcmp(name, "c") == 0) {
        sheet->cell = column_of(xml_attribute(attributes, "r"), sheet->cell);
        sheet->shared = strcmp(xml_attribute(attributes, "t"), "s") == 0;
    }
    return true;
}

static bool cell_find(struct sheet *sheet, struct bytes *text)
{
    int64_t index;

    if (!sheet->shared)
        return true;
    if (!decimal_read(&index, *text, 0) || index < 0 || (uint64_t)index >= sheet->count)
        return sheet_fail(sheet, STATUS_MALFORMED, _("a cell of the workbook names a text that is not there"));
    *text = (struct bytes){ sheet->strings.data + sheet->begins[index],
                            sheet->begins[index + 1] - sheet->begins[index] };
    return true;
}

static bool cell_add(struct sheet *sheet, struct bytes text)
{
    size_t from = sheet->table.size;

    if (sheet->cell >= WORKBOOK_COLUMNS_MAX || sheet->row == 0)
        return true;
    for (; sheet->column < sheet->cell; sheet->column++) {
        if (!text_add(sheet, &sheet->table, ";", 1))
            return false;
    }
    from = sheet->table.size;
    if (!text_add(sheet, &sheet->table, text.data, text.size))
        return false;
    for (; from < sheet->table.size; from++) {
        uint8_t *c = &sheet->table.data[from];

        if (*c == '\n' || *c == '\r' || *c == '"')
            *c = ' ';
        else if (*c == ';')
            *c = ',';
    }
    return true;
}

static bool sheet_ends(void *arg, const char *name, struct bytes text, uint64_t line)
{
    struct sheet *sheet = arg;

    (void)line;
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        return cell_find(sheet, &text) && cell_add(sheet, text);
    if (strcmp(name, "c") == 0)
        sheet->cell++;
    return strcmp(name, "sheetData") != 0;
}

/* ---- */

static bool part_find(struct archive_entry *out, struct archive archive)
{
    static const char folder[] = "xl/worksheets/";

    if (archive_find(out, archive, "xl/worksheets/sheet1.xml"))
        return true;
    while (archive_next(out, &archive)) {
        if (text_begins(out->name, folder) && !memchr(out->name.data + sizeof folder - 1, '/',
                                                      out->name.size - (sizeof folder - 1)))
            return true;
    }
    return false;
}

static enum status part_read(struct sheet *sheet, const struct archive_entry *entry,
                             const struct xml_reader *reader, struct failure *why)
{
    uint8_t *data;
    enum status status = archive_unpack(&data, entry, why);

    if (!status)
        status = xml_read(reader, (struct bytes){ data, entry->size }, why);
    free(data);
    return sheet->status ? sheet->status : status;
}

enum status workbook_table(uint8_t **table, size_t *size, struct archive archive, struct failure *why)
{
    struct sheet sheet = { .why = why };
    const struct xml_reader strings = { &sheet, strings_begins, strings_ends, NULL };
    const struct xml_reader cells = { &sheet, sheet_begins, sheet_ends, NULL };
    struct archive_entry entry;
    enum status status = STATUS_OK;

    if (archive_find(&entry, archive, "xl/sharedStrings.xml"))
        status = part_read(&sheet, &entry, &strings, why);
    if (!status)
        status = part_find(&entry, archive)
                     ? part_read(&sheet, &entry, &cells, why)
                     : failure_say(why, STATUS_MALFORMED, _("the workbook has no sheet: it is damaged"));
    if (!status) /* the last row is whole: its XML was */
        text_add(&sheet, &sheet.table, "\n", 1), status = sheet.status;
    free(sheet.strings.data);
    free(sheet.begins);
    if (status) {
        free(sheet.table.data);
        sheet.table = (struct text){ NULL, 0, 0 };
    }
    *table = sheet.table.data;
    *size = sheet.table.size;
    return status;
}
