/* Handshakes of every pattern and pre-shared key finish alike on both sides, or not at all. Published
 * vectors: vectors noise. */
#include "crypto/crypto.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MESSAGES_MAX = 3, ROOM = 512 };

struct pair {
    struct noise_handshake side[2]; /* responder, initiator */
    struct link_key keys[2];
    struct rng rng;
};

static bool has_static(enum noise_pattern pattern)
{
    return pattern != NOISE_NN;
}

static bool pair_init(struct pair *pair, enum noise_pattern pattern, int psk_place)
{
    static const uint8_t seed[KEY_SIZE] = { 5 }, psk[KEY_SIZE] = { 6 },
                         secrets[2][KEY_SIZE] = { { 7 }, { 8 } };
    bool known = pattern == NOISE_IK || pattern == NOISE_XK;
    bool fine = true;

    rng_init(&pair->rng, seed);
    for (int i = 0; i < 2; i++)
        link_key_init(&pair->keys[i], secrets[i]);
    for (int i = 0; i < 2; i++) {
        struct noise_setup setup = {
            .pattern = pattern,
            .psk_place = psk_place,
            .initiator = i == 1,
            .prologue = { (const uint8_t *)"street", 6 },
            .psk = psk_place == NOISE_PSK_NONE ? NULL : psk,
            .local_static = has_static(pattern) ? &pair->keys[i] : NULL,
            .remote_static = known && i == 1 ? pair->keys[0].public_key : NULL,
        };
        fine = fine && noise_begin(&pair->side[i], &setup) == STATUS_OK;
    }
    return fine;
}

/* Sends the next message, altered by `mask` at `at`. Returns its size, or 0 when it was refused. */
static size_t pass_message(struct pair *pair, unsigned message, size_t at, uint8_t mask)
{
    static const uint8_t payload[] = "hello";
    struct noise_handshake *from = &pair->side[message % 2 == 0], *to = &pair->side[message % 2 != 0];
    uint8_t wire[ROOM], got[ROOM];
    size_t size = sizeof wire, got_size = sizeof got;

    assert_int_equal(noise_write(from, wire, &size, BYTES(payload), &pair->rng), STATUS_OK);
    assert_true(at < size);
    wire[at] ^= mask;
    if (noise_read(to, got, &got_size, (struct bytes){ wire, size }) != STATUS_OK)
        return 0;
    if (mask == 0) {
        assert_int_equal(got_size, sizeof payload);
        assert_memory_equal(got, payload, sizeof payload);
    }
    return size;
}

static unsigned message_count(enum noise_pattern pattern)
{
    return pattern == NOISE_NN || pattern == NOISE_IK ? 2 : 3;
}

/* Runs a handshake with one byte of one message altered: true when both sides finish it on the same hash. */
static bool finishes(enum noise_pattern pattern, int psk_place, unsigned altered, size_t at, uint8_t mask,
                     size_t *size)
{
    uint8_t hash[2][NOISE_HASH_SIZE];
    struct noise_cipher ignored;
    struct pair pair;

    assert_true(pair_init(&pair, pattern, psk_place));
    for (unsigned m = 0; m < message_count(pattern); m++) {
        size_t sent = pass_message(&pair, m, m == altered ? at : 0, m == altered ? mask : 0);

        if (sent == 0)
            return false;
        if (m == altered)
            *size = sent;
    }
    for (int i = 0; i < 2; i++) {
        assert_true(noise_finished(&pair.side[i]));
        noise_split(&pair.side[i], &ignored, &ignored, hash[i]);
    }
    return memcmp(hash[0], hash[1], NOISE_HASH_SIZE) == 0;
}

static void any_altered_byte_ends_the_handshake(void **unused)
{
    (void)unused;
    for (int pattern = 0; pattern < NOISE_PATTERNS; pattern++) {
        int last = (int)message_count((enum noise_pattern)pattern);

        for (int psk = NOISE_PSK_NONE; psk <= last; psk++) {
            for (unsigned m = 0; m < (unsigned)last; m++) {
                size_t size = 0, ignored;

                assert_true(finishes((enum noise_pattern)pattern, psk, m, 0, 0, &size));
                assert_true(size > 0);
                for (size_t at = 0; at < size; at += psk == 0 || psk == NOISE_PSK_NONE ? 1 : 7)
                    assert_false(finishes((enum noise_pattern)pattern, psk, m, at, 0x80, &ignored));
            }
        }
    }
}

static void a_refused_message_leaves_the_handshake_as_it_was(void **unused)
{
    struct noise_handshake before;
    uint8_t wire[ROOM], got[ROOM];
    size_t size = sizeof wire, got_size = sizeof got;
    struct pair pair;

    (void)unused;
    assert_true(pair_init(&pair, NOISE_XX, 0));
    assert_int_equal(noise_write(&pair.side[1], wire, &size, (struct bytes){ NULL, 0 }, &pair.rng),
                     STATUS_OK);
    before = pair.side[0];
    wire[size - 1] ^= 1;
    assert_int_equal(noise_read(&pair.side[0], got, &got_size, (struct bytes){ wire, size }), STATUS_FORGED);
    wire[size - 1] ^= 1;
    for (size_t cut = 0; cut < size; cut++)
        assert_int_not_equal(noise_read(&pair.side[0], got, &got_size, (struct bytes){ wire, cut }),
                             STATUS_OK);
    assert_memory_equal(&pair.side[0], &before, sizeof before);
    assert_int_equal(noise_read(&pair.side[0], got, &got_size, (struct bytes){ wire, size }), STATUS_OK);
    assert_int_equal(got_size, 0);
    assert_true(noise_my_turn(&pair.side[0]));
}

static void another_psk_or_prologue_does_not_finish(void **unused)
{
    (void)unused;
    for (int what = 0; what < 2; what++) {
        uint8_t psk[KEY_SIZE] = { 6, what == 0 }, wire[ROOM], got[ROOM];
        size_t size = sizeof wire, got_size = sizeof got;
        struct pair pair;
        struct noise_setup setup = {
            .pattern = NOISE_XX, .psk_place = 0, .psk = psk, .local_static = &pair.keys[0]
        };

        assert_true(pair_init(&pair, NOISE_XX, 0));
        setup.prologue =
            (struct bytes){ (const uint8_t *)(what == 1 ? "street2" : "street"), what == 1 ? 7 : 6 };
        assert_int_equal(noise_begin(&pair.side[0], &setup), STATUS_OK);
        assert_int_equal(noise_write(&pair.side[1], wire, &size, (struct bytes){ NULL, 0 }, &pair.rng),
                         STATUS_OK);
        assert_int_equal(noise_read(&pair.side[0], got, &got_size, (struct bytes){ wire, size }),
                         STATUS_FORGED);
        assert_int_equal(got_size, sizeof got);
    }
}

/* The points of small order on Curve25519, all of which make every exchange zero. */
static void low_order_keys_are_refused(void **unused)
{
    static const uint8_t points[3][KEY_SIZE] = {
        { 0 },
        { 1 },
        { 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
          0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
    };

    (void)unused;
    for (size_t i = 0; i < 3; i++) {
        uint8_t wire[ROOM], got[ROOM];
        size_t size = sizeof wire, got_size = sizeof got;
        struct pair pair;

        /* In the first message the responder of IK computes es; in NN he first answers, and fails at ee. */
        assert_true(pair_init(&pair, NOISE_IK, NOISE_PSK_NONE));
        assert_int_equal(noise_write(&pair.side[1], wire, &size, (struct bytes){ NULL, 0 }, &pair.rng),
                         STATUS_OK);
        memcpy(wire, points[i], KEY_SIZE);
        assert_int_equal(noise_read(&pair.side[0], got, &got_size, (struct bytes){ wire, size }),
                         STATUS_FORGED);
        assert_true(pair_init(&pair, NOISE_NN, NOISE_PSK_NONE));
        assert_int_equal(noise_read(&pair.side[0], got, &got_size, BYTES(points[i])), STATUS_OK);
        size = sizeof wire;
        assert_int_equal(noise_write(&pair.side[0], wire, &size, (struct bytes){ NULL, 0 }, &pair.rng),
                         STATUS_FORGED);
        assert_int_equal(size, sizeof wire);
    }
}

static void sizes_are_bounded(void **unused)
{
    static uint8_t big[NOISE_MESSAGE_MAX + 1], wire[NOISE_MESSAGE_MAX + 1], got[NOISE_MESSAGE_MAX];
    size_t size, got_size;
    struct pair pair;

    (void)unused;
    assert_true(pair_init(&pair, NOISE_NN, 0));
    size = KEY_SIZE + TAG_SIZE + 9;
    assert_int_equal(noise_write(&pair.side[1], wire, &size, (struct bytes){ big, 10 }, &pair.rng),
                     STATUS_FULL);
    size = sizeof wire;
    assert_int_equal(noise_write(&pair.side[1], wire, &size, BYTES(big), &pair.rng), STATUS_FULL);
    assert_int_equal(noise_write(&pair.side[1], wire, &size,
                                 (struct bytes){ big, NOISE_MESSAGE_MAX - KEY_SIZE - TAG_SIZE + 1 },
                                 &pair.rng),
                     STATUS_FULL);
    assert_int_equal(noise_write(&pair.side[1], wire, &size,
                                 (struct bytes){ big, NOISE_MESSAGE_MAX - KEY_SIZE - TAG_SIZE }, &pair.rng),
                     STATUS_OK);
    assert_int_equal(size, NOISE_MESSAGE_MAX);
    got_size = size - KEY_SIZE - TAG_SIZE - 1;
    assert_int_equal(noise_read(&pair.side[0], got, &got_size, (struct bytes){ wire, size }), STATUS_FULL);
    got_size = sizeof got;
    assert_int_equal(noise_read(&pair.side[0], got, &got_size, BYTES(wire)), STATUS_MALFORMED);
    assert_int_equal(noise_read(&pair.side[0], got, &got_size, (struct bytes){ wire, size }), STATUS_OK);
    assert_int_equal(got_size, NOISE_MESSAGE_MAX - KEY_SIZE - TAG_SIZE);
}

static void a_setup_that_does_not_fit_its_pattern_is_refused(void **unused)
{
    static const uint8_t bytes[KEY_SIZE] = { 1 };
    struct noise_handshake state;
    struct link_key key;
    struct noise_setup wrong[] = {
        { .pattern = NOISE_XX, .psk_place = NOISE_PSK_NONE },
        { .pattern = NOISE_NN, .psk_place = NOISE_PSK_NONE, .local_static = &key },
        { .pattern = NOISE_NN, .psk_place = 0 },
        { .pattern = NOISE_NN, .psk_place = NOISE_PSK_NONE, .psk = bytes },
        { .pattern = NOISE_NN, .psk_place = 3, .psk = bytes },
        { .pattern = NOISE_NN, .psk_place = -2, .psk = bytes },
        { .pattern = NOISE_IK, .psk_place = NOISE_PSK_NONE, .initiator = true, .local_static = &key },
        { .pattern = NOISE_IK, .psk_place = NOISE_PSK_NONE, .local_static = &key, .remote_static = bytes },
        { .pattern = NOISE_XX,
          .psk_place = NOISE_PSK_NONE,
          .initiator = true,
          .local_static = &key,
          .remote_static = bytes },
    };

    (void)unused;
    link_key_init(&key, bytes);
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
        assert_int_equal(noise_begin(&state, &wrong[i]), STATUS_MALFORMED);
}

static void transport_pair(struct noise_cipher *sending, struct noise_cipher *receiving)
{
    struct noise_cipher other[2];
    struct pair pair;

    assert_true(pair_init(&pair, NOISE_XX, NOISE_PSK_NONE));
    for (unsigned m = 0; m < 3; m++)
        assert_true(pass_message(&pair, m, 0, 0) > 0);
    assert_memory_equal(pair.side[1].rs, pair.keys[0].public_key, KEY_SIZE);
    assert_memory_equal(pair.side[0].rs, pair.keys[1].public_key, KEY_SIZE);
    noise_split(&pair.side[1], sending, &other[0], NULL);
    noise_split(&pair.side[0], &other[1], receiving, NULL);
    assert_memory_equal(sending->key, receiving->key, KEY_SIZE);
    assert_memory_equal(other[0].key, other[1].key, KEY_SIZE);
    assert_memory_not_equal(sending->key, other[0].key, KEY_SIZE);
    assert_true(sodium_is_zero((const uint8_t *)pair.side, sizeof pair.side));
}

static void a_transport_message_opens_once_in_order_unaltered(void **unused)
{
    struct noise_cipher sending, receiving;
    uint8_t first[8 + TAG_SIZE] = "12345678", second[8 + TAG_SIZE] = "abcdefgh", copy[8 + TAG_SIZE], out[8];

    (void)unused;
    transport_pair(&sending, &receiving);
    noise_seal(&sending, first, (struct bytes){ first, 8 });
    noise_seal(&sending, second, (struct bytes){ second, 8 });
    assert_false(noise_open(&receiving, out, BYTES(second)));
    for (size_t i = 0; i < sizeof first; i++) {
        first[i] ^= 1;
        assert_false(noise_open(&receiving, out, BYTES(first)));
        first[i] ^= 1;
    }
    for (size_t cut = 0; cut < sizeof first; cut++)
        assert_false(noise_open(&receiving, out, (struct bytes){ first, cut }));
    assert_int_equal(receiving.nonce, 0);
    memcpy(copy, first, sizeof copy);
    assert_true(noise_open(&receiving, first, BYTES(first)));
    assert_memory_equal(first, "12345678", 8);
    assert_false(noise_open(&receiving, out, BYTES(copy)));
    assert_true(noise_open(&receiving, out, BYTES(second)));
    assert_memory_equal(out, "abcdefgh", 8);
}

static void rekeying_keeps_step_and_hides_the_past(void **unused)
{
    struct noise_cipher sending, receiving;
    uint8_t old[KEY_SIZE], sealed[3 + TAG_SIZE], out[3];

    (void)unused;
    transport_pair(&sending, &receiving);
    memcpy(old, sending.key, KEY_SIZE);
    noise_rekey(&sending);
    assert_memory_not_equal(old, sending.key, KEY_SIZE);
    noise_seal(&sending, sealed, (struct bytes){ (const uint8_t *)"abc", 3 });
    assert_false(noise_open(&receiving, out, BYTES(sealed)));
    noise_rekey(&receiving);
    assert_true(noise_open(&receiving, out, BYTES(sealed)));
    assert_memory_equal(out, "abc", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_altered_byte_ends_the_handshake),
        cmocka_unit_test(a_refused_message_leaves_the_handshake_as_it_was),
        cmocka_unit_test(another_psk_or_prologue_does_not_finish),
        cmocka_unit_test(low_order_keys_are_refused),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(a_setup_that_does_not_fit_its_pattern_is_refused),
        cmocka_unit_test(a_transport_message_opens_once_in_order_unaltered),
        cmocka_unit_test(rekeying_keeps_step_and_hides_the_past),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
