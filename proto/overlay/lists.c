/* lists.c - short growing lists of ids, for announcements and the like. */
#include "proto/core/core_state.h"

#include <stdlib.h>
#include <string.h>

bool id_list_add(struct id_list *list, const uint8_t id[ID_SIZE], size_t most)
{
    if (list->count == most)
        return false;
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 8 : 2 * list->room;
        void *bigger = realloc(list->ids, room * ID_SIZE);

        if (bigger == NULL)
            return false;
        list->ids = bigger;
        list->room = room;
    }
    memcpy(list->ids[list->count++], id, ID_SIZE);
    return true;
}

bool id_list_has(const struct id_list *list, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < list->count; i++) {
        if (memcmp(list->ids[i], id, ID_SIZE) == 0)
            return true;
    }
    return false;
}

void id_list_remove(struct id_list *list, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < list->count; i++) {
        if (memcmp(list->ids[i], id, ID_SIZE) == 0) {
            memmove(list->ids[i], list->ids[--list->count], ID_SIZE);
            return;
        }
    }
}

void id_list_clear(struct id_list *list)
{
    free(list->ids);
    *list = (struct id_list){ 0 };
}
