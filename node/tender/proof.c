/* proof.c - the charter and the records of a round as one canonical file.
 *
 * Happy path: five fields, then the fold judges every record. Failure modes: each field is bounded before it
 * is looked at; a head that is not the shortest, a record out of order, one too many, one the fold has no
 * place for: all refused, so that one round and one set of records have exactly one file. Who says too much is held to a
 * quota, and what is beyond depends on the order in which it is heard (WIRE 5.5): so a package is made of what a reader takes. */
#include "node/tender/proof.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PROOF_VERSION = 1, PROOF_FIELDS = 5, PASSES_MAX = 64 /* votes want a cut, a cut lists, lists deals, box after box */ };

bool ocid_prefix_check(const char *prefix)
{
    if (prefix[0] == '\0')
        return true;
    if (strncmp(prefix, "ocds-", 5) != 0 || strlen(prefix) != 11)
        return false;
    return strspn(prefix + 5, "abcdefghijklmnopqrstuvwxyz0123456789") == 6;
}

/* ---- Writing. */

enum { HEAD_MAX = 5 }; /* of an array or a binary */

/* No less than what write_all writes. */
static size_t room_for(const struct topic *topic)
{
    size_t room = 64 + HEAD_MAX + topic_charter_bytes(topic).size + HEAD_MAX;

    for (size_t i = 0; i < topic_record_count(topic); i++)
        room += HEAD_MAX + topic_record_at(topic, i).size;
    return room;
}

static void write_all(struct writer *w, const struct topic *topic, const struct package_options *options)
{
    writer_array(w, PROOF_FIELDS);
    writer_uint(w, PROOF_VERSION);
    writer_text(w, options->ocid_prefix);
    writer_text(w, options->french ? "fr" : "en");
    writer_bin(w, topic_charter_bytes(topic));
    writer_array(w, topic_record_count(topic));
    for (size_t i = 0; i < topic_record_count(topic); i++)
        writer_bin(w, topic_record_at(topic, i));
}

enum status proof_write(uint8_t **out, size_t *size, const struct topic *topic,
                        const struct package_options *options, struct failure *why)
{
    struct package_options chosen = { .ocid_prefix = "" };
    struct writer w;
    size_t room;

    if (options != NULL)
        chosen = *options;
    if (!ocid_prefix_check(chosen.ocid_prefix))
        return failure_say(why, STATUS_MALFORMED, "an OCDS prefix looks like %s, not %s", PACKAGE_OCID_PREFIX,
                           chosen.ocid_prefix);
    if (chosen.ocid_prefix[0] == '\0')
        memcpy(chosen.ocid_prefix, PACKAGE_OCID_PREFIX, sizeof PACKAGE_OCID_PREFIX);
    room = room_for(topic);
    if (room > PACKAGE_PROOF_MAX)
        return failure_say(why, STATUS_FULL, "the records of this round do not fit a package of %d bytes",
                           PACKAGE_PROOF_MAX);
    *out = malloc(room);
    if (*out == NULL)
        return failure_say(why, STATUS_NOMEM, "out of memory");
    w = writer_to(*out, room);
    write_all(&w, topic, &chosen);
    *size = writer_done(&w);
    assert(*size > 0);
    return STATUS_OK;
}

/* ---- Reading. */

static void read_options(struct reader *r, struct package_options *out)
{
    char language[4] = "";

    reader_text(r, out->ocid_prefix, sizeof out->ocid_prefix);
    reader_text(r, language, sizeof language);
    out->french = strcmp(language, "fr") == 0;
    if (r->failed || (!out->french && strcmp(language, "en") != 0) || out->ocid_prefix[0] == '\0' ||
        !ocid_prefix_check(out->ocid_prefix))
        reader_fail(r);
}

/* One round over all records. In the first every record must be new. */
static enum status add_all(struct topic *topic, struct reader r, size_t count, bool first,
                           struct failure *why)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes record = reader_bin(&r, 0, RECORD_MAX);

        if (r.failed)
            return failure_say(why, STATUS_FORGED, "record %zu of %zu is cut short or badly framed", i + 1,
                               count);
        switch (topic_add(topic, record, 0)) {
        case STATUS_OK:
        case STATUS_MISSING:
        case STATUS_FULL: /* there may be room, or need of it, once others are there */
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
    if (!reader_done(&r))
        return failure_say(why, STATUS_FORGED, "bytes follow the last record");
    return STATUS_OK;
}

/* Records come in the order of their ids, not of the boxes, and the fold keeps only so many that wait for a
 * parent: go over them again while that makes a difference. */
static enum status fold_most(struct topic *topic, struct reader r, size_t count, struct failure *why)
{
    enum status status = add_all(topic, r, count, true, why);

    for (size_t known = 0, pass = 1; status == STATUS_OK && known < topic_record_count(topic) && pass < PASSES_MAX; pass++) {
        known = topic_record_count(topic);
        status = known == count ? STATUS_OK : add_all(topic, r, count, false, why);
    }
    return status;
}

static enum status fold_all(struct topic *topic, struct reader r, size_t count, struct failure *why)
{
    enum status status = fold_most(topic, r, count, why);

    if (status != STATUS_OK)
        return status;
    if (topic_record_count(topic) != count)
        return failure_say(why, STATUS_FORGED, "%zu of %zu records have no place in this round",
                           count - topic_record_count(topic), count);
    for (size_t i = 0; i < count; i++)
        if (!bytes_equal(topic_record_at(topic, i), reader_bin(&r, 0, RECORD_MAX)))
            return failure_say(why, STATUS_FORGED, "record %zu of %zu is not in its place", i + 1, count);
    return STATUS_OK;
}

typedef enum status folding(struct topic *topic, struct reader r, size_t count, struct failure *why);

static enum status round_read(struct topic **out, struct package_options *options, struct bytes in, folding *fold, struct failure *why)
{
    struct package_options found = { .ocid_prefix = "" };
    struct reader r = reader_from(in);
    enum status status;

    reader_array(&r, PROOF_FIELDS, PROOF_FIELDS);
    if (reader_uint(&r, PROOF_VERSION) != PROOF_VERSION)
        return failure_say(why, STATUS_FORGED, "this is not a proof of a tender of version %d",
                           PROOF_VERSION);
    read_options(&r, &found);
    struct bytes charter = reader_bin(&r, 0, CHARTER_MAX);
    size_t count = reader_array(&r, 0, TOPIC_RECORDS_MAX);
    if (r.failed)
        return failure_say(why, STATUS_FORGED, "the head of the proof does not follow the format");
    struct topic *topic = topic_new(charter);
    if (topic == NULL)
        return failure_say(why, STATUS_FORGED, "the charter does not follow the format");
    status = fold(topic, r, count, why);
    if (status != STATUS_OK) {
        topic_free(topic);
        return status;
    }
    *out = topic;
    if (options != NULL)
        *options = found;
    return STATUS_OK;
}

enum status proof_read(struct topic **out, struct package_options *options, struct bytes in, struct failure *why)
{
    return round_read(out, options, in, fold_all, why);
}

enum status proof_keep(struct topic **out, struct package_options *options, struct bytes in, struct failure *why)
{
    return round_read(out, options, in, fold_most, why);
}
