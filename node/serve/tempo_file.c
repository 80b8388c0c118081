/* tempo_file.c - see tempo_file.h. Happy path: one line a day, in any order. Failure modes: a line that is no
 * date and colour, which is named and refuses the whole file: half a calendar gives a wrong bill. */
#include "node/serve/tempo_file.h"

#include "node/advice/calendar.h"
#include "node/advice/tempo.h"
#include "node/home/whole_file.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 19, DATE_SIZE = 10 };

/* Cuts the line into its date and its colour. */
static const char *colour_of(char *line)
{
    char *colour;

    if (strlen(line) <= DATE_SIZE || !strchr(",;\t", line[DATE_SIZE]))
        return NULL;
    line[DATE_SIZE] = '\0';
    colour = line + DATE_SIZE + 1;
    colour[strcspn(colour, ",;\t \r\"")] = '\0';
    return colour;
}

static enum status line_read(json_t *out, char *line, size_t number, struct failure *why)
{
    static const char *const words[] = { "", "blue", "white", "red" };
    const char *colour_text = colour_of(line);
    enum tempo_colour colour;
    int64_t day;

    if (!colour_text || !day_read(&day, line)) {
        if (number == 1)
            return STATUS_OK;
        return failure_say(why, STATUS_MALFORMED,
                           _("line %zu is not a date and a colour, such as 2025-01-15,red"), number);
    }
    if (!tempo_colour_read(&colour, colour_text))
        return failure_say(why, STATUS_MALFORMED, _("line %zu: \"%.20s\" is not blue, white or red"), number,
                           colour_text);
    if (json_object_set_new(out, line, json_string(words[colour])) != 0)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the Tempo days"));
    return STATUS_OK;
}

enum status tempo_lines_read(json_t **out, char *text, struct failure *why)
{
    enum status status = STATUS_OK;

    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
        text += 3;
    *out = json_object();
    if (!*out)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the Tempo days"));
    for (size_t number = 1; !status && *text != '\0'; number++) {
        char *line = text;

        text += strcspn(text, "\n");
        if (*text != '\0')
            *text++ = '\0';
        if (line[strspn(line, " \r")] != '\0')
            status = line_read(*out, line, number, why);
    }
    if (!status && json_object_size(*out) == 0)
        status =
            failure_say(why, STATUS_MALFORMED, _("no line with a date and a colour, such as 2025-01-15,red"));
    if (status) {
        json_decref(*out);
        *out = NULL;
    }
    return status;
}

enum status tempo_file_read(json_t **out, const char *path, struct failure *why)
{
    enum status status;
    size_t size;
    char *text;

    *out = NULL;
    status = whole_file_read(&text, &size, path, FILE_MAX, why);
    if (status)
        return status;
    status = tempo_lines_read(out, text, why);
    free(text);
    return status;
}
