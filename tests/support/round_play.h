/* round_play.h - the round of round.h from its charter to its award, as its plan says. */
#ifndef COOP_TESTS_ROUND_PLAY_H
#define COOP_TESTS_ROUND_PLAY_H

#include "tests/support/round_box.h"

/* ---- Beginning and end. */

static inline void round_key_make(struct round *r, struct sign_key *sign, struct group_key *group)
{
    uint8_t seed[KEY_SIZE];

    rng_fill(&r->rng, seed, sizeof seed);
    if (sign != NULL)
        sign_key_init(sign, seed);
    if (group != NULL)
        group_key_init(group, seed);
}

/* The founders' key, made by them as the season's is. */
static inline void round_genesis(struct round *r)
{
    unsigned count = r->plan.founders == 0 ? 1 : r->plan.founders;
    static uint8_t deals[COMMITTEE_MAX][DKG_DEAL_MAX];
    struct dkg_share shares[COMMITTEE_MAX];
    struct bytes made[COMMITTEE_MAX];
    struct committee c;

    committee_init(&c, count, committee_rule(count).threshold);
    for (unsigned j = 0; j < count; j++) {
        made[j] = committee_deal(deals[j], &c, "genesis", (uint8_t)(j + 1));
        round_key_make(r, &r->genesis[j], NULL);
        memcpy(r->charter.genesis_key[j], r->genesis[j].public_key, KEY_SIZE);
    }
    for (unsigned j = 0; j < count; j++) {
        committee_share(&shares[j], &c, text("genesis"), made, count, j + 1);
        r->genesis_share[j] = shares[j].value;
    }
    committee_reveal(&r->charter.genesis, &c, shares, made, count, 1);
}

static inline void round_charter_make(struct round *r)
{
    enum status status = charter_from_template(&r->charter, "pellets", "street", NULL);
    struct charter *charter = &r->charter;

    assert(status == STATUS_OK);
    strcpy(charter->network, "test");
    strcpy(charter->zone, "fr:insee:44109");
    strcpy(charter->season, "2027");
    strcpy(charter->contact, "ada@example.org");
    charter->opens_s = 1800000000;
    charter->floor = r->plan.floor == 0 ? 7 : r->plan.floor;
    charter->min_saving_percent = 0;
    charter->value_bits = r->plan.wide ? 32 : charter->value_bits;
    charter->invite_count = r->plan.invited == 0 ? charter->invite_count : r->plan.invited;
    charter->group[0] = r->plan.seed + 1;
    for (size_t i = 0; i < charter->item_count && r->plan.no_reserve; i++)
        if (charter->items[i].use == ITEM_RESERVE)
            charter->items[i].use = ITEM_TOLERANCE;
    round_key_make(r, &r->invite, NULL);
    memcpy(charter->invite_key, r->invite.public_key, KEY_SIZE);
    round_genesis(r);
    r->charter_size = charter_write(r->charter_bytes, sizeof r->charter_bytes, charter);
    assert(r->charter_size > 0);
}

static inline struct round *round_new(const struct round_plan *plan)
{
    uint8_t seed[KEY_SIZE] = { 0x0d, plan->seed };
    struct round *r = calloc(1, sizeof *r);

    assert(r != NULL && plan->homes <= ROUND_HOMES_MAX);
    r->plan = *plan;
    rng_init(&r->rng, seed);
    round_charter_make(r);
    for (unsigned i = 0; i < plan->homes; i++) {
        struct round_home *home = &r->homes[i];

        round_key_make(r, &home->member, &home->ring);
        round_key_make(r, &home->pseudonym, &home->box);
        round_key_make(r, &home->second, NULL);
        sign_key_init(&home->introducer, (const uint8_t[KEY_SIZE]){ 0x1d, (uint8_t)i });
    }
    r->topic = topic_new(round_charter(r));
    assert(r->topic != NULL);
    return r;
}

static inline void round_free(struct round *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->records[i].bytes);
    for (size_t i = 0; i < r->refused_count; i++)
        free(r->refused[i].bytes);
    topic_free(r->topic);
    free(r);
}

/* Another round with the same past, to go on from there in another way. */
static inline struct round *round_branch(const struct round *from)
{
    struct round *r = malloc(sizeof *r);

    assert(r != NULL && from->refused_count == 0);
    *r = *from;
    r->topic = topic_new(round_charter(r));
    assert(r->topic != NULL);
    for (size_t i = 0; i < r->count; i++) {
        enum status status;

        r->records[i].bytes = malloc(r->records[i].size);
        assert(r->records[i].bytes != NULL);
        memcpy(r->records[i].bytes, from->records[i].bytes, r->records[i].size);
        status = topic_add(r->topic, round_bytes(&r->records[i]), i);
        assert(status == STATUS_OK);
    }
    return r;
}

/* ---- What the households of each box do. */

static inline void round_play_registry(struct round *r)
{
    for (unsigned i = 0; i < r->plan.homes; i++)
        round_enrol(r, i, 0);
    if (r->plan.changing)
        round_enrol(r, 0, 1);
}

static inline void round_play_key(struct round *r)
{
    for (unsigned m = 1; m <= round_members(r, BOX_KEY); m++) {
        bool bad = r->plan.bad_key_dealer && m == 2;
        struct round_record *record = round_key_deal(r, m, bad ? 1 : 0);

        if (bad)
            round_flag(r, record->id, 1);
    }
}

static inline void round_play_interest(struct round *r)
{
    for (unsigned i = 0; i < r->plan.homes; i++)
        round_interest(r, i, &r->homes[i].pseudonym, i % 5, 0);
    if (r->plan.changing) /* one home, one voice, whoever signs */
        round_interest(r, 0, &r->homes[0].second, 2, 0);
}

static inline void round_play_join(struct round *r)
{
    for (unsigned i = 0; i < r->plan.homes; i++)
        round_join_as_planned(r, i, 0);
    for (unsigned i = 0; i < r->plan.homes && r->plan.changing; i++) {
        if (i % 7 == 3)
            round_join_as_planned(r, i, 1);
        if (i % 11 == 5)
            round_join(r, i, &r->homes[i].pseudonym, NULL, 0, 2);
    }
}

static inline void round_bid_make(struct round *r, struct bid *bid, struct sign_key *company, unsigned number)
{
    struct group_key inbox;

    round_key_make(r, company, &inbox);
    *bid = (struct bid){ .contact = "sales@example.org",
                         .terms = "Thirty days.",
                         .inbox = inbox.public_point,
                         .price_count = charter_quantities(&r->charter),
                         .lot_count = 1,
                         .lots = { { .lot = 0, .fixed_cents = 500, .step_count = 1 } } };
    snprintf(bid->company, sizeof bid->company, "Company %u", number);
    bid->lots[0].steps[0] = (struct bid_step){ .from_homes = 1, .price = { 3000 - 100 * number } };
}

/* Sealed as it is, whatever it says, and signed by its company. */
static inline struct bytes round_sealed(struct round *r, uint8_t out[RECORD_MAX],
                                        const struct sign_key *company, struct bytes plain, uint64_t seq)
{
    uint8_t room[RECORD_MAX], sealed[BID_MAX], context[HASH_SIZE];
    struct writer w = round_body(room, sizeof room, 2, seq);

    round_context(context, r, BOX_BIDS, company, seq);
    seal_make(sealed, &box_key(r->topic, BOX_BIDS)->joint, BYTES(context), plain, &r->rng);
    writer_bin(&w, (struct bytes){ sealed, plain.size + SEAL_OVERHEAD });
    return (struct bytes){ out, record_write(out, RECORD_MAX, NULL, RECORD_DEAL, topic_id(r->topic), BOX_BIDS,
                                             round_season(r)->boxes[BOX_BIDS].parent, company,
                                             (struct bytes){ room, writer_done(&w) }) };
}

/* room: of the body that is written. */
static inline struct writer round_introduction(struct round *r, uint8_t room[RECORD_MAX], unsigned home,
                                               uint64_t number, struct bytes bid)
{
    struct writer w = round_body(room, RECORD_MAX, 3, number);
    uint8_t context[HASH_SIZE];

    round_context(context, r, BOX_BIDS, &r->homes[home].introducer, number);
    writer_bin(&w, bid);
    round_admission(&w, r, home, BOX_BIDS, context);
    return w;
}

static inline struct round_record *round_introduce(struct round *r, unsigned home, uint64_t number,
                                                   struct bytes bid)
{
    uint8_t room[RECORD_MAX];
    struct writer w = round_introduction(r, room, home, number, bid);

    return round_say(r, RECORD_DEAL, BOX_BIDS, &r->homes[home].introducer, &w);
}

static inline struct round_record *round_seal(struct round *r, const struct sign_key *company,
                                              struct bytes plain, uint64_t seq)
{
    uint8_t bid[RECORD_MAX];
    unsigned turn = r->introduced++;

    return round_introduce(r, turn % r->plan.homes, turn / r->plan.homes,
                           round_sealed(r, bid, company, plain, seq));
}

static inline struct round_record *round_bid(struct round *r, const struct bid *bid,
                                             const struct sign_key *company, uint64_t seq)
{
    uint8_t plain[BID_MAX];
    size_t size = bid_write(plain, sizeof plain, bid);

    assert(size > 0);
    return round_seal(r, company, (struct bytes){ plain, size }, seq);
}

static inline void round_play_bids(struct round *r)
{
    struct sign_key company;
    struct bid bid;

    for (unsigned i = 0; i < ROUND_COMPANIES && !r->plan.no_bids; i++) {
        round_bid_make(r, &bid, &company, i);
        round_bid(r, &bid, &company, 0);
    }
    if (!r->plan.junk_bids)
        return;
    round_bid_make(r, &bid, &company, 9);
    round_seal(r, &company, text("\xc1 not a bid"), 0);
    round_bid_make(r, &bid, &company, 10);
    bid.lots[0].lot = LOTS_MAX - 1; /* cheapest of all, and there is no such lot */
    round_bid(r, &bid, &company, 0);
}

/* Deals that no honest member had in time: a doubled one, one that would change a home's mind. */
static inline void round_play_late(struct round *r, enum box_index box)
{
    if (!r->plan.liars)
        return;
    if (box == BOX_INTEREST)
        round_interest(r, 1, &r->homes[1].second, 3, 7)->late = true;
    if (box == BOX_JOIN) {
        struct round_home kept = r->homes[2];

        round_join_as_planned(r, 2, 7)->late = true;
        memcpy(r->homes[2].values, kept.values, sizeof kept.values);
        memcpy(r->homes[2].deal, kept.deal, ID_SIZE);
    }
}

/* ---- All of it, up to the opening of this box. */

static inline void round_play(struct round *r, enum box_index last)
{
    static void (*const play[BOXES])(struct round *) = { round_play_registry, round_play_key,
                                                         round_play_interest, round_play_join,
                                                         round_play_bids };

    for (int box = BOX_REGISTRY; box <= (int)last; box++) {
        play[box](r);
        round_close(r, (enum box_index)box);
        round_play_late(r, (enum box_index)box);
        if (box == BOX_KEY)
            round_learn_shares(r);
        if (box_open_parts(r->topic, (enum box_index)box) > 0)
            round_open(r, (enum box_index)box);
    }
}

#endif
