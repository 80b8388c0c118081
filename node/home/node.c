/* node.c - the core bound to the store: opened, fed with events, and brought up again after a disk that refused.
 *
 * Happy path: events are fed to the core, their effects gather, a flush keeps and sends them (flush.c). The disk refuses:
 * links are closed and the node is down: events are not fed to the core, commands are refused with the disk's sentence. A
 * while later (longer each time, or at once when the user commands something) the core is made anew from what the disk holds
 * and one write is tried; when that succeeds the node is up, and its peers bring back what was not kept. */
#include "node/home/load.h"
#include "node/home/node_inside.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { GATHER_MAX = 1 << 20 }; /* a turn of the loop may read megabytes; so much waits for its sync */

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
    struct failure why = { .text = "" };

    if (node_remake(node, &why) != STATUS_OK)
        node_fall(node, &why);
    else
        node_flush_once(node, true, NULL);
}

static bool retry_is_due(const struct node *node)
{
    return node->now_ms >= node->retry_ms ||
           node->retry_ms - node->now_ms > NODE_RETRY_MAX_MS; /* the clock went back */
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
        return node->down ? node_down_say(node, why) : STATUS_OK;
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
    node_lines_drop(node);
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
