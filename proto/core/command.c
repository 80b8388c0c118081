/* command.c - what the household asks for: each makes one record of its own, taken like any other, or is
 * refused in words. */
#include "proto/core/core_state.h"

#include <assert.h>
#include <string.h>

static enum status enrol(struct core *core, struct deal_out *out, struct round *round, struct failure *why)
{
    struct sign_key invite;
    enum status status;

    if (round->group == NULL)
        return failure_say(why, STATUS_DENIED, "this home does not belong to the round's group");
    group_invite_key(&invite, round->group->secret);
    status = deal_enrol(out, round->topic, &round->own, &invite, &core->rng, why);
    sign_key_clear(&invite);
    return status;
}

static enum status join(struct core *core, struct deal_out *out, struct round *round,
                        const struct event *event, struct failure *why)
{
    struct lot_choice choices[LOT_CHOICES_MAX];

    if (event->choice_count > LOT_CHOICES_MAX || event->value_count > DEAL_VALUES_MAX)
        return failure_say(why, STATUS_MALFORMED, "at most %d lots and %d values", LOT_CHOICES_MAX,
                           DEAL_VALUES_MAX);
    for (size_t i = 0; i < event->choice_count; i++)
        choices[i] = (struct lot_choice){ event->choices[i].lot, event->choices[i].minimum };
    return deal_join(out, round->topic, &round->own, choices, event->choice_count, event->values,
                     event->value_count, &core->rng, why);
}

static enum status make(struct core *core, struct deal_out *out, struct round *round,
                        const struct event *event, struct failure *why)
{
    if (event->type == EVENT_ENROL)
        return enrol(core, out, round, why);
    if (event->type == EVENT_INTEREST)
        return deal_interest(out, round->topic, &round->own, event->report, &core->rng, why);
    if (event->type == EVENT_JOIN)
        return join(core, out, round, event, why);
    assert(event->type == EVENT_BID);
    return deal_bid(out, round->topic, &round->own, event->bytes, &core->rng, why);
}

static enum status taken(enum status status, struct failure *why)
{
    switch (status) {
    case STATUS_OK:
        return STATUS_OK;
    case STATUS_MISSING:
        return failure_say(why, STATUS_OK, "kept until the round gets there");
    case STATUS_EXISTS:
        return failure_say(why, status, "the round has this already");
    case STATUS_FULL:
        return failure_say(why, status, "the round is full: no more of these are taken");
    case STATUS_EARLY:
        return failure_say(why, status, "the phase for this has not come or is over");
    case STATUS_MALFORMED:
    case STATUS_FORGED:
    case STATUS_DENIED:
        return failure_say(why, status, "the round does not take it: %s", status_text(status));
    case STATUS_NOMEM:
    case STATUS_DISK:
    case STATUS_BUSY:
    case STATUS_VERSION:
        break;
    }
    return failure_say(why, status, "%s", status_text(status));
}

static enum status round_make(struct core *core, const struct event *event, struct deal_out *made,
                              struct failure *why)
{
    struct round *round = round_find(core, event->topic);

    if (round == NULL)
        return failure_say(why, STATUS_MISSING, "this home follows no such round");
    if (!core->started || !round->own_ready)
        return failure_say(why, STATUS_EARLY, "this home is still starting");
    return make(core, made, round, event, why);
}

enum status core_draft(struct core *core, const struct event *event, uint8_t out[RECORD_MAX], size_t *size,
                       struct failure *why)
{
    struct deal_out made = { .size = 0 };
    enum status status = round_make(core, event, &made, why);

    if (status == STATUS_OK)
        memcpy(out, made.bytes, made.size);
    *size = status == STATUS_OK ? made.size : 0;
    return status;
}

enum status round_command(struct core *core, const struct event *event, struct failure *why)
{
    struct deal_out made = { .size = 0 };
    struct record record;
    enum status status = round_make(core, event, &made, why);

    if (status != STATUS_OK)
        return status;
    if (!record_read(&record, (struct bytes){ made.bytes, made.size }))
        return failure_say(why, STATUS_MALFORMED, "the record does not follow the format");
    return taken(round_take(core, round_find(core, event->topic), &record, NULL, WAY_TREE), why);
}
