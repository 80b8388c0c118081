/* triptych.c - ring proofs with a verdict; honest cases, which name their signer, are proved again. The generators come from generators.json
 * beside the file. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <decaf/shake.h>

#include "crypto/ring.h"
#include "tests/vectors/vectors.h"

enum { PROOF_ROOM = 2 * RING_PROOF_MAX, ALIGNMENT = 64 };

static struct point keys[RING_MAX], g[RING_GENERATORS_MAX], h;
static struct scalar secrets[RING_MAX];
static struct ring_batch *batch;

static bool read_point(struct point *out, const char *text)
{
    uint8_t encoded[POINT_SIZE];

    return text != NULL && hex_read(encoded, sizeof encoded, text).size == POINT_SIZE && point_read(out, encoded);
}

static bool generators_read(const json_t *root, unsigned base, unsigned digits)
{
    const json_t *set, *item;
    size_t i, j;
    bool found = false;

    if (base * digits > RING_GENERATORS_MAX || !read_point(&h, text_field(root, "commitment_H")))
        return false;
    json_array_foreach (json_object_get(root, "sets"), i, set) {
        if (json_integer_value(json_object_get(set, "n")) != base || json_integer_value(json_object_get(set, "m")) != digits)
            continue;
        found = json_array_size(json_object_get(set, "commitment_G")) == base * digits;
        json_array_foreach (json_object_get(set, "commitment_G"), j, item)
            found = found && read_point(&g[j], json_string_value(item));
    }
    return found;
}

/* r_i = SHA3-512(key_seed || "x" || LE32(i)) reduced */
static void derive_keys(const char *seed, size_t count)
{
    uint8_t input[128], wide[64];
    size_t size = strlen(seed);

    memcpy(input, seed, size);
    input[size] = 'x';
    for (size_t i = 0; i < count; i++) {
        for (unsigned b = 0; b < 4; b++)
            input[size + 1 + b] = (uint8_t)(i >> (8 * b));
        decaf_sha3_512_hash(wide, sizeof wide, input, size + 5);
        scalar_reduce(&secrets[i], wide);
        point_base_times(&keys[i], &secrets[i]);
    }
}

static void transcript_of(struct transcript *t, const json_t *vector)
{
    uint8_t room[PROOF_ROOM];

    transcript_init(t, text_field(vector, "label"));
    transcript_append(t, "message", hex_field(room, sizeof room, vector, "message"));
}

static bool verifies(const struct ring *ring, const json_t *vector, const struct point *nullifier, struct bytes proof)
{
    struct transcript t;
    struct rng rng;

    rng_init(&rng, (const uint8_t[KEY_SIZE]){ 3 });
    transcript_of(&t, vector);
    ring_batch_begin(batch, ring, NULL, 1);
    return ring_batch_add(batch, &t, nullifier, proof, &rng) && ring_batch_holds(batch);
}

static bool proves_again(const struct ring *ring, const json_t *vector, const struct point *nullifier)
{
    size_t signer = (size_t)json_integer_value(json_object_get(vector, "signer"));
    uint8_t proof[RING_PROOF_MAX];
    struct transcript t;
    struct point again;
    struct rng rng;

    rng_init(&rng, (const uint8_t[KEY_SIZE]){ 4 });
    transcript_of(&t, vector);
    ring_prove(proof, &again, ring, &t, signer, &secrets[signer], &rng);
    return point_equal(&again, nullifier) &&
           verifies(ring, vector, &again, (struct bytes){ proof, ring_proof_size(ring->base, ring->digits) });
}

static bool judge(const json_t *vector, const json_t *generators, bool *again)
{
    size_t roster = (size_t)json_integer_value(json_object_get(vector, "roster"));
    unsigned base = (unsigned)json_integer_value(json_object_get(vector, "n"));
    unsigned digits = (unsigned)json_integer_value(json_object_get(vector, "m")), bits = base == 2 ? 1 : base == 4 ? 2 : 3;
    uint8_t room[PROOF_ROOM];
    struct bytes proof = hex_field(room, sizeof room, vector, "proof");
    struct point u, nullifier, last;
    struct ring ring;

    if (roster < 1 || roster > RING_MAX || strlen(text_field(vector, "key_seed")) > 100 || proof.data == NULL ||
        !generators_read(generators, base, digits))
        return false;
    derive_keys(text_field(vector, "key_seed"), roster);
    if (!read_point(&u, text_field(vector, "U")) || !read_point(&nullifier, text_field(vector, "J")))
        return false;
    if (!read_point(&last, text_field(vector, "last_key")) || !point_equal(&last, &keys[roster - 1]))
        return false;
    ring_init(&ring, bits, keys, roster, &u, g, &h);
    if (ring.digits != digits || ring.base != base || !verifies(&ring, vector, &nullifier, proof))
        return false;
    if (json_is_integer(json_object_get(vector, "signer")))
        *again = proves_again(&ring, vector, &nullifier);
    return true;
}

static json_t *generators_beside(const char *file)
{
    char path[4096];
    const char *slash = strrchr(file, '/');

    snprintf(path, sizeof path, "%.*sgenerators.json", slash == NULL ? 0 : (int)(slash + 1 - file), file);
    return json_load_file(path, 0, NULL);
}

/* Of generators.json itself: every point is one, and none is used twice. */
static void check_generators(struct report *report, const json_t *root)
{
    const json_t *set;
    size_t i;

    json_array_foreach (json_object_get(root, "sets"), i, set) {
        unsigned digits = (unsigned)json_integer_value(json_object_get(set, "m"));
        unsigned base = (unsigned)json_integer_value(json_object_get(set, "n"));
        bool fine = generators_read(root, base, digits);

        for (unsigned a = 0; fine && a < base * digits; a++)
            for (unsigned b = 0; b < a; b++)
                fine = fine && !point_equal(&g[a], &g[b]) && !point_equal(&g[a], &h);
        report_case(report, fine, "generators for %u digits of base %u", digits, base);
    }
}

void triptych_vectors(struct report *report, const json_t *root)
{
    json_t *generators = generators_beside(report->file);
    const json_t *vector;
    size_t i;

    if (json_object_get(root, "sets") != NULL)
        check_generators(report, root);
    batch = aligned_alloc(ALIGNMENT, (sizeof *batch + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (batch == NULL)
        abort();
    json_array_foreach (json_is_array(root) ? root : NULL, i, vector) {
        bool wanted = strcmp(text_field(vector, "result"), "valid") == 0, again = true;
        bool found = judge(vector, generators, &again);

        report_case(report, found == wanted && again, "%d: %s", (int)json_integer_value(json_object_get(vector, "id")),
                    text_field(vector, "comment"));
    }
    free(batch);
    json_decref(generators);
}
