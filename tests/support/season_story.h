/* season_story.h - what households and companies do in a round of a world: enrol, say what they need, join,
 * bid, each as soon as it can. */
#ifndef COOP_TESTS_SEASON_STORY_H
#define COOP_TESTS_SEASON_STORY_H

#include "tests/support/world_story.h"

enum { STORY_COMPANIES = 2 };
struct story {
    struct world *w;
    uint8_t topic[ID_SIZE];
    bool bid[STORY_COMPANIES];
    uint64_t expected_total; /* of the quantity that homes asked for */
};

static inline uint64_t story_quantity(int home)
{
    return 1500 + 250 * (uint64_t)home;
}

static inline void story_found(struct story *s, struct world *w)
{
    memset(s, 0, sizeof *s);
    s->w = w;
    world_found(w, 0, "pellets", "demo", s->topic);
}

static inline void story_home(struct story *s, int at)
{
    struct world_home *home = &s->w->homes[at];
    struct topic *topic = home->core == NULL ? NULL : core_topic_find(home->core, s->topic);
    struct event event = { .type = EVENT_ENROL };
    struct own_view own;

    if (topic == NULL)
        return;
    memcpy(event.topic, s->topic, ID_SIZE);
    core_own(home->core, topic, &own);
    if (!own.enrolled && home->phase == PHASE_REGISTRY) {
        world_step(s->w, at, event);
    } else if (own.in_registry && home->phase == PHASE_KEY && !own.interested) {
        event.type = EVENT_INTEREST;
        event.report = at % 4;
        world_step(s->w, at, event);
    } else if (own.in_registry && home->phase == PHASE_JOIN && !own.joined) {
        event.type = EVENT_JOIN;
        event.choice_count = 1;
        event.choices[0].minimum = 7;
        event.value_count = 5;
        event.values[0] = story_quantity(at);
        event.values[2] = 300 + (uint64_t)at;
        event.values[3] = event.values[4] = 1;
        if (world_step(s->w, at, event) == STATUS_OK)
            s->expected_total += story_quantity(at);
    }
}

/* Hands a sealed bid to one member, once the tender is out there. */
static inline void story_company(struct story *s, int company, int member)
{
    static uint8_t record[RECORD_MAX];
    struct world_home *home = &s->w->homes[member];
    struct topic *topic = home->core == NULL ? NULL : core_topic_find(home->core, s->topic);
    struct bid bid = {
        .contact = "sales@example.org", .terms = "Thirty days.", .price_count = 1, .lot_count = 1
    };
    struct event event = { .type = EVENT_BID };
    uint8_t seed[KEY_SIZE] = { 0xc0, (uint8_t)company };
    struct sign_key key;
    struct group_key inbox;

    if (topic == NULL || home->phase != PHASE_TENDER || s->bid[company])
        return;
    snprintf(bid.company, sizeof bid.company, "Company %d", company);
    group_key_init(&inbox, seed);
    bid.inbox = inbox.public_point;
    bid.lots[0].step_count = 1;
    bid.lots[0].steps[0].from_homes = 1;
    bid.lots[0].steps[0].price[0] = 900 + 10 * (uint32_t)company;
    sign_key_init(&key, seed);
    event.bytes =
        (struct bytes){ record, bid_seal(record, sizeof record, topic, &bid, &key, &s->w->rng, &s->w->why) };
    memcpy(event.topic, s->topic, ID_SIZE);
    if (event.bytes.size > 0)
        s->bid[company] = world_step(s->w, member, event) == STATUS_OK;
}

/* One turn of everybody, then some time passes. */
static inline void story_turn(struct story *s, uint64_t span_ms)
{
    for (int i = 0; i < s->w->home_count; i++)
        story_home(s, i);
    for (int i = 0; i < STORY_COMPANIES; i++)
        story_company(s, i, i % s->w->home_count);
    world_run(s->w, span_ms);
}

static inline const struct season *story_season(struct story *s, int at)
{
    struct topic *topic = core_topic_find(s->w->homes[at].core, s->topic);

    assert(topic != NULL);
    return topic_season(topic);
}

/* All who are on see the same outcome in the first lot. */
static inline bool story_agrees(struct story *s)
{
    const struct season *first = NULL;

    for (int i = 0; i < s->w->home_count; i++) {
        const struct season *season = s->w->homes[i].core == NULL ? first : story_season(s, i);

        if (first == NULL)
            first = season;
        if (season->phase != PHASE_AWARDED || !season->lots[0].awarded ||
            memcmp(season->bids[season->lots[0].winner].record, first->bids[first->lots[0].winner].record,
                   ID_SIZE) != 0 ||
            season->lots[0].cost_cents != first->lots[0].cost_cents)
            return false;
    }
    return true;
}

#endif
