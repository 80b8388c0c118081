/* money_say.h - amounts, months and posts as the commands about money print them. To standard output, in the
 * language of the terminal. */
#ifndef COOP_NODE_MONEY_SAY_H
#define COOP_NODE_MONEY_SAY_H

#include "node/command/advice_say.h"

const char *money_say(char out[SAY_MAX], int64_t cents);   /* "-1 234.56" */
const char *money_whole(char out[SAY_MAX], int64_t cents); /* "-1 235", for tables of many columns */
const char *money_month(char out[SAY_MAX], const char *month); /* "2025-07": "Jul 2025" */
const char *money_post(json_t *item); /* the name of its post, in the language of the terminal */
const char *money_rhythm(char out[SAY_MAX], json_t *series); /* "1 month", "14 days" */
void money_say_left_out(json_t *reply); /* accounts in another currency, if there are */
/* Of options "account" and "months", those that are given. NULL: out of memory. */
json_t *money_args(const char *account, uint64_t months);

#define MONEY_ACCOUNT_OPTION(account)                                                                        \
    {                                                                                                        \
        "account", OPTION_TEXT, &(account), N_("NAME  one account instead of all")                           \
    }

#endif
