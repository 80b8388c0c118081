/* serve_round.c - where the rounds stand, and what this home wants in them.
 *
 * Happy path: what is wished is kept first, then whatever of it is due now is done; the reply says which.
 * Failure modes: a phase that is over, a registry that closed without this home, a core that refuses: in
 * words, and the earlier wish stands. */
#include "node/serve/plan.h"
#include "node/serve/round_view.h"
#include "node/serve/serve.h"
#include "node/tongue/tongue.h"
#include "node/wish/envelope.h"

#include <string.h>

static enum status round_list(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct answer a = { false };
    json_t *rounds = answer_array(&a, reply, "rounds");

    (void)args;
    for (size_t i = 0; i < core_topic_count(node_core(node)); i++)
        round_view(&a, answer_item(&a, rounds), node, core_topic_at(node_core(node), i));
    return answer_done(&a, why);
}

static enum status round_show(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct topic *topic = arg_topic(node, args, why);
    struct answer a = { false };

    if (topic == NULL)
        return STATUS_MISSING;
    round_view(&a, reply, node, topic);
    return answer_done(&a, why);
}

/* Can this home still say anything in the join box, now or later? */
static enum status join_possible(struct node *node, struct topic *topic, struct failure *why)
{
    const struct season *season = topic_season(topic);
    const char *title = topic_charter(topic)->title;
    struct own_view own;

    if (season == NULL)
        return failure_say(why, STATUS_NOMEM, _("out of memory"));
    core_own(node_core(node), topic, &own);
    if (season->phase == PHASE_FORK)
        return failure_say(
            why, STATUS_DENIED,
            _("%s was closed twice, differently: its committee broke the rules and it stops here"), title);
    if (season->boxes[BOX_JOIN].state == BOX_CLOSED || season->boxes[BOX_JOIN].state == BOX_OPENED ||
        season->phase > PHASE_JOIN)
        return failure_say(why, STATUS_EARLY,
                           _("%s takes no more homes (it is in phase \"%s\"); see: coopair round show"), title,
                           phase_name(season->phase));
    if (season->boxes[BOX_REGISTRY].state >= BOX_CLOSED && !own.in_registry)
        return failure_say(why, STATUS_DENIED,
                           _("the registry of %s closed before this home was in it; the group's next round is "
                           "the next occasion"),
                           title);
    return STATUS_OK;
}

static enum status round_plan(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct topic *topic = arg_topic(node, args, why);
    struct answer a = { false };
    struct wish wish;
    enum status status;

    if (topic == NULL)
        return STATUS_MISSING;
    status = join_possible(node, topic, why);
    if (status == STATUS_OK)
        status = plan_make(&wish, node, topic, args, why);
    if (status != STATUS_OK)
        return status;
    round_view(&a, answer_object(&a, reply, "round"), node, topic);
    plan_view(&a, reply, topic_charter(topic), &wish);
    wish_clear(&wish);
    return answer_done(&a, why);
}

static bool same_join(const struct wish *a, const struct wish *b)
{
    return a->join && b->join && a->choice_count == b->choice_count && a->value_count == b->value_count &&
           memcmp(a->lots, b->lots, a->choice_count * sizeof a->lots[0]) == 0 &&
           memcmp(a->minimums, b->minimums, a->choice_count * sizeof a->minimums[0]) == 0 &&
           memcmp(a->values, b->values, a->value_count * sizeof a->values[0]) == 0;
}

/* Keeps the wish and does what is due of it. A refusal puts the earlier one back, so that what is kept is
 * what stands. */
static enum status wish_replace(struct node *node, const uint8_t id[ID_SIZE], struct wish *wish,
                                struct failure *why)
{
    struct wish before;
    bool known = wish_read(node, id, &before);
    enum status status;

    if (known &&
        same_join(&before,
                  wish)) /* said twice is said once: the home's few changes of mind are not used up */
        wish->dealt_before = before.dealt_before;
    status = wish_write(node, id, wish, why);
    if (status == STATUS_OK)
        status = wish_try(node, id, why);
    if (status == STATUS_OK)
        status = node_flush(node, why);
    if (status != STATUS_OK && status != STATUS_DISK)
        wish_write(node, id, &before, NULL); /* what was sent before the refusal is in the journal */
    wish_clear(&before);
    return status;
}

static enum status round_join(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct topic *topic = arg_topic(node, args, why);
    struct answer a = { false };
    uint8_t id[ID_SIZE];
    struct wish wish;
    enum status status;

    if (topic == NULL)
        return STATUS_MISSING;
    memcpy(id, topic_id(topic), sizeof id);
    status = join_possible(node, topic, why);
    if (status == STATUS_OK)
        status = plan_make(&wish, node, topic, args, why);
    if (status != STATUS_OK)
        return status;
    status = wish_replace(node, id, &wish, why);
    topic = core_topic_find(node_core(node), id);
    if (status == STATUS_OK && topic != NULL) {
        round_view(&a, answer_object(&a, reply, "round"), node, topic);
        plan_view(&a, reply, topic_charter(topic), &wish);
        status = answer_done(&a, why);
    }
    wish_clear(&wish);
    return status;
}

/* Before anything was dealt a wish is dropped; a dealt join is withdrawn by another deal. */
static enum status round_leave(struct node *node, json_t *args, json_t *reply, struct failure *why)
{
    struct topic *topic = arg_topic(node, args, why);
    struct answer a = { false };
    uint8_t id[ID_SIZE];
    struct own_view own;
    struct wish wish, before;
    enum status status;

    if (topic == NULL)
        return STATUS_MISSING;
    memcpy(id, topic_id(topic), sizeof id);
    status = join_possible(node, topic, why);
    if (status == STATUS_EARLY)
        return failure_say(why, status,
                           _("%s is closed, nothing can be withdrawn and nothing binds you; say no with: "
                           "coopair offer decline"),
                           topic_charter(topic)->title);
    core_own(node_core(node), topic, &own);
    wish_read(node, id, &before);
    wish = (struct wish){ .report = -1,
                          .cell = before.cell,
                          .join = own.joined,
                          .dealt_before = envelope_deals(topic, BOX_JOIN, own.pseudonym) };
    wish_clear(&before);
    status = wish_replace(node, id, &wish, why);
    topic = core_topic_find(node_core(node), id);
    if (status != STATUS_OK || topic == NULL)
        return status;
    answer_flag(&a, reply, "withdrawn", own.joined);
    answer_flag(&a, reply, "enrolled", own.enrolled);
    round_view(&a, answer_object(&a, reply, "round"), node, topic);
    return answer_done(&a, why);
}

const struct served serve_round[] = {
    { "round.list", round_list, false },   { "round.show", round_show, false },
    { "round.plan", round_plan, false },   { "round.join", round_join, false },
    { "round.leave", round_leave, false }, { NULL, NULL, false },
};
