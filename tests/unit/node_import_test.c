/* Meter files: what is read is exactly what was metered, what cannot be right is refused by its line, and the
 * rest is kept. */
#include "node/tongue/local_time.h"
#include "tests/support/fault.h"
#include "tests/support/import_subject.h"

#define SAMPLE COOP_SOURCE_DIR "/node/sample/"
#define ENEDIS                                                                                               \
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape "     \
    "metier;Unite;Pas en minutes\n"                                                                          \
    "12345678901234;Courbe de charge;01/01/2023;01/02/2023;Energie active;"
#define CURVE     ENEDIS "Consommation;Comptage Brut;W;30\nHorodate;Valeur\n"
#define OPEN_STEP ENEDIS "Consommation;Comptage Brut;W;\nHorodate;Valeur\n"

/* What holds for whatever was read. */
static void expect_sound(const struct import *import)
{
    int64_t total = 0;

    for (size_t i = 0; i < import->count; i++) {
        const struct reading *r = &import->readings[i];

        assert_true(r->start_s >= 0 && r->length_s >= 60 && r->energy_mwh >= 0);
        assert_true(i == 0 ||
                    import->readings[i - 1].start_s + import->readings[i - 1].length_s <= r->start_s);
        total += r->energy_mwh;
    }
    assert_int_equal(import->total_mwh, total);
    assert_true(import->reject_count <= import->rejected && import->reject_count <= IMPORT_REJECTS_MAX);
    for (size_t i = 1; i < import->reject_count; i++)
        assert_true(import->rejects[i - 1].line <= import->rejects[i].line);
}

/* ---- Real homes. */

/* Sums of the decimals in the files, in mWh, computed apart with another language's decimal numbers. */
static const struct {
    const char *home;
    int64_t mwh;
} samples[] = {
    { "H004", 2098980000 }, { "H013", 1713315000 }, { "H027", 954210000 },  { "H033", 2246631000 },
    { "H043", 1393426000 }, { "H049", 2262740000 }, { "H063", 2238260000 }, { "H083", 1391460000 },
    { "H093", 1332710000 }, { "H094", 1015700000 }, { "H105", 753960000 },  { "H112", 2085246000 },
    { "H118", 510140000 },  { "H122", 917840000 },  { "H125", 1339340000 }, { "H142", 1631830000 },
    { "H168", 1836470000 }, { "H185", 394800000 },  { "H211", 1202180000 }, { "H221", 2188136000 },
    { "H251", 1535389000 }, { "H261", 980320000 },  { "H266", 423110000 },  { "H271", 2110850000 },
    { "H286", 880630000 },  { "H307", 1297780000 }, { "H310", 1094490000 }, { "H337", 1193260000 },
    { "H340", 1669050000 }, { "H357", 1250220000 }, { "H370", 1304590000 }, { "H387", 1024458000 },
    { "H407", 1648360000 }, { "H417", 489750000 },  { "H430", 1706697000 }, { "H437", 335430000 },
    { "H467", 1245870000 }, { "H480", 1422560000 }, { "H511", 1140069000 }, { "H516", 574980000 },
    { "H526", 877540000 },  { "H531", 357080000 },  { "H535", 1162140000 }, { "H536", 2204041000 },
};

static void every_sample_home_has_exactly_its_total(void **unused)
{
    (void)unused;
    assert_int_equal(ARRAY_SIZE(samples), 44);
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        struct subject subject;
        char path[512];
        struct bytes file;

        snprintf(path, sizeof path, SAMPLE "%s.csv", samples[i].home);
        file = file_load(path);
        read_bytes(&subject, file);
        assert_int_equal(subject.status, STATUS_OK);
        assert_string_equal(subject.import.series.meter, samples[i].home);
        assert_int_equal(subject.import.series.quantity, QUANTITY_ELECTRICITY_IN);
        assert_int_equal(subject.import.count, 6 * 672);
        assert_int_equal(subject.import.rejected + subject.import.duplicates, 0);
        assert_int_equal(subject.import.total_mwh, samples[i].mwh);
        assert_int_equal(subject.import.readings[0].start_s, 1540767600); /* 28 October 2018 23:00 UTC */
        expect_sound(&subject.import);
        import_clear(&subject.import);
        file_free(file);
    }
}

static void both_layouts_of_one_home_say_the_same(void **unused)
{
    struct bytes files[2] = { file_load(SAMPLE "H004.csv"), file_load(SAMPLE "enedis_half_hour.csv") };
    struct subject weeks, curve;

    (void)unused;
    read_bytes(&weeks, files[0]);
    read_bytes(&curve, files[1]);
    assert_int_equal(curve.status, STATUS_OK);
    assert_string_equal(curve.import.series.meter, "00000000000000");
    assert_int_equal(curve.import.count * 2, weeks.import.count);
    for (size_t i = 0; i < curve.import.count; i++)
        expect_reading(&curve.import, i, weeks.import.readings[2 * i].start_s, 1800,
                       weeks.import.readings[2 * i].energy_mwh + weeks.import.readings[2 * i + 1].energy_mwh);
    import_clear(&weeks.import);
    import_clear(&curve.import);
    file_free(files[0]);
    file_free(files[1]);
}

static size_t readings_of_day(const struct import *import, unsigned year, unsigned month, unsigned day)
{
    size_t count = 0;

    for (size_t i = 0; i < import->count; i++) {
        struct civil civil;

        civil_of(&civil, import->readings[i].start_s + local_offset_s(import->readings[i].start_s));
        count += civil.year == year && civil.month == month && civil.day == day;
    }
    return count;
}

static void a_real_linky_year_is_read_whole(void **unused)
{
    struct bytes file = file_load(SHARED("linky/enedis_courbe_30min_reelle.csv"));
    struct subject subject;

    (void)unused;
    if (!file.data)
        skip();
    read_bytes(&subject, file);
    assert_int_equal(subject.status, STATUS_OK);
    assert_string_equal(subject.import.format, "Enedis load curve (CSV)");
    assert_string_equal(subject.import.series.meter, "1111111111111");
    assert_int_equal(subject.import.count, 17520);
    assert_int_equal(subject.import.total_mwh, INT64_C(7302599000));
    assert_int_equal(subject.import.rejected + subject.import.duplicates, 0);
    expect_reading(&subject.import, 0, 1659045600, 1800,
                   330 * 500); /* 28 July 2022 22:00 UTC, not the month before */
    expect_reading(&subject.import, 17519, 1690579800, 1800, 264 * 500); /* 28 July 2023 21:30 UTC */
    assert_int_equal(readings_of_day(&subject.import, 2022, 10, 30), 50);
    assert_int_equal(readings_of_day(&subject.import, 2023, 3, 26), 46);
    assert_int_equal(readings_of_day(&subject.import, 2023, 3, 27), 48);
    expect_sound(&subject.import);
    import_clear(&subject.import);
    file_free(file);
}

static void homes_in_one_file_are_named_and_not_added_up(void **unused)
{
    struct bytes file = file_load(SHARED("households/ch_15min_kwh.csv"));
    struct subject subject;

    (void)unused;
    if (!file.data)
        skip();
    read_bytes(&subject, file);
    assert_int_equal(subject.status, STATUS_MALFORMED);
    assert_non_null(strstr(subject.why.text, "several homes (H002, H003, H004, H006, H008, ...)"));
    assert_non_null(strstr(subject.why.text, "grep -e ^household -e '^H002,' FILE | coopair import -"));
    import_clear(&subject.import);
    file_free(file);
}

/* ---- Enedis. */

enum { NEW_YEAR = 1672527600 /* 31 December 2022 23:00 UTC, midnight in Paris */ };

static void an_enedis_curve_survives_what_editors_do_to_it(void **unused)
{
    static const char *const texts[] = {
        CURVE "2023-01-01T00:30:00+01:00;100\n2023-01-01T01:00:00+01:00;250\n",
        "\xef\xbb\xbf" CURVE "2023-01-01T00:30:00+01:00;100\r\n2023-01-01T01:00:00+01:00;250\r\n",
        CURVE "2023-01-01T00:30:00+01:00;100;\n\n2023-01-01T00:00:00Z;250;;\n\r\n",
        CURVE "2023-01-01T01:00:00+01:00;250\n2023-01-01T00:30:00+01:00;100\n", /* newest first */
        CURVE "2023-01-01 00:30:00+01:00; 100.0\n \"2023-01-01T01:00+01:00\" ;\"250,0\"\n",
        OPEN_STEP "2023-01-01T00:30:00+01:00;100\n2023-01-01T01:00:00+01:00;250\n",
        ENEDIS "Consommation;Comptage "
               "Brut;Wh;30\nHorodate;Valeur\n2023-01-01T00:30:00+01:00;50\n2023-01-01T01:00:00+01:00;125\n",
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct subject subject;

        read_text(&subject, texts[i]);
        assert_int_equal(subject.status, STATUS_OK);
        assert_string_equal(subject.import.series.meter, "12345678901234");
        assert_int_equal(subject.import.count, 2);
        assert_int_equal(subject.import.rejected, 0);
        expect_reading(&subject.import, 0, NEW_YEAR, 1800, i == 6 ? 50 * 1000 : 100 * 500);
        expect_reading(&subject.import, 1, NEW_YEAR + 1800, 1800, i == 6 ? 125 * 1000 : 250 * 500);
        import_clear(&subject.import);
    }
}

static void a_step_the_header_names_is_the_step(void **unused)
{
    static const struct {
        const char *text;
        uint32_t length_s;
        int64_t energy_mwh;
    } steps[] = {
        { ENEDIS "Production;Comptage Brut;W;10\nHorodate;Valeur\n2023-01-01T01:00:00+01:00;601\n", 600,
          100167 },
        { ENEDIS "Production;Comptage Brut;W;15\nHorodate;Valeur\n2023-01-01T01:00:00+01:00;601\n", 900,
          150250 },
        { ENEDIS "Production;Comptage Brut;W;60\nHorodate;Valeur\n2023-01-01T01:00:00+01:00;601\n", 3600,
          601000 },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        struct subject subject;

        read_text(&subject, steps[i].text);
        assert_int_equal(subject.status, STATUS_OK);
        assert_int_equal(subject.import.series.quantity, QUANTITY_ELECTRICITY_OUT);
        expect_reading(&subject.import, 0, NEW_YEAR + 3600 - steps[i].length_s, steps[i].length_s,
                       steps[i].energy_mwh);
        import_clear(&subject.import);
    }
}

/* 600 W throughout: three days by the hour, three by half hours, three by ten minutes: 9 x 14.4 kWh, whatever
 * the step. */
static void a_step_left_open_is_found_for_each_day(void **unused)
{
    static char text[1 << 16];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", OPEN_STEP);
    struct subject subject;

    (void)unused;
    for (unsigned day = 1; day <= 9; day++) {
        unsigned step = day <= 3 ? 60 : day <= 6 ? 30 : 10;

        for (unsigned minute = step; minute <= 1440; minute += step) {
            unsigned of_day = minute % 1440;

            if (minute == 780) /* a missing row is not a longer step */
                continue;
            used += (size_t)snprintf(text + used, sizeof text - used, "2023-02-%02uT%02u:%02u:00+01:00;600\n",
                                     day + (minute == 1440), of_day / 60, of_day % 60);
        }
    }
    read_text(&subject, text);
    assert_int_equal(subject.status, STATUS_OK);
    assert_int_equal(subject.import.rejected, 0);
    assert_int_equal(subject.import.total_mwh, 9 * 14400000 - 3 * (600000 + 300000 + 100000));
    expect_sound(&subject.import);
    import_clear(&subject.import);
}

static void a_bad_row_is_named_by_line_and_loses_nothing_else(void **unused)
{
    static const struct {
        const char *row, *said;
    } bad[] = {
        { "2023-01-01T02:00:00+01:00;", "no value" },
        { "2023-01-01T02:00:00+01:00", "no value" },
        { ";", "\"\" is not a time" },
        { "2023-13-01T02:00:00+01:00;5", "\"2023-13-01T02:00:00+01:00\" is not a time" },
        { "2023-02-29T02:00:00+01:00;5", "is not a time" },
        { "2023-01-01T02:00:00;5", "is not a time with its offset" },
        { "2023-01-01T02:00:00+25:00;5", "is not a time" },
        { "01/01/2023 02:00;5", "is not a time" },
        { "2023-01-01T02:10:00+01:00;5", "does not end a step of 30 minutes" },
        { "2023-01-01T02:00:01+01:00;5", "does not end a step of 30 minutes" },
        { "2023-01-01T02:00:00+01:00;-5", "a negative value" },
        { "2023-01-01T02:00:00+01:00;240001", "more than 240 kW" },
        { "2023-01-01T02:00:00+01:00;99999999999999999999999", "is not a number" },
        { "2023-01-01T02:00:00+01:00;null", "\"null\" is not a number" },
        { "2023-01-01T02:00:00+01:00;1e", "is not a number" },
        { "2023-01-01T02:00:00+01:00;1e100", "is not a number" },
        { "2023-01-01T02:00:00+01:00;1e-3e2", "is not a number" },
        { "2023-01-01T02:00:00+01:00;1e14", "is not a number" },
        { "2023-01-01T02:00:00+01:00;\x1b[31m5", "\"?[31m5\" is not a number" },
        { "1969-12-31T02:00:00+01:00;5", "is not a time" },
        { "2200-01-01T02:00:00+01:00;5", "is not a time" },
        { "1970-01-01T01:00:00+01:00;5", "a time before 1970" },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct subject subject;
        char text[1024];

        snprintf(text, sizeof text,
                 CURVE "2023-01-01T00:30:00+01:00;100\n%s\n2023-01-01T01:00:00+01:00;250\n", bad[i].row);
        read_text(&subject, text);
        assert_int_equal(subject.status, STATUS_OK);
        assert_int_equal(subject.import.count, 2);
        assert_int_equal(subject.import.rejected, 1);
        assert_int_equal(subject.import.rejects[0].line, 5);
        if (!strstr(subject.import.rejects[0].reason, bad[i].said))
            fail_msg("%s: %s", bad[i].row, subject.import.rejects[0].reason);
        import_clear(&subject.import);
    }
}

static void repeats_are_counted_and_a_correction_wins(void **unused)
{
    struct subject subject;

    (void)unused;
    read_text(&subject, CURVE
              "2023-01-01T00:30:00+01:00;100\n2023-01-01T01:00:00+01:00;250\n2023-01-01T00:30:00+01:00;100\n"
              "2023-01-01T01:00:00+01:00;260\n2023-01-01T00:30:00+01:00;100\n");
    assert_int_equal(subject.import.count, 2);
    assert_int_equal(subject.import.duplicates, 2);
    assert_int_equal(subject.import.rejected, 1);
    assert_int_equal(subject.import.rejects[0].line, 5);
    assert_string_equal(subject.import.rejects[0].reason,
                        "line 7 says otherwise for the same time, and counts");
    expect_reading(&subject.import, 1, NEW_YEAR + 1800, 1800, 260 * 500);
    import_clear(&subject.import);
}

static void thousands_of_bad_rows_are_counted_and_a_thousand_kept(void **unused)
{
    static char text[1 << 16];
    size_t used = (size_t)snprintf(text, sizeof text, CURVE "2023-01-01T00:30:00+01:00;100\n");
    struct subject subject;

    (void)unused;
    for (size_t i = 0; i < 2500; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "bad;%zu\n", i);
    read_text(&subject, text);
    assert_int_equal(subject.status, STATUS_OK);
    assert_int_equal(subject.import.rejected, 2500);
    assert_int_equal(subject.import.reject_count, IMPORT_REJECTS_MAX);
    assert_int_equal(subject.import.rejects[999].line, 1004);
    import_clear(&subject.import);
}

/* Real files have no line end behind the last row. */
static void a_last_row_without_a_line_end_is_believed_at_the_announced_end_only(void **unused)
{
    struct subject subject;

    (void)unused;
    read_text(&subject, CURVE "2023-01-31T23:30:00+01:00;100\n2023-02-01T00:00:00+01:00;250");
    assert_int_equal(subject.import.count, 2);
    import_clear(&subject.import);
    read_text(&subject, CURVE "2023-01-31T23:00:00+01:00;100\n2023-01-31T23:30:00+01:00;25");
    assert_int_equal(subject.import.count, 1);
    assert_int_equal(subject.import.rejects[0].line, 5);
    assert_non_null(strstr(subject.import.rejects[0].reason, "cut short"));
    import_clear(&subject.import);
}

/* ---- Quarter hours by the week. */

static size_t week_heading(char *text, size_t room)
{
    size_t used = (size_t)snprintf(text, room, "household,week_start");

    for (unsigned i = 0; i < 672; i++)
        used += (size_t)snprintf(text + used, room - used, ",q%03u", i);
    used += (size_t)snprintf(text + used, room - used, "\n");
    return used;
}

/* A week of 0.25 kWh in each quarter of an hour, but for some cells. */
static size_t week_row(char *text, size_t room, const char *home, const char *monday, unsigned from,
                       unsigned to, const char *cell)
{
    size_t used = (size_t)snprintf(text, room, "%s,%s", home, monday);

    for (unsigned i = 0; i < 672; i++)
        used += (size_t)snprintf(text + used, room - used, ",%s", i >= from && i < to ? cell : "0.25");
    used += (size_t)snprintf(text + used, room - used, "\n");
    return used;
}

static void a_bad_quarter_hour_is_refused_alone(void **unused)
{
    static const struct {
        const char *cell, *said;
    } bad[] = {
        { "", "q100: no value" },
        { "-0.1", "q100: a negative value" },
        { "60.001", "more than 240 kW" },
        { "NA", "q100: \"NA\" is not a number" },
    };
    static char text[1 << 16];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        size_t used = week_heading(text, sizeof text);
        struct subject subject;

        week_row(text + used, sizeof text - used, "H1", "2018-10-29", 100, 101, bad[i].cell);
        read_text(&subject, text);
        assert_int_equal(subject.status, STATUS_OK);
        assert_int_equal(subject.import.count, 671);
        assert_int_equal(subject.import.total_mwh, 671 * 250000);
        assert_int_equal(subject.import.rejected, 1);
        assert_int_equal(subject.import.rejects[0].line, 2);
        assert_non_null(strstr(subject.import.rejects[0].reason, bad[i].said));
        import_clear(&subject.import);
    }
}

static void decimals_beyond_a_milliwatt_hour_are_rounded(void **unused)
{
    static const struct {
        const char *cell;
        int64_t mwh;
    } cells[] = { { "0.1234564", 123456 },
                  { "0.1234565", 123457 },
                  { "0.12345649999", 123456 },
                  { ".5", 500000 },
                  { "1.", 1000000 } };
    static char text[1 << 16];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
        size_t used = week_heading(text, sizeof text);
        struct subject subject;

        week_row(text + used, sizeof text - used, "H1", "2018-10-29", 0, 1, cells[i].cell);
        read_text(&subject, text);
        assert_int_equal(subject.import.readings[0].energy_mwh, cells[i].mwh);
        import_clear(&subject.import);
    }
}

static void weeks_in_which_the_clock_changes(void **unused)
{
    enum { SUNDAY_TWO = 6 * 96 + 8, SUNDAY_THREE = SUNDAY_TWO + 4 };
    static char text[1 << 16];
    size_t used = week_heading(text, sizeof text);
    struct subject subject;

    (void)unused;
    week_row(text + used, sizeof text - used, "H1", "2023-03-20", SUNDAY_TWO, SUNDAY_THREE, "");
    read_text(&subject, text);
    assert_int_equal(subject.import.count, 668); /* and no hole: the hour does not exist */
    assert_int_equal(subject.import.rejected, 0);
    assert_int_equal(subject.import.readings[667].start_s - subject.import.readings[0].start_s, 667 * 900);
    import_clear(&subject.import);

    week_row(text + used, sizeof text - used, "H1", "2023-03-20", 0, 0, "");
    read_text(&subject, text);
    assert_int_equal(subject.import.count, 668);
    assert_int_equal(subject.import.rejected, 4);
    assert_string_equal(subject.import.rejects[0].reason, "q584: the clock leaves this hour out");
    import_clear(&subject.import);

    week_row(text + used, sizeof text - used, "H1", "2023-10-23", 0, 0, "");
    read_text(&subject, text);
    assert_int_equal(subject.import.count, 672);
    assert_int_equal(subject.import.total_mwh, 672 * 250000); /* what the file says, no more */
    assert_int_equal(subject.import.readings[SUNDAY_THREE].start_s -
                         subject.import.readings[SUNDAY_THREE - 1].start_s,
                     900 + 3600);
    expect_sound(&subject.import);
    import_clear(&subject.import);
}

static void weeks_that_cannot_be_placed_are_refused_whole(void **unused)
{
    static const struct {
        const char *monday, *more, *said;
    } bad[] = {
        { "2018-10-30", "", "\"2018-10-30\" is not the date of a Monday" },
        { "2018-29-10", "", "\"2018-29-10\" is not the date of a Monday" },
        { "", "", "\"\" is not the date of a Monday" },
        { "2018-11-05", ",0.25", "675 columns, a week has 674" },
    };
    static char text[1 << 16];

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        size_t used = week_heading(text, sizeof text);
        struct subject subject;

        used += week_row(text + used, sizeof text - used, "H1", "2018-10-29", 0, 0, "");
        used += week_row(text + used, sizeof text - used, "H1", bad[i].monday, 0, 0, "") - 1;
        snprintf(text + used, sizeof text - used, "%s\n", bad[i].more);
        read_text(&subject, text);
        assert_int_equal(subject.status, STATUS_OK);
        assert_int_equal(subject.import.count, 672);
        assert_int_equal(subject.import.rejects[0].line, 3);
        assert_string_equal(subject.import.rejects[0].reason, bad[i].said);
        import_clear(&subject.import);
    }
}

/* ---- What is no meter file. */

static void what_is_no_meter_file_is_told_apart(void **unused)
{
    static const struct {
        const char *bytes, *said;
        size_t size;
    } files[] = {
        { "", "the file is empty", 0 },
        { "\r\n\n", "nothing but empty lines", 3 },
        { "%PDF-1.7\n\x00\x01", "it is a PDF", 11 },
        { "PK\x03\x04\x14\x00\x00\x00xl/workbook.xml", "the archive has no end: the download was cut short", 23 },
        { "\x1f\x8b\x08\x00", "gzip", 4 },
        { "\xff\xfeh\0e\0", "UTF-16", 6 },
        { "\xef\xbb\xbf \n<!DOCTYPE HTML>\n<html><body>Se connecter", "web page, perhaps the login page",
          44 },
        { "<?xml version=\"1.0\"?><html xmlns", "web page", 32 },
        { "<?xml version=\"1.0\"?><Doc>", "XML of a kind", 26 },
        { "{\"error\":\"no_data_found\"}", "JSON of a kind", 25 },
        { "Date,Amount\n1,2\n", "it begins with \"Date,Amount\"", 16 },
        { "\x7f"
          "ELF\0\0\0",
          "it is not text", 7 },
        { "Identifiant PRM;Type de don", "cut short", 27 },
        { "Identifiant PRM;Type de donnees\n123;Autre\n", "Courbe de charge", 42 },
        { CURVE, "without a single reading", sizeof CURVE - 1 },
        { CURVE "x;1\n", "line 4: \"x\" is not a time", sizeof CURVE - 1 + 4 },
        { ENEDIS "Consommation;Comptage Brut;W;30\n", "line 3 should be", sizeof ENEDIS - 1 + 32 },
        { ENEDIS "Consommation;Comptage Brut;VA;30\nHorodate;Valeur\n", "the file holds \"VA\"",
          sizeof ENEDIS - 1 + 49 },
        { ENEDIS "Consommation;Comptage Brut;W;7\nHorodate;Valeur\n", "a step of \"7\" minutes",
          sizeof ENEDIS - 1 + 47 },
        { "household,week_start,q000,q001\nH1,2018-10-29,1,2\n", "it goes wrong at q002", 49 },
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        struct subject subject;

        read_bytes(&subject, (struct bytes){ (const uint8_t *)files[i].bytes, files[i].size });
        assert_int_equal(subject.status, STATUS_MALFORMED);
        if (!strstr(subject.why.text, files[i].said))
            fail_msg("%s: %s", files[i].said, subject.why.text);
        import_clear(&subject.import);
    }
}

static void a_file_beyond_the_bound_is_not_looked_at(void **unused)
{
    static const uint8_t little[1];
    struct subject subject;

    (void)unused;
    read_bytes(&subject, (struct bytes){ little, (size_t)IMPORT_FILE_MAX + 1 });
    assert_int_equal(subject.status, STATUS_MALFORMED);
    assert_non_null(strstr(subject.why.text, "larger than 16 MiB"));
}

/* Cut anywhere, what is read is a part of the whole, never another value. */
static void expect_parts(struct bytes file, size_t from, size_t step)
{
    struct subject whole, part;

    read_bytes(&whole, file);
    for (size_t size = from; size < file.size; size += step) {
        uint8_t *cut = malloc(size + 1); /* its end is the sanitizer's to watch */

        memcpy(cut, file.data, size);
        read_bytes(&part, (struct bytes){ cut, size });
        expect_sound(&part.import);
        assert_true(part.import.count <= whole.import.count);
        for (size_t i = 0; i < part.import.count; i++)
            expect_reading(&part.import, i, whole.import.readings[i].start_s, whole.import.readings[i].length_s,
                           whole.import.readings[i].energy_mwh);
        assert_int_equal(part.status == STATUS_OK, part.import.count > 0);
        import_clear(&part.import);
        free(cut);
    }
    import_clear(&whole.import);
}

static void a_file_cut_short_gives_less_and_never_other_values(void **unused)
{
    struct bytes weeks = file_load(SAMPLE "H004.csv"), curve = file_load(SAMPLE "enedis_half_hour.csv");

    (void)unused;
    expect_parts((struct bytes){ curve.data, 3000 }, 0, 1);
    expect_parts(curve, 3000, 1009);
    expect_parts((struct bytes){ weeks.data, 3600 }, 3380, 1);
    expect_parts(weeks, 0, 1009);
    file_free(weeks);
    file_free(curve);
}

/* ---- Memory. */

static void without_memory_it_says_so_and_leaks_nothing(void **unused)
{
    static char weeks[1 << 16];
    const char *texts[] = { CURVE "2023-01-01T01:00:00+01:00;1\nx\ny\n2023-01-01T00:30:00+01:00;2\nz\n",
                            weeks };
    size_t used = week_heading(weeks, sizeof weeks);

    (void)unused;
    week_row(weeks + used, sizeof weeks - used, "H1", "2018-10-29", 3, 5, "?");
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct subject subject;
        long k = 0;

        do {
            fault_arm(FAULT_MEMORY, ++k, false);
            read_text(&subject, texts[i]);
            if (fault.fired && subject.status != STATUS_OK) /* qsort does without */
                assert_int_equal(subject.status, STATUS_NOMEM);
            import_clear(&subject.import);
        } while (fault_disarm());
        assert_true(k > 3);
        assert_int_equal(subject.status, STATUS_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_home_has_exactly_its_total),
        cmocka_unit_test(both_layouts_of_one_home_say_the_same),
        cmocka_unit_test(a_real_linky_year_is_read_whole),
        cmocka_unit_test(homes_in_one_file_are_named_and_not_added_up),
        cmocka_unit_test(an_enedis_curve_survives_what_editors_do_to_it),
        cmocka_unit_test(a_step_the_header_names_is_the_step),
        cmocka_unit_test(a_step_left_open_is_found_for_each_day),
        cmocka_unit_test(a_bad_row_is_named_by_line_and_loses_nothing_else),
        cmocka_unit_test(repeats_are_counted_and_a_correction_wins),
        cmocka_unit_test(thousands_of_bad_rows_are_counted_and_a_thousand_kept),
        cmocka_unit_test(a_last_row_without_a_line_end_is_believed_at_the_announced_end_only),
        cmocka_unit_test(a_bad_quarter_hour_is_refused_alone),
        cmocka_unit_test(decimals_beyond_a_milliwatt_hour_are_rounded),
        cmocka_unit_test(weeks_in_which_the_clock_changes),
        cmocka_unit_test(weeks_that_cannot_be_placed_are_refused_whole),
        cmocka_unit_test(what_is_no_meter_file_is_told_apart),
        cmocka_unit_test(a_file_beyond_the_bound_is_not_looked_at),
        cmocka_unit_test(a_file_cut_short_gives_less_and_never_other_values),
        cmocka_unit_test(without_memory_it_says_so_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
