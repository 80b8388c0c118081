/* box.c - the one primitive: deals come in, members say what they saw, a cut is voted on twice, members open.
 * WIRE 6.
 *
 * Happy path: q votes of the second step name a digest, a cut that stands for it is computed, the box is
 * closed and its kind draws the consequences; thr openings later it is opened. Failure modes: without a
 * quorum nothing moves; two digests closed is a fork, which is said and never repaired; when memory runs out
 * what was reached stays and the rest is tried again. */
#include "proto/fold/fold.h"

#include "crypto/labels.h"

#include <stdlib.h>
#include <string.h>

const struct box_kind *const box_kinds[BOXES] = {
    [BOX_REGISTRY] = &registry_kind, [BOX_KEY] = &key_kind,   [BOX_INTEREST] = &interest_kind,
    [BOX_JOIN] = &join_kind,         [BOX_BIDS] = &bids_kind,
};

static int order_by_author(const struct held *a, const struct held *b)
{
    int order = memcmp(a->record.author, b->record.author, KEY_SIZE);

    return order != 0 ? order : order_by_id(a, b);
}

void box_init(struct box *box, enum box_index index)
{
    *box = (struct box){ .index = index,
                         .by_author.order = order_by_author,
                         .by_voice.order = order_by_voice };
    for (size_t kind = 0; kind < RECORD_KINDS; kind++)
        box->records[kind].order = order_by_id;
}

void box_clear(struct box *box)
{
    for (size_t kind = 0; kind < RECORD_KINDS; kind++)
        sorted_clear(&box->records[kind]);
    sorted_clear(&box->by_author);
    sorted_clear(&box->by_voice);
    free(box->tallies);
    free(box->set);
    free(box->set_ids);
    for (unsigned j = 0; j < COMMITTEE_MAX; j++)
        free(box->lies[j].record);
}

/* As if nothing had been said in it; what was said stays in the topic, for those who are not so far, and counts for its authors' quotas. */
void box_restart(struct topic *topic, enum box_index index, const uint8_t parent[ID_SIZE], uint64_t deadline_s)
{
    struct box *box = &topic->boxes[index];
    struct sorted by_author = box->by_author;

    box->by_author = (struct sorted){ .list = NULL };
    box_clear(box);
    box_init(box, index);
    box->by_author = by_author;
    memcpy(box->parent, parent, ID_SIZE);
    box->deadline_s = deadline_s;
    box->ready = true;
    topic->moved = topic->unsettled = true;
    topic->season_known = false;
}

/* ---- Who closes it. */

struct committee_rule box_rule(const struct topic *topic, enum box_index box)
{
    return committee_rule(box == BOX_REGISTRY ? topic->charter.genesis.count : topic->committee.count);
}

unsigned box_seat(const struct topic *topic, enum box_index box, const uint8_t key[KEY_SIZE])
{
    const uint8_t(*keys)[KEY_SIZE] = box == BOX_REGISTRY
                                         ? (const uint8_t(*)[KEY_SIZE])topic->charter.genesis_key
                                         : (const uint8_t(*)[KEY_SIZE])topic->committee.keys;
    unsigned count = box_rule(topic, box).members;

    for (unsigned i = 0; i < count; i++)
        if (memcmp(keys[i], key, KEY_SIZE) == 0)
            return i + 1;
    return 0;
}

const struct committee_key *box_joint(const struct topic *topic, enum box_index box)
{
    switch (box) {
    case BOX_REGISTRY:
        return &topic->charter.genesis;
    case BOX_JOIN:
    case BOX_BIDS:
        return topic->key_known ? &topic->key : NULL;
    case BOX_KEY:
    case BOX_INTEREST:
    case BOXES:
        break;
    }
    return NULL;
}

/* ---- Its place in the season: WIRE 6.2. */

static const struct {
    size_t count;
    enum box_index list[2];
} follows[BOXES] = {
    [BOX_KEY] = { 1, { BOX_REGISTRY } },
    [BOX_INTEREST] = { 1, { BOX_REGISTRY } },
    [BOX_JOIN] = { 2, { BOX_KEY, BOX_INTEREST } },
    [BOX_BIDS] = { 1, { BOX_JOIN } },
};

bool box_stands(const struct topic *topic, enum box_index box)
{
    bool stands = !topic->boxes[box].forked;

    for (size_t i = 0; i < follows[box].count; i++)
        stands = stands && box_stands(topic, follows[box].list[i]);
    return stands;
}

/* Before the key is open there is nothing to deal under, before the demand is no tender to bid for. */
static bool is_over(const struct box *before)
{
    return before->index == BOX_KEY || before->index == BOX_JOIN ? before->opened : before->concluded;
}

static void parent_write(uint8_t out[ID_SIZE], const struct topic *topic, enum box_index box)
{
    struct bytes parts[2];

    if (follows[box].count < 2) {
        memcpy(out, follows[box].count == 0 ? topic->id : topic->boxes[follows[box].list[0]].digest, ID_SIZE);
        return;
    }
    for (size_t i = 0; i < 2; i++)
        parts[i] = BYTES(topic->boxes[follows[box].list[i]].digest);
    hash_parts(out, LABEL_PARENTS, parts, ARRAY_SIZE(parts));
}

/* What follows the end of a season never begins. */
static void box_begin(struct topic *topic, struct box *box)
{
    uint64_t begins_s = topic->charter.opens_s;

    if (box->ready || topic->too_few || topic->no_lot)
        return;
    for (size_t i = 0; i < follows[box->index].count; i++) {
        const struct box *before = &topic->boxes[follows[box->index].list[i]];

        if (!is_over(before))
            return;
        begins_s = i == 0 || before->settled_s > begins_s ? before->settled_s : begins_s;
    }
    parent_write(box->parent, topic, box->index);
    box->deadline_s = begins_s + topic->charter.window_s[box->index];
    box->ready = true;
    topic->moved = true;
}

/* ---- Closing. */

static bool waits_in_vain(const struct box *box, const struct cut_set *set)
{
    static const uint8_t never_tried[SEEN_PREFIX_SIZE];
    struct bytes prefix = BYTES(set->waits);

    return memcmp(set->waits, never_tried, sizeof never_tried) != 0 &&
           sorted_find(&box->records[RECORD_SEEN], prefix) == NULL &&
           sorted_find(&box->records[RECORD_DEAL], prefix) == NULL;
}

static bool cuts_compute(const struct topic *topic, struct box *box)
{
    const struct sorted *cuts = &box->records[RECORD_CUT];

    for (size_t i = 0; i < cuts->count; i++) {
        struct cut_set *set = &entry_of(cuts->list[i])->cut;

        if (!set->computed && !set->hopeless && !waits_in_vain(box, set) && !cut_compute(topic, box, set))
            return false;
    }
    return true;
}

static const struct cut_set *cut_for(const struct box *box, const uint8_t digest[HASH_SIZE])
{
    const struct sorted *cuts = &box->records[RECORD_CUT];

    for (size_t i = 0; i < cuts->count; i++) {
        const struct cut_set *set = &entry_of(cuts->list[i])->cut;

        if (set->computed && memcmp(set->cut.digest, digest, HASH_SIZE) == 0)
            return set;
    }
    return NULL;
}

/* A set without members is a set: malloc of nothing must not look like failure. */
static bool close_on(struct box *box, const struct cut_set *set)
{
    size_t count = set->cut.set_count;
    struct held **deals = malloc((count + 1) * sizeof *deals);
    uint8_t(*ids)[ID_SIZE] = malloc((count + 1) * sizeof *ids);

    if (deals == NULL || ids == NULL) {
        free(deals);
        free(ids);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        deals[i] = set->deals[i];
        memcpy(ids[i], deals[i]->record.id, ID_SIZE);
    }
    memcpy(box->digest, set->cut.digest, HASH_SIZE);
    box->settled_s = set->cut.settled_s;
    box->set = deals;
    box->set_ids = ids;
    box->set_count = count;
    box->closed = true;
    return true;
}

/* F1. Looked at after the box is closed too: a second digest is a fork. */
static bool box_close(struct topic *topic, struct box *box)
{
    unsigned quorum = box_rule(topic, box->index).quorum;

    for (size_t i = 0; i < box->tally_count; i++) {
        const struct tally *tally = &box->tallies[i];
        const struct cut_set *set;

        if (tally->vote.step != 2 || (unsigned)__builtin_popcount(tally->members) < quorum)
            continue;
        set = cut_for(box, tally->vote.digest);
        if (set == NULL)
            continue;
        if (!box->closed && !close_on(box, set))
            return false;
        if (memcmp(box->digest, tally->vote.digest, HASH_SIZE) != 0)
            box->forked = true;
    }
    return true;
}

static bool box_conclude(struct topic *topic, struct box *box)
{
    if (!box->closed || box->concluded)
        return true;
    if (!box_kinds[box->index]->closed(topic))
        return false;
    box->concluded = true;
    topic->moved = true;
    return true;
}

/* F2. A box without parts opens to nothing: no bids is an answer, a lot too small is none. */
static bool box_open(struct topic *topic, struct box *box)
{
    const struct box_kind *kind = box_kinds[box->index];
    bool empty = box->index == BOX_BIDS && box->set_count == 0;

    if (!box->concluded || box->opened || box->forked)
        return true;
    if (kind->opened != NULL && !empty &&
        (opening_parts(topic, box->index) == 0 || !opening_enough(topic, box)))
        return true;
    if (kind->opened != NULL && !kind->opened(topic))
        return false;
    box->opened = true;
    topic->moved = true;
    return true;
}

bool box_advance(struct topic *topic, struct box *box)
{
    box_begin(topic, box);
    if (!box->ready || !box_stands(topic, box->index)) /* a fork cannot be mended */
        return true;
    return cuts_compute(topic, box) && box_close(topic, box) && box_conclude(topic, box) &&
           box_open(topic, box);
}

/* ---- How it stands. */

static unsigned best_vote(const struct box *box)
{
    unsigned best = 0;

    for (size_t i = 0; i < box->tally_count; i++) {
        unsigned count = (unsigned)__builtin_popcount(box->tallies[i].members);

        if (box->tallies[i].vote.step == 2 && count > best)
            best = count;
    }
    return best;
}

/* Which of two closed sets is known first is chance: a forked box shows neither, and what follows it nothing.
 */
static enum box_state state_of(const struct topic *topic, const struct box *box)
{
    if (!box->ready || (!box->forked && !box_stands(topic, box->index)))
        return BOX_WAITING;
    if (!box->concluded || box->forked)
        return BOX_OPEN;
    return box->opened ? BOX_OPENED : BOX_CLOSED;
}

void box_look(const struct topic *topic, const struct box *box, struct box_view *out)
{
    struct committee_rule rule = box_rule(topic, box->index);

    *out = (struct box_view){ .state = state_of(topic, box) };
    if (out->state == BOX_WAITING)
        return;
    out->deadline_s = box->deadline_s;
    memcpy(out->parent, box->parent, ID_SIZE);
    out->dealt = box->voices;
    out->members = rule.members;
    out->quorum = rule.quorum;
    out->listing = rule.listing;
    out->threshold = rule.threshold;
    out->seen = (unsigned)__builtin_popcount(box->heard);
    out->votes = best_vote(box);
    out->dealt_badly = box->dealt_badly;
    out->opened_falsely = box->opened_falsely;
    out->contradicted = box->contradicted;
    if (out->state == BOX_OPEN)
        return;
    out->settled_s = box->settled_s;
    memcpy(out->digest, box->digest, ID_SIZE);
    out->set_count = box->set_count;
    out->set = (const uint8_t(*)[ID_SIZE])box->set_ids;
    out->opens = (unsigned)__builtin_popcount(box->openers);
}
