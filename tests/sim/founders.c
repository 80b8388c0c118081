/* founders.c - a round that several homes found, and those of them who poison it. A charter bears it (WIRE 4.2), and the core serves whoever
 * holds a share; but a home finds by itself only the share of a founder who is alone (4.4). What would make one key of several is played here:
 * somebody whom all of them trust deals it, and sees to it that each has its share again after a restart.
 *
 * A poisoner closes the registry as it should, and enrols under one number twice, opens the beacon before anything is closed, and opens it with
 * a share that is not its. */
#include "proto/core/core_state.h"
#include "tests/sim/sim.h"

#include <string.h>

enum { EARS = 6 };

unsigned founder_count(const struct sim *s)
{
    unsigned count = s->plan.founders > COMMITTEE_MAX ? COMMITTEE_MAX : s->plan.founders;

    return count > (unsigned)s->nodes ? (unsigned)s->nodes : count > 0 ? count : 1;
}

/* In place of the committee of one that charter_found has made. */
void founders_share(struct sim *s, struct charter *charter)
{
    unsigned count = founder_count(s);
    struct scalar coefficients[COMMITTEE_MAX];
    uint8_t seed[KEY_SIZE];
    struct rng rng;

    if (count < 2)
        return;
    luck_fill(&s->luck, seed, sizeof seed);
    rng_init(&rng, seed);
    charter->genesis = (struct committee_key){ .count = count, .threshold = count / 2 + 1 };
    for (unsigned k = 0; k < charter->genesis.threshold; k++)
        scalar_random(&coefficients[k], &rng);
    point_base_times(&charter->genesis.joint, &coefficients[0]);
    for (unsigned j = 0; j < count; j++) {
        struct scalar *share = &s->homes[j].founder_share, x;
        struct sign_key sign;
        struct group_key alone;

        scalar_from_u64(&x, j + 1);
        *share = coefficients[charter->genesis.threshold - 1];
        for (unsigned k = charter->genesis.threshold - 1; k-- > 0;) {
            scalar_mul(share, share, &x);
            scalar_add(share, share, &coefficients[k]);
        }
        point_base_times(&charter->genesis.share[j], share);
        founder_keys(&sign, &alone, s->homes[j].seed, charter);
        memcpy(charter->genesis_key[j], sign.public_key, KEY_SIZE);
    }
}

static void seat(const struct sim *s, int at, struct own *own)
{
    struct group_key alone;

    founder_keys(&own->genesis, &alone, s->homes[at].seed, &s->charter);
    own->genesis_share = s->homes[at].founder_share;
    own->genesis_index = (unsigned)at + 1;
}

void founder_sit(struct sim *s, int at)
{
    struct home *home = &s->homes[at];
    struct round *round;

    if (s->plan.founders < 2 || (unsigned)at >= founder_count(s))
        return;
    if (home->character != HONEST) {
        if (home->own.genesis_index == 0 && home->own.secret_known && !home->opened)
            seat(s, at, &home->own);
        return;
    }
    round = home->core == NULL ? NULL : round_find(home->core, s->topic);
    if (round == NULL || !round->own_ready || round->own.genesis_index > 0)
        return;
    seat(s, at, &round->own);
    round->touched = true;
}

/* ---- Poison. */

static void tell(struct sim *s, struct bytes record, int ears)
{
    for (int i = 0; i < ears; i++) {
        int at = honest_home(s, 2);

        if (at != SIM_NOBODY && home_inject(s, at, record) == STATUS_MALFORMED)
            sim_fail(s, "what a poisoner says does not follow the format: founders.c is behind the rooms");
    }
}

/* A word of its own home says what is not its last; then two last ones, in force but for the beacon in them. */
static void enrol_twice(struct sim *s, int at, struct topic *topic)
{
    struct home *home = &s->homes[at];
    struct own other = home->own;
    uint8_t seed[KEY_SIZE];
    struct deal_out one, two;
    struct sign_key invite;

    luck_fill(&s->luck, seed, sizeof seed);
    group_key_init(&other.box, seed);
    group_invite_key(&invite, s->secret);
    if (deal_enrol(&one, topic, &other, &invite, &home->rng, NULL) != STATUS_OK ||
        home_inject(s, at, (struct bytes){ one.bytes, one.size }) != STATUS_OK)
        return;
    topic = sim_topic(s, at);
    if (deal_enrol(&one, topic, &home->own, &invite, &home->rng, NULL) != STATUS_OK ||
        deal_enrol(&two, topic, &home->own, &invite, &home->rng, NULL) != STATUS_OK)
        return;
    tell(s, (struct bytes){ one.bytes, one.size }, EARS);
    tell(s, (struct bytes){ two.bytes, two.size }, EARS);
    home->dealt_twice = true;
}

/* With a share that is not its, of whatever there is to be opened. */
static bool opening(struct sim *s, int at, struct topic *topic, struct deal_out *out)
{
    struct home *home = &s->homes[at];
    uint8_t share[OPEN_POINTS_MAX * POINT_SIZE + SHARE_PROOF_SIZE], context[HASH_SIZE] = { 0 }, bytes[sizeof share + 16];
    struct writer body = writer_to(bytes, sizeof bytes);
    struct point points[OPEN_POINTS_MAX] = { home->own.ring.public_point };
    struct scalar secret;
    size_t count = 1;

    scalar_add(&secret, &home->own.genesis_share, &home->own.ring.secret);
    if (box_open_parts(topic, BOX_REGISTRY) > 0) {
        count = box_open_points(topic, BOX_REGISTRY, 0, points);
        box_open_context(topic, BOX_REGISTRY, 0, context);
    }
    share_make(share, &secret, BYTES(context), points, count, &home->rng);
    writer_array(&body, 1);
    writer_bin(&body, (struct bytes){ share, share_size(count) });
    return own_write(out, topic, RECORD_OPEN, BOX_REGISTRY, &home->own.genesis, &body);
}

static void open_early(struct sim *s, int at, struct topic *topic)
{
    struct deal_out out;

    if (opening(s, at, topic, &out))
        tell(s, (struct bytes){ out.bytes, out.size }, EARS);
}

/* To those who can prove it to all, too. */
static void open_falsely(struct sim *s, int at, struct topic *topic)
{
    struct home *home = &s->homes[at];
    struct deal_out out;

    if (!opening(s, at, topic, &out))
        return;
    home->opened |= 1u << BOX_REGISTRY;
    home->own.genesis_index = 0; /* its duty opens nothing */
    for (int founder = 0; founder < (int)founder_count(s); founder++) {
        if (s->homes[founder].character == HONEST)
            home_inject(s, founder, (struct bytes){ out.bytes, out.size });
    }
    tell(s, (struct bytes){ out.bytes, out.size }, EARS);
}

bool poisoner_turn(struct sim *s, int at)
{
    struct home *home = &s->homes[at];
    struct topic *topic = sim_topic(s, at);
    const struct season *season = topic == NULL ? NULL : topic_season(topic);

    founder_sit(s, at);
    if (season == NULL || home->own.genesis_index == 0)
        return true;
    if (season->boxes[BOX_REGISTRY].state == BOX_OPEN && !home->dealt_twice) {
        enrol_twice(s, at, topic);
        open_early(s, at, sim_topic(s, at));
    }
    if (season->boxes[BOX_REGISTRY].state < BOX_CLOSED)
        return true;
    open_falsely(s, at, topic);
    return false;
}
