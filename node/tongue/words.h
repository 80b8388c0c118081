/* words.h - dates, spans, money and bars as a person reads them on a terminal. Pure but for the time zone,
 * which is the machine's. */
#ifndef COOP_NODE_WORDS_H
#define COOP_NODE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SAID_MAX = 64, BAR_WIDTH = 20 };

void words_date(char out[SAID_MAX], uint64_t time_s);  /* "Tue 6 Oct 2026, 18:30", local time */
void words_span(char out[SAID_MAX], uint64_t seconds); /* "3 days 4 h", "12 s": the two largest units */
void words_when(char out[SAID_MAX], uint64_t time_s, uint64_t now_s); /* "in 3 days 4 h", "2 h ago", "now" */
void words_euros(char out[SAID_MAX], uint64_t cents);                 /* "1 234.56 EUR" */
void words_number(char out[SAID_MAX], uint64_t value);                /* "34 500" */
/* "[######..............]": full only when done >= whole, empty only when nothing is done. */
void words_bar(char out[SAID_MAX], uint64_t done, uint64_t whole);

/* "90s", "15m", "36h", "3d", "2w". false: none of these, or above most. */
bool words_span_read(uint64_t *seconds, const char *text, uint64_t most);

#endif
