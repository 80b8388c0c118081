/* What a company and a home seal for each other is bound to the state of the round. The round is filled in by
 * hand here, in place of the fold: the whole way is walked by the end-to-end tests. */
#include "proto/form/letter.h"
#include "proto/form/record.h"
#include "tests/support/sample_season.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct topic {
    struct sample sample;
    struct group_key season_key, inbox;
    struct sign_key company, homes[SAMPLE_HOMES];
    struct rng rng;
    struct bid bid;
    bool out_of_memory;
};

const struct season *topic_season(struct topic *topic)
{
    return topic->out_of_memory ? NULL : &topic->sample.season;
}

const struct charter *topic_charter(const struct topic *topic) { return &topic->sample.charter; }

const uint8_t *topic_id(const struct topic *topic) { return topic->sample.topic; }

static int by_key(const void *a, const void *b) { return memcmp(a, b, KEY_SIZE); }

static void round_init(struct topic *round, enum phase phase)
{
    static const uint8_t key_seed[KEY_SIZE] = { 1 }, inbox_seed[KEY_SIZE] = { 2 }, rng_seed[KEY_SIZE] = { 3 },
                         company_seed[KEY_SIZE] = { 4 };

    sample_init(&round->sample, phase);
    round->out_of_memory = false;
    group_key_init(&round->season_key, key_seed);
    group_key_init(&round->inbox, inbox_seed);
    sign_key_init(&round->company, company_seed);
    rng_init(&round->rng, rng_seed);
    round->sample.season.key.joint = round->season_key.public_point;
    round->sample.season.key_known = true;
    memset(round->sample.season.boxes[BOX_BIDS].parent, 0x9a, ID_SIZE);
    round->sample.bids[1].inbox = round->inbox.public_point;
    for (size_t i = 0; i < SAMPLE_HOMES; i++) {
        uint8_t seed[KEY_SIZE] = { 5, (uint8_t)i };

        sign_key_init(&round->homes[i], seed);
        memcpy(round->sample.homes[i], round->homes[i].public_key, KEY_SIZE);
    }
    qsort(round->sample.homes, SAMPLE_HOMES, KEY_SIZE, by_key); /* as the fold lists them */
    sample_bid(&round->bid, "Company", 0, 3000);
    round->bid.inbox = round->inbox.public_point;
}

/* ---- Bids. WIRE 8.1. */

static void a_sealed_bid_is_a_deal_that_only_the_season_key_opens(void **unused)
{
    static uint8_t bytes[RECORD_MAX], plain[BID_MAX];
    uint8_t context[HASH_SIZE];
    struct failure why = { .text = "" };
    struct record record;
    struct topic round;
    struct bid found;
    struct reader r;
    struct bytes sealed;
    size_t size;

    (void)unused;
    round_init(&round, PHASE_TENDER);
    size = bid_seal(bytes, sizeof bytes, &round, &round.bid, &round.company, &round.rng, &why);
    assert_true(size > 0);
    assert_true(record_read(&record, (struct bytes){ bytes, size }) && record_signed(&record));
    assert_int_equal(record.kind, RECORD_DEAL);
    assert_int_equal(record.box, BOX_BIDS);
    assert_memory_equal(record.topic, round.sample.topic, ID_SIZE);
    assert_memory_equal(record.parent, round.sample.season.boxes[BOX_BIDS].parent, ID_SIZE);
    assert_memory_equal(record.author, round.company.public_key, KEY_SIZE);
    r = reader_from(record.body);
    reader_array(&r, 2, 2);
    assert_int_equal(reader_uint(&r, DEAL_SEQ_MAX), 0);
    sealed = reader_bin(&r, SEAL_OVERHEAD, BID_MAX);
    assert_true(reader_done(&r));
    deal_context(context, round.sample.topic, BOX_BIDS, record.parent, round.company.public_key, 0);
    assert_false(seal_open(plain, &round.inbox, BYTES(context), sealed));
    assert_true(seal_open(plain, &round.season_key, BYTES(context), sealed));
    assert_int_equal(bid_read(&found, (struct bytes){ plain, sealed.size - SEAL_OVERHEAD }), STATUS_OK);
    assert_string_equal(found.company, "Company");
    assert_int_equal(found.lots[0].steps[1].price[0], 2900);
    assert_int_equal(bid_seal(bytes, size - 1, &round, &round.bid, &round.company, &round.rng, &why), 0);
    assert_non_null(strstr(why.text, "does not fit"));
}

static void a_bid_outside_the_tender_is_refused_in_words(void **unused)
{
    static const struct {
        enum phase phase;
        const char *said;
    } table[] = {
        { PHASE_REGISTRY, "not known yet" }, { PHASE_KEY, "not known yet" },
        { PHASE_JOIN, "not known yet" },     { PHASE_BIDS_CLOSED, "are closed" },
        { PHASE_AWARDED, "are closed" },     { PHASE_NO_AWARD, "are closed" },
        { PHASE_TOO_FEW, "ended without" },  { PHASE_NO_LOT, "ended without" },
        { PHASE_FORK, "ended without" },
    };
    static uint8_t bytes[RECORD_MAX];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct failure why = { .text = "" };
        struct topic round;

        round_init(&round, PHASE_TENDER);
        round.sample.season.phase = table[i].phase;
        assert_int_equal(bid_seal(bytes, sizeof bytes, &round, &round.bid, &round.company, &round.rng, &why),
                         0);
        assert_non_null(strstr(why.text, table[i].said));
    }
}

static void unknown_key(struct topic *round) { round->sample.season.key_known = false; }
static void waiting_box(struct topic *round) { round->sample.season.boxes[BOX_BIDS].state = BOX_WAITING; }
static void no_memory(struct topic *round) { round->out_of_memory = true; }
static void two_prices(struct topic *round) { round->bid.price_count = 2; }
static void third_lot(struct topic *round) { round->bid.lots[0].lot = 2; }
static void lot_of_nobody(struct topic *round) { round->bid.lots[0].lot = 1; }
static void no_company(struct topic *round) { round->bid.company[0] = '\0'; }
static void no_inbox(struct topic *round) { round->bid.inbox = POINT_IDENTITY; }

static void a_bid_that_could_not_win_is_refused_before_it_is_sealed(void **unused)
{
    static const struct {
        void (*change)(struct topic *round);
        const char *said;
    } table[] = {
        { unknown_key, "does not take bids" },
        { waiting_box, "does not take bids" },
        { no_memory, "memory" },
        { two_prices, "2 prices a step" },
        { third_lot, "names lot 3" },
        { lot_of_nobody, "Bags" },
        { no_company, "needs a company" },
        { no_inbox, "an inbox" },
    };
    static uint8_t bytes[RECORD_MAX];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct failure why = { .text = "" };
        struct topic round;

        round_init(&round, PHASE_TENDER);
        table[i].change(&round);
        assert_int_equal(bid_seal(bytes, sizeof bytes, &round, &round.bid, &round.company, &round.rng, &why),
                         0);
        assert_non_null(strstr(why.text, table[i].said));
    }
}

/* ---- Letters. WIRE 9.2. */

struct post {
    struct letter letter;
    uint8_t bytes[LETTER_MAX];
    size_t size;
};

static void post_from(struct post *post, struct topic *round, const struct sign_key *home)
{
    post->letter = (struct letter){ .name = "Ada", .values = { 2500 }, .value_count = 1 };
    memcpy(post->letter.topic, round->sample.topic, ID_SIZE);
    memcpy(post->letter.pseudonym, home->public_key, KEY_SIZE);
    post->size = letter_seal(post->bytes, sizeof post->bytes, &post->letter, home, &round->inbox.public_point,
                             &round->rng);
}

static void the_winner_hears_every_home_of_its_lot_and_nobody_else(void **unused)
{
    static const uint8_t stranger_seed[KEY_SIZE] = { 6 };
    struct failure why = { .text = "" };
    struct sign_key stranger;
    struct letter found = { .lot = 77 };
    struct topic round;
    struct post post;

    (void)unused;
    round_init(&round, PHASE_AWARDED);
    for (size_t i = 0; i < SAMPLE_HOMES; i++) {
        post_from(&post, &round, &round.homes[i]);
        assert_int_equal(
            letter_open(&found, (struct bytes){ post.bytes, post.size }, &round.inbox, &round, &why),
            STATUS_OK);
        assert_memory_equal(found.pseudonym, round.homes[i].public_key, KEY_SIZE);
        assert_string_equal(found.name, "Ada");
    }
    sign_key_init(&stranger, stranger_seed);
    post_from(&post, &round, &stranger);
    found.lot = 77;
    assert_int_equal(letter_open(&found, (struct bytes){ post.bytes, post.size }, &round.inbox, &round, &why),
                     STATUS_DENIED);
    assert_non_null(strstr(why.text, "not a home of lot 1"));
    assert_int_equal(found.lot, 77);
}

static void not_awarded(struct topic *round) { round->sample.season.lots[0].awarded = false; }
static void another_won(struct topic *round) { round->sample.season.lots[0].winner = 0; }
static void fewer_items(struct topic *round) { round->sample.charter.item_count = 0; }
static void fewer_lots(struct topic *round) { round->sample.charter.lot_count = 0; }
static void other_topic(struct topic *round) { round->sample.topic[0] ^= 1; }

static void a_letter_is_read_only_by_who_won(void **unused)
{
    static const struct {
        void (*change)(struct topic *round);
        enum status status;
        const char *said;
    } table[] = {
        { not_awarded, STATUS_EARLY, "not awarded" },
        { another_won, STATUS_DENIED, "not that of the bid" },
        { fewer_items, STATUS_MALFORMED, "does not have" },
        { fewer_lots, STATUS_MALFORMED, "does not have" },
        { other_topic, STATUS_FORGED, "not sealed" },
        { no_memory, STATUS_NOMEM, "memory" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct failure why = { .text = "" };
        struct letter found;
        struct topic round;
        struct post post;

        round_init(&round, PHASE_AWARDED);
        round.sample.bids[0].inbox = POINT_BASE;
        post_from(&post, &round, &round.homes[0]);
        table[i].change(&round);
        assert_int_equal(
            letter_open(&found, (struct bytes){ post.bytes, post.size }, &round.inbox, &round, &why),
            table[i].status);
        assert_non_null(strstr(why.text, table[i].said));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_bid_is_a_deal_that_only_the_season_key_opens),
        cmocka_unit_test(a_bid_outside_the_tender_is_refused_in_words),
        cmocka_unit_test(a_bid_that_could_not_win_is_refused_before_it_is_sealed),
        cmocka_unit_test(the_winner_hears_every_home_of_its_lot_and_nobody_else),
        cmocka_unit_test(a_letter_is_read_only_by_who_won),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
