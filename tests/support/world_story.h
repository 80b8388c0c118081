/* world_story.h - what a story does with a world: cuts, invitations, rounds, and questions. Part of world.h.
 */
#ifndef COOP_TESTS_WORLD_STORY_H
#define COOP_TESTS_WORLD_STORY_H

#include "tests/support/world.h"

/* ---- What a story needs. */

/* Links between the two go down, and no dial passes, until world_join. silent: nobody is told. */
static inline void world_cut(struct world *w, int a, int b, bool silent)
{
    w->cut[a][b] = w->cut[b][a] = true;
    for (size_t i = 0; i < w->wire_count; i++) {
        struct world_wire *wire = &w->wires[i];

        if (!(wire->home[0] == a && wire->home[1] == b) && !(wire->home[0] == b && wire->home[1] == a))
            continue;
        for (int side = 0; side < 2 && !silent; side++) {
            if (wire->open[side] && world_alive(w, wire, side))
                world_pass(w, i, side, WORLD_DOWN, (struct bytes){ NULL, 0 });
        }
        wire->lost = silent;
    }
}

static inline void world_join(struct world *w, int a, int b)
{
    w->cut[a][b] = w->cut[b][a] = false;
}

/* The home joins the group of the world, with another's address in the invitation, or none (-1). */
static inline void world_belong(struct world *w, int at, int by)
{
    struct world_home *home = &w->homes[at];

    home->belongs = true;
    if (by >= 0)
        memcpy(home->invited_by, w->homes[by].address, ADDRESS_MAX);
    if (home->core == NULL)
        world_start(w, at);
    else
        world_tell_group(w, at);
}

static inline size_t world_links(const struct world *w, int at)
{
    struct peer_view peers[128];
    size_t count = core_peers(w->homes[at].core, peers, ARRAY_SIZE(peers)), linked = 0;

    for (size_t i = 0; i < count; i++)
        linked += peers[i].linked;
    return linked;
}

static inline bool world_linked(const struct world *w, int a, int b)
{
    struct peer_view peers[128];
    size_t count = core_peers(w->homes[a].core, peers, ARRAY_SIZE(peers));

    for (size_t i = 0; i < count; i++) {
        if (peers[i].linked && memcmp(peers[i].key, core_link_key(w->homes[b].core), KEY_SIZE) == 0)
            return true;
    }
    return false;
}

/* A round of the given pace, founded by a home of the world. Returns its id in out. */
static inline void world_found(struct world *w, int at, const char *good, const char *pace,
                               uint8_t out[ID_SIZE])
{
    static uint8_t bytes[CHARTER_MAX];
    struct charter charter;
    size_t size;

    assert(charter_from_template(&charter, good, pace, NULL) == STATUS_OK);
    strcpy(charter.network, w->network);
    strcpy(charter.zone, "fr:insee:44109");
    strcpy(charter.season, "2027");
    strcpy(charter.contact, "ada@example.org");
    charter.opens_s = w->now_ms / 1000;
    charter_found(&charter, w->homes[at].seed, w->secret);
    size = charter_write(bytes, sizeof bytes, &charter);
    charter_id(out, (struct bytes){ bytes, size });
    while (world_step(w, at, (struct event){ .type = EVENT_TOPIC, .bytes = { bytes, size } }) == STATUS_NOMEM)
        continue;
    assert(core_topic_find(w->homes[at].core, out) != NULL);
}

static inline enum status world_enrol(struct world *w, int at, const uint8_t topic[ID_SIZE])
{
    struct event event = { .type = EVENT_ENROL };

    memcpy(event.topic, topic, ID_SIZE);
    return world_step(w, at, event);
}

#endif
