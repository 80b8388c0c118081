/* views.c - what the core lets others look at: rounds, this home's place in them, peers. Nothing here changes
 * anything. */
#include "proto/core/core_state.h"

#include <assert.h>
#include <string.h>

size_t core_topic_count(const struct core *core)
{
    return core->round_count;
}

struct topic *core_topic_at(const struct core *core, size_t i)
{
    assert(i < core->round_count);
    return core->rounds[i]->topic;
}

struct topic *core_topic_find(const struct core *core, const uint8_t id[ID_SIZE])
{
    struct round *round = round_find(core, id);

    return round == NULL ? NULL : round->topic;
}

const uint8_t *core_link_key(const struct core *core)
{
    return core->link_key.public_key;
}

/* ---- This home in a round. */

/* The author's last deal in a box; NULL: none. */
static const struct record *last_deal(struct topic *topic, enum box_index box, const uint8_t author[KEY_SIZE])
{
    const struct held *const *deals;
    size_t count = topic_records(topic, box, RECORD_DEAL, &deals);
    const struct record *last = NULL;
    uint64_t last_seq = 0;

    for (size_t i = 0; i < count; i++) {
        struct reader r = reader_from(deals[i]->record.body);
        uint64_t seq;

        if (memcmp(deals[i]->record.author, author, KEY_SIZE) != 0)
            continue;
        reader_array(&r, 1, 15);
        seq = reader_uint(&r, DEAL_SEQ_MAX);
        if (last != NULL && seq < last_seq)
            continue;
        last = &deals[i]->record;
        last_seq = seq;
    }
    return last;
}

/* WIRE 7.5: a deal without choices withdraws. */
static bool names_a_lot(const struct record *join)
{
    struct reader r = reader_from(join == NULL ? (struct bytes){ NULL, 0 } : join->body);

    if (join == NULL)
        return false;
    reader_array(&r, 1, 15);
    reader_uint(&r, DEAL_SEQ_MAX);
    return reader_array(&r, 0, LOT_CHOICES_MAX) > 0;
}

/* A closed join box that this home would not open, whatever its seat. */
static bool totals_withheld(const struct core *core, struct topic *topic, uint8_t with[ID_SIZE])
{
    const struct season *season = topic_season(topic);

    return season != NULL && season->phase == PHASE_JOIN && season->boxes[BOX_JOIN].state == BOX_CLOSED &&
           !history_allows(&core->history, topic, core->now_ms / 1000, with);
}

void core_own(const struct core *core, struct topic *topic, struct own_view *out)
{
    const struct round *round = round_find(core, topic_id(topic));
    const struct own *own;

    *out = (struct own_view){ 0 };
    if (round == NULL || !round->own_ready)
        return;
    own = &round->own;
    memcpy(out->member_key, own->member.public_key, KEY_SIZE);
    memcpy(out->pseudonym, own->pseudonym.public_key, KEY_SIZE);
    memcpy(out->interest_key, own->interest.public_key, KEY_SIZE);
    out->enrolled = last_deal(topic, BOX_REGISTRY, out->member_key) != NULL;
    out->in_registry = own_in_registry(own, topic, NULL);
    out->in_committee = own_seat(own, topic, BOX_KEY) > 0;
    out->withheld = totals_withheld(core, topic, out->withheld_for);
    out->interested = last_deal(topic, BOX_INTEREST, out->interest_key) != NULL;
    out->joined = names_a_lot(last_deal(topic, BOX_JOIN, out->pseudonym));
}

struct bytes core_own_deal(const struct core *core, struct topic *topic, enum box_index box,
                           uint8_t id[ID_SIZE])
{
    const struct round *round = round_find(core, topic_id(topic));
    const struct record *record;

    if (round == NULL || !round->own_ready || (box != BOX_REGISTRY && box != BOX_INTEREST && box != BOX_JOIN))
        return (struct bytes){ NULL, 0 };
    record = last_deal(topic, box,
                       box == BOX_REGISTRY   ? round->own.member.public_key
                       : box == BOX_INTEREST ? round->own.interest.public_key
                                             : round->own.pseudonym.public_key);
    if (record == NULL)
        return (struct bytes){ NULL, 0 };
    memcpy(id, record->id, ID_SIZE);
    return record->whole;
}

void core_pseudonym(const struct core *core, struct sign_key *out, const uint8_t topic[ID_SIZE])
{
    const struct round *round = round_find(core, topic);

    *out = (struct sign_key){ { 0 }, { 0 } };
    if (round != NULL && round->own_ready)
        *out = round->own.pseudonym;
}

/* ---- Peers. */

static bool eager_anywhere(const struct link *link)
{
    for (size_t i = 0; i < TOPICS_MAX; i++) {
        if (link->edges[i].shared && link->edges[i].eager)
            return true;
    }
    return false;
}

static void view_link(struct peer_view *out, const struct link *link)
{
    const struct peer *peer =
        link->state < LINK_GREETING || link->group == NULL ? NULL : peer_by_key(link->group, link->key);

    *out = (struct peer_view){ .linked = link_ready(link),
                               .eager = eager_anywhere(link),
                               .incoming = link->incoming,
                               .clock_offset_ms = link->clock_offset_ms,
                               .bytes_in = link->bytes_in,
                               .bytes_out = link->bytes_out };
    memcpy(out->key, link->key, KEY_SIZE);
    memcpy(out->address, peer == NULL ? link->address : peer->address, ADDRESS_MAX);
}

static void view_peer(const struct core *core, struct peer_view *out, const struct peer *peer)
{
    *out = (struct peer_view){ .discouraged = (peer->key_known && key_discouraged(core, peer->key)) ||
                                              (!peer->worked && host_discouraged(core, peer->address)) };
    memcpy(out->key, peer->key, KEY_SIZE);
    memcpy(out->address, peer->address, ADDRESS_MAX);
}

static bool seen_as_link(const struct core *core, const struct group *group, const struct peer *peer)
{
    for (size_t i = 0; i < core->link_count; i++) {
        const struct link *link = core->links[i];

        if (link->group == group && (strcmp(link->address, peer->address) == 0 ||
                                     (peer->key_known && memcmp(link->key, peer->key, KEY_SIZE) == 0)))
            return true;
    }
    return false;
}

size_t core_peers(const struct core *core, struct peer_view *out, size_t room)
{
    size_t count = 0;

    for (size_t i = 0; i < core->link_count && count < room; i++)
        view_link(&out[count++], core->links[i]);
    for (size_t i = 0; i < core->group_count; i++) {
        for (size_t j = 0; j < core->groups[i]->peer_count && count < room; j++) {
            const struct peer *peer = &core->groups[i]->peers[j];

            if (!peer->self && !seen_as_link(core, core->groups[i], peer))
                view_peer(core, &out[count++], peer);
        }
    }
    return count;
}
