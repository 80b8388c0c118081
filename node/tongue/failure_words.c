/* failure_words.c - see failure_words.h. A sentence is looked up by the format that it was made from; what the format put into it
 * is found again between the format's own words, and put between those of the translation, in the same order.
 *
 * Happy path: every piece of the format stands in the text. Failure mode: it does not, because the text was cut or a prefix put
 * before it; then the English stays. */
#include "node/tongue/failure_words.h"

#include "node/tongue/tongue.h"

#include <stdio.h>
#include <string.h>

enum { PUT_IN_MAX = 8 };

/* One piece of a format: words, then a conversion or the end. */
struct piece {
    char words[sizeof((struct failure *)0)->text];
    bool converts;
};

/* false: the end. A "%%" is a word. */
static bool piece_next(struct piece *out, const char **format)
{
    size_t size = 0;

    if (**format == '\0')
        return false;
    out->converts = false;
    while (**format != '\0' && !out->converts && size + 1 < sizeof out->words) {
        if ((*format)[0] == '%' && (*format)[1] != '%') {
            *format += 1 + strspn(*format + 1, "-+ #0123456789.*hlzjt");
            *format += **format != '\0';
            out->converts = true;
            continue;
        }
        *format += (*format)[0] == '%';
        out->words[size++] = *(*format)++;
    }
    out->words[size] = '\0';
    return true;
}

struct put_in {
    const char *start[PUT_IN_MAX];
    size_t size[PUT_IN_MAX], count;
};

/* Where the words of a piece stand from `text` on; the last ones stand at the end. */
static const char *words_at(const char *text, const struct piece *piece, bool first)
{
    size_t size = strlen(piece->words), left = strlen(text);

    if (first)
        return strncmp(text, piece->words, size) == 0 ? text : NULL;
    if (piece->converts)
        return strstr(text, piece->words);
    return left >= size && strcmp(text + left - size, piece->words) == 0 ? text + left - size : NULL;
}

static bool put_in_find(struct put_in *out, const char *text, const char *format)
{
    struct piece piece = { "", false };
    bool open = false; /* a conversion before this piece reaches to it */

    out->count = 0;
    for (bool first = true; piece_next(&piece, &format); first = false) {
        const char *at = words_at(text, &piece, first);

        if (!at || (open && piece.converts && piece.words[0] == '\0'))
            return false;
        if (open)
            out->size[out->count - 1] = (size_t)(at - text);
        text = at + strlen(piece.words);
        open = piece.converts;
        if (!open)
            continue;
        if (out->count == PUT_IN_MAX)
            return false;
        out->start[out->count++] = text;
    }
    if (open)
        out->size[out->count - 1] = strlen(text);
    return open || *text == '\0';
}

static bool add(char *out, size_t *used, size_t room, const char *text, size_t size)
{
    if (size >= room - *used)
        return false;
    memcpy(out + *used, text, size);
    *used += size;
    out[*used] = '\0';
    return true;
}

/* What was put in may be a sentence or a name of its own. */
static bool add_put_in(char *out, size_t *used, size_t room, const char *start, size_t size)
{
    char text[sizeof((struct failure *)0)->text];
    const char *said;

    if (size == 0 || size >= sizeof text)
        return size == 0;
    memcpy(text, start, size);
    text[size] = '\0';
    said = _(text);
    return add(out, used, room, said, strlen(said));
}

struct failure failure_words(const struct failure *why)
{
    struct failure out = { .format = why->format };
    const char *format = why->format ? _(why->format) : NULL;
    struct put_in found;
    struct piece piece;
    size_t used = 0, next = 0;

    if (!format || tongue_now() == TONGUE_ENGLISH || !put_in_find(&found, why->text, why->format))
        return *why;
    while (piece_next(&piece, &format)) {
        if (!add(out.text, &used, sizeof out.text, piece.words, strlen(piece.words)))
            return *why;
        if (!piece.converts)
            continue;
        if (next == found.count || !add_put_in(out.text, &used, sizeof out.text, found.start[next], found.size[next]))
            return *why;
        next++;
    }
    return next == found.count ? out : *why;
}
