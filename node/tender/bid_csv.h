/* bid_csv.h - a company's prices as a spreadsheet writes them, into the lots of a bid.
 *
 *   lot,from_homes,fixed_eur,EUR/kg Pellets
 *   1,7,0,0.3120
 *   1,15,0,0.2990
 *
 * One line per lot and price step; lots are numbered from 1 as in tender.txt; fixed_eur is per home and the
 * same on every line of a lot; then one price per quantity of the tender, in its order, in euro with at most
 * four decimals. Separators may be commas, semicolons or tabs (found from the heading); with the last two a
 * decimal comma is understood. Empty lines and lines that begin with # are skipped. */
#ifndef COOP_NODE_BID_CSV_H
#define COOP_NODE_BID_CSV_H

#include "proto/proto.h"

enum { BID_CSV_MAX = 64 << 10 };

/* Fills out->lots (ascending), lot_count and price_count, and leaves the rest alone. season, when given,
 * refuses lots that were not formed. STATUS_MALFORMED: *why names the line and what is wrong with it; out is
 * then untouched. */
enum status bid_csv_read(struct bid *out, struct bytes csv, const struct charter *charter,
                         const struct season *season, struct failure *why);

#endif
