/* ledger.c - see ledger.h. Happy path: "PRLV SEPA EDF CLIENTS PARTICULIERS NUM 8650273285" is a direct debit
 * of "EDF CLIENTS PARTICULIERS NUM", for electricity. Failure mode: a label that says nothing, which is its
 * own payee. */
#include "node/advice/ledger.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Latin-1's letters, U+00C0 to U+00FF, without their marks; '*': no letter. */
static const char plain[] = "AAAAAAACEEEEIIIIDNOOOOO*OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO*OUUUUYTY";

/* The next character as a capital letter or digit; ' ' for what parts words, '\0' for what is nothing (a full
 * stop). */
static char fold_next(const unsigned char **at)
{
    unsigned char c = *(*at)++;

    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return (char)c;
    if (c == '.' || c == '\'')
        return c == '.' ? '\0' : ' ';
    if (c == 0xc3 && **at >= 0x80 && **at <= 0xbf) {
        char letter = plain[*(*at)++ - 0x80];

        return letter == '*' ? ' ' : letter;
    }
    while (c >= 0xc0 && (**at & 0xc0) == 0x80) /* any other character: all its bytes are one gap */
        (*at)++;
    return ' ';
}

void label_fold(char *out, size_t room, const char *label)
{
    const unsigned char *at = (const unsigned char *)label;
    size_t used = 0;
    bool gap = false;

    assert(room > 0);
    while (*at && used + 2 < room) {
        char c = fold_next(&at);

        if (c == '\0')
            continue;
        if (c == ' ') {
            gap = used > 0;
            continue;
        }
        if (gap)
            out[used++] = ' ';
        gap = false;
        out[used++] = c;
    }
    out[used] = '\0';
}

/* ---- Who is paid, and how. */

static const struct {
    const char *word;
    enum pay_kind kind;
} kind_words[] = {
    { "CARTE", PAY_CARD },     { "CB", PAY_CARD },           { "PAIEMENT", PAY_CARD },
    { "ACHAT", PAY_CARD },     { "PRLV", PAY_DEBIT },        { "PRELEVEMENT", PAY_DEBIT },
    { "PRELEVT", PAY_DEBIT },  { "ECHEANCE", PAY_DEBIT },    { "DIRECT", PAY_DEBIT },
    { "VIR", PAY_TRANSFER },   { "VIREMENT", PAY_TRANSFER }, { "TRANSFER", PAY_TRANSFER },
    { "RETRAIT", PAY_CASH },   { "DAB", PAY_CASH },          { "CHEQUE", PAY_CHEQUE },
    { "CHQ", PAY_CHEQUE },     { "FRAIS", PAY_FEE },         { "COTISATION", PAY_FEE },
    { "COMMISSION", PAY_FEE },
};

static bool word_is(const char *word, size_t size, const char *wanted)
{
    return strlen(wanted) == size && memcmp(word, wanted, size) == 0;
}

static enum pay_kind kind_of_word(const char *word, size_t size)
{
    for (size_t i = 0; i < sizeof kind_words / sizeof *kind_words; i++)
        if (word_is(word, size, kind_words[i].word))
            return kind_words[i].kind;
    return PAY_OTHER;
}

/* What stands between the way of paying and the name: it differs from bank to bank, not from payee to payee.
 */
static bool word_is_filler(const char *word, size_t size)
{
    static const char *const fillers[] = { "SEPA",  "DE",         "DU",  "VERS", "RECU", "EMIS",
                                           "INST",  "INSTANTANE", "PAR", "M",    "MME",  "CARD",
                                           "DEBIT", "EUROPEEN",   "X",   "NUM",  "REF" };

    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
        if (word_is(word, size, fillers[i]))
            return true;
    return false;
}

/* Dates, contract and card numbers: the month's, not the payee's. */
static bool word_is_number(const char *word, size_t size)
{
    size_t digits = 0;

    for (size_t i = 0; i < size; i++)
        digits += word[i] >= '0' && word[i] <= '9';
    return digits == size || digits >= 4;
}

static void payee_of(char out[PAYEE_MAX], const char *folded, enum pay_kind *kind)
{
    size_t used = 0;
    bool first = true;

    *kind = PAY_OTHER;
    for (const char *word = folded; *word;) {
        size_t size = strcspn(word, " ");
        enum pay_kind found = first || used == 0 ? kind_of_word(word, size) : PAY_OTHER;

        if (found != PAY_OTHER && *kind == PAY_OTHER)
            *kind = found;
        else if (!word_is_number(word, size) && !(used == 0 && word_is_filler(word, size)) &&
                 !word_is(word, size, "NUM") && used + size + 2 <= PAYEE_MAX) {
            if (used > 0)
                out[used++] = ' ';
            memcpy(out + used, word, size);
            used += size;
        }
        first = false;
        word += size + (word[size] == ' ');
    }
    out[used] = '\0';
}

void entry_of_label(struct entry *out, int64_t day, int64_t cents, const char *label, const struct rule *own,
                size_t own_count)
{
    char folded[LABEL_WORDS_MAX];

    label_fold(folded, sizeof folded, label);
    *out = (struct entry){ .day = day, .cents = cents, .series = -1 };
    payee_of(out->payee, folded, &out->kind);
    if (out->payee[0] == '\0') /* nothing but numbers and words of the bank */
        snprintf(out->payee, PAYEE_MAX, "%.*s", PAYEE_MAX - 1, folded);
    out->post = post_of_label(folded, cents, own, own_count);
}

static int by_day(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return x->series < y->series ? -1 : x->series > y->series; /* their places, while sorting */
}

void ledger_sort(struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        entries[i].series = (int)i;
    if (count > 0)
        qsort(entries, count, sizeof *entries, by_day);
    for (size_t i = 0; i < count; i++)
        entries[i].series = -1;
}
