/* load.c - one read transaction over the store: groups, whether the home was brought back, then each topic with
 * its secret and its records in order of arrival, then the peers met before, then EVENT_STARTED. */
#include "node/home/load.h"

#include "node/home/groups.h"
#include "node/tongue/tongue.h"

#include <sodium.h>
#include <string.h>

struct loading {
    struct store_txn *txn;
    enum status (*tell)(void *arg, const struct event *event);
    void *arg;
    uint64_t now_ms;
    const uint8_t *topic; /* whose records are being told */
    bool nomem;
};

/* false: stop. */
static bool load_event(struct loading *loading, struct event *event)
{
    event->now_ms = loading->now_ms;
    if (loading->tell(loading->arg, event) == STATUS_NOMEM)
        loading->nomem = true;
    return !loading->nomem;
}

static bool load_record(void *arg, const struct store_record *record)
{
    struct loading *loading = arg;
    struct event event = { .type = EVENT_RECORD, .arrival_ms = record->arrival_ms, .bytes = record->bytes };

    memcpy(event.topic, loading->topic, ID_SIZE);
    return load_event(loading, &event);
}

static bool load_topic(void *arg, const uint8_t id[STORE_ID_SIZE], struct bytes charter)
{
    struct loading *loading = arg;
    struct event event = { .type = EVENT_TOPIC, .bytes = charter };
    uint8_t copy[ID_SIZE]; /* the key of a scan is gone when another scan begins */

    memcpy(copy, id, ID_SIZE);
    memcpy(event.topic, id, ID_SIZE);
    if (!load_event(loading, &event))
        return false;
    event.type = EVENT_SECRET;
    if (store_setting_get(loading->txn, &event.bytes, copy, "secret") && !load_event(loading, &event))
        return false;
    loading->topic = copy;
    store_record_scan(loading->txn, copy, 1, load_record, loading);
    return !loading->nomem;
}

static bool load_peer(void *arg, const struct store_peer *peer)
{
    struct event event = { .type = EVENT_HEARD, .address = peer->address };

    memcpy(event.group, peer->group, ID_SIZE);
    return load_event(arg, &event);
}

static bool load_groups(struct loading *loading)
{
    struct group_entry groups[GROUPS_MAX];
    size_t count;
    bool known = groups_read(groups, &count, loading->txn);

    for (size_t i = 0; i < count && !loading->nomem; i++) {
        struct event event = { .type = EVENT_GROUP,
                               .bytes = BYTES(groups[i].secret),
                               .address = groups[i].address };

        load_event(loading, &event);
    }
    sodium_memzero(groups, sizeof groups);
    return known;
}

/* false: not understood. Without this memory the home could open what must not be opened. */
static bool load_totals(struct loading *loading)
{
    struct event event = { .type = EVENT_TOTALS, .now_ms = loading->now_ms };
    enum status status;

    if (!store_setting_get(loading->txn, &event.bytes, NULL, "totals"))
        return true;
    status = loading->tell(loading->arg, &event);
    loading->nomem = loading->nomem || status == STATUS_NOMEM;
    return status == STATUS_OK || loading->nomem;
}

/* Before the rounds, so that nothing is due in one that this home may have voted in. */
static void load_restored(struct loading *loading)
{
    struct event event = { .type = EVENT_RESTORED };
    struct bytes value;

    if (!store_setting_get(loading->txn, &value, NULL, "restored"))
        return;
    event.arrival_ms = value.size == 8 ? be64_read(value.data) : UINT64_MAX; /* not understood: no votes at all */
    load_event(loading, &event);
}

enum status load_tell(struct store *store, uint64_t now_ms,
                      enum status (*tell)(void *arg, const struct event *event), void *arg,
                      struct failure *why)
{
    struct loading loading = {
        .txn = store_begin(store, STORE_READ), .tell = tell, .arg = arg, .now_ms = now_ms
    };
    struct event started = { .type = EVENT_STARTED };
    enum status status;

    if (!load_groups(&loading) || !load_totals(&loading)) {
        store_abort(loading.txn);
        return failure_say(why, STATUS_VERSION,
                           _("the list of groups, or of the totals opened, was written by another version of coopair"));
    }
    if (!loading.nomem)
        load_restored(&loading);
    if (!loading.nomem)
        store_topic_scan(loading.txn, load_topic, &loading);
    if (!loading.nomem)
        store_peer_scan(loading.txn, load_peer, &loading);
    status = store_commit(loading.txn, why);
    if (!status && !loading.nomem)
        load_event(&loading, &started);
    if (loading.nomem)
        status = failure_say(why, STATUS_NOMEM, _("read the store: out of memory"));
    return status;
}
