/* main.c - the simulator's command.
 *
 *     sim --scenario NAME [--nodes N] [--seed A | A..B] [--days D] [--spies PERCENT] [--demo] [--json] [--shrink]     --demo: in seconds instead of weeks
 *         --first: up to the first failure; --early: until the demand is known; --bytes: and what each box weighs
 *     sim --bars [--seed A..B]     what the closing protocol is to reach, in weeks: twenty minutes of CPU
 *     sim --matrix [--nodes N] [--seed A..B] [--demo]     all scenarios, with both cryptographies
 *     sim --overlay [--nodes N] [--seed S]     the network alone: copies, islands, four of five homes gone at once
 *     sim --list      sim --bench [spies]      sim --crypto real ...      (which runs sim_real in its place)
 *
 * One JSON line per run; a failure prints the one command that plays it again. */
#include "tests/sim/sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct command {
    const struct plan *plan;
    int nodes, days;
    uint64_t first, last;
    bool weigh, shrink, quiet, hastened, first_only;
};
struct result {
    double hours, seconds;
    size_t closed, timely[BOXES], timely_in[BOXES], backdated_in;
    struct spied spied;
    bool failed, forked;
};

static double cpu_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + 1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Bytes, the simulator's own included; of several runs in one process, of the greatest. */
static double resident_most(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return 1024.0 * (double)usage.ru_maxrss;
}

static struct result result_of(const struct sim *s, double seconds)
{
    struct result r = { .hours = closing_hours(s, BOX_JOIN), .seconds = seconds, .failed = s->failure[0] != '\0',
                        .forked = s->forks > 0 };

    for (int box = 0; box < BOXES; box++) {
        r.closed += s->closings[box].closed;
        r.timely[box] = s->closings[box].timely;
        r.timely_in[box] = s->closings[box].timely_in;
        r.backdated_in += s->closings[box].backdated_in;
    }
    spies_count(s, &r.spied);
    return r;
}

static double rate(size_t part, size_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

/* Of the deals made in time, how many were closed on: of all boxes, and of the one that lost most. */
static void print_timely(const size_t timely[BOXES], const size_t timely_in[BOXES])
{
    size_t all = 0, all_in = 0;
    double least = 1;

    for (int box = 0; box < BOXES; box++) {
        double one = timely[box] == 0 ? 1 : rate(timely_in[box], timely[box]);

        all += timely[box];
        all_in += timely_in[box];
        least = one < least ? one : least;
    }
    printf(",\"timely_in\":%.4f,\"timely_in_least\":%.4f", all == 0 ? 1 : rate(all_in, all), least);
}

static void print_spied(const struct spied *spied)
{
    printf(",\"spied_at_once\":%.3f,\"spied_walking\":%.3f,\"walking\":%zu", rate(spied->named[0], spied->deals[0]),
           rate(spied->named[1], spied->deals[1]), spied->deals[1]);
}

static void print_run(const struct sim *s, const struct result *r, const char *program)
{
    printf("{\"scenario\":\"%s\",\"seed\":%" PRIu64 ",\"nodes\":%d,\"closed\":%zu,\"disagreements\":%u,\"backdated_in\":%zu,"
           "\"hours_p50\":%.1f,\"hours_p95\":%.1f,\"bytes_per_home\":%" PRIu64 ",\"memory_per_home\":%.0f,\"records\":%zu,\"deliveries\":%" PRIu64 ",\"messages\":%" PRIu64 ",\"messages_per_s\":%.0f"
           ",\"cpu_s\":%.2f,\"events_per_s\":%.0f,\"days_per_s\":%.2f,\"phase\":\"%s\",\"trace\":\"%016" PRIx64 "\"",
           s->plan.name, s->seed, s->nodes, r->closed, s->forks, r->backdated_in, r->hours, r->hours,
           s->bytes / (uint64_t)s->nodes, resident_most() / s->nodes, s->record_count, s->deliveries, s->messages, (double)s->messages / (r->seconds + 1e-9), r->seconds, (double)s->steps / (r->seconds + 1e-9),
           (double)(s->now_ms - s->begin_ms) / 86400000.0 / (r->seconds + 1e-9), phase_name(s->homes[0].phase), s->trace);
    print_timely(r->timely, r->timely_in);
    if (s->plan.spies_percent > 0)
        print_spied(&r->spied);
    talk_print(s);
    if (r->failed)
        printf(",\"failure\":\"%s\"", s->failure);
    printf("}\n");
    if (r->failed)
        fprintf(stderr, "FAILED: %s\n  %s --scenario %s%s --nodes %d --seed %" PRIu64 " --days %d\n", s->failure, program, s->plan.name,
                s->plan.tick_s == 0 ? " --demo" : "", s->nodes, s->seed, s->plan.days);
    fflush(stdout);
}

static struct result run_one(const struct command *command, uint64_t seed, const char *program)
{
    static struct sim s;
    double begin = cpu_seconds();
    struct result r;

    scenario_play(&s, command->plan, seed, command->nodes, command->days);
    if (command->days > 0)
        s.plan.days = command->days;
    r = result_of(&s, cpu_seconds() - begin);
    if (!command->quiet)
        print_run(&s, &r, program);
    if (command->weigh)
        weight_print(&s);
    sim_clear(&s);
    return r;
}

/* ---- Smaller, while it still fails. */

/* In a process of its own: a failure may be an assertion of the core. */
static bool fails(const struct command *command, const struct plan *plan, int nodes)
{
    struct command smaller = *command;
    int status;
    pid_t child;

    smaller.plan = plan;
    smaller.nodes = nodes;
    smaller.quiet = true;
    fflush(stdout);
    child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(2);
        _exit(run_one(&smaller, command->first, "").failed ? 1 : 0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void shrink(const struct command *command)
{
    struct plan plan = *command->plan;
    double *faults[] = { &plan.skew_percent, &plan.loss_per_mille, &plan.crash_percent, &plan.full_percent, &plan.restore_percent,
                         &plan.undecided_percent, &plan.away_percent };
    const char *names[] = { "skew", "loss", "crash", "full", "restore", "undecided", "away" };
    int nodes = command->nodes, days;

    if (!fails(command, &plan, nodes)) {
        printf("seed %" PRIu64 " does not fail\n", command->first);
        return;
    }
    for (int less = nodes - nodes / 4; less >= 2 && less < nodes; less = nodes - (nodes / 4 > 0 ? nodes / 4 : 1)) {
        if (!fails(command, &plan, less))
            break;
        nodes = less;
    }
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
        double was = *faults[i];

        *faults[i] = 0;
        if (was > 0 && fails(command, &plan, nodes))
            printf("needs no %s\n", names[i]);
        else
            *faults[i] = was;
    }
    while (plan.liars > 1) {
        plan.liars--;
        if (fails(command, &plan, nodes))
            continue;
        plan.liars++;
        break;
    }
    days = command->days > 0 ? command->days : plan.days;
    for (struct command c = *command; days > 1; days = c.days) {
        c.days = days / 2;
        if (!fails(&c, &plan, nodes))
            break;
    }
    printf("still fails with %d homes, %u liars, %d days of faults:\n  sim --scenario %s%s --nodes %d --seed %" PRIu64 " --days %d\n", nodes,
           plan.liars, days, plan.name, command->hastened ? " --demo" : "", nodes, command->first, days);
}

/* ---- */

static int compare_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

struct sum {
    uint64_t runs, failed, unclosed, forked;
    double *hours, seconds; /* hours of the runs that have closed */
    size_t closed, timely[BOXES], timely_in[BOXES], backdated_in;
    struct spied spied;
};

static void sum_add(struct sum *sum, const struct result *r)
{
    sum->runs++;
    sum->failed += r->failed;
    sum->forked += r->forked;
    sum->seconds += r->seconds;
    sum->backdated_in += r->backdated_in;
    for (int box = 0; box < BOXES; box++) {
        sum->timely[box] += r->timely[box];
        sum->timely_in[box] += r->timely_in[box];
    }
    for (int walks = 0; walks < 2; walks++) {
        sum->spied.deals[walks] += r->spied.deals[walks];
        sum->spied.named[walks] += r->spied.named[walks];
    }
    if (r->hours >= 0)
        sum->hours[sum->closed++] = r->hours;
    else
        sum->unclosed++;
}

/* So many of a hundred runs took no longer; negative: they have not all closed. */
static double hours_of(const struct sum *sum, unsigned percent)
{
    size_t rank = (sum->runs * percent + 99) / 100;

    return rank >= 1 && rank <= sum->closed ? sum->hours[rank - 1] : -1;
}

static void print_sum(struct sum *sum, const struct plan *plan)
{
    qsort(sum->hours, sum->closed, sizeof *sum->hours, compare_double);
    printf("{\"scenario\":\"%s\",\"runs\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"unclosed\":%" PRIu64 ",\"forked\":%.4f,\"backdated_in\":%zu,"
           "\"hours_p50\":%.1f,\"hours_p95\":%.1f,\"cpu_s\":%.1f",
           plan->name, sum->runs, sum->failed, sum->unclosed, rate(sum->forked, sum->runs), sum->backdated_in, hours_of(sum, 50),
           hours_of(sum, 95), sum->seconds);
    print_timely(sum->timely, sum->timely_in);
    if (plan->spies_percent > 0)
        print_spied(&sum->spied);
    printf("}\n");
}

static int run_all(const struct command *command, const char *program)
{
    uint64_t runs = command->last - command->first + 1;
    struct sum sum = { .hours = calloc(runs, sizeof *sum.hours) };

    for (uint64_t i = 0; i < runs && sum.hours != NULL && !(command->first_only && sum.failed > 0); i++) {
        struct result r = run_one(command, command->first + i, program);

        sum_add(&sum, &r);
    }
    if (runs > 1 && sum.hours != NULL)
        print_sum(&sum, command->plan);
    free(sum.hours);
    return sum.failed > 0;
}

/* A bare heap of as many entries as a run of 1000 homes holds, beside what the simulator does with them. */
static int bench(const char *program)
{
    struct command command = { .plan = plan_find("bench"), .nodes = 1000, .first = 1, .last = 1 };
    struct luck luck = { 1 };
    struct queue queue = { 0 };
    double begin = cpu_seconds(), took;

    for (int i = 0; i < 20000; i++)
        queue_push(&queue, (struct due){ .at_ms = luck_below(&luck, 100000) });
    for (int i = 0; i < 4000000; i++) {
        struct due due = queue_pop(&queue);

        due.at_ms += luck_below(&luck, 100000);
        queue_push(&queue, due);
    }
    took = cpu_seconds() - begin;
    printf("{\"bench\":\"bare heap\",\"events_per_s\":%.0f}\n", 4000000 / took);
    free(queue.heap);
    return run_all(&command, program);
}

/* How often spies name the author of a deal, by how many of a hundred homes they are. */
static int bench_spies(const char *program)
{
    static const double percents[] = { 5, 10, 15, 20, 25, 30 };
    struct plan plan = *plan_find("spies");
    struct command command = { .plan = &plan, .nodes = 100, .first = 1, .last = 18, .quiet = true };
    int failed = 0;

    plan_hasten(&plan);
    for (size_t i = 0; i < ARRAY_SIZE(percents); i++) {
        plan.spies_percent = percents[i];
        printf("%2.0f %% of homes: ", percents[i]);
        failed |= run_all(&command, program);
        fflush(stdout);
    }
    return failed;
}

static void list(void)
{
    for (size_t i = 0; i < plan_count; i++)
        printf("%-14s %s\n", plans[i].name, plans[i].about);
}

static void seeds_read(struct command *out, const char *text)
{
    char *end;

    out->first = out->last = strtoull(text, &end, 10);
    if (strncmp(end, "..", 2) == 0)
        out->last = strtoull(end + 2, NULL, 10);
}

static void become_real(char **argv)
{
    char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 8);

    if (size > 5 && strcmp(path + size - 5, "_real") != 0) {
        path[size] = '\0';
        strcat(path, "_real");
        execv(path, argv);
        perror(path);
        exit(2);
    }
}

/* Hundreds of homes hold gigabytes in small pieces: in large pages they are found in a sixth less of the time. Of glibc 2.35 and later, which
 * has to be told before it begins; elsewhere nothing changes. */
static void large_pages(char **argv)
{
    if (getenv("GLIBC_TUNABLES") == NULL && setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 0) == 0)
        execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
    struct command command = { 0 };
    static struct plan changed;
    bool benched = false, spies_benched = false, all = false, overlay = false, bars = false, early = false;
    double spies = -1;

    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        if (strcmp(argv[i], "--list") == 0) {
            list();
            return 0;
        } else if (strcmp(argv[i], "--bench") == 0) {
            benched = true;
            spies_benched = strcmp(value, "spies") == 0;
            i += spies_benched;
        } else if (strcmp(argv[i], "--bytes") == 0) {
            command.weigh = true;
        } else if (strcmp(argv[i], "--matrix") == 0) {
            all = true;
        } else if (strcmp(argv[i], "--bars") == 0) {
            bars = true;
        } else if (strcmp(argv[i], "--early") == 0) {
            early = true;
        } else if (strcmp(argv[i], "--overlay") == 0) {
            overlay = true;
        } else if (strcmp(argv[i], "--shrink") == 0) {
            command.shrink = true;
        } else if (strcmp(argv[i], "--first") == 0) {
            command.first_only = true;
        } else if (strcmp(argv[i], "--demo") == 0) {
            command.hastened = true;
        } else if (strcmp(argv[i], "--json") == 0) {
            continue; /* there is no other form */
        } else if (strcmp(argv[i], "--scenario") == 0) {
            command.plan = plan_find(value);
            i++;
        } else if (strcmp(argv[i], "--nodes") == 0) {
            command.nodes = atoi(value);
            i++;
        } else if (strcmp(argv[i], "--spies") == 0) {
            spies = atof(value);
            i++;
        } else if (strcmp(argv[i], "--days") == 0) {
            command.days = atoi(value);
            i++;
        } else if (strcmp(argv[i], "--seed") == 0) {
            seeds_read(&command, value);
            i++;
        } else if (strcmp(argv[i], "--crypto") == 0) {
            if (strcmp(value, "real") == 0)
                become_real(argv);
            i++;
        } else {
            fprintf(stderr, "sim: %s is not understood\n", argv[i]);
            return 2;
        }
    }
    if (benched || command.nodes >= 100)
        large_pages(argv);
    if (bars)
        return bars_run(command.first, command.last);
    if (command.last == 0)
        command.first = command.last = 1;
    if (benched)
        return spies_benched ? bench_spies(argv[0]) : bench(argv[0]);
    if (all)
        return matrix_run(&(struct matrix){ command.first, command.last, command.nodes, command.hastened });
    if (overlay)
        return overlay_run(command.first, command.nodes > 0 ? command.nodes : 1000);
    if (command.plan == NULL) {
        fprintf(stderr, "sim --scenario NAME [--nodes N] [--seed A..B] [--days D] [--shrink]; sim --matrix; sim --bars; sim --overlay; sim --list; sim --bench\n");
        return 2;
    }
    changed = *command.plan;
    command.plan = &changed;
    if (command.hastened)
        plan_hasten(&changed);
    changed.ends_early |= early;
    if (spies >= 0)
        changed.spies_percent = spies;
    if (command.nodes <= 0)
        command.nodes = command.plan->nodes;
    if (command.shrink) {
        shrink(&command);
        return 0;
    }
    return run_all(&command, argv[0]);
}
