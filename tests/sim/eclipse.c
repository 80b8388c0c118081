/* eclipse.c - members who try to be all that a home knows: they call every home there is, tell every neighbour of addresses at which nobody is,
 * and do their duty meanwhile, so that nothing else gives them away. */
#include "proto/core/core_state.h"
#include "tests/sim/sim.h"

#include <string.h>

enum { CALLS = 2, ONE_IN = 4 };

static void lie(struct sim *s, struct core *core, struct link *link)
{
    struct message message = { .type = MESSAGE_PEERS, .peers.count = SHUFFLE_ADDRESSES };

    for (size_t i = 0; i < SHUFFLE_ADDRESSES; i++) {
        luck_fill(&s->luck, message.peers.list[i].key, KEY_SIZE);
        snprintf(message.peers.list[i].address, ADDRESS_MAX, "10.200.%u.%u:7711", (unsigned)luck_below(&s->luck, 250),
                 1 + (unsigned)luck_below(&s->luck, 250));
    }
    link_say(core, link, &message);
}

void eclipse_turn(struct sim *s, int at)
{
    struct core *core = s->homes[at].core;

    if (core == NULL || core->group_count == 0)
        return;
    effects_reset(&s->effects);
    core->out = &s->effects;
    for (size_t i = 0; i < core->link_count; i++) {
        if (link_ready(core->links[i]) && luck_below(&s->luck, ONE_IN) == 0)
            lie(s, core, core->links[i]);
    }
    for (int k = 0; k < CALLS && core->link_count + CALLS < LINKS_MAX; k++) {
        int other = honest_home(s, 2);

        if (other != SIM_NOBODY && link_to(core, core->groups[0], s->homes[other].link_key) == NULL)
            links_dial(core, core->groups[0], s->homes[other].address, false);
    }
    core->out = NULL;
    home_go_on(s, at);
}

static bool knows(const struct group *group, const char *address)
{
    for (size_t i = 0; i < group->peer_count; i++) {
        if (strcmp(group->peers[i].address, address) == 0)
            return true;
    }
    return false;
}

/* Whatever was told, a home knows honest homes enough to call. */
void check_acquaintances(struct sim *s)
{
    for (int i = 0; i < s->nodes; i++) {
        const struct core *core = s->homes[i].core;
        int known = 0, all = 0;

        if (s->homes[i].character != HONEST || core == NULL || core->group_count == 0)
            continue;
        for (int j = 0; j < s->nodes; j++) {
            if (j == i || s->homes[j].character != HONEST || s->homes[j].mute)
                continue;
            all++;
            known += knows(core->groups[0], s->homes[j].address);
        }
        if (known < ACTIVE_VIEW && known < all)
            sim_fail(s, "home %d knows %d of %d honest homes that can be called", i, known, all);
    }
}
