/* ristretto255.c - the vectors of RFC 9496 (multiples of the generator, encodings to refuse, derivation from
 * uniform bytes) and sums of many products, each file recognised by its fields. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include <decaf/shake.h>

#include "crypto/msm.h"
#include "tests/vectors/vectors.h"

static void check_multiples(struct report *report, const json_t *list)
{
    struct point running = POINT_IDENTITY, product, read;
    uint8_t expected[POINT_SIZE];
    struct scalar factor;
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        bool fine = hex_read(expected, sizeof expected, json_string_value(item)).size == sizeof expected &&
                    point_read(&read, expected) && point_equal(&read, &running);

        scalar_from_u64(&factor, i);
        point_base_times(&product, &factor);
        fine = fine && point_equal(&product, &read);
        point_times(&product, &POINT_BASE, &factor);
        fine = fine && point_equal(&product, &read) && point_is_identity(&read) == (i == 0);
        report_case(report, fine, "%zu times the generator", i);
        point_add(&running, &running, &POINT_BASE);
    }
}

static void check_invalid(struct report *report, const json_t *list)
{
    uint8_t encoding[POINT_SIZE];
    struct point unread = POINT_BASE;
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        bool fine = hex_field_exact(encoding, sizeof encoding, item, "encoding") &&
                    !point_read(&unread, encoding) && !point_read_nonzero(&unread, encoding) &&
                    point_equal(&unread, &POINT_BASE);

        report_case(report, fine, "accepted %s: %s", text_field(item, "encoding"),
                    text_field(item, "reason"));
    }
}

static void check_uniform(struct report *report, const json_t *list)
{
    uint8_t uniform[64], expected[POINT_SIZE];
    struct point point;
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        const char *label = json_string_value(json_object_get(item, "label"));
        bool fine = true;

        if (label)
            crypto_hash_sha512(uniform, (const uint8_t *)label, strlen(label));
        else
            fine = hex_field_exact(uniform, sizeof uniform, item, "input");
        point_from_hash(&point, uniform);
        fine = fine && hex_field_exact(expected, sizeof expected, item, "element") &&
               memcmp(point.b, expected, sizeof expected) == 0;
        report_case(report, fine, "element %zu from uniform bytes", i);
    }
}

/* SHA3-512(seed || tag || index in 4 bytes, little-endian) */
static void derive(uint8_t out[64], const char *seed, uint8_t tag, uint32_t index)
{
    uint8_t input[80];
    size_t size = strlen(seed);

    memcpy(input, seed, size);
    input[size++] = tag;
    for (int i = 0; i < 4; i++)
        input[size++] = (uint8_t)(index >> (8 * i));
    decaf_sha3_512_hash(out, 64, input, size);
}

static bool sum_fits(const json_t *vector)
{
    uint8_t wide[64], first_scalar[SCALAR_SIZE], first_point[POINT_SIZE], expected[POINT_SIZE];
    const char *seed = text_field(vector, "seed");
    json_int_t n = json_integer_value(json_object_get(vector, "n"));
    struct point sum = POINT_IDENTITY, term;
    static struct msm fast;
    struct scalar factor;

    if (strlen(seed) > 64 || n < 1 || !hex_field_exact(first_scalar, SCALAR_SIZE, vector, "scalar_0") ||
        !hex_field_exact(first_point, POINT_SIZE, vector, "point_0") ||
        !hex_field_exact(expected, POINT_SIZE, vector, "result"))
        return false;
    msm_begin(&fast);
    for (json_int_t i = 0; i < n; i++) {
        derive(wide, seed, 0x73, (uint32_t)i);
        scalar_reduce(&factor, wide);
        derive(wide, seed, 0x70, (uint32_t)i);
        point_from_hash(&term, wide);
        if (i == 0 && (memcmp(factor.b, first_scalar, SCALAR_SIZE) != 0 ||
                       memcmp(term.b, first_point, POINT_SIZE) != 0))
            return false;
        msm_add(&fast, &factor, &term);
        point_times(&term, &term, &factor);
        point_add(&sum, &sum, &term);
    }
    msm_result(&term, &fast);
    return memcmp(sum.b, expected, POINT_SIZE) == 0 && point_equal(&sum, &term);
}

static void check_sums(struct report *report, const json_t *list)
{
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item)
        report_case(report, sum_fits(item), "sum %s", text_field(item, "seed"));
}

void ristretto255_vectors(struct report *report, const json_t *root)
{
    static const struct {
        const char *field;
        void (*check)(struct report *report, const json_t *list);
    } parts[] = {
        { "multiples_of_generator", check_multiples },
        { "invalid_encodings", check_invalid },
        { "from_uniform_bytes", check_uniform },
        { "from_uniform_bytes_sha512_labels", check_uniform },
        { "vectors", check_sums },
    };
    bool known = false;

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        const json_t *list = json_object_get(root, parts[i].field);

        if (json_array_size(list) > 0) {
            known = true;
            parts[i].check(report, list);
        }
    }
    if (!known)
        report_case(report, false, "none of the known lists");
}
