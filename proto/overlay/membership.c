/* membership.c - who belongs to a group, and which links stay. WIRE 10.9.
 *
 * Happy path: an invitation gives one address; each link brings others; up to FULL_MESH_MAX members everybody
 * links to everybody, above that to ACTIVE_VIEW or more, while the rest are the passive view. Whom to call, and
 * when: calling.c. Failure mode: one link too many, which gives way so that callers alone never decide who the
 * neighbours are. */
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

static struct group *group_new(struct core *core, const uint8_t secret[GROUP_SECRET_SIZE],
                               const uint8_t id[ID_SIZE])
{
    struct group *group = calloc(1, sizeof *group);

    if (group == NULL)
        return NULL;
    memcpy(group->id, id, ID_SIZE);
    memcpy(group->secret, secret, GROUP_SECRET_SIZE);
    group->shuffle_span_ms = SHUFFLE_FIRST_MS;
    group->shuffle_at = core->ms + jittered(core, SHUFFLE_FIRST_MS);
    calling_visit_later(core, group);
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
    peer_marked(group, other);
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
    peer_marked(group, peer);
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

bool membership_full_mesh(const struct core *core, struct group *group)
{
    size_t members = 1;

    for (size_t i = 0; i < group->peer_count && members <= FULL_MESH_MAX; i++)
        members += !group->peers[i].self;
    for (size_t i = 0; i < core->link_count && members <= FULL_MESH_MAX; i++) {
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
