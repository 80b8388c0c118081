/* sheet.c - 16 bits as five letters, and back; see sheet.h. Failure modes: a word too many or too few, a
 * letter that no word has at its place, a group whose check does not fit. */
#include "node/care/sheet.h"

#include "crypto/labels.h"
#include "node/tongue/tongue.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

enum { WORD = 5, WORDS = SHEET_GROUPS * SHEET_GROUP_WORDS, GROUP_BYTES = KEY_SIZE / SHEET_GROUPS };

/* Letters that sound apart on a bad line in French and English; no c, q, w, x, y, no e. */
static const char consonants[] = "bdfghjklmnprstvz", vowels[] = "aiou";

/* The n-th of the letters, whatever n is, in the same time and by the same reads. */
static char pick(const char *letters, unsigned count, unsigned n)
{
    unsigned out = 0;

    for (unsigned i = 0; i < count; i++)
        out |= (unsigned char)letters[i] & (0u - (((i ^ n) - 1) >> 31));
    return (char)out;
}

/* Which of the letters; 16 and above: none. */
static unsigned place(const char *letters, unsigned count, char letter)
{
    unsigned out = 0, found = 0;

    for (unsigned i = 0; i < count; i++) {
        unsigned same = 0u - ((((unsigned)(unsigned char)letters[i] ^ (unsigned char)letter) - 1) >> 31);

        out |= i & same;
        found |= same;
    }
    return out | (~found & 16);
}

static void word_write(char out[WORD], unsigned bits)
{
    out[0] = pick(consonants, 16, bits >> 12 & 15);
    out[1] = pick(vowels, 4, bits >> 10 & 3);
    out[2] = pick(consonants, 16, bits >> 6 & 15);
    out[3] = pick(vowels, 4, bits >> 4 & 3);
    out[4] = pick(consonants, 16, bits & 15);
}

static bool word_read(unsigned *bits, const char word[WORD])
{
    unsigned a = place(consonants, 16, word[0]), b = place(vowels, 4, word[1]),
             c = place(consonants, 16, word[2]), d = place(vowels, 4, word[3]),
             e = place(consonants, 16, word[4]);

    *bits = (a & 15) << 12 | (b & 3) << 10 | (c & 15) << 6 | (d & 3) << 4 | (e & 15);
    return ((a | b | c | d | e) & 16) == 0;
}

static unsigned check_of(const uint8_t secret[KEY_SIZE], unsigned group)
{
    uint8_t number = (uint8_t)group, sum[HASH_SIZE];
    struct bytes parts[] = { { &number, 1 }, { secret, GROUP_BYTES * (group + 1) } };
    unsigned check;

    hash_parts(sum, LABEL_SHEET_CHECK, parts, ARRAY_SIZE(parts));
    check = be16_read(sum);
    sodium_memzero(sum, sizeof sum);
    return check;
}

void sheet_group(char out[SHEET_GROUP_TEXT], const uint8_t secret[KEY_SIZE], unsigned group)
{
    const uint8_t *part = secret + GROUP_BYTES * group;

    memset(out, ' ', SHEET_GROUP_TEXT);
    word_write(out, be16_read(part));
    word_write(out + WORD + 1, be16_read(part + 2));
    word_write(out + 2 * (WORD + 1), check_of(secret, group));
    out[SHEET_GROUP_TEXT - 1] = '\0';
}

void sheet_text(char out[SHEET_TEXT], const uint8_t secret[KEY_SIZE])
{
    for (unsigned group = 0; group < SHEET_GROUPS; group++) {
        sheet_group(out + group * SHEET_GROUP_TEXT, secret, group);
        out[(group + 1) * SHEET_GROUP_TEXT - 1] = ' ';
    }
    out[SHEET_TEXT - 1] = '\0';
}

/* The next run of letters, in lower case. false: there is none. size: of the run, also beyond WORD. */
static bool next_word(char out[WORD], size_t *size, const char **text)
{
    while (**text != '\0' && !isalpha((unsigned char)**text))
        ++*text;
    memset(out, 0, WORD);
    for (*size = 0; isalpha((unsigned char)**text); ++*size, ++*text)
        if (*size < WORD)
            out[*size] = (char)tolower((unsigned char)**text);
    return *size > 0;
}

/* Up to `most` words; *count: how many there are. */
static enum status words_read(unsigned *out, size_t *count, size_t most, const char *text,
                              struct failure *why)
{
    enum status status = STATUS_OK;
    char word[WORD];
    size_t size;

    for (*count = 0; !status && next_word(word, &size, &text); ++*count) {
        if (*count == most)
            status = failure_say(why, STATUS_MALFORMED, _("there are more than %zu words"), most);
        else if (size != WORD || !word_read(&out[*count], word))
            status = failure_say(why, STATUS_MALFORMED, _("word %zu of group %zu is none that a sheet can have"),
                                 *count % SHEET_GROUP_WORDS + 1, *count / SHEET_GROUP_WORDS + 1);
    }
    sodium_memzero(word, sizeof word);
    return status;
}

enum status sheet_read(uint8_t secret[KEY_SIZE], const char *text, struct failure *why)
{
    unsigned words[WORDS];
    size_t count;
    enum status status = words_read(words, &count, WORDS, text, why);

    if (!status && count < WORDS)
        status =
            failure_say(why, STATUS_MALFORMED, _("a recovery sheet has %d words; here are %zu"), WORDS, count);
    for (unsigned group = 0; group < SHEET_GROUPS && !status; group++) {
        be16_write(secret + GROUP_BYTES * group, (uint16_t)words[SHEET_GROUP_WORDS * group]);
        be16_write(secret + GROUP_BYTES * group + 2, (uint16_t)words[SHEET_GROUP_WORDS * group + 1]);
        if (check_of(secret, group) != words[SHEET_GROUP_WORDS * group + 2])
            status = failure_say(why, STATUS_MALFORMED,
                                 _("group %u does not fit: a letter of it is wrong, or it is of another sheet"),
                                 group + 1);
    }
    sodium_memzero(words, sizeof words);
    if (status)
        sodium_memzero(secret, KEY_SIZE);
    return status;
}

bool sheet_group_is(const uint8_t secret[KEY_SIZE], unsigned group, const char *text)
{
    unsigned typed[SHEET_GROUP_WORDS] = { 0 }, wanted[SHEET_GROUP_WORDS];
    char right[SHEET_GROUP_TEXT];
    size_t count;
    bool same;

    sheet_group(right, secret, group);
    words_read(wanted, &count, SHEET_GROUP_WORDS, right, NULL);
    same =
        words_read(typed, &count, SHEET_GROUP_WORDS, text, NULL) == STATUS_OK && count == SHEET_GROUP_WORDS;
    same = sodium_memcmp(typed, wanted, sizeof typed) == 0 && same;
    sodium_memzero(typed, sizeof typed);
    sodium_memzero(wanted, sizeof wanted);
    sodium_memzero(right, sizeof right);
    return same;
}
