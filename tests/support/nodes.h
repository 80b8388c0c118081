/* nodes.h - a few whole nodes, each with its own folder and store, joined by a network in memory. The clock
 * is a number, nothing sleeps: time goes on when nobody has anything left to say. What a person types goes in
 * as a request and comes back as a reply, as over the control socket.
 *
 *   nodes_open(&n, 3);
 *   reply = nodes_ask(&n, 0, "group.create", "{s:s}", "good", "pellets");
 *   nodes_until(&n, 600, everybody_awarded) */
#ifndef COOP_TESTS_NODES_H
#define COOP_TESTS_NODES_H

#include "node/home/home.h"
#include "node/home/node.h"
#include "node/serve/answer.h"
#include "node/serve/serve.h"
#include "node/wish/wish.h"
#include "tests/support/folder.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 4, WIRES_MAX = 64 };

struct wire {
    unsigned home[2]; /* who dialled, who was called */
    uint32_t link[2];
    bool open;
};
struct parcel { /* one event on its way; a list in order */
    struct parcel *next;
    unsigned home;
    enum event_type type;
    uint32_t link;
    char address[ADDRESS_MAX];
    size_t size;
    uint8_t bytes[];
};
struct nodes;
struct nodes_one {
    struct nodes *all;
    unsigned index;
    struct node *node;
    char folder[FOLDER_PATH], address[ADDRESS_MAX];
};
struct nodes {
    struct nodes_one list[NODES_MAX];
    size_t count;
    struct wire wires[WIRES_MAX];
    struct parcel *first, **last;
    uint64_t now_ms;
    uint32_t incoming; /* links given to who is called */
};

static inline void nodes_post(struct nodes *n, unsigned home, enum event_type type, uint32_t link,
                              const char *address, struct bytes bytes)
{
    struct parcel *parcel = malloc(sizeof *parcel + bytes.size);

    assert(parcel != NULL);
    *parcel = (struct parcel){ .home = home, .type = type, .link = link, .size = bytes.size };
    snprintf(parcel->address, sizeof parcel->address, "%s", address);
    if (bytes.size > 0)
        memcpy(parcel->bytes, bytes.data, bytes.size);
    *n->last = parcel;
    n->last = &parcel->next;
}

/* The open wire of this home's link; *end: which end of it the home is. */
static inline struct wire *nodes_wire(struct nodes *n, unsigned home, uint32_t link, unsigned *end)
{
    for (size_t i = 0; i < WIRES_MAX; i++)
        for (*end = 0; *end < 2; ++*end)
            if (n->wires[i].open && n->wires[i].home[*end] == home && n->wires[i].link[*end] == link)
                return &n->wires[i];
    return NULL;
}

static inline void nodes_dial(void *arg, uint32_t link, const char *address)
{
    struct nodes_one *one = arg;
    struct nodes *n = one->all;

    for (unsigned to = 0; to < n->count; to++)
        for (size_t i = 0;
             i < WIRES_MAX && n->list[to].node != NULL && strcmp(n->list[to].address, address) == 0; i++)
            if (!n->wires[i].open) {
                n->wires[i] =
                    (struct wire){ { one->index, to }, { link, LINK_INCOMING | ++n->incoming }, true };
                nodes_post(n, one->index, EVENT_LINK_UP, link, address, (struct bytes){ NULL, 0 });
                nodes_post(n, to, EVENT_LINK_UP, n->wires[i].link[1], "127.0.0.1:50000",
                           (struct bytes){ NULL, 0 });
                return;
            }
    nodes_post(n, one->index, EVENT_LINK_DOWN, link, address, (struct bytes){ NULL, 0 });
}

static inline void nodes_send(void *arg, uint32_t link, struct bytes bytes)
{
    struct nodes_one *one = arg;
    unsigned end;
    struct wire *wire = nodes_wire(one->all, one->index, link, &end);

    if (wire != NULL)
        nodes_post(one->all, wire->home[!end], EVENT_LINK_DATA, wire->link[!end], "", bytes);
}

static inline void nodes_hang_up(void *arg, uint32_t link, enum status why)
{
    struct nodes_one *one = arg;
    unsigned end;
    struct wire *wire = nodes_wire(one->all, one->index, link, &end);

    (void)why;
    if (wire == NULL)
        return;
    wire->open = false;
    nodes_post(one->all, wire->home[!end], EVENT_LINK_DOWN, wire->link[!end], "", (struct bytes){ NULL, 0 });
}

static inline void nodes_hang_up_all(void *arg)
{
    struct nodes_one *one = arg;

    for (size_t i = 0; i < WIRES_MAX; i++)
        for (unsigned end = 0; end < 2; end++)
            if (one->all->wires[i].open && one->all->wires[i].home[end] == one->index)
                nodes_hang_up(one, one->all->wires[i].link[end], STATUS_OK);
}

/* ---- Homes, on and off. */

static inline void nodes_start(struct nodes *n, unsigned home)
{
    struct nodes_one *one = &n->list[home];
    struct network network = { .arg = one,
                               .dial = nodes_dial,
                               .send = nodes_send,
                               .close = nodes_hang_up,
                               .close_all = nodes_hang_up_all };
    struct failure why = { .text = "" };

    if (node_open(&one->node, one->folder, wishes_try, one->address, &network, n->now_ms, &why) != STATUS_OK) {
        fprintf(stderr, "node %u: %s\n", home, why.text);
        abort();
    }
}

/* As a power cut would: what was not flushed is gone. */
static inline void nodes_kill(struct nodes *n, unsigned home)
{
    nodes_hang_up_all(&n->list[home]);
    node_close(n->list[home].node);
    n->list[home].node = NULL;
}

static inline void nodes_open(struct nodes *n, size_t count)
{
    assert(count <= NODES_MAX);
    memset(n, 0, sizeof *n);
    n->last = &n->first;
    n->now_ms =
        UINT64_C(4000000000) * 1000; /* beyond any wall clock: a command without a daemon reads that one */
    n->count = count;
    for (unsigned i = 0; i < count; i++) {
        struct failure why = { .text = "" };

        n->list[i] = (struct nodes_one){ .all = n, .index = i };
        folder_new(n->list[i].folder);
        snprintf(n->list[i].address, sizeof n->list[i].address, "127.0.0.1:%u", 40000 + i);
        if (home_init(n->list[i].folder, (struct bytes){ NULL, 0 }, &why) != STATUS_OK) {
            fprintf(stderr, "home %u: %s\n", i, why.text);
            abort();
        }
        nodes_start(n, i);
    }
}

static inline void nodes_close(struct nodes *n)
{
    for (unsigned i = 0; i < n->count; i++) {
        node_close(n->list[i].node);
        folder_remove(n->list[i].folder);
    }
    for (struct parcel *parcel = n->first, *next; parcel != NULL; parcel = next) {
        next = parcel->next;
        free(parcel);
    }
}

/* ---- Time. */

static inline void nodes_event(struct nodes *n, unsigned home, struct event *event)
{
    event->now_ms = n->now_ms;
    node_event(n->list[home].node, event, NULL);
    node_flush(n->list[home].node, NULL);
}

static inline bool nodes_deliver(struct nodes *n)
{
    struct parcel *parcel = n->first;
    struct event event;

    if (parcel == NULL)
        return false;
    n->first = parcel->next;
    if (n->first == NULL)
        n->last = &n->first;
    event = (struct event){ .type = parcel->type,
                            .link = parcel->link,
                            .address = parcel->address,
                            .bytes = { parcel->bytes, parcel->size } };
    if (n->list[parcel->home].node != NULL)
        nodes_event(n, parcel->home, &event);
    free(parcel);
    return true;
}

/* The earliest thing anybody waits for, at least a millisecond on. */
static inline void nodes_sleep(struct nodes *n)
{
    uint64_t next_ms = n->now_ms + 1000;
    struct event event = { .type = EVENT_TIMEOUT };

    for (unsigned i = 0; i < n->count; i++)
        if (n->list[i].node != NULL && node_deadline(n->list[i].node) < next_ms)
            next_ms = node_deadline(n->list[i].node);
    n->now_ms = next_ms > n->now_ms ? next_ms : n->now_ms + 1;
    for (unsigned i = 0; i < n->count; i++)
        if (n->list[i].node != NULL && (node_deadline(n->list[i].node) <= n->now_ms || n->now_ms % 1000 == 0))
            nodes_event(n, i, &event);
}

/* Lets time pass until it holds, at most so many seconds. */
static inline bool nodes_until(struct nodes *n, unsigned seconds, bool (*holds)(struct nodes *n))
{
    uint64_t end_ms = n->now_ms + seconds * UINT64_C(1000);

    while (n->now_ms < end_ms) {
        while (nodes_deliver(n))
            ;
        if (holds != NULL && holds(n))
            return true;
        nodes_sleep(n);
    }
    return holds == NULL;
}

/* ---- Requests. args as for json_pack; NULL: none. The reply is the caller's. */

static inline json_t *nodes_request(struct nodes *n, unsigned home, const char *verb, json_t *args)
{
    struct event event = { .type = EVENT_TIMEOUT };
    json_t *request = json_pack("{s:i, s:s, s:o}", "v", 1, "verb", verb, "args", args), *reply;

    assert(request != NULL);
    nodes_event(n, home, &event); /* its clock is now */
    reply = serve(n->list[home].node, request);
    assert(reply != NULL);
    json_decref(request);
    return reply;
}

static inline json_t *nodes_ask(struct nodes *n, unsigned home, const char *verb, const char *format, ...)
{
    va_list list;
    json_t *args;

    va_start(list, format);
    args = json_vpack_ex(NULL, 0, format, list);
    va_end(list);
    assert(args != NULL);
    return nodes_request(n, home, verb, args);
}

/* "OK", or how the refusal is spelled. */
static inline const char *nodes_status(json_t *reply)
{
    return field_flag(reply, "ok") ? "OK" : field_text(reply, "status");
}

static inline json_t *nodes_answered(json_t *reply)
{
    if (!field_flag(reply, "ok")) {
        fprintf(stderr, "%s: %s\n", field_text(reply, "status"), field_text(reply, "error"));
        abort();
    }
    return reply;
}

/* Refused so, in a sentence that holds these words. Takes the reply. */
static inline bool nodes_refused(json_t *reply, const char *status, const char *words)
{
    bool so = strcmp(nodes_status(reply), status) == 0 && strstr(field_text(reply, "error"), words) != NULL;

    if (!so)
        fprintf(stderr, "%s: \"%s\" instead of %s: \"%s\"\n", nodes_status(reply), field_text(reply, "error"),
                status, words);
    json_decref(reply);
    return so;
}

#endif
