/* world.c - homes, their disks, and the wires between them. Effects are carried out in order, as a node does; power may go between any two.
 *
 * A disk keeps exactly the KEEP effects. What was kept since the last thing sent is not synced yet: a power cut loses some of it, from the
 * end. A wire is a stream of bytes each way, in order, cut into other pieces than were sent; it may die without telling. */
#include "proto/core/core_state.h"
#include "tests/sim/sim.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void sim_fail(struct sim *s, const char *format, ...)
{
    va_list list;

    if (s->failure[0] != '\0')
        return;
    va_start(list, format);
    vsnprintf(s->failure, sizeof s->failure, format, list);
    va_end(list);
}

uint64_t sim_clock_ms(const struct sim *s, int at)
{
    return s->now_ms + (uint64_t)s->homes[at].skew_ms;
}

struct topic *sim_topic(struct sim *s, int at)
{
    return s->homes[at].core == NULL ? NULL : core_topic_find(s->homes[at].core, s->topic);
}

static void *grown(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    *room = *room == 0 ? 16 : 2 * *room;
    list = realloc(list, *room * size);
    assert(list != NULL);
    return list;
}

static uint64_t mixed(uint64_t trace, const uint8_t *data, size_t size)
{
    uint64_t word;

    for (; size >= 8; data += 8, size -= 8) {
        memcpy(&word, data, 8);
        trace = (trace ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        trace ^= trace >> 29;
    }
    if (size == 0)
        return trace;
    word = size;
    memcpy(&word, data, size);
    trace = (trace ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return trace ^ trace >> 29;
}

/* ---- Disks. */

bool home_has(const struct home *home, size_t record)
{
    return record / 64 < home->has_words && home->has[record / 64] >> record % 64 & 1;
}

static void mark(struct home *home, size_t record, bool has)
{
    size_t words = record / 64 + 1;

    if (words > home->has_words) {
        size_t room = words > 2 * home->has_words ? words : 2 * home->has_words;

        home->has = realloc(home->has, room * sizeof *home->has);
        assert(home->has != NULL);
        memset(home->has + home->has_words, 0, (room - home->has_words) * sizeof *home->has);
        home->has_words = room;
    }
    if (has)
        home->has[record / 64] |= UINT64_C(1) << record % 64;
    else
        home->has[record / 64] &= ~(UINT64_C(1) << record % 64);
}

static void item_add(struct home *home, struct disk_item item, struct bytes bytes)
{
    if (bytes.size > 0) {
        item.data = malloc(bytes.size);
        assert(item.data != NULL);
        memcpy(item.data, bytes.data, bytes.size);
        item.size = bytes.size;
    }
    home->disk = grown(home->disk, home->item_count, &home->item_room, sizeof *home->disk);
    home->disk[home->item_count++] = item;
}

static void item_drop(struct home *home)
{
    struct disk_item *item = &home->disk[--home->item_count];

    if (item->type == EFFECT_KEEP_RECORD)
        mark(home, item->record, false);
    free(item->data);
}

/* What is sent next leaves when the sync is done, and what comes waits as long. */
static void disk_wait(struct sim *s, struct home *home)
{
    uint64_t unit_ms = s->plan.tick_s > 0 ? 2 * 60000 : 1500, from_ms = home->busy_until_ms > s->now_ms ? home->busy_until_ms : s->now_ms;

    if (!home->slow || s->healed || home->core == NULL || home->synced == home->item_count)
        return;
    home->busy_until_ms = from_ms + luck_below(&s->luck, unit_ms >> luck_below(&s->luck, 6)); /* mostly seconds */
    if (home->uplink_us < home->busy_until_ms * 1000)
        home->uplink_us = home->busy_until_ms * 1000;
}

static void disk_sync(struct sim *s, int at)
{
    struct home *home = &s->homes[at];

    disk_wait(s, home);
    for (; home->synced < home->item_count; home->synced++) {
        if (home->disk[home->synced].type == EFFECT_KEEP_RECORD)
            ledger_sync(s, at, home->disk[home->synced].record);
    }
}

static void disk_erase(struct home *home)
{
    while (home->item_count > 0)
        item_drop(home);
    home->synced = home->backup_items = 0;
}

static void keep_record(struct sim *s, int at, const struct effect *effect, struct bytes bytes, const struct event *cause)
{
    struct home *home = &s->homes[at];
    size_t record = ledger_take(s, at, cause, effect->id, bytes);

    if (home_has(home, record))
        sim_fail(s, "home %d kept a record twice", at);
    spies_note(s, at, record, cause);
    mark(home, record, true);
    item_add(home, (struct disk_item){ .type = EFFECT_KEEP_RECORD, .record = (uint32_t)record, .arrival_ms = effect->arrival_ms },
             (struct bytes){ NULL, 0 });
    s->kept++;
}

/* ---- Wires. */

static void end_remove(struct home *home, uint32_t wire, int side)
{
    for (size_t i = 0; i < home->end_count; i++) {
        if (home->ends[i].wire == wire && home->ends[i].side == side) {
            home->ends[i] = home->ends[--home->end_count];
            return;
        }
    }
}

static void end_add(struct home *home, uint32_t link, uint32_t wire, int side)
{
    home->ends = grown(home->ends, home->end_count, &home->end_room, sizeof *home->ends);
    home->ends[home->end_count++] = (struct wire_end){ link, wire, (uint8_t)side };
}

static uint32_t wire_new(struct sim *s, int from, int to)
{
    uint32_t at, generation;

    if (s->wires_free_count > 0) {
        at = s->wires_free[--s->wires_free_count];
    } else {
        s->wires = grown(s->wires, s->wire_count, &s->wire_room, sizeof *s->wires);
        at = (uint32_t)s->wire_count++;
        s->wires[at].generation = 0;
    }
    generation = s->wires[at].generation;
    s->wires[at] = (struct wire){ .home = { from, to }, .open = { true, false }, .generation = generation };
    s->wires[at].life[0] = s->homes[from].lives;
    return at;
}

static void wire_free(struct sim *s, uint32_t at)
{
    s->wires[at].generation++;
    s->wires_free = grown(s->wires_free, s->wires_free_count, &s->wires_free_room, sizeof *s->wires_free);
    s->wires_free[s->wires_free_count++] = at;
}

/* Latency of the pair, what is before it on the uplink, and never before what was sent earlier. */
static uint64_t arrives_ms(struct sim *s, struct wire *wire, int to, size_t size)
{
    int from = wire->home[!to];
    uint64_t at = s->now_ms + 5 + luck_below(&s->luck, 60);
    struct home *home = &s->homes[from < 0 ? 0 : from];

    if (from >= 0 && size > 0) {
        uint64_t now_us = s->now_ms * 1000;

        home->uplink_us = (home->uplink_us > now_us ? home->uplink_us : now_us) + size; /* 8 Mbit/s */
        at += (home->uplink_us - now_us) / 1000;
    }
    if (at < wire->last_ms[to])
        at = wire->last_ms[to];
    wire->last_ms[to] = at;
    return at;
}

static void pass(struct sim *s, uint32_t at, int to, enum due_kind kind, struct bytes bytes)
{
    struct wire *wire = &s->wires[at];
    struct due due = { .kind = kind, .home = wire->home[to], .wire = at, .generation = wire->generation, .side = (uint8_t)to };

    due.at_ms = arrives_ms(s, wire, to, bytes.size);
    due.size = (uint32_t)bytes.size;
    if (bytes.size > 0) {
        due.data = malloc(bytes.size);
        assert(due.data != NULL);
        memcpy(due.data, bytes.data, bytes.size);
    }
    queue_push(&s->queue, due);
}

static bool reachable(const struct sim *s, int a, int b)
{
    return !s->cut || s->homes[a].side == s->homes[b].side;
}

static void dial(struct sim *s, int from, const struct effect *effect)
{
    unsigned a, b, c;
    int to = SIM_NOBODY;
    uint32_t at;

    if (sscanf(effect->address, "10.%u.%u.%u:7711", &a, &b, &c) == 3)
        to = (int)(a * 62500 + b * 250 + c - 1);
    if (to >= s->nodes)
        to = SIM_NOBODY;
    at = wire_new(s, from, to);
    s->wires[at].id[0] = effect->link;
    end_add(&s->homes[from], effect->link, at, 0);
    pass(s, at, 1, DUE_REACH, (struct bytes){ NULL, 0 });
}

/* This side is done with it; the other will hear, unless the wire is dead. */
static void hang_up(struct sim *s, uint32_t at, int side, bool silently)
{
    struct wire *wire = &s->wires[at];

    wire->open[side] = false;
    if (wire->home[side] >= 0)
        end_remove(&s->homes[wire->home[side]], at, side);
    if (!wire->open[!side] && side == 0 && wire->id[1] == 0)
        return; /* still on its way to be accepted: DUE_REACH ends it */
    if (!wire->open[!side])
        wire_free(s, at);
    else if (!wire->lost && !silently)
        pass(s, at, !side, DUE_DOWN, (struct bytes){ NULL, 0 });
}

static struct wire_end *end_of(const struct home *home, uint32_t link)
{
    for (size_t i = 0; i < home->end_count; i++) {
        if (home->ends[i].link == link)
            return &home->ends[i];
    }
    return NULL;
}

int home_behind(const struct sim *s, int at, uint32_t link)
{
    const struct wire_end *end = end_of(&s->homes[at], link);

    return end == NULL ? SIM_NOBODY : s->wires[end->wire].home[!end->side];
}

static void send_bytes(struct sim *s, int at, const struct effect *effect, struct bytes bytes)
{
    struct home *home = &s->homes[at];
    struct wire_end *end = end_of(home, effect->link);

    home->bytes_sent += bytes.size;
    s->bytes += bytes.size;
    if (end == NULL || s->wires[end->wire].lost || !s->wires[end->wire].open[!end->side])
        return;
    if (!s->healed && s->plan.loss_per_mille > 0 && luck_percent(&s->luck, s->plan.loss_per_mille / 10)) {
        s->wires[end->wire].lost = true;
        return;
    }
    pass(s, end->wire, !end->side, DUE_DATA, bytes);
}

/* ---- Effects. */

static void apply_one(struct sim *s, int at, const struct effect *effect, const struct event *cause)
{
    struct home *home = &s->homes[at];
    struct bytes bytes = effect_bytes(&s->effects, effect);
    struct wire_end *end;

    switch (effect->type) {
    case EFFECT_KEEP_RECORD:
        keep_record(s, at, effect, bytes, cause);
        break;
    case EFFECT_KEEP_TOPIC:
    case EFFECT_KEEP_SECRET:
    case EFFECT_KEEP_TOTALS:
        item_add(home, (struct disk_item){ .type = effect->type }, bytes);
        break;
    case EFFECT_KEEP_PEER:
        item_add(home, (struct disk_item){ .type = effect->type },
                 (struct bytes){ (const uint8_t *)effect->address, ADDRESS_MAX });
        break;
    case EFFECT_DROP_TOPIC:
        disk_erase(home);
        break;
    case EFFECT_DIAL:
        dial(s, at, effect);
        break;
    case EFFECT_SEND:
        disk_sync(s, at);
        send_bytes(s, at, effect, bytes);
        break;
    case EFFECT_CLOSE:
        end = end_of(home, effect->link);
        if (end != NULL)
            hang_up(s, end->wire, end->side, false);
        break;
    case EFFECT_TELL:
        home->phase = effect->phase;
        break;
    }
}

static bool is_kept(enum effect_type type)
{
    return type == EFFECT_KEEP_TOPIC || type == EFFECT_KEEP_RECORD || type == EFFECT_KEEP_SECRET ||
           type == EFFECT_KEEP_TOTALS;
}

static void apply(struct sim *s, int at, const struct event *cause)
{
    struct home *home = &s->homes[at];
    bool sent = false;

    for (size_t i = 0; i < s->effects.count; i++) {
        const struct effect *effect = &s->effects.list[i];
        struct bytes bytes = effect_bytes(&s->effects, effect);

        sent = sent || effect->type == EFFECT_SEND;
        if (sent && is_kept(effect->type))
            sim_fail(s, "home %d: what is kept comes after what is sent", at);
        if (home->effects_left == 0 || (home->full && is_kept(effect->type))) {
            home_stop(s, at, !home->full);
            return;
        }
        s->trace = (s->trace ^ (uint64_t)effect->type ^ (uint64_t)at << 8 ^ (uint64_t)effect->link << 24) * 31;
        s->trace = mixed(s->trace, bytes.data, bytes.size);
        apply_one(s, at, effect, cause);
        if (home->effects_left > 0)
            home->effects_left--;
    }
}

/* ---- Homes. */

static void wake_later(struct sim *s, int at)
{
    struct home *home = &s->homes[at];
    uint64_t due_ms = core_deadline(home->core);

    if (due_ms == UINT64_MAX)
        return;
    due_ms -= (uint64_t)home->skew_ms;
    if (due_ms < s->now_ms || due_ms > UINT64_MAX / 2)
        due_ms = s->now_ms;
    if (home->wake_ms != 0 && home->wake_ms <= due_ms)
        return; /* it asks again then */
    home->wake_ms = due_ms;
    queue_push(&s->queue, (struct due){ .at_ms = due_ms, .kind = DUE_WAKE, .home = at });
}

/* The fold has no clock: without a record kept, words on a link and timeouts leave a season as it was. */
static bool may_have_moved(const struct sim *s, const struct event *cause)
{
    if (cause->type != EVENT_LINK_DATA && cause->type != EVENT_TIMEOUT)
        return true;
    for (size_t i = 0; i < s->effects.count; i++) {
        if (s->effects.list[i].type == EFFECT_KEEP_RECORD)
            return true;
    }
    return false;
}

static void after_step(struct sim *s, int at, const struct event *cause)
{
    s->steps++;
    apply(s, at, cause);
    if (s->homes[at].core == NULL)
        return;
    founder_sit(s, at);
    if (s->look != NULL)
        s->look(s, at);
    if (may_have_moved(s, cause))
        check_state(s, at);
    wake_later(s, at);
}

enum status home_step(struct sim *s, int at, struct event event)
{
    struct home *home = &s->homes[at];
    enum status status;

    if (home->core == NULL)
        return STATUS_BUSY;
    event.now_ms = sim_clock_ms(s, at);
    effects_reset(&s->effects);
    s->why.text[0] = '\0';
    status = core_step(home->core, &event, &s->effects, &s->why);
    after_step(s, at, &event);
    return status;
}

/* Carries out what was done to the core by other ways than core_step. */
void home_go_on(struct sim *s, int at)
{
    struct event event = { .type = EVENT_TIMEOUT, .now_ms = sim_clock_ms(s, at) };

    core_step(s->homes[at].core, &event, &s->effects, &s->why);
    after_step(s, at, &event);
}

/* As spread.c takes it from a link, but from no link. */
enum status home_inject(struct sim *s, int at, struct bytes bytes)
{
    struct home *home = &s->homes[at];
    struct round *round = home->core == NULL ? NULL : round_find(home->core, s->topic);
    struct record record;
    enum status status;

    if (round == NULL || !round->own_ready)
        return STATUS_BUSY;
    if (!record_read(&record, bytes))
        return STATUS_MALFORMED;
    effects_reset(&s->effects);
    home->core->out = &s->effects;
    status = round_take(home->core, round, &record, NULL, WAY_TREE);
    home->core->out = NULL;
    s->injecting = true;
    home_go_on(s, at);
    s->injecting = false;
    return status;
}

static void replay(struct sim *s, int at)
{
    struct home *home = &s->homes[at];
    uint8_t group[ID_SIZE];

    group_id(group, s->secret);
    home_step(s, at, (struct event){ .type = EVENT_GROUP, .bytes = BYTES(s->secret), .address = home->invited_by });
    for (size_t i = 0; i < home->item_count && home->core != NULL; i++) {
        const struct disk_item *item = &home->disk[i];
        struct event event = { .type = EVENT_TOPIC, .bytes = { item->data, item->size }, .arrival_ms = item->arrival_ms };
        enum status status;

        memcpy(event.topic, s->topic, ID_SIZE);
        if (item->type == EFFECT_KEEP_RECORD) {
            event.type = EVENT_RECORD;
            event.bytes = (struct bytes){ s->records[item->record].bytes, s->records[item->record].size };
        } else if (item->type == EFFECT_KEEP_SECRET) {
            event.type = EVENT_SECRET;
        } else if (item->type == EFFECT_KEEP_TOTALS) {
            event.type = EVENT_TOTALS;
        } else if (item->type == EFFECT_KEEP_PEER) {
            event = (struct event){ .type = EVENT_HEARD, .address = (const char *)item->data };
            memcpy(event.group, group, ID_SIZE);
        }
        status = home_step(s, at, event);
        if (status == STATUS_MALFORMED || status == STATUS_FORGED || status == STATUS_MISSING || s->effects.count > 0)
            sim_fail(s, "home %d does not take back what it kept: %s", at, status_text(status));
    }
    if (home->restored_ms > 0)
        home_step(s, at, (struct event){ .type = EVENT_RESTORED, .arrival_ms = home->restored_ms });
    home_step(s, at, (struct event){ .type = EVENT_STARTED });
}

void home_start(struct sim *s, int at)
{
    struct home *home = &s->homes[at];
    struct core_config config = { .network = "test" };

    assert(home->core == NULL);
    memcpy(config.seed, home->seed, KEY_SIZE);
    luck_fill(&s->luck, config.randomness, KEY_SIZE);
    if (!home->mute)
        memcpy(config.listen_address, home->address, ADDRESS_MAX);
    home->core = core_new(&config);
    assert(home->core != NULL);
    memcpy(home->link_key, core_link_key(home->core), KEY_SIZE);
    home->lives++;
    home->wake_ms = 0;
    home->effects_left = -1;
    memset(home->state, 0, sizeof home->state);
    replay(s, at);
}

/* Power gone: some of what was not synced is lost, from the end, and half of the peers hear nothing. */
void home_stop(struct sim *s, int at, bool power_cut)
{
    struct home *home = &s->homes[at];
    bool silently = power_cut && luck_below(&s->luck, 2) == 0;

    if (home->core == NULL)
        return;
    while (home->end_count > 0)
        hang_up(s, home->ends[0].wire, home->ends[0].side, silently);
    core_free(home->core);
    home->core = NULL;
    home->effects_left = -1;
    if (!power_cut)
        disk_sync(s, at);
    for (size_t lost = luck_below(&s->luck, home->item_count - home->synced + 1); lost > 0; lost--)
        item_drop(home);
    disk_sync(s, at);
}

/* ---- What happens. */

static void happen_reach(struct sim *s, const struct due *due)
{
    struct wire *wire = &s->wires[due->wire];
    int from = wire->home[0], to = wire->home[1];
    char seen[ADDRESS_MAX];

    if (!wire->open[0]) {
        wire_free(s, due->wire);
        return;
    }
    if (to == SIM_NOBODY || s->homes[to].core == NULL || s->homes[to].mute || !reachable(s, from, to)) {
        wire->home[1] = SIM_NOBODY;
        wire->id[1] = LINK_INCOMING;
        pass(s, due->wire, 0, DUE_DOWN, (struct bytes){ NULL, 0 });
        return;
    }
    wire->life[1] = s->homes[to].lives;
    wire->id[1] = LINK_INCOMING | ++s->homes[to].last_incoming;
    wire->open[1] = true;
    end_add(&s->homes[to], wire->id[1], due->wire, 1);
    snprintf(seen, sizeof seen, "%.*s:%u", (int)(strchr(s->homes[from].address, ':') - s->homes[from].address),
             s->homes[from].address, 40000 + due->wire % 20000);
    pass(s, due->wire, 0, DUE_UP, (struct bytes){ NULL, 0 });
    home_step(s, to, (struct event){ .type = EVENT_LINK_UP, .link = s->wires[due->wire].id[1], .address = seen });
}

/* A stream has no seams. */
static void happen_data(struct sim *s, const struct due *due)
{
    uint32_t link = s->wires[due->wire].id[due->side];
    size_t cut = luck_below(&s->luck, 8) == 0 ? luck_below(&s->luck, due->size) : 0;

    s->deliveries++;
    s->messages += talk_hear(&s->talk, due->data, due->size);
    if (cut > 0)
        home_step(s, due->home, (struct event){ .type = EVENT_LINK_DATA, .link = link, .bytes = { due->data, cut } });
    home_step(s, due->home,
              (struct event){ .type = EVENT_LINK_DATA, .link = link, .bytes = { due->data + cut, due->size - cut } });
}

static void happen_down(struct sim *s, const struct due *due)
{
    struct wire *wire = &s->wires[due->wire];
    uint32_t link = wire->id[due->side];

    wire->open[due->side] = false;
    end_remove(&s->homes[due->home], due->wire, due->side);
    if (!wire->open[!due->side])
        wire_free(s, due->wire);
    home_step(s, due->home, (struct event){ .type = EVENT_LINK_DOWN, .link = link });
}

static void happen(struct sim *s, const struct due *due)
{
    const struct wire *wire;
    struct home *home;

    if (due->kind == DUE_WAKE) {
        home = &s->homes[due->home];
        if (home->core != NULL && home->wake_ms == due->at_ms) {
            home->wake_ms = 0;
            home_step(s, due->home, (struct event){ .type = EVENT_TIMEOUT });
        }
        return;
    }
    wire = &s->wires[due->wire];
    if (wire->generation != due->generation)
        return;
    if (due->kind == DUE_REACH) {
        happen_reach(s, due);
        return;
    }
    if (due->home == SIM_NOBODY || !wire->open[due->side] || (wire->lost && due->kind != DUE_DOWN))
        return;
    if (due->kind == DUE_DATA)
        happen_data(s, due);
    else if (due->kind == DUE_DOWN)
        happen_down(s, due);
    else
        home_step(s, due->home, (struct event){ .type = EVENT_LINK_UP, .link = wire->id[0],
                                                .address = s->homes[wire->home[1]].address });
}

/* false: its home is not busy. */
static bool put_off(struct sim *s, const struct due *due)
{
    struct home *home = &s->homes[due->home < 0 ? 0 : due->home];
    struct due later = *due;

    if (due->home < 0 || home->busy_until_ms <= s->now_ms || home->core == NULL)
        return false;
    if (due->kind == DUE_WAKE && home->wake_ms == due->at_ms)
        home->wake_ms = home->busy_until_ms;
    later.at_ms = home->busy_until_ms;
    queue_push(&s->queue, later);
    return true;
}

void sim_run(struct sim *s, uint64_t span_ms)
{
    uint64_t until_ms = s->now_ms + span_ms;

    while (s->queue.count > 0 && s->queue.heap[0].at_ms <= until_ms && s->failure[0] == '\0') {
        struct due due = queue_pop(&s->queue);

        if (due.at_ms > s->now_ms)
            s->now_ms = due.at_ms;
        if (put_off(s, &due))
            continue;
        happen(s, &due);
        free(due.data);
    }
    s->now_ms = until_ms;
}

void sim_cut(struct sim *s, bool cut)
{
    s->cut = cut;
    for (size_t i = 0; i < s->wire_count && cut; i++) {
        struct wire *wire = &s->wires[i];

        if (!wire->open[0] || !wire->open[1] || reachable(s, wire->home[0], wire->home[1]))
            continue;
        for (int side = 0; side < 2 && s->plan.tick_s == 0; side++) /* seconds are too few to find out by silence */
            pass(s, (uint32_t)i, side, DUE_DOWN, (struct bytes){ NULL, 0 });
        wire->lost = true;
    }
}

/* ---- Beginning and end. */

void sim_init(struct sim *s, const struct plan *plan, uint64_t seed, int nodes)
{
    assert(nodes >= 1 && nodes <= SIM_HOMES_MAX);
    memset(s, 0, sizeof *s);
    s->plan = *plan;
    s->seed = seed;
    s->nodes = nodes;
    s->luck.state = seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
    s->now_ms = s->begin_ms = SIM_EPOCH_S * 1000;
    s->homes = calloc((size_t)nodes, sizeof *s->homes);
    assert(s->homes != NULL);
    luck_fill(&s->luck, s->secret, sizeof s->secret);
    for (int i = 0; i < nodes; i++) {
        struct home *home = &s->homes[i];
        int by = i == 0 ? 0 : (int)luck_below(&s->luck, (uint64_t)i);

        luck_fill(&s->luck, home->seed, KEY_SIZE);
        snprintf(home->address, ADDRESS_MAX, "10.%d.%d.%d:7711", i / 62500, i / 250 % 250, i % 250 + 1);
        while (s->homes[by].mute)
            by = (int)luck_below(&s->luck, (uint64_t)i);
        home->mute = i > 3 && luck_percent(&s->luck, 20);
        if (i > 0)
            memcpy(home->invited_by, s->homes[by].address, ADDRESS_MAX);
        home->side = (unsigned)luck_below(&s->luck, 2);
        home->effects_left = -1;
    }
    spies_place(s);
}

void sim_clear(struct sim *s)
{
    for (int i = 0; i < s->nodes; i++) {
        struct home *home = &s->homes[i];

        core_free(home->core);
        disk_erase(home);
        own_clear(&home->own);
        for (int j = 0; j < SIM_DEALS; j++)
            free(home->withheld[j]);
        free(home->disk);
        free(home->has);
        free(home->ends);
    }
    for (size_t i = 0; i < s->queue.count; i++)
        free(s->queue.heap[i].data);
    for (size_t i = 0; i < s->record_count; i++)
        free(s->records[i].bytes);
    effects_clear(&s->effects);
    free(s->queue.heap);
    free(s->wires);
    free(s->wires_free);
    free(s->homes);
    free(s->records);
    free(s->index);
}
