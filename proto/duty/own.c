/* own.c - a home's keys in one round, and its place there. WIRE 7.1, 7.2.
 *
 * The ring key is the same in all rounds of a series, so that these can compare whom they count (6.12); every other
 * key is of one round. All but one come from the household seed, so a home restored from its recovery words finds itself
 * again; the key for sealed shares comes from a random secret of the topic, so it does not find its seat
 * again. A founder's seat does come from the seed, and a backup holds the secret too: where a home was brought
 * back, own.abstains keeps it from voting a second time in a round it may have voted in. */
#include "proto/duty/own.h"

#include "crypto/labels.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void sign_key_of(struct sign_key *out, const uint8_t seed[KEY_SIZE], const char *label,
                        const struct topic *topic)
{
    struct bytes part = { topic_id(topic), ID_SIZE };
    uint8_t key[KEY_SIZE];

    derive_key(key, seed, label, &part, 1);
    sign_key_init(out, key);
    sodium_memzero(key, sizeof key);
}

static void group_key_of(struct group_key *out, const uint8_t secret[KEY_SIZE], const char *label,
                         const uint8_t within[ID_SIZE])
{
    struct bytes part = { within, ID_SIZE };
    uint8_t key[KEY_SIZE];

    derive_key(key, secret, label, &part, 1);
    group_key_init(out, key);
    sodium_memzero(key, sizeof key);
}

/* Is this home one of the founders? */
static void find_genesis(struct own *own, const uint8_t seed[KEY_SIZE], const struct charter *charter)
{
    struct sign_key sign;
    struct group_key share;

    founder_keys(&sign, &share, seed, charter);
    for (unsigned j = 0; j < charter->genesis.count && own->genesis_index == 0; j++)
        if (memcmp(sign.public_key, charter->genesis_key[j], KEY_SIZE) == 0 &&
            point_equal(&share.public_point, &charter->genesis.share[j])) {
            own->genesis = sign;
            own->genesis_share = share.secret;
            own->genesis_index = j + 1;
        }
    sign_key_clear(&sign);
    group_key_clear(&share);
}

void own_init(struct own *own, const uint8_t seed[KEY_SIZE], struct topic *topic, const uint8_t *secret)
{
    uint8_t series[HASH_SIZE];

    memset(own, 0, sizeof *own);
    sign_key_of(&own->member, seed, LABEL_MEMBER_KEY, topic);
    sign_key_of(&own->pseudonym, seed, LABEL_PSEUDONYM, topic);
    sign_key_of(&own->interest, seed, LABEL_INTEREST, topic);
    sign_key_of(&own->introducer, seed, LABEL_INTRODUCER, topic);
    charter_series(series, topic_charter(topic));
    group_key_of(&own->ring, seed, LABEL_RING_KEY, series);
    if (secret) {
        memcpy(own->secret, secret, sizeof own->secret);
        own->secret_known = true;
        group_key_of(&own->box, secret, LABEL_BOX_KEY, topic_id(topic));
    }
    find_genesis(own, seed, topic_charter(topic));
}

void own_clear(struct own *own)
{
    sodium_memzero(own, sizeof *own);
}

static int compare_ring(const void *key, const void *member)
{
    return memcmp(key, ((const struct member *)member)->ring.b, POINT_SIZE);
}

bool own_in_registry(const struct own *own, struct topic *topic, size_t *index)
{
    const struct season *season = topic_season(topic);
    const struct member *found;

    if (!season || season->registry_count == 0)
        return false;
    found = bsearch(own->ring.public_point.b, season->registry, season->registry_count, sizeof *found,
                    compare_ring);
    if (!found || memcmp(found->key, own->member.public_key, KEY_SIZE) != 0)
        return false;
    if (index)
        *index = (size_t)(found - season->registry);
    return true;
}

unsigned own_seat(const struct own *own, struct topic *topic, enum box_index box)
{
    size_t index;

    if (box == BOX_REGISTRY)
        return own->abstains_registry ? 0 : own->genesis_index;
    if (own->abstains)
        return 0;
    if (!own->secret_known || !own_in_registry(own, topic, &index) ||
        !point_equal(&topic_season(topic)->registry[index].box, &own->box.public_point))
        return 0;
    return box_member(topic, box, own->member.public_key);
}

bool own_write(struct deal_out *out, struct topic *topic, enum record_kind kind, enum box_index box,
               const struct sign_key *key, const struct writer *body)
{
    const struct season *season = topic_season(topic);
    struct bytes bytes = { body->out, writer_done(body) };
    const uint8_t *parent;

    if (!season || bytes.size == 0)
        return false;
    parent = kind == RECORD_OPEN ? season->boxes[box].digest : season->boxes[box].parent;
    out->size = record_write(out->bytes, sizeof out->bytes, NULL, kind, topic_id(topic), box, parent, key, bytes);
    return out->size > 0;
}
