/* envelope.c - see envelope.h. Failure mode: bytes that are no record, refused. */
#include "node/wish/envelope.h"

#include "crypto/labels.h"

#include <string.h>

enum { ENVELOPE_VERSION = 1, ENVELOPE_FIELDS = 8, ARRAY_OF_SEVEN = 0x97 };

/* WIRE 5.1: the id covers the first seven fields, encoded as an array of seven. */
void envelope_id(uint8_t out[ID_SIZE], const struct envelope *envelope)
{
    uint8_t whole[RECORD_MAX];
    struct bytes part = { whole, 1 + envelope->fields.size };

    whole[0] = ARRAY_OF_SEVEN;
    memcpy(whole + 1, envelope->fields.data, envelope->fields.size);
    hash_parts(out, LABEL_RECORD_ID, &part, 1);
}

bool envelope_read(struct envelope *out, struct bytes record)
{
    struct reader r = reader_from(record);
    uint8_t parent[ID_SIZE], signature[SIGNATURE_SIZE];

    if (record.size > RECORD_MAX)
        return false;
    reader_array(&r, ENVELOPE_FIELDS, ENVELOPE_FIELDS);
    size_t begin = r.at;
    if (reader_uint(&r, ENVELOPE_VERSION) != ENVELOPE_VERSION)
        reader_fail(&r);
    out->kind = (enum record_kind)reader_uint(&r, RECORD_KINDS - 1);
    reader_fixed(&r, out->topic, sizeof out->topic);
    out->box = (enum box_index)reader_uint(&r, BOXES - 1);
    reader_fixed(&r, parent, sizeof parent);
    reader_fixed(&r, out->author, sizeof out->author);
    out->body = reader_bin(&r, 0, RECORD_MAX);
    out->fields = (struct bytes){ record.data + begin, r.at - begin };
    reader_fixed(&r, signature, sizeof signature);
    return reader_done(&r);
}

size_t envelope_deals(const struct topic *topic, enum box_index box, const uint8_t author[KEY_SIZE])
{
    struct envelope envelope;
    size_t count = 0;

    for (size_t i = 0; i < topic_record_count(topic); i++)
        if (envelope_read(&envelope, topic_record_at(topic, i)) && envelope.kind == RECORD_DEAL &&
            envelope.box == box && memcmp(envelope.author, author, KEY_SIZE) == 0)
            count++;
    return count;
}
