/* list.c - which of the deals it has a member lists, and in what form it says so. WIRE 5.2, 6.3.
 *
 * Happy path: all of them, in what they differ from another member's list, since all have much the same. Failure
 * modes: more than a list holds, then the last word of every voice before the second-last of any: a home that says
 * much takes no place from one that has spoken once, and k members, who do not have the same deals, still list what
 * they have in common while there is room; no other list is near, then in full. */
#include "proto/fold/fold.h"

#include <stdlib.h>
#include <string.h>

static int compare_prefix(const void *a, const void *b)
{
    return memcmp(a, b, SEEN_PREFIX_SIZE);
}

/* How many deals of the same voice that count before it are listed before it. */
struct turn {
    const struct deal *last;
    size_t before;
};

static size_t turn_of(struct turn *turn, const struct deal *deal)
{
    bool same = turn->last != NULL && memcmp(turn->last->voice, deal->voice, KEY_SIZE) == 0;

    turn->before = same ? turn->before + 1 : 0;
    turn->last = deal;
    return turn->before;
}

size_t deals_list(struct topic *topic, enum box_index box, uint64_t until_ms,
                  uint8_t out[BOX_DEALS_MAX][SEEN_PREFIX_SIZE])
{
    const struct sorted *deals = &topic->boxes[box].by_voice;
    size_t count = 0, before = 0, more = 1;

    topic_settle(topic);
    for (; more > 0 && count < BOX_DEALS_MAX; before++) {
        struct turn turn = { NULL, 0 };

        more = 0;
        for (size_t i = 0; i < deals->count && count < BOX_DEALS_MAX; i++) {
            const struct held *held = deals->list[i];

            if (held->flagged || held->arrival_ms > until_ms || turn_of(&turn, &entry_of(deals->list[i])->deal) != before)
                continue;
            memcpy(out[count++], held->record.id, SEEN_PREFIX_SIZE);
            more++;
        }
    }
    qsort(out, count, SEEN_PREFIX_SIZE, compare_prefix);
    return count;
}

/* ---- Told by another list. */

struct difference {
    uint8_t gone[BOX_DEALS_MAX * PLACE_SIZE], own[BOX_DEALS_MAX * SEEN_PREFIX_SIZE];
    size_t gone_size, own_size;
};

static void differ(struct difference *out, struct bytes base, struct bytes all)
{
    size_t at = 0, place = 0;

    out->gone_size = out->own_size = 0;
    while (at < all.size || place * SEEN_PREFIX_SIZE < base.size) {
        const uint8_t *one = all.data + at, *other = base.data + place * SEEN_PREFIX_SIZE;
        int order = at == all.size ? 1 : place * SEEN_PREFIX_SIZE == base.size ? -1 : memcmp(one, other, SEEN_PREFIX_SIZE);

        if (order < 0) {
            memcpy(out->own + out->own_size, one, SEEN_PREFIX_SIZE);
            out->own_size += SEEN_PREFIX_SIZE;
        } else if (order > 0) {
            be16_write(out->gone + out->gone_size, (uint16_t)place);
            out->gone_size += PLACE_SIZE;
        }
        at += order <= 0 ? SEEN_PREFIX_SIZE : 0;
        place += order >= 0;
    }
}

/* The one that most is saved by, of the lowest id. NULL: none is told in full. */
static const struct entry *nearest(const struct box *box, struct bytes all, struct difference *out)
{
    const struct sorted *lists = &box->records[RECORD_SEEN];
    const struct entry *found = NULL;
    size_t least = 0;

    for (size_t i = 0; i < lists->count; i++) {
        const struct entry *entry = entry_of(lists->list[i]);

        if (entry->listed.base != NULL)
            continue;
        differ(out, entry->listed.own, all);
        if (found != NULL && out->gone_size + out->own_size >= least)
            continue;
        found = entry;
        least = out->gone_size + out->own_size;
    }
    if (found != NULL)
        differ(out, found->listed.own, all);
    return found;
}

/* A list that hangs on another is read later than one that does not: half of it is to be worth that. */
bool list_write_by_another(struct writer *body, struct topic *topic, enum box_index box, struct bytes all)
{
    struct difference difference;
    const struct entry *base = nearest(&topic->boxes[box], all, &difference);

    if (base == NULL || ID_SIZE + difference.gone_size + difference.own_size > all.size / 2)
        return false;
    writer_array(body, 3);
    writer_bin(body, BYTES(base->held.record.id));
    writer_bin(body, (struct bytes){ difference.gone, difference.gone_size });
    writer_bin(body, (struct bytes){ difference.own, difference.own_size });
    return true;
}

void list_write_whole(struct writer *body, struct bytes all)
{
    writer_array(body, 1);
    writer_bin(body, all);
}
