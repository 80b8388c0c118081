/* sample_charter.h - a charter as `group create` makes one: a template, a place, a founder. */
#ifndef COOP_TESTS_SAMPLE_CHARTER_H
#define COOP_TESTS_SAMPLE_CHARTER_H

#include "proto/proto.h"

#include <assert.h>
#include <string.h>

static const uint8_t sample_seed[KEY_SIZE] = { 0x5e, 0xed }, sample_secret[GROUP_SECRET_SIZE] = { 0x6e };

static inline void sample_charter_make(struct charter *out, const char *good, const char *pace)
{
    enum status status = charter_from_template(out, good, pace, NULL);

    assert(status == STATUS_OK);
    strcpy(out->network, "test");
    strcpy(out->zone, "fr:insee:44109");
    strcpy(out->season, "2027");
    strcpy(out->contact, "ada@example.org");
    out->opens_s = 1800000000;
    charter_found(out, sample_seed, sample_secret);
}

#endif
