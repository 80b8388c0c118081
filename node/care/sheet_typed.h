/* sheet_typed.h - a recovery sheet from a person or from a file of hers. */
#ifndef COOP_NODE_SHEET_TYPED_H
#define COOP_NODE_SHEET_TYPED_H

#include "crypto/crypto.h"

/* The whole file ("-": standard input), or, when file is NULL, lines from the terminal or standard input until it is whole. Failures as
 * sheet_read; wipe the secret. */
enum status sheet_typed(uint8_t secret[KEY_SIZE], const char *file, struct failure *why);

#endif
