/* cmd_demo.c - coopair demo: the main job, from the founding of a group to verified letters, with real nodes of this program. */
#include "node/demo/demo.h"
#include "node/tongue/tongue.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOMES_PELLETS = 7, HOMES_ELECTRICITY = 30, HOMES_STANDARD = 12, SAMPLES_MAX = 100 };

/* ---- A folder for everything, gone at the end. */

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

static void remove_root(struct demo *demo)
{
    if (demo->root[0] == '\0')
        return;
    if (demo->keep)
        demo_say(demo, _("Everything is kept in %s"), demo->root);
    else
        nftw(demo->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static bool make_folder(struct demo *demo, const char *path)
{
    return mkdir(path, 0700) == 0 || demo_fail(demo, _("make %s: %s"), path, strerror(errno));
}

/* The program beside this one. */
static bool find_programs(struct demo *demo)
{
    ssize_t size = readlink("/proc/self/exe", demo->program, sizeof demo->program - 1);
    char *slash;

    if (size <= 0)
        return demo_fail(demo, _("where am I: %s"), strerror(errno));
    demo->program[size] = '\0';
    slash = strrchr(demo->program, '/');
    if ((size_t)snprintf(demo->verifier, sizeof demo->verifier, "%.*s/coopair-verify", (int)(slash - demo->program), demo->program) >=
        sizeof demo->verifier)
        return demo_fail(demo, _("the path of this program is too long"));
    return access(demo->verifier, X_OK) == 0 ||
           demo_fail(demo, _("%s is missing; build all of coopair: cmake --build build"), demo->verifier);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Which household each home is: a seeded choice among the sample files. */
static bool choose_meters(struct demo *demo)
{
    char pattern[DEMO_PATH_MAX];
    char *found[SAMPLES_MAX];
    size_t count = 0;

    for (unsigned n = 0; n < 1000 && count < SAMPLES_MAX; n++) {
        snprintf(pattern, sizeof pattern, "%s/H%03u.csv", demo->sample, n);
        if (access(pattern, R_OK) == 0 && (found[count] = strdup(pattern)) != NULL)
            count++;
    }
    qsort(found, count, sizeof found[0], compare_names);
    for (size_t i = 0; i < demo->home_count && i < count; i++) {
        size_t pick = i + (size_t)rng_below(&demo->rng, count - i);
        char *chosen = found[pick];

        found[pick] = found[i];
        found[i] = chosen;
        snprintf(demo->homes[i].meter, sizeof demo->homes[i].meter, "%s", chosen);
    }
    for (size_t i = 0; i < count; i++)
        free(found[i]);
    return count >= demo->home_count ||
           demo_fail(demo, _("%s has %zu meter files for %zu homes; say where they are with --sample DIR"), demo->sample, count,
                     demo->home_count);
}

static bool prepare(struct demo *demo)
{
    const char *temporary = getenv("TMPDIR");
    static const char *const names[DEMO_COMPANIES] = { "Granules Reunis", "Energie de l'Ouest" };

    if (!find_programs(demo) || !choose_meters(demo))
        return false;
    snprintf(demo->root, sizeof demo->root, "%.150s/coopair-demo-XXXXXX", temporary == NULL || temporary[0] == '\0' ? "/tmp" : temporary);
    if (mkdtemp(demo->root) == NULL) {
        demo_fail(demo, _("make %s: %s"), demo->root, strerror(errno));
        demo->root[0] = '\0';
        return false;
    }
    snprintf(demo->package, sizeof demo->package, "%.200s/tender", demo->root);
    for (size_t i = 0; i < demo->home_count; i++)
        snprintf(demo->homes[i].dir, sizeof demo->homes[i].dir, "%.200s/home%02zu", demo->root, i + 1);
    for (size_t i = 0; i < DEMO_COMPANIES; i++) {
        struct demo_company *company = &demo->companies[i];

        snprintf(company->name, sizeof company->name, "%s", names[i]);
        snprintf(company->key, sizeof company->key, "%.200s/company%zu.key", demo->root, i + 1);
        snprintf(company->prices, sizeof company->prices, "%.200s/company%zu.csv", demo->root, i + 1);
        snprintf(company->bid, sizeof company->bid, "%.200s/company%zu.bid", demo->root, i + 1);
        snprintf(company->inbox, sizeof company->inbox, "%.200s/inbox%zu", demo->root, i + 1);
        if (!make_folder(demo, company->inbox))
            return false;
    }
    return true;
}

/* ---- The end. */

static uint64_t sum_of(json_t *object, const char *good)
{
    static struct charter charter;
    uint64_t sum = 0;

    if (charter_from_template(&charter, good, "demo", NULL) != STATUS_OK)
        return 0;
    for (size_t i = 0; i < charter.item_count; i++)
        if (charter.items[i].use == ITEM_QUANTITY)
            sum += (uint64_t)json_integer_value(json_object_get(object, charter.items[i].name));
    return sum;
}

static void report(struct demo *demo, bool ok)
{
    double seconds = (double)demo_elapsed_ms(demo) / 1000;
    uint64_t total = sum_of(demo->totals, demo->good), expected = sum_of(demo->expected, demo->good);

    if (!demo->json) {
        if (ok)
            demo_say(demo, _("%zu homes, %zu records, %" PRIu64 " bytes over the wire a home, at most %" PRIu64 " KiB of memory, %.1f s."),
                     demo->home_count, demo->records, demo->bytes_per_home, demo->rss_kib_max, seconds);
        return;
    }
    json_t *out = json_pack(
        "{s:i, s:b, s:s, s:I, s:I, s:I, s:I, s:O?, s:O?, s:s, s:I, s:b, s:b, s:b, s:I, s:I, s:f, s:I, s:I}", "v", 1, "ok", ok, "good",
        demo->good, "homes", (json_int_t)demo->home_count, "records", (json_int_t)demo->records, "total", (json_int_t)total,
        "expected_total", (json_int_t)expected, "totals", demo->totals, "expected_totals", demo->expected, "winner", demo->winner, "agree",
        (json_int_t)demo->agree, "verified", demo->verified, "forged_refused", demo->forged_refused, "sealed_until_close",
        demo->sealed_until_close, "accepted", (json_int_t)demo->willing, "letters", (json_int_t)demo->letters, "seconds", seconds,
        "bytes_per_home", (json_int_t)demo->bytes_per_home, "rss_kib_max", (json_int_t)demo->rss_kib_max);
    if (out != NULL)
        cli_json(out);
}

static bool run_story(struct demo *demo)
{
    return prepare(demo) && street_open(demo) && street_register(demo) && street_interest(demo) && street_demand(demo) &&
           market_bid(demo) && market_award(demo) && check_package(demo) && check_costs(demo);
}

static void on_interrupt(int signal)
{
    (void)signal; /* the children die with this process; the folder is left, as after any kill */
    _exit(130);
}

int cmd_demo(int argc, char **argv)
{
    static struct demo demo;
    uint64_t homes = HOMES_STANDARD, seed = 1;
    uint8_t key[KEY_SIZE] = { 0 };
    const struct cli_option options[] = {
        { "homes", OPTION_NUMBER, &homes, N_("N  homes on the street (12; electricity needs 30 or more)") },
        { "good", OPTION_TEXT, &demo.good, N_("GOOD  pellets (standard) or electricity") },
        { "seed", OPTION_NUMBER, &seed, N_("N  which households, which prices, who accepts (1)") },
        { "keep", OPTION_FLAG, &demo.keep, N_("keep the folder of the whole street and say where it is") },
        { "sample", OPTION_TEXT, &demo.sample, N_("DIR  meter files H000.csv to H999.csv (those of the source tree)") },
    };
    struct cli cli = { .usage = "coopair demo [OPTIONS]",
                       .summary = N_("Runs a whole street on this machine: a node per home with the meter file of one real household, two companies,\n"
                                  "and a round from the invitation to the letters. Nothing of yours is read or changed."),
                       .options = options,
                       .option_count = ARRAY_SIZE(options) };
    int code;
    bool ok;

    demo.good = "pellets";
    demo.sample = COOP_SOURCE_DIR "/node/sample";
    if (!cli_parse(&cli, argc, argv, &code))
        return code;
    bool electricity = strcmp(demo.good, "electricity") == 0;
    if (!electricity && strcmp(demo.good, "pellets") != 0) {
        fprintf(stderr, _("coopair demo: no good \"%s\"; there are pellets and electricity\n"), demo.good);
        return EXIT_USAGE;
    }
    uint64_t least = electricity ? HOMES_ELECTRICITY : HOMES_PELLETS;
    if (homes < least || homes > DEMO_HOMES_MAX) {
        fprintf(stderr, _("coopair demo: %s needs %" PRIu64 " to %d homes: no total of fewer is ever opened\n"), demo.good, least, DEMO_HOMES_MAX);
        return EXIT_USAGE;
    }
    demo.home_count = (size_t)homes;
    demo.json = cli.json;
    demo.seed = seed;
    be64_write(key, seed);
    rng_init(&demo.rng, key);
    demo.begun_ms = demo_elapsed_ms(&demo);
    signal(SIGINT, on_interrupt);
    ok = run_story(&demo);
    demo_stop_all(&demo);
    report(&demo, ok);
    remove_root(&demo);
    json_decref(demo.totals);
    json_decref(demo.expected);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
