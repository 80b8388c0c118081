/* street.c - what households and companies do, and what befalls them: they deal when they are at home and the box is open; machines are
 * switched off and on, lose their power, fill their disks, come back from old backups; the network falls in two for a while. */
#include "tests/sim/sim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const enum box_index deal_boxes[SIM_DEALS] = { BOX_REGISTRY, BOX_INTEREST, BOX_JOIN };

/* ---- Beginning. */

static void charter_make(struct sim *s, struct charter *charter)
{
    enum status status = charter_from_template(charter, s->plan.good, s->plan.pace, NULL);

    assert(status == STATUS_OK);
    strcpy(charter->network, "test");
    strcpy(charter->zone, "fr:insee:44109");
    strcpy(charter->season, "2027");
    strcpy(charter->contact, "ada@example.org");
    charter->opens_s = s->now_ms / 1000;
    if (s->plan.floor > 0)
        charter->floor = s->plan.floor;
    for (int box = 0; box < BOXES && s->plan.grace_h > 0; box++)
        charter->grace_s[box] = s->plan.grace_h * 3600;
    if (charter->invite_count < (uint32_t)s->nodes)
        charter->invite_count = (uint32_t)s->nodes < BOX_DEALS_MAX ? (uint32_t)s->nodes : BOX_DEALS_MAX;
    charter_found(charter, s->homes[0].seed, s->secret);
    founders_share(s, charter);
}

/* What the homes will sign with, for whoever watches from outside. */
static void keys_note(struct sim *s, struct bytes charter)
{
    struct topic *topic = topic_new(charter);
    struct own own;

    assert(topic != NULL);
    for (int i = 0; i < s->nodes; i++) {
        struct sign_key founder;
        struct group_key share;

        own_init(&own, s->homes[i].seed, topic, NULL);
        memcpy(s->homes[i].member_key, own.member.public_key, KEY_SIZE);
        memcpy(s->homes[i].pseudonym, own.pseudonym.public_key, KEY_SIZE);
        memcpy(s->homes[i].interest_key, own.interest.public_key, KEY_SIZE);
        memcpy(s->homes[i].introducer_key, own.introducer.public_key, KEY_SIZE);
        founder_keys(&founder, &share, s->homes[i].seed, &s->charter);
        memcpy(s->homes[i].founder_key, founder.public_key, KEY_SIZE);
        own_clear(&own);
    }
    topic_free(topic);
}

static void habits_draw(struct sim *s, struct home *home)
{
    const struct plan *plan = &s->plan;
    uint64_t season_ms = 0;

    for (int box = 0; box < BOXES; box++)
        season_ms += s->charter.window_s[box] * UINT64_C(1000);
    home->uptime_percent = plan->other_uptime_percent > 0 && (home - s->homes) % 2 == 1 ? plan->other_uptime_percent : plan->uptime_percent;
    home->wants_on = luck_percent(&s->luck, home->uptime_percent);
    home->slow = plan->slow_percent > 0 && luck_percent(&s->luck, plan->slow_percent);
    home->skew_ms = (int64_t)luck_below(&s->luck, 600000) - 300000;
    if (luck_percent(&s->luck, plan->skew_percent))
        home->skew_ms = (int64_t)luck_below(&s->luck, 24 * SIM_HOUR_MS) - (int64_t)(12 * SIM_HOUR_MS);
    if (s->plan.tick_s == 0)
        home->skew_ms /= 600; /* half a second, of a round of seconds */
    home->away = plan->tick_s > 0 && luck_percent(&s->luck, plan->away_percent);
    home->away_from_ms = s->begin_ms + luck_below(&s->luck, season_ms);
    home->away_until_ms = home->away_from_ms + 7 * 24 * SIM_HOUR_MS;
}

void street_found(struct sim *s)
{
    static uint8_t bytes[CHARTER_MAX];
    size_t size;

    charter_make(s, &s->charter);
    size = charter_write(bytes, sizeof bytes, &s->charter);
    assert(size > 0);
    charter_id(s->topic, (struct bytes){ bytes, size });
    keys_note(s, (struct bytes){ bytes, size });
    for (int i = 0; i < s->nodes; i++)
        habits_draw(s, &s->homes[i]);
    s->homes[0].away = false;
    s->homes[0].wants_on = true;
    s->homes[0].skew_ms = 0;
    home_start(s, 0);
    home_step(s, 0, (struct event){ .type = EVENT_TOPIC, .bytes = { bytes, size } });
}

/* ---- Households. */

static void demand_draw(struct sim *s, int at, struct event *event)
{
    bool second = s->charter.lot_count > 1 && at % 4 == 3;

    event->choices[0].lot = second;
    event->choices[0].minimum = s->charter.floor;
    event->choice_count = 1;
    if (second) {
        event->choices[1].lot = 0;
        event->choices[1].minimum = s->charter.floor;
        event->choice_count = 2;
    }
    event->value_count = s->charter.item_count;
    uint64_t limit = luck_below(&s->luck, 101); /* of today's price, at which it is in */

    for (size_t i = 0; i < s->charter.item_count; i++) {
        const struct item *item = &s->charter.items[i];

        event->values[i] = item->use == ITEM_LIMIT ? item->ladder <= limit : 100 + luck_below(&s->luck, 5000);
        if (item->use == ITEM_RESERVE)
            event->values[i] = 2000 + luck_below(&s->luck, 500);
    }
}

static bool deals(struct sim *s, int at, int which, bool withdraws)
{
    static const enum event_type commands[SIM_DEALS] = { EVENT_ENROL, EVENT_INTEREST, EVENT_JOIN };
    struct event event = { .type = commands[which], .report = at % 5 - 1 };
    enum status status;

    memcpy(event.topic, s->topic, ID_SIZE);
    if (event.type == EVENT_JOIN && !withdraws)
        demand_draw(s, at, &event);
    status = home_step(s, at, event);
    return status == STATUS_OK || status == STATUS_EXISTS;
}

/* Somewhere in the first part of the window, or at the next time the machine is on. */
static void household(struct sim *s, int at, struct topic *topic)
{
    struct home *home = &s->homes[at];
    const struct season *season = topic_season(topic);
    unsigned until = s->plan.deals_until_percent > 0 ? s->plan.deals_until_percent : 75;

    for (int i = 0; i < SIM_DEALS && home->core != NULL && season != NULL; i++) {
        const struct box_view *view = &season->boxes[deal_boxes[i]];
        uint64_t window_ms = s->charter.window_s[deal_boxes[i]] * UINT64_C(1000);

        if (view->state != BOX_OPEN || sim_clock_ms(s, at) >= view->deadline_s * 1000 || (i == 2 && home->leaves))
            continue;
        if (home->deals_ms[i] == 0)
            home->deals_ms[i] = view->deadline_s * 1000 - window_ms + luck_below(&s->luck, window_ms * until / 100);
        if (s->now_ms < home->deals_ms[i] || home->dealt[i] > 1)
            continue;
        if (home->dealt[i] == 0 && deals(s, at, i, false)) {
            home->dealt[i] = i == 2 && luck_percent(&s->luck, s->plan.undecided_percent) ? 1 : 2;
            home->deals_ms[i] = s->now_ms + window_ms / 10;
        } else if (home->dealt[i] == 1 && deals(s, at, i, luck_below(&s->luck, 4) == 0)) {
            home->dealt[i] = 2;
        }
        topic = sim_topic(s, at);
        season = topic == NULL ? NULL : topic_season(topic);
    }
}

/* ---- Companies: each seals a bid as soon as there is a tender, and hands it to some home. */

static void bid_fill(struct sim *s, struct bid *bid, const struct season *season, int company)
{
    bid->price_count = charter_quantities(&s->charter);
    snprintf(bid->company, sizeof bid->company, "Company %d", company);
    strcpy(bid->contact, "sales@example.org");
    strcpy(bid->terms, "Thirty days.");
    for (size_t lot = 0; lot < s->charter.lot_count; lot++) {
        struct bid_lot *offer = &bid->lots[bid->lot_count];

        if (!season->lots[lot].formed)
            continue;
        offer->lot = (uint32_t)lot;
        offer->step_count = 1;
        offer->steps[0].from_homes = 1;
        for (size_t i = 0; i < bid->price_count; i++)
            offer->steps[0].price[i] = 900 + 10 * (uint32_t)company;
        bid->lot_count++;
    }
}

static void company(struct sim *s, int which)
{
    static uint8_t record[RECORD_MAX];
    int at = honest_home(s, 2);
    struct topic *topic = at == SIM_NOBODY ? NULL : sim_topic(s, at);
    uint8_t seed[KEY_SIZE] = { 0xc0, (uint8_t)which }, randomness[KEY_SIZE];
    struct event event = { .type = EVENT_BID };
    struct bid bid = { .lot_count = 0 };
    struct group_key inbox;
    struct sign_key key;
    struct rng rng;

    if (s->bids_made[which] || topic == NULL || topic_season(topic)->phase != PHASE_TENDER)
        return;
    group_key_init(&inbox, seed);
    sign_key_init(&key, seed);
    luck_fill(&s->luck, randomness, sizeof randomness);
    rng_init(&rng, randomness);
    bid.inbox = inbox.public_point;
    bid_fill(s, &bid, topic_season(topic), which);
    event.bytes = (struct bytes){ record, bid_seal(record, sizeof record, topic, &bid, &key, &rng, &s->why) };
    memcpy(event.topic, s->topic, ID_SIZE);
    if (event.bytes.size > 0)
        s->bids_made[which] = home_step(s, at, event) == STATUS_OK;
}

/* ---- Machines. */

static bool anybody_has(const struct sim *s, size_t record)
{
    for (int at = 0; at < s->nodes; at++)
        if (home_has(&s->homes[at], record))
            return true;
    return false;
}

/* A backup holds what was on disk when it was made; what was said since is not in it, so the home is told when it came back (WIRE 6.6). */
static void come_back_from_backup(struct sim *s, int at)
{
    struct home *home = &s->homes[at];
    size_t kept = 0;

    home_stop(s, at, false);
    for (size_t i = 0; i < home->item_count; i++) {
        struct disk_item *item = &home->disk[i];

        if (i < home->backup_items) {
            home->disk[kept++] = *item;
            continue;
        }
        if (item->type == EFFECT_KEEP_RECORD) {
            home->has[item->record / 64] &= ~(UINT64_C(1) << item->record % 64);
            s->records[item->record].lost = !anybody_has(s, item->record);
        }
        free(item->data);
    }
    home->item_count = home->synced = kept;
    home->backup_items = 0;
    home->restored_ms = sim_clock_ms(s, at);
}

static void machine_breaks(struct sim *s, int at)
{
    const struct plan *plan = &s->plan;
    struct home *home = &s->homes[at];

    if (home->core == NULL || home->character != HONEST)
        return;
    if (luck_percent(&s->luck, plan->crash_percent))
        home->effects_left = (long)luck_below(&s->luck, 30);
    if (luck_percent(&s->luck, plan->full_percent)) {
        home->full = true;
        home->full_until_ms = s->now_ms + (s->plan.tick_s > 0 ? 6 * SIM_HOUR_MS : 3000);
    }
    if (at == 0 || plan->restore_percent <= 0)
        return;
    if (home->synced > 0 && (home->backup_items == 0 || luck_percent(&s->luck, 3))) /* days old, or what was said is long settled */
        home->backup_items = home->synced;
    else if (luck_percent(&s->luck, plan->restore_percent))
        come_back_from_backup(s, at);
}

static bool is_on(struct sim *s, int at, uint64_t tick_ms)
{
    const struct plan *plan = &s->plan;
    struct home *home = &s->homes[at];
    double on_ms = plan->on_hours * (plan->tick_s > 0 ? (double)SIM_HOUR_MS : 1000.0);
    double off_ms = on_ms * (100 - home->uptime_percent) / home->uptime_percent;

    if (home->full && s->now_ms >= home->full_until_ms)
        home->full = false;
    if (s->healed || home->character != HONEST)
        return true;
    if (home->uptime_percent < 100 && luck_percent(&s->luck, 100.0 * (double)tick_ms / (home->wants_on ? on_ms : off_ms)))
        home->wants_on = !home->wants_on;
    return home->wants_on && !(home->away && s->now_ms >= home->away_from_ms && s->now_ms < home->away_until_ms);
}

static void machine(struct sim *s, int at, uint64_t tick_ms)
{
    struct home *home = &s->homes[at];
    bool on = is_on(s, at, tick_ms);

    if (!s->healed)
        machine_breaks(s, at);
    if (on && home->core == NULL && !(home->full && home->lives > 0))
        home_start(s, at);
    else if (!on && home->core != NULL)
        home_stop(s, at, luck_below(&s->luck, 4) == 0);
}

/* ---- A turn of everybody. */

static void network(struct sim *s)
{
    uint64_t deadline_ms = (s->charter.opens_s + s->charter.window_s[BOX_REGISTRY] + s->charter.window_s[BOX_INTEREST]) * 1000;
    uint64_t unit_ms = s->plan.tick_s > 0 ? SIM_HOUR_MS : 1000;
    uint64_t from_ms = deadline_ms - s->plan.cut_from_h * unit_ms;
    bool cut = !s->healed && s->plan.cut_h > 0 && s->now_ms >= from_ms && s->now_ms < from_ms + s->plan.cut_h * unit_ms;

    if (cut != s->cut)
        sim_cut(s, cut);
}

/* What a committee of this size bears: f, for agreement alone 2q - n - 1 (mechanism 2.7). */
static unsigned liars_borne(const struct sim *s, unsigned n)
{
    unsigned f = n < 16 ? (n - 1) / 3 : 3 * (n - 1) / 10;

    if (s->plan.may_fork || s->plan.beyond)
        return n;
    if (s->plan.character == POISONER)
        return (n - 1) / 2; /* too few to open by themselves */
    return s->plan.character == SPLITTER ? n - 2 * f - 1 : f;
}

/* Members deal as soon as it is known who serves, so who is to deal badly has to lie before: on a street where all homes serve. And who founds
 * is known from the beginning. 0: the committee is waited for. */
static unsigned seats_early(const struct sim *s)
{
    if (s->plan.character == POISONER)
        return founder_count(s);
    return s->plan.character == BAD_DEALER && s->nodes <= COMMITTEE_MAX ? (unsigned)s->nodes : 0;
}

static bool registry_is_over(struct sim *s)
{
    struct topic *topic = sim_topic(s, 0);
    const struct season *season = topic == NULL ? NULL : topic_season(topic);

    return season != NULL && s->now_ms / 1000 >= season->boxes[BOX_REGISTRY].deadline_s;
}

/* A member whose clock is wrong by hours is in another round than the others: it counts against what is borne, like one who is silent. */
static unsigned wrong_clocks(const struct sim *s)
{
    int64_t some_minutes = s->plan.tick_s > 0 ? 300000 : 500;
    unsigned count = 0;

    for (unsigned j = 0; j < s->committee_count; j++) {
        int64_t skew = s->committee[j] < 0 ? 0 : s->homes[s->committee[j]].skew_ms;

        count += skew > some_minutes || skew < -some_minutes;
    }
    return count;
}

/* Those who will lie are drawn when it is known who serves: the strongest choice there is. */
static void liars_draw(struct sim *s)
{
    unsigned early = seats_early(s), seats = early == 0 ? s->committee_count : registry_is_over(s) ? early : 0;
    unsigned borne = seats == 0 ? 0 : liars_borne(s, seats), wrong = s->plan.skew_percent > 0 ? wrong_clocks(s) : 0, left;

    borne = wrong < borne ? borne - wrong : 0;
    left = s->plan.liars < borne ? s->plan.liars : borne;
    if (seats == 0 || s->liars_seated > 0 || left == 0)
        return;
    for (unsigned tries = 0; left > 0 && tries < 10000; tries++) {
        unsigned drawn = (unsigned)luck_below(&s->luck, seats);
        int at = early > 0 ? (int)drawn : s->committee[drawn];

        if (at <= 0 || s->homes[at].character != HONEST || (early > 0 && sim_topic(s, at) == NULL))
            continue;
        liar_corrupt(s, at);
        s->liars_seated++;
        left--;
    }
}

void street_tick(struct sim *s)
{
    uint64_t tick_ms = s->plan.tick_s > 0 ? s->plan.tick_s * UINT64_C(1000) : 250;

    network(s);
    for (int i = 0; i < s->nodes && s->failure[0] == '\0'; i++)
        machine(s, i, tick_ms);
    liars_draw(s);
    for (int i = 0; i < s->nodes && s->failure[0] == '\0'; i++) {
        struct topic *topic = sim_topic(s, i);

        if (topic != NULL && !(s->homes[i].character != HONEST && s->plan.late_deals))
            household(s, i, topic);
    }
    for (int i = 0; i < SIM_COMPANIES; i++)
        company(s, i);
}

/* Everything that can be mended is; liars stay what they are, and wrong clocks wrong. */
void street_heal(struct sim *s)
{
    s->healed = true;
    s->cut = false;
    for (size_t i = 0; i < s->wire_count; i++) /* what died silently is told now, as time outs would */
        s->wires[i].lost = s->wires[i].lost && s->wires[i].open[0] && s->wires[i].open[1];
    for (int i = 0; i < s->nodes; i++) {
        s->homes[i].full = false;
        s->homes[i].effects_left = -1;
    }
}
