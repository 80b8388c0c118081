/* admission.c - one home, one voice: a ring proof over the roster, bound to its scope and message, with the nullifier in front.
 *
 * What is shown is that the maker holds the key of one member; which one, nobody learns. The nullifier is the same for every admission of
 * one home in one scope and unlinkable between scopes. */
#include "crypto/declassify.h"
#include "crypto/labels.h"
#include "crypto/ring.h"

#include <decaf/shake.h>
#include <sodium.h>
#include <string.h>

_Static_assert(POINT_SIZE + 8 + 32 * (7 + 5 * 5) <= ADMISSION_MAX, "a ring of 1024 fits");

static size_t proof_size(size_t count)
{
    return ring_proof_size(1u << RING_BITS, ring_digits(RING_BITS, count));
}

/* U, whose logarithm nobody knows. */
static void scope_point(struct point *out, struct bytes scope)
{
    uint8_t uniform[64];
    decaf_sha3_512_ctx_t hash;

    decaf_sha3_512_init(hash);
    decaf_sha3_512_update(hash, (const uint8_t *)LABEL_NULLIFIER, sizeof LABEL_NULLIFIER);
    decaf_sha3_512_update(hash, scope.data, scope.size);
    decaf_sha3_512_final(hash, uniform, sizeof uniform);
    decaf_sha3_512_destroy(hash);
    point_from_hash(out, uniform);
}

static void begin(struct ring *ring, struct transcript *t, const struct point *roster, size_t count, struct bytes scope)
{
    struct point u, g[RING_GENERATORS_MAX], h;

    scope_point(&u, scope);
    ring_generators(g, &h);
    ring_init(ring, RING_BITS, roster, count, &u, g, &h);
    transcript_init(t, LABEL_ADMISSION);
    transcript_append(t, "scope", scope);
}

/* Looks at every place, so that neither time nor memory tells which it was. */
static bool stands_at(const struct point *roster, size_t count, size_t index, const struct point *own)
{
    struct point wanted = *own;
    bool found = false;

    declassify(&wanted, sizeof wanted); /* a public key; the place is what must not show */
    for (size_t k = 0; k < count; k++)
        found |= (bool)(point_equal(&roster[k], &wanted) & (k == index));
    declassify(&found, sizeof found);
    return found;
}

bool admission_make(uint8_t *out, size_t *size, uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count,
                    size_t index, const struct group_key *own, struct bytes scope, struct bytes message, struct rng *rng)
{
    struct transcript t;
    struct ring ring;
    struct point tag;

    if (count > RING_MAX || !stands_at(roster, count, index, &own->public_point))
        return false;
    begin(&ring, &t, roster, count, scope);
    transcript_append(&t, "message", message);
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

static bool admission_add(struct ring_batch *batch, struct point *tag, const struct transcript *begun, struct bytes message,
                          struct bytes proof, struct rng *weights)
{
    struct transcript t = *begun;

    if (proof.size != POINT_SIZE + proof_size(batch->ring->count) || !point_read_nonzero(tag, proof.data))
        return false;
    transcript_append(&t, "message", message);
    return ring_batch_add(batch, &t, tag, (struct bytes){ proof.data + POINT_SIZE, proof.size - POINT_SIZE }, weights);
}

bool admission_check(uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count, struct bytes scope,
                     struct bytes message, struct bytes proof)
{
    struct admission_item item = { .message = message, .proof = proof };

    admissions_check(&item, 1, roster, count, scope, NULL);
    if (item.good)
        memcpy(nullifier, item.nullifier, POINT_SIZE);
    return item.good;
}

/* ---- Many at once: the ring is paid for once. */

struct span {
    struct ring ring;
    struct transcript begun;
    struct rng weights;
    struct ring_batch batch;
    struct batch_room *room;
};

static bool span_holds(struct span *span, struct admission_item *items, size_t count)
{
    struct rng drawn = span->weights;
    struct point tag;

    ring_batch_begin(&span->batch, &span->ring, span->room, count);
    for (size_t i = 0; i < count; i++) {
        if (!admission_add(&span->batch, &tag, &span->begun, items[i].message, items[i].proof, &drawn))
            return false;
        memcpy(items[i].nullifier, tag.b, POINT_SIZE);
    }
    return ring_batch_holds(&span->batch);
}

static void span_check(struct span *span, struct admission_item *items, size_t count)
{
    if (span_holds(span, items, count)) {
        for (size_t i = 0; i < count; i++)
            items[i].good = true;
    } else if (count > 1) {
        span_check(span, items, count / 2);
        span_check(span, items + count / 2, count - count / 2);
    }
}

void admissions_check(struct admission_item *items, size_t count, const struct point *roster, size_t roster_count,
                      struct bytes scope, struct batch_room *room)
{
    struct span span;
    uint8_t hash[HASH_SIZE];

    for (size_t i = 0; i < count; i++)
        items[i].good = false;
    if (count == 0 || !roster_sound(roster, roster_count))
        return;
    span.room = room;
    begin(&span.ring, &span.begun, roster, roster_count, scope);
    memcpy(hash, span.ring.input_set, sizeof hash);
    for (size_t i = 0; i < count; i++) {
        struct bytes chain[] = { BYTES(hash), scope, items[i].message, items[i].proof };

        hash_parts(hash, LABEL_WEIGHTS, chain, ARRAY_SIZE(chain));
    }
    rng_init(&span.weights, hash);
    span_check(&span, items, count);
}
