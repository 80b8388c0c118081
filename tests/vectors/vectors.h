/* vectors.h - what every kind of published vectors shares: the list of kinds, the count, hex out of JSON.
 *
 * A kind is one file KIND.c with one function KIND_vectors, and one line in KIND_LIST. The function gets a parsed file and reports
 * every case it finds; a file of another layout is a failed case. Bytes are read into the caller's buffers. */
#ifndef COOP_TESTS_VECTORS_H
#define COOP_TESTS_VECTORS_H

#include <jansson.h>

#include "crypto/crypto.h"

struct report {
    const char *file;
    unsigned passed, failed, skipped;
};

#define KIND_LIST(X) \
    X(bulletproofs)  \
    X(dp)            \
    X(frost)         \
    X(merlin)        \
    X(noise)         \
    X(riblt)         \
    X(ristretto255)  \
    X(triptych)      \
    X(wycheproof)

#define KIND_PROTOTYPE(kind) void kind##_vectors(struct report *report, const json_t *root);
KIND_LIST(KIND_PROTOTYPE)
#undef KIND_PROTOTYPE

/* One case. A failed one is named on standard output. */
void report_case(struct report *report, bool passed, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A case that this project has no use for: told with its reason, counted neither way. */
void report_skip(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Hex text to bytes; .data is NULL when it is not hex or does not fit. */
struct bytes hex_read(uint8_t *out, size_t room, const char *text);
/* The same for a field of a JSON object; an absent field reads as no bytes. */
struct bytes hex_field(uint8_t *out, size_t room, const json_t *object, const char *key);
/* A field that must have exactly this size. */
bool hex_field_exact(uint8_t *out, size_t size, const json_t *object, const char *key);
/* A text field, "" when absent. */
const char *text_field(const json_t *object, const char *key);

#endif
