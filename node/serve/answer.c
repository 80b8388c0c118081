/* answer.c - see answer.h. Failure mode: memory, remembered in the answer; jansson takes NULL for a parent
 * and refuses quietly. */
#include "node/serve/answer.h"

#include "node/tender/tender.h"
#include "node/tongue/tongue.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static json_t *put(struct answer *a, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) == 0)
        return value;
    a->failed = true;
    return NULL;
}

json_t *answer_object(struct answer *a, json_t *parent, const char *key)
{
    return put(a, parent, key, json_object());
}

json_t *answer_array(struct answer *a, json_t *parent, const char *key)
{
    return put(a, parent, key, json_array());
}

json_t *answer_item(struct answer *a, json_t *array)
{
    json_t *item = json_object();

    if (json_array_append_new(array, item) == 0)
        return item;
    a->failed = true;
    return NULL;
}

void answer_text(struct answer *a, json_t *object, const char *key, const char *text)
{
    char clean[WORDS_MAX];

    if (text == NULL) {
        answer_null(a, object, key);
        return;
    }
    tender_clean(clean, sizeof clean, text);
    put(a, object, key, json_string(clean));
}

void answer_uint(struct answer *a, json_t *object, const char *key, uint64_t value)
{
    put(a, object, key, json_integer((json_int_t)(value > INT64_MAX ? INT64_MAX : value)));
}

void answer_int(struct answer *a, json_t *object, const char *key, int64_t value)
{
    put(a, object, key, json_integer((json_int_t)value));
}

void answer_flag(struct answer *a, json_t *object, const char *key, bool value)
{
    put(a, object, key, json_boolean(value));
}

void answer_null(struct answer *a, json_t *object, const char *key)
{
    put(a, object, key, json_null());
}

void answer_hex(struct answer *a, json_t *object, const char *key, const uint8_t *data, size_t size)
{
    char *hex = malloc(2 * size + 1);

    if (hex != NULL)
        tender_hex(hex, data, size);
    put(a, object, key, hex == NULL ? NULL : json_string(hex));
    free(hex);
}

void answer_base64(struct answer *a, json_t *object, const char *key, struct bytes data)
{
    size_t room = sodium_base64_ENCODED_LEN(data.size, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(room);

    if (text != NULL)
        sodium_bin2base64(text, room, data.data, data.size, sodium_base64_VARIANT_ORIGINAL);
    put(a, object, key, text == NULL ? NULL : json_string(text));
    free(text);
}

void answer_number(struct answer *a, json_t *array, uint64_t value)
{
    if (json_array_append_new(array, json_integer((json_int_t)(value > INT64_MAX ? INT64_MAX : value))) != 0)
        a->failed = true;
}

enum status answer_done(const struct answer *a, struct failure *why)
{
    return a->failed ? failure_say(why, STATUS_NOMEM, _("out of memory")) : STATUS_OK;
}

const char *field_text(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

int64_t field_int(json_t *object, const char *key)
{
    return (int64_t)json_integer_value(json_object_get(object, key));
}

uint64_t field_uint(json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));

    return value < 0 ? 0 : (uint64_t)value;
}

bool field_flag(json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

bool base64_read(uint8_t *out, size_t room, size_t *size, const char *text)
{
    return text != NULL && sodium_base642bin(out, room, text, strlen(text), NULL, size, NULL,
                                             sodium_base64_VARIANT_ORIGINAL) == 0;
}
