/* wire.h - canonical MessagePack behind one bounded reader and one bounded writer. WIRE 1.1.
 *
 * Both are sticky: after the first failure every further call does nothing, so an encoder or a decoder is a plain list of fields and
 * asks once at its end. The reader takes only the shortest form of each head, never reads beyond its bytes, allocates nothing, and no
 * declared size can exceed the bound of the call or what remains. */
#ifndef COOP_PROTO_WIRE_H
#define COOP_PROTO_WIRE_H

#include "crypto/base.h"

struct writer {
    uint8_t *out;
    size_t room, size; /* size: bytes written so far */
    bool failed;       /* the room was too small */
};
struct writer writer_to(uint8_t *out, size_t room);
void writer_array(struct writer *w, size_t count);
void writer_uint(struct writer *w, uint64_t value);
void writer_bin(struct writer *w, struct bytes value);
void writer_text(struct writer *w, const char *value);
size_t writer_done(const struct writer *w); /* bytes written; 0: it did not fit */

struct reader {
    struct bytes in;
    size_t at;
    bool failed;
};
struct reader reader_from(struct bytes in);
/* The number of elements, between least and most. 0 after a failure. */
size_t reader_array(struct reader *r, size_t least, size_t most);
uint64_t reader_uint(struct reader *r, uint64_t most);
struct bytes reader_bin(struct reader *r, size_t least, size_t most); /* borrowed; { NULL, 0 } after a failure */
void reader_fixed(struct reader *r, uint8_t *out, size_t size);       /* a binary of exactly this size */
/* A string of printable UTF-8 (no controls, no marks of direction, well-formed) with its NUL into `room` bytes. */
void reader_text(struct reader *r, char *out, size_t room);
void reader_fail(struct reader *r);      /* a field that was read says something it must not */
bool reader_done(const struct reader *r); /* true: nothing failed and nothing is left over */
bool text_printable(const char *text);   /* the rule of reader_text, for text from other doors */

#endif
