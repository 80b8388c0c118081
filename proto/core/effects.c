/* effects.c - the list of what a step wants done: effects in order, and one arena for the bytes they carry,
 * so that a step of a hundred records costs a few allocations at most, and none once the lists have grown. A round's secret goes to
 * the disk this way: no byte stays behind when the effects are done. */
#include "proto/core/effects.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { EFFECTS_FIRST = 16, ARENA_FIRST = 4096 };

/* At least doubled, so that filling a list costs a constant number of copies an element. */
static bool grow(void **memory, size_t *room, size_t least, size_t first, size_t size)
{
    size_t next = *room > SIZE_MAX / 2 ? least : *room * 2;
    void *bigger;

    if (least <= *room)
        return true;
    if (next < least)
        next = least;
    if (next < first)
        next = first;
    if (next > SIZE_MAX / size)
        return false;
    bigger = realloc(*memory, next * size);
    if (bigger == NULL)
        return false;
    *memory = bigger;
    *room = next;
    return true;
}

static void arena_wipe(struct effects *effects)
{
    if (effects->used > 0)
        sodium_memzero(effects->arena, effects->used);
}

/* Not by realloc, which leaves what was in the old place. */
static bool arena_grow(struct effects *effects, size_t least)
{
    void *arena = NULL;
    size_t room = effects->arena_room;

    if (least <= room)
        return true;
    if (!grow(&arena, &room, least, ARENA_FIRST, 1))
        return false;
    if (effects->used > 0)
        memcpy(arena, effects->arena, effects->used);
    arena_wipe(effects);
    free(effects->arena);
    effects->arena = arena;
    effects->arena_room = room;
    return true;
}

bool effects_reserve(struct effects *effects, size_t count, size_t size)
{
    void *list = effects->list;
    bool fine = grow(&list, &effects->room, effects->count + count, EFFECTS_FIRST, sizeof *effects->list);

    effects->list = list;
    return fine && arena_grow(effects, effects->used + size);
}

struct effect *effects_add(struct effects *effects, enum effect_type type, struct bytes bytes)
{
    struct effect *effect;

    assert(effects->count < effects->room && bytes.size <= effects->arena_room - effects->used);
    effect = &effects->list[effects->count++];
    *effect = (struct effect){ .type = type, .offset = effects->used, .size = bytes.size };
    if (bytes.size > 0)
        memcpy(effects->arena + effects->used, bytes.data, bytes.size);
    effects->used += bytes.size;
    return effect;
}

void effects_reset(struct effects *effects)
{
    arena_wipe(effects);
    effects->count = 0;
    effects->used = 0;
}

void effects_clear(struct effects *effects)
{
    arena_wipe(effects);
    free(effects->list);
    free(effects->arena);
    *effects = (struct effects){ 0 };
}

struct bytes effect_bytes(const struct effects *effects, const struct effect *effect)
{
    assert(effect->size <= effects->used && effect->offset <= effects->used - effect->size);
    return (struct bytes){ effects->arena + effect->offset, effect->size };
}
