/* tender.h - renderings of one round: pure functions of what the fold holds, no clock, no files, no locale.
 *
 * All times shown are those the committee agreed on (WIRE 6.4), so any two nodes that hold the same records write the same
 * bytes. No pseudonym ever appears, and no figure of fewer than K homes. */
#ifndef COOP_NODE_TENDER_H
#define COOP_NODE_TENDER_H

#include "node/package.h"

/* Everything a rendering may look at. Borrowed. */
struct tender {
    const uint8_t *topic; /* the round's id, ID_SIZE bytes */
    const struct charter *charter;
    const struct season *season;
    uint8_t proof[HASH_SIZE]; /* BLAKE2b-256 of the whole of proof.coop, as b2sum -l 256 prints it */
    struct package_options options;
};

/* Each returns a text of the heap, ended by a zero byte; NULL: out of memory. */
char *ocds_render(const struct tender *tender);         /* ocds.c: tender.json */
char *tender_text_render(const struct tender *tender);  /* tender_text.c: tender.txt */
char *bid_csv_template(const struct tender *tender);    /* bid_csv.c: prices-template.csv */

/* true: the demand has been opened or the round has ended without one, so that there is something to tell a company. */
bool tender_exists(const struct season *season);
/* A settled time as RFC 3339 in UTC. */
void tender_date(char out[21], uint64_t time_s);
/* 1234567 with 2 decimals: "12345.67". */
enum { DECIMAL_MAX = 24 };
void tender_decimal(char out[DECIMAL_MAX], uint64_t value, unsigned decimals);

#endif
