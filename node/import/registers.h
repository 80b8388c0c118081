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
/* Marks at any moments, of a program that listens to a meter: intervals of a quarter of an hour, an hour or a
 * day, whichever the marks are close enough for, and always the same whatever the moments, so that two captures
 * of one day agree. What the register was at the beginning of an interval lies on the line between the marks
 * around it. Frees. */
void marks_grid(struct marks *marks);

/* What a meter counts in the two directions, heard at moments; each is a series, what is fed in only where it
 * ever moves. What is refused is refused of the first. */
struct registers {
    struct import *import, unused;
    struct failure *why;
    struct rows rows[2];
    struct marks marks[2];
};
void registers_begin(struct registers *registers, struct import *import, struct failure *why);
void registers_add(struct registers *registers, uint64_t line, int64_t utc_s, int64_t in_mwh,
                   int64_t out_mwh); /* negative: not told */
/* Names the series `otherwise` when nothing has named it; frees. */
enum status registers_end(struct registers *registers, const char *otherwise);

#endif
