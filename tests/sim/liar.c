/* liar.c - those who cheat. A liar's core has forgotten the secret of the round, so it holds no seat: it is a household that relays. What its
 * seat says is made here, with its keys, and handed to whom it suits: to one home, to half of them, to all.
 *
 * A liar looks at the round through its own core, or through a home of either half when the network is in two; that is no more than a
 * conspiracy with good lines could know. */
#include "proto/core/core_state.h"
#include "proto/duty/turns.h"
#include "tests/sim/sim.h"
#include "tests/support/committee.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BOTH_SIDES = 2, FLOOD = 260, FLOOD_A_TURN = 100, EARS = 8 };

int honest_home(struct sim *s, unsigned side)
{
    for (int tries = 0; tries < 400; tries++) {
        int at = (int)luck_below(&s->luck, (uint64_t)s->nodes);

        if (s->homes[at].character == HONEST && s->homes[at].core != NULL && (side == BOTH_SIDES || s->homes[at].side == side))
            return at;
    }
    return SIM_NOBODY;
}

void liar_corrupt(struct sim *s, int at)
{
    struct home *home = &s->homes[at];
    struct topic *topic;
    uint8_t seed[KEY_SIZE];

    if (home->core == NULL)
        home_start(s, at);
    topic = sim_topic(s, at);
    home_stop(s, at, false);
    home->character = s->plan.character;
    luck_fill(&s->luck, seed, sizeof seed);
    rng_init(&home->rng, seed);
    home_start(s, at);
    topic = sim_topic(s, at);
    assert(topic != NULL);
    for (size_t i = 0; i < home->item_count; i++) {
        if (home->disk[i].type != EFFECT_KEEP_SECRET)
            continue;
        own_init(&home->own, home->seed, topic, home->disk[i].data);
        luck_fill(&s->luck, home->disk[i].data, KEY_SIZE);
    }
    home_stop(s, at, false);
    home_start(s, at);
}

/* ---- Saying. */

static void tell(struct sim *s, struct bytes record, unsigned side, int ears)
{
    for (int i = 0; i < ears; i++) {
        int at = honest_home(s, side);

        if (at != SIM_NOBODY && home_inject(s, at, record) == STATUS_MALFORMED)
            sim_fail(s, "what a liar says does not follow the format: liar.c is behind the rooms");
    }
}

/* One box as a liar sees it through somebody's eyes. */
struct scene {
    struct sim *s;
    int liar;
    struct home *home;
    struct topic *topic;
    const struct box_view *view;
    enum box_index box;
    unsigned member;
    struct turns turns;
    uint32_t round;
    bool voting; /* deadline and grace are over */
};

static bool scene_set(struct scene *out, struct sim *s, int liar, struct topic *topic, enum box_index box)
{
    const struct season *season = topic == NULL ? NULL : topic_season(topic);

    if (season == NULL || season->phase == PHASE_FORK || season->boxes[box].state != BOX_OPEN)
        return false;
    *out = (struct scene){ .s = s, .liar = liar, .home = &s->homes[liar], .topic = topic, .view = &season->boxes[box], .box = box };
    out->member = own_seat(&out->home->own, topic, box);
    if (out->member == 0)
        return false;
    out->turns = turns_of(&s->charter, box, out->view->deadline_s, out->view->members);
    out->voting = round_at(&out->round, &out->turns, s->now_ms);
    return true;
}

/* Written as the liar's, told to some homes of one side or both. */
static void say(const struct scene *scene, enum record_kind kind, const struct writer *body, unsigned side, int ears)
{
    struct deal_out out;

    if (own_write(&out, scene->topic, kind, scene->box, &scene->home->own.member, body))
        tell(scene->s, (struct bytes){ out.bytes, out.size }, side, ears);
}

static bool has_said(const struct scene *scene, enum record_kind kind, const struct vote *vote, uint32_t round)
{
    const struct held *const *held;
    size_t count = topic_records(scene->topic, scene->box, kind, &held);
    struct vote other;
    struct cut cut;

    for (size_t i = 0; i < count; i++) {
        if (memcmp(held[i]->record.author, scene->home->own.member.public_key, KEY_SIZE) != 0)
            continue;
        if (kind == RECORD_CUT && (!box_cut(scene->topic, &cut, held[i]) || cut.round != round))
            continue;
        if (kind == RECORD_VOTE && (!vote_read(&other, held[i]->record.body) || other.round != vote->round ||
                                    other.step != vote->step || memcmp(other.digest, vote->digest, HASH_SIZE) != 0))
            continue;
        return true;
    }
    return false;
}

static void vote(const struct scene *scene, unsigned step, const uint8_t cut[ID_SIZE], const uint8_t digest[HASH_SIZE],
                 unsigned side, int ears)
{
    struct vote made = { .round = scene->round, .step = step };
    uint8_t bytes[96];
    struct writer body = writer_to(bytes, sizeof bytes);

    memcpy(made.digest, digest, HASH_SIZE);
    if (has_said(scene, RECORD_VOTE, &made, 0))
        return;
    writer_array(&body, 4);
    writer_uint(&body, scene->round);
    writer_uint(&body, step);
    writer_bin(&body, (struct bytes){ cut, ID_SIZE });
    writer_bin(&body, (struct bytes){ digest, HASH_SIZE });
    say(scene, RECORD_VOTE, &body, side, ears);
}

static int compare_prefix(const void *a, const void *b)
{
    return memcmp(a, b, SEEN_PREFIX_SIZE);
}

/* Deals that the liars have made and nobody else has seen. */
static size_t list_withheld(const struct scene *scene, uint8_t *out)
{
    int which = scene->box == BOX_JOIN ? 2 : scene->box == BOX_INTEREST ? 1 : 0;
    size_t size = 0;

    for (int i = 0; i < scene->s->nodes && which > 0; i++) {
        const struct home *liar = &scene->s->homes[i];

        if (liar->withheld[which] == NULL || topic_held_find(scene->topic, liar->withheld_id[which]) != NULL)
            continue;
        memcpy(out + size, liar->withheld_id[which], SEEN_PREFIX_SIZE);
        size += SEEN_PREFIX_SIZE;
    }
    return size;
}

/* Everything that is there, whenever it came, and what is not even there. */
static void list_all(const struct scene *scene, unsigned side, int ears)
{
    uint8_t prefixes[(BOX_DEALS_MAX + COMMITTEE_MAX) * SEEN_PREFIX_SIZE], bytes[RECORD_MAX];
    struct writer body = writer_to(bytes, sizeof bytes);
    const struct held *const *deals;
    size_t count = topic_records(scene->topic, scene->box, RECORD_DEAL, &deals), size;

    if (has_said(scene, RECORD_SEEN, NULL, 0))
        return;
    size = list_withheld(scene, prefixes);
    for (size_t i = 0; i < count && size < BOX_DEALS_MAX * SEEN_PREFIX_SIZE; i++, size += SEEN_PREFIX_SIZE)
        memcpy(prefixes + size, deals[i]->record.id, SEEN_PREFIX_SIZE);
    qsort(prefixes, size / SEEN_PREFIX_SIZE, SEEN_PREFIX_SIZE, compare_prefix);
    writer_array(&body, 1);
    writer_bin(&body, (struct bytes){ prefixes, size });
    say(scene, RECORD_SEEN, &body, side, ears);
}

/* The same, less one deal, as what it differs in from a list that every other liar shows to one home, and every other to nobody; and a list
 * told by one that there is not. */
static void list_by_another(const struct scene *scene)
{
    static const uint8_t first_place[2];
    uint8_t prefixes[BOX_DEALS_MAX * SEEN_PREFIX_SIZE], bytes[RECORD_MAX], nobody[ID_SIZE];
    struct writer body = writer_to(bytes, sizeof bytes);
    const struct held *const *deals;
    size_t count = topic_records(scene->topic, scene->box, RECORD_DEAL, &deals), size = 0;
    struct record base;
    struct deal_out out;

    for (size_t i = 0; i < count && size < sizeof prefixes; i++, size += SEEN_PREFIX_SIZE)
        memcpy(prefixes + size, deals[i]->record.id, SEEN_PREFIX_SIZE); /* in order of id */
    list_write_whole(&body, (struct bytes){ prefixes, size });
    if (size == 0 || !own_write(&out, scene->topic, RECORD_SEEN, scene->box, &scene->home->own.member, &body) ||
        !record_read(&base, (struct bytes){ out.bytes, out.size }) || topic_held_find(scene->topic, base.id) != NULL)
        return;
    if (scene->liar % 2 == 0)
        tell(scene->s, base.whole, BOTH_SIDES, 1);
    luck_fill(&scene->s->luck, nobody, sizeof nobody);
    for (int i = 0; i < 2; i++) {
        body = writer_to(bytes, sizeof bytes);
        writer_array(&body, 3);
        writer_bin(&body, (struct bytes){ i == 0 ? base.id : nobody, ID_SIZE });
        writer_bin(&body, BYTES(first_place));
        writer_bin(&body, (struct bytes){ NULL, 0 });
        say(scene, RECORD_SEEN, &body, BOTH_SIDES, EARS);
    }
}

/* ---- Cuts. */

static void cut(const struct scene *scene, const uint8_t *ids, size_t count, unsigned side)
{
    uint8_t bytes[COMMITTEE_MAX * ID_SIZE + 32];
    struct writer body = writer_to(bytes, sizeof bytes);

    writer_array(&body, 3);
    writer_uint(&body, scene->round);
    writer_uint(&body, settled_s(&scene->turns, scene->s->now_ms));
    writer_bin(&body, (struct bytes){ ids, count * ID_SIZE });
    say(scene, RECORD_CUT, &body, side, scene->s->nodes / 4 + 1);
}

/* As a clerk, and before its turn: one cut of the first q lists for one half of the homes, one of the last q for the other. */
static void two_cuts(const struct scene *scene)
{
    const struct held *const *seen;
    size_t count = topic_records(scene->topic, scene->box, RECORD_SEEN, &seen), known = 0;
    uint8_t ids[COMMITTEE_MAX][ID_SIZE];
    unsigned order = clerk_order(scene->member, scene->round, scene->turns.members);
    uint32_t members = 0;

    if (has_said(scene, RECORD_CUT, NULL, scene->round) ||
        (order >= 3 && scene->s->now_ms < turn_ms(&scene->turns, scene->round, order)))
        return;
    for (size_t i = 0; i < count; i++) {
        unsigned member = box_member(scene->topic, scene->box, seen[i]->record.author);

        if (member == 0 || members >> member & 1)
            continue;
        members |= UINT32_C(1) << member;
        memcpy(ids[known++], seen[i]->record.id, ID_SIZE);
    }
    if (known < scene->view->quorum)
        return;
    cut(scene, ids[0], scene->view->quorum, 0);
    if (known > scene->view->quorum)
        cut(scene, ids[known - scene->view->quorum], scene->view->quorum, 1);
}

/* Yes, in both steps, to whatever is proposed; honest: only what honest clerks propose. */
static void vote_for_all(const struct scene *scene, bool honest_only, int ears)
{
    const struct held *const *cuts;
    size_t count = topic_records(scene->topic, scene->box, RECORD_CUT, &cuts), found = 0;
    uint8_t digests[64][HASH_SIZE], ids[64][ID_SIZE];
    struct cut of;

    for (size_t i = 0; i < count && found < ARRAY_SIZE(digests); i++) {
        size_t record = ledger_find(scene->s, cuts[i]->record.id);

        if (!box_cut(scene->topic, &of, cuts[i]) || of.round != scene->round ||
            (honest_only && record < scene->s->record_count && !scene->s->records[record].honest))
            continue;
        memcpy(ids[found], cuts[i]->record.id, ID_SIZE);
        memcpy(digests[found++], of.digest, HASH_SIZE); /* telling moves the topic */
    }
    for (size_t i = 0; i < found; i++) {
        for (unsigned step = 1; step <= 2; step++) {
            if (honest_only) {
                vote(scene, step, ids[i], digests[i], 0, ears);
                vote(scene, step, ids[i], digests[i], 1, ears);
            } else {
                vote(scene, step, ids[i], digests[i], BOTH_SIDES, ears);
            }
        }
    }
}

/* ---- A quorum at the last minute. */

static unsigned honest_votes(const struct scene *scene, const uint8_t digest[HASH_SIZE])
{
    unsigned count = 0;

    for (size_t i = 0; i < scene->s->record_count; i++) {
        const struct ledger_record *r = &scene->s->records[i];

        count += r->kind == RECORD_VOTE && r->box == scene->box && r->honest && r->vote.step == 1 &&
                 r->vote.round == scene->round && memcmp(r->vote.digest, digest, HASH_SIZE) == 0;
    }
    return count;
}

static void complete_late(const struct scene *scene)
{
    uint64_t tick_ms = scene->s->plan.tick_s > 0 ? scene->s->plan.tick_s * UINT64_C(1000) : 250;
    const struct held *const *cuts;
    size_t count = topic_records(scene->topic, scene->box, RECORD_CUT, &cuts);
    struct cut of;

    if (scene->s->now_ms + 2 * tick_ms < round_begin_ms(&scene->turns, scene->round + 1))
        return;
    for (size_t i = 0; i < count; i++) {
        unsigned votes;

        if (!box_cut(scene->topic, &of, cuts[i]) || of.round != scene->round)
            continue;
        votes = honest_votes(scene, of.digest);
        if (votes >= scene->view->quorum || votes + scene->s->liars_seated < scene->view->quorum)
            continue;
        vote(scene, 1, cuts[i]->record.id, of.digest, BOTH_SIDES, 1);
        return;
    }
}

/* ---- Deals that come too late. */

/* Made before the deadline and grace, so that the liars' lists can name it. */
static void withhold(const struct scene *scene, int which)
{
    const struct lot_choice choice = { 0, 0 };
    uint64_t values[DEAL_VALUES_MAX] = { 7 };
    struct home *home = scene->home;
    struct record record;
    struct deal_out out;
    enum status status;

    status = which == 1 ? deal_interest(&out, scene->topic, &home->own, 1, &home->rng, NULL)
                        : deal_join(&out, scene->topic, &home->own, &choice, 1, values, scene->s->charter.item_count, &home->rng,
                                    NULL);
    if (status != STATUS_OK || !record_read(&record, (struct bytes){ out.bytes, out.size }))
        return;
    home->withheld[which] = malloc(out.size);
    assert(home->withheld[which] != NULL);
    memcpy(home->withheld[which], out.bytes, out.size);
    memcpy(home->withheld_id[which], record.id, ID_SIZE);
    home->withheld_size[which] = out.size;
}

/* Half of them show it to one home at the last moment, half to many when it is too late. */
static void deal_late(const struct scene *scene, int which)
{
    uint64_t tick_ms = scene->s->plan.tick_s > 0 ? scene->s->plan.tick_s * UINT64_C(1000) : 250, now_ms = scene->s->now_ms;
    bool borderline = scene->liar % 2 == 0;
    uint64_t at = borderline ? scene->turns.begin_ms - tick_ms : scene->turns.begin_ms + 2 * tick_ms;
    struct home *home = scene->home;

    if (home->withheld[which] == NULL && now_ms + 2 * tick_ms >= scene->turns.begin_ms)
        withhold(scene, which);
    if (home->withheld[which] == NULL || home->dealt[which] > 0 || now_ms < at)
        return;
    home->dealt[which] = 2;
    tell(scene->s, (struct bytes){ home->withheld[which], home->withheld_size[which] }, BOTH_SIDES,
         borderline ? 1 : scene->s->nodes / 3 + 1);
}

/* ---- The season key. */

/* The next honest member after the dealer; 0: there is none. */
static unsigned victim_of(const struct scene *scene, unsigned count)
{
    for (unsigned i = 0; i + 1 < count; i++) {
        unsigned member = (scene->member + i) % count + 1;
        int at = scene->s->committee[member - 1];

        if (at >= 0 && scene->s->homes[at].character == HONEST)
            return member;
    }
    return 0;
}

static void deal_badly(const struct scene *scene)
{
    uint8_t deal[DKG_DEAL_MAX], bytes[DKG_DEAL_MAX + 16], context[HASH_SIZE];
    struct writer body = writer_to(bytes, sizeof bytes);
    struct committee c = { .rng = scene->home->rng };
    struct deal_out out;
    struct bytes dealt;
    unsigned victim;

    if (has_said(scene, RECORD_DEAL, NULL, 0) || scene->s->committee_count == 0)
        return;
    c.count = (unsigned)committee_points(scene->topic, c.members);
    c.threshold = scene->view->threshold;
    victim = victim_of(scene, c.count);
    deal_context(context, topic_id(scene->topic), BOX_KEY, scene->view->parent, scene->home->own.member.public_key, 0);
    dealt = cheating_deal_in(deal, &c, BYTES(context), victim, CHEAT_OTHER_SHARE);
    scene->home->rng = c.rng;
    scene->home->dealt_badly = victim > 0;
    writer_array(&body, 2);
    writer_uint(&body, 0);
    writer_bin(&body, dealt);
    if (!own_write(&out, scene->topic, RECORD_DEAL, scene->box, &scene->home->own.member, &body))
        return;
    tell(scene->s, (struct bytes){ out.bytes, out.size }, BOTH_SIDES, EARS);
    home_inject(scene->s, scene->liar, (struct bytes){ out.bytes, out.size }); /* or it would deal again before it hears this */
}

/* ---- Opening what is closed to all. */

static void open_early(const struct scene *scene)
{
    uint8_t share[POINT_SIZE + SHARE_PROOF_SIZE], context[HASH_SIZE] = { 0 }, bytes[256];
    struct writer body = writer_to(bytes, sizeof bytes);
    struct point point = scene->home->own.ring.public_point;

    if (has_said(scene, RECORD_OPEN, NULL, 0) || (scene->box != BOX_JOIN && scene->box != BOX_BIDS))
        return;
    share_make(share, &scene->home->own.season_share.value, BYTES(context), &point, 1, &scene->home->rng);
    writer_array(&body, 1);
    writer_bin(&body, BYTES(share));
    say(scene, RECORD_OPEN, &body, BOTH_SIDES, EARS);
}

/* Everything in order but the share itself. Its own core would not take it: it is told to others only. */
static void open_falsely(struct sim *s, int at)
{
    struct home *home = &s->homes[at];
    struct topic *topic = sim_topic(s, at);
    struct own twisted = home->own;
    struct deal_out out;
    struct record record;

    home->own.season_share_known = false; /* its duty opens nothing */
    twisted.season_share_known = twisted.season_share_sought;
    scalar_add(&twisted.season_share.value, &twisted.season_share.value, &twisted.ring.secret);
    if (topic == NULL || !twisted.season_share_known || !voter_due(&out, topic, &twisted, s->now_ms, &home->rng) ||
        !record_read(&record, (struct bytes){ out.bytes, out.size }) || record.kind != RECORD_OPEN ||
        home->opened >> record.box & 1)
        return;
    home->opened |= 1u << record.box;
    tell(s, record.whole, BOTH_SIDES, EARS);
}

/* ---- Noise. */

static void flood(const struct scene *scene)
{
    uint8_t digest[HASH_SIZE];
    const struct held *const *votes;
    size_t count = topic_records(scene->topic, scene->box, RECORD_VOTE, &votes), own = 0;

    for (size_t i = 0; i < count; i++)
        own += memcmp(votes[i]->record.author, scene->home->own.member.public_key, KEY_SIZE) == 0;
    for (int i = 0; i < FLOOD_A_TURN && own < FLOOD && scene->voting; i++) {
        luck_fill(&scene->s->luck, digest, sizeof digest);
        vote(scene, 1 + (unsigned)i % 2, digest, digest, BOTH_SIDES, 2);
    }
}

/* A company that was never there, or the bid of one that another home has handed in. */
static struct bytes junk_bid(const struct scene *scene, uint8_t out[RECORD_MAX])
{
    uint8_t seed[KEY_SIZE], plain[64], sealed[sizeof plain + SEAL_OVERHEAD], body[sizeof sealed + 16], context[HASH_SIZE];
    struct writer w = writer_to(body, sizeof body);
    const struct held *const *deals;
    size_t count = topic_records(scene->topic, BOX_BIDS, RECORD_DEAL, &deals);
    struct sign_key company;

    if (count > 0 && luck_below(&scene->s->luck, 4) == 0) {
        struct reader r = reader_from(deals[luck_below(&scene->s->luck, count)]->record.body);

        reader_array(&r, 3, 3);
        reader_uint(&r, DEAL_SEQ_MAX);
        return reader_bin(&r, 1, RECORD_MAX);
    }
    luck_fill(&scene->s->luck, seed, sizeof seed);
    luck_fill(&scene->s->luck, plain, sizeof plain);
    sign_key_init(&company, seed);
    deal_context(context, topic_id(scene->topic), BOX_BIDS, scene->view->parent, company.public_key, 0);
    seal_make(sealed, &box_key(scene->topic, BOX_BIDS)->joint, BYTES(context), BYTES(plain), &scene->home->rng);
    writer_array(&w, 2);
    writer_uint(&w, 0);
    writer_bin(&w, BYTES(sealed));
    return (struct bytes){ out, record_write(out, RECORD_MAX, NULL, RECORD_DEAL, topic_id(scene->topic), BOX_BIDS,
                                             scene->view->parent, &company, (struct bytes){ body, writer_done(&w) }) };
}

/* To homes that can judge it: what comes to them too early is theirs to keep, and may be over its quota by then. */
static void tell_in_time(const struct scene *scene, struct bytes record, int ears)
{
    for (int i = 0; i < ears; i++) {
        int at = honest_home(scene->s, BOTH_SIDES);
        struct topic *topic = at == SIM_NOBODY ? NULL : sim_topic(scene->s, at);

        if (topic != NULL && topic_season(topic)->boxes[scene->box].state == BOX_OPEN)
            home_inject(scene->s, at, record);
    }
}

/* Under each of its numbers, again and again. */
static void flood_bids(const struct scene *scene)
{
    const struct own *own = &scene->home->own;
    uint8_t bid[RECORD_MAX], room[RECORD_MAX], proof[ADMISSION_MAX], nullifier[POINT_SIZE], scope[HASH_SIZE], context[HASH_SIZE];
    const struct point *ring;
    size_t count = ring_points(scene->topic, &ring), at, size;

    voice_scope(scope, topic_id(scene->topic), BOX_BIDS);
    for (uint64_t number = 0; number < INTRODUCTIONS_MAX; number++) {
        struct writer body = writer_to(room, sizeof room);
        struct deal_out out;

        deal_context(context, topic_id(scene->topic), BOX_BIDS, scene->view->parent, own->introducer.public_key, number);
        if (!own_in_registry(own, scene->topic, &at) ||
            !admission_make(proof, &size, nullifier, ring, count, at, &own->ring, BYTES(scope), BYTES(context), &scene->home->rng))
            return;
        writer_array(&body, 3);
        writer_uint(&body, number);
        writer_bin(&body, junk_bid(scene, bid));
        writer_bin(&body, (struct bytes){ proof, size });
        if (own_write(&out, scene->topic, RECORD_DEAL, BOX_BIDS, &own->introducer, &body))
            tell_in_time(scene, (struct bytes){ out.bytes, out.size }, 2);
    }
}

static void replay_altered(struct sim *s)
{
    static uint8_t altered[RECORD_MAX];

    for (int i = 0; i < 4 && s->record_count > 0; i++) {
        const struct ledger_record *r = &s->records[luck_below(&s->luck, s->record_count)];
        int at = honest_home(s, BOTH_SIDES);
        size_t size = r->size;

        if (at == SIM_NOBODY || !r->synced)
            continue;
        memcpy(altered, r->bytes, size);
        if (i % 2 == 0)
            altered[size - 1 - luck_below(&s->luck, SIGNATURE_SIZE)] ^= (uint8_t)(1 + luck_below(&s->luck, 255));
        if (home_inject(s, at, (struct bytes){ altered, size }) == STATUS_OK && i % 2 == 0)
            sim_fail(s, "home %d takes a record with another's signature", at);
    }
}

/* Its links stay, and nothing new goes over them by push or by its own comparing. */
static void censor(struct sim *s, int at)
{
    struct core *core = s->homes[at].core;

    for (size_t i = 0; core != NULL && i < core->link_count; i++) {
        for (unsigned handle = 0; handle < TOPICS_MAX; handle++) {
            core->links[i]->edges[handle].eager = false;
            core->links[i]->edges[handle].sync_at = UINT64_MAX;
            id_list_clear(&core->links[i]->edges[handle].lazy);
        }
    }
}

/* ---- A turn of each. */

/* What a bad dealer deals first is the bad deal: of two the fold takes one. */
static bool deals_well(struct sim *s, int at, struct topic *topic)
{
    struct scene scene;

    return s->homes[at].character != BAD_DEALER || !scene_set(&scene, s, at, topic, BOX_KEY) || has_said(&scene, RECORD_DEAL, NULL, 0);
}

/* What an honest member would do. */
static void duties(struct sim *s, int at)
{
    struct home *home = &s->homes[at];
    struct deal_out out;

    for (int i = 0; i < 20; i++) {
        struct topic *topic = sim_topic(s, at);

        if (topic == NULL || (!(deals_well(s, at, topic) && deal_due(&out, topic, &home->own, &home->rng)) &&
                              !voter_due(&out, topic, &home->own, s->now_ms, &home->rng)))
            return;
        if (home_inject(s, at, (struct bytes){ out.bytes, out.size }) != STATUS_OK)
            return;
    }
}

static void key_deal(struct sim *s, int at)
{
    struct topic *topic = sim_topic(s, at);
    struct deal_out out;

    if (topic != NULL && deal_due(&out, topic, &s->homes[at].own, &s->homes[at].rng))
        home_inject(s, at, (struct bytes){ out.bytes, out.size });
}

/* Before the duties: what is said first cannot be said again by them. */
static void act(const struct scene *scene)
{
    if (scene->s->plan.late_deals && (scene->box == BOX_INTEREST || scene->box == BOX_JOIN))
        deal_late(scene, scene->box == BOX_JOIN ? 2 : 1);
    switch (scene->home->character) {
    case BAD_DEALER:
        if (scene->box == BOX_KEY)
            deal_badly(scene);
        return;
    case EARLY_OPENER:
        open_early(scene);
        return;
    case FLOODER:
        flood(scene);
        if (scene->voting)
            list_by_another(scene);
        return;
    case JUNK_BIDDER:
        if (scene->box == BOX_BIDS)
            flood_bids(scene);
        return;
    case EQUIVOCATOR:
    case LATE:
    case BACKDATER:
        if (!scene->voting)
            return;
        list_all(scene, BOTH_SIDES, EARS);
        if (scene->home->character == EQUIVOCATOR) {
            list_by_another(scene);
            two_cuts(scene);
            vote_for_all(scene, false, 6);
        }
        if (scene->home->character == LATE)
            complete_late(scene);
        return;
    case HONEST:
    case SILENT:
    case FALSE_OPENER:
    case SPLITTER:
    case REPLAYER:
    case CENSOR:
    case POISONER:
    case ECLIPSER:
    case CHARACTERS:
        return;
    }
}

/* Another list for each half, and votes for what either half proposes, told to both. */
static void split(struct sim *s, int at)
{
    for (unsigned side = 0; side < 2; side++) {
        int eyes = honest_home(s, side);
        struct scene scene;

        for (enum box_index box = BOX_KEY; box < BOXES && eyes != SIM_NOBODY; box++) {
            if (!scene_set(&scene, s, at, sim_topic(s, eyes), box) || !scene.voting)
                continue;
            list_all(&scene, side, EARS);
            if (side == s->homes[at].side)
                list_by_another(&scene);
            vote_for_all(&scene, true, EARS);
        }
    }
}

static void liar_turn(struct sim *s, int at)
{
    enum character character = s->homes[at].character;
    struct scene scene;

    if (character == SILENT)
        return;
    if (character != BAD_DEALER)
        key_deal(s, at);
    if (character == FALSE_OPENER)
        open_falsely(s, at);
    if (character == REPLAYER)
        replay_altered(s);
    if (character == CENSOR)
        censor(s, at);
    if (character == ECLIPSER)
        eclipse_turn(s, at);
    if (character == POISONER && !poisoner_turn(s, at))
        return;
    if (character == SPLITTER) {
        split(s, at);
        return;
    }
    for (enum box_index box = BOX_KEY; box < BOXES; box++) {
        if (scene_set(&scene, s, at, sim_topic(s, at), box))
            act(&scene);
    }
    if (character != EQUIVOCATOR && character != LATE)
        duties(s, at);
}

void liars_turn(struct sim *s)
{
    for (int i = 0; i < s->nodes && s->liars_seated > 0 && s->failure[0] == '\0'; i++) {
        if (s->homes[i].character != HONEST)
            liar_turn(s, i);
    }
}
