/* fields.c - lines, fields, numbers and stamps of a table, as every export writes them a little differently:
 * with or without byte order mark, carriage returns, quotes; a comma or a point; seconds or none. Nothing is
 * guessed: what does not read as a whole is refused. */
#include "node/tongue/local_time.h"
#include "node/import/rows.h"

#include <string.h>

enum { EXPONENT_MAX = 99 };
static const int64_t DECIMAL_MAX = INT64_C(1000000000000000);

void lines_begin(struct lines *lines, struct bytes file)
{
    if (text_begins(file, "\xef\xbb\xbf"))
        file = (struct bytes){ file.data + 3, file.size - 3 };
    *lines = (struct lines){ .rest = file };
}

bool lines_next(struct lines *lines, struct bytes *out)
{
    const uint8_t *end;
    size_t used;

    if (lines->rest.size == 0)
        return false;
    end = memchr(lines->rest.data, '\n', lines->rest.size);
    *out = (struct bytes){ lines->rest.data, end ? (size_t)(end - lines->rest.data) : lines->rest.size };
    used = out->size + (end != NULL);
    lines->rest = (struct bytes){ lines->rest.data + used, lines->rest.size - used };
    lines->number++;
    lines->whole = end != NULL;
    if (out->size > 0 && out->data[out->size - 1] == '\r')
        out->size--;
    return true;
}

static struct bytes trimmed(struct bytes text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = (struct bytes){ text.data + 1, text.size - 1 };
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text.size--;
    return text;
}

/* A separator inside quotes separates nothing. */
static size_t field_size(struct bytes line, char separator)
{
    bool quoted = false;

    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] == '"')
            quoted = !quoted;
        else if (line.data[i] == (uint8_t)separator && !quoted)
            return i;
    }
    return line.size;
}

bool field_next(struct bytes *out, struct bytes *line, char separator)
{
    size_t size;

    if (!line->data)
        return false;
    size = field_size(*line, separator);
    *out = trimmed((struct bytes){ line->data, size });
    if (out->size >= 2 && out->data[0] == '"' && out->data[out->size - 1] == '"')
        *out = trimmed((struct bytes){ out->data + 1, out->size - 2 });
    if (size == line->size)
        *line = (struct bytes){ NULL, 0 };
    else
        *line = (struct bytes){ line->data + size + 1, line->size - size - 1 };
    return true;
}

bool text_is(struct bytes text, const char *what)
{
    return text.size == strlen(what) && text_begins(text, what);
}

bool text_begins(struct bytes text, const char *what)
{
    size_t size = strlen(what);

    return text.size >= size && (size == 0 || memcmp(text.data, what, size) == 0);
}

bool text_has(struct bytes text, const char *what)
{
    size_t size = strlen(what);

    for (size_t i = 0; i + size <= text.size; i++) {
        if (memcmp(text.data + i, what, size) == 0)
            return true;
    }
    return false;
}

char *text_copy(char *out, size_t room, struct bytes text)
{
    size_t size = text.size < room - 1 ? text.size : room - 1;

    for (size_t i = 0; i < size; i++)
        out[i] = text.data[i] >= ' ' && text.data[i] <= '~' ? (char)text.data[i] : '?';
    out[size] = '\0';
    return out;
}

/* The digits from text[*at] on, shifted into *value; at most `most` of them count, the first that does not is
 * left in *beyond. */
static size_t digits_read(int64_t *value, unsigned *beyond, struct bytes text, size_t *at, size_t most)
{
    size_t count = 0;

    for (; *at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9'; (*at)++, count++) {
        unsigned digit = text.data[*at] - '0';

        if (count < most && *value <= DECIMAL_MAX)
            *value = *value * 10 + digit;
        else if (count == most)
            *beyond = digit;
    }
    return count;
}

/* Without an exponent. */
static bool plain_read(int64_t *out, struct bytes text, unsigned decimals)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    unsigned beyond = 0, unused = 0;
    size_t at = negative, places = 0, digits;
    int64_t value = 0;

    digits = digits_read(&value, &unused, text, &at, SIZE_MAX);
    if (at < text.size && (text.data[at] == '.' || text.data[at] == ',')) {
        at++;
        places = digits_read(&value, &beyond, text, &at, decimals);
    }
    if (digits + places == 0 || at != text.size)
        return false;
    for (; places < decimals && value <= DECIMAL_MAX; places++)
        value *= 10;
    value += beyond >= 5;
    if (value > DECIMAL_MAX)
        return false;
    *out = negative ? -value : value;
    return true;
}

/* E-20 or E+3, as spreadsheets and programs write what is very small or large. */
static bool exponent_read(int64_t *out, struct bytes text)
{
    if (text.size > 0 && text.data[0] == '+')
        text = (struct bytes){ text.data + 1, text.size - 1 };
    return plain_read(out, text, 0) && *out >= -EXPONENT_MAX && *out <= EXPONENT_MAX;
}

bool decimal_read(int64_t *out, struct bytes text, unsigned decimals)
{
    int64_t exponent = 0;
    size_t at = 0;

    while (at < text.size && text.data[at] != 'E' && text.data[at] != 'e')
        at++;
    if (at < text.size && !exponent_read(&exponent, (struct bytes){ text.data + at + 1, text.size - at - 1 }))
        return false;
    text.size = at;
    if (exponent >= -(int64_t)decimals)
        return plain_read(out, text, (unsigned)(decimals + exponent));
    if (!plain_read(out, text, 0))
        return false;
    for (int64_t i = exponent + decimals; i < 0 && *out != 0; i++)
        *out /= 10; /* far below what is kept: what rounding would add is less */
    return true;
}

/* Exactly `count` digits, then `mark` (NUL: whatever comes). */
static bool part_read(unsigned *out, struct bytes text, size_t *at, size_t count, char mark)
{
    *out = 0;
    if (text.size - *at < count + (mark != '\0'))
        return false;
    for (size_t end = *at + count; *at < end; (*at)++) {
        if (text.data[*at] < '0' || text.data[*at] > '9')
            return false;
        *out = *out * 10 + (unsigned)(text.data[*at] - '0');
    }
    return mark == '\0' || text.data[(*at)++] == (uint8_t)mark;
}

static bool offset_read(struct stamp *out, struct bytes text, size_t at)
{
    unsigned hours, minutes;
    bool west;

    out->has_offset = at < text.size;
    out->offset_s = 0;
    if (at == text.size || (at + 1 == text.size && text.data[at] == 'Z'))
        return true;
    west = text.data[at] == '-';
    if ((!west && text.data[at] != '+') || (at++, !part_read(&hours, text, &at, 2, '\0')))
        return false;
    at += at < text.size && text.data[at] == ':'; /* ISO 8601 has both */
    if (!part_read(&minutes, text, &at, 2, '\0') || at != text.size || hours > 14 || minutes > 59)
        return false;
    out->offset_s = (int64_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

bool stamp_read(struct stamp *out, struct bytes text)
{
    struct civil civil = { .second = 0 };
    size_t at = 0;

    if (!part_read(&civil.year, text, &at, 4, '-') || !part_read(&civil.month, text, &at, 2, '-') ||
        !part_read(&civil.day, text, &at, 2, '\0') || at == text.size ||
        (text.data[at] != 'T' && text.data[at] != ' '))
        return false;
    at++;
    if (!part_read(&civil.hour, text, &at, 2, ':') || !part_read(&civil.minute, text, &at, 2, '\0'))
        return false;
    if (at < text.size && text.data[at] == ':' && (at++, !part_read(&civil.second, text, &at, 2, '\0')))
        return false;
    return civil_seconds(&out->local_s, &civil) && offset_read(out, text, at);
}
