/* set.c - the set that a cut stands for. WIRE 6.4, 6.5.
 *
 * Nobody chooses deals: a cut names lists, and the set is what k of these lists agree on, one deal a voice.
 * Happy path: all lists and all deals are here, one pass over the lists side by side. Failure modes:
 * something is missing, then the cut waits for it, for the last one missing, so that a set which arrives in
 * order is computed once; or what it names can never be a cut, two lists of one member, then it is hopeless.
 */
#include "proto/fold/fold.h"

#include "crypto/labels.h"

#include <stdlib.h>
#include <string.h>

/* Lists side by side. */
struct lists {
    struct list_walk walk[COMMITTEE_MAX];
    size_t count;
    unsigned listing; /* k */
};

static void cut_waits(struct cut_set *set, const uint8_t *id)
{
    memcpy(set->waits, id, SEEN_PREFIX_SIZE);
}

/* false: the cut waits, or is hopeless. */
static bool lists_find(struct lists *lists, const struct box *box, struct cut_set *set)
{
    uint32_t members = 0;
    bool here = true;

    lists->count = set->cut.seen_ids.size / ID_SIZE;
    for (size_t i = 0; i < lists->count; i++) {
        const uint8_t *id = set->cut.seen_ids.data + i * ID_SIZE;
        struct held *held = sorted_find(&box->records[RECORD_SEEN], (struct bytes){ id, ID_SIZE });

        if (held == NULL) {
            cut_waits(set, id);
            here = false;
            continue;
        }
        if (members >> (entry_of(held)->member - 1) & 1)
            set->hopeless = true;
        members |= UINT32_C(1) << (entry_of(held)->member - 1);
        list_walk_begin(&lists->walk[i], &entry_of(held)->listed);
    }
    return here && !set->hopeless;
}

/* The lowest prefix that is left, and by how many it is listed; NULL: none left. */
static const uint8_t *lists_next(struct lists *lists, unsigned *times)
{
    const uint8_t *lowest = NULL;

    for (size_t i = 0; i < lists->count; i++) {
        const uint8_t *next = lists->walk[i].next;

        if (next != NULL && (lowest == NULL || memcmp(next, lowest, SEEN_PREFIX_SIZE) < 0))
            lowest = next;
    }
    *times = 0;
    for (size_t i = 0; lowest != NULL && i < lists->count; i++) {
        struct list_walk *walk = &lists->walk[i];

        if (walk->next == NULL || memcmp(walk->next, lowest, SEEN_PREFIX_SIZE) != 0)
            continue;
        list_walk_on(walk);
        ++*times;
    }
    return lowest;
}

/* The deals that k lists name, in order of id. At most 1 / k of all that is listed; false: the cut waits. */
static bool deals_find(struct held **out, size_t *count, struct lists *lists, const struct box *box,
                       struct cut_set *set)
{
    const uint8_t *prefix;
    unsigned times;
    bool here = true;

    *count = 0;
    while ((prefix = lists_next(lists, &times)) != NULL) {
        struct held *held;

        if (times < lists->listing)
            continue;
        held = sorted_find(&box->records[RECORD_DEAL], (struct bytes){ prefix, SEEN_PREFIX_SIZE });
        if (held == NULL) {
            cut_waits(set, prefix);
            here = false;
        } else {
            out[(*count)++] = held;
        }
    }
    return here;
}

/* By voice, and of one voice the one that counts first: the highest number, then the lowest id. */
int order_by_voice(const struct held *a, const struct held *b)
{
    const struct deal *one = &((const struct entry *)a)->deal, *other = &((const struct entry *)b)->deal;
    int order = memcmp(one->voice, other->voice, KEY_SIZE);

    if (order == 0 && one->seq != other->seq)
        order = one->seq > other->seq ? -1 : 1;
    return order != 0 ? order : order_by_id(a, b);
}

static int compare_voice(const void *a, const void *b)
{
    return order_by_voice(*(struct held *const *)a, *(struct held *const *)b);
}

static int compare_id(const void *a, const void *b)
{
    return order_by_id(*(struct held *const *)a, *(struct held *const *)b);
}

static int compare_author(const void *a, const void *b)
{
    const struct held *one = *(struct held *const *)a, *other = *(struct held *const *)b;
    int order = memcmp(one->record.author, other->record.author, KEY_SIZE);

    return order != 0 ? order : order_by_id(one, other);
}

size_t keep_first(struct held **deals, size_t count, int (*order)(const void *, const void *),
                  bool (*same)(const struct held *, const struct held *))
{
    const struct held *last = NULL;
    size_t kept = 0;

    qsort(deals, count, sizeof *deals, order);
    for (size_t i = 0; i < count; i++) {
        struct held *deal = deals[i];

        if (last == NULL || !same(last, deal))
            deals[kept++] = deal;
        last = deal;
    }
    return kept;
}

static bool same_author(const struct held *a, const struct held *b)
{
    return memcmp(a->record.author, b->record.author, KEY_SIZE) == 0;
}

/* Withdrawing is a last word like another: it silences what the same voice said before. Homes that sign with
 * one key, which only those who conspire do, are one pseudonym, and the lower id stays: a lot would otherwise
 * hold fewer pseudonyms than homes, and of K homes nobody would open the total. */
static size_t one_a_voice(struct held **deals, size_t count)
{
    const struct deal *last = NULL;
    size_t kept = 0;

    qsort(deals, count, sizeof *deals, compare_voice);
    for (size_t i = 0; i < count; i++) {
        const struct deal *deal = &entry_of(deals[i])->deal;
        bool first = last == NULL || memcmp(last->voice, deal->voice, KEY_SIZE) != 0;

        last = deal;
        if (first && !deal->withdrawn)
            deals[kept++] = deals[i];
    }
    kept = keep_first(deals, kept, compare_author, same_author);
    qsort(deals, kept, sizeof *deals, compare_id);
    return kept;
}

/* In order of id. */
static size_t deals_choose(struct held **deals, size_t count, const struct box_kind *kind)
{
    size_t chosen = kind->choose != NULL ? kind->choose(deals, count) : one_a_voice(deals, count);

    if (chosen > kind->set_max)
        chosen = kind->set_max;
    qsort(deals, chosen, sizeof *deals, compare_id);
    return chosen;
}

static bool set_digest(uint8_t out[HASH_SIZE], const struct topic *topic, const struct box *box,
                       uint64_t settled_s, struct held *const *deals, size_t count)
{
    uint8_t index[8], settled[8], *ids = malloc(count * ID_SIZE + 1);
    struct bytes parts[] = {
        BYTES(topic->id), BYTES(index), BYTES(box->parent), BYTES(settled), { ids, count * ID_SIZE }
    };

    if (ids == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        memcpy(ids + i * ID_SIZE, deals[i]->record.id, ID_SIZE);
    be64_write(index, box->index);
    be64_write(settled, settled_s);
    hash_parts(out, LABEL_DIGEST, parts, ARRAY_SIZE(parts));
    free(ids);
    return true;
}

static size_t lists_total(const struct lists *lists)
{
    size_t total = 0;

    for (size_t i = 0; i < lists->count; i++)
        total += list_count(&lists->walk[i].left);
    return total;
}

bool cut_compute(const struct topic *topic, const struct box *box, struct cut_set *set)
{
    struct lists lists = { .listing = box_rule(topic, box->index).listing };
    struct held **deals, **shrunk;
    size_t count;

    if (!lists_find(&lists, box, set))
        return true;
    deals = malloc((lists_total(&lists) / lists.listing + 1) * sizeof *deals);
    if (deals == NULL)
        return false;
    if (!deals_find(deals, &count, &lists, box, set)) {
        free(deals);
        return true;
    }
    count = deals_choose(deals, count, box_kinds[box->index]);
    if (!set_digest(set->cut.digest, topic, box, set->cut.settled_s, deals, count)) {
        free(deals);
        return false;
    }
    shrunk = realloc(deals, (count + 1) * sizeof *deals); /* there can be thousands of cuts */
    set->deals = shrunk != NULL ? shrunk : deals;
    set->cut.set_count = count;
    set->computed = true;
    return true;
}
