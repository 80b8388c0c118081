/* scenario.c - the table of scenarios, and how one is played: faults until the round is over or its days are, then everything is healed that
 * can be, and progress is demanded within a bound. */
#include "proto/core/core_state.h"
#include "tests/sim/sim.h"

#include <string.h>

enum { HOUR_S = 3600, SLICES = 4 };
#define WEEKS(homes) .good = "pellets", .pace = "season", .days = 60, .tick_s = HOUR_S, .awake_ms = 20000, .nodes = (homes)
#define HALF_HOURS(homes) .good = "pellets", .pace = "season", .days = 60, .tick_s = HOUR_S / 2, .awake_ms = 20000, .nodes = (homes)
#define SECONDS(homes) .good = "pellets", .pace = "demo", .nodes = (homes)
#define ON(percent, hours) .uptime_percent = (percent), .on_hours = (hours)

const struct plan plans[] = {
    { .name = "season", .about = "a whole round, every home always on", WEEKS(40), ON(100, 8) },
    { .name = "honest90", .about = "on for 90 % of the time", WEEKS(40), ON(90, 40), .away_percent = 5 },
    { .name = "honest70", .about = "on for 70 % of the time", WEEKS(40), ON(70, 8), .away_percent = 5,
      .undecided_percent = 10 },
    { .name = "honest50", .about = "on for half of the time", HALF_HOURS(40), ON(50, 8), .away_percent = 5 },
    { .name = "undecided", .about = "half of the homes change their mind or withdraw", WEEKS(24), ON(100, 8), .undecided_percent = 50 },
    { .name = "grace1", .about = "on for 90 % of the time, and an hour of grace", WEEKS(40), ON(90, 40), .away_percent = 5,
      .grace_h = 1 },
    { .name = "partition", .about = "two halves for four days around a deadline", WEEKS(40), ON(90, 40),
      .cut_from_h = 24, .cut_h = 96, .deals_until_percent = 100 },
    { .name = "silent", .about = "6 members say nothing", WEEKS(40), ON(70, 8), .character = SILENT,
      .liars = 6, .skew_percent = 2 },
    { .name = "equivocating", .about = "6 members cut and vote for everything, and deal late", WEEKS(40),
      ON(70, 8), .character = EQUIVOCATOR, .liars = 6, .skew_percent = 2, .late_deals = true },
    { .name = "equivocating9", .about = "the same with 9, the most that is borne", WEEKS(40), ON(90, 40),
      .character = EQUIVOCATOR, .liars = 9, .late_deals = true },
    { .name = "late", .about = "6 members complete quorums at the last minute", WEEKS(40), ON(70, 8),
      .character = LATE, .liars = 6, .skew_percent = 2, .late_deals = true },
    { .name = "worst", .about = "6 members cut and vote for everything, and two halves for four days", WEEKS(40), ON(70, 8),
      .character = EQUIVOCATOR, .liars = 6, .skew_percent = 2, .late_deals = true, .cut_from_h = 24, .cut_h = 96,
      .deals_until_percent = 100 },
    { .name = "backdater", .about = "6 members deal after the deadline and list it", WEEKS(40), ON(90, 40),
      .character = BACKDATER, .liars = 6, .late_deals = true },
    { .name = "split12", .about = "12 members vote differently in two halves: within the bound", WEEKS(31),
      ON(100, 8), .character = SPLITTER, .liars = 12, .cut_from_h = 24, .cut_h = 200 },
    { .name = "split16", .about = "16 of them, beyond the bound: forks are to be found", WEEKS(31), ON(100, 8),
      .character = SPLITTER, .liars = 16, .cut_from_h = 24, .cut_h = 200, .may_fork = true },
    { .name = "skew", .about = "a tenth of all clocks wrong by hours", WEEKS(40), ON(90, 40),
      .skew_percent = 10 },
    { .name = "storm", .about = "power cuts all day, connections that die silently", WEEKS(40), ON(90, 40),
      .crash_percent = 3, .loss_per_mille = 2 },
    { .name = "full", .about = "disks that are full for hours", WEEKS(40), ON(90, 40), .full_percent = 1 },
    { .name = "backup", .about = "homes that come back from old backups", WEEKS(40), ON(100, 8),
      .restore_percent = .015 },
    { .name = "slow", .about = "half of all disks take seconds, some minutes, to sync", WEEKS(40), ON(90, 40), .slow_percent = 50 },
    { .name = "mixed", .about = "half of the homes are on for 80 % of the time, half for 20 %", WEEKS(40), ON(80, 8),
      .other_uptime_percent = 20, .away_percent = 5 },
    { .name = "away", .about = "a third of the homes are away for a week", WEEKS(40), ON(90, 40), .away_percent = 33 },
    { .name = "eclipse", .about = "members who try to be all that others know", WEEKS(40), ON(70, 8), .character = ECLIPSER,
      .liars = 9 },
    { .name = "few", .about = "fewer homes join than the floor", WEEKS(12), ON(100, 8), .joins_percent = 40,
      .no_award = true },
    { .name = "floor", .about = "a second lot that stays below the floor", WEEKS(20), ON(100, 8) },
    { .name = "poisoned", .about = "3 of 7 founders open the beacon falsely, and enrol twice", WEEKS(16), ON(100, 8), .founders = 7,
      .crash_percent = 1, .character = POISONER, .liars = 3 },
    { .name = "baddealer", .about = "members whose part of the key does not fit", WEEKS(16), ON(100, 8),
      .character = BAD_DEALER, .liars = 3 },
    { .name = "earlyopener", .about = "members who open what is not closed", WEEKS(16), ON(100, 8),
      .character = EARLY_OPENER, .liars = 4 },
    { .name = "falseshare", .about = "members who open with shares that are not theirs", WEEKS(16), ON(100, 8),
      .character = FALSE_OPENER, .liars = 4 },
    { .name = "nextlot", .about = "12 of 31 members are dead: the next lot of the draw takes over", WEEKS(60), ON(100, 8),
      .character = SILENT, .liars = 12, .beyond = true },
    { .name = "flooder", .about = "members who vote for inventions by the hundred", WEEKS(16), ON(100, 8),
      .character = FLOODER, .liars = 3 },
    { .name = "junkbids", .about = "members who hand in bids of companies that are none, and those of others", WEEKS(16),
      ON(100, 8), .character = JUNK_BIDDER, .liars = 3 },
    { .name = "replayer", .about = "what was said is said again, whole and altered", WEEKS(16), ON(100, 8),
      .character = REPLAYER, .liars = 3 },
    { .name = "censor", .about = "members who pass nothing on", WEEKS(40), ON(90, 40), .character = CENSOR,
      .liars = 9 },
    { .name = "spies", .about = "homes that compare notes on who spoke first: --spies PERCENT of them", WEEKS(100), ON(100, 8),
      .spies_percent = 10, .ends_early = true },
    { .name = "bench", .about = "a thousand homes through a season of weeks", .good = "electricity", .pace = "season", .days = 60,
      .tick_s = 4 * HOUR_S, .awake_ms = 20000, .nodes = 1000, ON(100, 8) },
    { .name = "demo", .about = "a round of seconds, always on", SECONDS(16), ON(100, 8) },
    { .name = "demostorm", .about = "a round of seconds, with power cuts", SECONDS(16), ON(100, 8),
      .crash_percent = .2, .loss_per_mille = 1 },
    { .name = "demofull", .about = "a round of seconds, with full disks", SECONDS(16), ON(100, 8),
      .full_percent = .1 },
};
const size_t plan_count = ARRAY_SIZE(plans);

const struct plan *plan_find(const char *name)
{
    for (size_t i = 0; i < plan_count; i++) {
        if (strcmp(plans[i].name, name) == 0)
            return &plans[i];
    }
    return NULL;
}

/* The same story in a round of seconds: an hour is a second, a deadline a few of them away. */
void plan_hasten(struct plan *plan)
{
    plan->pace = "demo";
    plan->tick_s = 0;
    plan->days = 0;
    plan->any_end = true;
    plan->cut_from_h /= 12;
    plan->cut_h /= 12;
    plan->crash_percent /= 10;
    plan->full_percent /= 4;
    plan->restore_percent *= 6;
}

static bool clock_calls(const struct sim *s)
{
    for (int i = 0; i < s->nodes; i++) {
        const struct home *home = &s->homes[i];

        if (home->core != NULL && rounds_deadline(home->core) <= sim_clock_ms(s, i))
            return true;
    }
    return false;
}

/* When nobody did anything and no round waits for this hour, the network would only say that all is as it was: that is left out. */
void scenario_tick(struct sim *s)
{
    uint64_t begin_ms = s->now_ms, steps = s->steps, tick_ms = s->plan.tick_s > 0 ? s->plan.tick_s * UINT64_C(1000) : 250;
    uint64_t awake_ms = s->plan.tick_s > 0 ? s->plan.awake_ms : tick_ms;

    street_tick(s);
    if (s->plan.tick_s > 0 && s->steps == steps && s->liars_seated == 0 && !s->healed && !clock_calls(s)) {
        s->now_ms = begin_ms + tick_ms;
        return;
    }
    for (int i = 0; i < SLICES && s->failure[0] == '\0'; i++) {
        liars_turn(s);
        sim_run(s, awake_ms / SLICES);
    }
    check_sanctions(s);
    s->now_ms = begin_ms + tick_ms;
}

/* Nine of ten homes have come to the end of what is played. */
static bool nearly_over(const struct sim *s)
{
    int over = 0, all = 0;

    for (int i = 0; i < s->nodes; i++) {
        const struct home *home = &s->homes[i];

        if (home->character != HONEST || home->away)
            continue;
        all++;
        over += home->phase >= PHASE_AWARDED || (s->plan.ends_early && home->reached_ms[BOX_JOIN][1] > 0);
    }
    return 10 * over >= 9 * all;
}

static bool split_seen(const struct sim *s)
{
    return s->plan.may_fork && s->forks > 0;
}

void scenario_play(struct sim *s, const struct plan *plan, uint64_t seed, int nodes, int days)
{
    uint64_t unit_ms = plan->tick_s > 0 ? 24 * SIM_HOUR_MS : 3000, until_ms;

    sim_init(s, plan, seed, nodes);
    if (plan->joins_percent > 0) {
        for (int i = 0; i < nodes; i++)
            s->homes[i].leaves = !luck_percent(&s->luck, plan->joins_percent);
    }
    street_found(s);
    until_ms = s->now_ms + (uint64_t)(days > 0 ? days : plan->days > 0 ? plan->days : 60) * unit_ms;
    while (s->now_ms < until_ms && !nearly_over(s) && !split_seen(s) && s->failure[0] == '\0')
        scenario_tick(s);
    if (split_seen(s))
        return;
    street_heal(s);
    until_ms = s->now_ms + 100 * unit_ms;
    while (s->now_ms < until_ms && !sim_over(s) && s->failure[0] == '\0')
        scenario_tick(s);
    if (s->failure[0] == '\0' && !sim_over(s) && !plan->may_fork)
        sim_fail(s, "no progress after everything was healed");
    for (int i = 0; i < (plan->tick_s > 0 ? 8 : 520) && s->failure[0] == '\0'; i++) /* two comparisons of each pair */
        scenario_tick(s);
    if (s->failure[0] == '\0' && !plan->may_fork)
        check_end(s);
}
