/* bars.c - what the closing protocol is to reach, in weeks and with as many homes as make a whole committee (mechanism 4): how long after a
 * deadline nine of ten homes know the total, that nobody finds two closed sets but where more lie than are borne, and what came in time is in.
 *
 * One line for each bar; 1 if one of them is missed. Of a share of deals the box that lost most counts. */
#include "tests/sim/sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 20 }; /* the fewest of which the slowest is not the 95th of a hundred; twenty minutes of CPU */

/* nodes 0: the scenario's. Of a street of forty the 35th to come home after eight hours off varies by four hours, and by an hour and a half more
 * if all come at the full hour: where half of them are off that is what would be measured. */
static const struct bar {
    const char *scenario, *name, *field;
    bool least;
    double bar;
    int nodes;
} bars[] = {
    { "honest90", "hours to the total, on 90 %", "hours_p95", false, 17, 0 },
    { "grace1", "hours to the total, on 90 %, an hour of grace", "hours_p95", false, 6, 0 },
    { "honest70", "hours to the total, on 70 %", "hours_p95", false, 24, 0 },
    { "honest70", "deals made in time and closed on, on 70 %", "timely_in_least", true, .995, 0 },
    { "honest50", "hours to the total, on half of the time", "hours_p95", false, 48, 100 },
    { "honest50", "deals made in time and closed on, on half of the time", "timely_in_least", true, .995, 100 },
    { "equivocating", "hours to the total, 6 of 31 equivocate", "hours_p95", false, 48, 0 },
    { "equivocating", "deals of after the deadline closed on", "backdated_in", false, 0, 0 },
    { "late", "hours to the total, 6 of 31 complete quorums late", "hours_p95", false, 72, 0 },
    { "late", "deals of after the deadline closed on", "backdated_in", false, 0, 0 },
    { "silent", "hours to the total, 6 of 31 are silent", "hours_p95", false, 96, 0 },
    { "split16", "runs with two closed sets, 16 of 31 vote twice", "forked", true, .1, 0 },
    { "split12", "runs with two closed sets, 12 of 31 vote twice", "forked", false, 0, 0 },
    { "partition", "deals made in time and closed on, halves for four days", "timely_in_least", true, .995, 0 },
    { "worst", "deals made in time and closed on, halves for four days and 6 of 31 equivocate", "timely_in_least", true, .97, 0 },
    { "worst", "deals of after the deadline closed on", "backdated_in", false, 0, 0 },
};

static int nodes_of(const struct bar *bar)
{
    return bar->nodes > 0 ? bar->nodes : plan_find(bar->scenario)->nodes;
}

/* Until it is known what homes want together: what comes after is another company's time. */
static bool play(char last[SIM_LINE], const char *program, const struct bar *bar, uint64_t first, uint64_t until)
{
    char seeds[64], nodes[16];
    const char *words[] = { program, "--scenario", bar->scenario, "--early", "--seed", seeds, "--nodes", nodes, NULL };

    snprintf(seeds, sizeof seeds, "%" PRIu64 "..%" PRIu64, first, until);
    snprintf(nodes, sizeof nodes, "%d", nodes_of(bar));
    return sim_again(last, words);
}

/* Hours are negative where too few runs have come to an end. */
static bool bar_met(const struct bar *bar, const char *last, bool played, uint64_t runs)
{
    double value = line_number(last, bar->field);
    bool met = played && value >= 0 && (bar->least ? value >= bar->bar : value <= bar->bar);

    printf("{\"bar\":\"%s\",\"scenario\":\"%s\",\"nodes\":%d,\"runs\":%" PRIu64 ",\"value\":%.4f,\"%s\":%.4f,\"cpu_s\":%.0f,"
           "\"met\":%s}\n",
           bar->name, bar->scenario, nodes_of(bar), runs, value, bar->least ? "least" : "most", bar->bar,
           line_number(last, "cpu_s"), met ? "true" : "false");
    fflush(stdout);
    return met;
}

int bars_run(uint64_t first, uint64_t last)
{
    char self[SIM_PATH], said[SIM_LINE] = "";
    bool met = sim_path(self), played = false;

    if (last == 0) {
        first = 1;
        last = SEEDS;
    }
    for (size_t i = 0; i < ARRAY_SIZE(bars); i++) {
        if (i == 0 || strcmp(bars[i].scenario, bars[i - 1].scenario) != 0)
            played = play(said, self, &bars[i], first, last);
        met &= bar_met(&bars[i], said, played, last - first + 1);
    }
    return met ? 0 : 1;
}
