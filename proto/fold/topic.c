/* topic.c - a charter and its records: what is held, what is valid, what waits. WIRE 5.3.
 *
 * Happy path: a record is read, its signature checked, its place judged, and its box takes it; when a box
 * moves, what waited is judged again, until nothing moves. Failure modes: everything that is refused leaves
 * the topic as it was; when memory runs out while boxes move, they stay where they got to and go on at the
 * next call. */
#include "proto/fold/fold.h"

#include <stdlib.h>
#include <string.h>

/* ---- Life. */

struct topic *topic_new(struct bytes charter)
{
    struct topic *topic = calloc(1, sizeof *topic);
    uint8_t *copy = malloc(charter.size + 1);

    if (topic == NULL || copy == NULL || charter_read(&topic->charter, charter) != STATUS_OK) {
        free(topic);
        free(copy);
        return NULL;
    }
    memcpy(copy, charter.data, charter.size);
    topic->charter_bytes = (struct bytes){ copy, charter.size };
    charter_id(topic->id, topic->charter_bytes);
    topic->held.order = topic->valid.order = topic->pending.order = topic->risen.order = order_by_id;
    for (size_t i = 0; i < BOXES; i++)
        box_init(&topic->boxes[i], (enum box_index)i);
    topic->pending_limit = PENDING_BYTES_MAX;
    topic->unsettled = true;
    return topic;
}

static void entry_free(struct entry *entry)
{
    if (entry->held.record.kind == RECORD_CUT)
        free(entry->cut.deals);
    free(entry);
}

static void bury(struct topic *topic)
{
    while (topic->dead_count > 0)
        entry_free(topic->dead[--topic->dead_count]);
}

void topic_free(struct topic *topic)
{
    if (topic == NULL)
        return;
    bury(topic);
    free(topic->dead);
    for (size_t i = 0; i < topic->held.count; i++)
        entry_free(entry_of(topic->held.list[i]));
    sorted_clear(&topic->held);
    sorted_clear(&topic->valid);
    sorted_clear(&topic->pending);
    sorted_clear(&topic->risen);
    for (size_t i = 0; i < BOXES; i++)
        box_clear(&topic->boxes[i]);
    lots_clear(topic);
    free(topic->registry);
    free(topic->rings);
    free(topic->bids);
    totals_clear(topic);
    free(topic->bases_memory);
    free((void *)(uintptr_t)topic->charter_bytes.data);
    free(topic);
}

/* ---- Moving. */

static size_t ciphertext_bytes(const struct topic *topic, const struct record *record)
{
    const struct box_kind *kind = box_kinds[record->box];

    if (record->kind != RECORD_DEAL || kind->ciphertexts == NULL)
        return 0;
    return kind->ciphertexts(&topic->charter) * sizeof(struct ciphertext);
}

size_t entry_size(const struct topic *topic, const struct record *record)
{
    return sizeof(struct entry) + ciphertext_bytes(topic, record) + record->whole.size;
}

static void pending_remove(struct topic *topic, struct entry *entry)
{
    sorted_remove(&topic->pending, &entry->held);
    topic->pending_bytes -= entry_size(topic, &entry->held.record);
}

/* From now on it is among those that others are told of. */
static void tell(struct topic *topic, struct held *held)
{
    held->turn = topic->told++;
    set_digest_touch(&topic->digest, held);
}

static void accept(struct topic *topic, struct entry *entry)
{
    entry->held.valid = true;
    sorted_insert(&topic->valid, &entry->held);
    if (!entry->held.hidden)
        tell(topic, &entry->held);
    box_take(topic, entry);
}

/* It has turned out to have no place here. */
static void reject(struct topic *topic, struct entry *entry)
{
    sorted_remove(&topic->held, &entry->held);
    sorted_remove(&topic->boxes[entry->held.record.box].by_author, &entry->held);
    topic->bytes -= entry_size(topic, &entry->held.record);
    topic->dead[topic->dead_count++] = entry;
}

static bool dead_reserve(struct topic *topic)
{
    void *list = topic->dead;
    bool done = room_grow(&list, &topic->dead_room, topic->dead_count + 1, sizeof *topic->dead);

    topic->dead = list;
    return done;
}

static bool room_to_judge(struct topic *topic, const struct entry *entry)
{
    return sorted_reserve(&topic->valid, 1) && sorted_reserve(&topic->risen, 1) &&
           box_reserve(&topic->boxes[entry->held.record.box], entry) &&
           dead_reserve(topic);
}

/* What waited for a box that has moved. */
static bool pending_judge(struct topic *topic)
{
    prove_together(topic);
    for (size_t i = 0; i < topic->pending.count;) {
        struct entry *entry = entry_of(topic->pending.list[i]);
        enum status status;

        if (!room_to_judge(topic, entry))
            return false;
        status = entry_judge(topic, entry);
        if (status == STATUS_MISSING) {
            i++;
            continue;
        }
        pending_remove(topic, entry);
        if (status == STATUS_OK) {
            accept(topic, entry);
            sorted_insert(&topic->risen, &entry->held);
        } else {
            if (status == STATUS_FORGED)
                lie_note(topic, entry);
            reject(topic, entry);
        }
    }
    return true;
}

bool topic_settle(struct topic *topic)
{
    while (topic->unsettled) {
        for (size_t i = 0; i < BOXES; i++)
            if (!box_advance(topic, &topic->boxes[i]))
                return false;
        next_lot_advance(topic);
        if (!topic->moved) {
            topic->unsettled = false;
            break;
        }
        topic->moved = false;
        if (!pending_judge(topic)) {
            topic->moved = true; /* the rest of them is still to be judged */
            return false;
        }
    }
    return true;
}

/* ---- Taking one record. */

/* The entry, its ciphertexts and its bytes in one piece of memory. */
static struct entry *entry_new(const struct topic *topic, const struct record *record, uint64_t arrival_ms)
{
    size_t room = ciphertext_bytes(topic, record), size = record->whole.size;
    struct entry *entry = calloc(1, entry_size(topic, record));
    uint8_t *after = (uint8_t *)(entry + 1);

    if (entry == NULL)
        return NULL;
    memcpy(after + room, record->whole.data, size);
    entry->held.record = *record;
    entry->held.record.body.data = after + room + (record->body.data - record->whole.data);
    entry->held.record.whole.data = after + room;
    entry->held.arrival_ms = arrival_ms;
    if (room > 0)
        entry->deal.values = (struct ciphertext *)after;
    return entry;
}

static enum status record_look(struct topic *topic, const struct record *record)
{
    if (record->whole.size > RECORD_MAX || memcmp(record->topic, topic->id, ID_SIZE) != 0)
        return STATUS_MALFORMED;
    if (topic_held_find(topic, record->id) != NULL)
        return STATUS_EXISTS;
    if (author_is_full(topic, record))
        return STATUS_FULL;
    return record_signed(record) ? STATUS_OK : STATUS_FORGED;
}

static bool room_to_hold(struct topic *topic, const struct entry *entry)
{
    return sorted_reserve(&topic->held, 1) && sorted_reserve(&topic->pending, 1) &&
           sorted_reserve(&topic->boxes[entry->held.record.box].by_author, 1) && room_to_judge(topic, entry);
}

static enum status entry_take(struct topic *topic, struct entry *entry)
{
    enum status status;

    if (!entry_read(topic, entry))
        return STATUS_MALFORMED;
    if (!topic_settle(topic) || !room_to_hold(topic, entry)) /* settling uses up room */
        return STATUS_NOMEM;
    status = entry_judge(topic, entry);
    if (status == STATUS_MISSING && pending_is_full(topic, entry))
        status = STATUS_FULL;
    if (status == STATUS_FORGED)
        lie_note(topic, entry);
    if (status != STATUS_OK && status != STATUS_MISSING)
        return status;
    sorted_insert(&topic->held, &entry->held);
    sorted_insert(&topic->boxes[entry->held.record.box].by_author, &entry->held);
    topic->bytes += entry_size(topic, &entry->held.record);
    if (status == STATUS_OK) {
        accept(topic, entry);
    } else {
        sorted_insert(&topic->pending, &entry->held);
        topic->pending_bytes += entry_size(topic, &entry->held.record);
    }
    return status;
}

enum status topic_take(struct topic *topic, const struct record *record, uint64_t arrival_ms, bool hidden)
{
    struct entry *entry;
    enum status status;

    bury(topic);
    status = record_look(topic, record);
    if (status != STATUS_OK)
        return status;
    entry = entry_new(topic, record, arrival_ms);
    if (entry == NULL)
        return STATUS_NOMEM;
    entry->held.hidden = hidden;
    status = entry_take(topic, entry);
    if (status != STATUS_OK && status != STATUS_MISSING)
        entry_free(entry);
    else
        topic_settle(topic); /* if memory is short, at the next call */
    return status;
}

void topic_take_again(struct topic *topic, const struct record *record)
{
    const struct held *held = topic_held_find(topic, record->id);
    struct entry *entry = entry_new(topic, record, 0);

    if (entry == NULL)
        return;
    if (record_signed(record) && entry_read(topic, entry) && held != NULL && held->valid && record->kind == RECORD_DEAL)
        box_kinds[record->box]->check(topic, entry);
    entry_free(entry);
}

enum status topic_add(struct topic *topic, struct bytes bytes, uint64_t arrival_ms)
{
    struct record record;

    return record_read(&record, bytes) ? topic_take(topic, &record, arrival_ms, false) : STATUS_MALFORMED;
}

void topic_show(struct topic *topic, const uint8_t id[ID_SIZE])
{
    struct held *held = sorted_find(&topic->held, (struct bytes){ id, ID_SIZE });

    if (held == NULL || !held->hidden)
        return;
    held->hidden = false;
    if (held->valid)
        tell(topic, held);
}
