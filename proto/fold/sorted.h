/* sorted.h - records in one order, as an array of pointers. Private to the fold.
 *
 * A topic holds at most some ten thousand records: moving pointers up costs less than checking the signature
 * of the record that goes in, and a run of neighbours, which is what the fold asks for, is a slice. Memory
 * for one more is reserved before anything changes, so that inserting cannot fail. */
#ifndef COOP_PROTO_SORTED_H
#define COOP_PROTO_SORTED_H

#include "proto/fold/topic.h"

typedef int sorted_order(const struct held *a, const struct held *b);
struct sorted {
    struct held **list;
    size_t count, room;
    sorted_order *order; /* total: two records are never equal in it */
};
bool sorted_reserve(struct sorted *sorted, size_t more); /* false: out of memory, nothing changed */
size_t sorted_insert(struct sorted *sorted, struct held *held); /* its place */
void sorted_remove(struct sorted *sorted, const struct held *held); /* it is there */
void sorted_clear(struct sorted *sorted);                           /* the records are not its own */
/* The first record that is not before the key, as `against` compares them. */
typedef int sorted_against(const struct held *held, const void *key);
size_t sorted_first(const struct sorted *sorted, sorted_against *against, const void *key);
struct held *sorted_find(const struct sorted *sorted,
                         struct bytes prefix); /* of those in order of id; NULL: none */
int order_by_id(const struct held *a, const struct held *b);

/* Room for `count` of anything that grows by doubling; false: out of memory, nothing changed. */
bool room_grow(void **list, size_t *room, size_t count, size_t size);

#endif
