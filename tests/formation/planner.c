/* planner.c - the best that could be found by somebody who knows everybody's figures and may place everybody, as long as nobody would rather leave;
 * and two ways that need no choosing: one coalition for all, and the noised report deciding who is where.
 *
 * Search by hill climbing from many beginnings: move one home at a time to where all together gain most, give each group the contract that suits it,
 * dissolve what saves nothing, join two groups where that saves more. Among nine homes it finds the optimum (main.c --exact). */
#include "tests/formation/formation.h"

#include <string.h>

enum { OUTER = 6, PASSES = 30, BEGINNINGS = 24 };

struct group {
    double fit, margin, kwh;
    int count;
    unsigned contract;
};
struct climb {
    const struct zone *zone;
    struct group groups[GROUPS_OF_PLANNER];
    int group_count, placed[HOMES_MAX];
};

static double worth(const struct zone *zone, const struct group *g)
{
    return g->count == 0 ? 0 : g->fit + GIVEN_BACK * g->margin + g->count * by_volume(zone->market, g->count);
}

static struct group with(const struct group *g, const struct resident *home, int sign)
{
    return (struct group){ g->fit + sign * home->fit[g->contract], g->margin + sign * home->margin[g->contract], g->kwh + sign * home->kwh,
                           g->count + sign, g->contract };
}

static double own_part(const struct zone *zone, const struct group *g, const struct resident *home)
{
    return home->fit[g->contract] + home->kwh * GIVEN_BACK * g->margin / g->kwh + by_volume(zone->market, g->count);
}

static struct group gathered(const struct climb *c, int of, unsigned contract)
{
    struct group g = { .contract = contract };

    for (int i = 0; i < c->zone->count; i++) {
        if (c->placed[i] == of)
            g = with(&g, &c->zone->homes[i], 1);
    }
    return g;
}

static void recontract(struct climb *c)
{
    for (int g = 0; g < c->group_count; g++) {
        struct group best = gathered(c, g, c->groups[g].contract);

        for (unsigned contract = 0; contract < CONTRACTS; contract++) {
            struct group other = gathered(c, g, contract);

            if (worth(c->zone, &other) > worth(c->zone, &best))
                best = other;
        }
        c->groups[g] = best;
    }
}

/* Where all together gain most if this home moves; it must not want to leave again. */
static int best_place(const struct climb *c, int i)
{
    const struct resident *home = &c->zone->homes[i];
    int from = c->placed[i], best = from;
    double left = 0, most = 1e-7;

    if (from != NOWHERE) {
        struct group without = with(&c->groups[from], home, -1);

        left = worth(c->zone, &without) - worth(c->zone, &c->groups[from]);
        if (own_part(c->zone, &c->groups[from], home) < HASSLE) {
            most = -1e17;
            best = NOWHERE;
        } else if (left > most) {
            most = left;
            best = NOWHERE;
        }
    }
    for (int g = 0; g < c->group_count; g++) {
        struct group more;
        double gained;

        if (g == from)
            continue;
        more = with(&c->groups[g], home, 1);
        gained = left + worth(c->zone, &more) - worth(c->zone, &c->groups[g]);
        if (gained > most && own_part(c->zone, &more, home) >= HASSLE) {
            most = gained;
            best = g;
        }
    }
    return best;
}

static bool move_all(struct climb *c)
{
    bool any = false, moved = true;

    for (int pass = 0; pass < PASSES && moved; pass++) {
        moved = false;
        for (int i = 0; i < c->zone->count; i++) {
            int from = c->placed[i], to = best_place(c, i);

            if (to == from)
                continue;
            if (from != NOWHERE)
                c->groups[from] = with(&c->groups[from], &c->zone->homes[i], -1);
            if (to != NOWHERE)
                c->groups[to] = with(&c->groups[to], &c->zone->homes[i], 1);
            c->placed[i] = to;
            any = moved = true;
        }
    }
    return any;
}

static void pour(struct climb *c, int from, int to)
{
    for (int i = 0; i < c->zone->count; i++) {
        if (c->placed[i] == from)
            c->placed[i] = to;
    }
    c->groups[from] = (struct group){ .contract = c->groups[from].contract };
    if (to != NOWHERE)
        c->groups[to] = gathered(c, to, c->groups[to].contract);
}

static bool join_groups(struct climb *c)
{
    bool any = false;

    for (int g = 0; g < c->group_count; g++) {
        if (c->groups[g].count == 0 || worth(c->zone, &c->groups[g]) > 0)
            continue;
        pour(c, g, NOWHERE);
        any = true;
    }
    for (int a = 0; a < c->group_count; a++) {
        for (int b = 0; b < c->group_count; b++) {
            struct group both, of_a;

            if (a == b || c->groups[a].count == 0 || c->groups[b].count == 0)
                continue;
            both = c->groups[b];
            of_a = gathered(c, a, both.contract);
            both.fit += of_a.fit;
            both.margin += of_a.margin;
            both.count += of_a.count;
            if (worth(c->zone, &both) <= worth(c->zone, &c->groups[a]) + worth(c->zone, &c->groups[b]) + 1e-7)
                continue;
            pour(c, a, b);
            any = true;
        }
    }
    return any;
}

static void take_better(struct planner *planner, struct outcome other)
{
    if (other.saved > planner->best.saved)
        planner->best = other;
}

static void climb_from(struct planner *planner, struct climb *c)
{
    unsigned contract[GROUPS_OF_PLANNER];

    c->zone = planner->zone;
    for (int outer = 0; outer < OUTER; outer++) {
        bool moved;

        recontract(c);
        moved = move_all(c);
        if (!join_groups(c) && !moved)
            break;
    }
    for (int g = 0; g < c->group_count; g++)
        contract[g] = c->groups[g].contract;
    take_better(planner, realise(c->zone, c->placed, contract, c->group_count));
}

void planner_begin(struct planner *planner, const struct zone *zone, struct rng *rng)
{
    *planner = (struct planner){ .zone = zone, .rng = rng };
}

void planner_improve(struct planner *planner, const int *placed, const unsigned *contract, int groups)
{
    static struct climb c;

    take_better(planner, realise(planner->zone, placed, contract, groups));
    memset(&c, 0, sizeof c);
    c.group_count = groups;
    memcpy(c.placed, placed, (size_t)planner->zone->count * sizeof *placed);
    for (int g = 0; g < groups; g++)
        c.groups[g].contract = contract[g];
    climb_from(planner, &c);
}

/* Everybody to the best of some contracts, as if all were large. */
static void scattered(struct planner *planner, int *placed, const unsigned *contract, int groups)
{
    for (int i = 0; i < planner->zone->count; i++) {
        const struct resident *home = &planner->zone->homes[i];
        double best = -1e18;

        for (int g = 0; g < groups; g++) {
            double value = home->fit[contract[g]] + GIVEN_BACK * home->margin[contract[g]];

            if (value > best) {
                best = value;
                placed[i] = g;
            }
        }
    }
}

void planner_search(struct planner *planner)
{
    const struct zone *zone = planner->zone;
    unsigned contract[GROUPS_OF_PLANNER];
    int placed[HOMES_MAX];

    for (int lot = 0; lot < WISHABLE; lot++)
        contract[lot] = (unsigned)lot / 2;
    for (int i = 0; i < zone->count; i++)
        placed[i] = zone->homes[i].liked == WISHABLE ? NOWHERE : zone->homes[i].liked;
    planner_improve(planner, placed, contract, WISHABLE);
    for (unsigned c = 0; c < CONTRACTS; c++) {
        memset(placed, 0, sizeof placed);
        planner_improve(planner, placed, &c, 1);
    }
    for (int k = 0; k < BEGINNINGS; k++) {
        int groups = 2 + (int)rng_below(planner->rng, 6);

        for (int g = 0; g < groups; g++)
            contract[g] = (unsigned)rng_below(planner->rng, CONTRACTS);
        scattered(planner, placed, contract, groups);
        planner_improve(planner, placed, contract, groups);
    }
}

/* ---- Without choosing. */

struct outcome one_coalition(const struct zone *zone)
{
    struct outcome best = { 0, 0, 0 };
    int placed[HOMES_MAX] = { 0 };

    for (unsigned c = 0; c < CONTRACTS; c++) {
        struct outcome one = realise(zone, placed, &c, 1);

        if (one.saved > best.saved)
            best = one;
    }
    return best;
}

/* Of those in the country who like a lot best, where do most go among the lots that stand? */
static int sent_to(const struct market *market, int liked, const struct forecast *f)
{
    int votes[LOTS_MAX] = { 0 }, best = NOWHERE, seen = 0;

    for (int i = 0; i < NATIONAL && seen < EXEMPLARS / CELLS; i++) {
        const struct resident *home = &market->national[i];
        double most = HASSLE;
        int goes = NOWHERE;

        if (home->liked != liked)
            continue;
        seen++;
        for (size_t l = 0; l < market->menu_count; l++) {
            unsigned lot = market->menu[l];
            double value = f->open[lot] ? gain(market, home, lot, f->given_back[lot], f->size[lot] > 1 ? f->size[lot] : 1) : -1e9;

            if (value > most) {
                most = value;
                goes = (int)l;
            }
        }
        if (goes != NOWHERE)
            votes[goes]++;
    }
    for (size_t l = 0; l < market->menu_count; l++) {
        if (votes[l] > 0 && (best == NOWHERE || votes[l] > votes[best]))
            best = (int)l;
    }
    return best;
}

struct outcome by_report(const struct zone *zone, const struct forecast *forecast, double eps, struct rng *rng)
{
    const struct market *market = zone->market;
    int to[WISHABLE + 1], placed[HOMES_MAX];
    unsigned contract[LOTS_MAX], step = market->by_proof ? 1 : 2; /* no answer that nobody would truly give */

    for (int liked = 0; liked <= WISHABLE; liked++)
        to[liked] = sent_to(market, liked, forecast);
    for (size_t l = 0; l < market->menu_count; l++)
        contract[l] = market->menu[l] / 2;
    for (int i = 0; i < zone->count; i++) {
        const struct resident *home = &zone->homes[i];

        placed[i] = to[step * noised((unsigned)home->liked / step, WISHABLE / step + 1, eps, rng)];
        if (placed[i] != NOWHERE && !may_join(market, home, market->menu[placed[i]]))
            placed[i] = NOWHERE;
    }
    return realise(zone, placed, contract, (int)market->menu_count);
}
