/* A stream between two homes: whole, in order, unaltered, and only for who knows the group's key.
 * WIRE 2.1, 2.2. */
#include "proto/overlay/session.h"
#include "tests/support/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { GROUPS = 3, HANDSHAKE_BYTES = 50 + 98 + 66 };

static const uint8_t psks[GROUPS][KEY_SIZE] = { { 1 }, { 2 }, { 3 } };
static struct link_key keys[2]; /* responder, initiator */
static struct rng rng;

struct pair {
    struct session *side[2]; /* responder, initiator */
};

static int begin(void **unused)
{
    static const uint8_t seeds[3][KEY_SIZE] = { { 7 }, { 8 }, { 9 } };

    (void)unused;
    link_key_init(&keys[0], seeds[0]);
    link_key_init(&keys[1], seeds[1]);
    rng_init(&rng, seeds[2]);
    return 0;
}

static struct pair pair_new(size_t group, const char *network)
{
    struct pair pair = { { session_new(false, "street", &keys[0], psks, GROUPS, &rng),
                           session_new(true, network, &keys[1], &psks[group], 1, &rng) } };

    assert_non_null(pair.side[0]);
    assert_non_null(pair.side[1]);
    return pair;
}

static void pair_free(struct pair *pair)
{
    session_free(pair->side[0]);
    session_free(pair->side[1]);
}

/* What a side wants to send, as the caller's own bytes. */
static size_t drain(struct session *from, uint8_t *out, size_t room)
{
    struct bytes wire = session_outgoing(from);
    size_t size = wire.size;

    assert_true(size <= room);
    if (size > 0)
        memcpy(out, wire.data, size);
    session_drained(from);
    return size;
}

/* Hands everything over in portions of `portion` bytes. */
static enum status pass(struct session *from, struct session *to, size_t portion)
{
    static uint8_t wire[1 << 18];
    size_t size = drain(from, wire, sizeof wire);
    enum status status = STATUS_OK;

    for (size_t at = 0; at < size && status == STATUS_OK; at += portion)
        status = session_take(to, (struct bytes){ wire + at, size - at < portion ? size - at : portion });
    return status;
}

static void pair_ready(struct pair *pair)
{
    assert_int_equal(pass(pair->side[1], pair->side[0], SIZE_MAX / 2), STATUS_OK);
    assert_int_equal(pass(pair->side[0], pair->side[1], SIZE_MAX / 2), STATUS_OK);
    assert_int_equal(pass(pair->side[1], pair->side[0], SIZE_MAX / 2), STATUS_OK);
    assert_true(session_ready(pair->side[0]) && session_ready(pair->side[1]));
}

static void expect_body(struct session *side, struct bytes want)
{
    struct bytes body;
    bool found;

    assert_int_equal(session_next(side, &body, &found), STATUS_OK);
    assert_true(found);
    assert_int_equal(body.size, session_padded(want.size));
    assert_memory_equal(body.data, want.data, want.size);
    for (size_t i = want.size; i < body.size; i++)
        assert_int_equal(body.data[i], 0);
}

static void expect_nothing(struct session *side)
{
    struct bytes body;
    bool found;

    assert_int_equal(session_next(side, &body, &found), STATUS_OK);
    assert_false(found);
}

/* ---- Promises. */

static void both_learn_the_group_and_each_others_key(void **unused)
{
    (void)unused;
    for (size_t group = 0; group < GROUPS; group++) {
        struct pair pair = pair_new(group, "street");

        pair_ready(&pair);
        assert_int_equal(session_psk_index(pair.side[0]), group);
        assert_memory_equal(session_peer_key(pair.side[0]), keys[1].public_key, KEY_SIZE);
        assert_memory_equal(session_peer_key(pair.side[1]), keys[0].public_key, KEY_SIZE);
        pair_free(&pair);
    }
}

static void bytes_may_come_in_any_portions(void **unused)
{
    static uint8_t bodies[3][3000];

    (void)unused;
    for (size_t i = 0; i < 3; i++)
        memset(bodies[i], (int)i + 1, sizeof bodies[i]);
    for (size_t portion = 1; portion < 260; portion++) {
        struct pair pair = pair_new(1, "street");

        assert_int_equal(pass(pair.side[1], pair.side[0], portion), STATUS_OK);
        assert_int_equal(pass(pair.side[0], pair.side[1], portion), STATUS_OK);
        /* The last message of the handshake and the first frames in one stream, as they leave together. */
        for (size_t i = 0; i < 3; i++)
            assert_true(session_seal(pair.side[1], (struct bytes){ bodies[i], 3000 >> i }));
        assert_int_equal(pass(pair.side[1], pair.side[0], portion), STATUS_OK);
        for (size_t i = 0; i < 3; i++)
            expect_body(pair.side[0], (struct bytes){ bodies[i], 3000 >> i });
        expect_nothing(pair.side[0]);
        pair_free(&pair);
    }
}

static void a_frame_is_handed_over_when_its_last_byte_is_there(void **unused)
{
    uint8_t wire[256];
    size_t size;
    struct pair pair = pair_new(0, "street");

    (void)unused;
    pair_ready(&pair);
    assert_true(session_seal(pair.side[0], (struct bytes){ (const uint8_t *)"bread", 5 }));
    size = drain(pair.side[0], wire, sizeof wire);
    for (size_t i = 0; i < size; i++) {
        expect_nothing(pair.side[1]);
        assert_int_equal(session_take(pair.side[1], (struct bytes){ wire + i, 1 }), STATUS_OK);
    }
    expect_body(pair.side[1], (struct bytes){ (const uint8_t *)"bread", 5 });
    pair_free(&pair);
}

/* One byte of the whole exchange altered; the index counts over both directions. */
static enum status altered(size_t at, uint8_t mask)
{
    uint8_t wire[512];
    struct pair pair = pair_new(2, "street");
    enum status status = STATUS_OK;
    struct bytes body;
    size_t passed = 0, size;
    bool found;

    for (unsigned turn = 0; turn < 4 && status == STATUS_OK; turn++) {
        struct session *from = pair.side[turn % 2 == 0], *to = pair.side[turn % 2 != 0];

        if (turn == 3)
            assert_true(session_seal(from, (struct bytes){ (const uint8_t *)"milk", 4 }));
        size = drain(from, wire, sizeof wire);
        if (at >= passed && at < passed + size)
            wire[at - passed] ^= mask;
        passed += size;
        status = session_take(to, (struct bytes){ wire, size });
        if (status == STATUS_OK)
            status = session_next(to, &body, &found);
        if (status != STATUS_OK) { /* and it stays so */
            assert_int_equal(session_take(to, (struct bytes){ wire, size }), status);
            assert_int_equal(session_next(to, &body, &found), status);
            assert_false(found);
        } else if (at >= passed - size && at < passed) {
            assert_false(found); /* a length changed to a longer one: it waits, nothing is handed over */
        }
    }
    pair_free(&pair);
    return status;
}

static void every_flipped_bit_is_refused(void **unused)
{
    (void)unused;
    for (size_t at = 0; at < HANDSHAKE_BYTES + 18 + 80; at++) {
        for (unsigned bit = 0; bit < 8; bit++)
            assert_int_equal(altered(at, (uint8_t)(1u << bit)),
                             at < HANDSHAKE_BYTES ? STATUS_DENIED : STATUS_FORGED);
    }
    assert_int_equal(altered(SIZE_MAX, 0), STATUS_OK);
}

static void strangers_are_denied(void **unused)
{
    static const uint8_t other[1][KEY_SIZE] = { { 4 } };
    struct pair network = pair_new(0, "market"), psk = pair_new(0, "street");
    struct session *stranger = session_new(true, "street", &keys[1], other, 1, &rng), *nobody;

    (void)unused;
    assert_int_equal(pass(network.side[1], network.side[0], 1000), STATUS_DENIED);
    assert_int_equal(pass(stranger, psk.side[0], 1000), STATUS_DENIED);
    assert_int_equal(session_outgoing(psk.side[0]).size, 0); /* not a byte tells him that he was understood */
    /* A home that belongs to no group understands nobody. */
    nobody = session_new(false, "street", &keys[0], psks, 0, &rng);
    session_free(stranger);
    stranger = session_new(true, "street", &keys[1], psks, 1, &rng);
    assert_int_equal(pass(stranger, nobody, 1000), STATUS_DENIED);
    session_free(stranger);
    session_free(nobody);
    pair_free(&network);
    pair_free(&psk);
}

static void a_replayed_frame_is_forged(void **unused)
{
    uint8_t wire[256];
    size_t size;
    struct bytes body;
    bool found;
    struct pair pair = pair_new(0, "street");

    (void)unused;
    pair_ready(&pair);
    assert_true(session_seal(pair.side[1], (struct bytes){ (const uint8_t *)"once", 4 }));
    size = drain(pair.side[1], wire, sizeof wire);
    assert_int_equal(session_take(pair.side[0], (struct bytes){ wire, size }), STATUS_OK);
    expect_body(pair.side[0], (struct bytes){ (const uint8_t *)"once", 4 });
    assert_int_equal(session_take(pair.side[0], (struct bytes){ wire, size }), STATUS_OK);
    assert_int_equal(session_next(pair.side[0], &body, &found), STATUS_FORGED);
    pair_free(&pair);
}

/* An initiator made by hand from the noise room: it can seal what it likes, and knows the keys. The responder
 * is ready afterwards. */
static struct session *by_hand(struct noise_cipher *sending, struct noise_cipher *receiving)
{
    struct noise_setup setup = { .pattern = NOISE_XX,
                                 .psk_place = 0,
                                 .initiator = true,
                                 .psk = psks[0],
                                 .prologue = { (const uint8_t *)"coopair/1 street", 16 },
                                 .local_static = &keys[1] };
    struct session *responder = session_new(false, "street", &keys[0], psks, 1, &rng);
    struct noise_handshake state;
    uint8_t wire[128], nothing[1];
    size_t size = 126;

    assert_int_equal(noise_begin(&state, &setup), STATUS_OK);
    for (int turn = 0; turn < 2; turn++, size = 126) {
        assert_int_equal(noise_write(&state, wire + 2, &size, (struct bytes){ NULL, 0 }, &rng), STATUS_OK);
        be16_write(wire, (uint16_t)size);
        assert_int_equal(session_take(responder, (struct bytes){ wire, size + 2 }), STATUS_OK);
        if (turn == 1)
            break;
        assert_int_equal(drain(responder, wire, sizeof wire), 98);
        size = 0;
        assert_int_equal(noise_read(&state, nothing, &size, (struct bytes){ wire + 2, 96 }), STATUS_OK);
    }
    noise_split(&state, sending, receiving, NULL);
    assert_true(session_ready(responder));
    return responder;
}

static void a_length_out_of_bounds_is_the_peers_fault(void **unused)
{
    static const uint16_t lengths[] = { 0, FRAME_PLAIN_MAX + 1, UINT16_MAX };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        struct noise_cipher sending, receiving;
        struct session *responder = by_hand(&sending, &receiving);
        struct bytes body;
        uint8_t head[18];
        bool found;

        be16_write(head, lengths[i]);
        noise_seal(&sending, head, (struct bytes){ head, 2 });
        assert_int_equal(session_take(responder, BYTES(head)), STATUS_OK);
        assert_int_equal(session_next(responder, &body, &found), STATUS_MALFORMED);
        session_free(responder);
    }
}

/* Noise 4.2 after the 65 536th frame, of two sealed pieces each, and not one frame earlier. */
static void keys_are_renewed_as_noise_says(void **unused)
{
    struct noise_cipher sending, receiving;
    struct session *responder = by_hand(&sending, &receiving);
    uint8_t wire[128], plain[64];

    (void)unused;
    for (uint32_t frame = 0; frame < REKEY_MESSAGES + 2; frame++) {
        if (frame == REKEY_MESSAGES)
            noise_rekey(&receiving);
        assert_true(session_seal(responder, (struct bytes){ (const uint8_t *)"x", 1 }));
        assert_int_equal(drain(responder, wire, sizeof wire), 18 + 64 + TAG_SIZE);
        assert_true(noise_open(&receiving, plain, (struct bytes){ wire, 18 }));
        assert_int_equal(be16_read(plain), 64);
        assert_true(noise_open(&receiving, plain, (struct bytes){ wire + 18, 64 + TAG_SIZE }));
    }
    session_free(responder);
}

static void keys_are_renewed_every_65536_frames(void **unused)
{
    struct pair pair = pair_new(0, "street");
    uint8_t body[4];

    (void)unused;
    pair_ready(&pair);
    for (uint32_t i = 0; i < REKEY_MESSAGES + 3; i++) {
        be32_write(body, i);
        assert_true(session_seal(pair.side[1], BYTES(body)));
        assert_int_equal(pass(pair.side[1], pair.side[0], SIZE_MAX / 2), STATUS_OK);
        expect_body(pair.side[0], BYTES(body));
        if (i == 9 || i == REKEY_MESSAGES + 1) { /* the directions count on their own */
            assert_true(session_seal(pair.side[0], BYTES(body)));
            assert_int_equal(pass(pair.side[0], pair.side[1], SIZE_MAX / 2), STATUS_OK);
            expect_body(pair.side[1], BYTES(body));
        }
    }
    pair_free(&pair);
}

static void padding_hides_sizes_at_an_eighth(void **unused)
{
    static const struct {
        size_t size, padded;
    } table[] = { { 1, 64 },        { 63, 64 },       { 64, 64 },       { 65, 128 },      { 512, 512 },
                  { 513, 576 },     { 1023, 1024 },   { 1024, 1024 },   { 1025, 1152 },   { 2047, 2048 },
                  { 2049, 2304 },   { 16384, 16384 }, { 16385, 18432 }, { 32769, 36864 }, { 61440, 61440 },
                  { 61441, 65519 }, { 65519, 65519 } };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        assert_int_equal(session_padded(table[i].size), table[i].padded);
    for (size_t size = 512; size <= FRAME_PLAIN_MAX; size++)
        assert_true(session_padded(size) >= size && session_padded(size) <= size + size / 8 + 1);
}

static void the_largest_frame_passes(void **unused)
{
    static uint8_t body[FRAME_PLAIN_MAX];
    struct pair pair = pair_new(0, "street");

    (void)unused;
    memset(body, 0x5a, sizeof body);
    pair_ready(&pair);
    for (int i = 0; i < 3; i++)
        assert_true(session_seal(pair.side[0], BYTES(body)));
    assert_int_equal(pass(pair.side[0], pair.side[1], 1000), STATUS_OK);
    for (int i = 0; i < 3; i++)
        expect_body(pair.side[1], BYTES(body));
    expect_nothing(pair.side[1]);
    pair_free(&pair);
}

static void without_memory_a_stream_ends_and_nothing_breaks(void **unused)
{
    static uint8_t body[5000];
    uint8_t wire[8192];

    (void)unused;
    for (long k = 1;; k++) {
        struct session *side[2] = { NULL, NULL };
        enum status status = STATUS_OK;
        bool sealed = false;
        size_t size;

        fault_arm(FAULT_MEMORY, k, false);
        side[0] = session_new(false, "street", &keys[0], psks, GROUPS, &rng);
        side[1] = side[0] == NULL ? NULL : session_new(true, "street", &keys[1], psks, 1, &rng);
        for (int turn = 0; side[1] != NULL && turn < 3 && status == STATUS_OK; turn++) {
            size = drain(side[turn % 2 == 0], wire, sizeof wire);
            status = session_take(side[turn % 2 != 0], (struct bytes){ wire, size });
        }
        sealed = side[1] != NULL && status == STATUS_OK && session_seal(side[1], BYTES(body));
        if (sealed) {
            size = drain(side[1], wire, sizeof wire);
            status = session_take(side[0], (struct bytes){ wire, size });
        }
        if (!fault_disarm()) {
            assert_int_equal(status, STATUS_OK);
            expect_body(side[0], BYTES(body));
            k = -1;
        } else {
            assert_true(side[1] == NULL || status == STATUS_NOMEM || !sealed);
        }
        session_free(side[0]);
        session_free(side[1]);
        if (k < 0)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_learn_the_group_and_each_others_key),
        cmocka_unit_test(bytes_may_come_in_any_portions),
        cmocka_unit_test(a_frame_is_handed_over_when_its_last_byte_is_there),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(strangers_are_denied),
        cmocka_unit_test(a_replayed_frame_is_forged),
        cmocka_unit_test(a_length_out_of_bounds_is_the_peers_fault),
        cmocka_unit_test(keys_are_renewed_every_65536_frames),
        cmocka_unit_test(keys_are_renewed_as_noise_says),
        cmocka_unit_test(padding_hides_sizes_at_an_eighth),
        cmocka_unit_test(the_largest_frame_passes),
        cmocka_unit_test(without_memory_a_stream_ends_and_nothing_breaks),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
