/* Hashes of lists cannot be confused, derived keys are independent, signatures are strict. */
#include "crypto/crypto.h"
#include "crypto/labels.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct bytes text(const char *s)
{
    return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static void a_hash_is_blake2b_over_lengths_and_parts(void **unused)
{
    static const uint8_t framed[] = "\0\0\0\0\0\0\0\5label\0\0\0\0\0\0\0\3one\0\0\0\0\0\0\0\0";
    struct bytes parts[] = { text("one"), { NULL, 0 } };
    uint8_t expected[HASH_SIZE], actual[HASH_SIZE];

    (void)unused;
    crypto_generichash(expected, HASH_SIZE, framed, sizeof framed - 1, NULL, 0);
    hash_parts(actual, "label", parts, 2);
    assert_memory_equal(actual, expected, HASH_SIZE);
    crypto_generichash(expected, HASH_SIZE, framed, sizeof framed - 1, expected, HASH_SIZE);
    derive_key(actual, actual, "label", parts, 2);
    assert_memory_equal(actual, expected, HASH_SIZE);
}

static void no_two_lists_hash_alike(void **unused)
{
    const struct {
        const char *label;
        struct bytes parts[3];
        size_t count;
    } lists[] = {
        { "l", { text("ab"), text("c") }, 2 },
        { "l", { text("a"), text("bc") }, 2 },
        { "l", { text("abc") }, 1 },
        { "l", { text("abc"), text("") }, 2 },
        { "l", { text(""), text("abc") }, 2 },
        { "la", { text("bc") }, 1 },
        { "l", { text("ab"), text("c"), text("") }, 3 },
        { "l", { text("") }, 0 },
    };
    uint8_t hashes[ARRAY_SIZE(lists)][HASH_SIZE];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        hash_parts(hashes[i], lists[i].label, lists[i].parts, lists[i].count);
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(hashes[i], hashes[j], HASH_SIZE);
    }
}

static void derived_keys_differ_by_secret_label_and_context(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 1 }, other[KEY_SIZE] = { 2 };
    struct bytes topic = text("pellets 2027"), next = text("pellets 2028");
    uint8_t keys[5][KEY_SIZE];

    (void)unused;
    derive_key(keys[0], seed, LABEL_RING_KEY, &topic, 1);
    derive_key(keys[1], other, LABEL_RING_KEY, &topic, 1);
    derive_key(keys[2], seed, LABEL_MEMBER_KEY, &topic, 1);
    derive_key(keys[3], seed, LABEL_RING_KEY, &next, 1);
    hash_parts(keys[4], LABEL_RING_KEY, &topic, 1);
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(keys[i], keys[j], KEY_SIZE);
    derive_key(keys[1], seed, LABEL_RING_KEY, &topic, 1);
    assert_memory_equal(keys[0], keys[1], KEY_SIZE);
}

static void an_altered_signature_message_or_key_is_refused(void **unused)
{
    static const uint8_t seed[KEY_SIZE] = { 3 };
    uint8_t signature[SIGNATURE_SIZE], message[] = "count me in", key[KEY_SIZE];
    struct sign_key own;

    (void)unused;
    sign_key_init(&own, seed);
    sign_make(signature, &own, BYTES(message));
    memcpy(key, own.public_key, KEY_SIZE);
    assert_true(sign_check(signature, key, BYTES(message)));
    for (size_t i = 0; i < SIGNATURE_SIZE; i++) {
        signature[i] ^= 0x10;
        assert_false(sign_check(signature, key, BYTES(message)));
        signature[i] ^= 0x10;
    }
    for (size_t i = 0; i < sizeof message; i++) {
        message[i] ^= 1;
        assert_false(sign_check(signature, key, BYTES(message)));
        message[i] ^= 1;
    }
    for (size_t i = 0; i < KEY_SIZE; i++) {
        key[i] ^= 1;
        assert_false(sign_check(signature, key, BYTES(message)));
        key[i] ^= 1;
    }
    assert_false(sign_check(signature, key, (struct bytes){ message, sizeof message - 1 }));
    assert_true(sign_check(signature, key, BYTES(message)));
    sign_key_clear(&own);
    assert_true(sodium_is_zero((const uint8_t *)&own, sizeof own));
}

/* With the identity as key, S = 0 and R = identity would verify any message; S + L would be a second
 * encoding. */
static void weak_keys_and_second_encodings_are_refused(void **unused)
{
    static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                       0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10 };
    static const uint8_t identity[KEY_SIZE] = { 1 }, seed[KEY_SIZE] = { 3 };
    uint8_t signature[SIGNATURE_SIZE] = { 1 };
    struct sign_key own;

    (void)unused;
    assert_false(sign_check(signature, identity, text("anything")));
    sign_key_init(&own, seed);
    sign_make(signature, &own, text("anything"));
    sodium_add(signature + 32, order, sizeof order);
    assert_false(sign_check(signature, own.public_key, text("anything")));
}

/* RFC 7748, section 5.2: the scalar 9 on the base point, one iteration. */
static void link_keys_are_x25519(void **unused)
{
    static const uint8_t expected[KEY_SIZE] = { 0x42, 0x2c, 0x8e, 0x7a, 0x62, 0x27, 0xd7, 0xbc,
                                                0xa1, 0x35, 0x0b, 0x3e, 0x2b, 0xb7, 0x27, 0x9f,
                                                0x78, 0x97, 0xb8, 0x7b, 0xb6, 0x85, 0x4b, 0x78,
                                                0x3c, 0x60, 0xe8, 0x03, 0x11, 0xae, 0x30, 0x79 };
    static const uint8_t secret[KEY_SIZE] = { 9 };
    struct link_key key;

    (void)unused;
    link_key_init(&key, secret);
    assert_memory_equal(key.public_key, expected, KEY_SIZE);
    link_key_clear(&key);
    assert_true(sodium_is_zero((const uint8_t *)&key, sizeof key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_is_blake2b_over_lengths_and_parts),
        cmocka_unit_test(no_two_lists_hash_alike),
        cmocka_unit_test(derived_keys_differ_by_secret_label_and_context),
        cmocka_unit_test(an_altered_signature_message_or_key_is_refused),
        cmocka_unit_test(weak_keys_and_second_encodings_are_refused),
        cmocka_unit_test(link_keys_are_x25519),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
