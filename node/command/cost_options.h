/* cost_options.h - the options that coopair cost and coopair compare share, and what both say about a reply.
 */
#ifndef COOP_NODE_COST_OPTIONS_H
#define COOP_NODE_COST_OPTIONS_H

#include "node/command/advice_say.h"

struct cost_options {
    struct advice_options common;
    uint64_t kva; /* 0: not said */
    const char *off_peak, *tempo_days, *tariff, *grid;
};
/* Asks the node and shows what it says; say gets the options again. Returns the exit code. */
int cost_show(const struct cli *cli, const struct cost_options *options, const char *verb,
              void (*say)(json_t *reply, const void *options));
void cost_say_head(json_t *reply, const struct cost_options *options);
/* What has no price in this option and why, one line each, indented. */
void cost_say_missing(json_t *option);
const char *cost_euros(char out[SAY_MAX], uint64_t cents); /* "1 234.56 EUR" */

#define COST_OPTIONS(o)                                                                                      \
    { "kva", OPTION_NUMBER, &(o).kva, N_("N      subscribed power, as on the bill (default 6)") },           \
        { "off-peak", OPTION_TEXT, &(o).off_peak,                                                            \
          N_("HOURS  off-peak hours of this connection (default 22:00-06:00; or 01:00-07:00,12:00-14:00)") }, \
        { "tempo-days", OPTION_TEXT, &(o).tempo_days,                                                        \
          N_("FILE  colours of the Tempo days, lines such as 2025-01-15,red; known without: 2014-09 to "     \
             "2023-08") },                                                                                   \
        { "from", OPTION_TEXT, &(o).common.from, N_("DATE  the first day, such as 2023-01-31") },            \
        { "to", OPTION_TEXT, &(o).common.to, N_("DATE    the last day (default: the last one with readings)") }, \
    {                                                                                                        \
        "meter", OPTION_TEXT, &(o).common.meter,                                                             \
            N_("NAME  another meter than the one whose readings go furthest")                                \
    }

#endif
