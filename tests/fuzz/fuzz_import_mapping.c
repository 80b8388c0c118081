/* A table and what is said of it: the mapping is the first line. What is read is sound, whatever was said. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/import_case.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    struct bytes table = end ? (struct bytes){ end + 1, size - (size_t)(end + 1 - data) } : (struct bytes){ data, size };
    char map[256] = "";
    struct import_heading heading;
    struct import import;
    struct failure why = { .text = "" };
    enum status status;

    if (end && end - data < (ptrdiff_t)sizeof map)
        memcpy(map, data, (size_t)(end - data));
    if (import_heading(&heading, table))
        PROPERTY(heading.count >= 2 && (heading.guess[0] == '\0' || strchr(heading.guess, '=') != NULL) && strlen(heading.layout) == IMPORT_LAYOUT_SIZE - 1);
    status = import_mapped(&import, table, map, &why);
    PROPERTY(status == STATUS_OK || (status == STATUS_MALFORMED && why.text[0] != '\0'));
    PROPERTY((status == STATUS_OK) == (import.count > 0));
    check_rows(&import);
    check_words(&import);
    import_clear(&import);
    return 0;
}
