/* One home in many dialects: whatever the layout, each interval carries the energy the load curve has in it.
 * The files were made from one real curve and lie beside the project; what follows them here needs no file.
 */
#include "tests/support/fault.h"
#include "tests/support/import_subject.h"

/* ---- The same home. */

static int64_t energy_between(const struct import *curve, int64_t from_s, int64_t to_s)
{
    int64_t sum = 0;

    for (size_t i = 0; i < curve->count; i++) {
        if (curve->readings[i].start_s >= from_s && curve->readings[i].start_s < to_s)
            sum += curve->readings[i].energy_mwh;
    }
    return sum;
}

/* An interval reaches to the next one when that is near: the 25 hours of the day in October are kept in 24. */
static void expect_same_energy(const struct import *curve, const struct import *other, int64_t tolerance_mwh)
{
    for (size_t i = 0; i < other->count; i++) {
        const struct reading *r = &other->readings[i];
        bool near = i + 1 < other->count && r[1].start_s <= r->start_s + r->length_s + 3600;
        int64_t end_s = near ? r[1].start_s : r->start_s + r->length_s;
        int64_t difference = r->energy_mwh - energy_between(curve, r->start_s, end_s);

        if (difference > tolerance_mwh || difference < -tolerance_mwh)
            fail_msg("%s: the interval from %lld differs by %lld mWh", other->format, (long long)r->start_s,
                     (long long)difference);
    }
}

static void every_dialect_says_what_the_curve_says(void **unused)
{
    static const struct {
        const char *path, *format, *meter;
        size_t count;
        int64_t tolerance_mwh; /* what the layout rounds away */
    } dialects[] = {
        { SHARED("linky/enedis_historique_conso_debut_kW.csv"), "Enedis history in kW (CSV)", "linky", 1488,
          0 },
        { SHARED("linky/enedis_R63_CdC.csv"), "Enedis R63 (CSV)", "00000000000000", 674, 0 },
        { SHARED("linky/enedis_index_quotidien.csv"), "Enedis registers (CSV)", "00000000000000 daily", 365,
          1000 },
        { SHARED("linky/dataconnect_daily_consumption.json"), "Enedis Data Connect (JSON)",
          "00000000000000 daily", 365, 1000 },
        { SHARED("linky/dataconnect_load_curve_normal.json"), "Enedis Data Connect (JSON)", "00000000000000",
          336, 0 },
        { SHARED("linky/dataconnect_load_curve_automne.json"), "Enedis Data Connect (JSON)", "00000000000000",
          338, 0 },
        { SHARED("linky/dataconnect_load_curve_printemps.json"), "Enedis Data Connect (JSON)",
          "00000000000000", 334, 0 },
        { SHARED("linky/edf_mes-puissances-atteintes-30min.csv"), "EDF customer file (CSV)", "edf", 4416, 0 },
        { SHARED("linky/enedis_consommation_quotidienne.xlsx"), "Enedis days (workbook)", "00000000000000 daily",
          118, 1000 },
        { SHARED("linky/edf_ma-conso-quotidienne.csv"), "EDF customer file (CSV)", "edf daily", 365, 500000 },
        { SHARED("linky/edf_mes-index.csv"), "EDF customer file (CSV)", "edf index daily", 59, 2000000 },
    };
    struct bytes curve_file = file_load(SHARED("linky/enedis_courbe_30min_reelle.csv"));
    struct subject curve, other;

    (void)unused;
    if (!curve_file.data)
        skip();
    read_bytes(&curve, curve_file);
    for (size_t i = 0; i < ARRAY_SIZE(dialects); i++) {
        struct bytes file = file_load(dialects[i].path);

        assert_non_null(file.data);
        read_bytes(&other, file);
        if (other.status != STATUS_OK)
            fail_msg("%s: %s", dialects[i].path, other.why.text);
        assert_string_equal(other.import.format, dialects[i].format);
        assert_string_equal(other.import.series.meter, dialects[i].meter);
        assert_int_equal(other.import.count, dialects[i].count);
        for (size_t j = 0; j < other.import.reject_count; j++) /* "NA" */
            assert_string_equal(other.import.rejects[j].reason, "no value");
        assert_int_equal(other.import.duplicates, 0);
        expect_same_energy(&curve.import, &other.import, dialects[i].tolerance_mwh);
        import_clear(&other.import);
        file_free(file);
    }
    import_clear(&curve.import);
    file_free(curve_file);
}

static void both_octopus_files_say_the_same(void **unused)
{
    struct bytes files[2] = { file_load(SHARED("octopus_n3rgy/octopus_download.csv")),
                              file_load(SHARED("octopus_n3rgy/octopus_api_consumption.json")) };
    struct subject table, items;

    (void)unused;
    if (!files[0].data || !files[1].data)
        skip();
    read_bytes(&table, files[0]);
    read_bytes(&items, files[1]);
    assert_int_equal(table.import.count, 2928);
    assert_int_equal(table.import.total_mwh, 788033000); /* the column added up apart */
    assert_int_equal(table.import.readings[0].start_s, 1380585600);
    assert_int_equal(items.import.count, 1536);
    expect_same_energy(&table.import, &items.import, 0);
    import_clear(&table.import);
    import_clear(&items.import);
    file_free(files[0]);
    file_free(files[1]);
}

/* ---- What each layout does with rows that cannot be right, and with an hour that comes twice. */

#define R63                "Identifiant PRM;Grandeur m\xc3\xa9tier;Unit\xc3\xa9;Horodate;Valeur;Nature;Pas\n"
#define POINT(time, value) "14;CONS;W;" time ";" value ";B;PT30M\n"
#define EDF                                                                                                  \
    "R\xe9"                                                                                                  \
    "capitulatif de mes puissances atteintes en W\r\n\r\nDate et heure de rel\xe8ve;Puissance "              \
    "(W);Nature\r\n"
#define EDF_DAYS                                                                                             \
    "R\xe9"                                                                                                  \
    "capitulatif de ma consommation\n\nDate de consommation;Consommation (kWh);Nature\n"
#define INDEX                                                                                                \
    "Identifiant PRM;Type de donnees;Grandeur metier\n14;Index;Consommation\nHorodate;Type de releve;EAS "   \
    "F1;EAS T\n"
#define CONNECT(unit, items)                                                                                 \
    "{\"meter_reading\":{\"usage_point_id\":\"14\",\"reading_type\":{\"unit\":\"" unit                       \
    "\"},\"interval_reading\":[" items "]}}"
#define ITEM(date, value) "{\"date\":\"" date "\",\"value\":\"" value "\",\"interval_length\":\"PT30M\"}"
#define KW                "debut;fin;kW\n"

static void october_hours_are_told_apart_by_the_order_of_rows(void **unused)
{
    static const char *const texts[] = {
        R63 POINT("2022-10-30 02:00:00", "2") POINT("2022-10-30 02:30:00", "4")
            POINT("2022-10-30 02:00:00", "6") POINT("2022-10-30 02:30:00", "8")
                POINT("2022-10-30 03:00:00", "10"),
        EDF
        "30/10/2022;;\r\n03:00:00;10;R\r\n02:30:00;8;R\r\n02:00:00;6;R\r\n02:30:00;4;R\r\n02:00:00;2;R\r\n",
        CONNECT("W", ITEM("2022-10-30 02:00:00", "2") "," ITEM("2022-10-30 02:30:00", "4") "," ITEM(
                         "2022-10-30 02:00:00", "6") "," ITEM("2022-10-30 02:30:00",
                                                              "8") "," ITEM("2022-10-30 03:00:00", "10")),
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct subject subject;

        read_text(&subject, texts[i]);
        assert_int_equal(subject.status, STATUS_OK);
        assert_int_equal(subject.import.count, 5);
        assert_int_equal(subject.import.rejected, 0);
        for (size_t j = 0; j < 5; j++) {
            assert_int_equal(subject.import.readings[j].start_s,
                             1667086200 + (int64_t)j * 1800); /* 29 October 23:30 UTC */
            assert_int_equal(subject.import.readings[j].energy_mwh, (j + 1) * 1000);
        }
        import_clear(&subject.import);
    }
}

static void each_layout_names_the_row_that_cannot_be_right(void **unused)
{
    static const struct {
        const char *text;
        uint64_t line;
        const char *said;
        size_t kept;
    } cases[] = {
        { R63 POINT("2023-01-01 00:30:00", "1") POINT("2023-03-26 02:30:00", "2"), 3,
          "the clock leaves this hour out", 1 },
        { R63 POINT("2023-01-01 00:30:00", "1") "14;PROD;W;2023-01-01 00:30:00;5;B;PT30M\n", 3,
          "fed into the grid", 1 },
        { R63 POINT("2023-01-01 00:30:00", "1") "14;CONS;VArh;2023-01-01 01:00:00;5;B;PT30M\n", 3,
          "\"VArh\" is not W or Wh", 1 },
        { R63 POINT("2023-01-01 00:30:00", "1") "14;CONS;W;2023-01-01 01:00:00;5;B;P1D\n", 3,
          "\"P1D\" is not a step", 1 },
        { R63 POINT("2023-01-01 00:30:00", "1") "14;CONS;W;2023-01-01 00:40:00;5;B;PT30M\n", 3,
          "does not end a step of 30", 1 },
        { R63 POINT("2023-01-01 00:30:00", "1") POINT("2023-01-01T01:00:00+01:00", "1"), 3,
          "by the wall clock", 1 },
        { R63 POINT("2023-01-01 00:30:00", "1") POINT("2023-01-01 01:00:00", ""), 3, "no value", 1 },
        { EDF "01/01/2023;;\n02:40:00;1;R\n02:30:00;1;R\n", 5, "does not end a step of 30", 1 },
        { EDF "02:00:00;1;R\n01/01/2023;;\n02:30:00;1;R\n", 4, "no day stands above it", 1 },
        { EDF "01/01/2023;;\n02:30:00;1;R\n25:00:00;1;R\n", 6, "\"25:00:00\" is not a time of day", 1 },
        { EDF "01/01/2023;;\n02:30:00;1;R\n02:00:00;12", 6, "cut short", 1 },
        { EDF_DAYS "01/01/2023;14;R\n30/02/2023;14;R\n", 5, "\"30/02/2023\" is not a date", 1 },
        { EDF_DAYS "01/01/2023;14;R\n02/01/2023;NA;R\n", 5, "no value", 1 },
        { INDEX "2023-01-01T00:00:00+01:00;A;1;10\n2023-01-02T00:00:00+01:00;A;1;30\n2023-01-04T00:00:00+01:"
                "00;A;1;50\n",
          6, "the reading before it is missing", 1 },
        { INDEX "2023-01-01T00:00:00+01:00;A;1;10\n2023-01-02T00:00:00+01:00;A;1;30\n2023-01-03T00:00:00+01:"
                "00;A;1;5\n",
          6, "runs backwards", 1 },
        { INDEX "2023-01-01T00:00:00+01:00;A;1;10\n2023-01-02T00:00:00+01:00;A;1;30\n2023-01-02T09:00:00+01:"
                "00;A;1;35\n",
          6, "in the middle of a day", 1 },
        { INDEX "2023-01-01T00:00:00+01:00;A;1;10\n2023-01-02T00:00:00+01:00;A;1;30\n2023-01-03T00:00:00+01:"
                "00;A;1;\n",
          6, "no total register", 1 },
        { CONNECT("W", ITEM("2023-01-01 00:30:00", "1") "," ITEM("2023-01-01 00:40:00", "1")), 2,
          "does not end a step", 1 },
        { CONNECT("W", ITEM("2023-01-01 00:30:00", "1") ",7"), 2, "\"\" is not a time", 1 },
        { CONNECT("Wh", ITEM("2023-01-01", "1") "," ITEM("2023-02-30", "1")), 2,
          "\"2023-02-30\" is not a date", 1 },
        { KW "2023-01-01T00:00:00+01:00;2023-01-01T00:30:00+01:00;\"0,5\"\n2023-01-01T00:30:00+01:00;2023-01-"
             "01T01:00:00+01:00;null\n",
          3, "no value", 1 },
        { KW "2023-01-01T00:00:00+01:00;2023-01-01T00:30:00+01:00;\"0,5\"\n2023-01-01T01:30:00+01:00;2023-01-"
             "01T01:00:00+01:00;\"1\"\n",
          3, "cannot be so long", 1 },
        { KW "2023-01-01T00:00:00+01:00;2023-01-01T00:30:00+01:00;\"0,5\"\n2023-01-01T00:15:00+01:00;2023-01-"
             "01T01:00:00+01:00;\"1\"\n",
          3, "overlaps that of line 2", 1 },
        { KW "2023-01-01T00:00:00+01:00;2023-01-01T00:30:00+01:00;\"0,5\"\n2023-01-01T00:30:00+01:00;2023-01-"
             "01T01:00:00+01:00;\"1,2",
          3, "cut short", 1 },
        { "Consumption (kWh), Start, End\n 0E-20, 2023-01-01T00:00:00Z, 2023-01-01T00:30:00Z\n1, "
          "2023-01-01T00:30:00, x\n",
          3, "is not a time with its offset", 1 },
        { "{\"results\":[{\"consumption\":0.5,\"interval_start\":\"2023-01-01T00:00:00Z\",\"interval_end\":"
          "\"2023-01-01T00:30:00Z\"},"
          "{\"consumption\":-1,\"interval_start\":\"2023-01-01T00:30:00Z\",\"interval_end\":\"2023-01-01T01:"
          "00:00Z\"}]}",
          2, "a negative value", 1 },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct subject subject;

        read_text(&subject, cases[i].text);
        if (subject.status != STATUS_OK)
            fail_msg("%s: %s", cases[i].said, subject.why.text);
        assert_int_equal(subject.import.count, cases[i].kept);
        assert_int_equal(subject.import.rejected, 1);
        assert_int_equal(subject.import.rejects[0].line, cases[i].line);
        if (!strstr(subject.import.rejects[0].reason, cases[i].said))
            fail_msg("%s: %s", cases[i].said, subject.import.rejects[0].reason);
        import_clear(&subject.import);
    }
}

static void what_cannot_be_used_as_a_whole_says_why(void **unused)
{
    static const struct {
        const char *text, *said;
    } files[] = {
        { R63 POINT("2023-01-01 00:30:00", "1") "15;CONS;W;2023-01-01 01:00:00;5;B;PT30M\n",
          "several meters, 14 and 15" },
        { CONNECT("VA", ITEM("2023-01-01", "1")), "the values are \"VA\"" },
        { CONNECT("W", ""), "without a single reading" },
        { "{\"meter_reading\":{\"interval_reading\":[{\"date\"", "line 1: the JSON ends or breaks there" },
        { "Identifiant PRM;Type de donnees\n14;Index\nHorodate;EAS F1\n",
          "line 3 should name the registers" },
        { "R\xe9"
          "capitulatif de ma consommation\n\nP\xe9riode de consommation;Consommation (kWh)\n01/2023;3\n",
          "sums of months" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        struct subject subject;

        read_text(&subject, files[i].text);
        assert_int_equal(subject.status, STATUS_MALFORMED);
        assert_int_equal(subject.import.count, 0);
        if (!strstr(subject.why.text, files[i].said))
            fail_msg("%s: %s", files[i].said, subject.why.text);
        import_clear(&subject.import);
    }
}

static void production_alone_is_a_series_of_its_own(void **unused)
{
    struct subject subject;

    (void)unused;
    read_text(&subject, R63 "14;PROD;W;2023-01-01 00:30:00;5;B;PT30M\n");
    assert_int_equal(subject.status, STATUS_OK);
    assert_int_equal(subject.import.series.quantity, QUANTITY_ELECTRICITY_OUT);
    import_clear(&subject.import);
}

/* Cut anywhere, what is left of each layout is a part of the whole, never another value. */
static void layouts_cut_short_give_no_other_values(void **unused)
{
    static const char *const texts[] = {
        R63 POINT("2022-10-30 02:30:00", "440") POINT("2022-10-30 03:00:00", "631"),
        EDF "30/10/2022;;\r\n12:00:00;1234;R\r\n11:30:00;800;R\r\n",
        EDF_DAYS "01/01/2023;14;R\n31/12/2022;21;R\n",
        INDEX "2023-01-01T00:00:00+01:00;A;1;1000\n2023-01-02T00:00:00+01:00;A;1;3000\n2023-01-03T00:00:00+"
              "01:00;A;1;5000\n",
        CONNECT("W", ITEM("2023-01-01 00:30:00", "441") "," ITEM("2023-01-01 01:00:00", "551")),
        KW "2023-01-01T00:00:00+01:00;2023-01-01T00:30:00+01:00;\"0,512\"\n2023-01-01T00:30:00+01:00;2023-01-"
           "01T01:00:00+01:00;"
           "\"1,234\"",
        "Consumption (kWh), Start, End\n0.512, 2023-01-01T00:00:00Z, 2023-01-01T00:30:00Z\n"
        "0.633, 2023-01-01T00:30:00+00:00, 2023-01-01T01:00:00+00:00\n",
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct subject whole, part;

        read_text(&whole, texts[i]);
        assert_int_equal(whole.import.count, 2);
        for (size_t size = 0; size < strlen(texts[i]); size++) {
            uint8_t *cut = malloc(size + 1);

            memcpy(cut, texts[i], size);
            read_bytes(&part, (struct bytes){ cut, size });
            for (size_t j = 0; j < part.import.count; j++)
                if (energy_between(&whole.import, part.import.readings[j].start_s,
                                   part.import.readings[j].start_s + 1) != part.import.readings[j].energy_mwh)
                    fail_msg("%s cut at %zu", texts[i], size);
            import_clear(&part.import);
            free(cut);
        }
        import_clear(&whole.import);
    }
}

/* Not those in JSON: jansson 2.14 asserts, or leaks, when memory fails within its parser. */
static void without_memory_each_layout_says_so(void **unused)
{
    static const char *const texts[] = {
        R63 POINT("2022-10-30 02:30:00", "4") POINT("x", "6"),
        EDF "30/10/2022;;\r\n12:00:00;8;R\r\nx;8;R\r\n",
        EDF_DAYS "01/01/2023;14;R\nx;14;R\n",
        INDEX "2023-01-01T00:00:00+01:00;A;1;10\n2023-01-02T00:00:00+01:00;A;1;30\nx;A;1;5\n",
        KW "2023-01-01T00:00:00+01:00;2023-01-01T00:30:00+01:00;\"0,5\"\nx;x;x\n",
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct subject subject;
        long k = 0;

        do {
            fault_arm(FAULT_MEMORY, ++k, false);
            read_text(&subject, texts[i]);
            if (fault.fired && subject.status != STATUS_OK && subject.status != STATUS_NOMEM)
                fail_msg("%s: %s", texts[i], subject.why.text);
            import_clear(&subject.import);
        } while (fault_disarm());
        assert_true(k > 3);
        assert_int_equal(subject.status, STATUS_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dialect_says_what_the_curve_says),
        cmocka_unit_test(both_octopus_files_say_the_same),
        cmocka_unit_test(october_hours_are_told_apart_by_the_order_of_rows),
        cmocka_unit_test(each_layout_names_the_row_that_cannot_be_right),
        cmocka_unit_test(what_cannot_be_used_as_a_whole_says_why),
        cmocka_unit_test(production_alone_is_a_series_of_its_own),
        cmocka_unit_test(layouts_cut_short_give_no_other_values),
        cmocka_unit_test(without_memory_each_layout_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
