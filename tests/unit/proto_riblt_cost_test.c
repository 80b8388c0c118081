/* Symbols made to cost much: what a decoder does for them is bounded by what it was sent. WIRE 12.3. */
#include "proto/overlay/riblt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static size_t hashes;

uint64_t __real_short_hash(const uint8_t *key, struct bytes in);
uint64_t __wrap_short_hash(const uint8_t *key, struct bytes in);
uint64_t __wrap_short_hash(const uint8_t *key, struct bytes in)
{
    hashes++;
    return __real_short_hash(key, in);
}

enum { FIRST = 64, LAST = 128, SYMBOLS = 256, CHAIN = LAST - FIRST - 1 };

static const struct riblt_keys keys = { { 1 }, { 2 } };

/* The symbols of one id alone, as an honest side would make them. */
static void symbols_of(struct riblt_symbol out[SYMBOLS], uint8_t id[1][ID_SIZE])
{
    struct riblt_encoder encoder;

    assert_true(riblt_encoder_init(&encoder, &keys, (const uint8_t(*)[ID_SIZE])id, 1));
    memcpy(out, riblt_encoder_first(&encoder, SYMBOLS), SYMBOLS * sizeof *out);
    riblt_encoder_clear(&encoder);
}

/* Of the symbols from FIRST on it is in these two and no other. */
static bool is_link(const struct riblt_symbol symbols[SYMBOLS], size_t at)
{
    for (size_t i = FIRST; i < SYMBOLS; i++)
        if ((symbols[i].count != 0) != (i == at || i == at + 1))
            return false;
    return true;
}

static void link_find(struct riblt_symbol out[SYMBOLS], size_t at, uint32_t *tried)
{
    uint8_t id[1][ID_SIZE] = { { 0 } };

    do {
        be32_write(id[0], ++*tried);
        symbols_of(out, id);
    } while (!is_link(out, at));
}

/* Each of a row of ids is in two neighbouring symbols, and only the last symbol holds one alone: taken out, it leaves one alone in the symbol
 * before. All others look as if they held one, and do not. A pass over all symbols for each id would look at all of those each time. */
static void ids_given_up_one_at_a_time_the_last_first_buy_no_pass_each(void **unused)
{
    struct riblt_symbol sent[SYMBOLS], one[SYMBOLS];
    struct riblt_encoder own;
    struct riblt_decoder decoder;
    uint32_t tried = 0;

    (void)unused;
    for (size_t i = 0; i < SYMBOLS; i++)
        sent[i] = (struct riblt_symbol){ .id = i + 1, .check = 7 * i, .count = i < FIRST ? 100 : 1 };
    for (size_t i = FIRST + 1; i <= LAST - 1; i++)
        sent[i] = (struct riblt_symbol){ 0 };
    sent[FIRST].count = 100;
    for (size_t at = FIRST; at < LAST - 1; at++) {
        link_find(one, at, &tried);
        for (size_t i = at; i <= at + 1; i++) {
            sent[i].id ^= one[i].id;
            sent[i].check ^= one[i].check;
            sent[i].count += one[i].count;
        }
    }
    assert_true(riblt_encoder_init(&own, &keys, NULL, 0));
    riblt_decoder_init(&decoder, &own);
    hashes = 0;
    assert_true(riblt_decoder_add(&decoder, sent, SYMBOLS));
    assert_int_equal(decoder.theirs.count, CHAIN);
    assert_true(hashes < SYMBOLS + CHAIN * 16);
    riblt_decoder_clear(&decoder);
    riblt_encoder_clear(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_given_up_one_at_a_time_the_last_first_buy_no_pass_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
