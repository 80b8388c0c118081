/* base.h - words every room shares: bytes, status, failure, quantities.
 *
 * Three kinds of error, three mechanisms: our own bug is an assert, kept in release builds; a peer's fault is an
 * enum status that is counted and never logged loudly; the world's failure is a status for the program and a
 * struct failure with one sentence for the human. */
#ifndef COOP_CRYPTO_BASE_H
#define COOP_CRYPTO_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATUS_LIST(X)                                     \
    X(OK, "done")                                          \
    X(NOMEM, "out of memory")                              \
    X(MALFORMED, "the bytes do not follow the format")     \
    X(FORGED, "a signature or proof does not verify")      \
    X(FULL, "a limit is reached")                          \
    X(DISK, "the disk refused a read or a write")          \
    X(MISSING, "not found")                                \
    X(EXISTS, "already there")                             \
    X(BUSY, "in use by another process")                   \
    X(DENIED, "not allowed")                               \
    X(EARLY, "the phase for this has not come or is over") \
    X(VERSION, "another version of the format")

enum status {
#define STATUS_ENUM(name, text) STATUS_##name,
    STATUS_LIST(STATUS_ENUM)
#undef STATUS_ENUM
};

const char *status_text(enum status status);

/* One sentence for a human. The place that fails writes it, callers put their context in front while it rises:
 * "open store: /home/ada/.local/share/coopair: in use by another process". */
struct failure {
    char text[256];
    const char *format; /* the literal that text was made from, by which it can be said in another language; NULL: there is none */
};

/* Both tolerate why == NULL; a text too long is cut. failure_say returns status so that `return failure_say(...)` reads well. */
enum status failure_say(struct failure *why, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void failure_prefix(struct failure *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Borrowed bytes: whoever hands them over says how long they live. */
struct bytes {
    const uint8_t *data;
    size_t size;
};

#define BYTES(array) ((struct bytes){ (array), sizeof(array) })
bool bytes_equal(struct bytes a, struct bytes b); /* public data only: not constant time */

/* Quantities are one-field structs so that cents never meet watt-hours by accident.
 * The checked forms return false on overflow and leave *out alone. */
struct cents {
    int64_t n;
};
struct watt_hours {
    int64_t n;
};
bool cents_add(struct cents *out, struct cents a, struct cents b);
bool cents_times(struct cents *out, struct cents a, int64_t factor);
bool watt_hours_add(struct watt_hours *out, struct watt_hours a, struct watt_hours b);

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Big-endian integers, for keys and hashes: byte order is number order. */
void be16_write(uint8_t out[2], uint16_t value);
void be32_write(uint8_t out[4], uint32_t value);
void be64_write(uint8_t out[8], uint64_t value);
uint16_t be16_read(const uint8_t in[2]);
uint32_t be32_read(const uint8_t in[4]);
uint64_t be64_read(const uint8_t in[8]);

#endif
