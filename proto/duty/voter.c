/* voter.c - the duty of a committee member: list what it had received (lister.c), vote for a cut, open what was
 * closed. WIRE 6.3, 6.6.
 *
 * Happy path: deadline and grace pass, the list goes out; some clerk's cut is acceptable, step 1; q members
 * agree, step 2; the box is closed, the share is opened. Whatever else happens costs a round: rounds grow and
 * clerks change. What must never happen is two votes of this home for different digests in one round and
 * step, or a vote against its lock; both are read from its own records.
 *
 * A clock that moved backwards is in a round below one it has voted in: it then says nothing, since a late
 * step 2 after a vote for something else would undo what locks are for. */
#include "proto/duty/duty.h"

#include <assert.h>
#include <string.h>

bool duty_is_own(const struct duty *duty, const struct held *held)
{
    return memcmp(held->record.author, duty->key->public_key, KEY_SIZE) == 0;
}

bool duty_write(struct deal_out *out, const struct duty *duty, enum record_kind kind,
                const struct writer *body)
{
    return own_write(out, duty->topic, kind, duty->box, duty->key, body);
}

bool duty_quorum(const struct duty *duty, uint32_t round, const uint8_t digest[HASH_SIZE])
{
    return box_votes(duty->topic, duty->box, round, 1, digest) >= duty->view->quorum;
}

/* false: nothing can be due from this home in this box. */
static bool duty_begin(struct duty *out, struct topic *topic, const struct own *own, enum box_index box,
                       uint64_t now_ms)
{
    const struct season *season = topic_season(topic);
    unsigned member;

    if (!season || season->phase == PHASE_FORK || season->boxes[box].state == BOX_WAITING)
        return false;
    member = own_seat(own, topic, box);
    if (member == 0 || member > season->boxes[box].members)
        return false;
    *out = (struct duty){
        .topic = topic,
        .own = own,
        .charter = topic_charter(topic),
        .season = season,
        .view = &season->boxes[box],
        .key = box == BOX_REGISTRY ? &own->genesis : &own->member,
        .box = box,
        .member = member,
        .turns =
            turns_of(topic_charter(topic), box, season->boxes[box].deadline_s, season->boxes[box].members),
        .now_ms = now_ms,
    };
    return true;
}

/* ---- Votes. WIRE 6.6. */

static void voted_read(struct voted *out, const struct duty *duty, uint32_t round)
{
    const struct held *const *votes;
    size_t count = topic_records(duty->topic, duty->box, RECORD_VOTE, &votes);
    struct vote vote;

    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        if (!duty_is_own(duty, votes[i]) || !vote_read(&vote, votes[i]->record.body))
            continue;
        if (!out->any || vote.round > out->last_round)
            out->last_round = vote.round;
        out->any = true;
        if (vote.round == round)
            out->step[vote.step] = true;
        if (vote.step != 2 || (out->locked && vote.round < out->lock_round))
            continue;
        out->locked = true;
        out->lock_round = vote.round;
        memcpy(out->lock, vote.digest, sizeof out->lock);
    }
}

static bool vote_write(struct deal_out *out, const struct duty *duty, uint32_t round, unsigned step,
                       const uint8_t cut[ID_SIZE], const uint8_t digest[HASH_SIZE])
{
    uint8_t bytes[96];
    struct writer body = writer_to(bytes, sizeof bytes);

    writer_array(&body, 4);
    writer_uint(&body, round);
    writer_uint(&body, step);
    writer_bin(&body, (struct bytes){ cut, ID_SIZE });
    writer_bin(&body, (struct bytes){ digest, HASH_SIZE });
    return duty_write(out, duty, RECORD_VOTE, &body);
}

/* Step 2 before step 1: a quorum found on waking is worth more than a voice too many in step 1. */
static bool round_due(struct deal_out *out, const struct duty *duty)
{
    struct voted voted;
    struct vote agreed;
    struct cut cut;
    uint32_t round;

    if (!round_at(&round, &duty->turns, duty->now_ms))
        return false;
    voted_read(&voted, duty, round);
    if (voted.any && voted.last_round > round)
        return false;
    if (!voted.step[2] && box_agreed(&agreed, duty->topic, duty->box, round, 1))
        return vote_write(out, duty, round, 2, agreed.cut, agreed.digest);
    if (voted.step[1])
        return false;
    if (cut_acceptable(&cut, duty, round, &voted))
        return vote_write(out, duty, round, 1, cut.id, cut.digest);
    return cut_due(out, duty, round);
}

/* ---- */

/* The first committee's time for key and interest is over: from here on the next lot may take it for dead. Not if a slack later it was as
 * good as finished: then all know that before the next lot may speak. WIRE 7.3 */
static bool time_is_over(const struct duty *duty)
{
    uint64_t patience_s = key_patience_s(duty->topic);

    return (duty->box == BOX_KEY || duty->box == BOX_INTEREST) && patience_s != UINT64_MAX &&
           duty->now_ms >= ms_from_s(patience_s) &&
           !first_may_finish(duty->topic, ms_from_s(patience_s + duty->charter->slack_s));
}

/* A member of the next lot has waited for the first as long as that may speak, and two slacks more; and has been awake for one of them, or
 * it would give up what it has only not heard of yet. WIRE 7.3 */
static uint64_t giving_up_ms(struct topic *topic, const struct own *own)
{
    uint64_t patience_s = key_patience_s(topic), slack_s = topic_charter(topic)->slack_s, waited_ms, awake_ms;
    bool said;

    if (patience_s == UINT64_MAX || own->abstains || !own->secret_known ||
        next_lot_member(topic, own->member.public_key, &said) == 0 || said || first_may_finish(topic, UINT64_MAX))
        return NEVER_MS;
    waited_ms = ms_from_s(patience_s + 2 * slack_s);
    awake_ms = own->awake_ms + ms_from_s(slack_s);
    return waited_ms > awake_ms ? waited_ms : awake_ms;
}

static bool giving_up_due(struct deal_out *out, struct topic *topic, const struct own *own, uint64_t now_ms)
{
    uint8_t bytes[8];
    struct writer body = writer_to(bytes, sizeof bytes);

    if (now_ms < giving_up_ms(topic, own))
        return false;
    writer_array(&body, 0);
    return own_write(out, topic, RECORD_FLAG, BOX_KEY, &own->member, &body);
}

static bool box_due(struct deal_out *out, const struct duty *duty, struct rng *rng)
{
    if (time_is_over(duty))
        return false;
    if (duty->view->state == BOX_OPENED)
        return lie_due(out, duty);
    if (duty->view->state == BOX_CLOSED)
        return lie_due(out, duty) || open_due(out, duty, rng);
    return seen_due(out, duty) || round_due(out, duty);
}

bool voter_due(struct deal_out *out, struct topic *topic, struct own *own, uint64_t now_ms, struct rng *rng)
{
    struct duty duty;

    if (now_ms >= round_expiry_ms(topic))
        return false;
    if (giving_up_due(out, topic, own, now_ms))
        return true;
    for (enum box_index box = BOX_REGISTRY; box < BOXES; box++)
        if (duty_begin(&duty, topic, own, box, now_ms) && box_due(out, &duty, rng))
            return true;
    return false;
}

/* The next moment at which the clock alone gives this member something to do in an open box. */
static uint64_t duty_deadline_ms(const struct duty *duty)
{
    const struct turns *turns = &duty->turns;
    uint64_t next_ms, turn, list_ms;
    uint32_t round;

    if (duty->now_ms < turns->begin_ms)
        return turns->begin_ms;
    if (!round_at(&round, turns, duty->now_ms))
        return NEVER_MS;
    list_ms = seen_deadline_ms(duty);
    turn = turn_ms(turns, round, clerk_order(duty->member, round, turns->members));
    next_ms = round + 1 < ROUNDS_MAX ? round_begin_ms(turns, round + 1) : NEVER_MS;
    next_ms = turn > duty->now_ms && turn < next_ms ? turn : next_ms;
    return list_ms < next_ms ? list_ms : next_ms;
}

uint64_t voter_deadline_ms(struct topic *topic, const struct own *own, uint64_t now_ms)
{
    uint64_t first_ms, next_ms;
    struct duty duty;

    if (now_ms >= round_expiry_ms(topic))
        return NEVER_MS;
    first_ms = giving_up_ms(topic, own);
    for (enum box_index box = BOX_REGISTRY; box < BOXES; box++) {
        if (!duty_begin(&duty, topic, own, box, now_ms) || duty.view->state != BOX_OPEN)
            continue;
        next_ms = duty_deadline_ms(&duty);
        first_ms = next_ms < first_ms ? next_ms : first_ms;
    }
    return first_ms;
}

uint64_t round_expiry_ms(struct topic *topic)
{
    const struct season *season = topic_season(topic);
    uint64_t last_s = 0, expires_s = topic_charter(topic)->expires_s;

    if (!season)
        return NEVER_MS;
    for (enum box_index box = BOX_REGISTRY; box < BOXES; box++)
        if (season->boxes[box].state != BOX_WAITING && season->boxes[box].deadline_s > last_s)
            last_s = season->boxes[box].deadline_s;
    return last_s > UINT64_MAX - expires_s ? NEVER_MS : ms_from_s(last_s + expires_s);
}
