/* together.c - checks the proofs of many deals that waited for their box, at a fraction of what they cost one
 * by one.
 *
 * Happy path: a node that was off, or a verifier, holds hundreds of deals when the box they belong to opens;
 * their admissions, then their demands, are checked in one sum each, and the verdicts are kept for when each
 * is judged. Failure modes: a bad proof among them is found by halving; out of memory, each is checked by
 * itself when judged. */
#include "proto/fold/fold.h"

#include <stdlib.h>
#include <string.h>

enum { CROWD_WITH_ROOM = 64 };

/* Those of one box whose proofs can be checked now. */
struct crowd {
    struct entry **list;
    uint8_t (*contexts)[HASH_SIZE];
    size_t count;
};

static bool crowd_gather(struct crowd *crowd, const struct topic *topic, const struct box *box)
{
    *crowd = (struct crowd){
        .list = malloc((topic->pending.count + 1) * sizeof *crowd->list),
        .contexts = malloc((topic->pending.count + 1) * sizeof *crowd->contexts),
    };
    if (crowd->list == NULL || crowd->contexts == NULL)
        return false;
    for (size_t i = 0; i < topic->pending.count; i++) {
        struct entry *entry = entry_of(topic->pending.list[i]);
        const struct record *record = &entry->held.record;

        if (record->box != box->index || record->kind != RECORD_DEAL ||
            entry->deal.admitted != PROVED_NOT_YET || memcmp(record->parent, box->parent, ID_SIZE) != 0 ||
            box_is_full(topic, entry) || voice_is_full(topic, entry))
            continue;
        entry_context(crowd->contexts[crowd->count], topic, entry);
        crowd->list[crowd->count++] = entry;
    }
    return true;
}

static void crowd_clear(struct crowd *crowd)
{
    free(crowd->list);
    free(crowd->contexts);
}

static bool admissions_prove(struct crowd *crowd, const struct topic *topic, const struct box *box,
                             struct batch_room *room)
{
    struct admission_item *items = calloc(crowd->count + 1, sizeof *items);
    uint8_t scope[HASH_SIZE];

    if (items == NULL)
        return false;
    topic_scope(scope, topic, box->index);
    for (size_t i = 0; i < crowd->count; i++) {
        items[i].message = BYTES(crowd->contexts[i]);
        items[i].proof = crowd->list[i]->deal.admission;
    }
    admissions_check(items, crowd->count, topic->rings, topic->registry_count, BYTES(scope), room);
    for (size_t i = 0; i < crowd->count; i++) {
        struct deal *deal = &crowd->list[i]->deal;

        deal->admitted = items[i].good ? PROVED_TRUE : PROVED_FALSE;
        if (items[i].good)
            memcpy(deal->voice, items[i].nullifier, KEY_SIZE);
    }
    free(items);
    return true;
}

/* Only of those who are admitted: a stranger's demand is not worth its check. */
static void demands_prove(struct crowd *crowd, const struct topic *topic, struct batch_room *room)
{
    struct deal_item *items = calloc(crowd->count + 1, sizeof *items);
    size_t count = 0;

    if (items == NULL)
        return;
    for (size_t i = 0; i < crowd->count; i++) {
        struct deal *deal = &crowd->list[i]->deal;

        if (deal->admitted != PROVED_TRUE || deal->withdrawn)
            continue;
        crowd->list[count] = crowd->list[i];
        items[count++] = (struct deal_item){ .context = BYTES(crowd->contexts[i]),
                                             .deal = deal->sealed,
                                             .out = deal->values };
    }
    deals_check(items, count, topic->bases, &topic->key.joint, room);
    for (size_t i = 0; i < count; i++)
        crowd->list[i]->deal.demanded = items[i].good ? PROVED_TRUE : PROVED_FALSE;
    free(items);
}

/* A few deals are not worth 12 MB, and without memory the verdicts are the same. */
static void crowd_prove(struct crowd *crowd, struct topic *topic, const struct box *box)
{
    struct batch_room *room = NULL;

    if (crowd->count >= CROWD_WITH_ROOM)
        room = aligned_alloc(DEAL_BASES_ALIGNMENT, batch_room_size());
    if (admissions_prove(crowd, topic, box, room) && box->index == BOX_JOIN)
        demands_prove(crowd, topic, room);
    free(room);
}

void prove_together(struct topic *topic)
{
    static const enum box_index admitting[] = { BOX_INTEREST, BOX_JOIN, BOX_BIDS };

    for (size_t i = 0; i < ARRAY_SIZE(admitting); i++) {
        const struct box *box = &topic->boxes[admitting[i]];
        struct crowd crowd;

        if (!box->ready || !box_stands(topic, box->index))
            continue;
        if (crowd_gather(&crowd, topic, box) && crowd.count > 1)
            crowd_prove(&crowd, topic, box);
        crowd_clear(&crowd);
    }
}
