/* sync_corpus.h - whole honest comparisons, as the fuzzed side hears them. */
#ifndef COOP_TESTS_SYNC_CORPUS_H
#define COOP_TESTS_SYNC_CORPUS_H

#include <string.h>

#include "tests/fuzz/sync_case.h"

struct sync_corpus {
    uint8_t ids[2][SYNC_CASE_IDS][ID_SIZE]; /* [0]: of the fuzzed side */
    size_t counts[2];
    struct rng rngs[2];
    struct sync *syncs[2];
    struct sync_out outs[2];
};

/* The other side lacks the first `lacks` ids, and has `more` that are its own. */
static inline void sync_corpus_sets(struct sync_corpus *c, size_t count, size_t lacks, size_t more)
{
    static const uint8_t seed[KEY_SIZE] = { 2 };

    sync_case_init(c->ids[0], &c->rngs[0]);
    rng_init(&c->rngs[1], seed);
    lacks = lacks < count ? lacks : count;
    more = more < SYNC_CASE_IDS - (count - lacks) ? more : SYNC_CASE_IDS - (count - lacks);
    memcpy(c->ids[1], c->ids[0] + lacks, (count - lacks) * ID_SIZE);
    rng_fill(&c->rngs[1], c->ids[1][count - lacks], more * ID_SIZE);
    c->counts[0] = count;
    c->counts[1] = count - lacks + more;
}

static inline void sync_corpus_hear(uint8_t *out, size_t *size, const struct sync_out *heard)
{
    be16_write(out + *size, (uint16_t)heard->size);
    memcpy(out + *size + 2, heard->payload, heard->size);
    *size += 2 + heard->size;
}

/* What fuzz_sync reads; 0: a side refused. out has room for all of it. */
static inline size_t sync_corpus_make(struct sync_corpus *c, uint8_t *out, bool begins, unsigned choice,
                                      size_t lacks, size_t more)
{
    unsigned from = begins ? 0 : 1, first = from;
    struct sync_set sets[2];
    size_t size = 1;
    bool ok = true;

    sync_corpus_sets(c, sync_case_counts[choice], lacks, more);
    out[0] = (uint8_t)(begins | choice << 1);
    for (int i = 0; i < 2; i++)
        sets[i] = sync_set_of((const uint8_t(*)[ID_SIZE])c->ids[i], c->counts[i]);
    c->syncs[first] = sync_begin(&sets[first], &c->rngs[first], &c->outs[first]);
    c->syncs[1 - first] = sync_answer(&sets[1 - first], &c->rngs[1 - first]);
    for (; ok && c->outs[from].size > 0; from = 1 - from)
        for (bool more_to_say = true; ok && more_to_say;) {
            struct sync_out *say = &c->outs[from];

            more_to_say = say->more;
            if (from == 1)
                sync_corpus_hear(out, &size, say);
            ok = sync_step(c->syncs[1 - from], (struct bytes){ say->payload, say->size },
                           &c->outs[1 - from]) == STATUS_OK;
            if (ok && more_to_say)
                ok = sync_more(c->syncs[from], say) == STATUS_OK;
        }
    sync_free(c->syncs[0]);
    sync_free(c->syncs[1]);
    return ok ? size : 0;
}

#endif
