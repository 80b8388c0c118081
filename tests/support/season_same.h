/* season_same.h - everything a season says in one hash, and whether a later season takes back what an earlier
 * one said. */
#ifndef COOP_TESTS_SEASON_SAME_H
#define COOP_TESTS_SEASON_SAME_H

#include "proto/proto.h"

#include <sodium.h>
#include <string.h>

struct season_hash {
    crypto_generichash_state state;
};

static inline void season_bytes(struct season_hash *h, const void *data, size_t size)
{
    if (size > 0)
        crypto_generichash_update(&h->state, data, size);
}

static inline void season_number(struct season_hash *h, uint64_t number)
{
    season_bytes(h, &number, sizeof number);
}

static inline void season_box(struct season_hash *h, const struct box_view *box)
{
    season_number(h, box->state);
    season_number(h, box->deadline_s);
    season_number(h, box->settled_s);
    season_bytes(h, box->parent, sizeof box->parent);
    season_bytes(h, box->digest, sizeof box->digest);
    season_number(h, box->dealt);
    season_number(h, box->set_count);
    season_bytes(h, box->set, box->set_count * ID_SIZE);
    season_number(h, box->members);
    season_number(h, box->quorum);
    season_number(h, box->listing);
    season_number(h, box->threshold);
    season_number(h, box->seen);
    season_number(h, box->votes);
    season_number(h, box->opens);
}

static inline void season_lot(struct season_hash *h, const struct lot_view *lot)
{
    season_number(h, lot->formed);
    season_number(h, lot->home_count);
    season_bytes(h, lot->homes, lot->home_count * KEY_SIZE);
    season_number(h, lot->totals_known);
    season_number(h, lot->reserve_known);
    season_bytes(h, lot->totals, sizeof lot->totals);
    season_number(h, lot->awarded);
    season_number(h, lot->winner);
    season_number(h, lot->cost_cents);
}

static inline void season_key(struct season_hash *h, const struct season *season)
{
    season_number(h, season->key_known);
    season_bytes(h, season->key.joint.b, POINT_SIZE);
    season_number(h, season->key.count);
    season_number(h, season->key.threshold);
    season_bytes(h, season->key.share, season->key.count * sizeof season->key.share[0]);
}

static inline void season_hash(uint8_t out[HASH_SIZE], const struct season *season)
{
    struct season_hash h;

    crypto_generichash_init(&h.state, NULL, 0, HASH_SIZE);
    season_number(&h, season->phase);
    for (size_t i = 0; i < BOXES; i++)
        season_box(&h, &season->boxes[i]);
    season_number(&h, season->registry_count);
    season_bytes(&h, season->registry, season->registry_count * sizeof *season->registry);
    season_number(&h, season->beacon_known);
    season_bytes(&h, season->beacon, sizeof season->beacon);
    season_number(&h, season->committee_count);
    season_bytes(&h, season->committee, season->committee_count * sizeof season->committee[0]);
    season_key(&h, season);
    season_bytes(&h, season->cells, sizeof season->cells);
    season_bytes(&h, season->cells_estimate, sizeof season->cells_estimate);
    for (size_t i = 0; i < LOTS_MAX; i++)
        season_lot(&h, &season->lots[i]);
    season_number(&h, season->bid_count);
    for (size_t i = 0; i < season->bid_count; i++)
        season_bytes(&h, season->bids[i].record, ID_SIZE);
    season_number(&h, season->bids_sealed);
    season_number(&h, season->bids_refused);
    crypto_generichash_final(&h.state, out, HASH_SIZE);
}

/* ---- What must never be taken back. NULL: nothing was. */

static inline const char *box_regressed(const struct box_view *early, const struct box_view *late)
{
    if (late->state < early->state)
        return "the state of a box";
    if (early->state != BOX_WAITING &&
        (early->deadline_s != late->deadline_s || memcmp(early->parent, late->parent, ID_SIZE) != 0))
        return "the parent or deadline of a box";
    if (early->state < BOX_CLOSED)
        return NULL;
    if (early->settled_s != late->settled_s || memcmp(early->digest, late->digest, HASH_SIZE) != 0)
        return "the digest of a box";
    if (early->set_count != late->set_count || memcmp(early->set, late->set, early->set_count * ID_SIZE) != 0)
        return "the set of a box";
    return NULL;
}

static inline const char *lot_regressed(const struct lot_view *early, const struct lot_view *late)
{
    if (early->formed && (!late->formed || early->home_count != late->home_count ||
                          memcmp(early->homes, late->homes, early->home_count * KEY_SIZE) != 0))
        return "the homes of a lot";
    for (size_t i = 0; i < DEAL_VALUES_MAX; i++)
        if (early->totals[i] != 0 && early->totals[i] != late->totals[i])
            return "a total";
    if (early->totals_known > late->totals_known || early->reserve_known > late->reserve_known)
        return "that a total is known";
    if (early->awarded &&
        (!late->awarded || early->winner != late->winner || early->cost_cents != late->cost_cents))
        return "an award";
    return NULL;
}

static inline const char *people_regressed(const struct season *early, const struct season *late)
{
    if (early->registry_count > 0 &&
        (early->registry_count != late->registry_count ||
         memcmp(early->registry, late->registry, early->registry_count * sizeof *early->registry) != 0))
        return "the registry";
    if (early->beacon_known && memcmp(early->beacon, late->beacon, HASH_SIZE) != 0)
        return "the beacon";
    if (early->committee_count > 0 &&
        memcmp(early->committee, late->committee, early->committee_count * sizeof early->committee[0]) != 0)
        return "the committee";
    if (early->key_known && !point_equal(&early->key.joint, &late->key.joint))
        return "the season key";
    if (early->boxes[BOX_INTEREST].state >= BOX_CLOSED &&
        memcmp(early->cells_estimate, late->cells_estimate, sizeof early->cells_estimate) != 0)
        return "the estimate";
    return NULL;
}

static inline const char *season_regressed(const struct season *early, const struct season *late)
{
    const char *what = people_regressed(early, late);

    for (size_t i = 0; i < BOXES && what == NULL; i++)
        what = box_regressed(&early->boxes[i], &late->boxes[i]);
    for (size_t i = 0; i < LOTS_MAX && what == NULL; i++)
        what = lot_regressed(&early->lots[i], &late->lots[i]);
    if (what == NULL &&
        (early->phase > late->phase || (early->phase >= PHASE_AWARDED && early->phase != late->phase)))
        what = "the phase";
    if (what == NULL && early->bid_count > 0 && early->bid_count != late->bid_count)
        what = "a bid";
    return what;
}

#endif
