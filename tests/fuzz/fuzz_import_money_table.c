/* Tables of banks and health insurers. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/import_case.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    import_case((struct bytes){ data, size });
    return 0;
}
