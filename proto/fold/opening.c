/* opening.c - what the members of a committee raise to the key, and what comes of it. WIRE 6.7.
 *
 * Happy path: a closed box has parts, each a list of points; a member's open record has one share for each
 * part; any thr of them give the points raised to the whole key. Failure modes: a share that is not what the
 * member's key makes of the points is forged; a box of too few homes has no parts, so nothing can be opened
 * even by mistake. */
#include "proto/fold/fold.h"

#include <assert.h>
#include <string.h>

size_t lots_formed(const struct topic *topic, size_t out[LOTS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < topic->charter.lot_count; i++)
        if (topic->lots[i].home_count > 0)
            out[count++] = i;
    return count;
}

bool item_late(const struct charter *charter, size_t item)
{
    return charter->items[item].use == ITEM_RESERVE;
}

static bool has_late(const struct charter *charter)
{
    for (size_t i = 0; i < charter->item_count; i++)
        if (item_late(charter, i))
            return true;
    return false;
}

size_t opening_parts(const struct topic *topic, enum box_index index)
{
    const struct box *box = &topic->boxes[index];
    size_t lots[LOTS_MAX], formed = lots_formed(topic, lots);

    if (!box->concluded || box->forked)
        return 0;
    switch (index) {
    case BOX_REGISTRY:
        return topic->registry_count < topic->charter.floor ? 0 : 1;
    case BOX_KEY:
        return topic->key_short ? 0 : 1;
    case BOX_JOIN:
        return formed;
    case BOX_BIDS:
        if (box->set_count == 0)
            return 0;
        return 1 + (has_late(&topic->charter) ? formed : 0);
    case BOX_INTEREST:
    case BOXES:
        break;
    }
    return 0;
}

/* The lot a part is about; LOTS_MAX: it is about no lot. */
static uint32_t part_lot(const struct topic *topic, enum box_index box, size_t part)
{
    size_t lots[LOTS_MAX], formed = lots_formed(topic, lots);

    if (box == BOX_BIDS && part > 0)
        part--;
    else if (box != BOX_JOIN)
        return LOTS_MAX;
    assert(part < formed);
    return (uint32_t)lots[part];
}

size_t opening_points(const struct topic *topic, enum box_index index, size_t part,
                      struct point out[OPEN_POINTS_MAX])
{
    const struct box *box = &topic->boxes[index];
    uint32_t lot = part_lot(topic, index, part);
    size_t count = 0;

    if (index == BOX_KEY)
        return 0;
    if (index == BOX_REGISTRY) {
        out[count++] = topic->beacon_sum.r;
        return count;
    }
    if (lot == LOTS_MAX) {
        for (; count < box->set_count; count++)
            out[count] = entry_of(box->set[count])->deal.ephemeral;
        return count;
    }
    for (size_t i = 0; i < topic->charter.item_count; i++)
        if (item_late(&topic->charter, i) == (index == BOX_BIDS))
            out[count++] = topic->lots[lot].sums[i].r;
    return count;
}

/* WIRE 6.8: a part that is about no lot has the number that no lot has. */
static void part_context(uint8_t out[HASH_SIZE], const struct topic *topic, enum box_index box, size_t part)
{
    open_context(out, topic->id, box, topic->boxes[box].digest, part_lot(topic, box, part));
}

size_t box_open_parts(struct topic *topic, enum box_index box)
{
    return topic_settle(topic) ? opening_parts(topic, box) : 0;
}

size_t box_open_points(struct topic *topic, enum box_index box, size_t part,
                       struct point out[OPEN_POINTS_MAX])
{
    return part < box_open_parts(topic, box) ? opening_points(topic, box, part, out) : 0;
}

void box_open_context(struct topic *topic, enum box_index box, size_t part, uint8_t out[HASH_SIZE])
{
    assert(part < opening_parts(topic, box));
    part_context(out, topic, box, part);
}

/* ---- Shares. */

/* The share of one part, out of the body of an open record. */
static struct bytes share_of(const struct entry *entry, size_t part)
{
    struct reader r = reader_from(entry->held.record.body);
    size_t parts = reader_array(&r, 1, LOTS_MAX + 1);
    struct bytes share = { NULL, 0 };

    for (size_t i = 0; i < parts && i <= part; i++)
        share = reader_bin(&r, share_size(1), share_size(OPEN_POINTS_MAX));
    return share;
}

static size_t shares_in(const struct entry *entry)
{
    struct reader r = reader_from(entry->held.record.body);

    return reader_array(&r, 1, LOTS_MAX + 1);
}

/* Of the key box: what its member publishes of its share of the key. */
static bool reveal_check(const struct topic *topic, const struct entry *entry)
{
    struct bytes reveal = share_of(entry, 0);
    uint8_t context[HASH_SIZE];

    part_context(context, topic, BOX_KEY, 0);
    return reveal.size == DKG_REVEAL_SIZE &&
           dkg_reveal_check(BYTES(context), &topic->key_commitments[entry->member - 1], reveal.data);
}

bool opening_check(const struct topic *topic, const struct entry *entry)
{
    enum box_index box = entry->held.record.box;
    const struct committee_key *key = box_joint(topic, box);
    size_t parts = opening_parts(topic, box);
    struct point points[OPEN_POINTS_MAX];
    uint8_t context[HASH_SIZE];

    if (box == BOX_KEY)
        return parts == 1 && shares_in(entry) == 1 && reveal_check(topic, entry);
    if (key == NULL || parts == 0 || shares_in(entry) != parts || entry->member > key->count)
        return false;
    for (size_t i = 0; i < parts; i++) {
        size_t count = opening_points(topic, box, i, points);

        part_context(context, topic, box, i);
        if (!share_check(&key->share[entry->member - 1], BYTES(context), points, count, share_of(entry, i)))
            return false;
    }
    return true;
}

bool opening_enough(const struct topic *topic, const struct box *box)
{
    return (unsigned)__builtin_popcount(box->openers) >= box_rule(topic, box->index).threshold;
}

/* An opening of this member; of two, either does: both have proved to be the same points. */
static const struct entry *opening_of(const struct box *box, unsigned member)
{
    const struct sorted *opens = &box->records[RECORD_OPEN];

    for (size_t i = 0; i < opens->count; i++)
        if (entry_of(opens->list[i])->member == member)
            return entry_of(opens->list[i]);
    return NULL;
}

void opening_shares(const struct topic *topic, enum box_index index, size_t part,
                    unsigned members[COMMITTEE_MAX], struct bytes shares[COMMITTEE_MAX])
{
    const struct box *box = &topic->boxes[index];
    unsigned threshold = box_rule(topic, index).threshold, found = 0;

    for (unsigned member = 1; member <= COMMITTEE_MAX && found < threshold; member++) {
        if (!(box->openers >> (member - 1) & 1))
            continue;
        members[found] = member;
        shares[found++] = share_of(opening_of(box, member), part);
    }
    assert(found == threshold);
}

void opening_combine(const struct topic *topic, enum box_index index, size_t part,
                     struct point out[OPEN_POINTS_MAX])
{
    unsigned members[COMMITTEE_MAX];
    struct bytes shares[COMMITTEE_MAX];
    struct point points[OPEN_POINTS_MAX];
    size_t count = opening_points(topic, index, part, points);
    bool fine;

    opening_shares(topic, index, part, members, shares);
    fine = combine(out, count, members, shares, box_rule(topic, index).threshold);
    assert(fine); /* each share has passed share_check */
}
