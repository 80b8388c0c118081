/* tempo.h - which colour each Tempo day had. A Tempo day runs from 06:00 to 06:00 and is named after the date
 * it begins on. Pure. */
#ifndef COOP_NODE_ADVICE_TEMPO_H
#define COOP_NODE_ADVICE_TEMPO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tempo_colour { TEMPO_UNKNOWN, TEMPO_BLUE, TEMPO_WHITE, TEMPO_RED };
enum { TEMPO_DAYS_MAX = 365 * 36 };
struct tempo {
    int64_t first_day; /* 1 September 2014, when the option took its present form */
    uint8_t colours[TEMPO_DAYS_MAX];
};
/* With the seasons that this program knows: those that began in 2014 to 2022. */
void tempo_init(struct tempo *tempo);
enum tempo_colour tempo_colour(const struct tempo *tempo, int64_t day);
bool tempo_set(struct tempo *tempo, int64_t day, enum tempo_colour colour); /* false: out of range */
bool tempo_colour_read(enum tempo_colour *out,
                       const char *text); /* blue BLEU b 1, white BLANC 2, red ROUGE 3 */

#endif
