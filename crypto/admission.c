/* admission.c - one home, one voice: a ring proof over the roster, bound to topic and message, with the nullifier in front.
 *
 * What is shown is that the maker holds the key of one member; which one, nobody learns. The nullifier is the same for every admission of
 * one home to one topic and unlinkable between topics. */
#include "crypto/labels.h"
#include "crypto/ring.h"
#include "crypto/weights.h"

#include <decaf/shake.h>
#include <sodium.h>
#include <string.h>

_Static_assert(POINT_SIZE + 8 + 32 * (7 + 5 * 5) <= ADMISSION_MAX, "a ring of 1024 fits");

static size_t proof_size(size_t count)
{
    return ring_proof_size(1u << RING_BITS, ring_digits(RING_BITS, count));
}

/* U, whose logarithm nobody knows. */
static void topic_point(struct point *out, struct bytes topic)
{
    uint8_t uniform[64];
    decaf_sha3_512_ctx_t hash;

    decaf_sha3_512_init(hash);
    decaf_sha3_512_update(hash, (const uint8_t *)LABEL_NULLIFIER, sizeof LABEL_NULLIFIER);
    decaf_sha3_512_update(hash, topic.data, topic.size);
    decaf_sha3_512_final(hash, uniform, sizeof uniform);
    decaf_sha3_512_destroy(hash);
    point_from_hash(out, uniform);
}

static void begin(struct ring *ring, struct transcript *t, const struct point *roster, size_t count, struct bytes topic,
                  struct bytes message)
{
    struct point u, g[RING_GENERATORS_MAX], h;

    topic_point(&u, topic);
    ring_generators(g, &h);
    ring_init(ring, RING_BITS, roster, count, &u, g, &h);
    transcript_init(t, LABEL_ADMISSION);
    transcript_append(t, "topic", topic);
    transcript_append(t, "message", message);
}

bool admission_make(uint8_t *out, size_t *size, uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count,
                    size_t index, const struct group_key *own, struct bytes topic, struct bytes message, struct rng *rng)
{
    struct transcript t;
    struct ring ring;
    struct point tag;

    if (index >= count || count > RING_MAX || !point_equal(&roster[index], &own->public_point))
        return false;
    begin(&ring, &t, roster, count, topic, message);
    ring_prove(out + POINT_SIZE, &tag, &ring, &t, index, &own->secret, rng);
    memcpy(out, tag.b, POINT_SIZE);
    memcpy(nullifier, tag.b, POINT_SIZE);
    *size = POINT_SIZE + proof_size(count);
    return true;
}

static bool roster_sound(const struct point *roster, size_t count)
{
    bool sound = count >= 1 && count <= RING_MAX;

    for (size_t i = 0; sound && i < count; i++)
        sound = !point_is_identity(&roster[i]);
    return sound;
}

bool admission_check(uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count, struct bytes topic,
                     struct bytes message, struct bytes proof)
{
    struct ring_batch batch;
    struct transcript t;
    struct ring ring;
    struct point tag;
    struct rng weights;

    if (!roster_sound(roster, count) || proof.size != POINT_SIZE + proof_size(count) || !point_read_nonzero(&tag, proof.data))
        return false;
    begin(&ring, &t, roster, count, topic, message);
    weights_init(&weights, &t, (struct bytes){ ring.input_set, sizeof ring.input_set }, proof);
    ring_batch_begin(&batch, &ring);
    if (!ring_batch_add(&batch, &t, &tag, (struct bytes){ proof.data + POINT_SIZE, proof.size - POINT_SIZE }, &weights) ||
        !ring_batch_holds(&batch))
        return false;
    memcpy(nullifier, tag.b, POINT_SIZE);
    return true;
}
