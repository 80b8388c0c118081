/* sorted.c - records in one order. Happy path: a binary search, one memmove. Failure mode: out of memory,
 * only in sorted_reserve. */
#include "proto/fold/sorted.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 8 };

bool room_grow(void **list, size_t *room, size_t count, size_t size)
{
    size_t wanted = *room == 0 ? ROOM_FIRST : *room;
    void *grown;

    if (count <= *room)
        return true;
    while (wanted < count)
        wanted *= 2;
    grown = realloc(*list, wanted * size);
    if (grown == NULL)
        return false;
    *list = grown;
    *room = wanted;
    return true;
}

bool sorted_reserve(struct sorted *sorted, size_t more)
{
    void *list = sorted->list;
    bool done = room_grow(&list, &sorted->room, sorted->count + more, sizeof *sorted->list);

    sorted->list = list;
    return done;
}

size_t sorted_first(const struct sorted *sorted, sorted_against *against, const void *key)
{
    size_t low = 0, high = sorted->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (against(sorted->list[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int against_prefix(const struct held *held, const void *key)
{
    const struct bytes *prefix = key;

    return memcmp(held->record.id, prefix->data, prefix->size);
}

/* Ids are hashes, so where one stands is nearly known; each record looked at is memory that is not in the cache. A few guesses,
 * and from then on halves: who makes ids that lie close together gains nothing by it. */
static void guess(const struct sorted *sorted, struct bytes prefix, size_t *low, size_t *high)
{
    double key = (double)be64_read(prefix.data), below = 0, above = 18446744073709551616.0;

    for (int i = 0; i < 4 && *high - *low > 4 && below <= key && key < above; i++) {
        size_t at = *low + (size_t)((double)(*high - *low) * (key - below) / (above - below));
        int order;

        at = at < *high ? at : *high - 1;
        order = against_prefix(sorted->list[at], &prefix);
        *(order < 0 ? &below : &above) = (double)be64_read(sorted->list[at]->record.id);
        if (order < 0)
            *low = at + 1;
        else
            *high = at;
    }
}

/* As sorted_first, for a record. */
static size_t seek(const struct sorted *sorted, const struct held *held)
{
    size_t low = 0, high = sorted->count;

    if (sorted->order == order_by_id)
        guess(sorted, (struct bytes){ held->record.id, ID_SIZE }, &low, &high);
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (sorted->order(sorted->list[middle], held) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t sorted_insert(struct sorted *sorted, struct held *held)
{
    size_t at = seek(sorted, held);

    assert(sorted->count < sorted->room);
    memmove(sorted->list + at + 1, sorted->list + at, (sorted->count - at) * sizeof *sorted->list);
    sorted->list[at] = held;
    sorted->count++;
    return at;
}

void sorted_remove(struct sorted *sorted, const struct held *held)
{
    size_t at = seek(sorted, held);

    assert(at < sorted->count && sorted->list[at] == held);
    sorted->count--;
    memmove(sorted->list + at, sorted->list + at + 1, (sorted->count - at) * sizeof *sorted->list);
}

void sorted_clear(struct sorted *sorted)
{
    free(sorted->list);
    sorted->list = NULL;
    sorted->count = sorted->room = 0;
}

struct held *sorted_find(const struct sorted *sorted, struct bytes prefix)
{
    size_t low = 0, at = sorted->count;

    if (prefix.size >= 8)
        guess(sorted, prefix, &low, &at);
    while (low < at) {
        size_t middle = low + (at - low) / 2;

        if (against_prefix(sorted->list[middle], &prefix) < 0)
            low = middle + 1;
        else
            at = middle;
    }
    return at < sorted->count && against_prefix(sorted->list[at], &prefix) == 0 ? sorted->list[at] : NULL;
}

int order_by_id(const struct held *a, const struct held *b)
{
    return memcmp(a->record.id, b->record.id, ID_SIZE);
}
