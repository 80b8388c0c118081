/* list.c - which of the deals it has a member lists. WIRE 6.3.
 *
 * Happy path: all of them. Failure mode: more than a list holds, then the last word of every voice before the
 * second-last of any: a home that says much takes no place from one that has spoken once, and k members, who
 * do not have the same deals, still list what they have in common while there is room. */
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
