/* crowd.c - the one home of a street that can be called, while all there is to say comes at once and some neighbours announce what they never
 * give. After each of its steps: does it hold more, of one neighbour or of all, than limits.h says? */
#include "proto/core/core_state.h"
#include "tests/sim/overlay.h"

#include <string.h>

enum { CROWD = 64, LIAR_IN = 4, SECONDS = 100, SAID_A_SECOND = 9, SECOND_MS = 1000 };

static struct {
    size_t links, sent, unacknowledged, wants, lazy, bytes; /* the most there was */
} most;

static size_t more(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What a link holds that others fill: messages and ids. */
static size_t weight_of(const struct link *link)
{
    size_t bytes = session_outgoing(link->session).size + link->out_room + link->want_room * sizeof *link->wants +
                   link->give_room * sizeof *link->gives;

    for (unsigned handle = 0; handle < TOPICS_MAX; handle++)
        bytes += link->edges[handle].lazy.room * ID_SIZE;
    return bytes;
}

static size_t sent_to(const struct sim *s, uint32_t link)
{
    size_t bytes = 0;

    for (size_t i = 0; i < s->effects.count; i++) {
        if (s->effects.list[i].type == EFFECT_SEND && s->effects.list[i].link == link)
            bytes += effect_bytes(&s->effects, &s->effects.list[i]).size;
    }
    return bytes;
}

static void look(struct sim *s, int at)
{
    const struct core *core = s->homes[at].core;
    size_t bytes = 0;

    if (at != 0)
        return;
    most.links = more(most.links, core->link_count);
    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];

        bytes += weight_of(link);
        most.sent = more(most.sent, sent_to(s, link->id));
        most.unacknowledged = more(most.unacknowledged, link->unacknowledged);
        most.wants = more(most.wants, link->want_count);
        for (unsigned handle = 0; handle < TOPICS_MAX; handle++)
            most.lazy = more(most.lazy, link->edges[handle].lazy.count);
    }
    most.bytes = more(most.bytes, bytes);
}

/* To all its neighbours, as many as one message holds. */
static void announce_nothing(struct sim *s, int at)
{
    static uint8_t ids[IHAVE_MAX * ID_SIZE];
    struct core *core = s->homes[at].core;
    struct round *round = round_find(core, s->topic);
    struct message message = { .type = MESSAGE_HAVE, .ids = BYTES(ids) };

    if (round == NULL)
        return;
    luck_fill(&s->luck, ids, sizeof ids);
    message.handle = round->handle;
    effects_reset(&s->effects);
    core->out = &s->effects;
    for (size_t i = 0; i < core->link_count; i++) {
        if (link_ready(core->links[i]) && core->links[i]->edges[round->handle].shared)
            link_say(core, core->links[i], &message);
    }
    core->out = NULL;
    home_go_on(s, at);
}

static bool all_have(const struct sim *s, size_t first)
{
    for (int at = 0; at < s->nodes; at++) {
        for (size_t i = first; i < s->record_count && s->homes[at].character == HONEST; i++) {
            if (!home_has(&s->homes[at], i))
                return false;
        }
    }
    return true;
}

static double seconds_until_all_have(struct sim *s, size_t first)
{
    uint64_t begin_ms = s->now_ms;

    while (!all_have(s, first) && s->now_ms - begin_ms < 4 * REDIAL_MAX_MS && s->failure[0] == '\0')
        sim_run(s, SECOND_MS);
    return (double)(s->now_ms - begin_ms) / SECOND_MS;
}

static void flood(struct sim *s)
{
    for (int second = 0; second < SECONDS && s->failure[0] == '\0'; second++) {
        for (int at = 1; at < s->nodes; at++) {
            if (s->homes[at].character != HONEST)
                announce_nothing(s, at);
        }
        for (int i = 0; i < SAID_A_SECOND; i++)
            overlay_say(s, honest_home(s, 2));
        sim_run(s, SECOND_MS);
    }
}

bool crowded(uint64_t seed)
{
    static struct sim s;
    size_t first;

    overlay_begin(&s, seed, CROWD, true);
    memset(&most, 0, sizeof most);
    for (int at = LIAR_IN - 1; at < s.nodes; at += LIAR_IN)
        s.homes[at].character = FLOODER;
    s.look = look;
    first = s.record_count;
    flood(&s);
    const struct overlay_bar bars[] = {
        { "links of the one home that can be called", "links", (double)most.links, LINKS_MAX },
        { "said to one neighbour in one step", "bytes", (double)most.sent, QUEUE_MAX },
        { "records said to one neighbour and not acknowledged", "bytes", (double)most.unacknowledged, WINDOW_BYTES + RECORD_MAX },
        { "waited for, of one neighbour", "records", (double)most.wants, IHAVE_MAX },
        { "to be announced to one neighbour", "records", (double)most.lazy, LAZY_MAX },
        { "held for all neighbours", "bytes", (double)most.bytes, LINKS_MAX * (double)WINDOW_BYTES },
        { "all reached through it", "s", seconds_until_all_have(&s, first), 2 * REDIAL_MAX_MS / 1000 },
    };

    return overlay_end(&s, bars, ARRAY_SIZE(bars));
}
