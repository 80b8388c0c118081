/* The sheet of a workbook, in an archive whose checksums are right, so that all of it reaches the reader; the texts
 * its cells share are those before the first blank line. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/import_case.h"
#include "tests/support/zip_write.h"

static struct bytes head_of(struct bytes input)
{
    for (size_t i = 0; i + 1 < input.size; i++) {
        if (input.data[i] == '\n' && input.data[i + 1] == '\n')
            return (struct bytes){ input.data, i };
    }
    return (struct bytes){ input.data, 0 };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes head = head_of((struct bytes){ data, size });
    struct bytes sheet = { data + head.size, size - head.size };
    const struct zip_file files[] = { { "xl/workbook.xml", { data, 0 }, false },
                                      { "xl/sharedStrings.xml", head, false },
                                      { "xl/worksheets/sheet1.xml", sheet, false } };
    const struct zip_file bare[] = { files[0], files[2] };
    struct zip zip = head.size > 0 ? zip_write(files, 3) : zip_write(bare, 2);

    import_case((struct bytes){ zip.data, zip.size });
    free(zip.data);
    return 0;
}
