/* taken.c - what one valid record adds to its box: a voice, a list heard, a vote to a tally, an opening, a flag. WIRE 5, 6.
 *
 * Happy path: room is made before a record is judged, and taking it is then only counting. Failure mode: no room, then
 * it is judged another time. */
#include "proto/fold/fold.h"

#include <assert.h>
#include <string.h>

static bool tallies_reserve(struct box *box)
{
    void *list = box->tallies;
    bool done = room_grow(&list, &box->tally_room, box->tally_count + 1, sizeof *box->tallies);

    box->tallies = list;
    return done;
}

bool box_reserve(struct box *box, const struct entry *entry)
{
    enum record_kind kind = entry->held.record.kind;

    return sorted_reserve(&box->records[kind], 1) &&
           (kind != RECORD_DEAL || sorted_reserve(&box->by_voice, 1)) &&
           (kind != RECORD_VOTE || tallies_reserve(box));
}

struct tally *box_tally(const struct box *box, const struct vote *vote)
{
    for (size_t i = 0; i < box->tally_count; i++) {
        struct tally *tally = &box->tallies[i];

        if (tally->vote.round == vote->round && tally->vote.step == vote->step &&
            memcmp(tally->vote.digest, vote->digest, HASH_SIZE) == 0)
            return tally;
    }
    return NULL;
}

static void count_vote(struct box *box, const struct entry *entry)
{
    struct tally *tally = box_tally(box, &entry->vote);

    if (tally == NULL) {
        assert(box->tally_count < box->tally_room);
        tally = &box->tallies[box->tally_count++];
        *tally = (struct tally){ .vote = entry->vote };
    }
    tally->members |= UINT32_C(1) << (entry->member - 1);
}

static void flag_deal(struct topic *topic, const struct entry *flag)
{
    struct held *deal = NULL;

    if (flag->flag.deal != NULL)
        deal = box_deal(topic, BOX_KEY, flag->flag.deal);
    if (deal != NULL)
        deal->flagged = true;
}

static const struct deal *same_voice(const struct box *box, const struct deal *deal, size_t at)
{
    const struct deal *other = at < box->by_voice.count ? &entry_of(box->by_voice.list[at])->deal : NULL;

    return other != NULL && memcmp(other->voice, deal->voice, KEY_SIZE) == 0 ? other : NULL;
}

/* Counts the voices whose last word is not a withdrawal: of one voice, that is what stands first. */
static void count_voice(struct box *box, struct entry *entry)
{
    size_t at = sorted_insert(&box->by_voice, &entry->held);
    const struct deal *deal = &entry->deal, *was = same_voice(box, deal, at + 1);

    if (at > 0 && same_voice(box, deal, at - 1) != NULL)
        return;
    box->voices -= was != NULL && !was->withdrawn;
    box->voices += !deal->withdrawn;
}

/* Homes introduce bids; what is counted is whose bids they are. */
static void count_company(struct box *box, struct entry *entry)
{
    box->voices += !company_heard(box, entry->deal.company);
    sorted_insert(&box->by_voice, &entry->held);
}

void box_take(struct topic *topic, struct entry *entry)
{
    struct box *box = &topic->boxes[entry->held.record.box];

    sorted_insert(&box->records[entry->held.record.kind], &entry->held);
    topic->unsettled = true;
    topic->season_known = false;
    switch (entry->held.record.kind) {
    case RECORD_DEAL:
        if (box->index == BOX_BIDS)
            count_company(box, entry);
        else
            count_voice(box, entry);
        topic->moved = topic->moved || box->index == BOX_KEY; /* a flag may have waited for it */
        break;
    case RECORD_SEEN:
        box->heard |= UINT32_C(1) << (entry->member - 1);
        topic->moved = topic->moved || list_waited_for(topic, box->index, entry->held.record.id);
        break;
    case RECORD_VOTE:
        count_vote(box, entry);
        break;
    case RECORD_OPEN:
        box->openers |= UINT32_C(1) << (entry->member - 1);
        break;
    case RECORD_FLAG:
        if (entry->flag.gives_up) {
            topic->gave_up |= UINT32_C(1) << (entry->flag.culprit - 1);
            break;
        }
        flag_deal(topic, entry);
        lie_flagged(topic, entry);
        break;
    case RECORD_CUT:
    case RECORD_KINDS:
        break;
    }
}

struct held *box_deal(const struct topic *topic, enum box_index box, const uint8_t id[ID_SIZE])
{
    return sorted_find(&topic->boxes[box].records[RECORD_DEAL], (struct bytes){ id, ID_SIZE });
}
