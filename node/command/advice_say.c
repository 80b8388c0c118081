/* advice_say.c - see advice_say.h. */
#include "node/command/advice_say.h"

#include "node/tongue/local_time.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *advice_bar(char out[SAY_MAX], uint64_t value, uint64_t most)
{
    size_t width = most == 0 ? 0 : (size_t)(value * ADVICE_BAR / most);

    if (width > ADVICE_BAR)
        width = ADVICE_BAR;
    if (width == 0 && value > 0)
        width = 1;
    memset(out, '#', width);
    out[width] = '\0';
    return out;
}

const char *advice_kwh(char out[SAY_MAX], uint64_t mwh)
{
    uint64_t tenths = (mwh + 50000) / 100000;
    char whole[SAID_MAX];

    words_number(whole, tenths / 10);
    snprintf(out, SAY_MAX, "%.27s%c%u kWh", whole, tongue_point(), (unsigned)(tenths % 10));
    return out;
}

const char *advice_span(char out[SAY_MAX], enum span span, int64_t start_s)
{
    static const char *const days[] = { N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"),
                                        N_("Fri"), N_("Sat"), N_("Sun") };
    int64_t local_s = start_s + local_offset_s(start_s);
    struct civil civil;
    char day[SAY_MAX];

    civil_of(&civil, local_s);
    switch (span) {
    case SPAN_HOUR:
        return say_minute(out, start_s);
    case SPAN_DAY:
        snprintf(out, SAY_MAX, "%.8s %.30s", _(days[civil_weekday(local_s)]), say_day(day, start_s));
        return out;
    case SPAN_WEEK:
        return say_day(out, start_s);
    case SPAN_MONTH:
        snprintf(out, SAY_MAX, "%.12s %u", say_month(civil.month), civil.year);
        return out;
    case SPAN_YEAR:
    case SPANS:
        break;
    }
    snprintf(out, SAY_MAX, "%u", civil.year);
    return out;
}

const char *advice_change(char out[SAY_MAX], int64_t permille)
{
    uint64_t size = (uint64_t)(permille < 0 ? -permille : permille);

    snprintf(out, SAY_MAX, "%c%" PRIu64 "%c%u %%", permille < 0 ? '-' : '+', size / 10, tongue_point(),
             (unsigned)(size % 10));
    return out;
}

const char *advice_word(const char *word)
{
    return word[0] == '\0' ? "" : _(word); /* gettext gives the head of the catalogue for "" */
}

const char *advice_date(char out[SAY_MAX], const char *iso)
{
    int64_t day;

    if (day_read(&day, iso))
        return say_day(out, utc_of_local(day * CALENDAR_DAY_S));
    snprintf(out, SAY_MAX, "%.30s", iso);
    return out;
}

/* "coopair usage" of "coopair usage [OPTIONS]" */
static int name_size(const struct cli *cli)
{
    size_t size = strcspn(cli->usage, "[");

    return (int)(size > 0 && cli->usage[size] == '[' ? size - 1 : size);
}

static bool date_fits(const struct cli *cli, const char *option, const char *text, int *code)
{
    int64_t day;

    if (!text || day_read(&day, text))
        return true;
    fprintf(stderr, _("%.*s: --%s takes a date that exists, such as 2023-01-31, not \"%.40s\"\n"),
            name_size(cli), cli->usage, option, text);
    *code = EXIT_USAGE;
    return false;
}

bool advice_options_fit(const struct cli *cli, const struct advice_options *options, int *code)
{
    if (!date_fits(cli, "from", options->from, code) || !date_fits(cli, "to", options->to, code))
        return false;
    if (options->from && options->to && strcmp(options->from, options->to) > 0) {
        fprintf(stderr, _("%.*s: --from %s lies after --to %s\n"), name_size(cli), cli->usage, options->from,
                options->to);
        *code = EXIT_USAGE;
        return false;
    }
    return true;
}

bool advice_put(json_t *args, const char *key, const char *text)
{
    return !text || json_object_set_new(args, key, json_string(text)) == 0;
}

json_t *advice_args(const struct advice_options *options)
{
    json_t *args = json_object();

    if (args && advice_put(args, "from", options->from) && advice_put(args, "to", options->to) &&
        advice_put(args, "meter", options->meter))
        return args;
    json_decref(args);
    return NULL;
}

int64_t advice_int(json_t *object, const char *key)
{
    return (int64_t)json_integer_value(json_object_get(object, key));
}

int advice_show(const struct cli *cli, const char *verb, json_t *args,
                void (*say)(json_t *reply, const void *arg), const void *arg)
{
    json_t *reply;
    int code;

    if (!args)
        return cli_fail(cli, STATUS_NOMEM, NULL);
    code = cli_ask(cli, verb, args, &reply);
    if (code)
        return code;
    if (cli->json)
        return cli_json(reply);
    say(reply, arg);
    json_decref(reply);
    return EXIT_DONE;
}
