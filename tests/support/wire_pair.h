/* wire_pair.h - two nodes and a wire between them that is a queue: no sockets, a clock that is a variable. At
 * every frame that leaves, the wire looks at the sender's disk: what its core holds must be there. */
#ifndef COOP_TESTS_WIRE_PAIR_H
#define COOP_TESTS_WIRE_PAIR_H

#include "node/home/groups.h"
#include "node/home/home.h"
#include "node/wish/wish.h"
#include "tests/support/folder.h"

#include <assert.h>
#include <string.h>

enum { PAIR_LINKS = 64 };

struct parcel {
    struct parcel *next;
    unsigned to;
    enum event_type type;
    uint32_t link;
    size_t size;
    uint8_t bytes[];
};
struct pair {
    char dir[FOLDER_PATH], home[2][FOLDER_PATH + 8];
    struct network network[2];
    struct node_end {
        struct pair *pair;
        unsigned index, sends, closes, closed_all;
    } end[2];
    struct node *node[2]; /* NULL: not running */
    struct {
        bool open;
        uint32_t id[2];
    } links[PAIR_LINKS];
    uint32_t callers;
    struct parcel *first, **last;
    uint64_t now_ms;
};

static const char *const pair_address[2] = { "192.0.2.1:4711", "192.0.2.2:4712" };

static inline void pair_queue(struct pair *pair, unsigned to, enum event_type type, uint32_t link,
                              struct bytes bytes)
{
    struct parcel *parcel = malloc(sizeof *parcel + bytes.size);

    assert(parcel);
    *parcel = (struct parcel){ .to = to, .type = type, .link = link, .size = bytes.size };
    if (bytes.size > 0)
        memcpy(parcel->bytes, bytes.data, bytes.size);
    *pair->last = parcel;
    pair->last = &parcel->next;
}

static inline void pair_dial(void *arg, uint32_t link, const char *address)
{
    struct node_end *end = arg;
    struct pair *pair = end->pair;
    unsigned other = 1 - end->index;
    size_t at = 0;

    if (strcmp(address, pair_address[other]) != 0 || !pair->node[other]) {
        pair_queue(pair, end->index, EVENT_LINK_DOWN, link, (struct bytes){ NULL, 0 });
        return;
    }
    while (pair->links[at].open)
        assert(++at < PAIR_LINKS);
    pair->links[at].open = true;
    pair->links[at].id[end->index] = link;
    pair->links[at].id[other] = ++pair->callers | LINK_INCOMING;
    pair_queue(pair, end->index, EVENT_LINK_UP, link, (struct bytes){ NULL, 0 });
    pair_queue(pair, other, EVENT_LINK_UP, pair->links[at].id[other], (struct bytes){ NULL, 0 });
}

static inline bool pair_count(void *arg, const struct store_record *record)
{
    (void)record;
    ++*(size_t *)arg;
    return true;
}

/* Every record the core knows is on the disk. */
static inline void pair_check_disk(struct node *node)
{
    struct core *core = node_core(node);

    for (size_t i = 0; i < core_topic_count(core); i++) {
        struct topic *topic = core_topic_at(core, i);
        struct store_txn *txn = store_begin(node_store(node), STORE_READ);
        size_t kept = 0;

        store_record_scan(txn, topic_id(topic), 1, pair_count, &kept);
        assert(store_commit(txn, NULL) == STATUS_OK);
        assert(kept >= topic_record_count(topic));
    }
}

static inline void pair_send(void *arg, uint32_t link, struct bytes bytes)
{
    struct node_end *end = arg;
    struct pair *pair = end->pair;

    end->sends++;
    pair_check_disk(pair->node[end->index]);
    for (size_t i = 0; i < PAIR_LINKS; i++)
        if (pair->links[i].open && pair->links[i].id[end->index] == link)
            pair_queue(pair, 1 - end->index, EVENT_LINK_DATA, pair->links[i].id[1 - end->index], bytes);
}

static inline void pair_close(void *arg, uint32_t link, enum status why)
{
    struct node_end *end = arg;
    struct pair *pair = end->pair;

    (void)why;
    end->closes++;
    for (size_t i = 0; i < PAIR_LINKS; i++) {
        if (!pair->links[i].open || pair->links[i].id[end->index] != link)
            continue;
        pair->links[i].open = false;
        pair_queue(pair, 1 - end->index, EVENT_LINK_DOWN, pair->links[i].id[1 - end->index],
                   (struct bytes){ NULL, 0 });
    }
}

static inline void pair_close_all(void *arg)
{
    struct node_end *end = arg;

    end->closed_all++;
    for (size_t i = 0; i < PAIR_LINKS; i++)
        if (end->pair->links[i].open)
            pair_close(arg, end->pair->links[i].id[end->index], STATUS_OK);
}

static inline bool pair_link_known(const struct pair *pair, unsigned index, uint32_t link)
{
    for (size_t i = 0; i < PAIR_LINKS; i++)
        if (pair->links[i].open && pair->links[i].id[index] == link)
            return true;
    return false;
}

/* ---- Life of the two. */

static inline enum status pair_start(struct pair *pair, unsigned index, struct failure *why)
{
    return node_open(&pair->node[index], pair->home[index], wishes_try, pair_address[index], &pair->network[index],
                     pair->now_ms, why);
}

/* As a killed process: the other side only finds that the link is gone. */
static inline void pair_kill(struct pair *pair, unsigned index)
{
    node_close(pair->node[index]);
    pair->node[index] = NULL;
    pair_close_all(&pair->end[index]);
}

static inline struct pair *pair_new(void)
{
    struct pair *pair = calloc(1, sizeof *pair);

    assert(pair);
    folder_new(pair->dir);
    pair->last = &pair->first;
    pair->now_ms = 1800000000000;
    for (unsigned i = 0; i < 2; i++) {
        pair->end[i] = (struct node_end){ .pair = pair, .index = i };
        pair->network[i] = (struct network){ .arg = &pair->end[i],
                                             .dial = pair_dial,
                                             .send = pair_send,
                                             .close = pair_close,
                                             .close_all = pair_close_all };
        snprintf(pair->home[i], sizeof pair->home[i], "%s/%u", pair->dir, i);
        assert(home_init(pair->home[i], (struct bytes){ NULL, 0 }, NULL) == STATUS_OK);
    }
    return pair;
}

static inline void pair_free(struct pair *pair)
{
    node_close(pair->node[0]);
    node_close(pair->node[1]);
    for (struct parcel *parcel = pair->first, *next; parcel; parcel = next) {
        next = parcel->next;
        free(parcel);
    }
    folder_remove(pair->dir);
    free(pair);
}

static inline void pair_deliver(struct pair *pair)
{
    struct parcel *parcel = pair->first;
    struct event event = { .now_ms = pair->now_ms,
                           .type = parcel->type,
                           .link = parcel->link,
                           .bytes = { parcel->bytes, parcel->size },
                           .address = pair_address[1 - parcel->to] };

    pair->first = parcel->next;
    if (!pair->first)
        pair->last = &pair->first;
    if (pair->node[parcel->to] &&
        (parcel->type == EVENT_LINK_DOWN || pair_link_known(pair, parcel->to, parcel->link))) {
        node_event(pair->node[parcel->to], &event, NULL);
        node_flush(pair->node[parcel->to], NULL);
    }
    free(parcel);
}

/* Until this time: parcels at once, then whichever deadline comes first. */
static inline void pair_run(struct pair *pair, uint64_t until_ms)
{
    for (;;) {
        unsigned due = 0;
        uint64_t at[2];

        while (pair->first)
            pair_deliver(pair);
        for (unsigned i = 0; i < 2; i++)
            at[i] = pair->node[i] ? node_deadline(pair->node[i]) : UINT64_MAX;
        due = at[1] < at[0];
        if (at[due] > until_ms)
            break;
        if (at[due] > pair->now_ms)
            pair->now_ms = at[due];
        else
            pair->now_ms++; /* a deadline that has passed is served a moment later, so that time goes on */
        node_event(pair->node[due], &(struct event){ .now_ms = pair->now_ms, .type = EVENT_TIMEOUT }, NULL);
        node_flush(pair->node[due], NULL);
    }
    pair->now_ms = until_ms;
    for (unsigned i = 0; i < 2; i++)
        if (pair->node[i])
            node_clock(pair->node[i], until_ms);
}

/* ---- A group and its rounds. */

static const uint8_t pair_secret[GROUP_SECRET_SIZE] = { 5, 4, 3, 2, 1 };

static inline enum status pair_join(struct pair *pair, unsigned index, const char *address,
                                    struct failure *why)
{
    struct group_entry group = { .address = "" };

    memcpy(group.secret, pair_secret, sizeof group.secret);
    snprintf(group.address, sizeof group.address, "%s", address);
    return groups_join(pair->node[index], &group, why);
}

/* This home founds a round of that title; a second try is the same round. */
static inline enum status pair_found(struct pair *pair, unsigned index, const char *title,
                                     struct failure *why)
{
    static uint8_t bytes[CHARTER_MAX];
    struct event event = { .type = EVENT_TOPIC };
    struct charter charter;
    struct failure unsaid;

    assert(charter_from_template(&charter, "pellets", "street", &unsaid) == STATUS_OK);
    strcpy(charter.network, NODE_NETWORK);
    strcpy(charter.zone, "fr:insee:44109");
    strcpy(charter.season, "2027");
    strcpy(charter.contact, "ada@example.org");
    snprintf(charter.title, sizeof charter.title, "%s", title);
    charter.opens_s = 1800000000;
    charter_found(&charter, node_seed(pair->node[index]), pair_secret);
    event.bytes = (struct bytes){ bytes, charter_write(bytes, sizeof bytes, &charter) };
    assert(event.bytes.size > 0);
    return node_command(pair->node[index], &event, why);
}

static inline size_t pair_records(struct pair *pair, unsigned index)
{
    struct core *core = node_core(pair->node[index]);
    size_t count = 0;

    for (size_t i = 0; i < core_topic_count(core); i++)
        count += topic_record_count(core_topic_at(core, i));
    return count;
}

static inline size_t pair_rounds(struct pair *pair, unsigned index)
{
    return core_topic_count(node_core(pair->node[index]));
}

#endif
