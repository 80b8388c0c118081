/* A meter file that is read is a series: in order, without overlaps, nothing negative, its total the sum; one
 * that is refused is explained. Reading it again says the same. */
#include "node/import/import.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_series(const struct import *import)
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

static void check_words(const struct import *import)
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct import import, again;
    struct failure why = { "" };
    enum status status = import_read(&import, (struct bytes){ data, size }, &why);

    PROPERTY(status == STATUS_OK || (status == STATUS_MALFORMED && why.text[0] != '\0'));
    PROPERTY((status == STATUS_OK) == (import.count > 0));
    PROPERTY(status != STATUS_OK || import.series.meter[0] != '\0');
    check_series(&import);
    check_words(&import);
    PROPERTY(import_read(&again, (struct bytes){ data, size }, NULL) == status);
    PROPERTY(again.count == import.count && again.total_mwh == import.total_mwh &&
             again.rejected == import.rejected && again.duplicates == import.duplicates);
    import_clear(&import);
    import_clear(&again);
    return 0;
}
