/* Symbols are the same however they are asked for, decode to exactly the difference, and are placed as a
 * second writing of the mapping says; lists of short ids and the choice between the two are what they
 * promise. The published vectors are run by tests/vectors. */
#include "proto/overlay/short_list.h"
#include "proto/overlay/sync_plan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct riblt_keys keys = { { 1, 2, 3 }, { 4, 5, 6 } };

static void rng_seeded(struct rng *rng, uint8_t seed)
{
    uint8_t key[KEY_SIZE] = { seed };

    rng_init(rng, key);
}

/* Two encoders: `common` ids in both, then only[i] of its own. */
static void pair_init(struct riblt_encoder out[2], size_t common, size_t only_first, size_t only_second,
                      uint8_t seed)
{
    size_t count = common + only_first + only_second;
    uint8_t(*ids)[ID_SIZE] = malloc(count * ID_SIZE + 1);
    struct rng rng;

    rng_seeded(&rng, seed);
    rng_fill(&rng, (uint8_t *)ids, count * ID_SIZE);
    /* The first one's own come first, then what both have, then the second one's. */
    assert_true(riblt_encoder_init(&out[0], &keys, (const uint8_t(*)[ID_SIZE])ids, only_first + common));
    assert_true(riblt_encoder_init(&out[1], &keys, (const uint8_t(*)[ID_SIZE])ids + only_first,
                                   common + only_second));
    free(ids);
}

static void pair_clear(struct riblt_encoder pair[2])
{
    riblt_encoder_clear(&pair[0]);
    riblt_encoder_clear(&pair[1]);
}

/* The mapping as WIRE 12.3 has it, word by word: ceil, and the compiler's own conversion. */
static void ids_are_placed_as_the_formula_says(void **unused)
{
    enum { SYMBOLS = 3000, IDS = 200 };
    static struct riblt_symbol expected[SYMBOLS];
    struct riblt_encoder encoder;
    uint8_t ids[IDS][ID_SIZE];
    struct rng rng;

    (void)unused;
    rng_seeded(&rng, 1);
    rng_fill(&rng, ids[0], sizeof ids);
    assert_true(riblt_encoder_init(&encoder, &keys, (const uint8_t(*)[ID_SIZE])ids, IDS));
    for (size_t i = 0; i < IDS; i++) {
        uint64_t id = short_hash(keys.id, BYTES(ids[i])), index = 0, check, state;
        uint8_t little[8];

        for (int j = 0; j < 8; j++)
            little[j] = (uint8_t)(id >> 8 * j);
        check = state = short_hash(keys.check, BYTES(little));
        while (index < SYMBOLS) {
            expected[index].id ^= id;
            expected[index].check ^= check;
            expected[index].count++;
            state *= 0xda942042e4dd58b5u;
            index += (uint64_t)ceil(((double)index + 1.5) * (4294967296.0 / sqrt((double)state + 1) - 1));
        }
    }
    const struct riblt_symbol *symbols = riblt_encoder_first(&encoder, SYMBOLS);
    assert_non_null(symbols);
    for (size_t i = 0; i < SYMBOLS; i++)
        assert_true(symbols[i].id == expected[i].id && symbols[i].check == expected[i].check &&
                    symbols[i].count == expected[i].count);
    riblt_encoder_clear(&encoder);
}

static void symbols_are_the_same_however_they_are_asked_for(void **unused)
{
    enum { SYMBOLS = 900 };
    struct riblt_encoder slow[2], fast[2];

    (void)unused;
    pair_init(slow, 500, 20, 0, 2);
    pair_init(fast, 500, 20, 0, 2);
    const struct riblt_symbol *all = riblt_encoder_first(&fast[0], SYMBOLS);
    assert_non_null(all);
    for (size_t i = 1; i <= SYMBOLS; i++) {
        const struct riblt_symbol *some = riblt_encoder_first(&slow[0], i);

        assert_non_null(some);
        assert_memory_equal(some, all, i * sizeof *some);
    }
    pair_clear(slow);
    pair_clear(fast);
}

static void the_wire_form_keeps_what_a_decoder_looks_at(void **unused)
{
    static const struct riblt_symbol symbol = { 0x0102030405060708u, 0xaabbccdd11223344u, -1 };
    static const uint8_t expected[RIBLT_SYMBOL_SIZE] = {
        1, 2, 3, 4, 5, 6, 7, 8, 0x11, 0x22, 0x33, 0x44, 0xff
    };
    uint8_t bytes[RIBLT_SYMBOL_SIZE];
    struct riblt_symbol again;

    (void)unused;
    riblt_symbol_write(bytes, &symbol);
    assert_memory_equal(bytes, expected, sizeof bytes);
    riblt_symbol_read(&again, bytes);
    assert_true(again.id == symbol.id && again.check == 0x11223344u && again.count == 255);
}

/* Over the wire form, in steps; the number of symbols it took, 0 if it did not. */
static size_t decode(struct riblt_decoder *decoder, struct riblt_encoder *theirs, size_t step, size_t most)
{
    while (!riblt_decoded(decoder)) {
        size_t from = decoder->count;
        const struct riblt_symbol *symbols = riblt_encoder_first(theirs, from + step);
        struct riblt_symbol *narrow = calloc(step, sizeof *narrow);
        uint8_t bytes[RIBLT_SYMBOL_SIZE];

        if (from + step > most) {
            free(narrow);
            return 0;
        }
        for (size_t i = 0; i < step; i++) {
            riblt_symbol_write(bytes, &symbols[from + i]);
            riblt_symbol_read(&narrow[i], bytes);
        }
        assert_true(riblt_decoder_add(decoder, narrow, step));
        free(narrow);
    }
    return decoder->count;
}

static bool items_are(const struct riblt_items *items, const struct riblt_item *expected, size_t count)
{
    struct short_list found = { NULL, 0, 0 }, wanted = { NULL, 0, 0 };
    bool same = items->count == count && short_list_of(&found, items) &&
                short_list_of(
                    &wanted, &(struct riblt_items){ (struct riblt_item *)(uintptr_t)expected, count, count });

    same = same && found.count == wanted.count &&
           memcmp(found.ids, wanted.ids, found.count * sizeof *found.ids) == 0;
    short_list_clear(&found);
    short_list_clear(&wanted);
    return same;
}

static void a_decoder_recovers_exactly_the_difference(void **unused)
{
    static const struct {
        size_t common, first, second;
    } cases[] = { { 0, 0, 0 },     { 0, 1, 0 },      { 0, 0, 1 },    { 1000, 0, 0 },
                  { 1000, 1, 1 },  { 100, 7, 0 },    { 100, 0, 7 },  { 1000, 30, 40 },
                  { 0, 500, 400 }, { 5000, 700, 0 }, { 10, 0, 700 }, { 100, 600, 600 } };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (size_t step = 1; step < 300; step = step * 5 + 3) {
            size_t first = cases[i].first, second = cases[i].second, differences = first + second;
            struct riblt_encoder pair[2];
            struct riblt_decoder decoder;

            pair_init(pair, cases[i].common, first, second, (uint8_t)(3 + i));
            riblt_decoder_init(&decoder, &pair[1]);
            size_t needed = decode(&decoder, &pair[0], step, 2 * differences + 100 + step);
            assert_true(needed > 0);
            assert_true(differences > 0 || step > 1 || needed == 1);
            assert_true(differences < 500 || needed < differences * 3 / 2 + step);
            assert_true(items_are(&decoder.theirs, pair[0].items.list, first));
            assert_true(items_are(&decoder.ours, pair[1].items.list + cases[i].common, second));
            riblt_decoder_clear(&decoder);
            pair_clear(pair);
        }
}

static void the_estimate_is_near_before_anything_decodes(void **unused)
{
    static const struct {
        size_t first, second;
    } cases[] = { { 500, 500 }, { 1000, 0 }, { 0, 1000 }, { 3000, 3000 }, { 100, 4000 } };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        double differences = (double)(cases[i].first + cases[i].second);
        struct riblt_encoder pair[2];
        struct riblt_decoder decoder;

        pair_init(pair, 2000, cases[i].first, cases[i].second, (uint8_t)(40 + i));
        riblt_decoder_init(&decoder, &pair[1]);
        assert_int_equal(decode(&decoder, &pair[0], 300, 300), 0);
        double estimate = riblt_estimate(&decoder, (int64_t)cases[i].first - (int64_t)cases[i].second);
        assert_true(estimate > 0.7 * differences && estimate < 1.3 * differences);
        riblt_decoder_clear(&decoder);
        pair_clear(pair);
    }
}

/* A record's symbol 0 at the place of each of its first symbols: taken for the record only where the record
 * belongs. */
static void what_lies_in_the_wrong_place_is_not_recovered(void **unused)
{
    enum { SYMBOLS = 40 };
    struct riblt_encoder pair[2];
    struct riblt_symbol single;

    (void)unused;
    pair_init(pair, 0, 1, 0, 61);
    single = riblt_encoder_first(&pair[0], 1)[0];
    for (size_t i = 0; i < SYMBOLS; i++) {
        bool belongs = riblt_encoder_first(&pair[0], SYMBOLS)[i].count == 1;
        struct riblt_symbol symbols[SYMBOLS] = { { 0 } };
        struct riblt_decoder decoder;

        symbols[i] = single;
        riblt_decoder_init(&decoder, &pair[1]);
        assert_true(riblt_decoder_add(&decoder, symbols, i + 1));
        assert_int_equal(decoder.theirs.count > 0, belongs);
        riblt_decoder_clear(&decoder);
    }
    pair_clear(pair);
}

/* One record in symbol 0 and nothing elsewhere: taking it out of symbol 0 puts it into the others, and so on.
 */
static void recovering_never_goes_round_in_circles(void **unused)
{
    enum { SYMBOLS = 600 };
    struct riblt_encoder pair[2];
    struct riblt_decoder decoder;
    struct riblt_symbol *symbols = calloc(SYMBOLS, sizeof *symbols);

    (void)unused;
    pair_init(pair, 0, 1, 0, 60);
    symbols[0] = riblt_encoder_first(&pair[0], 1)[0];
    riblt_decoder_init(&decoder, &pair[1]);
    assert_true(riblt_decoder_add(&decoder, symbols, SYMBOLS));
    assert_true(decoder.theirs.count + decoder.ours.count <= SYMBOLS);
    assert_false(riblt_decoded(&decoder));
    assert_true(riblt_decoder_add(&decoder, symbols + 1, 1));
    riblt_decoder_clear(&decoder);
    pair_clear(pair);
    free(symbols);
}

/* ---- Lists. */

static bool linear_find(const uint64_t *ids, size_t count, uint64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static void an_index_finds_what_is_in_the_list_and_strikes_it_out(void **unused)
{
    static const size_t counts[] = { 0, 1, 2, 63, 64, 65, 1000 };
    struct rng rng;

    (void)unused;
    rng_seeded(&rng, 70);
    for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
        for (int crowded = 0; crowded < 2; crowded++) { /* even all in one place, as a peer may send them */
            size_t count = counts[i], struck = 0;
            struct riblt_item *items = calloc(count + 1, sizeof *items);
            struct short_list list = { NULL, 0, 0 };
            struct short_index index;

            for (size_t j = 0; j < count; j++)
                items[j].id = crowded ? UINT64_MAX - j : rng_below(&rng, UINT64_MAX);
            items[count] = items[0];
            assert_true(short_list_of(&list, &(struct riblt_items){ items, count > 0 ? count + 1 : 0, 0 }));
            assert_int_equal(list.count, count); /* what was twice is there once */
            for (size_t j = 1; j < count; j++)
                assert_true(list.ids[j - 1] < list.ids[j]);
            assert_true(short_index_init(&index, &list));
            for (size_t j = 0; j < count; j += 2, struck++)
                assert_true(short_index_find(&index, items[j].id));
            for (uint64_t j = 0; j < 100; j++) {
                uint64_t id = rng_below(&rng, UINT64_MAX) >> (j % 60);

                assert_int_equal(short_index_find(&index, id), linear_find(list.ids, list.count, id));
            }
            short_index_strike(&index);
            assert_int_equal(list.count, count - struck);
            for (size_t j = 0; j < count; j++)
                assert_int_equal(linear_find(list.ids, list.count, items[j].id), j % 2);
            short_index_clear(&index);
            short_list_clear(&list);
            free(items);
        }
}

/* ---- The choice. */

static void the_cheaper_way_is_chosen(void **unused)
{
    static const struct {
        size_t own, peer, taken;
        double estimate;
        char way; /* s symbols, o own list, p the peer's */
    } cases[] = {
        { 5, 5, 1, 0, 'p' },
        { 4, 5, 1, 0, 'o' },
        { 30, 30, 1, 0, 's' },
        { 0, 1000, 1, 0, 'o' },
        { 1000, 0, 1, 0, 'p' },
        { 1000, 1000, 16, 20, 's' },
        { 1000, 1000, 16, 900, 'p' },
        { 100000, 100000, 1, 0, 's' },
        { 100000, 100000, 80, 1000, 's' },
        { 100000, 100000, 80, 1e4, 'p' },
        { 20000, 19999, 8190, 3, 'p' },
        { 20000, 20000, 16, 1e300, 'p' },
        { 131072, 131072, 8192, 0, 'p' },
        { 50, 20000, 1, 0, 'o' },
        { 19000, 20000, 1, 0, 's' },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct sync_plan plan =
            sync_plan_next(cases[i].own, cases[i].peer, cases[i].taken, cases[i].estimate);

        assert_int_equal(plan.symbols > 0 ? 's' : plan.own_list ? 'o' : 'p', cases[i].way);
        assert_true(plan.symbols <= SYNC_SYMBOLS_STEP_MAX);
    }
}

static void symbols_never_pass_their_limit_and_steps_are_few(void **unused)
{
    static const double estimates[] = { 0, 1, 17, 500, 1000, 3000, 6000 };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(estimates); i++) {
        size_t taken = 1, steps = 0;
        struct sync_plan plan;

        while ((plan = sync_plan_next(100000, 100000, taken, estimates[i])).symbols > 0) {
            taken += plan.symbols;
            steps++;
        }
        assert_true(taken <= SYNC_SYMBOLS_MAX && steps < 80);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_placed_as_the_formula_says),
        cmocka_unit_test(symbols_are_the_same_however_they_are_asked_for),
        cmocka_unit_test(the_wire_form_keeps_what_a_decoder_looks_at),
        cmocka_unit_test(a_decoder_recovers_exactly_the_difference),
        cmocka_unit_test(the_estimate_is_near_before_anything_decodes),
        cmocka_unit_test(what_lies_in_the_wrong_place_is_not_recovered),
        cmocka_unit_test(recovering_never_goes_round_in_circles),
        cmocka_unit_test(an_index_finds_what_is_in_the_list_and_strikes_it_out),
        cmocka_unit_test(the_cheaper_way_is_chosen),
        cmocka_unit_test(symbols_never_pass_their_limit_and_steps_are_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
