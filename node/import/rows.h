/* rows.h - what the formats share: lines and fields of a table, numbers, stamps, and the growing list of
 * readings with the line each came from. Private to import/. Everything points into the file and copies
 * nothing. */
#ifndef COOP_NODE_IMPORT_ROWS_H
#define COOP_NODE_IMPORT_ROWS_H

#include "node/import/import.h"

/* ---- Lines and fields. */
struct lines {
    struct bytes rest;
    uint64_t number; /* of the line last given, from 1 */
    bool whole; /* it had an end; without, the file may be cut short, and its last number be half a number */
};
void lines_begin(struct lines *lines, struct bytes file); /* a byte order mark is skipped */
bool lines_next(struct lines *lines, struct bytes *out);  /* without LF or CRLF */
/* Takes the next field off the line, without the blanks and quotes around it. false: none left. Begin with a
 * fresh copy of the line. */
bool field_next(struct bytes *out, struct bytes *line, char separator);

bool text_is(struct bytes text, const char *what);
bool text_begins(struct bytes text, const char *what);
bool text_has(struct bytes text, const char *what);
/* As a string that can be shown: what is not printable ASCII becomes '?', what is too long is cut. Returns
 * out. */
char *text_copy(char *out, size_t room, struct bytes text);

/* Digits, with or without a point or comma, times 10^decimals, rounded half up; a leading minus; an exponent.
 * false: nothing of the kind, or beyond 10^15. */
bool decimal_read(int64_t *out, struct bytes text, unsigned decimals);

/* YYYY-MM-DD, then T or a blank, HH:MM[:SS], then Z, +HH:MM, -HHMM or nothing. */
struct stamp {
    int64_t local_s;  /* as the clock showed it */
    int64_t offset_s; /* ahead of UTC */
    bool has_offset;
};
bool stamp_read(struct stamp *out, struct bytes text);

/* ---- Readings. */
enum {
    READINGS_MAX = 400000,  /* eleven years of quarter hours: bounds the memory a hostile file can ask for */
    POWER_MAX_W = 240000,   /* beyond any home's connection, see rows.c */
    QUOTE_MAX = 32          /* of the file in a reason */
};
struct row {
    struct reading reading;
    uint64_t line;
};
struct rows {
    struct import *import;
    struct row *list;
    size_t count, room;
    enum status status; /* the first failure; later calls do nothing */
    struct failure *why;
};
void rows_begin(struct rows *rows, struct import *import, struct failure *why);
/* Refuses by line what no home has: a negative energy, or more power than a house connection carries. */
void rows_add(struct rows *rows, uint64_t line, int64_t start_s, uint32_t length_s, int64_t energy_mwh);
void rows_reject(struct rows *rows, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void rejects_sort(struct import *import); /* by line */
/* A larger list of things that become readings, `size` bytes. NULL: there are too many, or no memory, and the
 * rows say so at their end; the old list stays. */
void *rows_more(struct rows *rows, void *list, size_t count, size_t size);
/* Puts the readings in order and into the import: repeats are counted, of two that contradict each other the
 * later in the file counts, what overlaps the one before it is refused. Frees the rows on every path. */
enum status rows_end(struct rows *rows);

/* milliwatts over a time, rounded: mWh. mw up to 10^15 as decimal_read gives it. */
int64_t energy_of_power(int64_t mw, uint32_t length_s);

/* What a file that no format fits looks like, and what to do about it, as the end of a sentence. */
void import_looks_like(char *out, size_t room, struct bytes file);

#endif
