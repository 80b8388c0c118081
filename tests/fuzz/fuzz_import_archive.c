/* ZIP archives and workbooks as bytes: what the archive says it holds is what comes out, within the bounds. */
#include "node/import/archive.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/import_case.h"

static void unpack_all(struct archive archive)
{
    struct archive_entry entry;
    uint64_t total = 0;
    uint8_t *data;

    while (archive_next(&entry, &archive)) {
        enum status status = archive_unpack(&data, &entry, NULL);

        PROPERTY(status == STATUS_OK || status == STATUS_MALFORMED);
        PROPERTY((status == STATUS_OK) == (data != NULL) && entry.size <= ARCHIVE_ENTRY_MAX);
        total += entry.size;
        free(data);
    }
    PROPERTY(total <= ARCHIVE_TOTAL_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes file = { data, size };
    struct failure why = { .text = "" };
    struct archive archive;

    if (archive_is(file) && archive_open(&archive, file, &why) == STATUS_OK)
        unpack_all(archive);
    import_case(file);
    return 0;
}
