/* tender.h - renderings of one round: pure functions of what the fold holds, no clock, no files, no locale.
 *
 * All times shown are those the committee agreed on (WIRE 6.4), so any two nodes that hold the same records
 * write the same bytes. No pseudonym ever appears, and no figure of fewer than K homes. */
#ifndef COOP_NODE_TENDER_H
#define COOP_NODE_TENDER_H

#include "node/tender/package.h"

/* Everything a rendering may look at. Borrowed. */
struct tender {
    const uint8_t *topic; /* the round's id, ID_SIZE bytes */
    const struct charter *charter;
    const struct season *season;
    uint8_t proof[HASH_SIZE]; /* BLAKE2b-256 of the whole of proof.coop, as b2sum -l 256 prints it */
    struct package_options options;
};

/* Each returns a text of the heap, ended by a zero byte; NULL: out of memory. */
char *ocds_render(const struct tender *tender);        /* ocds.c: tender.json */
char *tender_text_render(const struct tender *tender); /* tender_text.c: tender.txt */
char *bid_csv_template(const struct tender *tender);   /* bid_csv.c: prices-template.csv */

/* true: the demand has been opened, or the round has ended without one: there is something to tell a
 * company. */
bool tender_exists(const struct season *season);
bool tender_judged(
    const struct season *season); /* bids opened and the rule applied, with or without a winner */
bool tender_failed(const struct season *season);      /* ended before there was a demand */
uint64_t tender_begun_s(const struct season *season); /* when it came into being, or failed */

/* What became of one lot of an opened bid. */
enum offer_verdict { OFFER_VALID, OFFER_NO_STEP, OFFER_ABOVE_RESERVE, OFFER_NOT_FORMED };
enum offer_verdict tender_offer(uint64_t *cost_cents, const struct tender *tender,
                                const struct bid_lot *offer);
const struct bid_step *tender_step(const struct bid_lot *offer,
                                   size_t homes); /* the step that applies; NULL: none */
/* The highest cost that may win: what the homes pay today less the charter's saving. false: not known. */
bool tender_limit_cents(uint64_t *out, const struct tender *tender, size_t lot);

/* How things are written. */
void tender_date(char out[21], uint64_t time_s); /* RFC 3339 in UTC */
enum { DECIMAL_MAX = 24 };
void tender_decimal(char out[DECIMAL_MAX], uint64_t value, unsigned decimals); /* 1234567, 2: "12345.67" */
void tender_hex(char *out, const uint8_t *in, size_t size);                    /* 2 * size + 1 bytes */
/* The words of strangers made harmless: UTF-8 without controls, line ends or marks of direction. */
enum { WORDS_MAX = 1100 };
void tender_clean(char *out, size_t room, const char *in);
const char *tender_unit(const char *code); /* "KGM": "kg"; a code without a common name stays as it is */

#endif
