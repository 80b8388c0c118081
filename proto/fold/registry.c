/* registry.c - who belongs to the round, and who of them serves. WIRE 7.1, 7.2.
 *
 * Happy path: everybody with the code deals two keys and a share of a random point; the closed set is the
 * registry, the opened point the beacon, and the beacon draws the committee. Failure mode: a registry of
 * fewer than K homes ends the round before anything is asked of anybody. */
#include "proto/fold/fold.h"

#include "crypto/labels.h"

#include <stdlib.h>
#include <string.h>

static size_t one_ciphertext(const struct charter *charter)
{
    (void)charter;
    return 1;
}

/* The proofs are read again when they are checked. */
enum { REGISTRY_FIELDS = 7 };

static void read_registry(const struct charter *charter, struct deal *deal, struct reader *r)
{
    uint8_t ring[POINT_SIZE] = { 0 }, box[POINT_SIZE] = { 0 };

    (void)charter;
    reader_fixed(r, ring, sizeof ring);
    reader_fixed(r, box, sizeof box);
    if (!r->failed && (!point_read_nonzero(&deal->ring, ring) || !point_read_nonzero(&deal->box, box)))
        reader_fail(r);
    reader_bin(r, share_size(0), share_size(0));
    reader_bin(r, share_size(0), share_size(0));
    reader_bin(r, SIGNATURE_SIZE, SIGNATURE_SIZE);
    deal->sealed = reader_bin(r, 1, DEAL_MAX);
}

/* The two proofs of possession and the signature of the invitation's key. */
static void read_proofs(struct bytes out[3], struct bytes body)
{
    struct reader r = reader_from(body);

    reader_array(&r, REGISTRY_FIELDS, REGISTRY_FIELDS);
    reader_uint(&r, DEAL_SEQ_MAX);
    reader_bin(&r, POINT_SIZE, POINT_SIZE);
    reader_bin(&r, POINT_SIZE, POINT_SIZE);
    for (size_t i = 0; i < 3; i++)
        out[i] = reader_bin(&r, SHARE_PROOF_SIZE, SHARE_PROOF_SIZE);
}
_Static_assert((int)SHARE_PROOF_SIZE == (int)SIGNATURE_SIZE, "read in one loop");

static bool invited(const struct topic *topic, const struct entry *entry, const uint8_t *signature)
{
    struct bytes parts[] = { BYTES(topic->id), BYTES(entry->held.record.author) };
    uint8_t hash[HASH_SIZE];

    hash_parts(hash, LABEL_INVITE_KEY, parts, ARRAY_SIZE(parts));
    return sign_check(signature, topic->charter.invite_key, BYTES(hash));
}

static enum status check_registry(const struct topic *topic, struct entry *entry)
{
    struct deal *deal = &entry->deal;
    struct bytes proofs[3];
    uint8_t context[HASH_SIZE];

    read_proofs(proofs, entry->held.record.body);
    entry_context(context, topic, entry);
    if (!invited(topic, entry, proofs[2].data) ||
        !share_check(&deal->ring, BYTES(context), NULL, 0, proofs[0]) ||
        !share_check(&deal->box, BYTES(context), NULL, 0, proofs[1]) ||
        !beacon_check(deal->values, &topic->charter.genesis.joint, BYTES(context), deal->sealed))
        return STATUS_FORGED;
    return STATUS_OK;
}

/* ---- The closed set: the registry. */

static int compare_ring(const void *a, const void *b)
{
    return memcmp(((const struct member *)a)->ring.b, ((const struct member *)b)->ring.b, POINT_SIZE);
}

static bool key_taken(const struct member *registry, size_t count, const struct deal *deal)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(registry[i].ring.b, deal->ring.b, POINT_SIZE) == 0 || memcmp(registry[i].box.b, deal->box.b, POINT_SIZE) == 0)
            return true; /* half a million pairs on a large street, and nothing secret in them */
    return false;
}

/* In order of id: of those beyond what the code is good for, and of two with one key, the lower stays. */
static size_t members_choose(struct member *registry, const struct topic *topic)
{
    const struct box *box = &topic->boxes[BOX_REGISTRY];
    size_t count = 0, invited_count = topic->charter.invite_count;

    for (size_t i = 0; i < box->set_count && i < invited_count; i++) {
        const struct deal *deal = &entry_of(box->set[i])->deal;

        if (key_taken(registry, count, deal))
            continue;
        memcpy(registry[count].key, box->set[i]->record.author, KEY_SIZE);
        registry[count].ring = deal->ring;
        registry[count++].box = deal->box;
    }
    qsort(registry, count, sizeof *registry, compare_ring);
    return count;
}

/* Every deal of the closed set has its part in the beacon, also one that is not admitted. */
static void beacon_sum(struct topic *topic)
{
    const struct box *box = &topic->boxes[BOX_REGISTRY];

    topic->beacon_sum = (struct ciphertext){ POINT_IDENTITY, POINT_IDENTITY };
    for (size_t i = 0; i < box->set_count; i++)
        ciphertext_add(&topic->beacon_sum, &topic->beacon_sum, entry_of(box->set[i])->deal.values);
}

static bool close_registry(struct topic *topic)
{
    size_t room = topic->boxes[BOX_REGISTRY].set_count + 1;
    struct member *registry = calloc(room, sizeof *registry);
    struct point *rings = calloc(room, sizeof *rings);

    if (registry == NULL || rings == NULL) {
        free(registry);
        free(rings);
        return false;
    }
    topic->registry = registry;
    topic->rings = rings;
    topic->registry_count = members_choose(registry, topic);
    for (size_t i = 0; i < topic->registry_count; i++)
        rings[i] = registry[i].ring;
    topic->too_few = topic->registry_count < topic->charter.floor;
    beacon_sum(topic);
    return true;
}

/* ---- The opened beacon: the committee. */

struct lottery {
    uint8_t ticket[HASH_SIZE];
    uint32_t member;
};

static int compare_ticket(const void *a, const void *b)
{
    return memcmp(((const struct lottery *)a)->ticket, ((const struct lottery *)b)->ticket, HASH_SIZE);
}

static void seat(struct drawn_committee *c, const struct topic *topic, const struct lottery *drawn, size_t count)
{
    c->count = count < COMMITTEE_MAX ? (unsigned)count : COMMITTEE_MAX;
    for (unsigned i = 0; i < c->count; i++) {
        const struct member *member = &topic->registry[drawn[i].member];

        c->seats[i] = drawn[i].member;
        memcpy(c->keys[i], member->key, KEY_SIZE);
        c->points[i] = member->box;
    }
}

static bool open_registry(struct topic *topic)
{
    const struct box *box = &topic->boxes[BOX_REGISTRY];
    struct lottery *drawn = malloc((topic->registry_count + 1) * sizeof *drawn);
    struct point shared[OPEN_POINTS_MAX], value;
    struct bytes parts[] = { BYTES(box->digest), BYTES(value.b) };

    if (drawn == NULL)
        return false;
    opening_combine(topic, BOX_REGISTRY, 0, shared);
    point_sub(&value, &topic->beacon_sum.c, &shared[0]);
    hash_parts(topic->beacon, LABEL_BEACON, parts, ARRAY_SIZE(parts));
    for (size_t i = 0; i < topic->registry_count; i++) {
        struct bytes ticket[] = { BYTES(topic->beacon), BYTES(topic->registry[i].ring.b) };

        hash_parts(drawn[i].ticket, LABEL_DRAW, ticket, ARRAY_SIZE(ticket));
        drawn[i].member = (uint32_t)i;
    }
    qsort(drawn, topic->registry_count, sizeof *drawn, compare_ticket);
    seat(&topic->committee, topic, drawn, topic->registry_count);
    if (topic->registry_count >= topic->committee.count + NEXT_LOT_MIN)
        seat(&topic->next, topic, drawn + topic->committee.count, topic->registry_count - topic->committee.count);
    free(drawn);
    return true;
}

const struct box_kind registry_kind = {
    .fields = REGISTRY_FIELDS,
    .deals_max = BOX_DEALS_MAX,
    .set_max = BOX_DEALS_MAX,
    .ciphertexts = one_ciphertext,
    .read = read_registry,
    .check = check_registry,
    .closed = close_registry,
    .opened = open_registry,
};
