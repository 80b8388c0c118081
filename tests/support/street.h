/* street.h - a street of homes in memory: each has a topic, its keys and its duties, and no links. They share
 * records through a tiny network drawn from one seed: every few minutes each home that is on meets another
 * one it can reach, and each record that one of them lacks gets across with some chance. The clock is a
 * number.
 *
 * A story sets who is off, who cannot reach whom, whose clock is wrong and who lies, and lets time pass. What
 * no home can see is checked from outside, at every record and every step: that no honest member ever signs
 * two votes of one round and step, two lists or two openings of one box; that a closed box has one digest,
 * the same for everybody; that no total of fewer than K homes is opened. */
#ifndef COOP_TESTS_STREET_H
#define COOP_TESTS_STREET_H

#include "proto/duty/own.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREET_HOMES_MAX = 31, STREET_RECORDS_MAX = 4000, STREET_STEP_MS = 300000, STREET_PHASES = 3 };
#define STREET_HOUR_MS UINT64_C(3600000)
#define STREET_DAY_MS (24 * STREET_HOUR_MS)
#define STREET_ABSENT UINT64_MAX

struct street;
struct street_home {
    uint8_t seed[KEY_SIZE], secret[KEY_SIZE];
    struct topic *topic;
    struct own own;
    struct rng rng;
    uint64_t arrived_ms[STREET_RECORDS_MAX]; /* by its own clock; STREET_ABSENT: not held */
    uint64_t sum;                            /* of what it holds: two equal sums, two equal sets */
    bool off, news;
    bool idle; /* its household gives no deals */
    int64_t skew_ms;
    unsigned side;            /* only homes of one side meet */
    uint64_t wake_ms;         /* by its own clock */
    uint64_t deals_ms[BOXES]; /* when its household deals; 0: not drawn yet */
    uint64_t values[DEAL_VALUES_MAX];
    struct lot_choice choice;
    /* Takes the place of its duties; NULL: honest. */
    void (*liar)(struct street *street, unsigned home);
    bool joined;
};
struct street_record {
    uint8_t id[ID_SIZE], *bytes;
    size_t size;
    unsigned home; /* who made it; STREET_HOMES_MAX: a company */
    enum record_kind kind;
    enum box_index box;
};
struct street {
    struct charter charter;
    uint8_t charter_bytes[CHARTER_MAX];
    size_t charter_size;
    struct street_home homes[STREET_HOMES_MAX + 1]; /* the one beyond stands for the companies */
    unsigned count;
    struct street_record records[STREET_RECORDS_MAX];
    size_t record_count;
    struct rng rng;
    uint64_t now_ms;
    unsigned arrives;       /* chance of a record to get across at a meeting, in 256 */
    bool apart;             /* nobody meets: records go where the story gives them */
    bool restless;          /* every home is killed and started again after each record it makes */
    bool companies, sealed; /* two of them bid as soon as they can */
    bool closed[BOXES];
    uint8_t digest[BOXES][HASH_SIZE];
};
static struct street street; /* one at a time: it is large */
static const uint8_t street_group[GROUP_SECRET_SIZE] = { 0x57 };

/* ---- Records. */

static inline size_t street_find(const struct street *s, const uint8_t id[ID_SIZE])
{
    size_t i = 0;

    while (i < s->record_count && memcmp(s->records[i].id, id, ID_SIZE) != 0)
        i++;
    return i;
}

static inline uint64_t street_clock_ms(const struct street *s, unsigned home)
{
    return s->now_ms + (uint64_t)s->homes[home].skew_ms;
}

static inline enum status street_give(struct street *s, unsigned home, size_t record)
{
    struct street_home *h = &s->homes[home];
    struct street_record *r = &s->records[record];
    enum status status;

    if (h->arrived_ms[record] != STREET_ABSENT)
        return STATUS_EXISTS;
    status = topic_add(h->topic, (struct bytes){ r->bytes, r->size }, street_clock_ms(s, home));
    assert(status == STATUS_OK || status == STATUS_MISSING || r->home == STREET_HOMES_MAX ||
           s->homes[r->home].liar);
    h->news = h->news || status == STATUS_FORGED; /* it may have to be flagged */
    if (status != STATUS_OK && status != STATUS_MISSING)
        return status;
    h->arrived_ms[record] = street_clock_ms(s, home);
    h->sum += be64_read(r->id) | 1;
    h->news = true;
    return status;
}

/* What an honest home makes must not contradict what it made before. */
static inline void street_check_new(const struct street *s, const struct record *new, unsigned home)
{
    struct vote vote, other;

    for (size_t i = 0; i < s->record_count; i++) {
        const struct street_record *r = &s->records[i];
        struct record old;

        if (r->home != home || r->kind != new->kind || r->box != new->box)
            continue;
        assert(new->kind != RECORD_SEEN &&new->kind != RECORD_OPEN);
        if (new->kind != RECORD_VOTE)
            continue;
        assert(record_read(&old, (struct bytes){ r->bytes, r->size }) && vote_read(&other, old.body));
        assert(vote_read(&vote, new->body));
        assert(vote.round != other.round || vote.step != other.step);
    }
}

static inline size_t street_keep(struct street *s, const uint8_t *bytes, size_t size, unsigned home)
{
    struct street_record *r = &s->records[s->record_count];
    struct record record;

    assert(record_read(&record, (struct bytes){ bytes, size }));
    if (street_find(s, record.id) < s->record_count)
        return street_find(s, record.id);
    if (home < s->count && !s->homes[home].liar)
        street_check_new(s, &record, home);
    assert(s->record_count < STREET_RECORDS_MAX);
    *r = (struct street_record){ .size = size, .home = home, .kind = record.kind, .box = record.box };
    memcpy(r->id, record.id, ID_SIZE);
    r->bytes = malloc(size);
    assert(r->bytes);
    memcpy(r->bytes, bytes, size);
    return s->record_count++;
}

/* The last record of one kind and box that this home made. */
static inline size_t street_last(const struct street *s, unsigned home, enum box_index box,
                                 enum record_kind kind)
{
    for (size_t i = s->record_count; i-- > 0;)
        if (s->records[i].home == home && s->records[i].kind == kind && s->records[i].box == box)
            return i;
    assert(!"such a record was made");
    return 0;
}

static inline size_t street_made(const struct street *s, enum box_index box, enum record_kind kind)
{
    size_t made = 0;

    for (size_t i = 0; i < s->record_count; i++)
        made += s->records[i].kind == kind && s->records[i].box == box;
    return made;
}

static inline size_t street_made_by(const struct street *s, unsigned home, enum box_index box,
                                    enum record_kind kind)
{
    size_t made = 0;

    for (size_t i = 0; i < s->record_count; i++)
        made += s->records[i].home == home && s->records[i].kind == kind && s->records[i].box == box;
    return made;
}

/* Votes of this home in one round of a box. */
static inline size_t street_votes(const struct street *s, unsigned home, enum box_index box, uint32_t round)
{
    size_t votes = 0;

    for (size_t i = 0; i < s->record_count; i++) {
        const struct street_record *r = &s->records[i];
        struct record record;
        struct vote vote;

        if (r->home != home || r->box != box || r->kind != RECORD_VOTE)
            continue;
        assert(record_read(&record, (struct bytes){ r->bytes, r->size }) && vote_read(&vote, record.body));
        votes += vote.round == round;
    }
    return votes;
}

/* ---- Homes. */

static inline struct bytes street_charter(const struct street *s)
{
    return (struct bytes){ s->charter_bytes, s->charter_size };
}

static inline void street_home_start(struct street *s, unsigned home)
{
    struct street_home *h = &s->homes[home];

    h->topic = topic_new(street_charter(s));
    assert(h->topic);
    own_init(&h->own, h->seed, h->topic, h->secret);
    h->news = true;
    h->wake_ms = 0;
}

/* Killed: memory is lost, what was on disk is not. Read back in another order than it came. */
static inline void street_restart(struct street *s, unsigned home)
{
    struct street_home *h = &s->homes[home];
    size_t begin = (size_t)rng_below(&s->rng, s->record_count + 1);

    topic_free(h->topic);
    own_clear(&h->own);
    street_home_start(s, home);
    for (size_t k = 0; k < s->record_count; k++) {
        size_t i = (begin + k) % s->record_count;
        struct street_record *r = &s->records[i];
        enum status status;

        if (h->arrived_ms[i] == STREET_ABSENT)
            continue;
        status = topic_add(h->topic, (struct bytes){ r->bytes, r->size }, h->arrived_ms[i]);
        assert(status == STATUS_OK || status == STATUS_MISSING);
    }
}

static inline const struct season *street_season(struct street *s, unsigned home)
{
    const struct season *season = topic_season(s->homes[home].topic);

    assert(season);
    return season;
}

/* An opening of figures is allowed only for lots of K homes that have truly joined. */
static inline void street_check_open(struct street *s, const struct record *record, unsigned home)
{
    const struct season *season = street_season(s, home);

    if (record->box != BOX_JOIN && record->box != BOX_BIDS)
        return;
    assert(season->boxes[BOX_JOIN].set_count >= s->charter.floor);
    for (size_t lot = 0; lot < s->charter.lot_count; lot++) {
        size_t homes = 0;

        for (unsigned i = 0; i < s->count; i++)
            for (size_t j = 0; j < season->lots[lot].home_count; j++)
                homes += s->homes[i].joined && memcmp(season->lots[lot].homes[j],
                                                      s->homes[i].own.pseudonym.public_key, KEY_SIZE) == 0;
        assert(!season->lots[lot].formed || homes >= s->charter.floor);
    }
}

/* A record this home made: on its disk, in its topic. */
static inline size_t street_take_own(struct street *s, unsigned home, const struct deal_out *out)
{
    struct record record;
    size_t kept;

    assert(record_read(&record, (struct bytes){ out->bytes, out->size }) && record_signed(&record));
    if (record.kind == RECORD_OPEN && !s->homes[home].liar)
        street_check_open(s, &record, home);
    kept = street_keep(s, out->bytes, out->size, home);
    street_give(s, home, kept);
    assert(s->homes[home].arrived_ms[kept] != STREET_ABSENT);
    return kept;
}

/* All that is due; the number of records made. */
static inline size_t street_duties(struct street *s, unsigned home)
{
    struct street_home *h = &s->homes[home];
    static struct deal_out out;
    size_t made = 0;

    while (deal_due(&out, h->topic, &h->own, &h->rng) ||
           voter_due(&out, h->topic, &h->own, street_clock_ms(s, home), &h->rng)) {
        street_take_own(s, home, &out);
        assert(++made < 100); /* a flood */
        if (s->restless)
            street_restart(s, home);
    }
    h->news = false;
    h->wake_ms = voter_deadline_ms(h->topic, &h->own, street_clock_ms(s, home));
    assert(h->wake_ms > street_clock_ms(s, home));
    return made;
}

/* A record that no honest home would make, signed with this home's key; not given to anybody yet, itself
 * included. */
static inline size_t street_forge(struct street *s, unsigned home, enum record_kind kind, enum box_index box,
                                  const struct writer *body)
{
    struct street_home *h = &s->homes[home];
    static struct deal_out out;

    assert(h->liar && own_write(&out, h->topic, kind, box, &h->own.member, body));
    return street_keep(s, out.bytes, out.size, home);
}

#endif
