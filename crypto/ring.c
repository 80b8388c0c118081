/* ring.c - what prover and verifier of a ring proof both say: the ring, its hashes and generators, the
 * statement, and the challenge. The proof itself is in ring_prove.c, its verification in ring_check.c. */
#include "crypto/ring_shared.h"

#include "crypto/labels.h"

#include <assert.h>
#include <decaf/shake.h>
#include <string.h>

unsigned ring_digits(unsigned bits, size_t count)
{
    unsigned digits = 2;

    while (((size_t)1 << (bits * digits)) < count)
        digits++;
    return digits;
}

static void append_u32(struct transcript *t, const char *label, uint32_t n)
{
    uint8_t encoded[4] = { (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24) };

    transcript_append(t, label, BYTES(encoded));
}

static void hash_parameters(struct ring *ring)
{
    struct transcript t;

    transcript_init(&t, "Triptych parameters");
    transcript_append_u64(&t, "version", 0);
    append_u32(&t, "n", ring->base);
    append_u32(&t, "m", ring->digits);
    transcript_append_point(&t, "G", &POINT_BASE);
    transcript_append_point(&t, "U", &ring->u);
    for (unsigned i = 0; i < ring->base * ring->digits; i++)
        transcript_append_point(&t, "CommitmentG", &ring->g[i]);
    transcript_append_point(&t, "CommitmentH", &ring->h);
    transcript_challenge(&t, "hash", ring->parameters, sizeof ring->parameters);
}

static void hash_input_set(struct ring *ring)
{
    struct transcript t;

    transcript_init(&t, "Triptych input set");
    transcript_append_u64(&t, "version", 0);
    append_u32(&t, "unpadded_size", (uint32_t)ring->count);
    for (size_t k = 0; k < ring_padded(ring); k++)
        transcript_append_point(&t, "M", ring_key_at(ring, k));
    transcript_challenge(&t, "hash", ring->input_set, sizeof ring->input_set);
}

void ring_init(struct ring *ring, unsigned bits, const struct point *keys, size_t count,
               const struct point *u, const struct point *g, const struct point *h)
{
    assert(count >= 1 && count <= RING_MAX && bits >= 1 && bits <= 3);
    *ring = (struct ring){ .keys = keys, .count = count, .bits = bits, .base = 1u << bits, .u = *u, .h = *h };
    ring->digits = ring_digits(bits, count);
    assert(ring->base * ring->digits <= RING_GENERATORS_MAX);
    memcpy(ring->g, g, ring->base * ring->digits * sizeof *g);
    hash_parameters(ring);
    hash_input_set(ring);
}

static void generator(struct point *out, uint8_t index)
{
    uint8_t uniform[64], input[sizeof LABEL_RING_GENERATOR];

    memcpy(input, LABEL_RING_GENERATOR, sizeof input);
    input[sizeof input - 1] = index; /* in the place of the NUL */
    decaf_sha3_512_hash(uniform, sizeof uniform, input, sizeof input);
    point_from_hash(out, uniform);
}

void ring_generators(struct point g[RING_GENERATORS_MAX], struct point *h)
{
    for (unsigned i = 0; i < RING_GENERATORS_MAX; i++)
        generator(&g[i], (uint8_t)(i + 1));
    generator(h, 0);
}

void ring_begin_proof(struct transcript *t, const struct ring *ring, const struct point *nullifier)
{
    struct transcript statement;
    uint8_t hash[32];

    transcript_init(&statement, "Triptych statement");
    transcript_append_u64(&statement, "version", 0);
    transcript_append(&statement, "params", BYTES(ring->parameters));
    transcript_append(&statement, "input_set", BYTES(ring->input_set));
    transcript_append_point(&statement, "J", nullifier);
    transcript_challenge(&statement, "hash", hash, sizeof hash);
    transcript_append(t, "dom-sep", (struct bytes){ (const uint8_t *)"Triptych proof", 14 });
    transcript_append_u64(t, "version", 0);
    transcript_append(t, "statement", BYTES(hash));
}

void ring_challenge(struct scalar *xi, struct transcript *t, const struct ring_commitments *sent,
                    unsigned digits)
{
    transcript_append_point(t, "A", &sent->a);
    transcript_append_point(t, "B", &sent->b);
    transcript_append_point(t, "C", &sent->c);
    transcript_append_point(t, "D", &sent->d);
    for (unsigned j = 0; j < digits; j++)
        transcript_append_point(t, "X", &sent->x[j]);
    for (unsigned j = 0; j < digits; j++)
        transcript_append_point(t, "Y", &sent->y[j]);
    transcript_challenge_scalar(t, "xi", xi);
}
