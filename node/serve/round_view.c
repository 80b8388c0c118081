/* round_view.c - see round_view.h. Happy path: a plain list of fields. Failure mode: memory, seen once at the
 * end by whoever asked. */
#include "node/serve/round_view.h"

#include "crypto/labels.h"
#include "node/tender/tender.h"
#include "node/tongue/tongue.h"

#include <string.h>

const char *box_name(enum box_index box)
{
    static const char *const names[BOXES] = { N_("registry"), N_("key"), N_("interest"), N_("join"), N_("bids") };

    return names[box];
}

const char *item_use_name(enum item_use use)
{
    static const char *const names[ITEM_USES] = { "quantity", "tolerance", "reserve", "limit" };

    return names[use];
}

size_t round_lot_of(const struct charter *charter, const struct season *season,
                    const uint8_t pseudonym[KEY_SIZE])
{
    for (size_t i = 0; i < charter->lot_count; i++)
        for (size_t j = 0; season->lots[i].formed && j < season->lots[i].home_count; j++)
            if (memcmp(season->lots[i].homes[j], pseudonym, KEY_SIZE) == 0)
                return i;
    return SIZE_MAX;
}

void round_award_digest(uint8_t out[HASH_SIZE], const uint8_t topic[ID_SIZE], const struct charter *charter,
                        const struct season *season)
{
    enum { LOT_NUMBERS = DEAL_VALUES_MAX + 3 };
    uint8_t numbers[LOTS_MAX][8 * LOT_NUMBERS] = { { 0 } };
    struct bytes parts[1 + 2 * LOTS_MAX] = { { topic, ID_SIZE } };
    size_t used = 1;

    for (size_t i = 0; i < charter->lot_count; i++) {
        const struct lot_view *lot = &season->lots[i];

        be64_write(numbers[i], lot->home_count);
        be64_write(numbers[i] + 8, lot->cost_cents);
        be64_write(numbers[i] + 16, (uint64_t)lot->formed << 1 | lot->awarded);
        for (size_t j = 0; j < charter->item_count; j++)
            be64_write(numbers[i] + 24 + 8 * j, lot->totals[j]);
        parts[used++] = BYTES(numbers[i]);
        parts[used++] = lot->awarded ? BYTES(season->bids[lot->winner].record) : (struct bytes){ NULL, 0 };
    }
    hash_parts(out, LABEL_AWARD, parts, used);
}

/* ---- Boxes. */

/* The key by which a member signs; NULL: the committee of this box is not known here. */
static const uint8_t *member_key(const struct charter *charter, const struct season *season, enum box_index box,
                                 unsigned member)
{
    if (box == BOX_REGISTRY)
        return charter->genesis_key[member - 1];
    return member <= season->committee_count ? season->registry[season->committee[member - 1]].key : NULL;
}

static void cheat_view(struct answer *a, json_t *list, const char *what, unsigned member, const uint8_t *key)
{
    json_t *item = answer_item(a, list);

    answer_uint(a, item, "member", member);
    answer_hex(a, item, "key", key, KEY_SIZE);
    answer_text(a, item, "what", what);
}

/* What is proved against members by their own signatures. */
static void cheats_view(struct answer *a, json_t *list, const struct charter *charter, const struct season *season,
                        enum box_index index)
{
    const struct box_view *box = &season->boxes[index];

    for (unsigned member = 1; member <= box->members; member++) {
        const uint8_t *key = member_key(charter, season, index, member);

        if (key == NULL)
            continue;
        if (box->dealt_badly >> (member - 1) & 1)
            cheat_view(a, list, "dealt badly", member, key);
        if (box->opened_falsely >> (member - 1) & 1)
            cheat_view(a, list, "opened falsely", member, key);
        if (box->contradicted >> (member - 1) & 1)
            cheat_view(a, list, "contradicted itself", member, key);
    }
}

static void box_view(struct answer *a, json_t *out, const struct charter *charter, const struct season *season,
                     enum box_index index)
{
    const struct box_view *box = &season->boxes[index];

    static const char *const states[] = { "waiting", "open", "closed", "opened" };
    bool closed = box->state == BOX_CLOSED || box->state == BOX_OPENED;

    answer_text(a, out, "name", box_name(index));
    answer_text(a, out, "state", states[box->state]);
    if (box->state == BOX_WAITING)
        answer_null(a, out, "deadline");
    else
        answer_uint(a, out, "deadline", box->deadline_s);
    if (closed) {
        answer_uint(a, out, "settled", box->settled_s);
        answer_hex(a, out, "digest", box->digest, ID_SIZE);
    } else {
        answer_null(a, out, "settled");
        answer_null(a, out, "digest");
    }
    answer_uint(a, out, "dealt", box->dealt);
    answer_uint(a, out, "set", closed ? box->set_count : 0);
    answer_uint(a, out, "members", box->members);
    answer_uint(a, out, "quorum", box->quorum);
    answer_uint(a, out, "threshold", box->threshold);
    answer_uint(a, out, "seen", box->seen);
    answer_uint(a, out, "votes", box->votes);
    answer_uint(a, out, "opens", box->opens);
    cheats_view(a, answer_array(a, out, "cheats"), charter, season, index);
}

/* ---- Lots. */

void round_values(struct answer *a, json_t *object, const struct charter *charter, const uint64_t *values,
                  size_t count, bool late_too)
{
    for (size_t i = 0; i < charter->item_count && i < count; i++)
        if (late_too || charter->items[i].use != ITEM_RESERVE)
            answer_uint(a, object, charter->items[i].name, values[i]);
}

static void winner_view(struct answer *a, json_t *out, const struct charter *charter,
                        const struct season *season, const struct lot_view *lot, size_t index)
{
    const struct bid *bid = &season->bids[lot->winner];
    json_t *prices;

    answer_text(a, out, "winner", bid->company);
    answer_text(a, out, "winner_contact", bid->contact);
    answer_hex(a, out, "winner_record", bid->record, ID_SIZE);
    answer_uint(a, out, "cost_cents", lot->cost_cents);
    for (size_t i = 0; i < bid->lot_count; i++) {
        const struct bid_step *step = tender_step(&bid->lots[i], lot->home_count);
        size_t quantity = 0;

        if (bid->lots[i].lot != index || step == NULL)
            continue;
        answer_uint(a, out, "fixed_cents", bid->lots[i].fixed_cents);
        prices = answer_object(a, out, "price"); /* 1/10 000 euro per unit */
        for (size_t j = 0; j < charter->item_count; j++)
            if (charter->items[j].use == ITEM_QUANTITY)
                answer_uint(a, prices, charter->items[j].name, step->price[quantity++]);
    }
}

static void lot_view(struct answer *a, json_t *out, const struct charter *charter,
                     const struct season *season, size_t index)
{
    const struct lot_view *lot = &season->lots[index];

    answer_uint(a, out, "lot", index + 1);
    answer_text(a, out, "name", charter->lots[index].name);
    answer_text(a, out, "terms", charter->lots[index].terms);
    answer_flag(a, out, "formed", lot->formed);
    answer_uint(a, out, "homes", lot->home_count);
    if (lot->totals_known)
        round_values(a, answer_object(a, out, "totals"), charter, lot->totals, charter->item_count,
                     lot->reserve_known);
    else
        answer_null(a, out, "totals");
    answer_flag(a, out, "awarded", lot->awarded);
    if (lot->awarded)
        winner_view(a, out, charter, season, lot, index);
    else
        answer_null(a, out, "winner");
}

/* ---- This home. */

static void own_view(struct answer *a, json_t *out, struct node *node, struct topic *topic,
                     const struct season *season, const struct wish *wish)
{
    static const char *const answers[] = { "none", N_("accepted"), N_("declined") };
    struct own_view own;
    size_t lot;

    core_own(node_core(node), topic, &own);
    lot = round_lot_of(topic_charter(topic), season, own.pseudonym);
    answer_flag(a, out, "enrolled", own.enrolled);
    answer_flag(a, out, "in_registry", own.in_registry);
    answer_flag(a, out, "in_committee", own.in_committee);
    answer_flag(a, out, "interested", own.interested);
    answer_flag(a, out, "joined", own.joined);
    if (own.withheld)
        answer_hex(a, out, "withheld_for", own.withheld_for, ID_SIZE);
    else
        answer_null(a, out, "withheld_for");
    answer_hex(a, out, "pseudonym", own.pseudonym, KEY_SIZE);
    if (lot == SIZE_MAX)
        answer_null(a, out, "lot");
    else
        answer_uint(a, out, "lot", lot + 1);
    if (wish->cell < 0)
        answer_null(a, out, "cell");
    else
        answer_uint(a, out, "cell", (uint64_t)wish->cell);
    answer_text(a, out, "answer", answers[wish_answer_read(node, topic_id(topic))]);
}

static void wish_view(struct answer *a, json_t *out, const struct charter *charter, const struct wish *wish)
{
    json_t *lots;

    answer_flag(a, out, "enrol", wish->enrol);
    answer_flag(a, out, "interest", wish->interest);
    answer_flag(a, out, "join", wish->join);
    lots = answer_array(a, out, "lots");
    for (size_t i = 0; i < wish->choice_count; i++) {
        json_t *lot = answer_item(a, lots);

        answer_uint(a, lot, "lot", wish->lots[i] + 1);
        answer_uint(a, lot, "minimum", wish->minimums[i]);
    }
    round_values(a, answer_object(a, out, "values"), charter, wish->values, wish->value_count, true);
}

/* ---- Together. */

static void charter_view(struct answer *a, json_t *out, const struct charter *charter)
{
    json_t *items, *quantities;

    answer_text(a, out, "title", charter->title);
    answer_text(a, out, "good", charter->category);
    answer_text(a, out, "zone", charter->zone);
    answer_text(a, out, "season", charter->season);
    answer_text(a, out, "contact", charter->contact);
    answer_hex(a, out, "group", charter->group, ID_SIZE);
    answer_uint(a, out, "opens", charter->opens_s);
    answer_uint(a, out, "floor", charter->floor);
    answer_uint(a, out, "invite_count", charter->invite_count);
    items = answer_array(a, out, "items");
    for (size_t i = 0; i < charter->item_count; i++) {
        json_t *item = answer_item(a, items);

        answer_text(a, item, "name", charter->items[i].name);
        answer_text(a, item, "unit", charter->items[i].unit);
        answer_text(a, item, "use", item_use_name(charter->items[i].use));
        answer_uint(a, item, "ladder", charter->items[i].ladder);
        answer_uint(a, item, "low", charter->items[i].low);
        answer_uint(a, item, "high", charter->items[i].high);
    }
    quantities = answer_array(a, out, "quantities");
    for (size_t i = 0; i < charter->item_count; i++)
        if (charter->items[i].use == ITEM_QUANTITY &&
            json_array_append_new(quantities, json_string(charter->items[i].name)) != 0)
            a->failed = true;
}

static void cells_view(struct answer *a, json_t *out, const struct season *season, const struct wish *wish)
{
    enum box_state state = season->boxes[BOX_INTEREST].state;
    bool closed = state == BOX_CLOSED || state == BOX_OPENED;
    json_t *estimate = answer_array(a, out, "cells_estimate");

    for (size_t i = 0; closed && i < ARRAY_SIZE(season->cells_estimate); i++)
        answer_number(a, estimate, season->cells_estimate[i]);
    if (closed && wish->cell >= 0)
        answer_uint(a, out, "resemble", season->cells_estimate[wish->cell]);
    else
        answer_null(a, out, "resemble");
}

static void season_view(struct answer *a, json_t *out, const struct charter *charter,
                        const struct season *season)
{
    json_t *list = answer_array(a, out, "boxes");

    for (size_t i = 0; i < BOXES; i++)
        box_view(a, answer_item(a, list), charter, season, (enum box_index)i);
    answer_uint(a, out, "registry", season->registry_count);
    answer_flag(a, out, "committee_replaced", season->replaced);
    list = answer_array(a, out, "lots");
    for (size_t i = 0; i < charter->lot_count; i++)
        lot_view(a, answer_item(a, list), charter, season, i);
    list = answer_object(a, out, "bids");
    answer_uint(a, list, "sealed", season->bids_sealed);
    answer_uint(a, list, "opened", season->bid_count);
    answer_uint(a, list, "refused", season->bids_refused);
}

void round_view(struct answer *a, json_t *out, struct node *node, struct topic *topic)
{
    const struct charter *charter = topic_charter(topic);
    const struct season *season = topic_season(topic);
    uint8_t digest[HASH_SIZE];
    struct wish wish;

    if (season == NULL) {
        a->failed = true;
        return;
    }
    wish_read(node, topic_id(topic), &wish);
    answer_hex(a, out, "topic", topic_id(topic), ID_SIZE);
    charter_view(a, out, charter);
    answer_uint(a, out, "now", node_now_ms(node) / 1000);
    answer_text(a, out, "phase", phase_name(season->phase));
    season_view(a, out, charter, season);
    cells_view(a, out, season, &wish);
    own_view(a, answer_object(a, out, "own"), node, topic, season, &wish);
    wish_view(a, answer_object(a, out, "wish"), charter, &wish);
    answer_uint(a, out, "records", topic_record_count(topic));
    round_award_digest(digest, topic_id(topic), charter, season);
    if (tender_judged(season))
        answer_hex(a, out, "award_digest", digest, HASH_SIZE);
    else
        answer_text(a, out, "award_digest", "");
    wish_clear(&wish);
}
