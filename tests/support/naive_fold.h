/* naive_fold.h - the rules of a box and of elect once more, as plainly as the executable specification of the
 * design says them, sharing no code with the fold: every question goes over all records, nothing is cached,
 * nothing is sorted that need not be. Signatures and proofs are taken on trust: it is given records that
 * hold. */
#ifndef COOP_TESTS_NAIVE_FOLD_H
#define COOP_TESTS_NAIVE_FOLD_H

#include "crypto/labels.h"
#include "proto/form/record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NAIVE_MAX = 1024, NAIVE_DEALS_MAX = 256 };

/* The records of one box, each once. */
struct naive {
    struct record records[NAIVE_MAX];
    size_t count;
    const uint8_t (*members)[KEY_SIZE];
    unsigned n, q, k;
    uint8_t topic[ID_SIZE], parent[ID_SIZE];
    enum box_index box;
};
struct naive_set {
    uint8_t ids[NAIVE_DEALS_MAX][ID_SIZE], digest[HASH_SIZE];
    size_t count;
    uint64_t settled_s;
};

static inline void naive_add(struct naive *naive, struct bytes bytes)
{
    struct record *r = &naive->records[naive->count];
    bool fine = record_read(r, bytes);

    assert(fine && naive->count + 1 < NAIVE_MAX);
    if (r->box != naive->box || memcmp(r->parent, naive->parent, ID_SIZE) != 0)
        return;
    for (size_t i = 0; i < naive->count; i++)
        if (memcmp(naive->records[i].id, r->id, ID_SIZE) == 0)
            return;
    naive->count++;
}

static inline int naive_member(const struct naive *naive, const uint8_t key[KEY_SIZE])
{
    for (unsigned j = 0; j < naive->n; j++)
        if (memcmp(naive->members[j], key, KEY_SIZE) == 0)
            return (int)j;
    return -1;
}

/* ---- Bodies: an array whose fields are read by hand. */

static inline uint64_t naive_number(struct bytes body, size_t field)
{
    struct reader r = reader_from(body);

    reader_array(&r, 1, 16);
    for (size_t i = 0; i < field; i++)
        reader_uint(&r, UINT64_MAX);
    return reader_uint(&r, UINT64_MAX);
}

/* What the last field, a binary of at most 65 535 bytes, holds: found from its end, since its size is known
 * from its head. */
static inline struct bytes naive_last(struct bytes body)
{
    for (size_t head = 1; head < body.size; head++) {
        size_t rest = body.size - head;

        if (rest >= 2 && body.data[head] == 0xc4 && body.data[head + 1] == rest - 2)
            return (struct bytes){ body.data + head + 2, rest - 2 };
        if (rest >= 3 && body.data[head] == 0xc5 && be16_read(body.data + head + 1) == rest - 3)
            return (struct bytes){ body.data + head + 3, rest - 3 };
    }
    return (struct bytes){ NULL, 0 };
}

/* The voice of an admitted deal is the nullifier, the first 32 bytes of its admission. */
static inline const uint8_t *naive_voice(const struct record *deal)
{
    bool admitted = deal->box == BOX_INTEREST || deal->box == BOX_JOIN || deal->box == BOX_BIDS;

    return admitted ? naive_last(deal->body).data : deal->author;
}

/* A join deal with an empty list of choices: its second field. */
static inline size_t naive_choices(const struct record *deal, uint32_t lots[3], uint32_t minimums[3])
{
    struct reader r = reader_from(deal->body);
    size_t count;

    reader_array(&r, 4, 4);
    reader_uint(&r, UINT64_MAX);
    count = reader_array(&r, 0, 3);
    for (size_t i = 0; i < count; i++) {
        reader_array(&r, 2, 2);
        lots[i] = (uint32_t)reader_uint(&r, UINT32_MAX);
        minimums[i] = (uint32_t)reader_uint(&r, UINT32_MAX);
    }
    assert(!r.failed);
    return count;
}

/* ---- The set of a cut. */

static inline const struct record *naive_find(const struct naive *naive, enum record_kind kind,
                                              const uint8_t *id, size_t size)
{
    for (size_t i = 0; i < naive->count; i++)
        if (naive->records[i].kind == kind && memcmp(naive->records[i].id, id, size) == 0)
            return &naive->records[i];
    return NULL;
}

/* A list written out: its last field, and if it is told by another, what of that one is not gone. */
struct naive_list {
    uint8_t prefixes[NAIVE_DEALS_MAX][16];
    size_t count;
};

static inline bool naive_is_gone(struct bytes gone, size_t place)
{
    for (size_t i = 0; i < gone.size; i += 2)
        if (be16_read(gone.data + i) == place)
            return true;
    return false;
}

/* false: told by one that is not here. */
static inline bool naive_list(struct naive_list *out, const struct naive *naive, const struct record *seen)
{
    struct bytes own = naive_last(seen->body), shared = { NULL, 0 }, gone = { NULL, 0 };
    struct reader r = reader_from(seen->body);

    if (reader_array(&r, 1, 3) == 3) {
        const struct record *base = naive_find(naive, RECORD_SEEN, reader_bin(&r, ID_SIZE, ID_SIZE).data, ID_SIZE);

        if (base == NULL)
            return false;
        shared = naive_last(base->body);
        gone = reader_bin(&r, 0, UINT16_MAX);
    }
    out->count = 0;
    assert((own.size + shared.size) / 16 <= NAIVE_DEALS_MAX);
    for (size_t at = 0; at < own.size; at += 16)
        memcpy(out->prefixes[out->count++], own.data + at, 16);
    for (size_t at = 0; at < shared.size; at += 16)
        if (!naive_is_gone(gone, at / 16))
            memcpy(out->prefixes[out->count++], shared.data + at, 16);
    return true;
}

static inline bool naive_lists(const struct naive_list *list, const uint8_t *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (memcmp(list->prefixes[i], id, 16) == 0)
            return true;
    return false;
}

/* In how many of the lists the first 16 bytes of this id are. */
static inline unsigned naive_times(const struct naive_list *lists, size_t count, const uint8_t *id)
{
    unsigned times = 0;

    for (size_t i = 0; i < count; i++)
        times += naive_lists(&lists[i], id);
    return times;
}

/* Every prefix that k lists name is of a deal that is here. */
static inline bool naive_complete(const struct naive *naive, const struct naive_list *lists, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < lists[i].count; j++)
            if (naive_times(lists, count, lists[i].prefixes[j]) >= naive->k &&
                naive_find(naive, RECORD_DEAL, lists[i].prefixes[j], 16) == NULL)
                return false;
    return true;
}

static inline bool naive_beats(const struct record *a, const struct record *b)
{
    uint64_t seq_a = naive_number(a->body, 0), seq_b = naive_number(b->body, 0);

    return seq_a != seq_b ? seq_a > seq_b : memcmp(a->id, b->id, ID_SIZE) < 0;
}

static inline bool naive_withdrawn(const struct record *deal)
{
    uint32_t lots[3], minimums[3];

    return deal->box == BOX_JOIN && naive_choices(deal, lots, minimums) == 0;
}

static inline void naive_digest(struct naive_set *set, const struct naive *naive)
{
    uint8_t box[8], settled[8];
    struct bytes parts[] = { BYTES(naive->topic),
                             BYTES(box),
                             BYTES(naive->parent),
                             BYTES(settled),
                             { set->ids[0], set->count * ID_SIZE } };

    be64_write(box, naive->box);
    be64_write(settled, set->settled_s);
    hash_parts(set->digest, LABEL_DIGEST, parts, ARRAY_SIZE(parts));
}

static inline int naive_compare(const void *a, const void *b)
{
    return memcmp(a, b, ID_SIZE);
}

/* Of each voice its last word, unless that is to withdraw; of these, of each author the lowest id. In place;
 * the number kept. */
static inline size_t naive_last_words(const struct record **in, size_t found)
{
    const struct record *words[NAIVE_DEALS_MAX];
    size_t spoken = 0, kept = 0;

    for (size_t i = 0; i < found; i++) {
        bool last = true;

        for (size_t j = 0; j < found; j++)
            last = last && (j == i || memcmp(naive_voice(in[i]), naive_voice(in[j]), KEY_SIZE) != 0 ||
                            naive_beats(in[i], in[j]));
        if (last && !naive_withdrawn(in[i]))
            words[spoken++] = in[i];
    }
    for (size_t i = 0; i < spoken; i++) {
        bool lowest = true;

        for (size_t j = 0; j < spoken; j++)
            lowest = lowest && (memcmp(words[i]->author, words[j]->author, KEY_SIZE) != 0 ||
                                memcmp(words[i]->id, words[j]->id, ID_SIZE) <= 0);
        if (lowest)
            in[kept++] = words[i];
    }
    return kept;
}

/* The company's record inside a deal of the bids box: its second field. */
static inline struct record naive_bid(const struct record *deal)
{
    struct reader r = reader_from(deal->body);
    struct record bid;
    bool fine;

    reader_array(&r, 3, 3);
    reader_uint(&r, UINT64_MAX);
    fine = record_read(&bid, reader_bin(&r, 1, RECORD_MAX));
    assert(fine);
    return bid;
}

/* Of deals with bids of one company: does a's stay? The company's highest number, its lowest id, the lowest
 * number of a home, the lowest id. */
static inline bool naive_bid_beats(const struct record *a, const struct record *b)
{
    const struct record mine = naive_bid(a), other = naive_bid(b);
    uint64_t seq_a = naive_number(mine.body, 0), seq_b = naive_number(other.body, 0);
    int order = memcmp(mine.id, other.id, ID_SIZE);

    if (seq_a != seq_b)
        return seq_a > seq_b;
    if (order != 0)
        return order < 0;
    seq_a = naive_number(a->body, 0);
    seq_b = naive_number(b->body, 0);
    return seq_a != seq_b ? seq_a < seq_b : memcmp(a->id, b->id, ID_SIZE) < 0;
}

/* Of each place, a voice and a number, the lowest id; of these, of each company one. In place; the number
 * kept. There are never more than the 64 that are read. */
static inline size_t naive_bids(const struct record **in, size_t found)
{
    const struct record *places[NAIVE_DEALS_MAX];
    size_t filled = 0, kept = 0;

    for (size_t i = 0; i < found; i++) {
        bool lowest = true;

        for (size_t j = 0; j < found; j++)
            lowest = lowest && (memcmp(naive_voice(in[i]), naive_voice(in[j]), KEY_SIZE) != 0 ||
                                naive_number(in[i]->body, 0) != naive_number(in[j]->body, 0) ||
                                memcmp(in[i]->id, in[j]->id, ID_SIZE) <= 0);
        if (lowest)
            places[filled++] = in[i];
    }
    for (size_t i = 0; i < filled; i++) {
        const struct record mine = naive_bid(places[i]);
        bool stays = true;

        for (size_t j = 0; j < filled; j++) {
            const struct record other = naive_bid(places[j]);

            stays = stays && (j == i || memcmp(mine.author, other.author, KEY_SIZE) != 0 ||
                              naive_bid_beats(places[i], places[j]));
        }
        if (stays)
            in[kept++] = places[i];
    }
    assert(kept <= 64);
    return kept;
}

/* false: it cannot be computed from these records. */
static inline bool naive_cut(struct naive_set *out, const struct naive *naive, const struct record *cut)
{
    struct bytes ids = naive_last(cut->body);
    const struct record *said[COMMITTEE_MAX], *in[NAIVE_DEALS_MAX];
    struct naive_list lists[COMMITTEE_MAX];
    size_t count = ids.size / ID_SIZE, found = 0;

    for (size_t i = 0; i < count; i++) {
        said[i] = naive_find(naive, RECORD_SEEN, ids.data + i * ID_SIZE, ID_SIZE);
        if (said[i] == NULL || !naive_list(&lists[i], naive, said[i]))
            return false;
        for (size_t j = 0; j < i; j++)
            if (memcmp(said[i]->author, said[j]->author, KEY_SIZE) == 0)
                return false;
    }
    if (!naive_complete(naive, lists, count))
        return false;
    for (size_t i = 0; i < naive->count; i++)
        if (naive->records[i].kind == RECORD_DEAL &&
            naive_times(lists, count, naive->records[i].id) >= naive->k)
            in[found++] = &naive->records[i];
    out->count = naive->box == BOX_BIDS ? naive_bids(in, found) : naive_last_words(in, found);
    for (size_t i = 0; i < out->count; i++)
        memcpy(out->ids[i], in[i]->id, ID_SIZE);
    qsort(out->ids, out->count, ID_SIZE, naive_compare);
    out->settled_s = naive_number(cut->body, 1);
    naive_digest(out, naive);
    return true;
}

/* ---- Closing. */

static inline struct bytes naive_voted(const struct record *vote)
{
    return naive_last(vote->body);
}

/* Distinct members who vote for this digest in this round and step. */
static inline unsigned naive_votes(const struct naive *naive, uint64_t round, uint64_t step,
                                   const uint8_t digest[HASH_SIZE])
{
    bool voted[COMMITTEE_MAX] = { false };
    unsigned count = 0;

    for (size_t i = 0; i < naive->count; i++) {
        const struct record *r = &naive->records[i];
        int member = naive_member(naive, r->author);

        if (r->kind != RECORD_VOTE || member < 0 || voted[member] || naive_number(r->body, 0) != round ||
            naive_number(r->body, 1) != step || memcmp(naive_voted(r).data, digest, HASH_SIZE) != 0)
            continue;
        voted[member] = true;
        count++;
    }
    return count;
}

static inline bool naive_won(const struct naive *naive, const uint8_t digest[HASH_SIZE])
{
    for (uint64_t round = 0; round < ROUNDS_MAX; round++)
        if (naive_votes(naive, round, 2, digest) >= naive->q)
            return true;
    return false;
}

/* How many digests are closed: 0, 1, or more, which is a fork. */
static inline size_t naive_close(struct naive_set *out, const struct naive *naive)
{
    struct naive_set set;
    size_t closed = 0;

    for (size_t i = 0; i < naive->count; i++) {
        const struct record *r = &naive->records[i];

        if (r->kind != RECORD_CUT || naive_member(naive, r->author) < 0 || !naive_cut(&set, naive, r) ||
            !naive_won(naive, set.digest))
            continue;
        if (closed > 0 && memcmp(out->digest, set.digest, HASH_SIZE) == 0)
            continue;
        *out = set;
        closed++;
    }
    return closed;
}

/* ---- Elect: the lines of the executable specification, one by one. */

struct naive_home {
    uint32_t lots[3], minimums[3];
    size_t count;
    int lot; /* -1: none */
};

static inline int naive_take(const struct naive_home *home, const long *size, long floor)
{
    for (size_t i = 0; i < home->count; i++) {
        long minimum = home->minimums[i] > floor ? home->minimums[i] : floor;

        if (minimum <= size[home->lots[i]])
            return (int)home->lots[i];
    }
    return -1;
}

static inline void naive_elect(struct naive_home *homes, size_t count, size_t lots, long floor)
{
    long size[LOTS_MAX] = { 0 }, held[LOTS_MAX];

    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < homes[i].count; c++)
            size[homes[i].lots[c]]++;
    for (;;) {
        int worst = -1;

        memset(held, 0, sizeof held);
        for (size_t i = 0; i < count; i++)
            if ((homes[i].lot = naive_take(&homes[i], size, floor)) >= 0)
                held[homes[i].lot]++;
        for (int l = (int)lots - 1; l >= 0; l--) /* from the end: of equal ratios the lowest lot remains */
            if (held[l] < size[l] &&
                (worst < 0 || (long double)held[l] / size[l] <= (long double)held[worst] / size[worst]))
                worst = l;
        if (worst < 0)
            break;
        size[worst] = held[worst] < floor ? 0 : (held[worst] + size[worst]) / 2;
    }
    for (size_t i = 0; i < count; i++)
        if (homes[i].lot >= 0 && held[homes[i].lot] < floor)
            homes[i].lot = -1;
}

#endif
