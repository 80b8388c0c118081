/* node.c - the core bound to the store: what a step wants kept is on disk before what it wants sent leaves.
 *
 * Happy path: events are fed to the core, their effects gather; a flush puts everything to be kept into one
 * synced transaction, then hands dials, frames and closings to the network in order. If a phase moved, the
 * household's wishes are tried. The disk refuses: nothing of the batch leaves, links are closed, and the node
 * is down: events are not fed to the core, commands are refused with the disk's sentence. A while later
 * (longer each time, or at once when the user commands something) the core is made anew from what the disk
 * holds and one write is tried; when that succeeds the node is up, and its peers bring back what was not
 * kept. */
#include "node/home/node.h"

#include "node/home/home.h"
#include "node/home/load.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RETRY_MIN_MS = 1000,
    RETRY_MAX_MS = 60000,   /* a disk that was full for a week costs one try a minute */
    GATHER_MAX = 1 << 20,   /* a turn of the loop may read megabytes; so much waits for its sync */
    EFFECTS_KEPT = 1 << 17, /* a backlog's memory goes back after it, a day's stays */
    WISH_TURNS = BOXES + 1, /* each wish may move one phase; beyond that, the next flush goes on */
};

#define TO_FORGET "to forget" /* a setting: secrets of rounds were replaced, see node_forget */

struct node {
    char home[HOME_PATH_MAX], listen[ADDRESS_MAX];
    uint8_t *seed; /* locked memory */
    struct store *store;
    struct core *core;
    struct network network;
    node_turn *turn;
    bool online, busy, told, wishing;
    struct effects effects;
    struct rng rng;
    uint64_t now_ms, started_ms, bytes_in, bytes_out;
    uint64_t wish_ms; /* when a wish waits for its moment; UINT64_MAX: none does */
    /* What the journal gets with the next flush: texts, each with its NUL. */
    char *lines;
    size_t lines_size;
    bool lines_lost;
    /* The disk refused. */
    bool down;
    struct failure trouble;
    uint64_t retry_ms, delay_ms;
};

/* ---- The core. */

static enum status node_step(struct node *node, const struct event *event, struct failure *why)
{
    enum status status = core_step(node->core, event, &node->effects, why);

    if (event->type == EVENT_GROUP && node->network.group && status != STATUS_NOMEM)
        node->network.group(node->network.arg, event->bytes.data);
    return status;
}

static enum status node_tell(void *arg, const struct event *event)
{
    return node_step(arg, event, NULL);
}

/* Replaces the core by one that knows what the disk knows. On failure the old one stays, for looking at only.
 */
static enum status node_remake(struct node *node, struct failure *why)
{
    struct core_config config = { .network = NODE_NETWORK };
    struct core *old = node->core;
    enum status status;

    memcpy(config.seed, node->seed, KEY_SIZE);
    memcpy(config.listen_address, node->listen, sizeof config.listen_address);
    randombytes_buf(config.randomness, sizeof config.randomness);
    node->core = core_new(&config);
    sodium_memzero(&config, sizeof config);
    effects_reset(&node->effects);
    status = node->core ? load_tell(node->store, node->now_ms, node_tell, node, why)
                        : failure_say(why, STATUS_NOMEM, _("start: out of memory"));
    if (!status) {
        core_free(old);
        return STATUS_OK;
    }
    core_free(node->core);
    node->core = old;
    effects_reset(&node->effects);
    return status;
}

/* ---- Disk, then wire. */

/* What goes is a secret that could still open what homes dealt: it is to leave the file too. */
static void forget_later(struct store_txn *txn)
{
    static const uint8_t yes[1] = { 1 };

    store_setting_put(txn, NULL, TO_FORGET, BYTES(yes));
}

static void secret_put(struct store_txn *txn, const struct effect *effect, struct bytes secret)
{
    struct bytes before;

    if (store_setting_get(txn, &before, effect->topic, "secret"))
        forget_later(txn);
    store_setting_put(txn, effect->topic, "secret", secret);
}

static void keep_one(struct node *node, struct store_txn *txn, const struct effect *effect)
{
    struct bytes bytes = effect_bytes(&node->effects, effect);
    struct store_peer peer = { .seen_ms = node->now_ms };

    switch (effect->type) {
    case EFFECT_KEEP_TOPIC:
        store_topic_put(txn, effect->id, bytes);
        break;
    case EFFECT_KEEP_RECORD:
        store_record_put(txn, effect->topic, effect->id, effect->arrival_ms, bytes);
        break;
    case EFFECT_KEEP_SECRET:
        secret_put(txn, effect, bytes);
        break;
    case EFFECT_KEEP_TOTALS:
        store_setting_put(txn, NULL, "totals", bytes);
        break;
    case EFFECT_DROP_TOPIC:
        store_topic_erase(txn, effect->topic);
        forget_later(txn);
        break;
    case EFFECT_KEEP_PEER:
        memcpy(peer.group, effect->group, sizeof peer.group);
        memcpy(peer.key, effect->id, sizeof peer.key);
        memcpy(peer.address, effect->address, sizeof peer.address);
        store_peer_put(txn, &peer);
        break;
    case EFFECT_DIAL:
    case EFFECT_SEND:
    case EFFECT_CLOSE:
    case EFFECT_TELL:
        break;
    }
}

static bool keeps_anything(const struct node *node)
{
    if (node->lines_size > 0 || node->lines_lost)
        return true;
    for (size_t i = 0; i < node->effects.count; i++)
        if (node->effects.list[i].type < EFFECT_DIAL)
            return true;
    return false;
}

static void lines_drop(struct node *node)
{
    free(node->lines);
    node->lines = NULL;
    node->lines_size = 0;
    node->lines_lost = false;
}

static enum status node_keep(struct node *node, bool prove, struct failure *why)
{
    struct store_txn *txn;
    uint8_t now[8];

    if (!prove && !keeps_anything(node))
        return STATUS_OK;
    if (node->lines_lost)
        return failure_say(why, STATUS_NOMEM, _("write the journal: out of memory"));
    txn = store_begin(node->store, STORE_WRITE);
    for (size_t i = 0; i < node->effects.count; i++)
        keep_one(node, txn, &node->effects.list[i]);
    for (size_t at = 0; at < node->lines_size; at += strlen(node->lines + at) + 1)
        store_journal_add(txn, node->now_ms, node->lines + at);
    if (prove) {
        be64_write(now, node->now_ms);
        store_setting_put(txn, NULL, "disk recovered", BYTES(now));
    }
    return store_commit(txn, why);
}

static void node_send(struct node *node)
{
    const struct network *network = &node->network;

    for (size_t i = 0; i < node->effects.count; i++) {
        const struct effect *effect = &node->effects.list[i];
        struct bytes bytes = effect_bytes(&node->effects, effect);

        if (effect->type == EFFECT_TELL || effect->type == EFFECT_KEEP_TOPIC)
            node->told = true; /* a phase moved, or a round came */
        if (!node->online || effect->type < EFFECT_DIAL)
            continue;
        if (effect->type == EFFECT_DIAL)
            network->dial(network->arg, effect->link, effect->address);
        if (effect->type == EFFECT_CLOSE)
            network->close(network->arg, effect->link, effect->why);
        if (effect->type != EFFECT_SEND)
            continue;
        node->bytes_out += bytes.size;
        network->send(network->arg, effect->link, bytes);
    }
}

/* The disk refused: from here on nothing of the core's leaves. */
static void node_fall(struct node *node, const struct failure *why)
{
    node->delay_ms = node->down ? node->delay_ms * 2 : RETRY_MIN_MS;
    if (node->delay_ms > RETRY_MAX_MS)
        node->delay_ms = RETRY_MAX_MS;
    node->down = true;
    node->told = false;
    node->trouble = *why;
    node->retry_ms = node->now_ms + node->delay_ms;
    effects_clear(&node->effects);
    if (node->online)
        node->network.close_all(node->network.arg);
}

static enum status node_flush_once(struct node *node, bool prove, struct failure *why)
{
    struct failure reason = { "" };
    enum status status = node_keep(node, prove, &reason);

    lines_drop(node);
    if (status) {
        node_fall(node, &reason);
        return failure_say(why, status, "%s", reason.text);
    }
    node->down = false;
    node->busy = true;
    node_send(node);
    node->busy = false;
    if (node->effects.arena_room > EFFECTS_KEPT)
        effects_clear(&node->effects);
    else
        effects_reset(&node->effects);
    return STATUS_OK;
}

static enum status down_say(const struct node *node, struct failure *why)
{
    return failure_say(why, STATUS_DISK, "%s", node->trouble.text);
}

static bool wishes_due(const struct node *node)
{
    return (node->told || node->now_ms >= node->wish_ms) && !node->wishing;
}

void node_wake_at(struct node *node, uint64_t at_ms)
{
    node->wish_ms = at_ms < node->wish_ms ? at_ms : node->wish_ms;
}

enum status node_flush(struct node *node, struct failure *why)
{
    enum status status;

    assert(!node->busy && node->core);
    if (node->down) {
        lines_drop(node);
        return down_say(node, why);
    }
    status = node_flush_once(node, false, why);
    for (unsigned turn = 0; !status && wishes_due(node) && turn < WISH_TURNS; turn++) {
        node->told = false;
        node->wish_ms = UINT64_MAX;
        node->wishing = true;
        node->turn(node);
        node->wishing = false;
        status = node->down ? down_say(node, why) : node_flush_once(node, false, why);
    }
    return status;
}

enum status node_forget(struct node *node, struct failure *why)
{
    struct store_txn *txn = store_begin(node->store, STORE_READ);
    struct bytes yes;
    bool due = store_setting_get(txn, &yes, NULL, TO_FORGET);
    enum status status = store_commit(txn, why);

    if (status || !due)
        return status;
    status = store_forget(node->store, why);
    if (status)
        return status;
    txn = store_begin(node->store, STORE_WRITE);
    store_setting_delete(txn, NULL, TO_FORGET);
    return store_commit(txn, why);
}

/* ---- Down, and up again. */

static bool event_is_command(const struct event *event)
{
    switch (event->type) {
    case EVENT_TOPIC:
    case EVENT_GROUP:
    case EVENT_ENROL:
    case EVENT_INTEREST:
    case EVENT_JOIN:
    case EVENT_BID:
        return true;
    case EVENT_RECORD:
    case EVENT_SECRET:
    case EVENT_TOTALS:
    case EVENT_RESTORED:
    case EVENT_STARTED:
    case EVENT_HEARD:
    case EVENT_LINK_UP:
    case EVENT_LINK_DATA:
    case EVENT_LINK_DOWN:
    case EVENT_TIMEOUT:
        break;
    }
    return false;
}

static void node_recover(struct node *node)
{
    struct failure why = { "" };

    if (node_remake(node, &why) != STATUS_OK)
        node_fall(node, &why);
    else
        node_flush_once(node, true, NULL);
}

static bool retry_is_due(const struct node *node)
{
    return node->now_ms >= node->retry_ms ||
           node->retry_ms - node->now_ms > RETRY_MAX_MS; /* the clock went back */
}

/* true: up again, feed the event. */
static bool node_try_again(struct node *node, const struct event *event)
{
    if (event_is_command(event) || retry_is_due(node))
        node_recover(node);
    if (event->type == EVENT_LINK_UP && node->online)
        node->network.close(node->network.arg, event->link, STATUS_OK); /* the caller finds us another time */
    return !node->down && event->type != EVENT_LINK_UP && event->type != EVENT_LINK_DATA &&
           event->type != EVENT_LINK_DOWN;
}

enum status node_event(struct node *node, const struct event *event, struct failure *why)
{
    enum status status;

    assert(!node->busy && node->core);
    node->now_ms = event->now_ms;
    if (node->down && !node_try_again(node, event))
        return node->down ? down_say(node, why) : STATUS_OK;
    if (event->type == EVENT_LINK_DATA)
        node->bytes_in += event->bytes.size;
    status = node_step(node, event, why);
    if (node->effects.used > GATHER_MAX)
        node_flush(node, NULL); /* the disk's refusal is told by the next one */
    return status;
}

void node_clock(struct node *node, uint64_t now_ms)
{
    node->now_ms = now_ms;
}

enum status node_command(struct node *node, struct event *event, struct failure *why)
{
    enum status status, flushed;

    event->now_ms = node->now_ms;
    status = node_event(node, event, why);
    flushed = node_flush(node, status ? NULL : why);
    return status ? status : flushed;
}

uint64_t node_deadline(const struct node *node)
{
    uint64_t core_ms;

    if (node->down)
        return node->retry_ms;
    core_ms = core_deadline(node->core);
    return core_ms < node->wish_ms ? core_ms : node->wish_ms;
}

const char *node_trouble(const struct node *node)
{
    return node->down ? node->trouble.text : NULL;
}

/* ---- Opening and closing. */

static enum status node_open_store(struct node *node, struct failure *why)
{
    uint8_t store_key[KEY_SIZE], random[KEY_SIZE];
    enum status status;

    if (sodium_init() < 0 || !(node->seed = sodium_malloc(KEY_SIZE)))
        return failure_say(why, STATUS_NOMEM, _("open: out of memory"));
    status = home_keys(node->home, node->seed, store_key, why);
    if (!status)
        status = store_open(&node->store, node->home, store_key, STORE_WRITE, why);
    sodium_memzero(store_key, sizeof store_key);
    randombytes_buf(random, sizeof random);
    rng_init(&node->rng, random);
    sodium_memzero(random, sizeof random);
    return status;
}

enum status node_prepare(struct node **out, const char *home, node_turn *turn, struct failure *why)
{
    struct node *node = calloc(1, sizeof *node);
    enum status status;

    *out = NULL;
    if (!node)
        return failure_say(why, STATUS_NOMEM, _("open: out of memory"));
    node->turn = turn;
    if (strlen(home) >= sizeof node->home) {
        status = failure_say(why, STATUS_DENIED, _("the name of the folder is too long"));
    } else {
        memcpy(node->home, home, strlen(home) + 1);
        status = node_open_store(node, why);
    }
    if (status)
        node_close(node);
    else
        *out = node;
    return status;
}

enum status node_start(struct node *node, const char *listen_address, const struct network *network,
                       uint64_t now_ms, struct failure *why)
{
    enum status status;

    assert(!node->core && strlen(listen_address) < sizeof node->listen);
    memcpy(node->listen, listen_address, strlen(listen_address) + 1);
    node->online = network != NULL;
    if (network)
        node->network = *network;
    node->now_ms = node->started_ms = now_ms;
    status = node_remake(node, why);
    if (status)
        return status;
    node->wish_ms = UINT64_MAX;
    node->told = true;      /* wishes kept before the last end */
    node_flush(node, NULL); /* a full disk is no reason not to start: node_trouble says it */
    return STATUS_OK;
}

enum status node_open(struct node **out, const char *home, node_turn *turn, const char *listen_address,
                      const struct network *network, uint64_t now_ms, struct failure *why)
{
    enum status status = node_prepare(out, home, turn, why);

    if (!status)
        status = node_start(*out, listen_address, network, now_ms, why);
    if (status) {
        node_close(*out);
        *out = NULL;
    }
    return status;
}

void node_close(struct node *node)
{
    if (!node)
        return;
    core_free(node->core);
    store_close(node->store);
    effects_clear(&node->effects);
    lines_drop(node);
    rng_clear(&node->rng);
    sodium_free(node->seed); /* wipes */
    free(node);
}

/* ---- For the handlers. */

struct core *node_core(struct node *node)
{
    return node->core;
}

struct store *node_store(struct node *node)
{
    return node->store;
}

const char *node_home(const struct node *node)
{
    return node->home;
}

const uint8_t *node_seed(const struct node *node)
{
    return node->seed;
}

uint64_t node_now_ms(const struct node *node)
{
    return node->now_ms;
}

struct rng *node_rng(struct node *node)
{
    return &node->rng;
}

void node_facts(const struct node *node, struct node_facts *out)
{
    const char *address = node->network.address ? node->network.address : node->listen;

    *out = (struct node_facts){ address, node->online, node->started_ms, node->bytes_in, node->bytes_out };
}

void node_journal(struct node *node, const char *format, ...)
{
    char text[STORE_JOURNAL_TEXT_MAX], *lines;
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (size < 0)
        text[0] = '\0';
    lines = realloc(node->lines, node->lines_size + strlen(text) + 1);
    if (!lines) {
        node->lines_lost = true; /* what is not in the journal must not leave: the flush fails */
        return;
    }
    memcpy(lines + node->lines_size, text, strlen(text) + 1);
    node->lines = lines;
    node->lines_size += strlen(text) + 1;
}
