/* stem.c - a deal under a pseudonym walks from home to home before it spreads, so that whoever first tells of it need not be its author.
 * WIRE 10.10; Dandelion++ (Fanti et al. 2018) with the constants of BIP 156.
 *
 * Happy path: the author hands its deal to one neighbour, each neighbour to one of its own, until a coin says that it is to spread. All of
 * them keep it meanwhile, on disk too, and answer as if they had never seen it. Failure modes: every home on the way waits a while of its
 * own and then spreads it itself, so a neighbour that drops the record delays it and no more; a restart forgets what was hidden, which then
 * is a record like any other. */
#include "proto/core/core_state.h"

#include <string.h>

/* ---- What is hidden. */

bool stem_hides(const struct round *round, const uint8_t id[ID_SIZE])
{
    const struct held *held = topic_held_find(round->topic, id);

    return held != NULL && held->hidden;
}

/* false: it had brought it before. */
static bool brings(struct hidden *entry, const struct link *from)
{
    for (size_t i = 0; i < entry->brought && i < LINKS_MAX; i++) {
        if (entry->brought_by[i] == from->id)
            return false;
    }
    entry->brought_by[entry->brought++ % LINKS_MAX] = from->id;
    return true;
}

static void wait_begin(struct core *core, struct round *round, const uint8_t id[ID_SIZE], const struct link *from,
                       uint64_t span_ms)
{
    struct hidden *entry = &round->hidden[round->hidden_count++];

    *entry = (struct hidden){ .spread_at = core->ms + span_ms };
    memcpy(entry->id, id, ID_SIZE);
    if (from != NULL)
        brings(entry, from);
}

static struct hidden *hidden_find(struct round *round, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < round->hidden_count; i++) {
        if (memcmp(round->hidden[i].id, id, ID_SIZE) == 0)
            return &round->hidden[i];
    }
    return NULL;
}

static void wait_end(struct round *round, const uint8_t id[ID_SIZE])
{
    struct hidden *entry = hidden_find(round, id);

    if (entry != NULL)
        *entry = round->hidden[--round->hidden_count];
}

static void stem_show(struct core *core, struct round *round, const struct record *record, const struct link *from)
{
    const struct held *held = topic_held_find(round->topic, record->id);

    wait_end(round, record->id);
    topic_show(round->topic, record->id);
    if (held->valid) /* one that waits for its parent is told of when it rises */
        spread_new(core, round, held->record.id, held->record.whole, from);
}

/* How long a deal may stay hidden here. Few homes on a way take long, and the time left is theirs together: an author waits longer than
 * those behind it, so that its own patience does not tell who it is. 0: too little is left to hide anything. */
static uint64_t patience(struct core *core, struct round *round, enum box_index box, bool author)
{
    const struct season *season = topic_season(round->topic);
    const struct box_view *view = season == NULL ? NULL : &season->boxes[box];
    uint64_t base, ends_ms;

    if (view == NULL || view->state != BOX_OPEN)
        return 0;
    ends_ms = view->deadline_s * 1000;
    if (ends_ms <= core->now_ms)
        return 0;
    base = earlier(STEM_MS, (ends_ms - core->now_ms) / STEM_SHARE);
    if (base < STEM_LEAST_MS)
        return 0;
    return author ? base + rng_below(&core->rng, base + 1) : base / 2 + rng_below(&core->rng, base / 2 + 1);
}

/* ---- The way. */

static bool usable(const struct round *round, const struct link *link, const struct link *from)
{
    return link != NULL && link != from && link->group == round->group && link_ready(link) && !link->visit &&
           link->edges[round->handle].shared;
}

/* One that this home called, by chance: callers are whoever wants to be. Only who has none takes a caller. 0: nobody. */
static uint32_t relay_draw(struct core *core, const struct round *round, const struct link *from, uint32_t but)
{
    uint64_t called = 0, callers = 0;
    uint32_t one_called = 0, one_caller = 0;

    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];

        if (!usable(round, link, from) || link->id == but)
            continue;
        if (!link->incoming && rng_below(&core->rng, ++called) == 0)
            one_called = link->id;
        if (link->incoming && rng_below(&core->rng, ++callers) == 0)
            one_caller = link->id;
    }
    return one_called != 0 ? one_called : one_caller;
}

static void epoch_turn(struct core *core)
{
    if (core->ms < core->stem_until)
        return;
    core->stem_until = core->ms + jittered(core, STEM_EPOCH_MS);
    for (size_t i = 0; i < core->group_count; i++) {
        core->groups[i]->stem_own = 0;
        memset(core->groups[i]->relays, 0, sizeof core->groups[i]->relays);
    }
    for (size_t i = 0; i < core->link_count; i++)
        core->links[i]->stem_to = 0;
}

/* All that comes from one side goes to the same neighbour for an epoch: who sends much and watches where it comes out learns one edge of the
 * graph and not the graph. NULL: there is nobody. */
static struct link *relay_of(struct core *core, struct round *round, struct link *from)
{
    uint32_t *chosen = from != NULL ? &from->stem_to : &round->group->stem_own;
    uint32_t *relays = round->group->relays;
    size_t first = rng_below(&core->rng, STEM_RELAYS);

    if (usable(round, link_find(core, *chosen), from))
        return link_find(core, *chosen);
    for (size_t i = 0; i < STEM_RELAYS; i++) {
        uint32_t *relay = &relays[(first + i) % STEM_RELAYS];

        if (!usable(round, link_find(core, *relay), NULL))
            *relay = relay_draw(core, round, from, relays[(first + i + 1) % STEM_RELAYS]);
        if (!usable(round, link_find(core, *relay), from))
            continue;
        *chosen = *relay;
        return link_find(core, *relay);
    }
    return NULL;
}

static bool walk_on(struct core *core, struct round *round, struct bytes record, struct link *from)
{
    struct link *to;

    epoch_turn(core);
    if (round->group == NULL || (from != NULL && rng_below(&core->rng, 100) < STEM_END_PERCENT))
        return false;
    to = relay_of(core, round, from);
    if (to == NULL || !pace_allows(to))
        return false;
    pace_send(core, to, round->handle, record, WAY_STEM);
    return true;
}

/* ---- What comes. */

bool stem_wanted(const struct record *record)
{
    return record->kind == RECORD_DEAL && record->box >= BOX_INTEREST;
}

void stem_new(struct core *core, struct round *round, const struct record *record, struct link *from, bool own)
{
    size_t room = own ? STEM_HIDDEN_MAX : STEM_HIDDEN_MAX - STEM_OWN;
    bool may_hide = round->hidden_count < room;
    uint64_t span = may_hide ? patience(core, round, record->box, own) : 0;

    if (span > 0)
        wait_begin(core, round, record->id, from, span);
    /* An author without neighbours waits for some. */
    if (span == 0 || (!walk_on(core, round, record->whole, from) && !own))
        stem_show(core, round, record, from);
}

/* Whoever suspects that this home has it can send it and count the time until the next pong: it is to cost what it costs who has never
 * seen it, proofs and disk, once for each link, as there. */
static void take_again(struct core *core, struct round *round, const struct record *record, const struct link *from)
{
    struct hidden *entry = hidden_find(round, record->id);

    if (entry != NULL && !brings(entry, from))
        return;
    topic_take_again(round->topic, record);
    if (entry != NULL) /* what waits for its box is on no disk */
        totals_keep(core);
}

void stem_again(struct core *core, struct round *round, const struct record *record, struct link *from, enum record_way way)
{
    const struct held *held = topic_held_find(round->topic, record->id);

    take_again(core, round, record, from);
    if (way != WAY_STEM || (held->valid && !walk_on(core, round, record->whole, from)))
        stem_show(core, round, record, from);
}

/* ---- Time. */

void stem_run(struct core *core, struct round *round)
{
    for (size_t i = round->hidden_count; i-- > 0;) {
        if (core->ms >= round->hidden[i].spread_at)
            stem_show(core, round, &topic_held_find(round->topic, round->hidden[i].id)->record, NULL);
    }
}

uint64_t stem_deadline(const struct core *core)
{
    uint64_t at = UINT64_MAX;

    for (size_t i = 0; i < core->round_count; i++) {
        const struct round *round = core->rounds[i];

        for (size_t j = 0; j < round->hidden_count; j++)
            at = earlier(at, round->hidden[j].spread_at);
    }
    return at;
}
