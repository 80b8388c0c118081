/* core.c - the one entrance: an event goes to whom it concerns, then what is due is done, then what links
 * have to say leaves.
 *
 * Happy path and failure modes are those of the files behind it (core_state.h names them); nothing is decided
 * here. Out of memory anywhere, the step ends with STATUS_NOMEM: what is in the effects stands, what is not
 * will be tried again or has not happened. */
#include "proto/core/core_state.h"

#include "crypto/labels.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

uint64_t jittered(struct core *core, uint64_t span_ms)
{
    return span_ms - span_ms / 4 + rng_below(&core->rng, span_ms / 2 + 1);
}

bool core_reserve(struct core *core, size_t count, size_t size)
{
    bool fine = effects_reserve(core->out, count, size);

    core->no_memory = core->no_memory || !fine;
    return fine;
}

/* ---- Messages. */

/* Beyond its bytes bucket a peer is heard only in what keeps the two sides' ideas of the link the same, and
 * in records, which have a rule of their own. */
static bool may_be_dropped(enum message_type type)
{
    switch (type) {
    case MESSAGE_ASK:
    case MESSAGE_HAVE:
    case MESSAGE_GRAFT:
    case MESSAGE_SYNC:
    case MESSAGE_PEERS:
    case MESSAGE_PING:
        return true;
    case MESSAGE_HELLO:
    case MESSAGE_FOLLOW:
    case MESSAGE_UNFOLLOW:
    case MESSAGE_CHARTER:
    case MESSAGE_RECORD:
    case MESSAGE_PRUNE:
    case MESSAGE_LEAVE:
    case MESSAGE_PONG:
        return false;
    }
    return false;
}

void core_message(struct core *core, struct link *link, const struct message *message)
{
    if (link->state != LINK_READY && message->type != MESSAGE_HELLO) {
        violation(core, link);
        return;
    }
    if (link->over && message->type != MESSAGE_RECORD)
        beyond_bucket(core, link);
    if (link->closing || (link->over && may_be_dropped(message->type)))
        return;
    switch (message->type) {
    case MESSAGE_HELLO:
        hello_take(core, link, &message->hello);
        break;
    case MESSAGE_FOLLOW:
        follow_take(core, link, message);
        break;
    case MESSAGE_UNFOLLOW:
        unfollow_take(core, link, message->handle);
        break;
    case MESSAGE_ASK:
        ask_take(core, link, message->handle);
        break;
    case MESSAGE_CHARTER:
        charter_take(core, link, message);
        break;
    case MESSAGE_RECORD:
        record_take(core, link, message);
        break;
    case MESSAGE_HAVE:
        have_take(core, link, message);
        break;
    case MESSAGE_GRAFT:
        graft_take(core, link, message);
        break;
    case MESSAGE_PRUNE:
        prune_take(core, link, message);
        break;
    case MESSAGE_SYNC:
        sync_take(core, link, message);
        break;
    case MESSAGE_PEERS:
        peers_take(core, link, &message->peers);
        break;
    case MESSAGE_LEAVE:
        leave_take(core, link);
        break;
    case MESSAGE_PING:
        ping_take(core, link, message->number);
        break;
    case MESSAGE_PONG:
        pong_take(core, link, message->number);
        break;
    }
}

/* ---- Events. */

static uint64_t deadline(const struct core *core)
{
    uint64_t at = core->members_changed ? core->ms : core->members_at;

    if (!core->started)
        return UINT64_MAX;
    at = earlier(at, earlier(links_deadline(core), earlier(stem_deadline(core), sync_rounds_deadline(core))));
    if (at == UINT64_MAX)
        return rounds_deadline(core);
    return earlier(core->now_ms + (at > core->ms ? at - core->ms : 0), rounds_deadline(core));
}

/* `ms` follows the wall clock as far as a step was to be expected, and a little beyond: more than that is a
 * clock being set, or a machine asleep. */
static void clock_move(struct core *core, uint64_t now_ms)
{
    uint64_t passed = now_ms > core->now_ms ? now_ms - core->now_ms : 0;
    uint64_t awaited = core->awaited_ms > core->now_ms ? core->awaited_ms - core->now_ms : 0;

    if (core->now_ms == 0 || now_ms < core->now_ms || (awaited < UINT64_MAX / 2 && passed > awaited + CLOCK_STEP_MAX_MS))
        core->awake_ms = now_ms;
    if (awaited < UINT64_MAX / 2)
        passed = earlier(passed, awaited + CLOCK_STEP_MAX_MS);
    core->ms += core->now_ms == 0 ? 0 : passed; /* the first step sets the clock */
    core->now_ms = now_ms;
}

static enum status record_from_disk(struct core *core, const struct event *event, struct failure *why)
{
    struct round *round = round_find(core, event->topic);
    struct record record;
    enum status status;

    if (round == NULL)
        return failure_say(why, STATUS_MISSING, "a record of a round that is not there");
    status = topic_add(round->topic, event->bytes, event->arrival_ms);
    round->touched = true;
    /* On disk already: when its turn comes, or it has a place that it did not find today, it is not to be written a second time. */
    if ((status == STATUS_MISSING || status == STATUS_FULL) && record_read(&record, event->bytes))
        id_list_add(&round->early, record.id, PENDING_MAX);
    return status == STATUS_MISSING || status == STATUS_EXISTS ? STATUS_OK : status;
}

static enum status secret_from_disk(struct core *core, const struct event *event, struct failure *why)
{
    struct round *round = round_find(core, event->topic);

    if (round == NULL)
        return failure_say(why, STATUS_MISSING, "the secret of a round that is not there");
    if (event->bytes.size != KEY_SIZE)
        return failure_say(why, STATUS_MALFORMED, "a round's secret has %d bytes", KEY_SIZE);
    round_secret(core, round, event->bytes);
    return STATUS_OK;
}

static enum status dispatch(struct core *core, const struct event *event, struct failure *why)
{
    switch (event->type) {
    case EVENT_TOPIC:
        return round_follow(core, event->bytes, core->started, NULL, why);
    case EVENT_RECORD:
        return record_from_disk(core, event, why);
    case EVENT_SECRET:
        return secret_from_disk(core, event, why);
    case EVENT_TOTALS:
        return totals_from_disk(core, event->bytes, why);
    case EVENT_RESTORED:
        rounds_restored(core, event->arrival_ms);
        return STATUS_OK;
    case EVENT_GROUP:
        return membership_belong(core, event->bytes, event->address, why);
    case EVENT_STARTED:
        core->started = true;
        rounds_started(core);
        return STATUS_OK;
    case EVENT_HEARD:
        membership_heard(core, event->group, event->address);
        return STATUS_OK;
    case EVENT_LINK_UP:
        links_up(core, event->link, event->address);
        return STATUS_OK;
    case EVENT_LINK_DATA:
        links_data(core, event->link, event->bytes);
        return STATUS_OK;
    case EVENT_LINK_DOWN:
        links_down(core, event->link);
        return STATUS_OK;
    case EVENT_TIMEOUT:
        return STATUS_OK;
    case EVENT_ENROL:
    case EVENT_INTEREST:
    case EVENT_JOIN:
    case EVENT_BID:
        return round_command(core, event, why);
    }
    return STATUS_OK;
}

enum status core_step(struct core *core, const struct event *event, struct effects *out, struct failure *why)
{
    enum status status;

    assert(!core->stepping);
    core->stepping = true;
    core->out = out;
    core->no_memory = false;
    clock_move(core, event->now_ms);
    status = dispatch(core, event, why);
    if (core->started) {
        rounds_run(core);
        sync_rounds_run(core);
        links_run(core);
        links_flush(core); /* a link that has ended may be replaced at once */
        calling_run(core);
    }
    links_flush(core);
    core->awaited_ms = deadline(core);
    core->out = NULL;
    core->stepping = false;
    if (core->no_memory)
        return failure_say(why, STATUS_NOMEM, "out of memory");
    return status;
}

uint64_t core_deadline(const struct core *core)
{
    return core->awaited_ms;
}

/* ---- Life. */

struct core *core_new(const struct core_config *config)
{
    struct core *core = calloc(1, sizeof *core);
    uint8_t seed[KEY_SIZE];

    if (core == NULL)
        return NULL;
    core->config = *config;
    core->ms = 1; /* 0 means "not set" in the fields that hold a time */
    core->members_at = core->awaited_ms = UINT64_MAX;
    rng_init(&core->rng, config->randomness);
    derive_key(seed, config->seed, LABEL_LINK_KEY, NULL, 0);
    link_key_init(&core->link_key, seed);
    sodium_memzero(seed, sizeof seed);
    return core;
}

void core_free(struct core *core)
{
    if (core == NULL)
        return;
    for (size_t i = 0; i < core->link_count; i++)
        link_free(core->links[i]);
    for (size_t i = 0; i < core->round_count; i++)
        round_free(core->rounds[i]);
    for (size_t i = 0; i < core->group_count; i++) {
        id_list_clear(&core->groups[i]->dropped);
        sodium_memzero(core->groups[i], sizeof *core->groups[i]);
        free(core->groups[i]);
    }
    history_clear(&core->history);
    sodium_memzero(core, sizeof *core);
    free(core);
}
