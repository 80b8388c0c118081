/* Generators, bases and rings of the forger's choice prove nothing to those who use their own. */
#include "crypto/range_proof.h"
#include "crypto/ring.h"
#include "tests/support/forged.h"

#include <decaf/shake.h>

static bool admitted_by(const struct point *ring, size_t count)
{
    uint8_t context[HASH_SIZE], scope[HASH_SIZE], nullifier[POINT_SIZE];

    context_of(context, &home_place);
    scope_of(scope, &home_place);
    return admission_check(nullifier, ring, count, BYTES(scope), BYTES(context),
                           (struct bytes){ scene.made[ADMISSION][0], scene.size[ADMISSION] });
}

static void an_admission_holds_for_its_ring_only(void **unused)
{
    struct point ring[HOMES + 1], stranger = POINT_BASE;

    (void)unused;
    memcpy(ring, scene.homes.members, sizeof ring - sizeof *ring);
    assert_true(admitted_by(ring, HOMES));
    assert_false(admitted_by(ring, HOMES - 1)); /* without the last */
    ring[HOMES] = stranger;
    assert_false(admitted_by(ring, HOMES + 1)); /* with a stranger */
    ring[HOMES] = ring[HOMES - 1];
    assert_false(admitted_by(
        ring, HOMES + 1)); /* with the padding said aloud: the same keys, hashed with another count */
    ring[3] = scene.homes.members[4];
    ring[4] = scene.homes.members[3];
    assert_false(admitted_by(ring, HOMES)); /* in another order */
    ring[4] = ring[3];
    assert_false(admitted_by(ring, HOMES)); /* with one key twice */
    memcpy(ring, scene.homes.members, sizeof ring - sizeof *ring);
    ring[8] = POINT_IDENTITY;
    assert_false(admitted_by(ring, HOMES)); /* with a key that is nothing */
    assert_false(admitted_by(ring, 0));
    assert_false(admitted_by(ring, SIZE_MAX));
}

/* Made by hand as admission.c does, on generators or a U of the forger's choice. 0: none, and so accepted. */
enum crafted { CRAFTED_NONE, CRAFTED_G, CRAFTED_H, CRAFTED_U, CRAFTED_KEYS, CRAFTED };

static bool crafted_admission(enum crafted crafted, const struct point *honest_u)
{
    struct point g[RING_GENERATORS_MAX], h, u = *honest_u, keys[HOMES], tag;
    uint8_t made[ADMISSION_MAX], context[HASH_SIZE], scope[HASH_SIZE], nullifier[POINT_SIZE];
    size_t size = POINT_SIZE + ring_proof_size(1u << RING_BITS, ring_digits(RING_BITS, HOMES));
    struct transcript t;
    struct scalar known;
    struct ring ring;

    scalar_random(&known, &scene.homes.rng);
    ring_generators(g, &h);
    memcpy(keys, scene.homes.members, sizeof keys);
    if (crafted == CRAFTED_G)
        point_base_times(&g[0], &known); /* of known logarithm: then any digits can be opened */
    if (crafted == CRAFTED_H)
        point_times(&h, &g[0], &known);
    if (crafted == CRAFTED_U)
        point_base_times(&u, &known); /* the nullifier could be traced to the key */
    if (crafted == CRAFTED_KEYS)
        keys[1] = keys[0]; /* two places of one home */
    context_of(context, &home_place);
    scope_of(scope, &home_place);
    ring_init(&ring, RING_BITS, keys, HOMES, &u, g, &h);
    transcript_init(&t, LABEL_ADMISSION);
    transcript_append(&t, "scope", BYTES(scope));
    transcript_append(&t, "message", BYTES(context));
    ring_prove(made + POINT_SIZE, &tag, &ring, &t, 0, &scene.homes.keys[0].secret, &scene.homes.rng);
    memcpy(made, tag.b, POINT_SIZE);
    return admission_check(nullifier, scene.homes.members, HOMES, BYTES(scope), BYTES(context),
                           (struct bytes){ made, size });
}

static void crafted_generators_prove_nothing(void **unused)
{
    uint8_t scope[HASH_SIZE], uniform[64], input[sizeof LABEL_NULLIFIER + HASH_SIZE];
    struct point u;

    (void)unused;
    scope_of(scope, &home_place);
    memcpy(input, LABEL_NULLIFIER, sizeof LABEL_NULLIFIER);
    memcpy(input + sizeof LABEL_NULLIFIER, scope, HASH_SIZE);
    decaf_sha3_512_hash(uniform, sizeof uniform, input, sizeof input);
    point_from_hash(&u, uniform);
    for (int crafted = CRAFTED_NONE; crafted < CRAFTED; crafted++)
        assert_int_equal(crafted_admission((enum crafted)crafted, &u), crafted == CRAFTED_NONE);
}

/* Bases of another order, or with one whose logarithm the forger knows. */
static void crafted_bases_prove_no_range(void **unused)
{
    static decaf_255_point_t memory[2 * 8 * 2], crafted_memory[2 * 8 * 2];
    struct range_bases honest, crafted;
    static struct range_batch batch;
    uint64_t values[2] = { 3, 255 };

    (void)unused;
    range_bases_init(&honest, memory, 8, 2);
    for (int row = 0; row < 3; row++) {
        struct scalar blindings[2], value, known;
        uint8_t proof[RANGE_PROOF_MAX];
        struct point commitments[2], p;
        struct transcript t;

        range_bases_init(&crafted, crafted_memory, 8, 2);
        scalar_random(&known, &scene.homes.rng);
        point_base_times(&p, &known);
        if (row == 1)
            point_decode(crafted.g[5], &p);
        if (row == 2)
            decaf_255_point_copy(crafted.h[0], crafted.g[0]);
        for (size_t i = 0; i < 2; i++) {
            scalar_random(&blindings[i], &scene.homes.rng);
            scalar_from_u64(&value, values[i]);
            range_commit(&commitments[i], &value, &blindings[i]);
        }
        transcript_init(&t, "range");
        range_prove(proof, &crafted, &t, commitments, values, blindings, &scene.homes.rng);
        transcript_init(&t, "range");
        range_batch_begin(&batch, &honest);
        assert_true(range_batch_add(&batch, &t, commitments, NULL,
                                    (struct bytes){ proof, range_proof_size(range_rounds(8 * 2)) },
                                    &scene.homes.rng));
        assert_int_equal(range_batch_holds(&batch), row == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_admission_holds_for_its_ring_only),
        cmocka_unit_test(crafted_generators_prove_nothing),
        cmocka_unit_test(crafted_bases_prove_no_range),
    };
    return cmocka_run_group_tests(tests, make_all, NULL);
}
