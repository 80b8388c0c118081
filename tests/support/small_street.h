/* small_street.h - three homes on nodes.h that buy pellets from two homes on: the smallest street in which
 * everything happens. */
#ifndef COOP_TESTS_SMALL_STREET_H
#define COOP_TESTS_SMALL_STREET_H

#include "node/home/groups.h"
#include "node/wish/wish.h"
#include "tests/support/nodes.h"

enum { SMALL_HOMES = 3 };

/* How long the interest and join boxes of the next round are open; 0: seconds, as in the demonstration. */
static uint32_t small_window_s;

/* A charter that no template allows (K = 2), so that three homes are enough; for the rest as `group create`
 * makes it. */
static inline void small_charter(struct charter *out, struct nodes *n,
                                 const uint8_t secret[GROUP_SECRET_SIZE])
{
    enum status status = charter_from_template(out, "pellets", "demo", NULL);

    assert(status == STATUS_OK);
    strcpy(out->network, NODE_NETWORK);
    strcpy(out->title, "Pellets, rue des Lilas");
    strcpy(out->zone, "fr:insee:44109");
    strcpy(out->season, "2027");
    out->floor = 2;
    if (small_window_s > 0)
        out->window_s[BOX_INTEREST] = out->window_s[BOX_JOIN] = small_window_s;
    out->opens_s = n->now_ms / 1000;
    charter_found(out, node_seed(n->list[0].node), secret);
}

/* Home 0 founds; its code is for the others. */
static inline void small_found(struct nodes *n, char code[CODE_MAX], uint8_t topic[ID_SIZE])
{
    struct group_entry group = { .secret = { 0x6e, 1 } };
    struct invitation invitation = { .secret = { 0x6e, 1 } };
    struct event event = { .type = EVENT_TOPIC, .address = "" };
    uint8_t bytes[CHARTER_MAX];
    struct charter charter;
    enum status status;

    small_charter(&charter, n, group.secret);
    event.bytes = (struct bytes){ bytes, charter_write(bytes, sizeof bytes, &charter) };
    charter_id(topic, event.bytes);
    status = groups_join(n->list[0].node, &group, NULL);
    assert(status == STATUS_OK);
    status = node_command(n->list[0].node, &event, NULL);
    assert(status == STATUS_OK);
    wishes_try(n->list[0].node);
    status = node_flush(n->list[0].node, NULL);
    assert(status == STATUS_OK);
    strcpy(invitation.address, n->list[0].address);
    invitation_write(code, &invitation);
}

static inline const struct season *small_season(struct nodes *n, unsigned home, const uint8_t topic[ID_SIZE])
{
    struct topic *found =
        n->list[home].node == NULL ? NULL : core_topic_find(node_core(n->list[home].node), topic);

    return found == NULL ? NULL : topic_season(found);
}

/* Sixty days of hours, so that the readings say something. */
static inline void small_meter(struct nodes *n, unsigned home, int64_t energy_mwh)
{
    static struct reading readings[60 * 24];
    struct series_name name = { .meter = "meter", .quantity = QUANTITY_ELECTRICITY_IN };
    struct store_txn *txn = store_begin(node_store(n->list[home].node), STORE_WRITE);
    enum status status;

    for (size_t i = 0; i < ARRAY_SIZE(readings); i++)
        readings[i] = (struct reading){ 1790000000 / 3600 * 3600 + (int64_t)i * 3600, 3600,
                                        energy_mwh + (int64_t)(i % 24) * 1000 };
    store_series_add(txn, &name, readings, ARRAY_SIZE(readings), NULL, NULL);
    status = store_commit(txn, NULL);
    assert(status == STATUS_OK);
}

static inline void small_allow(struct nodes *n, unsigned home, const char *purpose)
{
    json_t *reply = nodes_ask(n, home, "share.allow", "{s:s}", "purpose", purpose);

    assert(strcmp(nodes_status(reply), "OK") == 0);
    json_decref(reply);
}

/* Does a line of the journal hold all of these words? */
struct small_words {
    const char *first, *second;
    size_t lines;
};
static inline bool small_line(void *arg, const struct store_line *line)
{
    struct small_words *words = arg;

    words->lines += strstr(line->text, words->first) != NULL && strstr(line->text, words->second) != NULL;
    return true;
}
static inline size_t small_journal(struct nodes *n, unsigned home, const char *first, const char *second)
{
    struct small_words words = { first, second, 0 };
    struct store_txn *txn = store_begin(node_store(n->list[home].node), STORE_READ);

    store_journal_scan(txn, 0, small_line, &words);
    store_abort(txn);
    return words.lines;
}

#endif
