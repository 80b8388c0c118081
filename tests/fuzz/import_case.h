/* import_case.h - what holds for every file that is imported: a series is in order, without overlaps, nothing
 * negative, its total the sum; a file that is refused is explained. Reading it again says the same. */
#ifndef COOP_TESTS_IMPORT_CASE_H
#define COOP_TESTS_IMPORT_CASE_H

#include "node/import/import.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static inline void check_series(const struct import *import)
{
    int64_t total = 0, end_s = 0;

    for (size_t i = 0; i < import->count; i++) {
        const struct reading *r = &import->readings[i];

        PROPERTY(r->start_s >= end_s && r->length_s >= 60 && r->length_s <= 86400);
        PROPERTY(r->energy_mwh >= 0 && r->energy_mwh <= import_energy_max_mwh(r->length_s));
        end_s = r->start_s + r->length_s;
        total += r->energy_mwh;
    }
    PROPERTY(total == import->total_mwh && end_s <= INT64_C(7258118400) + 86400);
}

static inline void check_words(const struct import *import)
{
    PROPERTY(import->reject_count <= import->rejected && import->reject_count <= IMPORT_REJECTS_MAX);
    for (size_t i = 0; i < import->reject_count; i++) {
        const struct import_reject *reject = &import->rejects[i];

        PROPERTY(reject->line > 0 && (i == 0 || reject[-1].line <= reject->line));
        PROPERTY(memchr(reject->reason, '\0', sizeof reject->reason) != NULL && reject->reason[0] != '\0');
        for (const char *c = reject->reason; *c != '\0'; c++)
            PROPERTY(*c >= ' ' && *c <= '~');
    }
    for (const char *c = import->series.meter; *c != '\0'; c++)
        PROPERTY(*c >= ' ' && *c <= '~');
}

static inline void import_case(struct bytes file)
{
    struct import import, again;
    struct failure why = { "" };
    enum status status = import_read(&import, file, &why);
    const struct import *other = &again;
    size_t readings = 0;

    PROPERTY(status == STATUS_OK || (status == STATUS_MALFORMED && why.text[0] != '\0'));
    PROPERTY(import_read(&again, file, NULL) == status);
    for (const struct import *series = &import; series; series = series->next, other = other->next) {
        readings += series->count;
        PROPERTY(status != STATUS_OK || series->series.meter[0] != '\0');
        check_series(series);
        check_words(series);
        PROPERTY(other && other->count == series->count && other->total_mwh == series->total_mwh &&
                 other->rejected == series->rejected && other->duplicates == series->duplicates);
    }
    PROPERTY((status == STATUS_OK) == (readings > 0));
    import_clear(&import);
    import_clear(&again);
}

#endif
