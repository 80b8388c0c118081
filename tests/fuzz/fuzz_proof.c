/* proof.coop has one encoding: a round that is accepted is written back byte for byte, and the same bytes
 * always fold alike. */
#include "node/tender/proof.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct package_options options;
    struct topic *topic;
    uint8_t *again;
    size_t again_size;
    struct failure why = { .text = "" };

    if (proof_read(&topic, &options, (struct bytes){ data, size }, &why) != STATUS_OK) {
        PROPERTY(why.text[0] != '\0');
        return 0;
    }
    PROPERTY(proof_write(&again, &again_size, topic, &options, &why) == STATUS_OK);
    PROPERTY(again_size == size && memcmp(again, data, size) == 0);
    free(again);
    topic_free(topic);
    return 0;
}
