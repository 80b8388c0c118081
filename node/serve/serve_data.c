/* serve_data.c - the household's own readings: taken in, listed, and told as a profile. Nothing here leaves
 * the house; profile.show says what would. */
#include "node/profile/profile.h"
#include "node/serve/accounts.h"
#include "node/serve/data.h"
#include "node/serve/serve.h"
#include "node/serve/answer.h"
#include "node/tongue/tongue.h"
#include "node/wish/told.h"

static enum status run_import(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    return data_import(node_store(node), args, reply, why);
}

static enum status run_account(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    return accounts_choose(node_store(node), args, reply, why);
}

static enum status run_movements(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    return accounts_import(node_store(node), args, reply, why);
}

static enum status run_health(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    return health_import(node_store(node), args, reply, why);
}

static enum status run_erase(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    if (json_object_get(args, "account") || json_object_get(args, "payer"))
        return accounts_erase(node_store(node), args, reply, why);
    return data_erase(node_store(node), args, reply, why);
}

static enum status run_layout(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    return data_layout(node_store(node), args, reply, why);
}

static enum status run_list(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    enum status status = data_list(node_store(node), reply, why);

    (void)args;
    return status ? status : accounts_list(node_store(node), reply, why);
}

static void numbers(struct answer *answer, json_t *out, const char *key, const uint64_t *values, size_t count)
{
    json_t *list = answer_array(answer, out, key);

    for (size_t i = 0; i < count; i++)
        answer_number(answer, list, values[i]);
}

static void profile_answer(struct answer *answer, json_t *out, const struct profile *profile)
{
    answer_text(answer, out, "meter", profile->meter.meter);
    answer_uint(answer, out, "first_s", (uint64_t)profile->first_s);
    answer_uint(answer, out, "last_s", (uint64_t)profile->last_s);
    answer_uint(answer, out, "days", profile->days);
    answer_uint(answer, out, "total_mwh", profile->total_mwh);
    answer_uint(answer, out, "coarse_mwh", profile->coarse_mwh);
    numbers(answer, out, "hour_mwh", profile->hour_mwh, ARRAY_SIZE(profile->hour_mwh));
    numbers(answer, out, "month_mwh", profile->month_mwh, ARRAY_SIZE(profile->month_mwh));
    numbers(answer, out, "period_mwh", profile->period_mwh, ARRAY_SIZE(profile->period_mwh));
    answer_uint(answer, out, "night_permille", profile->night_permille);
    answer_uint(answer, out, "winter_permille", profile->winter_permille);
    answer_flag(answer, out, "winter_known", profile->winter_known);
    if (profile->cell_known)
        answer_uint(answer, out, "cell", profile->cell);
    else
        answer_null(answer, out, "cell");
}

/* What a deal in this round's interest box says, or has said: the same call as the deal itself is made with.
 */
static void round_answer(struct answer *answer, json_t *out, struct node *node, struct topic *topic,
                         const struct profile *profile)
{
    const struct charter *charter = topic_charter(topic);
    struct own_view own;

    core_own(node_core(node), topic, &own);
    answer_hex(answer, out, "round", topic_id(topic), ID_SIZE);
    answer_text(answer, out, "title", charter->title);
    answer_text(answer, out, "category", charter->category);
    answer_text(answer, out, "season", charter->season);
    answer_flag(answer, out, "left", own.interested);
    if (profile->cell_known)
        answer_uint(answer, out, "report",
                    told_report(node, charter, profile->cell));
    else
        answer_null(answer, out, "report");
}

static enum status run_profile(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct answer answer = { false };
    struct profile profile;
    enum status status = profile_of_store(&profile, node_store(node), why);
    json_t *rounds;

    (void)args;
    if (status)
        return status;
    if (profile.days == 0)
        return failure_say(why, STATUS_MISSING,
                           _("no electricity readings yet; take a meter file in with: coopair import FILE"));
    profile_answer(&answer, answer_object(&answer, reply, "profile"), &profile);
    rounds = answer_array(&answer, reply, "rounds");
    for (size_t i = 0; i < core_topic_count(node_core(node)); i++)
        round_answer(&answer, answer_item(&answer, rounds), node, core_topic_at(node_core(node), i),
                     &profile);
    return answer_done(&answer, why);
}

const struct served serve_data[] = {
    { "data.account", run_account, false },
    { "data.health", run_health, false },
    { "data.import", run_import, false },
    { "data.layout", run_layout, false },
    { "data.movements", run_movements, false },
    { "data.erase", run_erase, false },
    { "data.list", run_list, false },
    { "profile.show", run_profile, false },
    { NULL, NULL, false },
};
