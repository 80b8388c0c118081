/* money.c - see money.h. The two one-byte encodings are tables of 32 and 8 places: iconv would load modules from the disk, which
 * may not be there, and would make reading a file depend on the machine. */
#include "node/import/money.h"

#include "node/tongue/local_time.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <string.h>

enum { DAY_S = 86400, DIGITS_MAX = 24 };

/* ---- Amounts. */

/* Length of the blank at the beginning of text: ' ', tab, U+00A0 (in both encodings), U+202F, U+2009; 0: none. */
static size_t blank_size(struct bytes text)
{
    if (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t' || text.data[0] == 0xa0))
        return 1;
    if (text_begins(text, "\xc2\xa0"))
        return 2;
    return text_begins(text, "\xe2\x80\xaf") || text_begins(text, "\xe2\x80\x89") ? 3 : 0;
}

static struct bytes after(struct bytes text, size_t size)
{
    return (struct bytes){ text.data + size, text.size - size };
}

/* The characters that matter: digits, marks, signs. false: there is something else, or too much. */
static bool amount_bare(char out[DIGITS_MAX + 8], struct bytes text)
{
    static const char *const currencies[] = { "EUR", "\xe2\x82\xac", "\x80", "\xa4", "CHF", "USD", "GBP" };
    size_t used = 0, blank;

    while (text.size > 0) {
        struct bytes rest = text;

        if ((blank = blank_size(text)) > 0) {
            text = after(text, blank);
            continue;
        }
        for (size_t i = 0; i < ARRAY_SIZE(currencies) && rest.size == text.size; i++) {
            if (text_begins(text, currencies[i]))
                rest = after(text, strlen(currencies[i]));
        }
        if (rest.size < text.size) {
            text = rest;
            continue;
        }
        if (used == DIGITS_MAX + 7 || !strchr("0123456789.,+-'", text.data[0]) || text.data[0] == '\0')
            return false;
        out[used++] = (char)text.data[0];
        text = after(text, 1);
    }
    out[used] = '\0';
    return used > 0;
}

/* Takes the sign off, before or behind; false: two of them. */
static bool sign_take(char **from, bool *negative)
{
    size_t size = strlen(*from);
    bool behind = size > 1 && strchr("+-", (*from)[size - 1]);

    *negative = (*from)[0] == '-';
    if ((*from)[0] == '+' || (*from)[0] == '-') {
        ++*from;
        return !behind;
    }
    if (behind) {
        *negative = (*from)[size - 1] == '-';
        (*from)[size - 1] = '\0';
    }
    return true;
}

/* Which of the two is the decimal mark: the last where both stand, or the only one of its kind that is not before three digits. */
static enum amount_verdict mark_find(char *mark, const char *text)
{
    const char *point = strrchr(text, '.'), *comma = strrchr(text, ',');
    const char *last = !comma || (point && point > comma) ? point : comma;

    *mark = '\0';
    if (!last)
        return AMOUNT_OK;
    if (point && comma)
        *mark = *last;
    else if (strchr(text, *last) != last)
        *mark = *last == ',' ? '.' : ','; /* it stands twice: between thousands */
    else if (strlen(last + 1) == 3 && last != text)
        return AMOUNT_UNCLEAR;
    else
        *mark = *last;
    return AMOUNT_OK;
}

/* Digits in thousands: after each group mark three. Returns whether all is well; *cents in units. */
static bool units_read(int64_t *units, const char *text, size_t size)
{
    size_t run = 0, digits = 0;
    bool grouped = false;

    *units = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            if (++digits > DIGITS_MAX || *units > STORE_CENTS_MAX)
                return false;
            *units = *units * 10 + (text[i] - '0');
            run++;
        } else if (text[i] == '+' || text[i] == '-' || run == 0 || run > 3 || (grouped && run != 3)) {
            return false;
        } else {
            grouped = true;
            run = 0;
        }
    }
    return !grouped || run == 3;
}

enum amount_verdict amount_read(int64_t *cents, struct bytes text, char mark)
{
    char bare[DIGITS_MAX + 8], *from = bare;
    enum amount_verdict verdict = AMOUNT_OK;
    const char *decimals;
    size_t whole, places;
    int64_t units;
    bool negative;

    if (!amount_bare(bare, text) || !sign_take(&from, &negative))
        return AMOUNT_NONE;
    if (mark == '\0')
        verdict = mark_find(&mark, from);
    if (verdict)
        return verdict;
    decimals = mark ? strchr(from, mark) : NULL;
    whole = decimals ? (size_t)(decimals - from) : strlen(from);
    decimals = decimals ? decimals + 1 : "";
    places = strspn(decimals, "0123456789");
    if (decimals[places] != '\0' || whole + places == 0 || !units_read(&units, from, whole))
        return AMOUNT_NONE;
    *cents = units * 100 + (places > 0 ? (decimals[0] - '0') * 10 : 0) + (places > 1 ? decimals[1] - '0' : 0);
    *cents = negative ? -*cents : *cents;
    for (size_t i = 2; i < places; i++) {
        if (decimals[i] != '0')
            return AMOUNT_FINE;
    }
    return AMOUNT_OK;
}

const char *amount_trouble(enum amount_verdict verdict)
{
    if (verdict == AMOUNT_UNCLEAR)
        return _("could be a thousand or a thousandth");
    return verdict == AMOUNT_FINE ? _("is finer than a cent") : _("is no amount");
}

/* ---- Days. */

static bool is_digit(struct bytes text, size_t at)
{
    return at < text.size && text.data[at] >= '0' && text.data[at] <= '9';
}

/* Up to `most` digits; before them at most one mark and blanks. Returns how many digits; 0: none. */
static size_t number_take(unsigned *out, struct bytes text, size_t *at, size_t most)
{
    size_t count = 0;

    if (*at > 0 && *at < text.size && text.data[*at] && strchr("/.-'", text.data[*at]))
        ++*at;
    while (*at < text.size && text.data[*at] == ' ')
        ++*at;
    for (*out = 0; count < most && is_digit(text, *at); count++, ++*at)
        *out = *out * 10 + (unsigned)(text.data[*at] - '0');
    return count;
}

bool bank_day_read(int64_t *day, struct bytes text, enum day_order order)
{
    unsigned parts[3];
    struct civil civil = { .second = 0 };
    size_t at = 0, run = 0, year_digits;
    int64_t seconds;

    while (is_digit(text, run))
        run++;
    if (order == YEAR_FIRST) {
        year_digits = number_take(&civil.year, text, &at, run == 6 || run == 2 ? 2 : 4);
        if (!number_take(&civil.month, text, &at, 2) || !number_take(&civil.day, text, &at, 2))
            return false;
    } else {
        if (!number_take(&parts[0], text, &at, 2) || !number_take(&parts[1], text, &at, 2))
            return false;
        year_digits = number_take(&civil.year, text, &at, 4);
        civil.day = parts[order == MONTH_FIRST];
        civil.month = parts[order == DAY_FIRST];
    }
    if (year_digits == 2)
        civil.year += civil.year < 70 ? 2000 : 1900;
    else if (year_digits != 4)
        return false;
    if ((is_digit(text, at) && run < 8) || !civil_seconds(&seconds, &civil))
        return false;
    *day = seconds / DAY_S;
    return true;
}

/* ---- Words. */

/* Windows-1252, 0x80 to 0x9f; 0: not there. */
static const uint16_t cp1252[32] = { 0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
                                     0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
                                     0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178 };
/* Where ISO 8859-15 is not Latin-1. */
static const struct {
    uint8_t byte;
    uint16_t code;
} latin9[] = { { 0xa4, 0x20ac }, { 0xa6, 0x0160 }, { 0xa8, 0x0161 }, { 0xb4, 0x017d },
               { 0xb8, 0x017e }, { 0xbc, 0x0152 }, { 0xbd, 0x0153 }, { 0xbe, 0x0178 } };

/* How many bytes the UTF-8 character at the beginning has; 0: it is none (RFC 3629: no surrogates, nothing longer than it need be). */
static size_t utf8_size(struct bytes text)
{
    uint8_t c = text.data[0], next = text.size > 1 ? text.data[1] : 0;
    size_t size = c < 0x80 ? 1 : c >= 0xc2 && c <= 0xdf ? 2 : c >= 0xe0 && c <= 0xef ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;

    if (size > text.size || (c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) || (c == 0xf0 && next < 0x90) ||
        (c == 0xf4 && next > 0x8f))
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((text.data[i] & 0xc0) != 0x80)
            return 0;
    }
    return size;
}

enum charset charset_of(struct bytes file)
{
    bool utf8 = true, c1 = false;

    for (size_t i = 0, size = 1; i < file.size && utf8; i += size) {
        size = utf8_size(after(file, i));
        utf8 = size > 0;
    }
    for (size_t i = 0; i < file.size && !utf8 && !c1; i++)
        c1 = file.data[i] >= 0x80 && file.data[i] <= 0x9f;
    return utf8 ? CHARSET_UTF8 : c1 ? CHARSET_CP1252 : CHARSET_LATIN9;
}

static size_t utf8_write(char out[4], unsigned code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

static unsigned code_of(uint8_t byte, enum charset charset)
{
    if (charset == CHARSET_CP1252 && byte >= 0x80 && byte <= 0x9f)
        return cp1252[byte - 0x80] ? cp1252[byte - 0x80] : '?';
    for (size_t i = 0; i < ARRAY_SIZE(latin9) && charset == CHARSET_LATIN9; i++) {
        if (latin9[i].byte == byte)
            return latin9[i].code;
    }
    return byte;
}

/* A byte above 0x7f of a one-byte encoding. */
static size_t high_write(char out[4], uint8_t byte, enum charset charset)
{
    unsigned code = code_of(byte, charset);

    return utf8_write(out, code >= 0x80 && code < 0xa0 ? '?' : code);
}

/* The next character as UTF-8, a blank for what parts words. Returns how many bytes of the text it took; *size: of out. */
static size_t char_take(char out[4], size_t *size, struct bytes text, enum charset charset)
{
    uint8_t c = text.data[0];
    size_t taken, blank;

    *size = 1;
    if (c > ' ' && c < 0x7f) { /* nearly all */
        out[0] = (char)c;
        return 1;
    }
    taken = c < 0x80 || charset != CHARSET_UTF8 ? 1 : utf8_size(text);
    blank = blank_size(text);
    if (c < ' ' || c == 0x7f || (taken > 0 && blank == taken) || (taken == 2 && c == 0xc2 && text.data[1] < 0xa0)) {
        out[0] = ' ';
        return taken;
    }
    if (taken == 0) {
        out[0] = '?';
        return 1;
    }
    if (c >= 0x80 && charset != CHARSET_UTF8) {
        *size = high_write(out, c, charset);
        return 1;
    }
    memcpy(out, text.data, taken);
    *size = taken;
    return taken;
}

/* What banks leave of mark-up in their words. Returns the size of an escape at the beginning; 0: there is none. */
static size_t escape_size(char *out, struct bytes text)
{
    static const struct {
        const char *escape;
        char means;
    } escapes[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' }, { "&#39;", '\'' },
                    { "&nbsp;", ' ' }, { "\"\"", '"' } };

    if (text.data[0] != '&' && text.data[0] != '"')
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(escapes); i++) {
        if (text_begins(text, escapes[i].escape)) {
            *out = escapes[i].means;
            return strlen(escapes[i].escape);
        }
    }
    return 0;
}

void wording_begin(struct wording *wording, size_t room)
{
    assert(room > 0 && room <= WORDING_MAX);
    wording->room = room;
    wording->size = 0;
    wording->text[0] = '\0';
}

void wording_add(struct wording *wording, struct bytes text, enum charset charset)
{
    bool gap = wording->size > 0;
    size_t size, escape;
    char one[4];

    while (text.size > 0) {
        escape = escape_size(one, text);
        size = 1;
        text = after(text, escape ? escape : char_take(one, &size, text, charset));
        if (size == 1 && one[0] == ' ') {
            gap = wording->size > 0;
            continue;
        }
        if (wording->size + gap + size >= wording->room)
            return;
        if (gap)
            wording->text[wording->size++] = ' ';
        gap = false;
        memcpy(wording->text + wording->size, one, size);
        wording->size += size;
        wording->text[wording->size] = '\0';
    }
}

/* Latin-1's letters, U+00C0 to U+00FF, without their marks; '*': no letter. */
static const char plain[] = "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo*ouuuuyty";

char *heading_fold(char *out, size_t room, struct bytes text, enum charset charset)
{
    size_t used = 0, size;
    char one[4];

    while (text.size > 0 && used + 1 < room) {
        text = after(text, char_take(one, &size, text, charset));
        if (size == 2 && (uint8_t)one[0] == 0xc3)
            one[0] = plain[(uint8_t)one[1] - 0x80];
        if (one[0] >= 'A' && one[0] <= 'Z')
            out[used++] = (char)(one[0] - 'A' + 'a');
        else if ((one[0] >= 'a' && one[0] <= 'z') || (one[0] >= '0' && one[0] <= '9'))
            out[used++] = one[0];
    }
    out[used] = '\0';
    return out;
}
