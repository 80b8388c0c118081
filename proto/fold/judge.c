/* judge.c - is a record what it says it is? WIRE 5.2, 5.3.
 *
 * Happy path: its shape is read when it arrives; when the digest of the box before it is known, its parent,
 * its author and its proofs are checked, once. Failure modes: MALFORMED and FORGED are final, EARLY means
 * that it belongs to another past than ours, MISSING means that something before it is not here yet. */
#include "proto/fold/fold.h"

#include <string.h>

/* ---- Shape: needs the charter only. */

static void read_deal(struct reader *r, const struct topic *topic, struct entry *entry)
{
    const struct box_kind *kind = box_kinds[entry->held.record.box];

    memcpy(entry->deal.voice, entry->held.record.author, KEY_SIZE);
    reader_array(r, kind->fields, kind->fields);
    entry->deal.seq = reader_uint(r, DEAL_SEQ_MAX);
    kind->read(&topic->charter, &entry->deal, r);
    /* WIRE 6.9: an admission begins with the nullifier, here still as it is claimed. */
    if (entry->deal.admission.size >= KEY_SIZE)
        memcpy(entry->deal.voice, entry->deal.admission.data, KEY_SIZE);
}

static void read_cut(struct reader *r, struct cut *cut)
{
    reader_array(r, 3, 3);
    cut->round = (uint32_t)reader_uint(r, ROUNDS_MAX - 1);
    cut->settled_s = reader_uint(r, SETTLED_MAX_S);
    cut->seen_ids = ascending_read(r, ID_SIZE, 1, COMMITTEE_MAX);
}

static void read_vote(struct reader *r, struct vote *vote)
{
    reader_array(r, 4, 4);
    vote->round = (uint32_t)reader_uint(r, ROUNDS_MAX - 1);
    vote->step = (unsigned)reader_uint(r, 2);
    reader_fixed(r, vote->cut, sizeof vote->cut);
    reader_fixed(r, vote->digest, sizeof vote->digest);
    if (vote->step == 0)
        reader_fail(r);
}

bool vote_read(struct vote *out, struct bytes body)
{
    struct reader r = reader_from(body);

    read_vote(&r, out);
    return reader_done(&r);
}

/* The shares of an opening are read again when the box they open is closed. */
static void read_open(struct reader *r)
{
    size_t parts = reader_array(r, 1, LOTS_MAX + 1);

    for (size_t i = 0; i < parts && !r->failed; i++)
        reader_bin(r, share_size(1), share_size(OPEN_POINTS_MAX));
}

static void read_flag(struct reader *r, struct flag *flag)
{
    size_t fields = reader_array(r, 0, 3);

    flag->gives_up = fields == 0;
    if (fields == 1)
        flag->lie = reader_bin(r, 1, RECORD_MAX);
    if (fields == 2) {
        reader_bin(r, 1, RECORD_MAX);
        reader_bin(r, 1, RECORD_MAX);
    }
    if (fields != 3)
        return;
    flag->deal = reader_bin(r, ID_SIZE, ID_SIZE).data;
    flag->index = (unsigned)reader_uint(r, COMMITTEE_MAX);
    flag->evidence = reader_bin(r, DKG_COMPLAINT_SIZE, DKG_COMPLAINT_SIZE).data;
}

bool entry_read(const struct topic *topic, struct entry *entry)
{
    struct reader r = reader_from(entry->held.record.body);

    switch (entry->held.record.kind) {
    case RECORD_DEAL:
        read_deal(&r, topic, entry);
        break;
    case RECORD_SEEN:
        list_read(&r, &entry->listed);
        break;
    case RECORD_CUT:
        read_cut(&r, &entry->cut.cut);
        break;
    case RECORD_VOTE:
        read_vote(&r, &entry->vote);
        break;
    case RECORD_OPEN:
        read_open(&r);
        break;
    case RECORD_FLAG:
        read_flag(&r, &entry->flag);
        break;
    case RECORD_KINDS:
        return false;
    }
    return reader_done(&r);
}

/* ---- Proofs: need what came before. */

void entry_context(uint8_t out[HASH_SIZE], const struct topic *topic, const struct entry *entry)
{
    const struct record *record = &entry->held.record;

    deal_context(out, topic->id, record->box, record->parent, record->author, entry->deal.seq);
}

void topic_scope(uint8_t out[HASH_SIZE], const struct topic *topic, enum box_index box)
{
    uint8_t series[HASH_SIZE];

    charter_series(series, &topic->charter);
    voice_scope(out, box == BOX_JOIN ? series : topic->id, box);
}

bool entry_admitted(const struct topic *topic, struct entry *entry)
{
    uint8_t context[HASH_SIZE], scope[HASH_SIZE];

    if (entry->deal.admitted != PROVED_NOT_YET)
        return entry->deal.admitted == PROVED_TRUE;
    entry_context(context, topic, entry);
    topic_scope(scope, topic, entry->held.record.box);
    return admission_check(entry->deal.voice, topic->rings, topic->registry_count, BYTES(scope),
                           BYTES(context), entry->deal.admission);
}

/* When the last round ends. The charter's seconds are 32 bits wide: no sum overflows. */
static uint64_t last_round_ends_s(const struct charter *charter, const struct box *box)
{
    uint64_t rounds = ROUNDS_MAX;

    return box->deadline_s + charter->grace_s[box->index] + rounds * charter->round_s + rounds * (rounds - 1) / 2 * charter->grow_s;
}

/* A time that no honest clerk can have said: all know the deadline, round down to the tick, and are silent after the last round. A later one
 * would put off what follows, and the round's expiry, for ever. */
static enum status judge_cut(const struct topic *topic, const struct box *box, const struct cut *cut)
{
    bool whole = cut->settled_s % topic->charter.tick_s == 0;

    if (cut->settled_s < box->deadline_s || cut->settled_s > last_round_ends_s(&topic->charter, box) || (cut->settled_s > box->deadline_s && !whole) ||
        cut->seen_ids.size < box_rule(topic, box->index).quorum * (size_t)ID_SIZE)
        return STATUS_FORGED;
    return STATUS_OK;
}

static enum status judge_open(const struct topic *topic, const struct box *box, const struct entry *entry)
{
    if (box->forked)
        return STATUS_MISSING;
    return opening_check(topic, entry) ? STATUS_OK : STATUS_FORGED;
}

static enum status judge_bad_share(const struct topic *topic, struct entry *entry)
{
    const struct drawn_committee *c = &topic->committee;
    struct held *found = sorted_find(&topic->boxes[BOX_KEY].records[RECORD_DEAL],
                                     (struct bytes){ entry->flag.deal, ID_SIZE });
    uint8_t context[HASH_SIZE];

    if (entry->held.record.box != BOX_KEY)
        return STATUS_FORGED;
    if (found == NULL)
        return STATUS_MISSING;
    entry_context(context, topic, entry_of(found));
    if (entry->flag.index < 1 || entry->flag.index > c->count ||
        !dkg_complaint_check(BYTES(context), c->points, c->count, box_rule(topic, BOX_KEY).threshold,
                             entry_of(found)->deal.sealed, entry->flag.index, entry->flag.evidence))
        return STATUS_FORGED;
    entry->flag.culprit = box_seat(topic, BOX_KEY, found->record.author);
    return STATUS_OK;
}

/* One member's two votes of one round and step, or two lists of one box, each with its own signature, lower
 * id first. */
static bool contradict(const struct record *a, const struct record *b)
{
    struct vote one, other;

    if (a->box != b->box || a->kind != b->kind || memcmp(a->id, b->id, ID_SIZE) >= 0 ||
        memcmp(a->topic, b->topic, ID_SIZE) != 0 || memcmp(a->parent, b->parent, ID_SIZE) != 0 ||
        memcmp(a->author, b->author, KEY_SIZE) != 0)
        return false;
    if (a->kind == RECORD_SEEN)
        return true;
    return a->kind == RECORD_VOTE && vote_read(&one, a->body) && vote_read(&other, b->body) &&
           one.round == other.round && one.step == other.step &&
           memcmp(one.digest, other.digest, HASH_SIZE) != 0;
}

static enum status judge_contradiction(const struct topic *topic, struct entry *entry)
{
    struct reader r = reader_from(entry->held.record.body);
    struct record a, b;

    reader_array(&r, 2, 2);
    if (!record_read(&a, reader_bin(&r, 1, RECORD_MAX)) || !record_read(&b, reader_bin(&r, 1, RECORD_MAX)) ||
        !contradict(&a, &b) || a.box != entry->held.record.box || memcmp(a.topic, topic->id, ID_SIZE) != 0 ||
        memcmp(a.parent, entry->held.record.parent, ID_SIZE) != 0 || box_seat(topic, a.box, a.author) == 0 ||
        !record_signed(&a) || !record_signed(&b))
        return STATUS_FORGED;
    entry->flag.culprit = box_seat(topic, a.box, a.author);
    return STATUS_OK;
}

/* Said about the key box, by the clock of those who would take over. */
static enum status judge_giving_up(const struct topic *topic, const struct box *box, struct entry *entry)
{
    if (box->index != BOX_KEY)
        return STATUS_FORGED;
    if (topic->committee.count == 0)
        return STATUS_MISSING;
    entry->flag.culprit = next_lot_seat(topic, entry->held.record.author);
    return entry->flag.culprit == 0 ? STATUS_FORGED : STATUS_OK;
}

static enum status judge_member(const struct topic *topic, const struct box *box, struct entry *entry)
{
    if (entry->held.record.kind == RECORD_FLAG && entry->flag.gives_up)
        return judge_giving_up(topic, box, entry);
    if (box_rule(topic, box->index).members == 0)
        return STATUS_MISSING;
    entry->member = box_seat(topic, box->index, entry->held.record.author);
    if (entry->member == 0)
        return STATUS_FORGED;
    switch (entry->held.record.kind) {
    case RECORD_SEEN:
        return list_judge(topic, entry);
    case RECORD_VOTE:
        return STATUS_OK;
    case RECORD_CUT:
        entry->cut.cut.clerk = entry->member;
        return judge_cut(topic, box, &entry->cut.cut);
    case RECORD_OPEN:
        return judge_open(topic, box, entry);
    case RECORD_FLAG:
        if (entry->flag.lie.size > 0)
            return judge_lie(topic, box, entry);
        return entry->flag.deal ? judge_bad_share(topic, entry) : judge_contradiction(topic, entry);
    case RECORD_DEAL:
    case RECORD_KINDS:
        break;
    }
    return STATUS_FORGED;
}

/* What a record hangs on: an opening on the set that it opens, all others on what came before their box. Who has
 * closed the box on another set, of which both can be without fault while the fork is not known to them, then
 * sees that, and holds nobody for a forger. */
static const uint8_t *hangs_on(const struct box *box, enum record_kind kind)
{
    if (kind != RECORD_OPEN)
        return box->parent;
    return box->concluded ? box->digest : NULL;
}

static bool waits_for_next_lot(const struct topic *topic, const struct box *box, const struct record *record)
{
    uint8_t parent[ID_SIZE];

    if (topic->next.count == 0 || (box->index != BOX_KEY && box->index != BOX_INTEREST))
        return false;
    next_lot_parent(parent, topic);
    return memcmp(record->parent, parent, ID_SIZE) == 0;
}

/* The registry's parent is the topic, which nobody can be mistaken about. */
static enum status judge_place(const struct topic *topic, const struct box *box, const struct record *record)
{
    const uint8_t *parent = hangs_on(box, record->kind);

    if (!box->ready || (!box->forked && !box_stands(topic, box->index)) || parent == NULL)
        return STATUS_MISSING;
    if (memcmp(record->parent, parent, ID_SIZE) == 0)
        return STATUS_OK;
    if (waits_for_next_lot(topic, box, record))
        return STATUS_MISSING;
    return parent == box->parent && box->index == BOX_REGISTRY ? STATUS_FORGED : STATUS_EARLY;
}

/* Said by one who has taken over since: without effect, and kept, or homes would never hold the same. */
static bool gave_up_too(const struct topic *topic, struct entry *entry)
{
    const struct record *record = &entry->held.record;

    if (!topic->replaced || record->kind != RECORD_FLAG || !entry->flag.gives_up || record->box != BOX_KEY ||
        memcmp(record->parent, topic->boxes[BOX_REGISTRY].digest, ID_SIZE) != 0)
        return false;
    entry->flag.culprit = box_seat(topic, BOX_KEY, record->author);
    return entry->flag.culprit > 0;
}

enum status entry_judge(struct topic *topic, struct entry *entry)
{
    const struct box *box = &topic->boxes[entry->held.record.box];
    enum status status = judge_place(topic, box, &entry->held.record);

    if (gave_up_too(topic, entry))
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (entry->held.record.kind != RECORD_DEAL)
        return judge_member(topic, box, entry);
    /* Before its proofs, which cost a thousand times more: what is refused can be said again and again. */
    if (box_is_full(topic, entry) || voice_is_full(topic, entry))
        return STATUS_FULL;
    return box_kinds[box->index]->check(topic, entry);
}
