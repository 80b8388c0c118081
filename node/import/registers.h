/* registers.h - a meter's register at moments, turned into what flowed between them. Private to import/. */
#ifndef COOP_NODE_IMPORT_REGISTERS_H
#define COOP_NODE_IMPORT_REGISTERS_H

#include "node/import/rows.h"

struct mark {
    int64_t utc_s, mwh;
    uint64_t line;
};
struct marks {
    struct rows *rows;
    struct mark *list;
    size_t count, room;
};
void marks_begin(struct marks *marks, struct rows *rows);
void marks_add(struct marks *marks, uint64_t line, int64_t utc_s, int64_t mwh);
/* Each two that follow each other at a distance within the bounds are an interval, of at most a day; frees. */
void marks_steps(struct marks *marks, int64_t least_s, int64_t most_s);
/* What a meter counts, heard at moments: electricity taken and fed in, and the gas of a meter it listens to. What is refused is
 * refused of the first.
 *
 * A capture that is dense enough gives intervals: of a quarter of an hour or an hour, whichever the marks are close enough
 * for, and always the same whatever the moments, so that two captures of one day agree. What the register was at the
 * beginning of an interval lies on the line between the marks around it. Of any other capture, a telegram a day or a single one, the readings of the
 * register are the series (QUANTITY_REGISTER_..., "NAME daily"), the first and the last of each day: what lies between them
 * is worked out where those of other files are (registers_days). So does gas, which needs a heat value besides. */
enum counted { COUNTED_IN, COUNTED_OUT, COUNTED_GAS, COUNTED };
enum { REGISTER_LENGTH_S = 60 }; /* of a reading that has none: the least that the store takes */
struct registers {
    struct import *import, unused;
    char meter[40];
    bool taken; /* the import of the file has its series */
    struct failure *why;
    struct rows rows[COUNTED];
    struct marks marks[COUNTED];
};
void registers_begin(struct registers *registers, struct import *import, struct failure *why);
/* mWh, of gas millilitres; negative: not told */
void registers_add(struct registers *registers, enum counted what, uint64_t line, int64_t utc_s, int64_t value);
/* Names the series `otherwise` when nothing has named it; frees. */
enum status registers_end(struct registers *registers, const char *otherwise);

/* What was used on the days, from midnight to midnight, between readings of a register that are in order. A reading more
 * than two days after the one before it tells nothing of the days between. out: to be cleared. */
enum status registers_days(struct import *out, const struct reading *marks, size_t count, struct failure *why);

#endif
