/* linkage.c - can a home be found again by what it tells? The attack of Buchmann et al. (2013) on real homes.
 *
 * Two stretches of four weeks of each home of a file with many (301 Swiss households, 2018; their middle
 * week is in both, which helps the attacker). He knows every home by the first and is given the second of one
 * of them, without its name: at what rate is the home he would name first, or among his first ten, the right
 * one? Where homes tie, he draws. Told are, from most to least:
 *   shape      the shares of four periods of the day, working days and weekends apart: a usual "profile"
 *   label      the cell of the household, 0 to 3, without noise
 *   published  the cell as it leaves, noised once a season, each stretch a season of its own
 *   repeated   two rounds of one season: the noise is drawn once, so both tell the same
 *   chance     nothing
 * What is published must not serve the attacker better than the label would; within a season it is one of
 * four answers, however many rounds repeat it, so he cannot do better than four times chance. The bench fails
 * if either does not hold, and if the attack itself has lost its edge (a shape that is not found again proves
 * nothing).
 *
 * Arguments: the file of households. */
#include "tests/bench/bench.h"

#include "node/import/import.h"
#include "node/tongue/local_time.h"
#include "node/profile/profile.h"
#include "tests/support/file.h"

#include <math.h>
#include <string.h>

enum {
    HOMES_MAX = 1024,
    CELLS = 4,
    PERIODS = 4,
    SHAPE = 2 * PERIODS,
    DAY_S = 86400,
    STRETCH_S = 28 * DAY_S,
    DRAWS = 200,
    FEW = 10
};

struct traces {
    double shape[SHAPE];
    unsigned cell, told;
};
struct linkage {
    struct traces first[HOMES_MAX], second[HOMES_MAX];
    size_t homes;
};

/* ---- From readings to what might be told. */

static void shape_of(double shape[SHAPE], const struct reading *readings, size_t count)
{
    double sum[2] = { 0, 0 };

    memset(shape, 0, SHAPE * sizeof *shape);
    for (size_t i = 0; i < count; i++) {
        int64_t local_s = readings[i].start_s + local_offset_s(readings[i].start_s);
        bool weekend = (local_s / DAY_S + 3) % 7 >= 5; /* 1 January 1970 was a Thursday */
        size_t period = (size_t)(local_s % DAY_S) / (DAY_S / PERIODS);

        shape[weekend * PERIODS + period] += (double)readings[i].energy_mwh;
        sum[weekend] += (double)readings[i].energy_mwh;
    }
    for (size_t i = 0; i < SHAPE; i++)
        shape[i] /= sum[i / PERIODS] > 0 ? sum[i / PERIODS] : 1;
}

static bool trace_of(struct traces *out, const struct reading *readings, size_t count)
{
    struct profile_builder builder;
    struct profile profile;

    if (count == 0)
        return false;
    profile_begin(&builder, readings[count - 1].start_s);
    profile_add(&builder, readings, count);
    profile_end(&profile, &builder);
    shape_of(out->shape, readings, count);
    out->cell = profile.cell;
    return profile.cell_known;
}

/* A home without four weeks of consumption in each stretch tells nothing, so it cannot be found. */
static void home_add(struct linkage *l, const struct import *import)
{
    const struct reading *r = import->readings;
    size_t begin = 0, end = import->count;
    int64_t last_s = end > 0 ? r[end - 1].start_s : 0;

    if (l->homes == HOMES_MAX || end == 0)
        return;
    while (begin < end && r[begin].start_s <= last_s - STRETCH_S)
        begin++;
    while (end > 0 && r[end - 1].start_s >= r[0].start_s + STRETCH_S)
        end--;
    if (trace_of(&l->first[l->homes], r, end) &&
        trace_of(&l->second[l->homes], r + begin, import->count - begin))
        l->homes++;
}

/* The lines of one home under the heading, as a file of its own. Returns what follows them. */
static const char *one_home(struct linkage *l, struct bytes heading, const char *at, const char *end)
{
    const char *comma = memchr(at, ',', (size_t)(end - at)), *next = at;
    size_t name = comma == NULL ? (size_t)(end - at) : (size_t)(comma - at + 1);
    struct failure why;
    struct import import;
    uint8_t *file;

    while (next < end && (size_t)(end - next) >= name && memcmp(next, at, name) == 0) {
        next = memchr(next, '\n', (size_t)(end - next));
        next = next == NULL ? end : next + 1;
    }
    file = malloc(heading.size + (size_t)(next - at));
    if (file != NULL) {
        memcpy(file, heading.data, heading.size);
        memcpy(file + heading.size, at, (size_t)(next - at));
        if (import_read(&import, (struct bytes){ file, heading.size + (size_t)(next - at) }, &why) ==
            STATUS_OK)
            home_add(l, &import);
        import_clear(&import);
        free(file);
    }
    return next > at ? next : end;
}

static void homes_read(struct linkage *l, struct bytes file)
{
    const char *begin = (const char *)file.data, *end = begin + file.size;
    const char *at = memchr(begin, '\n', file.size);
    struct bytes heading = { file.data, 0 };

    if (at == NULL)
        return;
    heading.size = (size_t)(++at - begin);
    while (at < end)
        at = one_home(l, heading, at, end);
}

/* ---- The attack. */

static double shape_distance(const struct traces *a, const struct traces *b)
{
    double sum = 0;

    for (size_t i = 0; i < SHAPE; i++)
        sum += fabs(a->shape[i] - b->shape[i]);
    return sum;
}

static double cell_distance(const struct traces *a, const struct traces *b)
{
    return a->cell != b->cell;
}

static double told_distance(const struct traces *a, const struct traces *b)
{
    return a->told != b->told;
}

static double no_distance(const struct traces *a, const struct traces *b)
{
    (void)a;
    (void)b;
    return 0;
}

/* How likely the right one is among the first `few`: `nearer` homes come before it, it is one of `ties`. */
static double found(size_t nearer, size_t ties, size_t few)
{
    if (nearer >= few)
        return 0;
    return few - nearer >= ties ? 1 : (double)(few - nearer) / (double)ties;
}

static void attack(double rate[2], const struct linkage *l,
                   double (*distance)(const struct traces *, const struct traces *))
{
    rate[0] = rate[1] = 0;
    for (size_t i = 0; i < l->homes; i++) {
        double mine = distance(&l->first[i], &l->second[i]);
        size_t nearer = 0, ties = 0;

        for (size_t j = 0; j < l->homes; j++) {
            double other = distance(&l->first[j], &l->second[i]);

            nearer += other < mine;
            ties += !(other < mine) && !(other > mine);
        }
        rate[0] += found(nearer, ties, 1) / (double)l->homes;
        rate[1] += found(nearer, ties, FEW) / (double)l->homes;
    }
}

/* Averaged over DRAWS sets of household seeds, as noise is luck. */
static void attack_told(double rate[2], struct linkage *l, const char *second_season)
{
    struct rng rng;

    bench_rng(&rng, 0x4c);
    rate[0] = rate[1] = 0;
    for (size_t draw = 0; draw < DRAWS; draw++) {
        double once[2];

        for (size_t i = 0; i < l->homes; i++) {
            uint8_t seed[KEY_SIZE];
            bool same = strcmp(second_season, "autumn") == 0;

            rng_fill(&rng, seed, sizeof seed);
            l->first[i].told = profile_noise(seed, "electricity", "autumn", l->first[i].cell);
            l->second[i].told = same ? l->first[i].told
                                     : profile_noise(seed, "electricity", second_season, l->second[i].cell);
        }
        attack(once, l, told_distance);
        rate[0] += once[0] / DRAWS;
        rate[1] += once[1] / DRAWS;
    }
    rng_clear(&rng);
}

/* ---- */

static void say(const struct bench_options *options, const char *peer, const char *told, const double rate[2])
{
    char metric[48];

    snprintf(metric, sizeof metric, "%s_top_1", told);
    bench_emit(options, peer, metric, 100 * rate[0], "%");
    snprintf(metric, sizeof metric, "%s_top_%d", told, FEW);
    bench_emit(options, peer, metric, 100 * rate[1], "%");
}

static const double ROUNDING = 1 + 1e-9;

static bool attacks(const struct bench_options *options, struct linkage *l)
{
    double shape[2], label[2], published[2], repeated[2], chance[2];

    attack(shape, l, shape_distance);
    attack(label, l, cell_distance);
    attack(chance, l, no_distance);
    attack_told(published, l, "winter");
    attack_told(repeated, l, "autumn");
    bench_emit(options, "coopair", "homes", (double)l->homes, "");
    say(options, "limit-shape", "shape", shape);
    say(options, "limit-label", "label", label);
    say(options, "coopair", "published", published);
    say(options, "coopair", "repeated", repeated);
    say(options, "limit-chance", "chance", chance);
    if (published[0] <= label[0] && published[1] <= label[1] && repeated[0] <= CELLS * chance[0] * ROUNDING &&
        repeated[1] <= CELLS * chance[1] * ROUNDING && shape[0] > FEW * chance[0])
        return true;
    fprintf(stderr, "bench: what is published links homes better than it may, or the attack lost its edge\n");
    return false;
}

bool bench_linkage(const struct bench_options *options)
{
    const char *given = options->args[0];
    const char *path = given[0] != '\0' ? given : SHARED("households/ch_15min_kwh.csv");
    struct linkage *l = calloc(1, sizeof *l);
    struct bytes file = file_load(path);
    bool fine = false;

    if (l == NULL || file.data == NULL) {
        fprintf(stderr, "bench: give a file of many homes by the week as the argument\n");
    } else {
        homes_read(l, file);
        fine = l->homes >= 2 * FEW && attacks(options, l);
    }
    free((void *)(uintptr_t)file.data);
    free(l);
    return fine;
}
