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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gas_days_of_workbook_and_site_are_the_same),
        cmocka_unit_test(gas_days_follow_the_clock),
        cmocka_unit_test(gas_by_the_month_is_refused_with_the_way_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
