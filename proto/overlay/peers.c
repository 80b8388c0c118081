/* peers.c - who is known in a group, and telling others: link keys and addresses, from the user, from
 * announcements and from hearsay.
 *
 * Hearsay may be wrong or a lie, and there is no end of it. The list is small; when it is full, the one that
 * failed most often gives way, never one that the user told of or that is linked, nor one of the PEERS_STAY
 * that worked first: whoever floods the list, with addresses that answer or that do not, leaves this home
 * the neighbours it had. */
#include "proto/core/core_state.h"

#include <string.h>

static uint32_t key_mark(const uint8_t key[KEY_SIZE])
{
    uint32_t mark;

    memcpy(&mark, key, sizeof mark);
    return mark;
}

static uint32_t address_mark(const char *address)
{
    uint32_t mark = 0;

    for (; *address != '\0'; address++)
        mark = 31 * mark + (uint8_t)*address;
    return mark;
}

void peer_marked(struct group *group, const struct peer *peer)
{
    group->marks[peer - group->peers] = (struct peer_mark){ key_mark(peer->key), address_mark(peer->address) };
}

struct peer *peer_by_key(struct group *group, const uint8_t key[KEY_SIZE])
{
    uint32_t mark = key_mark(key);

    for (size_t i = 0; i < group->peer_count; i++) {
        if (group->marks[i].key == mark && group->peers[i].key_known && memcmp(group->peers[i].key, key, KEY_SIZE) == 0)
            return &group->peers[i];
    }
    return NULL;
}

struct peer *peer_by_address(struct group *group, const char *address)
{
    uint32_t mark = address_mark(address);

    for (size_t i = 0; i < group->peer_count; i++) {
        if (group->marks[i].address == mark && strcmp(group->peers[i].address, address) == 0)
            return &group->peers[i];
    }
    return NULL;
}

static bool being_dialled(const struct core *core, const struct group *group, const struct peer *peer)
{
    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];

        if (link->group == group && !link->incoming && strcmp(link->address, peer->address) == 0)
            return true;
    }
    return false;
}

static bool in_use(const struct core *core, const struct group *group, const struct peer *peer)
{
    return (peer->key_known && link_to(core, group, peer->key) != NULL) || being_dialled(core, group, peer);
}

static bool proved(const struct core *core, const struct peer *peer)
{
    return (peer->worked || peer->kept) && core->ms - peer->met_at < PEERS_STAY_S * UINT64_C(1000);
}

static bool stays(const struct core *core, const struct group *group, const struct peer *peer)
{
    size_t elder = 0;

    for (size_t i = 0; i < group->peer_count; i++) {
        const struct peer *other = &group->peers[i];

        elder += proved(core, other) &&
                 (other->proved_at < peer->proved_at || (other->proved_at == peer->proved_at && other < peer));
    }
    return proved(core, peer) && elder < PEERS_STAY;
}

/* A place for one more, or NULL. Among equals the choice is by chance: who is told of last must not push out
 * a chosen one. */
static struct peer *peer_place(struct core *core, struct group *group)
{
    struct peer *worst[PEERS_MAX];
    size_t count = 0;

    if (group->peer_count < PEERS_MAX)
        return &group->peers[group->peer_count++];
    for (size_t i = 0; i < group->peer_count; i++) {
        struct peer *peer = &group->peers[i];

        if ((count > 0 && peer->failures < worst[0]->failures) || peer->invited || in_use(core, group, peer) || stays(core, group, peer))
            continue;
        if (count > 0 && peer->failures > worst[0]->failures)
            count = 0;
        worst[count++] = peer;
    }
    return count == 0 ? NULL : worst[rng_below(&core->rng, count)];
}

struct peer *peer_learn(struct core *core, struct group *group, const uint8_t *key, const char *address)
{
    struct peer *peer = peer_by_address(group, address);

    if (key != NULL && memcmp(key, core->link_key.public_key, KEY_SIZE) == 0)
        return NULL;
    if (peer == NULL && key != NULL) {
        peer = peer_by_key(group, key);
        if (peer != NULL && ((peer->worked && peer->failures == 0) || in_use(core, group, peer)))
            return peer;
        /* Tried beside the one it had, which it may have again tomorrow. */
        peer = peer != NULL && (peer->invited || peer->worked) ? NULL : peer;
    }
    if (peer == NULL) {
        peer = peer_place(core, group);
        if (peer == NULL)
            return NULL;
        *peer = (struct peer){ .retry_at = core->ms };
        core->members_changed = true;
    }
    if (strcmp(peer->address, address) != 0) {
        memcpy(peer->address, address, strlen(address) + 1);
        peer->kept = peer->worked = false;
    }
    if (key != NULL && !peer->key_known && !peer->invited && peer_by_key(group, key) == NULL) {
        memcpy(peer->key, key, KEY_SIZE);
        peer->key_known = true;
    }
    peer_marked(group, peer);
    return peer->self ? NULL : peer;
}

void peer_works(struct core *core, struct peer *peer)
{
    if (!peer->worked && !peer->kept)
        peer->proved_at = core->ms;
    peer->met_at = core->ms;
    peer->worked = true;
    peer->failures = 0;
}

void peer_keep(struct core *core, struct group *group, struct peer *peer)
{
    struct effect *effect;

    if (peer->kept)
        return;
    if (!core_reserve(core, 1, 0))
        return;
    effect = effects_add(core->out, EFFECT_KEEP_PEER, (struct bytes){ NULL, 0 });
    memcpy(effect->group, group->id, ID_SIZE);
    memcpy(effect->id, peer->key, KEY_SIZE);
    memcpy(effect->address, peer->address, ADDRESS_MAX);
    peer->kept = true;
}

void peer_failed(struct core *core, struct peer *peer)
{
    uint64_t wait = REDIAL_MIN_MS;

    for (unsigned i = 0; i < peer->failures && wait < REDIAL_MAX_MS; i++)
        wait *= 2;
    if (peer->failures < UINT16_MAX)
        peer->failures++;
    peer->retry_at = core->ms + jittered(core, earlier(wait, REDIAL_MAX_MS));
    core->members_changed = true;
}

bool peer_dialable(const struct core *core, const struct group *group, const struct peer *peer)
{
    if (peer->self || peer->retry_at > core->ms || in_use(core, group, peer))
        return false;
    if (peer->key_known && key_discouraged(core, peer->key))
        return false;
    return peer->worked || !host_discouraged(core, peer->address);
}

/* ---- Telling of others. */

static bool worth_telling(const struct core *core, struct group *group, const struct peer *peer,
                          const struct link *to)
{
    return peer->key_known && !peer->self && memcmp(peer->key, to->key, KEY_SIZE) != 0 &&
           ((peer->worked && peer->failures == 0) || link_to(core, group, peer->key) != NULL) &&
           !key_discouraged(core, peer->key);
}

static void tell_one(struct peers *peers, size_t at, const struct peer *peer)
{
    memcpy(peers->list[at].key, peer->key, KEY_SIZE);
    memcpy(peers->list[at].address, peer->address, ADDRESS_MAX);
}

/* Up to SHUFFLE_ADDRESSES of them, each as likely as any other. */
void peers_say(struct core *core, struct link *link, bool reply_wanted)
{
    struct message message = { .type = MESSAGE_PEERS, .peers.reply_wanted = reply_wanted };
    struct group *group = link->group;
    const struct peer *worth[PEERS_MAX];
    size_t left = 0;

    for (size_t i = 0; i < group->peer_count; i++) {
        if (worth_telling(core, group, &group->peers[i], link))
            worth[left++] = &group->peers[i];
    }
    while (left > 0 && message.peers.count < SHUFFLE_ADDRESSES) {
        size_t at = (size_t)rng_below(&core->rng, left);

        tell_one(&message.peers, message.peers.count++, worth[at]);
        worth[at] = worth[--left];
    }
    if (message.peers.count > 0 || reply_wanted)
        link_say(core, link, &message);
}

/* In a small group a newcomer's address is told at once: the mesh is whole within seconds instead of minutes.
 */
void peers_introduce(struct core *core, struct link *newcomer)
{
    struct group *group = newcomer->group;
    struct peer *peer = peer_by_key(group, newcomer->key);
    struct message message = { .type = MESSAGE_PEERS, .peers.count = 1 };

    if (peer == NULL || !membership_full_mesh(core, group))
        return;
    tell_one(&message.peers, 0, peer);
    for (size_t i = 0; i < core->link_count; i++) {
        struct link *link = core->links[i];

        if (link->group == group && link_ready(link) && memcmp(link->key, newcomer->key, KEY_SIZE) != 0)
            link_say(core, link, &message);
    }
}

void peers_take(struct core *core, struct link *link, const struct peers *peers)
{
    if (bucket_take(&link->allowance->addresses, ADDRESSES_MAX * 1000, ADDRESSES_PER_MIN * 1000 / 60, core->ms,
                    peers->count * 1000)) {
        for (size_t i = 0; i < peers->count; i++)
            peer_learn(core, link->group, peers->list[i].key, peers->list[i].address);
    }
    /* A few bytes fetch hundreds: an answer costs the asker as much as an address. */
    if (peers->reply_wanted && bucket_take(&link->allowance->addresses, ADDRESSES_MAX * 1000,
                                           ADDRESSES_PER_MIN * 1000 / 60, core->ms, 1000))
        peers_say(core, link, false);
}
