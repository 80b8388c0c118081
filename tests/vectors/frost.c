/* frost.c - RFC 9591, appendix E.3 (ristretto255, SHA-512): the part in which a dealer shares a secret. It
 * anchors the polynomial of the season key, its commitments and the way back: whoever evaluates at the wrong
 * place or weighs wrongly does not meet these numbers. FROST's signatures are not made here. */
#include <string.h>

#include "tests/vectors/vectors.h"

enum { PEOPLE_MAX = 8, THRESHOLD_MAX = 4 };

struct dealing {
    struct point joint, commitments[THRESHOLD_MAX];
    struct scalar secret, shares[PEOPLE_MAX]; /* of participant i + 1 */
    size_t people, threshold;
};

static bool scalar_field(struct scalar *out, const json_t *object, const char *key)
{
    uint8_t bytes[SCALAR_SIZE];

    return hex_field_exact(bytes, sizeof bytes, object, key) && scalar_read(out, bytes);
}

static bool point_field(struct point *out, const json_t *object, const char *key)
{
    uint8_t bytes[POINT_SIZE];

    return hex_field_exact(bytes, sizeof bytes, object, key) && point_read_nonzero(out, bytes);
}

static bool coefficients_read(struct dealing *out, const json_t *list)
{
    uint8_t bytes[SCALAR_SIZE];
    const json_t *item;
    struct scalar s;
    size_t i;

    out->commitments[0] = out->joint;
    out->threshold = json_array_size(list) + 1;
    if (out->threshold > THRESHOLD_MAX)
        return false;
    json_array_foreach (list, i, item) {
        if (hex_read(bytes, sizeof bytes, json_string_value(item)).size != sizeof bytes ||
            !scalar_read(&s, bytes))
            return false;
        point_base_times(&out->commitments[i + 1], &s);
    }
    return true;
}

static bool shares_read(struct dealing *out, const json_t *list)
{
    const json_t *item;
    size_t i;

    out->people = json_array_size(list);
    if (out->people > PEOPLE_MAX)
        return false;
    json_array_foreach (list, i, item)
        if (json_integer_value(json_object_get(item, "identifier")) != (json_int_t)i + 1 ||
            !scalar_field(&out->shares[i], item, "participant_share"))
            return false;
    return out->people >= out->threshold;
}

static bool dealing_read(struct dealing *out, const json_t *inputs)
{
    return scalar_field(&out->secret, inputs, "group_secret_key") &&
           point_field(&out->joint, inputs, "group_public_key") &&
           coefficients_read(out, json_object_get(inputs, "share_polynomial_coefficients")) &&
           shares_read(out, json_object_get(inputs, "participant_shares"));
}

/* A dealing whose blinding is zero: its commitments are those of the vectors, and what they commit each participant to is his public
 * share; the first threshold of these make the group's key and the shares of the rest. */
static void check_commitments(struct report *report, const struct dealing *dealing)
{
    struct bytes deal = { dealing->commitments[0].b, dealing->threshold * POINT_SIZE };
    struct point p, public[COMMITTEE_MAX];
    unsigned members[COMMITTEE_MAX];
    struct committee_key key;
    bool fine;

    point_base_times(&p, &dealing->secret);
    report_case(report, point_equal(&p, &dealing->joint), "the group's key");
    for (unsigned j = 0; j < dealing->threshold; j++)
        members[j] = j + 1;
    dkg_commitments(public, &deal, 1, (unsigned)dealing->people, (unsigned)dealing->threshold);
    fine = dkg_combine(&key, members, public, (unsigned)dealing->people, (unsigned)dealing->threshold);
    report_case(report, fine && point_equal(&key.joint, &dealing->joint), "the joint key");
    for (size_t i = 0; i < dealing->people; i++) {
        point_base_times(&p, &dealing->shares[i]);
        report_case(report, point_equal(&p, &key.share[i]), "the share of participant %zu", i + 1);
    }
}

/* Each two of them raise a point, and prove it; together they have raised it to the secret. */
static void check_pair(struct report *report, const struct dealing *dealing, const struct point *base,
                       unsigned a, unsigned b)
{
    static const uint8_t seed[KEY_SIZE] = { 1 }, context[] = "frost";
    uint8_t made[2][POINT_SIZE + SHARE_PROOF_SIZE];
    struct point key, opened, expected;
    unsigned members[2] = { a, b };
    struct bytes shares[2];
    struct rng rng;
    bool fine = true;

    rng_init(&rng, seed);
    for (size_t i = 0; i < 2; i++) {
        const struct scalar *share = &dealing->shares[members[i] - 1];

        share_make(made[i], share, BYTES(context), base, 1, &rng);
        shares[i] = BYTES(made[i]);
        point_base_times(&key, share);
        fine = fine && share_check(&key, BYTES(context), base, 1, shares[i]);
    }
    point_times(&expected, base, &dealing->secret);
    fine = fine && combine(&opened, 1, members, shares, 2) && point_equal(&opened, &expected);
    report_case(report, fine, "opened by participants %u and %u", a, b);
}

static void check_nonces(struct report *report, const json_t *outputs)
{
    static const char *const names[][2] = { { "hiding_nonce", "hiding_nonce_commitment" },
                                            { "binding_nonce", "binding_nonce_commitment" } };
    const json_t *item;
    size_t i;

    json_array_foreach (outputs, i, item)
        for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
            struct point p, expected;
            struct scalar s;
            bool fine = scalar_field(&s, item, names[k][0]) && point_field(&expected, item, names[k][1]);

            if (fine)
                point_base_times(&p, &s);
            report_case(report, fine && point_equal(&p, &expected), "%s %zu", names[k][1], i);
        }
}

void frost_vectors(struct report *report, const json_t *root)
{
    struct dealing dealing;

    if (!dealing_read(&dealing, json_object_get(root, "inputs")) || dealing.threshold != 2) {
        report_case(report, false, "another layout");
        return;
    }
    check_commitments(report, &dealing);
    for (unsigned a = 1; a <= dealing.people; a++)
        for (unsigned b = 1; b <= dealing.people; b++)
            if (a != b) {
                check_pair(report, &dealing, &POINT_BASE, a, b);
                check_pair(report, &dealing, &dealing.joint, a, b);
            }
    check_nonces(report, json_object_get(json_object_get(root, "round_one_outputs"), "outputs"));
    report_skip(report, "signatures: this project makes none with a shared key");
}
