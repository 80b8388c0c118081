/* civil_text.h - dates and times as people's tables write them, without an offset. Private to import/. */
#ifndef COOP_NODE_IMPORT_CIVIL_TEXT_H
#define COOP_NODE_IMPORT_CIVIL_TEXT_H

#include "node/import/rows.h"

enum civil_order { ORDER_DAY_FIRST, ORDER_MONTH_FIRST };
/* Three numbers between points, strokes or dashes, the year being the one of four digits, wherever it stands
 * (of a year at the end, `order` says what comes first); then, after a blank or a T, HH:MM[:SS[.fraction]], or
 * nothing, which is midnight. As the clock shows it. */
bool civil_text_read(int64_t *local_s, struct bytes text, enum civil_order order);
/* YYMMDDhhmmss, of this century, as meters write it. */
bool civil_digits_read(int64_t *local_s, struct bytes text);
/* Which order alone makes a date of it: 1 day first, 2 month first, 3 either, 0 neither. */
unsigned civil_text_orders(struct bytes text);

#endif
