/* clerk.c - cuts: which one a member may vote for, and making one when its turn comes. WIRE 6.4, 6.6.
 *
 * The set of a cut is computed from the lists it names; a clerk chooses only which lists, and when. A cut
 * whose lists or deals have not all arrived is held but stands for nothing here yet: it is neither voted for
 * nor an excuse for a clerk to be silent. */
#include "proto/duty/duty.h"

#include <string.h>

/* The round of a cut, without computing its set. */
static bool cut_round(uint32_t *round, const struct held *held)
{
    struct reader body = reader_from(held->record.body);

    if (reader_array(&body, 3, 3) != 3)
        return false;
    *round = (uint32_t)reader_uint(&body, ROUNDS_MAX - 1);
    return !body.failed;
}

/* The highest round from `least` up and below `end` in which q step-1 votes name this digest. */
static bool quorum_before(uint32_t *found, const struct duty *duty, uint32_t least, uint32_t end,
                          const uint8_t digest[HASH_SIZE])
{
    for (uint32_t round = end; round > least; round--)
        if (duty_quorum(duty, round - 1, digest)) {
            *found = round - 1;
            return true;
        }
    return false;
}

/* q members, so an honest majority of them, have found this digest acceptable before: then it overrides an
 * older lock, and its time is no longer judged, since a cut made again keeps the time of the first. */
static bool acceptable(const struct duty *duty, const struct cut *cut, const struct voted *voted)
{
    uint32_t least = voted->locked ? voted->lock_round : 0, before;

    if (quorum_before(&before, duty, least, cut->round, cut->digest))
        return true;
    if (voted->locked && memcmp(voted->lock, cut->digest, sizeof voted->lock) != 0)
        return false;
    return settled_fits(&duty->turns, cut->round, cut->settled_s, duty->now_ms);
}

/* Records come in order of id, so of two cuts by one clerk all members prefer the same. */
bool cut_acceptable(struct cut *out, const struct duty *duty, uint32_t round, const struct voted *voted)
{
    const struct held *const *cuts;
    size_t count = topic_records(duty->topic, duty->box, RECORD_CUT, &cuts);
    unsigned best = COMMITTEE_MAX, order;
    struct cut cut;
    uint32_t of;

    for (size_t i = 0; i < count; i++) {
        if (!cut_round(&of, cuts[i]) || of != round || !box_cut(duty->topic, &cut, cuts[i]))
            continue;
        order = clerk_order(cut.clerk, round, duty->turns.members);
        if (order >= best || !acceptable(duty, &cut, voted))
            continue;
        best = order;
        *out = cut;
    }
    return best < COMMITTEE_MAX;
}

/* ---- Making one. */

static bool cut_said(const struct duty *duty, uint32_t round)
{
    const struct held *const *cuts;
    size_t count = topic_records(duty->topic, duty->box, RECORD_CUT, &cuts);
    uint32_t of;

    for (size_t i = 0; i < count; i++)
        if (duty_is_own(duty, cuts[i]) && cut_round(&of, cuts[i]) && of == round)
            return true;
    return false;
}

/* What q members have voted for in step 1 of an earlier round, of the highest such round: some member may
 * have closed it. */
static bool cut_before(struct cut *out, const struct duty *duty, uint32_t round)
{
    const struct held *const *cuts;
    size_t count = topic_records(duty->topic, duty->box, RECORD_CUT, &cuts);
    uint32_t least = 0, before;
    bool found = false;
    struct cut cut;

    for (size_t i = 0; i < count; i++) {
        if (!box_cut(duty->topic, &cut, cuts[i]) || !quorum_before(&before, duty, least, round, cut.digest))
            continue;
        least = before + 1;
        *out = cut;
        found = true;
    }
    return found;
}

/* One list of every member heard, the lower id of a member who gave two; in order of id. Returns their
 * number. */
static size_t lists_known(uint8_t out[COMMITTEE_MAX * ID_SIZE], const struct duty *duty)
{
    const struct held *const *seen;
    size_t count = topic_records(duty->topic, duty->box, RECORD_SEEN, &seen), known = 0;
    uint32_t members = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned member = box_member(duty->topic, duty->box, seen[i]->record.author);

        if (member == 0 || members >> member & 1)
            continue;
        members |= UINT32_C(1) << member;
        memcpy(out + known++ * ID_SIZE, seen[i]->record.id, ID_SIZE);
    }
    return known;
}

static bool cut_write(struct deal_out *out, const struct duty *duty, uint32_t round, uint64_t settled,
                      struct bytes ids)
{
    uint8_t bytes[COMMITTEE_MAX * ID_SIZE + 32];
    struct writer body = writer_to(bytes, sizeof bytes);

    writer_array(&body, 3);
    writer_uint(&body, round);
    writer_uint(&body, settled);
    writer_bin(&body, ids);
    return duty_write(out, duty, RECORD_CUT, &body);
}

/* A set of which a deal is still missing here is not cut yet: at least one honest member has it and will hand
 * it on. */
bool cut_due(struct deal_out *out, const struct duty *duty, uint32_t round)
{
    unsigned order = clerk_order(duty->member, round, duty->turns.members);
    uint8_t lists[COMMITTEE_MAX * ID_SIZE], digest[HASH_SIZE];
    uint64_t settled = settled_s(&duty->turns, duty->now_ms);
    struct cut before;
    size_t known;

    if (duty->now_ms < turn_ms(&duty->turns, round, order) || cut_said(duty, round))
        return false;
    if (cut_before(&before, duty, round))
        return cut_write(out, duty, round, before.settled_s, before.seen_ids);
    known = lists_known(lists, duty);
    if (known < duty->view->quorum ||
        !box_cut_try(duty->topic, duty->box, settled, (struct bytes){ lists, known * ID_SIZE }, digest))
        return false;
    return cut_write(out, duty, round, settled, (struct bytes){ lists, known * ID_SIZE });
}
