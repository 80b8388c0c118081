/* answer.h - filling in a reply, field by field. Sticky: a piece that memory has no room for marks the whole
 * as failed and is asked for once, at the end, so a handler reads as a plain list of fields. Words of
 * strangers are made harmless on their way in. */
#ifndef COOP_NODE_ANSWER_H
#define COOP_NODE_ANSWER_H

#include "crypto/base.h"

#include <jansson.h>

struct answer {
    bool failed;
};
json_t *answer_object(struct answer *a, json_t *parent,
                      const char *key); /* borrowed, never used after a failure to add it */
json_t *answer_array(struct answer *a, json_t *parent, const char *key);
json_t *answer_item(struct answer *a, json_t *array); /* a new object at its end */
void answer_text(struct answer *a, json_t *object, const char *key, const char *text); /* NULL: null */
void answer_uint(struct answer *a, json_t *object, const char *key, uint64_t value);
void answer_int(struct answer *a, json_t *object, const char *key, int64_t value);
void answer_flag(struct answer *a, json_t *object, const char *key, bool value);
void answer_null(struct answer *a, json_t *object, const char *key);
void answer_hex(struct answer *a, json_t *object, const char *key, const uint8_t *data, size_t size);
void answer_base64(struct answer *a, json_t *object, const char *key, struct bytes data);
void answer_number(struct answer *a, json_t *array, uint64_t value); /* at its end */
enum status answer_done(const struct answer *a, struct failure *why);

/* The other way, for who asked. Absent or of another type: "", 0, false. */
const char *field_text(json_t *object, const char *key);
int64_t field_int(json_t *object, const char *key);
uint64_t field_uint(json_t *object, const char *key);
bool field_flag(json_t *object, const char *key);
/* false: absent, no base 64 without line breaks, or larger than room. */
bool base64_read(uint8_t *out, size_t room, size_t *size, const char *text);

#endif
