/* items.c - see items.h. The library calls some failures of memory errors of syntax, so the sentence names
 * both. */
#include "node/import/items.h"
#include "node/tongue/tongue.h"

#include <stdio.h>
#include <string.h>

enum { NEAR = 4096 };

static bool near_beginning(struct bytes file, const char *key)
{
    size_t size = strlen(key), most = file.size < NEAR ? file.size : NEAR;

    for (size_t i = 0; i + size + 2 <= most; i++) {
        if (file.data[i] == '"' && memcmp(file.data + i + 1, key, size) == 0 &&
            file.data[i + 1 + size] == '"')
            return true;
    }
    return false;
}

bool items_recognise(struct bytes file, const char *key, const char *other)
{
    size_t at = text_begins(file, "\xef\xbb\xbf") ? 3 : 0;

    while (at < file.size &&
           (file.data[at] == ' ' || file.data[at] == '\n' || file.data[at] == '\r' || file.data[at] == '\t'))
        at++;
    return at < file.size && file.data[at] == '{' && near_beginning(file, key) &&
           (!other || near_beginning(file, other));
}

/* About what the tree of a file takes in memory: an object with its table, an array, and a member or an
 * element for each comma and colon. Letters within strings count too, which only errs towards more. */
static size_t tree_size(struct bytes file)
{
    size_t size = 0;

    for (size_t i = 0; i < file.size; i++) {
        uint8_t c = file.data[i];

        size += c == '{' ? 240 : c == '[' ? 140 : c == ',' || c == ':' ? 100 : 0;
    }
    return size;
}

json_t *items_load(enum status *status, struct bytes file, struct failure *why)
{
    json_error_t error;
    json_t *root = NULL;

    if (text_begins(file, "\xef\xbb\xbf"))
        file = (struct bytes){ file.data + 3, file.size - 3 };
    if (file.size > ITEMS_FILE_MAX || tree_size(file) > ITEMS_TREE_MAX) {
        *status = failure_say(why, STATUS_MALFORMED, _("more JSON than a household's file holds: ask for shorter "
                                                       "periods"));
        return NULL;
    }
    root = json_loadb((const char *)file.data, file.size, JSON_REJECT_DUPLICATES, &error);
    if (!root && (error.line < 0 || json_error_code(&error) == json_error_out_of_memory)) /* before line 1 */
        *status = failure_say(why, STATUS_NOMEM, _("out of memory for the file"));
    else if (!root)
        *status = failure_say(why, STATUS_MALFORMED,
                              _("line %d: the JSON ends or breaks there (or memory ran out); download it again"),
                              error.line);
    return root;
}

struct bytes item_text(char buffer[ITEM_TEXT], json_t *item, const char *key)
{
    json_t *value = json_object_get(item, key);
    int size = 0;

    if (json_is_string(value))
        size = snprintf(buffer, ITEM_TEXT, "%s", json_string_value(value));
    else if (json_is_integer(value))
        size = snprintf(buffer, ITEM_TEXT, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        size = snprintf(buffer, ITEM_TEXT, "%.9f", json_real_value(value)); /* a thousandth of a mWh */
    if (size < 0 || size >= ITEM_TEXT)
        size = 0; /* no time and no number is so long */
    return (struct bytes){ (const uint8_t *)buffer, (size_t)size };
}
