/* listed.c - reading a list of deals. WIRE 5.2, 6.3.
 *
 * Happy path: it holds all that it lists, or differs in little from a list that is here. The latter is read where that one lies and
 * never written out: a few hundred bytes cannot make a home hold sixteen thousand. Failure modes: that other list is not here, then this
 * one waits for it; it is none that a list may be told by, or the difference is no difference, then this one is forged. */
#include "proto/fold/fold.h"

#include <string.h>

/* ---- Things of one size in one binary. */

struct bytes ascending_read(struct reader *r, size_t size, size_t least, size_t most)
{
    struct bytes all = reader_bin(r, least * size, most * size);

    if (all.size % size != 0)
        reader_fail(r);
    for (size_t at = size; at < all.size && !r->failed; at += size)
        if (memcmp(all.data + at - size, all.data + at, size) >= 0)
            reader_fail(r);
    return r->failed ? (struct bytes){ NULL, 0 } : all;
}

/* The place of the first that is not below it. */
static size_t ascending_place(struct bytes all, size_t size, const uint8_t *one)
{
    size_t low = 0, high = all.size / size;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(all.data + middle * size, one, size) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(struct bytes all, size_t size, size_t place, const uint8_t *one)
{
    return place < all.size / size && memcmp(all.data + place * size, one, size) == 0;
}

bool ascending_has(struct bytes all, size_t size, const uint8_t *one)
{
    return is_at(all, size, ascending_place(all, size, one), one);
}

/* ---- Reading a list. */

static struct bytes rest(struct bytes all, size_t size)
{
    return (struct bytes){ all.data + size, all.size - size };
}

bool list_is_whole(struct bytes body)
{
    struct reader r = reader_from(body);

    return reader_array(&r, 1, 3) == 1;
}

void list_read(struct reader *r, struct listed *out)
{
    size_t fields = reader_array(r, 1, 3);

    if (fields == 2)
        reader_fail(r);
    if (fields == 3) {
        out->base = reader_bin(r, ID_SIZE, ID_SIZE).data;
        out->gone = ascending_read(r, PLACE_SIZE, 0, BOX_DEALS_MAX);
    }
    out->own = ascending_read(r, SEEN_PREFIX_SIZE, 0, BOX_DEALS_MAX);
}

size_t list_count(const struct listed *list)
{
    return (list->shared.size + list->own.size) / SEEN_PREFIX_SIZE - list->gone.size / PLACE_SIZE;
}

/* What is gone was there, what is added was not: so by one other list, too, one set has one encoding. */
bool list_resolve(struct listed *list, struct bytes shared)
{
    list->shared = shared;
    if (list->gone.size > 0 && be16_read(list->gone.data + list->gone.size - PLACE_SIZE) >= list->shared.size / SEEN_PREFIX_SIZE)
        return false;
    for (size_t at = 0; at < list->own.size; at += SEEN_PREFIX_SIZE)
        if (ascending_has(list->shared, SEEN_PREFIX_SIZE, list->own.data + at))
            return false;
    return list_count(list) <= BOX_DEALS_MAX;
}

/* Of the same box, and by itself all that it lists: no chain of lists is to be waited for. */
static bool may_be_base(const struct held *base, const struct record *list)
{
    return base->record.kind == RECORD_SEEN && base->record.box == list->box && memcmp(base->record.parent, list->parent, ID_SIZE) == 0 &&
           ((const struct entry *)base)->listed.base == NULL;
}

enum status list_judge(const struct topic *topic, struct entry *entry)
{
    struct listed list = entry->listed;
    const struct held *base = list.base == NULL ? NULL : topic_held_find(topic, list.base);

    if (list.base == NULL)
        return STATUS_OK;
    if (base != NULL && !may_be_base(base, &entry->held.record))
        return STATUS_FORGED;
    if (base == NULL || !base->valid)
        return STATUS_MISSING;
    if (!list_resolve(&list, ((const struct entry *)base)->listed.own))
        return STATUS_FORGED;
    entry->listed = list;
    return STATUS_OK;
}

bool list_waited_for(const struct topic *topic, enum box_index box, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < topic->pending.count; i++) {
        const struct entry *entry = entry_of(topic->pending.list[i]);

        if (entry->held.record.kind == RECORD_SEEN && entry->held.record.box == box && entry->member > 0 && entry->listed.base != NULL &&
            memcmp(entry->listed.base, id, ID_SIZE) == 0)
            return true;
    }
    return false;
}

bool list_has(const struct listed *list, const uint8_t *prefix)
{
    uint8_t place_bytes[PLACE_SIZE];
    size_t place = ascending_place(list->shared, SEEN_PREFIX_SIZE, prefix);

    if (!is_at(list->shared, SEEN_PREFIX_SIZE, place, prefix))
        return ascending_has(list->own, SEEN_PREFIX_SIZE, prefix);
    be16_write(place_bytes, (uint16_t)place);
    return !ascending_has(list->gone, PLACE_SIZE, place_bytes);
}

static void pass_over_gone(struct list_walk *walk)
{
    struct listed *left = &walk->left;

    for (; left->gone.size > 0 && be16_read(left->gone.data) == walk->place; walk->place++) {
        left->gone = rest(left->gone, PLACE_SIZE);
        left->shared = rest(left->shared, SEEN_PREFIX_SIZE);
    }
}

static void show(struct list_walk *walk)
{
    const struct listed *left = &walk->left;
    bool own = left->own.size > 0 && (left->shared.size == 0 || memcmp(left->own.data, left->shared.data, SEEN_PREFIX_SIZE) < 0);

    walk->next = own ? left->own.data : left->shared.size > 0 ? left->shared.data : NULL;
}

void list_walk_begin(struct list_walk *walk, const struct listed *list)
{
    *walk = (struct list_walk){ .left = *list };
    pass_over_gone(walk);
    show(walk);
}

void list_walk_on(struct list_walk *walk)
{
    struct listed *left = &walk->left;

    if (walk->next == left->own.data && left->own.size > 0) {
        left->own = rest(left->own, SEEN_PREFIX_SIZE);
    } else {
        left->shared = rest(left->shared, SEEN_PREFIX_SIZE);
        walk->place++;
        pass_over_gone(walk);
    }
    show(walk);
}
