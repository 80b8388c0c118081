/* A company's spreadsheet becomes a bid exactly, or is refused with the line to look at. */
#include "node/tender/bid_csv.h"
#include "tests/support/sample_season.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static enum status read_text(struct bid *bid, const char *text, struct failure *why)
{
    struct sample sample;

    sample_init(&sample, PHASE_TENDER);
    *why = (struct failure){ .text = "" };
    return bid_csv_read(bid, (struct bytes){ (const uint8_t *)text, strlen(text) }, &sample.charter,
                        &sample.season, why);
}

#define HEADING "lot,from_homes,fixed_eur,EUR/kg Pellets\n"

static void every_habit_of_a_spreadsheet_is_understood(void **unused)
{
    static const char *const texts[] = {
        HEADING "1,7,12.50,0.3120\n1,20,12.5,.302\n",
        "\xef\xbb\xbf" HEADING "1,7,12.50,0.3120\r\n\r\n# from twenty homes on\n1,20,12.50,0.302",
        "lot;from_homes;fixed_eur;EUR/kg Pellets\n1;7;12,50;0,3120\n;;;\n1;20;12,50;0,302\n",
        "lot\tfrom_homes\tfixed_eur\tEUR/kg Pellets\n1\t7\t12,5\t0.312\n1\t20\t12,5\t0.302\n",
        "\"lot\",\"from_homes\",\"fixed_eur\",\"EUR/kg Pellets\"\n \"1\" , 7 "
        ",\"12.50\",\"0.3120\"\n1,20,12.50,0.302\n",
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct bid bid = { .company = "kept" };
        struct failure why;

        assert_int_equal(read_text(&bid, texts[i], &why), STATUS_OK);
        assert_string_equal(bid.company, "kept");
        assert_int_equal(bid.lot_count, 1);
        assert_int_equal(bid.lots[0].lot, 0);
        assert_int_equal(bid.lots[0].fixed_cents, 1250);
        assert_int_equal(bid.lots[0].step_count, 2);
        assert_int_equal(bid.lots[0].steps[0].from_homes, 7);
        assert_int_equal(bid.lots[0].steps[0].price[0], 3120);
        assert_int_equal(bid.lots[0].steps[1].from_homes, 20);
        assert_int_equal(bid.lots[0].steps[1].price[0], 3020);
    }
}

static void every_fault_is_named_with_its_line(void **unused)
{
    static const struct {
        const char *text, *said;
    } faults[] = {
        { "", "no price" },
        { HEADING, "no price" },
        { HEADING "# nothing\n", "no price" },
        { "lot,from_homes,fixed_eur\n1,7,0\n", "line 1: the heading has 3 columns, this tender needs 4" },
        { "lot,from_homes,fixed_eur,EUR/kg Briquettes\n",
          "line 1: column 4 must be called \"EUR/kg Pellets\"" },
        { "lot,from_homes,fixed,EUR/kg Pellets\n", "line 1: column 3 must be called \"fixed_eur\"" },
        { HEADING "1,7,0\n", "line 2 has 3 columns" },
        { HEADING "1,7,0,0.3,\n", "line 2 has 5 columns" },
        { HEADING "\n1,7,0,\n", "line 3: EUR/kg Pellets is empty" },
        { HEADING "1,7,0,0.31204\n", "line 2: EUR/kg Pellets is not an amount with at most 4 decimals" },
        { HEADING "1,7,0,0.3.1\n", "line 2: EUR/kg Pellets is not an amount" },
        { HEADING "1,7,0,-0.3\n", "line 2: EUR/kg Pellets is not an amount" },
        { HEADING "1,7,0,1e3\n", "line 2: EUR/kg Pellets is not an amount" },
        { HEADING "1,7,0,.\n", "line 2: EUR/kg Pellets is not an amount" },
        { HEADING "1,7,0,429496.7296\n", "line 2: EUR/kg Pellets is not an amount" },
        { HEADING "1,7,1.234,0.3\n", "line 2: fixed_eur is not an amount with at most 2 decimals" },
        { HEADING "1,7.5,0,0.3\n", "line 2: from_homes is not a whole number" },
        { HEADING "0,7,0,0.3\n", "line 2: there is no lot 0" },
        { HEADING "3,7,0,0.3\n", "line 2: there is no lot 3" },
        { HEADING "2,7,0,0.3\n", "line 2: lot 2 was not formed" },
        { HEADING "1,7,0,0.3\n1,7,0,0.2\n", "line 3: from_homes 7 is not above" },
        { HEADING "1,7,0,0.3\n1,8,1,0.2\n", "line 3: fixed_eur of lot 1 differs" },
        { HEADING "1,7,0,\"0.3\n", "line 2: a quote is not closed" },
        { HEADING "1,7,0,\"0.3\"\"\n", "line 2: a quote is not closed" },
        { HEADING "1,1,0,1\n1,2,0,1\n1,3,0,1\n1,4,0,1\n1,5,0,1\n1,6,0,1\n1,7,0,1\n1,8,0,1\n1,9,0,1\n",
          "line 10: more than 8 steps" },
        { HEADING ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,1\n", "line 2: too many columns" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
        struct bid bid = { .company = "kept", .lot_count = 77 };
        struct failure why;

        assert_int_equal(read_text(&bid, faults[i].text, &why), STATUS_MALFORMED);
        if (strstr(why.text, faults[i].said) == NULL)
            fail_msg("%zu: \"%s\" does not say \"%s\"", i, why.text, faults[i].said);
        assert_int_equal(bid.lot_count, 77);
    }
}

static void the_template_filled_in_is_read_back(void **unused)
{
    struct sample sample;
    struct bid bid = { .lot_count = 0 };
    struct failure why;
    char filled[512];

    (void)unused;
    sample_init(&sample, PHASE_TENDER);
    strcpy(sample.charter.items[0].name, "Pellets, \"premium\"");
    char *text = bid_csv_template(&sample.tender);
    assert_non_null(text);
    size_t size = strlen(text);
    assert_memory_equal(text + size - 2, ",\n", 2);
    snprintf(filled, sizeof filled, "%.*s0.2999\n", (int)size - 1, text);
    free(text);
    assert_int_equal(bid_csv_read(&bid, (struct bytes){ (const uint8_t *)filled, strlen(filled) },
                                  &sample.charter, &sample.season, &why),
                     STATUS_OK);
    assert_int_equal(bid.lots[0].steps[0].price[0], 2999);
    assert_int_equal(bid.lots[0].steps[0].from_homes, sample.charter.floor);
}

/* WIRE 8.2 wants them ascending, and a price count that the bid says by itself. */
static void lots_come_out_in_their_order(void **unused)
{
    static const char text[] = HEADING "2,7,0,0.31\n1,7,0,0.30\n2,20,0,0.29\n";
    struct bid bid = { .lot_count = 0 };
    struct sample sample;

    (void)unused;
    sample_init(&sample, PHASE_TENDER);
    assert_int_equal(bid_csv_read(&bid, (struct bytes){ (const uint8_t *)text, strlen(text) }, &sample.charter,
                                  NULL, NULL),
                     STATUS_OK);
    assert_int_equal(bid.lot_count, 2);
    assert_int_equal(bid.lots[0].lot, 0);
    assert_int_equal(bid.lots[0].step_count, 1);
    assert_int_equal(bid.lots[1].lot, 1);
    assert_int_equal(bid.lots[1].step_count, 2);
    assert_int_equal(bid.price_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_habit_of_a_spreadsheet_is_understood),
        cmocka_unit_test(every_fault_is_named_with_its_line),
        cmocka_unit_test(the_template_filled_in_is_read_back),
        cmocka_unit_test(lots_come_out_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
