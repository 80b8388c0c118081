/* main.c - build/tests/formation: plays zones of each market, and prints one JSON line for each market, number of homes and noise.
 *
 * Exit code 1: a target is missed (T1 and T2 of the mechanism), or the planner is not the best among nine homes. */
#include "tests/formation/formation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMES = 4, FEW = 9, ZONES = 60 };

static const double told_at[SCHEMES] = { NOTHING_TOLD, AS_TOLD, 2, 4 };

struct order {
    const char *market; /* NULL: all */
    int homes;          /* 0: 100, 200, 500, 1000 */
    int zones;
    uint64_t seed;
    uint32_t floor;
    bool by_proof, exact;
};
struct tally {
    double best, one, ours[SCHEMES], reported[SCHEMES], stay, lots;
};

/* ---- Targets: percent of the planner's. 0: none. */

static double wanted(const char *market, int homes)
{
    if (homes >= 500)
        return *market == 'V' ? 97 : *market == 'B' ? 90 : 94;
    if (homes >= 200)
        return *market == 'V' ? 0 : 85;
    return homes >= 100 && *market == 'H' ? 70 : 0;
}

static bool far_from_rivals(const char *market, int homes, double ours, double one, double reported)
{
    return *market != 'H' || homes < 500 || (ours >= one + 35 && ours >= reported + 45);
}

/* ---- One zone. */

static void zone_play(struct tally *tally, const struct zone *zone, uint32_t floor, struct rng *rng)
{
    unsigned contract[LOTS_MAX], told[HOMES_MAX];
    struct planner planner;
    int placed[HOMES_MAX];

    planner_begin(&planner, zone, rng);
    planner_search(&planner);
    for (size_t l = 0; l < zone->market->menu_count; l++)
        contract[l] = zone->market->menu[l] / 2;
    for (int k = 0; k < SCHEMES; k++) {
        double count[CELLS];
        struct forecast forecast;
        struct outcome ours, reported;

        for (int i = 0; i < zone->count && told_at[k] > 0; i++)
            told[i] = tells(&zone->homes[i], told_at[k], rng);
        folded_estimate(count, zone, told, told_at[k]);
        forecast_make(&forecast, zone->market, count, zone->market->menu, zone->market->menu_count);
        folded_lots(placed, zone, &forecast, floor);
        ours = realise(zone, placed, contract, (int)zone->market->menu_count);
        reported = by_report(zone, &forecast, told_at[k], rng);
        planner_improve(&planner, placed, contract, (int)zone->market->menu_count);
        tally->ours[k] += ours.saved;
        tally->reported[k] += reported.saved;
        tally->stay += told_at[k] == AS_TOLD ? (double)ours.homes / zone->count : 0;
        tally->lots += told_at[k] == AS_TOLD ? ours.groups : 0;
    }
    tally->one += one_coalition(zone).saved;
    tally->best += planner.best.saved;
}

static bool print(const struct tally *t, const struct market *market, int homes, int zones)
{
    bool fine = true;

    for (int k = 0; k < SCHEMES; k++) {
        double scale = t->best > 0 ? 100 / t->best : 0, target = wanted(market->is.name, homes);
        double ours = t->ours[k] * scale, one = t->one * scale, reported = t->reported[k] * scale;
        bool met = ours >= target && (told_at[k] != AS_TOLD || far_from_rivals(market->is.name, homes, ours, one, reported));

        printf("{\"market\":\"%s\",\"homes\":%d,\"eps\":%g,\"zones\":%d,\"best_eur\":%.1f,\"ours\":%.1f,\"one_coalition\":%.1f", market->is.name, homes,
               told_at[k], zones, t->best / zones / homes, ours, one);
        if (told_at[k] > 0)
            printf(",\"by_report\":%.1f", reported);
        if (told_at[k] == AS_TOLD)
            printf(",\"stay_percent\":%.0f,\"lots\":%.1f", 100 * t->stay / zones, t->lots / zones);
        if (target > 0)
            printf(",\"target\":%g,\"met\":%s", target, met ? "true" : "false");
        printf("}\n");
        fine = fine && met;
    }
    fflush(stdout);
    return fine;
}

static void seeded(struct rng *rng, uint64_t seed, const char *market, int homes)
{
    uint8_t bytes[KEY_SIZE] = { 0 };

    be64_write(bytes, seed);
    bytes[8] = (uint8_t)*market;
    be32_write(bytes + 9, (uint32_t)homes);
    rng_init(rng, bytes);
}

static bool market_play(const struct sizes_of_market *is, const struct order *order)
{
    static const int sizes[] = { 100, 200, 500, 1000 }, usual[] = { 200, 40, 40, 20 }; /* near the least size that pays, zones differ much */
    static struct zone zone;
    struct market market;
    struct rng rng;
    bool fine = true;

    seeded(&rng, order->seed, is->name, 0);
    market_make(&market, is, order->by_proof, &rng);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        int zones = order->zones > 0 ? order->zones : usual[k];
        struct tally tally = { .best = 0 };

        if (order->homes > 0 && order->homes != sizes[k])
            continue;
        seeded(&rng, order->seed, is->name, sizes[k]);
        for (int i = 0; i < zones; i++) {
            zone_draw(&zone, &market, sizes[k], &rng);
            zone_play(&tally, &zone, order->floor, &rng);
        }
        fine = print(&tally, &market, sizes[k], zones) && fine;
    }
    market_clear(&market);
    return fine;
}

/* ---- Is the planner any good? Every way to part nine homes into groups, from what each set of them saves alone. */

static double alone(const struct zone *zone, unsigned set)
{
    double best = 0;
    int placed[FEW];

    for (int i = 0; i < FEW; i++)
        placed[i] = set >> i & 1 ? 0 : NOWHERE;
    for (unsigned contract = 0; contract < CONTRACTS; contract++)
        best = fmax(best, realise(zone, placed, &contract, 1).saved);
    return best;
}

static double optimum(const struct zone *zone)
{
    double best[1 << FEW] = { 0 };

    for (unsigned set = 1; set < 1 << FEW; set++) {
        best[set] = alone(zone, set);
        for (unsigned part = (set - 1) & set; part > 0; part = (part - 1) & set)
            best[set] = fmax(best[set], best[part] + best[set & ~part]);
    }
    return best[(1 << FEW) - 1];
}

static bool exact(const struct order *order)
{
    static const struct sizes_of_market is = { "few", 60, 2, 30, 30, 10 };
    static struct zone zone;
    struct market market;
    struct rng rng;
    double found = 0, best = 0;
    int hits = 0;

    seeded(&rng, order->seed, "few", FEW);
    market_make(&market, &is, true, &rng);
    for (int i = 0; i < ZONES; i++) {
        double most;
        struct planner planner;

        zone_draw(&zone, &market, FEW, &rng);
        most = optimum(&zone);
        planner_begin(&planner, &zone, &rng);
        planner_search(&planner);
        found += planner.best.saved;
        best += most;
        hits += planner.best.saved > most - 1e-6;
    }
    market_clear(&market);
    printf("{\"homes\":%d,\"zones\":%d,\"planner_of_optimum\":%.4f,\"optimal\":%d}\n", FEW, ZONES, found / best, hits);
    return found > .99 * best;
}

/* ---- The command. */

static int usage(void)
{
    fprintf(stderr, "formation [--market V|B|H] [--homes 100|200|500|1000] [--zones N] [--seed S] [--floor K] [--proof] [--exact]\n"
                    "--proof: with lots that only those may join who prove that their load is cheap\n");
    return 2;
}

static bool order_read(struct order *out, int count, char **words)
{
    *out = (struct order){ .seed = 1, .floor = 20 };
    for (int i = 1; i < count; i++) {
        const char *word = words[i], *value = i + 1 < count ? words[i + 1] : NULL;

        if (strcmp(word, "--proof") == 0 || strcmp(word, "--exact") == 0) {
            out->by_proof = out->by_proof || strcmp(word, "--proof") == 0;
            out->exact = out->exact || strcmp(word, "--exact") == 0;
            continue;
        }
        if (value == NULL)
            return false;
        i++;
        if (strcmp(word, "--market") == 0)
            out->market = value;
        else if (strcmp(word, "--homes") == 0)
            out->homes = atoi(value);
        else if (strcmp(word, "--zones") == 0)
            out->zones = atoi(value);
        else if (strcmp(word, "--seed") == 0)
            out->seed = strtoull(value, NULL, 10);
        else if (strcmp(word, "--floor") == 0)
            out->floor = (uint32_t)atoi(value);
        else
            return false;
    }
    return true;
}

int main(int count, char **words)
{
    struct order order;
    bool fine = true;

    if (!order_read(&order, count, words))
        return usage();
    if (order.exact)
        fine = exact(&order);
    for (size_t k = 0; k < sizeof markets / sizeof *markets && !order.exact; k++) {
        if (order.market == NULL || strcmp(order.market, markets[k].name) == 0)
            fine = market_play(&markets[k], &order) && fine;
    }
    return fine ? 0 : 1;
}
