/* statement.h - what the formats of banks share: movements grow one by one, each with its line, for one account after the other, and
 * are put in order once at the end. Private to import/. */
#ifndef COOP_NODE_IMPORT_STATEMENT_H
#define COOP_NODE_IMPORT_STATEMENT_H

#include "node/import/money.h"

enum {
    MOVEMENTS_MAX = 100000,   /* ten years of twenty-seven a day: bounds the memory a hostile file can ask for */
    MOVEMENTS_DAY_MAX = 1000, /* on one account: a request that carries a day stays below its limit */
    TEXTS_MAX = 16 << 20      /* words of a file, with those its format repeats */
};
/* Ten million: no household moves more at once, so the decimal mark or the line is another's. */
#define MOVEMENT_SANE_CENTS INT64_C(1000000000)

/* A movement as it is being read. */
struct draft {
    uint64_t line;
    bool has_day, has_cents;
    int64_t day, cents;
    struct wording label, party, reference;
};
void draft_begin(struct draft *draft, uint64_t line);

struct statement {
    struct rows rows; /* for what is refused, by line; its import is the account that is being filled */
    struct import *first;
    enum charset charset;
    bool references_unique; /* a reference that comes twice with one day and amount is one movement */
    struct statement_row *list;
    size_t count, room, texts;
};
void statement_begin(struct statement *statement, struct import *first, struct bytes file, struct failure *why);
/* Which account the movements that follow belong to. name: as the file has it; an IBAN of France gives the account's number in it,
 * as other formats write it. currency: "" is EUR. */
void statement_account(struct statement *statement, struct bytes name, struct bytes currency);
/* Refuses by line what has no day, no amount, or what no household moves. */
void statement_add(struct statement *statement, const struct draft *draft);
void statement_reject(struct statement *statement, uint64_t line, const char *what, struct bytes text);
/* An amount; false: it was refused with its line. */
bool statement_amount(struct statement *statement, uint64_t line, int64_t *cents, struct bytes text, char mark);
/* Changes the sign of movements, by their places in the list. */
void statement_reverse(struct statement *statement, const size_t *places, size_t count);
/* Says on the account being filled that its balances and its movements do not agree; the first such sentence stays. */
void statement_doubt(struct statement *statement, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts the movements into the imports. Frees on every path. */
enum status statement_end(struct statement *statement);

/* import.c: an import is given up. */
void import_texts_free(struct import_texts *texts);

#endif
