/* dp.c - probabilities of noise, to 25 digits. What this project draws is k-ary randomised response with k =
 * 4 and epsilon = 1: each decision is held against the exact bound, 2^64 times the probability, that the
 * number drawn for it must be below. */
#include <string.h>

#include "crypto/labels.h"
#include "proto/proto.h"
#include "tests/vectors/vectors.h"

enum { DIGITS_MAX = 40, HOMES = 50000, CELLS = 4 };

/* A decimal fraction below one, times 2^64, rounded to the nearest: by doubling its digits. false: not such a
 * fraction. */
static bool times_two_to_64(uint64_t *out, const char *text)
{
    unsigned digits[DIGITS_MAX];
    size_t count = strlen(text);

    if (count < 3 || count - 2 > DIGITS_MAX || strncmp(text, "0.", 2) != 0)
        return false;
    count -= 2;
    for (size_t i = 0; i < count; i++) {
        digits[i] = (unsigned)(text[i + 2] - '0');
        if (digits[i] > 9)
            return false;
    }
    *out = 0;
    for (int bit = 0; bit <= 64; bit++) {
        unsigned carry = 0;

        for (size_t i = count; i-- > 0;) {
            digits[i] = 2 * digits[i] + carry;
            carry = digits[i] > 9;
            digits[i] -= 10 * carry;
        }
        *out = bit < 64 ? *out << 1 | carry : *out + carry;
    }
    return true;
}

/* The number that this home draws: as profile.c says, the first of a stream keyed by home, category and
 * season. */
static uint64_t drawn(const uint8_t seed[KEY_SIZE])
{
    struct bytes parts[] = { { (const uint8_t *)"pellets", 7 }, { (const uint8_t *)"2027", 4 } };
    uint8_t key[KEY_SIZE], number[8];
    struct rng rng;

    derive_key(key, seed, LABEL_PROFILE_NOISE, parts, ARRAY_SIZE(parts));
    rng_init(&rng, key);
    rng_fill(&rng, number, sizeof number);
    return be64_read(number);
}

static void check_response(struct report *report, uint64_t told_below, double p_other)
{
    double least = HOMES * p_other - 5 * 130, most = HOMES * p_other + 5 * 130; /* sd below 130 */
    size_t counts[CELLS] = { 0 }, wrong = 0;

    for (uint32_t home = 0; home < HOMES; home++) {
        uint8_t seed[KEY_SIZE] = { 0x4b };
        unsigned said;

        be32_write(seed + 4, home);
        said = profile_noise(seed, "pellets", "2027", 2);
        wrong += said >= CELLS || (said == 2) != (drawn(seed) < told_below);
        counts[said % CELLS]++;
    }
    report_case(report, wrong == 0, "%zu homes tell or lie against the bound", wrong);
    for (unsigned cell = 0; cell < CELLS; cell++)
        report_case(report, cell == 2 || ((double)counts[cell] > least && (double)counts[cell] < most),
                    "cell %u is told by %zu homes", cell, counts[cell]);
}

static void check_responses(struct report *report, const json_t *list)
{
    const json_t *item;
    size_t i;

    json_array_foreach (list, i, item) {
        json_int_t k = json_integer_value(json_object_get(item, "k"));
        const char *epsilon = text_field(item, "epsilon");
        uint64_t keep, other;
        bool fine = times_two_to_64(&keep, text_field(item, "p_keep")) &&
                    times_two_to_64(&other, text_field(item, "p_other"));

        report_case(report, fine, "probabilities of k = %d", (int)k);
        if (fine && k == CELLS && strcmp(epsilon, "1") == 0)
            check_response(report, keep, (double)other / 18446744073709551616.0);
        else
            report_skip(report, "k = %d, epsilon = %s: not used", (int)k, epsilon);
    }
}

void dp_vectors(struct report *report, const json_t *root)
{
    static const char *const unused[] = { "discrete_laplace",        "discrete_gaussian", "gaussian_delta",
                                          "discrete_gaussian_delta", "zcdp_to_approx",    "zcdp_delta" };
    const json_t *responses = json_object_get(root, "k_randomized_response");

    if (json_array_size(responses) == 0)
        report_case(report, false, "another layout");
    check_responses(report, responses);
    for (size_t i = 0; i < ARRAY_SIZE(unused); i++)
        report_skip(report, "%s: no such noise is drawn, totals open exactly or not at all", unused[i]);
}
