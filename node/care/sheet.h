/* sheet.h - the key file as words on paper: the recovery sheet.
 *
 * 24 words in 8 numbered groups of 3. A word is five letters, consonant vowel consonant vowel consonant, and
 * stands for 16 bits: it can be said on the telephone, typed without looking, and needs no list of words of
 * any language. Two words of a group carry 4 bytes of the key; the third is a check over the number of the
 * group and all of the key so far, so a slip of the pen is found in its group, and two sheets mixed up at
 * the first group of the second. Pure functions; letters of secrets meet no branch and no index. */
#ifndef COOP_NODE_SHEET_H
#define COOP_NODE_SHEET_H

#include "crypto/crypto.h"

enum {
    SHEET_GROUPS = 8,
    SHEET_GROUP_WORDS = 3,
    SHEET_GROUP_TEXT = 18,
    SHEET_TEXT = SHEET_GROUPS * SHEET_GROUP_TEXT
};

/* "babab dabad fabaf"; group 0 to 7. */
void sheet_group(char out[SHEET_GROUP_TEXT], const uint8_t secret[KEY_SIZE], unsigned group);
/* All groups, with spaces between: what the QR holds. */
void sheet_text(char out[SHEET_TEXT], const uint8_t secret[KEY_SIZE]);
/* From what was typed: case, numbers, signs and line breaks do not matter. STATUS_MALFORMED: *why says which
 * word or group, and never quotes it. */
enum status sheet_read(uint8_t secret[KEY_SIZE], const char *text, struct failure *why);
/* Is this group of the sheet what was typed? */
bool sheet_group_is(const uint8_t secret[KEY_SIZE], unsigned group, const char *text);

#endif
