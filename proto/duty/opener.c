/* opener.c - opening a closed box with this member's share of the key. WIRE 6.7.
 *
 * What an opening reveals cannot be taken back, so the floor K is counted here once more, from the records of
 * the closed set, and not believed from the fold that asks for the opening: a mistake in either alone opens
 * nothing. The same holds for totals of other rounds that, subtracted, would leave fewer than K homes. */
#include "proto/duty/duty.h"

#include <stdlib.h>
#include <string.h>

static bool open_said(const struct duty *duty)
{
    const struct held *const *opens;
    size_t count = topic_records(duty->topic, duty->box, RECORD_OPEN, &opens);

    for (size_t i = 0; i < count; i++)
        if (duty_is_own(duty, opens[i]))
            return true;
    return false;
}

/* ---- The floor. */

static int compare_key(const void *a, const void *b)
{
    return memcmp(a, b, KEY_SIZE);
}

/* Deals of the closed join box whose authors are homes of this lot. */
static size_t homes_counted(struct topic *topic, const struct box_view *join, const struct lot_view *lot)
{
    size_t count = 0;

    for (size_t i = 0; i < join->set_count; i++) {
        const struct held *held = topic_held_find(topic, join->set[i]);

        if (held && held->valid && held->record.box == BOX_JOIN && held->record.kind == RECORD_DEAL &&
            bsearch(held->record.author, lot->homes, lot->home_count, KEY_SIZE, compare_key))
            count++;
    }
    return count;
}

/* Pseudonyms listed twice are one home. */
static size_t homes_distinct(const struct lot_view *lot)
{
    size_t count = lot->home_count > 0;

    for (size_t i = 1; i < lot->home_count; i++)
        count += compare_key(lot->homes[i - 1], lot->homes[i]) < 0;
    return count;
}

/* Every formed lot holds at least K homes. *formed: how many there are. */
static bool lots_reach_floor(size_t *formed, const struct duty *duty)
{
    const struct box_view *join = &duty->season->boxes[BOX_JOIN];
    uint32_t floor = duty->charter->floor;

    *formed = 0;
    for (size_t i = 0; i < duty->charter->lot_count; i++) {
        const struct lot_view *lot = &duty->season->lots[i];

        if (!lot->formed)
            continue;
        ++*formed;
        if (homes_distinct(lot) < floor || homes_counted(duty->topic, join, lot) < floor)
            return false;
    }
    return join->set_count >= floor;
}

/* The beacon and the key are random points, not figures, and the bids are the companies': none has a floor of its
 * own, but the late coordinates opened with the bids are totals like the others. */
static bool floor_holds(const struct duty *duty, size_t parts)
{
    size_t formed;

    uint8_t with[ID_SIZE];

    if (duty->box == BOX_REGISTRY || duty->box == BOX_KEY)
        return parts == 1;
    if (duty->own->history && !history_allows(duty->own->history, duty->topic, duty->now_ms / MS_PER_S, with))
        return false;
    return lots_reach_floor(&formed, duty) && parts <= formed + (duty->box == BOX_BIDS);
}

/* ---- */

static void reveal_write(struct writer *body, const struct duty *duty, struct rng *rng)
{
    uint8_t reveal[DKG_REVEAL_SIZE], context[HASH_SIZE];
    struct point commitment;

    key_commitment(duty->topic, duty->member, &commitment);
    box_open_context(duty->topic, BOX_KEY, 0, context);
    dkg_reveal_make(reveal, BYTES(context), &commitment, &duty->own->season_share, rng);
    writer_array(body, 1);
    writer_bin(body, BYTES(reveal));
}

static void parts_write(struct writer *body, const struct duty *duty, size_t parts, struct rng *rng)
{
    uint8_t share[OPEN_POINTS_MAX * POINT_SIZE + SHARE_PROOF_SIZE], context[HASH_SIZE];
    const struct own *own = duty->own;
    const struct scalar *secret = duty->box == BOX_REGISTRY ? &own->genesis_share : &own->season_share.value;
    struct point points[OPEN_POINTS_MAX];

    writer_array(body, parts);
    for (size_t i = 0; i < parts; i++) {
        size_t count = box_open_points(duty->topic, duty->box, i, points);

        box_open_context(duty->topic, duty->box, i, context);
        share_make(share, secret, BYTES(context), points, count, rng);
        writer_bin(body, (struct bytes){ share, share_size(count) });
    }
}

/* What a false opening proves is proved to those who never saw it, too. */
bool lie_due(struct deal_out *out, const struct duty *duty)
{
    uint8_t bytes[RECORD_MAX];
    struct writer body = writer_to(bytes, sizeof bytes);
    struct bytes lie;

    if (!topic_lie(duty->topic, duty->box, &lie))
        return false;
    writer_array(&body, 1);
    writer_bin(&body, lie);
    return duty_write(out, duty, RECORD_FLAG, &body);
}

bool open_due(struct deal_out *out, const struct duty *duty, struct rng *rng)
{
    uint8_t bytes[RECORD_MAX];
    struct writer body = writer_to(bytes, sizeof bytes);
    size_t parts = box_open_parts(duty->topic, duty->box);

    if (parts == 0 || open_said(duty) || !floor_holds(duty, parts))
        return false;
    if (duty->box != BOX_REGISTRY && !duty->own->season_share_known)
        return false;
    if (duty->box == BOX_KEY)
        reveal_write(&body, duty, rng);
    else
        parts_write(&body, duty, parts, rng);
    return duty_write(out, duty, RECORD_OPEN, &body);
}
