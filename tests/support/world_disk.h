/* world_disk.h - what a world is made of, and the disk of each of its homes. Part of world.h. */
#ifndef COOP_TESTS_WORLD_DISK_H
#define COOP_TESTS_WORLD_DISK_H

#include "proto/form/record.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORLD_OUTSIDE = -1, WORLD_HOMES_MAX = 1024, WORLD_EPOCH_S = 1800000000 };

struct world_item {
    enum effect_type type;
    uint8_t topic[ID_SIZE], id[ID_SIZE];
    uint64_t arrival_ms;
    uint8_t *data;
    size_t size;
};
struct world_home {
    struct core *core; /* NULL: off */
    uint8_t seed[KEY_SIZE];
    char address[ADDRESS_MAX];
    bool mute; /* says no address: cannot be called */
    unsigned starts;
    struct world_item *disk;
    size_t item_count, item_room;
    char invited_by[ADDRESS_MAX];
    bool belongs;
    uint64_t wake_ms;
    long effects_left; /* carried out before the power goes; -1: it does not */
    size_t steps, kept, sent, told, closes[STATUS_VERSION + 1];
    uint64_t bytes_sent;
    enum phase phase;
    int64_t clock_ms; /* this home's clock less the world's */
};
struct world_wire { /* a connection; side 0 dialled */
    int home[2];
    unsigned start[2]; /* of the home's lives: a wire does not outlast one */
    uint32_t id[2];
    bool open[2]; /* this side may still send and be told */
    bool lost;    /* what is sent vanishes, nobody is told */
    uint64_t last_ms[2];
};
enum world_kind { WORLD_WAKE, WORLD_REACH, WORLD_UP, WORLD_DATA, WORLD_DOWN };
struct world_due {
    uint64_t at_ms, order;
    enum world_kind kind;
    int home;
    size_t wire;
    int side; /* who is told */
    uint8_t *data;
    size_t size;
};
struct world {
    struct world_home *homes;
    int home_count;
    struct rng rng;
    uint64_t now_ms, order;
    unsigned latency_ms, jitter_ms;
    struct world_due *heap;
    size_t due_count, due_room;
    struct world_wire *wires;
    size_t wire_count, wire_room;
    bool (*cut)[WORLD_HOMES_MAX];
    struct effects effects;
    struct failure why;
    char network[NAME_MAX_SIZE];
    uint8_t secret[GROUP_SECRET_SIZE];
    size_t deliveries;
    uint8_t trace[HASH_SIZE];    /* of all effects so far */
    bool fresh_effects;
    bool liar;                   /* somebody outside makes records too */
    void (*around)(bool inside); /* called before and after each core_step; may be NULL */
    uint8_t *outside;            /* what homes sent to a wire that ends outside */
    size_t outside_size;
    bool outside_closed;
    enum status outside_why;
};

static inline void *world_grow(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    *room = *room == 0 ? 64 : 2 * *room;
    list = realloc(list, *room * size);
    assert(list != NULL);
    return list;
}

/* ---- Disks: exactly what was kept, in order. */

static inline struct world_item *world_find(struct world_home *home, enum effect_type type, const uint8_t *id)
{
    for (size_t i = home->item_count; i-- > 0;) {
        if (home->disk[i].type == type && memcmp(home->disk[i].id, id, ID_SIZE) == 0)
            return &home->disk[i];
    }
    return NULL;
}

static inline bool world_has(struct world *w, int home, const uint8_t id[ID_SIZE])
{
    return world_find(&w->homes[home], EFFECT_KEEP_RECORD, id) != NULL;
}

static inline size_t world_records(const struct world *w, int home)
{
    size_t count = 0;

    for (size_t i = 0; i < w->homes[home].item_count; i++)
        count += w->homes[home].disk[i].type == EFFECT_KEEP_RECORD;
    return count;
}

/* Every home that is on has the same records on its disk. */
static inline bool world_alike(struct world *w)
{
    int first = -1;

    for (int i = 0; i < w->home_count; i++) {
        if (w->homes[i].core == NULL)
            continue;
        if (first >= 0 && world_records(w, i) != world_records(w, first))
            return false;
        for (size_t j = 0; first >= 0 && j < w->homes[i].item_count; j++) {
            const struct world_item *item = &w->homes[i].disk[j];

            if (item->type == EFFECT_KEEP_RECORD && !world_has(w, first, item->id))
                return false;
        }
        first = first < 0 ? i : first;
    }
    return true;
}

static inline bool world_signs(struct world *w, int at, const struct effect *effect, struct bytes bytes)
{
    struct world_home *home = &w->homes[at];
    struct topic *topic = core_topic_find(home->core, effect->topic);
    struct sign_key founder;
    struct group_key share;
    struct own_view own;
    struct record record;
    bool fine = record_read(&record, bytes);

    assert(fine && topic != NULL);
    core_own(home->core, topic, &own);
    founder_keys(&founder, &share, home->seed, topic_charter(topic));
    return memcmp(record.author, own.member_key, KEY_SIZE) == 0 ||
           memcmp(record.author, own.pseudonym, KEY_SIZE) == 0 ||
           memcmp(record.author, own.interest_key, KEY_SIZE) == 0 ||
           memcmp(record.author, founder.public_key, KEY_SIZE) == 0;
}

/* A record that is on no other disk can only be this home's own, or a company's, handed in here: else it was
 * on a link before it was on a disk. */
static inline void world_check_origin(struct world *w, int at, const struct effect *effect,
                                      struct bytes bytes, const struct event *cause)
{
    for (int i = 0; i < w->home_count; i++) {
        if (i != at && world_has(w, i, effect->id))
            return;
    }
    assert(cause->type == EVENT_BID || w->liar || world_signs(w, at, effect, bytes));
}

static inline void world_keep(struct world *w, int at, const struct effect *effect, struct bytes bytes)
{
    struct world_home *home = &w->homes[at];
    struct world_item item = { .type = effect->type, .arrival_ms = effect->arrival_ms, .size = bytes.size };
    struct world_item *old;

    memcpy(item.topic, effect->topic, ID_SIZE);
    memcpy(item.id, effect->type == EFFECT_KEEP_SECRET ? effect->topic : effect->id, ID_SIZE);
    item.data = malloc(bytes.size + 1);
    assert(item.data != NULL);
    if (bytes.size > 0)
        memcpy(item.data, bytes.data, bytes.size);
    home->kept++;
    if ((effect->type == EFFECT_KEEP_SECRET || effect->type == EFFECT_KEEP_TOTALS) &&
        (old = world_find(home, effect->type, item.id)) != NULL) {
        free(old->data);
        *old = item; /* one setting, the last word counts */
        return;
    }
    home->disk = world_grow(home->disk, home->item_count, &home->item_room, sizeof *home->disk);
    home->disk[home->item_count++] = item;
}

static inline void world_erase(struct world_home *home, const uint8_t topic[ID_SIZE])
{
    size_t kept = 0;

    for (size_t i = 0; i < home->item_count; i++) {
        if (home->disk[i].type != EFFECT_KEEP_PEER && memcmp(home->disk[i].topic, topic, ID_SIZE) == 0)
            free(home->disk[i].data);
        else
            home->disk[kept++] = home->disk[i];
    }
    home->item_count = kept;
}

#endif
