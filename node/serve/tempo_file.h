/* tempo_file.h - Tempo colours that the user gives in a file, as request argument. */
#ifndef COOP_NODE_TEMPO_FILE_H
#define COOP_NODE_TEMPO_FILE_H

#include "crypto/base.h"

#include <jansson.h>

/* Lines "2025-01-15,red" (or ; or a tab; BLEU, BLANC, ROUGE; 1, 2, 3) into {"2025-01-15": "red"}. A first
 * line that is no date is a heading. STATUS_MALFORMED: *why names the line. */
enum status tempo_file_read(json_t **out, const char *path, struct failure *why);
enum status tempo_lines_read(json_t **out, char *text, struct failure *why); /* alters the text */

#endif
