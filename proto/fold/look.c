/* look.c - what a topic shows to the rest of the room, brought up to date where that may move a box. topic.h says what.
 *
 * Failure mode: out of memory, the boxes are where they were: what is known of them stays true. */
#include "proto/fold/fold.h"

#include <stdlib.h>
#include <string.h>

const uint8_t *topic_id(const struct topic *topic)
{
    return topic->id;
}

const struct charter *topic_charter(const struct topic *topic)
{
    return &topic->charter;
}

struct bytes topic_charter_bytes(const struct topic *topic)
{
    return topic->charter_bytes;
}

size_t topic_record_count(const struct topic *topic)
{
    return topic->valid.count;
}

struct bytes topic_record_at(const struct topic *topic, size_t i)
{
    return topic->valid.list[i]->record.whole;
}

size_t topic_bytes(const struct topic *topic)
{
    return topic->bytes;
}

size_t topic_pending_bytes(const struct topic *topic)
{
    return topic->pending_bytes;
}

void topic_pending_limit(struct topic *topic, size_t bytes)
{
    topic->pending_limit = bytes;
}

const struct held *topic_held_find(const struct topic *topic, const uint8_t id[ID_SIZE])
{
    return sorted_find(&topic->held, (struct bytes){ id, ID_SIZE });
}

struct bytes topic_record_find(const struct topic *topic, const uint8_t id[ID_SIZE])
{
    const struct held *held = sorted_find(&topic->valid, (struct bytes){ id, ID_SIZE });

    return held == NULL ? (struct bytes){ NULL, 0 } : held->record.whole;
}

static size_t slice(const struct sorted *sorted, const struct held *const **out)
{
    *out = (const struct held *const *)sorted->list;
    return sorted->count;
}

uint8_t held_rank(const struct held *held)
{
    const struct record *record = &held->record;
    bool by_another = record->kind == RECORD_SEEN && !list_is_whole(record->body);

    return (uint8_t)(2 * (record->box * RECORD_KINDS + record->kind) + by_another);
}

bool list_said(const struct topic *topic, enum box_index box, const uint8_t author[KEY_SIZE])
{
    const struct box *b = &topic->boxes[box];
    size_t end, i = author_first(b, author, &end);

    for (; i < end; i++) {
        const struct record *record = &b->by_author.list[i]->record;

        if (record->kind == RECORD_SEEN && memcmp(record->parent, b->parent, ID_SIZE) == 0)
            return true;
    }
    return false;
}

/* Settled first: a look at the season while the caller goes through the list must not change it. */
size_t topic_held(struct topic *topic, const struct held *const **out)
{
    topic_settle(topic);
    return slice(&topic->held, out);
}

size_t topic_valid(struct topic *topic, const struct held *const **out)
{
    topic_settle(topic);
    return slice(&topic->valid, out);
}

size_t topic_risen(struct topic *topic, const struct held *const **out)
{
    topic_settle(topic);
    return slice(&topic->risen, out);
}

void topic_risen_told(struct topic *topic)
{
    topic->risen.count = 0;
}

size_t topic_records(struct topic *topic, enum box_index box, enum record_kind kind,
                     const struct held *const **out)
{
    topic_settle(topic);
    return slice(&topic->boxes[box].records[kind], out);
}

unsigned box_member(struct topic *topic, enum box_index box, const uint8_t key[KEY_SIZE])
{
    topic_settle(topic);
    return box_seat(topic, box, key);
}

const struct committee_key *box_key(struct topic *topic, enum box_index box)
{
    topic_settle(topic);
    return box_joint(topic, box);
}

size_t committee_points(struct topic *topic, struct point out[COMMITTEE_MAX])
{
    topic_settle(topic);
    memcpy(out, topic->committee.points, topic->committee.count * sizeof *out);
    return topic->committee.count;
}

size_t ring_points(struct topic *topic, const struct point **out)
{
    topic_settle(topic);
    *out = topic->rings;
    return topic->registry_count;
}

bool box_cut(struct topic *topic, struct cut *out, const struct held *record)
{
    const struct entry *entry = (const struct entry *)record;

    topic_settle(topic);
    if (!record->valid || record->record.kind != RECORD_CUT || !entry->cut.computed)
        return false;
    *out = entry->cut.cut;
    out->id = record->record.id;
    return true;
}

bool box_cut_try(struct topic *topic, enum box_index box, uint64_t settled_s, struct bytes seen_ids,
                 uint8_t digest[HASH_SIZE])
{
    struct cut_set set = { .cut = { .settled_s = settled_s, .seen_ids = seen_ids } };

    if (!topic_settle(topic) || !cut_compute(topic, &topic->boxes[box], &set) || !set.computed)
        return false;
    memcpy(digest, set.cut.digest, HASH_SIZE);
    free(set.deals);
    return true;
}

bool box_agreed(struct vote *out, struct topic *topic, enum box_index box, uint32_t round, unsigned step)
{
    const struct box *b = &topic->boxes[box];
    unsigned quorum = box_rule(topic, box).quorum;

    topic_settle(topic);
    for (size_t i = 0; i < b->tally_count; i++) {
        const struct tally *tally = &b->tallies[i];

        if (tally->vote.round == round && tally->vote.step == step && (unsigned)__builtin_popcount(tally->members) >= quorum) {
            *out = tally->vote;
            return true;
        }
    }
    return false;
}

unsigned box_votes(struct topic *topic, enum box_index box, uint32_t round, unsigned step,
                   const uint8_t digest[HASH_SIZE])
{
    const struct box *b = &topic->boxes[box];

    topic_settle(topic);
    for (size_t i = 0; i < b->tally_count; i++) {
        const struct tally *tally = &b->tallies[i];

        if (tally->vote.round == round && tally->vote.step == step &&
            memcmp(tally->vote.digest, digest, HASH_SIZE) == 0)
            return (unsigned)__builtin_popcount(tally->members);
    }
    return 0;
}
