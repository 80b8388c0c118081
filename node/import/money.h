/* money.h - amounts, days and words as banks write them. Private to import/. Nothing is guessed: what could be two things is
 * refused. */
#ifndef COOP_NODE_IMPORT_MONEY_H
#define COOP_NODE_IMPORT_MONEY_H

#include "node/import/rows.h"

/* ---- Amounts. mark: ',' or '.' is the decimal mark of the format; '\0': either, found from the text itself. Signs before or
 * behind, blanks (also those that do not break) and the other mark between thousands, a currency before or behind. */
enum amount_verdict { AMOUNT_OK, AMOUNT_NONE, AMOUNT_UNCLEAR, AMOUNT_FINE };
/* AMOUNT_NONE: no amount; AMOUNT_UNCLEAR: "1,234" without a mark given; AMOUNT_FINE: finer than a cent. */
enum amount_verdict amount_read(int64_t *cents, struct bytes text, char mark);
const char *amount_trouble(enum amount_verdict verdict); /* the end of a sentence */

/* ---- Days since 1970. */
enum day_order { DAY_FIRST, MONTH_FIRST, YEAR_FIRST };
/* Digits with or without points, strokes, dashes, blanks or a QIF apostrophe between: 31/12/2024, 31.12.24, 2024-12-31, 20241231, 241231.
 * What follows the day (a time, a zone) is not looked at. A year of two digits is one of 1970 to 2069. */
bool bank_day_read(int64_t *day, struct bytes text, enum day_order order);

/* ---- Words. */
enum charset { CHARSET_UTF8, CHARSET_CP1252, CHARSET_LATIN9 };
/* By content: headers lie. What is UTF-8 as a whole is UTF-8; of the rest, Windows-1252 where bytes are that Latin-9 does not have. */
enum charset charset_of(struct bytes file);
enum { WORDING_MAX = 256 };
struct wording {
    size_t room; /* at most WORDING_MAX, with the NUL */
    size_t size;
    char text[WORDING_MAX];
};
void wording_begin(struct wording *wording, size_t room);
/* Appends as UTF-8, behind a blank: white space and control characters become one blank, "" one quote, and what goes beyond the
 * room is cut between characters. */
void wording_add(struct wording *wording, struct bytes text, enum charset charset);
/* Small ASCII letters and digits only, accents dropped: "Libellé " is "libelle". For headings. Returns out. */
char *heading_fold(char *out, size_t room, struct bytes text, enum charset charset);

#endif
