/* proof.c - the charter and the records of a round as one canonical file.
 *
 * Happy path: five fields, then the fold judges every record. Failure modes: each field is bounded before it
 * is looked at; a head that is not the shortest, a record out of order, one too many, one the fold has no
 * place for: all refused, so that one round and one set of records have exactly one file. MessagePack heads
 * are few here (array, str, bin) and written by hand: the reader of the protocol room is private to it. */
#include "node/proof.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PROOF_VERSION = 1, PROOF_FIELDS = 5 };

bool ocid_prefix_check(const char *prefix)
{
    if (prefix[0] == '\0')
        return true;
    if (strncmp(prefix, "ocds-", 5) != 0 || strlen(prefix) != 11)
        return false;
    return strspn(prefix + 5, "abcdefghijklmnopqrstuvwxyz0123456789") == 6;
}

/* ---- Writing: once to measure (out NULL), once to write. */

struct writer {
    uint8_t *out;
    size_t used;
};

static void write_bytes(struct writer *w, const void *data, size_t size)
{
    if (w->out != NULL)
        memcpy(w->out + w->used, data, size);
    w->used += size;
}

static void write_byte(struct writer *w, uint8_t byte)
{
    write_bytes(w, &byte, 1);
}

/* A type byte and a big-endian size of `width` bytes. */
static void write_head(struct writer *w, uint8_t type, uint32_t size, unsigned width)
{
    uint8_t be[4];

    be32_write(be, size);
    write_byte(w, type);
    write_bytes(w, be + 4 - width, width);
}

static void write_bin(struct writer *w, struct bytes data)
{
    if (data.size <= UINT8_MAX)
        write_head(w, 0xc4, (uint32_t)data.size, 1);
    else
        write_head(w, 0xc5, (uint32_t)data.size, 2);
    write_bytes(w, data.data, data.size);
}

static void write_str(struct writer *w, const char *text)
{
    size_t size = strlen(text);

    assert(size < 32);
    write_byte(w, (uint8_t)(0xa0 | size));
    write_bytes(w, text, size);
}

static void write_array(struct writer *w, size_t count)
{
    if (count < 16)
        write_byte(w, (uint8_t)(0x90 | count));
    else if (count <= UINT16_MAX)
        write_head(w, 0xdc, (uint32_t)count, 2);
    else
        write_head(w, 0xdd, (uint32_t)count, 4);
}

static void write_all(struct writer *w, const struct topic *topic, const struct package_options *options)
{
    write_array(w, PROOF_FIELDS);
    write_byte(w, PROOF_VERSION);
    write_str(w, options->ocid_prefix);
    write_str(w, options->french ? "fr" : "en");
    write_bin(w, topic_charter_bytes(topic));
    write_array(w, topic_record_count(topic));
    for (size_t i = 0; i < topic_record_count(topic); i++)
        write_bin(w, topic_record_at(topic, i));
}

enum status proof_write(uint8_t **out, size_t *size, const struct topic *topic,
                        const struct package_options *options, struct failure *why)
{
    struct package_options chosen = { .ocid_prefix = "" };
    struct writer w = { .out = NULL };

    if (options != NULL)
        chosen = *options;
    if (!ocid_prefix_check(chosen.ocid_prefix))
        return failure_say(why, STATUS_MALFORMED, "an OCDS prefix looks like %s, not %s", PACKAGE_OCID_PREFIX,
                           chosen.ocid_prefix);
    if (chosen.ocid_prefix[0] == '\0')
        strcpy(chosen.ocid_prefix, PACKAGE_OCID_PREFIX);
    write_all(&w, topic, &chosen);
    if (w.used > PACKAGE_PROOF_MAX)
        return failure_say(why, STATUS_FULL, "the records of this round do not fit a package of %d bytes",
                           PACKAGE_PROOF_MAX);
    *size = w.used;
    *out = malloc(w.used);
    if (*out == NULL)
        return failure_say(why, STATUS_NOMEM, "out of memory");
    w = (struct writer){ .out = *out };
    write_all(&w, topic, &chosen);
    assert(w.used == *size);
    return STATUS_OK;
}

/* ---- Reading. After the first failure nothing more is taken. */

struct reader {
    struct bytes in;
    size_t at;
    bool failed;
};

static const uint8_t *read_bytes(struct reader *r, size_t size)
{
    if (r->failed || size > r->in.size - r->at) {
        r->failed = true;
        return NULL;
    }
    r->at += size;
    return r->in.data + r->at - size;
}

static uint8_t read_byte(struct reader *r)
{
    const uint8_t *byte = read_bytes(r, 1);

    return byte == NULL ? 0 : *byte;
}

/* A big-endian size of `width` bytes that would not have fitted a shorter head. */
static uint32_t read_size(struct reader *r, unsigned width, uint32_t least)
{
    const uint8_t *be = read_bytes(r, width);
    uint32_t size = 0;

    for (unsigned i = 0; be != NULL && i < width; i++)
        size = size << 8 | be[i];
    if (size < least)
        r->failed = true;
    return r->failed ? 0 : size;
}

static struct bytes read_bin(struct reader *r, size_t most)
{
    uint8_t type = read_byte(r);
    struct bytes out = { .size = 0 };

    if (type == 0xc4)
        out.size = read_size(r, 1, 0);
    else if (type == 0xc5)
        out.size = read_size(r, 2, UINT8_MAX + 1);
    else
        r->failed = true;
    if (out.size > most)
        r->failed = true;
    out.data = read_bytes(r, out.size);
    return out;
}

static void read_str(struct reader *r, char *out, size_t room)
{
    uint8_t type = read_byte(r);
    size_t size = type & 0x1f;
    const uint8_t *text;

    if ((type & 0xe0) != 0xa0 || size >= room)
        r->failed = true;
    text = read_bytes(r, size);
    if (text != NULL && memchr(text, '\0', size) != NULL)
        r->failed = true;
    if (r->failed)
        return;
    memcpy(out, text, size);
    out[size] = '\0';
}

static size_t read_array(struct reader *r, size_t most)
{
    uint8_t type = read_byte(r);
    size_t count = 0;

    if ((type & 0xf0) == 0x90)
        count = type & 0x0f;
    else if (type == 0xdc)
        count = read_size(r, 2, 16);
    else if (type == 0xdd)
        count = read_size(r, 4, UINT16_MAX + 1);
    else
        r->failed = true;
    if (count > most)
        r->failed = true;
    return r->failed ? 0 : count;
}

static void read_options(struct reader *r, struct package_options *out)
{
    char language[4] = "";

    read_str(r, out->ocid_prefix, sizeof out->ocid_prefix);
    read_str(r, language, sizeof language);
    out->french = strcmp(language, "fr") == 0;
    if (r->failed || (!out->french && strcmp(language, "en") != 0) || out->ocid_prefix[0] == '\0' ||
        !ocid_prefix_check(out->ocid_prefix))
        r->failed = true;
}

/* One round over all records. In the first every record must be new. */
static enum status add_all(struct topic *topic, struct reader r, size_t count, bool first,
                           struct failure *why)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes record = read_bin(&r, RECORD_MAX);

        if (r.failed)
            return failure_say(why, STATUS_FORGED, "record %zu of %zu is cut short or badly framed", i + 1,
                               count);
        switch (topic_add(topic, record, 0)) {
        case STATUS_OK:
        case STATUS_MISSING:
            break;
        case STATUS_EXISTS:
            if (first)
                return failure_say(why, STATUS_FORGED, "record %zu of %zu is there twice", i + 1, count);
            break;
        case STATUS_NOMEM:
            return failure_say(why, STATUS_NOMEM, "out of memory");
        case STATUS_MALFORMED:
            return failure_say(why, STATUS_FORGED, "record %zu of %zu does not follow the format", i + 1,
                               count);
        case STATUS_FORGED:
            return failure_say(why, STATUS_FORGED,
                               "record %zu of %zu: its signature or proof does not verify", i + 1, count);
        case STATUS_FULL:
        case STATUS_DISK:
        case STATUS_BUSY:
        case STATUS_DENIED:
        case STATUS_EARLY:
        case STATUS_VERSION:
            return failure_say(why, STATUS_FORGED, "record %zu of %zu has no place in this round", i + 1,
                               count);
        }
    }
    if (topic_season(topic) == NULL)
        return failure_say(why, STATUS_NOMEM, "out of memory");
    if (r.at != r.in.size)
        return failure_say(why, STATUS_FORGED, "bytes follow the last record");
    return STATUS_OK;
}

/* Records come in the order of their ids, not of the boxes, and the fold keeps only so many that wait for a
 * parent: go over them again while that makes a difference. */
static enum status fold_all(struct topic *topic, struct reader r, size_t count, struct failure *why)
{
    enum status status = add_all(topic, r, count, true, why);

    for (size_t known = 0; status == STATUS_OK && known < topic_record_count(topic);) {
        known = topic_record_count(topic);
        status = known == count ? STATUS_OK : add_all(topic, r, count, false, why);
    }
    if (status != STATUS_OK)
        return status;
    if (topic_record_count(topic) != count)
        return failure_say(why, STATUS_FORGED, "%zu of %zu records have no place in this round",
                           count - topic_record_count(topic), count);
    for (size_t i = 0; i < count; i++)
        if (!bytes_equal(topic_record_at(topic, i), read_bin(&r, RECORD_MAX)))
            return failure_say(why, STATUS_FORGED, "record %zu of %zu is not in its place", i + 1, count);
    return STATUS_OK;
}

enum status proof_read(struct topic **out, struct package_options *options, struct bytes in,
                       struct failure *why)
{
    struct package_options found = { .ocid_prefix = "" };
    struct reader r = { .in = in };
    enum status status;

    if (read_array(&r, PROOF_FIELDS) != PROOF_FIELDS || read_byte(&r) != PROOF_VERSION)
        return failure_say(why, STATUS_FORGED, "this is not a proof of a tender of version %d",
                           PROOF_VERSION);
    read_options(&r, &found);
    struct bytes charter = read_bin(&r, CHARTER_MAX);
    size_t count = read_array(&r, TOPIC_RECORDS_MAX);
    if (r.failed)
        return failure_say(why, STATUS_FORGED, "the head of the proof does not follow the format");
    struct topic *topic = topic_new(charter);
    if (topic == NULL)
        return failure_say(why, STATUS_FORGED, "the charter does not follow the format");
    status = fold_all(topic, r, count, why);
    if (status != STATUS_OK) {
        topic_free(topic);
        return status;
    }
    *out = topic;
    if (options != NULL)
        *options = found;
    return STATUS_OK;
}
