/* next_lot.c - a committee that cannot finish key or interest is replaced by the next lot of the same draw. WIRE 7.3.
 *
 * The fold reads no clock: those who would take over say by theirs that they have waited long enough, and a quorum of
 * them is what counts. Then both boxes begin again under another parent, with all that was said in them forgotten:
 * homes deal once more. Failure modes: fewer homes than two committees need, then there is no next lot; the first
 * committee finishes all the same, in a network that was in two for longer than its time: that is a fork, and said. */
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
    begins_s = time_of_first_s(topic) + topic->charter.slack_s;
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
