/* A record has one encoding and one id; every byte of it is signed. */
#include "crypto/labels.h"
#include "proto/form/record.h"
#include "tests/support/bytes_altered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t topic[ID_SIZE] = { 1 }, parent[ID_SIZE] = { 2 }, author_seed[KEY_SIZE] = { 3 };

struct sealed {
    uint8_t bytes[RECORD_MAX], id[ID_SIZE];
    size_t size;
    struct sign_key author;
};

static void make(struct sealed *out, struct bytes body)
{
    sign_key_init(&out->author, author_seed);
    out->size = record_write(out->bytes, sizeof out->bytes, out->id, RECORD_VOTE, topic, BOX_JOIN, parent,
                             &out->author, body);
}

static void what_is_written_is_read(void **unused)
{
    static const uint8_t body[] = { 0x93, 1, 2, 3 };
    static struct sealed made;
    struct record record;

    (void)unused;
    make(&made, BYTES(body));
    assert_true(made.size > 0);
    assert_true(record_read(&record, (struct bytes){ made.bytes, made.size }));
    assert_int_equal(record.kind, RECORD_VOTE);
    assert_int_equal(record.box, BOX_JOIN);
    assert_memory_equal(record.id, made.id, ID_SIZE);
    assert_memory_equal(record.topic, topic, ID_SIZE);
    assert_memory_equal(record.parent, parent, ID_SIZE);
    assert_memory_equal(record.author, made.author.public_key, KEY_SIZE);
    assert_true(bytes_equal(record.body, BYTES(body)));
    assert_true(bytes_equal(record.whole, (struct bytes){ made.bytes, made.size }));
    assert_true(record_signed(&record));
}

/* The id by the letter of WIRE 5.1: the hash of an array of seven, written here field by field. */
static void the_id_is_that_of_the_first_seven_fields(void **unused)
{
    static struct sealed made;
    uint8_t seven[512], expected[ID_SIZE];
    struct writer w = writer_to(seven, sizeof seven);
    struct bytes part = { seven, 0 };

    (void)unused;
    make(&made, (struct bytes){ (const uint8_t *)"body", 4 });
    writer_array(&w, 7);
    writer_uint(&w, 1);
    writer_uint(&w, RECORD_VOTE);
    writer_bin(&w, BYTES(topic));
    writer_uint(&w, BOX_JOIN);
    writer_bin(&w, BYTES(parent));
    writer_bin(&w, BYTES(made.author.public_key));
    writer_bin(&w, (struct bytes){ (const uint8_t *)"body", 4 });
    part.size = writer_done(&w);
    hash_parts(expected, LABEL_RECORD_ID, &part, 1);
    assert_memory_equal(made.id, expected, ID_SIZE);
}

static bool still_signed(void *arg)
{
    const struct sealed *made = arg;
    struct record record;

    return record_read(&record, (struct bytes){ made->bytes, made->size }) && record_signed(&record);
}

static void no_byte_can_be_changed(void **unused)
{
    static struct sealed made;

    (void)unused;
    make(&made, (struct bytes){ (const uint8_t *)"twelve bytes", 12 });
    assert_true(still_signed(&made));
    assert_int_equal(bytes_altered(made.bytes, made.size, still_signed, &made), 0);
}

static void bytes_that_are_cut_or_follow_are_refused(void **unused)
{
    static struct sealed made;
    struct record record;

    (void)unused;
    make(&made, (struct bytes){ NULL, 0 });
    for (size_t cut = 0; cut < made.size; cut++)
        assert_false(record_read(&record, (struct bytes){ made.bytes, cut }));
    made.bytes[made.size] = 0;
    assert_false(record_read(&record, (struct bytes){ made.bytes, made.size + 1 }));
}

static void the_size_of_a_record_is_bounded_both_ways(void **unused)
{
    static struct sealed made;
    static uint8_t body[RECORD_MAX], large[2 * RECORD_MAX];
    struct record record;
    size_t overhead;

    (void)unused;
    make(&made, (struct bytes){ body, 300 });
    overhead = made.size - 300;
    make(&made, (struct bytes){ body, RECORD_MAX - overhead });
    assert_int_equal(made.size, RECORD_MAX);
    assert_true(record_read(&record, (struct bytes){ made.bytes, made.size }));
    make(&made, (struct bytes){ body, RECORD_MAX - overhead + 1 });
    assert_int_equal(made.size, 0);
    assert_int_equal(record_write(large, sizeof large, NULL, RECORD_DEAL, topic, BOX_JOIN, parent,
                                  &made.author, (struct bytes){ body, RECORD_MAX }),
                     0);
    assert_int_equal(record_write(large, 100, NULL, RECORD_DEAL, topic, BOX_JOIN, parent, &made.author,
                                  (struct bytes){ NULL, 0 }),
                     0);
}

static void contexts_differ_in_every_part(void **unused)
{
    static const uint8_t other[32] = { 9 };
    uint8_t contexts[10][HASH_SIZE];
    size_t count = 0;

    (void)unused;
    deal_context(contexts[count++], topic, BOX_JOIN, parent, author_seed, 0);
    deal_context(contexts[count++], other, BOX_JOIN, parent, author_seed, 0);
    deal_context(contexts[count++], topic, BOX_BIDS, parent, author_seed, 0);
    deal_context(contexts[count++], topic, BOX_JOIN, other, author_seed, 0);
    deal_context(contexts[count++], topic, BOX_JOIN, parent, other, 0);
    deal_context(contexts[count++], topic, BOX_JOIN, parent, author_seed, 1);
    open_context(contexts[count++], topic, BOX_JOIN, parent, 0);
    open_context(contexts[count++], topic, BOX_BIDS, parent, 0);
    open_context(contexts[count++], topic, BOX_JOIN, other, 0);
    open_context(contexts[count++], topic, BOX_JOIN, parent, LOTS_MAX);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(contexts[i], contexts[j], HASH_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(the_id_is_that_of_the_first_seven_fields),
        cmocka_unit_test(no_byte_can_be_changed),
        cmocka_unit_test(bytes_that_are_cut_or_follow_are_refused),
        cmocka_unit_test(the_size_of_a_record_is_bounded_both_ways),
        cmocka_unit_test(contexts_differ_in_every_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
