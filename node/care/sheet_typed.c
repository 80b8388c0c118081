/* sheet_typed.c - see sheet_typed.h. Every copy of the words is wiped. Failure modes: those of sheet_read, and of the file. */
#include "node/care/sheet_typed.h"

#include "node/care/sheet.h"
#include "node/home/typed.h"
#include "node/home/whole_file.h"
#include "node/tongue/tongue.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHEET_FILE_MOST = 64 << 10 };

static size_t words_in(const char *text)
{
    size_t words = 0;
    bool inside = false;

    for (; *text != '\0'; text++) {
        bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');

        words += letter && !inside;
        inside = letter;
    }
    return words;
}

static enum status sheet_lines(uint8_t secret[KEY_SIZE], struct failure *why)
{
    char text[8 * TYPED_MOST] = "", question[32];
    struct typed line = { .size = 0 };
    size_t size = 0, words = 0;
    bool more = true;
    enum status status;

    while (more && words < SHEET_GROUPS * SHEET_GROUP_WORDS && size + TYPED_MOST + 2 < sizeof text) {
        snprintf(question, sizeof question, _("group %zu: "), words / SHEET_GROUP_WORDS + 1);
        more = typed_line(&line, isatty(STDIN_FILENO) ? question : "");
        memcpy(text + size, line.text, line.size);
        size += line.size;
        text[size++] = ' ';
        text[size] = '\0';
        words = words_in(text);
    }
    status = sheet_read(secret, text, why);
    sodium_memzero(text, sizeof text);
    typed_clear(&line);
    return status;
}

static bool numbered(const char *line)
{
    line += strspn(line, " \t");
    return *line >= '1' && *line <= '0' + SHEET_GROUPS;
}

/* A sheet that was printed into a file has words around it: where lines are numbered, only those count. */
static void prose_blank(char *text)
{
    size_t numbers = 0;

    for (int pass = 0; pass < 2; pass++)
        for (char *line = text, *end; *line != '\0'; line = *end == '\0' ? end : end + 1) {
            end = line + strcspn(line, "\n");
            numbers += pass == 0 && numbered(line);
            if (pass == 1 && numbers >= SHEET_GROUPS && !numbered(line))
                memset(line, ' ', (size_t)(end - line));
        }
}

enum status sheet_typed(uint8_t secret[KEY_SIZE], const char *file, struct failure *why)
{
    enum status status;
    size_t size;
    char *text;

    if (!file)
        return sheet_lines(secret, why);
    status = whole_file_read(&text, &size, file, SHEET_FILE_MOST, why);
    if (status)
        return status;
    prose_blank(text);
    status = sheet_read(secret, text, why);
    sodium_memzero(text, size);
    free(text);
    return status;
}
