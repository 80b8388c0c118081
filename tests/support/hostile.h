/* hostile.h - one home with a round, and members who talk to it as they like. */
#ifndef COOP_TESTS_HOSTILE_H
#define COOP_TESTS_HOSTILE_H

#include "proto/duty/own.h"
#include "tests/support/mouth.h"

enum { ALONE = 1 };

static inline struct world *alone(uint8_t topic[ID_SIZE])
{
    struct world *w = world_new(ALONE, 7);

    world_belong(w, 0, -1);
    world_found(w, 0, "pellets", "street", topic);
    w->liar = true;
    return w;
}

/* Greeted, and the home's round followed with handle 5. */
static inline void follow(struct mouth *m, const uint8_t topic[ID_SIZE])
{
    struct message message = { .type = MESSAGE_FOLLOW, .handle = 5 };

    memcpy(message.follow.topic, topic, ID_SIZE);
    mouth_say(m, &message);
}

static inline struct mouth member(struct world *w, uint8_t who, const uint8_t topic[ID_SIZE])
{
    struct mouth m;

    mouth_init(&m, w, 0, who);
    assert(mouth_greet(&m, "10.9.9.9"));
    follow(&m, topic);
    assert(!w->outside_closed);
    return m;
}

/* An enrolment by a home that does not exist. */
static inline struct bytes somebodys_record(struct world *w, const uint8_t topic[ID_SIZE], uint32_t who)
{
    static struct deal_out deal;
    struct topic *round = core_topic_find(w->homes[0].core, topic);
    uint8_t seed[KEY_SIZE] = { 0x50 }, secret[KEY_SIZE] = { 0x51 };
    struct sign_key invite;
    struct own own;
    bool made;

    be32_write(seed + 4, who);
    be32_write(secret + 4, who);
    own_init(&own, seed, round, secret);
    group_invite_key(&invite, w->secret);
    made = deal_enrol(&deal, round, &own, &invite, &w->rng, NULL) == STATUS_OK;
    assert(made);
    own_clear(&own);
    return (struct bytes){ deal.bytes, deal.size };
}

static inline void say_record(struct mouth *m, struct bytes record, bool asked)
{
    struct message message = { .type = MESSAGE_RECORD, .handle = 5, .record = { record, asked ? WAY_ASKED : WAY_TREE } };

    mouth_say(m, &message);
}

#endif
