/* standin_proofs.c - the transcript, the ring proof, the deal and the logarithm of the stand-in (standin.c).
 *
 * A proof is the hash of what it is about, drawn out to the real proof's size: one byte altered in either is refused. What a proof says is
 * looked up instead of proved, since here points hide nothing: that the maker is on the roster and has this nullifier, that a value lies in
 * its range. So a liar is caught by the same functions with the same answers. */
#include "crypto/crypto.h"
#include "crypto/labels.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/* ---- Transcript: a chain of hashes instead of a sponge. */

static void absorb(struct transcript *t, const char *label, struct bytes message)
{
    crypto_generichash_state hash;
    uint8_t size[8];

    be64_write(size, message.size);
    crypto_generichash_init(&hash, t->state, HASH_SIZE, HASH_SIZE);
    crypto_generichash_update(&hash, (const uint8_t *)label, strlen(label) + 1);
    crypto_generichash_update(&hash, size, sizeof size);
    crypto_generichash_update(&hash, message.data, message.size);
    crypto_generichash_final(&hash, t->state, HASH_SIZE);
}

void transcript_init(struct transcript *t, const char *label)
{
    memset(t, 0, sizeof *t);
    absorb(t, label, (struct bytes){ NULL, 0 });
}

void transcript_append(struct transcript *t, const char *label, struct bytes message)
{
    absorb(t, label, message);
}

void transcript_append_u64(struct transcript *t, const char *label, uint64_t n)
{
    uint8_t bytes[8];

    be64_write(bytes, n);
    absorb(t, label, BYTES(bytes));
}

void transcript_append_point(struct transcript *t, const char *label, const struct point *p)
{
    absorb(t, label, BYTES(p->b));
}

static void stretch(uint8_t *out, size_t size, const uint8_t key[HASH_SIZE])
{
    static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES] = { 0 };

    crypto_stream_chacha20(out, size, nonce, key);
}

void transcript_challenge(struct transcript *t, const char *label, uint8_t *out, size_t size)
{
    absorb(t, label, (struct bytes){ NULL, 0 });
    stretch(out, size, t->state);
}

void transcript_challenge_scalar(struct transcript *t, const char *label, struct scalar *out)
{
    uint8_t wide[64];

    transcript_challenge(t, label, wide, sizeof wide);
    scalar_reduce(out, wide);
}

void transcript_nonce(const struct transcript *t, struct scalar *out, const char *label, struct bytes witness, struct rng *rng)
{
    struct transcript copy = *t;
    uint8_t fresh[32];

    rng_fill(rng, fresh, sizeof fresh);
    absorb(&copy, label, witness);
    absorb(&copy, label, BYTES(fresh));
    transcript_challenge_scalar(&copy, label, out);
}

/* ---- Admission: nullifier, place on the roster, hash. */

static size_t admission_size(size_t count)
{
    unsigned digits = 2;

    while ((size_t)1 << (2 * digits) < count)
        digits++;
    return POINT_SIZE + 8 + 32 * (7 + 5 * (size_t)digits);
}

static void nullifier_of(uint8_t out[POINT_SIZE], const struct point *ring, struct bytes topic)
{
    struct bytes parts[] = { topic, BYTES(ring->b) };
    uint8_t wide[64] = { 0 };
    struct scalar scalar;

    hash_parts(wide, LABEL_NULLIFIER, parts, ARRAY_SIZE(parts));
    scalar_reduce(&scalar, wide);
    memcpy(out, scalar.b, POINT_SIZE);
}

/* The roster is named by its ends and its length: hashing all of it each time would be the dearest part. */
static void admission_fill(uint8_t *out, size_t size, const struct point *roster, size_t count, uint32_t index,
                           struct bytes topic, struct bytes message)
{
    uint8_t number[12], key[HASH_SIZE];
    struct bytes parts[] = { topic, message, BYTES(number), BYTES(roster[0].b), BYTES(roster[count - 1].b),
                             BYTES(roster[index].b) };

    be64_write(number, count);
    be32_write(number + 8, index);
    nullifier_of(out, &roster[index], topic);
    be32_write(out + POINT_SIZE, index);
    hash_parts(key, LABEL_ADMISSION, parts, ARRAY_SIZE(parts));
    stretch(out + POINT_SIZE + 4, size - POINT_SIZE - 4, key);
}

bool admission_make(uint8_t *out, size_t *size, uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count,
                    size_t index, const struct group_key *own, struct bytes topic, struct bytes message, struct rng *rng)
{
    (void)rng;
    if (index >= count || !point_equal(&roster[index], &own->public_point))
        return false;
    *size = admission_size(count);
    assert(*size <= ADMISSION_MAX);
    admission_fill(out, *size, roster, count, (uint32_t)index, topic, message);
    memcpy(nullifier, out, POINT_SIZE);
    return true;
}

bool admission_check(uint8_t nullifier[POINT_SIZE], const struct point *roster, size_t count, struct bytes topic,
                     struct bytes message, struct bytes proof)
{
    uint8_t expected[ADMISSION_MAX];
    uint32_t index;

    if (count == 0 || proof.size != admission_size(count) || (index = be32_read(proof.data + POINT_SIZE)) >= count)
        return false;
    admission_fill(expected, proof.size, roster, count, index, topic, message);
    if (memcmp(expected, proof.data, proof.size) != 0)
        return false;
    memcpy(nullifier, proof.data, POINT_SIZE);
    return true;
}

size_t batch_room_size(void)
{
    return DEAL_BASES_ALIGNMENT;
}

void admissions_check(struct admission_item *items, size_t count, const struct point *roster, size_t roster_count,
                      struct bytes topic, struct batch_room *room)
{
    (void)room;
    for (size_t i = 0; i < count; i++)
        items[i].good =
            admission_check(items[i].nullifier, roster, roster_count, topic, items[i].message, items[i].proof);
}

/* ---- Deals: the ciphertexts, hash. */

struct deal_bases {
    struct deal_shape shape;
    size_t count, size;
};
enum { CIPHERTEXT_SIZE = 2 * POINT_SIZE };

size_t deal_bases_size(const struct deal_shape *shape)
{
    size_t whole = sizeof(struct deal_bases) + DEAL_BASES_ALIGNMENT - 1;

    return deal_size(shape) != 0 ? whole - whole % DEAL_BASES_ALIGNMENT : 0;
}

const struct deal_bases *deal_bases_init(void *memory, const struct deal_shape *shape)
{
    struct deal_bases *bases = memory;

    *bases = (struct deal_bases){ *shape, shape->count, deal_size(shape) };
    return bases;
}

static void deal_fill(uint8_t *deal, const struct deal_bases *bases, const struct point *joint, struct bytes context)
{
    size_t head = bases->count * CIPHERTEXT_SIZE;
    struct bytes parts[] = { context, BYTES(joint->b), { deal, head } };
    uint8_t key[HASH_SIZE];

    hash_parts(key, LABEL_DEAL, parts, ARRAY_SIZE(parts));
    stretch(deal + head, bases->size - head, key);
}

bool deal_make(uint8_t *out, size_t *size, const struct deal_bases *bases, const struct point *joint, struct bytes context,
               const uint64_t *values, struct rng *rng)
{
    if (point_is_identity(joint) || !deal_fits(&bases->shape, values))
        return false;
    for (size_t k = 0; k < bases->count; k++) {
        struct point *r = (struct point *)(out + k * CIPHERTEXT_SIZE), *c = r + 1, mask;
        struct scalar secret, value;

        scalar_random(&secret, rng);
        scalar_from_u64(&value, values[k]);
        point_base_times(r, &secret);
        point_times(&mask, joint, &secret);
        memcpy(c->b, value.b, POINT_SIZE);
        point_add(c, c, &mask);
    }
    deal_fill(out, bases, joint, context);
    *size = bases->size;
    return true;
}

static bool logarithm(uint64_t *out, const struct point *p)
{
    *out = 0;
    for (int i = 7; i >= 0; i--)
        *out = *out << 8 | p->b[i];
    return sodium_is_zero(p->b + 8, POINT_SIZE - 8) == 1;
}

bool deal_check(struct ciphertext *out, const struct deal_bases *bases, const struct point *joint, struct bytes context,
                struct bytes deal)
{
    uint64_t values[DEAL_VALUES_MAX];
    uint8_t expected[DEAL_MAX];

    if (deal.size != bases->size)
        return false;
    memcpy(expected, deal.data, bases->count * CIPHERTEXT_SIZE);
    deal_fill(expected, bases, joint, context);
    if (memcmp(expected, deal.data, deal.size) != 0)
        return false;
    for (size_t k = 0; k < bases->count; k++) {
        struct ciphertext pair;
        struct point mask;
        struct scalar r;

        if (!point_read_nonzero(&pair.r, deal.data + k * CIPHERTEXT_SIZE) ||
            !point_read(&pair.c, deal.data + k * CIPHERTEXT_SIZE + POINT_SIZE))
            return false;
        memcpy(r.b, pair.r.b, SCALAR_SIZE);
        point_times(&mask, joint, &r);
        point_sub(&mask, &pair.c, &mask);
        if (!logarithm(&values[k], &mask))
            return false;
        if (out != NULL)
            out[k] = pair;
    }
    return deal_fits(&bases->shape, values);
}

void deals_check(struct deal_item *items, size_t count, const struct deal_bases *bases, const struct point *joint,
                 struct batch_room *room)
{
    (void)room;
    for (size_t i = 0; i < count; i++)
        items[i].good = deal_check(items[i].out, bases, joint, items[i].context, items[i].deal);
}

/* ---- Sums: a point is its logarithm. */

void ciphertext_add(struct ciphertext *out, const struct ciphertext *a, const struct ciphertext *b)
{
    point_add(&out->r, &a->r, &b->r);
    point_add(&out->c, &a->c, &b->c);
}

void log_table_init(struct log_table *table, uint64_t *slots, uint32_t steps)
{
    table->steps = steps;
    table->slots = slots;
}

bool log_find(uint64_t *out, const struct log_table *table, const struct point *p, uint64_t bound)
{
    uint64_t value;

    (void)table;
    if (!logarithm(&value, p) || value > bound)
        return false;
    *out = value;
    return true;
}
