/* truth.h - the synthetic account with its labels: what a forecast is scored against. */
#ifndef COOP_TESTS_TRUTH_H
#define COOP_TESTS_TRUTH_H

#include "node/advice/calendar.h"
#include "node/advice/recurring.h"
#include "tests/support/file.h"

#include <string.h>

enum { TRUTH_MAX = 1000, TRUTH_FIELDS = 13 };
struct truth {
    struct entry entries[TRUTH_MAX];
    char labels[TRUTH_MAX][96], series[TRUTH_MAX][40], coicop[TRUTH_MAX][12];
    enum sureness sureness[TRUTH_MAX];
    size_t count;
};

static inline void truth_row(struct truth *truth, char *line)
{
    char *fields[TRUTH_FIELDS] = { NULL };
    size_t row = truth->count++;
    int64_t day = 0;

    for (size_t i = 0; i < TRUTH_FIELDS; i++)
        fields[i] = strsep(&line, ",");
    assert_non_null(fields[12]);
    assert_true(day_read(&day, fields[1]));
    snprintf(truth->labels[row], sizeof truth->labels[row], "%s%s%s", fields[6], fields[7][0] ? " " : "",
             fields[7]);
    snprintf(truth->series[row], sizeof truth->series[row], "%s", fields[11]);
    snprintf(truth->coicop[row], sizeof truth->coicop[row], "%s", fields[10]);
    truth->sureness[row] = fields[12][0] == 'c'   ? SURE_CERTAIN
                           : fields[12][0] == 'p' ? SURE_PREDICTABLE
                                                  : SURE_SUPPOSED;
    entry_of_label(&truth->entries[row], day, strtoll(fields[3], NULL, 10), truth->labels[row], NULL, 0);
}

/* NULL: not there, which has been said. The rows are in order of day. */
static inline struct truth *truth_load(void)
{
    struct bytes file = file_load(SHARED("foyer_fictif_A/ledger_truth.csv"));
    struct truth *truth;
    char *text, *rest, *line;

    if (!file.data)
        return NULL;
    truth = calloc(1, sizeof *truth);
    rest = text = strndup((const char *)file.data, file.size);
    file_free(file);
    strsep(&rest, "\n");
    while ((line = strsep(&rest, "\n")) && line[0]) {
        assert_true(truth->count < TRUTH_MAX);
        line[strcspn(line, "\r")] = '\0';
        truth_row(truth, line);
    }
    free(text);
    return truth;
}

#endif
