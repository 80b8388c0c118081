/* ledger.c - every record there ever was, once, and what an honest home may not make.
 *
 * A record appears on the disk of its maker, or it has travelled before it was kept. An honest member says one list, one opening, one vote a
 * round and step; votes against its lock only when shown a quorum; lists nothing that came after its own deadline and grace. All of this is
 * looked at when the record is on a disk for good: what power took away was never said. */
#include "tests/sim/sim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static size_t place_of(const struct sim *s, const uint8_t id[ID_SIZE])
{
    size_t at = be32_read(id) & (s->index_room - 1);

    while (s->index[at] != 0 && memcmp(s->records[s->index[at] - 1].id, id, ID_SIZE) != 0)
        at = (at + 1) & (s->index_room - 1);
    return at;
}

size_t ledger_find(const struct sim *s, const uint8_t id[ID_SIZE])
{
    size_t at = s->index_room == 0 ? 0 : place_of(s, id);

    return s->index_room == 0 || s->index[at] == 0 ? s->record_count : s->index[at] - 1;
}

static void index_grow(struct sim *s)
{
    if (2 * s->record_count < s->index_room)
        return;
    s->index_room = s->index_room == 0 ? 1024 : 2 * s->index_room;
    free(s->index);
    s->index = calloc(s->index_room, sizeof *s->index);
    assert(s->index != NULL);
    for (size_t i = 0; i < s->record_count; i++)
        s->index[place_of(s, s->records[i].id)] = (uint32_t)i + 1;
}

static bool is_key_of(const struct home *home, const uint8_t key[KEY_SIZE])
{
    return memcmp(home->member_key, key, KEY_SIZE) == 0 || memcmp(home->pseudonym, key, KEY_SIZE) == 0 ||
           memcmp(home->founder_key, key, KEY_SIZE) == 0 || memcmp(home->interest_key, key, KEY_SIZE) == 0 ||
           memcmp(home->introducer_key, key, KEY_SIZE) == 0;
}

static int maker_of(const struct sim *s, const uint8_t key[KEY_SIZE])
{
    for (int i = 0; i < s->nodes; i++) {
        if (is_key_of(&s->homes[i], key))
            return i;
    }
    return SIM_NOBODY;
}

/* Number, for joins whether it takes the home out again, for bids whose it is. */
static void read_deal(struct ledger_record *out, struct bytes body)
{
    struct reader r = reader_from(body);
    struct sealed_bid bid;

    reader_array(&r, 1, 16);
    out->seq = reader_uint(&r, DEAL_SEQ_MAX);
    out->withdraws = out->box == BOX_JOIN && reader_array(&r, 0, LOT_CHOICES_MAX) == 0;
    if (out->box == BOX_BIDS && sealed_bid_read(&bid, reader_bin(&r, 1, RECORD_MAX)))
        memcpy(out->company, bid.record.author, KEY_SIZE);
}

static void fill(struct sim *s, struct ledger_record *out, const struct record *record, const struct event *cause)
{
    *out = (struct ledger_record){ .kind = record->kind, .box = record->box, .size = record->whole.size, .made_ms = s->now_ms, .told_by = SIM_NOBODY };
    memcpy(out->id, record->id, ID_SIZE);
    memcpy(out->author, record->author, KEY_SIZE);
    memcpy(out->parent, record->parent, ID_SIZE);
    out->bytes = malloc(record->whole.size);
    assert(out->bytes != NULL);
    memcpy(out->bytes, record->whole.data, record->whole.size);
    out->maker = maker_of(s, record->author);
    out->honest = !s->injecting && out->maker >= 0 && s->homes[out->maker].character == HONEST;
    if (record->kind == RECORD_VOTE)
        vote_read(&out->vote, record->body);
    if (record->kind == RECORD_DEAL)
        read_deal(out, record->body);
    if (cause->type == EVENT_JOIN && record->kind == RECORD_DEAL && record->box == BOX_JOIN) {
        memcpy(out->values, cause->values, sizeof out->values);
        out->values_known = true;
    }
}

size_t ledger_take(struct sim *s, int at, const struct event *cause, const uint8_t id[ID_SIZE], struct bytes bytes)
{
    size_t found = ledger_find(s, id);
    struct record record;
    bool fine, own;

    if (found < s->record_count && s->records[found].synced && bytes_equal(bytes, (struct bytes){ s->records[found].bytes, s->records[found].size }))
        return found;
    fine = record_read(&record, bytes) && memcmp(record.id, id, ID_SIZE) == 0;
    assert(fine);
    own = s->injecting || is_key_of(&s->homes[at], record.author);
    if (!own && (found == s->record_count || !s->records[found].synced))
        sim_fail(s, "home %d has a record that is on nobody's disk (kind %d, box %d, of home %d)", at, (int)record.kind, (int)record.box, maker_of(s, record.author));
    if (found < s->record_count)
        return found;
    index_grow(s);
    if (s->record_count == s->record_room) {
        s->record_room = s->record_room == 0 ? 256 : 2 * s->record_room;
        s->records = realloc(s->records, s->record_room * sizeof *s->records);
        assert(s->records != NULL);
    }
    fill(s, &s->records[s->record_count], &record, cause);
    s->index[place_of(s, record.id)] = (uint32_t)++s->record_count;
    return s->record_count - 1;
}

/* ---- What an honest home may not make. */

/* Under the next lot a box has another parent; an opening's is the digest, of which a member opens one. */
static bool one_parent(const struct ledger_record *a, const struct ledger_record *b)
{
    return a->kind == RECORD_OPEN || memcmp(a->parent, b->parent, ID_SIZE) == 0;
}

static bool same_place(const struct ledger_record *a, const struct ledger_record *b)
{
    return a->kind == b->kind && a->box == b->box && a->synced && memcmp(a->author, b->author, KEY_SIZE) == 0 &&
           one_parent(a, b);
}

static unsigned voters(const struct sim *s, enum box_index box, uint32_t round, const uint8_t digest[HASH_SIZE])
{
    unsigned count = 0;

    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *r = &s->records[i];

        count += r->kind == RECORD_VOTE && r->box == box && r->vote.step == 1 && r->vote.round == round &&
                 memcmp(r->vote.digest, digest, HASH_SIZE) == 0;
    }
    return count;
}

/* Tendermint's rule: against a lock only with a quorum for the other digest in its round or after. Who finds a quorum on waking says step 2
 * before step 1: then the lock is of the same round. */
static void check_lock(struct sim *s, const struct ledger_record *vote, unsigned quorum)
{
    const struct ledger_record *lock = NULL;

    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *r = &s->records[i];

        if (same_place(r, vote) && r->vote.step == 2 && r->vote.round <= vote->vote.round &&
            (lock == NULL || r->vote.round > lock->vote.round))
            lock = r;
    }
    if (lock == NULL || memcmp(lock->vote.digest, vote->vote.digest, HASH_SIZE) == 0)
        return;
    for (uint32_t round = lock->vote.round; round < vote->vote.round; round++) {
        if (voters(s, vote->box, round, vote->vote.digest) >= quorum)
            return;
    }
    sim_fail(s, "home %d votes against its lock in the %s box", vote->maker, (const char *[]){ "registry", "key", "interest", "join", "bids" }[vote->box]);
}

/* Step 2 says that a quorum voted in step 1: one that nobody could have shown it is invented. */
static void check_vote(struct sim *s, const struct ledger_record *vote, unsigned quorum)
{
    if (vote->vote.step == 2 && voters(s, vote->box, vote->vote.round, vote->vote.digest) < quorum)
        sim_fail(s, "home %d votes in step 2 without a quorum of step 1", vote->maker);
    if (vote->vote.step == 1)
        check_lock(s, vote, quorum);
}

/* The prefixes of a list; one told by another has that one's, and some of these are gone. */
struct list {
    struct bytes own, shared, gone;
};

static bool list_find(struct list *out, const struct sim *s, const struct ledger_record *seen)
{
    uint8_t base[ID_SIZE];
    struct record record;
    struct list other;
    struct reader r;
    size_t at;

    *out = (struct list){ .own.size = 0 };
    if (!record_read(&record, (struct bytes){ seen->bytes, seen->size }))
        return false;
    r = reader_from(record.body);
    if (reader_array(&r, 1, 3) == 3) {
        reader_fixed(&r, base, sizeof base);
        out->gone = reader_bin(&r, 0, BOX_DEALS_MAX * 2);
        at = ledger_find(s, base);
        if (at == s->record_count || !list_find(&other, s, &s->records[at]))
            return false;
        out->shared = other.own;
    }
    out->own = reader_bin(&r, 0, BOX_DEALS_MAX * SEEN_PREFIX_SIZE);
    return reader_done(&r);
}

bool ledger_told_by_another(const struct ledger_record *seen)
{
    struct record record;
    struct reader r;

    if (!record_read(&record, (struct bytes){ seen->bytes, seen->size }))
        return false;
    r = reader_from(record.body);
    return reader_array(&r, 1, 3) == 3;
}

static bool listed(const struct list *list, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i + SEEN_PREFIX_SIZE <= list->own.size; i += SEEN_PREFIX_SIZE) {
        if (memcmp(list->own.data + i, id, SEEN_PREFIX_SIZE) == 0)
            return true;
    }
    for (size_t i = 0, place = 0; i + SEEN_PREFIX_SIZE <= list->shared.size; i += SEEN_PREFIX_SIZE, place++) {
        bool here = memcmp(list->shared.data + i, id, SEEN_PREFIX_SIZE) == 0;

        for (size_t j = 0; here && j + 2 <= list->gone.size; j += 2)
            here = be16_read(list->gone.data + j) != place;
        if (here)
            return true;
    }
    return false;
}

/* What this home had in time is on its list, and nothing else. Only of topics that hold still: pending and flagged deals are not listed. */
static void check_list(struct sim *s, int at, const struct ledger_record *seen, struct topic *topic, const struct box_view *view)
{
    const struct home *home = &s->homes[at];
    uint64_t made_ms = 0, begin_ms = (view->deadline_s + s->charter.grace_s[seen->box]) * 1000;
    struct list list;

    if (!list_find(&list, s, seen)) {
        sim_fail(s, "home %d says a list that cannot be read", at);
        return;
    }
    for (size_t i = 0; i < home->item_count; i++) {
        if (home->disk[i].type == EFFECT_KEEP_RECORD && &s->records[home->disk[i].record] == seen)
            made_ms = home->disk[i].arrival_ms;
    }
    for (size_t i = 0; i < home->item_count; i++) {
        const struct disk_item *item = &home->disk[i];
        const struct ledger_record *deal = &s->records[item->record];
        const struct held *held;

        if (item->type != EFFECT_KEEP_RECORD || deal->kind != RECORD_DEAL || deal->box != seen->box ||
            !one_parent(deal, seen))
            continue;
        held = topic_held_find(topic, deal->id);
        if (listed(&list, deal->id)) {
            if (item->arrival_ms > begin_ms)
                sim_fail(s, "home %d lists a deal that came too late", at);
            else if (held != NULL && held->flagged)
                sim_fail(s, "home %d lists a deal that is proved bad", at);
        } else if (held != NULL && held->valid && !held->flagged && item->arrival_ms <= begin_ms && item->arrival_ms < made_ms) {
            sim_fail(s, "home %d leaves out a deal that came in time", at);
        }
    }
}

/* Openings cannot be taken back: only of a closed set, and of lots of at least K homes that are there. */
static void check_opening(struct sim *s, const struct ledger_record *open, const struct season *season)
{
    if (season->boxes[open->box].state < BOX_CLOSED)
        sim_fail(s, "home %d opens a box that is not closed", open->maker);
    if (open->box != BOX_JOIN && open->box != BOX_BIDS)
        return;
    for (size_t i = 0; i < s->charter.lot_count; i++) {
        if (season->lots[i].formed && season->lots[i].home_count < s->charter.floor)
            sim_fail(s, "home %d opens the total of %zu homes, the floor is %u", open->maker, season->lots[i].home_count,
                     s->charter.floor);
    }
}

static void check_once(struct sim *s, const struct ledger_record *new)
{
    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *old = &s->records[i];

        if (old == new || !same_place(old, new))
            continue;
        if (new->kind == RECORD_SEEN || new->kind == RECORD_OPEN)
            sim_fail(s, "home %d says two %s of one box", new->maker, new->kind == RECORD_SEEN ? "lists" : "openings");
        if (new->kind == RECORD_DEAL && old->seq == new->seq)
            sim_fail(s, "home %d deals twice under one number", new->maker);
        if (new->kind == RECORD_VOTE && old->vote.round == new->vote.round && old->vote.step == new->vote.step)
            sim_fail(s, "home %d votes twice in round %u, step %u", new->maker, new->vote.round, new->vote.step);
    }
}

void ledger_sync(struct sim *s, int at, size_t record)
{
    struct ledger_record *r = &s->records[record];
    struct topic *topic = sim_topic(s, at);
    const struct season *season = topic == NULL ? NULL : topic_season(topic);

    r->lost = false;
    if (r->synced)
        return;
    r->synced = true;
    if (!r->honest || r->maker != at)
        return;
    check_once(s, r);
    if (season == NULL)
        return;
    if (r->kind == RECORD_VOTE)
        check_vote(s, r, season->boxes[r->box].quorum);
    if (r->kind == RECORD_SEEN)
        check_list(s, at, r, topic, &season->boxes[r->box]);
    if (r->kind == RECORD_OPEN)
        check_opening(s, r, season);
}
