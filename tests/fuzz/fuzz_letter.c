/* First byte: 0, the rest is a letter as it came; else the rest is what a stranger who knows the inbox has
 * sealed. Only the honest letter may pass: anything else is forged, or a second encoding of the same one
 * (WIRE 9.1). */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/letter_case.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct letter_case honest;
    static uint8_t sealed[2 * LETTER_MAX];
    struct failure why = { .text = "" };
    struct letter found;
    struct bytes in;

    if (honest.size == 0)
        PROPERTY(letter_case_init(&honest));
    if (size == 0 || size > LETTER_MAX)
        return 0;
    in = (struct bytes){ data + 1, size - 1 };
    if (data[0] != 0) {
        seal_make(sealed, &honest.inbox.public_point, BYTES(honest.letter.topic), in, &honest.rng);
        in = (struct bytes){ sealed, size - 1 + SEAL_OVERHEAD };
    }
    if (letter_unseal(&found, in, &honest.inbox, honest.letter.topic, &why) != STATUS_OK) {
        PROPERTY(why.text[0] != '\0');
        return 0;
    }
    if (data[0] == 0)
        PROPERTY(bytes_equal(in, (struct bytes){ honest.sealed, honest.size }));
    else
        PROPERTY(bytes_equal((struct bytes){ data + 1, size - 1 },
                             (struct bytes){ honest.plain, honest.size - SEAL_OVERHEAD }));
    PROPERTY(memcmp(found.pseudonym, honest.letter.pseudonym, KEY_SIZE) == 0);
    return 0;
}
