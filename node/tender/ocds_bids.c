/* ocds_bids.c - what an OCDS package says once the bids are open: who offered what, what it costs on the
 * exact total, who won under the charter's rule. One OCDS bid per company and lot, so that its value equals
 * the sum of its items and anybody can add it up; the fixed fee per home is an item like the others. */
#include "node/tender/ocds_json.h"

#include <inttypes.h>
#include <string.h>

static void company_id(char out[OCDS_ID_MAX], const struct bid *bid)
{
    static const char prefix[] = "coopair-company-";

    memcpy(out, prefix, sizeof prefix);
    tender_hex(out + sizeof prefix - 1, bid->author, 8);
}

static json_t *company_reference(struct ocds *o, const struct bid *bid)
{
    char id[OCDS_ID_MAX];

    company_id(id, bid);
    return ocds_reference(o, id, bid->company);
}

static json_t *company_party(struct ocds *o, const struct bid *bid, bool supplier)
{
    json_t *party = company_reference(o, bid), *roles = ocds_list(o, "tenderer"), *contact = json_object();

    if (supplier)
        ocds_add(o, roles, json_string("supplier"));
    ocds_put(o, party, "roles", roles);
    ocds_put_text(o, contact, "name", bid->contact);
    ocds_put(o, party, "contactPoint", contact);
    return party;
}

static json_t *parties_of(struct ocds *o, bool suppliers)
{
    const struct season *season = o->tender->season;
    json_t *parties = json_array();

    for (size_t i = 0; i < season->bid_count; i++) {
        bool won = false;

        for (size_t lot = 0; lot < o->tender->charter->lot_count; lot++)
            won |= season->lots[lot].awarded && season->lots[lot].winner == i;
        if (!suppliers || won)
            ocds_add(o, parties, company_party(o, &season->bids[i], suppliers));
    }
    return parties;
}

static void offer_id(struct words *out, const struct bid *bid, size_t lot)
{
    char record[17];

    tender_hex(record, bid->record, 8);
    words_add(out, "bid-%s-lot-%zu", record, lot + 1);
}

/* One line of a bid: so many units at so much. */
static json_t *priced_item(struct ocds *o, const char *id, const char *what, const char *unit_code,
                           uint64_t quantity, json_t *price)
{
    json_t *item = ocds_object(o, id), *unit = ocds_unit(o, unit_code);

    ocds_put_text(o, item, "description", what);
    ocds_put(o, item, "quantity", json_integer((json_int_t)quantity));
    ocds_put(o, unit, "value", price);
    ocds_put(o, item, "unit", unit);
    return item;
}

static json_t *offer_items(struct ocds *o, const struct bid_lot *offer, const struct bid_step *step)
{
    const struct charter *charter = o->tender->charter;
    const struct lot_view *view = &o->tender->season->lots[offer->lot];
    json_t *items = json_array();
    char id[OCDS_ID_MAX];
    size_t quantity = 0;

    for (size_t i = 0; i < charter->item_count; i++) {
        if (charter->items[i].use != ITEM_QUANTITY)
            continue;
        ocds_item_id(id, offer->lot, i);
        ocds_add(o, items,
                 priced_item(o, id, charter->items[i].name, charter->items[i].unit, view->totals[i],
                             ocds_euro(o, step->price[quantity++], 4)));
    }
    ocds_item_id(id, offer->lot, charter->item_count);
    ocds_add(o, items,
             priced_item(o, id, ocds_say(o, "Fixed fee per home", "Frais fixes par foyer"), "C62",
                         view->home_count, ocds_euro(o, offer->fixed_cents, 2)));
    return items;
}

static void offer_words(struct ocds *o, struct words *words, const struct bid *bid,
                        const struct bid_lot *offer, enum offer_verdict verdict)
{
    switch (verdict) {
    case OFFER_VALID:
        break;
    case OFFER_NO_STEP:
        words_add(words, "%s",
                  ocds_say(o, "No price step for so few homes. ", "Aucun palier pour si peu de foyers. "));
        break;
    case OFFER_ABOVE_RESERVE:
        words_add(words, "%s", ocds_say(o, "Above what may be paid. ", "Au-dessus du plafond. "));
        break;
    case OFFER_NOT_FORMED:
        words_add(words, "%s", ocds_say(o, "This lot was not formed. ", "Ce lot ne s'est pas formé. "));
        break;
    }
    for (size_t i = 0; i < offer->step_count; i++) {
        words_add(words, ocds_say(o, "From %" PRIu32 " homes:", "Dès %" PRIu32 " foyers :"),
                  offer->steps[i].from_homes);
        for (size_t j = 0, quantity = 0; j < o->tender->charter->item_count; j++) {
            char price[DECIMAL_MAX];

            if (o->tender->charter->items[j].use != ITEM_QUANTITY)
                continue;
            tender_decimal(price, offer->steps[i].price[quantity++], 4);
            words_add(words, " %s", price);
        }
        words_add(words, ". ");
    }
    words_add(words, "%s", bid->terms);
}

static json_t *offer_of(struct ocds *o, const struct bid *bid, const struct bid_lot *offer)
{
    uint64_t cost_cents;
    enum offer_verdict verdict = tender_offer(&cost_cents, o->tender, offer);
    const struct bid_step *step = tender_step(offer, o->tender->season->lots[offer->lot].home_count);
    struct words id = { .used = 0 }, words = { .used = 0 };
    json_t *tenderers = json_array();
    char lot[OCDS_ID_MAX];

    offer_id(&id, bid, offer->lot);
    ocds_lot_id(lot, offer->lot);
    offer_words(o, &words, bid, offer, verdict);
    json_t *out = ocds_object(o, id.text);
    ocds_put(o, out, "submissionType", json_string("bid"));
    ocds_put(o, out, "status", json_string(verdict == OFFER_VALID ? "valid" : "disqualified"));
    ocds_add(o, tenderers, company_reference(o, bid));
    ocds_put(o, out, "tenderers", tenderers);
    ocds_put_text(o, out, "description", words.text);
    if ((verdict == OFFER_VALID || verdict == OFFER_ABOVE_RESERVE) && step != NULL) {
        ocds_put(o, out, "value", ocds_euro(o, cost_cents, 2));
        ocds_put(o, out, "items", offer_items(o, offer, step));
    }
    ocds_put(o, out, "relatedLots", ocds_list(o, lot));
    return out;
}

static json_t *statistic_of(struct ocds *o, const char *measure, size_t value)
{
    json_t *statistic = ocds_object(o, measure);

    ocds_put(o, statistic, "measure", json_string(measure));
    ocds_put(o, statistic, "value", json_integer((json_int_t)value));
    return statistic;
}

static size_t valid_bids(const struct tender *tender)
{
    size_t count = 0;

    for (size_t i = 0; i < tender->season->bid_count; i++) {
        const struct bid *bid = &tender->season->bids[i];
        bool valid = false;
        uint64_t cost_cents;

        for (size_t j = 0; j < bid->lot_count; j++)
            valid |= tender_offer(&cost_cents, tender, &bid->lots[j]) == OFFER_VALID;
        count += valid;
    }
    return count;
}

static json_t *bids_of(struct ocds *o)
{
    const struct season *season = o->tender->season;
    size_t valid = valid_bids(o->tender), all = season->bid_count + season->bids_refused;
    json_t *bids = json_object(), *statistics = json_array(), *details = json_array();

    ocds_add(o, statistics, statistic_of(o, "bids", all));
    ocds_add(o, statistics, statistic_of(o, "validBids", valid));
    ocds_add(o, statistics, statistic_of(o, "disqualifiedBids", all - valid));
    for (size_t i = 0; i < season->bid_count; i++)
        for (size_t j = 0; j < season->bids[i].lot_count; j++)
            ocds_add(o, details, offer_of(o, &season->bids[i], &season->bids[i].lots[j]));
    ocds_put(o, bids, "statistics", statistics);
    ocds_put(o, bids, "details", details);
    return bids;
}

/* The lots as they stand now, and, once the reserve is open, the most each may cost. */
static json_t *lot_updates(struct ocds *o, bool awarded)
{
    const struct tender *t = o->tender;
    json_t *lots = json_array();

    for (size_t i = 0; i < t->charter->lot_count; i++) {
        char id[OCDS_ID_MAX];
        uint64_t limit_cents;

        if (!t->season->lots[i].formed)
            continue;
        ocds_lot_id(id, i);
        json_t *lot = ocds_object(o, id);
        if (!awarded && tender_limit_cents(&limit_cents, t, i))
            ocds_put(o, lot, "value", ocds_euro(o, limit_cents, 2));
        if (awarded)
            ocds_put(o, lot, "status", json_string(t->season->lots[i].awarded ? "complete" : "unsuccessful"));
        ocds_add(o, lots, lot);
    }
    return lots;
}

json_t *ocds_bids_release(struct ocds *o, uint64_t date_s)
{
    json_t *release = ocds_release(o, "2-bids", "tenderUpdate", date_s), *tender = ocds_object(o, o->topic);
    json_t *milestones = json_array(), *opening = ocds_object(o, "bidOpening");

    ocds_put(o, release, "parties", parties_of(o, false));
    ocds_put(o, tender, "numberOfTenderers", json_integer((json_int_t)o->tender->season->bid_count));
    ocds_put_date(o, opening, "dateMet", date_s);
    ocds_put(o, opening, "status", json_string("met"));
    ocds_add(o, milestones, opening);
    ocds_put(o, tender, "milestones", milestones);
    ocds_put(o, tender, "lots", lot_updates(o, false));
    ocds_put(o, release, "tender", tender);
    ocds_put(o, release, "bids", bids_of(o));
    return release;
}

static json_t *award_of(struct ocds *o, size_t index)
{
    const struct tender *t = o->tender;
    const struct lot_view *lot = &t->season->lots[index];
    struct words id = { .used = 0 }, bid_id = { .used = 0 };
    json_t *suppliers = json_array();
    char related[OCDS_ID_MAX];

    words_add(&id, "award-lot-%zu", index + 1);
    ocds_lot_id(related, index);
    json_t *award = ocds_object(o, id.text);
    ocds_put_text(o, award, "title", t->charter->lots[index].name);
    ocds_put(o, award, "status", json_string(lot->awarded ? "active" : "unsuccessful"));
    ocds_put_date(o, award, "date", t->season->boxes[BOX_BIDS].settled_s);
    if (lot->awarded) {
        const struct bid *bid = &t->season->bids[lot->winner];

        offer_id(&bid_id, bid, index);
        ocds_put(o, award, "value", ocds_euro(o, lot->cost_cents, 2));
        ocds_add(o, suppliers, company_reference(o, bid));
        ocds_put(o, award, "relatedBids", ocds_list(o, bid_id.text));
    }
    ocds_put(o, award, "suppliers", suppliers);
    ocds_put(o, award, "relatedLots", ocds_list(o, related));
    return award;
}

json_t *ocds_award_release(struct ocds *o, uint64_t date_s)
{
    const struct tender *t = o->tender;
    json_t *release = ocds_release(o, "3-award", "award", date_s), *tender = ocds_object(o, o->topic);
    json_t *awards = json_array();

    ocds_put(o, release, "parties", parties_of(o, true));
    ocds_put(o, tender, "status",
             json_string(t->season->phase == PHASE_AWARDED ? "complete" : "unsuccessful"));
    ocds_put(o, tender, "lots", lot_updates(o, true));
    ocds_put(o, release, "tender", tender);
    for (size_t i = 0; i < t->charter->lot_count; i++)
        if (t->season->lots[i].formed)
            ocds_add(o, awards, award_of(o, i));
    ocds_put(o, release, "awards", awards);
    return release;
}
