/* money_say.c - see money_say.h. */
#include "node/command/money_say.h"

#include "node/serve/answer.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *money_say(char out[SAY_MAX], int64_t cents)
{
    uint64_t size = (uint64_t)llabs(cents);
    char whole[SAID_MAX];

    words_number(whole, size / 100);
    snprintf(out, SAY_MAX, "%s%.28s%c%02u", cents < 0 ? "-" : "", whole, tongue_point(), (unsigned)(size % 100));
    return out;
}

const char *money_whole(char out[SAY_MAX], int64_t cents)
{
    uint64_t size = ((uint64_t)llabs(cents) + 50) / 100;
    char whole[SAID_MAX];

    words_number(whole, size);
    snprintf(out, SAY_MAX, "%s%.30s", cents < 0 && size > 0 ? "-" : "", whole);
    return out;
}

const char *money_month(char out[SAY_MAX], const char *month)
{
    unsigned long number = strlen(month) == 7 ? strtoul(month + 5, NULL, 10) : 0;

    if (number >= 1 && number <= 12)
        snprintf(out, SAY_MAX, "%.16s %.4s", say_month((unsigned)number), month);
    else
        snprintf(out, SAY_MAX, "%.16s", month);
    return out;
}

const char *money_post(json_t *item)
{
    return advice_word(field_text(item, "name"));
}

const char *money_rhythm(char out[SAY_MAX], json_t *series)
{
    uint64_t months = field_uint(series, "months"), days = field_uint(series, "days");

    if (months == 0)
        snprintf(out, SAY_MAX, NN_("%u day", "%u days", days), (unsigned)days);
    else
        snprintf(out, SAY_MAX, NN_("%u month", "%u months", months), (unsigned)months);
    return out;
}

void money_say_left_out(json_t *reply)
{
    uint64_t left_out = field_uint(reply, "accounts_left_out");

    if (left_out > 0)
        printf(NN_("not in it: %" PRIu64 " account in another currency; see it with --account NAME\n",
                   "not in it: %" PRIu64 " accounts in other currencies; see one with --account NAME\n", left_out),
               left_out);
}

json_t *money_args(const char *account, uint64_t months)
{
    json_t *args = json_object();

    if (args && advice_put(args, "account", account) &&
        (months == UINT64_MAX ||
         json_object_set_new(args, "months", json_integer(months > 9999 ? 9999 : (json_int_t)months)) == 0))
        return args;
    json_decref(args);
    return NULL;
}
