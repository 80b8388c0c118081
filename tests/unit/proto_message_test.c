/* Every message has one encoding, survives it, and nothing else is taken for it. WIRE 10. */
#include "proto/overlay/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t big[CHARTER_MAX > RECORD_MAX ? CHARTER_MAX : RECORD_MAX] = { 0x91, 5 };

static const struct message samples[] = {
    { .type = MESSAGE_HELLO, .hello = { 1, 1, { NULL, 0 }, "192.168.1.20:7711", 1800000000123 } },
    { .type = MESSAGE_HELLO, .hello = { 0, UINT32_MAX, { big, FEATURES_MAX }, "", INT64_MAX } },
    { .type = MESSAGE_HELLO, .hello = { 1, 2, { big, 1 }, ":7711", 0 } },
    { .type = MESSAGE_FOLLOW, .handle = 15, .follow = { { 1, 2, 3 } } },
    { .type = MESSAGE_UNFOLLOW, .handle = 3 },
    { .type = MESSAGE_ASK, .handle = 0 },
    { .type = MESSAGE_CHARTER, .handle = 7, .charter = { big, CHARTER_MAX } },
    { .type = MESSAGE_RECORD, .handle = 15, .record = { { big, RECORD_MAX }, WAY_STEM } },
    { .type = MESSAGE_RECORD, .handle = 0, .record = { { big, 1 }, WAY_TREE } },
    { .type = MESSAGE_HAVE, .handle = 1, .ids = { big, IHAVE_MAX *ID_SIZE } },
    { .type = MESSAGE_GRAFT, .handle = 2, .ids = { big, ID_SIZE } },
    { .type = MESSAGE_PRUNE, .handle = 9 },
    { .type = MESSAGE_SYNC, .handle = 4, .sync = { true, UINT32_MAX, { big, SYNC_PAYLOAD_MAX } } },
    { .type = MESSAGE_SYNC, .handle = 4, .sync = { false, 0, { big, 1 } } },
    { .type = MESSAGE_PEERS, .peers = { true, { { { 0 }, "" } }, 0 } },
    { .type = MESSAGE_PEERS,
      .peers = { false, { { { 1 }, "[2001:db8::1]:7711" }, { { 2 }, "home.example:65535" } }, 2 } },
    { .type = MESSAGE_LEAVE },
    { .type = MESSAGE_PING, .number = 0 },
    { .type = MESSAGE_PONG, .number = UINT32_MAX },
};

/* A copy of exactly this size, so that a read beyond it is seen. */
static uint8_t *exact(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size);

    assert_non_null(copy);
    memcpy(copy, data, size);
    return copy;
}

static bool reads(struct message *out, const uint8_t *data, size_t size)
{
    bool known;

    return message_read(out, &known, (struct bytes){ data, size }) && known;
}

static void every_message_survives_and_has_one_encoding(void **unused)
{
    uint8_t first[MESSAGE_MAX], again[MESSAGE_MAX];
    struct message message;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        size_t size = message_write(first, sizeof first, &samples[i]);
        uint8_t *copy;

        assert_true(size > 0);
        copy = exact(first, size);
        assert_true(reads(&message, copy, size));
        assert_int_equal(message.type, samples[i].type);
        assert_int_equal(message.handle, samples[i].handle);
        assert_int_equal(message_write(again, sizeof again, &message), size);
        assert_memory_equal(again, first, size);
        free(copy);
    }
}

static void fields_arrive_as_they_were_sent(void **unused)
{
    uint8_t wire[MESSAGE_MAX];
    struct message m;

    (void)unused;
    assert_true(reads(&m, wire, message_write(wire, sizeof wire, &samples[0])));
    assert_int_equal(m.hello.lowest, 1);
    assert_int_equal(m.hello.clock_ms, 1800000000123);
    assert_string_equal(m.hello.address, "192.168.1.20:7711");
    assert_true(reads(&m, wire, message_write(wire, sizeof wire, &samples[7])));
    assert_int_equal(m.record.way, WAY_STEM);
    assert_int_equal(m.record.bytes.size, RECORD_MAX);
    assert_true(reads(&m, wire, message_write(wire, sizeof wire, &samples[12])));
    assert_true(m.sync.began);
    assert_int_equal(m.sync.number, UINT32_MAX);
    assert_int_equal(m.sync.payload.size, SYNC_PAYLOAD_MAX);
    assert_true(reads(&m, wire, message_write(wire, sizeof wire, &samples[15])));
    assert_int_equal(m.peers.count, 2);
    assert_string_equal(m.peers.list[1].address, "home.example:65535");
}

static void a_cut_or_lengthened_message_is_refused(void **unused)
{
    uint8_t wire[MESSAGE_MAX + 1];
    struct message message;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        size_t size = message_write(wire, sizeof wire - 1, &samples[i]);

        for (size_t cut = 0; cut<size; cut += size> 600 && cut > 300 && cut + 300 < size ? 97 : 1) {
            uint8_t *copy = exact(wire, cut == 0 ? 1 : cut);

            assert_false(reads(&message, copy, cut));
            free(copy);
        }
        wire[size] = 0;
        assert_false(reads(&message, wire, size + 1));
        for (size_t room = 0; room<size; room += size> 600 ? 101 : 1) {
            uint8_t small[MESSAGE_MAX];

            assert_int_equal(message_write(small, room, &samples[i]), 0);
        }
    }
}

/* Bytes that say nearly the right thing. */
static void near_misses_are_refused(void **unused)
{
    static const struct {
        const char *why;
        uint8_t bytes[12];
        size_t size;
    } table[] = {
        { "an unknown even type", { 0x91, 28 }, 2 },
        { "the largest even type", { 0x91, 126 }, 2 },
        { "a type beyond 127", { 0x91, 0xcc, 0x81 }, 3 },
        { "a type in a long form", { 0x91, 0xcc, 22 }, 3 },
        { "an array in a long form", { 0xdc, 0, 1, 22 }, 4 },
        { "a field too many", { 0x92, 22, 0 }, 3 },
        { "a field too few", { 0x91, 24 }, 2 },
        { "handle 16", { 0x92, 16, 16 }, 3 },
        { "a way of 3", { 0x94, 10, 0, 3, 0xc4, 1, 0 }, 7 },
        { "an empty record", { 0x94, 10, 0, 0, 0xc4, 0 }, 6 },
        { "no ids", { 0x93, 12, 0, 0xc4, 0 }, 5 },
        { "part of an id", { 0x93, 12, 0, 0xc4, 2, 1, 1 }, 7 },
        { "a ping of 2^32", { 0x92, 24, 0xcf, 0, 0, 0, 1, 0, 0, 0, 0 }, 11 },
        { "a hello whose versions descend", { 0x96, 0, 2, 1, 0xc4, 0, 0xa0, 0 }, 8 },
        { "a hello with a bare name", { 0x96, 0, 1, 1, 0xc4, 0, 0xa2, 'a', 'b', 0 }, 10 },
        { "no array", { 22 }, 1 },
    };
    struct message message;
    bool known;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (message_read(&message, &known, (struct bytes){ table[i].bytes, table[i].size }))
            fail_msg("%s was accepted", table[i].why);
    }
}

static void unknown_odd_types_are_passed_over(void **unused)
{
    static const uint8_t later[] = { 0x93, 27, 0xc4, 1, 9, 0xa1, 'x' };
    struct message message;
    bool known = true;

    (void)unused;
    assert_true(message_read(&message, &known, BYTES(later)));
    assert_false(known);
}

static void counts_beyond_their_bounds_are_refused(void **unused)
{
    static uint8_t wire[2 * MESSAGE_MAX], many[(IHAVE_MAX + 1) * ID_SIZE];
    struct message m = { .type = MESSAGE_HAVE, .ids = BYTES(many) };

    (void)unused;
    assert_false(reads(&m, wire, message_write(wire, sizeof wire, &m)));
    m = (struct message){ .type = MESSAGE_SYNC, .sync = { .payload = { many, SYNC_PAYLOAD_MAX + 1 } } };
    assert_false(reads(&m, wire, message_write(wire, sizeof wire, &m)));
    m = (struct message){ .type = MESSAGE_CHARTER, .charter = { many, CHARTER_MAX + 1 } };
    assert_false(reads(&m, wire, message_write(wire, sizeof wire, &m)));
    m = (struct message){ .type = MESSAGE_RECORD, .record.bytes = { many, RECORD_MAX + 1 } };
    assert_false(reads(&m, wire, message_write(wire, sizeof wire, &m)));
    m = (struct message){ .type = MESSAGE_HELLO, .hello.features = { many, FEATURES_MAX + 1 } };
    assert_false(reads(&m, wire, message_write(wire, sizeof wire, &m)));
}

static void frames_are_cut_where_the_messages_end(void **unused)
{
    static const struct {
        const char *what;
        uint8_t bytes[10];
        size_t size, messages;
        bool honest;
    } table[] = {
        { "nothing", { 0 }, 0, 0, true },
        { "one byte of padding", { 0 }, 1, 0, true },
        { "padding only", { 0 }, 10, 0, true },
        { "two messages, no padding", { 0, 2, 0x91, 22, 0, 2, 0x91, 22 }, 8, 2, true },
        { "one message, padding", { 0, 2, 0x91, 22, 0, 0, 0 }, 7, 1, true },
        { "one message, one byte of padding", { 0, 2, 0x91, 22, 0 }, 5, 1, true },
        { "padding that is not zero", { 0, 2, 0x91, 22, 0, 0, 1 }, 7, 1, false },
        { "one byte that is not zero", { 0, 2, 0x91, 22, 1 }, 5, 1, false },
        { "a length beyond the frame", { 0, 3, 0x91, 22 }, 4, 0, false },
        { "a length beyond everything", { 0xff, 0xff, 0x91, 22 }, 4, 0, false },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct bytes body = { table[i].bytes, table[i].size }, one;
        size_t messages = 0;

        while (message_next(&one, &body))
            messages++;
        if (messages != table[i].messages || (body.size == 0) != table[i].honest)
            fail_msg("%s: %zu messages, %zu bytes left", table[i].what, messages, body.size);
    }
}

static void addresses_are_host_and_port(void **unused)
{
    static const struct {
        const char *address, *host;
        bool fits;
    } table[] = {
        { "127.0.0.1:7711", "127.0.0.1", true },
        { "home.example:1", "home.example", true },
        { "[2001:db8::1]:65535", "2001:db8::1", true },
        { "[fe80::1%eth0]:7711", "fe80::1%eth0", true },
        { ":7711", "", true },
        { "2001:db8::1:7711", NULL, false },
        { "home.example", NULL, false },
        { "home.example:", NULL, false },
        { "home.example:0", NULL, false },
        { "home.example:065", NULL, false },
        { "home.example:65536", NULL, false },
        { "home.example:184467440737095516160", NULL, false },
        { "home.example:77x", NULL, false },
        { "home example:77", NULL, false },
        { "h\xc3\xb4te:77", NULL, false },
        { "user@host:77", NULL, false },
        { "", NULL, false },
        { "a-name-of-more-than-sixty-three-bytes-does-not-fit-anywhere.example:1", NULL, false },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const char *host;
        size_t size;

        if (address_fits(table[i].address) != table[i].fits)
            fail_msg("%s", table[i].address);
        if (!table[i].fits)
            continue;
        size = address_host(&host, table[i].address);
        assert_int_equal(size, strlen(table[i].host));
        assert_memory_equal(host, table[i].host, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_survives_and_has_one_encoding),
        cmocka_unit_test(fields_arrive_as_they_were_sent),
        cmocka_unit_test(a_cut_or_lengthened_message_is_refused),
        cmocka_unit_test(near_misses_are_refused),
        cmocka_unit_test(unknown_odd_types_are_passed_over),
        cmocka_unit_test(counts_beyond_their_bounds_are_refused),
        cmocka_unit_test(frames_are_cut_where_the_messages_end),
        cmocka_unit_test(addresses_are_host_and_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
