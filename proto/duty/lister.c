/* lister.c - what a member says of the deals that had reached it in time: once, when, and in what form. WIRE 6.3.
 *
 * Happy path: two members say theirs in full, the others a little later in what they differ from one of these. Failure
 * modes: the two are off, lie, or have other deals: then the next two say theirs in full, and so on, and in the end everybody. */
#include "proto/duty/duty.h"

#include <string.h>

/* Its own may wait after a restart, if what it is told by was refused this time: it is said all the same. */
static bool seen_said(const struct duty *duty)
{
    return list_said(duty->topic, duty->box, duty->key->public_key);
}

static bool lists_are_short(const struct duty *duty)
{
    const struct held *const *deals;

    return topic_records(duty->topic, duty->box, RECORD_DEAL, &deals) < LIST_WAITS;
}

/* Another two begin in each box, and nobody chooses which: so no seat is always first, nor a liar's. */
static unsigned turn_of(const struct duty *duty)
{
    unsigned first = (be32_read(duty->view->parent) % duty->turns.members + duty->box) % duty->turns.members,
             turn = (duty->member - 1 + first) % duty->turns.members / LISTS_A_TURN;

    return turn < LIST_TURNS ? turn : LIST_TURNS;
}

/* Who has just woken is told of the others' lists first. */
static uint64_t turn_begin_ms(const struct duty *duty, unsigned turn)
{
    uint64_t grace_ms = duty->turns.begin_ms - duty->turns.deadline_ms,
             wait_ms = grace_ms / LIST_WAIT_SHARE < LIST_WAIT_MS ? grace_ms / LIST_WAIT_SHARE : LIST_WAIT_MS,
             from_ms = duty->own->awake_ms > duty->turns.begin_ms ? duty->own->awake_ms : duty->turns.begin_ms;

    return from_ms > NEVER_MS - LIST_TURNS * wait_ms ? NEVER_MS : from_ms + turn * wait_ms;
}

/* What arrived while this home was off did not reach it in time, whatever its deal says of itself. */
bool seen_due(struct deal_out *out, const struct duty *duty)
{
    uint8_t prefixes[BOX_DEALS_MAX][SEEN_PREFIX_SIZE], bytes[RECORD_MAX];
    struct writer body = writer_to(bytes, sizeof bytes);
    struct bytes all = { prefixes[0], 0 };
    bool whole = lists_are_short(duty);
    unsigned turn = whole ? 0 : turn_of(duty);

    if (duty->turns.begin_ms == NEVER_MS || duty->now_ms < duty->turns.begin_ms || seen_said(duty))
        return false;
    if (turn > 0 && duty->now_ms < turn_begin_ms(duty, 1))
        return false;
    all.size = deals_list(duty->topic, duty->box, duty->turns.begin_ms, prefixes) * SEEN_PREFIX_SIZE;
    if (whole || !list_write_by_another(&body, duty->topic, duty->box, all)) {
        if (turn > 1 && duty->now_ms < turn_begin_ms(duty, turn))
            return false;
        list_write_whole(&body, all);
    }
    return duty_write(out, duty, RECORD_SEEN, &body);
}

uint64_t seen_deadline_ms(const struct duty *duty)
{
    unsigned turn = lists_are_short(duty) ? 0 : turn_of(duty);
    uint64_t first_ms = turn_begin_ms(duty, 1), last_ms = turn_begin_ms(duty, turn);

    if (turn == 0 || duty->now_ms >= last_ms || seen_said(duty))
        return NEVER_MS;
    return duty->now_ms < first_ms ? first_ms : last_ms;
}
