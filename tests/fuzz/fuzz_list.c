/* A list of deals, in full or by another, has one encoding (WIRE 5.2, 5.6): what is accepted reads in order, each prefix once, and told
 * again as a difference from the same list it is the same bytes. */
#include "proto/fold/fold.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static bool body_read(struct listed *out, struct bytes body)
{
    struct reader r = reader_from(body);

    *out = (struct listed){ .base = NULL };
    list_read(&r, out);
    return reader_done(&r);
}

static void is_in_order(const struct listed *list)
{
    const uint8_t *last = NULL;
    struct list_walk walk;
    size_t count = 0;

    list_walk_begin(&walk, list);
    for (; walk.next != NULL; list_walk_on(&walk), count++) {
        PROPERTY(last == NULL || memcmp(last, walk.next, SEEN_PREFIX_SIZE) < 0);
        PROPERTY(list_has(list, walk.next));
        last = walk.next;
    }
    PROPERTY(count == list_count(list) && count <= BOX_DEALS_MAX);
}

static void is_the_difference(const struct listed *list)
{
    struct bytes gone = list->gone, own = list->own;

    for (uint16_t place = 0; place < list->shared.size / SEEN_PREFIX_SIZE; place++) {
        if (list_has(list, list->shared.data + place * SEEN_PREFIX_SIZE))
            continue;
        PROPERTY(gone.size >= PLACE_SIZE && be16_read(gone.data) == place);
        gone = (struct bytes){ gone.data + PLACE_SIZE, gone.size - PLACE_SIZE };
    }
    PROPERTY(gone.size == 0);
    for (; own.size > 0; own = (struct bytes){ own.data + SEEN_PREFIX_SIZE, own.size - SEEN_PREFIX_SIZE })
        PROPERTY(list_has(list, own.data) && !ascending_has(list->shared, SEEN_PREFIX_SIZE, own.data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_from((struct bytes){ data, size });
    struct listed base, list;

    reader_array(&r, 2, 2);
    if (!body_read(&base, reader_bin(&r, 0, RECORD_MAX)) || base.base != NULL || !body_read(&list, reader_bin(&r, 0, RECORD_MAX)) ||
        !reader_done(&r))
        return 0;
    is_in_order(&base);
    if (!list_resolve(&list, list.base == NULL ? (struct bytes){ NULL, 0 } : base.own))
        return 0;
    is_in_order(&list);
    is_the_difference(&list);
    return 0;
}
