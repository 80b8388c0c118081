/* season_key.c - the key of the season, made by all members of the committee so that nobody holds it.
 * WIRE 7.3. */
#include "proto/fold/fold.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void read_key(const struct charter *charter, struct deal *deal, struct reader *r)
{
    (void)charter;
    deal->sealed = reader_bin(r, 1, DKG_DEAL_MAX);
}

static enum status check_key(const struct topic *topic, struct entry *entry)
{
    const struct drawn_committee *c = &topic->committee;
    uint8_t context[HASH_SIZE];

    if (c->count == 0)
        return STATUS_MISSING;
    if (box_seat(topic, BOX_KEY, entry->held.record.author) == 0)
        return STATUS_FORGED;
    entry_context(context, topic, entry);
    return dkg_deal_check(BYTES(context), c->points, c->count, box_rule(topic, BOX_KEY).threshold,
                          entry->deal.sealed)
               ? STATUS_OK
               : STATUS_FORGED;
}

static bool bases_ready(struct topic *topic)
{
    struct deal_shape shape;
    void *memory;

    if (topic->bases != NULL)
        return true;
    charter_shape(&shape, &topic->charter);
    memory = aligned_alloc(DEAL_BASES_ALIGNMENT, deal_bases_size(&shape));
    if (memory == NULL)
        return false;
    topic->bases = deal_bases_init(memory, &shape);
    topic->bases_memory = memory;
    return true;
}

const struct deal_bases *topic_bases(struct topic *topic)
{
    return bases_ready(topic) ? topic->bases : NULL;
}

/* Fewer than k deals could all be of members who conspire. The demand's bases are made here too: they are
 * needed from now on. */
static bool close_key(struct topic *topic)
{
    const struct box *box = &topic->boxes[BOX_KEY];
    struct committee_rule rule = box_rule(topic, BOX_KEY);
    struct bytes deals[COMMITTEE_MAX];

    if (!bases_ready(topic))
        return false;
    if (box->set_count < rule.listing) {
        topic->key_short = true;
        topic->too_few = topic->next.count == 0;
        return true;
    }
    for (size_t i = 0; i < box->set_count; i++)
        deals[i] = entry_of(box->set[i])->deal.sealed;
    dkg_commitments(topic->key_commitments, deals, box->set_count, rule.members, rule.threshold);
    return true;
}

/* All have passed dkg_reveal_check, so whichever are combined the key is the same. */
static bool open_key(struct topic *topic)
{
    struct committee_rule rule = box_rule(topic, BOX_KEY);
    unsigned members[COMMITTEE_MAX];
    struct bytes reveals[COMMITTEE_MAX];
    struct point revealed[COMMITTEE_MAX];
    bool fine = true;

    opening_shares(topic, BOX_KEY, 0, members, reveals);
    for (unsigned j = 0; j < rule.threshold; j++)
        fine = point_read(&revealed[j], reveals[j].data) && fine;
    fine = fine && dkg_combine(&topic->key, members, revealed, rule.members, rule.threshold);
    assert(fine);
    topic->key_known = true;
    topic->too_few = too_few_voices(topic);
    return true;
}

/* One deal a seat, changed at most DEAL_SEQ_MAX times. */
const struct box_kind key_kind = {
    .fields = 2,
    .deals_max = COMMITTEE_MAX * (DEAL_SEQ_MAX + 1),
    .set_max = COMMITTEE_MAX,
    .read = read_key,
    .check = check_key,
    .closed = close_key,
    .opened = open_key,
};

/* ---- What a member's own share is summed from. */

bool key_deal_of(struct topic *topic, struct key_deal *out, const struct held *record)
{
    const struct entry *entry = (const struct entry *)record;

    if (!record->valid || record->record.box != BOX_KEY || record->record.kind != RECORD_DEAL)
        return false;
    out->deal = entry->deal.sealed;
    entry_context(out->context, topic, entry);
    memcpy(out->id, record->record.id, ID_SIZE);
    return true;
}

size_t key_set(struct topic *topic, struct key_deal out[COMMITTEE_MAX])
{
    const struct box *box = &topic->boxes[BOX_KEY];

    if (!topic_settle(topic) || !box->concluded || box->forked)
        return 0;
    for (size_t i = 0; i < box->set_count; i++)
        key_deal_of(topic, &out[i], box->set[i]);
    return box->set_count;
}

void key_commitment(const struct topic *topic, unsigned member, struct point *out)
{
    assert(topic->boxes[BOX_KEY].concluded && member >= 1 && member <= COMMITTEE_MAX);
    *out = topic->key_commitments[member - 1];
}
