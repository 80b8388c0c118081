/* dealer.c - what a home gives to a box when its household says so: its enrolment, its interest, its demand,
 * and the bids that companies give it. WIRE 7.1, 7.4, 7.5, 8.1.
 *
 * Happy path: the box is open, the home may deal in it, one record is written with the next free number.
 * Failure modes: refusals in words, before anything is drawn or written. Values never reach those words, only
 * the name and the bound of the item that was too large. */
#include "proto/duty/own.h"

#include "crypto/labels.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

static const char *const box_names[BOXES] = {
    [BOX_REGISTRY] = "the registry", [BOX_KEY] = "the season key", [BOX_INTEREST] = "the count of interest",
    [BOX_JOIN] = "joining",          [BOX_BIDS] = "bidding",
};

/* One deal on its way: the box, the author and the number settle the context that its proofs are bound to. */
struct dealing {
    struct topic *topic;
    enum box_index box;
    const struct sign_key *author;
    uint64_t seq;
    struct bytes last; /* the body of this author's deal before it; size 0: none */
    uint8_t context[HASH_SIZE];
    uint8_t bytes[RECORD_MAX];
    struct writer body;
};

static enum status box_is_open(struct topic *topic, enum box_index box, struct failure *why)
{
    const struct season *season = topic_season(topic);

    if (!season)
        return failure_say(why, STATUS_NOMEM, "out of memory");
    if (season->phase >= PHASE_AWARDED)
        return failure_say(why, STATUS_EARLY, "the round is over: %s", phase_name(season->phase));
    if (season->boxes[box].state == BOX_WAITING)
        return failure_say(why, STATUS_EARLY, "%s has not begun: what comes before it is still open",
                           box_names[box]);
    if (season->boxes[box].state != BOX_OPEN)
        return failure_say(why, STATUS_EARLY, "%s is closed", box_names[box]);
    return STATUS_OK;
}

/* The highest number this author has used, and the body that bears it; false: none. */
static bool last_deal(uint64_t *seq, struct bytes *body, struct topic *topic, enum box_index box,
                      const uint8_t author[KEY_SIZE])
{
    const struct held *const *deals;
    size_t count = topic_records(topic, box, RECORD_DEAL, &deals);
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        struct reader r = reader_from(deals[i]->record.body);
        uint64_t number;

        if (memcmp(deals[i]->record.author, author, KEY_SIZE) != 0)
            continue;
        reader_array(&r, 1, 16);
        number = reader_uint(&r, DEAL_SEQ_MAX);
        if (r.failed || (found && number < *seq))
            continue;
        found = true;
        *seq = number;
        *body = deals[i]->record.body;
    }
    return found;
}

/* Begins the body with its fields and its number. */
static enum status dealing_begin(struct dealing *out, struct topic *topic, enum box_index box,
                                 const struct sign_key *author, size_t fields, struct failure *why)
{
    uint64_t seq = 0;

    memset(&out->last, 0, sizeof out->last);
    if (last_deal(&seq, &out->last, topic, box, author->public_key) && ++seq > DEAL_SEQ_MAX)
        return failure_say(
            why, STATUS_FULL,
            "this home has changed its mind %d times here, which is as often as the round allows",
            DEAL_SEQ_MAX);
    out->topic = topic;
    out->box = box;
    out->author = author;
    out->seq = seq;
    deal_context(out->context, topic_id(topic), box, topic_season(topic)->boxes[box].parent,
                 author->public_key, seq);
    out->body = writer_to(out->bytes, sizeof out->bytes);
    writer_array(&out->body, fields);
    writer_uint(&out->body, seq);
    return STATUS_OK;
}

static enum status dealing_end(struct deal_out *out, const struct dealing *dealing, struct failure *why)
{
    if (!own_write(out, dealing->topic, RECORD_DEAL, dealing->box, dealing->author, &dealing->body))
        return failure_say(why, STATUS_FULL, "the deal does not fit in one record");
    return STATUS_OK;
}

/* ---- Enrolment: [seq, ring, box, proof, proof, enrolment, beacon]. WIRE 7.1. */

/* The same keys again tell nothing new. */
static bool same_enrolment(struct bytes last, const struct own *own)
{
    struct reader r = reader_from(last);
    uint8_t ring[POINT_SIZE], box[POINT_SIZE];

    if (last.size == 0)
        return false;
    reader_array(&r, 7, 7);
    reader_uint(&r, DEAL_SEQ_MAX);
    reader_fixed(&r, ring, sizeof ring);
    reader_fixed(&r, box, sizeof box);
    return !r.failed && memcmp(ring, own->ring.public_point.b, sizeof ring) == 0 &&
           memcmp(box, own->box.public_point.b, sizeof box) == 0;
}

static void possession_write(struct dealing *dealing, const struct group_key *key, struct rng *rng)
{
    uint8_t proof[SHARE_PROOF_SIZE];

    share_make(proof, &key->secret, BYTES(dealing->context), NULL, 0, rng);
    writer_bin(&dealing->body, BYTES(proof));
}

static void enrolment_write(struct dealing *dealing, const struct sign_key *invite)
{
    struct bytes parts[] = { { topic_id(dealing->topic), ID_SIZE }, BYTES(dealing->author->public_key) };
    uint8_t hash[HASH_SIZE], signature[SIGNATURE_SIZE];

    hash_parts(hash, LABEL_INVITE_KEY, parts, ARRAY_SIZE(parts));
    sign_make(signature, invite, BYTES(hash));
    writer_bin(&dealing->body, BYTES(signature));
}

static bool beacon_write(struct dealing *dealing, struct rng *rng)
{
    uint8_t beacon[DEAL_MAX];
    size_t size;

    if (!beacon_make(beacon, &size, &topic_charter(dealing->topic)->genesis.joint, BYTES(dealing->context),
                     rng))
        return false;
    writer_bin(&dealing->body, (struct bytes){ beacon, size });
    return true;
}

enum status deal_enrol(struct deal_out *out, struct topic *topic, const struct own *own,
                       const struct sign_key *invite, struct rng *rng, struct failure *why)
{
    struct dealing dealing;
    enum status status;

    if (!own->secret_known)
        return failure_say(why, STATUS_MISSING, "this home has no secret for the round yet");
    if (memcmp(invite->public_key, topic_charter(topic)->invite_key, KEY_SIZE) != 0)
        return failure_say(why, STATUS_DENIED, "this round belongs to another group: ask for its invitation");
    if ((status = box_is_open(topic, BOX_REGISTRY, why)) != STATUS_OK ||
        (status = dealing_begin(&dealing, topic, BOX_REGISTRY, &own->member, 7, why)) != STATUS_OK)
        return status;
    if (same_enrolment(dealing.last, own))
        return failure_say(why, STATUS_EXISTS, "this home is enrolled already");
    writer_bin(&dealing.body, BYTES(own->ring.public_point.b));
    writer_bin(&dealing.body, BYTES(own->box.public_point.b));
    possession_write(&dealing, &own->ring, rng);
    possession_write(&dealing, &own->box, rng);
    enrolment_write(&dealing, invite);
    if (!beacon_write(&dealing, rng))
        return failure_say(why, STATUS_MALFORMED, "the founders' key of this round is no key");
    return dealing_end(out, &dealing, why);
}

/* ---- Deals under a name of this box alone, admitted by the ring key. */

static enum status admitted_begin(struct dealing *out, struct topic *topic, enum box_index box,
                                  const struct own *own, size_t fields, struct failure *why)
{
    enum status status = box_is_open(topic, box, why);

    if (status != STATUS_OK)
        return status;
    if (!own_in_registry(own, topic, NULL))
        return failure_say(why, STATUS_DENIED,
                           "this home is not in the registry of the round, which is closed");
    return dealing_begin(out, topic, box,
                         box == BOX_INTEREST ? &own->interest
                         : box == BOX_BIDS   ? &own->introducer
                                             : &own->pseudonym,
                         fields, why);
}

/* What is admitted is the context, which names the author and the number; the author signs the rest. */
static enum status admitted_end(struct deal_out *out, struct dealing *dealing, const struct own *own,
                                struct rng *rng, struct failure *why)
{
    uint8_t proof[ADMISSION_MAX], nullifier[POINT_SIZE], scope[HASH_SIZE];
    const struct point *ring;
    size_t index, size, count = ring_points(dealing->topic, &ring);

    topic_scope(scope, dealing->topic, dealing->box);
    if (!own_in_registry(own, dealing->topic, &index) ||
        !admission_make(proof, &size, nullifier, ring, count, index, &own->ring, BYTES(scope),
                        BYTES(dealing->context), rng))
        return failure_say(why, STATUS_DENIED, "the registry of the round does not have this home's key");
    writer_bin(&dealing->body, (struct bytes){ proof, size });
    return dealing_end(out, dealing, why);
}

/* ---- Interest: [seq, report, admission]. WIRE 7.4. */

enum { REPORT_NONE = 4 };

static bool same_report(struct bytes last, uint64_t report)
{
    struct reader r = reader_from(last);

    if (last.size == 0)
        return false;
    reader_array(&r, 3, 3);
    reader_uint(&r, DEAL_SEQ_MAX);
    return reader_uint(&r, REPORT_NONE) == report && !r.failed;
}

enum status deal_interest(struct deal_out *out, struct topic *topic, const struct own *own, int report,
                          struct rng *rng, struct failure *why)
{
    uint64_t cell = report < 0 ? REPORT_NONE : (uint64_t)report;
    struct dealing dealing;
    enum status status;

    if (report < -1 || report >= REPORT_NONE)
        return failure_say(why, STATUS_MALFORMED, "a report is a cell from 0 to 3, or none");
    status = admitted_begin(&dealing, topic, BOX_INTEREST, own, 3, why);
    if (status != STATUS_OK)
        return status;
    if (same_report(dealing.last, cell))
        return failure_say(why, STATUS_EXISTS, "this home has said so already");
    writer_uint(&dealing.body, cell);
    return admitted_end(out, &dealing, own, rng, why);
}

/* ---- Join: [seq, [[lot, minimum], ...], deal, admission]. WIRE 7.5. */

static enum status choice_check(const struct charter *charter, size_t homes, const struct lot_choice *choices,
                                size_t i, struct failure *why)
{
    const struct lot_choice *choice = &choices[i];

    if (choice->lot >= charter->lot_count)
        return failure_say(why, STATUS_MALFORMED, "there is no lot %" PRIu32 ": the round has %zu",
                           choice->lot, charter->lot_count);
    for (size_t j = 0; j < i; j++)
        if (choices[j].lot == choice->lot)
            return failure_say(why, STATUS_MALFORMED, "lot \"%s\" is named twice",
                               charter->lots[choice->lot].name);
    if (choice->minimum != 0 && choice->minimum < charter->floor)
        return failure_say(why, STATUS_MALFORMED,
                           "a minimum of %" PRIu32 " homes cannot be: no lot of fewer than %" PRIu32
                           " is ever formed",
                           choice->minimum, charter->floor);
    if (choice->minimum > homes)
        return failure_say(why, STATUS_MALFORMED,
                           "a minimum of %" PRIu32 " homes cannot be met: the round has %zu", choice->minimum,
                           homes);
    return STATUS_OK;
}

static enum status choices_check(const struct topic *topic, size_t homes, const struct lot_choice *choices,
                                 size_t count, struct failure *why)
{
    enum status status = STATUS_OK;

    if (count > LOT_CHOICES_MAX)
        return failure_say(why, STATUS_MALFORMED, "at most %d lots can be named", LOT_CHOICES_MAX);
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = choice_check(topic_charter(topic), homes, choices, i, why);
    return status;
}

static void choices_write(struct writer *body, const struct lot_choice *choices, size_t count, uint32_t floor)
{
    writer_array(body, count);
    for (size_t i = 0; i < count; i++) {
        writer_array(body, 2);
        writer_uint(body, choices[i].lot);
        writer_uint(body, choices[i].minimum ? choices[i].minimum : floor);
    }
}

static enum status demand_write(struct dealing *dealing, const uint64_t *values, size_t count,
                                struct rng *rng, struct failure *why)
{
    const struct committee_key *key = box_key(dealing->topic, BOX_JOIN);
    const struct deal_bases *bases = topic_bases(dealing->topic);
    uint8_t deal[DEAL_MAX];
    size_t size = 0;

    if (count > 0 && !bases)
        return failure_say(why, STATUS_NOMEM, "out of memory");
    if (count > 0 &&
        (!key || !deal_make(deal, &size, bases, &key->joint, BYTES(dealing->context), values, rng)))
        return failure_say(why, STATUS_EARLY,
                           "the key of the season is not there: nothing can be sealed to it");
    writer_bin(&dealing->body, (struct bytes){ deal, size });
    return STATUS_OK;
}

/* Encrypted values cannot be compared, so saying the same again is a new deal. */
enum status deal_join(struct deal_out *out, struct topic *topic, const struct own *own,
                      const struct lot_choice *choices, size_t choice_count, const uint64_t *values,
                      size_t value_count, struct rng *rng, struct failure *why)
{
    bool withdraws = choice_count == 0;
    struct dealing dealing;
    enum status status = admitted_begin(&dealing, topic, BOX_JOIN, own, 4, why);

    if (status != STATUS_OK)
        return status;
    if (withdraws && dealing.last.size == 0)
        return failure_say(why, STATUS_MISSING, "this home has not joined: there is nothing to withdraw");
    status = choices_check(topic, topic_season(topic)->registry_count, choices, choice_count, why);
    if (status == STATUS_OK && !withdraws)
        status = charter_demand_check(topic_charter(topic), values, value_count, why);
    if (status != STATUS_OK)
        return status;
    choices_write(&dealing.body, choices, choice_count, topic_charter(topic)->floor);
    status = demand_write(&dealing, values, withdraws ? 0 : value_count, rng, why);
    return status == STATUS_OK ? admitted_end(out, &dealing, own, rng, why) : status;
}

/* ---- Bids: [seq, bid, admission]. WIRE 8.1. */

static bool introduced(struct topic *topic, const struct own *own, const struct record *bid)
{
    const struct held *const *deals;
    size_t count = topic_records(topic, BOX_BIDS, RECORD_DEAL, &deals);

    for (size_t i = 0; i < count; i++) {
        struct reader r = reader_from(deals[i]->record.body);

        reader_array(&r, 3, 3);
        reader_uint(&r, DEAL_SEQ_MAX);
        if (memcmp(deals[i]->record.author, own->introducer.public_key, KEY_SIZE) == 0 &&
            bytes_equal(reader_bin(&r, 1, RECORD_MAX), bid->whole))
            return true;
    }
    return false;
}

enum status deal_bid(struct deal_out *out, struct topic *topic, const struct own *own, struct bytes bytes,
                     struct rng *rng, struct failure *why)
{
    struct dealing dealing;
    struct sealed_bid bid;
    enum status status;

    if (!sealed_bid_read(&bid, bytes))
        return failure_say(why, STATUS_MALFORMED, "this is not a sealed bid");
    if (memcmp(bid.record.topic, topic_id(topic), ID_SIZE) != 0)
        return failure_say(why, STATUS_DENIED, "this bid is for another round");
    status = admitted_begin(&dealing, topic, BOX_BIDS, own, 3, why);
    if (status != STATUS_OK)
        return status;
    if (introduced(topic, own, &bid.record))
        return failure_say(why, STATUS_EXISTS, "this home has handed it in already");
    if (dealing.seq >= INTRODUCTIONS_MAX)
        return failure_say(why, STATUS_FULL,
                           "this home has handed in %d bids, as many as one home may: another home of the "
                           "round can hand in this one",
                           INTRODUCTIONS_MAX);
    writer_bin(&dealing.body, bytes);
    return admitted_end(out, &dealing, own, rng, why);
}
