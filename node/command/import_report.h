/* import_report.h - what coopair import says of each series, account or statement of a file: in words, as JSON, and how far it has
 * come. */
#ifndef COOP_NODE_IMPORT_REPORT_H
#define COOP_NODE_IMPORT_REPORT_H

#include "node/import/import.h"

#include <jansson.h>

struct import_kept {
    bool dry_run;
    uint64_t added, replaced;
    uint64_t days; /* of a register: that lie between its readings so far */
    int64_t heat;  /* what a cubic metre of gas gives (import.h); 0: not said */
};
/* name: of the file, and in an archive of the entry; whatever its maker wrote. */
void import_say(const char *name, const struct import *import, const struct import_kept *kept);
/* {"file", "ok", "format", "rows", "total", "first", "last", "rejected": [{"line", "reason"}], "rejected_rows", "duplicates"}
 * and, of a meter, "series", "quantity", "readings" (total in mWh); of an account "account" ("": not named), "currency",
 * "movements" (total in cents, days); of a health statement "payer", "lines" (refunded cents, days of care); "doubt" where the
 * file as a whole does not add up; when kept, "added" and, of readings, "replaced", of a register "days". */
json_t *import_json(const char *name, const struct import *import, const struct import_kept *kept);
/* The same list, for a file that failed as a whole. */
json_t *import_rejects_json(const struct import *import);

/* A bar on a terminal that says nothing elsewhere; done == all takes it away. */
void import_progress(size_t done, size_t all, const char *name);

#endif
