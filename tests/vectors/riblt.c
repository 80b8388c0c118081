/* riblt.c - coded symbols of keyed ids as the authors' implementation computes them: the encoder's first
 * symbols, how many a decoder needs, and what it recovers. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/overlay/riblt.h"
#include "tests/vectors/vectors.h"

enum { PREFIX_MAX = 64, ITEMS_MAX = 1 << 20 };

struct range {
    uint64_t begin, end;
};

static bool range_read(struct range *out, const json_t *item, const char *key)
{
    const json_t *pair = json_object_get(item, key);
    json_int_t begin = json_integer_value(json_array_get(pair, 0));
    json_int_t end = json_integer_value(json_array_get(pair, 1));

    *out = (struct range){ (uint64_t)begin, (uint64_t)end };
    return json_array_size(pair) == 2 && begin >= 0 && end >= begin && end <= ITEMS_MAX;
}

/* "sha256('PREFIX' || decimal i)": the text between the quotes. */
static bool prefix_read(char out[PREFIX_MAX], const json_t *item)
{
    const char *text = text_field(item, "id"), *open = strchr(text, '\''),
               *close = open ? strchr(open + 1, '\'') : NULL;
    size_t size = close ? (size_t)(close - open - 1) : PREFIX_MAX;

    if (strncmp(text, "sha256(", 7) != 0 || size >= PREFIX_MAX)
        return false;
    memcpy(out, open + 1, size);
    out[size] = '\0';
    return true;
}

static size_t ids_fill(uint8_t (*ids)[ID_SIZE], size_t at, const char *prefix, struct range range)
{
    char text[PREFIX_MAX + 24];

    for (uint64_t i = range.begin; i < range.end; i++) {
        int size = snprintf(text, sizeof text, "%s%" PRIu64, prefix, i);

        crypto_hash_sha256(ids[at++], (const uint8_t *)text, (size_t)size);
    }
    return at;
}

static bool encoder_make(struct riblt_encoder *out, const json_t *item, const char *own, const char *prefix)
{
    struct riblt_keys keys;
    struct range common, only;
    bool ok = range_read(&common, item, "common") && range_read(&only, item, own) &&
              hex_field_exact(keys.id, sizeof keys.id, item, "key_short") &&
              hex_field_exact(keys.check, sizeof keys.check, item, "key_check");
    uint8_t(*ids)[ID_SIZE] =
        ok ? malloc((common.end - common.begin + only.end - only.begin + 1) * ID_SIZE) : NULL;

    if (ids == NULL)
        return false;
    size_t count = ids_fill(ids, ids_fill(ids, 0, prefix, common), prefix, only);
    ok = riblt_encoder_init(out, &keys, (const uint8_t(*)[ID_SIZE])ids, count);
    free(ids);
    return ok;
}

static bool symbols_fit(struct riblt_encoder *encoder, const json_t *expected)
{
    const struct riblt_symbol *symbols = riblt_encoder_first(encoder, json_array_size(expected));
    char text[3][24];
    json_t *symbol;
    size_t i;

    if (symbols == NULL || json_array_size(expected) == 0)
        return false;
    json_array_foreach (expected, i, symbol) {
        snprintf(text[0], sizeof text[0], "%016" PRIx64, symbols[i].id);
        snprintf(text[1], sizeof text[1], "%016" PRIx64, symbols[i].check);
        snprintf(text[2], sizeof text[2], "%" PRId64, symbols[i].count);
        for (size_t j = 0; j < ARRAY_SIZE(text); j++) {
            const char *value = json_string_value(json_array_get(symbol, j));

            if (value == NULL || strcmp(value, text[j]) != 0)
                return false;
        }
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct riblt_item *left = a, *right = b;

    return (left->id > right->id) - (left->id < right->id);
}

/* What was recovered is what the file lists, or as many as its range says where it lists none. */
static bool recovered_fit(struct riblt_items *items, const json_t *item, const char *key,
                          const char *range_key)
{
    const json_t *list = json_object_get(item, key);
    struct range range;
    char text[24];

    if (!range_read(&range, item, range_key) || items->count != range.end - range.begin ||
        (list && json_array_size(list) != items->count))
        return false;
    if (items->count > 0)
        qsort(items->list, items->count, sizeof *items->list, compare);
    for (size_t i = 0; list && i < items->count; i++) {
        const char *value = json_string_value(json_array_get(list, i));

        snprintf(text, sizeof text, "%016" PRIx64, items->list[i].id);
        if (value == NULL || strcmp(value, text) != 0)
            return false;
    }
    return true;
}

static bool decodes_as_told(struct riblt_encoder *theirs, struct riblt_encoder *own, const json_t *item)
{
    size_t needed = (size_t)json_integer_value(json_object_get(item, "symbols_needed")), taken = 0;
    const struct riblt_symbol *symbols = riblt_encoder_first(theirs, needed);
    struct riblt_decoder decoder;
    bool fine = symbols != NULL && needed > 0;

    riblt_decoder_init(&decoder, own);
    while (fine && taken < needed && !riblt_decoded(&decoder))
        fine = riblt_decoder_add(&decoder, symbols + taken++, 1);
    fine = fine && taken == needed && riblt_decoded(&decoder) &&
           recovered_fit(&decoder.theirs, item, "only_encoder", "only_encoder_i") &&
           recovered_fit(&decoder.ours, item, "only_decoder", "only_decoder_i");
    riblt_decoder_clear(&decoder);
    return fine;
}

void riblt_vectors(struct report *report, const json_t *root)
{
    json_t *item;
    size_t i;

    json_array_foreach (json_object_get(root, "cases"), i, item) {
        struct riblt_encoder encoder = { .count = 0 }, decoder = { .count = 0 };
        const char *name = text_field(item, "name");
        char prefix[PREFIX_MAX];
        bool fine = prefix_read(prefix, item) && encoder_make(&encoder, item, "only_encoder_i", prefix) &&
                    encoder_make(&decoder, item, "only_decoder_i", prefix);

        report_case(report, fine && symbols_fit(&encoder, json_object_get(item, "coded_first")),
                    "%s: symbols", name);
        report_case(report, fine && decodes_as_told(&encoder, &decoder, item), "%s: decoding", name);
        riblt_encoder_clear(&encoder);
        riblt_encoder_clear(&decoder);
    }
}
