/* matrix.c - every scenario, with the stand-in and with the real cryptography, some seeds each, one line each. */
#include "tests/sim/sim.h"

#include <inttypes.h>
#include <unistd.h>

enum { FEW_HOMES = 10, WORDS = 12 };

struct row {
    const char *program, *scenario;
    bool real;
};

static bool run(char last[SIM_LINE], const struct row *row, const struct matrix *matrix)
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
    return sim_again(last, words);
}

static bool print(const struct row *row, const struct matrix *matrix)
{
    char last[SIM_LINE];
    bool fine = run(last, row, matrix);
    double failed = line_number(last, "failed");

    printf("%-14s %-8s %4" PRIu64 " %6.0f %9.4f %9.0f %9.1f %9.1f %8.1f%s\n", row->scenario, row->real ? "real" : "stand-in",
           matrix->last - matrix->first + 1, fine ? 0 : failed > 0 ? failed : 1, line_number(last, "timely_in"), line_number(last, "backdated_in"),
           line_number(last, "hours_p50"), line_number(last, "hours_p95"), line_number(last, "cpu_s"), fine ? "" : "  FAILED");
    fflush(stdout);
    return fine;
}

int matrix_run(const struct matrix *matrix)
{
    char self[SIM_PATH], real[sizeof self + 8];
    bool fine = sim_path(self), both;

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
