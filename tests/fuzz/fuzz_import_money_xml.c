/* XML of banks: OFX 2, CAMT.053. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/import_case.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    import_case((struct bytes){ data, size });
    return 0;
}
