/* lie.c - a member whose own signature stands under an opening that does not verify. WIRE 5.2, 6.7.
 *
 * A false share is refused whoever passes it on, and any thr true ones open the box without it; what is kept of
 * it is the name, for the user, and of each member one such record, until a member has flagged it so that all
 * know: several come at once where they have waited for the box to be closed. Failure mode: no memory for it,
 * then the name is known here and not proved to others. */
#include "proto/fold/fold.h"

#include <stdlib.h>
#include <string.h>

static uint32_t seat_bit(unsigned member)
{
    return UINT32_C(1) << (member - 1);
}

void lie_note(struct topic *topic, const struct entry *entry)
{
    struct bytes whole = entry->held.record.whole;
    struct box *box = &topic->boxes[entry->held.record.box];
    struct lie *lie;

    if (entry->held.record.kind != RECORD_OPEN || entry->member == 0)
        return;
    lie = &box->lies[entry->member - 1];
    if (lie->record == NULL && !(box->flagged & seat_bit(entry->member)) && (lie->record = malloc(whole.size)) != NULL) {
        memcpy(lie->record, whole.data, whole.size);
        lie->size = whole.size;
    }
    box->opened_falsely |= seat_bit(entry->member);
    topic->season_known = false;
}

void lie_flagged(struct topic *topic, const struct entry *flag)
{
    struct box *box = &topic->boxes[flag->held.record.box];
    uint32_t bit = seat_bit(flag->flag.culprit);

    if (flag->flag.deal != NULL) {
        box->dealt_badly |= bit;
        return;
    }
    if (flag->flag.lie.size == 0) {
        box->contradicted |= bit;
        return;
    }
    box->opened_falsely |= bit;
    box->flagged |= bit;
    free(box->lies[flag->flag.culprit - 1].record);
    box->lies[flag->flag.culprit - 1].record = NULL;
}

enum status judge_lie(const struct topic *topic, const struct box *box, struct entry *flag)
{
    struct entry lie = { .member = 0 };
    struct record *record = &lie.held.record;

    if (!record_read(record, flag->flag.lie) || record->kind != RECORD_OPEN || record->box != box->index ||
        memcmp(record->topic, topic->id, ID_SIZE) != 0)
        return STATUS_FORGED;
    lie.member = box_seat(topic, box->index, record->author);
    if (lie.member == 0 || !entry_read(topic, &lie))
        return STATUS_FORGED;
    if (!box->concluded || box->forked) /* it is looked at whenever a box moves: its signature costs too much for that */
        return STATUS_MISSING;
    if (!record_signed(record))
        return STATUS_FORGED;
    if (memcmp(record->parent, box->digest, ID_SIZE) != 0) /* of another set, whose opening it may be */
        return STATUS_EARLY;
    flag->flag.culprit = lie.member;
    return opening_check(topic, &lie) ? STATUS_FORGED : STATUS_OK;
}

bool topic_lie(struct topic *topic, enum box_index box, struct bytes *record)
{
    const struct lie *lies = topic->boxes[box].lies;

    for (unsigned j = 0; j < COMMITTEE_MAX; j++) {
        *record = (struct bytes){ lies[j].record, lies[j].size };
        if (lies[j].record != NULL)
            return true;
    }
    return false;
}
