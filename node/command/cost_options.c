/* cost_options.c - see cost_options.h. */
#include "node/command/cost_options.h"

#include "node/home/config.h"
#include "node/home/home.h"
#include "node/serve/tempo_file.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"
#include "node/tongue/words.h"

#include <inttypes.h>
#include <stdio.h>

enum { PERCENT = 100, VA_PER_KVA = 1000 };

/* What --tempo-days names, else what is set for this home; "": neither. */
static void tempo_path(char out[CONFIG_VALUE_MAX], const struct cli *cli, const struct cost_options *options)
{
    char home[HOME_PATH_MAX];
    struct config config;
    struct failure why;

    snprintf(out, CONFIG_VALUE_MAX, "%s", options->tempo_days ? options->tempo_days : "");
    if (options->tempo_days || home_path(home, cli->home, &why) != STATUS_OK)
        return;
    config_read(&config, home, &why); /* what is wrong with it is told by coopair config */
    snprintf(out, CONFIG_VALUE_MAX, "%s", config_value(&config, CONFIG_TEMPO_DAYS));
}

static enum status fill(json_t *args, const struct cli *cli, const struct cost_options *options,
                        struct failure *why)
{
    char path[CONFIG_VALUE_MAX];
    json_t *colours;
    enum status status;

    if (!args || !advice_put(args, "off_peak", options->off_peak) ||
        !advice_put(args, "tariff", options->tariff) || !advice_put(args, "grid", options->grid) ||
        (options->kva && json_object_set_new(args, "kva", json_integer((json_int_t)options->kva)) != 0))
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    tempo_path(path, cli, options);
    if (path[0] == '\0')
        return STATUS_OK;
    status = tempo_file_read(&colours, path, why);
    if (status) {
        failure_prefix(why, _("--tempo-days %.60s: "), path);
        return status;
    }
    return json_object_set_new(args, "tempo", colours) == 0 ? STATUS_OK
                                                            : failure_say(why, STATUS_NOMEM, _("out of memory"));
}

int cost_show(const struct cli *cli, const struct cost_options *options, const char *verb,
              void (*say)(json_t *reply, const void *options))
{
    json_t *args = NULL;
    struct failure why = { .text = "" };
    enum status status;
    int code;

    if (!advice_options_fit(cli, &options->common, &code))
        return code;
    args = advice_args(&options->common);
    status = fill(args, cli, options, &why);
    if (status) {
        json_decref(args);
        return cli_fail(cli, status, &why);
    }
    return advice_show(cli, verb, args, say, options);
}

const char *cost_euros(char out[SAY_MAX], uint64_t cents)
{
    char text[SAID_MAX];

    words_euros(text, cents);
    snprintf(out, SAY_MAX, "%.39s", text);
    return out;
}

void cost_say_head(json_t *reply, const struct cost_options *options)
{
    uint64_t length_s = field_uint(reply, "length_s"), covered_s = field_uint(reply, "covered_s");
    uint64_t kva = field_uint(reply, "kva"), most_w = field_uint(reply, "most_w");
    char from[SAY_MAX], to[SAY_MAX], kwh[SAY_MAX];

    printf(_("meter %s, %s to %s, %llu days, %s\n"), field_text(reply, "meter"),
           advice_date(from, field_text(reply, "from")), advice_date(to, field_text(reply, "to")),
           (unsigned long long)field_uint(reply, "days"), advice_kwh(kwh, field_uint(reply, "energy_mwh")));
    if (length_s > 0 && covered_s < length_s)
        printf(_("only %llu %% of this time was metered: the energy of the rest is not in these amounts\n"),
               (unsigned long long)(covered_s * PERCENT / length_s));
    if (options->kva == 0)
        printf(_("subscribed power taken to be %llu kVA; yours is on the bill: --kva N\n"),
               (unsigned long long)kva);
    if (most_w > kva * VA_PER_KVA)
        printf(_("the highest reading is %llu W, more than %llu kVA carry\n"), (unsigned long long)most_w,
               (unsigned long long)kva);
}

void cost_say_missing(json_t *option)
{
    char kwh[SAY_MAX], from[SAY_MAX], to[SAY_MAX];

    if (field_uint(option, "no_price_mwh") > 0 || field_uint(option, "no_price_days") > 0)
        printf(_("  %s: not in it: %s and %llu days without a known price (too early, or no such power)\n"),
               field_text(option, "tariff"), advice_kwh(kwh, field_uint(option, "no_price_mwh")),
               (unsigned long long)field_uint(option, "no_price_days"));
    if (field_uint(option, "no_colour_mwh") > 0)
        printf(_("  %s: not in it: %s on %" PRIu64 " days whose colour is not known, %s to %s. RTE publishes the "
                 "colours: put\n"
                 "  them in a file of lines such as 2025-01-15,red and give it with --tempo-days FILE, or for good "
                 "with:\n"
                 "  coopair config set tempo.days FILE\n"),
               field_text(option, "tariff"), advice_kwh(kwh, field_uint(option, "no_colour_mwh")),
               field_uint(option, "no_colour_days"), advice_date(from, field_text(option, "no_colour_from")),
               advice_date(to, field_text(option, "no_colour_to")));
    if (field_uint(option, "coarse_mwh") > 0)
        printf(_("  %s: not in it: %s in readings longer than an hour, which lie in no period\n"),
               field_text(option, "tariff"), advice_kwh(kwh, field_uint(option, "coarse_mwh")));
}
