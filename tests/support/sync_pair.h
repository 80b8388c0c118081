/* sync_pair.h - two sides that compare their sets in one process: sets from a seed, payloads carried by hand,
 * and what each side was given in the end. For tests of reconciliation; one thread. */
#ifndef COOP_TESTS_SYNC_PAIR_H
#define COOP_TESTS_SYNC_PAIR_H

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/overlay/reconcile.h"

enum { TRACE_MAX = 1024 };

struct sync_side {
    uint8_t (*ids)[ID_SIZE]; /* sorted */
    size_t count;
    uint8_t (*got)[ID_SIZE]; /* given by the other side */
    size_t got_count;
    struct sync *sync;
    struct sync_out out;
    bool done, equal;
};
/* sides[0] begins. */
struct sync_pair {
    struct sync_side sides[2];
    struct rng rng;
    size_t bytes, payloads, largest;
    char trace[TRACE_MAX]; /* the kinds of the payloads in order, one digit each */
    enum status status;    /* the first that was not STATUS_OK */
    unsigned failed;       /* whose it was */
};

static inline int sync_id_compare(const void *a, const void *b)
{
    return memcmp(a, b, ID_SIZE);
}

/* `common` ids that both have, then some that only one has. */
static inline void sync_pair_init(struct sync_pair *pair, size_t common, const size_t only[2], uint8_t seed)
{
    uint8_t key[KEY_SIZE] = { seed };
    uint8_t(*both)[ID_SIZE] = malloc(common * ID_SIZE + 1);

    memset(pair, 0, sizeof *pair);
    rng_init(&pair->rng, key);
    rng_fill(&pair->rng, (uint8_t *)both, common * ID_SIZE);
    for (int i = 0; i < 2; i++) {
        struct sync_side *side = &pair->sides[i];

        side->count = common + only[i];
        side->ids = malloc(side->count * ID_SIZE + 1);
        memcpy(side->ids, both, common * ID_SIZE);
        rng_fill(&pair->rng, (uint8_t *)(side->ids + common), only[i] * ID_SIZE);
        if (side->count > 0)
            qsort(side->ids, side->count, ID_SIZE, sync_id_compare);
    }
    free(both);
}

static inline void sync_pair_end(struct sync_pair *pair)
{
    for (int i = 0; i < 2; i++) {
        sync_free(pair->sides[i].sync);
        free(pair->sides[i].got);
        pair->sides[i].sync = NULL;
        pair->sides[i].got = NULL;
        pair->sides[i].got_count = 0;
    }
}

static inline void sync_pair_clear(struct sync_pair *pair)
{
    sync_pair_end(pair);
    free(pair->sides[0].ids);
    free(pair->sides[1].ids);
}

static inline size_t sync_list_ids(const void *from, size_t count, uint64_t parts, uint8_t (*out)[ID_SIZE])
{
    const uint8_t(*ids)[ID_SIZE] = from;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        if (!(parts >> ids[i][0] / (256 / SET_PARTS) & 1))
            continue;
        if (out != NULL)
            memcpy(out[found], ids[i], ID_SIZE);
        found++;
    }
    return found;
}

/* A list of ids as a side's set. Two lists of one set are in one order. */
static inline struct sync_set sync_set_of(const uint8_t (*ids)[ID_SIZE], size_t count)
{
    struct sync_set set = { .count = count, .ids = sync_list_ids, .from = ids };

    crypto_generichash(set.digest, sizeof set.digest, (const uint8_t *)ids, count * ID_SIZE, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        uint8_t *mark = set.marks[ids[i][0] / (256 / SET_PARTS)];

        be64_write(mark, be64_read(mark) * UINT64_C(0x9e3779b97f4a7c15) + be64_read(ids[i] + 8));
    }
    return set;
}

/* Both sides made, the first payload in sides[0].out. false: out of memory. */
static inline bool sync_pair_begin(struct sync_pair *pair)
{
    struct sync_side *a = &pair->sides[0], *b = &pair->sides[1];
    struct sync_set sets[] = { sync_set_of((const uint8_t(*)[ID_SIZE])a->ids, a->count),
                               sync_set_of((const uint8_t(*)[ID_SIZE])b->ids, b->count) };

    a->sync = sync_begin(&sets[0], &pair->rng, &a->out);
    b->sync = sync_answer(&sets[1], &pair->rng);
    b->out.size = 0;
    return a->sync != NULL && b->sync != NULL;
}

static inline void sync_side_note(struct sync_pair *pair, unsigned from)
{
    struct sync_side *side = &pair->sides[from], *other = &pair->sides[1 - from];

    if (side->out.give_count > 0) {
        other->got = realloc(other->got, (other->got_count + side->out.give_count) * ID_SIZE);
        memcpy(other->got + other->got_count, side->out.give, side->out.give_count * ID_SIZE);
        other->got_count += side->out.give_count;
    }
    side->done = side->done || side->out.done;
    side->equal = side->equal || side->out.equal;
}

/* Carries one payload of this side over. Its own `more` is still to be asked for. */
static inline enum status sync_pair_carry(struct sync_pair *pair, unsigned from)
{
    struct sync_side *side = &pair->sides[from], *to = &pair->sides[1 - from];
    struct bytes payload = { side->out.payload, side->out.size };

    pair->bytes += payload.size;
    pair->largest = payload.size > pair->largest ? payload.size : pair->largest;
    if (pair->payloads < TRACE_MAX - 1)
        pair->trace[pair->payloads] = (char)('0' + payload.data[1]);
    pair->payloads++;
    pair->status = sync_step(to->sync, payload, &to->out);
    pair->failed = 1 - from;
    if (pair->status == STATUS_OK)
        sync_side_note(pair, 1 - from);
    return pair->status;
}

/* From the payload that sides[from].out holds until nobody has anything to say. */
static inline enum status sync_pair_run(struct sync_pair *pair, unsigned from)
{
    for (; pair->sides[from].out.size > 0; from = 1 - from) {
        bool more = true;

        while (more) {
            more = pair->sides[from].out.more;
            if (sync_pair_carry(pair, from) != STATUS_OK)
                return pair->status;
            if (!more)
                break;
            pair->status = sync_more(pair->sides[from].sync, &pair->sides[from].out);
            pair->failed = from;
            if (pair->status != STATUS_OK)
                return pair->status;
            sync_side_note(pair, from);
        }
    }
    return STATUS_OK;
}

static inline bool sync_side_has(const struct sync_side *side, const uint8_t id[ID_SIZE])
{
    return side->count > 0 && bsearch(id, side->ids, side->count, ID_SIZE, sync_id_compare) != NULL;
}

/* The model: each side was given exactly what it lacks, each record once. */
static inline bool sync_pair_told_apart(struct sync_pair *pair)
{
    for (int i = 0; i < 2; i++) {
        struct sync_side *side = &pair->sides[i], *other = &pair->sides[1 - i];
        size_t lacks = 0;

        for (size_t j = 0; j < other->count; j++)
            lacks += !sync_side_has(side, other->ids[j]);
        if (side->got_count != lacks)
            return false;
        if (lacks > 0)
            qsort(side->got, lacks, ID_SIZE, sync_id_compare);
        for (size_t j = 0; j < lacks; j++)
            if (!sync_side_has(other, side->got[j]) || sync_side_has(side, side->got[j]) ||
                (j > 0 && memcmp(side->got[j - 1], side->got[j], ID_SIZE) == 0))
                return false;
    }
    return pair->sides[0].done && pair->sides[1].done;
}

#endif
