/* calling.c - whom to call in a group, and when. WIRE 10.9.
 *
 * Happy path: links are dialled until there are enough, chosen by chance; views are mixed by shuffles; a passive
 * peer is visited now and then, and who is lost is looked for, so that islands with full views of each other are
 * found. Failure modes: who does not answer is tried more and more seldom (peers.c); homes that cannot be dialled
 * dial themselves. No random walk of a join (HyParView) is made: a newcomer behind a router could not be dialled by
 * whom the walk reaches. */
#include "proto/core/core_state.h"

/* ---- Visits. */

void calling_visit_later(struct core *core, struct group *group)
{
    group->visit_soon_at = core->ms + jittered(core, VISIT_MS);
    group->visit_at = core->ms + jittered(core, VISIT_QUIET_MS);
    group->changes_visited = group->changes;
}

/* It worked once and is not there: off, or in another island. */
static bool is_lost(const struct peer *peer)
{
    return (peer->worked || peer->kept) && peer->failures > 0 && !peer->self;
}

/* Of an island every neighbour may have all that this home has: only those who are lost know of another. */
static uint64_t visit_due(const struct group *group)
{
    uint64_t lost_at = UINT64_MAX;

    if (group->changes != group->changes_visited)
        return group->visit_soon_at;
    for (size_t i = 0; i < group->peer_count; i++) {
        if (is_lost(&group->peers[i]))
            lost_at = earlier(lost_at, group->peers[i].retry_at);
    }
    return earlier(group->visit_at, lost_at > group->visit_soon_at ? lost_at : group->visit_soon_at);
}

/* ---- How many links. */

/* Links that are there or may come to be. */
static size_t links_begun(const struct core *core, const struct group *group)
{
    size_t count = 0;

    for (size_t i = 0; i < core->link_count; i++)
        count += core->links[i]->group == group && !core->links[i]->closing && core->links[i]->rival == 0;
    return count;
}

/* Those that this home chose itself: callers are whoever wants to be. */
static size_t calls_begun(const struct core *core, const struct group *group)
{
    size_t count = 0;

    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];

        count += link->group == group && !link->incoming && !link->visit && !link->closing && link->rival == 0;
    }
    return count;
}

static bool wants_links(const struct core *core, struct group *group)
{
    return membership_full_mesh(core, group) || links_begun(core, group) < ACTIVE_VIEW || calls_begun(core, group) < CALLED_MIN;
}

/* ---- What is due. */

static struct peer *choose(struct core *core, struct group *group, bool lost)
{
    struct peer *fit[PEERS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < group->peer_count; i++) {
        struct peer *peer = &group->peers[i];

        if ((!lost || is_lost(peer)) && peer_dialable(core, group, peer))
            fit[count++] = peer;
    }
    return count == 0 ? NULL : fit[rng_below(&core->rng, count)];
}

static bool may_dial(const struct core *core)
{
    size_t dials = 0;

    for (size_t i = 0; i < core->link_count; i++)
        dials += core->links[i]->state == LINK_DIALLING;
    return dials < DIALS_MAX && core->link_count < LINKS_MAX;
}

static void dial_wanted(struct core *core, struct group *group)
{
    struct peer *peer;

    while (may_dial(core) && wants_links(core, group) && !core->no_memory) {
        peer = choose(core, group, false);
        if (peer == NULL)
            return;
        links_dial(core, group, peer->address, false);
    }
}

/* Told by the user, and not reached yet. When its home was off, or had too many callers, while others met, it is the only way out of the
 * island they formed, however many links there are: shuffles bring no address from outside, and where no round has come nothing changes
 * that would be worth a visit. */
static bool never_met(const struct peer *peer)
{
    return peer->invited && !peer->worked && !peer->self;
}

static void dial_never_met(struct core *core, struct group *group)
{
    for (size_t i = 0; i < group->peer_count && may_dial(core); i++) {
        if (never_met(&group->peers[i]) && peer_dialable(core, group, &group->peers[i]))
            links_dial(core, group, group->peers[i].address, true);
    }
}

static void visit(struct core *core, struct group *group)
{
    bool quiet = group->changes == group->changes_visited && core->ms < group->visit_at;
    struct peer *peer;

    if (core->ms < visit_due(group))
        return;
    if (quiet) /* one who is lost does not put off the others */
        group->visit_soon_at = core->ms + jittered(core, VISIT_MS);
    else
        calling_visit_later(core, group);
    if (membership_full_mesh(core, group) || !may_dial(core))
        return;
    peer = choose(core, group, quiet);
    if (peer != NULL)
        links_dial(core, group, peer->address, true);
}

static void shuffle(struct core *core, struct group *group)
{
    struct link *chosen = NULL;
    unsigned equals = 0;

    if (core->ms < group->shuffle_at)
        return;
    group->shuffle_span_ms = earlier(2 * group->shuffle_span_ms, SHUFFLE_MS);
    group->shuffle_at = core->ms + jittered(core, group->shuffle_span_ms);
    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];

        if (link->group == group && link_ready(link) && rng_below(&core->rng, ++equals) == 0)
            chosen = link;
    }
    if (chosen == NULL)
        return;
    peers_say(core, chosen, true);
    follow_again(core, chosen);
}

static uint64_t group_deadline(const struct core *core, struct group *group)
{
    uint64_t at = UINT64_MAX;
    bool may = may_dial(core), more = may && wants_links(core, group);

    for (size_t i = 0; i < group->peer_count && may; i++) {
        struct peer peer = group->peers[i];

        if (peer.retry_at <= core->ms || !(more || never_met(&peer)))
            continue; /* in use, or not wanted: what changes that makes us look again */
        peer.retry_at = 0;
        if (peer_dialable(core, group, &peer))
            at = earlier(at, group->peers[i].retry_at);
    }
    if (group->peer_count > 0)
        at = earlier(at, visit_due(group));
    return membership_links(core, group) > 0 ? earlier(at, group->shuffle_at) : at;
}

void calling_run(struct core *core)
{
    if (!core->members_changed && core->ms < core->members_at)
        return;
    core->members_changed = false;
    core->members_at = UINT64_MAX;
    for (size_t i = 0; i < core->group_count; i++) {
        shuffle(core, core->groups[i]);
        visit(core, core->groups[i]);
        dial_wanted(core, core->groups[i]);
        dial_never_met(core, core->groups[i]);
        core->members_at = earlier(core->members_at, group_deadline(core, core->groups[i]));
    }
    if (core->no_memory)
        core->members_at = core->ms + REDIAL_MIN_MS;
}
