/* verify.h - what a package proves, in plain words, computed offline from its own bytes. */
#ifndef COOP_NODE_VERIFY_H
#define COOP_NODE_VERIFY_H

#include "node/tender/package.h"

/* Reads the package, folds its records, renders tender.json and tender.txt again and compares them byte for
 * byte. STATUS_OK: everything is as the records say, and *topic (the caller's, may be NULL) holds the round.
 * STATUS_FORGED: some byte of the three files is not, or is missing; *why says which file and where.
 * STATUS_MISSING, STATUS_DISK, STATUS_NOMEM: the package could not be read at all. */
enum status package_verify(struct topic **topic, struct package_options *options, const char *path,
                           struct failure *why);

/* What is proven and what is not, as a text of the heap for a reader, or as one JSON object with stable keys
 * on one line. NULL: out of memory. */
char *verify_text(struct topic *topic);
char *verify_json(struct topic *topic);

#endif
