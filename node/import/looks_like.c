/* looks_like.c - what a file that no format fits seems to be, in words that say what to do. People hand over
 * what their browser saved: the login page, the bill, the archive around the table. */
#include "node/import/rows.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <string.h>

/* The beginning in small letters and without blanks before it, so that <!DOCTYPE html> is one thing. */
static struct bytes beginning(uint8_t out[512], struct bytes file)
{
    size_t size = 0;

    for (size_t i = 0; i < file.size && size < 512; i++) {
        uint8_t c = file.data[i];

        if (size > 0 || (c != ' ' && c != '\t' && c != '\r' && c != '\n' && c < 0x80))
            out[size++] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
    }
    return (struct bytes){ out, size };
}

static const char *container(struct bytes file)
{
    static const struct {
        const char *begins, *said;
    } known[] = {
        { "%PDF-", N_("it is a PDF: figures cannot be read from it safely; download the table (CSV) instead") },
        { "PK\x03\x04", N_("it is an archive within another, or one around nothing: unpack it and import the files inside") },
        { "\x1f\x8b", N_("it is compressed (gzip): unpack it first") },
        { "\xd0\xcf\x11\xe0", N_("it is an old Excel workbook: open it and save the sheet as CSV") },
        { "\x89PNG", N_("it is a picture; download the table (CSV) instead") },
        { "\xff\xd8\xff", N_("it is a picture; download the table (CSV) instead") },
        { "\xff\xfe", N_("it is text in UTF-16: save it as CSV in UTF-8") },
        { "\xfe\xff", N_("it is text in UTF-16: save it as CSV in UTF-8") },
    };

    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (text_begins(file, known[i].begins))
            return _(known[i].said);
    }
    return NULL;
}

static const char *text_kind(struct bytes file)
{
    uint8_t buffer[512];
    struct bytes start = beginning(buffer, file);

    if (text_has(start, "<html") || text_begins(start, "<!doctype html"))
        return _("it is a web page, perhaps the login page instead of the download: sign in and download again");
    if (text_begins(start, "<?xml") || text_begins(start, "<"))
        return _("it is XML of a kind coopair does not read");
    if (text_begins(start, "{") || text_begins(start, "["))
        return _("it is JSON of a kind coopair does not read");
    if (text_begins(start, "identifiant prm"))
        return _("it begins like an Enedis export but is cut short, or of a kind coopair does not read: ask "
               "for \"Courbe de charge\", CSV");
    return NULL;
}

void import_looks_like(char *out, size_t room, struct bytes file)
{
    const char *known = container(file);
    struct bytes line = { NULL, 0 };
    struct lines lines;
    char shown[48];

    if (!known && memchr(file.data, '\0', file.size))
        known = _("it is not text; coopair reads tables (CSV)");
    if (!known)
        known = text_kind(file);
    lines_begin(&lines, file);
    while (!known && line.size == 0 && lines_next(&lines, &line))
        continue;
    if (known)
        snprintf(out, room, "%s", known);
    else if (line.size == 0)
        snprintf(out, room, _("it holds nothing but empty lines"));
    else
        snprintf(out, room, _("it begins with \"%s\", which is no heading coopair knows"),
                 text_copy(shown, sizeof shown, line));
}
