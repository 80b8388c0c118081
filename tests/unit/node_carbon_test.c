/* Greenhouse gas of what a home used: by the published factor, with its source and year, gaps as gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/advice/calendar.h"
#include "node/advice/carbon.h"
#include "tests/support/advice_home.h"

static const struct series_name POWER = { "power", QUANTITY_ELECTRICITY_IN }, GAS = { "gas", QUANTITY_GAS },
                                OUT = { "roof", QUANTITY_ELECTRICITY_OUT };

static int64_t at(const char *date)
{
    int64_t day = 0;

    assert_true(day_read(&day, date));
    return utc_of_local(day * CALENDAR_DAY_S);
}

static void keep(const struct series_name *name, const char *date, int64_t energy_mwh)
{
    struct reading reading = { at(date), CALENDAR_DAY_S, energy_mwh };

    home_keep(name, &reading, 1);
}

static void grams_are_rounded_once(void **unused)
{
    const struct carbon_factor *power = carbon_factor_of(QUANTITY_ELECTRICITY_IN);

    (void)unused;
    assert_int_equal(carbon_grams(0, power), 0);
    assert_int_equal(carbon_grams(UINT64_C(7302599000), power), 336650); /* 7302.599 kWh * 46.1 g */
    assert_int_equal(carbon_grams(10000, power), 0);                     /* 0.46 g */
    assert_int_equal(carbon_grams(11000, power), 1);                     /* 0.507 g */
    assert_int_equal(carbon_grams(1000000, carbon_factor_of(QUANTITY_GAS)), 215);
    assert_null(carbon_factor_of(QUANTITY_ELECTRICITY_OUT));
}

static void both_kinds_are_added_and_each_factor_has_source_and_year(void **unused)
{
    json_t *reply, *kind, *months;

    (void)unused;
    keep(&POWER, "2023-01-05", 10000000);
    keep(&POWER, "2023-03-05", 20000000);
    keep(&GAS, "2023-03-06", 100000000);
    assert_int_equal(TYPE(carbon, "--json"), EXIT_DONE);
    reply = home_json();
    assert_int_equal(field_uint(reply, "total_grams"), 1383 + 21500);
    kind = json_array_get(json_object_get(reply, "kinds"), 1);
    months = json_object_get(kind, "months");
    assert_int_equal(json_array_size(months), 3);
    assert_true(json_is_null(json_object_get(json_array_get(months, 1), "grams"))); /* February is a gap */
    assert_int_equal(field_uint(json_array_get(months, 2), "grams"), 922);
    json_decref(reply);
    assert_int_equal(TYPE(carbon, "--yes"), EXIT_DONE);
    SAID("Feb 2023        no data");
    SAID("factor 46.1 g CO2e per kWh, of 2025");
    SAID("factor 215.0 g CO2e per kWh, of 2022");
    SAID("ADEME Base Empreinte");
    SAID("together 22.9 kg of CO2 equivalent, as much as burning 7 litres of diesel");
}

static void one_kind_is_enough_and_days_can_be_named(void **unused)
{
    (void)unused;
    keep(&OUT, "2023-01-05", 10000000);
    assert_int_equal(TYPE(carbon, "--yes"), EXIT_NOT_FOUND); /* what is fed in is no consumption */
    WARNED("coopair import FILE");
    keep(&POWER, "2023-01-05", 10000000);
    keep(&POWER, "2023-01-06", 30000000);
    assert_int_equal(TYPE(carbon, "--from", "2023-01-06"), EXIT_DONE);
    SAID("1.4 kg");
    assert_int_equal(TYPE(carbon, "--meter", "roof"), EXIT_NOT_FOUND);
    WARNED("say --meter with one of: power");
    assert_int_equal(TYPE(carbon, "--from", "2024-01-06"), EXIT_NOT_FOUND);
    assert_int_equal(TYPE(carbon, "--from", "6 January"), EXIT_USAGE);
}

static void gas_of_another_year_is_not_added_and_is_named(void **unused)
{
    json_t *reply;

    (void)unused;
    keep(&POWER, "2023-03-05", 20000000);
    keep(&GAS, "2021-03-06", 100000000);
    assert_int_equal(TYPE(carbon, "--json"), EXIT_DONE);
    reply = home_json();
    assert_int_equal(field_uint(reply, "total_grams"), 922);
    assert_string_equal(field_text(json_array_get(json_object_get(reply, "left_out"), 0), "to"), "2021-03-06");
    json_decref(reply);
    assert_int_equal(TYPE(carbon, "--yes"), EXIT_DONE);
    SAID("left out: gas, meter gas");
    assert_int_equal(TYPE(carbon, "--to", "2021-12-31"), EXIT_DONE);
    SAID("21.5 kg");
}

static void a_stray_reading_does_not_take_the_place_of_a_history(void **unused)
{
    static const struct series_name STRAY = { "stray", QUANTITY_ELECTRICITY_IN };

    (void)unused;
    keep(&POWER, "2023-01-05", 10000000);
    keep(&POWER, "2023-03-05", 20000000);
    keep(&STRAY, "2024-01-05", 30000000);
    assert_int_equal(TYPE(carbon, "--yes"), EXIT_DONE);
    SAID("meter power");
    assert_int_equal(TYPE(carbon, "--meter", "stray"), EXIT_DONE);
    SAID("meter stray");
}

#define ON_A_HOME(test) cmocka_unit_test_setup_teardown(test, home_up, home_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grams_are_rounded_once),
        ON_A_HOME(both_kinds_are_added_and_each_factor_has_source_and_year),
        ON_A_HOME(gas_of_another_year_is_not_added_and_is_named),
        ON_A_HOME(a_stray_reading_does_not_take_the_place_of_a_history),
        ON_A_HOME(one_kind_is_enough_and_days_can_be_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
