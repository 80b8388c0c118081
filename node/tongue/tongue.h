/* tongue.h - French or English: what a person reads. JSON, files and the wire never change with it.
 *
 * Sentences are looked up with gettext in a catalogue beside the program (BUILD/locale) or where it was
 * installed (PREFIX/share/locale). English is what the source says and needs no catalogue. Happy path:
 * tongue_set once, at the start. Failure mode: no catalogue, and English is said. The machine needs no French
 * locale for it. */
#ifndef COOP_NODE_TONGUE_H
#define COOP_NODE_TONGUE_H

#include <libintl.h>
#include <stdbool.h>
#include <stddef.h>

#define _(text) gettext(text)
#define N_(text) text /* marked for the catalogue, looked up where it is said */
#define NN_(one, many, count) ngettext(one, many, count)

enum tongue { TONGUE_ENGLISH, TONGUE_FRENCH, TONGUES };

void tongue_set(enum tongue tongue);                     /* for this process, from now on */
enum tongue tongue_now(void);                            /* English until set */
bool tongue_of_name(enum tongue *out, const char *name); /* "fr", "fr_BE.UTF-8", "en"; false: any other */
const char *tongue_name(enum tongue tongue);             /* "fr" */
enum tongue tongue_of_locale(void); /* LC_ALL, LC_MESSAGES, LANG; what is not French is English */

char tongue_point(void);                 /* of a number: '.' or ',' */
const char *tongue_euro(void);           /* "EUR" or the sign */
size_t tongue_columns(const char *text); /* how wide UTF-8 is on a terminal, without wide characters */
/* For "%-*s" and "%*s": the width in bytes that makes text so many columns wide. */
int tongue_width(int columns, const char *text);

#endif
