/* A whole round, made by the rules, survives being written as a proof; no other bytes pass for it. And the
 * winner of it reads the letters of its homes. */
#include "node/tender/proof.h"
#include "tests/support/street_end.h"

enum { HOMES = 3, FLOOR = 2 };

static struct street *awarded_street(void)
{
    struct street *s = street_init(HOMES, FLOOR, 1);

    assert_season(s, HOMES);
    return s;
}

static void a_proof_at_any_time_reads_back_to_the_same_bytes(void **unused)
{
    static const enum box_index boxes[] = { BOX_REGISTRY, BOX_JOIN, BOX_BIDS };
    struct street *s = street_init(HOMES, FLOOR, 1);
    struct package_options chosen = { .ocid_prefix = "ocds-abc123", .french = true }, found;
    struct failure why = { .text = "" };

    (void)unused;
    s->companies = true;
    for (size_t i = 0; i < ARRAY_SIZE(boxes); i++) {
        uint8_t *bytes, *again;
        struct topic *topic;
        size_t size, again_size;

        assert_true(street_until(s, boxes[i], BOX_OPENED, WHOLE_SEASON_D * STREET_DAY_MS));
        assert_int_equal(proof_write(&bytes, &size, s->homes[0].topic, &chosen, &why), STATUS_OK);
        assert_int_equal(proof_read(&topic, &found, (struct bytes){ bytes, size }, &why), STATUS_OK);
        assert_string_equal(found.ocid_prefix, chosen.ocid_prefix);
        assert_true(found.french);
        assert_int_equal(topic_record_count(topic), topic_record_count(s->homes[0].topic));
        assert_int_equal(topic_season(topic)->phase, street_season(s, 0)->phase);
        assert_int_equal(proof_write(&again, &again_size, topic, &found, &why), STATUS_OK);
        assert_int_equal(again_size, size);
        assert_memory_equal(again, bytes, size);
        topic_free(topic);
        free(again);
        free(bytes);
    }
    street_clear(s);
}

static void refused(const uint8_t *bytes, size_t size)
{
    struct failure why = { .text = "" };
    struct topic *topic = NULL;

    assert_int_equal(proof_read(&topic, NULL, (struct bytes){ bytes, size }, &why), STATUS_FORGED);
    assert_true(why.text[0] != '\0' && topic == NULL);
}

/* Each kind of place once or more: a step of a prime number of bytes lands in heads, charter, bodies,
 * signatures. Only the six letters of the publisher's prefix may be others: they are a setting, which
 * tender.json repeats. */
static void a_changed_a_missing_or_an_added_byte_is_refused(void **unused)
{
    struct street *s = awarded_street();
    struct failure why = { .text = "" };
    uint8_t *bytes;
    size_t size;

    (void)unused;
    assert_int_equal(proof_write(&bytes, &size, s->homes[1].topic, NULL, &why), STATUS_OK);
    for (size_t i = 0; i < size; i += i < 40 ? 1 : 487) {
        if (i >= 8 && i < 14)
            continue;
        bytes[i] ^= 1;
        refused(bytes, size);
        bytes[i] ^= 1;
    }
    for (size_t cut = 0; cut < size; cut += cut < 40 ? 1 : 1951)
        refused(bytes, cut);
    refused(bytes, size - 1);
    bytes = realloc(bytes, size + 1);
    assert_non_null(bytes);
    bytes[size] = 0xc0;
    refused(bytes, size + 1);
    free(bytes);
    street_clear(s);
}

/* Up to the number of its records. */
static void head_write(struct writer *w, const struct topic *topic)
{
    writer_array(w, 5);
    writer_uint(w, 1);
    writer_text(w, PACKAGE_OCID_PREFIX);
    writer_text(w, "en");
    writer_bin(w, topic_charter_bytes(topic));
    writer_array(w, topic_record_count(topic));
}

/* The same records, but not in the order of their ids, or one of them twice, or one left out of the count. */
static void records_out_of_order_or_twice_are_refused(void **unused)
{
    struct street *s = awarded_street();
    struct topic *topic = s->homes[2].topic;
    size_t count = topic_record_count(topic);

    (void)unused;
    for (int twice = 0; twice < 2; twice++) {
        static uint8_t bytes[1 << 20];
        struct writer w = writer_to(bytes, sizeof bytes);

        head_write(&w, topic);
        writer_bin(&w, topic_record_at(topic, 1));
        writer_bin(&w, topic_record_at(topic, twice ? 1 : 0));
        for (size_t i = 2; i < count; i++)
            writer_bin(&w, topic_record_at(topic, i));
        assert_true(writer_done(&w) > 0);
        refused(bytes, writer_done(&w));
    }
    street_clear(s);
}

/* The records of a topic in the order of their ids, one of them replaced by another. */
static size_t proof_with(uint8_t *out, size_t room, const struct topic *topic, const struct record *without,
                         const struct record *with)
{
    struct writer w = writer_to(out, room);
    size_t count = topic_record_count(topic);
    bool placed = false;
    struct record at;

    head_write(&w, topic);
    for (size_t i = 0; i <= count; i++) {
        bool more = i < count && record_read(&at, topic_record_at(topic, i));

        if (!placed && (!more || memcmp(with->id, at.id, ID_SIZE) < 0)) {
            writer_bin(&w, with->whole);
            placed = true;
        }
        if (more && memcmp(at.id, without->id, ID_SIZE) != 0)
            writer_bin(&w, at.whole);
    }
    return writer_done(&w);
}

/* In the place of a home's deal the company's record alone, or the deal as somebody else signs it. */
static void a_bid_without_an_honest_introduction_is_refused(void **unused)
{
    static uint8_t bytes[1 << 20], forged[RECORD_MAX];
    struct street *s = awarded_street();
    struct topic *topic = s->homes[2].topic, *read = NULL;
    struct record deal = { .kind = RECORD_KINDS }, changed;
    struct failure why = { .text = "" };
    struct reader body;
    size_t size;

    (void)unused;
    for (size_t i = 0; deal.kind != RECORD_DEAL || deal.box != BOX_BIDS; i++)
        assert_true(record_read(&deal, topic_record_at(topic, i)));
    size = proof_with(bytes, sizeof bytes, topic, &deal, &deal);
    assert_int_equal(proof_read(&read, NULL, (struct bytes){ bytes, size }, &why), STATUS_OK);
    topic_free(read);
    body = reader_from(deal.body);
    reader_array(&body, 3, 3);
    reader_uint(&body, DEAL_SEQ_MAX);
    assert_true(record_read(&changed, reader_bin(&body, 1, RECORD_MAX)));
    refused(bytes, proof_with(bytes, sizeof bytes, topic, &deal, &changed));
    size = record_write(forged, sizeof forged, NULL, deal.kind, deal.topic, deal.box, deal.parent,
                        &s->homes[1].own.pseudonym, deal.body);
    assert_true(record_read(&changed, (struct bytes){ forged, size }));
    refused(bytes, proof_with(bytes, sizeof bytes, topic, &deal, &changed));
    street_clear(s);
}

static void the_winner_of_a_real_round_reads_the_letters_of_its_homes(void **unused)
{
    static const uint8_t winner_seed[KEY_SIZE] = { 0xc0, 1 }, loser_seed[KEY_SIZE] = { 0xc0, 0 };
    struct street *s = awarded_street();
    struct group_key winner, loser;
    struct failure why = { .text = "" };

    (void)unused;
    group_key_init(&winner, winner_seed);
    group_key_init(&loser, loser_seed);
    for (unsigned i = 0; i < HOMES; i++) {
        struct street_home *home = &s->homes[i];
        struct letter letter = { .name = "Ada", .value_count = 1 }, found;
        uint8_t bytes[LETTER_MAX];
        struct bytes in = { bytes, 0 };

        memcpy(letter.topic, topic_id(home->topic), ID_SIZE);
        memcpy(letter.pseudonym, home->own.pseudonym.public_key, KEY_SIZE);
        letter.values[0] = home->values[0];
        in.size =
            letter_seal(bytes, sizeof bytes, &letter, &home->own.pseudonym, &winner.public_point, &home->rng);
        assert_int_equal(letter_open(&found, in, &winner, s->homes[0].topic, &why), STATUS_OK);
        assert_int_equal(found.values[0], home->values[0]);
        in.size =
            letter_seal(bytes, sizeof bytes, &letter, &home->own.pseudonym, &loser.public_point, &home->rng);
        assert_int_equal(letter_open(&found, in, &loser, s->homes[0].topic, &why), STATUS_DENIED);
        memcpy(letter.pseudonym, home->own.member.public_key,
               KEY_SIZE); /* in the registry, but nobody's home */
        in.size =
            letter_seal(bytes, sizeof bytes, &letter, &home->own.member, &winner.public_point, &home->rng);
        assert_int_equal(letter_open(&found, in, &winner, s->homes[0].topic, &why), STATUS_DENIED);
    }
    street_clear(s);
}

static void a_prefix_that_is_none_is_refused(void **unused)
{
    static const char *const prefixes[] = {
        "ocds", "ocds-", "ocds-ABC123", "ocds-abc12", "ocds-abc1234", "x"
    };
    struct street *s = street_init(HOMES, FLOOR, 1);
    struct failure why = { .text = "" };
    uint8_t *bytes;
    size_t size;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        struct package_options options = { .ocid_prefix = "" };

        strcpy(options.ocid_prefix, prefixes[i]);
        assert_int_equal(proof_write(&bytes, &size, s->homes[0].topic, &options, &why), STATUS_MALFORMED);
    }
    street_clear(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proof_at_any_time_reads_back_to_the_same_bytes),
        cmocka_unit_test(a_changed_a_missing_or_an_added_byte_is_refused),
        cmocka_unit_test(records_out_of_order_or_twice_are_refused),
        cmocka_unit_test(a_bid_without_an_honest_introduction_is_refused),
        cmocka_unit_test(the_winner_of_a_real_round_reads_the_letters_of_its_homes),
        cmocka_unit_test(a_prefix_that_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
