/* Real files of other meters than Linky, from beside the project, and small ones of the same layouts. */
#include "tests/support/import_subject.h"

/* ---- GRDF. */

static const struct reading *reading_at(const struct import *import, int64_t start_s)
{
    for (size_t i = 0; i < import->count; i++) {
        if (import->readings[i].start_s == start_s)
            return &import->readings[i];
    }
    return NULL;
}

static void gas_days_of_workbook_and_site_are_the_same(void **unused)
{
    struct subject table, items;
    size_t both = 0;

    (void)unused;
    read_shared(&table, SHARED("gas_grdf/Donnees_informatives_PCE_DAILY.xlsx"));
    read_shared(&items, SHARED("gas_grdf/grdf_api_informatives.json"));
    assert_string_equal(table.import.format, "GRDF gas days (workbook)");
    assert_int_equal(table.import.series.quantity, QUANTITY_GAS);
    assert_string_equal(items.import.series.meter, "00000000000000");
    assert_int_equal(table.import.count, 360);
    assert_int_equal(table.import.rejected, 3); /* "Absence de Donnees" */
    assert_int_equal(items.import.count, 400);
    expect_reading(&table.import, 0, 1606194000, 86400, 133000000); /* 24 November 2020, 06:00 in Paris */
    for (size_t i = 0; i < table.import.count; i++) {
        const struct reading *day = &table.import.readings[i];
        const struct reading *other = reading_at(&items.import, day->start_s);

        both += other != NULL;
        if (other)
            assert_int_equal(other->energy_mwh, day->energy_mwh);
    }
    assert_int_equal(both, 40);
    import_clear(&table.import);
    import_clear(&items.import);
}

static void gas_days_follow_the_clock(void **unused)
{
    struct subject subject;

    (void)unused;
    read_text(&subject, "Donn\xc3\xa9" "es;;\n;N\xc2\xb0 PCE :;GI123456\n;Date de relev\xc3\xa9;Energie "
                        "consomm\xc3\xa9" "e (kWh);Coefficient\n;25/03/2023;10;11\n;26/03/2023;11,5;11\n"
                        ";28/10/2023;12;11\n;29/10/2023;13;11\n;45229;14;11\n;31/10/2023;;\n");
    assert_int_equal(subject.status, STATUS_OK);
    assert_string_equal(subject.import.series.meter, "GI123456");
    assert_int_equal(subject.import.count, 5);
    expect_reading(&subject.import, 0, 1679720400, 82800, 10000000); /* the clock goes forward at 02:00 */
    expect_reading(&subject.import, 1, 1679803200, 86400, 11500000);
    expect_reading(&subject.import, 2, 1698465600, 86400, 12000000); /* 25 hours, kept in 24 */
    expect_reading(&subject.import, 3, 1698555600, 86400, 13000000);
    expect_reading(&subject.import, 4, 1698642000, 86400, 14000000); /* as a spreadsheet counts days */
    expect_refused(&subject.import, 0, 9, "no value");
    import_clear(&subject.import);
}

static void gas_by_the_month_is_refused_with_the_way_out(void **unused)
{
    static const char *const paths[] = { SHARED("gas_grdf/Donnees_informatives_PCE_MONTHLY.xlsx"),
                                         SHARED("gas_grdf/grdf_api_publiees.json") };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        struct bytes file = file_load(paths[i]);
        struct subject subject;

        if (!file.data)
            skip();
        read_bytes(&subject, file);
        file_free(file);
        assert_int_equal(subject.status, STATUS_MALFORMED);
        if (!strstr(subject.why.text, "by the day"))
            fail_msg("%s", subject.why.text);
        import_clear(&subject.import);
    }
}

/* ---- n3rgy and Home Assistant. */

static void n3rgy_says_what_octopus_says(void **unused)
{
    struct subject table, items;

    (void)unused;
    read_shared(&table, SHARED("octopus_n3rgy/octopus_download.csv"));
    read_shared(&items, SHARED("octopus_n3rgy/n3rgy_consumption.json"));
    assert_string_equal(items.import.format, "n3rgy half hours (JSON)");
    assert_int_equal(items.import.count, 1000);
    for (size_t i = 0; i < items.import.count; i++) {
        const struct reading *r = &items.import.readings[i];
        const struct reading *other = reading_at(&table.import, r->start_s);

        assert_non_null(other);
        assert_int_equal(other->energy_mwh, r->energy_mwh);
    }
    import_clear(&table.import);
    import_clear(&items.import);
}

static void statistics_are_hours_between_sums(void **unused)
{
    struct subject subject;
    const struct import *water;

    (void)unused;
    read_shared(&subject, SHARED("homeassistant/export_counter_data.csv"));
    assert_string_equal(subject.import.series.meter, "counter.energy_consumed");
    assert_int_equal(subject.import.count, 1);
    expect_reading(&subject.import, 0, 1706270400, 3600, 700000); /* 26 January 2024, 13:00 in Paris */
    water = subject.import.next;
    assert_non_null(water);
    assert_int_equal(water->count, 0);
    expect_refused(water, 0, 4, "\"L\", which is no energy");
    import_clear(&subject.import);
    read_shared(&subject, SHARED("homeassistant/state_sum.tsv"));
    assert_int_equal(subject.import.series.quantity, QUANTITY_GAS);
    import_clear(&subject.import);
    read_shared(&subject, SHARED("homeassistant/delta.tsv"));
    assert_int_equal(subject.import.count, 6);
    expect_reading(&subject.import, 0, 1766908800, 3600, 10000000); /* 28 December 2025, 09:00 */
    import_clear(&subject.import);
}

static void october_and_resets_in_statistics(void **unused)
{
    struct subject subject;

    (void)unused;
    read_text(&subject, "statistic_id;unit;start;sum;state\n"
                        "sensor.e;Wh;29.10.2023 01:00;100;1\nsensor.e;Wh;29.10.2023 02:00;110;1\n"
                        "sensor.e;Wh;29.10.2023 02:00;130;1\nsensor.e;Wh;29.10.2023 03:00;160,5;1\n"
                        "sensor.e;Wh;29.10.2023 04:00;-3;1\nsensor.e;Wh;29.10.2023 05:00;7;1\n"
                        "sensor.e;Wh;29.10.2023 07:00;9;1\nsensor.e;Wh;29.10.2023 08:00;9;1");
    assert_int_equal(subject.status, STATUS_OK);
    assert_int_equal(subject.import.count, 4);
    expect_reading(&subject.import, 0, 1698537600, 3600, 10000); /* 02:00 in summer */
    expect_reading(&subject.import, 1, 1698541200, 3600, 20000); /* 02:00 in winter */
    expect_reading(&subject.import, 2, 1698544800, 3600, 30500);
    expect_reading(&subject.import, 3, 1698552000, 3600, 10000);
    expect_refused(&subject.import, 0, 6, "runs backwards");
    expect_refused(&subject.import, 1, 8, "the reading before it is missing");
    expect_refused(&subject.import, 2, 9, "cut short");
    import_clear(&subject.import);
}

static void gas_in_cubic_metres_says_so(void **unused)
{
    struct subject subject;

    (void)unused;
    read_text(&subject, "statistic_id\tunit\tstart\tdelta\nsensor.gas\tm\xc2\xb3\t01.02.2023 01:00\t0,5\n"
                        "sensor.gas\tm\xc2\xb3\t01.02.2023 02:00\t16,1\nsensor.water\tm\xc2\xb3\t01.02.2023 02:00\t1\n");
    assert_int_equal(subject.status, STATUS_OK);
    assert_true(subject.import.volume);
    assert_int_equal(subject.import.count, 1);
    expect_reading(&subject.import, 0, 1675209600, 3600, 500000);
    expect_refused(&subject.import, 0, 3, "no home draws that"); /* at the least heat that gas has */
    assert_non_null(strstr(subject.import.next->rejects[0].reason, "is no energy"));
    import_clear(&subject.import);
    read_text(&subject, "Consumption (m\xc2\xb3), Start, End\n0.25, 2023-01-01T00:00:00Z, 2023-01-01T00:30:00Z\n");
    assert_true(subject.import.volume && subject.import.series.quantity == QUANTITY_GAS);
    expect_reading(&subject.import, 0, 1672531200, 1800, 250000);
    import_clear(&subject.import);
    read_text(&subject, "{\"resource\":\"/gas/\",\"granularity\":\"halfhour\",\"values\":[{\"value\":0.25,\"timestamp\":"
                        "\"2023-01-01 00:30\"}],\"unit\":\"m3\"}");
    assert_true(subject.import.volume && subject.import.series.quantity == QUANTITY_GAS);
    expect_reading(&subject.import, 0, 1672531200, 1800, 250000);
    import_clear(&subject.import);
    assert_int_equal(import_gas_mwh(16713000, 112345), 187762199); /* 16.713 m3 of 11.2345 kWh, rounded */
}

static void a_gas_day_without_energy_is_its_volume_times_its_coefficient(void **unused)
{
    struct subject subject;

    (void)unused;
    read_text(&subject, "Date de relev\xc3\xa9;Volume consomm\xc3\xa9 (m3);Energie consomm\xc3\xa9" "e (kWh);Coefficient de conversion\n"
                        "25/02/2023;9,5;;11,2\n26/02/2023;9,5;100;11,2\n27/02/2023;9,5;;\n28/02/2023;9,5;;112\n");
    assert_int_equal(subject.status, STATUS_OK);
    assert_int_equal(subject.import.count, 2);
    expect_reading(&subject.import, 0, 1677301200, 86400, 106400000);
    expect_reading(&subject.import, 1, 1677387600, 86400, 100000000);
    expect_refused(&subject.import, 0, 4, "no value");
    expect_refused(&subject.import, 1, 5, "no value");
    import_clear(&subject.import);
    read_text(&subject, "{\"1\":{\"releves\":[{\"dateDebutReleve\":\"2023-02-25\",\"dateFinReleve\":\"2023-02-26\",\"energieConsomme\":null,"
                        "\"volumeBrutConsomme\":9.5,\"coeffConversion\":11.2}]}}");
    assert_int_equal(subject.status, STATUS_OK);
    expect_reading(&subject.import, 0, 1677301200, 86400, 106400000);
    import_clear(&subject.import);
}

/* ---- Green Button. */

#define FEED(entries) "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:e=\"http://naesb.org/espi\">" entries "</feed>"
#define LINKS(self)   "<entry><link rel=\"self\" href=\"" self "\"/>"
#define POINT(kind)                                                                                          \
    LINKS("U/1") "<e:UsagePoint><e:ServiceCategory><e:kind>" kind "</e:kind></e:ServiceCategory>"            \
                 "</e:UsagePoint></entry>"
#define METER(n)                                                                                             \
    LINKS("U/1/MeterReading/" n)                                                                             \
    "<link rel=\"related\" href=\"/T/" n "/\"/><e:MeterReading/></entry>"
#define TYPE(n, values)     LINKS("/T/" n) "<e:ReadingType>" values "</e:ReadingType></entry>"
#define BLOCK(n, intervals) LINKS("U/1/MeterReading/" n "/IntervalBlock/7") "<e:IntervalBlock>" intervals "</e:IntervalBlock></entry>"
#define INTERVAL(start, length, value)                                                                       \
    "<e:IntervalReading><e:cost>9</e:cost><e:timePeriod><e:duration>" length "</e:duration><e:start>" start  \
    "</e:start></e:timePeriod><e:value>" value "</e:value></e:IntervalReading>"
#define TEN "1577836800" /* 1 January 2020 */

static void green_button_downloads_have_their_totals(void **unused)
{
    static const struct {
        const char *path;
        size_t count;
        int64_t total_mwh, first_s;
        enum quantity quantity;
    } files[] = {
        { SHARED("greenbutton/espi_sample_900s_5days.xml"), 480, 511688000, 1330578000, QUANTITY_ELECTRICITY_IN },
        { SHARED("greenbutton/espi_sample_dst_spring_day.xml"), 92, 109403000, 1331442000, QUANTITY_ELECTRICITY_IN },
        { SHARED("greenbutton/sdge_2019_hourly.xml"), 552, 351425000, 1569888000 + 7 * 3600, QUANTITY_ELECTRICITY_IN },
        { SHARED("greenbutton/seed_example-GreenButton-data-gas-therms--3.xml"), 2, 104952998, 1299387600, QUANTITY_GAS },
        { SHARED("greenbutton/seed_example-GreenButton-data.xml"), 2, 3581000, 1299387600, QUANTITY_ELECTRICITY_IN },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        struct subject subject;

        read_shared(&subject, files[i].path);
        assert_int_equal(subject.import.count, files[i].count);
        assert_int_equal(subject.import.rejected, 0);
        assert_int_equal(subject.import.total_mwh, files[i].total_mwh);
        assert_int_equal(subject.import.readings[0].start_s, files[i].first_s);
        assert_int_equal(subject.import.series.quantity, files[i].quantity);
        import_clear(&subject.import);
    }
}

static void green_button_entries_belong_together_in_any_order(void **unused)
{
    struct subject subject;

    (void)unused;
    read_text(&subject,
              FEED(BLOCK("1", INTERVAL(TEN, "3600", "5")) BLOCK("2", INTERVAL(TEN, "3600", "2"))
                       METER("2") METER("1") TYPE("2", "<e:uom>38</e:uom><e:powerOfTenMultiplier>3"
                                                       "</e:powerOfTenMultiplier><e:flowDirection>19</e:flowDirection>")
                           TYPE("1", "<e:uom>72</e:uom><e:powerOfTenMultiplier>-3</e:powerOfTenMultiplier>")
                               POINT("0")));
    assert_int_equal(subject.status, STATUS_OK);
    assert_string_equal(subject.import.series.meter, "green button 1");
    expect_reading(&subject.import, 0, 1577836800, 3600, 5);
    assert_non_null(subject.import.next);
    assert_int_equal(subject.import.next->series.quantity, QUANTITY_ELECTRICITY_OUT);
    expect_reading(subject.import.next, 0, 1577836800, 3600, 2000000); /* two kW for an hour */
    import_clear(&subject.import);
}

static void green_button_says_what_it_cannot_use(void **unused)
{
    static const struct {
        const char *text, *said;
    } files[] = {
        { FEED(POINT("1") METER("1") TYPE("1", "<e:uom>119</e:uom>") BLOCK("1", INTERVAL(TEN, "3600", "5"))),
          "no energy" },
        { FEED(POINT("0") METER("1") BLOCK("1", INTERVAL(TEN, "3600", "5"))), "in which unit" },
        { FEED(POINT("0") METER("1") TYPE("1", "<e:uom>72</e:uom><e:accumulationBehaviour>3</e:accumulationBehaviour>")
                   BLOCK("1", INTERVAL(TEN, "3600", "5"))),
          "readings of a register" },
        { FEED(POINT("0") METER("1") TYPE("1", "<e:uom>72</e:uom>") BLOCK("1", INTERVAL(TEN, "2678400", "5"))),
          "a sum of 31 days" },
        { FEED(POINT("0") METER("1") TYPE("1", "<e:uom>72</e:uom>") BLOCK("1", INTERVAL("x", "3600", "5"))),
          "without a value" },
        { FEED(POINT("0") METER("1") TYPE("1", "<e:uom>72</e:uom>") BLOCK("1", INTERVAL(TEN, "3600", "-5"))),
          "a negative value" },
        { FEED(POINT("0")), "without a single reading" },
        { "<feed xmlns=\"http://naesb.org/espi\"><entry><IntervalBlock><IntervalRea", "the XML ends or breaks there" },
        { "<?xml version=\"1.0\"?><!DOCTYPE feed [<!ENTITY a \"b\">]><feed xmlns=\"http://naesb.org/espi\">&a;</feed>",
          "made to do harm" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        struct subject subject;

        read_text(&subject, files[i].text);
        assert_int_equal(subject.status, STATUS_MALFORMED);
        if (!strstr(subject.why.text, files[i].said))
            fail_msg("%s: %s", files[i].said, subject.why.text);
        import_clear(&subject.import);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gas_days_of_workbook_and_site_are_the_same),
        cmocka_unit_test(gas_days_follow_the_clock),
        cmocka_unit_test(gas_by_the_month_is_refused_with_the_way_out),
        cmocka_unit_test(n3rgy_says_what_octopus_says),
        cmocka_unit_test(gas_in_cubic_metres_says_so),
        cmocka_unit_test(a_gas_day_without_energy_is_its_volume_times_its_coefficient),
        cmocka_unit_test(statistics_are_hours_between_sums),
        cmocka_unit_test(october_and_resets_in_statistics),
        cmocka_unit_test(green_button_downloads_have_their_totals),
        cmocka_unit_test(green_button_entries_belong_together_in_any_order),
        cmocka_unit_test(green_button_says_what_it_cannot_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
