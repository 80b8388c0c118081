/* membership.c - whom to link to in a group. WIRE 10.9.
 *
 * Happy path: an invitation gives one address; each link brings others; up to FULL_MESH_MAX members everybody
 * links to everybody, above that to ACTIVE_VIEW or more, chosen by chance, while the rest are the passive
 * view. Views are mixed by shuffles; a passive peer is visited now and then, so that islands with full views
 * of each other are found. Failure modes: who does not answer is tried more and more seldom and gives way to
 * others in the list; homes that cannot be dialled dial themselves. No random walk of a join (HyParView) is
 * made: a newcomer behind a router could not be dialled by whom the walk reaches. */
#include "proto/core/core_state.h"

#include <stdlib.h>
#include <string.h>

struct group *group_find(const struct core *core, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < core->group_count; i++) {
        if (memcmp(core->groups[i]->id, id, ID_SIZE) == 0)
            return core->groups[i];
    }
    return NULL;
}

static void visit_later(struct core *core, struct group *group)
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

static struct group *group_new(struct core *core, const uint8_t secret[GROUP_SECRET_SIZE],
                               const uint8_t id[ID_SIZE])
{
    struct group *group = calloc(1, sizeof *group);

    if (group == NULL)
        return NULL;
    memcpy(group->id, id, ID_SIZE);
    memcpy(group->secret, secret, GROUP_SECRET_SIZE);
    group->shuffle_at = core->ms + jittered(core, SHUFFLE_MS);
    visit_later(core, group);
    group_psk(core->psks[core->group_count], secret);
    core->groups[core->group_count++] = group;
    round_attach(core, group);
    return group;
}

/* The user knows a place to begin: it is tried at once, and never forgotten. */
static void invite(struct core *core, struct group *group, const char *address)
{
    struct peer *peer = peer_learn(core, group, NULL, address);

    if (peer == NULL)
        return;
    peer->invited = true;
    peer->failures = 0;
    peer->retry_at = core->ms;
    core->members_changed = true;
}

enum status membership_belong(struct core *core, struct bytes secret, const char *address,
                              struct failure *why)
{
    uint8_t id[ID_SIZE];
    struct group *group;
    bool dialable = address != NULL && address[0] != '\0';

    if (secret.size != GROUP_SECRET_SIZE)
        return failure_say(why, STATUS_MALFORMED, "a group's secret has %d bytes", GROUP_SECRET_SIZE);
    if (dialable && (!address_fits(address) || address[0] == ':'))
        return failure_say(why, STATUS_MALFORMED, "not an address like host:port: %.63s", address);
    group_id(id, secret.data);
    group = group_find(core, id);
    if (group == NULL && core->group_count == GROUPS_MAX)
        return failure_say(why, STATUS_FULL, "this home belongs to %d groups already", GROUPS_MAX);
    if (group == NULL)
        group = group_new(core, secret.data, id);
    if (group == NULL)
        return failure_say(why, STATUS_NOMEM, "out of memory");
    if (dialable)
        invite(core, group, address);
    return STATUS_OK;
}

void membership_heard(struct core *core, const uint8_t id[ID_SIZE], const char *address)
{
    struct group *group = group_find(core, id);
    struct peer *peer;

    if (group == NULL || address == NULL || !address_fits(address) || address[0] == ':')
        return;
    /* A packet can be repeated from any address by who does not know the group: WIRE 3.5. */
    if (core->started && peer_by_address(group, address) == NULL &&
        !bucket_take(&group->heard, ADDRESSES_MAX * 1000, ADDRESSES_PER_MIN * 1000 / 60, core->ms, 1000))
        return;
    peer = peer_learn(core, group, NULL, address);
    if (peer == NULL)
        return;
    if (!core->started)
        peer->kept = true; /* from disk: it has worked */
    /* Somebody is there right now: worth a try before its turn, but packets that somebody repeats dial no more often than a home speaks. */
    peer->retry_at = earlier(peer->retry_at, peer->over_at == 0 ? core->ms : peer->over_at + REDIAL_HEARD_MS);
    core->members_changed = true;
}

/* ---- What links tell. */

void membership_self(struct core *core, struct link *link)
{
    struct peer *peer = link->incoming ? NULL : peer_by_address(link->group, link->address);

    if (peer != NULL)
        peer->self = true;
    core->members_changed = true;
}

static void forget_other(struct group *group, const uint8_t key[KEY_SIZE], const char *address)
{
    struct peer *other = peer_by_key(group, key);

    if (other == NULL || other->invited || strcmp(other->address, address) == 0)
        return;
    *other = group->peers[--group->peer_count];
}

void membership_met(struct core *core, struct link *link)
{
    struct group *group = link->group;
    struct peer *peer;

    core->members_changed = true;
    if (link->incoming)
        return;
    forget_other(group, link->key, link->address);
    peer = peer_learn(core, group, NULL, link->address);
    if (peer == NULL)
        return;
    peer_works(core, peer);
    if (!peer->key_known || memcmp(peer->key, link->key, KEY_SIZE) != 0)
        peer->kept = false;
    memcpy(peer->key, link->key, KEY_SIZE);
    peer->key_known = true;
    peer_keep(core, group, peer);
}

/* WIRE 10.3: an empty or unspecified host is the one the link comes from. false: the two do not fit in an
 * address. */
static bool resolve(char out[ADDRESS_MAX], const char *said, const char *seen)
{
    const char *host, *port = strrchr(said, ':'), *end = strrchr(seen, ':');
    size_t size = address_host(&host, said);
    bool unspecified = size == 0 || (size == 7 && memcmp(host, "0.0.0.0", 7) == 0) ||
                       (size == 2 && memcmp(host, "::", 2) == 0);

    if (!unspecified) {
        memcpy(out, said, strlen(said) + 1);
        return true;
    }
    size = end == NULL ? strlen(seen) : (size_t)(end - seen);
    if (size == 0 || size + strlen(port) >= ADDRESS_MAX)
        return false;
    memcpy(out, seen, size);
    memcpy(out + size, port, strlen(port) + 1);
    return address_fits(out);
}

static void learn_caller(struct core *core, struct link *link, const char *said)
{
    char address[ADDRESS_MAX];
    struct peer *peer;

    if (said[0] == '\0' || !resolve(address, said, link->address))
        return;
    peer = peer_learn(core, link->group, link->key, address);
    if (peer == NULL || strcmp(peer->address, address) != 0 || !peer->key_known ||
        memcmp(peer->key, link->key, KEY_SIZE) != 0 || !same_host(address, link->address))
        return;
    peer_works(core, peer);
    peer_keep(core, link->group, peer);
}

/* ---- How many links. */

size_t membership_links(const struct core *core, const struct group *group)
{
    size_t count = 0;

    for (size_t i = 0; i < core->link_count; i++)
        count += core->links[i]->group == group && link_ready(core->links[i]);
    return count;
}

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

bool membership_full_mesh(const struct core *core, struct group *group)
{
    size_t members = 1;

    for (size_t i = 0; i < group->peer_count; i++)
        members += !group->peers[i].self;
    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];

        members += link->group == group && link_ready(link) && peer_by_key(group, link->key) == NULL;
    }
    return members <= FULL_MESH_MAX;
}

/* One link too many: rather one that somebody else began, so that callers alone never decide who this home's
 * neighbours are. */
static void make_place(struct core *core, const struct link *newest)
{
    static const struct message leave = { .type = MESSAGE_LEAVE };
    struct link *chosen = NULL;
    unsigned equals = 0;

    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];

        if (link->group != newest->group || link == newest || !link_ready(link))
            continue;
        if (chosen == NULL || (link->incoming && !chosen->incoming)) {
            chosen = link;
            equals = 1;
        } else if (link->incoming == chosen->incoming && rng_below(&core->rng, ++equals) == 0) {
            chosen = link;
        }
    }
    link_say(core, chosen, &leave);
    link_close(chosen, STATUS_FULL);
}

static bool in_tree(const struct link *link)
{
    for (unsigned handle = 0; handle < TOPICS_MAX; handle++) {
        if (link->edges[handle].eager)
            return true;
    }
    return false;
}

/* The visited home takes the place of another that this home has called, rather of one that is in no tree. */
void membership_stay(struct core *core, struct link *visit)
{
    static const struct message leave = { .type = MESSAGE_LEAVE };
    struct link *chosen = NULL;
    unsigned equals = 0, called = 0;

    visit->visit = false;
    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];

        if (link->group != visit->group || link->incoming || link->visit || !link_ready(link))
            continue;
        called++;
        if (link == visit || (chosen != NULL && in_tree(link) && !in_tree(chosen)))
            continue;
        if (chosen == NULL || (in_tree(chosen) && !in_tree(link)))
            equals = 0;
        if (rng_below(&core->rng, ++equals) == 0)
            chosen = link;
    }
    if (called <= CALLED_MAX || membership_links(core, visit->group) <= ACTIVE_VIEW || membership_full_mesh(core, visit->group))
        return;
    link_say(core, chosen, &leave);
    link_close(chosen, STATUS_OK);
}

void membership_linked(struct core *core, struct link *link, const char *address)
{
    core->members_changed = true;
    if (link->incoming)
        learn_caller(core, link, address);
    peers_say(core, link, false);
    peers_introduce(core, link);
    if (membership_links(core, link->group) > ACTIVE_MAX)
        make_place(core, link);
}

void leave_take(struct core *core, struct link *link)
{
    struct peer *peer = peer_by_key(link->group, link->key);

    link_close(link, STATUS_OK);
    if (peer == NULL)
        return;
    /* With other links there is no hurry to come back; without, it may be the only home that can be dialled.
     */
    peer->retry_at =
        core->ms + jittered(core, membership_links(core, link->group) > 0 ? REDIAL_MAX_MS : VISIT_STAY_MS);
}

void membership_over(struct core *core, struct link *link)
{
    struct peer *peer = NULL;

    core->members_changed = true;
    if (link->group == NULL)
        return;
    if (!link->incoming)
        peer = peer_by_address(link->group, link->address);
    else if (link->state == LINK_READY)
        peer = peer_by_key(link->group, link->key);
    if (peer != NULL)
        peer->over_at = core->ms;
    if (peer != NULL && link->state == LINK_READY)
        peer->met_at = core->ms;
    if (peer == NULL || peer->retry_at > core->ms ||
        (peer->key_known && link_to(core, link->group, peer->key) != NULL))
        return;
    if (link->visit && link->state == LINK_READY)
        peer->retry_at = core->ms + jittered(core, REDIAL_MAX_MS);
    else
        peer_failed(core, peer);
    if (link->state == LINK_READY && core->ms - link->began_at >= VISIT_STAY_MS)
        peer->failures = 0;
}

/* ---- What is due. */

static struct peer *choose(struct core *core, struct group *group, bool lost)
{
    struct peer *chosen = NULL;
    unsigned equals = 0;

    for (size_t i = 0; i < group->peer_count; i++) {
        struct peer *peer = &group->peers[i];

        if ((!lost || is_lost(peer)) && peer_dialable(core, group, peer) && rng_below(&core->rng, ++equals) == 0)
            chosen = peer;
    }
    return chosen;
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

/* Of the addresses told by the user, one that was never reached. When its home was off while others met, it is the only way out of the
 * island they formed: shuffles bring no address from outside. */
static struct peer *never_met(const struct core *core, struct group *group)
{
    for (size_t i = 0; i < group->peer_count; i++) {
        if (group->peers[i].invited && !group->peers[i].worked && peer_dialable(core, group, &group->peers[i]))
            return &group->peers[i];
    }
    return NULL;
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
        visit_later(core, group);
    if (membership_full_mesh(core, group) || !may_dial(core))
        return;
    peer = quiet ? choose(core, group, true) : never_met(core, group);
    if (!quiet && (peer == NULL || rng_below(&core->rng, 2) == 0))
        peer = choose(core, group, false);
    if (peer != NULL)
        links_dial(core, group, peer->address, true);
}

static void shuffle(struct core *core, struct group *group)
{
    struct link *chosen = NULL;
    unsigned equals = 0;

    if (core->ms < group->shuffle_at)
        return;
    group->shuffle_at = core->ms + jittered(core, SHUFFLE_MS);
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
    bool more = may_dial(core) && wants_links(core, group);

    for (size_t i = 0; i < group->peer_count && more; i++) {
        struct peer peer = group->peers[i];

        if (peer.retry_at <= core->ms)
            continue; /* in use, or not wanted: what changes that makes us look again */
        peer.retry_at = 0;
        if (peer_dialable(core, group, &peer))
            at = earlier(at, group->peers[i].retry_at);
    }
    if (group->peer_count > 0)
        at = earlier(at, visit_due(group));
    return membership_links(core, group) > 0 ? earlier(at, group->shuffle_at) : at;
}

void membership_run(struct core *core)
{
    if (!core->members_changed && core->ms < core->members_at)
        return;
    core->members_changed = false;
    core->members_at = UINT64_MAX;
    for (size_t i = 0; i < core->group_count; i++) {
        shuffle(core, core->groups[i]);
        visit(core, core->groups[i]);
        dial_wanted(core, core->groups[i]);
        core->members_at = earlier(core->members_at, group_deadline(core, core->groups[i]));
    }
    if (core->no_memory)
        core->members_at = core->ms + REDIAL_MIN_MS;
}
