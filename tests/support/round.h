/* round.h - a whole real round in memory, record by record, by straight code that shares nothing with the
 * voter: real keys, deals here, lists, cuts, votes and openings in round_box.h, and the records of those who cheat beside them.
 * For tests of the fold, and for whoever needs a real round at some point of its life.
 *
 *     struct round *r = round_new(&(struct round_plan){ .homes = 12, .seed = 1 });
 *     round_play(r, BOX_BIDS);                 // up to the opening of this box
 *     topic_season(r->topic);                  // as it stands for who has everything
 *     r->records[0 .. count - 1]               // all that was said, in the order it was said
 *     round_free(r);
 *
 * Everything comes from the seed. A step that does not go as planned is an assertion: the test is wrong then.
 */
#ifndef COOP_TESTS_ROUND_H
#define COOP_TESTS_ROUND_H

#include "crypto/labels.h"
#include "proto/form/committee.h"
#include "proto/form/record.h"
#include "proto/fold/topic.h"
#include "tests/support/committee.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUND_HOMES_MAX = 48, ROUND_RECORDS_MAX = 6000, ROUND_COMPANIES = 3 };

struct round_plan {
    unsigned homes;    /* at least 7 for a round that goes to its end */
    unsigned founders; /* 0: one */
    uint8_t seed;
    uint32_t floor;   /* 0: 7 */
    uint32_t invited; /* 0: as many as the template says */
    bool no_reserve;  /* a charter that does not ask what the homes pay today */
    bool liars; /* f members of each committee list twice, vote for two cuts, open badly; homes deal late */
    bool changing; /* homes change their mind: deals replaced, withdrawn, doubled under a second pseudonym */
    bool bad_key_dealer; /* member 2's key deal cheats member 1, who says so */
    bool junk_bids;      /* sealed garbage, a lot that is not there */
    bool no_bids;
    bool wide; /* values of 32 bits, and as large as that */
};
struct round_home {
    struct sign_key member, pseudonym, introducer, second; /* second: another pseudonym of the same home */
    struct group_key ring, box;
    uint64_t values[DEAL_VALUES_MAX]; /* of its last join deal */
    struct dkg_share share;           /* of the season key, if it is in the committee */
    uint8_t deal[ID_SIZE];            /* its last join deal */
    bool withdrawn;
};
struct round_record {
    uint8_t *bytes, id[ID_SIZE];
    size_t size;
    enum record_kind kind;
    enum box_index box;
    bool late; /* a deal nobody had in time */
};
struct round {
    struct round_plan plan;
    struct charter charter;
    uint8_t charter_bytes[CHARTER_MAX];
    size_t charter_size;
    struct rng rng;
    struct topic *topic;
    struct sign_key invite, genesis[COMMITTEE_MAX];
    struct scalar genesis_share[COMMITTEE_MAX];
    struct round_home homes[ROUND_HOMES_MAX];
    struct round_record records[ROUND_RECORDS_MAX];
    size_t count;
    struct round_record refused[64]; /* what no fold may take: bad shares and the like */
    size_t refused_count;
    uint64_t settled_s[BOXES];
    unsigned introduced; /* bids: the homes hand them in by turns */
};

static inline struct bytes round_bytes(const struct round_record *record)
{
    return (struct bytes){ record->bytes, record->size };
}

static inline struct bytes round_charter(const struct round *r)
{
    return (struct bytes){ r->charter_bytes, r->charter_size };
}

static inline const struct season *round_season(struct round *r)
{
    const struct season *season = topic_season(r->topic);

    assert(season != NULL);
    return season;
}

/* ---- Records. */

static inline void round_record_make(struct round *r, struct round_record *out, enum record_kind kind,
                                     enum box_index box, const struct sign_key *key,
                                     const struct writer *body)
{
    const struct box_view *view = &round_season(r)->boxes[box];
    uint8_t bytes[RECORD_MAX];
    size_t size = record_write(bytes, sizeof bytes, out->id, kind, topic_id(r->topic), box,
                               kind == RECORD_OPEN ? view->digest : view->parent, key,
                               (struct bytes){ body->out, writer_done(body) });

    assert(size > 0);
    out->bytes = malloc(size);
    assert(out->bytes != NULL);
    memcpy(out->bytes, bytes, size);
    out->size = size;
    out->kind = kind;
    out->box = box;
    out->late = false;
}

/* Signed, kept, and taken by the topic. */
static inline struct round_record *round_say(struct round *r, enum record_kind kind, enum box_index box,
                                             const struct sign_key *key, const struct writer *body)
{
    struct round_record *record = &r->records[r->count];
    enum status status;

    assert(r->count < ROUND_RECORDS_MAX);
    round_record_make(r, record, kind, box, key, body);
    status = topic_add(r->topic, round_bytes(record), r->count);
    assert(status == STATUS_OK);
    r->count++;
    return record;
}

/* Signed, kept apart, and refused by the topic. */
static inline void round_say_badly(struct round *r, enum record_kind kind, enum box_index box,
                                   const struct sign_key *key, const struct writer *body)
{
    struct round_record *record = &r->refused[r->refused_count++];
    enum status status;

    assert(r->refused_count <= ARRAY_SIZE(r->refused));
    round_record_make(r, record, kind, box, key, body);
    status = topic_add(r->topic, round_bytes(record), 0);
    assert(status == STATUS_FORGED || status == STATUS_MALFORMED);
}

/* ---- Who closes a box. */

static inline unsigned round_members(struct round *r, enum box_index box)
{
    return round_season(r)->boxes[box].members;
}

static inline struct round_home *round_seated(struct round *r, unsigned member)
{
    const struct season *season = round_season(r);
    const struct member *seat = &season->registry[season->committee[member - 1]];

    for (unsigned i = 0; i < r->plan.homes; i++)
        if (memcmp(r->homes[i].member.public_key, seat->key, KEY_SIZE) == 0)
            return &r->homes[i];
    assert(!"every seat is a home's");
    return NULL;
}

static inline const struct sign_key *round_signer(struct round *r, enum box_index box, unsigned member)
{
    return box == BOX_REGISTRY ? &r->genesis[member - 1] : &round_seated(r, member)->member;
}

static inline struct committee_rule round_rule(struct round *r, enum box_index box)
{
    return committee_rule(round_members(r, box));
}

/* The members with the highest numbers lie, as many as a box can bear. */
static inline bool round_lies(struct round *r, enum box_index box, unsigned member)
{
    struct committee_rule rule = round_rule(r, box);

    return r->plan.liars && member > rule.members - rule.faults;
}

/* ---- Deals. */

static inline struct writer round_body(uint8_t *room, size_t size, size_t fields, uint64_t seq)
{
    struct writer w = writer_to(room, size);

    writer_array(&w, fields);
    writer_uint(&w, seq);
    return w;
}

static inline void round_context(uint8_t out[HASH_SIZE], struct round *r, enum box_index box,
                                 const struct sign_key *author, uint64_t seq)
{
    deal_context(out, topic_id(r->topic), box, round_season(r)->boxes[box].parent, author->public_key, seq);
}

static inline struct round_record *round_enrol_with(struct round *r, const struct sign_key *member,
                                                    const struct group_key *ring,
                                                    const struct group_key *box_key, uint64_t seq)
{
    uint8_t room[RECORD_MAX], context[HASH_SIZE], proof[SHARE_PROOF_SIZE], signature[SIGNATURE_SIZE],
        beacon[DEAL_MAX], hash[HASH_SIZE];
    struct bytes parts[] = { { topic_id(r->topic), ID_SIZE }, BYTES(member->public_key) };
    struct writer w = round_body(room, sizeof room, 7, seq);
    size_t size;
    bool fine;

    round_context(context, r, BOX_REGISTRY, member, seq);
    writer_bin(&w, BYTES(ring->public_point.b));
    writer_bin(&w, BYTES(box_key->public_point.b));
    share_make(proof, &ring->secret, BYTES(context), NULL, 0, &r->rng);
    writer_bin(&w, BYTES(proof));
    share_make(proof, &box_key->secret, BYTES(context), NULL, 0, &r->rng);
    writer_bin(&w, BYTES(proof));
    hash_parts(hash, LABEL_INVITE_KEY, parts, ARRAY_SIZE(parts));
    sign_make(signature, &r->invite, BYTES(hash));
    writer_bin(&w, BYTES(signature));
    fine = beacon_make(beacon, &size, &r->charter.genesis.joint, BYTES(context), &r->rng);
    assert(fine);
    writer_bin(&w, (struct bytes){ beacon, size });
    return round_say(r, RECORD_DEAL, BOX_REGISTRY, member, &w);
}

static inline struct round_record *round_enrol(struct round *r, unsigned home, uint64_t seq)
{
    struct round_home *h = &r->homes[home];

    return round_enrol_with(r, &h->member, &h->ring, &h->box, seq);
}

static inline void round_admission(struct writer *w, struct round *r, unsigned home, enum box_index box,
                                   const uint8_t context[HASH_SIZE])
{
    const struct point *ring;
    uint8_t proof[ADMISSION_MAX], nullifier[POINT_SIZE], scope[HASH_SIZE];
    size_t count = ring_points(r->topic, &ring), at = 0, size;
    bool fine;

    while (at < count && !point_equal(&ring[at], &r->homes[home].ring.public_point))
        at++;
    topic_scope(scope, r->topic, box);
    fine = admission_make(proof, &size, nullifier, ring, count, at, &r->homes[home].ring, BYTES(scope),
                          (struct bytes){ context, HASH_SIZE }, &r->rng);
    assert(fine);
    writer_bin(w, (struct bytes){ proof, size });
}

/* report: 0..3, or 4 for presence only. */
static inline struct round_record *
round_interest(struct round *r, unsigned home, const struct sign_key *author, unsigned report, uint64_t seq)
{
    uint8_t room[RECORD_MAX], context[HASH_SIZE];
    struct writer w = round_body(room, sizeof room, 3, seq);

    round_context(context, r, BOX_INTEREST, author, seq);
    writer_uint(&w, report);
    round_admission(&w, r, home, BOX_INTEREST, context);
    return round_say(r, RECORD_DEAL, BOX_INTEREST, author, &w);
}

struct round_choice {
    uint32_t lot, minimum;
};

static inline void round_values(struct round *r, uint64_t *values)
{
    uint64_t limit = rng_below(&r->rng, 101); /* of today's price, at which it is in */

    for (size_t i = 0; i < r->charter.item_count; i++) {
        const struct item *item = &r->charter.items[i];

        values[i] = r->plan.wide ? UINT32_MAX - rng_below(&r->rng, 1000) : rng_below(&r->rng, 6000);
        if (item->use == ITEM_LIMIT)
            values[i] = item->ladder <= limit;
    }
}

/* No choices: withdrawn. */
static inline struct round_record *round_join(struct round *r, unsigned home, const struct sign_key *author,
                                              const struct round_choice *choices, size_t count, uint64_t seq)
{
    uint8_t room[RECORD_MAX], context[HASH_SIZE], deal[DEAL_MAX];
    struct writer w = round_body(room, sizeof room, 4, seq);
    struct round_home *h = &r->homes[home];
    struct round_record *record;
    size_t size = 0;

    round_context(context, r, BOX_JOIN, author, seq);
    writer_array(&w, count);
    for (size_t i = 0; i < count; i++) {
        writer_array(&w, 2);
        writer_uint(&w, choices[i].lot);
        writer_uint(&w, choices[i].minimum);
    }
    round_values(r, h->values);
    if (count > 0) {
        bool fine = deal_make(deal, &size, topic_bases(r->topic), &box_key(r->topic, BOX_JOIN)->joint,
                              BYTES(context), h->values, &r->rng);

        assert(fine);
    }
    writer_bin(&w, (struct bytes){ deal, size });
    round_admission(&w, r, home, BOX_JOIN, context);
    record = round_say(r, RECORD_DEAL, BOX_JOIN, author, &w);
    h->withdrawn = count == 0;
    memcpy(h->deal, record->id, ID_SIZE);
    return record;
}

/* Home 1 asks for bags only, the others take what comes. */
static inline struct round_record *round_join_as_planned(struct round *r, unsigned home, uint64_t seq)
{
    const struct round_choice bulk[] = { { 0, r->charter.floor }, { 1, r->charter.floor } },
                              bags[] = { { 1, r->charter.floor } };

    return round_join(r, home, &r->homes[home].pseudonym, home == 1 ? bags : bulk, home == 1 ? 1 : 2, seq);
}

static inline void round_committee(struct round *r, struct committee *c)
{
    memset(c, 0, sizeof *c);
    c->count = (unsigned)committee_points(r->topic, c->members);
    c->threshold = committee_rule(c->count).threshold;
    for (unsigned j = 0; j < c->count; j++)
        c->keys[j] = round_seated(r, j + 1)->box;
    c->rng = r->rng;
}

static inline struct round_record *round_key_deal(struct round *r, unsigned member, unsigned victim)
{
    uint8_t room[RECORD_MAX], context[HASH_SIZE], deal[DKG_DEAL_MAX], secret[KEY_SIZE];
    const struct sign_key *author = round_signer(r, BOX_KEY, member);
    struct writer w = round_body(room, sizeof room, 2, 0);
    struct bytes made = { deal, 0 };
    struct committee c;
    bool fine;

    round_committee(r, &c);
    round_context(context, r, BOX_KEY, author, 0);
    rng_fill(&r->rng, secret, sizeof secret);
    if (victim > 0) {
        made = cheating_deal_in(deal, &c, BYTES(context), victim, CHEAT_OTHER_SHARE);
    } else {
        fine = dkg_deal_make(deal, &made.size, BYTES(context), c.members, c.count, c.threshold, secret);
        assert(fine);
    }
    writer_bin(&w, made);
    return round_say(r, RECORD_DEAL, BOX_KEY, author, &w);
}

/* The victim says so, with evidence. */
static inline struct round_record *round_flag(struct round *r, const uint8_t deal[ID_SIZE], unsigned victim)
{
    const struct held *held = topic_held_find(r->topic, deal);
    uint8_t room[RECORD_MAX], evidence[DKG_COMPLAINT_SIZE];
    struct writer w = writer_to(room, sizeof room);
    struct key_deal named;
    bool fine = held != NULL && key_deal_of(r->topic, &named, held);

    assert(fine);
    dkg_complaint_make(evidence, BYTES(named.context), named.deal, round_rule(r, BOX_KEY).threshold, victim,
                       &round_seated(r, victim)->box, &r->rng);
    writer_array(&w, 3);
    writer_bin(&w, BYTES(named.id));
    writer_uint(&w, victim);
    writer_bin(&w, BYTES(evidence));
    return round_say(r, RECORD_FLAG, BOX_KEY, round_signer(r, BOX_KEY, victim), &w);
}

#endif
