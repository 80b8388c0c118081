/* walk.c - what walks before it spreads (WIRE 10.10), where every neighbour that its author may hand it to drops it: these hear nothing for as
 * long as it takes. The author's own patience is to make it known all the same, not sooner than it promises and not later. */
#include "proto/core/core_state.h"
#include "tests/sim/overlay.h"

#include <string.h>

enum { STREET = 60, AUTHORS = 12, SECOND_MS = 1000, SPREADS_MS = 10 * SECOND_MS, SILENT_MS = 2 * STEM_MS + 2 * SPREADS_MS };

static const struct plan plan = { .name = "walk", .good = "pellets", .pace = "season", .tick_s = 3600, .awake_ms = 20000, .uptime_percent = 100, .on_hours = 8 };

static bool interest_is_open(struct sim *s)
{
    for (int i = 0; i < s->nodes; i++) {
        struct topic *topic = sim_topic(s, i);
        const struct season *season = topic == NULL ? NULL : topic_season(topic);

        if (season == NULL || season->boxes[BOX_INTEREST].state != BOX_OPEN)
            return false;
    }
    return true;
}

/* Whom it called are those it draws from; somebody who called it has to be left to hear it in the end. */
static bool silence_relays(struct sim *s, int author)
{
    const struct core *core = s->homes[author].core;
    bool called = false, heard = false;

    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];
        int other = home_behind(s, author, link->id);

        if (!link_ready(link) || link->visit || other == SIM_NOBODY)
            continue;
        called |= !link->incoming;
        heard |= link->incoming;
        if (!link->incoming)
            s->homes[other].busy_until_ms = s->now_ms + SILENT_MS;
    }
    return called && heard;
}

static bool hears(const struct sim *s, int at)
{
    return s->homes[at].busy_until_ms <= s->now_ms;
}

static int have(const struct sim *s, size_t record, int *hearing)
{
    int count = 0;

    *hearing = 0;
    for (int at = 0; at < s->nodes; at++) {
        *hearing += hears(s, at);
        count += hears(s, at) && home_has(&s->homes[at], record);
    }
    return count;
}

struct walked {
    int authors, early, unheard;
    double slowest_s;
};

static void walk(struct sim *s, int author, struct walked *out)
{
    struct event event = { .type = EVENT_INTEREST, .report = -1 };
    uint64_t begin_ms = s->now_ms;
    size_t record = s->record_count;
    int hearing;

    memcpy(event.topic, s->topic, ID_SIZE);
    if (!silence_relays(s, author) || home_step(s, author, event) != STATUS_OK || s->record_count == record)
        return;
    out->authors++;
    sim_run(s, STEM_MS - SECOND_MS);
    out->early += have(s, record, &hearing) > 1;
    while (s->now_ms - begin_ms < SILENT_MS - SECOND_MS && have(s, record, &hearing) < hearing)
        sim_run(s, SECOND_MS);
    out->unheard += have(s, record, &hearing) < hearing;
    if ((double)(s->now_ms - begin_ms) / SECOND_MS > out->slowest_s)
        out->slowest_s = (double)(s->now_ms - begin_ms) / SECOND_MS;
}

bool walks(uint64_t seed)
{
    static struct sim s;
    struct walked walked = { 0 };

    sim_init(&s, &plan, seed, STREET);
    street_found(&s);
    for (int i = 0; i < s.nodes; i++)
        s.homes[i].dealt[1] = 2; /* nobody deals but who is told to */
    for (int hours = 0; hours < 30 * 24 && !interest_is_open(&s) && s.failure[0] == '\0'; hours++)
        scenario_tick(&s);
    for (int author = 0; author < s.nodes && walked.authors < AUTHORS && s.failure[0] == '\0'; author++) {
        walk(&s, author, &walked);
        sim_run(&s, SILENT_MS + 20 * SPREADS_MS); /* and the links that were given up meanwhile are there again */
    }
    const struct overlay_bar bars[] = {
        { "authors whose neighbours drop what is to walk", "authors", walked.authors, -AUTHORS },
        { "of their records, known before their patience ended", "records", walked.early, 0 },
        { "of their records, not known to all who hear", "records", walked.unheard, 0 },
        { "until they are known to all who hear", "s", walked.slowest_s, (2 * STEM_MS + SPREADS_MS) / SECOND_MS },
    };

    return overlay_end(&s, bars, ARRAY_SIZE(bars));
}
