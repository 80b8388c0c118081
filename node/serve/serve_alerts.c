/* serve_alerts.c - what is unusual in this home's electricity, with the rule and the figures of each alert.
 * Nothing of it leaves the house, and nothing is stored: the same readings give the same alerts. */
#include "node/advice/alerts.h"
#include "node/serve/advice_ask.h"
#include "node/serve/serve.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"

#include <stdlib.h>

enum { USUAL_DAYS = 90, ALERTS_MAX = 500 };

static bool feed(void *arg, const struct reading *readings, size_t count)
{
    alert_watch_add(arg, readings, count);
    return true;
}

static void alert_answer(struct answer *answer, json_t *list, const struct alert *alert)
{
    char text[CALENDAR_TEXT_MAX];
    json_t *item = answer_item(answer, list);

    answer_text(answer, item, "kind", alert_kind_name(alert->kind));
    answer_text(answer, item, "day", day_text(text, alert->day));
    answer_uint(answer, item, "days", alert_days(alert->kind));
    answer_text(answer, item, "unit", alert->kind == ALERT_SPIKE ? "mWh" : "mW");
    answer_uint(answer, item, "value", alert->value);
    answer_uint(answer, item, "most_before", alert->most_before);
    answer_uint(answer, item, "days_left_out", alert_odd_days(alert->kind));
    answer_uint(answer, item, "median_before", alert->median_before);
    answer_text(answer, item, "rule", _(alert_rule(alert->kind)));
}

static enum status alerts_reply(json_t *reply, const struct store_series *series, struct advice_days days,
                                const struct alert_watch *watch, struct failure *why)
{
    struct alert *found = malloc(ALERTS_MAX * sizeof *found);
    char text[CALENDAR_TEXT_MAX];
    struct answer answer = { false };
    size_t count, watched;
    json_t *list;

    if (!found)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the alerts"));
    count = alerts_find(found, ALERTS_MAX, &watched, watch, (size_t)(days.from - watch->first_day));
    answer_text(&answer, reply, "meter", series->name.meter);
    answer_text(&answer, reply, "from", day_text(text, days.from));
    answer_text(&answer, reply, "to", day_text(text, days.to));
    answer_uint(&answer, reply, "days", (uint64_t)(days.to - days.from + 1));
    answer_uint(&answer, reply, "watched_days", watched);
    list = answer_array(&answer, reply, "alerts");
    for (size_t i = 0; i < count; i++)
        alert_answer(&answer, list, &found[i]);
    free(found);
    return answer_done(&answer, why);
}

static enum status run_alerts(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct store_series series;
    struct advice_days days, read;
    struct alert_watch watch;
    struct alert_day *list;
    enum status status;
    size_t count;

    status = advice_meter(&series, node_store(node), args, QUANTITY_ELECTRICITY_IN, why);
    if (!status)
        status = advice_range(&days, args, &series, USUAL_DAYS, why);
    if (status)
        return status;
    read = (struct advice_days){ days.from - ALERT_LOOKBACK, days.to };
    count = (size_t)(read.to - read.from + 1);
    if (count > ALERT_DAYS_MAX)
        return failure_say(why, STATUS_FULL, _("more than ten years; name fewer days with --from and --to"));
    list = malloc(count * sizeof *list);
    if (!list)
        return failure_say(why, STATUS_NOMEM, _("out of memory for the days"));
    alert_watch_begin(&watch, list, count, read.from);
    status = advice_scan(node_store(node), &series.name, read, feed, &watch, why);
    alert_watch_end(&watch);
    if (!status)
        status = alerts_reply(reply, &series, days, &watch, why);
    free(list);
    return status;
}

const struct served serve_alerts[] = {
    { "alerts.show", run_alerts, false },
    { NULL, NULL, false },
};
