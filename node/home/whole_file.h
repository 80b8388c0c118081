/* whole_file.h - whole files in, whole files out. */
#ifndef COOP_NODE_WHOLE_FILE_H
#define COOP_NODE_WHOLE_FILE_H

#include "crypto/base.h"

/* A whole file or standard input ("-") of at most `most` bytes, with a zero byte behind; the caller frees it.
 * STATUS_MISSING, DENIED, DISK; STATUS_FULL: it has more. */
enum status whole_file_read(char **out, size_t *size, const char *path, size_t most, struct failure *why);
/* Whole or not at all: written beside, synced, renamed. mode as for open. */
enum status whole_file_write(const char *path, struct bytes bytes, int mode, struct failure *why);

#endif
