/* proto_together_test.c - deals that wait until their box opens are checked together: the verdicts are those
 * of one by one. With the real proofs, none remembered. */
#include "tests/support/round_play.h"
#include "tests/support/season_same.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { HOMES = 8 };

/* The words of one home's deal, signed by a stranger: the admission in it is not for him. */
static void steal(struct round *r, size_t from, struct round_record *out)
{
    const struct round_record *good = &r->records[from];
    struct sign_key thief;
    struct record record;
    uint8_t bytes[RECORD_MAX];

    round_key_make(r, &thief, NULL);
    record_read(&record, round_bytes(good));
    out->size = record_write(bytes, sizeof bytes, out->id, RECORD_DEAL, record.topic, record.box,
                             record.parent, &thief, record.body);
    out->bytes = malloc(out->size);
    assert_non_null(out->bytes);
    memcpy(out->bytes, bytes, out->size);
    assert_int_equal(topic_add(r->topic, round_bytes(out), 0), STATUS_FORGED); /* by itself */
}

/* A join whose demand was changed: admitted, and yet no deal. */
static void spoil(struct round *r, size_t from, const struct sign_key *author, struct round_record *out)
{
    struct record record;
    struct reader body;
    uint8_t room[RECORD_MAX], bytes[RECORD_MAX], deal[DEAL_MAX];
    struct writer w = round_body(room, sizeof room, 4, 0);
    struct bytes demand, admission;
    size_t choices;

    record_read(&record, round_bytes(&r->records[from]));
    body = reader_from(record.body);
    reader_array(&body, 4, 4);
    assert_int_equal(reader_uint(&body, 7), 0);
    choices = reader_array(&body, 1, 3);
    writer_array(&w, choices);
    for (size_t i = 0; i < choices; i++) {
        writer_array(&w, reader_array(&body, 2, 2));
        writer_uint(&w, reader_uint(&body, UINT32_MAX));
        writer_uint(&w, reader_uint(&body, UINT32_MAX));
    }
    demand = reader_bin(&body, 1, DEAL_MAX);
    admission = reader_bin(&body, 1, ADMISSION_MAX);
    memcpy(deal, demand.data, demand.size);
    memcpy(deal, deal + 2 * POINT_SIZE, 2 * POINT_SIZE); /* one value said twice */
    writer_bin(&w, (struct bytes){ deal, demand.size });
    writer_bin(&w, admission);
    out->size = record_write(bytes, sizeof bytes, out->id, RECORD_DEAL, record.topic, record.box,
                             record.parent, author, (struct bytes){ room, writer_done(&w) });
    out->bytes = malloc(out->size);
    assert_non_null(out->bytes);
    memcpy(out->bytes, bytes, out->size);
    assert_int_equal(topic_add(r->topic, round_bytes(out), 0), STATUS_FORGED);
}

static size_t first_deal(const struct round *r, enum box_index box)
{
    size_t i = 0;

    while (r->records[i].box != box || r->records[i].kind != RECORD_DEAL)
        i++;
    return i;
}

static void bad_ones_among_many_are_found_and_the_season_is_the_same(void **unused)
{
    struct round *r = round_new(&(struct round_plan){ .homes = HOMES, .seed = 99, .changing = true });
    struct round_record bad[6];
    uint8_t hash[HASH_SIZE], expected[HASH_SIZE];
    const struct held *const *held;
    struct topic *topic;

    (void)unused;
    round_play(r, BOX_BIDS);
    steal(r, first_deal(r, BOX_INTEREST), &bad[0]);
    steal(r, first_deal(r, BOX_INTEREST) + 3, &bad[1]);
    steal(r, first_deal(r, BOX_JOIN) + 1, &bad[2]);
    spoil(r, first_deal(r, BOX_JOIN), &r->homes[0].pseudonym, &bad[3]);
    spoil(r, first_deal(r, BOX_JOIN) + 2, &r->homes[2].pseudonym, &bad[4]);
    steal(r, first_deal(r, BOX_BIDS) + 1, &bad[5]);
    topic = topic_new(round_charter(r));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_int_equal(topic_add(topic, round_bytes(&bad[i]), 0), STATUS_MISSING);
    for (size_t i = r->count; i-- > 0;) /* backwards: all that can wait does */
        topic_add(topic, round_bytes(&r->records[i]), 0);
    season_hash(hash, topic_season(topic));
    season_hash(expected, round_season(r));
    assert_memory_equal(hash, expected, HASH_SIZE);
    assert_true(topic_season(topic)->boxes[BOX_BIDS].state == BOX_OPENED);
    assert_int_equal(topic_held(topic, &held), r->count);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        assert_null(topic_held_find(topic, bad[i].id));
        free(bad[i].bytes);
    }
    topic_free(topic);
    round_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(
        bad_ones_among_many_are_found_and_the_season_is_the_same) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
