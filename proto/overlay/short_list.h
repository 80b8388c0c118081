/* short_list.h - ascending lists of short ids, and finding a whole set's members in one. WIRE 12.2. Private
 * to the room. */
#ifndef COOP_PROTO_SHORT_LIST_H
#define COOP_PROTO_SHORT_LIST_H

#include "proto/overlay/riblt.h"

enum { SHORT_ID_SIZE = 8 };

struct short_list {
    uint64_t *ids;
    size_t count, room;
};
bool short_list_add(struct short_list *list, uint64_t id); /* at the end; false: out of memory */
/* The short ids of these items, ascending, each once, in place of what was there. false: out of memory. */
bool short_list_of(struct short_list *list, const struct riblt_items *items);
void short_list_clear(struct short_list *list);

/* Answers "is it in the list" for many ids at about one step each: short ids are spread evenly, so their top
 * bits say where in the list they are. The list is borrowed, and marked: short_index_strike takes out of it
 * what was found. */
struct short_index {
    struct short_list *list;
    uint32_t *start; /* 2^bits + 1 places in the list */
    bool *found;
    unsigned bits;
};
bool short_index_init(struct short_index *index,
                      struct short_list *list); /* ascending; false: out of memory */
bool short_index_find(struct short_index *index, uint64_t id);
void short_index_strike(struct short_index *index);
void short_index_clear(struct short_index *index);

#endif
