/* quota.c - how much is kept, and of whom. WIRE 5.5.
 *
 * Every quota is a bound on what one stranger, one home or one member can make us hold. What is wanted gets
 * in all the same: a deal that k members have listed may be in the set that closes the box, and at least one
 * of them is honest, so there are only so many; a list that a cut names is needed to compute that cut, and one
 * that another hangs on to read that one; a cut that the votes name, and a vote for what k members vote for, may be what has closed the box elsewhere.
 * Without this, a flood of valid deals could fill a box here and keep it from ever being computed, and a
 * member could bar its own last vote or cut from a home with a flood of its own, and leave that home behind
 * for ever. */
#include "proto/fold/fold.h"

#include <string.h>

/* What is not wanted adds up to less than a topic may hold; what is wanted takes many who conspire to exceed
 * it, and then comes to nothing. */
_Static_assert(BOX_DEALS_MAX + COMMITTEE_MAX * (DEAL_SEQ_MAX + 1) + 3 * BOX_VOICED_MAX + BOXES * COMMITTEE_MAX * (AUTHOR_BOX_RECORDS_MAX + AUTHOR_LISTS_MAX) +
                       PENDING_MAX <=
                   TOPIC_RECORDS_MAX,
               "the quotas fit the topic");

/* ---- Wanted. */

/* k distinct members list it: only then can it be in a set. */
static bool deal_wanted(const struct topic *topic, const struct box *box, const uint8_t id[ID_SIZE])
{
    const struct sorted *seen = &box->records[RECORD_SEEN];
    uint32_t members = 0;

    for (size_t i = 0; i < seen->count; i++) {
        const struct entry *entry = entry_of(seen->list[i]);

        if (list_has(&entry->listed, id))
            members |= UINT32_C(1) << (entry->member - 1);
    }
    return (unsigned)__builtin_popcount(members) >= box_rule(topic, box->index).listing;
}

/* Among those held, or lists that wait for ever would not be counted. author NULL: of whoever. */
static bool names_one_of(const struct topic *topic, struct bytes seen_ids, const uint8_t *author)
{
    for (size_t at = 0; author != NULL && at < seen_ids.size; at += ID_SIZE) {
        const struct held *held = topic_held_find(topic, seen_ids.data + at);

        if (held != NULL && memcmp(held->record.author, author, KEY_SIZE) == 0)
            return true;
    }
    return false;
}

/* A cut names it, and no other list of its author: one of two lists of one member stands for nothing, and
 * would make room for as many lists as a cut can name. */
static bool cut_names(const struct topic *topic, const struct box *box, const uint8_t id[ID_SIZE], const uint8_t *author)
{
    const struct sorted *cuts = &box->records[RECORD_CUT];

    for (size_t i = 0; i < cuts->count; i++) {
        struct bytes seen_ids = entry_of(cuts->list[i])->cut.cut.seen_ids;

        if (ascending_has(seen_ids, ID_SIZE, id) && !names_one_of(topic, seen_ids, author))
            return true;
    }
    return false;
}

/* And what such a list hangs on, which says all that it lists by itself: so there is one for each list, and not a chain of them. */
static bool list_wanted(const struct topic *topic, const struct box *box, const struct record *record)
{
    return cut_names(topic, box, record->id, record->author) ||
           (list_is_whole(record->body) && list_waited_for(topic, box->index, record->id));
}

/* Who says the same, if they are k: then one of them is honest, and votes once a round and step. */
static uint32_t k_voters(const struct topic *topic, const struct box *box, const struct vote *vote)
{
    const struct tally *tally = box_tally(box, vote);

    if (tally == NULL || (unsigned)__builtin_popcount(tally->members) < box_rule(topic, box->index).listing)
        return 0;
    return tally->members;
}

/* Of a member that is not counted yet: a second vote, naming another cut, would be counted as nothing. */
static bool vote_wanted(const struct topic *topic, const struct box *box, const struct record *record)
{
    unsigned seat = box_seat(topic, box->index, record->author);
    struct vote vote;
    uint32_t voters = vote_read(&vote, record->body) ? k_voters(topic, box, &vote) : 0;

    return seat > 0 && voters != 0 && !(voters >> (seat - 1) & 1);
}

static bool cut_wanted(const struct topic *topic, const struct box *box, const uint8_t id[ID_SIZE])
{
    const struct sorted *votes = &box->records[RECORD_VOTE];

    for (size_t i = 0; i < votes->count; i++) {
        const struct vote *vote = &entry_of(votes->list[i])->vote;

        if (memcmp(vote->cut, id, ID_SIZE) == 0 && k_voters(topic, box, vote) != 0)
            return true;
    }
    return false;
}

static bool wanted(const struct topic *topic, const struct box *box, const struct record *record)
{
    switch (record->kind) {
    case RECORD_DEAL:
        return deal_wanted(topic, box, record->id);
    case RECORD_SEEN:
        return list_wanted(topic, box, record);
    case RECORD_CUT:
        return cut_wanted(topic, box, record->id);
    case RECORD_VOTE:
        return vote_wanted(topic, box, record);
    case RECORD_OPEN: /* thr of the honest do without it */
    case RECORD_FLAG:
    case RECORD_KINDS:
        break;
    }
    return false;
}

bool topic_wants(struct topic *topic, const uint8_t id[ID_SIZE])
{
    if (topic_held_find(topic, id) != NULL)
        return false;
    for (size_t b = 0; b < BOXES; b++) {
        const struct box *box = &topic->boxes[b];

        if (deal_wanted(topic, box, id) || cut_names(topic, box, id, NULL) || list_waited_for(topic, box->index, id) ||
            cut_wanted(topic, box, id))
            return true;
    }
    return false;
}

/* ---- Quotas. true: no. */

static int against_author(const struct held *held, const void *key)
{
    return memcmp(held->record.author, key, KEY_SIZE);
}

static int after_author(const struct held *held, const void *key)
{
    return against_author(held, key) <= 0 ? -1 : 1;
}

size_t author_first(const struct box *box, const uint8_t author[KEY_SIZE], size_t *end)
{
    *end = sorted_first(&box->by_author, after_author, author);
    return sorted_first(&box->by_author, against_author, author);
}

/* Two contradicting lists are evidence; more of one member's are noise, unless a cut names them. */
static bool lists_are_full(const struct box *box, const struct record *record, size_t first, size_t end)
{
    size_t lists = 0;

    for (size_t i = first; i < end; i++)
        lists += box->by_author.list[i]->record.kind == RECORD_SEEN;
    return record->kind == RECORD_SEEN && lists >= AUTHOR_LISTS_MAX;
}

static bool bytes_are_full(const struct box *box, const struct record *record, size_t first, size_t end)
{
    size_t bytes = record->whole.size;

    for (size_t i = first; i < end; i++)
        bytes += box->by_author.list[i]->record.whole.size;
    return bytes > AUTHOR_BOX_BYTES_MAX;
}

bool author_is_full(const struct topic *topic, const struct record *record)
{
    const struct box *box = &topic->boxes[record->box];
    size_t end, first = author_first(box, record->author, &end);

    if (topic->held.count >= SYNC_SET_MAX)
        return true;
    return (end - first >= AUTHOR_BOX_RECORDS_MAX || lists_are_full(box, record, first, end) || bytes_are_full(box, record, first, end)) &&
           !wanted(topic, box, record);
}

bool box_is_full(const struct topic *topic, const struct entry *entry)
{
    const struct box *box = &topic->boxes[entry->held.record.box];

    return box->records[RECORD_DEAL].count >= box_kinds[box->index]->deals_max &&
           !deal_wanted(topic, box, entry->held.record.id);
}

static int against_voice(const struct held *held, const void *key)
{
    return memcmp(((const struct entry *)held)->deal.voice, key, KEY_SIZE);
}

static int after_voice(const struct held *held, const void *key)
{
    return against_voice(held, key) <= 0 ? -1 : 1;
}

/* Where voices are homes of the registry, each has its own places, so that none can take another's: a second
 * word in the largest round, every number in one of up to 250 homes. */
static size_t voice_share(const struct topic *topic, enum box_index box)
{
    size_t share = VOICE_DEALS_MAX;

    if ((box == BOX_INTEREST || box == BOX_JOIN || box == BOX_BIDS) && topic->registry_count * share > BOX_VOICED_MAX)
        share = BOX_VOICED_MAX / topic->registry_count;
    return share;
}
_Static_assert((int)BOX_VOICED_MAX >= 2 * (int)BOX_DEALS_MAX && (int)VOICE_DEALS_MAX > (int)DEAL_SEQ_MAX,
               "every home can change its mind");

/* One home can take as many pseudonyms as it likes; it has one voice. */
bool voice_is_full(const struct topic *topic, const struct entry *entry)
{
    const struct box *box = &topic->boxes[entry->held.record.box];
    size_t first = sorted_first(&box->by_voice, against_voice, entry->deal.voice),
           end = sorted_first(&box->by_voice, after_voice, entry->deal.voice);

    return end - first >= voice_share(topic, box->index) && !deal_wanted(topic, box, entry->held.record.id);
}

/* A member's list that waits for another is of its author's quota alone: what strangers make wait must not keep it out, nor by that what
 * it hangs on. */
bool pending_is_full(const struct topic *topic, const struct entry *entry)
{
    if (entry->held.record.kind == RECORD_SEEN && entry->member > 0)
        return false;
    return topic->pending.count >= PENDING_MAX ||
           topic->pending_bytes + entry_size(topic, &entry->held.record) > topic->pending_limit;
}
