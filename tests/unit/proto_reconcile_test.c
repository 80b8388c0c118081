/* Two sides come to know exactly what each lacks, in few bytes, whatever their sets; a peer that lies,
 * babbles or never ends costs a bounded amount and gets a clear verdict. */
#include "crypto/labels.h"
#include "proto/overlay/riblt.h"
#include "proto/wire.h"
#include "tests/support/fault.h"
#include "tests/support/sync_pair.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { OPEN, ANSWER, ASK, SYMBOLS, ASK_LIST, LIST, WANT, EQUAL };

/* ---- Honest sides. */

/* How it ends: e decoded by symbols, o the list of who began, t the list of who answered, = equal sets. */
static char way_of(const struct sync_pair *pair)
{
    return strchr(pair->trace, '7')   ? '='
           : strchr(pair->trace, '4') ? 't'
           : strchr(pair->trace, '5') ? 'o'
                                      : 'e';
}

static void both_sides_come_to_know_exactly_what_each_lacks(void **unused)
{
    static const struct {
        size_t common, only[2];
        char way;
    } cases[] = {
        { 0, { 0, 0 }, '=' },         { 0, { 1, 0 }, 'e' },       { 0, { 0, 1 }, 'e' },
        { 1, { 0, 0 }, '=' },         { 7, { 1, 0 }, 'e' },       { 7, { 2, 1 }, 'e' },
        { 12, { 1, 2 }, 'e' },        { 0, { 3000, 0 }, 't' },    { 0, { 0, 3000 }, 'o' },
        { 0, { 40, 50 }, 'o' },       { 500, { 0, 0 }, '=' },     { 500, { 1, 1 }, 'e' },
        { 500, { 10, 0 }, 'e' },      { 500, { 0, 10 }, 'e' },    { 2000, { 100, 5 }, 'e' },
        { 2000, { 5, 100 }, 'e' },    { 2000, { 60, 60 }, 'e' },  { 5000, { 1500, 100 }, 'e' },
        { 300, { 3000, 3100 }, 'o' }, { 100, { 9000, 10 }, 't' }, { 20000, { 7000, 7000 }, 't' },
    };
    struct sync_pair pair;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (uint8_t seed = 1; seed <= 3; seed++) {
            sync_pair_init(&pair, cases[i].common, cases[i].only, seed);
            assert_true(sync_pair_begin(&pair));
            assert_int_equal(sync_pair_run(&pair, 0), STATUS_OK);
            assert_true(sync_pair_told_apart(&pair));
            assert_true(pair.largest <= SYNC_PAYLOAD_MAX);
            assert_int_equal(way_of(&pair), cases[i].way);
            for (int j = 0; j < 2; j++)
                assert_int_equal(pair.sides[j].equal, cases[i].only[0] + cases[i].only[1] == 0);
            sync_pair_clear(&pair);
        }
}

static void random_pairs_of_small_sets_are_told_apart(void **unused)
{
    uint8_t seed[KEY_SIZE] = { 99 };
    struct rng rng;

    (void)unused;
    rng_init(&rng, seed);
    for (int i = 0; i < 1000; i++) {
        size_t only[2] = { (size_t)rng_below(&rng, 40), (size_t)rng_below(&rng, 40) };
        struct sync_pair pair;

        sync_pair_init(&pair, (size_t)rng_below(&rng, 400), only, (uint8_t)i);
        assert_true(sync_pair_begin(&pair));
        assert_int_equal(sync_pair_run(&pair, 0), STATUS_OK);
        assert_true(sync_pair_told_apart(&pair));
        sync_pair_clear(&pair);
    }
}

static void equal_sets_cost_at_most_64_bytes_in_two_payloads(void **unused)
{
    static const size_t none[2], counts[] = { 0, 1, 100, 20000, 100000 };
    struct sync_pair pair;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
        sync_pair_init(&pair, counts[i], none, 5);
        assert_true(sync_pair_begin(&pair));
        assert_int_equal(sync_pair_run(&pair, 0), STATUS_OK);
        assert_true(pair.sides[0].equal && pair.sides[1].equal && sync_pair_told_apart(&pair));
        assert_true(pair.bytes <= 64);
        assert_string_equal(pair.trace, "07");
        sync_pair_clear(&pair);
    }
}

static void a_thousand_scattered_differences_cost_25_bytes_each(void **unused)
{
    static const size_t only[2] = { 500, 500 };
    struct sync_pair pair;

    (void)unused;
    sync_pair_init(&pair, 99500, only, 6);
    assert_true(sync_pair_begin(&pair));
    assert_int_equal(sync_pair_run(&pair, 0), STATUS_OK);
    assert_true(sync_pair_told_apart(&pair));
    assert_true(pair.bytes <= 25 * 1000 && pair.largest <= SYNC_PAYLOAD_MAX);
    sync_pair_clear(&pair);
}

/* What is wanted is named by its short id, which is another one each time. */
static void each_comparison_has_keys_of_its_own(void **unused)
{
    static const size_t only[2] = { 0, 1 };
    uint8_t wants[2][13];
    struct sync_pair pair;

    (void)unused;
    sync_pair_init(&pair, 0, only, 7);
    for (int i = 0; i < 2; i++) { /* the rng has moved on: other salts */
        assert_true(sync_pair_begin(&pair));
        for (unsigned turn = 0; turn < 4; turn++)
            assert_int_equal(sync_pair_carry(&pair, turn % 2), STATUS_OK);
        assert_int_equal(pair.sides[0].out.size, sizeof wants[i]);
        memcpy(wants[i], pair.sides[0].out.payload, sizeof wants[i]);
        sync_pair_end(&pair);
    }
    sync_pair_clear(&pair);
    assert_memory_equal(wants[0], wants[1], 5);
    assert_memory_not_equal(wants[0] + 5, wants[1] + 5, 8);
}

/* Two records with one short id cannot be found, but the same id twice in a set is the same to the symbols:
 * they cancel out in every xor and count as two, which no decoder can resolve. */
static void short_ids_that_collide_lead_to_the_list(void **unused)
{
    static const size_t only[2][2] = { { 2, 0 }, { 0, 2 } };

    (void)unused;
    for (int who = 0; who < 2; who++) {
        struct sync_pair pair;
        uint8_t x[ID_SIZE];

        sync_pair_init(&pair, 2000, only[who], 9);
        struct sync_side *side = &pair.sides[who], *other = &pair.sides[1 - who];
        for (size_t i = 0, found = 0; i < side->count; i++)
            if (!sync_side_has(other, side->ids[i])) {
                memcpy(found == 0 ? x : side->ids[i], found == 0 ? side->ids[i] : x, ID_SIZE);
                found++;
            }
        assert_true(sync_pair_begin(&pair));
        assert_int_equal(sync_pair_run(&pair, 0), STATUS_OK);
        assert_true(strchr(pair.trace, '5') != NULL);
        assert_true(pair.sides[0].done && pair.sides[1].done && side->got_count == 0);
        assert_true(other->got_count >= 1 && memcmp(other->got[0], x, ID_SIZE) == 0);
        sync_pair_clear(&pair);
    }
}

static void running_out_of_memory_anywhere_ends_the_comparison_and_leaks_nothing(void **unused)
{
    static const struct {
        size_t common, only[2];
    } cases[] = { { 300, { 20, 10 } }, { 5, { 3, 8 } }, { 5, { 8, 3 } } };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct sync_pair pair;
        bool failed = true;

        for (long k = 1; failed; k++) {
            sync_pair_init(&pair, cases[i].common, cases[i].only, 10);
            fault_arm(FAULT_MEMORY, k, false);
            bool begun = sync_pair_begin(&pair);
            enum status status = STATUS_OK;
            unsigned from = 0;
            while (begun && status == STATUS_OK && pair.sides[from].out.size > 0) {
                status = sync_step(pair.sides[1 - from].sync,
                                   (struct bytes){ pair.sides[from].out.payload, pair.sides[from].out.size },
                                   &pair.sides[1 - from].out);
                from = 1 - from;
            }
            failed = fault_disarm();
            assert_true(failed ? !begun || status == STATUS_NOMEM : status == STATUS_OK);
            if (begun && failed) {
                assert_true(pair.sides[from].out.size == 0 && pair.sides[from].out.give_count == 0);
                assert_int_equal(
                    sync_step(pair.sides[from].sync, (struct bytes){ NULL, 0 }, &pair.sides[from].out),
                    STATUS_MALFORMED);
            }
            sync_pair_clear(&pair);
        }
    }
}

/* ---- A peer that does not follow the rules. Payloads are written by hand. */

struct hand {
    uint8_t bytes[20000];
    struct writer w;
};

static struct writer *hand_begin(struct hand *hand, size_t fields, uint64_t kind)
{
    hand->w = writer_to(hand->bytes, sizeof hand->bytes);
    writer_array(&hand->w, fields);
    writer_uint(&hand->w, kind);
    return &hand->w;
}

static struct bytes hand_bytes(const struct hand *hand)
{
    return (struct bytes){ hand->bytes, writer_done(&hand->w) };
}

static struct bytes hand_open(struct hand *hand, uint64_t count)
{
    static const uint8_t salt[8] = { 1 }, digest[HASH_SIZE];
    struct writer *w = hand_begin(hand, 4, OPEN);

    writer_bin(w, BYTES(salt));
    writer_uint(w, count);
    writer_bin(w, BYTES(digest));
    return hand_bytes(hand);
}

static struct bytes hand_answer(struct hand *hand, uint64_t count, uint8_t fill)
{
    uint8_t salt[8] = { 2 }, marks[SET_PARTS][SET_MARK_SIZE];
    struct writer *w = hand_begin(hand, 4, ANSWER);

    memset(marks, fill, sizeof marks);
    writer_bin(w, BYTES(salt));
    writer_uint(w, count);
    writer_bin(w, (struct bytes){ marks[0], sizeof marks });
    return hand_bytes(hand);
}

static struct bytes hand_ask_parts(struct hand *hand, uint64_t from, uint64_t count, uint64_t parts)
{
    struct writer *w = hand_begin(hand, 4, ASK);
    uint8_t bytes[8];

    be64_write(bytes, parts);
    writer_uint(w, from);
    writer_uint(w, count);
    writer_bin(w, BYTES(bytes));
    return hand_bytes(hand);
}

static struct bytes hand_ask(struct hand *hand, uint64_t from, uint64_t count)
{
    return hand_ask_parts(hand, from, count, UINT64_MAX);
}

/* How many symbols this payload asks for. */
static size_t hand_asked(const struct sync_out *out)
{
    struct reader r = reader_from((struct bytes){ out->payload, out->size });

    assert_int_equal(reader_array(&r, 4, 4), 4);
    assert_int_equal(reader_uint(&r, 7), ASK);
    reader_uint(&r, SYNC_SYMBOLS_MAX);
    return (size_t)reader_uint(&r, SYNC_SYMBOLS_STEP_MAX);
}

/* count ids: first, first + step, ... */
static struct bytes hand_ids(struct hand *hand, unsigned kind, bool last, size_t count, uint64_t first,
                             uint64_t step)
{
    static uint8_t ids[2000 * 8];
    struct writer *w = hand_begin(hand, 3, kind);

    for (size_t i = 0; i < count; i++)
        be64_write(ids + 8 * i, first + i * step);
    writer_uint(w, last);
    writer_bin(w, (struct bytes){ ids, count * 8 });
    return hand_bytes(hand);
}

/* A side that answers 100 records, opened by hand with a count, which has sent its first symbol. */
static struct sync *served(struct sync_pair *pair, uint64_t count, struct sync_out *out)
{
    static const size_t none[2];
    struct hand *hand = malloc(sizeof *hand);

    sync_pair_init(pair, 100, none, 11);
    struct sync_set set = sync_set_of((const uint8_t(*)[ID_SIZE])pair->sides[0].ids, pair->sides[0].count);
    struct sync *sync = sync_answer(&set, &pair->rng);
    assert_int_equal(sync_step(sync, hand_open(hand, count), out), STATUS_OK);
    assert_int_equal(sync_step(sync, hand_ask(hand, 0, 1), out), STATUS_OK);
    free(hand);
    return sync;
}

static enum status serve(uint64_t count, struct bytes payload)
{
    struct sync_pair pair;
    struct sync_out out;
    struct sync *sync = served(&pair, count, &out);
    enum status status = sync_step(sync, payload, &out);

    if (status != STATUS_OK) { /* over: even what would be right is refused now */
        struct hand hand;

        assert_true(out.size == 0 && out.give_count == 0 && !out.done && !out.more);
        assert_int_equal(sync_step(sync, hand_ask(&hand, 1, 1), &out), STATUS_MALFORMED);
    }
    sync_free(sync);
    sync_pair_clear(&pair);
    return status;
}

static void what_may_not_be_asked_is_a_violation(void **unused)
{
    struct hand hand;

    (void)unused;
    assert_int_equal(serve(100, hand_ask(&hand, 1, 1)), STATUS_OK);
    assert_int_equal(serve(100, hand_ask(&hand, 1, SYNC_SYMBOLS_STEP_MAX)), STATUS_OK);
    assert_int_equal(serve(100, hand_ask(&hand, 1, SYNC_SYMBOLS_STEP_MAX + 1)), STATUS_MALFORMED);
    assert_int_equal(serve(100, hand_ask(&hand, 1, 0)), STATUS_MALFORMED);
    assert_int_equal(serve(100, hand_ask(&hand, 0, 1)), STATUS_MALFORMED);
    assert_int_equal(serve(100, hand_ask(&hand, 2, 1)), STATUS_MALFORMED);
    assert_int_equal(serve(100, hand_ask(&hand, UINT64_MAX, 1)), STATUS_MALFORMED);
    assert_int_equal(serve(100, hand_ask_parts(&hand, 1, 1, 1)), STATUS_MALFORMED); /* other parts than before */
    assert_int_equal(serve(100, hand_ask_parts(&hand, 1, 1, 0)), STATUS_MALFORMED);
    assert_int_equal(serve(100, hand_ids(&hand, WANT, true, 1, 5, 1)), STATUS_MALFORMED); /* nobody has it */
    assert_int_equal(serve(100, hand_ids(&hand, WANT, true, 0, 0, 1)), STATUS_OK);
    assert_int_equal(serve(100, hand_ids(&hand, LIST, true, 3, 5, 0)), STATUS_MALFORMED); /* not ascending */
    assert_int_equal(serve(100, hand_ids(&hand, LIST, true, 3, 5, (uint64_t)-1)), STATUS_MALFORMED);
    assert_int_equal(serve(100, hand_ids(&hand, LIST, false, 3, 5, 1)), STATUS_MALFORMED); /* a small piece */
    assert_int_equal(serve(9999, hand_ids(&hand, LIST, true, SYNC_IDS_MAX + 1, 5, 1)), STATUS_MALFORMED);
    assert_int_equal(serve(100, hand_ids(&hand, LIST, true, 100, 5, 1)), STATUS_OK);
    assert_int_equal(serve(100, hand_ids(&hand, LIST, true, 101, 5, 1)), STATUS_FULL); /* the count lied */
    hand_begin(&hand, 1, EQUAL);
    assert_int_equal(serve(100, hand_bytes(&hand)), STATUS_MALFORMED); /* only who answers says so */
}

static void equal_may_only_be_said_at_once(void **unused)
{
    static const size_t none[2];
    struct hand hand;

    (void)unused;
    for (int late = 0; late < 2; late++) {
        struct sync_pair pair;
        struct sync_out *out = &pair.sides[0].out;

        sync_pair_init(&pair, 100, none, 19);
        assert_true(sync_pair_begin(&pair));
        if (late)
            assert_int_equal(sync_step(pair.sides[0].sync, hand_answer(&hand, 100, 3), out), STATUS_OK);
        hand_begin(&hand, 1, EQUAL);
        assert_int_equal(sync_step(pair.sides[0].sync, hand_bytes(&hand), out), late ? STATUS_MALFORMED : STATUS_OK);
        assert_true(out->equal == !late && out->done == !late);
        sync_pair_clear(&pair);
    }
}

/* The count is no more than a bound, the digest decides: two sets of one size are told apart by it. */
static void symbols_that_show_no_difference_where_the_digests_do_end_the_comparison(void **unused)
{
    static const size_t none[2];
    struct sync_pair pair;

    (void)unused;
    sync_pair_init(&pair, 60, none, 20);
    assert_true(sync_pair_begin(&pair));
    pair.sides[0].out.payload[pair.sides[0].out.size - 1] ^= 1; /* of the digest */
    assert_int_equal(sync_pair_carry(&pair, 0), STATUS_OK);
    assert_int_equal(pair.sides[1].out.payload[1], ANSWER);
    assert_int_equal(sync_pair_carry(&pair, 1), STATUS_OK);
    assert_int_equal(sync_pair_carry(&pair, 0), STATUS_OK);
    assert_int_equal(sync_pair_carry(&pair, 1), STATUS_FULL);
    sync_pair_clear(&pair);
}

static void a_list_ends_with_its_last_ids_and_in_one_way(void **unused)
{
    static const struct {
        size_t count;
        uint64_t first;
        enum status status;
    } lasts[] = { { 0, 0, STATUS_MALFORMED }, /* nothing left: the piece before was the last */
                  { 1, 5 + SYNC_IDS_MAX - 1, STATUS_MALFORMED }, /* not above the piece before */
                  { 1, 5 + SYNC_IDS_MAX, STATUS_OK } };
    struct hand *hand = malloc(sizeof *hand);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(lasts); i++) {
        struct sync_pair pair;
        struct sync_out out;
        struct sync *sync = served(&pair, 5000, &out);

        assert_int_equal(sync_step(sync, hand_ids(hand, LIST, false, SYNC_IDS_MAX, 5, 1), &out), STATUS_OK);
        assert_true(out.size == 0 && !out.done);
        assert_int_equal(sync_step(sync, hand_ids(hand, LIST, true, lasts[i].count, lasts[i].first, 1), &out),
                         lasts[i].status);
        sync_free(sync);
        sync_pair_clear(&pair);
    }
    free(hand);
}

static void symbols_are_served_up_to_the_limit_and_no_further(void **unused)
{
    struct sync_pair pair;
    struct sync_out out;
    struct sync *sync = served(&pair, 100, &out);
    struct hand hand;
    uint64_t at = 1;

    (void)unused;
    while (at < SYNC_SYMBOLS_MAX) {
        uint64_t left = SYNC_SYMBOLS_MAX - at, count = left < 509 ? left : 509;

        assert_int_equal(sync_step(sync, hand_ask(&hand, at, count), &out), STATUS_OK);
        assert_true(out.size >= count * 13 && out.size <= SYNC_PAYLOAD_MAX);
        at += count;
    }
    assert_int_equal(sync_step(sync, hand_ask(&hand, at, 1), &out), STATUS_MALFORMED);
    sync_free(sync);
    sync_pair_clear(&pair);
}

static void a_count_beyond_any_set_is_a_violation(void **unused)
{
    static const size_t none[2];
    struct sync_pair pair;
    struct hand hand;

    (void)unused;
    sync_pair_init(&pair, 10, none, 12);
    assert_true(sync_pair_begin(&pair));
    assert_int_equal(sync_step(pair.sides[1].sync, hand_open(&hand, SYNC_SET_MAX + 1), &pair.sides[1].out),
                     STATUS_MALFORMED);
    assert_int_equal(
        sync_step(pair.sides[0].sync, hand_answer(&hand, SYNC_SET_MAX + 1, 1), &pair.sides[0].out),
        STATUS_MALFORMED);
    sync_pair_clear(&pair);
}

/* The honest peer's answer with another count: the difference that decodes does not fit it. */
static void a_count_that_lied_is_noticed_when_the_symbols_decode(void **unused)
{
    static const size_t only[2] = { 0, 1 };
    struct sync_pair pair;

    (void)unused;
    sync_pair_init(&pair, 200, only, 13);
    assert_true(sync_pair_begin(&pair));
    assert_int_equal(sync_pair_carry(&pair, 0), STATUS_OK);
    uint8_t *payload = pair.sides[1].out.payload;
    assert_int_equal(payload[12], 0xcc); /* [1, salt, 201, marks]: head, kind, 2 + 8, then the count */
    assert_int_equal(payload[13], 201);
    payload[13] = 202;
    assert_int_equal(sync_pair_carry(&pair, 1), STATUS_OK);
    assert_int_equal(sync_pair_carry(&pair, 0), STATUS_OK);
    assert_int_equal(sync_pair_carry(&pair, 1), STATUS_FULL);
    assert_int_equal(pair.sides[0].out.size, 0);
    sync_pair_clear(&pair);
}

/* The symbols of one record under the keys of this comparison, whose salts stand in the first two payloads. */
static void symbols_of(struct riblt_symbol *out, size_t count, const uint8_t salts[2][8], const uint8_t (*id)[ID_SIZE])
{
    struct bytes parts[] = { BYTES(salts[0]), BYTES(salts[1]) };
    struct riblt_encoder encoder;
    struct riblt_keys keys;
    uint8_t hash[HASH_SIZE];

    hash_parts(hash, LABEL_SHORT_ID, parts, 2);
    memcpy(&keys, hash, sizeof keys);
    assert_true(riblt_encoder_init(&encoder, &keys, id, 1));
    memcpy(out, riblt_encoder_first(&encoder, count), count * sizeof *out);
    riblt_encoder_clear(&encoder);
}

/* The peer says it has one record less than we, and its symbols that the one it lacks is one we never had. */
static void symbols_that_decode_to_what_is_not_ours_end_the_comparison(void **unused)
{
    static const size_t only[2] = { 0, 1 };
    struct riblt_symbol symbols[SYNC_SYMBOLS_FIRST];
    struct sync_pair pair;
    struct sync_out *theirs = &pair.sides[1].out;
    uint8_t salts[2][8], (*id)[ID_SIZE] = NULL;

    (void)unused;
    sync_pair_init(&pair, 50, only, 14);
    for (size_t i = 0; i < 51; i++)
        if (!sync_side_has(&pair.sides[0], pair.sides[1].ids[i]))
            id = &pair.sides[1].ids[i];
    assert_true(sync_pair_begin(&pair));
    memcpy(salts[0], pair.sides[0].out.payload + 4, 8);
    assert_int_equal(sync_pair_carry(&pair, 0), STATUS_OK);
    memcpy(salts[1], theirs->payload + 4, 8);
    assert_int_equal(theirs->payload[12], 51);
    theirs->payload[12] = 49;
    assert_int_equal(sync_pair_carry(&pair, 1), STATUS_OK);
    assert_int_equal(sync_pair_carry(&pair, 0), STATUS_OK);
    symbols_of(symbols, SYNC_SYMBOLS_FIRST, (const uint8_t(*)[8])salts, (const uint8_t(*)[ID_SIZE])id);
    for (size_t i = 0; i < SYNC_SYMBOLS_FIRST; i++) /* what is added once is taken away once instead */
        theirs->payload[theirs->size - 1 - 13 * (SYNC_SYMBOLS_FIRST - 1 - i)] -= (uint8_t)(2 * symbols[i].count);
    assert_int_equal(sync_pair_carry(&pair, 1), STATUS_FULL);
    sync_pair_clear(&pair);
}

static void a_stream_that_never_decodes_ends_in_a_list_within_its_bound(void **unused)
{
    static const size_t none[2];
    struct sync_pair pair;
    struct sync_out *out;
    struct hand *hand = malloc(sizeof *hand);
    size_t asked = 0, steps = 0;

    (void)unused;
    sync_pair_init(&pair, 20000, none, 15);
    assert_true(sync_pair_begin(&pair));
    out = &pair.sides[0].out;
    assert_int_equal(sync_step(pair.sides[0].sync, hand_answer(hand, 20000, 0xa5), out), STATUS_OK);
    while (out->payload[1] == ASK) {
        struct reader r = reader_from((struct bytes){ out->payload, out->size });
        static uint8_t noise[SYNC_SYMBOLS_STEP_MAX * 13];
        struct writer *w = hand_begin(hand, 2, SYMBOLS);

        assert_int_equal(reader_array(&r, 4, 4), 4);
        assert_int_equal(reader_uint(&r, 7), ASK);
        assert_int_equal(reader_uint(&r, SYNC_SYMBOLS_MAX), asked);
        uint64_t count = reader_uint(&r, SYNC_SYMBOLS_STEP_MAX);
        assert_int_equal(reader_bin(&r, 8, 8).size, 8);
        assert_true(reader_done(&r) && count > 0);
        rng_fill(&pair.rng, noise, sizeof noise);
        writer_bin(w, (struct bytes){ noise, (size_t)count * 13 });
        asked += (size_t)count;
        steps++;
        assert_int_equal(sync_step(pair.sides[0].sync, hand_bytes(hand), out), STATUS_OK);
    }
    assert_true(asked <= SYNC_SYMBOLS_MAX && steps < 100);
    assert_true(out->payload[1] == LIST || out->payload[1] == ASK_LIST);
    free(hand);
    sync_pair_clear(&pair);
}

/* The peer says it has one record in symbol 0 and nothing elsewhere: taking it out of the other symbols puts
 * it into them, and so on. */
static void symbols_that_would_go_round_in_circles_do_not(void **unused)
{
    static const size_t only[2] = { 0, 1 };
    struct sync_pair pair;
    struct sync_out *out;
    struct hand *hand = malloc(sizeof *hand);

    (void)unused;
    sync_pair_init(&pair, 0, only, 16);
    assert_true(sync_pair_begin(&pair));
    out = &pair.sides[0].out;
    assert_int_equal(sync_pair_carry(&pair, 0), STATUS_OK);
    pair.sides[1].out.payload[12] =
        30; /* so that it does not fit the one record of symbol 0, and is worth asking on */
    assert_int_equal(sync_pair_carry(&pair, 1), STATUS_OK);
    size_t more = hand_asked(out) - 1;
    assert_int_equal(sync_pair_carry(&pair, 0), STATUS_OK);
    memset(pair.sides[1].out.payload + pair.sides[1].out.size - 13 * more, 0, 13 * more);
    enum status status = sync_pair_carry(&pair, 1);
    for (int i = 0; status == STATUS_OK && out->payload[1] == ASK; i++) {
        static const uint8_t zeros[SYNC_SYMBOLS_STEP_MAX * 13];
        struct writer *w = hand_begin(hand, 2, SYMBOLS);

        assert_true(i < 100);
        writer_bin(w, (struct bytes){ zeros, hand_asked(out) * 13 });
        status = sync_step(pair.sides[0].sync, hand_bytes(hand), out);
    }
    /* It gives up, or turns to lists, which end. */
    assert_true(status == STATUS_FULL || out->payload[1] == ASK_LIST || out->payload[1] == LIST);
    free(hand);
    sync_pair_clear(&pair);
}

/* Every honest payload, cut short anywhere, lengthened, or at another time, is refused. */
static void damaged_payloads_are_violations(void **unused)
{
    static const struct {
        size_t common, only[2];
    } cases[] = { { 300, { 20, 10 } }, { 5, { 3, 8 } }, { 5, { 8, 3 } }, { 9, { 0, 0 } } };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (size_t at = 0, total = SIZE_MAX; at < total; at++)
            for (int damage = 0; damage < 4; damage++) {
                struct sync_pair pair;
                unsigned from = 0;

                sync_pair_init(&pair, cases[i].common, cases[i].only, 17);
                assert_true(sync_pair_begin(&pair));
                for (size_t j = 0; j < at; j++, from = 1 - from)
                    assert_int_equal(sync_pair_carry(&pair, from), STATUS_OK);
                struct sync_side *side = &pair.sides[from], *to = &pair.sides[1 - from];
                size_t size = side->out.size;
                assert_true(size > 0);
                size_t sizes[] = { size - 1, size / 2, 0, size + 1 };
                side->out.payload[size] = 0;
                assert_int_equal(
                    sync_step(to->sync, (struct bytes){ side->out.payload, sizes[damage] }, &to->out),
                    STATUS_MALFORMED);
                if (total == SIZE_MAX) { /* how many there are, on a second pair */
                    sync_pair_end(&pair);
                    assert_true(sync_pair_begin(&pair));
                    assert_int_equal(sync_pair_run(&pair, 0), STATUS_OK);
                    total = pair.payloads - at;
                }
                sync_pair_clear(&pair);
            }
}

static void each_payload_has_its_time(void **unused)
{
    /* Which kinds a side takes: at the start of who answers, of who began, and of who has answered. */
    static const bool taken[3][8] = {
        { true, false, false, false, false, false, false, false },
        { false, true, false, false, false, false, false, true },
        { false, false, true, false, true, true, true, false },
    };
    static const size_t only[2] = { 0, 1 };
    struct hand *hand = malloc(sizeof *hand);

    (void)unused;
    for (unsigned state = 0; state < 3; state++)
        for (unsigned kind = 0; kind < 8; kind++) {
            struct sync_pair pair;
            struct bytes payload = { NULL, 0 };

            sync_pair_init(&pair, 100, only, 18);
            assert_true(sync_pair_begin(&pair));
            struct sync *sync = pair.sides[state == 1 ? 0 : 1].sync;
            if (state == 2) {
                assert_int_equal(sync_pair_carry(&pair, 0), STATUS_OK);
                assert_int_equal(sync_step(sync, hand_ask(hand, 0, 1), &pair.sides[1].out), STATUS_OK);
            }
            switch (kind) {
            case OPEN:
                payload = hand_open(hand, 100);
                break;
            case ANSWER:
                payload = hand_answer(hand, 100, 3);
                break;
            case ASK:
                payload = hand_ask(hand, 1, 16);
                break;
            case LIST:
            case WANT:
                payload = hand_ids(hand, kind, true, 0, 0, 0);
                break;
            default:
                hand_begin(hand, kind == SYMBOLS ? 2 : 1, kind);
                if (kind == SYMBOLS)
                    writer_bin(&hand->w, (struct bytes){ (const uint8_t *)"a whole symbol", 13 });
                payload = hand_bytes(hand);
            }
            assert_int_equal(sync_step(sync, payload, &pair.sides[0].out),
                             taken[state][kind] ? STATUS_OK : STATUS_MALFORMED);
            sync_pair_clear(&pair);
        }
    free(hand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_come_to_know_exactly_what_each_lacks),
        cmocka_unit_test(random_pairs_of_small_sets_are_told_apart),
        cmocka_unit_test(equal_sets_cost_at_most_64_bytes_in_two_payloads),
        cmocka_unit_test(a_thousand_scattered_differences_cost_25_bytes_each),
        cmocka_unit_test(each_comparison_has_keys_of_its_own),
        cmocka_unit_test(short_ids_that_collide_lead_to_the_list),
        cmocka_unit_test(running_out_of_memory_anywhere_ends_the_comparison_and_leaks_nothing),
        cmocka_unit_test(what_may_not_be_asked_is_a_violation),
        cmocka_unit_test(equal_may_only_be_said_at_once),
        cmocka_unit_test(symbols_that_show_no_difference_where_the_digests_do_end_the_comparison),
        cmocka_unit_test(a_list_ends_with_its_last_ids_and_in_one_way),
        cmocka_unit_test(symbols_are_served_up_to_the_limit_and_no_further),
        cmocka_unit_test(a_count_beyond_any_set_is_a_violation),
        cmocka_unit_test(a_count_that_lied_is_noticed_when_the_symbols_decode),
        cmocka_unit_test(symbols_that_decode_to_what_is_not_ours_end_the_comparison),
        cmocka_unit_test(a_stream_that_never_decodes_ends_in_a_list_within_its_bound),
        cmocka_unit_test(symbols_that_would_go_round_in_circles_do_not),
        cmocka_unit_test(damaged_payloads_are_violations),
        cmocka_unit_test(each_payload_has_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
