/* next_lot.c - a committee that cannot finish key or interest is replaced by the next lot of the same draw. WIRE 7.3.
 *
 * The fold reads no clock: those who would take over say by theirs that they have waited long enough, and a quorum of
 * them is what counts. Then both boxes begin again under another parent, with all that was said in them forgotten:
 * homes deal once more. Failure modes: fewer homes than two committees need, then there is no next lot; the first
 * committee finishes all the same. Which of the two a node hears of first is chance, so the fold cannot repair that:
 * those who give up and those who go on see to it (first_may_finish) that it takes a fork's liars, and it is said. */
#include "proto/fold/fold.h"

#include "crypto/labels.h"

#include <string.h>

void next_lot_parent(uint8_t out[ID_SIZE], const struct topic *topic)
{
    struct bytes part = BYTES(topic->boxes[BOX_REGISTRY].digest);

    hash_parts(out, LABEL_NEXT_LOT, &part, 1);
}

unsigned next_lot_seat(const struct topic *topic, const uint8_t key[KEY_SIZE])
{
    for (unsigned i = 0; i < topic->next.count; i++)
        if (memcmp(topic->next.keys[i], key, KEY_SIZE) == 0)
            return i + 1;
    return 0;
}

/* The charter's seconds are 32 bits wide and a deadline is below 2^40: no sum overflows. */
static uint64_t time_of_first_s(const struct topic *topic)
{
    const struct charter *c = &topic->charter;
    uint64_t last_s = 0, n = KEY_ROUNDS;

    for (enum box_index box = BOX_KEY; box <= BOX_INTEREST; box++) {
        uint64_t begin_s = topic->boxes[box].deadline_s + c->grace_s[box];

        last_s = begin_s > last_s ? begin_s : last_s;
    }
    return last_s + n * c->round_s + n * (n - 1) / 2 * c->grow_s;
}

static bool finished(const struct topic *topic)
{
    return topic->boxes[BOX_KEY].opened && topic->boxes[BOX_INTEREST].concluded;
}

uint64_t key_patience_s(const struct topic *topic)
{
    bool begun = topic->boxes[BOX_KEY].ready && topic->boxes[BOX_INTEREST].ready;

    return topic->next.count == 0 || !begun || finished(topic) ? UINT64_MAX : time_of_first_s(topic);
}

static bool given_up(const struct topic *topic)
{
    return (unsigned)__builtin_popcount(topic->gave_up) >= committee_rule(topic->next.count).quorum;
}

/* ---- How near the first committee came. */

static uint32_t voters_by(const struct box *box, const struct vote *vote, uint64_t until_ms)
{
    const struct sorted *votes = &box->records[RECORD_VOTE];
    uint32_t members = 0;

    for (size_t i = 0; i < votes->count; i++) {
        const struct entry *entry = entry_of(votes->list[i]);

        if (entry->held.arrival_ms <= until_ms && entry->vote.round == vote->round && entry->vote.step == vote->step &&
            memcmp(entry->vote.digest, vote->digest, HASH_SIZE) == 0)
            members |= UINT32_C(1) << (entry->member - 1);
    }
    return members;
}

/* That many members were heard to close it on one set, in one round. */
static bool closers_by(const struct box *box, unsigned least, uint64_t until_ms)
{
    for (size_t i = 0; i < box->tally_count; i++) {
        const struct tally *tally = &box->tallies[i];

        if (tally->vote.step == 2 && (unsigned)__builtin_popcount(tally->members) >= least &&
            (unsigned)__builtin_popcount(voters_by(box, &tally->vote, until_ms)) >= least)
            return true;
    }
    return false;
}

static bool openers_by(const struct box *box, unsigned least, uint64_t until_ms)
{
    const struct sorted *opens = &box->records[RECORD_OPEN];
    uint32_t members = 0;

    for (size_t i = 0; i < opens->count; i++)
        if (opens->list[i]->arrival_ms <= until_ms)
            members |= UINT32_C(1) << (entry_of(opens->list[i])->member - 1);
    return (unsigned)__builtin_popcount(members) >= least;
}

/* Of q who close a box and of thr who open it, as many may be lying as cannot close one twice: 2q - n - 1. */
bool first_may_finish(struct topic *topic, uint64_t until_ms)
{
    struct committee_rule rule = box_rule(topic, BOX_KEY);
    unsigned liars = 2 * rule.quorum - rule.members - 1;

    return topic_settle(topic) && topic->next.count > 0 && closers_by(&topic->boxes[BOX_KEY], rule.quorum, until_ms) &&
           openers_by(&topic->boxes[BOX_KEY], rule.threshold - liars, until_ms) &&
           closers_by(&topic->boxes[BOX_INTEREST], rule.quorum - liars, until_ms);
}

/* ---- Taking over. */

/* false: nothing moved. */
bool next_lot_advance(struct topic *topic)
{
    uint8_t parent[ID_SIZE];
    uint64_t begins_s;

    if (topic->next.count == 0 || (!topic->key_short && !given_up(topic)))
        return false;
    if (finished(topic)) {
        topic->boxes[BOX_KEY].forked = true;
        return false;
    }
    next_lot_parent(parent, topic);
    /* The same whichever of the two is known here: the boxes have one parent, so they must have one deadline. */
    begins_s = time_of_first_s(topic) + 2 * (uint64_t)topic->charter.slack_s;
    topic->committee = topic->next;
    topic->next.count = 0;
    topic->replaced = true;
    topic->key_short = false;
    for (enum box_index box = BOX_KEY; box <= BOX_INTEREST; box++)
        box_restart(topic, box, parent, begins_s + topic->charter.window_s[box]);
    return true;
}

unsigned next_lot_member(struct topic *topic, const uint8_t key[KEY_SIZE], bool *said)
{
    unsigned seat = topic_settle(topic) ? next_lot_seat(topic, key) : 0;

    *said = seat > 0 && topic->gave_up >> (seat - 1) & 1;
    return seat;
}
