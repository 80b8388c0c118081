/* serve_share.c - what may leave this home, in words and in bytes, and the household's yes or no to it.
 *
 * Happy path: each round of this home with what would leave in it by itself or has left, as the very record.
 * Failure modes: a box that is not open yet, of which only the bytes that say something are known, not yet the
 * proofs around them; a purpose that does not exist. Only share.allow and share.revoke change anything. */
#include "node/profile/profile.h"
#include "node/serve/plan.h"
#include "node/serve/serve.h"
#include "node/tongue/failure_words.h"
#include "node/tongue/tongue.h"
#include "node/wish/consent.h"
#include "node/wish/envelope.h"
#include "node/wish/told.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { REPORT_NOTHING = 4 }; /* WIRE 7.4: presence only */

/* ---- allow, revoke */

static enum status purpose_take(enum purpose *out, json_t *args, struct failure *why)
{
    const char *name = arg_text_or(args, "purpose", "");

    if (purpose_of_name(out, name))
        return STATUS_OK;
    return failure_say(why, STATUS_MISSING, _("nothing is shared under the name \"%.40s\"; see: coopair share list"),
                       name);
}

static enum status share_set(struct node *node, json_t *args, bool allowed, json_t *reply, struct failure *why)
{
    struct answer a = { false };
    enum purpose purpose = PURPOSE_INTEREST;
    enum status status = purpose_take(&purpose, args, why);

    if (status == STATUS_OK)
        status = consent_set(node, purpose, allowed, why);
    if (status == STATUS_OK)
        status = node_flush(node, why); /* the yes is on disk before anything is sent by it */
    if (status != STATUS_OK && status != STATUS_EXISTS)
        return status;
    wishes_try(node);
    answer_text(&a, reply, "purpose", purpose_name(purpose));
    answer_text(&a, reply, "says", purpose_says(purpose));
    answer_flag(&a, reply, "allowed", allowed);
    answer_flag(&a, reply, "changed", status == STATUS_OK);
    return answer_done(&a, why);
}

static enum status share_allow(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    return share_set(node, args, true, reply, why);
}

static enum status share_revoke(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    return share_set(node, args, false, reply, why);
}

/* ---- list */

/* What was agreed to by hand, for this round alone. */
static void round_consents(struct answer *a, json_t *out, struct node *node, struct topic *topic)
{
    struct own_view own;
    struct wish wish;
    bool said = wish_read(node, topic_id(topic), &wish);

    core_own(node_core(node), topic, &own);
    answer_hex(a, out, "topic", topic_id(topic), ID_SIZE);
    answer_text(a, out, "title", topic_charter(topic)->title);
    answer_flag(a, out, "enrol", wish.enrol);
    answer_flag(a, out, "enrolled", own.enrolled);
    answer_flag(a, out, "interest", said && wish.interest);
    answer_flag(a, out, "interested", own.interested);
    answer_flag(a, out, "join", wish.join && wish.choice_count > 0);
    answer_flag(a, out, "joined", own.joined);
    answer_flag(a, out, "accepted", wish_answer_read(node, topic_id(topic)) == ANSWER_ACCEPTED);
    wish_clear(&wish);
}

static enum status share_list(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct answer a = { false };
    json_t *list = answer_array(&a, reply, "purposes");
    struct consents consents;

    (void)args;
    consents_read(&consents, node_store(node));
    for (int i = 0; i < PURPOSES; i++) {
        json_t *item = answer_item(&a, list);

        answer_text(&a, item, "purpose", purpose_name((enum purpose)i));
        answer_text(&a, item, "says", purpose_says((enum purpose)i));
        answer_text(&a, item, "grain", purpose_grain((enum purpose)i));
        answer_flag(&a, item, "allowed", consents.since_ms[i] > 0);
        answer_uint(&a, item, "since", consents.since_ms[i] / 1000);
    }
    list = answer_array(&a, reply, "rounds");
    for (size_t i = 0; i < core_topic_count(node_core(node)); i++)
        round_consents(&a, answer_item(&a, list), node, core_topic_at(node_core(node), i));
    return answer_done(&a, why);
}

/* ---- preview */

struct preview {
    struct answer *a;
    json_t *list; /* of things */
    struct node *node;
    struct topic *topic;
};

static json_t *thing(struct preview *p, const char *purpose, const char *says, bool left, bool goes)
{
    json_t *item = answer_item(p->a, p->list);

    answer_text(p->a, item, "purpose", purpose);
    answer_text(p->a, item, "says", says);
    answer_flag(p->a, item, "left", left);
    answer_flag(p->a, item, "goes", goes);
    return item;
}

static void record_view(struct preview *p, json_t *item, struct bytes record)
{
    answer_uint(p->a, item, "size", record.size);
    if (record.size == 0)
        answer_null(p->a, item, "record");
    else
        answer_hex(p->a, item, "record", record.data, record.size);
}

/* As it would be made at this moment; the reason if it cannot be yet. */
static void draft_view(struct preview *p, json_t *item, struct event *event)
{
    uint8_t bytes[RECORD_MAX];
    struct failure why = { .text = "" };
    size_t size;

    memcpy(event->topic, topic_id(p->topic), ID_SIZE);
    if (core_draft(node_core(p->node), event, bytes, &size, &why) != STATUS_OK)
        answer_text(p->a, item, "not_yet", failure_words(&why).text);
    record_view(p, item, (struct bytes){ bytes, size });
    sodium_memzero(bytes, sizeof bytes);
}

static void report_words(char *out, size_t room, uint64_t report)
{
    if (report >= REPORT_NOTHING)
        snprintf(out, room, "%s", _("that a home of the group is interested; nothing of its profile"));
    else
        snprintf(out, room, _("that a home of the group is interested, and as its kind: %" PRIu64
                              " of 0 to 3 (drawn with noise)"),
                 report);
}

static void report_view(struct preview *p, json_t *item, uint64_t report)
{
    uint8_t byte = (uint8_t)report; /* MessagePack: a number below 128 is itself */

    answer_hex(p->a, item, "telling", &byte, 1);
}

static void interest_left(struct preview *p, struct bytes record)
{
    struct envelope envelope;
    struct reader r;
    uint64_t report;
    char says[256];
    json_t *item;

    if (!envelope_read(&envelope, record))
        return;
    r = reader_from(envelope.body);
    reader_array(&r, 1, 15);
    reader_uint(&r, UINT32_MAX);
    report = reader_uint(&r, REPORT_NOTHING);
    report_words(says, sizeof says, report);
    item = thing(p, purpose_name(report < REPORT_NOTHING ? PURPOSE_PROFILE : PURPOSE_INTEREST), says, true, true);
    report_view(p, item, report);
    record_view(p, item, record);
}

static void interest_would(struct preview *p, const struct profile *profile, bool goes)
{
    const struct charter *charter = topic_charter(p->topic);
    struct consents consents;
    char says[256];
    json_t *item;

    consents_read(&consents, node_store(p->node));
    bool cell_goes = goes && profile->cell_known && consents.since_ms[PURPOSE_PROFILE] > 0;

    for (int i = 0; i < PURPOSES; i++) {
        bool cell = i == PURPOSE_PROFILE;
        struct event event = { .type = EVENT_INTEREST, .report = -1 };

        if (cell && !profile->cell_known)
            continue;
        if (cell)
            event.report = (int)told_report(p->node, charter, profile->cell);
        report_words(says, sizeof says, event.report < 0 ? REPORT_NOTHING : (uint64_t)event.report);
        item = thing(p, purpose_name((enum purpose)i), says, false, goes && cell == cell_goes);
        report_view(p, item, event.report < 0 ? REPORT_NOTHING : (uint64_t)event.report);
        draft_view(p, item, &event);
    }
}

static void join_view(struct preview *p, const struct wish *wish, struct bytes record, bool joined)
{
    struct event event = { .type = EVENT_JOIN };
    json_t *item = thing(p, "join", _("your demand in this round, as agreed to by hand"), joined, true);

    plan_view(p->a, item, topic_charter(p->topic), wish);
    if (joined) {
        record_view(p, item, record);
        return;
    }
    wish_join_event(&event, wish);
    draft_view(p, item, &event);
    sodium_memzero(&event, sizeof event);
}

static void round_preview(struct answer *a, json_t *out, struct node *node, struct topic *topic,
                          const struct profile *profile)
{
    struct preview p = { a, answer_array(a, out, "things"), node, topic };
    struct core *core = node_core(node);
    uint8_t id[ID_SIZE];
    struct own_view own;
    struct wish wish;

    core_own(core, topic, &own);
    wish_find(node, topic_id(topic), &wish);
    answer_hex(a, out, "topic", topic_id(topic), ID_SIZE);
    answer_text(a, out, "title", topic_charter(topic)->title);
    answer_text(a, out, "zone", topic_charter(topic)->zone);
    if (own.enrolled)
        record_view(&p,
                    thing(&p, "enrol", _("fresh keys of this round, and nothing about the home"), true, true),
                    core_own_deal(core, topic, BOX_REGISTRY, id));
    if (own.interested)
        interest_left(&p, core_own_deal(core, topic, BOX_INTEREST, id));
    else if (topic_season(topic) != NULL && topic_season(topic)->boxes[BOX_INTEREST].state < BOX_CLOSED)
        interest_would(&p, profile, wish.interest);
    if (own.joined || (wish.join && wish.choice_count > 0))
        join_view(&p, &wish, core_own_deal(core, topic, BOX_JOIN, id), own.joined);
    wish_clear(&wish);
}

static enum status share_preview(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct answer a = { false };
    json_t *rounds = answer_array(&a, reply, "rounds");
    struct profile profile;
    enum status status = profile_of_store(&profile, node_store(node), why);

    (void)args;
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < core_topic_count(node_core(node)); i++)
        round_preview(&a, answer_item(&a, rounds), node, core_topic_at(node_core(node), i), &profile);
    return answer_done(&a, why);
}

const struct served serve_share[] = {
    { "share.list", share_list, false },     { "share.preview", share_preview, false },
    { "share.allow", share_allow, false },   { "share.revoke", share_revoke, false },
    { NULL, NULL, false },
};
