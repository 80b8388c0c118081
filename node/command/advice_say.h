/* advice_say.h - how the commands that give advice ask and print: dates, bars, shares of time. To standard
 * output; no locale. */
#ifndef COOP_NODE_ADVICE_SAY_H
#define COOP_NODE_ADVICE_SAY_H

#include "node/advice/calendar.h"
#include "node/command/command.h"
#include "node/tongue/say.h"

enum { ADVICE_BAR = 18 };
const char *advice_bar(char out[SAY_MAX], uint64_t value,
                       uint64_t most);                   /* "######"; empty only for nothing */
const char *advice_kwh(char out[SAY_MAX], uint64_t mwh); /* "1 234.6 kWh" */
const char *advice_span(char out[SAY_MAX], enum span span,
                        int64_t start_s);                       /* "Jan 2023", "Mon 16 Jan 2023" */
const char *advice_change(char out[SAY_MAX], int64_t permille); /* "+12.3 %" */
const char *advice_word(const char *word); /* one of a fixed list ("gas", "month") in the language of the terminal */
const char *advice_date(char out[SAY_MAX], const char *iso);    /* "16 Jan 2023" */

/* The options of every such command, as request arguments; a date that does not exist is said on stderr with
 * the way out. */
struct advice_options {
    const char *from, *to, *meter;
};
bool advice_options_fit(const struct cli *cli, const struct advice_options *options, int *code);
bool advice_put(json_t *args, const char *key, const char *text); /* NULL: left out */
json_t *advice_args(const struct advice_options *options);        /* NULL: out of memory */
int64_t advice_int(json_t *object, const char *key);
/* How a command that only shows ends: asks (steals args; NULL: out of memory), then prints the reply as JSON,
 * or hands it to say with whatever arg is. Returns the exit code. */
int advice_show(const struct cli *cli, const char *verb, json_t *args,
                void (*say)(json_t *reply, const void *arg), const void *arg);

#endif
