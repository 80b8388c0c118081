/* bulletproofs.c - generators, published proofs, and cases with a verdict; honest cases that give their secrets are proved again. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/range_proof.h"
#include "tests/vectors/vectors.h"

enum { VALUES_MAX = 16, PROOF_ROOM = 2 * RANGE_PROOF_MAX, ALIGNMENT = 64 };

static struct range_bases bases;
static struct range_batch *batch;
static decaf_255_point_t *memory;

/* Bases of one shape at a time: cases of a shape follow each other. */
static bool shape_ready(json_int_t bits, json_int_t count)
{
    if (bits < 1 || bits > 64 || count < 1 || count > VALUES_MAX || !range_shape((unsigned)bits, (size_t)count))
        return false;
    if (memory == NULL) {
        memory = aligned_alloc(ALIGNMENT, 2 * RANGE_BITS_MAX * sizeof *memory);
        batch = aligned_alloc(ALIGNMENT, (sizeof *batch + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }
    if (memory == NULL || batch == NULL)
        abort();
    if (bases.bits != (unsigned)bits || bases.count != (unsigned)count)
        range_bases_init(&bases, memory, (unsigned)bits, (size_t)count);
    return true;
}

static void transcript_of(struct transcript *t, const json_t *vector, uint8_t *room)
{
    const json_t *pair;
    size_t i;

    transcript_init(t, text_field(vector, "label"));
    json_array_foreach (json_object_get(vector, "context"), i, pair) {
        struct bytes message = hex_read(room, PROOF_ROOM, json_string_value(json_array_get(pair, 1)));

        transcript_append(t, json_string_value(json_array_get(pair, 0)), message);
    }
}

static bool verifies(struct transcript *t, const struct point *commitments, struct bytes proof)
{
    struct rng rng;
    uint8_t seed[KEY_SIZE] = { 7 };

    rng_init(&rng, seed);
    range_batch_begin(batch, &bases);
    return range_batch_add(batch, t, commitments, NULL, proof, &rng) && range_batch_holds(batch);
}

static bool commitments_read(struct point *out, const json_t *list, size_t count)
{
    uint8_t encoded[POINT_SIZE];

    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));

        if (text == NULL || hex_read(encoded, sizeof encoded, text).size != POINT_SIZE || !point_read(&out[i], encoded))
            return false;
    }
    return true;
}

/* Our own proof of the same values: the commitments must come out the same, and it must verify. */
static bool proves_again(const json_t *vector, const struct point *commitments, size_t count)
{
    uint64_t values[VALUES_MAX];
    struct scalar blindings[VALUES_MAX], value;
    uint8_t room[PROOF_ROOM], wide[SCALAR_SIZE];
    struct transcript t;
    struct point commitment;
    struct rng rng;
    size_t size = range_proof_size(range_rounds(bases.length));

    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(json_object_get(vector, "values"), i));

        if (text == NULL || sscanf(text, "%" SCNu64, &values[i]) != 1 ||
            hex_read(wide, sizeof wide, json_string_value(json_array_get(json_object_get(vector, "blindings"), i))).size != SCALAR_SIZE ||
            !scalar_read(&blindings[i], wide))
            return false;
        scalar_from_u64(&value, values[i]);
        range_commit(&commitment, &value, &blindings[i]);
        if (!point_equal(&commitment, &commitments[i]))
            return false;
    }
    rng_init(&rng, (const uint8_t[KEY_SIZE]){ 9 });
    transcript_of(&t, vector, room);
    range_prove(room, &bases, &t, commitments, values, blindings, &rng);
    uint8_t again[PROOF_ROOM];
    transcript_of(&t, vector, again);
    return verifies(&t, commitments, (struct bytes){ room, size });
}

static void check_case(struct report *report, const json_t *vector)
{
    json_int_t bits = json_integer_value(json_object_get(vector, "n")), count = json_integer_value(json_object_get(vector, "m"));
    bool wanted = strcmp(text_field(vector, "result"), "valid") == 0, found = false, again = true;
    struct point commitments[VALUES_MAX];
    uint8_t proof_room[PROOF_ROOM], context_room[PROOF_ROOM];
    struct bytes proof = hex_field(proof_room, sizeof proof_room, vector, "proof");
    struct transcript t;

    if (proof.data != NULL && shape_ready(bits, count) &&
        json_array_size(json_object_get(vector, "commitments")) == (size_t)count &&
        commitments_read(commitments, json_object_get(vector, "commitments"), (size_t)count)) {
        transcript_of(&t, vector, context_room);
        found = verifies(&t, commitments, proof);
        if (found && json_is_array(json_object_get(vector, "values")))
            again = proves_again(vector, commitments, (size_t)count);
    }
    report_case(report, found == wanted && again, "%" JSON_INTEGER_FORMAT ": %s", json_integer_value(json_object_get(vector, "id")),
                text_field(vector, "comment"));
}

static void check_published(struct report *report, const json_t *root)
{
    const json_t *vector;
    size_t i;

    json_array_foreach (json_object_get(root, "proofs"), i, vector) {
        json_int_t bits = json_integer_value(json_object_get(vector, "n")), count = json_integer_value(json_object_get(vector, "m"));
        struct point commitments[VALUES_MAX];
        uint8_t room[PROOF_ROOM];
        struct bytes proof = hex_field(room, sizeof room, vector, "proof");
        struct transcript t;
        bool fine = proof.data != NULL && shape_ready(bits, count) &&
                    commitments_read(commitments, json_object_get(root, "commitments"), (size_t)count);

        transcript_init(&t, text_field(root, "transcript_label"));
        report_case(report, fine && verifies(&t, commitments, proof), "published proof of %d bits, %d values", (int)bits, (int)count);
    }
}

static void check_side(struct report *report, const json_t *parties, bool left)
{
    const json_t *party, *item;
    size_t i, j;

    json_array_foreach (parties, i, party) {
        json_int_t which = json_integer_value(json_object_get(party, "party"));

        json_array_foreach (json_object_get(party, "points"), j, item) {
            size_t k = (size_t)(which * 64 + json_integer_value(json_object_get(item, "index")));
            uint8_t expected[POINT_SIZE], found[POINT_SIZE];
            bool fine = which >= 0 && which < VALUES_MAX && shape_ready(64, VALUES_MAX) && k < RANGE_BITS_MAX &&
                        hex_field_exact(expected, sizeof expected, item, "point");

            if (fine)
                decaf_255_point_encode(found, left ? bases.g[k] : bases.h[k]);
            report_case(report, fine && memcmp(found, expected, POINT_SIZE) == 0, "%c, party %d, %zu", left ? 'G' : 'H', (int)which, j);
        }
    }
}

static void check_generators(struct report *report, const json_t *root)
{
    uint8_t expected[POINT_SIZE];

    report_case(report, hex_field_exact(expected, POINT_SIZE, root, "B") && memcmp(expected, POINT_BASE.b, POINT_SIZE) == 0, "B");
    report_case(report, hex_field_exact(expected, POINT_SIZE, root, "B_blinding") && memcmp(expected, POINT_BLINDING.b, POINT_SIZE) == 0,
                "B blinding");
    check_side(report, json_object_get(root, "G"), true);
    check_side(report, json_object_get(root, "H"), false);
}

void bulletproofs_vectors(struct report *report, const json_t *root)
{
    const json_t *vector;
    size_t i;

    if (json_object_get(root, "proofs") != NULL) {
        check_published(report, root);
    } else if (json_object_get(root, "B_blinding") != NULL) {
        check_generators(report, root);
    } else if (json_is_array(root)) {
        json_array_foreach (root, i, vector)
            check_case(report, vector);
    } else {
        report_case(report, false, "none of the known layouts");
    }
    free(memory);
    free(batch);
    memory = NULL;
    batch = NULL;
    bases = (struct range_bases){ .bits = 0 };
}
