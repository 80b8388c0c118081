/* A sealed body opens for its receiver, in its context, unaltered; and only whoever made it can have made its
 * point. */
#include "crypto/crypto.h"
#include "tests/support/bases.h"
#include "tests/support/bytes_altered.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { PLAIN_SIZE = 24 };
static const uint8_t plain[PLAIN_SIZE] = "twelve pallets of bread";

struct sealed {
    struct group_key key;
    struct rng rng;
    uint8_t bytes[PLAIN_SIZE + SEAL_OVERHEAD], out[PLAIN_SIZE];
};

static struct bytes context(const char *text)
{
    return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void sealed_init(struct sealed *s)
{
    static const uint8_t seed[KEY_SIZE] = { 1 };

    group_key_init(&s->key, seed);
    rng_init(&s->rng, seed);
    memset(s->out, 0xaa, sizeof s->out);
    seal_make(s->bytes, &s->key.public_point, context("bids"), BYTES(plain), &s->rng);
}

static void the_receiver_opens_it_by_key_or_by_shared_point(void **unused)
{
    struct point ephemeral, shared;
    struct sealed s;

    (void)unused;
    sealed_init(&s);
    assert_true(seal_open(s.out, &s.key, context("bids"), BYTES(s.bytes)));
    assert_memory_equal(s.out, plain, PLAIN_SIZE);
    memset(s.out, 0, sizeof s.out);
    assert_true(seal_ephemeral(&ephemeral, &s.key.public_point, context("bids"), BYTES(s.bytes)));
    assert_memory_equal(ephemeral.b, s.bytes, POINT_SIZE);
    point_times(&shared, &ephemeral, &s.key.secret);
    assert_true(seal_open_shared(s.out, &shared, &s.key.public_point, context("bids"), BYTES(s.bytes)));
    assert_memory_equal(s.out, plain, PLAIN_SIZE);
}

static void nothing_to_say_can_be_sealed(void **unused)
{
    uint8_t bytes[SEAL_OVERHEAD], out[1];
    struct sealed s;

    (void)unused;
    sealed_init(&s);
    seal_make(bytes, &s.key.public_point, (struct bytes){ NULL, 0 }, (struct bytes){ NULL, 0 }, &s.rng);
    assert_true(seal_open(out, &s.key, (struct bytes){ NULL, 0 }, BYTES(bytes)));
}

static bool opens(void *arg)
{
    struct sealed *s = arg;
    struct point ephemeral;

    return seal_open(s->out, &s->key, context("bids"), BYTES(s->bytes)) ||
           seal_ephemeral(&ephemeral, &s->key.public_point, context("bids"), BYTES(s->bytes));
}

static void any_altered_byte_is_refused(void **unused)
{
    uint8_t untouched[PLAIN_SIZE];
    struct sealed s;

    (void)unused;
    sealed_init(&s);
    memset(untouched, 0xaa, sizeof untouched);
    assert_int_equal(bytes_altered(s.bytes, sizeof s.bytes, opens, &s), 0);
    assert_memory_equal(s.out, untouched, PLAIN_SIZE);
    assert_true(opens(&s));
    for (size_t cut = 0; cut < sizeof s.bytes; cut++)
        assert_false(seal_open(s.out, &s.key, context("bids"), (struct bytes){ s.bytes, cut }));
}

static void another_context_or_receiver_is_refused(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 2 };
    struct group_key other;
    struct point ephemeral, shared;
    struct sealed s;

    (void)unused;
    sealed_init(&s);
    group_key_init(&other, seed);
    assert_false(seal_open(s.out, &s.key, context("bid"), BYTES(s.bytes)));
    assert_false(seal_ephemeral(&ephemeral, &s.key.public_point, context("bid"), BYTES(s.bytes)));
    assert_false(seal_open(s.out, &other, context("bids"), BYTES(s.bytes)));
    assert_false(seal_ephemeral(&ephemeral, &other.public_point, context("bids"), BYTES(s.bytes)));
    assert_false(
        seal_open_shared(s.out, &POINT_IDENTITY, &s.key.public_point, context("bids"), BYTES(s.bytes)));
    point_times(&shared, &POINT_BASE, &other.secret);
    assert_false(seal_open_shared(s.out, &shared, &s.key.public_point, context("bids"), BYTES(s.bytes)));
    assert_false(seal_ephemeral(&ephemeral, &POINT_IDENTITY, context("bids"), BYTES(s.bytes)));
}

/* The committee raises the points of bids to its key: a bid around a home's point would open that home's
 * deal. */
static void the_point_of_somebody_elses_deal_cannot_head_a_sealed_body(void **unused)
{
    static const uint64_t value = 1200;
    uint8_t deal[DEAL_MAX];
    struct point ephemeral;
    struct sealed s;
    size_t size;

    (void)unused;
    sealed_init(&s);
    assert_true(deal_make(deal, &size, bases_of(1, 16), &s.key.public_point, context("join"), &value, &s.rng));
    memcpy(s.bytes, deal, POINT_SIZE);
    assert_false(seal_ephemeral(&ephemeral, &s.key.public_point, context("bids"), BYTES(s.bytes)));
    memset(s.bytes, 0, POINT_SIZE);
    assert_false(seal_ephemeral(&ephemeral, &s.key.public_point, context("bids"), BYTES(s.bytes)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_receiver_opens_it_by_key_or_by_shared_point),
        cmocka_unit_test(nothing_to_say_can_be_sealed),
        cmocka_unit_test(any_altered_byte_is_refused),
        cmocka_unit_test(another_context_or_receiver_is_refused),
        cmocka_unit_test(the_point_of_somebody_elses_deal_cannot_head_a_sealed_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
