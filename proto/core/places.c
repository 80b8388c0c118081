/* places.c - which rounds of a group have one of its places, and when they lose it. WIRE 4.3, 10.5.
 *
 * Happy path: there is room, every round of the group is followed, and each is dropped after its end. Failure
 * modes: a member founds rounds until no place is left. Nothing in a charter tells such a round from another, and
 * one code makes as many founders and homes as one likes; so what counts is what this home knows by itself, its
 * own part in a round and the neighbour that brought it. A clock that is set wrong: it alone ends no round. */
#include "proto/core/core_state.h"

#include <string.h>

/* ---- The end. */

/* Remembered: it is not asked for again. */
static void round_drop(struct core *core, struct round *round, bool remember)
{
    struct group *group = round->group;
    struct effect *effect;
    size_t at = 0;

    if (!core_reserve(core, 1, 0))
        return;
    effect = effects_add(core->out, EFFECT_DROP_TOPIC, (struct bytes){ NULL, 0 });
    memcpy(effect->topic, round->id, ID_SIZE);
    memcpy(effect->id, round->id, ID_SIZE);
    if (group != NULL) {
        follow_drop(core, round);
        group->rounds[round->handle] = NULL;
    }
    if (group != NULL && remember) {
        if (group->dropped.count == DROPPED_MAX)
            memmove(group->dropped.ids, group->dropped.ids + 1, --group->dropped.count * ID_SIZE);
        id_list_add(&group->dropped, round->id,
                    DROPPED_MAX); /* without memory it may come back for a while */
    }
    while (core->rounds[at] != round)
        at++;
    core->round_count--;
    memmove(core->rounds + at, core->rounds + at + 1, (core->round_count - at) * sizeof *core->rounds);
    round_free(round);
}

/* More than half of the homes of the group it is linked to, whose clocks said so at their hellos, counted on from there by the time that
 * this core has run: setting this home's clock moves none of them. */
static bool others_agree(const struct core *core, const struct round *round)
{
    size_t linked = 0, agree = 0;

    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];

        if (link->group != round->group || !link_ready(link))
            continue;
        linked++;
        agree += link->hello_clock_ms + (core->ms - link->began_at) >= round->expires_ms;
    }
    return 2 * agree > linked;
}

void round_expire(struct core *core, struct round *round)
{
    if (core->now_ms < round->expires_ms)
        round->expired_at = 0;
    else if (round->expired_at == 0)
        round->expired_at = core->ms;
    else if (core->ms >= round->expired_at + DROP_WAIT_MS && others_agree(core, round))
        round_drop(core, round, true);
}

/* ---- Places. */

static bool enrolled(const struct round *round)
{
    const struct held *const *deals;
    size_t count = topic_records(round->topic, BOX_REGISTRY, RECORD_DEAL, &deals);

    for (size_t i = 0; i < count; i++) {
        if (memcmp(deals[i]->record.author, round->own.member.public_key, KEY_SIZE) == 0)
            return true;
    }
    return false;
}

/* The household founded it, is in it, or has said something in it: nobody else's word takes it away. */
static bool has_part(const struct round *round)
{
    return !round->own_ready || round->asked_for || round->own.genesis_index > 0 || enrolled(round);
}

/* What strangers can fill among themselves is bounded, as long as this home is a stranger to it. */
bool place_has_room(const struct core *core, const struct round *round)
{
    size_t bytes = topic_bytes(round->topic);

    if (bytes < STRANGE_PART || has_part(round))
        return true;
    for (size_t i = 0; i < core->round_count; i++)
        bytes += core->rounds[i] == round || has_part(core->rounds[i]) ? 0 : topic_bytes(core->rounds[i]->topic);
    return bytes < STRANGE_BYTES_MAX;
}

/* The registry is closed without this home: it can have no part any more. */
static bool is_past(const struct round *round)
{
    const struct season *season = topic_season(round->topic);

    return season != NULL && season->boxes[BOX_REGISTRY].state >= BOX_CLOSED;
}

/* The household, or the disk. */
static bool is_nobody(const uint8_t key[KEY_SIZE])
{
    static const uint8_t nobody[KEY_SIZE];

    return memcmp(key, nobody, KEY_SIZE) == 0;
}

/* Rounds without a part that this neighbour brought; of those from disk each counts for itself. */
static size_t brought(const struct group *group, const uint8_t key[KEY_SIZE])
{
    size_t count = 0;

    if (is_nobody(key))
        return 1;
    for (size_t i = 0; i < TOPICS_MAX; i++) {
        const struct round *round = group->rounds[i];

        count += round != NULL && !has_part(round) && memcmp(round->brought_by, key, KEY_SIZE) == 0;
    }
    return count;
}

/* A neighbour that has brought more than the newcomer's would have gives up its latest; one that has brought as
 * many, or the same, the one that has been here longest, after a day. So no neighbour takes the places of others,
 * and no round keeps one for ever without this home. What the household itself founds comes before all. */
static bool gives_way(const struct core *core, const struct group *group, const struct round *round,
                      const uint8_t newcomer[KEY_SIZE])
{
    size_t now = brought(group, round->brought_by), then = brought(group, newcomer) + 1;
    bool same = memcmp(round->brought_by, newcomer, KEY_SIZE) == 0;

    return is_nobody(newcomer) || (!same && then < now) ||
           ((same || then <= now) && core->ms >= round->since + PLACE_STAY_MS);
}

/* Of two that would give way: of the neighbour that brought more, one that has stayed its time, the longest here;
 * else the last to come. */
static bool goes_first(const struct core *core, const struct group *group, const struct round *a,
                       const struct round *b)
{
    size_t one = brought(group, a->brought_by), other = brought(group, b->brought_by);
    bool stayed = core->ms >= a->since + PLACE_STAY_MS;

    if (one != other)
        return one > other;
    if (stayed != (core->ms >= b->since + PLACE_STAY_MS))
        return stayed;
    return stayed ? a->since < b->since : a->since > b->since;
}

/* NULL: none. */
static struct round *to_give_way(const struct core *core, const struct group *group,
                                 const uint8_t newcomer[KEY_SIZE])
{
    struct round *found = NULL;

    for (size_t i = 0; i < TOPICS_MAX; i++) {
        struct round *round = group->rounds[i];

        if (round == NULL || has_part(round))
            continue;
        if (is_past(round))
            return round;
        if (gives_way(core, group, round, newcomer) &&
            (found == NULL || goes_first(core, group, round, found)))
            found = round;
    }
    return found;
}

static bool place_free(unsigned *handle, const struct group *group)
{
    for (*handle = 0; *handle < TOPICS_MAX; ++*handle) {
        if (group->rounds[*handle] == NULL)
            return true;
    }
    return false;
}

bool place_for(const struct core *core, const struct group *group, const uint8_t key[KEY_SIZE])
{
    unsigned handle;

    return place_free(&handle, group) || to_give_way(core, group, key) != NULL;
}

void place_make(struct core *core, struct group *group, const uint8_t key[KEY_SIZE])
{
    struct round *other;
    unsigned handle;

    if (!core->started || place_free(&handle, group))
        return;
    other = to_give_way(core, group, key);
    if (other != NULL)
        round_drop(core, other, is_past(other));
}

bool place_take(struct round *round, struct group *group)
{
    unsigned handle;

    if (!place_free(&handle, group))
        return false;
    group->rounds[handle] = round;
    round->group = group;
    round->handle = handle;
    return true;
}
