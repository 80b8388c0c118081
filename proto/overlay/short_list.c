/* short_list.c - ascending lists of short ids. Each function is true, or false when memory ran out and
 * nothing leaks. */
#include "proto/overlay/short_list.h"

#include <stdlib.h>

static bool make_room(struct short_list *list, size_t room)
{
    uint64_t *grown = list->ids;

    if (room <= list->room)
        return true;
    grown = realloc(grown, room * sizeof *grown);
    if (grown == NULL)
        return false;
    list->ids = grown;
    list->room = room;
    return true;
}

bool short_list_add(struct short_list *list, uint64_t id)
{
    if (list->count == list->room && !make_room(list, list->room > 0 ? list->room * 2 : 64))
        return false;
    list->ids[list->count++] = id;
    return true;
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

bool short_list_of(struct short_list *list, const struct riblt_items *items)
{
    if (!make_room(list, items->count > 0 ? items->count : 1))
        return false;
    for (size_t i = 0; i < items->count; i++)
        list->ids[i] = items->list[i].id;
    qsort(list->ids, items->count, sizeof *list->ids, compare);
    list->count = 0;
    for (size_t i = 0; i < items->count; i++)
        if (list->count == 0 || list->ids[list->count - 1] != list->ids[i])
            list->ids[list->count++] = list->ids[i];
    return true;
}

void short_list_clear(struct short_list *list)
{
    free(list->ids);
    *list = (struct short_list){ NULL, 0, 0 };
}

static size_t bucket(const struct short_index *index, uint64_t id)
{
    return (size_t)(id >> (64 - index->bits));
}

bool short_index_init(struct short_index *index, struct short_list *list)
{
    size_t buckets, at = 0;

    *index = (struct short_index){ .list = list, .bits = 6 };
    while ((size_t)1 << index->bits < list->count)
        index->bits++;
    buckets = (size_t)1 << index->bits;
    index->start = malloc((buckets + 1) * sizeof *index->start);
    index->found = calloc(list->count + 1, sizeof *index->found);
    if (index->start == NULL || index->found == NULL) {
        short_index_clear(index);
        return false;
    }
    for (size_t i = 0; i < buckets; i++) {
        while (at < list->count && bucket(index, list->ids[at]) < i)
            at++;
        index->start[i] = (uint32_t)at;
    }
    index->start[buckets] = (uint32_t)list->count;
    return true;
}

bool short_index_find(struct short_index *index, uint64_t id)
{
    size_t b = bucket(index, id);

    for (uint32_t i = index->start[b]; i < index->start[b + 1]; i++)
        if (index->list->ids[i] == id)
            return index->found[i] = true;
    return false;
}

void short_index_strike(struct short_index *index)
{
    struct short_list *list = index->list;
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++)
        if (!index->found[i])
            list->ids[kept++] = list->ids[i];
    list->count = kept;
}

void short_index_clear(struct short_index *index)
{
    free(index->start);
    free(index->found);
    *index = (struct short_index){ .list = NULL };
}
