/* digest.c - the set of valid records in 32 bytes, brought up to date at the cost of what has come since. WIRE 12.2.
 *
 * Ids are parted by their first bits, so that one more record costs the hashing of one part. What adds up ids instead, in
 * whatever group, would be cheaper still, and two sets with one sum are easily found among a thousand records. Nothing can
 * fail: no memory is asked for. */
#include "proto/fold/fold.h"

#include "crypto/labels.h"

#include <string.h>

enum { RUN = 64 }; /* ids hashed at once */

static unsigned part_of(const struct held *held)
{
    return held->record.id[0] / (256 / SET_PARTS);
}

static int against_part(const struct held *held, const void *part)
{
    return part_of(held) < *(const unsigned *)part ? -1 : 0;
}

void set_digest_touch(struct set_digest *set, const struct held *held)
{
    set->stale |= UINT64_C(1) << part_of(held);
}

static void part_hash(uint8_t out[HASH_SIZE], const struct sorted *valid, unsigned part)
{
    size_t at = sorted_first(valid, against_part, &part);
    uint8_t ids[RUN][ID_SIZE];

    memset(out, 0, HASH_SIZE);
    for (size_t count = 1; count > 0;) {
        struct bytes parts[] = { { out, HASH_SIZE }, { ids[0], 0 } };

        for (count = 0; count < RUN && at < valid->count && part_of(valid->list[at]) == part; at++)
            if (!valid->list[at]->hidden)
                memcpy(ids[count++], valid->list[at]->record.id, ID_SIZE);
        parts[1].size = count * ID_SIZE;
        if (count > 0)
            hash_parts(out, LABEL_SET_PART, parts, ARRAY_SIZE(parts));
    }
}

size_t topic_digest(struct topic *topic, uint8_t out[HASH_SIZE], uint8_t marks[SET_PARTS][SET_MARK_SIZE])
{
    struct set_digest *set = &topic->digest;
    struct bytes all = { set->parts[0], sizeof set->parts };

    topic_settle(topic);
    for (unsigned part = 0; part < SET_PARTS && set->stale != 0; part++)
        if (set->stale >> part & 1)
            part_hash(set->parts[part], &topic->valid, part);
    if (set->stale != 0 || !set->known)
        hash_parts(set->whole, LABEL_SET, &all, 1);
    set->stale = 0;
    set->known = true;
    memcpy(out, set->whole, HASH_SIZE);
    for (unsigned part = 0; part < SET_PARTS; part++)
        memcpy(marks[part], set->parts[part], SET_MARK_SIZE);
    return topic->told;
}

size_t topic_ids(const struct topic *topic, size_t count, uint64_t parts, uint8_t (*out)[ID_SIZE])
{
    const struct sorted *valid = &topic->valid;
    size_t found = 0;

    for (unsigned part = 0; part < SET_PARTS; part++) {
        if (!(parts >> part & 1))
            continue;
        for (size_t i = sorted_first(valid, against_part, &part); i < valid->count && part_of(valid->list[i]) == part; i++) {
            if (valid->list[i]->hidden || valid->list[i]->turn >= count)
                continue;
            if (out != NULL)
                memcpy(out[found], valid->list[i]->record.id, ID_SIZE);
            found++;
        }
    }
    return found;
}
