/* round_box.h - what the members of a committee say about a box of a round: lists, cuts, votes, openings, and
 * beside them what liars say. */
#ifndef COOP_TESTS_ROUND_BOX_H
#define COOP_TESTS_ROUND_BOX_H

#include "tests/support/round.h"

/* ---- Lists, cuts, votes. */

static inline int round_compare(const void *a, const void *b)
{
    return memcmp(a, b, ID_SIZE);
}

/* A member's list of these ids, which need not be sorted. */
static inline struct round_record *round_seen(struct round *r, enum box_index box, unsigned member,
                                              uint8_t (*ids)[ID_SIZE], size_t count)
{
    uint8_t room[RECORD_MAX], prefixes[BOX_DEALS_MAX * SEEN_PREFIX_SIZE];
    struct writer w = writer_to(room, sizeof room);

    qsort(ids, count, sizeof *ids, round_compare);
    for (size_t i = 0; i < count; i++)
        memcpy(prefixes + i * SEEN_PREFIX_SIZE, ids[i], SEEN_PREFIX_SIZE);
    writer_array(&w, 1);
    writer_bin(&w, (struct bytes){ prefixes, count * SEEN_PREFIX_SIZE });
    return round_say(r, RECORD_SEEN, box, round_signer(r, box, member), &w);
}

/* The same, as what it differs in from another list; both sorted. */
static inline struct round_record *round_seen_by(struct round *r, enum box_index box, unsigned member, const uint8_t base[ID_SIZE],
                                                 uint8_t (*base_ids)[ID_SIZE], size_t base_count, uint8_t (*ids)[ID_SIZE],
                                                 size_t count)
{
    uint8_t room[RECORD_MAX], own[BOX_DEALS_MAX * SEEN_PREFIX_SIZE], gone[BOX_DEALS_MAX * 2];
    struct writer w = writer_to(room, sizeof room);
    size_t own_size = 0, gone_size = 0;

    for (size_t i = 0; i < base_count; i++)
        if (count == 0 || bsearch(base_ids[i], ids, count, sizeof *ids, round_compare) == NULL) {
            be16_write(gone + gone_size, (uint16_t)i);
            gone_size += 2;
        }
    for (size_t i = 0; i < count; i++)
        if (base_count == 0 || bsearch(ids[i], base_ids, base_count, sizeof *ids, round_compare) == NULL) {
            memcpy(own + own_size, ids[i], SEEN_PREFIX_SIZE);
            own_size += SEEN_PREFIX_SIZE;
        }
    writer_array(&w, 3);
    writer_bin(&w, (struct bytes){ base, ID_SIZE });
    writer_bin(&w, (struct bytes){ gone, gone_size });
    writer_bin(&w, (struct bytes){ own, own_size });
    return round_say(r, RECORD_SEEN, box, round_signer(r, box, member), &w);
}

static inline struct round_record *round_cut(struct round *r, enum box_index box, unsigned member,
                                             uint32_t number, uint64_t settled_s, uint8_t (*seen)[ID_SIZE],
                                             size_t count)
{
    uint8_t room[RECORD_MAX];
    struct writer w = writer_to(room, sizeof room);

    qsort(seen, count, sizeof *seen, round_compare);
    writer_array(&w, 3);
    writer_uint(&w, number);
    writer_uint(&w, settled_s);
    writer_bin(&w, (struct bytes){ seen[0], count * ID_SIZE });
    return round_say(r, RECORD_CUT, box, round_signer(r, box, member), &w);
}

static inline void round_vote(struct round *r, enum box_index box, unsigned member, uint32_t number,
                              unsigned step, const uint8_t digest[HASH_SIZE])
{
    static const uint8_t none[ID_SIZE];
    uint8_t room[96];
    struct writer w = writer_to(room, sizeof room);

    writer_array(&w, 4);
    writer_uint(&w, number);
    writer_uint(&w, step);
    writer_bin(&w, BYTES(none)); /* the cut it names: of use to who lacks it */
    writer_bin(&w, (struct bytes){ digest, HASH_SIZE });
    round_say(r, RECORD_VOTE, box, round_signer(r, box, member), &w);
}

static inline void round_digest(struct round *r, const struct round_record *record, uint8_t out[HASH_SIZE])
{
    struct cut cut;
    bool fine = box_cut(r->topic, &cut, topic_held_find(r->topic, record->id));

    assert(fine);
    memcpy(out, cut.digest, HASH_SIZE);
}

/* The deals of a box that were there in time and against which no flag is known. */
static inline size_t round_in_time(struct round *r, enum box_index box, uint8_t (*out)[ID_SIZE])
{
    size_t count = 0;

    for (size_t i = 0; i < r->count; i++) {
        const struct round_record *record = &r->records[i];

        if (record->kind == RECORD_DEAL && record->box == box && !record->late &&
            !topic_held_find(r->topic, record->id)->flagged)
            memcpy(out[count++], record->id, ID_SIZE);
    }
    return count;
}

/* A deadline that is a tick later in every box, so that a cut can name the deadline or a later time. */
static inline uint64_t round_settled(struct round *r, enum box_index box)
{
    uint64_t deadline_s = round_season(r)->boxes[box].deadline_s, tick_s = r->charter.tick_s;

    return deadline_s + tick_s - deadline_s % tick_s;
}

/* What liars say beside what they should: a second list, votes for another cut in the same round and in the
 * next. */
static inline void round_lie(struct round *r, enum box_index box, unsigned member,
                             const uint8_t other[HASH_SIZE])
{
    for (uint32_t number = 0; number < 2; number++)
        for (unsigned step = 1; step <= 2; step++)
            round_vote(r, box, member, number, step, other);
}

/* In full or by the first member's; of who lies, a part, then all, by that part or by the first member's, or a part by the first's. */
static inline const uint8_t *round_list(struct round *r, enum box_index box, unsigned member, const uint8_t *first, uint8_t (*ids)[ID_SIZE],
                                        size_t count)
{
    size_t part = count / 3;
    const uint8_t *said;

    if (!round_lies(r, box, member))
        return first == NULL || member % 2 == 0 ? round_seen(r, box, member, ids, count)->id
                                                : round_seen_by(r, box, member, first, ids, count, ids, count)->id;
    if (first != NULL && member % 2 == 0) {
        round_seen_by(r, box, member, first, ids, count, ids + part, part);
        return round_seen(r, box, member, ids, count)->id;
    }
    said = round_seen(r, box, member, ids, part)->id;
    return round_seen_by(r, box, member, said, ids, part, ids, count)->id;
}

static inline void round_close(struct round *r, enum box_index box)
{
    static uint8_t ids[BOX_DEALS_MAX][ID_SIZE];
    uint8_t seen[COMMITTEE_MAX][ID_SIZE], digest[HASH_SIZE], other[HASH_SIZE];
    struct committee_rule rule = round_rule(r, box);
    uint64_t settled_s = round_settled(r, box);
    size_t count = round_in_time(r, box, ids);

    for (unsigned m = 1; m <= rule.members; m++)
        memcpy(seen[m - 1], round_list(r, box, m, m == 1 ? NULL : seen[0], ids, count), ID_SIZE);
    round_digest(
        r, round_cut(r, box, rule.members > 1 ? 2 : 1, 0, settled_s + r->charter.tick_s, seen, rule.quorum),
        other);
    round_digest(r, round_cut(r, box, 1, 0, settled_s, seen, rule.members), digest);
    for (unsigned m = 1; m <= rule.members; m++) {
        round_vote(r, box, m, 0, 1, digest);
        round_vote(r, box, m, 0, 2, digest);
        if (round_lies(r, box, m))
            round_lie(r, box, m, other);
    }
    r->settled_s[box] = settled_s;
    assert(round_season(r)->boxes[box].state >= BOX_CLOSED);
}

/* ---- Openings. */

static inline void round_open_by(struct round *r, enum box_index box, unsigned member,
                                 const struct scalar *secret, bool bad)
{
    uint8_t room[RECORD_MAX], share[OPEN_POINTS_MAX * POINT_SIZE + SHARE_PROOF_SIZE], context[HASH_SIZE];
    struct point points[OPEN_POINTS_MAX], commitment;
    struct writer w = writer_to(room, sizeof room);
    size_t parts = box_open_parts(r->topic, box);

    assert(parts > 0);
    writer_array(&w, parts);
    if (box == BOX_KEY) {
        struct dkg_share pair = { *secret, round_seated(r, member)->share.blind };

        key_commitment(r->topic, member, &commitment);
        box_open_context(r->topic, box, 0, context);
        dkg_reveal_make(share, BYTES(context), &commitment, &pair, &r->rng);
        writer_bin(&w, (struct bytes){ share, DKG_REVEAL_SIZE });
        parts = 0;
    }
    for (size_t i = 0; i < parts; i++) {
        size_t count = box_open_points(r->topic, box, i, points);

        box_open_context(r->topic, box, i, context);
        share_make(share, secret, BYTES(context), points, count, &r->rng);
        writer_bin(&w, (struct bytes){ share, share_size(count) });
    }
    if (bad)
        round_say_badly(r, RECORD_OPEN, box, round_signer(r, box, member), &w);
    else
        round_say(r, RECORD_OPEN, box, round_signer(r, box, member), &w);
}

static inline void round_open(struct round *r, enum box_index box)
{
    for (unsigned m = round_members(r, box); m > 0; m--) {
        struct scalar secret = box == BOX_REGISTRY ? r->genesis_share[m - 1] : round_seated(r, m)->share.value;

        if (round_lies(r, box, m))
            scalar_add(&secret, &secret, &r->genesis_share[0]);
        round_open_by(r, box, m, &secret, round_lies(r, box, m));
    }
    assert(round_season(r)->boxes[box].state == BOX_OPENED);
}

/* Each member sums what the dealers of the closed set sealed to it. */
static inline void round_learn_shares(struct round *r)
{
    struct key_deal deals[COMMITTEE_MAX];
    size_t count = key_set(r->topic, deals);
    struct committee c;

    round_committee(r, &c);
    for (unsigned m = 1; m <= c.count; m++) {
        struct round_home *home = round_seated(r, m);

        for (size_t i = 0; i < count; i++) {
            struct dkg_share share;
            bool fine = dkg_share_open(&share, BYTES(deals[i].context), c.members, c.count, c.threshold,
                                       deals[i].deal, m, &home->box);

            assert(fine);
            dkg_share_add(&home->share, &share);
        }
    }
}

#endif
