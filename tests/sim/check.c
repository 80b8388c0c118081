/* check.c - what no single home can see: one closed set of each box, only what came in time in it, everything that came in time in it, one
 * total which is the true one, one award, nothing lost, memory within the quotas. */
#include "tests/sim/sim.h"

#include <stdlib.h>
#include <string.h>

static const char *const box_names[BOXES] = { "registry", "key", "interest", "join", "bids" };

static int home_of_member(const struct sim *s, const uint8_t key[KEY_SIZE])
{
    for (int i = 0; i < s->nodes; i++) {
        if (memcmp(s->homes[i].member_key, key, KEY_SIZE) == 0)
            return i;
    }
    return SIM_NOBODY;
}

/* One beacon, one draw. */
static void committee_same(struct sim *s, int at, const struct season *season)
{
    bool same = season->committee_count == s->committee_count;

    for (unsigned j = 0; j < s->committee_count && same; j++)
        same = s->committee[j] == home_of_member(s, season->registry[season->committee[j]].key);
    if (!same)
        sim_fail(s, "home %d has drawn another committee", at);
}

static void committee_note(struct sim *s, const struct season *season)
{
    if (s->committee_count > 0 || season->committee_count == 0)
        return;
    s->committee_count = season->committee_count;
    for (unsigned j = 0; j < s->committee_count; j++)
        s->committee[j] = home_of_member(s, season->registry[season->committee[j]].key);
}

/* ---- The closed set. */

/* Honest members who had the deal by their own deadline and grace. */
static unsigned in_time(const struct sim *s, enum box_index box, size_t record, uint64_t begin_ms)
{
    unsigned members = box == BOX_REGISTRY ? founder_count(s) : s->committee_count, count = 0;

    for (unsigned j = 0; j < members; j++) {
        int at = box == BOX_REGISTRY ? (int)j : s->committee[j];
        const struct home *home = at < 0 ? NULL : &s->homes[at];

        if (home == NULL || home->character != HONEST || !home_has(home, record))
            continue;
        for (size_t i = 0; i < home->item_count; i++) {
            if (home->disk[i].type == EFFECT_KEEP_RECORD && home->disk[i].record == record) {
                count += home->disk[i].arrival_ms <= begin_ms;
                break;
            }
        }
    }
    return count;
}

static int compare_id(const void *a, const void *b)
{
    return memcmp(a, b, ID_SIZE);
}

/* A voice's last word (in the bids box each number is one), as far as it was said in time by anybody's clock. */
static bool is_last_word(const struct sim *s, const struct ledger_record *deal)
{
    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *r = &s->records[i];

        if (r != deal && r->kind == RECORD_DEAL && r->box == deal->box && memcmp(r->author, deal->author, KEY_SIZE) == 0 &&
            (deal->box == BOX_BIDS ? r->seq == deal->seq : r->seq >= deal->seq))
            return false;
    }
    return true;
}

static bool in_set(const struct box_view *view, const struct ledger_record *deal)
{
    return bsearch(deal->id, view->set, view->set_count, ID_SIZE, compare_id) != NULL;
}

/* Through whichever home: a bid that several hand in is one. */
static bool company_in(const struct sim *s, const struct box_view *view, const uint8_t company[KEY_SIZE])
{
    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *r = &s->records[i];

        if (r->kind == RECORD_DEAL && r->box == BOX_BIDS && memcmp(r->company, company, KEY_SIZE) == 0 && in_set(view, r))
            return true;
    }
    return false;
}

/* Junk takes no more places than are its home's. */
static void check_places(struct sim *s, const struct box_view *view)
{
    for (int i = 0; i < s->nodes; i++) {
        size_t places = 0;

        for (size_t k = 0; k < s->record_count; k++)
            places += s->records[k].maker == i && s->records[k].kind == RECORD_DEAL && s->records[k].box == BOX_BIDS &&
                      in_set(view, &s->records[k]);
        if (places > INTRODUCTIONS_MAX)
            sim_fail(s, "the bids box closed with %zu bids that home %d handed in", places, i);
    }
}

/* P4, P5: of honest members no list has what came late, and what 2f + 1 of them have in time k lists have, whoever the clerk is. */
static void check_set(struct sim *s, int at, enum box_index box, const struct box_view *view)
{
    struct closing *closing = &s->closings[box];
    uint64_t begin_ms = (view->deadline_s + s->charter.grace_s[box]) * 1000;
    unsigned faults = view->listing - 1, all = 2 * faults + 1;
    bool bound = s->liars_seated <= faults;

    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *deal = &s->records[i];
        unsigned count;
        bool in;

        if (deal->kind != RECORD_DEAL || deal->box != box)
            continue;
        in = box == BOX_BIDS ? company_in(s, view, deal->company) : in_set(view, deal);
        count = in_time(s, box, i, begin_ms);
        if (in && count == 0) {
            closing->backdated_in++;
            if (bound)
                sim_fail(s, "the %s box closed on a deal that no honest member had in time (home %d)", box_names[box], at);
        }
        if (in && deal->withdraws)
            sim_fail(s, "the join box closed with a home that has withdrawn (home %d)", at);
        if (!deal->honest || deal->withdraws || !is_last_word(s, deal))
            continue;
        if (deal->made_ms <= view->deadline_s * 1000) {
            closing->timely++;
            closing->timely_in += in;
        }
        if (!in && count >= all && bound && box != BOX_KEY)
            sim_fail(s, "the %s box closed without a deal that %u honest members had in time", box_names[box], count);
    }
}

static void closed(struct sim *s, int at, enum box_index box, const struct box_view *view)
{
    struct closing *closing = &s->closings[box];

    if (!closing->closed) {
        closing->closed = true;
        memcpy(closing->digest, view->digest, HASH_SIZE);
        closing->deadline_s = view->deadline_s;
        closing->settled_s = view->settled_s;
        closing->first_closed_ms = s->now_ms;
        closing->bytes_then = s->bytes;
        check_set(s, at, box, view);
        if (box == BOX_BIDS)
            check_places(s, view);
        return;
    }
    if (memcmp(closing->digest, view->digest, HASH_SIZE) != 0) {
        s->forks++;
        if (!s->plan.may_fork)
            sim_fail(s, "home %d closed the %s box on another set", at, box_names[box]);
    }
}

/* ---- Totals. */

/* The true sums of what the homes of a lot have dealt. false: a liar is among them, nobody but it knows. */
static bool true_total(struct sim *s, const struct season *season, size_t lot, uint64_t out[DEAL_VALUES_MAX])
{
    const struct box_view *join = &season->boxes[BOX_JOIN];

    memset(out, 0, DEAL_VALUES_MAX * sizeof *out);
    for (size_t i = 0; i < season->lots[lot].home_count; i++) {
        const struct ledger_record *deal = NULL;

        for (size_t j = 0; j < join->set_count; j++) {
            size_t found = ledger_find(s, join->set[j]);

            if (found < s->record_count && memcmp(s->records[found].author, season->lots[lot].homes[i], KEY_SIZE) == 0)
                deal = &s->records[found];
        }
        if (deal == NULL || (deal->honest && !deal->values_known))
            sim_fail(s, "a lot names a home that has not joined it");
        if (deal == NULL || !deal->values_known)
            return false;
        for (size_t k = 0; k < s->charter.item_count; k++)
            out[k] += deal->values[k];
    }
    return true;
}

static void check_totals(struct sim *s, int at, const struct season *season)
{
    for (size_t lot = 0; lot < s->charter.lot_count; lot++) {
        const struct lot_view *view = &season->lots[lot];

        if (!view->formed)
            continue;
        if (view->home_count < s->charter.floor)
            sim_fail(s, "a lot of %zu homes, the floor is %u", view->home_count, s->charter.floor);
        if (!view->totals_known)
            sim_fail(s, "home %d: the join box is open, and lot %zu has no totals", at, lot);
        if (!s->totals_known && !true_total(s, season, lot, s->totals[lot]))
            memcpy(s->totals[lot], view->totals, sizeof view->totals);
        for (size_t k = 0; k < s->charter.item_count; k++) {
            if (s->charter.items[k].use != ITEM_RESERVE && view->totals[k] != s->totals[lot][k])
                sim_fail(s, "home %d: the total of lot %zu is not the sum of its homes", at, lot);
            if (s->charter.items[k].use == ITEM_RESERVE && view->totals[k] != 0 && !view->reserve_known)
                sim_fail(s, "home %d: the reserve is known before its time", at);
        }
    }
    s->totals_known = true;
}

/* ---- After each step. */

static void reached(struct sim *s, int at, enum box_index box, const struct season *season)
{
    struct home *home = &s->homes[at];
    const struct box_view *view = &season->boxes[box];

    if (view->state >= BOX_CLOSED && home->state[box] < BOX_CLOSED) {
        if (home->reached_ms[box][0] == 0)
            home->reached_ms[box][0] = s->now_ms;
        closed(s, at, box, view);
    }
    if (view->state == BOX_OPENED && home->state[box] < BOX_OPENED) {
        if (home->reached_ms[box][1] == 0)
            home->reached_ms[box][1] = s->now_ms;
        if (box == BOX_REGISTRY) {
            committee_note(s, season);
            if (!s->replaced && !season->replaced)
                committee_same(s, at, season);
        }
        if (box == BOX_JOIN)
            check_totals(s, at, season);
    }
}

/* Key and interest begin again under the next lot: what was known of them is of the first committee. */
static void follow_next_lot(struct sim *s, int at, const struct season *season)
{
    struct home *home = &s->homes[at];

    if (!s->replaced) {
        s->replaced = true;
        s->committee_count = 0;
        committee_note(s, season);
    }
    for (enum box_index box = BOX_KEY; box <= BOX_INTEREST; box++) {
        home->state[box] = BOX_WAITING;
        if (s->closings[box].closed && s->closings[box].settled_s < season->boxes[box].deadline_s)
            memset(&s->closings[box], 0, sizeof s->closings[box]);
    }
    home->dealt[1] = 0;
    home->deals_ms[1] = 0;
    home->replaced = true;
}

void check_state(struct sim *s, int at)
{
    struct home *home = &s->homes[at];
    struct topic *topic = sim_topic(s, at);
    const struct season *season = topic == NULL ? NULL : topic_season(topic);

    if (season == NULL)
        return;
    if (season->phase == PHASE_FORK && home->character == HONEST) {
        s->forks++;
        if (!s->plan.may_fork)
            sim_fail(s, "home %d sees two closed sets", at);
        return;
    }
    if (season->replaced && !home->replaced)
        follow_next_lot(s, at, season);
    for (enum box_index box = BOX_REGISTRY; box < BOXES; box++) {
        enum box_state state = season->boxes[box].state;

        if (state == home->state[box])
            continue;
        if (state < home->state[box] && !s->plan.may_fork)
            sim_fail(s, "home %d: the %s box went back", at, box_names[box]);
        else
            reached(s, at, box, season);
        home->state[box] = state;
    }
    if (season->boxes[BOX_BIDS].state < BOX_OPENED && season->bid_count > 0)
        sim_fail(s, "home %d reads bids before they are opened", at);
}

/* ---- At the end. */

static bool counts(const struct home *home)
{
    return home->character == HONEST && home->core != NULL;
}

bool sim_over(struct sim *s)
{
    for (int i = 0; i < s->nodes; i++) {
        struct home *home = &s->homes[i];

        if (home->character != HONEST)
            continue;
        if (home->core == NULL)
            return false;
        if (s->plan.ends_early ? home->state[BOX_JOIN] < BOX_OPENED && home->phase < PHASE_TENDER : home->phase < PHASE_AWARDED)
            return false;
    }
    return true;
}

static void check_award(struct sim *s, int at, const struct season *season, const struct season *first)
{
    if (season->phase != first->phase)
        sim_fail(s, "home %d is in the phase %s, another in %s", at, phase_name(season->phase), phase_name(first->phase));
    for (size_t lot = 0; lot < s->charter.lot_count && s->failure[0] == '\0'; lot++) {
        const struct lot_view *a = &season->lots[lot], *b = &first->lots[lot];

        if (a->awarded != b->awarded || a->cost_cents != b->cost_cents || a->home_count != b->home_count ||
            memcmp(a->totals, b->totals, sizeof a->totals) != 0 ||
            (a->awarded && memcmp(season->bids[a->winner].record, first->bids[b->winner].record, ID_SIZE) != 0))
            sim_fail(s, "home %d has another award", at);
    }
}

/* What an honest home was told is done is with everybody; but not what went with its only disk. */
static void check_kept(struct sim *s)
{
    for (size_t i = 0; i < s->record_count; i++) {
        const struct ledger_record *r = &s->records[i];

        if (!r->honest || !r->synced || r->lost)
            continue;
        for (int at = 0; at < s->nodes; at++) {
            if (counts(&s->homes[at]) && !home_has(&s->homes[at], i) && !s->homes[at].full) {
                sim_fail(s, "home %d has never got a record that home %d made (kind %d, box %s)", at, r->maker, (int)r->kind,
                         box_names[r->box]);
                return;
            }
        }
    }
}

/* Beyond its quota a member's lists and deals are kept when others have named them, and the lists that others' are told by: quota.c. */
enum { WANTED_ANYWAY = AUTHOR_LISTS_MAX + DEAL_SEQ_MAX + 1 + COMMITTEE_MAX * AUTHOR_LISTS_MAX };

static void check_memory(struct sim *s, int at, struct topic *topic)
{
    const struct held *const *held;
    size_t count = topic_held(topic, &held);

    if (count > TOPIC_RECORDS_MAX)
        sim_fail(s, "home %d holds %zu records", at, count);
    for (unsigned j = 0; j < s->committee_count; j++) {
        const struct home *liar = &s->homes[s->committee[j] < 0 ? 0 : s->committee[j]];
        size_t of_one[BOXES] = { 0 }, introduced = 0;

        for (size_t i = 0; i < count && liar->character != HONEST; i++) {
            if (memcmp(held[i]->record.author, liar->member_key, KEY_SIZE) == 0 &&
                ++of_one[held[i]->record.box] > AUTHOR_BOX_RECORDS_MAX + WANTED_ANYWAY)
                sim_fail(s, "home %d holds more of one liar than the quota", at);
            if (memcmp(held[i]->record.author, liar->introducer_key, KEY_SIZE) == 0 &&
                ++introduced > VOICE_DEALS_MAX + WANTED_ANYWAY)
                sim_fail(s, "home %d holds more bids of one liar than the quota", at);
        }
    }
    if (s->homes[at].end_count > LINKS_MAX + DIALS_MAX)
        sim_fail(s, "home %d has %zu links", at, s->homes[at].end_count);
}

static void check_name(struct sim *s, int at, const struct box_view *view, enum box_index box, unsigned member, const struct home *home)
{
    unsigned j = member - 1;
    bool dealt = view->dealt_badly >> j & 1, opened = view->opened_falsely >> j & 1;

    if ((dealt || opened || view->contradicted >> j & 1) && home->character == HONEST)
        sim_fail(s, "home %d names an honest member (%u)", at, member);
    if (box == BOX_KEY && home->dealt_badly && !dealt)
        sim_fail(s, "home %d does not name a bad dealer (%u)", at, member);
    if (!opened && home->opened >> box & 1)
        sim_fail(s, "home %d does not name who opened falsely (%u)", at, member);
}

/* Who is proved to have cheated is a liar; and who dealt badly, or opened falsely to anybody, is named to every home. */
static void check_names(struct sim *s, int at, const struct season *season)
{
    for (unsigned j = 0; j < founder_count(s); j++)
        check_name(s, at, &season->boxes[BOX_REGISTRY], BOX_REGISTRY, j + 1, &s->homes[j]);
    for (unsigned j = 0; j < s->committee_count; j++) {
        for (enum box_index box = BOX_KEY; box <= BOX_JOIN; box++)
            check_name(s, at, &season->boxes[box], box, j + 1, &s->homes[s->committee[j] < 0 ? 0 : s->committee[j]]);
    }
}

/* What nobody did, nobody has to find. */
static void check_lied(struct sim *s)
{
    bool lied = s->plan.character != POISONER && (s->plan.character != BAD_DEALER || s->nodes > COMMITTEE_MAX); /* on a larger street none of them need serve */

    for (int i = 0; i < s->nodes; i++) {
        const struct home *home = &s->homes[i];

        lied = lied || home->dealt_badly || (home->dealt_twice && home->opened >> BOX_REGISTRY & 1);
    }
    if (!lied)
        sim_fail(s, "nobody has lied");
}

void check_end(struct sim *s)
{
    const struct season *first = NULL;

    for (int i = 0; i < s->nodes && s->failure[0] == '\0'; i++) {
        struct topic *topic = sim_topic(s, i);
        const struct season *season = topic == NULL ? NULL : topic_season(topic);

        if (!counts(&s->homes[i]) || season == NULL)
            continue;
        first = first == NULL ? season : first;
        check_award(s, i, season, first);
        check_memory(s, i, topic);
        check_names(s, i, season);
    }
    if (first != NULL && !s->plan.ends_early && !s->plan.any_end && (first->phase == PHASE_AWARDED) == s->plan.no_award)
        sim_fail(s, "the round ended with: %s", phase_name(first->phase));
    check_lied(s);
    check_kept(s);
    check_acquaintances(s);
    if (!s->plan.ends_early)
        check_secrecy(s);
}

static int compare_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double closing_hours(const struct sim *s, enum box_index box)
{
    double *hours = malloc((size_t)s->nodes * sizeof *hours), answer = -1;
    int clear = box == BOX_INTEREST, count = 0, all = 0;

    for (int i = 0; i < s->nodes && hours != NULL; i++) {
        const struct home *home = &s->homes[i];
        uint64_t at = home->reached_ms[box][!clear];

        if (home->character != HONEST || home->away)
            continue;
        all++;
        if (at > 0 && s->closings[box].closed)
            hours[count++] = ((double)at - 1000.0 * (double)s->closings[box].deadline_s) / (double)SIM_HOUR_MS;
    }
    if (hours != NULL && count > 0)
        qsort(hours, (size_t)count, sizeof *hours, compare_double);
    if (hours != NULL && all > 0 && 10 * count >= 9 * all)
        answer = hours[(9 * all + 9) / 10 - 1];
    free(hours);
    return answer;
}
