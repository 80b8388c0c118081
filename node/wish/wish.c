/* wish.c - see wish.h.
 *
 * Happy path: read the wish, look at the fold, give the core the one command that is due, write down in the
 * journal what left. Failure modes: a core that refuses is asked again when a phase moves; a wish that does
 * not read back (damage) counts as none, so nothing leaves by mistake but the enrolment, which tells nothing
 * about the home. */
#include "node/wish/wish.h"

#include "crypto/labels.h"
#include "node/profile/profile.h"
#include "node/tender/tender.h"
#include "node/tongue/tongue.h"
#include "node/wish/consent.h"
#include "node/wish/envelope.h"
#include "node/wish/told.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { WISH_VERSION = 1, WISH_FIELDS = 9, WISH_SIZE_MAX = 512, CELLS = 4 };

/* ---- As bytes: [1, enrol, interest, report + 1, cell + 1, join, dealt before, [lot, minimum, ...], [value,
 * ...]]. */

static size_t wish_encode(uint8_t out[WISH_SIZE_MAX], const struct wish *wish)
{
    struct writer w = writer_to(out, WISH_SIZE_MAX);

    writer_array(&w, WISH_FIELDS);
    writer_uint(&w, WISH_VERSION);
    writer_uint(&w, wish->enrol);
    writer_uint(&w, wish->interest);
    writer_uint(&w, (uint64_t)(wish->report + 1));
    writer_uint(&w, (uint64_t)(wish->cell + 1));
    writer_uint(&w, wish->join);
    writer_uint(&w, wish->dealt_before);
    writer_array(&w, 2 * wish->choice_count);
    for (size_t i = 0; i < wish->choice_count; i++) {
        writer_uint(&w, wish->lots[i]);
        writer_uint(&w, wish->minimums[i]);
    }
    writer_array(&w, wish->value_count);
    for (size_t i = 0; i < wish->value_count; i++)
        writer_uint(&w, wish->values[i]);
    return writer_done(&w);
}

static bool wish_decode(struct wish *out, struct bytes in)
{
    struct reader r = reader_from(in);

    *out = (struct wish){ .report = -1 };
    reader_array(&r, WISH_FIELDS, WISH_FIELDS);
    if (reader_uint(&r, WISH_VERSION) != WISH_VERSION)
        reader_fail(&r);
    out->enrol = reader_uint(&r, 1);
    out->interest = reader_uint(&r, 1);
    out->report = (int)reader_uint(&r, CELLS) - 1;
    out->cell = (int)reader_uint(&r, CELLS) - 1;
    out->join = reader_uint(&r, 1);
    out->dealt_before = reader_uint(&r, TOPIC_RECORDS_MAX);
    size_t numbers = reader_array(&r, 0, (size_t)2 * LOT_CHOICES_MAX);
    out->choice_count = numbers / 2;
    for (size_t i = 0; i < out->choice_count; i++) {
        out->lots[i] = (uint32_t)reader_uint(&r, LOTS_MAX - 1);
        out->minimums[i] = (uint32_t)reader_uint(&r, UINT32_MAX);
    }
    out->value_count = reader_array(&r, 0, DEAL_VALUES_MAX);
    for (size_t i = 0; i < out->value_count; i++)
        out->values[i] = reader_uint(&r, UINT64_MAX);
    return reader_done(&r) && numbers % 2 == 0;
}

/* ---- Kept. */

void wish_clear(struct wish *wish)
{
    sodium_memzero(wish, sizeof *wish);
}

bool wish_read(struct node *node, const uint8_t topic[ID_SIZE], struct wish *out)
{
    struct store_txn *txn = store_begin(node_store(node), STORE_READ);
    struct bytes value;
    bool known = store_setting_get(txn, &value, topic, "wish") && wish_decode(out, value);

    store_abort(txn);
    if (!known)
        *out = (struct wish){ .enrol = true, .report = -1, .cell = -1 };
    return known;
}

static enum status setting_write(struct node *node, const uint8_t topic[ID_SIZE], const char *name,
                                 struct bytes value, struct failure *why)
{
    struct store_txn *txn = store_begin(node_store(node), STORE_WRITE);

    store_setting_put(txn, topic, name, value);
    return store_commit(txn, why);
}

enum status wish_write(struct node *node, const uint8_t topic[ID_SIZE], const struct wish *wish,
                       struct failure *why)
{
    uint8_t bytes[WISH_SIZE_MAX];
    size_t size = wish_encode(bytes, wish);
    enum status status = setting_write(node, topic, "wish", (struct bytes){ bytes, size }, why);

    sodium_memzero(bytes, sizeof bytes);
    return status;
}

enum offer_answer wish_answer_read(struct node *node, const uint8_t topic[ID_SIZE])
{
    struct store_txn *txn = store_begin(node_store(node), STORE_READ);
    enum offer_answer answer = ANSWER_NONE;
    struct bytes value;

    if (store_setting_get(txn, &value, topic, "answer") && value.size == 1 &&
        value.data[0] <= ANSWER_DECLINED)
        answer = (enum offer_answer)value.data[0];
    store_abort(txn);
    return answer;
}

enum status wish_answer_write(struct node *node, const uint8_t topic[ID_SIZE], enum offer_answer answer,
                              struct failure *why)
{
    uint8_t byte = (uint8_t)answer;

    return setting_write(node, topic, "answer", (struct bytes){ &byte, 1 }, why);
}

/* ---- The journal: exactly what left, in the words of the charter. */

/* What a line of the journal holds; several lines where the charter has many items. */
static void journal_values(struct node *node, const struct charter *charter, const struct wish *wish)
{
    char text[STORE_JOURNAL_TEXT_MAX / 2];
    size_t used = 0;

    for (size_t i = 0; i < wish->value_count && i < charter->item_count; i++) {
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s%s: %" PRIu64 " %s", used == 0 ? "" : "; ",
                             charter->items[i].name, wish->values[i], tender_unit(charter->items[i].unit));
        if (i + 1 < wish->value_count && used + NAME_MAX_SIZE + 48 < sizeof text)
            continue;
        node_journal(node, _("%s: sent encrypted, opened only as a total of at least %" PRIu32 " homes: %s"),
                     charter->title, charter->floor, text);
        used = 0;
    }
    sodium_memzero(text, sizeof text);
}

static void journal_join(struct node *node, const struct charter *charter, const struct wish *wish,
                         const uint8_t *pseudonym)
{
    char lots[256] = "", name[2 * KEY_SIZE + 1];
    size_t used = 0;

    tender_hex(name, pseudonym, KEY_SIZE);
    for (size_t i = 0; i < wish->choice_count && wish->lots[i] < charter->lot_count; i++)
        used += (size_t)snprintf(lots + used, sizeof lots - used, _("%slot %" PRIu32 " from %" PRIu32 " homes"),
                                 i == 0 ? "" : ", ", wish->lots[i] + 1,
                                 wish->minimums[i] > charter->floor ? wish->minimums[i] : charter->floor);
    if (wish->choice_count == 0) {
        node_journal(node, _("%s: withdrew; in the clear, under the pseudonym %.16s: no lot"), charter->title,
                     name);
        return;
    }
    node_journal(node, _("%s: joined; in the clear to the whole group, under the pseudonym %.16s: %s"),
                 charter->title, name, lots);
    journal_values(node, charter, wish);
}

static void journal_interest(struct node *node, const struct charter *charter, const struct wish *wish)
{
    if (wish->report < 0)
        node_journal(node, _("%s: said to the group, under a pseudonym: interested; nothing else"),
                     charter->title);
    else
        node_journal(node,
                     _("%s: said to the group, under a pseudonym: interested, and cell %d of 4 (drawn with "
                     "noise, two bits)"),
                     charter->title, wish->report);
}

/* ---- Doing what is due. */

/* Neighbours can watch when a deal leaves. So it leaves at a moment in the first quarter of the box's time that only this home can
 * compute, not when its people come home or its node notices the box. A box of less than an hour is a demonstration. */
enum { HURRY_S = 3600, DELAY_SHARE = 4 };

static uint64_t moment_ms(const uint8_t seed[KEY_SIZE], struct topic *topic, const struct season *season,
                          enum box_index box)
{
    uint64_t window_s = topic_charter(topic)->window_s[box], opened_s = season->boxes[box].deadline_s - window_s;
    uint8_t number[8], drawn[KEY_SIZE];
    struct bytes parts[] = { { topic_id(topic), ID_SIZE }, BYTES(number) };

    if (window_s < HURRY_S)
        return 0;
    be64_write(number, (uint64_t)box);
    derive_key(drawn, seed, LABEL_DEAL_TIME, parts, ARRAY_SIZE(parts));
    return opened_s * 1000 + be64_read(drawn) % (window_s * 1000 / DELAY_SHARE);
}

/* A home that has dealt in the box is known by its pseudonym already: what it says next need not wait. */
static bool its_time(struct node *node, struct topic *topic, const struct season *season, enum box_index box,
                     bool dealt)
{
    uint64_t at_ms = dealt ? 0 : moment_ms(node_seed(node), topic, season, box);

    if (node_now_ms(node) >= at_ms)
        return true;
    node_wake_at(node, at_ms);
    return false;
}

static bool enrol_due(const struct season *season, const struct own_view *own, const struct wish *wish)
{
    return wish->enrol && !own->enrolled && season->boxes[BOX_REGISTRY].state == BOX_OPEN;
}

/* The cell leaves only while that is allowed, at the moment it leaves: what has left before in this season (told.h), else as it was shown,
 * else as the readings have it now. */
static int report_now(struct node *node, const struct charter *charter, const struct wish *wish)
{
    struct consents consents;
    struct profile profile;
    unsigned report;

    consents_read(&consents, node_store(node));
    if (consents.since_ms[PURPOSE_PROFILE] == 0)
        return -1;
    if (told_before(&report, node, charter))
        return (int)report;
    if (wish->report < 0 && (profile_of_store(&profile, node_store(node), NULL) != STATUS_OK || !profile.cell_known))
        return -1;
    report = wish->report >= 0 ? (unsigned)wish->report : told_report(node, charter, profile.cell);
    return told_keep(node, charter, report) ? (int)report : -1;
}

void wish_find(struct node *node, const uint8_t id[ID_SIZE], struct wish *out)
{
    struct consents consents;

    if (wish_read(node, id, out))
        return;
    consents_read(&consents, node_store(node));
    out->interest = consents.since_ms[PURPOSE_INTEREST] > 0;
}

static bool interest_due(const struct season *season, const struct own_view *own, const struct wish *wish)
{
    return wish->interest && own->in_registry && !own->interested &&
           season->boxes[BOX_INTEREST].state == BOX_OPEN;
}

static bool join_due(struct topic *topic, const struct season *season, const struct own_view *own,
                     const struct wish *wish)
{
    if (!wish->join || !own->in_registry || season->boxes[BOX_JOIN].state != BOX_OPEN)
        return false;
    if (wish->choice_count == 0 && !own->joined)
        return false; /* nothing to withdraw */
    return envelope_deals(topic, BOX_JOIN, own->pseudonym) <= wish->dealt_before;
}

/* Leaves out the lots that ask for more homes than the registry holds: the core refuses what can never be
 * met. */
static void choices_keep(struct wish *wish, size_t homes)
{
    size_t kept = 0;

    for (size_t i = 0; i < wish->choice_count; i++) {
        if (wish->minimums[i] > homes)
            continue;
        wish->lots[kept] = wish->lots[i];
        wish->minimums[kept++] = wish->minimums[i];
    }
    wish->choice_count = kept;
}

void wish_join_event(struct event *out, const struct wish *wish)
{
    *out = (struct event){ .type = EVENT_JOIN,
                           .choice_count = wish->choice_count,
                           .value_count = wish->value_count };
    for (size_t i = 0; i < wish->choice_count; i++) {
        out->choices[i].lot = wish->lots[i];
        out->choices[i].minimum = wish->minimums[i];
    }
    memcpy(out->values, wish->values, sizeof out->values);
}

/* The one command that is due now; the wish is then what it sends. false: none. */
static bool due(struct node *node, struct event *event, struct topic *topic, const struct own_view *own,
                struct wish *wish)
{
    bool withdraws = wish->choice_count == 0;
    const struct season *season = topic_season(topic);

    if (season == NULL)
        return false;
    if (season->boxes[BOX_JOIN].state == BOX_OPEN)
        choices_keep(wish, season->registry_count);
    if (!withdraws && wish->choice_count == 0)
        wish->join = false;
    if (enrol_due(season, own, wish))
        *event = (struct event){ .type = EVENT_ENROL };
    else if (interest_due(season, own, wish) && its_time(node, topic, season, BOX_INTEREST, false))
        *event = (struct event){ .type = EVENT_INTEREST,
                                 .report = wish->report = report_now(node, topic_charter(topic), wish) };
    else if (join_due(topic, season, own, wish) && its_time(node, topic, season, BOX_JOIN, own->joined))
        wish_join_event(event, wish);
    else
        return false;
    memcpy(event->topic, topic_id(topic), ID_SIZE);
    return true;
}

/* Which record it was, so that its bytes can be found: coopair share preview has them. */
static void journal_record(struct node *node, struct topic *topic, enum event_type type)
{
    char name[2 * ID_SIZE + 1];
    uint8_t id[ID_SIZE];
    struct bytes record = core_own_deal(node_core(node), topic,
                                        type == EVENT_ENROL      ? BOX_REGISTRY
                                        : type == EVENT_INTEREST ? BOX_INTEREST
                                                                 : BOX_JOIN,
                                        id);

    if (record.size == 0)
        return;
    tender_hex(name, id, sizeof id);
    node_journal(node, _("%s: that was record %.16s, %zu bytes"), topic_charter(topic)->title, name, record.size);
}

static void journal(struct node *node, const struct charter *charter, const struct event *event,
                    const struct wish *wish, const struct own_view *own)
{
    if (event->type == EVENT_ENROL)
        node_journal(node, _("%s: enrolled; to the group: fresh keys of this round, and nothing about the home"),
                     charter->title);
    else if (event->type == EVENT_INTEREST)
        journal_interest(node, charter, wish);
    else
        journal_join(node, charter, wish, own->pseudonym);
}

enum status wish_try(struct node *node, const uint8_t id[ID_SIZE], struct failure *why)
{
    enum status status = STATUS_OK;
    struct wish wish;

    wish_find(node, id, &wish);
    for (unsigned step = 0; step < 3 && status == STATUS_OK;
         step++) { /* enrol, interest, join: each at most once */
        struct topic *topic = core_topic_find(node_core(node), id);
        struct event event;
        struct own_view own;

        if (topic == NULL)
            break;
        core_own(node_core(node), topic, &own);
        if (!due(node, &event, topic, &own, &wish))
            break;
        event.now_ms = node_now_ms(node);
        status = node_event(node, &event, why);
        topic = core_topic_find(node_core(node), id);
        if (status == STATUS_OK && topic != NULL) {
            journal(node, topic_charter(topic), &event, &wish, &own);
            journal_record(node, topic, event.type);
        }
        sodium_memzero(&event, sizeof event);
    }
    wish_clear(&wish);
    return status == STATUS_EXISTS ? STATUS_OK : status;
}

void wishes_try(struct node *node)
{
    for (size_t i = 0; i < core_topic_count(node_core(node)); i++) {
        uint8_t id[ID_SIZE];

        memcpy(id, topic_id(core_topic_at(node_core(node), i)), sizeof id);
        wish_try(node, id, NULL); /* refused: asked again when a phase moves */
    }
}
