/* record.c - the envelope of every replicated record. WIRE 5.1, 6.8.
 *
 * Happy path: eight fields in the one canonical encoding, an id over the first seven, a signature over the
 * id. Failure modes: anything else is not a record. The strict reader takes one encoding only, so nothing is
 * encoded again to compare, and a record cannot be given a second id by rewriting its bytes. */
#include "proto/form/record.h"

#include "crypto/labels.h"

#include <string.h>

enum { RECORD_VERSION = 1, RECORD_FIELDS = 8, SIGNED_FIELDS = 7, ARRAY_HEAD = 0x90 };

/* The id hashes an array of seven: the same bytes behind another head (fields below 16 fit a head of one
 * byte). */
static void record_id(uint8_t out[ID_SIZE], const uint8_t *fields, size_t size)
{
    uint8_t seven[RECORD_MAX];
    struct bytes part = { seven, size + 1 };

    seven[0] = ARRAY_HEAD | SIGNED_FIELDS;
    memcpy(seven + 1, fields, size);
    hash_parts(out, LABEL_RECORD_ID, &part, 1);
}

bool record_read(struct record *out, struct bytes in)
{
    struct reader r = reader_from(in);
    struct record found = { .whole = in };
    size_t signed_end;

    if (in.size > RECORD_MAX)
        return false;
    reader_array(&r, RECORD_FIELDS, RECORD_FIELDS);
    if (reader_uint(&r, RECORD_VERSION) != RECORD_VERSION)
        return false;
    found.kind = (enum record_kind)reader_uint(&r, RECORD_KINDS - 1);
    reader_fixed(&r, found.topic, ID_SIZE);
    found.box = (enum box_index)reader_uint(&r, BOXES - 1);
    reader_fixed(&r, found.parent, ID_SIZE);
    reader_fixed(&r, found.author, KEY_SIZE);
    found.body = reader_bin(&r, 0, RECORD_MAX);
    signed_end = r.at;
    reader_fixed(&r, found.signature, SIGNATURE_SIZE);
    if (!reader_done(&r))
        return false;
    record_id(found.id, in.data + 1, signed_end - 1);
    *out = found;
    return true;
}

bool record_signed(const struct record *record)
{
    return sign_check(record->signature, record->author, BYTES(record->id));
}

size_t record_write(uint8_t *out, size_t room, uint8_t id[ID_SIZE], enum record_kind kind,
                    const uint8_t topic[ID_SIZE], enum box_index box, const uint8_t parent[ID_SIZE],
                    const struct sign_key *author, struct bytes body)
{
    struct writer w = writer_to(out, room < RECORD_MAX ? room : RECORD_MAX);
    uint8_t hash[ID_SIZE], signature[SIGNATURE_SIZE];

    writer_array(&w, RECORD_FIELDS);
    writer_uint(&w, RECORD_VERSION);
    writer_uint(&w, kind);
    writer_bin(&w, (struct bytes){ topic, ID_SIZE });
    writer_uint(&w, box);
    writer_bin(&w, (struct bytes){ parent, ID_SIZE });
    writer_bin(&w, BYTES(author->public_key));
    writer_bin(&w, body);
    if (writer_done(&w) == 0)
        return 0;
    record_id(hash, out + 1, w.size - 1);
    sign_make(signature, author, BYTES(hash));
    writer_bin(&w, BYTES(signature));
    if (writer_done(&w) != 0 && id != NULL)
        memcpy(id, hash, ID_SIZE);
    return writer_done(&w);
}

void deal_context(uint8_t out[HASH_SIZE], const uint8_t topic[ID_SIZE], enum box_index box,
                  const uint8_t parent[ID_SIZE], const uint8_t author[KEY_SIZE], uint64_t seq)
{
    uint8_t box_number[8], seq_number[8];
    struct bytes parts[] = {
        { topic, ID_SIZE }, BYTES(box_number), { parent, ID_SIZE }, { author, KEY_SIZE }, BYTES(seq_number)
    };

    be64_write(box_number, box);
    be64_write(seq_number, seq);
    hash_parts(out, LABEL_CONTEXT, parts, ARRAY_SIZE(parts));
}

void open_context(uint8_t out[HASH_SIZE], const uint8_t topic[ID_SIZE], enum box_index box,
                  const uint8_t digest[HASH_SIZE], uint32_t part)
{
    uint8_t box_number[8], part_number[8];
    struct bytes parts[] = {
        { topic, ID_SIZE }, BYTES(box_number), { digest, HASH_SIZE }, BYTES(part_number)
    };

    be64_write(box_number, box);
    be64_write(part_number, part);
    hash_parts(out, LABEL_CONTEXT, parts, ARRAY_SIZE(parts));
}

void charter_series(uint8_t out[HASH_SIZE], const struct charter *charter)
{
    struct bytes parts[] = { BYTES(charter->group),
                             { (const uint8_t *)charter->category, strlen(charter->category) } };

    hash_parts(out, LABEL_SERIES, parts, ARRAY_SIZE(parts));
}

void voice_scope(uint8_t out[HASH_SIZE], const uint8_t within[ID_SIZE], enum box_index box)
{
    uint8_t box_number[8];
    struct bytes parts[] = { { within, ID_SIZE }, BYTES(box_number) };

    be64_write(box_number, box);
    hash_parts(out, LABEL_VOICE, parts, ARRAY_SIZE(parts));
}
