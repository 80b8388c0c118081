/* award.c - the bids, opened together, and the rule fixed in advance. WIRE 8.
 *
 * Happy path: every sealed bid of the closed set is opened with the shared points, the reserve of each lot
 * becomes known, and the lowest valid cost wins the lot. Failure modes: a bid that does not open, does not
 * decode or does not fit the charter is refused, visibly, and disturbs nothing. */
#include "proto/fold/fold.h"

#include "crypto/labels.h"

#include <stdlib.h>
#include <string.h>

/* ---- Opening. */

static bool bid_open(struct bid *out, const struct topic *topic, const struct entry *entry,
                     const struct point *shared)
{
    uint8_t plain[BID_MAX], context[HASH_SIZE];
    struct bytes sealed = entry->deal.sealed;

    bid_context(context, topic, &entry->deal);
    if (!seal_open_shared(plain, shared, &topic->key.joint, BYTES(context), sealed) ||
        bid_read(out, (struct bytes){ plain, sealed.size - SEAL_OVERHEAD }) != STATUS_OK ||
        bid_fits(out, &topic->charter, NULL) != STATUS_OK)
        return false;
    memcpy(out->author, entry->deal.company, KEY_SIZE);
    memcpy(out->record, entry->deal.bid_id, ID_SIZE);
    return true;
}

static bool bids_open(struct topic *topic)
{
    const struct box *box = &topic->boxes[BOX_BIDS];
    struct point shared[OPEN_POINTS_MAX];
    struct bid *bids = calloc(box->set_count + 1, sizeof *bids);
    size_t count = 0;

    if (bids == NULL)
        return false;
    if (box->set_count > 0)
        opening_combine(topic, BOX_BIDS, 0, shared);
    for (size_t i = 0; i < box->set_count; i++)
        count += bid_open(&bids[count], topic, entry_of(box->set[i]), &shared[i]);
    free(topic->bids);
    topic->bids = bids;
    topic->bid_count = count;
    topic->bids_refused = box->set_count - count;
    return true;
}

static bool reserves_open(struct topic *topic)
{
    size_t parts = opening_parts(topic, BOX_BIDS), lots[LOTS_MAX];

    lots_formed(topic, lots);
    for (size_t part = 1; part < parts; part++) {
        enum total found = lot_totals(topic, BOX_BIDS, part, lots[part - 1], true);

        if (found == TOTAL_NOMEM)
            return false;
        topic->lots[lots[part - 1]].reserve_known = found == TOTAL_FOUND;
    }
    totals_clear(topic);
    return true;
}

/* ---- The rule. */

/* What the homes pay today, less the saving they ask for, in cents. UINT64_MAX: unknown, every cost will do.
 */
static uint64_t limit_of(const struct charter *charter, const struct lot_state *lot)
{
    for (size_t i = 0; i < charter->item_count; i++)
        if (item_late(charter, i) && lot->reserve_known && lot->totals[i] > 0)
            return lot->totals[i] * (100 - charter->min_saving_percent);
    return UINT64_MAX;
}

static const struct bid_lot *offer_for(const struct bid *bid, size_t lot)
{
    for (size_t i = 0; i < bid->lot_count; i++)
        if (bid->lots[i].lot == lot)
            return &bid->lots[i];
    return NULL;
}

static void tie_break(uint8_t out[HASH_SIZE], const struct topic *topic, const struct bid *bid)
{
    struct bytes parts[] = { BYTES(topic->id), BYTES(bid->author) };

    hash_parts(out, LABEL_TIE, parts, ARRAY_SIZE(parts));
}

static bool beats(const struct topic *topic, uint64_t cost, size_t bid, uint64_t best_cost, size_t best)
{
    uint8_t mine[HASH_SIZE], other[HASH_SIZE];

    if (cost != best_cost)
        return cost < best_cost;
    tie_break(mine, topic, &topic->bids[bid]);
    tie_break(other, topic, &topic->bids[best]);
    return memcmp(mine, other, HASH_SIZE) < 0; /* a set has one bid of each company */
}

static void lot_award(struct topic *topic, size_t index)
{
    struct lot_state *lot = &topic->lots[index];
    uint64_t limit = limit_of(&topic->charter, lot), best_cost = UINT64_MAX;
    size_t valid = 0, best = 0;

    for (size_t i = 0; i < topic->bid_count; i++) {
        const struct bid_lot *offer = offer_for(&topic->bids[i], index);
        uint64_t cost = offer == NULL ? UINT64_MAX
                                      : bid_cost_cents(&topic->charter, offer, lot->totals, lot->home_count,
                                                       lot->home_count);

        if (cost == UINT64_MAX || cost > limit)
            continue;
        if (valid++ == 0 || beats(topic, cost, i, best_cost, best)) {
            best_cost = cost;
            best = i;
        }
    }
    lot->awarded = valid > 0 && valid >= topic->charter.min_bids;
    lot->winner = lot->awarded ? best : 0;
    lot->cost_cents = lot->awarded ? best_cost : 0;
}

bool open_bids(struct topic *topic)
{
    size_t lots[LOTS_MAX], count = lots_formed(topic, lots);

    if (!bids_open(topic) || !reserves_open(topic))
        return false;
    for (size_t i = 0; i < count; i++)
        if (topic->lots[lots[i]].totals_known)
            lot_award(topic, lots[i]);
    return true;
}
