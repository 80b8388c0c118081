/* rounds.c - the rounds this home follows: their secrets, their records, its duties in them, their end.
 *
 * Happy path: a charter and its random secret are kept before anything else of the round; each new record is
 * kept, then spread, as soon as it is known to be good (WIRE 5.3); after each step the duties of the rounds it
 * touched are done until nothing is due. Failure modes: room for the effect is made before a record is taken,
 * so without memory the record is simply not there yet; a duty that the round does not take is left until
 * something changes. Which rounds have a place, and when they lose it, is in places.c. */
#include "proto/core/core_state.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* More than one home can owe at one moment: 31 flags, and a seen, cut, two votes and an open for each box. */
enum { DUTIES_MAX = 64, RETRY_MS = 1000 };

struct round *round_find(const struct core *core, const uint8_t id[ID_SIZE])
{
    for (size_t i = 0; i < core->round_count; i++) {
        if (memcmp(core->rounds[i]->id, id, ID_SIZE) == 0)
            return core->rounds[i];
    }
    return NULL;
}

void round_free(struct round *round)
{
    if (round->topic != NULL)
        topic_free(round->topic);
    own_clear(&round->own);
    id_list_clear(&round->early);
    sodium_memzero(round, sizeof *round);
    free(round);
}

/* ---- Secrets. */

/* No vote is cast before a round opens, so one that opened after the home was brought back has all its votes; and
 * none about the registry before its deadline and grace, give or take how far ahead the lost machine's clock may
 * have been. */
static void abstain(const struct core *core, struct round *round)
{
    const struct charter *charter = topic_charter(round->topic);
    uint64_t restored_s = core->restored_ms / 1000,
             votes_s = charter->opens_s + charter->window_s[BOX_REGISTRY] + charter->grace_s[BOX_REGISTRY];

    round->own.abstains = charter->opens_s <= restored_s;
    round->own.abstains_registry = restored_s != 0 && votes_s <= restored_s + charter->slack_s;
}

static void own_begin(struct core *core, struct round *round)
{
    own_clear(&round->own);
    own_init(&round->own, core->config.seed, round->topic, round->secret_known ? round->secret : NULL);
    abstain(core, round);
    round->own.history = &core->history;
    round->own_ready = true;
}

/* The room for the effect was reserved. */
static void secret_keep(struct core *core, struct round *round)
{
    struct effect *effect = effects_add(core->out, EFFECT_KEEP_SECRET, BYTES(round->secret));

    memcpy(effect->topic, round->id, ID_SIZE);
    round->secret_known = true;
}

static void secret_draw(struct core *core, struct round *round)
{
    rng_fill(&core->rng, round->secret, KEY_SIZE);
    secret_keep(core, round);
}

/* Not before everything on disk was told: the secret may be among it. */
static bool round_ready(struct core *core, struct round *round)
{
    if (round->own_ready)
        return true;
    if (!round->secret_known) {
        if (!core_reserve(core, 1, KEY_SIZE))
            return false;
        secret_draw(core, round);
    }
    own_begin(core, round);
    return true;
}

void round_secret(struct core *core, struct round *round, struct bytes secret)
{
    memcpy(round->secret, secret.data, KEY_SIZE);
    round->secret_known = true;
    round->spent = sodium_is_zero(round->secret, KEY_SIZE);
    if (core->started)
        own_begin(core, round);
    round->touched = true;
}

void rounds_restored(struct core *core, uint64_t restored_ms)
{
    if (restored_ms > core->restored_ms)
        core->restored_ms = restored_ms;
    for (size_t i = 0; i < core->round_count; i++)
        abstain(core, core->rounds[i]); /* of one not ready: set again */
}

/* Once all is opened, or nothing will be, the season's shares are of use only to whoever takes them from thr
 * homes to open what single homes dealt. The box key and the shares of the season key come from the secret,
 * so zeros take its place, here and on disk: a restart sees that it is spent. WIRE 7.6 */
static void secret_spend(struct core *core, struct round *round)
{
    const struct season *season = topic_season(round->topic);

    if (round->spent || season == NULL || season->phase < PHASE_AWARDED || !core_reserve(core, 1, KEY_SIZE))
        return;
    sodium_memzero(round->secret, KEY_SIZE);
    secret_keep(core, round);
    own_begin(core, round);
    round->spent = true;
}

void rounds_started(struct core *core)
{
    for (size_t i = 0; i < core->round_count; i++)
        core->rounds[i]->touched = true;
}

/* ---- Following. */

void round_attach(struct core *core, struct group *group)
{
    for (size_t i = 0; i < core->round_count; i++) {
        struct round *round = core->rounds[i];

        if (round->group == NULL && memcmp(topic_charter(round->topic)->group, group->id, ID_SIZE) == 0 &&
            place_take(round, group) && core->started)
            follow_new(core, round);
    }
}

static enum status may_follow(const struct core *core, struct bytes charter, struct failure *why)
{
    uint8_t id[ID_SIZE];
    struct charter read;
    enum status status = charter_read(&read, charter);

    charter_id(id, charter);
    if (status != STATUS_OK)
        return failure_say(why, status, "the charter does not follow the format");
    if (strcmp(read.network, core->config.network) != 0)
        return failure_say(why, STATUS_DENIED, "the round belongs to the network \"%s\", this home to \"%s\"",
                           read.network, core->config.network);
    if (round_find(core, id) != NULL)
        return failure_say(why, STATUS_EXISTS, "this home follows that round already");
    return STATUS_OK;
}

static struct round *round_new(struct core *core, struct bytes charter, const struct link *from,
                               struct failure *why)
{
    struct round *round = calloc(1, sizeof *round);
    struct group *group;

    if (round != NULL)
        round->topic = topic_new(charter);
    if (round == NULL || round->topic == NULL) {
        free(round);
        core->no_memory = true;
        failure_say(why, STATUS_NOMEM, "out of memory");
        return NULL;
    }
    memcpy(round->id, topic_id(round->topic), ID_SIZE);
    if (from != NULL)
        memcpy(round->brought_by, from->key, KEY_SIZE);
    round->asked_for = from == NULL && core->started;
    round->since = core->ms;
    group = group_find(core, topic_charter(round->topic)->group);
    if (group != NULL)
        place_make(core, group, round->brought_by);
    if ((group != NULL && !place_take(round, group)) || core->round_count == ROUNDS_HELD_MAX) {
        if (round->group != NULL)
            group->rounds[round->handle] = NULL;
        round_free(round);
        failure_say(why, STATUS_FULL, "this home has a part in %d rounds of that group already", TOPICS_MAX);
        return NULL;
    }
    round->touched = true;
    round->due_ms = round->expires_ms = UINT64_MAX;
    core->rounds[core->round_count++] = round;
    return round;
}

enum status round_follow(struct core *core, struct bytes charter, bool keep, const struct link *from,
                         struct failure *why)
{
    enum status status = may_follow(core, charter, why);
    struct effect *effect;
    struct round *round;

    if (status != STATUS_OK)
        return status;
    /* The charter, the secret, and the end of another round that may have to give way. */
    if (keep && !core_reserve(core, 3, charter.size + KEY_SIZE))
        return failure_say(why, STATUS_NOMEM, "out of memory");
    round = round_new(core, charter, from, why);
    if (round == NULL)
        return core->no_memory ? STATUS_NOMEM : STATUS_FULL;
    if (!keep)
        return STATUS_OK;
    effect = effects_add(core->out, EFFECT_KEEP_TOPIC, charter);
    memcpy(effect->topic, round->id, ID_SIZE);
    memcpy(effect->id, round->id, ID_SIZE);
    secret_draw(core, round);
    own_begin(core, round);
    if (round->group != NULL)
        follow_new(core, round);
    return STATUS_OK;
}

/* ---- Records. */

static void keep(struct core *core, const struct round *round, const uint8_t id[ID_SIZE], struct bytes record,
                 uint64_t arrival_ms)
{
    struct effect *effect = effects_add(core->out, EFFECT_KEEP_RECORD, record);

    memcpy(effect->topic, round->id, ID_SIZE);
    memcpy(effect->id, id, ID_SIZE);
    effect->arrival_ms = arrival_ms;
}

/* What the rounds make this home wait for is bounded for all of them together: a round may take what the others
 * leave, and never less than its part, so that those a liar fills stop no other. */
static void pending_share(const struct core *core, struct round *round)
{
    size_t others = 0, limit = PENDING_NODE_MAX / core->round_count;

    for (size_t i = 0; i < core->round_count; i++)
        others += core->rounds[i] == round ? 0 : topic_pending_bytes(core->rounds[i]->topic);
    if (others + limit < PENDING_NODE_MAX)
        limit = PENDING_NODE_MAX - others;
    topic_pending_limit(round->topic, limit < PENDING_BYTES_MAX ? limit : PENDING_BYTES_MAX);
}

/* What strangers make this home wait for is in memory only, which has a bound: a disk filled with it would
 * not be cleared before the round expires. */
enum status round_take(struct core *core, struct round *round, const struct record *record, struct link *from,
                       enum record_way way)
{
    bool stems = (from == NULL || way == WAY_STEM) && stem_wanted(record);
    enum status status;

    if (!core_reserve(core, 1, record->whole.size))
        return STATUS_NOMEM;
    if (from != NULL && !place_has_room(core, round))
        return STATUS_FULL;
    pending_share(core, round);
    status = topic_take(round->topic, record, core->now_ms, stems);
    core->no_memory = core->no_memory || status == STATUS_NOMEM;
    round->touched = round->touched || status == STATUS_FORGED; /* it may have to be flagged */
    if (status != STATUS_OK && status != STATUS_MISSING)
        return status;
    round->touched = true;
    round->asked_for = round->asked_for || from == NULL;
    if ((status == STATUS_OK || from == NULL) && !id_list_has(&round->early, record->id))
        keep(core, round, record->id, record->whole, core->now_ms);
    if (status == STATUS_OK && stems)
        stem_new(core, round, record, from, from == NULL);
    else if (status == STATUS_OK)
        spread_new(core, round, record->id, record->whole, from);
    else if (from == NULL)
        id_list_add(&round->early, record->id, PENDING_MAX); /* without memory it is kept once more, the same */
    return status;
}

/* ---- Totals. WIRE 6.12 */

void totals_keep(struct core *core)
{
    size_t room = history_room(&core->history);
    uint8_t *bytes = malloc(room);

    if (bytes != NULL && core_reserve(core, 1, room))
        effects_add(core->out, EFFECT_KEEP_TOTALS, (struct bytes){ bytes, history_write(bytes, room, &core->history) });
    core->no_memory = core->no_memory || bytes == NULL;
    free(bytes);
}

/* Kept whole, and before anything that depends on it: effects are carried out in order. */
static bool totals_remember(struct core *core, struct round *round)
{
    size_t room = history_room(&core->history);
    uint8_t *bytes;
    bool fine;

    if (history_knows(&core->history, round->topic))
        return true;
    bytes = malloc(room);
    fine = bytes != NULL && core_reserve(core, 1, room) &&
           history_add(&core->history, round->topic, own_in_registry(&round->own, round->topic, NULL), core->now_ms / 1000);
    if (fine)
        effects_add(core->out, EFFECT_KEEP_TOTALS,
                    (struct bytes){ bytes, history_write(bytes, room, &core->history) });
    free(bytes);
    core->no_memory = core->no_memory || !fine;
    return fine;
}

/* Whoever has the records can compute what was opened by others. */
static void totals_look(struct core *core, struct round *round)
{
    const struct season *season = topic_season(round->topic);

    if (season != NULL && season->boxes[BOX_JOIN].state == BOX_OPENED && !round->remembered)
        round->remembered = totals_remember(core, round);
}

enum status totals_from_disk(struct core *core, struct bytes bytes, struct failure *why)
{
    enum status status;

    history_clear(&core->history);
    status = history_read(&core->history, bytes);
    core->no_memory = core->no_memory || status == STATUS_NOMEM;
    return status == STATUS_MALFORMED ? failure_say(why, status, "what totals were opened before cannot be read")
                                      : status;
}

/* ---- What is due. */

static bool duty_done(struct core *core, struct round *round)
{
    struct deal_out due;
    struct record record;
    enum status status;

    if (!deal_due(&due, round->topic, &round->own, &core->rng) &&
        !voter_due(&due, round->topic, &round->own, core->now_ms, &core->rng))
        return false;
    if (!record_read(&record, (struct bytes){ due.bytes, due.size }))
        return false;
    if (record.kind == RECORD_OPEN && record.box == BOX_JOIN && !totals_remember(core, round))
        return false;
    status = round_take(core, round, &record, NULL, WAY_TREE);
    return status == STATUS_OK || status == STATUS_MISSING;
}

/* What waited here has turned out to be good. */
static void take_risen(struct core *core, struct round *round)
{
    const struct held *const *risen;
    size_t count = topic_risen(round->topic, &risen), size = 0;

    for (size_t i = 0; i < count; i++)
        size += risen[i]->record.whole.size;
    if (count == 0 || !core_reserve(core, count, size))
        return;
    for (size_t i = 0; i < count; i++) {
        const struct record *record = &risen[i]->record;
        bool early = id_list_has(&round->early, record->id);

        if (!early)
            keep(core, round, record->id, record->whole, risen[i]->arrival_ms);
        if (risen[i]->hidden)
            stem_new(core, round, record, NULL, early);
        else
            spread_risen(core, round, record->id);
    }
    topic_risen_told(round->topic);
}

static void tell_phase(struct core *core, struct round *round)
{
    const struct season *season = topic_season(round->topic);
    struct effect *effect;

    core->no_memory = core->no_memory || season == NULL;
    if (season == NULL || (round->told && season->phase == round->phase) || !core_reserve(core, 1, 0))
        return;
    effect = effects_add(core->out, EFFECT_TELL, (struct bytes){ NULL, 0 });
    memcpy(effect->topic, round->id, ID_SIZE);
    effect->phase = round->phase = season->phase;
    round->told = true;
}

static void round_run(struct core *core, struct round *round)
{
    unsigned duties = 0;

    if (!round_ready(core, round))
        return;
    round->own.awake_ms = core->awake_ms;
    take_risen(core, round);
    totals_look(core, round);
    while (duties < DUTIES_MAX && duty_done(core, round))
        duties++;
    take_risen(core, round);
    totals_look(core, round);
    tell_phase(core, round);
    secret_spend(core, round);
    round->due_ms = voter_deadline_ms(round->topic, &round->own, core->now_ms);
    round->expires_ms = round_expiry_ms(round->topic);
    round->touched = core->no_memory;
}

/* ---- */

void rounds_run(struct core *core)
{
    for (size_t i = core->round_count; i-- > 0;) {
        struct round *round = core->rounds[i];

        if (round->touched || core->now_ms >= round->due_ms)
            round_run(core, round);
        stem_run(core, round);
        round_expire(core, round);
    }
}

uint64_t rounds_deadline(const struct core *core)
{
    uint64_t at = UINT64_MAX;

    for (size_t i = 0; i < core->round_count; i++) {
        const struct round *round = core->rounds[i];

        at = earlier(at, round->touched ? core->now_ms + RETRY_MS : round->due_ms);
        if (round->expired_at == 0)
            at = earlier(at, round->expires_ms);
        else if (core->ms < round->expired_at + DROP_WAIT_MS)
            at = earlier(at, core->now_ms + (round->expired_at + DROP_WAIT_MS - core->ms));
    }
    return at;
}
