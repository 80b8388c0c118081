/* flush.c - what a step wants kept is on disk before what it wants sent leaves.
 *
 * Happy path: everything to be kept goes into one synced transaction with the lines of the journal, then dials, frames and
 * closings go to the network in order; if a phase moved, the household's wishes are tried. Failure mode: the disk refuses, and
 * nothing of the batch leaves; see node.c for the way up again. */
#include "node/home/node_inside.h"
#include "node/tongue/tongue.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RETRY_MIN_MS = 1000,
    EFFECTS_KEPT = 1 << 17, /* a backlog's memory goes back after it, a day's stays */
    WISH_TURNS = BOXES + 1, /* each wish may move one phase; beyond that, the next flush goes on */
};

#define TO_FORGET "to forget" /* a setting: secrets of rounds were replaced, see node_forget */

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

void node_lines_drop(struct node *node)
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

void node_fall(struct node *node, const struct failure *why)
{
    node->delay_ms = node->down ? node->delay_ms * 2 : RETRY_MIN_MS;
    if (node->delay_ms > NODE_RETRY_MAX_MS)
        node->delay_ms = NODE_RETRY_MAX_MS;
    node->down = true;
    node->told = false;
    node->trouble = *why;
    node->retry_ms = node->now_ms + node->delay_ms;
    effects_clear(&node->effects);
    if (node->online)
        node->network.close_all(node->network.arg);
}

enum status node_flush_once(struct node *node, bool prove, struct failure *why)
{
    struct failure reason = { .text = "" };
    enum status status = node_keep(node, prove, &reason);

    node_lines_drop(node);
    if (status) {
        node_fall(node, &reason);
        if (why)
            *why = reason;
        return status;
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

enum status node_down_say(const struct node *node, struct failure *why)
{
    if (why)
        *why = node->trouble;
    return STATUS_DISK;
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
        node_lines_drop(node);
        return node_down_say(node, why);
    }
    status = node_flush_once(node, false, why);
    for (unsigned turn = 0; !status && wishes_due(node) && turn < WISH_TURNS; turn++) {
        node->told = false;
        node->wish_ms = UINT64_MAX;
        node->wishing = true;
        node->turn(node);
        node->wishing = false;
        status = node->down ? node_down_say(node, why) : node_flush_once(node, false, why);
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
