/* say.h - figures as a household reads them. To standard output; no locale. */
#ifndef COOP_NODE_SAY_H
#define COOP_NODE_SAY_H

#include <stddef.h>
#include <stdint.h>

enum { SAY_MAX = 40 };
/* Each returns out. */
const char *say_kwh(char out[SAY_MAX], uint64_t mwh);         /* "1234.567 kWh" */
const char *say_day(char out[SAY_MAX], int64_t utc_s);        /* "29 Oct 2018", by the wall clock */
const char *say_minute(char out[SAY_MAX], int64_t utc_s);     /* "29 Oct 2018 00:00" */
const char *say_month(unsigned month);                        /* 1: "Jan" */
void say_chart_line(const char *label, uint64_t mwh, uint64_t most); /* one line; the longest bar is of most */

#endif
