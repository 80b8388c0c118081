/* company.h - what a company keeps: one small file with the key that signs its bid and the key of the inbox
 * its letters are sealed to. */
#ifndef COOP_NODE_COMPANY_H
#define COOP_NODE_COMPANY_H

#include "crypto/crypto.h"

struct company_keys {
    struct sign_key sign;
    struct group_key inbox;
};
/* Reads the file. STATUS_MISSING: none; STATUS_DENIED: others may read it; STATUS_MALFORMED: not such a file.
 */
enum status company_read(struct company_keys *out, const char *path, struct failure *why);
/* The same; makes the file (0600) when there is none. *made tells. */
enum status company_open(struct company_keys *out, bool *made, const char *path, struct failure *why);
void company_clear(struct company_keys *keys);

#endif
