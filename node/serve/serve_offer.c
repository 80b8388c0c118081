/* serve_offer.c - from bids to a contract, as far as this home has a hand in it: a company's sealed file is
 * passed on, this home's own bill under every bid is computed here, and only its own yes hands its name over,
 * sealed to the winner.
 *
 * Happy path: bid, open, bill, letter. Failure modes: a file that is no bid or belongs to a round unknown
 * here; the award not there yet; a home that is in no lot, so that nobody expects its answer. A letter is
 * journalled, on disk, before it is given out. */
#include "node/serve/round_view.h"
#include "node/serve/serve.h"
#include "node/tender/tender.h"
#include "node/tongue/tongue.h"
#include "node/wish/envelope.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

/* ---- A company's bid. */

static enum status bid_send(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct event event = { .type = EVENT_BID };
    uint8_t bytes[RECORD_MAX], id[ID_SIZE];
    struct answer a = { false };
    struct envelope envelope;
    struct topic *topic;
    enum status status;

    if (!base64_read(bytes, sizeof bytes, &event.bytes.size, arg_text_or(args, "record", "")))
        return failure_say(why, STATUS_MALFORMED, _("\"record\" is not base 64 of at most %d bytes"),
                           RECORD_MAX);
    event.bytes.data = bytes;
    if (!envelope_read(&envelope, event.bytes) || envelope.kind != RECORD_DEAL || envelope.box != BOX_BIDS)
        return failure_say(why, STATUS_MALFORMED,
                           _("this file is not a sealed bid; a company makes one with: coopair bid seal"));
    if (core_topic_find(node_core(node), envelope.topic) == NULL)
        return failure_say(why, STATUS_MISSING, _("this home does not follow the round this bid is for"));
    envelope_id(id, &envelope);
    memcpy(event.topic, envelope.topic, ID_SIZE);
    status = node_command(node, &event, why);
    topic = core_topic_find(node_core(node), envelope.topic);
    if ((status != STATUS_OK && status != STATUS_EXISTS) || topic == NULL)
        return status;
    answer_hex(&a, reply, "topic", envelope.topic, ID_SIZE);
    answer_text(&a, reply, "title", topic_charter(topic)->title);
    answer_hex(&a, reply, "record", id, ID_SIZE);
    answer_flag(&a, reply, "known_before", status == STATUS_EXISTS);
    if (topic_season(topic) != NULL)
        answer_uint(&a, reply, "deadline", topic_season(topic)->boxes[BOX_BIDS].deadline_s);
    return answer_done(&a, why);
}

/* ---- This home's bills. */

struct place {
    struct topic *topic;
    const struct charter *charter;
    const struct season *season;
    size_t lot;
    struct own_view own;
};

/* Where this home stands once the bids are judged. */
static enum status place_find(struct place *out, struct node *node, json_t *args, struct failure *why)
{
    out->topic = arg_topic(node, args, why);
    if (out->topic == NULL)
        return STATUS_MISSING;
    out->charter = topic_charter(out->topic);
    out->season = topic_season(out->topic);
    if (out->season == NULL)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    if (!tender_judged(out->season))
        return failure_say(why, STATUS_EARLY,
                           _("the bids of %s are not opened yet (phase \"%s\"); see: coopair round show"),
                           out->charter->title, phase_name(out->season->phase));
    core_own(node_core(node), out->topic, &out->own);
    out->lot = round_lot_of(out->charter, out->season, out->own.pseudonym);
    if (out->lot == SIZE_MAX)
        return failure_say(why, STATUS_DENIED, _("this home is in no lot of %s, so no bid is for it"),
                           out->charter->title);
    return STATUS_OK;
}

static void offer_view(struct answer *a, json_t *out, const struct place *place, const struct bid *bid,
                       const struct bid_lot *offer, const struct wish *wish)
{
    static const char *const verdicts[] = { "valid", N_("no step for so few homes"), N_("above what may be paid"),
                                            N_("lot not formed") };
    const struct lot_view *lot = &place->season->lots[place->lot];
    struct tender tender = { .topic = topic_id(place->topic),
                             .charter = place->charter,
                             .season = place->season };
    uint64_t cost_cents, bill = UINT64_MAX;

    if (wish->value_count == place->charter->item_count)
        bill = bid_cost_cents(place->charter, offer, wish->values, 1, lot->home_count);
    answer_text(a, out, "company", bid->company);
    answer_text(a, out, "contact", bid->contact);
    answer_text(a, out, "terms", bid->terms);
    answer_hex(a, out, "record", bid->record, ID_SIZE);
    answer_text(a, out, "verdict", verdicts[tender_offer(&cost_cents, &tender, offer)]);
    answer_flag(a, out, "winner", lot->awarded && &place->season->bids[lot->winner] == bid);
    if (bill == UINT64_MAX)
        answer_null(a, out, "bill_cents");
    else
        answer_uint(a, out, "bill_cents", bill);
}

/* What it pays today for the same, as it said itself, encrypted, when it joined. */
static void today_view(struct answer *a, json_t *reply, const struct charter *charter,
                       const struct wish *wish)
{
    for (size_t i = 0; i < charter->item_count && i < wish->value_count; i++)
        if (charter->items[i].use == ITEM_RESERVE && wish->values[i] > 0) {
            answer_uint(a, reply, "today_cents", wish->values[i] * 100);
            return;
        }
    answer_null(a, reply, "today_cents");
}

static enum status offer_show(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct place place;
    struct answer a = { false };
    json_t *offers;
    struct wish wish;
    enum status status = place_find(&place, node, args, why);

    if (status != STATUS_OK)
        return status;
    wish_read(node, topic_id(place.topic), &wish);
    round_view(&a, answer_object(&a, reply, "round"), node, place.topic);
    answer_uint(&a, reply, "lot", place.lot + 1);
    answer_text(&a, reply, "lot_name", place.charter->lots[place.lot].name);
    answer_uint(&a, reply, "answer_until",
                place.season->boxes[BOX_BIDS].deadline_s + place.charter->expires_s);
    today_view(&a, reply, place.charter, &wish);
    offers = answer_array(&a, reply, "offers");
    for (size_t i = 0; i < place.season->bid_count; i++)
        for (size_t j = 0; j < place.season->bids[i].lot_count; j++)
            if (place.season->bids[i].lots[j].lot == place.lot)
                offer_view(&a, answer_item(&a, offers), &place, &place.season->bids[i],
                           &place.season->bids[i].lots[j], &wish);
    wish_clear(&wish);
    return answer_done(&a, why);
}

/* ---- Yes and no. */

static enum status award_needed(const struct place *place, struct failure *why)
{
    if (place->season->lots[place->lot].awarded)
        return STATUS_OK;
    return failure_say(why, STATUS_DENIED, _("lot %zu of %s was awarded to nobody: there is no offer to answer"),
                       place->lot + 1, place->charter->title);
}

static enum status field_take(char *out, size_t room, json_t *args, const char *name, bool needed,
                              struct failure *why)
{
    const char *text = arg_text_or(args, name, "");

    if (strlen(text) >= room)
        return failure_say(why, STATUS_MALFORMED, _("--%s takes at most %zu bytes"), name, room - 1);
    if (!text_printable(text))
        return failure_say(why, STATUS_MALFORMED, _("--%s must be printable text on one line"), name);
    if (needed && text[0] == '\0')
        return failure_say(why, STATUS_MALFORMED, _("the winner needs --%s"), name);
    memcpy(out, text, strlen(text) + 1);
    return STATUS_OK;
}

static enum status letter_take(struct letter *out, const struct place *place, json_t *args,
                               struct failure *why)
{
    enum status status;

    *out = (struct letter){ .lot = (uint32_t)place->lot };
    memcpy(out->topic, topic_id(place->topic), ID_SIZE);
    memcpy(out->pseudonym, place->own.pseudonym, KEY_SIZE);
    status = field_take(out->name, sizeof out->name, args, "name", true, why);
    if (status == STATUS_OK)
        status = field_take(out->address, sizeof out->address, args, "address", true, why);
    if (status == STATUS_OK)
        status = field_take(out->meter, sizeof out->meter, args, "meter", false, why);
    if (status == STATUS_OK)
        status = field_take(out->note, sizeof out->note, args, "note", false, why);
    return status;
}

static bool item_delivered(const struct item *item)
{
    return item->use == ITEM_QUANTITY || item->use == ITEM_TOLERANCE;
}

/* The quantities go along, as this home gave them to the sum: the winner delivers so much. What it pays today
 * and its limits are no business of the winner's and stay at nought. */
static void letter_values(struct letter *out, struct node *node, const struct place *place)
{
    struct wish wish;

    wish_read(node, topic_id(place->topic), &wish);
    for (size_t i = 0; i < place->charter->item_count && wish.value_count == place->charter->item_count; i++)
        out->values[out->value_count++] = item_delivered(&place->charter->items[i]) ? wish.values[i] : 0;
    wish_clear(&wish);
}

static void journal_letter(struct node *node, const struct place *place, const struct letter *letter,
                           const struct bid *winner)
{
    node_journal(node, _("%s: accepted; a letter sealed to %s, which nobody else can open: name %s; address %s"),
                 place->charter->title, winner->company, letter->name, letter->address);
    node_journal(node,
                 _("%s: in the same letter: meter \"%s\"; note \"%s\"; and the quantities this home asked for"),
                 place->charter->title, letter->meter, letter->note);
}

static enum status letter_give(struct node *node, const struct place *place, const struct letter *letter,
                               json_t *reply, struct failure *why)
{
    const struct bid *winner = &place->season->bids[place->season->lots[place->lot].winner];
    struct sign_key pseudonym;
    uint8_t sealed[LETTER_MAX];
    struct answer a = { false };
    enum status status;
    size_t size;

    core_pseudonym(node_core(node), &pseudonym, letter->topic);
    size = letter_seal(sealed, sizeof sealed, letter, &pseudonym, &winner->inbox, node_rng(node));
    sign_key_clear(&pseudonym);
    if (size == 0)
        return failure_say(why, STATUS_MALFORMED, _("the texts of this letter are too long"));
    answer_text(&a, reply, "title", place->charter->title);
    answer_hex(&a, reply, "topic", letter->topic, ID_SIZE);
    answer_hex(&a, reply, "pseudonym", letter->pseudonym, KEY_SIZE);
    answer_text(&a, reply, "company", winner->company);
    answer_text(&a, reply, "contact", winner->contact);
    answer_uint(&a, reply, "lot", place->lot + 1);
    answer_base64(&a, reply, "letter", (struct bytes){ sealed, size });
    status = answer_done(&a, why);
    if (status == STATUS_OK)
        status = wish_answer_write(node, letter->topic, ANSWER_ACCEPTED, why);
    if (status != STATUS_OK)
        return status;
    journal_letter(node, place, letter, winner);
    return node_flush(node, why);
}

static enum status offer_letter(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct place place;
    struct letter letter;
    enum status status = place_find(&place, node, args, why);

    if (status == STATUS_OK)
        status = award_needed(&place, why);
    if (status == STATUS_OK)
        status = letter_take(&letter, &place, args, why);
    if (status != STATUS_OK)
        return status;
    letter_values(&letter, node, &place);
    status = letter_give(node, &place, &letter, reply, why);
    sodium_memzero(&letter, sizeof letter);
    return status;
}

static enum status offer_decline(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct place place;
    struct answer a = { false };
    enum status status = place_find(&place, node, args, why);

    if (status == STATUS_OK)
        status = award_needed(&place, why);
    if (status != STATUS_OK)
        return status;
    if (wish_answer_read(node, topic_id(place.topic)) == ANSWER_ACCEPTED)
        return failure_say(why, STATUS_DENIED, _("a letter to %s was made already: tell them yourself, at %s"),
                           place.season->bids[place.season->lots[place.lot].winner].company,
                           place.season->bids[place.season->lots[place.lot].winner].contact);
    status = wish_answer_write(node, topic_id(place.topic), ANSWER_DECLINED, why);
    if (status != STATUS_OK)
        return status;
    node_journal(node, _("%s: declined the award; nothing left"), place.charter->title);
    answer_text(&a, reply, "title", place.charter->title);
    answer_hex(&a, reply, "topic", topic_id(place.topic), ID_SIZE);
    return answer_done(&a, why);
}

const struct served serve_offer[] = {
    { "bid.send", bid_send, false },
    { "offer.show", offer_show, false },
    { "offer.letter", offer_letter, false },
    { "offer.decline", offer_decline, false },
    { NULL, NULL, false },
};
