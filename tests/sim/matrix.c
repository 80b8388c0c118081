/* matrix.c - every scenario, with the stand-in and with the real cryptography, some seeds each, one line each. Each in a process of its own: a
 * failure may be an assertion of the core. */
#include "tests/sim/sim.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE = 2048, FEW_HOMES = 10, WORDS = 12 };

struct row {
    const char *program, *scenario;
    bool real;
};

/* A number of the last line, which sums up; of a single run that line is the run's. */
static double field(const char *line, const char *name)
{
    char key[64];
    const char *found;

    snprintf(key, sizeof key, "\"%s\":", name);
    found = strstr(line, key);
    return found == NULL ? 0 : strtod(found + strlen(key), NULL);
}

static void become(const struct row *row, const struct matrix *matrix)
{
    char seeds[64], nodes[16];
    const char *words[WORDS] = { row->program, "--scenario", row->scenario, "--seed", seeds };
    int count = 5, homes = matrix->nodes > 0 ? matrix->nodes : row->real ? FEW_HOMES : 0;

    snprintf(seeds, sizeof seeds, "%" PRIu64 "..%" PRIu64, matrix->first, matrix->last);
    snprintf(nodes, sizeof nodes, "%d", homes);
    if (homes > 0) {
        words[count++] = "--nodes";
        words[count++] = nodes;
    }
    if (matrix->hastened)
        words[count++] = "--demo";
    execv(row->program, (char *const *)(uintptr_t)words);
    _exit(127);
}

/* The last line that it says. false: it failed. */
static bool run(char last[LINE], const struct row *row, const struct matrix *matrix)
{
    int ends[2], status = 0, made = pipe(ends);
    pid_t child;
    FILE *said;

    assert(made == 0);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        become(row, matrix);
    }
    close(ends[1]);
    last[0] = '\0';
    said = fdopen(ends[0], "r");
    assert(child > 0 && said != NULL);
    while (fgets(last, LINE, said) != NULL)
        continue;
    fclose(said);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool print(const struct row *row, const struct matrix *matrix)
{
    char last[LINE];
    bool fine = run(last, row, matrix);
    double failed = field(last, "failed");

    printf("%-14s %-8s %4" PRIu64 " %6.0f %9.4f %9.0f %9.1f %9.1f %8.1f%s\n", row->scenario, row->real ? "real" : "stand-in",
           matrix->last - matrix->first + 1, fine ? 0 : failed > 0 ? failed : 1, field(last, "timely_in"), field(last, "backdated_in"),
           field(last, "hours_p50"), field(last, "hours_p95"), field(last, "cpu_s"), fine ? "" : "  FAILED");
    fflush(stdout);
    return fine;
}

int matrix_run(const struct matrix *matrix)
{
    char self[4096], real[sizeof self + 8];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    bool fine = size > 0, both;

    self[size > 0 ? size : 0] = '\0';
    snprintf(real, sizeof real, "%s_real", self);
    both = access(real, X_OK) == 0;
    printf("%-14s %-8s %4s %6s %9s %9s %9s %9s %8s\n", "scenario", "crypto", "runs", "failed", "timely_in", "backdated", "hours_p50", "hours_p95",
           "cpu_s");
    for (size_t i = 0; i < plan_count; i++) {
        if (plans[i].nodes >= 1000 || plans[i].spies_percent > 0)
            continue; /* benches */
        fine = print(&(struct row){ self, plans[i].name, false }, matrix) && fine;
        if (both)
            fine = print(&(struct row){ real, plans[i].name, true }, matrix) && fine;
    }
    return fine ? 0 : 1;
}
