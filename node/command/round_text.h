/* round_text.h - a round in words, from the object that round_view makes: for `round list`, `round show` and
 * what follows a command. */
#ifndef COOP_NODE_ROUND_TEXT_H
#define COOP_NODE_ROUND_TEXT_H

#include <jansson.h>
#include <stdio.h>

void round_line_print(FILE *out, json_t *round); /* one line: id, title, where it stands, until when */
void round_print(FILE *out, json_t *round);      /* all of it, with the next command at its end */
void round_next_print(FILE *out, json_t *round); /* the next command alone */
/* "    Pellets      34 500 kg": one line an item, the object's own order; units from the round's items. */
void round_values_print(FILE *out, json_t *round, json_t *values);

#endif
