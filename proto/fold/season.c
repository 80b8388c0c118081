/* season.c - one round as everybody sees it: the phase, and what each box has come to. WIRE 7. */
#include "proto/fold/fold.h"

#include <string.h>

static bool forked(const struct topic *topic)
{
    for (size_t i = 0; i < BOXES; i++)
        if (topic->boxes[i].forked)
            return true;
    return false;
}

static bool awarded(const struct topic *topic)
{
    for (size_t i = 0; i < LOTS_MAX; i++)
        if (topic->lots[i].awarded)
            return true;
    return false;
}

static enum phase phase_of(const struct topic *topic)
{
    const struct box *boxes = topic->boxes;

    if (forked(topic))
        return PHASE_FORK;
    if (topic->too_few)
        return PHASE_TOO_FEW;
    if (topic->no_lot)
        return PHASE_NO_LOT;
    if (!boxes[BOX_REGISTRY].opened)
        return PHASE_REGISTRY;
    if (!boxes[BOX_KEY].opened || !boxes[BOX_INTEREST].concluded)
        return PHASE_KEY;
    if (!boxes[BOX_JOIN].opened)
        return PHASE_JOIN;
    if (!boxes[BOX_BIDS].concluded)
        return PHASE_TENDER;
    if (!boxes[BOX_BIDS].opened)
        return PHASE_BIDS_CLOSED;
    return awarded(topic) ? PHASE_AWARDED : PHASE_NO_AWARD;
}

static void lot_look(const struct topic *topic, const struct lot_state *lot, bool bids_opened,
                     struct lot_view *out)
{
    *out = (struct lot_view){
        .formed = lot->home_count > 0,
        .home_count = lot->home_count,
        .homes = (const uint8_t(*)[KEY_SIZE])lot->pseudonyms,
        .totals_known = lot->totals_known,
        .reserve_known = bids_opened && lot->reserve_known,
        .awarded = bids_opened && lot->awarded,
    };
    for (size_t i = 0; i < topic->charter.item_count; i++)
        if (lot->totals_known && (out->reserve_known || !item_late(&topic->charter, i)))
            out->totals[i] = lot->totals[i];
    if (!out->awarded)
        return;
    out->winner = lot->winner;
    out->cost_cents = lot->cost_cents;
}

static void registry_look(const struct topic *topic, struct season *out)
{
    out->registry = topic->registry;
    out->registry_count = topic->registry_count;
    out->beacon_known = topic->boxes[BOX_REGISTRY].opened;
    memcpy(out->beacon, topic->beacon, sizeof out->beacon);
    out->committee_count = topic->committee.count;
    out->replaced = topic->replaced;
    memcpy(out->committee, topic->committee.seats, sizeof out->committee);
}

static void bids_look(const struct topic *topic, struct season *out)
{
    const struct box_view *bids = &out->boxes[BOX_BIDS];

    out->bids_sealed = bids->state >= BOX_CLOSED ? bids->set_count : bids->dealt;
    if (bids->state < BOX_OPENED)
        return;
    out->bids = topic->bids;
    out->bid_count = topic->bid_count;
    out->bids_refused = topic->bids_refused;
}

/* After a fork only what does not follow from it is shown. */
void season_look(const struct topic *topic, struct season *out)
{
    *out = (struct season){ .phase = phase_of(topic) };
    for (size_t i = 0; i < BOXES; i++)
        box_look(topic, &topic->boxes[i], &out->boxes[i]);
    if (box_stands(topic, BOX_REGISTRY))
        registry_look(topic, out);
    if (box_stands(topic, BOX_KEY) && topic->key_known) {
        out->key_known = true;
        out->key = topic->key;
    }
    if (box_stands(topic, BOX_INTEREST)) {
        memcpy(out->cells, topic->cells, sizeof out->cells);
        memcpy(out->cells_estimate, topic->cells_estimate, sizeof out->cells_estimate);
    }
    for (size_t i = 0; i < topic->charter.lot_count && box_stands(topic, BOX_JOIN); i++)
        lot_look(topic, &topic->lots[i], out->boxes[BOX_BIDS].state == BOX_OPENED, &out->lots[i]);
    bids_look(topic, out);
}

const struct season *topic_season(struct topic *topic)
{
    if (!topic_settle(topic))
        return NULL;
    if (!topic->season_known)
        season_look(topic, &topic->season);
    topic->season_known = true;
    return &topic->season;
}
