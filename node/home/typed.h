/* typed.h - secrets from a person or from a file of hers: never from an option or the environment, which
 * other programs can read. */
#ifndef COOP_NODE_TYPED_H
#define COOP_NODE_TYPED_H

#include "crypto/base.h"

enum { TYPED_MOST = 512 };
struct typed {
    char text[TYPED_MOST + 2];
    size_t size;
};
void typed_clear(struct typed *typed);
/* One line: the first of the file, or, when file is NULL and may_ask, typed unseen on the terminal, twice when it is new;
 * what: "the backup", "this home", in the language of who is asked.
 * STATUS_DENIED: no terminal, or others may read the file; STATUS_MALFORMED: too short, too long, not the
 * same twice. */
enum status typed_passphrase(struct typed *out, bool may_ask, const char *what, const char *file,
                             size_t least, bool new, struct failure *why);
/* The first line of a file that only its owner may read. Failures as above. */
enum status typed_from_file(struct typed *out, const char *path, struct failure *why);
/* One line from the terminal that standard input is, without an echo. false: interrupted. */
bool typed_unseen(struct typed *out, const char *question);
/* Asks on standard error, reads one line of standard input. false: it has ended. */
bool typed_line(struct typed *out, const char *question);

#endif
