/* letter_case.h - one honest letter, the same in the fuzz target and in what made its corpus. */
#ifndef COOP_TESTS_LETTER_CASE_H
#define COOP_TESTS_LETTER_CASE_H

#include "proto/form/letter.h"

#include <string.h>

struct letter_case {
    struct letter letter;
    struct sign_key home;
    struct group_key inbox;
    struct rng rng;
    uint8_t sealed[LETTER_MAX], plain[LETTER_MAX];
    size_t size; /* of sealed; plain has SEAL_OVERHEAD less */
};

static inline bool letter_case_init(struct letter_case *out)
{
    static const uint8_t home_seed[KEY_SIZE] = { 1 }, inbox_seed[KEY_SIZE] = { 2 },
                         rng_seed[KEY_SIZE] = { 3 };

    sign_key_init(&out->home, home_seed);
    group_key_init(&out->inbox, inbox_seed);
    rng_init(&out->rng, rng_seed);
    out->letter = (struct letter){ .topic = { 9 },
                                   .lot = 1,
                                   .name = "Ada Lilas",
                                   .address = "3, rue des Lilas, 44000 Nantes",
                                   .meter = "14512345678901",
                                   .note = "Mornings, please.",
                                   .values = { 2500, 0, UINT64_MAX },
                                   .value_count = 3 };
    memcpy(out->letter.pseudonym, out->home.public_key, KEY_SIZE);
    out->size = letter_seal(out->sealed, sizeof out->sealed, &out->letter, &out->home,
                            &out->inbox.public_point, &out->rng);
    return out->size > 0 && seal_open(out->plain, &out->inbox, BYTES(out->letter.topic),
                                      (struct bytes){ out->sealed, out->size });
}

#endif
